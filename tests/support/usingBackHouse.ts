import { afterEach, beforeEach } from 'vitest';
import { backHouse } from './backHouse.ts';
import { openTestStore, settableClock, type TestStore } from './store.ts';

/** A house with calendars over there, made anew for each test of a file at noon on 20 November 2026. */

export let t: TestStore;
export let clock: ReturnType<typeof settableClock>;
export let house: ReturnType<typeof backHouse>;

/** Once at the head of a file. */
export function useBackHouse(): void {
  beforeEach(async () => {
    clock = settableClock('2026-11-20T12:00:00.000Z');
    t = await openTestStore({ clock });
    house = backHouse(t, clock);
  });
  afterEach(async () => {
    await house.stop();
    await t.cleanup();
  });
}
