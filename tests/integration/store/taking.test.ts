import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Change } from '../../../core/domain/record/changes.ts';
import { applyEvents, emptyTables, fromSnapshot } from '../../../core/domain/record/state.ts';
import { createIds } from '../../../server/ports.ts';
import { startNormaliser } from '../../../server/workers/normalise.ts';
import { delivery } from '../../support/deliveries.ts';
import { changes, scriptedVendor } from '../../support/scriptedVendor.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';
import { june, takingHouse } from '../../support/taking.ts';

/** What people decide about whose time is taken: by the same rules as the preview, all of it or none. */

const HOUR_MS = 3_600_000;
let t: TestStore;
let house: ReturnType<typeof takingHouse>;
beforeEach(async () => {
  t = await openTestStore({ clock: settableClock('2026-11-20T12:00:00.000Z') });
  house = takingHouse(t);
});
afterEach(() => t.cleanup());

const ok = expect.objectContaining({ outcome: 'accepted' }) as unknown;
const no = (code: string, words: RegExp | null = null): unknown => ({ outcome: 'rejected', commandId: expect.any(String) as string, error: expect.objectContaining({ code, ...(words ? { message: expect.stringMatching(words) as string } : {}) }) as object });
const audited = async (): Promise<unknown[]> => {
  await t.store.internals.flushAudit();
  return (await sql<{ action: string; actor: string; subject: string }>`select action, actor, subject from audit where action = 'conflict.overridden'`.execute(t.store.internals.database.system)).rows;
};
const move = async (collection: 'weddings' | 'bookings' | 'allocations', id: string, resourceId: string, day: number, from: number, to: number) => ({ collection, id, basedOnVersion: (await house.one(collection, id)).version, resourceId, startsAt: june(day, from), endsAt: june(day, to) });

