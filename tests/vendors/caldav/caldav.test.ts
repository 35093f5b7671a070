import { beforeEach, describe, expect, it } from 'vitest';
import type { Http, HttpRequest, HttpResponse } from '../../../core/ports/ports.ts';
import { caldav } from '../../../core/vendors/caldav/index.ts';
import { stateOf } from '../../../core/vendors/davCursor.ts';
import { always } from '../../conformance/fits.ts';
import { icsOf, type FakeAccount } from '../davFake.ts';
import { clockAt, stored } from '../ports.ts';
import { filled, ORIGIN, samples } from './samples.ts';

const { access, nowMs } = samples;
const poll = caldav.poll!;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let account: FakeAccount;
let cursor: string | null;
/** Of the last look. */
let unread: readonly { readonly calendarRef: string; readonly code: string }[];
const WEDDINGS = `${ORIGIN}/ada/calendars/weddings/`;
beforeEach(() => {
  account = filled();
  cursor = null;
  unread = [];
});

const asHttp = (respond: (request: HttpRequest) => HttpResponse): Http => ({ send: (request) => Promise.resolve(respond(request)) });
interface Told { readonly event: string; readonly href: string; readonly title: string | null; readonly gone: boolean; readonly calendar: string }

async function look(at = nowMs, settings: Record<string, string> = {}): Promise<Told[]> {
  const items: Told[] = [];
  const keys = new Set<string>();
  for (let page = 0; page < 400; page += 1) {
    const read = await poll.read(cursor, { ...access, settings: { ...access.settings, ...settings } }, { http: asHttp(account.respond), clock: clockAt(at) });
    if (!read.ok) throw new Error(read.error.message);
    for (const item of read.value.items) {
      keys.add(item.key);
      items.push({ event: item.event, ...(JSON.parse(item.body) as Omit<Told, 'event'>) });
    }
    cursor = read.value.cursor;
    if (!read.value.more) {
      unread = read.value.unread ?? [];
      expect(keys.size).toBe(items.length);
      return items;
    }
  }
  throw new Error('the look never ends');
}
const timed = (uid: string, day = '20261121'): string => icsOf(uid, `DTSTART:${day}T100000Z`, `DTEND:${day}T110000Z`, `SUMMARY:${uid}`);
const titles = (told: readonly Told[]): (string | null)[] => told.map((one) => one.title).sort();

