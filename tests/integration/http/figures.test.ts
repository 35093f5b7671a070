import fs from 'node:fs';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { loadConfig } from '../../../server/config.ts';
import { createLog } from '../../../server/log.ts';
import { serve } from '../../../server/serve.ts';
import { createConnection } from '../../../server/store/connections.ts';
import type { OpenedStore } from '../../../server/store/internals.ts';
import { openStore } from '../../../server/store/open.ts';
import { createOrganisation } from '../../../server/store/organisations.ts';
import { preparedDirectory, TEST_MASTER_KEY } from '../../support/store.ts';

/** The whole server as it is put together: what it has counted is written when it stops, before the database is closed. */
test('a server that stops leaves its figures behind', async () => {
  const dataDir = await preparedDirectory();
  const loaded = loadConfig(['--data-dir', dataDir, '--port', '0', '--log-level', 'silent', '--master-key', Buffer.from(TEST_MASTER_KEY).toString('base64')], {}, '/');
  if (!loaded.ok || loaded.value.kind !== 'config') throw new Error('the configuration is not usable');
  const held: { store: OpenedStore | null; options: Parameters<typeof openStore>[0] | null } = { store: null, options: null };
  const served = await serve(loaded.value.config, createLog('silent'), async (options) => {
    const opened = await openStore(options);
    held.options = options;
    if (opened.ok) held.store = opened.value;
    return opened;
  });
  if (!served.ok || !held.store || !held.options) throw new Error('not served');
  const organisation = await createOrganisation(held.store.internals, { name: 'A House', zone: 'Europe/London', currency: 'GBP', demo: false });
  const { connectionId, intakeKey } = await createConnection(held.store.internals, { organisationId: organisation.id, system: 'honeybook', name: 'Planner', path: 'bridge', secrets: { bearerToken: 'bridge-token-0123456789abcdef' }, settings: {}, actor: { kind: 'system', id: null, name: 'test' } });
  const answer = await fetch(`${served.value.url}/api/integrations/webhook/honeybook/${intakeKey}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
  expect(answer.status).toBe(401);
  await served.value.stop();

  const again = await openStore(held.options);
  if (!again.ok) throw new Error(again.error.message);
  const { rows } = await sql<{ grain: string; counts: unknown; fault: unknown }>`select grain, counts, fault from connection_figures where connection_id = ${connectionId} order by grain`.execute(again.value.internals.database.system);
  await again.value.close();
  fs.rmSync(dataDir, { recursive: true, force: true });
  const counts = { 'refused.intake.signature_missing': 1 };
  const fault = { what: 'refused', code: 'intake.signature_missing' };
  expect(rows).toEqual([{ grain: 'day', counts, fault }, { grain: 'hour', counts, fault }]);
});