describe('resources and limits', () => {
  test('what a resource asks for a change is kept; a program that knows nothing of it leaves it as it is', async () => {
    const resourceId = await house.resource('vendor', 'Light & Co', { moveFeeMinor: 15_000, moveFeeDays: 14, extraHourMinor: 8_050 });
    const plain = await house.resource('vendor', 'Bloom');
    const fees = { moveFeeMinor: 15_000, moveFeeDays: 14, extraHourMinor: 8_050 };
    expect(await house.one('resources', resourceId)).toMatchObject(fees);
    expect(await house.one('resources', plain)).toMatchObject({ moveFeeMinor: null, moveFeeDays: null, extraHourMinor: null });
    const save = (basedOnVersion: number, more: object) => house.decide('resource.save', { resourceId, basedOnVersion, kind: 'vendor', name: 'Light & Co', places: 2, partIds: [], setUpMinutes: 0, turnaroundMinutes: 0, state: 'active', ...more });
    expect(await save(1, {})).toEqual(ok);
    expect(await house.one('resources', resourceId)).toMatchObject({ ...fees, places: 2 });
    expect(await save(2, { moveFeeMinor: 0, moveFeeDays: null, extraHourMinor: null })).toEqual(ok);
    expect(await house.one('resources', resourceId)).toMatchObject({ moveFeeMinor: 0, moveFeeDays: null, extraHourMinor: null });
    await house.booking('Moss', 5, 12, 18);
    const snapshot = await t.store.snapshot(t.organisation.id);
    const all = await t.store.readEvents(t.organisation.id, 0, 10_000);
    expect(applyEvents({ epoch: t.store.epoch, seq: 0, organisation: t.organisation, tables: emptyTables() }, all, snapshot.seq), 'also of one that a fact has made').toEqual(fromSnapshot(snapshot));
  });

  test('a resource is made and changed; it keeps the names that facts know it by, and no two share one', async () => {
    const resourceId = await house.resource('room', 'Great Hall', { turnaroundMinutes: 60 });
    const weddingId = await house.wedding('A', 5, 12, 18);
    expect((await house.one('weddings', weddingId)).roomId).toBe(resourceId);
    const save = (more: object) => house.decide('resource.save', { resourceId, basedOnVersion: 1, kind: 'room', name: 'Ballroom', places: 1, partIds: [], setUpMinutes: 0, turnaroundMinutes: 0, state: 'active', ...more });
    expect(await save({ kind: 'crew' })).toEqual(no('command.not_possible'));
    expect(await save({ partIds: [resourceId] })).toEqual(no('conflicts.parts_circular'));
    expect(await save({ partIds: [house.id()] })).toEqual(no('conflicts.part_unknown'));
    expect(await save({})).toEqual(ok);
    expect(await house.one('resources', resourceId)).toMatchObject({ name: 'Ballroom', keys: ['ballroom', 'great hall'], turnaroundMinutes: 0 });
    expect(await save({})).toMatchObject({ outcome: 'rebase', latest: { row: { name: 'Ballroom' } } });
    await house.wedding('B', 6, 12, 18);
    expect((await house.rows()).resources).toHaveLength(1);
    const second = (role: 'coordinator' | 'staff') => house.decide('resource.save', { resourceId: house.id(), basedOnVersion: null, kind: 'room', name: ' great  HALL', places: 1, partIds: [], setUpMinutes: 0, turnaroundMinutes: 0, state: 'active' }, role);
    expect(await second('coordinator')).toEqual(no('command.not_possible', /Ballroom is called that already/));
    expect(await second('staff')).toEqual(no('auth.forbidden'));
  });

  test('a limit that a booking of before passes is told at once, and no longer once it is lifted', async () => {
    const weddingId = await house.wedding('A', 5, 12, 23);
    const accept = async (role: 'owner' | 'coordinator') => house.decide('conflict.override', { conflictId: (await house.rows()).conflicts[0]?.id ?? '', basedOnVersion: 1, reason: 'Agreed' }, role);
    const limitId = await house.limit('Short days', { kind: 'at_most', ms: 10 * HOUR_MS });
    expect(await house.conflicts()).toEqual([['limit', 'open', null]]);
    expect((await house.rows()).conflicts[0]).toMatchObject({ limitId, members: [{ collection: 'weddings', id: weddingId }], missingMs: HOUR_MS, level: 'block', weddingId });
    expect(await house.alerts()).toEqual([['limit_passed', 'Past a limit: Short days']]);
    const save = (basedOnVersion: number, more: object) => house.decide('limit.save', { limitId, basedOnVersion, name: 'Short days', rule: { kind: 'at_most', ms: 10 * HOUR_MS }, resourceIds: null, tags: null, overridableBy: [], state: 'active', ...more });
    expect(await accept('owner'), 'nobody may').toEqual(no('conflict.past_limit'));
    expect(await save(1, { overridableBy: ['owner'] })).toEqual(ok);
    expect(await accept('coordinator')).toEqual(no('conflict.past_limit'));
    expect(await accept('owner')).toEqual(ok);
    expect(await house.conflicts()).toEqual([['limit', 'overridden', 'Agreed']]);
    expect((await house.rows()).conflicts[0]?.version, 'looking again at what is the same is no news').toBe(2);
    expect(await save(2, { rule: { kind: 'at_most', ms: 9 * HOUR_MS } })).toEqual(ok);
    expect(await house.conflicts(), 'worse than what was agreed').toEqual([['limit', 'open', null]]);
    expect(await save(3, { state: 'retired' })).toEqual(ok);
    expect(await house.conflicts()).toEqual([['limit', 'resolved', null]]);
    expect(await house.alerts()).toEqual([]);
  });

  test('a day that becomes too long, or a rest too short, is told of facts from outside too, and settles when another one moves away', async () => {
    await house.limit('Hours of a day', { kind: 'at_most_a_day', ms: 10 * HOUR_MS });
    await house.booking('Bloom Photo', 5, 6, 12);
    const second = await house.booking('Bloom Photo', 5, 14, 19);
    expect((await house.conflicts()).map(([kind, state]) => [kind, state])).toEqual([['limit', 'open'], ['limit', 'open']]);
    const vendor = (await house.one('bookings', second)).vendorId ?? '';
    expect(await house.decide('plan.carry_out', { moves: [await move('bookings', second, vendor, 9, 14, 19)], reason: null })).toEqual(ok);
    expect((await house.conflicts()).map(([, state]) => state)).toEqual(['resolved', 'resolved']);
  });
});

