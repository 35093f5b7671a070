import type { FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { Setup } from '../../../core/contract/systems.ts';
import { draftCreated } from '../../../core/domain/record/drafts.ts';
import { vendorModule, VENDORS } from '../../../core/vendors/registry.ts';
import { createConnection } from '../../../server/store/connections.ts';
import { startChannels } from '../../../server/workers/channels/channels.ts';
import { callingGoogle, NOT_YOURS, type CallingCalendar } from '../../support/callingCalendars.ts';
import { letIn } from '../../support/house.ts';
import { manager, type Manager } from '../../support/manager.ts';
import { testApp } from '../../support/serverApp.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';

/** What a connection says of how soon its calendars tell of changes: as the worker of channels has left it. */

const START = '2026-11-20T12:00:00.000Z';
const PUBLIC = 'https://house.example';
const DAY = 86_400_000;
const clock = settableClock(START);
const context = { actor: { kind: 'system', id: null, name: 'test' }, source: null, deliveryId: null } as const;
const http = { send: (request: Parameters<CallingCalendar['http']['send']>[0]) => google.http.send(request) };

let t: TestStore;
let open: FastifyInstance[];
let outside: Manager;
let indoors: Manager;
let google: CallingCalendar;
let connectionId: string;
let calendarId: string;

beforeAll(async () => {
  t = await openTestStore({ clock });
  const limits = { managingPerMinute: 100_000, apiPerMinute: 100_000, strangerPerMinute: 100_000 };
  const [reached, unreached] = [testApp(t.store, { clock, http, config: { publicUrl: PUBLIC, ...limits } }), testApp(t.store, { clock, http, config: { publicUrl: null, ...limits } })];
  open = [reached.app, unreached.app];
  const { headers } = await letIn(t.store, t.organisation.id, { role: 'owner', weddingId: null, contactId: null, bookingIds: [] });
  outside = manager(reached, headers);
  indoors = manager(unreached, headers);
});
afterAll(async () => {
  await Promise.all(open.map((app) => app.close()));
  await t.cleanup();
});
beforeEach(async () => {
  clock.set(START);
  google = callingGoogle(() => open[0]!, clock);
  await sql`delete from calendar_channels`.execute(t.store.internals.database.system);
  await sql`update calendars set direction = 'none'`.execute(t.store.internals.database.system);
  ({ connectionId } = await createConnection(t.store.internals, { organisationId: t.organisation.id, system: 'google-calendar', name: 'Rooms', path: 'native', settings: google.settings, secrets: { clientSecret: 's', accessToken: google.token }, actor: context.actor, looked: false }));
  calendarId = t.store.internals.ids.next();
  await t.store.internals.writer.write(t.organisation.id, async ({ tx, record }) => {
    await record([draftCreated('calendar.found', 'calendars', null, {
      id: calendarId, connectionId, name: 'Weddings', zone: null, colour: null, main: true, mayWrite: true, direction: 'inbound', privacy: 'full', strategy: 'merge', resourceId: null, everyWedding: false, invite: false,
      reminders: [], state: 'active', filling: { state: 'idle', reason: null, done: 0, total: null },
    }, null, context)]);
    await sql`
      insert into mappings (organisation_id, connection_id, remote_type, remote_id, collection, local_id, last_written_by, updated_at)
      values (${t.organisation.id}, ${connectionId}, 'calendar', ${google.calendarId}, 'calendars', ${calendarId}, 'vendor', ${START}::timestamptz)
    `.execute(tx);
  });
});

async function look(publicUrl: string | null = PUBLIC): Promise<void> {
  const watch = startChannels({ store: t.store, catalogue: [...VENDORS.values()], vendors: vendorModule, http, clock, random: () => 0.5, log: t.log, publicUrl });
  await watch.runNow();
  await watch.stop();
}
const channelsAt = async (who: Manager) => Setup.parse(await who.get('setup', { id: connectionId })).channels;

it('says until when a calendar tells at once, and that it is over when it is', async () => {
  expect(await channelsAt(outside)).toEqual({ callable: true, calendars: [] });
  await look();
  const told = await channelsAt(outside);
  expect(told).toMatchObject({ callable: true, calendars: [{ calendarId, state: 'open', reason: null, againAt: null }] });
  const until = told?.calendars[0]?.until ?? '';
  expect(Date.parse(until)).toBeGreaterThan(Date.parse(START) + DAY);
  // Nobody looks after channels any more.
  clock.set(new Date(Date.parse(until) + 1).toISOString());
  expect(await channelsAt(outside)).toMatchObject({ calendars: [{ calendarId, state: 'opening', until }] });
});

it('says why it does not, and when it is asked again', async () => {
  google.refuseNext(NOT_YOURS);
  await look();
  const told = (await channelsAt(outside))?.calendars[0];
  expect(told).toMatchObject({ calendarId, state: 'opening', until: null, reason: expect.stringMatching(/^[a-z]+[.]/) });
  expect(Date.parse(told?.againAt ?? '')).toBeGreaterThan(Date.parse(START));
});

it('keeps on saying that it tells while renewing that fails', async () => {
  await look();
  const until = (await channelsAt(outside))?.calendars[0]?.until ?? '';
  clock.set(new Date(Date.parse(until) - DAY).toISOString());
  google.refuseNext(NOT_YOURS);
  await look();
  expect(await channelsAt(outside)).toMatchObject({ calendars: [{ state: 'open', until, reason: expect.any(String), againAt: expect.any(String) }] });
});

it('says that nobody can call a server without a public address', async () => {
  await look(null);
  expect(await channelsAt(indoors)).toEqual({ callable: false, calendars: [] });
});

it('says nothing of a system that never tells', async () => {
  const { connectionId: feed } = await createConnection(t.store.internals, { organisationId: t.organisation.id, system: 'ical-feed', name: 'Feed', path: 'feed', settings: { url: 'https://feed.example/x.ics' }, secrets: {}, actor: context.actor, looked: false });
  expect((await outside.get('setup', { id: feed })).channels).toBeUndefined();
});
