import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CommandAnswer } from '../../../core/contract/commands.ts';
import { RecordedEvent } from '../../../core/contract/events.ts';
import { Snapshot } from '../../../core/contract/record.ts';
import { draftCreated, draftUpdated, type DraftContext, type EventDraft } from '../../../core/domain/record/drafts.ts';
import { applyEvents, emptyTables, fromSnapshot, toSnapshot } from '../../../core/domain/record/state.ts';
import { createConnection, findIntakeConnection, showIntakeKey } from '../../../server/store/connections.ts';
import { setPaused } from '../../../server/store/pausing.ts';
import { revokeDevice } from '../../../server/store/devices.ts';
import { createOrganisation } from '../../../server/store/organisations.ts';
import { DraftShapeError } from '../../../server/store/record.ts';
import type { Committed } from '../../../server/store/store.ts';
import { delivery } from '../../support/deliveries.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';

const clock = settableClock('2026-11-20T12:00:00.000Z');
const context: DraftContext = { actor: { kind: 'system', id: null, name: 'test' }, source: { system: 'stripe', connectionId: null, remoteId: 'pi_1' }, deliveryId: null };
let t: TestStore;

beforeAll(async () => {
  t = await openTestStore({ clock });
});
afterAll(() => t.cleanup());

const wedding = (id: string, title = 'Ada & Tom') =>
  draftCreated('wedding.created', 'weddings', id, { id, title, date: '2026-11-20', zone: 'Europe/London', startsAt: '2026-11-20T10:00:00.000Z', endsAt: '2026-11-20T23:00:00.000Z', room: null, status: 'confirmed', guestCount: 80 }, null, context);
const item = (id: string, weddingId: string) =>
  draftCreated('runsheet.item.created', 'runSheetItems', weddingId, { id, weddingId, title: 'Ceremony', startsAt: '2026-11-20T13:00:00.000Z', endsAt: null, place: null, owner: null, status: 'planned' }, null, context);
const contact = (id: string) => draftCreated('client.created', 'contacts', null, { id, weddingId: null, name: 'Noor', email: 'Noor@Example.org', phone: null, company: null, role: 'couple' }, '2026-11-19T08:00:00.000Z', context);
const openAlert = (id: string) =>
  draftCreated('alert.raised', 'alerts', null, { id, weddingId: null, severity: 'warning', rule: 'payment_failed', title: 'Failed', detail: 'It failed.', raisedAt: '2026-11-20T12:00:00.000Z', state: 'open', acknowledgedAt: null, acknowledgedBy: null, subject: { collection: 'payments', id: randomUUID() } }, null, context);

const write = (drafts: readonly EventDraft[], organisationId = t.organisation.id) => t.store.internals.writer.write(organisationId, ({ record }) => record(drafts));

async function replay(organisation = t.organisation): Promise<{ replayed: Snapshot; stored: Snapshot; seqs: number[] }> {
  const events = await t.store.readEvents(organisation.id, 0, 10_000);
  for (const event of events) expect(RecordedEvent.parse(event)).toEqual(event);
  const stored = await t.store.snapshot(organisation.id);
  const empty = { epoch: t.store.epoch, seq: 0, organisation, tables: emptyTables() };
  const replayed = toSnapshot(applyEvents(empty, events, stored.seq), stored.at);
  return { replayed, stored, seqs: events.map((event) => event.seq) };
}

/** Rows in the order of their ids: replay keeps the order of creation. */
const sorted = (snapshot: Snapshot) => Object.fromEntries(Object.entries(snapshot.rows).map(([name, rows]) => [name, [...rows].sort((a, b) => a.id.localeCompare(b.id))]));

test('concurrent writers leave no gap, listeners hear in order, and replay equals the snapshot', async () => {
  const heard: Committed[] = [];
  const forget = t.store.onCommitted((committed) => heard.push(committed));
  const before = await t.store.headSeq(t.organisation.id);
  const weddings = Array.from({ length: 20 }, () => randomUUID());
  await Promise.all(weddings.map((id, n) => write([wedding(id, `Wedding ${n}`), ...Array.from({ length: n % 4 }, () => item(randomUUID(), id))])));
  const gone = contact(randomUUID());
  await write([gone]);
  const [row] = (await t.store.snapshot(t.organisation.id)).rows.contacts;
  expect(row?.email).toBe('Noor@Example.org');
  if (!row) throw new Error('no contact');
  const deleted = draftUpdated('client.deleted', 'contacts', null, row, {}, null, context);
  await write(deleted ? [deleted] : []);
  forget();

  const { replayed, stored, seqs } = await replay();
  expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, n) => n + 1));
  expect(seqs.at(-1)).toBe(await t.store.headSeq(t.organisation.id));
  expect(sorted(replayed)).toEqual(sorted(stored));
  expect(Snapshot.parse(stored)).toEqual(stored);
  expect(stored.rows.contacts).toEqual([]);
  const told = heard.flatMap((committed) => committed.events.map((event) => event.seq));
  expect(told).toEqual(Array.from({ length: told.length }, (_, n) => before + n + 1));
  expect(heard).toHaveLength(22);
});

