import { describe, expect, test } from 'vitest';
import type { Change } from '../../../core/domain/record/changes.ts';
import { applyEvents, emptyTables, fromSnapshot } from '../../../core/domain/record/state.ts';
import { june } from '../../support/taking.ts';
import { clock, house, t, useBackHouse } from '../../support/usingBackHouse.ts';

/** A wedding is moved outside, by its source or in a calendar, and what of it follows by itself, stays and is told, or follows once somebody says so. */

useBackHouse();

const LATER_MS = 3_600_000;
const times = (day: number, from: number, to: number, minute = 0) => ({ startsAt: june(day, from, minute), endsAt: june(day, to, minute) });
const told = (id: string, version: number, fields: Extract<Change, { kind: 'wedding' }>['fields']): Change =>
  ({ kind: 'wedding', remote: { type: 'wedding', id, version: String(version) }, wedding: {}, occurredAt: null, fields });
const booking = (id: string, wedding: string, version: number, fields: Extract<Change, { kind: 'booking' }>['fields']): Change =>
  ({ kind: 'booking', remote: { type: 'booking', id, version: String(version) }, wedding: { remote: { type: 'wedding', id: wedding } }, occurredAt: null, fields });

const PHOTOS = { title: 'Photos', trade: 'photography', vendorName: 'Bloom Photo', status: 'definite', place: null } as const;
const weddingOf = async (title: string) => {
  const row = (await house.rows()).weddings.find((one) => one.title === title);
  if (!row) throw new Error(`there is no wedding ${title}`);
  return row;
};
const left = async () => (await house.rows()).alerts.filter(({ rule, state }) => rule === 'left_behind' && state !== 'resolved');

/** A wedding that a source tells of, with a photographer whom it tells of too, and what this house has added: chairs and a run sheet. */
async function wedding(title = 'Ada & Ben', day = 5, from = 12, more: Extract<Change, { kind: 'wedding' }>['fields'] = {}) {
  await house.look(told(title, 1, { title, date: '2027-06-05', zone: 'Europe/London', ...times(day, from, from + 8), room: 'Great Hall', status: 'confirmed', ...more }));
  const { id } = await weddingOf(title);
  await house.look(booking(`photos ${title}`, title, 1, { ...PHOTOS, vendorName: `Photos of ${title}`, ...times(day, from - 1, from + 6), callTime: june(day, from - 2) }));
  const photos = (await house.rows()).bookings.find(({ weddingId }) => weddingId === id)?.id ?? '';
  const chairs = await house.resource('equipment', `Chairs of ${title}`);
  const taken = (await house.allocation(chairs, day, from - 2, from + 10, { weddingId: id, title: 'Chairs' })).id;
  const ceremony = await house.item(id, 'Ceremony', june(day, from + 1), { endsAt: june(day, from + 2), place: 'Great Hall' });
  const doors = await house.item(id, 'Doors', june(day, from));
  const done = await house.item(id, 'Marquee', june(day, from - 3), { status: 'done' });
  clock.advance(LATER_MS);
  return { id, photos, chairs, taken, ceremony, doors, done };
}
const standing = async () => {
  const { weddings, bookings, allocations, runSheetItems } = await house.rows();
  const of = (rows: readonly { readonly id: string; readonly startsAt: string | null; readonly endsAt: string | null }[]) => rows.map(({ id, startsAt, endsAt }) => [id, startsAt, endsAt]);
  return { weddings: of(weddings), bookings: of(bookings), allocations: of(allocations), items: of(runSheetItems) };
};
/** What every reader of the log comes to. */
const replayed = async () => {
  const snapshot = await t.store.snapshot(t.organisation.id);
  const events = await t.store.readEvents(t.organisation.id, 0, 100_000);
  expect(applyEvents({ epoch: t.store.epoch, seq: 0, organisation: t.organisation, tables: emptyTables() }, events, snapshot.seq)).toEqual(fromSnapshot(snapshot));
};

