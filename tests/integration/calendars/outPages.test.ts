import { beforeEach, expect, test } from 'vitest';
import { draftCreated, draftUpdated, type EventDraft } from '../../../core/domain/record/drafts.ts';
import type { PushWorker } from '../../../server/workers/pushes/pushes.ts';
import { type CalendarHouse } from '../../support/calendarHouse.ts';
import { REFUSED, UNANSWERED, type FakeCalendar } from '../../support/fakeCalendar.ts';
import { until } from '../../support/serverApp.ts';
import { countStatements } from '../../support/statementCount.ts';
import type { settableClock} from '../../support/store.ts';
import { type TestStore } from '../../support/store.ts';
import { useCalendarHouse } from '../../support/usingCalendarHouse.ts';

/** Several entries of a calendar are prepared at once, and what became of them is kept at once. */

let t: TestStore;
let clock: ReturnType<typeof settableClock>;
let there: FakeCalendar;
let house: CalendarHouse;
let pushes: PushWorker;
let hall: string;

useCalendarHouse((made) => ({ t, clock, there, house, hall } = made));
beforeEach(async () => {
  await house.save('Hall', { direction: 'outbound', resourceId: hall });
  pushes = house.pushesOf(t.store);
  await pushes.idle();
  // A source that has answered before: else one entry is tried alone.
  const before = await house.wedding('Before', 30, 12, 22);
  await pushes.idle();
  await change([before], { status: 'cancelled' });
  await pushes.idle();
  expect(there.written()).toEqual(['create', 'remove']);
  there.calls.length = 0;
});

const context = { actor: { kind: 'system', id: null, name: 'test' }, source: null, deliveryId: null } as const;
const day = (n: number, hour: number): string => new Date(Date.UTC(2027, 5, 1 + n, hour)).toISOString();

/** So many weddings in the hall, a day each, made in one commit. */
async function weddings(count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => house.id());
  await house.write(...ids.map((id, n): EventDraft => {
    const fields = { title: `Wedding ${n}`, date: day(n, 12).slice(0, 10), zone: 'Europe/London', startsAt: day(n, 12), endsAt: day(n, 20) };
    const row = { id, ...fields, room: 'Great Hall', status: 'confirmed' as const, guestCount: null };
    return draftCreated('wedding.created', 'weddings', id, row, null, context);
  }));
  return ids;
}
async function change(ids: readonly string[], fields: object): Promise<void> {
  const drafts: EventDraft[] = [];
  for (const id of ids) {
    const draft = draftUpdated('wedding.updated', 'weddings', id, await house.one('weddings', id), fields, null, context);
    if (draft) drafts.push(draft);
  }
  await house.write(...drafts);
}
const states = async (): Promise<string[]> => (await house.pushes()).slice(1).map(({ wish, state }) => `${wish} ${state}`);
const called = (): (string | null)[] => there.calls.map(({ what, title }) => (what === 'remove' ? 'remove' : title));

test('what many entries cost at the database: few statements each, and one alone no more than a few dozen', async () => {
  const many = 60;
  const ids = await weddings(many);
  await pushes.idle();
  expect(there.standing()).toHaveLength(many);
  await pushes.stop();
  const cost = async (some: readonly string[], title: string): Promise<number> => {
    await change(some, { title });
    there.calls.length = 0;
    const counted = countStatements();
    try {
      const one = house.pushesOf(t.store);
      await one.idle();
      await one.stop();
      expect(there.written()).toEqual(some.map(() => 'update'));
      return counted.take();
    } finally {
      counted.stop();
    }
  };
  // What a worker asks that finds nothing to do is not the entries'.
  const idle = await cost([], 'Nobody');
  const alone = (await cost(ids.slice(0, 1), 'One')) - idle;
  const together = ((await cost(ids, 'All')) - idle) / many;
  console.log(`statements for an entry that is changed: ${alone} alone, ${together.toFixed(1)} each of ${many}`);
  expect(alone).toBeLessThanOrEqual(34);
  expect(together).toBeLessThanOrEqual(4);
});

test('entries are called for in the order in which they were wanted, page after page', async () => {
  await weddings(40);
  await pushes.idle();
  expect(called()).toEqual(Array.from({ length: 40 }, (_none, n) => `Wedding ${n}`));
});

test('what changes while others of its page are written stands there as it is in the end', async () => {
  const ids = await weddings(4);
  await pushes.idle();
  there.calls.length = 0;
  // During the first two calls of the page.
  there.during({ when: 'before', work: () => change(ids.slice(2, 3), { title: 'Another name' }) });
  there.during({ when: 'before', work: () => change(ids.slice(3), { status: 'cancelled' }) });
  await change(ids, { title: 'Renamed' });
  await pushes.idle();
  expect(there.standing().map(({ title }) => title)).toEqual(['Another name', 'Renamed', 'Renamed']);
  expect(await states()).toEqual(['present written', 'present written', 'present written', 'absent written']);
});

test('one that is not taken keeps nothing of what was written before it, and the others go on', async () => {
  there.fail({ trouble: REFUSED, on: ['create'] });
  await weddings(3);
  await pushes.idle();
  expect((await states()).sort()).toEqual(['present failed', 'present written', 'present written']);
  there.fail({ trouble: UNANSWERED, on: ['create'] });
  await weddings(3);
  await pushes.idle();
  clock.advance(60_000);
  await pushes.idle();
  expect(there.standing()).toHaveLength(5);
});

test('what was prepared and not called for was not begun: called off meanwhile, it is neither made nor taken away', async () => {
  there.fail({ trouble: { code: 'normalise.no_access', message: 'HTTP 401', retryable: false, retryAfterMs: null }, on: ['create'] });
  const ids = await weddings(4);
  await pushes.idle();
  expect(called()).toEqual(['Wedding 0']);
  await change(ids.slice(1), { status: 'cancelled' });
  there.recover();
  clock.advance(24 * 3_600_000);
  await pushes.idle();
  expect(called()).toEqual(['Wedding 0', 'Wedding 0']);
  expect(there.standing().map(({ title }) => title)).toEqual(['Wedding 0']);
});

test('a process that dies in the middle of a page: the next one finds what was made, makes the rest, and nothing twice', async () => {
  let calls = 0;
  let release: () => void = () => undefined;
  there.during({ when: 'before', work: () => Promise.resolve(void (calls += 1)) });
  there.during({ when: 'before', work: () => Promise.resolve(void (calls += 1)) });
  there.during({ when: 'before', work: () => new Promise((resolve) => (release = resolve)) });
  await weddings(5);
  await until(() => there.calls.length === 3, 'the third is called for');
  expect(calls).toBe(2);
  // Somebody else has the calendar since: nothing of the page is kept by the one who is gone.
  await t.store.internals.database.system.updateTable('calendarStates').set((eb) => ({ leasedUntil: '-infinity', fence: eb('fence', '+', 1) })).execute();
  const ended = pushes.stop();
  release();
  await ended;
  expect(new Set(await states())).toEqual(new Set(['present queued']));
  await house.pushesOf(t.store).idle();
  expect(there.standing().map(({ title }) => title)).toEqual(Array.from({ length: 5 }, (_none, n) => `Wedding ${n}`));
  expect(there.entries.filter(({ gone }) => !gone)).toHaveLength(5);
  expect(new Set(await states())).toEqual(new Set(['present written']));
});
