import { createHmac, randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ErrorBody, WebhookReceipt } from '../../../core/contract/http.ts';
import { ConflictsAnswer, ConnectionStatusAnswer, LooksAnswer, WeddingStatusAnswer } from '../../../core/contract/looking.ts';
import { draftCreated } from '../../../core/domain/record/drafts.ts';
import { vendorModule } from '../../../core/vendors/registry.ts';
import type { VendorModule } from '../../../core/vendors/vendor.ts';
import { createIds } from '../../../server/ports.ts';
import { createConnection } from '../../../server/store/connections.ts';
import { setPaused } from '../../../server/store/pausing.ts';
import { startNormaliser, type Normaliser } from '../../../server/workers/normalise.ts';
import { delivery, stripeIntent } from '../../support/deliveries.ts';
import { furnish, letIn, type House } from '../../support/house.ts';
import { scriptedVendor } from '../../support/scriptedVendor.ts';
import { testApp } from '../../support/serverApp.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';

/** The addresses that the requirements name: aliases of the intake, and looks on demand. */

let t: TestStore;
let app: FastifyInstance;
let house: House;
let headers: { authorization: string };
let line: Normaliser;
// Stripe is looked at here too, so that there is one that is and one that is not.
const polled: VendorModule = scriptedVendor('stripe', { poll: { everySeconds: 600, read: () => Promise.reject(new Error('not asked here')), normalise: () => ({ ok: true, value: { kind: 'ignored', why: 'x' } }) } });
const vendors = (system: string): VendorModule | null => {
  const real = vendorModule(system);
  return system === 'stripe' && real ? { ...real, ...(polled.poll ? { poll: polled.poll } : {}) } : real;
};

beforeAll(async () => {
  t = await openTestStore();
  ({ app } = testApp(t.store, { vendors, config: { apiPerMinute: 100_000, managingPerMinute: 100_000, strangerPerMinute: 100_000 } }));
  house = await furnish(t.store, t.organisation.id);
  headers = (await letIn(t.store, t.organisation.id, house.access('coordinator'))).headers;
  line = startNormaliser({ store: t.store, vendors, http: { send: () => Promise.reject(new Error('no line')) }, clock: t.options.clock, ids: createIds(), log: t.log, random: () => 1 });
  await t.store.addDelivery(delivery(t, 'stripe', stripeIntent({ weddingId: house.here })));
  await line.idle();
});
afterAll(async () => {
  await line.stop();
  await app.close();
  await t.cleanup();
});

const get = async (url: string) => app.inject({ url, headers });
const post = async (url: string, payload: object = {}) => app.inject({ method: 'POST', url, headers, payload });
const never = async () => {
  await t.store.internals.database.system.updateTable('connectionAccess').set({ nextPollAt: '2099-01-01T00:00:00.000Z' }).execute();
};
const due = async () => {
  const rows = await t.store.internals.database.system.selectFrom('connectionAccess').select('system').where('nextPollAt', '<', '2099-01-01T00:00:00.000Z').execute();
  return rows.map((row) => row.system);
};

test('a wedding: where its rows came from is looked at now', async () => {
  await never();
  const answer = LooksAnswer.parse((await post(`/api/integrations/sync/${house.here}`)).json());
  expect(answer.connections).toEqual([{ connectionId: t.connections.stripe.connectionId, system: 'stripe', name: 'Stripe', look: 'asked' }]);
  expect(await due()).toEqual(['stripe']);
  expect(LooksAnswer.parse((await post(`/api/integrations/sync/${house.here}`, { systems: ['honeybook'] })).json()).connections).toEqual([]);
  expect(LooksAnswer.parse((await post(`/api/integrations/sync/${house.elsewhere}`)).json()).connections).toEqual([]);
  expect((await post(`/api/integrations/sync/${randomUUID()}`)).statusCode).toBe(404);
});

test('a wedding: how its connections stand', async () => {
  const answer = WeddingStatusAnswer.parse((await get(`/api/integrations/status/${house.here}`)).json());
  expect(answer).toMatchObject({ weddingId: house.here, active: 1, pendingReviews: 0, connections: [{ connection: { system: 'stripe', health: 'healthy' } }] });
  expect(answer.lastChangeAt).not.toBeNull();
  expect(WeddingStatusAnswer.parse((await get(`/api/integrations/status/${house.elsewhere}`)).json())).toMatchObject({ connections: [], active: 0, lastChangeAt: null });
});

