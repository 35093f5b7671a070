import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Command, MOST_FOLLOWING } from '../../../core/contract/commands.ts';
import type { RunSheetItem } from '../../../core/contract/record/day.ts';
import type { Booking } from '../../../core/contract/record/trade.ts';
import { draftCreated } from '../../../core/domain/record/drafts.ts';
import type { Change } from '../../../core/domain/record/changes.ts';
import { applyEvents, emptyTables, fromSnapshot } from '../../../core/domain/record/state.ts';
import { createIds } from '../../../server/ports.ts';
import { startNormaliser } from '../../../server/workers/normalise.ts';
import { delivery } from '../../support/deliveries.ts';
import { changes, scriptedVendor } from '../../support/scriptedVendor.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';
import { june, takingHouse } from '../../support/taking.ts';

/** A wedding moves, and what of it moves with it: all of it or none, judged as one, and put back exactly. */

let t: TestStore;
let house: ReturnType<typeof takingHouse>;
beforeEach(async () => {
  t = await openTestStore({ clock: settableClock('2026-11-20T12:00:00.000Z') });
  house = takingHouse(t);
});
afterEach(() => t.cleanup());

const ok = expect.objectContaining({ outcome: 'accepted' }) as unknown;
const no = (code: string, words: RegExp | null = null): unknown => ({ outcome: 'rejected', commandId: expect.any(String) as string, error: expect.objectContaining({ code, ...(words ? { message: expect.stringMatching(words) as string } : {}) }) as object });

type Following = 'bookings' | 'allocations' | 'runSheetItems';
interface Named { readonly collection: Following; readonly id: string }
const seen = async ({ collection, id }: Named) => ({ collection, id, basedOnVersion: (await house.one(collection, id)).version });
const along = async (rows: readonly Named[], stay: readonly string[] = []) => ({ how: 'along' as const, rows: await Promise.all(rows.map(seen)), stay: [...stay] });
const item = async (weddingId: string, title: string, from: string, to: string | null, more: Partial<RunSheetItem> = {}): Promise<Named> => {
  const row = { id: house.id(), weddingId, title, startsAt: from, endsAt: to, place: null, owner: null, status: 'planned' as const, ...more };
  await house.write(draftCreated('runsheet.item.created', 'runSheetItems', weddingId, row, null, { actor: { kind: 'person', id: null, name: 'Front desk' }, source: null, deliveryId: null }));
  return { collection: 'runSheetItems', id: row.id };
};
const booking = async (vendorName: string, weddingId: string | null, from: number, to: number, more: Partial<Booking> = {}): Promise<Named> => ({ collection: 'bookings', id: await house.booking(vendorName, 5, from, to, { weddingId, ...more }) });
/** One with a photographer, chairs, and a run sheet of which something is done. */
async function wedding() {
  const id = await house.wedding('A', 5, 12, 22);
  const chairs = await house.resource('equipment', 'Chairs', { places: 200 });
  const photos = await booking('Bloom Photo', id, 11, 18, { callTime: june(5, 10, 30), place: 'Great Hall' });
  const taken: Named = { collection: 'allocations', id: (await house.allocation(chairs, 5, 9, 22, { weddingId: id, units: 120 })).id };
  const ceremony = await item(id, 'Ceremony', june(5, 13), june(5, 13, 45), { place: 'great  hall' });
  const doors = await item(id, 'Doors', june(5, 12), null);
  const done = await item(id, 'Marquee up', june(5, 8), june(5, 9), { status: 'done' });
  return { id, chairs, photos, taken, ceremony, doors, done, all: [photos, taken, ceremony, doors] };
}
interface Move { resourceId: string; startsAt: string; endsAt: string }
const plan = async (id: string, to: Move, follow: object | undefined, more: object = {}) =>
  house.decide('plan.carry_out', { moves: [{ collection: 'weddings', id, basedOnVersion: (await house.one('weddings', id)).version, ...to, ...(follow ? { follow } : {}), ...more } as never], reason: null });
