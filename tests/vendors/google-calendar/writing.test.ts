import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CallPorts, ConnectionAccess } from '../../../core/vendors/calling.ts';
import { googleCalendar } from '../../../core/vendors/google-calendar/index.ts';
import { contractFile, haveContracts } from '../contractFiles.ts';
import { moved, OUR_ID, outgoing, valueOf } from '../calendarWrites.ts';
import { describedBy } from '../described.ts';
import { clockAt, stored } from '../ports.ts';
import { FakeGoogle } from './fake.ts';

const NOW = 1_793_000_100_000;
const file = contractFile('google-calendar', 'calendar-v3.discovery.json');
const CAL = '/calendars/x/events';
const described = haveContracts(file) ? describedBy(file, ['/users/me/calendarList', '/channels/stop', CAL, `${CAL}/watch`, `${CAL}/1`]) : null;
const part = googleCalendar.calendar!;
const poll = googleCalendar.poll!;

let google: FakeGoogle;
let ports: CallPorts;
let access: ConnectionAccess;
beforeEach(() => {
  google = new FakeGoogle(described);
  ports = { http: google.http, clock: clockAt(NOW) };
  access = { connectionId: '0199a000-0000-7000-8000-00000000c016', settings: { baseUrl: google.base, calendarId: google.calendarId }, secrets: { accessToken: google.token } };
});
afterEach(() => expect(google.wrong).toEqual([]));

const write = (...rest: [Parameters<typeof part.write>[3], Parameters<typeof part.write>[4]]) => part.write(ports, access, google.calendarId, ...rest);
const make = async (event = outgoing(), key = OUR_ID) => valueOf(await write(event, { kind: 'create', key }));
const read = async (remoteId: string) => valueOf(await part.read(ports, access, google.calendarId, remoteId));
const sentBody = (at = -1): Record<string, unknown> => JSON.parse(google.asked.at(at)?.body ?? '{}') as Record<string, unknown>;

