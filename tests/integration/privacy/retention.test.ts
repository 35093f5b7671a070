import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { HTTP } from '../../../core/contract/http.ts';
import { RetentionAnswer } from '../../../core/contract/personalData.ts';
import { RETENTION } from '../../../core/domain/privacy/retention.ts';
import { draftCreated, type DraftContext, type EventDraft } from '../../../core/domain/record/drafts.ts';
import { createIds } from '../../../server/ports.ts';
import { applyErasures, listErasures } from '../../../server/privacy/maintain.ts';
import { retentionOnce } from '../../../server/privacy/maintainRetention.ts';
import { createPrivacy } from '../../../server/privacy/privacy.ts';
import { actorOf } from '../../../server/store/store.ts';
import { startRetention, type RetentionWorker } from '../../../server/privacy/worker.ts';
import { checkChains, cutChain } from '../../../server/store/auditChain.ts';
import { backupRecord, restoreRecord, type Maintenance } from '../../../server/store/maintain.ts';
import { openStore } from '../../../server/store/open.ts';
import { verifyRecord } from '../../../server/store/verify.ts';
import { delivery } from '../../support/deliveries.ts';
import { dump } from '../../support/dump.ts';
import { letIn } from '../../support/house.ts';
import { ownDatabase } from '../../support/postgres.ts';
import { testApp } from '../../support/serverApp.ts';
import { openTestStore, settableClock, temporaryDirectory, type TestStore } from '../../support/store.ts';

const DAY = 86_400_000;
const context: DraftContext = { actor: { kind: 'system', id: null, name: 'test' }, source: null, deliveryId: null };
let t: TestStore;
let clock: ReturnType<typeof settableClock>;
let worker: RetentionWorker | null;

beforeEach(async () => {
  clock = settableClock('2026-11-20T12:00:00.000Z');
  t = await openTestStore({ clock });
  worker = null;
});
afterEach(async () => {
  await worker?.stop();
  await t.cleanup();
});

const run = () => (worker ??= startRetention({ store: t.store, clock, log: t.log, random: () => 0 })).runNow();
const verified = () => verifyRecord(t.store.internals.database, () => undefined);
const aWedding = (id: string, day: string) =>
  draftCreated('wedding.created', 'weddings', id, { id, title: 'A day', date: day, zone: 'Europe/London', startsAt: `${day}T10:00:00.000Z`, endsAt: `${day}T23:00:00.000Z`, room: null, status: 'confirmed', guestCount: 80 }, null, context);
const aContact = (id: string, weddingId: string | null, name: string) => draftCreated('client.created', 'contacts', weddingId, { id, weddingId, name, email: `${id}@example.org`, phone: null, company: null, role: 'other' }, null, context);
const add = (...drafts: EventDraft[]) => t.store.internals.writer.write(t.organisation.id, ({ record }) => record(drafts));

test('what was kept long enough goes, kind by kind, and nothing else; a wedding under way is left alone', async () => {
  const [wedding, person, later] = [randomUUID(), randomUUID(), randomUUID()];
  await add(aWedding(wedding, '2026-11-20'), aContact(person, wedding, 'Old Guest'));
  await t.store.addDelivery(delivery(t, 'stripe', { old: 'worked on' }));
  await t.store.addDelivery(delivery(t, 'stripe', { old: 'unmatched' }));
  await t.store.addDelivery(delivery(t, 'stripe', { old: 'waiting' }));
  const states = ['processed', 'parked', 'waiting'];
  for (const [at, state] of states.entries()) await sql`update deliveries set state = ${state} where arrival = (select arrival from deliveries order by arrival offset ${at} limit 1)`.execute(t.store.internals.database.system);
  const gone = await letIn(t.store, t.organisation.id, { role: 'staff', weddingId: null, contactId: null, bookingIds: [] });
  await t.store.revokeDevice(t.organisation.id, gone.deviceId);

  expect(await run()).toMatchObject([{ waited: true }]);
  clock.advance(100 * DAY);
  await add(aContact(later, null, 'New Guest'));
  expect(await run()).toMatchObject([{ waited: false, done: { deliveryBodies: 1, unmatchedBodies: 0, revokedDevices: 0, contactsYears: 0 } }]);
  clock.advance(300 * DAY);
  expect(await run()).toMatchObject([{ done: { deliveryBodies: 0, unmatchedBodies: 1, revokedDevices: 1, contactsYears: 0 } }]);
  clock.set('2033-11-25T12:00:00.000Z');
  expect(await run()).toMatchObject([{ done: { contactsYears: 1 } }]);
  const { rows } = await t.store.snapshot(t.organisation.id);
  expect(rows.contacts.map((row) => [row.id, row.name]).sort()).toEqual([[person, 'Erased'], [later, 'New Guest']].sort());
  expect(rows.weddings).toHaveLength(1);
  const text = await dump(t.store);
  expect([text.includes('Old Guest'), text.includes('worked on'), text.includes('unmatched"'), text.includes('"waiting"')]).toEqual([false, false, false, true]);
  expect(await verified()).toMatchObject({ sound: true });
});