const at = async (day: number, from: number, to: number, room = 'Great Hall', minute = 0): Promise<Move> => ({ resourceId: await house.room(room), startsAt: june(day, from, minute), endsAt: june(day, to, minute) });
/** Times and places of everything, without versions. */
const standing = async () => {
  const rows = await house.rows();
  return {
    weddings: rows.weddings.map(({ id, startsAt, endsAt, date, room, roomId }) => ({ id, startsAt, endsAt, date, room, roomId })),
    bookings: rows.bookings.map(({ id, startsAt, endsAt, callTime, place, vendorId }) => ({ id, startsAt, endsAt, callTime, place, vendorId })),
    allocations: rows.allocations.map(({ id, startsAt, endsAt, resourceId }) => ({ id, startsAt, endsAt, resourceId })),
    runSheetItems: rows.runSheetItems.map(({ id, startsAt, endsAt, place, status }) => ({ id, startsAt, endsAt, place, status })),
  };
};

describe('a wedding that moves', () => {
  test('takes along what was named: bookings with their call times, what was taken for it, and what of its run sheet is planned', async () => {
    const a = await wedding();
    expect(await plan(a.id, await at(5, 13, 23, 'Great Hall', 30), await along(a.all))).toEqual(ok);
    expect(await house.one('bookings', a.photos.id)).toMatchObject({ startsAt: june(5, 12, 30), endsAt: june(5, 19, 30), callTime: june(5, 12), version: 2 });
    expect(await house.one('allocations', a.taken.id)).toMatchObject({ startsAt: june(5, 10, 30), endsAt: june(5, 23, 30), version: 2 });
    expect(await house.one('runSheetItems', a.ceremony.id)).toMatchObject({ startsAt: june(5, 14, 30), endsAt: june(5, 15, 15), place: 'great  hall', version: 2 });
    expect(await house.one('runSheetItems', a.doors.id)).toMatchObject({ startsAt: june(5, 13, 30), endsAt: null, version: 2 });
    expect(await house.one('runSheetItems', a.done.id)).toMatchObject({ startsAt: june(5, 8), version: 1 });
    const events = await t.store.readEvents(t.organisation.id, 0, 10_000);
    expect(events.slice(-6).map(({ type }) => type)).toEqual(['wedding.updated', 'booking.updated', 'allocation.updated', 'runsheet.item.updated', 'runsheet.item.updated', 'alert.raised']);
    const snapshot = await t.store.snapshot(t.organisation.id);
    expect(applyEvents({ epoch: t.store.epoch, seq: 0, organisation: t.organisation, tables: emptyTables() }, events, snapshot.seq)).toEqual(fromSnapshot(snapshot));
  });

  test('leaves what is named to stay, and everything when nothing is said of it', async () => {
    const a = await wedding();
    expect(await plan(a.id, await at(5, 13, 23), await along([a.photos, a.ceremony, a.doors], [a.taken.id]))).toEqual(ok);
    expect(await house.one('allocations', a.taken.id)).toMatchObject({ startsAt: june(5, 9), version: 1 });
    expect(await house.one('bookings', a.photos.id)).toMatchObject({ startsAt: june(5, 12) });
    const before = await standing();
    expect(await plan(a.id, await at(5, 14, 23), undefined)).toEqual(ok);
    expect({ ...(await standing()), weddings: [] }).toEqual({ ...before, weddings: [] });
  });

  test('to a day with another clock keeps the time on the clock, and what falls behind the room follows by its name', async () => {
    const a = await wedding();
    await house.resource('room', 'Barn');
    // Noon in June is one o'clock on the clock there; in January that is one o'clock UTC.
    const winter = { resourceId: await house.room('Barn'), startsAt: '2028-01-08T13:00:00.000Z', endsAt: '2028-01-08T23:00:00.000Z' };
    expect(await plan(a.id, winter, await along(a.all))).toEqual(ok);
    expect(await house.one('weddings', a.id)).toMatchObject({ date: '2028-01-08', room: 'Barn' });
    expect(await house.one('bookings', a.photos.id)).toMatchObject({ startsAt: '2028-01-08T12:00:00.000Z', endsAt: '2028-01-08T19:00:00.000Z', callTime: '2028-01-08T11:30:00.000Z', place: 'Barn' });
    expect(await house.one('runSheetItems', a.ceremony.id)).toMatchObject({ startsAt: '2028-01-08T14:00:00.000Z', endsAt: '2028-01-08T14:45:00.000Z', place: 'Barn' });
    expect(await house.one('runSheetItems', a.doors.id)).toMatchObject({ startsAt: '2028-01-08T13:00:00.000Z', place: null });
  });

  test('to another room at the same time moves nobody’s time, only the place of what named the room', async () => {
    const a = await wedding();
    await house.resource('room', 'Barn');
    expect(await plan(a.id, await at(5, 12, 22, 'Barn'), await along([a.photos, a.ceremony]))).toEqual(ok);
    expect(await house.one('bookings', a.photos.id)).toMatchObject({ startsAt: june(5, 11), place: 'Barn' });
    expect(await house.one('runSheetItems', a.ceremony.id)).toMatchObject({ startsAt: june(5, 13), place: 'Barn' });
    expect(await plan(a.id, await at(5, 12, 20, 'Barn'), await along([a.doors])), 'its end alone').toEqual(no('command.not_possible', /Doors does not move with A/));
  });

  test('is put back exactly, with all that went along', async () => {
    const a = await wedding();
    await house.resource('room', 'Barn');
    const before = await standing();
    const stood = { photos: await house.one('bookings', a.photos.id), taken: await house.one('allocations', a.taken.id), ceremony: await house.one('runSheetItems', a.ceremony.id), doors: await house.one('runSheetItems', a.doors.id) };
    // The night on which there is no half past one.
    const spring = { resourceId: await house.room('Barn'), startsAt: '2028-03-26T02:30:00.000Z', endsAt: '2028-03-26T12:30:00.000Z' };
    expect(await plan(a.id, spring, await along(a.all))).toEqual(ok);
    expect(await standing()).not.toEqual(before);
    const rows = [
      { ...(await seen(a.photos)), startsAt: stood.photos.startsAt, endsAt: stood.photos.endsAt, callTime: stood.photos.callTime, place: stood.photos.place },
      { ...(await seen(a.taken)), startsAt: stood.taken.startsAt, endsAt: stood.taken.endsAt },
      { ...(await seen(a.ceremony)), startsAt: stood.ceremony.startsAt, endsAt: stood.ceremony.endsAt, place: stood.ceremony.place },
      { ...(await seen(a.doors)), startsAt: stood.doors.startsAt },
    ];
    expect(await plan(a.id, await at(5, 12, 22), { how: 'back', rows: [...rows.slice(0, 3), { ...rows[3], startsAt: null }] }), 'an item has a start').toEqual(no('command.not_possible', /Doors needs its times/));
    expect(await plan(a.id, await at(5, 12, 22), { how: 'back', rows })).toEqual(ok);
    expect(await standing()).toEqual(before);
  });

  test('with as many as a large day has, in one request; more than fit one are not taken', async () => {
    const id = await house.wedding('A', 5, 12, 22);
    const items: Named[] = [];
    for (let n = 0; n < 24; n += 1) items.push(await item(id, `Item ${n}`, june(5, 12, n), june(5, 13, n)));
    for (let n = 0; n < 10; n += 1) items.push(await booking(`Vendor ${n}`, id, 10, 20, { callTime: june(5, 9) }));
    expect(await plan(id, await at(6, 12, 22), await along(items))).toEqual(ok);
    const rows = await house.rows();
    expect(rows.runSheetItems.every(({ startsAt }) => startsAt.startsWith('2027-06-06'))).toBe(true);
    expect(rows.bookings.map(({ startsAt, callTime }) => [startsAt, callTime])).toEqual(Array.from({ length: 10 }, () => [june(6, 10), june(6, 9)]));
    const told = { collection: 'runSheetItems', id, basedOnVersion: 100, startsAt: june(5, 1), endsAt: june(5, 2), callTime: june(5, 1), place: 'x'.repeat(80) };
    const most = (count: number) => ({
      type: 'plan.carry_out', commandId: house.id(), reason: null,
      moves: [{
        collection: 'weddings', id, basedOnVersion: 2, resourceId: id, startsAt: june(5, 12), endsAt: june(5, 22),
        follow: { how: 'back', rows: Array.from({ length: count }, () => told) },
      }],
    });
    expect(JSON.stringify(most(MOST_FOLLOWING)).length).toBeLessThan(64 * 1024);
    expect(Command.safeParse(most(MOST_FOLLOWING)).success).toBe(true);
    expect(Command.safeParse(most(MOST_FOLLOWING + 1)).success).toBe(false);
  });
});

