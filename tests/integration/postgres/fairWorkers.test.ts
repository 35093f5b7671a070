import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { vendorModule } from '../../../core/vendors/registry.ts';
import { createEgressHttp } from '../../../egress/http.ts';
import { createIds, systemClock } from '../../../server/ports.ts';
import { createConnection } from '../../../server/store/connections.ts';
import { createOrganisation } from '../../../server/store/organisations.ts';
import { startNormaliser } from '../../../server/workers/normalise.ts';
import { delivery, stripeIntent } from '../../support/deliveries.ts';
import { until } from '../../support/serverApp.ts';
import { openTestStore } from '../../support/store.ts';

it.skipIf(process.env['WEDSYNC_TEST_DATABASE_URL'] === undefined).each(['alone', 'together'])('an organisation whose record is held for long delays nobody else (%s)', async (how) => {
  const t = await openTestStore();
  const { internals } = t.store;
  const other = await createOrganisation(internals, { name: 'Other House', zone: 'Europe/London', currency: 'GBP', demo: false });
  const { connectionId } = await createConnection(internals, { organisationId: other.id, system: 'stripe', name: 'Theirs', path: 'native', settings: {}, secrets: { signingSecret: 'whsec_other' }, actor: { kind: 'system', id: null, name: 'test' } });
  const toOther = async () => (await t.store.addDelivery(delivery(t, 'stripe', stripeIntent(), { organisationId: other.id, connectionId, deliveryKey: randomUUID() }))).deliveryId;
  const toHeld = async () => (await t.store.addDelivery(delivery(t, 'stripe', stripeIntent(), { deliveryKey: randomUUID() }))).deliveryId;
  const isDone = async (id: string) => (await internals.database.system.selectFrom('deliveries').select('state').where('id', '=', id).executeTakeFirstOrThrow()).state !== 'received';
  let held = false;
  let letGo = (): void => undefined;
  const released = new Promise<void>((resolve) => (letGo = resolve));
  const holding = internals.database.system.transaction().execute(async (tx) => {
    await tx.selectFrom('organisations').select('id').where('id', '=', t.organisation.id).forNoKeyUpdate().execute();
    held = true;
    await released;
  });
  await until(() => held, 'the record is held');
  const first = await toHeld();
  const ids = how === 'together' ? [await toOther()] : [];
  const line = startNormaliser({ store: t.store, vendors: vendorModule, http: createEgressHttp({ allow: [], log: t.log }), clock: systemClock, ids: createIds(), log: t.log });
  try {
    await sleep(500);
    ids.push(await toOther());
    for (const id of ids) while (!(await isDone(id))) await sleep(10);
    expect(await isDone(first)).toBe(false);
    letGo();
    await holding;
    await line.idle();
    expect(await isDone(first)).toBe(true);
  } finally {
    letGo();
    await line.stop();
    await holding;
    await t.cleanup();
  }
});