describe('a wedding that its source moves', () => {
  test('takes its run sheet and what was taken here along in the same commit; what a source tells of stays and is told', async () => {
    const a = await wedding();
    const seq = await house.now();
    await house.look(told('Ada & Ben', 2, times(5, 14, 22, 30)));
    expect(await house.one('runSheetItems', a.ceremony)).toMatchObject({ startsAt: june(5, 15, 30), endsAt: june(5, 16, 30), version: 2, source: null });
    expect(await house.one('runSheetItems', a.doors)).toMatchObject({ startsAt: june(5, 14, 30), endsAt: null });
    expect(await house.one('runSheetItems', a.done)).toMatchObject({ startsAt: june(5, 9), version: 1 });
    expect(await house.one('allocations', a.taken)).toMatchObject({ ...times(5, 12, 24, 30), version: 2 });
    expect(await house.one('bookings', a.photos)).toMatchObject({ ...times(5, 11, 18), callTime: june(5, 10), version: 1 });
    expect(await left()).toMatchObject([{
      title: '1 booking did not move with Ada & Ben', state: 'open', weddingId: a.id, subject: { collection: 'weddings', id: a.id },
      stayed: [{ collection: 'bookings', id: a.photos, startsAt: june(5, 11), callTime: june(5, 10), of: june(5, 12), why: 'theirs' }],
    }]);
    const events = await t.store.readEvents(t.organisation.id, seq, 100);
    expect(new Set(events.map(({ recordedAt }) => recordedAt)).size).toBe(1);
    expect(events.map(({ type }) => type)).toEqual(['wedding.updated', 'allocation.updated', 'runsheet.item.updated', 'runsheet.item.updated', 'alert.raised']);
    await replayed();
  });

  test('told once more, or told what it told before, moves nothing', async () => {
    await wedding();
    await house.look(told('Ada & Ben', 2, times(5, 14, 22)));
    const before = await standing();
    const seq = await house.now();
    await house.look(told('Ada & Ben', 2, times(5, 14, 22)));
    await house.look(told('Ada & Ben', 1, times(5, 12, 20)));
    expect(await standing()).toEqual(before);
    expect(await house.since(seq)).toEqual([]);
  });

  test('there and back over a night that has no half past one: all stands where it stood, and nothing is left to tell', async () => {
    const a = await wedding('Night', 5, 12, { startsAt: '2027-03-20T23:00:00.000Z', endsAt: '2027-03-21T04:00:00.000Z', date: '2027-03-20' });
    const late = await house.item(a.id, 'Last dance', '2027-03-21T01:30:00.000Z', { endsAt: '2027-03-21T02:00:00.000Z' });
    const before = await standing();
    // Half past one is not on the clock of that night: it comes out at half past two.
    await house.look(told('Night', 2, { startsAt: '2027-03-27T23:00:00.000Z', endsAt: '2027-03-28T03:00:00.000Z' }));
    expect(await house.one('runSheetItems', late)).toMatchObject({ startsAt: '2027-03-28T01:30:00.000Z' });
    expect(await left()).toHaveLength(1);
    await house.look(told('Night', 3, { startsAt: '2027-03-20T23:00:00.000Z', endsAt: '2027-03-21T04:00:00.000Z' }));
    expect(await standing()).toEqual(before);
    expect(await left()).toEqual([]);
    await replayed();
  });

  test('corrected twice, in whatever order it is told and however often: as if it had been moved there at once', async () => {
    const moves = [
      { startsAt: '2027-03-27T23:00:00.000Z', endsAt: '2027-03-28T03:00:00.000Z' }, { startsAt: '2027-10-30T22:00:00.000Z', endsAt: '2027-10-31T03:00:00.000Z' }, { startsAt: '2027-07-03T21:30:00.000Z', endsAt: '2027-07-04T02:00:00.000Z' },
    ];
    const orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0], [0, 0, 1, 0, 2, 1]];
    const ends: unknown[] = [];
    for (const order of orders) {
      const title = `Wedding ${order.join('')}`;
      const { id } = await wedding(title, 5, 12, { startsAt: '2027-03-20T23:00:00.000Z', endsAt: '2027-03-21T04:00:00.000Z', date: '2027-03-20', room: `Room ${order.join('')}` });
      const late = await house.item(id, 'Last dance', '2027-03-21T01:30:00.000Z');
      for (const index of order) await house.look(told(title, index + 2, moves[index] ?? {}));
      const { startsAt } = await house.one('weddings', id);
      ends.push([startsAt, (await house.one('runSheetItems', late)).startsAt]);
    }
    expect(ends).toEqual(orders.map(() => ['2027-07-03T21:30:00.000Z', '2027-07-04T00:00:00.000Z']));
    await replayed();
  });

  test('what would clash stays and is told; moved on to where it fits, it follows from where it was left', async () => {
    const a = await wedding();
    await house.allocation(a.chairs, 6, 8, 20, { title: 'Chairs elsewhere' });
    await house.look(told('Ada & Ben', 2, times(6, 12, 20)));
    expect(await house.one('allocations', a.taken)).toMatchObject({ ...times(5, 10, 22), version: 1 });
    expect((await left())[0]?.stayed).toMatchObject([{ id: a.photos, why: 'theirs' }, { id: a.taken, why: 'clash', of: june(5, 12) }]);
    expect(await house.conflicts()).toEqual([]);
    await house.look(told('Ada & Ben', 3, times(9, 12, 20)));
    expect(await house.one('allocations', a.taken)).toMatchObject({ ...times(9, 10, 22), version: 2 });
    expect(await house.one('runSheetItems', a.doors)).toMatchObject({ startsAt: june(9, 12) });
    expect((await left()).map(({ stayed }) => stayed?.map(({ id, of }) => [id, of]))).toEqual([[[a.photos, june(5, 12)]]]);
  });

  test('what is locked stays, and what a person has moved by hand keeps its distance', async () => {
    const a = await wedding();
    const bus = await house.resource('equipment', 'Bus');
    const locked = (await house.allocation(bus, 5, 11, 12, { weddingId: a.id, title: 'Bus', lockedBecause: 'The road is closed later' })).id;
    const row = await house.one('allocations', a.taken);
    await house.decide('plan.carry_out', { moves: [{ collection: 'allocations', id: a.taken, basedOnVersion: row.version, resourceId: a.chairs, ...times(5, 9, 23) }], reason: null });
    await house.look(told('Ada & Ben', 2, times(5, 13, 21)));
    expect(await house.one('allocations', a.taken)).toMatchObject(times(5, 10, 24));
    expect(await house.one('allocations', locked)).toMatchObject({ ...times(5, 11, 12), version: 1 });
    expect((await left())[0]?.stayed?.map(({ id, why }) => [id, why])).toEqual([[a.photos, 'theirs'], [locked, 'locked']]);
  });

  test('to another room only: the place of its items, and nobody’s time', async () => {
    const a = await wedding();
    await house.look(told('Ada & Ben', 2, { room: 'Orangery' }));
    expect(await house.one('runSheetItems', a.ceremony)).toMatchObject({ startsAt: june(5, 13), place: 'Orangery' });
    expect(await house.one('allocations', a.taken)).toMatchObject({ version: 1 });
    expect(await left()).toEqual([]);
  });

  test('the source tells of the booking as well: in the same delivery or later nobody is asked any more', async () => {
    const a = await wedding();
    await house.look(told('Ada & Ben', 2, times(5, 14, 22)));
    expect(await left()).toHaveLength(1);
    await house.look(booking('photos Ada & Ben', 'Ada & Ben', 2, times(5, 13, 20)));
    expect(await left()).toEqual([]);
    expect(await house.one('bookings', a.photos)).toMatchObject(times(5, 13, 20));
    // Told first, it neither moves twice nor waits for anybody.
    await house.look(booking('photos Ada & Ben', 'Ada & Ben', 3, times(5, 15, 22)));
    await house.look(told('Ada & Ben', 3, times(5, 16, 23)));
    expect(await house.one('bookings', a.photos)).toMatchObject(times(5, 15, 22));
    expect(await left()).toEqual([]);
  });

  test('what was told is settled when the wedding is called off, and what is called off is not asked about', async () => {
    const a = await wedding();
    await house.look(told('Ada & Ben', 2, times(5, 14, 22)));
    await house.look(told('Ada & Ben', 3, { status: 'cancelled' }));
    expect(await left()).toEqual([]);
    await house.look(told('Ada & Ben', 4, { ...times(5, 15, 23), status: 'confirmed' }));
    expect((await left())[0]?.stayed).toMatchObject([{ id: a.photos }]);
    await house.look(booking('photos Ada & Ben', 'Ada & Ben', 2, { status: 'cancelled' }));
    expect(await left()).toEqual([]);
  });
});

