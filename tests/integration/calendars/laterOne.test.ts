import { sql } from 'kysely';
import { beforeEach, describe, expect, it } from 'vitest';
import { day, OWN, type BothWaysHouse } from '../../support/bothWays.ts';
import { ACCOUNTS, type ServedAccount } from '../../support/calendarAccounts.ts';
import { hasRadicale, hasXandikos, NO_SERVERS } from '../../support/calendarServers.ts';
import { settableClock, type TestStore } from '../../support/store.ts';
import { june } from '../../support/taking.ts';
import { useBothWays } from '../../support/usingBothWays.ts';

/** Moved here and in a CalDAV calendar: the later one counts, where the entry says when it was changed and that can be believed. */

const KINDS = [['Radicale', hasRadicale], ['Xandikos', hasXandikos]] as const;

describe.each(KINDS)('%s', (name, installed) => {
  const there = installed();
  describe.skipIf(!there)(there ? 'the later one' : NO_SERVERS, () => {
    const clock = settableClock('2027-05-01T12:00:00.000Z');
    let t: TestStore;
    let account: ServedAccount;
    let house: BothWaysHouse;
    let n = 1;

    useBothWays(clock, ACCOUNTS[name], (made) => ({ t, account, house } = made));
    beforeEach(() => {
      n += 1;
    });

    /** Somebody else is just writing into the calendars, or nobody is. */
    const hold = (until: string) => sql`update calendar_states set leased_until = ${until}::timestamptz`.execute(t.store.internals.database.system);
    const minutes = (count: number): void => clock.advance(count * 60_000);
    async function job(title: string): Promise<{ readonly id: string; readonly entry: string }> {
      const id = await house.booking(OWN, n, 12, 18, { title });
      await house.written();
      minutes(10);
      return { id, entry: (await house.entry(account, title)).id };
    }
    const open = async (id: string) => (await house.rows()).differences.filter(({ subject, state }) => subject.id === id && state === 'open').length;
    const stood = async (id: string, title: string) => [await house.one('bookings', id), ...(await house.ours(account, title))].map(({ startsAt, endsAt }) => ({ startsAt, endsAt }));
    /** Moved here while nothing can be written. */
    async function movedHere(id: string, from: number, to: number): Promise<void> {
      await hold('2100-01-01T00:00:00Z');
      await house.move(id, june(n, from), june(n, to));
    }
    async function written(): Promise<void> {
      await hold('-infinity');
      await house.look();
      await house.look();
    }
    const dated = async (entry: string, stamp: string): Promise<void> => {
      const raw = (await account.raw(entry)).replace(/^(LAST-MODIFIED|DTSTAMP):.*$/gm, `$1:${stamp}`).replace(/\r?\n/g, '\r\n');
      await account.keep(entry.split('/').at(-1)?.replace('.ics', '') ?? '', raw);
    };

    it('theirs, where it was moved there after it was moved here', async () => {
      const { id, entry } = await job('Later there');
      await movedHere(id, 9, 11);
      minutes(3);
      await account.change(entry, june(n, 14), june(n, 16));
      await written();
      expect(await open(id)).toBe(0);
      expect(await stood(id, 'Later there')).toEqual([day(n, 14, 16), day(n, 14, 16)]);
    });

    it('ours, where it was moved here after it was moved there', async () => {
      const { id, entry } = await job('Later here');
      await account.change(entry, june(n, 14), june(n, 16));
      minutes(3);
      await movedHere(id, 9, 11);
      await written();
      expect(await open(id)).toBe(0);
      expect(await stood(id, 'Later here')).toEqual([day(n, 9, 11), day(n, 9, 11)]);
    });

    it('the same where the word of it comes from the writing itself', async () => {
      const { id, entry } = await job('Met in writing');
      await account.change(entry, june(n, 14), june(n, 16));
      minutes(3);
      await house.move(id, june(n, 9), june(n, 11));
      expect(await open(id)).toBe(0);
      expect(await stood(id, 'Met in writing')).toEqual([day(n, 9, 11), day(n, 9, 11)]);
    });

    it.each([
      ['a time to come', '20300101T000000Z'],
      ['a time before we wrote it', '20270401T000000Z'],
    ])('a person is asked where it says %s', async (title, stamp) => {
      const { id, entry } = await job(title);
      await movedHere(id, 9, 11);
      minutes(3);
      await account.change(entry, june(n, 14), june(n, 16));
      await dated(entry, stamp);
      await written();
      expect(await open(id)).toBe(1);
      expect(await stood(id, title)).toEqual([day(n, 9, 11), day(n, 14, 16)]);
    });

    it('a person is asked where their program says nothing of it', async () => {
      const { id, entry } = await job('Silent program');
      const before = /^LAST-MODIFIED:(.*)$/m.exec(await account.raw(entry))?.[1]?.trim() ?? '';
      await movedHere(id, 9, 11);
      minutes(3);
      await account.change(entry, june(n, 14), june(n, 16));
      await dated(entry, before);
      await written();
      expect(await open(id)).toBe(1);
    });

    it('that it was changed again with nothing else of it is no news', async () => {
      const { entry } = await job('Touched');
      await house.look();
      const seq = await house.now();
      await dated(entry, clock.now() > 0 ? new Date(clock.now()).toISOString().replace(/[-:]|\.\d+/g, '') : '');
      const writings = house.writings(account);
      await house.look();
      expect([await house.since(seq), house.writings(account)]).toEqual([[], writings]);
    });
  });
});
