import type { FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Calendar } from '../../../core/contract/record/calendars.ts';
import { draftCreated, draftUpdated } from '../../../core/domain/record/drafts.ts';
import { vendorModule, VENDORS } from '../../../core/vendors/registry.ts';
import { createConnection } from '../../../server/store/connections.ts';
import { setPaused } from '../../../server/store/pausing.ts';
import { callableOrigin } from '../../../server/workers/channels/callableOrigin.ts';
import { startChannels, type ChannelWatch } from '../../../server/workers/channels/channels.ts';
import { startNormaliser, type Normaliser } from '../../../server/workers/normalise.ts';
import { callingGoogle, callingGraph, NOT_NOW, NOT_YOURS, type CallingCalendar, type CallingGraph } from '../../support/callingCalendars.ts';
import { letIn } from '../../support/house.ts';
import { manager, type Manager } from '../../support/manager.ts';
import { testApp, type TestApp } from '../../support/serverApp.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';

/** Channels over which calendars tell of their changes: opened, believed, renewed, lost and given up, by stand-ins that really call. */

const START = '2026-11-20T12:00:00.000Z';
const HOUR = 3_600_000;
const clock = settableClock(START);
const PUBLIC = 'https://house.example';
const context = { actor: { kind: 'system', id: null, name: 'test' }, source: null, deliveryId: null } as const;

let t: TestStore;
let test: TestApp;
let app: FastifyInstance;
let owner: Manager;
let google: CallingCalendar;
let graph: CallingGraph;
let normaliser: Normaliser;
const watches: ChannelWatch[] = [];

const http = { send: (request: Parameters<CallingCalendar['http']['send']>[0]) => (request.url.startsWith('https://google.test') ? google : graph).http.send(request) };
function start(publicUrl: string | null = PUBLIC): ChannelWatch {
  const watch = startChannels({ store: t.store, catalogue: [...VENDORS.values()], vendors: vendorModule, http, clock, random: () => 0.5, log: t.log, publicUrl });
  watches.push(watch);
  return watch;
}
const db = () => t.store.internals.database.system;

beforeAll(async () => {
  t = await openTestStore({ clock });
  test = testApp(t.store, { clock, http, config: { publicUrl: PUBLIC, managingPerMinute: 100_000, apiPerMinute: 100_000, strangerPerMinute: 100_000 } });
  app = test.app;
  owner = manager(test, (await letIn(t.store, t.organisation.id, { role: 'owner', weddingId: null, contactId: null, bookingIds: [] })).headers);
  normaliser = startNormaliser({ store: t.store, vendors: vendorModule, http, clock, ids: t.store.internals.ids, log: t.log, random: () => 0.5 });
});
beforeEach(async () => {
  clock.set(START);
  google = callingGoogle(() => app, clock);
  graph = callingGraph(() => app, clock);
});
afterEach(async () => {
  for (const watch of watches.splice(0)) await watch.stop();
});
afterAll(async () => {
  await normaliser.stop();
  await app.close();
  await t.cleanup();
});

interface Connected {
  readonly connectionId: string;
  readonly calendarId: string;
}

/** A connection with one calendar of which it is said what it is for. What earlier tests have left is not in its way. */
async function connected(calendar: CallingCalendar, fields: Partial<Calendar> = {}, ref = calendar.calendarId): Promise<Connected> {
  await sql`delete from calendar_channels`.execute(db());
  await sql`update calendars set direction = 'none'`.execute(db());
  const { connectionId } = await createConnection(t.store.internals, {
    organisationId: t.organisation.id, system: calendar.system, name: 'Calendar', path: 'native', settings: calendar.settings, secrets: { clientSecret: 's', accessToken: calendar.token }, actor: context.actor, looked: false,
  });
  return { connectionId, calendarId: await also({ connectionId }, fields, ref) };
}

