import { createLog } from '../../server/log.ts';
import { loadConfig } from '../../server/config.ts';
import { serve } from '../../server/serve.ts';
import type { OpenedStore } from '../../server/store/internals.ts';
import { openStore } from '../../server/store/open.ts';
import { createOrganisation } from '../../server/store/organisations.ts';

/** The real server, put together from source, with a second organisation beside the demo; `ready` has a ticket of its owner as `founding`. */
const loaded = loadConfig([], process.env, process.cwd());
if (!loaded.ok || loaded.value.kind === 'help') throw new Error('the configuration is not usable');

const held: { store: OpenedStore | null } = { store: null };
const served = await serve(loaded.value.config, createLog('info'), async (options) => {
  const opened = await openStore(options);
  if (opened.ok) held.store = opened.value;
  return opened;
});
if (!served.ok || !held.store) throw new Error('not served');
const { id } = await createOrganisation(held.store.internals, { name: 'Second House', zone: 'Europe/London', currency: 'GBP', demo: false });
process.send?.({ type: 'ready', url: served.value.url, ticket: await served.value.ticket(), founding: await held.store.mintTicket(id), organisationId: served.value.organisationId });
process.on('SIGTERM', () => void served.value.stop().then(() => process.exit(0)));
