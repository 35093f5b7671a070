import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newOutcome } from '../../chaos/arena.ts';
import { judgeEnding } from '../../chaos/ending.ts';
import { ENV, readRecord } from '../../chaos/home.ts';
import { Vendor } from '../../chaos/vendor.ts';
import { ownDatabase } from '../../support/postgres.ts';
import { startServer, type RunningServer } from '../../support/runningServer.ts';
import { seeded } from '../../../scripts/simulate/burst.ts';

/** Two worker processes on one queue, as hard as it goes. */

const cluster = process.env['WEDSYNC_TEST_DATABASE_URL'];

describe.skipIf(cluster === undefined)('two workers on one queue', () => {
  let database: Awaited<ReturnType<typeof ownDatabase>>;
  let folder: string;
  const running: RunningServer[] = [];

  beforeAll(async () => {
    database = await ownDatabase(cluster ?? '');
    folder = mkdtempSync(join(tmpdir(), 'wedsync-workers-'));
  });
  afterAll(async () => {
    for (const one of running) await one.kill();
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function start(role: string, name: string): Promise<RunningServer> {
    const server = await startServer({ dataDir: join(folder, name), env: { ...ENV, WEDSYNC_LOG_LEVEL: 'info', DATABASE_URL: database.url, WEDSYNC_ROLE: role } });
    running.push(server);
    return server;
  }

  const PAYMENTS = 400;
  test(`${PAYMENTS} payments and their refunds: each delivery once, the payment before its refund, no gap in the log, and both had work`, async () => {
    const intake = [await start('intake', 'intake-one'), await start('intake', 'intake-two')];
    const workers = await Promise.all([start('worker', 'worker-one'), start('worker', 'worker-two')]);
    const [first] = intake;
    if (!first) throw new Error('no intake');
    const card = first.demo();
    const vendor = new Vendor(() => intake.map((one) => one.url), card, seeded(7));
    await vendor.load(PAYMENTS, 1_000);
    const facts = vendor.acknowledged();
    expect(facts).toHaveLength(PAYMENTS * 1.25);

    const done = /"deliveries":(\d+)/;
    const workedBy = (server: RunningServer) => server.lines.filter((line) => line.includes('deliveries normalised')).reduce((sum, line) => sum + Number(done.exec(line)?.[1] ?? 0), 0);
    const deadline = Date.now() + 30_000;
    while (workers.reduce((sum, one) => sum + workedBy(one), 0) < facts.length && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
    const shares = workers.map(workedBy);
    expect(shares.reduce((sum, one) => sum + one, 0)).toBe(facts.length);
    for (const share of shares) expect(share).toBeGreaterThan(0);
    for (const one of running) expect(await one.stop()).toBe(0);

    const ending = await readRecord(null, database.url, card.organisationId);
    const outcome = newOutcome('two workers');
    judgeEnding(ending, facts, outcome);
    expect({ lost: outcome.lost, doubled: outcome.doubled, faults: outcome.faults }).toEqual({ lost: 0, doubled: 0, faults: [] });
    expect([...ending.deliveries.values()].filter((state) => state !== 'processed')).toEqual([]);
    const order = new Map<string, string[]>();
    for (const event of ending.log) {
      if (event.collection !== 'payments' || event.deliveryId === null) continue;
      order.set(event.row.id, [...(order.get(event.row.id) ?? []), event.row.status]);
    }
    const refunded = facts.filter((fact) => fact.event === 'charge.refunded').length;
    const seen = [...order.values()].map((states) => states.join(' '));
    expect(seen.filter((states) => states === 'completed refunded')).toHaveLength(refunded);
    expect(seen.filter((states) => states === 'completed')).toHaveLength(PAYMENTS - refunded);
  });
});
