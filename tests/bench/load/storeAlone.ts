import { createIds, systemClock } from '../../../server/ports.ts';
import { openStore } from '../../../server/store/open.ts';

/**
 * What durable deliveries cost with no HTTP in front and nobody working on them: the other floor, in a process of its own.
 * As many callers as a sender has sockets, each with one delivery under way; a delivery counts when its commit is on disk.
 */
export interface Alone {
  readonly dataDir: string;
  readonly databaseUrl: string | null;
  readonly masterKey: Uint8Array;
  readonly callers: number;
  readonly count: number;
  readonly bytes: number;
}
export interface AloneAnswer {
  readonly tookMs: number;
  readonly ownMs: number;
  readonly commits: number;
}

async function run({ dataDir, databaseUrl, masterKey, callers, count, bytes }: Alone): Promise<AloneAnswer> {
  const ids = createIds();
  const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const opened = await openStore({ dataDir, databaseUrl, masterKey, clock: systemClock, ids, log: quiet });
  if (!opened.ok) throw new Error(opened.error.message);
  const store = opened.value;
  const connections = await store.internals.database.system.selectFrom('connectionAccess').select(['id', 'organisationId']).where('system', '=', 'stripe').execute();
  const name = ids.next();
  const add = async (n: number) => {
    const to = connections[n % connections.length];
    if (!to) throw new Error('no connection');
    const bodyText = JSON.stringify({ id: `evt_${name}${n}`, filler: 'x'.repeat(bytes) });
    await store.addDelivery({ organisationId: to.organisationId, connectionId: to.id, system: 'stripe', deliveryKey: `evt_${name}${n}`, vendorEvent: 'payment_intent.succeeded', mediaType: 'application/json', headers: {}, bodyText, receivedAt: new Date().toISOString() });
  };
  const many = async (all: number, from: number) => {
    let next = 0;
    const call = async () => {
      while (next < all) await add(from + (next += 1));
    };
    await Promise.all(Array.from({ length: callers }, call));
  };
  await many(Math.min(2_000, count), count * 2);
  const commits = store.internals.deliveryCommits();
  const usage = process.cpuUsage();
  const begun = performance.now();
  await many(count, 0);
  const tookMs = performance.now() - begun;
  const { user, system } = process.cpuUsage(usage);
  const answer = { tookMs, ownMs: (user + system) / 1_000, commits: store.internals.deliveryCommits() - commits };
  await store.close();
  return answer;
}

process.on('message', (alone: Alone) => void run(alone).then((answer) => process.send?.(answer)));
process.on('disconnect', () => process.exit(0));
