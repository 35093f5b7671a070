import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ErrorBody, HTTP } from '../../../core/contract/http.ts';
import type { Change } from '../../../core/domain/record/changes.ts';
import type { RecordState } from '../../../core/domain/record/state.ts';
import { applyEvents, emptyTables, fromSnapshot } from '../../../core/domain/record/state.ts';
import { ok } from '../../../core/contract/result.ts';
import { vendorModule } from '../../../core/vendors/registry.ts';
import { createIds, systemClock } from '../../../server/ports.ts';
import { createConnection, setAccessIn } from '../../../server/store/connections.ts';
import { rebuild } from '../../../server/store/rebuild.ts';
import { setPaused } from '../../../server/store/pausing.ts';
import { startNormaliser, type Normaliser } from '../../../server/workers/normalise.ts';
import { furnish, letIn } from '../../support/house.ts';
import { manager, type Manager } from '../../support/manager.ts';
import { changes, entry, scriptedVendor } from '../../support/scriptedVendor.ts';
import { testApp, type TestApp } from '../../support/serverApp.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';

/** A connection is removed: what of it goes, what stays, and who is told. */
const SECRET = 'whsec_of-the-one-that-is-removed';
const ACTOR = { kind: 'system', id: null, name: 'test' } as const;
let t: TestStore;
let test: TestApp;
let owner: Manager;
let line: Normaliser;
let headers: Readonly<Record<string, string>>;
let folder: 'there' | 'broken' | 'gone' = 'there';

beforeAll(async () => {
  t = await openTestStore();
  const scripted = scriptedVendor('stripe', { reread: async ({ remoteId }) => ok([entry(remoteId)]) });
  const vendors = (system: string) => {
    // The folder of a system, as a fault of packing may leave it, and one that this version has no more.
    if (folder === 'broken') return { ...scripted, get manifest(): never { throw new Error('half of the folder is missing'); } };
    return folder === 'gone' ? null : system === 'stripe' ? scripted : vendorModule(system);
  };
  test = testApp(t.store, { vendors, config: { managingPerMinute: 10_000, apiPerMinute: 10_000 } });
  const house = await furnish(t.store, t.organisation.id);
  ({ headers } = await letIn(t.store, house.organisationId, house.access('owner')));
  owner = manager(test, headers);
  line = startNormaliser({ store: t.store, vendors, http: { send: () => Promise.reject(new Error('no line')) }, clock: systemClock, ids: createIds(), log: t.log });
});
afterAll(async () => {
  await line.stop();
  await test.app.close();
  await t.cleanup();
});

const booking = (id: string): Change => ({ kind: 'booking', remote: { type: 'booking', id, version: null }, wedding: {}, occurredAt: null, fields: { title: `Booking ${id}`, trade: 'florist', status: 'lead' } });
const db = () => t.store.internals.database.system;
const made = async () => createConnection(t.store.internals, { organisationId: t.organisation.id, system: 'stripe', name: 'Old till', path: 'native', settings: { currency: 'GBP' }, secrets: { signingSecret: SECRET }, actor: ACTOR });
const deliver = async (connectionId: string, body: unknown, deliveryKey: string = randomUUID()) =>
  (await t.store.addDelivery({ organisationId: t.organisation.id, connectionId, system: 'stripe', deliveryKey, vendorEvent: 'x', mediaType: 'application/json', headers: {}, bodyText: JSON.stringify(body), receivedAt: new Date().toISOString() })).deliveryId;
const stateOf = (id: string) => db().selectFrom('deliveries').select(['state', 'reason']).where('id', '=', id).executeTakeFirstOrThrow();
const codeOf = (answer: { json: () => unknown }) => ErrorBody.parse(answer.json()).error.code;
const remove = (id: string, query = '') => test.app.inject({ method: 'DELETE', url: HTTP.removeConnection.path.replace(':id', id) + query, headers });
const THROW_AWAY = '?unfinished=throw_away';
const rows = async () => (await t.store.snapshot(t.organisation.id)).rows;

/** A second console that follows by events alone, from the very beginning. */
async function followed(): Promise<RecordState> {
  const all = await t.store.readEvents(t.organisation.id, 0, 10_000);
  return applyEvents({ epoch: t.store.epoch, seq: 0, organisation: t.organisation, tables: emptyTables() }, all, all.at(-1)?.seq ?? 0);
}