describe('what follows is judged with it', () => {
  test('a vendor who is taken elsewhere at the new time is a hard clash: nothing of the plan is, unless there is a reason or they stay', async () => {
    const a = await wedding();
    await booking('Bloom Photo', null, 19, 23);
    const before = await standing();
    const to = await at(5, 14, 23);
    expect(await plan(a.id, to, await along(a.all))).toEqual(no('conflict.would_clash', /Job of Bloom Photo and Job of Bloom Photo would clash: Bloom Photo/));
    expect(await standing()).toEqual(before);
    const moves = [{ collection: 'weddings' as const, id: a.id, basedOnVersion: 1, ...to, follow: await along(a.all) }];
    expect(await house.decide('plan.carry_out', { moves, reason: 'The second shooter comes' })).toEqual(ok);
    expect(await house.conflicts()).toEqual([['overlap', 'overridden', 'The second shooter comes']]);
    expect(await plan(a.id, await at(5, 12, 22), { how: 'back', rows: [{ ...(await seen(a.photos)), startsAt: june(5, 11), endsAt: june(5, 18), callTime: june(5, 10, 30) }] })).toEqual(ok);
    expect(await house.conflicts()).toEqual([['overlap', 'resolved', null]]);
    expect(await plan(a.id, to, await along([a.taken, a.ceremony, a.doors], [a.photos.id]))).toEqual(ok);
    expect((await house.conflicts()).map(([, state]) => state)).toEqual(['resolved']);
  });

  test('one that is locked is not taken along, whatever is said; left where it is the rest goes', async () => {
    const a = await wedding();
    const registrar = await house.resource('crew', 'Registrar');
    const locked: Named = { collection: 'allocations', id: (await house.allocation(registrar, 5, 13, 14, { weddingId: a.id, title: 'Registrar', lockedBecause: 'comes at that hour' })).id };
    const to = await at(5, 13, 23);
    expect(await house.decide('plan.carry_out', { moves: [{ collection: 'weddings', id: a.id, basedOnVersion: 1, ...to, follow: await along([...a.all, locked]) }], reason: 'Please' })).toEqual(no('conflict.locked', /Registrar must not be moved: comes at that hour/));
    expect(await plan(a.id, to, await along(a.all, [locked.id]))).toEqual(ok);
    expect(await house.one('allocations', locked.id)).toMatchObject({ startsAt: june(5, 13), version: 1 });
  });

  test('two weddings that change places take what is theirs along without meeting', async () => {
    const [a, b] = [await house.wedding('A', 5, 9, 13), await house.wedding('B', 5, 15, 19)];
    const [first, second] = [await booking('Bloom Photo', a, 9, 13), await booking('Bloom Photo', b, 15, 19)];
    const hall = await house.room('Great Hall');
    const move = async (id: string, from: number, to: number, one: Named) => ({ collection: 'weddings' as const, id, basedOnVersion: 1, resourceId: hall, startsAt: june(5, from), endsAt: june(5, to), follow: await along([one]) });
    expect(await house.decide('plan.carry_out', { moves: [await move(a, 15, 19, first), await move(b, 9, 13, second)], reason: null })).toEqual(ok);
    expect([(await house.one('bookings', first.id)).startsAt, (await house.one('bookings', second.id)).startsAt]).toEqual([june(5, 15), june(5, 9)]);
    expect(await house.conflicts()).toEqual([]);
  });
});

