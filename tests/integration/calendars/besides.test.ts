import { afterEach, beforeEach, expect, test } from 'vitest';
import { draftUpdated } from '../../../core/domain/record/drafts.ts';
import type { PushWorker } from '../../../server/workers/pushes/pushes.ts';
import { calendarHouse, type CalendarHouse } from '../../support/calendarHouse.ts';
import { fakeCalendar, type FakeCalendar } from '../../support/fakeCalendar.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';
import { june } from '../../support/taking.ts';

/**
 * What an entry says besides its row - whether it takes time, its description - is written too where it was found changed in the middle of
 * that, or was wanted while it was read. Found by a month of 3,000 changes (seed 20261121).
 */

let t: TestStore;
let clock: ReturnType<typeof settableClock>;
let there: FakeCalendar;
let house: CalendarHouse;
let pushes: PushWorker;

beforeEach(async () => {
  clock = settableClock('2027-05-01T12:00:00.000Z');
  t = await openTestStore({ clock });
  there = fakeCalendar([{ name: 'Ana' }]);
  house = await calendarHouse(t, there, clock);
});
afterEach(async () => {
  await house.stop();
  await t.cleanup();
});

async function begin(): Promise<string> {
  const ana = await house.resource('crew', 'Ana Ruiz');
  await house.connect();
  await house.discoveryOf(t.store).runNow();
  pushes = house.pushesOf(t.store);
  expect(await house.save('Ana', { direction: 'bidirectional', strategy: 'merge', resourceId: ana, runSheet: true })).toMatchObject({ outcome: 'accepted' });
  await pushes.idle();
  return ana;
}
const entry = (title: string) => {
  const found = there.standing().find((one) => one.title === title);
  if (!found) throw new Error(`${title} does not stand there`);
  return found;
};
/** Somebody touches it over there in a way that nobody sees, so that its mark is another one. */
const touch = (title: string): void => there.edit(entry(title).remoteId, {});
const context = { actor: { kind: 'person', id: null, name: 'Desk' }, source: null, deliveryId: null } as const;
const settled = async () => (await house.pushes()).map(({ state }) => state);

test('an item whose wedding is now there takes no time beside it, though its entry was touched over there', async () => {
  const ana = await begin();
  const wedding = await house.wedding('Amara & Tom', 12, 12, 22);
  await house.item(wedding, 'First dance', june(12, 19), { owner: 'Ana Ruiz' });
  await pushes.idle();
  expect(entry('First dance').busy).toBe(true);
  touch('First dance');
  await house.allocation(ana, 12, 9, 23, { weddingId: wedding, title: 'Crew' });
  await pushes.idle();
  expect(entry('First dance').busy).toBe(false);
  expect(await settled()).toEqual(['written', 'written']);
});

test('what only the description tells is written, though the entry was touched over there', async () => {
  const ana = await begin();
  const wedding = await house.wedding('Amara & Tom', 12, 12, 22);
  await house.allocation(ana, 12, 9, 23, { weddingId: wedding, title: 'Crew' });
  await pushes.idle();
  expect(entry('Crew').description).toContain('Amara & Tom');
  touch('Crew');
  const draft = draftUpdated('wedding.updated', 'weddings', wedding, await house.one('weddings', wedding), { title: 'Amara & Thomas' }, null, context);
  if (!draft) throw new Error('nothing changes');
  await house.write(draft);
  await pushes.idle();
  expect(entry('Crew').description).toContain('Amara & Thomas');
  expect(await settled()).toEqual(['written']);
});

test('what is wanted while it is read over there is written afterwards', async () => {
  const ana = await begin();
  const wedding = await house.wedding('Amara & Tom', 12, 12, 22);
  const item = await house.item(wedding, 'First dance', june(12, 19), { owner: 'Ana Ruiz' });
  await pushes.idle();
  touch('First dance');
  // The mark is refused, and in that moment the wedding comes to stand there as well.
  there.during({ when: 'after', work: async () => void (await house.allocation(ana, 12, 9, 23, { weddingId: wedding, title: 'Crew' })) });
  const draft = draftUpdated('runsheet.item.updated', 'runSheetItems', wedding, await house.one('runSheetItems', item), { startsAt: june(12, 20) }, null, context);
  if (!draft) throw new Error('nothing changes');
  await house.write(draft);
  await pushes.idle();
  expect(entry('First dance')).toMatchObject({ busy: false, when: { startsAt: Date.parse(june(12, 20)) } });
  expect(await settled()).toEqual(['written', 'written']);
});

test('a calendar whose marks are never twice the same is given up with words, and nothing of it is written over and over', async () => {
  const ana = await begin();
  const { id } = await house.allocation(ana, 12, 9, 23, { title: 'Crew' });
  await pushes.idle();
  const row = await house.one('allocations', id);
  const before = there.written().length;
  for (let n = 0; n < 60; n += 1) there.during({ when: 'before', work: () => Promise.resolve(touch('Crew')) });
  await house.allocation(ana, 12, 10, 23, { allocationId: id, basedOnVersion: row.version, title: 'Crew' });
  for (let n = 0; n < 40; n += 1) {
    await pushes.idle();
    clock.advance(2 * 3_600_000);
    pushes.wake();
  }
  await pushes.idle();
  expect(there.written().length - before).toBeLessThanOrEqual(70);
  expect(await settled()).not.toEqual(['queued']);
});
