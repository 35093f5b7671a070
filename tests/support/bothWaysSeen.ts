import { expect } from 'vitest';
import type { BothWaysHouse } from './bothWays.ts';
import type { Account } from './calendarAccounts.ts';

/** What a test of both ways sees on either side. `house` and `account`: those of the test that runs. */
export function bothWaysSeen(house: () => BothWaysHouse, account: () => Account) {
  return {
    /** From when to when ours of this title stand over there. */
    stands: async (title: string) => (await house().ours(account(), title)).map(({ startsAt, endsAt }) => ({ startsAt, endsAt })),
    /** What we have written is told back to us and means nothing; nothing more is written. */
    async quiet(): Promise<void> {
      const [seq, writings] = [await house().now(), house().writings(account())];
      await house().look();
      await house().look();
      expect(await house().since(seq)).toEqual([]);
      expect(house().writings(account())).toBe(writings);
    },
    /** Somebody else's entry, as it stands here. */
    theirs: async (title: string) => (await house().rows()).calendarEvents.find((row) => row.title === title),
    /** States of the conflicts that a row is part of. */
    clashes: async (id: string) => (await house().rows()).conflicts.filter(({ members }) => members.some((one) => one.id === id)).map(({ state }) => state),
  };
}
