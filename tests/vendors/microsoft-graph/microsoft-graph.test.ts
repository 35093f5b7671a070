import { describe, expect, it } from 'vitest';
import type { Change } from '../../../core/domain/record/changes.ts';
import { microsoftGraph } from '../../../core/vendors/microsoft-graph/index.ts';
import { always } from '../../conformance/fits.ts';
import { cursorAt, placeIn } from '../calendarCursor.ts';
import { bytes, call, clockAt, fixture, hashing, noCertificates, stored, webhookOf } from '../ports.ts';
import { BASE, EVENTS, respond, samples, STATE } from './samples.ts';

const { access, nowMs } = samples;
const part = webhookOf(microsoftGraph);
const poll = microsoftGraph.poll!;
const verify = (body: unknown, secrets = access.secrets) =>
  part.verify(call(typeof body === 'string' ? bytes(body) : bytes(JSON.stringify(body)), {}), { ...access, secrets }, { hashing, clock: clockAt(nowMs), certificates: noCertificates });
const parsed = (name: string) => JSON.parse(fixture('microsoft-graph', name)) as { value: Record<string, unknown>[] };
const http = { send: (request: Parameters<typeof respond>[0]) => Promise.resolve(respond(request)) };

function eventOf(event: unknown, settings = {}): Extract<Change, { kind: 'calendarEvent' }> {
  const meant = poll.normalise(stored(JSON.stringify({ event }), { settings }));
  if (!meant.ok || meant.value.kind !== 'changes' || meant.value.changes[0]?.kind !== 'calendarEvent') throw new Error(JSON.stringify(meant));
  return meant.value.changes[0];
}

describe('notices', () => {
  it('drops wrong items, answers 202 all the same, and stores no secret', () => {
    const mixed = parsed('updated');
    mixed.value[1]!['clientState'] = 'forged';
    const answer = verify(mixed);
    if (!answer.ok) throw new Error(answer.error);
    expect(answer.value).toMatchObject({ vendorEvent: 'updated', reply: { status: 202 } });
    expect(answer.value.bodyText).not.toContain('AAMk2=');
    expect(answer.value.bodyText).not.toContain(STATE);
    for (const clientState of ['', 'forged', STATE.toUpperCase(), `${STATE}0`, STATE.slice(0, -1), null, 7, { a: 1 }]) {
      expect(verify({ value: [{ ...parsed('created').value[0], clientState }] })).toMatchObject({ ok: true, value: { nothing: true, reply: { status: 202 } } });
    }
    for (const body of [{}, { value: 7 }, { value: [] }, { value: [null, 7] }]) expect(verify(body)).toMatchObject({ ok: true, value: { nothing: true } });
  });

  it('takes the state of any channel that is open, and refuses what is no object of text', () => {
    const two = { channelToken: 'new old' };
    for (const clientState of ['new', 'old']) expect(verify({ value: [{ ...parsed('created').value[0], clientState }] }, two)).not.toMatchObject({ value: { nothing: true } });
    for (const text of ['', '[]', 'null', '<html>']) expect(verify(text)).toEqual({ ok: false, error: 'intake.body_not_json' });
    const bad = part.verify(call(new Uint8Array([0x7b, 0xff]), {}), access, { hashing, clock: clockAt(0), certificates: noCertificates });
    expect(bad).toEqual({ ok: false, error: 'intake.body_not_utf8' });
  });

  it('knows a batch again in another order', () => {
    const turned = parsed('updated');
    turned.value.reverse();
    const [a, b, c] = [verify(parsed('updated')), verify(turned), verify({ value: turned.value.slice(1) })];
    expect(a.ok && b.ok && a.value.deliveryKey === b.value.deliveryKey).toBe(true);
    expect(a.ok && c.ok && a.value.deliveryKey === c.value.deliveryKey).toBe(false);
  });

  it('makes us look, or says why not', () => {
    for (const event of ['created', 'updated', 'deleted', 'missed']) expect(part.normalise(stored('{}', { vendorEvent: event }))).toEqual({ ok: true, value: { kind: 'poll' } });
    expect(part.normalise(stored('{}', { vendorEvent: 'acl' }))).toMatchObject({ value: { kind: 'ignored' } });
  });

  it('tells which subscription ends or has ended, also beside news', () => {
    const subscription = parsed('subscriptionRemoved').value[0]?.['subscriptionId'];
    const meant = (...names: string[]) => {
      const answer = verify({ value: names.flatMap((name) => parsed(name).value) });
      if (!answer.ok) throw new Error(answer.error);
      return part.normalise(stored(answer.value.bodyText, { vendorEvent: answer.value.vendorEvent }));
    };
    expect(meant('reauthorizationRequired')).toEqual({ ok: true, value: { kind: 'poll', channels: [{ remoteId: subscription, state: 'ending' }] } });
    expect(meant('subscriptionRemoved', 'deleted')).toEqual({ ok: true, value: { kind: 'poll', channels: [{ remoteId: subscription, state: 'gone' }] } });
    expect(meant('missed')).toEqual({ ok: true, value: { kind: 'poll' } });
  });

  it('asks back only what is asked by POST', () => {
    expect(part.handshake?.(call(bytes(''), {}, { method: 'GET', query: { validationToken: 'x' } }), access, { hashing })).toBeNull();
    expect(part.handshake?.(call(bytes(''), {}, { query: { validationToken: 'a\nb' } }), access, { hashing })).toMatchObject({ status: 400 });
  });
});

