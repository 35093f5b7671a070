import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { vendorModule } from '../../../core/vendors/registry.ts';
import { createEgressHttp } from '../../../egress/http.ts';
import { createIds, systemClock } from '../../../server/ports.ts';
import { openStore } from '../../../server/store/open.ts';
import { startNormaliser, type Normaliser } from '../../../server/workers/normalise.ts';
import { delivery, stripeIntent } from '../../support/deliveries.ts';
import { startCluster, type Cluster } from '../../support/postgres.ts';
import { until } from '../../support/serverApp.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';

const server = process.env['WEDSYNC_TEST_DATABASE_URL'];

describe.skipIf(server === undefined)('PostgreSQL itself goes away', () => {
  let cluster: Cluster;
  let t: TestStore;
  let line: Normaliser;

  beforeAll(async () => {
    // One of its own: the others' must stay up.
    cluster = await startCluster();
    t = await openTestStore({ server: cluster.url });
    line = startNormaliser({ store: t.store, vendors: vendorModule, http: createEgressHttp({ allow: [], log: t.log }), clock: systemClock, ids: createIds(), log: t.log });
  });
  afterAll(async () => {
    await line.stop();
    await t.cleanup();
    await cluster.remove();
  });

  const add = () => t.store.addDelivery(delivery(t, 'stripe', stripeIntent()));

  test('what comes meanwhile is refused, what was acknowledged is worked on when it is back, and nothing has to be restarted', async () => {
    const heard: number[] = [];
    t.store.onCommitted((committed) => heard.push(...committed.events.map((event) => event.seq)));
    const before = await t.store.headSeq(t.organisation.id);
    const acknowledged: string[] = [];
    let refused = 0;
    let going = true;
    const sending = Array.from({ length: 8 }, async () => {
      while (going) {
        await add().then(({ deliveryId }) => acknowledged.push(deliveryId), () => (refused += 1));
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    });
    await until(() => acknowledged.length > 100, 'a good number stored');
    await cluster.kill();
    await until(() => refused > 20, 'refusals');
    const opened = await openStore(t.options);
    expect(opened).toMatchObject({ ok: false, error: { code: 'intake.store_unavailable', retryable: true } });
    const storedBefore = acknowledged.length;
    await cluster.start();
    await until(() => acknowledged.length > storedBefore + 100, 'stored again');
    going = false;
    await Promise.all(sending);
    await line.idle();

    const events = await t.store.readEvents(t.organisation.id, before, 10_000);
    const payments = new Set(events.filter((event) => event.type === 'payment.completed').map((event) => event.deliveryId));
    expect(acknowledged.filter((id) => !payments.has(id))).toEqual([]);
    await until(() => heard.length === events.length, 'everything told');
    expect(heard).toEqual(events.map((event) => event.seq));
  });
});
