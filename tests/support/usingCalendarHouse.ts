import { afterEach, beforeEach } from 'vitest';
import { calendarHouse, type CalendarHouse } from './calendarHouse.ts';
import { fakeCalendar, type FakeCalendar } from './fakeCalendar.ts';
import { openTestStore, settableClock, type TestStore } from './store.ts';

export interface CalendarSetUp {
  readonly t: TestStore;
  readonly clock: ReturnType<typeof settableClock>;
  readonly there: FakeCalendar;
  readonly house: CalendarHouse;
  /** Id of the room. */
  readonly hall: string;
}

/**
 * A house with one room, connected to an account whose calendars are listed and play no part yet, for each test of a file; `ready` is told
 * of it before each. `dates`: the account says when its entries were changed.
 */
export function useCalendarHouse(ready: (made: CalendarSetUp) => void, { calendars = ['Hall'], dates = false }: { readonly calendars?: readonly string[]; readonly dates?: boolean } = {}): void {
  let made: CalendarSetUp;
  beforeEach(async () => {
    const clock = settableClock('2027-05-01T12:00:00.000Z');
    const t = await openTestStore({ clock });
    const there = fakeCalendar(calendars.map((name) => ({ name })), ...(dates ? [clock.now] : []));
    const house = await calendarHouse(t, there, clock);
    made = { t, clock, there, house, hall: await house.resource('room', 'Great Hall') };
    await house.connect();
    const discovery = house.discoveryOf(t.store);
    await discovery.runNow();
    await discovery.stop();
    ready(made);
  });
  afterEach(async () => {
    await made.house.stop();
    await made.t.cleanup();
  });
}