/** Another calendar of the same connection. */
async function also({ connectionId }: Pick<Connected, 'connectionId'>, fields: Partial<Calendar>, ref: string): Promise<string> {
  const calendarId = t.store.internals.ids.next();
  await t.store.internals.writer.write(t.organisation.id, async ({ tx, record }) => {
    await record([
      draftCreated('calendar.found', 'calendars', null, {
        id: calendarId, connectionId, name: 'Weddings', zone: null, colour: null, main: false, mayWrite: true, direction: 'bidirectional', privacy: 'full', strategy: 'merge', resourceId: null, everyWedding: false, invite: false,
        reminders: [], state: 'active', filling: { state: 'idle', reason: null, done: 0, total: null }, ...fields,
      }, null, context),
    ]);
    await sql`
      insert into mappings (organisation_id, connection_id, remote_type, remote_id, collection, local_id, last_written_by, updated_at)
      values (${t.organisation.id}, ${connectionId}, 'calendar', ${ref}, 'calendars', ${calendarId}, 'vendor', ${START}::timestamptz)
    `.execute(tx);
  });
  return calendarId;
}
async function change(calendarId: string, fields: Partial<Pick<Calendar, 'direction' | 'state'>>): Promise<void> {
  const row = (await t.store.snapshot(t.organisation.id)).rows.calendars.find(({ id }) => id === calendarId)!;
  const draft = draftUpdated('calendar.changed', 'calendars', null, row, fields, null, context);
  if (draft) await t.store.internals.writer.write(t.organisation.id, ({ record }) => record([draft]));
}
const rows = async ({ connectionId }: Connected) =>
  (await sql<{ id: string; state: string; remoteId: string | null; failures: number; reason: string | null; nextAt: string; endsAt: string | null }>`select id, state, remote_id, failures, reason, next_at, ends_at from calendar_channels where connection_id = ${connectionId}`.execute(db())).rows;
const calendarsOf = async ({ connectionId }: Connected) =>
  (await sql<{ calendarId: string }>`select calendar_id from calendar_channels where connection_id = ${connectionId} and state <> 'closing'`.execute(db())).rows.map(({ calendarId }) => calendarId);
const lookAt = async ({ connectionId }: Connected) => (await db().selectFrom('connectionAccess').select('nextPollAt').where('id', '=', connectionId).executeTakeFirstOrThrow()).nextPollAt;
const noLook = async ({ connectionId }: Connected) => void (await db().updateTable('connectionAccess').set({ nextPollAt: null }).where('id', '=', connectionId).execute());
const only = (calendar: CallingCalendar): string => {
  expect(calendar.open()).toHaveLength(1);
  return calendar.open()[0]!;
};
const calendars = [['Google', () => google], ['Outlook', () => graph]] as const;