describe('an allocation', () => {
  test('that would clash is refused and says with whom; with a reason it stands, the conflict as decided, and the audit log has it', async () => {
    const room = await house.resource('room', 'Orangery');
    const first = await house.allocation(room, 5, 12, 18);
    expect(first.answer).toEqual(ok);
    expect((await house.allocation(room, 5, 17, 20, { title: 'Band' })).answer).toEqual(no('conflict.would_clash', /Band.*Orangery|Drinks.*Orangery/));
    expect((await house.rows()).allocations).toHaveLength(1);
    const forced = await house.allocation(room, 5, 17, 20, { title: 'Band', reason: 'Both know' });
    expect(forced.answer).toEqual(ok);
    expect(await house.conflicts()).toEqual([['overlap', 'overridden', 'Both know']]);
    expect(await house.alerts()).toEqual([]);
    expect(await audited()).toEqual([{ action: 'conflict.overridden', actor: t.device.id, subject: forced.id }]);
    // What stands is not held against a change that makes it no worse; worse is asked again.
    expect((await house.allocation(room, 5, 17, 20, { allocationId: forced.id, basedOnVersion: 1, title: 'Brass band' })).answer).toEqual(ok);
    expect((await house.allocation(room, 5, 16, 20, { allocationId: forced.id, basedOnVersion: 2 })).answer).toEqual(no('conflict.would_clash'));
    expect((await house.allocation(room, 5, 16, 20, { allocationId: forced.id, basedOnVersion: 1 })).answer).toMatchObject({ outcome: 'rebase', latest: { row: { title: 'Brass band' } } });
    expect((await house.allocation(room, 5, 17, 20, { allocationId: forced.id, basedOnVersion: 2, status: 'cancelled' })).answer).toEqual(ok);
    expect(await house.conflicts()).toEqual([['overlap', 'resolved', null]]);
  });

  test('knows what it speaks of, ends after it begins, and is not moved while it is locked', async () => {
    const room = await house.resource('room', 'Orangery');
    expect((await house.allocation(house.id(), 5, 12, 18)).answer).toEqual(no('request.not_found'));
    expect((await house.allocation(room, 5, 12, 18, { weddingId: house.id() })).answer).toEqual(no('request.not_found'));
    expect((await house.allocation(room, 5, 18, 12)).answer).toEqual(no('command.not_possible'));
    const held = await house.allocation(room, 5, 12, 18, { lockedBecause: 'Registrar is booked' });
    expect((await house.allocation(room, 6, 12, 18, { allocationId: held.id, basedOnVersion: 1 })).answer).toEqual(no('conflict.locked', /Registrar is booked/));
    expect(await house.decide('plan.carry_out', { moves: [await move('allocations', held.id, room, 6, 12, 18)], reason: 'I say so' })).toEqual(no('conflict.locked'));
    expect((await house.allocation(room, 5, 12, 18, { allocationId: held.id, basedOnVersion: 1 })).answer).toEqual(ok);
    expect((await house.allocation(room, 6, 12, 18, { allocationId: held.id, basedOnVersion: 2 })).answer).toEqual(ok);
  });

  test('passes a limit only with a reason of those whom the limit names', async () => {
    const room = await house.resource('room', 'Terrace');
    const shut = (from: string) => ({ kind: 'not_within' as const, weekdays: [1, 2, 3, 4, 5, 6, 7], from, to: '08:00' });
    await house.limit('Licence', shut('23:00'), { tags: ['bar'] });
    await house.limit('Noise curfew', shut('22:00'), { tags: ['music'], overridableBy: ['owner'] });
    expect((await house.allocation(room, 5, 18, 21, { tags: ['music', 'bar'] })).answer).toEqual(ok);
    expect((await house.allocation(room, 6, 18, 23, { tags: ['bar'], reason: 'Please' }, 'owner')).answer).toEqual(no('conflict.past_limit', /Licence by 60 min/));
    expect((await house.allocation(room, 6, 18, 22, { tags: ['music'] }, 'owner')).answer).toEqual(no('conflict.past_limit', /Noise curfew/));
    expect((await house.allocation(room, 6, 18, 22, { tags: ['music'], reason: 'Permit 81' })).answer, 'not a coordinator').toEqual(no('conflict.past_limit'));
    expect((await house.allocation(room, 6, 18, 22, { tags: ['music'], reason: 'Permit 81' }, 'owner')).answer).toEqual(ok);
    expect(await house.conflicts()).toEqual([['limit', 'overridden', 'Permit 81']]);
  });
});

