import { describe, expect, it } from 'vitest';
import type { Change } from '../../../core/domain/record/changes.ts';
import type { HttpRequest } from '../../../core/ports/ports.ts';
import { googleCalendar } from '../../../core/vendors/google-calendar/index.ts';
import { always } from '../../conformance/fits.ts';
import { cursorAt, placeIn } from '../calendarCursor.ts';
import { clockAt, hashing, noCertificates, proverOf, stored, webhookOf } from '../ports.ts';
import { EVENTS, respond, samples } from './samples.ts';

const { access, nowMs } = samples;
const part = webhookOf(googleCalendar);
const poll = googleCalendar.poll!;
const [delivery] = samples.deliveries;

function notice(change: Record<string, string>, as = access) {
  const request = proverOf(samples)(new Uint8Array());
  return part.verify({ ...request, headers: { ...request.headers, ...delivery?.headers, ...change } }, as, { hashing, clock: clockAt(nowMs), certificates: noCertificates });
}

function eventOf(event: unknown, more: Record<string, unknown> = {}, settings = {}): Extract<Change, { kind: 'calendarEvent' }> {
  const meant = poll.normalise(stored(JSON.stringify({ event, calendar: 'Weddings', zone: 'Europe/London', ...more }), { settings }));
  if (!meant.ok || meant.value.kind !== 'changes' || meant.value.changes[0]?.kind !== 'calendarEvent') throw new Error(JSON.stringify(meant));
  return meant.value.changes[0];
}

describe('notices', () => {
  it('makes us look, and keeps nothing of the token', () => {
    const answer = notice({});
    expect(answer).toMatchObject({ ok: true, value: { deliveryKey: '0199a000-0000-7000-8000-0000000000cc.10', vendorEvent: 'exists' } });
    expect(JSON.stringify(answer)).not.toContain(access.secrets['channelToken']);
    expect(part.normalise(stored('{}', { vendorEvent: 'exists' }))).toEqual({ ok: true, value: { kind: 'poll' } });
  });

  it('keeps nothing of the opening of a channel', () => expect(notice({ 'x-goog-resource-state': 'sync' })).toMatchObject({ ok: true, value: { nothing: true } }));

  it('takes the token of any channel that is open, and no other', () => {
    const two = { ...access, secrets: { channelToken: 'new old' } };
    for (const token of ['new', 'old']) expect(notice({ 'x-goog-channel-token': token }, two).ok).toBe(true);
    expect(notice({ 'x-goog-channel-token': 'NEW' }, two)).toEqual({ ok: false, error: 'intake.signature_wrong' });
    expect(notice({ 'x-goog-channel-token': 'new old' }, two)).toEqual({ ok: false, error: 'intake.signature_wrong' });
    expect(notice({ 'x-goog-message-number': '1, 2' })).toEqual({ ok: false, error: 'intake.signature_malformed' });
  });
});

describe('looking', () => {
  it('asks each page as the first, and later only for what has changed', async () => {
    const asked: URLSearchParams[] = [];
    const http = { send: (request: HttpRequest) => (asked.push(new URL(request.url).searchParams), Promise.resolve(respond(request))) };
    let cursor: string | null = null;
    for (let i = 0; i < 3; i += 1) {
      // Time goes on while pages are read.
      let now = nowMs + i * 60_000;
      const read = await poll.read(cursor, access, { http, clock: { now: () => (now += 1_000) - 1_000 } });
      if (!read.ok) throw new Error(read.error.message);
      cursor = read.value.cursor;
    }
    const [first, second, third] = asked.map((query) => query.get('timeMin'));
    expect([first?.slice(0, 16), second, third]).toEqual(['2026-09-25T07:35', first, null]);
    expect(asked[2]?.get('syncToken')).toBe('sync-1');
  });

  it('starts again when the token is forgotten, and not for ever', async () => {
    const ports = { http: { send: (request: HttpRequest) => Promise.resolve(respond(request)) }, clock: clockAt(nowMs) };
    const read = await poll.read(cursorAt('team@orchard.example', { sync: 'sync-old' }), access, ports);
    const rest = await poll.read(read.ok ? read.value.cursor : null, access, ports);
    expect([read, rest]).toMatchObject([{ ok: true, value: { more: true } }, { ok: true, value: { more: false } }]);
    if (!read.ok || !rest.ok) throw new Error('not read');
    expect([read.value.items.length + rest.value.items.length, placeIn(rest.value.cursor, 'team@orchard.example')]).toEqual([EVENTS.length, { sync: 'sync-1' }]);
    expect(await poll.read(null, access, { http: always({ status: 410, headers: {}, body: '{}' }), clock: clockAt(nowMs) })).toMatchObject({ ok: false, error: { retryable: false } });
  });

  it('tells a limit from a refusal, though both are 403', async () => {
    const ask = (body: string) => poll.read(null, access, { http: always({ status: 403, headers: {}, body }), clock: clockAt(nowMs) });
    expect(await ask('{"error":{"errors":[{"reason":"rateLimitExceeded"}],"code":403}}')).toMatchObject({ ok: false, error: { retryable: true } });
    expect(await ask('{"error":{"errors":[{"reason":"forbidden"}],"code":403}}')).toMatchObject({ ok: false, error: { retryable: false } });
  });

  it('never lets a calendar become a path', async () => {
    for (const calendarId of ['../users/me', '..', '.', 'a/b', 'a?b', '#', 'a..b']) {
      const read = await poll.read(null, { ...access, settings: { calendarId } }, { http: { send: () => Promise.reject(new Error('asked')) }, clock: clockAt(nowMs) });
      expect(read, calendarId).toMatchObject({ ok: false, error: { code: 'normalise.reread_refused' } });
    }
  });
});

