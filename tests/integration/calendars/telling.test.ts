import { afterEach, beforeEach, expect, test } from 'vitest';
import { draftUpdated } from '../../../core/domain/record/drafts.ts';
import type { PushWorker } from '../../../server/workers/pushes/pushes.ts';
import { calendarHouse, type CalendarHouse } from '../../support/calendarHouse.ts';
import { fakeCalendar, type FakeCalendar } from '../../support/fakeCalendar.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';

/** What is written into one calendar, and in whose words (CAL-10, CAL-21). */

let t: TestStore;
let clock: ReturnType<typeof settableClock>;
let there: FakeCalendar;
let house: CalendarHouse;
let pushes: PushWorker;
let hall: string;

const context = { actor: { kind: 'person', id: null, name: 'Desk' }, source: null, deliveryId: null } as const;
const titles = (): string[] => there.standing().map(({ title }) => title ?? '').sort();
const entry = (title: string) => {
  const found = there.standing().find((one) => one.title === title);
  if (!found) throw new Error(`${title} does not stand there, but ${titles().join(', ')}`);
  return found;
};
const updates = (): number => there.calls.filter(({ what }) => what === 'update').length;
async function save(change: Parameters<CalendarHouse['save']>[1]): Promise<void> {
  expect(await house.save('Hall', change)).toMatchObject({ outcome: 'accepted' });
  await pushes.idle();
}
async function rename(wedding: string, title: string): Promise<void> {
  const draft = draftUpdated('wedding.updated', 'weddings', wedding, await house.one('weddings', wedding), { title }, null, context);
  if (!draft) throw new Error('nothing changes');
  await house.write(draft);
  await pushes.idle();
}

beforeEach(async () => {
  clock = settableClock('2027-05-01T12:00:00.000Z');
  t = await openTestStore({ clock });
  there = fakeCalendar([{ name: 'Hall' }]);
  house = await calendarHouse(t, there, clock);
  hall = await house.resource('crew', 'Ana Ruiz');
  await house.connect();
  await house.discoveryOf(t.store).runNow();
  pushes = house.pushesOf(t.store);
  await save({ direction: 'bidirectional', strategy: 'merge', resourceId: hall });
});
afterEach(async () => {
  await house.stop();
  await t.cleanup();
});

test('by a template: what stands there is written again, follows what it names, and nothing is written twice', async () => {
  const wedding = await house.wedding('Amara & Tom', 12, 12, 22);
  await house.allocation(hall, 12, 9, 23, { weddingId: wedding, title: 'Crew' });
  await pushes.idle();
  expect(entry('Crew').description).toBe('Wedding: Amara & Tom\nPlace: Ana Ruiz');
  await save({ titleTemplate: '{wedding} – {what} ({vendor})', descriptionTemplate: 'As {status}\nCall {call time}' });
  expect(entry('Amara & Tom – Crew').description).toBe('As Confirmed');
  expect(updates()).toBe(1);
  await save({ titleTemplate: '{wedding} – {what} ({vendor})' });
  expect(updates()).toBe(1);
  await rename(wedding, 'Amara & Thomas');
  expect(titles()).toEqual(['Amara & Thomas – Crew']);
  // Less is told as it always was, whatever the template says.
  await save({ privacy: 'title' });
  expect(titles()).toEqual(['Crew']);
  await save({ privacy: 'full', titleTemplate: null, descriptionTemplate: null });
  expect(entry('Crew').description).toBe('Wedding: Amara & Thomas\nPlace: Ana Ruiz');
});

test('a title that is changed over there is made anew, and never becomes the name of anything here', async () => {
  const wedding = await house.wedding('Amara & Tom', 12, 12, 22);
  const { id: crew } = await house.allocation(hall, 12, 9, 23, { weddingId: wedding, title: 'Crew' });
  await save({ titleTemplate: '{wedding}: {what}' });
  there.edit(entry('Amara & Tom: Crew').remoteId, { title: 'Something else' });
  await rename(wedding, 'Amara & Thomas');
  expect(titles()).toEqual(['Amara & Thomas: Crew']);
  expect((await house.one('allocations', crew)).title).toBe('Crew');
  expect((await house.pushes()).map(({ state }) => state)).toEqual(['written']);
});

test('a name that there is not is refused by name, and nothing is changed', async () => {
  const before = await house.calendar('Hall');
  expect(await house.save('Hall', { titleTemplate: '{wedding} {bride}' })).toMatchObject({
    outcome: 'rejected', error: { code: 'calendar.placeholder_unknown', message: expect.stringContaining('{bride}') as string },
  });
  expect(await house.save('Hall', { descriptionTemplate: '{}' })).toMatchObject({ outcome: 'rejected', error: { code: 'calendar.placeholder_unknown' } });
  expect(await house.calendar('Hall')).toEqual(before);
});

test('only the kinds that were chosen stand there, and what is held comes once it is certain', async () => {
  const wedding = await house.wedding('Amara & Tom', 12, 12, 22);
  const { id: held } = await house.allocation(hall, 13, 9, 12, { weddingId: wedding, title: 'Held', status: 'hold' });
  await house.allocation(hall, 12, 9, 23, { weddingId: wedding, title: 'Crew' });
  await pushes.idle();
  expect(titles()).toEqual(['Crew', 'Held']);
  await save({ categories: ['weddings', 'bookings', 'allocations'] });
  expect(titles()).toEqual(['Crew']);
  const draft = draftUpdated('allocation.updated', 'allocations', wedding, await house.one('allocations', held), { status: 'definite' }, null, context);
  if (!draft) throw new Error('nothing changes');
  await house.write(draft);
  await pushes.idle();
  expect(titles()).toEqual(['Crew', 'Held']);
  await save({ categories: ['weddings', 'bookings', 'holds'] });
  expect(titles()).toEqual([]);
  await save({ categories: null });
  expect(titles()).toEqual(['Crew', 'Held']);
});

test('with every wedding, what is booked of the part that its owner plays stands there too', async () => {
  const wedding = await house.wedding('Amara & Tom', 12, 12, 22);
  await house.booking('Photos', 12, 14, 18, { weddingId: wedding, trade: 'photography' });
  await house.booking('Flowers', 12, 8, 10, { weddingId: wedding, trade: 'florist' });
  await save({ everyWedding: true });
  expect(titles()).toEqual(['Amara & Tom']);
  await save({ role: 'photography' });
  expect(titles()).toEqual(['Amara & Tom', 'Job of Photos']);
  await house.booking('More photos', 13, 14, 18, { weddingId: wedding, trade: 'photography' });
  await pushes.idle();
  expect(titles()).toEqual(['Amara & Tom', 'Job of More photos', 'Job of Photos']);
  await save({ role: null });
  expect(titles()).toEqual(['Amara & Tom']);
});

test('the category goes with each entry, is said of nobody who is only taken, and is taken out again', async () => {
  const wedding = await house.wedding('Amara & Tom', 12, 12, 22);
  await house.allocation(hall, 12, 9, 23, { weddingId: wedding, title: 'Crew' });
  await save({ categoryWord: 'Weddings' });
  expect(there.standing().map(({ remoteId }) => there.sent(remoteId)?.category)).toEqual(['Weddings']);
  await save({ categoryWord: '' });
  expect(there.standing().map(({ remoteId }) => there.sent(remoteId)?.category)).toEqual(['']);
});