describe('a plan', () => {
  test('swaps two that stand in each other’s way, all or none, moves rooms and vendors by name, and can be taken back', async () => {
    const [a, b] = [await house.wedding('A', 5, 12, 18), await house.wedding('B', 5, 12, 18, { room: 'Orangery' })];
    const [hall, orangery] = [await house.room('Great Hall'), await house.room('Orangery')];
    const swap = [await move('weddings', a, orangery, 5, 12, 18), await move('weddings', b, hall, 5, 12, 18)] as const;
    expect(await house.decide('plan.carry_out', { moves: [swap[0]], reason: null })).toEqual(no('conflict.would_clash'));
    expect(await house.decide('plan.carry_out', { moves: [swap[0], { ...swap[1], basedOnVersion: 7 }], reason: null })).toMatchObject({ outcome: 'rebase', latest: { row: { id: b } } });
    expect((await house.one('weddings', a)).room).toBe('Great Hall');
    expect(await house.decide('plan.carry_out', { moves: [...swap], reason: null })).toEqual(ok);
    expect(await house.one('weddings', a)).toMatchObject({ room: 'Orangery', roomId: orangery });
    expect(await house.one('weddings', b)).toMatchObject({ room: 'Great Hall', roomId: hall });
    const back = [await move('weddings', a, hall, 5, 12, 18), await move('weddings', b, orangery, 5, 12, 18)];
    expect(await house.decide('plan.carry_out', { moves: back, reason: null })).toEqual(ok);
    expect(await house.conflicts()).toEqual([]);
    const job = await house.booking('Bloom Photo', 5, 12, 18);
    const other = await house.resource('vendor', 'Light & Co');
    expect(await house.decide('plan.carry_out', { moves: [await move('bookings', job, other, 6, 12, 18)], reason: null })).toEqual(ok);
    expect(await house.one('bookings', job)).toMatchObject({ vendorName: 'Light & Co', vendorId: other, startsAt: june(6, 12) });
  });

  test('takes a wedding’s day along, in the wedding’s own time zone', async () => {
    const a = await house.wedding('A', 5, 12, 18, { zone: 'Australia/Sydney' });
    expect(await house.decide('plan.carry_out', { moves: [await move('weddings', a, await house.room('Great Hall'), 7, 15, 21)], reason: null })).toEqual(ok);
    expect((await house.one('weddings', a)).date).toBe('2027-06-08');
  });

  test('that is undone brings back what it had resolved, openly and without a reason; somebody else’s change in between needs one', async () => {
    const [a, b] = [await house.wedding('A', 5, 12, 18), await house.wedding('B', 5, 16, 22)];
    const hall = await house.room('Great Hall');
    expect(await house.decide('plan.carry_out', { moves: [await move('weddings', b, hall, 6, 16, 22)], reason: null })).toEqual(ok);
    expect(await house.conflicts()).toEqual([['overlap', 'resolved', null]]);
    expect(await house.decide('plan.carry_out', { moves: [await move('weddings', b, hall, 5, 15, 22)], reason: null }), 'worse than it was').toEqual(no('conflict.would_clash', /A and B|B and A/));
    expect(await house.decide('plan.carry_out', { moves: [await move('weddings', b, hall, 5, 16, 22)], reason: null })).toEqual(ok);
    expect(await house.conflicts()).toEqual([['overlap', 'open', null], ['overlap', 'resolved', null]]);
    expect(await house.alerts()).toHaveLength(1);
    expect(await house.decide('plan.carry_out', { moves: [await move('weddings', b, hall, 7, 16, 22)], reason: null })).toEqual(ok);
    expect(await house.decide('plan.carry_out', { moves: [await move('weddings', b, hall, 7, 17, 22)], reason: null })).toEqual(ok);
    expect(await house.decide('plan.carry_out', { moves: [await move('weddings', b, hall, 5, 16, 22)], reason: null })).toEqual(no('conflict.would_clash'));
    expect(await house.one('weddings', a)).toMatchObject({ version: 1 });
  });

  test('goes only where it may', async () => {
    const [a, job] = [await house.wedding('A', 5, 12, 18), await house.booking('Bloom Photo', 5, 12, 18)];
    const crew = await house.resource('crew', 'Jo');
    const shut = await house.resource('room', 'Old barn', { state: 'retired' });
    const hall = await house.room('Great Hall');
    const plan = async (...moves: Awaited<ReturnType<typeof move>>[]) => house.decide('plan.carry_out', { moves, reason: null });
    expect(await plan(await move('weddings', a, crew, 5, 12, 18))).toEqual(no('command.not_possible'));
    expect(await plan(await move('bookings', job, hall, 5, 12, 18))).toEqual(no('command.not_possible'));
    expect(await plan(await move('weddings', a, shut, 5, 12, 18))).toEqual(no('command.not_possible', /Old barn/));
    expect(await plan(await move('weddings', a, hall, 5, 18, 12))).toEqual(no('command.not_possible'));
    expect(await plan(await move('weddings', a, hall, 6, 12, 18), await move('weddings', a, hall, 7, 12, 18))).toEqual(no('command.not_possible'));
    expect(await plan({ ...(await move('weddings', a, hall, 6, 12, 18)), id: house.id() })).toEqual(no('request.not_found'));
    expect(await plan(await move('weddings', a, hall, 5, 12, 18)), 'nothing differs').toEqual(ok);
    expect((await house.one('weddings', a)).version).toBe(1);
  });

  test('of two coordinators at once one wins and the other is shown what stands', async () => {
    const a = await house.wedding('A', 5, 12, 18);
    const hall = await house.room('Great Hall');
    const answers = await Promise.all([6, 7].map(async (day) => house.decide('plan.carry_out', { moves: [{ ...(await move('weddings', a, hall, day, 12, 18)), basedOnVersion: 1 }], reason: null })));
    expect(answers.map(({ outcome }) => outcome).sort()).toEqual(['accepted', 'rebase']);
  });
});