describe.each(calendars)('%s', (_name, calendar) => {
  it('is asked to call, and a call makes us look', async () => {
    const one = await connected(calendar());
    await start().runNow();
    const channel = only(calendar());
    expect(await rows(one)).toMatchObject([{ state: 'open', remoteId: channel, failures: 0 }]);
    // What changed before somebody listened is looked for.
    expect(await lookAt(one)).toBe(START);
    await noLook(one);
    expect([200, 202]).toContain(await calendar().notify(channel));
    await normaliser.idle();
    expect(await lookAt(one)).toBe(START);
    expect(JSON.stringify(test.logLines)).not.toMatch(/[\w-]{43}/);
  });

  it('is believed by the token of its channel alone', async () => {
    const one = await connected(calendar());
    await start().runNow();
    await noLook(one);
    for (const forged of ['', 'made-up', only(calendar())]) await calendar().notify(only(calendar()), forged);
    await normaliser.idle();
    expect(await lookAt(one)).toBeNull();
    const kept = await sql<{ kept: string }>`select to_jsonb(c)::text as kept from calendar_channels c where connection_id = ${one.connectionId}`.execute(db());
    const { rows: secrets } = await sql<{ sealed: string }>`select secrets_sealed as sealed from connection_access where id = ${one.connectionId}`.execute(db());
    const opened = t.store.internals.vault.open(secrets[0]!.sealed, `connection:${one.connectionId}:secrets`);
    expect(opened.ok && opened.value).not.toContain('channelToken');
    expect(kept.rows).toHaveLength(1);
  });

  it('calls on after the first channel would have ended, without a gap', async () => {
    const one = await connected(calendar());
    const watch = start();
    await watch.runNow();
    const first = only(calendar());
    const ends = Date.parse((await rows(one))[0]!.endsAt!);
    for (let hours = 0; Date.parse(START) + hours * HOUR < ends + 24 * HOUR; hours += 6) {
      clock.set(new Date(Date.parse(START) + hours * HOUR).toISOString());
      await watch.runNow();
      expect(calendar().open().length, `after ${hours} hours`).toBe(1);
    }
    const now = only(calendar());
    expect(await rows(one)).toMatchObject([{ state: 'open', remoteId: now }]);
    // Google's cannot be prolonged, Microsoft's is.
    expect(now === first).toBe(calendar().system === 'microsoft-graph');
    await noLook(one);
    expect([200, 202]).toContain(await calendar().notify(now));
    await normaliser.idle();
    expect(await lookAt(one)).not.toBeNull();
  });

  it('is asked anew where everybody was away until the channel had ended, and looked at', async () => {
    const one = await connected(calendar());
    const watch = start();
    await watch.runNow();
    const first = only(calendar());
    await noLook(one);
    clock.advance(30 * 24 * HOUR);
    expect(calendar().open()).toEqual([]);
    await watch.runNow();
    expect(only(calendar())).not.toBe(first);
    expect(await lookAt(one)).not.toBeNull();
  });

  it('that refuses is asked again later, and looking goes on', async () => {
    const one = await connected(calendar());
    const watch = start();
    calendar().refuseNext(NOT_NOW);
    await watch.runNow();
    expect(await rows(one)).toMatchObject([{ state: 'opening', remoteId: null, failures: 1, reason: 'normalise.reread_failed' }]);
    await watch.runNow();
    expect(calendar().open()).toEqual([]);
    calendar().refuseNext(NOT_YOURS);
    clock.advance(2 * 60_000);
    await watch.runNow();
    expect(await rows(one)).toMatchObject([{ state: 'opening', failures: 2, reason: 'calendar.forbidden' }]);
    clock.advance(HOUR);
    await watch.runNow();
    expect(calendar().open()).toEqual([]);
    clock.advance(8 * HOUR);
    await watch.runNow();
    only(calendar());
  });

  it('goes on calling where a renewal fails for a while', async () => {
    const one = await connected(calendar());
    const watch = start();
    await watch.runNow();
    const first = only(calendar());
    clock.set((await rows(one))[0]!.nextAt);
    calendar().refuseNext(NOT_NOW);
    await watch.runNow();
    expect(await rows(one)).toMatchObject([{ state: 'open', remoteId: first, failures: 1, reason: 'normalise.reread_failed' }]);
    clock.advance(2 * 60_000);
    await watch.runNow();
    expect((await rows(one)).filter(({ state }) => state === 'open')).toMatchObject([{ failures: 0, reason: null }]);
    only(calendar());
  });

  it.each([['is used for nothing any more', { direction: 'none' }], ['is gone', { state: 'gone' }]] as const)('is asked to call no longer once the calendar %s', async (_what, fields) => {
    const one = await connected(calendar());
    const watch = start();
    await watch.runNow();
    only(calendar());
    await change(one.calendarId, fields);
    await watch.runNow();
    expect(calendar().open()).toEqual([]);
    expect(await rows(one)).toEqual([]);
  });

  it('is asked to call no longer while its connection is paused, nor by a server that nobody can call', async () => {
    const one = await connected(calendar());
    const watch = start();
    await watch.runNow();
    await setPaused(t.store.internals, t.organisation.id, one.connectionId, { paused: true, actor: context.actor, reason: null });
    await watch.runNow();
    expect(calendar().open()).toEqual([]);
    await setPaused(t.store.internals, t.organisation.id, one.connectionId, { paused: false, actor: context.actor, reason: null });
    await watch.runNow();
    only(calendar());
    await watch.stop();
    await start(null).runNow();
    expect(calendar().open()).toEqual([]);
  });

  it('is asked to call no longer when its connection is removed', async () => {
    const one = await connected(calendar());
    const watch = start();
    await watch.runNow();
    only(calendar());
    await owner.get('removeConnection', { id: one.connectionId });
    expect(calendar().open()).toEqual([]);
    expect(await rows(one)).toEqual([]);
    await watch.runNow();
    expect(calendar().open()).toEqual([]);
  });

  it('is asked once by several processes', async () => {
    const one = await connected(calendar());
    await Promise.all([start(), start(), start()].map((watch) => watch.runNow()));
    only(calendar());
    expect((await rows(one)).map(({ state }) => state)).toEqual(['open']);
  });

  it('gets another channel where a process died while it opened one', async () => {
    const one = await connected(calendar());
    const internals = t.store.internals;
    await sql`
      insert into calendar_channels (organisation_id, id, connection_id, calendar_id, origin, token_sealed, state, next_at)
      values (${t.organisation.id}, ${internals.ids.next()}, ${one.connectionId}, ${one.calendarId}, ${PUBLIC}, ${internals.vault.seal('x'.repeat(43), 'calendar-channel:x')}, 'opening', ${new Date(clock.now() + 60_000).toISOString()}::timestamptz)
    `.execute(db());
    const watch = start();
    await watch.runNow();
    expect(calendar().open()).toEqual([]);
    clock.advance(2 * 60_000);
    await watch.runNow();
    only(calendar());
    expect((await rows(one)).map(({ state }) => state)).toEqual(['open']);
  });

  it('is asked about each calendar that is in use, also beside the one that was entered, and about no other', async () => {
    const one = await connected(calendar());
    const other = await also(one, { direction: 'outbound' }, calendar().otherId);
    const unused = await also(one, { direction: 'none' }, 'unused');
    const watch = start();
    await watch.runNow();
    expect(calendar().open()).toHaveLength(2);
    expect((await calendarsOf(one)).sort()).toEqual([one.calendarId, other].sort());
    for (const channel of calendar().open()) {
      await noLook(one);
      expect([200, 202]).toContain(await calendar().notify(channel));
      await normaliser.idle();
      expect(await lookAt(one)).toBe(START);
    }
    await change(other, { direction: 'none' });
    await watch.runNow();
    only(calendar());
    expect(await calendarsOf(one)).toEqual([one.calendarId]);
    expect(await calendarsOf(one)).not.toContain(unused);
  });

  it('that refuses one calendar is asked to call for the others all the same', async () => {
    const one = await connected(calendar());
    await also(one, {}, calendar().otherId);
    calendar().refuseNext(NOT_YOURS);
    await start().runNow();
    only(calendar());
    expect((await rows(one)).map(({ state, reason }) => [state, reason]).sort()).toEqual([['open', null], ['opening', 'calendar.forbidden']]);
  });
});

