import { describe, expect, test, vi } from 'vitest';
import { draftCreated, draftUpdated, type EventDraft } from '../../../core/domain/record/drafts.ts';
import { countsOf, removeIn } from '../../../server/store/removing.ts';
import { verifyRecord } from '../../../server/store/verify.ts';
import { LEASE_MS } from '../../../server/workers/pushes/oneCalendar.ts';
import { type CalendarHouse } from '../../support/calendarHouse.ts';
import { type FakeCalendar } from '../../support/fakeCalendar.ts';
import { until } from '../../support/serverApp.ts';
import type { settableClock} from '../../support/store.ts';
import { type TestStore } from '../../support/store.ts';
import { june } from '../../support/taking.ts';
import { useCalendarHouse } from '../../support/usingCalendarHouse.ts';

/** Writing into calendars with several processes, with crashes, and in numbers. */

let t: TestStore;
let clock: ReturnType<typeof settableClock>;
let there: FakeCalendar;
let house: CalendarHouse;
let hall: string;

useCalendarHouse((made) => ({ t, clock, there, house, hall } = made));

const outbound = () => house.save('Hall', { direction: 'outbound', resourceId: hall });
const doneFilling = async () => {
  const { state, done, total } = (await house.calendar('Hall')).filling;
  return [state, done, total];
};
const context = { actor: { kind: 'system', id: null, name: 'test' }, source: null, deliveryId: null } as const;
/** So many weddings in the hall, a day each from the first of June on. */
async function weddings(count: number): Promise<void> {
  const day = (n: number, hour: number) => new Date(Date.UTC(2027, 5, 1 + n, hour)).toISOString();
  const drafts = Array.from({ length: count }, (_none, n): EventDraft => {
    const id = house.id();
    return draftCreated('wedding.created', 'weddings', id, { id, title: `Wedding ${n}`, date: day(n, 12).slice(0, 10), zone: 'Europe/London', startsAt: day(n, 12), endsAt: day(n, 20), room: 'Great Hall', status: 'confirmed', guestCount: null }, null, context);
  });
  await house.write(...drafts);
}

describe('a calendar that is filled', () => {
  test('with three hundred: says how far it is, goes on after a crash, and nothing stands there twice', async () => {
    await weddings(300);
    await outbound();
    const seen: number[] = [];
    const quiet = t.store.onCommitted(({ events }) => {
      for (const { collection, row } of events) if (collection === 'calendars') seen.push((row as { filling: { done: number } }).filling.done);
    });
    const first = house.pushesOf(t.store);
    await until(() => there.written().length > 40, 'some are written');
    const release = there.hold();
    await vi.waitFor(async () => expect(await house.pushes()).toHaveLength(300), 20_000);
    // The process is gone in the middle of a call: nothing of it is kept, and what it had taken is free again when its time is over.
    const ended = first.stop();
    await t.store.internals.database.system.updateTable('calendarStates').set((eb) => ({ fence: eb('fence', '+', 1) })).execute();
    release();
    await ended;
    clock.advance(LEASE_MS + 1);
    const second = house.pushesOf(t.store);
    for (let n = 0; n < 30; n += 1) {
      clock.advance(1_500);
      await second.idle();
    }
    expect(await doneFilling()).toEqual(['idle', 300, 300]);
    quiet();
    expect(there.standing()).toHaveLength(300);
    expect(new Set(there.standing().map(({ title }) => title)).size).toBe(300);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect((await house.pushes()).every(({ state }) => state === 'written')).toBe(true);
  }, 60_000);

  test('with nothing to write is done at once', async () => {
    await outbound();
    await house.pushesOf(t.store).idle();
    expect(await doneFilling()).toEqual(['idle', 0, 0]);
  });
});

