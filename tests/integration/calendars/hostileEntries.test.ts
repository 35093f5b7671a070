import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { uidOf } from '../../../core/vendors/calendarOrigin.ts';
import { hasRadicale, hasXandikos, NO_SERVERS, startRadicale, startXandikos, type CalendarServer } from '../../support/calendarServers.ts';
import { realCalendarHouse, type RealCalendarHouse } from '../../support/realCalendarHouse.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';
import { june } from '../../support/taking.ts';

/** What somebody may put into a calendar that is read and written here, on real servers: what stands beside it is read, and the house goes on. */

const file = (...lines: string[]): string => ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Test//EN', ...lines, 'END:VCALENDAR', ''].join('\r\n');
const event = (uid: string, ...lines: string[]): string[] => ['BEGIN:VEVENT', `UID:${uid}`, 'DTSTAMP:20270501T120000Z', ...lines, 'END:VEVENT'];
const at = (day: number, hour: number): string => `202706${String(day).padStart(2, '0')}T${String(hour).padStart(2, '0')}0000Z`;
const from = (day: number, hour: number, until: number): string[] => [`DTSTART:${at(day, hour)}`, `DTEND:${at(day, until)}`];

const HOUR_MS = 3_600_000;

const SERVERS = [
  ['Radicale', hasRadicale(), startRadicale],
  ['Xandikos', hasXandikos(), startXandikos],
] as const;