test('several drafts on one row: every event is kept, the last one stands', async () => {
  const first = wedding(randomUUID());
  const second = { ...first, type: 'wedding.updated' as const, row: { ...first.row, title: 'Second', version: 2 } };
  const third = { ...first, type: 'wedding.updated' as const, row: { ...first.row, title: 'Third', version: 3 } };
  const events = await write([first, second, third]);
  const snapshot = await t.store.snapshot(t.organisation.id);
  const row = snapshot.rows.weddings.find((one) => one.id === first.row.id);
  expect(row).toMatchObject({ title: 'Third', version: 3, seq: events[2]?.seq });
  expect(fromSnapshot(snapshot).tables.weddings[first.row.id]).toEqual(events[2]?.row);
  expect(await t.store.readEvents(t.organisation.id, (events[0]?.seq ?? 0) - 1, 2)).toEqual(events.slice(0, 2));
});

test('a write that fails leaves no event, no gap and tells nobody', async () => {
  const before = await t.store.headSeq(t.organisation.id);
  const heard: Committed[] = [];
  const forget = t.store.onCommitted((committed) => heard.push(committed));
  const failing = t.store.internals.writer.write(t.organisation.id, async ({ record }) => {
    await record([wedding(randomUUID())]);
    throw new Error('changed my mind');
  });
  await expect(failing).rejects.toThrow('changed my mind');
  const wrong = { ...wedding(randomUUID()), row: { ...wedding(randomUUID()).row, guestCount: -1 } };
  await expect(write([wrong])).rejects.toThrow(DraftShapeError);
  forget();
  expect(await t.store.headSeq(t.organisation.id)).toBe(before);
  expect(heard).toEqual([]);
});

test('a burst of deliveries needs far fewer commits, and each duplicate knows its original', async () => {
  const before = t.store.internals.deliveryCommits();
  const wave = Array.from({ length: 300 }, () => delivery(t, 'stripe', { n: 1 }));
  const repeated = wave.slice(0, 50);
  const receipts = await Promise.all([...wave, ...repeated].map((one) => t.store.addDelivery(one)));
  expect(t.store.internals.deliveryCommits() - before).toBeLessThan(30);
  expect(receipts.slice(0, 300).every((receipt) => !receipt.duplicate)).toBe(true);
  expect(new Set(receipts.slice(0, 300).map((receipt) => receipt.deliveryId)).size).toBe(300);
  expect(receipts.slice(300)).toEqual(receipts.slice(0, 50).map(({ deliveryId }) => ({ deliveryId, duplicate: true })));

  const [known] = wave;
  if (!known) throw new Error('no delivery');
  expect(await t.store.addDelivery(known)).toEqual({ deliveryId: receipts[0]?.deliveryId, duplicate: true });
  const elsewhere = { ...known, connectionId: t.connections.honeybook.connectionId };
  expect((await t.store.addDelivery(elsewhere)).duplicate).toBe(false);
  expect((await t.store.deliveries(t.organisation.id, t.connections.honeybook.connectionId))[0]).toMatchObject({ vendorKey: known.deliveryKey, state: 'received' });
});