describe('looking', () => {
  it('asks a calendar that has not changed nothing', async () => {
    await look();
    account.asked.length = 0;
    expect(await look(nowMs + HOUR)).toEqual([]);
    expect(account.asked).toEqual(['PROPFIND /ada/calendars/ propfind']);
  });

  it('takes a calendar without sync-collection by its ctag, and one without any mark by its ETags', async () => {
    account.add('bare', { name: 'Bare', syncs: false, ctag: null });
    await look();
    account.put('team', 'e.ics', timed('e'));
    account.put('bare', 'f.ics', timed('f'));
    account.remove('team', 'd.ics');
    account.asked.length = 0;
    expect(titles(await look(nowMs + HOUR))).toEqual(['e', 'f', null, null]);
    expect(account.asked.filter((one) => one.includes('sync-collection'))).toEqual([]);
    expect(account.asked.filter((one) => one.includes('/weddings/ '))).toEqual([]);
  });

  it('goes on where a server has said that it cannot tell changes', async () => {
    const calendar = account.calendars.get('/ada/calendars/weddings/')!;
    await look();
    account.put('weddings', 'g.ics', timed('g'));
    account.override = (request) => (/sync-collection/.test(request.body ?? '') ? { status: 405, headers: {}, body: '' } : null);
    expect(titles(await look(nowMs + HOUR))).toEqual(['g']);
    account.put('weddings', 'h.ics', timed('h'));
    account.asked.length = 0;
    expect(titles(await look(nowMs + 2 * HOUR))).toEqual(['h']);
    expect(account.asked.some((one) => one.includes('sync-collection'))).toBe(false);
    expect(calendar.entries.size).toBe(5);
  });

  it.each([403, 409, 410, 412, 500])('compares everything when a token is refused with %i', async (status) => {
    await look();
    account.put('weddings', 'a.ics', timed('a2'));
    account.remove('weddings', 'b.ics');
    account.override = (request) => (/sync-collection/.test(request.body ?? '') ? { status, headers: {}, body: '' } : null);
    const told = await look(nowMs + HOUR);
    expect(told.map((one) => [one.event, one.title])).toEqual([['gone', null], ['entry', 'a2']]);
  });

  it('follows lists that the server cuts, and passes over one that does not go on', async () => {
    await look();
    for (let n = 0; n < 7; n += 1) account.put('weddings', `n${n}.ics`, timed(`n${n}`));
    account.mostListed = 3;
    expect((await look(nowMs + HOUR)).length).toBe(7);
    account.mostListed = 0;
    account.put('weddings', 'n7.ics', timed('n7'));
    const read = await (async () => {
      let at = cursor;
      for (let page = 0; page < 20; page += 1) {
        const one = await poll.read(at, access, { http: asHttp(account.respond), clock: clockAt(nowMs + 2 * HOUR) });
        if (!one.ok || !one.value.more) return one;
        at = one.value.cursor;
      }
      throw new Error('it never ends');
    })();
    expect(read).toMatchObject({ ok: true, value: { unread: [{ calendarRef: WEDDINGS, code: 'normalise.shape_unknown' }] } });
  });

  it.each([[403, 'normalise.forbidden'], [404, 'normalise.reread_refused'], [410, 'normalise.reread_refused']] as const)(
    'says %i at the calendar that may not be read any more, keeps what was told of it, and reads the other one', async (status, code) => {
      await look();
      account.put('weddings', 'g.ics', timed('g'));
      account.put('team', 'h.ics', timed('h'));
      account.override = ({ method }, path) => (method === 'REPORT' && path === '/ada/calendars/weddings/' ? { status, headers: {}, body: '' } : null);
      expect(titles(await look(nowMs + HOUR))).toContain('h');
      expect(unread).toEqual([{ calendarRef: WEDDINGS, code }]);
      // Told again with each look, for as long as it is so; nothing else comes of that.
      const [before, told] = [cursor, await look(nowMs + 2 * HOUR)];
      expect([told, unread.map(({ calendarRef }) => calendarRef), cursor]).toEqual([[], [WEDDINGS], before]);
      account.override = () => null;
      expect(titles(await look(nowMs + 3 * HOUR))).toEqual(['g']);
      expect(unread).toEqual([]);
    });

  it('fails where none of them may be read, and reads the first that may be again', async () => {
    await look();
    for (const id of ['weddings', 'team']) account.put(id, 'g.ics', timed(`g of ${id}`));
    let refused = ['/ada/calendars/weddings/', '/ada/calendars/team/'];
    account.override = (request, path) => (request.method === 'REPORT' && refused.includes(path) ? { status: 403, headers: {}, body: '' } : null);
    const before = cursor;
    await expect(look(nowMs + HOUR)).rejects.toThrow('403');
    expect(cursor).not.toBe(before);
    await expect(look(nowMs + 2 * HOUR)).rejects.toThrow('403');
    refused = ['/ada/calendars/team/'];
    expect(titles(await look(nowMs + 3 * HOUR))).toEqual(['g of weddings']);
    expect(unread.map(({ calendarRef }) => calendarRef)).toEqual([`${ORIGIN}/ada/calendars/team/`]);
  });

  it('fails as a whole where the account is refused, or told to wait, in the middle of it', async () => {
    await look();
    account.put('weddings', 'g.ics', timed('g'));
    for (const status of [401, 429, 503]) {
      account.override = ({ method }, path) => (method === 'REPORT' && path === '/ada/calendars/weddings/' ? { status, headers: {}, body: '' } : null);
      await expect(look(nowMs + HOUR)).rejects.toThrow(String(status));
    }
  });

  it('asks for fewer entries where together they are too long, and sets one apart that is too long alone', async () => {
    account.put('weddings', 'huge.ics', timed('huge'));
    const respond = (request: HttpRequest): HttpResponse => {
      const hrefs = [...(request.body ?? '').matchAll(/<d:href>/g)].length;
      if (/multiget/.test(request.body ?? '') && (hrefs > 2 || /huge/.test(request.body ?? ''))) throw Object.assign(new Error('too large'), { reason: 'answer_too_large' });
      return account.respond(request);
    };
    const items: string[] = [];
    for (let more = true; more;) {
      const read = await poll.read(cursor, access, { http: { send: async (request) => respond(request) }, clock: clockAt(nowMs) });
      if (!read.ok) throw new Error(read.error.message);
      items.push(...read.value.items.map((item) => item.event));
      for (const item of read.value.items.filter((one) => one.event === 'unreadable')) {
        expect(poll.normalise(stored(item.body, { vendorEvent: item.event }))).toMatchObject({ ok: false, error: { code: 'normalise.shape_unknown', message: 'The entry cannot be used: it is too large.' } });
      }
      ({ cursor, more } = read.value);
    }
    expect(items.filter((event) => event === 'entry').length).toBe(5);
    expect(items.filter((event) => event === 'unreadable').length).toBe(1);
  });

  it('keeps an entry that is no calendar for a person, once, and what was told of it stays', async () => {
    await look();
    account.put('weddings', 'a.ics', 'BEGIN:VCALENDAR\r\nnonsense');
    expect((await look(nowMs + HOUR)).map((one) => one.event)).toEqual(['unreadable']);
    expect(await look(nowMs + 2 * HOUR)).toEqual([]);
    account.put('weddings', 'a.ics', timed('a3'));
    expect(titles(await look(nowMs + 3 * HOUR))).toEqual(['a3']);
  });

  it('does not believe at once that a calendar is empty', async () => {
    await look();
    account.override = (request) => (/sync-collection/.test(request.body ?? '') ? { status: 403, headers: {}, body: '' } : null);
    for (const name of ['a.ics', 'b.ics', 'c.ics']) account.remove('weddings', name);
    expect(await look(nowMs + HOUR)).toEqual([]);
    expect(await look(nowMs + 1.5 * HOUR)).toEqual([]);
    expect((await look(nowMs + 2.1 * HOUR)).map((one) => one.event)).toEqual(['gone', 'gone', 'gone']);
    expect(await look(nowMs + 3 * HOUR)).toEqual([]);
  });

  it('a calendar that comes back in time has lost nothing', async () => {
    await look();
    const team = account.calendars.get('/ada/calendars/team/')!;
    account.calendars.delete('/ada/calendars/team/');
    expect(await look(nowMs + HOUR)).toEqual([]);
    account.calendars.set('/ada/calendars/team/', team);
    expect(await look(nowMs + 5 * HOUR)).toEqual([]);
    expect(stateOf(cursor)?.calendars.get('/ada/calendars/team/')?.missing).toBeNull();
  });

  it('takes what is no longer chosen out, and what is chosen anew in', async () => {
    expect((await look(nowMs, { calendars: 'weddings' })).length).toBe(3);
    const told = await look(nowMs + HOUR, { calendars: 'Team' });
    expect(told.filter((one) => one.event === 'gone').length).toBe(3);
    expect(told.filter((one) => one.calendar === 'Team').length).toBe(2);
  });

  it('goes on with a series as time goes on, and takes nothing back that is over', async () => {
    account.put('weddings', 'daily.ics', icsOf('daily', 'DTSTART:20261121T100000Z', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY', 'SUMMARY:Weekly'));
    const first = (await look()).filter((one) => one.title === 'Weekly').length;
    const told = await look(nowMs + 70 * DAY);
    expect(first).toBeGreaterThan(70);
    expect(told.filter((one) => one.title === 'Weekly').length).toBe(10);
    expect(told.filter((one) => one.event === 'gone')).toEqual([]);
  });

  it('starts anew for another account, under keys of its own', async () => {
    const first = await poll.read(null, access, { http: asHttp(account.respond), clock: clockAt(nowMs) });
    if (!first.ok) throw new Error(first.error.message);
    const other = await poll.read(first.value.cursor, { ...access, settings: { ...access.settings, userName: 'mona' } }, { http: asHttp(account.respond), clock: clockAt(nowMs) });
    expect(other).toMatchObject({ ok: false, error: { field: 'password', retryable: false } });
    for (const broken of ['', 'null', '[]', '{"calendars":[]}', '{']) expect((await poll.read(broken, access, { http: asHttp(account.respond), clock: clockAt(nowMs) })).ok).toBe(true);
  });
});

describe('where the password goes', () => {
  const tryWith = async (respond: (request: HttpRequest) => HttpResponse, serverUrl = ORIGIN) => {
    const sent: string[] = [];
    const http = asHttp((request) => {
      sent.push(new URL(request.url).host);
      return respond(request);
    });
    return { answer: await caldav.test!({ ...access, settings: { ...access.settings, serverUrl } }, { http, clock: clockAt(nowMs) }), hosts: new Set(sent) };
  };

  it.each(['https://evil.test/', 'https://dav.orchard.test.evil.test/', 'http://dav.orchard.test/', '//evil.test/', 'https://notdav.orchard.test/'])('not to %s, however the server redirects', async (location) => {
    const { answer, hosts } = await tryWith(() => ({ status: 301, headers: { location }, body: '' }));
    expect(answer).toMatchObject({ ok: false, error: { code: 'normalise.reread_refused', field: 'serverUrl', retryable: false } });
    expect([...hosts]).toEqual(['dav.orchard.test']);
  });

  it('not to a foreign home either, but to a host under the entered one', async () => {
    const at = (home: string) => (request: HttpRequest) => {
      const answer = account.respond(request);
      return { ...answer, body: answer.body.replace(`${ORIGIN}/ada/calendars/`, `${home}/ada/calendars/`) };
    };
    const evil = await tryWith(at('https://evil.test'));
    expect(evil.answer).toMatchObject({ ok: false, error: { retryable: false } });
    expect([...evil.hosts]).toEqual(['dav.orchard.test']);
    const under = await tryWith(at('https://home.dav.orchard.test'));
    expect([...under.hosts]).toContain('home.dav.orchard.test');
  });

  it('not round and round', async () => {
    const { answer } = await tryWith((request) => ({ status: 302, headers: { location: `${new URL(request.url).pathname}x` }, body: '' }));
    expect(answer).toMatchObject({ ok: false, error: { field: 'serverUrl' } });
  });

  it('says which field is wrong', async () => {
    const page = await tryWith(() => ({ status: 200, headers: {}, body: '<!doctype html><html><br></html>' }));
    expect(page.answer).toMatchObject({ ok: false, error: { field: 'serverUrl', retryable: false } });
    for (const status of [400, 404, 405]) expect((await tryWith(always404(status))).answer).toMatchObject({ ok: false, error: { field: 'serverUrl', retryable: false } });
    expect((await tryWith(always404(401))).answer).toMatchObject({ ok: false, error: { field: 'password', retryable: false } });
    const inside = await caldav.test!(access, { http: { send: () => Promise.reject(Object.assign(new Error('not public'), { reason: 'address_not_public' })) }, clock: clockAt(nowMs) });
    expect(inside).toMatchObject({ ok: false, error: { field: 'serverUrl', retryable: false } });
    const away = await caldav.test!(access, { http: { send: () => Promise.reject(Object.assign(new Error('not found'), { reason: 'network' })) }, clock: clockAt(nowMs) });
    expect(away).toMatchObject({ ok: false, error: { field: 'serverUrl', retryable: true } });
    expect(await caldav.test!(access, { http: always({ status: 503, headers: {}, body: '' }), clock: clockAt(nowMs) })).toMatchObject({ ok: false, error: { retryable: true } });
  });

  const always404 = (status: number) => (): HttpResponse => ({ status, headers: {}, body: '' });

  it('a name with a colon is refused, since it would end there', async () => {
    const answer = await caldav.test!({ ...access, settings: { ...access.settings, userName: 'a:b' } }, { http: asHttp(account.respond), clock: clockAt(nowMs) });
    expect(answer).toMatchObject({ ok: false, error: { field: 'userName' } });
    expect(account.asked).toEqual([]);
  });
});

describe('trying out', () => {
  it('names the calendars, those that may only be read, and those that were not chosen', async () => {
    const http = asHttp(account.respond);
    expect(await caldav.test!(access, { http, clock: clockAt(nowMs) })).toEqual({ ok: true, value: { account: 'Ada Venue', details: ['Calendars: Weddings, Team (read only)'] } });
    const chosen = { ...access, settings: { ...access.settings, calendars: 'weddings ,' } };
    expect(await caldav.test!(chosen, { http, clock: clockAt(nowMs) })).toMatchObject({ ok: true, value: { details: ['Calendars: Weddings', 'Not chosen: Team (read only)'] } });
  });
});

it('an entry becomes a calendar entry under its path, in each calendar another one', async () => {
  const told: { event: string; body: string }[] = [];
  for (let more = true; more;) {
    const read = await poll.read(cursor, access, { http: asHttp(account.respond), clock: clockAt(nowMs) });
    if (!read.ok) throw new Error(read.error.message);
    told.push(...read.value.items);
    ({ cursor, more } = read.value);
  }
  const meant = told.map((one) => poll.normalise(stored(one.body, { vendorEvent: one.event, settings: access.settings }))).flatMap((one) => (one.ok && one.value.kind === 'changes' ? one.value.changes : []));
  expect(meant[0]).toEqual({
    kind: 'calendarEvent', remote: { type: 'dav_entry', id: '/ada/calendars/weddings/a.ics', version: null }, calendarRemote: { type: 'calendar', id: 'https://dav.orchard.test/ada/calendars/weddings/' }, wedding: { email: 'ada@example.org', date: '2026-11-21' }, occurredAt: null,
    fields: {
      title: 'Viewing: Ada & Ben', place: 'Orchard Barn', calendar: 'Weddings', startsAt: '2026-11-21T10:00:00.000Z', endsAt: '2026-11-21T11:00:00.000Z', allDay: false, zone: 'Europe/London', status: 'confirmed', busy: true,
    },
  });
  expect(meant.map((one) => one.remote.id).slice(1)).toEqual([
    '/ada/calendars/weddings/b.ics', '/ada/calendars/weddings/c.ics', '/ada/calendars/team/d.ics#2026-11-30T09:00:00', '/ada/calendars/team/d.ics#2026-12-07T09:00:00',
  ]);
  expect(meant[1]?.fields).toMatchObject({ allDay: true, startsAt: '2027-06-30T23:00:00.000Z', endsAt: '2027-07-02T23:00:00.000Z', busy: false, status: 'tentative' });
  expect(meant[3]?.fields).toMatchObject({ zone: 'Europe/London' });
  const booked = poll.normalise(stored(told[0]?.body ?? '', { vendorEvent: 'entry', settings: { feedMeans: 'bookings', trade: 'photography', vendorName: 'Lumen' } }));
  expect(booked).toMatchObject({ ok: true, value: { changes: [{ kind: 'booking', remote: { type: 'dav_booking' }, fields: { trade: 'photography', status: 'definite' } }] } });
});