test('an owner chooses how long, within limits, and sees what is due', async () => {
  const app = testApp(t.store, { clock, config: { apiPerMinute: 1000 } });
  await app.app.ready();
  const { headers } = await letIn(t.store, t.organisation.id, { role: 'owner', weddingId: null, contactId: null, bookingIds: [] });
  const url = HTTP.retention.path;
  try {
    expect(RetentionAnswer.parse((await app.app.inject({ method: 'GET', url, headers })).json())).toMatchObject({ retention: RETENTION, standard: RETENTION, due: { deliveryBodies: 0 } });
    await t.store.addDelivery(delivery(t, 'stripe', { old: true }));
    await sql`update deliveries set state = 'processed'`.execute(t.store.internals.database.system);
    clock.advance(20 * DAY);
    const put = (payload: object) => app.app.inject({ method: 'PUT', url, headers, payload });
    expect(RetentionAnswer.parse((await put({ ...RETENTION, deliveryBodies: 10 })).json())).toMatchObject({ retention: { deliveryBodies: 10 }, due: { deliveryBodies: 1 } });
    for (const bad of [{}, { ...RETENTION, auditLines: 1 }, { ...RETENTION, more: 1 }, { ...RETENTION, deliveryBodies: 1.5 }]) expect((await put(bad)).statusCode).toBe(400);
    expect(await run()).toMatchObject([{ done: { deliveryBodies: 1 } }]);
  } finally {
    await app.app.close();
  }
});

test('old audit lines go behind a cut that the chain itself proves; tampering before or after it is found', async () => {
  const { database } = t.store.internals;
  const line = async (action: string) => {
    t.store.audit({ organisationId: t.organisation.id, at: new Date(clock.now()).toISOString(), action, actor: 'a', subject: 's', outcome: 'ok' });
    await t.store.internals.flushAudit();
    clock.advance(5 * 60_000);
    await t.store.internals.chainAudit();
  };
  for (const action of ['one', 'two', 'three']) await line(action);
  clock.advance(800 * DAY);
  for (const action of ['four', 'five']) await line(action);
  const before = (await verified()).audit;
  const now = () => new Date(clock.now()).toISOString();
  const cut = await cutChain(database, t.organisation.id, new Date(clock.now() - 730 * DAY).toISOString(), now());
  expect(cut).toBeGreaterThanOrEqual(3);
  expect((await dump(t.store)).includes(',three,')).toBe(false);
  // The line that says so came for those that went.
  expect((await verified()).audit).toEqual({ ...before, lines: before.lines - cut + 1 });
  await line('six');
  expect((await verified()).audit.breaks).toEqual([]);
  expect(await cutChain(database, t.organisation.id, new Date(clock.now() - 730 * DAY).toISOString(), now())).toBe(0);

  const tampered = async (change: ReturnType<typeof sql>) => {
    const found: unknown[] = [];
    await database.system
      .transaction()
      .execute(async (tx) => {
        await change.execute(tx);
        const { breaks } = await checkChains(tx);
        found.push(...breaks.map((one) => one.kind));
        throw new Error('undo');
      })
      .catch((error: unknown) => {
        if (!(error instanceof Error) || error.message !== 'undo') throw error;
      });
    return found;
  };
  const own = sql`organisation_id = ${t.organisation.id}`;
  expect(await tampered(sql`update audit set outcome = 'forged' where ${own} and action = 'four'`)).toEqual(['altered']);
  expect(await tampered(sql`delete from audit where ${own} and action = 'four'`)).toEqual(['missing']);
  // Somebody lets more go and moves the cut, without the line that would say so.
  expect(
    await tampered(sql`with last as (select position, hash from audit where ${own} and action = 'four'), gone as (delete from audit where ${own} and position <= (select position from last))
      update audit_chains set cut_position = (select position from last), cut_hash = (select hash from last) where ${own}`),
  ).toEqual(['cut_unproven']);
  expect(await tampered(sql`update audit_chains set cut_hash = decode(repeat('00', 32), 'hex') where ${own}`)).toEqual(['altered']);
  expect(await tampered(sql`update audit_chains set cut_position = 0, cut_hash = null where ${own}`)).toEqual(['missing']);
  expect((await verified()).audit.breaks).toEqual([]);
});

