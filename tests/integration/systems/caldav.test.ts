import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readWritten } from '../../../core/vendors/davAnswers.ts';
import { vendorModule } from '../../../core/vendors/registry.ts';
import { createEgressHttp } from '../../../egress/http.ts';
import { createIds } from '../../../server/ports.ts';
import { startNormaliser, type Normaliser } from '../../../server/workers/normalise.ts';
import { startPolls, type Polls } from '../../../server/workers/polls.ts';
import { fill, hasRadicale, hasXandikos, NO_SERVERS, startRadicale, startXandikos, type CalendarServer } from '../../support/calendarServers.ts';
import { furnish, letIn } from '../../support/house.ts';
import { manager, type Manager } from '../../support/manager.ts';
import { freePort } from '../../support/runningServer.ts';
import { testApp, type TestApp } from '../../support/serverApp.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';
import { icsOf } from '../../vendors/davFake.ts';

/** Two real calendar servers connected by the API, looked at by the workers, in the record. */

const there = hasRadicale() && hasXandikos();
describe.skipIf(!there)(there ? 'calendar servers' : NO_SERVERS, () => {
  const EVERY_MS = 300_000 * 1.2;
  let servers: CalendarServer[];
  let page: Server;
  let nobody: number;
  let t: TestStore;
  let test: TestApp;
  let owner: Manager;
  let polls: Polls;
  let line: Normaliser;
  const clock = settableClock('2026-11-20T12:00:00.000Z');
  const portOf = (server: Server): number => (server.address() as AddressInfo).port;
  const timed = (uid: string, title: string, hour = 10): string => icsOf(uid, `DTSTART:20261121T${hour}0000Z`, `DTEND:20261121T${hour + 1}0000Z`, `SUMMARY:${title}`);

  beforeAll(async () => {
    servers = await Promise.all([startRadicale({ closed: { name: 'Closed team', entries: [timed('x', 'Only read')] } }), startXandikos()]);
    page = createServer((_request, response) => response.end('<!doctype html><p>It works'));
    page.listen(0, '127.0.0.1');
    await once(page, 'listening');
    nobody = await freePort();
    t = await openTestStore({ clock });
    const egressAllow = [...servers.map((one) => `127.0.0.1:${one.port}`), `127.0.0.1:${portOf(page)}`, `127.0.0.1:${nobody}`];
    test = testApp(t.store, { clock, config: { managingPerMinute: 10_000, apiPerMinute: 10_000, publicUrl: null, egressAllow } });
    const house = await furnish(t.store, t.organisation.id);
    owner = manager(test, (await letIn(t.store, house.organisationId, house.access('owner'))).headers);
    // The store's own connections lead nowhere.
    await t.store.internals.database.system.updateTable('connectionAccess').set({ nextPollAt: null }).execute();
    const working = { store: t.store, vendors: vendorModule, http: createEgressHttp({ allow: egressAllow, log: t.log }), clock, ids: createIds(), log: t.log, random: () => 0.5 };
    polls = startPolls(working);
    line = startNormaliser({ ...working, lookNow: () => polls.wake() });
  });
  afterAll(async () => {
    await polls?.stop();
    await line?.stop();
    await test?.app.close();
    await t?.cleanup();
    page?.close();
    for (const server of servers ?? []) await server.stop();
  });

  const radicale = (): CalendarServer => servers[0]!;
  const xandikos = (): CalendarServer => servers[1]!;
  const asked = (server: CalendarServer, settings: Record<string, string> = {}, password = server.password) => {
    return { system: 'caldav', path: 'native', settings: { serverUrl: server.url, userName: server.user, zone: 'Europe/London', ...settings }, secrets: { password } };
  };
  const entries = async (calendar: string) => (await t.store.snapshot(t.organisation.id)).rows.calendarEvents.filter((row) => row.calendar === calendar).map((row) => row.title).sort();
  async function settled(): Promise<void> {
    await polls.idle();
    await line.idle();
    await polls.idle();
  }
  const later = async (): Promise<void> => {
    clock.advance(EVERY_MS);
    await settled();
  };

  it.each([
    ['a wrong password', () => asked(radicale(), {}, 'wrong'), 422, 'connect.refused', 'password'],
    ['a host where nobody is', () => asked(radicale(), { serverUrl: `http://127.0.0.1:${nobody}/` }), 503, 'connect.untried', 'serverUrl'],
    ['a name that does not exist', () => asked(radicale(), { serverUrl: 'https://calendar.invalid/' }), 503, 'connect.untried', 'serverUrl'],
    ['what is no calendar server', () => asked(radicale(), { serverUrl: `http://127.0.0.1:${portOf(page)}/` }), 422, 'connect.address_wrong', 'serverUrl'],
    ['an address of this machine', () => asked(radicale(), { serverUrl: 'https://127.0.0.1:1/' }), 422, 'connect.address_wrong', 'serverUrl'],
    ['a calendar that is not there', () => asked(radicale(), { calendars: 'Nowhere' }), 422, 'connect.field_invalid', 'calendars'],
  ] as const)('%s is refused at its field', async (_what, request, status, code, field) => {
    await radicale().make('there', 'There');
    const answer = await owner.ask('connect', { body: request() });
    expect([answer.status, (answer.json() as { error: object }).error]).toMatchObject([status, { code, field }]);
    expect(answer.text).not.toContain(radicale().password);
    expect(await owner.get('tryOut', { body: request() })).toMatchObject({ outcome: 'failed', code, field });
  });

  it.each([['Radicale', radicale], ['Xandikos', xandikos]] as const)('%s: connected, looked at, in the record; changes and deletions follow; over a restart of the server', async (name, of) => {
    const server = of();
    const path = `${server.home}engine/`;
    await fill(server, 'engine', name, [timed('one', 'One'), timed('two', 'Two', 12)]);
    const connected = await owner.get('connect', { body: asked(server, { calendars: name }) });
    expect(connected.report?.details[0]).toBe(`Calendars: ${name}`);
    await settled();
    expect(await entries(name)).toEqual(['One', 'Two']);
    expect((await t.store.snapshot(t.organisation.id)).rows.connections.find((row) => row.id === connected.connection.id)?.health).toBe('healthy');

    await server.put(`${path}three.ics`, timed('three', 'Three', 14));
    await later();
    expect(await entries(name)).toEqual(['One', 'Three', 'Two']);
    await server.restart();
    await server.put(`${path}three.ics`, timed('three', 'Three moved', 16));
    await later();
    expect(await entries(name)).toEqual(['One', 'Three moved', 'Two']);
    await server.remove(`${path}three.ics`);
    await later();
    expect(await entries(name)).toEqual(['One', 'Two']);
    // Nothing new: no delivery more.
    const before = (await t.store.deliveries(t.organisation.id, connected.connection.id)).length;
    await later();
    expect((await t.store.deliveries(t.organisation.id, connected.connection.id)).length).toBe(before);
    expect(before).toBe(5);
  });

  it('a password that has ended makes the connection say so, and a new one makes it go on', async () => {
    const { connection } = await owner.get('connect', { body: asked(radicale(), { calendars: 'There' }) });
    await settled();
    const answer = await owner.ask('changeConnection', { id: connection.id, body: { secrets: { password: 'another' } } });
    expect((answer.json() as { error: object }).error).toMatchObject({ code: 'connect.refused', field: 'password' });
    await radicale().put(`${radicale().home}there/x.ics`, timed('x', 'Still read'));
    await later();
    expect(await entries('There')).toEqual(['Still read']);
  });

  it('a calendar that may only be read is read, and is told as such', async () => {
    const { report } = await owner.get('connect', { body: asked(radicale(), { calendars: 'Closed team' }) });
    expect(report?.details[0]).toBe('Calendars: Closed team (read only)');
    await settled();
    expect(await entries('Closed team')).toEqual(['Only read']);
    const refused = readWritten(await radicale().put(`${radicale().home}closed/1.ics`, timed('y', 'Not mine'), 'new'));
    expect(refused).toEqual({ kind: 'forbidden' });
  });
});
