import { afterEach, beforeEach } from 'vitest';
import { openTestStore, settableClock, type TestStore } from './store.ts';
import { takingHouse } from './taking.ts';

export interface Taking {
  readonly t: TestStore;
  readonly clock: ReturnType<typeof settableClock>;
  readonly house: ReturnType<typeof takingHouse>;
}

/** A house of its own for each test of a file, at noon of 20 November 2026; `ready` is told of it before each. */
export function useTakingHouse(ready: (made: Taking) => void): void {
  let open: TestStore;
  beforeEach(async () => {
    const clock = settableClock('2026-11-20T12:00:00.000Z');
    open = await openTestStore({ clock });
    ready({ t: open, clock, house: takingHouse(open) });
  });
  afterEach(() => open.cleanup());
}
