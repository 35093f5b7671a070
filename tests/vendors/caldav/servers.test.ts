import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readWritten } from '../../../core/vendors/davAnswers.ts';
import { caldav } from '../../../core/vendors/caldav/index.ts';
import { stateOf } from '../../../core/vendors/davCursor.ts';
import { askChanges } from '../../../core/vendors/davRequests.ts';
import type { Brought, ConnectionAccess } from '../../../core/vendors/vendor.ts';
import { hasRadicale, hasXandikos, NO_SERVERS, startRadicale, startXandikos, fill, type CalendarServer } from '../../support/calendarServers.ts';
import { expectUnderstood } from '../../conformance/fits.ts';
import { icsOf } from '../davFake.ts';
import { clockAt, fetchHttp, stored } from '../ports.ts';

/** Reading two real CalDAV servers through the folder, and the requests that writing will need. */

const NOW = Date.parse('2026-11-20T12:00:00.000Z');
const HOUR = 3_600_000;
const poll = caldav.poll!;

interface Told {
  readonly event: string;
  readonly uid: string;
  readonly href: string;
  readonly title: string | null;
  readonly calendar: string | null;
  readonly gone: boolean;
  readonly startsAt: string;
}
const bodiesOf = (items: readonly Brought[]): Told[] => items.map((item) => ({ event: item.event, ...(JSON.parse(item.body) as Omit<Told, 'event'>) }));

/** One whole look: every page until there is no more. */
function reader(access: ConnectionAccess) {
  let cursor: string | null = null;
  return {
    get cursor() {
      return cursor;
    },
    set cursor(value) {
      cursor = value;
    },
    async look(at = NOW): Promise<Told[]> {
      const items: Brought[] = [];
      for (let page = 0; page < 50; page += 1) {
        const read = await poll.read(cursor, access, { http: fetchHttp, clock: clockAt(at) });
        if (!read.ok) throw new Error(read.error.message);
        items.push(...read.value.items);
        cursor = read.value.cursor;
        if (!read.value.more) break;
      }
      expect(new Set(items.map((item) => item.key)).size).toBe(items.length);
      return bodiesOf(items);
    },
  };
}

const two = (value: number): string => String(value).padStart(2, '0');
const dayOf = (n: number): string => new Date(NOW + n * 24 * HOUR).toISOString().slice(0, 10).replaceAll('-', '');
const timed = (uid: string, title: string, n = 1, hour = 10): string =>
  icsOf(uid, `DTSTART;TZID=Europe/London:${dayOf(n)}T${two(hour)}0000`, `DTEND;TZID=Europe/London:${dayOf(n)}T${two(hour + 1)}0000`, `SUMMARY:${title}`);

const kinds = [
  { name: 'Radicale', installed: hasRadicale, start: startRadicale, many: 300 },
  // Each entry is a commit of a version control system there.
  { name: 'Xandikos', installed: hasXandikos, start: startXandikos, many: 30 },
] as const;

