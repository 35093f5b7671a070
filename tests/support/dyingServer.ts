import { createLog } from '../../server/log.ts';
import { loadConfig } from '../../server/config.ts';
import { serve } from '../../server/serve.ts';
import { openStore } from '../../server/store/open.ts';

/**
 * The real server, put together from source, that is killed the hard way by itself after the n-th commit of vendor
 * facts (`WEDSYNC_TEST_DIE_AT_COMMIT`): after the commit, before anything was broadcast. It hears of a commit before the
 * stream does, because it listens first.
 */
const dieAt = Number(process.env['WEDSYNC_TEST_DIE_AT_COMMIT'] ?? '1');
delete process.env['WEDSYNC_TEST_DIE_AT_COMMIT'];

const loaded = loadConfig([], process.env, process.cwd());
if (!loaded.ok || loaded.value.kind === 'help') throw new Error('the configuration is not usable');

let commits = 0;
const served = await serve(loaded.value.config, createLog('info'), async (options) => {
  const opened = await openStore(options);
  if (opened.ok) {
    opened.value.onCommitted(({ events }) => {
      if (!events.some((event) => event.actor.kind === 'vendor')) return;
      commits += 1;
      if (commits >= dieAt) process.kill(process.pid, 'SIGKILL');
    });
  }
  return opened;
});
if (!served.ok) throw new Error(served.error.message);
process.send?.({ type: 'ready', url: served.value.url, ticket: await served.value.ticket(), organisationId: served.value.organisationId });
