import { mkdirSync } from 'node:fs';
import { seedDemo } from '../../server/demo/seed.ts';
import { createIds, systemClock } from '../../server/ports.ts';
import { createConnection } from '../../server/store/connections.ts';
import { openStore } from '../../server/store/open.ts';
import { todaysWedding } from '../support/facts.ts';
import { prepareDirectory, TEST_MASTER_KEY } from '../support/store.ts';

/** What the benches of one server have in common. */

export const CONNECTIONS = 20;
export const SIGNING_SECRET = 'whsec_bench_0123456789abcdef0123456789';
export const MASTER_KEY = TEST_MASTER_KEY;
export const BENCH_ENV = { WEDSYNC_DEMO: '0', WEDSYNC_LOG_LEVEL: 'warn', WEDSYNC_RATE_CONNECTION: '10000000', WEDSYNC_MASTER_KEY: Buffer.from(MASTER_KEY).toString('base64') } as const;

/** A demo venue with Stripe connections, twenty unless it says otherwise, made before the server is started on it. */
export async function prepare(dataDir: string, databaseUrl: string | null, connections = CONNECTIONS): Promise<{ weddingId: string; to: { path: string; signingSecret: string }[] }> {
  mkdirSync(dataDir, { recursive: true });
  if (databaseUrl === null) await prepareDirectory(dataDir);
  const ids = createIds();
  const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const opened = await openStore({ dataDir, databaseUrl, masterKey: MASTER_KEY, clock: systemClock, ids, log: quiet });
  if (!opened.ok) throw new Error(opened.error.message);
  const store = opened.value;
  const card = await seedDemo(store, { clock: systemClock, ids, dataDir, serverUrl: 'http://127.0.0.1' });
  const to: { path: string; signingSecret: string }[] = [];
  for (let n = 0; n < connections; n += 1) {
    const actor = { kind: 'system', id: null, name: 'bench' } as const;
    const made = await createConnection(store.internals, { organisationId: card.organisationId, system: 'stripe', name: `Stripe ${n}`, path: 'native', settings: {}, secrets: { signingSecret: SIGNING_SECRET }, actor });
    to.push({ path: `/api/integrations/webhook/stripe/${made.intakeKey}`, signingSecret: SIGNING_SECRET });
  }
  await store.close();
  return { weddingId: todaysWedding(card).id, to };
}

