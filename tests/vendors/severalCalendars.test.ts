import { describe, expect, it } from 'vitest';
import type { Change } from '../../core/domain/record/changes.ts';
import type { Http, HttpResponse } from '../../core/ports/ports.ts';
import type { ConnectionAccess, Listened } from '../../core/vendors/calling.ts';
import { googleCalendar } from '../../core/vendors/google-calendar/index.ts';
import { microsoftGraph } from '../../core/vendors/microsoft-graph/index.ts';
import type { VendorModule } from '../../core/vendors/vendor.ts';
import { OUR_ID, outgoing, valueOf } from './calendarWrites.ts';
import { FakeGoogle } from './google-calendar/fake.ts';
import { FakeGraph } from './microsoft-graph/fake.ts';
import { clockAt, stored } from './ports.ts';

/** One connection, several calendars: which of them are read, from where, and that none of them is in the way of the others. */

const NOW = 1_793_000_100_000;
const DAY_MS = 86_400_000;
type Told = Extract<Change, { kind: 'calendarEvent' }>;
interface Page {
  readonly told: readonly Told[];
  readonly keys: readonly string[];
  readonly cursor: string;
  readonly more: boolean;
  readonly unread: readonly { readonly calendarRef: string; readonly code: string }[];
}

async function page(vendor: VendorModule, access: ConnectionAccess, http: Http, cursor: string | null, now = NOW): Promise<Page> {
  const { items, unread = [], ...read } = valueOf(await vendor.poll!.read(cursor, access, { http, clock: clockAt(now) }));
  const told = items.flatMap(({ body, event }) => {
    const meant = vendor.poll!.normalise(stored(body, { vendorEvent: event, settings: access.settings }));
    return meant.ok && meant.value.kind === 'changes' ? meant.value.changes.filter((one) => one.kind === 'calendarEvent') : [];
  });
  return { ...read, told, keys: items.map(({ key }) => key), unread };
}

/** All pages of one look. */
async function look(vendor: VendorModule, access: ConnectionAccess, http: Http, cursor: string | null, now = NOW): Promise<Page> {
  const [told, keys]: [Told[], string[]] = [[], []];
  for (let at = cursor; ;) {
    const one = await page(vendor, access, http, at, now);
    told.push(...one.told);
    keys.push(...one.keys);
    at = one.cursor;
    if (!one.more) return { ...one, told, keys };
  }
}
const whole = (...refs: string[]): Listened[] => refs.map((calendarRef) => ({ calendarRef, oursOnly: false }));
const seen = ({ told }: Page) => told.map(({ calendarRemote, fields, deleted }) => `${calendarRemote?.id}: ${deleted === true ? 'gone' : fields.title}`).sort();
const refusal = (status: number): HttpResponse => ({ status, headers: {}, body: '{"error":{"errors":[{"reason":"forbidden"}],"code":403}}' });