test('a wedding: only those that bring what is wanted, also under the name of calendars', async () => {
  const looks = async (url: string, body: object = {}) => LooksAnswer.parse((await post(url, body)).json()).connections.map((one) => one.system);
  const address = `/api/integrations/sync/${house.here}`;
  expect(await looks(address, { syncType: 'payments' })).toEqual(['stripe']);
  expect(await looks(address, { syncType: 'all', systems: ['stripe'] })).toEqual(['stripe']);
  expect(await looks(address, { syncType: 'calendar' })).toEqual([]);
  expect(await looks('/api/integrations/vendor/sync', { syncType: 'bookings' })).toEqual(expect.arrayContaining(['vsco-workspace', 'honeybook']));
  expect(await looks(`/api/integrations/calendar/sync/${house.here}`, { syncType: 'payments' })).toEqual([]);
  const { calendar } = await ownCalendar();
  expect(await looks(`/api/integrations/calendar/sync/${house.here}`)).toEqual(['ical-feed']);
  expect((await looks(address)).sort()).toEqual(['ical-feed', 'stripe']);
  expect((await post(address, { syncType: 'everything' })).statusCode).toBe(400);
  expect((await post(`/api/integrations/calendar/sync/${randomUUID()}`)).statusCode).toBe(404);
  await t.store.internals.database.system.updateTable('events').set({ weddingId: house.elsewhere }).where('deliveryId', '=', calendar).execute();
});

test('a wedding: what goes on with its connections, and what waits for a person', async () => {
  const { database } = t.store.internals;
  const stripe = t.connections.stripe.connectionId;
  const status = async () => WeddingStatusAnswer.parse((await get(`/api/integrations/status/${house.here}`)).json());
  await never();
  expect(await status()).toMatchObject({ status: 'healthy', flows: [], reviews: [], pendingReviews: 0 });
  const organisationId = t.organisation.id;
  // A look that is asked for, one that was answered, a re-read in hand, a replay and a dry run under way.
  await post(`/api/integrations/sync/${house.here}`);
  const looked = new Date(Date.now() - 60_000).toISOString();
  t.store.audit({ organisationId, at: looked, action: 'source.look', actor: 'system', subject: stripe, outcome: '200' });
  t.store.audit({ organisationId, at: new Date().toISOString(), action: 'source.look', actor: 'system', subject: stripe, outcome: 'no_answer' });
  await vi.waitFor(async () => expect((await status()).connections[0]?.lastSyncAt).toBe(looked), { timeout: 20_000 });
  const later = '2099-01-01T00:00:00.000Z';
  const worked = async (state: 'waiting' | 'processed', fields: object) => {
    const { deliveryId } = await t.store.addDelivery(delivery(t, 'stripe', stripeIntent({ weddingId: house.here })));
    await line.idle();
    await database.system.updateTable('deliveries').set({ state, ...fields }).where('id', '=', deliveryId).execute();
    return deliveryId;
  };
  const read = await worked('waiting', { inHand: true, nextAttemptAt: later });
  const replayId = randomUUID();
  await database.system.insertInto('replays').values({ id: replayId, organisationId, lot: null, total: 1, placeAt: null, placeArrival: null, startedBy: 'x', startedAt: looked, finishedAt: null }).execute();
  const again = await worked('processed', { replayId });
  const dryRunId = randomUUID();
  await sql`insert into dry_runs (id, organisation_id, device_id, total, started_at, expires_at) values (${dryRunId}, ${organisationId}::uuid, ${t.device.id}::uuid, 1, ${looked}::timestamptz, ${later}::timestamptz)`.execute(database.system);
  await sql`insert into dry_run_lines (dry_run_id, organisation_id, delivery_id, received_at, arrival, outcome, rows, new_ids) values (${dryRunId}, ${organisationId}::uuid, ${again}::uuid, ${looked}::timestamptz, 1, 'nothing', '[]', '[]')`.execute(database.system);
  const busy = await status();
  expect(busy.status).toBe('working');
  expect(busy.flows.map(({ kind, count, connectionId }) => [kind, count, connectionId === stripe]).sort()).toEqual([['dry_run', 1, true], ['look', 1, true], ['replay', 1, true], ['reread', 1, true]]);
  await database.system.updateTable('replays').set({ state: 'done' }).execute();
  await sql`update dry_runs set state = 'done'`.execute(database.system);
  await database.system.updateTable('deliveries').set({ state: 'processed', inHand: false, nextAttemptAt: null }).where('id', '=', read).execute();
  await never();
  // One that leads to no wedding, one that is not understood, and what the brake holds of this wedding.
  await t.store.addDelivery(delivery(t, 'stripe', stripeIntent({ id: 'pi_nobodys' })));
  await t.store.addDelivery(delivery(t, 'stripe', { what: 'is this' }));
  await t.store.addDelivery(delivery(t, 'honeybook', { what: 'is this' }));
  await line.idle();
  const lot = { kinds: [], rows: [], deliveries: 1, weddingIds: [house.here], moreWeddings: false, from: looked, to: looked, sample: [] };
  await sql`
    insert into review_items (organisation_id, id, version, source, seq, updated_at, delivery_id, connection_id, kind, reason, title, received_at, state, lot)
    values (${organisationId}::uuid, ${randomUUID()}::uuid, 1, null, 1, ${looked}::timestamptz, ${read}::uuid, ${stripe}::uuid, 'held', 'held.deletes', 'x', ${looked}::timestamptz, 'open', ${JSON.stringify(lot)}::jsonb)
  `.execute(database.system);
  const waiting = await status();
  expect(waiting).toMatchObject({ status: 'needs_person', flows: [], pendingReviews: 3 });
  expect(waiting.reviews.map(({ kind, concerns }) => [kind, concerns]).sort()).toEqual([['held', true], ['parked', false], ['quarantined', false]]);
  await sql`delete from review_items where kind = 'held'`.execute(database.system);
  expect(WeddingStatusAnswer.parse((await get(`/api/integrations/status/${house.elsewhere}`)).json()).reviews).toEqual([]);
});