describe('looking', () => {
  it('starts again when the state is forgotten, and when the window has grown old', async () => {
    const link = `${BASE}/me/calendarView/delta?$deltatoken=old`;
    for (const round of [nowMs, nowMs - 31 * 86_400_000]) {
      const anew = await poll.read(cursorAt('AAMkMain=', { round, link }), access, { http, clock: clockAt(nowMs) });
      const rest = await poll.read(anew.ok ? anew.value.cursor : null, access, { http, clock: clockAt(nowMs) });
      if (!anew.ok || !rest.ok) throw new Error('not read');
      expect([anew.value.items.length + rest.value.items.length, placeIn(rest.value.cursor, 'AAMkMain=')]).toEqual([EVENTS.length, { round: nowMs, link: `${BASE}/me/calendarView/delta?$deltatoken=one` }]);
    }
    expect(await poll.read(null, access, { http: always({ status: 410, headers: {}, body: '{}' }), clock: clockAt(nowMs) })).toMatchObject({ ok: false, error: { retryable: false } });
  });

  it('takes its sign-in nowhere else', async () => {
    const nowhere = { send: () => Promise.reject(new Error('asked')) };
    for (const link of ['https://evil.test/v1.0/me', `${BASE}.evil.test/me`, `http://graph.test/v1.0/me`]) {
      expect(await poll.read(cursorAt('AAMkMain=', { round: nowMs, link }), access, { http: nowhere, clock: clockAt(nowMs) })).toMatchObject({ ok: false, error: { code: 'normalise.reread_refused' } });
    }
    for (const calendarId of ['../users', 'a/b', 'a?b', '..']) {
      expect(await poll.read(null, { ...access, settings: { ...access.settings, calendarId } }, { http: nowhere, clock: clockAt(nowMs) })).toMatchObject({ ok: false, error: { code: 'normalise.reread_refused' } });
    }
  });

  it('gives an occurrence what it shares with its series, and leaves the long text out', async () => {
    const read = await poll.read(null, access, { http, clock: clockAt(nowMs) });
    if (!read.ok) throw new Error(read.error.message);
    expect(JSON.parse(read.value.items[3]?.body ?? '')).toMatchObject({ event: { id: 'AAMkocc=', subject: 'Team', type: 'occurrence' } });
    expect(read.value.items.map((item) => item.body).join()).not.toContain('<html>');
  });
});

describe('mapping', () => {
  it('reads an entry in the zone that it names', () => {
    expect(eventOf(EVENTS[0])).toMatchObject({
      remote: { id: 'AAMkviewing=', version: '2026-10-20T08:00:00.000Z' }, wedding: { email: 'ada@example.org', date: '2026-11-21' },
      fields: { title: 'Viewing: Ada & Ben', place: 'Orchard Barn', startsAt: '2026-11-21T10:00:00.000Z', endsAt: '2026-11-21T11:00:00.000Z', zone: 'Europe/London', status: 'confirmed', busy: true, allDay: false },
    });
    const summer = { id: 'x', type: 'singleInstance', start: { dateTime: '2026-07-01T10:00:00.0000000', timeZone: 'W. Europe Standard Time' }, end: { dateTime: '2026-07-01T11:00:00.0000000', timeZone: 'Europe/Berlin' } };
    expect(eventOf(summer).fields).toMatchObject({ startsAt: '2026-07-01T08:00:00.000Z', endsAt: '2026-07-01T09:00:00.000Z' });
    expect(eventOf(summer).fields).not.toHaveProperty('title');
  });

  it('puts whole days at their own midnights', () => {
    expect(eventOf(EVENTS[1]).fields).toMatchObject({ allDay: true, busy: false, startsAt: '2026-06-30T23:00:00.000Z', endsAt: '2026-07-02T23:00:00.000Z' });
    expect(eventOf({ ...EVENTS[1], originalStartTimeZone: 'tzone://Nowhere' }, { zone: 'America/New_York' }).fields).toMatchObject({ startsAt: '2026-07-01T04:00:00.000Z' });
  });

  it('takes away what is removed or cancelled, whatever version is held', () => {
    expect(eventOf(EVENTS[4])).toMatchObject({ deleted: true, remote: { version: null } });
    expect(eventOf({ ...EVENTS[0], isCancelled: true })).toMatchObject({ deleted: true });
  });

  it('sets aside what has no time that exists', () => {
    for (const event of [{}, { id: 'x' }, { id: 'x', start: { dateTime: '2026-07-01T10:00:00', timeZone: 'Moon' }, end: { dateTime: '2026-07-01T11:00:00', timeZone: 'Moon' } }]) {
      expect(poll.normalise(stored(JSON.stringify({ event })))).toMatchObject({ ok: false, error: { code: 'normalise.shape_unknown' } });
    }
  });
});