describe('mapping', () => {
  it('reads an entry', () => {
    expect(eventOf(EVENTS[0])).toEqual({
      kind: 'calendarEvent', remote: { type: 'event', id: 'viewing1', version: '2026-10-20T08:00:00.000Z' }, wedding: { weddingId: null, email: 'ada@example.org', date: '2026-11-21' }, occurredAt: '2026-10-20T08:00:00.000Z',
      fields: {
        title: 'Viewing: Ada & Ben', calendar: 'Weddings', place: 'Orchard Barn', startsAt: '2026-11-21T10:00:00.000Z', endsAt: '2026-11-21T11:00:00.000Z', allDay: false, zone: 'Europe/London', status: 'confirmed', busy: true,
      },
    });
  });

  it('puts whole days at the midnights of the calendar, also over a change of the clocks', () => {
    expect(eventOf(EVENTS[1]).fields).toMatchObject({ allDay: true, startsAt: '2026-06-30T23:00:00.000Z', endsAt: '2026-07-02T23:00:00.000Z', busy: false, status: 'tentative' });
    const autumn = { id: 'x', status: 'confirmed', start: { date: '2026-10-25' }, end: { date: '2026-10-26' } };
    expect(eventOf(autumn).fields).toMatchObject({ startsAt: '2026-10-24T23:00:00.000Z', endsAt: '2026-10-26T00:00:00.000Z' });
    expect(eventOf(autumn, { zone: null }, { zone: 'America/New_York' }).fields).toMatchObject({ startsAt: '2026-10-25T04:00:00.000Z', zone: 'America/New_York' });
    expect(eventOf(autumn, { zone: 'Moon/Base' }).fields).toMatchObject({ startsAt: '2026-10-25T00:00:00.000Z', zone: null });
  });

  it('takes cancelled ones away, ids of any length apart', () => {
    expect(eventOf(EVENTS[3])).toMatchObject({ deleted: true, remote: { id: 'gone1', version: null } });
    const ids = ['a'.repeat(1024), `${'a'.repeat(1023)}b`].map((id) => eventOf({ id, status: 'cancelled' }).remote.id);
    expect(new Set(ids).size).toBe(2);
  });

  it('sets aside what has no time, and ignores what is no plan', () => {
    for (const event of [{}, { id: 'x' }, { id: 'x', start: { date: '2026-02-30' }, end: { date: '2026-03-01' } }, { id: 'x', start: { dateTime: '2026-01-01T10:00:00Z' }, end: { dateTime: '2026-01-01T09:00:00Z' } }]) {
      expect(poll.normalise(stored(JSON.stringify({ event })))).toMatchObject({ ok: false, error: { code: 'normalise.shape_unknown' } });
    }
    expect(poll.normalise(stored(JSON.stringify({ event: EVENTS[4] })))).toEqual({ ok: true, value: { kind: 'ignored', why: 'workingLocation is no plan' } });
  });
});
