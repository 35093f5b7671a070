import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Calendar } from '../../../core/contract/record/calendars.ts';
import { draftUpdated } from '../../../core/domain/record/drafts.ts';
import { createIds } from '../../../server/ports.ts';
import { partsCalendars } from '../../../server/store/migrations/0033_parts_calendars.ts';
import { startNormaliser } from '../../../server/workers/normalise.ts';
import { startPolls } from '../../../server/workers/polls.ts';
import type { PushWorker } from '../../../server/workers/pushes/pushes.ts';
import { calendarHouse, type CalendarHouse } from '../../support/calendarHouse.ts';
import { lookedAt } from '../../support/calendarMonth/vendor.ts';
import { fakeCalendar, type FakeCalendar, type FakeEntry } from '../../support/fakeCalendar.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';
import { june } from '../../support/taking.ts';

/** What takes a whole stands in the calendars of its parts too, and what comes back from there goes by their strategy. */

let t: TestStore;
let clock: ReturnType<typeof settableClock>;
let there: FakeCalendar;
let house: CalendarHouse;
let pushes: PushWorker;
let ids: { readonly hall: string; readonly north: string; readonly south: string };

beforeEach(async () => {
  clock = settableClock('2027-05-01T12:00:00.000Z');
  t = await openTestStore({ clock });
  there = lookedAt(fakeCalendar([{ name: 'Hall' }, { name: 'North' }, { name: 'South' }], clock.now), clock.now, () => 1).calendar;
  house = await calendarHouse(t, there, clock);
  const [north, south] = [await house.resource('room', 'North Bay'), await house.resource('room', 'South Bay')];
  ids = { north, south, hall: await house.resource('room', 'Great Hall', { partIds: [north, south] }) };
  await house.connect();
  const discovery = house.discoveryOf(t.store);
  await discovery.runNow();
  pushes = house.pushesOf(t.store);
});
afterEach(async () => {
  await house.stop();
  await t.cleanup();
});

const choose = async (name: string, resourceId: string, more: Partial<Calendar> = {}): Promise<void> => {
  expect(await house.save(name, { direction: 'bidirectional', strategy: 'merge', privacy: 'title', resourceId, ...more })).toMatchObject({ outcome: 'accepted' });
  await pushes.idle();
};
const refOf = (name: string): string => there.state.calendars.find((one) => one.name === name)?.remoteId ?? '';
const titlesIn = (name: string): (string | null)[] => there.standing(refOf(name)).map(({ title }) => title);
const entryIn = (name: string): FakeEntry => {
  const found = there.entries.find((one) => one.calendarRef === refOf(name) && !one.gone);
  if (!found) throw new Error(`nothing stands in ${name}`);
  return found;
};
const startsIn = (name: string): (string | null)[] => there.standing(refOf(name)).map(({ when }) => (when.kind === 'times' ? new Date(when.startsAt).toISOString() : null));
const saved = async (id: string, change: object): Promise<void> => {
  const { kind, name, places, partIds, setUpMinutes, turnaroundMinutes, state, version } = await house.one('resources', id);
  expect(await house.decide('resource.save', { resourceId: id, basedOnVersion: version, kind, name, places, partIds, setUpMinutes, turnaroundMinutes, state, ...change })).toMatchObject({ outcome: 'accepted' });
  await pushes.idle();
};
const changed = async (weddingId: string, fields: object): Promise<void> => {
  const draft = draftUpdated('wedding.updated', 'weddings', weddingId, await house.one('weddings', weddingId), fields, null, { actor: { kind: 'person', id: null, name: 'Desk' }, source: null, deliveryId: null });
  if (draft) await house.write(draft);
  await pushes.idle();
};
/** A look brings what was changed there, and it is worked on. */
async function look(): Promise<void> {
  clock.advance(600_000);
  await sql`update connection_access set next_poll_at = ${new Date(clock.now()).toISOString()}::timestamptz where system = 'fake-calendar'`.execute(t.store.internals.database.system);
  const working = { store: t.store, vendors: there.vendors, http: { send: () => Promise.reject(new Error('nobody is called')) }, clock, ids: createIds(), log: t.log, random: () => 0.5 };
  for (const one of [startPolls(working), startNormaliser(working)]) {
    await one.idle();
    await one.stop();
  }
  await pushes.idle();
}