it('says first what goes and what stays, and changes nothing by it', async () => {
  const { connectionId } = await made();
  await deliver(connectionId, changes(booking('b-0')));
  await line.idle();
  const head = await t.store.headSeq(t.organisation.id);
  expect(await owner.get('removal', { id: connectionId })).toEqual({
    connectionId, addresses: ['webhook'], secrets: 1, keptBy: null, called: true, rows: 1, written: 0, deliveries: 1, parked: 1, unfinished: { waiting: 0, held: 0, refused: 0 },
  });
  expect(await t.store.headSeq(t.organisation.id)).toBe(head);
  expect((await owner.ask('removal', { id: randomUUID() })).status).toBe(404);
});

it('deletes what opens anything, keeps what was told, and everybody follows by the log', async () => {
  const { connectionId, intakeKey } = await made();
  const told = await deliver(connectionId, changes(booking('b-1')));
  const refused = await deliver(connectionId, null);
  await line.idle();
  await setPaused(t.store.internals, t.organisation.id, connectionId, { paused: true, actor: ACTOR, reason: null });
  const held = await deliver(connectionId, changes(booking('b-2')));
  await line.idle();
  expect((await owner.get('removal', { id: connectionId })).unfinished).toEqual({ waiting: 0, held: 1, refused: 1 });
  const address = `/api/integrations/webhook/stripe/${intakeKey}`;
  const call = () => test.app.inject({ method: 'POST', url: address, headers: { 'content-type': 'application/json' }, payload: {} });
  const before = await rows();
  expect(before.alerts.some((one) => one.state === 'open' && one.rule === 'delivery_quarantined')).toBe(true);

  const stopped = await remove(connectionId);
  expect([stopped.statusCode, codeOf(stopped)]).toEqual([409, 'connect.unfinished']);
  expect((await rows()).connections.some((one) => one.id === connectionId)).toBe(true);

  const first = await remove(connectionId, THROW_AWAY);
  expect(first.statusCode).toBe(200);
  const head = await t.store.headSeq(t.organisation.id);
  // Sent again, as after a broken line.
  const again = await remove(connectionId);
  expect([again.statusCode, again.json()]).toEqual([200, first.json()]);
  expect(await t.store.headSeq(t.organisation.id)).toBe(head);

  const access = await db().selectFrom('connectionAccess').selectAll().where('id', '=', connectionId).executeTakeFirstOrThrow();
  expect(access).toMatchObject({ secretsSealed: '', intakeKeySealed: '', settings: {}, cursor: null, nextPollAt: null, brake: null, keptBy: null });
  expect([(await stateOf(told)).state, await stateOf(held), await stateOf(refused)]).toEqual([expect.stringMatching(/processed|parked/), { state: 'ignored', reason: 'connect.removed' }, { state: 'ignored', reason: 'connect.removed' }]);
  const gone = await call();
  expect([gone.statusCode, codeOf(gone)]).toEqual([410, 'intake.connection_removed']);

  const after = await rows();
  expect(after.connections.some((one) => one.id === connectionId)).toBe(false);
  expect(after.bookings.filter((one) => one.source?.connectionId === connectionId)).toEqual(before.bookings.filter((one) => one.source?.connectionId === connectionId));
  expect(after.reviewItems.filter((one) => one.connectionId === connectionId && one.state === 'open').map((one) => one.kind)).toEqual(['parked']);
  expect(after.alerts.filter((one) => one.state !== 'resolved' && one.rule === 'delivery_quarantined')).toEqual([]);
  const [event] = await t.store.history(t.organisation.id, 'connections', connectionId, null, 1);
  expect(event).toMatchObject({ type: 'connection.removed', actor: { kind: 'person' } });
  expect(await followed()).toEqual(fromSnapshot(await t.store.snapshot(t.organisation.id)));
  const rebuilt = await db().transaction().setIsolationLevel('repeatable read').execute((tx) => rebuild(tx, { apply: false, progress: () => undefined }));
  expect(rebuilt.differences).toEqual([]);

  for (const name of ['setup', 'removal'] as const) expect((await owner.ask(name, { id: connectionId })).status).toBe(404);
  for (const name of ['pause', 'resume', 'look', 'testEvent'] as const) expect((await owner.ask(name, { id: connectionId })).status, name).toBe(404);
  expect((await owner.ask('changeConnection', { id: connectionId, body: { secrets: { signingSecret: 'back' } } })).status).toBe(404);
  await t.store.internals.flushAudit();
  const lines = await db().selectFrom('audit').select(['action', 'outcome']).where('subject', '=', connectionId).execute();
  expect(lines).toEqual(expect.arrayContaining([{ action: 'connection.removed', outcome: 'connect.unfinished' }, { action: 'connection.removed', outcome: 'ok' }, { action: 'intake.refused', outcome: 'intake.connection_removed' }]));
});