describe('let them follow', () => {
  const follow = async (rows: readonly string[], more: object = {}) => {
    const [alert] = await left();
    const { startsAt } = await house.one('weddings', alert?.weddingId ?? '');
    const named = await Promise.all((alert?.stayed ?? []).filter(({ id }) => rows.includes(id)).map(async ({ collection, id }) => ({ collection, id, basedOnVersion: (await house.one(collection, id)).version })));
    return house.decide('wedding.let_follow', { alertId: alert?.id ?? '', basedOnVersion: alert?.version ?? 1, startsAt, rows: named, reason: null, ...more });
  };

  test('takes the booking along with its call time, settles the alert, and a source that tells the old time again does not undo it', async () => {
    const a = await wedding();
    await house.look(told('Ada & Ben', 2, times(5, 14, 22)));
    expect(await follow([a.photos])).toMatchObject({ outcome: 'accepted' });
    expect(await house.one('bookings', a.photos)).toMatchObject({ ...times(5, 13, 20), callTime: june(5, 12), version: 2 });
    expect(await left()).toEqual([]);
    await house.look(booking('photos Ada & Ben', 'Ada & Ben', 2, { ...times(5, 11, 18), callTime: june(5, 10) }));
    expect(await house.one('bookings', a.photos)).toMatchObject(times(5, 13, 20));
    await replayed();
  });

  test('is judged: over somebody else it needs a reason; what was moved since, or seen before the wedding moved on, is asked anew', async () => {
    const a = await wedding();
    await house.look(told('Ada & Ben', 2, times(5, 14, 22)));
    await house.booking('Photos of Ada & Ben', 5, 19, 23);
    expect(await follow([a.photos])).toMatchObject({ outcome: 'rejected', error: { code: 'conflict.would_clash' } });
    expect(await follow([a.photos], { startsAt: june(5, 12) })).toMatchObject({ outcome: 'rebase' });
    expect(await follow([a.photos], { reason: 'A second photographer comes' })).toMatchObject({ outcome: 'accepted' });
    expect(await house.conflicts()).toEqual([['overlap', 'overridden', 'A second photographer comes']]);
    expect(await left()).toEqual([]);
  });
});

