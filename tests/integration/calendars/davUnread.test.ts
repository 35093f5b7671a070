import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Calendar } from '../../../core/contract/record/calendars.ts';
import { caldav } from '../../../core/vendors/caldav/index.ts';
import { createIds } from '../../../server/ports.ts';
import { createConnection } from '../../../server/store/connections.ts';
import { startCalendarDiscovery } from '../../../server/workers/calendars.ts';
import { startNormaliser, type Normaliser } from '../../../server/workers/normalise.ts';
import { startPolls, type Polls } from '../../../server/workers/polls.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';
import { takingHouse } from '../../support/taking.ts';
import { icsOf, type FakeAccount } from '../../vendors/davFake.ts';
import { filled, samples } from '../../vendors/caldav/samples.ts';

/** One calendar of a CalDAV account that may not be read any more says so itself; the others go on. */

const clock = settableClock('2026-11-01T12:00:00.000Z');
let t: TestStore;
let account: FakeAccount;
let house: ReturnType<typeof takingHouse>;
let workers: { readonly polls: Polls; readonly normaliser: Normaliser };
let connectionId: string;
let list: () => Promise<void>;

const db = () => t.store.internals.database.system;
const at = (title: string): string => icsOf(title, 'DTSTART:20261121T100000Z', 'DTEND:20261121T110000Z', `SUMMARY:${title}`);
const calendar = async (name: string): Promise<Calendar> => {
  const found = (await house.rows()).calendars.find((row) => row.name === name);
  if (!found) throw new Error(`there is no calendar ${name}`);
  return found;
};
async function look(): Promise<void> {
  clock.advance(600_000);
  await sql`update connection_access set next_poll_at = ${new Date(clock.now()).toISOString()}::timestamptz where id = ${connectionId}`.execute(db());
  await workers.polls.idle();
  await workers.normaliser.idle();
}

beforeEach(async () => {
  clock.set('2026-11-01T12:00:00.000Z');
  t = await openTestStore({ clock });
  account = filled();
  house = takingHouse(t);
  await db().updateTable('connectionAccess').set({ calendarsAt: '2100-01-01T00:00:00.000Z', nextPollAt: null }).execute();
  const http = { send: (request: Parameters<FakeAccount['respond']>[0]) => Promise.resolve(account.respond(request)) };
  const vendors = (system: string) => (system === 'caldav' ? caldav : null);
  const working = { store: t.store, vendors, http, clock, ids: createIds(), log: t.log, random: () => 0.5 };
  const { settings, secrets } = samples.access;
  const made = await createConnection(t.store.internals, {
    organisationId: t.organisation.id, system: 'caldav', name: 'Calendars', path: 'native', settings, secrets,
    actor: { kind: 'person', id: null, name: 'Desk' }, looked: false,
  });
  ({ connectionId } = made);
  list = async () => {
    await sql`update connection_access set calendars_at = ${new Date(clock.now()).toISOString()}::timestamptz where id = ${connectionId}`.execute(db());
    const discovery = startCalendarDiscovery(working);
    await discovery.runNow();
    await discovery.stop();
  };
  await list();
  workers = { polls: startPolls(working), normaliser: startNormaliser(working) };
});
afterEach(async () => {
  for (const one of Object.values(workers)) await one.stop();
  await t.cleanup();
});

const REFUSED = [[403, 'normalise.forbidden'], [404, 'normalise.reread_refused']] as const;
test.each(REFUSED)('%i is told at that calendar and by one alert; both are over once it is read', async (status, reason) => {
  const hall = await house.resource('room', 'Great Hall');
  for (const name of ['Weddings', 'Team']) {
    const { id, version, privacy, strategy, everyWedding, invite, reminders } = await calendar(name);
    const kept = { privacy, strategy, everyWedding, invite, reminders };
    const answer = await house.decide('calendar.save', { calendarId: id, basedOnVersion: version, direction: 'inbound', resourceId: hall, ...kept });
    expect(answer).toMatchObject({ outcome: 'accepted' });
  }
  await look();
  const titles = async () => (await house.rows()).calendarEvents.map(({ title }) => title).sort();
  const alerts = async () => (await house.rows()).alerts.filter(({ rule }) => rule === 'calendar_unread').map(({ state, title }) => [state, title]);
  const health = async () => (await house.one('connections', connectionId)).health;
  const before = await titles();
  expect([before.length > 0, await alerts(), await health()]).toEqual([true, [], 'healthy']);
  account.put('weddings', 'late.ics', at('Late'));
  account.put('team', 'other.ics', at('Other'));
  account.override = ({ method }, path) => (method === 'REPORT' && path === '/ada/calendars/weddings/' ? { status, headers: {}, body: '' } : null);
  await look();
  await look();
  expect((await calendar('Weddings')).unread).toMatchObject({ reason });
  expect((await calendar('Team')).unread ?? null).toBeNull();
  expect([await alerts(), await health()]).toEqual([[['open', 'Weddings cannot be read']], 'healthy']);
  // What was read of it before is known still, and the other one goes on.
  expect(await titles()).toEqual([...before, 'Other'].sort());
  account.override = () => null;
  await look();
  expect((await calendar('Weddings')).unread).toBeNull();
  expect([await alerts(), await titles()]).toEqual([[['resolved', 'Weddings cannot be read']], [...before, 'Late', 'Other'].sort()]);
});