describe('what changed meanwhile', () => {
  test('is shown instead of moved: another version, one that came since, and nothing is told twice', async () => {
    const a = await wedding();
    const [follow, to] = [await along(a.all), await at(5, 13, 23)];
    expect(await house.decide('runsheet.item.set_status', { itemId: a.doors.id, basedOnVersion: 1, status: 'running' })).toEqual(ok);
    expect(await plan(a.id, to, follow)).toMatchObject({ outcome: 'rebase', latest: { row: { id: a.doors.id, status: 'running' } } });
    const left = await along([a.photos, a.taken, a.ceremony]);
    expect(await plan(a.id, to, await along([a.photos, a.taken, a.ceremony, a.doors])), 'it is running').toEqual(no('command.not_possible', /Doors does not move with A/));
    const late = await booking('Late Band', a.id, 18, 22);
    expect(await plan(a.id, to, left)).toMatchObject({ outcome: 'rebase', latest: { row: { id: late.id } } });
    expect(await plan(a.id, to, await along([a.photos, a.photos, a.taken, a.ceremony, late]))).toEqual(no('command.not_possible', /twice/));
    expect(await plan(a.id, to, await along([a.photos, a.taken, a.ceremony, late]))).toEqual(ok);
  });

  test('of others it takes nothing: of another wedding, of no wedding, or along with a booking', async () => {
    const a = await wedding();
    const b = await house.wedding('B', 9, 12, 18);
    const other = await booking('Moss', b, 12, 18);
    const to = await at(5, 13, 23);
    expect(await plan(a.id, to, await along([...a.all, other]))).toEqual(no('request.not_found'));
    expect(await plan(a.id, to, { how: 'back', rows: [{ ...(await seen(other)), startsAt: june(5, 1) }] })).toEqual(no('request.not_found'));
    const vendor = (await house.one('bookings', a.photos.id)).vendorId ?? '';
    expect(await house.decide('plan.carry_out', { moves: [{ ...(await seen(a.photos)), collection: 'bookings', resourceId: vendor, startsAt: june(6, 11), endsAt: june(6, 18), follow: { how: 'along', rows: [], stay: [] } }], reason: null })).toEqual(no('command.not_possible', /no wedding/));
    expect(await house.decide('plan.carry_out', { moves: [{ collection: 'weddings', id: a.id, basedOnVersion: 1, ...to, follow: await along(a.all) }], reason: null }, 'staff')).toEqual(no('auth.forbidden'));
    expect(await house.one('bookings', other.id)).toMatchObject({ version: 1 });
  });
});