describe('what Microsoft says of a subscription', () => {
  const begun = async () => {
    const one = await connected(graph);
    const watch = start();
    await watch.runNow();
    await noLook(one);
    return { one, watch, channel: only(graph) };
  };

  it('that wants leave again has it renewed', async () => {
    const { one, watch, channel } = await begun();
    const before = (await rows(one))[0]!.endsAt!;
    clock.advance(HOUR);
    await graph.lifecycle(channel, 'reauthorizationRequired');
    await normaliser.idle();
    await watch.runNow();
    expect(graph.asked.filter((asked) => asked === `PATCH /v1.0/subscriptions/${channel}`)).toHaveLength(1);
    const [after] = await rows(one);
    expect(Date.parse(after!.endsAt!)).toBeGreaterThan(Date.parse(before));
    expect(await lookAt(one)).not.toBeNull();
  });

  it('that was taken away is made anew, and what was missed is looked for', async () => {
    const { one, watch, channel } = await begun();
    await graph.lifecycle(channel, 'subscriptionRemoved');
    await normaliser.idle();
    await watch.runNow();
    expect(only(graph)).not.toBe(channel);
    expect((await rows(one)).map(({ state }) => state)).toEqual(['open']);
    expect(await lookAt(one)).not.toBeNull();
  });

  it('that has missed something makes us look', async () => {
    const { one, channel } = await begun();
    await graph.lifecycle(channel, 'missed');
    await normaliser.idle();
    expect(await lookAt(one)).toBe(START);
  });

  it('that it has forgotten without a word is noticed when it is renewed', async () => {
    const { one, watch, channel } = await begun();
    graph.refuseNext({ status: 404, headers: {}, body: '{"error":{"code":"ResourceNotFound"}}' });
    clock.set((await rows(one))[0]!.nextAt);
    await watch.runNow();
    expect(graph.open()).toHaveLength(2);
    expect((await rows(one)).filter(({ state }) => state === 'open')).toMatchObject([{ remoteId: graph.open().find((id) => id !== channel) }]);
    expect(await lookAt(one)).not.toBeNull();
  });
});

it('only a public https address can be called', () => {
  expect(callableOrigin('https://wedsync.house.example')).toBe('https://wedsync.house.example');
  expect(callableOrigin('https://wedsync.house.example:8443')).toBe('https://wedsync.house.example:8443');
  for (const url of [null, 'http://house.example', 'https://127.0.0.1', 'https://[::1]', 'https://192.168.1.4', 'https://93.184.216.34', 'https://localhost', 'https://house', 'https://house.local', 'https://house.lan', 'nonsense']) expect(callableOrigin(url), String(url)).toBeNull();
});