describe('what takes a whole', () => {
  test('is named in the calendars of its parts, once in each, and what takes a part is not the whole', async () => {
    await choose('Hall', ids.hall);
    await choose('North', ids.north);
    await choose('South', ids.south, { privacy: 'full' });
    const wedding = await house.wedding('Amara & Tom', 10, 12, 18);
    await house.wedding('Small one', 12, 12, 18, { room: 'North Bay' });
    expect((await house.allocation(ids.hall, 14, 8, 12, { title: 'Painters', status: 'closed' })).answer).toMatchObject({ outcome: 'accepted' });
    await pushes.idle();
    expect([titlesIn('Hall'), titlesIn('North'), titlesIn('South')]).toEqual([
      ['Amara & Tom', 'Painters'], ['Amara & Tom (Great Hall)', 'Painters (Great Hall)', 'Small one'], ['Amara & Tom (Great Hall)', 'Painters (Great Hall)'],
    ]);
    expect(there.standing().every(({ busy }) => busy)).toBe(true);
    const own = (await house.pushes()).filter(({ subject }) => subject.id === wedding);
    expect(own.map(({ wish, state }) => [wish, state])).toEqual([['present', 'written'], ['present', 'written'], ['present', 'written']]);
    // It is ours in each of them: a look makes nobody's time of it.
    const calls = there.written().length;
    await look();
    expect([(await house.rows()).calendarEvents, await house.conflicts(), there.written().length]).toEqual([[], [], calls]);
  });

  test('follows when it is moved, named otherwise, carried into a part, and called off', async () => {
    await choose('North', ids.north);
    await choose('South', ids.south);
    const wedding = await house.wedding('Amara & Tom', 10, 12, 18);
    await pushes.idle();
    await changed(wedding, { startsAt: june(11, 12), endsAt: june(11, 18), title: 'Amara & Thomas' });
    expect([startsIn('North'), titlesIn('South')]).toEqual([[june(11, 12)], ['Amara & Thomas (Great Hall)']]);
    await changed(wedding, { room: 'North Bay' });
    expect([titlesIn('North'), titlesIn('South')]).toEqual([['Amara & Thomas'], []]);
    await changed(wedding, { room: 'Great Hall' });
    expect([titlesIn('North'), titlesIn('South')]).toEqual([['Amara & Thomas (Great Hall)'], ['Amara & Thomas (Great Hall)']]);
    await changed(wedding, { status: 'cancelled' });
    expect([titlesIn('North'), titlesIn('South')]).toEqual([[], []]);
    expect((await house.pushes()).map(({ wish, state }) => [wish, state])).toEqual([['absent', 'written'], ['absent', 'written']]);
  });

  test('stands in the calendar of a part of a part, and a run sheet where its wedding does', async () => {
    await house.resource('room', 'Whole house', { partIds: [ids.hall] });
    await choose('North', ids.north, { privacy: 'busy', runSheet: true });
    const wedding = await house.wedding('Amara & Tom', 10, 12, 18, { room: 'Whole house' });
    await house.item(wedding, 'Toasts', june(10, 16));
    await pushes.idle();
    expect(titlesIn('North')).toHaveLength(2);
    // Beside its wedding an item takes nobody's time a second time.
    expect(there.standing(refOf('North')).map(({ busy }) => busy).sort()).toEqual([false, true]);
  });
});

describe('when the parts change', () => {
  test('what is booked appears in the calendars of new parts and goes from those of former ones; what stands is left alone', async () => {
    await choose('Hall', ids.hall);
    await choose('North', ids.north);
    await house.wedding('Amara & Tom', 10, 12, 18);
    await house.wedding('Small one', 12, 12, 18, { room: 'North Bay' });
    await pushes.idle();
    const begun = there.calls.length;
    await saved(ids.hall, { partIds: [ids.south] });
    expect([titlesIn('Hall'), titlesIn('North')]).toEqual([['Amara & Tom'], ['Small one']]);
    await saved(ids.hall, { partIds: [ids.south, ids.north] });
    expect(titlesIn('North')).toEqual(['Amara & Tom (Great Hall)', 'Small one']);
    expect(there.calls.slice(begun).map(({ what }) => what)).toEqual(['remove', 'create']);
    expect((await house.calendar('North')).filling).toMatchObject({ state: 'idle' });
    // Parts that nobody keeps a calendar for, or that have nothing to do with it, tell nobody.
    const seq = (await t.store.snapshot(t.organisation.id)).seq;
    await house.resource('room', 'Orangery', { partIds: [ids.south] });
    await saved(ids.hall, { places: 2 });
    expect((await t.store.readEvents(t.organisation.id, seq, 100)).map(({ type }) => type)).toEqual(['resource.created', 'resource.updated']);
  });

  test('another name of the whole is told where it is named', async () => {
    await choose('North', ids.north);
    await house.wedding('Amara & Tom', 10, 12, 18);
    await house.wedding('Small one', 12, 12, 18, { room: 'North Bay' });
    await pushes.idle();
    const begun = there.calls.length;
    await saved(ids.hall, { name: 'Ballroom' });
    expect(titlesIn('North')).toEqual(['Amara & Tom (Ballroom)', 'Small one']);
    expect(there.calls.slice(begun).map(({ what }) => what)).toEqual(['update']);
  });

  test('a house from before is gone through once', async () => {
    await choose('Hall', ids.hall);
    await choose('North', ids.north);
    await house.wedding('Amara & Tom', 10, 12, 18);
    await pushes.idle();
    const { system } = t.store.internals.database;
    // As it was: nothing of a whole was ever written there.
    const north = await house.calendar('North');
    await sql`delete from push_states where calendar_id = ${north.id}`.execute(system);
    await sql`delete from pushes where calendar_id = ${north.id}`.execute(system);
    there.take(entryIn('North').remoteId);
    await pushes.idle();
    expect(titlesIn('North')).toEqual([]);
    await sql.raw(partsCalendars.sql).execute(system);
    const begun = there.calls.length;
    await pushes.idle();
    expect(titlesIn('North')).toEqual(['Amara & Tom (Great Hall)']);
    expect(there.calls.slice(begun).map(({ what, calendarRef }) => [what, calendarRef])).toEqual([['create', refOf('North')]]);
  });
});