test('a booking that is moved by itself takes its call time along, and back', async () => {
  const { id } = await booking('Bloom Photo', null, 12, 18, { callTime: june(5, 11, 15) });
  const vendor = (await house.one('bookings', id)).vendorId ?? '';
  const to = async (day: number, from: number, until: number) => house.decide('plan.carry_out', { moves: [{ collection: 'bookings', id, basedOnVersion: (await house.one('bookings', id)).version, resourceId: vendor, startsAt: june(day, from), endsAt: june(day, until) }], reason: null });
  expect(await to(6, 14, 20)).toEqual(ok);
  expect(await house.one('bookings', id)).toMatchObject({ callTime: june(6, 13, 15) });
  expect(await to(6, 14, 21), 'its end alone').toEqual(ok);
  expect(await house.one('bookings', id)).toMatchObject({ callTime: june(6, 13, 15) });
  expect(await to(5, 12, 18)).toEqual(ok);
  expect(await house.one('bookings', id)).toMatchObject({ callTime: june(5, 11, 15) });
});

test('a source that still tells the old time, call and place of a booking that went along does not take it back', async () => {
  const vendor = scriptedVendor('stripe');
  const line = startNormaliser({ store: t.store, vendors: () => vendor, http: { send: () => Promise.reject(new Error('no line')) }, clock: t.options.clock, ids: createIds(), log: t.log, random: () => 1 });
  try {
    const tell = async (...told: Change[]) => {
      await t.store.addDelivery(delivery(t, 'stripe', changes(...told)));
      await line.idle();
    };
    const day: Change = { kind: 'wedding', remote: { type: 'event', id: 'w1', version: '1' }, wedding: {}, occurredAt: null, fields: { title: 'A', date: '2027-06-05', zone: 'Europe/London', startsAt: june(5, 12), endsAt: june(5, 18), room: 'Great Hall', status: 'hold' } };
    const job = (version: string, callTime: string): Change => ({ kind: 'booking', remote: { type: 'job', id: 'j1', version }, wedding: { remote: { type: 'event', id: 'w1' } }, occurredAt: null, fields: { title: 'Photos', trade: 'photography', vendorName: 'Bloom Photo', status: 'definite', startsAt: june(5, 12), endsAt: june(5, 18), callTime, place: 'Great Hall' } });
    await tell(day);
    await tell(job('1', june(5, 11)));
    const rows = await house.rows();
    const [wedding, job1] = [rows.weddings[0], rows.bookings[0]];
    if (!wedding || !job1) throw new Error('nothing was told');
    expect(job1.weddingId).toBe(wedding.id);
    await house.resource('room', 'Barn');
    expect(await plan(wedding.id, await at(6, 13, 19, 'Barn'), await along([{ collection: 'bookings', id: job1.id }]))).toEqual(ok);
    const moved = { startsAt: june(6, 13), endsAt: june(6, 19), callTime: june(6, 12), place: 'Barn' };
    expect(await house.one('bookings', job1.id)).toMatchObject(moved);
    await tell(job('2', june(5, 11)));
    expect(await house.one('bookings', job1.id)).toMatchObject({ ...moved, version: 2 });
    // Another call time is another word on when it is; the place is still what a person has set.
    await tell(job('3', june(5, 10)));
    expect(await house.one('bookings', job1.id)).toMatchObject({ startsAt: june(5, 12), endsAt: june(5, 18), callTime: june(5, 10), place: 'Barn' });
  } finally {
    await line.stop();
  }
});