async function both(): Promise<void> {
  const hall = await house.resource('room', 'Great Hall');
  for (const name of ['Weddings', 'Team']) {
    const { id, version, privacy, strategy, everyWedding, invite, reminders } = await calendar(name);
    await house.decide('calendar.save', { calendarId: id, basedOnVersion: version, direction: 'inbound', resourceId: hall, privacy, strategy, everyWedding, invite, reminders });
  }
  await look();
}
const unreadAlerts = async () => (await house.rows()).alerts.filter(({ rule }) => rule === 'calendar_unread').map(({ state, title }) => [state, title]);
const titlesThere = async () => (await house.rows()).calendarEvents.map(({ title }) => title).sort();

test('one that fails by itself is said at it, and by an alert after half an hour; the others are read', async () => {
  await both();
  const before = await titlesThere();
  account.put('weddings', 'late.ics', at('Late'));
  account.put('team', 'other.ics', at('Other'));
  account.override = ({ method }, path) => (method === 'REPORT' && path === '/ada/calendars/weddings/' ? { status: 500, headers: {}, body: '' } : null);
  await look();
  expect(await titlesThere()).toEqual([...before, 'Other'].sort());
  expect((await calendar('Weddings')).unread).toMatchObject({ reason: 'normalise.reread_failed' });
  expect([await unreadAlerts(), (await house.one('connections', connectionId)).health]).toEqual([[], 'healthy']);
  for (let n = 0; n < 4; n += 1) await look();
  expect(await unreadAlerts()).toEqual([['open', 'Weddings cannot be read']]);
  account.override = () => null;
  await look();
  expect([await unreadAlerts(), (await calendar('Weddings')).unread ?? null, await titlesThere()]).toEqual([[['resolved', 'Weddings cannot be read']], null, [...before, 'Late', 'Other'].sort()]);
});

test('where the whole account is told to wait, nothing is said of its calendars', async () => {
  await both();
  account.put('weddings', 'late.ics', at('Late'));
  account.override = ({ method }) => (method === 'REPORT' ? { status: 503, headers: { 'retry-after': '60' }, body: '' } : null);
  await look();
  expect((await calendar('Weddings')).unread ?? null).toBeNull();
});

test('one that its server lists no more is said at once; listed again it is over, and once it is gone that is all that is said', async () => {
  await both();
  const before = await titlesThere();
  const weddings = account.calendars.get('/ada/calendars/weddings/');
  if (!weddings) throw new Error('there is no such calendar');
  account.calendars.delete('/ada/calendars/weddings/');
  await look();
  expect((await calendar('Weddings')).unread).toMatchObject({ reason: 'normalise.reread_refused' });
  expect([await unreadAlerts(), await titlesThere()]).toEqual([[['open', 'Weddings cannot be read']], before]);
  account.calendars.set('/ada/calendars/weddings/', weddings);
  await look();
  expect([await unreadAlerts(), (await calendar('Weddings')).unread ?? null]).toEqual([[['resolved', 'Weddings cannot be read']], null]);
  account.calendars.delete('/ada/calendars/weddings/');
  await look();
  expect((await unreadAlerts()).filter(([state]) => state === 'open')).toHaveLength(1);
  await list();
  expect(await calendar('Weddings')).toMatchObject({ state: 'gone', unread: null });
  expect((await unreadAlerts()).filter(([state]) => state === 'open')).toEqual([]);
  await look();
  expect((await unreadAlerts()).filter(([state]) => state === 'open')).toEqual([]);
});
