import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CallPorts, ConnectionAccess } from '../../../core/vendors/calling.ts';
import { microsoftGraph } from '../../../core/vendors/microsoft-graph/index.ts';
import { contractFile, haveContracts, readContract } from '../contractFiles.ts';
import { moved, OUR_ID, outgoing, valueOf } from '../calendarWrites.ts';
import { describedBy } from '../described.ts';
import { clockAt, stored } from '../ports.ts';
import { FakeGraph } from './fake.ts';

const NOW = 1_793_000_100_000;
const file = contractFile('microsoft-graph', 'graph-calendar-subscriptions.trimmed.json');
const types = contractFile('microsoft-graph', 'graph-v1.0-types.from-csdl.json');
const described = haveContracts(file) ? describedBy(file, ['/me/calendars', '/me/events', '/me/events/1', '/me/calendars/1/events', '/subscriptions', '/subscriptions/1'], ['singleValueExtendedProperties']) : null;
const part = microsoftGraph.calendar!;

let graph: FakeGraph;
let ports: CallPorts;
let access: ConnectionAccess;
beforeEach(() => {
  graph = new FakeGraph(described);
  ports = { http: graph.http, clock: clockAt(NOW) };
  access = { connectionId: '0199a000-0000-7000-8000-00000000c017', settings: { baseUrl: graph.base }, secrets: { accessToken: graph.token } };
});
afterEach(() => expect(graph.wrong).toEqual([]));

const write = (...rest: [Parameters<typeof part.write>[3], Parameters<typeof part.write>[4]]) => part.write(ports, access, graph.calendarId, ...rest);
const make = async (event = outgoing(), key = OUR_ID) => valueOf(await write(event, { kind: 'create', key }));
const read = async (remoteId: string) => valueOf(await part.read(ports, access, graph.calendarId, remoteId));
const sent = (): Record<string, unknown> => JSON.parse(graph.asked.findLast(({ body }) => body !== undefined)?.body ?? '{}') as Record<string, unknown>;

