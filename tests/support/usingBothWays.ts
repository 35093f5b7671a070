import { afterAll, beforeAll } from 'vitest';
import { bothWaysHouse, type BothWaysHouse } from './bothWays.ts';
import type { Account } from './calendarAccounts.ts';
import { openTestStore, type settableClock, type TestStore } from './store.ts';

type TestClock = ReturnType<typeof settableClock>;

export interface BothWays<A extends Account> {
  readonly t: TestStore;
  readonly account: A;
  readonly house: BothWaysHouse;
}

/** One house for all tests of a group, connected both ways to one account that is opened for it; `ready` is told of them before the first test. */
export function useBothWays<A extends Account>(clock: TestClock, openAccount: (clock: TestClock) => Promise<A>, ready: (made: BothWays<A>) => void): void {
  const closing: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    const account = await openAccount(clock);
    closing.unshift(() => account.stop());
    const t = await openTestStore({ clock });
    closing.unshift(() => t.cleanup());
    const house = await bothWaysHouse(t, clock, [account]);
    closing.unshift(() => house.stop());
    ready({ t, account, house });
  });
  afterAll(async () => {
    for (const close of closing) await close();
  });
}
