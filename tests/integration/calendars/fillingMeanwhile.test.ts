import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Calendar } from '../../../core/contract/record/calendars.ts';
import { draftUpdated } from '../../../core/domain/record/drafts.ts';
import type { PushWorker } from '../../../server/workers/pushes/pushes.ts';
import { type CalendarHouse } from '../../support/calendarHouse.ts';
import { type FakeCalendar } from '../../support/fakeCalendar.ts';
import { type TestStore } from '../../support/store.ts';
import { june } from '../../support/taking.ts';
import { useCalendarHouse } from '../../support/usingCalendarHouse.ts';

/** What is recorded while a calendar is gone through stands there once, is written once, and says what it is to say. */

let t: TestStore;
let there: FakeCalendar;
let house: CalendarHouse;
let pushes: PushWorker;
let hall: string;
const person = { actor: { kind: 'person', id: null, name: 'Desk' }, source: null, deliveryId: null } as const;

beforeEach(() => {
  // Nobody looks by himself: what is done is done because somebody was called.
  vi.useFakeTimers({ toFake: ['setInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});
useCalendarHouse((made) => ({ t, there, house, hall } = made), { dates: true });
beforeEach(async () => {
  pushes = house.pushesOf(t.store);
});

const choose = async (fields: Partial<Calendar>): Promise<void> =>
  expect(await house.save('Hall', { direction: 'outbound', runSheet: true, resourceId: hall, ...fields })).toMatchObject({ outcome: 'accepted' });
const says = () => Object.fromEntries(there.standing().map(({ title, busy }) => [title, busy ? 'busy' : 'free']));

/** The calendar is chosen, and its first page is late: what `make` does is recorded and written before. Answers what was written since. */
async function meanwhile(fields: Partial<Calendar>, make: () => Promise<unknown>): Promise<string[]> {
  const { system } = t.store.internals.database;
  const { id } = await house.calendar('Hall');
  await pushes.stop();
  await choose(fields);
  const [state] = (await sql<{ filledTo: unknown }>`select filled_to from calendar_states where calendar_id = ${id}`.execute(system)).rows;
  await sql`update calendar_states set filled_to = '{"step": 0, "after": null, "whole": true}'::jsonb where calendar_id = ${id}`.execute(system);
  const before = there.written().length;
  await make();
  pushes = house.pushesOf(t.store);
  await pushes.idle();
  await sql`update calendar_states set filled_to = ${JSON.stringify(state?.filledTo ?? null)}::jsonb where calendar_id = ${id}`.execute(system);
  await pushes.idle();
  const filling = (await house.calendar('Hall')).filling;
  expect(filling).toMatchObject({ state: 'idle', done: filling.total });
  expect((await house.pushes()).map(({ state: now }) => now)).not.toContain('queued');
  return there.written().slice(before);
}

describe('filled for the first time', () => {
  test('has a wedding with an item of its run sheet that were made meanwhile, each written once', async () => {
    expect(await meanwhile({}, async () => {
      await house.item(await house.wedding('Amara & Tom', 12, 12, 22), 'Cake', june(12, 19));
    })).toEqual(['create', 'create']);
    expect(says()).toEqual({ 'Amara & Tom': 'busy', Cake: 'free' });
  });

  test('an item that stood there before its wedding takes no time beside it in the end', async () => {
    const wedding = await house.wedding('Amara & Tom', 12, 12, 22);
    expect(await meanwhile({}, () => house.item(wedding, 'Cake', june(12, 19)))).toEqual(['create', 'create', 'update']);
    expect(says()).toEqual({ 'Amara & Tom': 'busy', Cake: 'free' });
  });

  test('nor where the wedding came to stand there because it was changed', async () => {
    const wedding = await house.wedding('Amara & Tom', 12, 12, 22);
    const written = await meanwhile({}, async () => {
      await house.item(wedding, 'Cake', june(12, 19));
      pushes = house.pushesOf(t.store);
      await pushes.idle();
      expect(says()).toEqual({ Cake: 'busy' });
      await pushes.stop();
      const row = await house.one('weddings', wedding);
      const draft = draftUpdated('wedding.updated', 'weddings', wedding, row, { title: 'Amara and Tom' }, null, person);
      if (!draft) throw new Error('nothing changes');
      await house.write(draft);
    });
    expect(written.toSorted()).toEqual(['create', 'create', 'update']);
    expect(says()).toEqual({ 'Amara and Tom': 'busy', Cake: 'free' });
  });
});

describe('filled anew', () => {
  test('has what stood there written again, and what was made meanwhile once', async () => {
    const wedding = await house.wedding('Amara & Tom', 12, 12, 22);
    await house.item(wedding, 'Cake', june(12, 19));
    await choose({});
    await pushes.idle();
    expect(there.written()).toEqual(['create', 'create']);
    const written = await meanwhile({ privacy: 'title' }, async () => {
      await house.item(wedding, 'Dance', june(12, 20));
      await house.item(await house.wedding('Bea & Cy', 14, 12, 22), 'Toast', june(14, 19));
    });
    expect(written.toSorted()).toEqual(['create', 'create', 'create', 'update', 'update']);
    expect(there.entries.map(({ event }) => event.privacy)).toEqual(['title', 'title', 'title', 'title', 'title']);
    expect(says()).toEqual({ 'Amara & Tom': 'busy', 'Bea & Cy': 'busy', Cake: 'free', Dance: 'free', Toast: 'free' });
    expect(there.idleWritings()).toBe(0);
  });

  test('what was changed meanwhile is written once as it is told now', async () => {
    const wedding = await house.wedding('Amara & Tom', 12, 12, 22);
    await house.wedding('Bea & Cy', 14, 12, 22);
    await choose({});
    await pushes.idle();
    const written = await meanwhile({ privacy: 'busy' }, async () => {
      const row = await house.one('weddings', wedding);
      const draft = draftUpdated('wedding.updated', 'weddings', wedding, row, { endsAt: june(12, 23) }, null, person);
      if (!draft) throw new Error('nothing changes');
      await house.write(draft);
    });
    expect(written).toEqual(['update', 'update']);
    expect(there.entries.map(({ event: { privacy } }) => privacy)).toEqual(['busy', 'busy']);
  });

  test('what was on its way there as it was told before is told as it was chosen', async () => {
    await choose({});
    await pushes.idle();
    there.during({ when: 'before', work: () => choose({ privacy: 'busy' }) });
    await house.wedding('Amara & Tom', 12, 12, 22);
    await pushes.idle();
    expect(there.entries.map(({ event: { privacy } }) => privacy)).toEqual(['busy']);
    expect((await house.calendar('Hall')).filling).toMatchObject({ state: 'idle' });
  });
});