describe('Google Calendar: writing', () => {
  it('lists the calendars, and which of them may be written', async () => {
    expect(valueOf(await part.calendars(ports, access))).toEqual([
      { remoteId: 'events@orchard.example', name: 'events@orchard.example', zone: 'Europe/London', mayWrite: true, primary: true, colour: '#9fe1e7' },
      { remoteId: google.calendarId, name: 'Weddings', zone: 'Europe/London', mayWrite: true, primary: false, colour: '#9fe1e7' },
      { remoteId: 'holidays@group.v.calendar.google.com', name: 'holidays@group.v.calendar.google.com', zone: 'Europe/London', mayWrite: false, primary: false, colour: '#9fe1e7' },
    ]);
  });

  it('makes an entry that is read as it was meant, mails nobody, and is known as ours by the next look', async () => {
    const event = outgoing({ attendees: [{ email: 'Ada@example.org', name: 'Ada' }] });
    const made = await make(event);
    expect(google.asked.at(-1)?.url).toContain('sendUpdates=none');
    expect(sentBody()).toMatchObject({ attendees: [{ email: 'ada@example.org', displayName: 'Ada' }], reminders: { useDefault: false, overrides: [{ method: 'popup', minutes: 1440 }, { method: 'popup', minutes: 60 }] } });
    expect(await read(made.remoteId)).toEqual({
      remoteId: made.remoteId, etag: made.etag, sequence: 0, ourId: OUR_ID, title: 'Tasting: Ada & Ben', description: 'Menu two; bring the list', place: 'Orangery, east door', when: event.when, status: 'confirmed', busy: true,
      changedAt: 1_793_000_001_000, answers: expect.any(Array) as unknown, reminders: [1440, 60],
    });
    const look = valueOf(await poll.read(null, access, ports));
    expect(look.items.map((item) => part.originOf((JSON.parse(item.body) as { event: unknown }).event))).toEqual([OUR_ID]);
    expect(poll.normalise(stored(look.items[0]?.body ?? ''))).toMatchObject({ ok: true, value: { changes: [{ ourId: OUR_ID, remote: { id: made.remoteId } }] } });
  });

  it('makes one entry of one key, also where the answer was lost, and none where it was deleted', async () => {
    google.loseAnswer = true;
    expect(await write(outgoing(), { kind: 'create', key: OUR_ID })).toMatchObject({ ok: false, error: { code: 'normalise.reread_failed', retryable: true } });
    expect(await make()).toMatchObject({ already: true, sequence: 0 });
    expect(google.events.size).toBe(1);
    const [id] = [...google.events.keys()];
    google.edit(id ?? '', null);
    expect(await write(outgoing(), { kind: 'create', key: OUR_ID })).toMatchObject({ ok: false, error: { code: 'calendar.gone' } });
    expect(await make(outgoing(), `${OUR_ID}.2`)).toMatchObject({ already: false });
    google.edit(id ?? '', { extendedProperties: { private: { wedsync_id: '0199a000-0000-7000-8000-0000000ca1ff' } }, status: 'confirmed' });
    expect(await write(outgoing(), { kind: 'create', key: OUR_ID })).toMatchObject({ ok: false, error: { code: 'calendar.refused' } });
  });

  it('moves, turns into whole days and back, hides, cancels and brings back', async () => {
    const made = await make();
    const { remoteId } = made;
    let { etag } = made;
    const change = async (event: ReturnType<typeof outgoing>) => {
      const done = valueOf(await write(event, { kind: 'update', remoteId, etag: etag ?? '' }));
      ({ etag } = done);
      return read(remoteId);
    };
    expect(await change(moved())).toMatchObject({ when: moved().when, etag, sequence: 1 });
    const days = { kind: 'days', from: '2027-06-20', until: '2027-06-22', zone: 'Europe/London' } as const;
    expect(await change(outgoing({ when: days, status: 'tentative', busy: false }))).toMatchObject({ when: { kind: 'days', from: '2027-06-20', until: '2027-06-22' }, status: 'tentative', busy: false });
    expect(await change(outgoing({ privacy: 'title' }))).toMatchObject({ title: 'Tasting: Ada & Ben', description: null, place: null, when: outgoing().when });
    expect(await change(outgoing({ privacy: 'busy' }))).toMatchObject({ title: 'Busy' });
    expect(JSON.stringify(google.events.get(remoteId))).not.toMatch(/Ada|Menu|Orangery/);
    expect(await change(outgoing({ status: 'cancelled' }))).toBeNull();
    expect(await change(outgoing())).toMatchObject({ status: 'confirmed', title: 'Tasting: Ada & Ben' });
  });

  it('keeps what people have answered, and what it does not speak about', async () => {
    const ada = { email: 'ada@example.org', name: 'Ada' };
    const { remoteId } = await make(outgoing({ attendees: [ada] }));
    google.edit(remoteId, { attendees: [{ email: 'ada@example.org', responseStatus: 'accepted' }], colorId: '5' });
    const { etag } = (await read(remoteId))!;
    const { description: _left, ...event } = outgoing({ attendees: [ada, { email: 'ben@example.org', name: null }] });
    valueOf(await write(event, { kind: 'update', remoteId, etag: etag ?? '' }));
    expect(google.events.get(remoteId)).toMatchObject({ colorId: '5', description: 'Menu two; bring the list', attendees: [{ email: 'ada@example.org', responseStatus: 'accepted', displayName: 'Ada' }, { email: 'ben@example.org' }] });
  });

  it('overwrites nothing that somebody has changed', async () => {
    const { remoteId, etag } = await make();
    google.edit(remoteId, { summary: 'Theirs' });
    const condition = { kind: 'update', remoteId, etag: etag ?? '' } as const;
    expect(await write(moved(), condition)).toMatchObject({ ok: false, error: { code: 'calendar.changed_there', retryable: false } });
    expect(await write({ ...moved(), attendees: [{ email: 'ada@example.org', name: null }] }, condition)).toMatchObject({ ok: false, error: { code: 'calendar.changed_there' } });
    expect(await part.remove(ports, access, google.calendarId, remoteId, etag)).toEqual({ ok: true, value: 'changed_there' });
    const found = await read(remoteId);
    expect(found?.title).toBe('Theirs');
    expect(await part.remove(ports, access, google.calendarId, remoteId, found?.etag ?? '')).toEqual({ ok: true, value: 'done' });
    expect(await part.remove(ports, access, google.calendarId, remoteId, null)).toEqual({ ok: true, value: 'already_gone' });
    expect(await write(moved(), { kind: 'update', remoteId: 'neverwas', etag: '"1"' })).toMatchObject({ ok: false, error: { code: 'calendar.gone' } });
  });

  it('tells a limit from a calendar that may not be written, and waits as long as it is told', async () => {
    const refusal = (status: number, reason: string, headers = {}) => ({ status, headers, body: JSON.stringify({ error: { errors: [{ reason }], code: status } }) });
    google.next = refusal(403, 'rateLimitExceeded', { 'retry-after': '9' });
    expect(await write(outgoing(), { kind: 'create', key: OUR_ID })).toMatchObject({ ok: false, error: { code: 'normalise.reread_failed', retryable: true, retryAfterMs: 9000 } });
    google.next = refusal(403, 'requiredAccessLevel');
    expect(await write(outgoing(), { kind: 'create', key: OUR_ID })).toMatchObject({ ok: false, error: { code: 'calendar.forbidden', retryable: false } });
    google.next = refusal(400, 'timeRangeEmpty');
    expect(await write(outgoing(), { kind: 'create', key: OUR_ID })).toMatchObject({ ok: false, error: { code: 'calendar.refused', retryable: false } });
  });

  it('brings everything again after a forgotten token, and our own writes as ours', async () => {
    const { remoteId } = await make();
    const first = valueOf(await poll.read(null, access, ports));
    valueOf(await write(moved(), { kind: 'update', remoteId, etag: (await read(remoteId))?.etag ?? '' }));
    const news = valueOf(await poll.read(first.cursor, access, ports));
    expect(news.items).toHaveLength(1);
    google.forgotten = google.changes.length + 1;
    const again = valueOf(await poll.read(news.cursor, access, ports));
    expect(again.items.map((item) => part.originOf((JSON.parse(item.body) as { event: unknown }).event))).toEqual([OUR_ID]);
  });
});