describe('Outlook: writing', () => {
  it('lists the calendars of all pages, and takes the sign-in nowhere else', async () => {
    expect(valueOf(await part.calendars(ports, access)).map(({ name, mayWrite, primary }) => [name, mayWrite, primary])).toEqual([['Calendar', true, true], ['Weddings', true, false], ['Holidays', false, false]]);
    graph.next = { status: 200, headers: {}, body: JSON.stringify({ value: [], '@odata.nextLink': 'https://evil.test/v1.0/me/calendars' }) };
    const asked = graph.asked.length;
    expect(await part.calendars(ports, access)).toMatchObject({ ok: false });
    expect(graph.asked.length).toBe(asked + 1);
  });

  it('makes an entry that is read as it was meant, names nobody whom it may not mail, and is known as ours', async () => {
    const event = outgoing({ attendees: [{ email: 'ada@example.org', name: 'Ada' }] });
    const made = await make(event);
    expect(sent()).toMatchObject({ start: { dateTime: '2027-06-20T15:00:00', timeZone: 'GMT Standard Time' }, isReminderOn: true, reminderMinutesBeforeStart: 1440 });
    expect(sent()).not.toHaveProperty('attendees');
    expect(await read(made.remoteId)).toEqual({
      remoteId: made.remoteId, etag: made.etag, sequence: null, ourId: OUR_ID, title: 'Tasting: Ada & Ben', description: 'Menu two; bring the list', place: 'Orangery, east door', when: event.when, status: 'confirmed', busy: true,
      changedAt: Date.parse('2026-11-20T12:00:00Z'), answers: [], reminder: 1440,
    });
    // A look brings the transaction, and no extended properties.
    const { singleValueExtendedProperties: _own, ...shown } = graph.events.get(made.remoteId)!;
    expect(part.originOf(shown)).toBe(OUR_ID);
    expect(part.originOf({ ...shown, transactionId: 'localevent:1' })).toBeNull();
    expect(microsoftGraph.poll!.normalise(stored(JSON.stringify({ event: shown })))).toMatchObject({ ok: true, value: { changes: [{ ourId: OUR_ID }] } });
    await make({ ...event, invite: true }, 'invited');
    expect(sent()).toMatchObject({ attendees: [{ type: 'required', emailAddress: { address: 'ada@example.org', name: 'Ada' } }] });
  });

  it('has the category that was chosen, none where none was, and leaves theirs where nothing is said', async () => {
    await make(outgoing({ category: 'Weddings' }), 'chosen');
    expect(sent()).toMatchObject({ categories: ['Weddings'] });
    await make(outgoing({ category: '' }), 'none');
    expect(sent()).toMatchObject({ categories: [] });
    await make(outgoing(), 'nothing');
    expect(sent()).not.toHaveProperty('categories');
  });

  it.each([false, true])('makes one entry of one key, also where the answer was lost (refuses twice: %s)', async (refusesTwice) => {
    graph.refusesTwice = refusesTwice;
    graph.loseAnswer = true;
    expect(await write(outgoing(), { kind: 'create', key: OUR_ID })).toMatchObject({ ok: false, error: { retryable: true } });
    const again = await make(moved());
    expect(again.already).toBe(true);
    expect(graph.events.size).toBe(1);
    expect((await make(outgoing(), 'another')).already).toBe(false);
    expect(graph.events.size).toBe(2);
  });

  it.each([
    ['in a zone that Windows calls otherwise', '2027-07-01T16:00:00.000Z', 'America/Indiana/Indianapolis', { dateTime: '2027-07-01T12:00:00', timeZone: 'US Eastern Standard Time' }],
    ['under an older name', '2027-07-01T06:30:00.000Z', 'Asia/Calcutta', { dateTime: '2027-07-01T12:00:00', timeZone: 'India Standard Time' }],
    ['in the first of two equal hours', '2027-10-31T00:30:00.000Z', 'Europe/London', { dateTime: '2027-10-31T01:30:00', timeZone: 'GMT Standard Time' }],
    ['in the second of them', '2027-10-31T01:30:00.000Z', 'Europe/London', { dateTime: '2027-10-31T01:30:00', timeZone: 'UTC' }],
    ['right after the hour that is not', '2027-03-28T01:00:00.000Z', 'Europe/London', { dateTime: '2027-03-28T02:00:00', timeZone: 'GMT Standard Time' }],
    ['where Windows has no name', '2027-07-01T12:00:00.000Z', 'Antarctica/Troll', { dateTime: '2027-07-01T12:00:00', timeZone: 'UTC' }],
  ])('tells a time %s', async (_name, at, zone, expected) => {
    const startsAt = Date.parse(at);
    const { remoteId } = await make(outgoing({ when: { kind: 'times', startsAt, endsAt: startsAt + 600_000, zone } }));
    expect(sent()['start']).toEqual(expected);
    expect((await read(remoteId))?.when).toMatchObject({ startsAt, endsAt: startsAt + 600_000 });
  });

  it('moves, turns into whole days, hides, cancels by taking away, and is made anew', async () => {
    const made = await make();
    const { remoteId } = made;
    let { etag } = made;
    const change = async (event: ReturnType<typeof outgoing>) => {
      ({ etag } = valueOf(await write(event, { kind: 'update', remoteId, etag: etag ?? '' })));
      return read(remoteId);
    };
    expect(await change(moved())).toMatchObject({ when: moved().when, etag });
    const days = { kind: 'days', from: '2027-06-20', until: '2027-06-22', zone: 'Europe/London' } as const;
    expect(await change(outgoing({ when: days, status: 'tentative' }))).toMatchObject({ when: days, status: 'tentative', busy: true });
    expect(await change(outgoing({ busy: false, reminders: [] }))).toMatchObject({ busy: false });
    expect(sent()).toMatchObject({ isReminderOn: false });
    expect(await change(outgoing({ privacy: 'busy' }))).toMatchObject({ title: 'Busy', description: null, place: null });
    expect(await change(outgoing({ status: 'cancelled' }))).toBeNull();
    expect(await write(outgoing(), { kind: 'update', remoteId, etag: 'W/"1"' })).toMatchObject({ ok: false, error: { code: 'calendar.gone' } });
    expect((await make(outgoing(), 'restored')).already).toBe(false);
  });

  it('overwrites nothing that somebody has changed, and takes away once', async () => {
    const { remoteId, etag } = await make();
    graph.edit(remoteId, { subject: 'Theirs' });
    expect(await write(moved(), { kind: 'update', remoteId, etag: etag ?? '' })).toMatchObject({ ok: false, error: { code: 'calendar.changed_there', retryable: false } });
    expect(await part.remove(ports, access, graph.calendarId, remoteId, etag)).toEqual({ ok: true, value: 'changed_there' });
    const found = await read(remoteId);
    expect(found?.title).toBe('Theirs');
    expect(await part.remove(ports, access, graph.calendarId, remoteId, found?.etag ?? '')).toEqual({ ok: true, value: 'done' });
    expect(await part.remove(ports, access, graph.calendarId, remoteId, null)).toEqual({ ok: true, value: 'already_gone' });
    graph.next = { status: 429, headers: { 'retry-after': '12' }, body: '' };
    expect(await write(outgoing(), { kind: 'create', key: 'x' })).toMatchObject({ ok: false, error: { code: 'normalise.reread_failed', retryAfterMs: 12_000 } });
    graph.next = { status: 403, headers: {}, body: '{"error":{"code":"ErrorAccessDenied"}}' };
    expect(await write(outgoing(), { kind: 'create', key: 'x' })).toMatchObject({ ok: false, error: { code: 'calendar.forbidden' } });
  });
});

