import { describe, expect, it } from 'vitest';
import type { Change } from '../../core/domain/record/changes.ts';
import type { Http } from '../../core/ports/ports.ts';
import { caldav } from '../../core/vendors/caldav/index.ts';
import { feedPart } from '../../core/vendors/feeds.ts';
import { googleCalendar } from '../../core/vendors/google-calendar/index.ts';
import { microsoftGraph } from '../../core/vendors/microsoft-graph/index.ts';
import type { ConnectionAccess } from '../../core/vendors/calling.ts';
import type { VendorModule } from '../../core/vendors/vendor.ts';
import { OUR_ID, valueOf } from './calendarWrites.ts';
import { FakeGoogle } from './google-calendar/fake.ts';
import { samples as google } from './google-calendar/samples.ts';
import { samples as graph } from './microsoft-graph/samples.ts';
import { clockAt, stored } from './ports.ts';

/** Which calendar an entry stands in is told in the very words by which the list of calendars names it. */

const NOW = 1_793_000_100_000;
type Told = Extract<Change, { kind: 'calendarEvent' }>;

async function lookAll(vendor: VendorModule, access: ConnectionAccess, http: Http, cursor: string | null = null): Promise<{ told: Told[]; cursor: string | null }> {
  const told: Told[] = [];
  for (let more = true; more;) {
    const page = valueOf(await vendor.poll!.read(cursor, access, { http, clock: clockAt(NOW) }));
    for (const { body, event } of page.items) {
      const meant = vendor.poll!.normalise(stored(body, { vendorEvent: event, settings: access.settings }));
      if (meant.ok && meant.value.kind === 'changes') told.push(...meant.value.changes.filter((one) => one.kind === 'calendarEvent'));
    }
    ({ cursor, more } = page);
  }
  return { told, cursor };
}
const refsOf = (told: readonly Told[]) => [...new Set(told.map((one) => one.calendarRemote?.id))];

/** Sends what the list of calendars is asked to `fake`, everything else to `respond`. */
const beside = (fake: Http, path: string, respond: (request: Parameters<Http['send']>[0]) => ReturnType<Http['send']>, asked: string[]): Http => ({
  send: (request) => {
    asked.push(new URL(request.url).pathname);
    return new URL(request.url).pathname.endsWith(path) ? fake.send(request) : respond(request);
  },
});

describe('Google', () => {
  it('names the calendar that was entered, also for what was cancelled', async () => {
    const { told } = await lookAll(googleCalendar, google.access, { send: (request) => Promise.resolve(google.poll!.respond(request)) });
    expect(told.some((one) => one.deleted === true)).toBe(true);
    expect(refsOf(told)).toEqual(['team@orchard.example']);
    expect(told[0]?.calendarRemote?.type).toBe('calendar');
  });

  it('finds the main one once, keeps it, and goes on where it stood', async () => {
    const fake = new FakeGoogle(null);
    const access = { ...google.access, settings: { baseUrl: google.access.settings['baseUrl']! } };
    const asked: string[] = [];
    const http = beside(fake.http, '/users/me/calendarList', (request) => Promise.resolve(google.poll!.respond({ ...request, url: request.url.replace('/calendars/primary/', '/calendars/team%40orchard.example/') })), asked);
    const all = valueOf(await googleCalendar.calendar!.calendars({ http, clock: clockAt(NOW) }, access));
    const main = all.find((one) => one.primary)!.remoteId;
    asked.length = 0;
    const { told, cursor } = await lookAll(googleCalendar, access, http, '{"sync":null}');
    expect(refsOf(told)).toEqual([main]);
    await lookAll(googleCalendar, access, http, cursor);
    expect(asked.filter((path) => path.endsWith('calendarList'))).toHaveLength(1);
    expect(googleCalendar.calendar!.reads(access, all)).toEqual([main]);
    expect(googleCalendar.calendar!.reads(google.access, all)).toEqual(['team@orchard.example']);
  });

  it('tells entries without it where the list may not be read, and tries again where nobody answered', async () => {
    const access = { ...google.access, settings: { baseUrl: google.access.settings['baseUrl']! } };
    const answering = (status: number): Http => ({
      send: (request) => Promise.resolve(request.url.includes('calendarList') ? { status, headers: {}, body: '{}' } : google.poll!.respond({ ...request, url: request.url.replace('/primary/', '/team%40orchard.example/') })),
    });
    const { told } = await lookAll(googleCalendar, access, answering(403));
    expect(told.length).toBeGreaterThan(0);
    expect(refsOf(told)).toEqual([undefined]);
    expect(await googleCalendar.poll!.read(null, access, { http: answering(503), clock: clockAt(NOW) })).toMatchObject({ ok: false, error: { retryable: true } });
  });
});

