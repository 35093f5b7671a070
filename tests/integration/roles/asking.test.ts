import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { CommandAnswer } from '../../../core/contract/commands.ts';
import { HTTP } from '../../../core/contract/http.ts';
import { vendorModule } from '../../../core/vendors/registry.ts';
import { createEgressHttp } from '../../../egress/http.ts';
import { systemClock } from '../../../server/ports.ts';
import { createConnection } from '../../../server/store/connections.ts';
import { startCalendarDiscovery } from '../../../server/workers/calendars.ts';
import { fill, hasRadicale, NO_SERVERS, startRadicale, type CalendarServer } from '../../support/calendarServers.ts';
import { letIn } from '../../support/house.ts';
import { plainWork } from '../../support/plainWork.ts';
import { startServer, type RunningServer } from '../../support/runningServer.ts';
import { openTestStore, temporaryDirectory, TEST_MASTER_KEY, type TestStore } from '../../support/store.ts';
import { takingHouse } from '../../support/taking.ts';
import { icsOf } from '../../vendors/davFake.ts';

/** The process that takes a confirmation is not the one that looks at calendars: built servers, a real PostgreSQL, a real calendar server. */

const cluster = process.env['WEDSYNC_TEST_DATABASE_URL'];
const why = cluster === undefined ? 'needs a PostgreSQL' : hasRadicale() ? null : NO_SERVERS;
/** From the day of the test on; hours of a day a month ahead, in UTC. */
const DAY = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
const at = (hour: number): string => `${DAY}T${String(hour).padStart(2, '0')}:00:00.000Z`;
const entry = (uid: string, hour: number): string => icsOf(uid, `DTSTART:${DAY.replaceAll('-', '')}T${String(hour).padStart(2, '0')}0000Z`, 'DURATION:PT1H', `SUMMARY:${uid}`);

describe.skipIf(why !== null)(why ?? 'asking from one process to another', () => {
  let radicale: CalendarServer;
  let t: TestStore;
  let headers: { authorization: string };
  let resourceId: string;
  const folder = temporaryDirectory();
  const running: RunningServer[] = [];

  beforeAll(async () => {
    radicale = await startRadicale();
    await fill(radicale, 'diary', 'Diary', [entry('Yoga', 7)]);
    t = await openTestStore();
    const house = takingHouse(t);
    await t.store.internals.database.system.updateTable('connectionAccess').set({ calendarsAt: '2100-01-01T00:00:00.000Z', nextPollAt: null }).execute();
    const settings = { serverUrl: `${radicale.url}/`, userName: radicale.user, zone: 'Europe/London' };
    await createConnection(t.store.internals, { organisationId: t.organisation.id, system: 'caldav', name: 'Radicale', path: 'native', settings, secrets: { password: radicale.password }, actor: { kind: 'system', id: null, name: 'test' } });
    const discovery = startCalendarDiscovery({ store: t.store, vendors: vendorModule, http: createEgressHttp({ allow: [`127.0.0.1:${radicale.port}`], log: t.log }), clock: systemClock, log: t.log });
    await discovery.runNow();
    await discovery.stop();
    resourceId = await house.resource('crew', 'Ana Ruiz');
    const [calendar] = (await house.rows()).calendars;
    if (!calendar) throw new Error('no calendar');
    await house.decide('calendar.save', { calendarId: calendar.id, basedOnVersion: calendar.version, direction: 'inbound', privacy: 'full', strategy: 'merge', resourceId, everyWedding: false, invite: false, reminders: [] });
    ({ headers } = await letIn(t.store, t.organisation.id, { role: 'coordinator', weddingId: null, contactId: null, bookingIds: [] }));
  });
  afterEach(async () => {
    for (const one of running.splice(0)) await one.kill();
  });
  afterAll(async () => {
    await t?.cleanup();
    await radicale?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function start(role: 'stream' | 'worker'): Promise<RunningServer> {
    const server = await startServer({
      dataDir: join(folder, role),
      env: { DATABASE_URL: t.options.databaseUrl ?? '', WEDSYNC_MASTER_KEY: Buffer.from(TEST_MASTER_KEY).toString('base64'), WEDSYNC_ROLE: role, WEDSYNC_DEMO: '0', WEDSYNC_LOG_LEVEL: 'info', WEDSYNC_EGRESS_ALLOW: `127.0.0.1:${radicale.port}`, WEDSYNC_ASK_CALENDARS_MS: '8000' },
    });
    running.push(server);
    return server;
  }
  const take = (commandId: string, hour: number) => ({ type: 'allocation.save', commandId, allocationId: commandId, basedOnVersion: null, weddingId: null, bookingId: null, resourceId, title: 'Job', startsAt: at(hour), endsAt: at(hour + 1), status: 'definite', rank: null, holdUntil: null, lockedBecause: null, tags: [], units: 1, setUpMinutes: null, turnaroundMinutes: null, reason: null });
  const send = async (server: RunningServer, body: object): Promise<CommandAnswer> => {
    const answer = await fetch(server.url + HTTP.commands.path, { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) });
    return CommandAnswer.parse(await answer.json());
  };
  const access = () => t.store.internals.database.system.selectFrom('connectionAccess').select(['lookedAt', 'lookAsked', 'lookAnswered']).where('system', '=', 'caldav').executeTakeFirstOrThrow();
  const longAgo = () => t.store.internals.database.system.updateTable('connectionAccess').set({ lookedAt: '2026-01-01T00:00:00.000Z' }).where('system', '=', 'caldav').execute();
  const id = () => t.store.internals.ids.next();

  test('the process that looks hears at once that somebody waits, and what it finds is in the way', async () => {
    const [stream] = await Promise.all([start('stream'), start('worker')]);
    await expect.poll(async () => (await access()).lookedAt).not.toBeNull();
    await longAgo();
    await radicale.put(`${radicale.home}diary/dentist.ics`, entry('Dentist', 9));
    expect(await send(stream, take(id(), 9))).toMatchObject({ outcome: 'rejected', error: { code: 'conflict.would_clash', message: expect.stringContaining('Dentist') as string } });
    const took: number[] = [];
    for (let n = 0; n < 5; n += 1) {
      await longAgo();
      // Whoever looks is asleep again by then.
      await sleep(150);
      const beganAt = performance.now();
      expect(await send(stream, take(id(), 10 + n))).toMatchObject({ outcome: 'accepted' });
      took.push(performance.now() - beganAt);
    }
    took.sort((a, b) => a - b);
    // Its list is looked at every five seconds by itself; half of that would be the half of all.
    expect(took[2]).toBeLessThan(20 * plainWork());
    const said = stream.lines.filter((line) => line.includes('calendars asked before a confirmation')).map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(said).toHaveLength(6);
    expect(said[0]).toMatchObject({ calendars: 1, notAsked: [], ms: expect.any(Number) as number });
  });

  test('a process that dies while it asks has decided nothing, and the same command is decided by the next', async () => {
    await longAgo();
    const first = await start('stream');
    const commandId = id();
    const { lookAsked } = await access();
    const lost = send(first, take(commandId, 20)).then(() => 'answered', () => 'lost');
    await expect.poll(async () => (await access()).lookAsked).toBe(lookAsked + 1);
    await first.kill();
    expect(await lost).toBe('lost');
    const decided = () => t.store.internals.database.system.selectFrom('commands').select('commandId').where('commandId', '=', commandId).execute();
    expect(await decided()).toEqual([]);
    const [second] = await Promise.all([start('stream'), start('worker')]);
    expect(await send(second, take(commandId, 20))).toMatchObject({ outcome: 'accepted' });
    expect(await decided()).toHaveLength(1);
  });
});
