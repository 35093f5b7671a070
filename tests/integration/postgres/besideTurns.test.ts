import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KyselyPlugin } from 'kysely';
import { expect, it } from 'vitest';
import { vendorModule } from '../../../core/vendors/registry.ts';
import { createEgressHttp } from '../../../egress/http.ts';
import { createIds, systemClock } from '../../../server/ports.ts';
import { startNormaliser } from '../../../server/workers/normalise.ts';
import { delivery, stripeIntent } from '../../support/deliveries.ts';
import { openTestStore } from '../../support/store.ts';

/** As `BESIDE_MS` of the normaliser has it. */
const BESIDE_MS = 50;
const COMMITS = 150;

/** Counts how often it is asked who has something to do. */
function counting(): KyselyPlugin & { looks: number } {
  return {
    looks: 0,
    transformQuery({ node }) {
      if (node.kind === 'RawNode' && node.sqlFragments[0]?.includes('with recursive o as') === true) this.looks += 1;
      return node;
    },
    transformResult: ({ result }) => Promise.resolve(result),
  };
}

it.skipIf(process.env['WEDSYNC_TEST_DATABASE_URL'] === undefined)('a turn that takes long is not asked for again with every commit of the intake', async () => {
  const t = await openTestStore();
  const { internals } = t.store;
  const counter = counting();
  const system = internals.database.system.withPlugin(counter);
  let ends = (): void => undefined;
  const held = new Promise<void>((resolve) => (ends = resolve));
  let holds = (): void => undefined;
  const isHeld = new Promise<void>((resolve) => (holds = resolve));
  const holding = internals.database.system.transaction().execute(async (tx) => {
    await tx.selectFrom('organisations').select('id').where('id', '=', t.organisation.id).forNoKeyUpdate().execute();
    holds();
    await held;
  });
  await isHeld;
  const line = startNormaliser({ store: { internals: { ...internals, database: { ...internals.database, system } } }, vendors: vendorModule, http: createEgressHttp({ allow: [], log: t.log }), clock: systemClock, ids: createIds(), log: t.log });
  try {
    await t.store.addDelivery(delivery(t, 'stripe', stripeIntent(), { deliveryKey: randomUUID() }));
    // The turn waits for the record from here on.
    await sleep(300);
    const before = counter.looks;
    const from = performance.now();
    for (let n = 0; n < COMMITS; n += 1) {
      await t.store.addDelivery(delivery(t, 'stripe', stripeIntent(), { deliveryKey: randomUUID() }));
      await sleep(2);
    }
    const ms = performance.now() - from;
    const looks = counter.looks - before;
    console.log(`${looks} looks for others in ${ms.toFixed(0)} ms with ${COMMITS} commits of the intake`);
    expect(looks).toBeGreaterThan(0);
    expect(looks).toBeLessThan(ms / BESIDE_MS + 5);
    expect(looks).toBeLessThan(COMMITS / 2);
    ends();
    await holding;
    await line.idle();
    const { count } = await internals.database.system.selectFrom('deliveries').select((eb) => eb.fn.countAll<number>().as('count')).where('state', '=', 'received').executeTakeFirstOrThrow();
    expect(Number(count)).toBe(0);
  } finally {
    ends();
    await line.stop();
    await holding;
    await t.cleanup();
  }
});