describe('a status', () => {
  test('becomes definite only where no hard clash stands open, or with a reason', async () => {
    const [first, second] = [await house.wedding('A', 5, 12, 18), await house.wedding('B', 5, 16, 22, { status: 'hold' })];
    const set = (id: string, status: 'hold' | 'definite' | 'cancelled', version: number, reason: string | null = null) => house.decide('booking.set_status', { collection: 'weddings', id, basedOnVersion: version, status, reason });
    expect(await house.conflicts()).toEqual([['overlap', 'open', null]]);
    expect(await set(second, 'definite', 1)).toEqual(no('conflict.would_clash', /A and B|B and A/));
    expect(await set(second, 'definite', 2)).toMatchObject({ outcome: 'rebase' });
    expect(await set(second, 'definite', 1, 'A is in the garden')).toEqual(ok);
    expect(await house.one('weddings', second)).toMatchObject({ status: 'confirmed' });
    expect(await house.conflicts()).toEqual([['overlap', 'overridden', 'A is in the garden']]);
    expect(await house.alerts()).toEqual([]);
    // Accepted once, it is not asked again.
    expect(await set(second, 'hold', 2)).toEqual(ok);
    expect(await set(second, 'definite', 3)).toEqual(ok);
    expect(await set(first, 'cancelled', 1)).toEqual(ok);
    expect(await set(first, 'definite', 2)).toEqual(no('command.not_possible'));
    expect(await house.conflicts()).toEqual([['overlap', 'resolved', null]]);
  });
});