describe('let them follow, and put back', () => {
  const named = async (ids: readonly string[]) => {
    const { bookings, allocations, runSheetItems } = await house.rows();
    const of = (collection: 'bookings' | 'allocations' | 'runSheetItems', rows: readonly { readonly id: string; readonly version: number }[]) =>
      rows.filter(({ id }) => ids.includes(id)).map(({ id, version }) => ({ collection, id, basedOnVersion: version }));
    return [...of('bookings', bookings), ...of('allocations', allocations), ...of('runSheetItems', runSheetItems)];
  };
  /** What was let follow for that alert goes back, or follows. */
  const send = async (alertId: string, ids: readonly string[], more: object) => {
    const alert = await house.one('alerts', alertId);
    const { startsAt } = await house.one('weddings', alert.weddingId ?? '');
    return house.decide('wedding.let_follow', { alertId, basedOnVersion: alert.version, startsAt, rows: await named(ids), reason: null, ...more });
  };
  /** Its wedding was moved by two hours, and the photographer follows since. */
  async function followed() {
    const a = await wedding();
    await house.look(told('Ada & Ben', 2, times(5, 14, 22)));
    const alert = (await left())[0]?.id ?? '';
    const before = await standing();
    expect(await send(alert, [a.photos], {})).toMatchObject({ outcome: 'accepted' });
    expect(await left()).toEqual([]);
    return { ...a, alert, before };
  }

  test('all stands where it stood, it is asked about again in the same commit, and may follow once more', async () => {
    const a = await followed();
    const seq = await house.now();
    expect(await send(a.alert, [a.photos], { back: true })).toMatchObject({ outcome: 'accepted' });
    expect(await standing()).toEqual(a.before);
    expect(await house.one('bookings', a.photos)).toMatchObject({ ...times(5, 11, 18), callTime: june(5, 10) });
    const events = await t.store.readEvents(t.organisation.id, seq, 100);
    expect(new Set(events.map(({ recordedAt }) => recordedAt)).size).toBe(1);
    expect(events[0]).toMatchObject({ type: 'booking.updated', actor: { kind: 'person' } });
    const [again, ...others] = await left();
    expect(others).toEqual([]);
    expect(again).toMatchObject({
      state: 'open', title: '1 booking did not move with Ada & Ben', weddingId: a.id,
      stayed: [{ collection: 'bookings', id: a.photos, startsAt: june(5, 11), callTime: june(5, 10), of: june(5, 12), why: 'theirs' }],
    });
    expect(again?.id).not.toBe(a.alert);
    expect(await send(again?.id ?? '', [a.photos], {})).toMatchObject({ outcome: 'accepted' });
    expect(await house.one('bookings', a.photos)).toMatchObject({ ...times(5, 13, 20), callTime: june(5, 12) });
    expect(await left()).toEqual([]);
    await replayed();
  });

  test('one of two goes back while the other still asks: the alert that is open tells of both', async () => {
    const a = await wedding();
    const bus = await house.resource('equipment', 'Bus');
    const row = await house.allocation(bus, 5, 11, 12, { weddingId: a.id, title: 'Bus', lockedBecause: 'The road is closed later' });
    await house.look(told('Ada & Ben', 2, times(5, 14, 22)));
    const alert = (await left())[0]?.id ?? '';
    expect(await send(alert, [a.photos], {})).toMatchObject({ outcome: 'accepted' });
    expect((await left()).map(({ id }) => id), 'the bus still asks').toEqual([alert]);
    expect(await send(alert, [a.photos], { back: true })).toMatchObject({ outcome: 'accepted' });
    expect((await left()).map(({ id, stayed }) => [id, stayed?.map((one) => one.id)])).toEqual([[alert, [a.photos, row.id]]]);
    expect(await house.one('bookings', a.photos)).toMatchObject(times(5, 11, 18));
    await replayed();
  });

  test('is judged: who has that time by now is named, and with a reason it goes back all the same', async () => {
    const a = await followed();
    await house.booking('Photos of Ada & Ben', 5, 10, 12, { title: 'Portraits in the park' });
    const refused = await send(a.alert, [a.photos], { back: true });
    expect(refused).toMatchObject({ outcome: 'rejected', error: { code: 'conflict.would_clash', message: expect.stringMatching(/Portraits in the park/) as string } });
    expect(await house.one('bookings', a.photos)).toMatchObject(times(5, 13, 20));
    expect(await left()).toEqual([]);
    expect(await send(a.alert, [a.photos], { back: true, reason: 'Two photographers' })).toMatchObject({ outcome: 'accepted' });
    expect(await house.conflicts()).toEqual([['overlap', 'overridden', 'Two photographers']]);
    expect(await house.one('bookings', a.photos)).toMatchObject(times(5, 11, 18));
  });

  test('what its following had resolved comes back without a word', async () => {
    const a = await wedding();
    await house.booking('Photos of Ada & Ben', 5, 10, 12);
    await house.look(told('Ada & Ben', 2, times(5, 14, 22)));
    const alert = (await left())[0]?.id ?? '';
    expect(await house.conflicts()).toEqual([['overlap', 'open', null]]);
    expect(await send(alert, [a.photos], {})).toMatchObject({ outcome: 'accepted' });
    expect(await house.conflicts()).toEqual([['overlap', 'resolved', null]]);
    expect(await send(alert, [a.photos], { back: true })).toMatchObject({ outcome: 'accepted' });
    expect((await house.conflicts()).filter(([, state]) => state === 'open')).toEqual([['overlap', 'open', null]]);
  });

  test('not over what was moved since by itself, nor after the wedding moved on, nor what has not followed, nor twice', async () => {
    const a = await followed();
    const row = await house.one('bookings', a.photos);
    await house.decide('plan.carry_out', { moves: [{ collection: 'bookings', id: a.photos, basedOnVersion: row.version, resourceId: row.vendorId ?? '', ...times(5, 14, 21) }], reason: null });
    const moved = await send(a.alert, [a.photos], { back: true });
    expect(moved).toMatchObject({ outcome: 'rejected', error: { code: 'command.not_possible', message: expect.stringMatching(/^Photos is not where/) as string } });
    expect(await house.one('bookings', a.photos)).toMatchObject(times(5, 14, 21));
    const again = await house.one('bookings', a.photos);
    await house.decide('plan.carry_out', { moves: [{ collection: 'bookings', id: a.photos, basedOnVersion: again.version, resourceId: row.vendorId ?? '', ...times(5, 13, 20) }], reason: null });
    expect(await send(a.alert, [a.photos], { back: true, startsAt: june(5, 12) })).toMatchObject({ outcome: 'rebase' });
    expect(await send(a.alert, [a.ceremony], { back: true })).toMatchObject({ outcome: 'rejected', error: { code: 'request.not_found' } });
    expect(await send(a.alert, [a.photos], { back: true })).toMatchObject({ outcome: 'accepted' });
    expect(await send(a.alert, [a.photos], { back: true })).toMatchObject({ outcome: 'rejected', error: { code: 'command.not_possible' } });
    expect(await left()).toHaveLength(1);
  });

  test('the source that tells the old time, or another one, is heard as before', async () => {
    const a = await followed();
    expect(await send(a.alert, [a.photos], { back: true })).toMatchObject({ outcome: 'accepted' });
    clock.advance(LATER_MS);
    await house.look(booking('photos Ada & Ben', 'Ada & Ben', 2, { ...times(5, 13, 20), callTime: june(5, 12) }));
    expect(await house.one('bookings', a.photos)).toMatchObject(times(5, 13, 20));
    expect(await left()).toEqual([]);
  });
});