it('takes nothing that was on its way: a delivery, a renewed token, a replay', async () => {
  const { connectionId } = await made();
  const done = await deliver(connectionId, changes(booking('b-3')));
  await line.idle();
  const before = await stateOf(done);
  expect((await remove(connectionId)).statusCode).toBe(200);
  const { bookings } = await rows();
  // It was checked before and is written after.
  const late = await deliver(connectionId, changes(booking('b-4')));
  await line.idle();
  expect(await stateOf(late)).toEqual({ state: 'ignored', reason: 'connect.removed' });
  expect((await rows()).bookings).toEqual(bookings);
  const renewing = t.store.internals.database.withOrganisation(t.organisation.id, (tx) => setAccessIn(t.store.internals, tx, t.organisation.id, connectionId, { settings: {}, secrets: { accessToken: 'renewed' } }));
  await expect(renewing).rejects.toThrow(/connection_access_removed/);
  const lot = { ids: [done] };
  expect((await owner.get('previewReplay', { body: lot })).deliveries).toBe(0);
  await owner.ask('replay', { body: lot });
  await line.idle();
  expect(await stateOf(done)).toEqual(before);
});

it('connected again it is a new one, which tells again what the former one told', async () => {
  const first = await made();
  await deliver(first.connectionId, changes(booking('b-5')), 'the same');
  await line.idle();
  expect((await remove(first.connectionId)).statusCode).toBe(200);
  const second = await made();
  await deliver(second.connectionId, changes(booking('b-5')), 'the same');
  await line.idle();
  const { bookings, connections } = await rows();
  const told = bookings.filter((one) => one.source?.remoteId === 'b-5').map((one) => one.source?.connectionId);
  expect(told.sort()).toEqual([first.connectionId, second.connectionId].sort());
  expect(connections.filter((one) => one.name === 'Old till').map((one) => one.id)).toContain(second.connectionId);
  expect((await owner.get('systems')).systems.find((one) => one.id === 'stripe')?.connections).toBe(connections.filter((one) => one.system === 'stripe').length);
});

it.each(['broken', 'gone'] as const)('is shown and done without the folder of its system, when that is %s', async (state) => {
  const { connectionId } = await made();
  await deliver(connectionId, changes(booking(`b-6 ${state}`)));
  await line.idle();
  folder = state;
  try {
    expect(await owner.get('removal', { id: connectionId })).toEqual({
      connectionId, addresses: ['webhook'], secrets: 1, keptBy: null, called: false, rows: 1, written: 0, deliveries: 1, parked: 1, unfinished: { waiting: 0, held: 0, refused: 0 }, untold: ['connect.system_gone'],
    });
    expect((await remove(connectionId)).statusCode).toBe(200);
  } finally {
    folder = 'there';
  }
  expect((await rows()).connections.some((one) => one.id === connectionId)).toBe(false);
  expect(await db().selectFrom('connectionAccess').select('secretsSealed').where('id', '=', connectionId).executeTakeFirstOrThrow()).toEqual({ secretsSealed: '' });
});

it('is shown and done also when its secrets do not open any more', async () => {
  const { connectionId } = await made();
  await sql`update connection_access set secrets_sealed = 'v1.anotherkey000.AAAA.AAAA.AAAA' where id = ${connectionId}`.execute(db());
  expect(await owner.get('removal', { id: connectionId })).toMatchObject({ secrets: 0, called: true, untold: ['secrets.unavailable'] });
  expect((await remove(connectionId)).statusCode).toBe(200);
});
