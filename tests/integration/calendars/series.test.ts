import { describe, expect, it } from 'vitest';
import { day, type BothWaysHouse } from '../../support/bothWays.ts';
import { ACCOUNTS, type ServedAccount } from '../../support/calendarAccounts.ts';
import { hasRadicale, hasXandikos, NO_SERVERS } from '../../support/calendarServers.ts';
import { settableClock } from '../../support/store.ts';
import { june } from '../../support/taking.ts';
import { useBothWays } from '../../support/usingBothWays.ts';

/** Series that stand in a real calendar server, in the record: each part takes its own time, and what is changed of one part is changed of that one. */

const KINDS = [['Radicale', hasRadicale], ['Xandikos', hasXandikos]] as const;
const WEEKLY = ['DTSTART;TZID=Europe/London:20270607T130000', 'DTEND;TZID=Europe/London:20270607T150000', 'RRULE:FREQ=WEEKLY;COUNT=3', 'SUMMARY:Rehearsal'];

describe.each(KINDS)('%s', (name, installed) => {
  const there = installed();
  describe.skipIf(!there)(there ? 'series' : NO_SERVERS, () => {
    const clock = settableClock('2027-05-01T12:00:00.000Z');
    let account: ServedAccount;
    let house: BothWaysHouse;

    useBothWays(clock, ACCOUNTS[name], (made) => ({ account, house } = made));

    const event = (uid: string, ...lines: string[]): string => ['BEGIN:VEVENT', `UID:${uid}`, 'DTSTAMP:20270501T120000Z', ...lines, 'END:VEVENT'].join('\r\n');
    const file = (...events: string[]): string => ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Test//EN', ...events, 'END:VCALENDAR', ''].join('\r\n');
    const times = async (title: string) => (await house.rows()).calendarEvents.filter((row) => row.title === title && row.status !== 'cancelled')
      .map(({ startsAt, endsAt, resourceId }) => ({ startsAt, endsAt, hers: resourceId === house.ana })).sort((a, b) => a.startsAt.localeCompare(b.startsAt));
    const hers = (...all: { readonly startsAt: string; readonly endsAt: string }[]) => all.map((one) => ({ ...one, hers: true }));
    const clashes = async (id: string) => (await house.rows()).conflicts.filter(({ members, state }) => state === 'open' && members.some((one) => one.id === id)).length;

    it('a part that is moved, left out or cancelled clashes where it is and no longer where it was', async () => {
      const [first, second, third, elsewhere] = [await house.job('On the seventh', 7), await house.job('On the fourteenth', 14), await house.job('On the twenty-first', 21), await house.job('On the sixteenth', 16)];
      const open = async () => Promise.all([first, second, third, elsewhere].map(clashes));
      const path = await account.keep('weekly', file(event('weekly', ...WEEKLY)));
      await house.look();
      expect(await times('Rehearsal')).toEqual(hers(day(7, 12, 14), day(14, 12, 14), day(21, 12, 14)));
      expect(await open()).toEqual([1, 1, 1, 0]);

      // Only the second one, to another day; RECURRENCE-ID names where it was.
      const moved = event('weekly', 'RECURRENCE-ID;TZID=Europe/London:20270614T130000', 'DTSTART;TZID=Europe/London:20270616T140000', 'DURATION:PT1H', 'SUMMARY:Rehearsal', 'SEQUENCE:1');
      await account.keep('weekly', file(event('weekly', ...WEEKLY), moved));
      await house.look();
      expect(await times('Rehearsal')).toEqual(hers(day(7, 12, 14), day(16, 13, 14), day(21, 12, 14)));
      expect(await open()).toEqual([1, 0, 1, 1]);

      // The third is left out, the first is cancelled as a part of its own.
      const cancelled = event('weekly', 'RECURRENCE-ID;TZID=Europe/London:20270607T130000', 'DTSTART;TZID=Europe/London:20270607T130000', 'DURATION:PT2H', 'SUMMARY:Rehearsal', 'STATUS:CANCELLED');
      await account.keep('weekly', file(event('weekly', ...WEEKLY, 'EXDATE;TZID=Europe/London:20270621T130000'), moved, cancelled));
      await house.look();
      expect(await times('Rehearsal')).toEqual(hers(day(16, 13, 14)));
      expect(await open()).toEqual([0, 0, 0, 1]);

      // As it was at first: each part is there once, and no more of them.
      await account.keep('weekly', file(event('weekly', ...WEEKLY)));
      await house.look();
      expect(await times('Rehearsal')).toEqual(hers(day(7, 12, 14), day(14, 12, 14), day(21, 12, 14)));
      expect(await open()).toEqual([1, 1, 1, 0]);
      await account.take(path);
      await house.look();
      expect(await times('Rehearsal')).toEqual([]);
      expect(await open()).toEqual([0, 0, 0, 0]);
    });

    it('whole days, times without a zone, a zone by its Windows name and a night take the time that they take in London', async () => {
      await account.keep('days', file(event('days', 'DTSTART;VALUE=DATE:20270624', 'DTEND;VALUE=DATE:20270626', 'SUMMARY:Away')));
      await account.keep('floating', file(event('floating', 'DTSTART:20270622T090000', 'DTEND:20270622T100000', 'SUMMARY:Floating')));
      await account.keep('windows', file(event('windows', 'DTSTART;TZID=W. Europe Standard Time:20270623T100000', 'DTEND;TZID=W. Europe Standard Time:20270623T110000', 'SUMMARY:Berlin')));
      await account.keep('night', file(event('night', 'DTSTART;TZID=Europe/London:20270628T220000', 'DTEND;TZID=Europe/London:20270629T020000', 'SUMMARY:Night')));
      const beside = await house.job('After midnight', 27);
      await house.move(beside, june(29, 0), june(29, 3));
      await house.look();
      expect(await times('Away')).toEqual(hers({ startsAt: june(23, 23), endsAt: june(25, 23) }));
      expect(await times('Floating')).toEqual(hers(day(22, 8, 9)));
      expect(await times('Berlin')).toEqual(hers(day(23, 8, 9)));
      expect(await times('Night')).toEqual(hers({ startsAt: june(28, 21), endsAt: june(29, 1) }));
      expect(await clashes(beside), 'the hour after midnight').toBe(1);
    });

    it('at the same hour on the clock before and after each change of the clocks', async () => {
      await account.keep('autumn', file(event('autumn', 'DTSTART;TZID=Europe/London:20271030T100000', 'DURATION:PT1H', 'RRULE:FREQ=DAILY;COUNT=3', 'SUMMARY:Autumn')));
      await account.keep('spring', file(event('spring', 'DTSTART;TZID=Europe/London:20280325T100000', 'DURATION:PT1H', 'RRULE:FREQ=DAILY;COUNT=3', 'SUMMARY:Spring')));
      await house.look();
      expect((await times('Autumn')).map(({ startsAt }) => startsAt)).toEqual(['2027-10-30T09:00:00.000Z', '2027-10-31T10:00:00.000Z', '2027-11-01T10:00:00.000Z']);
      expect((await times('Spring')).map(({ startsAt }) => startsAt)).toEqual(['2028-03-25T10:00:00.000Z', '2028-03-26T09:00:00.000Z', '2028-03-27T09:00:00.000Z']);
    });
  });
});