/** A calendar feed that something of the wedding came from. */
async function ownCalendar(): Promise<{ calendar: string }> {
  const actor = { kind: 'system', id: null, name: 'test' } as const;
  const { connectionId } = await createConnection(t.store.internals, { organisationId: t.organisation.id, system: 'ical-feed', name: 'Calendar', path: 'feed', settings: {}, secrets: {}, actor });
  const { deliveryId } = await t.store.addDelivery({ ...delivery(t, 'stripe', stripeIntent({ weddingId: house.here })) });
  await line.idle();
  await t.store.internals.database.system.updateTable('deliveries').set({ connectionId }).where('id', '=', deliveryId).execute();
  return { calendar: deliveryId };
}

test('all of them, one CRM, and one that is paused', async () => {
  await never();
  const looks = async (url: string, body: object = {}) => Object.fromEntries(LooksAnswer.parse((await post(url, body)).json()).connections.map((one) => [one.system, one.look]));
  expect(await looks('/api/integrations/vendor/sync')).toEqual({ stripe: 'asked', 'vsco-workspace': vendorModule('vsco-workspace')?.poll ? 'asked' : 'tells_by_itself', honeybook: 'tells_by_itself', 'ical-feed': 'asked' });
  expect(await looks('/api/integrations/vendor/sync', { connectionIds: [t.connections.honeybook.connectionId] })).toEqual({ honeybook: 'tells_by_itself' });
  expect(Object.keys(await looks('/api/integrations/crm/sync/tave'))).toEqual(['vsco-workspace']);
  expect((await post('/api/integrations/crm/sync/nobody')).statusCode).toBe(404);
  expect((await post('/api/integrations/vendor/sync', { odd: 1 })).statusCode).toBe(400);
  const actor = { kind: 'system', id: null, name: 'test' } as const;
  const stripe = t.connections.stripe.connectionId;
  await setPaused(t.store.internals, t.organisation.id, stripe, { paused: true, actor, reason: 'x' });
  expect((await looks('/api/integrations/vendor/sync')).stripe).toBe('paused');
  const status = ConnectionStatusAnswer.parse((await get('/api/integrations/vendor/status')).json());
  expect(status.connections.find(({ connection }) => connection.id === stripe)).toMatchObject({ connection: { health: 'paused' }, nextLookAt: null });
  await setPaused(t.store.internals, t.organisation.id, stripe, { paused: false, actor, reason: null });
});

const signed = (body: string): Record<string, string> => {
  const at = Math.floor(Date.now() / 1000);
  return { 'content-type': 'application/json', 'stripe-signature': `t=${at},v1=${createHmac('sha256', t.connections.stripe.secrets['signingSecret'] ?? '').update(`${at}.${body}`).digest('hex')}` };
};