describe('Outlook: subscriptions', () => {
  const wish = { channelId: 'ours', address: 'https://hooks.example.test/graph', lifecycleAddress: 'https://hooks.example.test/life', token: 'secret', until: NOW + 86_400_000 };

  it('opens one, gives it more time, and ends it', async () => {
    const watch = part.watch!;
    const opened = valueOf(await watch.open(ports, access, graph.calendarId, wish));
    expect(opened).toEqual({ channelId: 'sub-1', resourceId: null, expiresAt: wish.until });
    const [made] = [...graph.subscriptions.values()];
    expect(made).toMatchObject({ changeType: 'created,updated,deleted', notificationUrl: wish.address, lifecycleNotificationUrl: wish.lifecycleAddress, resource: `/me/calendars/${encodeURIComponent(graph.calendarId)}/events`, clientState: 'secret' });
    if (haveContracts(types)) {
      const { entityTypes } = readContract(types) as { entityTypes: Record<string, { properties: object }> };
      const known = ['id', ...Object.keys(entityTypes['microsoft.graph.subscription']?.properties ?? {})];
      expect(Object.keys(made ?? {}).filter((name) => !known.includes(name))).toEqual([]);
    }
    const renewed = valueOf(await watch.renew(ports, access, graph.calendarId, opened, { ...wish, until: wish.until + 1000 }));
    expect(renewed).toEqual({ channel: { ...opened, expiresAt: wish.until + 1000 }, replaces: false });
    expect(await watch.stop(ports, access, opened)).toEqual({ ok: true, value: 'done' });
    expect(await watch.stop(ports, access, opened)).toEqual({ ok: true, value: 'already_gone' });
    expect(await watch.renew(ports, access, graph.calendarId, opened, wish)).toMatchObject({ ok: false, error: { code: 'calendar.gone' } });
    expect(watch.longestMs).toBeLessThanOrEqual(4_230 * 60_000);
  });
});