test('a backup from before an erasure is brought to the same state again', async () => {
  const [person, newer] = [randomUUID(), randomUUID()];
  await add(aContact(person, null, 'Ada Backup'));
  const folder = temporaryDirectory();
  const [file, list] = [path.join(folder, 'old.backup'), path.join(folder, 'erasures.json')];
  const server = process.env['WEDSYNC_TEST_DATABASE_URL'];
  const target = server ? await ownDatabase(server) : null;
  try {
    await t.store.close();
    const here: Maintenance = { home: { dataDir: t.options.dataDir ?? folder, databaseUrl: t.options.databaseUrl }, log: t.log, now: () => clock.now(), progress: () => undefined };
    expect(await backupRecord(here, file)).toMatchObject({ ok: true });
    const again = await openStore(t.options);
    if (!again.ok) throw new Error(again.error.message);
    const after = createPrivacy(again.value.internals);
    await again.value.internals.writer.write(t.organisation.id, ({ record }) => record([aContact(newer, null, 'Bob Later')]));
    for (const contactId of [person, newer]) expect(await after.erase({ organisationId: t.organisation.id, contactId, reason: 'asked_by_person', actor: actorOf(t.device) })).toMatchObject({ ok: true });
    await again.value.close();
    expect(await listErasures(here, list)).toEqual({ ok: true, value: { count: 2 } });
    expect(fs.readFileSync(list, 'utf8')).not.toMatch(/Ada Backup|Bob Later/);
    expect(await listErasures(here, list)).toMatchObject({ ok: false, error: { code: 'backup.file_exists' } });

    const nothing = { deliveryBodies: 0, unmatchedBodies: 0, commandAnswers: 0, revokedDevices: 0, auditLines: 0, contactsYears: 0 };
    for (const now of [false, true]) expect(await retentionOnce(here, now, createIds())).toEqual({ ok: true, value: [{ organisationId: t.organisation.id, waited: false, done: nothing, closed: 0 }] });

    const there: Maintenance = { ...here, home: { dataDir: path.join(folder, 'restored'), databaseUrl: target?.url ?? null } };
    expect(await restoreRecord(there, file, false)).toMatchObject({ ok: true });
    expect(await applyErasures(there, list, createIds())).toEqual({ ok: true, value: { erased: 1, already: 0, unknown: 1 } });
    expect(await applyErasures(there, list, createIds())).toEqual({ ok: true, value: { erased: 0, already: 1, unknown: 1 } });
    fs.writeFileSync(path.join(folder, 'bad.json'), '{}');
    expect(await applyErasures(there, path.join(folder, 'bad.json'), createIds())).toMatchObject({ ok: false, error: { code: 'backup.foreign' } });
    const restored = await openStore({ ...t.options, dataDir: there.home.databaseUrl === null ? there.home.dataDir : null, databaseUrl: there.home.databaseUrl });
    if (!restored.ok) throw new Error(restored.error.message);
    try {
      expect((await dump(restored.value)).includes('Ada Backup')).toBe(false);
      expect(await verifyRecord(restored.value.internals.database, () => undefined)).toMatchObject({ sound: true });
    } finally {
      await restored.value.close();
    }
  } finally {
    await target?.drop();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}, 240_000);