describe('in a calendar of ours', () => {
  test('with merge its run sheet follows what somebody has moved there; what was placed there by itself stays, whichever is heard first', async () => {
    for (const first of ['wedding', 'crew'] as const) {
      const [title, name] = [`Wedding ${first}`, `Crew ${first}`];
      const id = await house.wedding(title, 5, 12, 20, { room: `Hall ${first}` });
      const item = await house.item(id, 'Doors', june(5, 12));
      const crew = await house.resource('crew', name);
      const shift = (await house.allocation(crew, 5, 11, 21, { weddingId: id, title: 'Shift' })).id;
      const hall = await house.calendar(await house.room(`Hall ${first}`));
      const diary = await house.calendar(crew);
      const there = { wedding: (await house.stands('weddings', id, hall)).remoteId, crew: (await house.stands('allocations', shift, diary)).remoteId };
      const moved = {
        wedding: house.told(there.wedding, hall.id, { ...times(5, 14, 22), title, place: `Hall ${first}`, status: 'confirmed' }),
        crew: house.told(there.crew, diary.id, { ...times(5, 13, 23), title: 'Shift', place: null, status: 'confirmed' }),
      };
      await house.look(moved[first]);
      await house.look(moved[first === 'wedding' ? 'crew' : 'wedding']);
      expect(await house.one('weddings', id)).toMatchObject(times(5, 14, 22));
      expect(await house.one('runSheetItems', item)).toMatchObject({ startsAt: june(5, 14) });
      expect(await house.one('allocations', shift), first).toMatchObject(times(5, 13, 23));
    }
    expect(await left()).toEqual([]);
  });

  test('a person who takes theirs takes along what follows', async () => {
    const id = await house.wedding('Ada & Ben', 5, 12, 20);
    const item = await house.item(id, 'Doors', june(5, 12));
    const hall = await house.calendar(await house.room('Great Hall'), { strategy: 'manual' });
    const { remoteId } = await house.stands('weddings', id, hall);
    await house.look(house.told(remoteId, hall.id, { ...times(6, 12, 20), title: 'Ada & Ben', place: 'Great Hall', status: 'confirmed' }));
    expect(await house.one('runSheetItems', item)).toMatchObject({ startsAt: june(5, 12) });
    const [difference] = (await house.rows()).differences;
    expect(await house.decide('difference.settle', { differenceId: difference?.id ?? '', basedOnVersion: 1, keep: 'theirs', reason: null })).toMatchObject({ outcome: 'accepted' });
    expect(await house.one('weddings', id)).toMatchObject(times(6, 12, 20));
    expect(await house.one('runSheetItems', item)).toMatchObject({ startsAt: june(6, 12) });
  });

  test('a booking that is moved there takes its call time along', async () => {
    const id = await house.booking('Bloom Photo', 5, 12, 18, { callTime: june(5, 11) });
    const diary = await house.calendar((await house.one('bookings', id)).vendorId ?? '');
    const { remoteId } = await house.stands('bookings', id, diary);
    await house.look(house.told(remoteId, diary.id, { ...times(5, 14, 20), title: 'Job of Bloom Photo', place: null, status: 'confirmed' }));
    expect(await house.one('bookings', id)).toMatchObject({ ...times(5, 14, 20), callTime: june(5, 13) });
  });
});

