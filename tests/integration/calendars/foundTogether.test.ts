import { beforeEach, expect, test } from 'vitest';
import { draftCreated, draftUpdated, type EventDraft } from '../../../core/domain/record/drafts.ts';
import type { PushWorker } from '../../../server/workers/pushes/pushes.ts';
import { type CalendarHouse } from '../../support/calendarHouse.ts';
import { type FakeCalendar } from '../../support/fakeCalendar.ts';
import { countStatements } from '../../support/statementCount.ts';
import type { TestStore } from '../../support/store.ts';
import { useCalendarHouse } from '../../support/usingCalendarHouse.ts';

/** Entries that somebody has changed over there are found one after the other, and what became of a page of them is kept at once. */

const HOUR_MS = 3_600_000;
let t: TestStore;
let there: FakeCalendar;
let house: CalendarHouse;
let pushes: PushWorker;
let hall: string;

useCalendarHouse((made) => ({ t, there, house, hall } = made));
beforeEach(async () => {
  await house.save('Hall', { direction: 'bidirectional', resourceId: hall, strategy: 'merge' });
  pushes = house.pushesOf(t.store);
  await pushes.idle();
  // A source that has answered before: else one entry is tried alone.
  await house.wedding('Before', 30, 12, 22);
  await pushes.idle();
});

const context = { actor: { kind: 'system', id: null, name: 'test' }, source: null, deliveryId: null } as const;
const at = (n: number, hour: number): string => new Date(Date.UTC(2027, 6, 1 + n, hour)).toISOString();

async function weddings(count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => house.id());
  await house.write(...ids.map((id, n): EventDraft => {
    const row = { id, title: `Wedding ${n}`, date: at(n, 12).slice(0, 10), zone: 'Europe/London', startsAt: at(n, 12), endsAt: at(n, 20) };
    return draftCreated('wedding.created', 'weddings', id, { ...row, room: 'Great Hall', status: 'confirmed', guestCount: null }, null, context);
  }));
  await pushes.idle();
  return ids;
}

/** Each of these, an hour later over there. */
function moveThere(titles: readonly string[]): void {
  for (const { remoteId, title, when } of there.standing()) {
    if (title === null || !titles.includes(title) || when.kind !== 'times') continue;
    there.edit(remoteId, { when: { ...when, zone: when.zone ?? 'UTC', startsAt: when.startsAt + HOUR_MS, endsAt: when.endsAt + HOUR_MS } });
  }
}

async function rename(ids: readonly string[]): Promise<void> {
  const drafts: EventDraft[] = [];
  for (const id of ids) {
    const row = await house.one('weddings', id);
    const draft = draftUpdated('wedding.updated', 'weddings', id, row, { title: `${row.title} here` }, null, context);
    if (draft) drafts.push(draft);
  }
  await house.write(...drafts);
}

test('many that were moved there and renamed here: both stand on both sides, and each costs a few statements', async () => {
  const many = 40;
  const ids = await weddings(many);
  await pushes.stop();
  moveThere(Array.from({ length: many }, (_none, n) => `Wedding ${n}`));
  await rename(ids);
  const counted = countStatements();
  try {
    const one = house.pushesOf(t.store);
    await one.idle();
    const each = counted.take() / many;
    console.log(`statements for an entry that was changed on both sides: ${each.toFixed(1)} each of ${many}`);
    expect(each).toBeLessThanOrEqual(8);
  } finally {
    counted.stop();
  }
  for (const [n, id] of ids.entries()) {
    expect(await house.one('weddings', id)).toMatchObject({ title: `Wedding ${n} here`, startsAt: at(n, 13), endsAt: at(n, 21) });
  }
  const standing = there.standing().filter(({ title }) => title !== 'Before').map(({ title, when }): [string | null, string | null] =>
    [title, when.kind === 'times' ? new Date(when.startsAt).toISOString() : null]);
  expect(new Map(standing)).toEqual(new Map(ids.map((_id, n) => [`Wedding ${n} here`, at(n, 13)])));
  expect(standing).toHaveLength(many);
  expect((await house.rows()).differences).toEqual([]);
  expect(new Set((await house.pushes()).map(({ state }) => state))).toEqual(new Set(['written']));
});

test('one among them is gone there: the others are told all the same, and nothing is lost', async () => {
  const ids = await weddings(6);
  moveThere(['Wedding 0', 'Wedding 1', 'Wedding 3', 'Wedding 4', 'Wedding 5']);
  there.take(there.standing().find(({ title }) => title === 'Wedding 2')?.remoteId ?? '');
  await rename(ids);
  await pushes.idle();
  for (const n of [0, 1, 3, 4, 5]) {
    expect(await house.one('weddings', ids[n] ?? '')).toMatchObject({ title: `Wedding ${n} here`, startsAt: at(n, 13), status: 'confirmed' });
  }
  // A wedding is not given up for it: a person is asked.
  expect(await house.one('weddings', ids[2] ?? '')).toMatchObject({ title: 'Wedding 2 here', startsAt: at(2, 12), status: 'confirmed' });
  expect((await house.rows()).differences.map(({ subject, state }) => [subject.id, state])).toEqual([[ids[2], 'open']]);
  expect(there.standing().map(({ title }) => title)).toEqual(['Before', ...[0, 1, 3, 4, 5].map((n) => `Wedding ${n} here`)]);
});

test('a wedding and what takes the room for it, moved together: each is told once, and nothing against the other', async () => {
  const [wedding = ''] = await weddings(1);
  const allocation = house.id();
  const plain = { bookingId: null, rank: null, holdUntil: null, lockedBecause: null, tags: [], units: 1 };
  const around = { startsAt: at(0, 8), endsAt: at(0, 9), setUpMinutes: null, turnaroundMinutes: null };
  const row = { ...plain, ...around, id: allocation, weddingId: wedding, resourceId: hall, title: 'Rehearsal', status: 'definite' as const };
  await house.write(draftCreated('allocation.created', 'allocations', wedding, row, null, context));
  await pushes.idle();
  await pushes.stop();
  moveThere(['Wedding 0', 'Rehearsal']);
  // Both are read before anything is written.
  await t.store.internals.database.system.updateTable('pushStates').set({ recheck: true }).execute();
  const queued = (await house.pushes()).flatMap((push) =>
    draftUpdated('push.queued', 'pushes', push.weddingId, push, { state: 'queued' }, null, context) ?? []);
  await house.write(...queued);
  there.calls.length = 0;
  await house.pushesOf(t.store).idle();
  expect(await house.one('weddings', wedding)).toMatchObject({ startsAt: at(0, 13), endsAt: at(0, 21) });
  expect(await house.one('allocations', allocation)).toMatchObject({ startsAt: at(0, 9), endsAt: at(0, 10) });
  expect((await house.rows()).differences).toEqual([]);
  // Nothing that stands there is changed by it.
  expect(there.idleWritings()).toBe(there.written().length);
});