describe.each(kinds)('$name', ({ name, installed, start, many }) => {
  const there = installed();
  describe.skipIf(!there)(there ? 'as it is' : NO_SERVERS, () => {
    let server: CalendarServer;
    let access: ConnectionAccess;
    beforeAll(async () => {
      server = await start();
      access = { connectionId: '0199a000-0000-7000-8000-00000000c0da', settings: { serverUrl: server.url, userName: server.user, zone: 'Europe/London' }, secrets: { password: server.password } };
    });
    afterAll(() => server?.stop());

    const calendar = async (id: string, title = id): Promise<string> => {
      const made = await server.make(id, title);
      expect([200, 201]).toContain(made.status);
      return `${server.home}${id}/`;
    };
    const only = (calendars: string): ConnectionAccess => ({ ...access, settings: { ...access.settings, calendars } });

    it('says which calendars there are when it is tried out', async () => {
      await calendar('trial', 'Trial & error');
      const report = await caldav.test!(access, { http: fetchHttp, clock: clockAt(NOW) });
      expect(report).toMatchObject({ ok: true });
      expect(JSON.stringify(report)).toContain('Trial & error');
      expect(await caldav.test!(only('Nowhere'), { http: fetchHttp, clock: clockAt(NOW) })).toMatchObject({ ok: false, error: { field: 'calendars', retryable: false } });
    });

    it(`brings ${many} entries at the first look, each once, and then nothing more`, async () => {
      const path = `${server.home}first/`;
      await fill(server, 'first', 'First look', [timed('old', 'Over for long', -90), ...Array.from({ length: many }, (_none, n) => icsOf(`e${n}`, `DTSTART:${dayOf(n % 200)}T130000Z`, 'DURATION:PT1H', `SUMMARY:Entry ${n}`))]);
      const look = reader(only('First look'));
      const told = await look.look();
      expect(told.filter((one) => one.title !== null && one.title.startsWith('Entry')).length).toBe(many);
      expect(told.length).toBe(many);
      expect(new Set(told.map((one) => one.href)).size).toBe(many);
      expect(told.every((one) => one.calendar === 'First look' && one.href.startsWith(path))).toBe(true);
      for (const one of told.slice(0, 5)) expectUnderstood(poll.normalise(stored(JSON.stringify(one), { vendorEvent: one.event })));
      const before = look.cursor;
      expect(await look.look(NOW + HOUR)).toEqual([]);
      expect(look.cursor).toBe(before);
    });

    it('brings what is new, changed and gone, and only that; also over a restart', async () => {
      const path = await calendar('news', 'News');
      for (const uid of ['stays', 'changes', 'goes']) await server.put(`${path}${uid}.ics`, timed(uid, uid));
      const look = reader(only('News'));
      expect((await look.look()).map((one) => one.uid).sort()).toEqual(['changes', 'goes', 'stays']);
      await server.put(`${path}changes.ics`, timed('changes', 'changed', 2));
      await server.put(`${path}comes.ics`, timed('comes', 'comes', 3));
      expect([200, 204]).toContain((await server.remove(`${path}goes.ics`)).status);
      await server.restart();
      const told = await look.look(NOW + HOUR);
      expect(told.map((one) => [one.href.slice(path.length), one.event, one.title]).sort()).toEqual([['changes.ics', 'entry', 'changed'], ['comes.ics', 'entry', 'comes'], ['goes.ics', 'gone', null]]);
      // Back as it was: another delivery than the first time.
      await server.put(`${path}goes.ics`, timed('goes', 'goes'));
      expect((await look.look(NOW + 2 * HOUR)).map((one) => one.title)).toEqual(['goes']);
    });

    it('compares everything when the token is no longer known, and loses and doubles nothing', async () => {
      const path = await calendar('token', 'Token');
      for (const uid of ['stays', 'changes', 'goes']) await server.put(`${path}${uid}.ics`, timed(uid, uid));
      const look = reader(only('Token'));
      await look.look();
      const unknown = await server.ask(askChanges(path, 'http://radicale.org/ns/sync/0000000000000000000000000000000000000000000000000000000000000000'));
      expect(unknown.status).toBe(name === 'Radicale' ? 403 : 500);
      await server.put(`${path}changes.ics`, timed('changes', 'changed'));
      await server.remove(`${path}goes.ics`);
      look.cursor = look.cursor!.replace(/"token":"[^"]+"/, '"token":"http://radicale.org/ns/sync/0000000000000000000000000000000000000000000000000000000000000000"');
      const told = await look.look(NOW + HOUR);
      expect(told.map((one) => [one.href.slice(path.length), one.event, one.title]).sort()).toEqual([['changes.ics', 'entry', 'changed'], ['goes.ics', 'gone', null]]);
      expect(await look.look(NOW + 2 * HOUR)).toEqual([]);
    });

    it('writes series out, with moved and left out parts, and tells which part has changed', async () => {
      const path = await calendar('series', 'Series');
      const series = (left: number, moved: string) =>
        icsOf('weekly', `DTSTART;TZID=Europe/London:${dayOf(1)}T100000`, `DTEND;TZID=Europe/London:${dayOf(1)}T110000`, 'RRULE:FREQ=WEEKLY;COUNT=5', `EXDATE;TZID=Europe/London:${dayOf(left)}T100000`, 'SUMMARY:Weekly')
          .replace('END:VCALENDAR', [
            'BEGIN:VEVENT', 'UID:weekly', 'DTSTAMP:20261101T120000Z', `RECURRENCE-ID;TZID=Europe/London:${dayOf(15)}T100000`, `DTSTART;TZID=Europe/London:${moved}`, 'DURATION:PT1H', 'SUMMARY:Moved', 'END:VEVENT',
            'END:VCALENDAR',
          ].join('\r\n'));
      await server.put(`${path}weekly.ics`, series(8, `${dayOf(15)}T150000`));
      const look = reader(only('Series'));
      expect((await look.look()).map((one) => [one.startsAt.slice(0, 13), one.title])).toEqual([1, 15, 22, 29].map((n) => [`${new Date(NOW + n * 24 * HOUR).toISOString().slice(0, 10)}T${n === 15 ? '15' : '10'}`, n === 15 ? 'Moved' : 'Weekly']));
      await server.put(`${path}weekly.ics`, series(22, `${dayOf(15)}T150000`));
      const told = await look.look(NOW + HOUR);
      expect(told.map((one) => [one.event, one.startsAt.slice(0, 10).replaceAll('-', '')])).toEqual([['gone', dayOf(22)], ['entry', dayOf(8)]]);
    });

    it('a calendar that is renamed keeps its entries; one that is removed loses them, not at once', async () => {
      const path = await calendar('named', 'Before');
      await calendar('other', 'Other');
      await server.put(`${path}a.ics`, timed('a', 'A'));
      const look = reader(only('Before, Other'));
      expect((await look.look()).map((one) => one.calendar)).toEqual(['Before']);
      const renamed = await server.ask({
        method: 'PROPPATCH' as 'PROPFIND', path, headers: { 'content-type': 'application/xml; charset=utf-8' },
        body: '<?xml version="1.0"?><d:propertyupdate xmlns:d="DAV:"><d:set><d:prop><d:displayname>After</d:displayname></d:prop></d:set></d:propertyupdate>',
      });
      expect(renamed.status).toBe(207);
      expect((await look.look(NOW + HOUR)).map((one) => [one.event, one.calendar, one.uid])).toEqual([['entry', 'After', 'a']]);
      expect([200, 204]).toContain((await server.remove(path)).status);
      expect(await look.look(NOW + 2 * HOUR)).toEqual([]);
      expect(await look.look(NOW + 2.1 * HOUR)).toEqual([]);
      expect((await look.look(NOW + 3.2 * HOUR)).map((one) => [one.event, one.href])).toEqual([['gone', `${path}a.ics`]]);
      expect(await look.look(NOW + 4 * HOUR)).toEqual([]);
      expect([...(stateOf(look.cursor)?.calendars.keys() ?? [])]).toEqual([`${server.home}other/`]);
    });

    it('tells apart what writing needs: made, overtaken, gone', async () => {
      const path = await calendar('writes', 'Writes');
      const made = readWritten(await server.put(`${path}w.ics`, timed('w', 'One'), 'new'));
      expect(made).toMatchObject({ kind: 'written' });
      const etag = made.kind === 'written' ? (made.etag ?? '') : '';
      expect(etag).toMatch(/^".+"$/);
      expect(readWritten(await server.put(`${path}w.ics`, timed('w', 'Two'), 'new'))).toEqual({ kind: 'overtaken' });
      const changed = readWritten(await server.put(`${path}w.ics`, timed('w', 'Two'), { etag }));
      expect(changed).toMatchObject({ kind: 'written' });
      expect(readWritten(await server.put(`${path}w.ics`, timed('w', 'Three'), { etag }))).toEqual({ kind: 'overtaken' });
      expect(readWritten(await server.remove(`${path}w.ics`, etag))).toEqual({ kind: 'overtaken' });
      expect(readWritten(await server.remove(`${path}w.ics`, changed.kind === 'written' ? (changed.etag ?? '') : ''))).toMatchObject({ kind: 'written' });
      expect(readWritten(await server.remove(`${path}w.ics`, etag)).kind).toMatch(/^(gone|overtaken)$/);
      expect(readWritten(await server.make('writes', 'Again')).kind).toMatch(/^(failed|forbidden|overtaken)$/);
    });
  });
});