test('every other name of the intake is the intake', async () => {
  const { intakeKey } = t.connections.stripe;
  for (const address of [`/api/integrations/webhook/stripe/${intakeKey}`, `/api/v1/integrations/webhook/stripe/${intakeKey}`, `/api/webhooks/stripe/${intakeKey}`, `/webhooks/stripe/${intakeKey}`, `/api/payments/webhook/stripe/${intakeKey}`, `/api/crm/webhook/stripe/${intakeKey}`]) {
    const body = JSON.stringify(stripeIntent({ weddingId: house.here }));
    const answer = await app.inject({ method: 'POST', url: address, headers: signed(body), payload: body });
    expect([address, answer.statusCode, WebhookReceipt.safeParse(answer.json()).data?.status]).toEqual([address, 200, 'accepted']);
  }
  const tave = await app.inject({ method: 'POST', url: `/webhooks/tave/${t.connections['vsco-workspace'].intakeKey}?event=contact.created`, headers: { 'content-type': 'application/json' }, payload: JSON.stringify({ targetId: 'x1' }) });
  expect([tave.statusCode, WebhookReceipt.safeParse(tave.json()).data?.status]).toEqual([200, 'accepted']);
  // What happened stands in the address alone, and is kept with the delivery.
  const kept = await t.store.internals.database.system.selectFrom('deliveries').select(['vendorEvent', 'deliveryKey']).where('id', '=', WebhookReceipt.parse(tave.json()).deliveryId).execute();
  expect(kept).toEqual([{ vendorEvent: 'contact.created', deliveryKey: 'contact.created:x1' }]);
});

test('without its last part an address says where the whole one is found, and stores nothing', async () => {
  for (const address of ['/api/webhooks/stripe', '/webhooks/tave', '/webhooks/studio-ninja', '/webhooks/honeybook', '/webhooks/google-calendar', '/webhooks/stripe', '/api/crm/webhook/tave', '/api/payments/webhook/stripe', '/api/integrations/webhook/stripe', '/api/integrations/webhook/nobody']) {
    const answer = await app.inject({ method: 'POST', url: address, payload: {} });
    expect([address, answer.statusCode, ErrorBody.parse(answer.json()).error.code]).toEqual([address, 404, 'intake.address_incomplete']);
  }
});

test('double bookings are told by state, and counted at each wedding that they concern', async () => {
  const context = { actor: { kind: 'person', id: null, name: 'Front desk' }, source: null, deliveryId: null } as const;
  const weddings = [12, 14].map((hour) =>
    draftCreated('wedding.created', 'weddings', null, { id: randomUUID(), title: `At ${hour}`, date: '2099-06-05', zone: 'Europe/London', startsAt: `2099-06-05T${hour}:00:00.000Z`, endsAt: '2099-06-05T20:00:00.000Z', room: 'Barn', status: 'confirmed', guestCount: null }, null, context),
  );
  await t.store.internals.writer.write(t.organisation.id, ({ record }) => record(weddings));
  const ids = weddings.map(({ row }) => row.id);
  const told = async (state?: string) => ConflictsAnswer.parse((await get(`/api/integrations/calendar/conflicts${state === undefined ? '' : `?state=${state}`}`)).json()).conflicts;
  const mine = (await told()).filter(({ members }) => members.some(({ id }) => ids.includes(id)));
  expect(mine).toMatchObject([{ kind: 'overlap', level: 'block', state: 'open', missingMs: 6 * 3_600_000 }]);
  expect(await told('resolved')).toEqual([]);
  expect((await get('/api/integrations/calendar/conflicts?state=lost')).statusCode).toBe(400);
  for (const id of ids) expect(WeddingStatusAnswer.parse((await get(`/api/integrations/status/${id}`)).json()).pendingConflicts).toBe(1);
  expect(WeddingStatusAnswer.parse((await get(`/api/integrations/status/${house.elsewhere}`)).json()).pendingConflicts).toBe(0);
});

test('the timeline of a wedding: only who brings bookings is looked at', async () => {
  expect(LooksAnswer.parse((await post(`/api/integrations/wedding/${house.here}/timeline-sync`)).json()).connections).toEqual([]);
  expect((await post(`/api/integrations/wedding/${randomUUID()}/timeline-sync`)).statusCode).toBe(404);
});