describe('Outlook', () => {
  it('finds the main one once and names it, also for what was removed', async () => {
    const asked: string[] = [];
    const list: Http = { send: () => Promise.resolve({ status: 200, headers: {}, body: JSON.stringify({ value: [{ id: 'AAMkOther=' }, { id: 'AAMkMain=', isDefaultCalendar: true }] }) }) };
    const http = beside(list, '/me/calendars', (request) => Promise.resolve(graph.poll!.respond(request)), asked);
    const { told, cursor } = await lookAll(microsoftGraph, graph.access, http);
    expect(told.some((one) => one.deleted === true)).toBe(true);
    expect(refsOf(told)).toEqual(['AAMkMain=']);
    await lookAll(microsoftGraph, graph.access, http, cursor);
    expect(asked.filter((path) => path.endsWith('/me/calendars'))).toHaveLength(1);
    const all = valueOf(await microsoftGraph.calendar!.calendars({ http, clock: clockAt(NOW) }, graph.access));
    expect(microsoftGraph.calendar!.reads(graph.access, all)).toEqual(['AAMkMain=']);
    expect(microsoftGraph.calendar!.reads({ settings: { calendarId: 'AAMkOther=' } }, all)).toEqual(['AAMkOther=']);
  });
});

describe('leave to write', () => {
  const writable = async (vendor: VendorModule, access: ConnectionAccess, http: Http) =>
    valueOf(await vendor.calendar!.calendars({ http, clock: clockAt(NOW) }, access)).map((one) => one.mayWrite);

  it('is asked for, and where only reading was allowed no calendar may be written', async () => {
    const scopes = googleCalendar.manifest.oauth!.scopes;
    const fake = new FakeGoogle(null);
    expect(await writable(googleCalendar, google.access, fake.http)).toEqual([true, true, false]);
    expect(await writable(googleCalendar, { ...google.access, granted: scopes }, fake.http)).toEqual([true, true, false]);
    expect(await writable(googleCalendar, { ...google.access, granted: ['https://www.googleapis.com/auth/calendar.readonly'] }, fake.http)).toEqual([false, false, false]);
  });

  it('is known whichever way Microsoft writes it', async () => {
    const http: Http = { send: () => Promise.resolve({ status: 200, headers: {}, body: JSON.stringify({ value: [{ id: 'a', canEdit: true }, { id: 'b', canEdit: false }, { id: 'c' }] }) }) };
    for (const granted of [['Calendars.ReadWrite'], ['https://graph.microsoft.com/Calendars.ReadWrite'], microsoftGraph.manifest.oauth!.scopes]) expect(await writable(microsoftGraph, { ...graph.access, granted }, http)).toEqual([true, false, null]);
    expect(await writable(microsoftGraph, { ...graph.access, granted: ['Calendars.Read'] }, http)).toEqual([false, false, false]);
  });
});

describe('CalDAV', () => {
  const entry = {
    href: '/ada/calendars/weddings/a.ics', calendarPath: '/ada/calendars/weddings/', calendarRef: 'https://dav.test/ada/calendars/weddings/', uid: 'a', recurrenceId: null, title: 'Held', description: null, place: null,
    startsAt: '2026-11-21T10:00:00.000Z', endsAt: '2026-11-21T11:00:00.000Z', allDay: false, zone: null, status: 'confirmed', busy: true, calendar: 'Weddings', gone: false,
  };
  const settings = { feedMeans: 'bookings', trade: 'florist', vendorName: 'Stem' };
  const meant = (change: object, as: Readonly<Record<string, string>> = settings) => {
    const read = caldav.poll!.normalise(stored(JSON.stringify({ ...entry, ...change }), { vendorEvent: 'entry', settings: as }));
    return read.ok && read.value.kind === 'changes' ? read.value.changes[0] : read;
  };

  it('chooses by name as a look does', () => {
    const calendar = (remoteId: string, name: string) => ({ remoteId, name, zone: null, mayWrite: true, primary: false, colour: null });
    const all = [calendar('https://dav.test/ada/weddings/', 'Weddings'), calendar('https://dav.test/ada/team/', 'Team')];
    expect(caldav.calendar!.reads({ settings: {} }, all)).toHaveLength(2);
    expect(caldav.calendar!.reads({ settings: { calendars: 'team' } }, all)).toEqual(['https://dav.test/ada/team/']);
    expect(caldav.calendar!.reads({ settings: { calendars: '/ada/weddings' } }, all)).toEqual(['https://dav.test/ada/weddings/']);
  });

  it('never takes what we have written for a booking of the vendor, also once it is gone', () => {
    expect(meant({})).toMatchObject({ kind: 'booking', remote: { type: 'dav_booking' } });
    expect(meant({ ourId: OUR_ID })).toMatchObject({ kind: 'calendarEvent', remote: { type: 'dav_entry' }, ourId: OUR_ID, calendarRemote: { id: entry.calendarRef } });
    expect(meant({ href: '/ada/calendars/weddings/wedsync-3031.ics', gone: true, status: 'cancelled' })).toMatchObject({ kind: 'calendarEvent', deleted: true });
    expect(meant({ href: '/ada/calendars/weddings/wedsync-notes.ics', gone: true })).toMatchObject({ kind: 'booking', fields: { status: 'cancelled' } });
  });

  it('leaves it out where the source does not tell', () => {
    const feed = feedPart({ means: 'events' });
    const read = feed.normalise(stored(JSON.stringify({ ...entry, calendarRef: undefined })));
    expect(read.ok && read.value.kind === 'changes' ? read.value.changes[0] : null).not.toHaveProperty('calendarRemote');
  });
});