test('a delivery that the database refuses does not take its batch with it', async () => {
  const good = [delivery(t, 'honeybook', { n: 1 }), delivery(t, 'honeybook', { n: 2 })];
  const bad = delivery(t, 'honeybook', {}, { connectionId: randomUUID() });
  const outcomes = await Promise.allSettled([good[0], bad, good[1]].filter((one) => one !== undefined).map((one) => t.store.addDelivery(one)));
  expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

test('a forgotten where leaks nothing of another organisation', async () => {
  const other = await createOrganisation(t.store.internals, { name: 'Other House', zone: 'Europe/Paris', currency: 'EUR', demo: false });
  await createConnection(t.store.internals, { organisationId: other.id, system: 'stripe', name: 'Theirs', path: 'native', settings: {}, secrets: {}, actor: context.actor });
  await write([wedding(randomUUID(), 'Their wedding')], other.id);
  const tables = await sql<{ name: string }>`select table_name as name from information_schema.columns where table_schema = 'public' and column_name = 'organisation_id'`.execute(t.store.internals.database.system);
  expect(tables.rows.length).toBeGreaterThanOrEqual(16);

  const { withOrganisation } = t.store.internals.database;
  await withOrganisation(t.organisation.id, async (tx) => {
    const { rows: open } = await sql<{ name: string }>`select name from unnest(${tables.rows.map((row) => row.name)}::text[]) as t(name) where has_table_privilege(name, 'select')`.execute(tx);
    // The others are not for this role at all: accounts and what belongs to them.
    expect(open.length).toBeGreaterThanOrEqual(16);
    for (const { name } of open) {
      const seen = await sql<{ organisationId: string | null }>`select distinct organisation_id from ${sql.table(name)}`.execute(tx);
      expect(seen.rows.map((row) => row.organisationId).filter((id) => id !== t.organisation.id), name).toEqual([]);
    }
    expect((await tx.selectFrom('organisations').select('id').execute()).map((row) => row.id)).toEqual([t.organisation.id]);
    expect((await tx.updateTable('weddings').set({ title: 'Taken over' }).where('title', '=', 'Their wedding').executeTakeFirst()).numUpdatedRows).toBe(0n);
  });
  await expect(withOrganisation(t.organisation.id, (tx) => sql`insert into events (organisation_id, seq, id, type, collection, row_id, occurred_at, recorded_at, actor, "row") values (${other.id}, 99, ${randomUUID()}, 'x', 'weddings', ${randomUUID()}, now(), now(), '{}', '{}')`.execute(tx))).rejects.toThrow(/row-level security/);
  await expect(withOrganisation(t.organisation.id, (tx) => tx.selectFrom('meta').selectAll().execute())).rejects.toThrow(/permission denied/);
  // No organisation at all: no rows, and the setting does not stay on the connection.
  await withOrganisation('', async (tx) => expect(await tx.selectFrom('weddings').select('id').execute()).toEqual([]));
  expect((await t.store.snapshot(other.id)).rows.weddings.map((row) => row.title)).toEqual(['Their wedding']);
  expect((await t.store.integrations(other.id)).map((view) => view.connection.name)).toEqual(['Theirs']);
});

test('the intake finds a connection by its key alone, until it is paused or the system is another', async () => {
  const { connectionId, intakeKey, secrets } = t.connections.stripe;
  expect(await t.store.intakeConnection('stripe', intakeKey)).toMatchObject({ connectionId, organisationId: t.organisation.id, system: 'stripe', paused: false, secrets });
  expect(await t.store.intakeConnection('honeybook', intakeKey)).toBeNull();
  expect(await t.store.intakeConnection('stripe', `${intakeKey}x`)).toBeNull();
  await setPaused(t.store.internals, t.organisation.id, connectionId, { paused: true, actor: { kind: 'system', id: null, name: 'test' }, reason: null });
  expect(await findIntakeConnection(t.store.internals, 'stripe', intakeKey)).toMatchObject({ paused: true });
  await setPaused(t.store.internals, t.organisation.id, connectionId, { paused: false, actor: { kind: 'system', id: null, name: 'test' }, reason: null });
  expect(await showIntakeKey(t.store.internals, t.organisation.id, connectionId)).toEqual({ ok: true, value: intakeKey });

  const stored = await sql<{ text: string }>`select connection_access::text as text from connection_access`.execute(t.store.internals.database.system);
  const everything = stored.rows.map((row) => row.text).join();
  expect(everything).not.toContain(intakeKey);
  expect(everything).not.toContain(secrets['signingSecret']);
});

test('a ticket lets one device in, once, for fifteen minutes; a revoked device is out', async () => {
  const ticket = await t.store.mintTicket(t.organisation.id);
  const wanted = { name: 'Front desk', kind: 'desktop' as const };
  const both = await Promise.all([t.store.enrol(ticket, wanted), t.store.enrol(ticket, wanted)]);
  expect(both.filter((answer) => answer.ok)).toHaveLength(1);
  const enrolled = both.find((answer) => answer.ok);
  if (!enrolled?.ok) throw new Error('nobody got in');
  const { device, token } = enrolled.value;
  expect(await t.store.authenticate(token)).toEqual({ ok: true, value: { ...device, person: null } });
  expect(await t.store.authenticate(`${token}x`)).toEqual({ ok: false, error: 'auth.invalid' });
  expect(await revokeDevice(t.store.internals, t.organisation.id, device.id)).toBe(true);
  expect(await t.store.authenticate(token)).toEqual({ ok: false, error: 'auth.revoked' });

  const late = await t.store.mintTicket(t.organisation.id);
  clock.advance(15 * 60_000 + 1);
  expect(await t.store.enrol(late, wanted)).toEqual({ ok: false, error: 'auth.ticket_invalid' });
});

test('commands: accepted once, the same answer twice, rebase when somebody was first, rejected when unknown', async () => {
  const alertId = randomUUID();
  await write([openAlert(alertId)]);
  const command = { type: 'alert.acknowledge', commandId: randomUUID(), alertId, basedOnVersion: 1 } as const;
  const answers = await Promise.all([t.store.command(t.organisation.id, t.device, command), t.store.command(t.organisation.id, t.device, command)]);
  const head = await t.store.headSeq(t.organisation.id);
  const accepted: CommandAnswer = { outcome: 'accepted', commandId: command.commandId, seq: head };
  expect(answers).toEqual([accepted, accepted]);
  const [event] = await t.store.readEvents(t.organisation.id, head - 1, 1);
  expect(event).toMatchObject({ type: 'alert.acknowledged', actor: { kind: 'person', id: t.device.id }, row: { state: 'acknowledged', acknowledgedBy: t.device.name, version: 2 } });

  const stale = { ...command, commandId: randomUUID() };
  expect(await t.store.command(t.organisation.id, t.device, stale)).toEqual({ outcome: 'rebase', commandId: stale.commandId, latest: event });
  const again = { ...command, commandId: randomUUID(), basedOnVersion: 2 };
  expect(await t.store.command(t.organisation.id, t.device, again)).toMatchObject({ outcome: 'rejected', error: { code: 'command.not_possible' } });
  const unknown = { type: 'runsheet.item.set_status', commandId: randomUUID(), itemId: randomUUID(), basedOnVersion: 1, status: 'done' } as const;
  expect(await t.store.command(t.organisation.id, t.device, unknown)).toMatchObject({ outcome: 'rejected', error: { code: 'request.not_found' } });

  const itemId = randomUUID();
  await write([item(itemId, randomUUID())]);
  const done = { ...unknown, commandId: randomUUID(), itemId };
  expect(await t.store.command(t.organisation.id, t.device, done)).toMatchObject({ outcome: 'accepted', seq: await t.store.headSeq(t.organisation.id) });
  expect((await t.store.snapshot(t.organisation.id)).rows.runSheetItems.find((row) => row.id === itemId)?.status).toBe('done');
});

test('ten thousand equal refusals are one line with a count, also across two writes', async () => {
  const { connectionId } = t.connections['vsco-workspace'];
  const line = { organisationId: t.organisation.id, at: '2026-11-20T12:20:30.000Z', action: 'intake.refused', actor: '203.0.113.9', subject: connectionId, outcome: 'intake.signature_wrong' };
  for (let n = 0; n < 5_000; n += 1) t.store.audit(line);
  await t.store.internals.flushAudit();
  for (let n = 0; n < 5_000; n += 1) t.store.audit({ ...line, at: '2026-11-20T12:20:59.000Z' });
  t.store.audit({ ...line, organisationId: null, subject: 'nobody\0' });
  await t.store.internals.flushAudit();
  const rows = await t.store.internals.database.system.selectFrom('audit').select(['count', 'lastAt', 'organisationId']).where('action', '=', 'intake.refused').orderBy('count', 'desc').execute();
  expect(rows).toEqual([
    { count: 10_000, lastAt: '2026-11-20T12:20:59.000Z', organisationId: t.organisation.id },
    { count: 1, lastAt: '2026-11-20T12:20:30.000Z', organisationId: null },
  ]);
  const view = (await t.store.integrations(t.organisation.id)).find((one) => one.connection.id === connectionId);
  expect(view?.last24h).toMatchObject({ refused: 10_000, accepted: 0 });
});

test('gauges and ping answer', async () => {
  await t.store.ping();
  const gauges = await t.store.gauges();
  expect(gauges.deliveriesWaiting).toBeGreaterThan(300);
  expect(gauges.databaseBytes).toBeGreaterThan(1_000_000);
  expect(await t.store.organisation(t.organisation.id)).toEqual(t.organisation);
  expect(await t.store.organisation(randomUUID())).toBeNull();
});