test('a source that still tells the old time, room and vendor does not undo what a person has decided; what it tells anew counts', async () => {
  const vendor = scriptedVendor('stripe');
  const clock = t.options.clock;
  const line = startNormaliser({ store: t.store, vendors: () => vendor, http: { send: () => Promise.reject(new Error('no line')) }, clock, ids: createIds(), log: t.log, random: () => 1 });
  try {
    const tell = async (...told: Change[]) => {
      await t.store.addDelivery(delivery(t, 'stripe', changes(...told)));
      await line.idle();
    };
    const day = (version: string, from: number): Change => ({ kind: 'wedding', remote: { type: 'event', id: 'w1', version }, wedding: {}, occurredAt: null, fields: { title: 'A', date: '2027-06-05', zone: 'Europe/London', startsAt: june(5, from), endsAt: june(5, 18), room: 'Great Hall', status: 'hold' } });
    const job = (version: string, vendorName: string): Change => ({ kind: 'booking', remote: { type: 'job', id: 'j1', version }, wedding: {}, occurredAt: null, fields: { title: 'Photos', trade: 'photography', vendorName, status: 'definite', startsAt: june(5, 12), endsAt: june(5, 18) } });
    await tell(day('1', 12), job('1', 'Bloom Photo'));
    const [wedding, booking] = [(await house.rows()).weddings[0]?.id ?? '', (await house.rows()).bookings[0]?.id ?? ''];
    const [barn, light] = [await house.resource('room', 'Barn'), await house.resource('vendor', 'Light & Co')];
    expect(await house.decide('plan.carry_out', { moves: [await move('weddings', wedding, barn, 6, 12, 18), await move('bookings', booking, light, 6, 12, 18)], reason: null })).toEqual(ok);
    expect(await house.decide('booking.set_status', { collection: 'weddings', id: wedding, basedOnVersion: 2, status: 'definite', reason: null })).toEqual(ok);
    await tell(day('2', 12), job('2', 'Bloom Photo'));
    await tell(day('3', 12), job('3', 'Bloom Photo'));
    expect(await house.one('weddings', wedding)).toMatchObject({ startsAt: june(6, 12), date: '2027-06-06', room: 'Barn', roomId: barn, status: 'confirmed', version: 3 });
    expect(await house.one('bookings', booking)).toMatchObject({ startsAt: june(6, 12), vendorName: 'Light & Co', vendorId: light, version: 2 });
    await tell(day('4', 13), job('4', 'Moss'));
    expect(await house.one('weddings', wedding)).toMatchObject({ startsAt: june(5, 13), endsAt: june(5, 18), date: '2027-06-05', room: 'Barn', status: 'confirmed' });
    expect(await house.one('bookings', booking)).toMatchObject({ startsAt: june(6, 12), vendorName: 'Moss' });
    const snapshot = await t.store.snapshot(t.organisation.id);
    const all = await t.store.readEvents(t.organisation.id, 0, 10_000);
    expect(applyEvents({ epoch: t.store.epoch, seq: 0, organisation: t.organisation, tables: emptyTables() }, all, snapshot.seq)).toEqual(fromSnapshot(snapshot));
  } finally {
    await line.stop();
  }
});