describe('what comes back from the calendar of a part', () => {
  const moveIn = (name: string, hours: number): void => {
    const { remoteId, event } = entryIn(name);
    if (event.when.kind !== 'times') throw new Error('no times');
    there.edit(remoteId, { when: { ...event.when, startsAt: event.when.startsAt + hours * 3_600_000, endsAt: event.when.endsAt + hours * 3_600_000 } });
  };

  test('moves the whole, and its other calendars follow; a name given there is written again', async () => {
    await choose('Hall', ids.hall);
    await choose('North', ids.north);
    await choose('South', ids.south);
    const wedding = await house.wedding('Amara & Tom', 10, 12, 18);
    await pushes.idle();
    const begun = there.calls.length;
    moveIn('North', 2);
    there.edit(entryIn('North').remoteId, { title: 'Somebody is in' });
    await look();
    expect(there.calls.slice(begun).filter(({ what, calendarRef }) => what === 'read' && calendarRef !== refOf('North'))).toEqual([]);
    expect(await house.one('weddings', wedding)).toMatchObject({ startsAt: june(10, 14), endsAt: june(10, 20), title: 'Amara & Tom' });
    expect([startsIn('Hall'), startsIn('North'), startsIn('South')]).toEqual([[june(10, 14)], [june(10, 14)], [june(10, 14)]]);
    expect(titlesIn('North')).toEqual(['Amara & Tom (Great Hall)']);
    expect((await house.pushes()).map(({ state }) => state)).toEqual(['written', 'written', 'written']);
    const calls = there.written().length;
    await look();
    expect(there.written().length).toBe(calls);
  });

  test('is written again where ours wins, and asked about where it was deleted and theirs may win', async () => {
    await choose('North', ids.north, { strategy: 'local_wins' });
    await choose('South', ids.south, { strategy: 'remote_wins' });
    const wedding = await house.wedding('Amara & Tom', 10, 12, 18);
    await pushes.idle();
    moveIn('North', 2);
    there.take(entryIn('South').remoteId);
    await look();
    expect(startsIn('North')).toEqual([june(10, 12)]);
    expect((await house.one('weddings', wedding)).status).toBe('confirmed');
    const [difference] = (await house.rows()).differences;
    expect(difference).toMatchObject({ state: 'open', subject: { collection: 'weddings', id: wedding }, fields: [{ name: 'status', theirs: 'cancelled' }] });
    if (!difference) throw new Error('nothing is asked');
    expect(await house.decide('difference.settle', { differenceId: difference.id, basedOnVersion: difference.version, keep: 'ours', reason: null })).toMatchObject({ outcome: 'accepted' });
    await pushes.idle();
    expect(titlesIn('South')).toEqual(['Amara & Tom (Great Hall)']);
  });

  test('the whole given back there is given back here, and goes from every calendar', async () => {
    await choose('Hall', ids.hall);
    await choose('North', ids.north, { strategy: 'remote_wins' });
    const { id, answer } = await house.allocation(ids.hall, 14, 8, 12, { title: 'Painters' });
    expect(answer).toMatchObject({ outcome: 'accepted' });
    await pushes.idle();
    there.take(entryIn('North').remoteId);
    await look();
    expect((await house.one('allocations', id)).status).toBe('cancelled');
    expect([titlesIn('Hall'), titlesIn('North')]).toEqual([[], []]);
  });
});