describe.each(SERVERS)('%s', (_server, there, start) => {
  describe.skipIf(!there)(there ? 'with entries that mean harm' : NO_SERVERS, () => {
    let server: CalendarServer;
    let t: TestStore;
    let house: RealCalendarHouse;
    let connection: string;
    let hall: string;
    const clock = settableClock('2027-05-01T12:00:00.000Z');

    beforeAll(async () => {
      server = await start();
    });
    afterAll(() => server?.stop());
    beforeEach(async () => {
      clock.set('2027-05-01T12:00:00.000Z');
      await server.make('hall', 'Hall');
      await server.make('second', 'Second');
      t = await openTestStore({ clock });
      house = await realCalendarHouse(t, server, clock);
      connection = await house.connect();
      hall = await house.resource('room', 'Great Hall');
      expect(await house.save('Hall', connection, { direction: 'bidirectional', resourceId: hall })).toMatchObject({ outcome: 'accepted' });
      expect(await house.save('Second', connection, { direction: 'bidirectional', resourceId: await house.resource('room', 'Barn') })).toMatchObject({ outcome: 'accepted' });
    });
    afterEach(async () => {
      await house?.stop();
      await t?.cleanup();
      await server?.clear();
    });
    const put = (entry: string, text: string, calendar = 'hall') => server.put(`${server.home}${calendar}/${entry}.ics`, text);
    const events = async () => (await house.rows()).calendarEvents.map(({ title, startsAt, status }) => [title, startsAt, status]).sort();
    const beside = ['Beside it', june(5, 10), 'confirmed'];
    const entries = async (calendar = 'hall') => {
      const list = await server.ask({ method: 'REPORT', path: `${server.home}${calendar}/`, headers: { depth: '1', 'content-type': 'application/xml' }, body: '<c:calendar-query xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:d="DAV:"><d:prop><d:getetag/><c:calendar-data/></d:prop><c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT"/></c:comp-filter></c:filter></c:calendar-query>' });
      return list.body.match(/BEGIN:VEVENT[\s\S]*?END:VEVENT/g) ?? [];
    };

    it.each<[string, string[], unknown[][]]>([
      ['a rule that nothing fulfils', event('x', 'DTSTART:20260201T100000Z', 'DURATION:PT1H', 'SUMMARY:Never', 'RRULE:FREQ=MONTHLY;INTERVAL=48;BYDAY=5MO'), []],
      ['100,000 times', event('x', ...from(1, 10, 11), 'SUMMARY:Often', 'RRULE:FREQ=MINUTELY;COUNT=100000'), []],
      ['a title of a megabyte and 10,000 guests', event('x', ...from(1, 10, 11), `SUMMARY:${'M'.repeat(1_000_000)}`, ...Array.from({ length: 10_000 }, (_, n) => `ATTENDEE;CN=Guest ${n}:mailto:g${n}@example.org`)), [['M'.repeat(300), june(1, 10), 'confirmed']]],
      ['words that turn the line around', event('x', ...from(1, 10, 11), 'SUMMARY:Paid \u202Edne on'), [['Paid \u202Edne on', june(1, 10), 'confirmed']]],
      ['an end before it begins', event('x', `DTSTART:${at(1, 12)}`, `DTEND:${at(1, 10)}`, 'SUMMARY:Backwards'), []],
      ['a part without its series', event('x', ...from(1, 10, 11), `RECURRENCE-ID:${at(1, 9)}`, 'SUMMARY:Alone'), [['Alone', june(1, 10), 'confirmed']]],
      ['an end of the series before it begins', event('x', ...from(1, 10, 11), 'SUMMARY:Over', 'RRULE:FREQ=DAILY;UNTIL=20200101T000000Z'), []],
    ])('%s', async (_name, lines, expected) => {
      await put('beside', file(...event('beside', ...from(5, 10, 11), 'SUMMARY:Beside it')));
      const taken = await put('evil', file(...lines));
      await house.look(connection);
      await house.look(connection);
      // A server that refuses such an entry has done our work.
      expect(await events()).toEqual([beside, ...(taken.status < 300 ? expected : [])].sort());
      expect((await house.rows()).connections.find(({ id }) => id === connection)?.health).not.toBe('failing');
    });

    it('the same UID in two calendars is two entries, of one each', async () => {
      await put('a', file(...event('same', ...from(3, 10, 11), 'SUMMARY:In the hall')));
      await put('a', file(...event('same', ...from(4, 10, 11), 'SUMMARY:In the barn')), 'second');
      await house.look(connection);
      expect(await events()).toEqual([['In the barn', june(4, 10), 'confirmed'], ['In the hall', june(3, 10), 'confirmed']]);
      await server.remove(`${server.home}hall/a.ics`);
      await house.look(connection);
      await house.look(connection);
      expect((await events()).filter(([, , status]) => status !== 'cancelled')).toEqual([['In the barn', june(4, 10), 'confirmed']]);
    });

    it('our UID in somebody else’s entry, before we have written there, neither takes it over nor keeps ours away', async () => {
      await house.save('Hall', connection, { direction: 'none' });
      const id = await house.wedding('Amara & Tom', 12, 12, 22);
      const [push] = (await house.rows()).pushes;
      expect(push).toBeUndefined();
      // Ids of ours are in every feed; whoever has one may make this.
      await put('theirs', file(...event(uidOf(id), ...from(12, 12, 22), 'SUMMARY:Not yours')));
      await house.save('Hall', connection, { direction: 'bidirectional' });
      await house.look(connection);
      expect((await entries()).filter((one) => one.includes('SUMMARY:Amara & Tom') || one.includes('SUMMARY:Amara &amp; Tom'))).toHaveLength(1);
      expect((await entries()).filter((one) => one.includes('SUMMARY:Not yours'))).toHaveLength(1);
      expect(await house.one('weddings', id)).toMatchObject({ title: 'Amara & Tom', status: 'confirmed' });
    });

    it('a copy of ours that a person makes over there takes nobody’s time, and ours goes on being followed', async () => {
      const id = await house.wedding('Amara & Tom', 12, 12, 22);
      await house.pushes.idle();
      const [ours = ''] = await entries();
      const copy = file(...ours.replaceAll('&#13;', '').replaceAll('&amp;', '&').split(/\r?\n/)).replace(/UID:\S+/, 'UID:copied-by-hand').replace(/20270612/g, '20270619');
      expect((await put('copy', copy)).status).toBeLessThan(300);
      await house.look(connection);
      await house.look(connection);
      expect(await events()).toEqual([]);
      expect(await house.one('weddings', id)).toMatchObject({ startsAt: june(12, 12), status: 'confirmed' });
      await server.remove(`${server.home}hall/copy.ics`);
      await house.look(connection);
      expect(await house.one('weddings', id)).toMatchObject({ startsAt: june(12, 12), status: 'confirmed' });
      expect((await house.rows()).differences).toEqual([]);
      expect((await house.rows()).pushes).toMatchObject([{ state: 'written' }]);
    });

    it.each<[string, (was: string) => string]>([
      ['a series without end', (was) => was.replace('END:VEVENT', 'RRULE:FREQ=SECONDLY\r\nEND:VEVENT')],
      ['every week', (was) => was.replace('END:VEVENT', 'RRULE:FREQ=WEEKLY;COUNT=3\r\nEND:VEVENT')],
      ['an end before its start', (was) => was.replace(/DTEND[^\r\n]*/, 'DTEND:20270601T100000Z')],
      ['a length that is none', (was) => was.replace(/DTEND[^\r\n]*/, 'DURATION:-PT5H')],
      ['the year 9999', (was) => was.replace(/DTSTART[^\r\n]*/, 'DTSTART:99990101T000000Z').replace(/DTEND[^\r\n]*/, 'DTEND:99990101T010000Z')],
      ['no calendar at all', () => 'BEGIN:VCALENDAR\r\nnonsense'],
    ])('made of ours over there - %s - it cancels no booking and moves none', async (_name, change) => {
      const id = await house.booking('Bloom Photo', 12, 12, 18);
      const vendor = (await house.one('bookings', id)).vendorId ?? '';
      await server.make('bloom', 'Bloom');
      clock.advance(25 * 3_600_000);
      await house.discovery.runNow();
      expect(await house.save('Bloom', connection, { direction: 'bidirectional', resourceId: vendor, strategy: 'merge' })).toMatchObject({ outcome: 'accepted' });
      await house.look(connection);
      const path = /href>([^<]*bloom\/[^<]*\.ics)</.exec((await server.ask({ method: 'PROPFIND', path: `${server.home}bloom/`, headers: { depth: '1' } })).body)?.[1] ?? '';
      expect(path).not.toBe('');
      const text = (await server.ask({ method: 'GET', path, headers: {} })).body;
      clock.advance(HOUR_MS);
      const put = await server.ask({ method: 'PUT', path, headers: { 'content-type': 'text/calendar; charset=utf-8' }, body: change(text) });
      await house.look(connection);
      await house.look(connection);
      const row = await house.one('bookings', id);
      expect([put.status < 300, row.startsAt, row.endsAt, row.status]).toEqual([put.status < 300, june(12, 12), june(12, 18), 'definite']);
      expect((await house.rows()).calendarEvents).toEqual([]);
    });
  });
});