function googleHouse() {
  const fake = new FakeGoogle(null);
  const access = (listened?: readonly Listened[]): ConnectionAccess => ({
    connectionId: '0199a000-0000-7000-8000-00000000c016', settings: { baseUrl: fake.base }, secrets: { accessToken: fake.token }, ...(listened ? { listened } : {}),
  });
  const times = { start: { dateTime: '2026-11-21T10:00:00Z' }, end: { dateTime: '2026-11-21T11:00:00Z' } };
  return {
    fake, access, vendor: googleCalendar, http: fake.http, main: fake.mainId, other: fake.calendarId, third: 'holidays@group.v.calendar.google.com',
    put: (id: string, title: string, calendarId: string) => fake.edit(id, { summary: title, ...times }, calendarId),
    take: (id: string, calendarId: string) => fake.edit(id, null, calendarId),
    refuse: (calendarId: string, status: number | null) => void (fake.book(calendarId).answers = status === null ? null : refusal(status)),
    forget: () => void (fake.forgotten = 1_000),
    calls: () => fake.asked.filter(({ url }) => /\/events\?/.test(url)).map(({ url }) => decodeURIComponent(/calendars\/([^/]+)\//.exec(url)?.[1] ?? '')),
  };
}
function graphHouse() {
  const fake = new FakeGraph(null);
  const access = (listened?: readonly Listened[]): ConnectionAccess => ({
    connectionId: '0199a000-0000-7000-8000-00000000c017', settings: { baseUrl: fake.base }, secrets: { accessToken: fake.token }, ...(listened ? { listened } : {}),
  });
  const at = (hour: number) => ({ dateTime: `2026-11-21T${hour}:00:00`, timeZone: 'UTC' });
  return {
    fake, access, vendor: microsoftGraph, http: fake.http, main: fake.mainId, other: fake.calendarId, third: 'AAMkHolidays=',
    put: (id: string, title: string, calendarId: string) => fake.edit(id, { subject: title, type: 'singleInstance', isCancelled: false, start: at(10), end: at(11), showAs: 'busy' }, calendarId),
    take: (id: string, _calendarId: string) => fake.take(id),
    refuse: (calendarId: string, status: number | null) => void (status === null ? fake.answers.delete(calendarId) : fake.answers.set(calendarId, refusal(status))),
    forget: () => void (fake.forgotten = 1_000),
    calls: () => fake.asked.filter(({ url }) => url.includes('calendarView')).map(({ url }) => decodeURIComponent(/calendars\/([^/]+)\//.exec(url)?.[1] ?? fake.mainId)),
  };
}

describe.each([['Google', googleHouse], ['Outlook', graphHouse]] as const)('%s: several calendars of one account', (name, begin) => {
  it('reads those in use beside the main one, each from where it stood, and names them', async () => {
    const { vendor, access, http, put, take, main, other, third } = begin();
    put('a', 'Main', main);
    put('b', 'Team', other);
    put('c', 'Holiday', third);
    const first = await look(vendor, access(whole(other)), http, null);
    expect(seen(first)).toEqual([`${main}: Main`, `${other}: Team`].sort());
    expect((await look(vendor, access(whole(other)), http, first.cursor)).told).toEqual([]);
    put('b2', 'Team two', other);
    take('a', main);
    const next = await look(vendor, access(whole(other)), http, first.cursor);
    expect(seen(next)).toEqual([`${main}: gone`, `${other}: Team two`].sort());
    // One that comes into use is read from the beginning, the others go on.
    expect(seen(await look(vendor, access(whole(other, third)), http, next.cursor))).toEqual([`${third}: Holiday`]);
  });

  it('reads the main one alone where nobody has said anything, and no calendar twice', async () => {
    const { vendor, access, http, put, calls, main, other } = begin();
    put('a', 'Main', main);
    put('b', 'Team', other);
    expect(seen(await look(vendor, access(), http, null))).toEqual([`${main}: Main`]);
    expect(seen(await look(vendor, access(whole(main)), http, null))).toEqual([`${main}: Main`]);
    expect(new Set(calls())).toHaveLength(1);
  });

  it('leaves one that is not in use any more alone, and hears what happened meanwhile once it is again', async () => {
    const { vendor, access, http, put, take, calls, other } = begin();
    put('b', 'Team', other);
    put('c', 'Stays', other);
    const first = await look(vendor, access(whole(other)), http, null);
    take('b', other);
    const asked = calls().length;
    const without = await look(vendor, access([]), http, first.cursor);
    expect(calls().slice(asked)).not.toContain(other);
    expect(seen(await look(vendor, access(whole(other)), http, without.cursor))).toEqual([`${other}: gone`]);
  });

  it.each([403, 404, 503])('passes over one that answers %i, says so, and reads it again once it can', async (status) => {
    const { vendor, access, http, put, refuse, main, other, third } = begin();
    put('a', 'Main', main);
    put('b', 'Team', other);
    put('c', 'Holiday', third);
    for (const broken of [other, main]) {
      refuse(broken, status);
      const first = await look(vendor, access(whole(other, third)), http, null);
      expect(seen(first)).not.toContain(`${broken}: ${broken === main ? 'Main' : 'Team'}`);
      expect(first.told).toHaveLength(2);
      expect(first.unread.map(({ calendarRef }) => calendarRef)).toEqual([broken]);
      refuse(broken, null);
      const healed = await look(vendor, access(whole(other, third)), http, first.cursor);
      expect(seen(healed)).toEqual([`${broken}: ${broken === main ? 'Main' : 'Team'}`]);
      expect(healed.unread).toEqual([]);
    }
  });

  it.each([[401, 'normalise.no_access'], [429, 'normalise.reread_failed']] as const)('asks nobody any more once the account is told %i, and loses nothing of what it has read', async (status, code) => {
    const { vendor, access, http, put, refuse, main, other, third } = begin();
    put('a', 'Main', main);
    put('c', 'Holiday', third);
    refuse(other, status);
    const first = await page(vendor, access(whole(other, third)), http, null);
    expect(seen(first)).toEqual([`${main}: Main`]);
    expect(first.more).toBe(true);
    expect(await vendor.poll!.read(first.cursor, access(whole(other, third)), { http, clock: clockAt(NOW) })).toMatchObject({ ok: false, error: { code } });
    refuse(other, null);
    expect(seen(await look(vendor, access(whole(other, third)), http, first.cursor, NOW + 60_000))).toEqual([`${third}: Holiday`]);
  });

  it('is refused where none of them can be read', async () => {
    const { vendor, access, http, refuse, main, other } = begin();
    for (const one of [main, other]) refuse(one, 403);
    expect(await vendor.poll!.read(null, access(whole(other)), { http, clock: clockAt(NOW) })).toMatchObject({ ok: false, error: { code: 'normalise.forbidden' } });
  });

  it('reads a calendar of which the place is forgotten from the beginning, under the same keys, and the others go on', async () => {
    const { fake, vendor, access, http, put, forget, main, other } = begin();
    put('a', 'Main', main);
    put('b', 'Team', other);
    const first = await look(vendor, access(whole(other)), http, null);
    forget();
    const again = await look(vendor, access(whole(other)), http, first.cursor);
    expect([...again.keys].sort()).toEqual([...first.keys].sort());
    fake.forgotten = 0;
    expect((await look(vendor, access(whole(other)), http, again.cursor)).told).toEqual([]);
  });

  it('asks of one that is only written about our own entries, and about all of it once it is listened to', async () => {
    const { vendor, access, http, put, main, other } = begin();
    put('b', 'Theirs', other);
    const written = valueOf(await vendor.calendar!.write({ http, clock: clockAt(NOW) }, access(), other, outgoing(), { kind: 'create', key: `${OUR_ID}-1` }));
    const outbound = access([{ calendarRef: other, oursOnly: true }]);
    const first = await look(vendor, outbound, http, null);
    expect(first.told.map(({ ourId, remote, calendarRemote }) => [ourId, remote.id, calendarRemote?.id])).toEqual([[OUR_ID, written.remoteId, other]]);
    valueOf(await vendor.calendar!.remove({ http, clock: clockAt(NOW) }, access(), other, written.remoteId, null));
    const second = await look(vendor, outbound, http, first.cursor);
    expect(second.told.map(({ deleted, remote }) => [deleted, remote.id])).toEqual([[true, written.remoteId]]);
    put('a', 'Main', main);
    expect(seen(await look(vendor, access(whole(other)), http, second.cursor))).toEqual(expect.arrayContaining([`${main}: Main`, `${other}: Theirs`]));
  });

  it('goes on with what a look had left, and a later one reads all of them', async () => {
    const { vendor, access, http, put, calls, refuse, main, other, third } = begin();
    refuse(third, 429);
    const listened = whole(other, third);
    const first = await page(vendor, access(listened), http, null);
    expect([first.more, calls()]).toEqual([true, [name === 'Google' ? 'primary' : main, other, third]]);
    refuse(third, null);
    const asked = calls().length;
    expect((await page(vendor, access(listened), http, first.cursor, NOW + 1_000)).more).toBe(false);
    expect(calls().slice(asked)).toEqual([third]);
    put('a', 'Main', main);
    expect(seen(await page(vendor, access(listened), http, first.cursor, NOW + 60_000))).toEqual([`${main}: Main`]);
  });
});

describe('Google: an id is one entry within its calendar only', () => {
  it('tells an invitation in another calendar from the entry itself, and keeps the names from when one calendar was read', async () => {
    const { vendor, access, http, put, take, main, other } = googleHouse();
    put('shared', 'Wedding', main);
    put('shared', 'Wedding, Ana', other);
    const first = await look(vendor, access(whole(other)), http, null);
    const [own, invited] = [first.told.find((one) => one.calendarRemote?.id === main), first.told.find((one) => one.calendarRemote?.id === other)];
    expect(own?.remote.id).toBe('shared');
    expect(invited?.remote.id).not.toBe('shared');
    expect(new Set(first.keys)).toHaveLength(2);
    take('shared', other);
    const next = await look(vendor, access(whole(other)), http, first.cursor);
    expect(next.told).toMatchObject([{ deleted: true, remote: { id: invited?.remote.id } }]);
    // Another calendar was entered at the connection: what it is called stays as it was.
    const entered = { ...access(whole(main, other)), settings: { ...access().settings, calendarId: other } };
    put('shared', 'Wedding, again', main);
    expect((await look(vendor, entered, http, next.cursor)).told).toMatchObject([{ remote: { id: 'shared' }, calendarRemote: { id: main } }]);
  });

  it('takes turns, so that a long calendar does not hold up the others', async () => {
    const { fake, vendor, access, http, put, calls, main, other } = googleHouse();
    fake.page = 2;
    for (let n = 0; n < 9; n += 1) put(`m${n}`, `Main ${n}`, main);
    put('t', 'Team', other);
    await look(vendor, access(whole(other)), http, null);
    expect(calls().slice(0, 3)).toEqual(['primary', other, 'primary']);
  });

  it('reads everything once more where one calendar was read until now', async () => {
    const { vendor, access, http, put, main } = googleHouse();
    put('a', 'Main', main);
    const upgraded = await look(vendor, access(), http, JSON.stringify({ calendar: main, sync: 's1' }));
    expect(upgraded.told).toMatchObject([{ remote: { id: 'a' }, calendarRemote: { id: main } }]);
    expect((await look(vendor, access(), http, upgraded.cursor)).told).toEqual([]);
  });
});

describe('Outlook: a cursor from when one calendar was read', () => {
  it('goes on where it stood until its round is over', async () => {
    const { fake, vendor, access, http, put, main } = graphHouse();
    put('a', 'Main', main);
    const before = JSON.stringify({ calendar: main, round: NOW - DAY_MS, link: `${fake.base}/me/calendarView/delta?$deltatoken=${fake.changes.length}` });
    put('b', 'New', main);
    const next = await look(vendor, access(), http, before);
    expect(seen(next)).toEqual([`${main}: New`]);
    expect(seen(await look(vendor, access(), http, next.cursor, NOW + 30 * DAY_MS))).toEqual([`${main}: Main`, `${main}: New`]);
  });
});