test('a process that dies between the call and its commit: the next one finds what was made', async () => {
  const first = house.pushesOf(t.store);
  await outbound();
  await first.idle();
  const release = there.hold();
  await house.wedding('One', 12, 12, 22);
  await until(() => there.written().length === 1, 'it is called');
  // Somebody else has the calendar since: what the first one brings is not kept.
  await t.store.internals.database.system.updateTable('calendarStates').set((eb) => ({ leasedUntil: '-infinity', fence: eb('fence', '+', 1) })).execute();
  const ended = first.stop();
  release();
  await ended;
  expect(await house.pushes()).toMatchObject([{ state: 'queued' }]);
  expect(there.standing()).toHaveLength(1);
  await house.pushesOf(t.store).idle();
  expect(there.standing()).toHaveLength(1);
  expect(await house.pushes()).toMatchObject([{ state: 'written' }]);
});

test('two workers beside each other write each entry once', async () => {
  await outbound();
  const both = [house.pushesOf(t.store), house.pushesOf(t.store)];
  await weddings(20);
  for (const one of [...both, ...both]) await one.idle();
  expect(there.written().filter((what) => what === 'create')).toHaveLength(20);
  expect(there.standing()).toHaveLength(20);
  expect(await doneFilling()).toMatchObject(['idle', expect.any(Number), expect.any(Number)]);
});

test('what is recorded is written at once: nobody waits for the next round', async () => {
  const pushes = house.pushesOf(t.store);
  await outbound();
  await pushes.idle();
  const commits: number[] = [];
  const called: number[] = [];
  let steps = 0;
  const unheard = t.store.onCommitted(() => void commits.push((steps += 1)));
  const id = await house.wedding('One', 12, 12, 22);
  // No round is asked for: the commit itself has called the worker.
  await until(() => there.written().length > 0, 'it is called');
  called.push((steps += 1));
  await vi.waitFor(async () => expect(await house.pushes()).toMatchObject([{ state: 'written' }]), 20_000);
  unheard();
  expect(commits[0]).toBeLessThan(called[0] ?? 0);
  const row = await house.one('weddings', id);
  const draft = draftUpdated('wedding.updated', 'weddings', id, row, { startsAt: june(12, 14) }, null, context);
  if (!draft) throw new Error('nothing changes');
  await house.write(draft);
  await until(() => there.written().length === 2, 'it is called again');
});

test('a calendar that does not answer keeps no other one waiting', async () => {
  there.state.calendars.push({ remoteId: 'https://calendars.example/slow/', name: 'Slow', zone: null, mayWrite: true, primary: false, colour: null });
  clock.advance(25 * 3_600_000);
  const discovery = house.discoveryOf(t.store);
  await discovery.runNow();
  await outbound();
  await house.save('Slow', { direction: 'outbound', everyWedding: true });
  const pushes = house.pushesOf(t.store);
  await pushes.idle();
  there.fail({ calendarRef: 'https://calendars.example/slow/', times: 4 });
  await house.wedding('One', 12, 12, 22);
  await house.wedding('Two', 13, 12, 22);
  await pushes.idle();
  expect(there.standing('https://calendars.example/0/')).toHaveLength(2);
  expect((await house.pushes()).map(({ state }) => state).sort()).toEqual(['queued', 'queued', 'written', 'written']);
});

test('a removed connection: its entries stay there and are followed no more; the preview says how many', async () => {
  const pushes = house.pushesOf(t.store);
  await outbound();
  await house.wedding('One', 12, 12, 22);
  await pushes.idle();
  const [connection] = (await house.rows()).connections.filter(({ system }) => system === 'fake-calendar');
  if (!connection) throw new Error('no connection');
  const { internals } = t.store;
  expect(await internals.database.withOrganisation(t.organisation.id, (tx) => countsOf(tx, t.organisation.id, connection.id))).toMatchObject({ written: 1, rows: 0 });
  await internals.writer.write(t.organisation.id, (writing) => removeIn(internals, writing, t.organisation.id, connection, context.actor));
  const { calendars, pushes: left, differences } = await house.rows();
  expect([calendars, left, differences]).toEqual([[], [], []]);
  await house.wedding('Two', 13, 12, 22);
  await pushes.idle();
  expect(there.standing().map(({ title }) => title)).toEqual(['One']);
});

test('the log says the same as the rows', async () => {
  const pushes = house.pushesOf(t.store);
  await outbound();
  await house.wedding('One', 12, 12, 22);
  await pushes.idle();
  expect(await verifyRecord(t.store.internals.database, () => undefined)).toMatchObject({ sound: true });
});
