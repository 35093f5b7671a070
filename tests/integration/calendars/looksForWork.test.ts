import type { KyselyPlugin } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { draftCreated, type EventDraft } from '../../../core/domain/record/drafts.ts';
import { calendarHouse, type CalendarHouse } from '../../support/calendarHouse.ts';
import { fakeCalendar } from '../../support/fakeCalendar.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';

/** Whoever writes into calendars hears of his own commits too: he does not look for more to do after each of them. */

const ENTRIES = 40;
const context = { actor: { kind: 'system', id: null, name: 'test' }, source: null, deliveryId: null } as const;
let t: TestStore;
let house: CalendarHouse;

beforeEach(async () => {
  const clock = settableClock('2027-05-01T12:00:00.000Z');
  t = await openTestStore({ clock });
  house = await calendarHouse(t, fakeCalendar([{ name: 'Hall' }]), clock);
});
afterEach(async () => {
  await house.stop();
  await t.cleanup();
});

/** The same store; `seen` is told of each query that is written as text. */
function watched(seen: (text: string) => void): TestStore['store'] {
  const { internals } = t.store;
  const plugin: KyselyPlugin = {
    transformQuery({ node }) {
      if (node.kind === 'RawNode') seen(node.sqlFragments.join('?'));
      return node;
    },
    transformResult: ({ result }) => Promise.resolve(result),
  };
  return { ...t.store, internals: { ...internals, database: { ...internals.database, system: internals.database.system.withPlugin(plugin) } } };
}

test('many entries are written without a look for each of them', async () => {
  const hall = await house.resource('room', 'Great Hall');
  await house.connect();
  const discovery = house.discoveryOf(t.store);
  await discovery.runNow();
  await discovery.stop();
  let looks = 0;
  house.pushesOf(watched((text) => (looks += text.includes('skip locked') && text.includes('calendar_states') ? 1 : 0)));
  expect(await house.save('Hall', { direction: 'outbound', resourceId: hall })).toMatchObject({ outcome: 'accepted' });
  const day = (n: number, hour: number) => new Date(Date.UTC(2027, 5, 1 + n, hour)).toISOString();
  await house.write(...Array.from({ length: ENTRIES }, (_none, n): EventDraft => {
    const id = house.id();
    const when = { date: day(n, 12).slice(0, 10), startsAt: day(n, 12), endsAt: day(n, 20), zone: 'Europe/London' };
    return draftCreated('wedding.created', 'weddings', id, { id, title: `Wedding ${n}`, ...when, room: 'Great Hall', status: 'confirmed', guestCount: null }, null, context);
  }));
  await expect.poll(async () => (await house.pushes()).filter(({ state }) => state === 'written').length, { timeout: 40_000, interval: 100 }).toBe(ENTRIES);
  expect(looks).toBeGreaterThan(0);
  // A few for what was recorded, and one each five seconds.
  expect(looks).toBeLessThan(ENTRIES / 2);
});