describe('Google Calendar: channels', () => {
  const wish = (n: number) => ({ channelId: `0199a000-0000-7000-8000-00000000c00${n}`, address: 'https://hooks.example.test/google', lifecycleAddress: null, token: 'secret', until: NOW + 86_400_000 });

  it('opens one, opens the next beside it, and stops the first', async () => {
    const watch = part.watch!;
    const first = valueOf(await watch.open(ports, access, google.calendarId, wish(1)));
    expect(first).toEqual({ channelId: wish(1).channelId, resourceId: `resource-${google.calendarId}`, expiresAt: NOW + 86_400_000 });
    const next = valueOf(await watch.renew(ports, access, google.calendarId, first, wish(2)));
    expect(next).toMatchObject({ replaces: true, channel: { channelId: wish(2).channelId } });
    expect(google.channels.size).toBe(2);
    expect(await watch.stop(ports, access, first)).toEqual({ ok: true, value: 'done' });
    expect(await watch.stop(ports, access, first)).toEqual({ ok: true, value: 'already_gone' });
    expect([...google.channels.keys()]).toEqual([wish(2).channelId]);
    expect(await watch.open(ports, access, google.calendarId, { ...wish(3), address: 'http://plain.example' })).toMatchObject({ ok: false, error: { code: 'calendar.refused' } });
  });
});