describe('a call time that moves', () => {
  const called = async () => (await house.rows()).alerts.filter(({ rule }) => rule === 'call_time_moved').map(({ title, state, doneBy }) => [title, state, doneBy ?? null]);

  test('is told when a person moves it, but not as news to that device; the next one replaces it', async () => {
    const weddingId = await house.wedding('Ada & Ben', 5, 12, 20);
    const id = await house.booking('Bloom Photo', 5, 12, 18, { weddingId, callTime: june(5, 11) });
    const move = async (from: number, to: number) => {
      const row = await house.one('bookings', id);
      return house.decide('plan.carry_out', { moves: [{ collection: 'bookings', id, basedOnVersion: row.version, resourceId: row.vendorId ?? '', ...times(5, from, to) }], reason: null });
    };
    expect(await move(13, 19)).toMatchObject({ outcome: 'accepted' });
    expect(await called()).toEqual([['Bloom Photo is 60 min later', 'open', t.device.id]]);
    const [alert] = (await house.rows()).alerts.filter(({ rule }) => rule === 'call_time_moved');
    expect(alert).toMatchObject({ weddingId, subject: { collection: 'bookings', id }, detail: 'Call time for Ada & Ben moved.' });
    expect(await move(12, 18)).toMatchObject({ outcome: 'accepted' });
    expect(await called()).toEqual([['Bloom Photo is 60 min later', 'resolved', t.device.id], ['Bloom Photo is 60 min earlier', 'open', t.device.id]]);
    expect(await move(12, 20), 'its end alone').toMatchObject({ outcome: 'accepted' });
    expect(await called()).toHaveLength(2);
  });

  test('is told once when a source or a calendar moves it, as nobody’s own doing', async () => {
    await wedding();
    await house.look(booking('photos Ada & Ben', 'Ada & Ben', 2, { callTime: june(5, 9) }));
    expect(await called()).toEqual([['Photos of Ada & Ben is 60 min earlier', 'open', null]]);
  });
});
