import type { Calendar } from '../../core/contract/record/calendars.ts';
import type { Http } from '../../core/ports/ports.ts';
import { vendorModule } from '../../core/vendors/registry.ts';
import { createEgressHttp } from '../../egress/http.ts';
import { createIds } from '../../server/ports.ts';
import { createConnection } from '../../server/store/connections.ts';
import { startCalendarDiscovery } from '../../server/workers/calendars.ts';
import { startNormaliser } from '../../server/workers/normalise.ts';
import { startPolls } from '../../server/workers/polls.ts';
import { startPushes } from '../../server/workers/pushes/pushes.ts';
import type { CalendarServer } from './calendarServers.ts';
import type { settableClock, TestStore } from './store.ts';
import { takingHouse } from './taking.ts';

/** A house and a real calendar server, read and written by the workers that do it every day. `through` sees each call. */
export async function realCalendarHouse(t: TestStore, server: CalendarServer, clock: ReturnType<typeof settableClock>, through: (inner: Http) => Http = (inner) => inner) {
  const house = takingHouse(t);
  const { database } = t.store.internals;
  await database.system.updateTable('connectionAccess').set({ calendarsAt: '2100-01-01T00:00:00.000Z' }).execute();
  const http = through(createEgressHttp({ allow: [`127.0.0.1:${server.port}`], log: t.log }));
  const working = { store: t.store, vendors: vendorModule, http, clock, ids: createIds(), log: t.log, random: () => 0.5 };
  const [discovery, pushes, polls, normaliser] = [startCalendarDiscovery(working), startPushes(working), startPolls(working), startNormaliser(working)];
  const connect = async (): Promise<string> => {
    const settings = { serverUrl: `${server.url}/`, userName: server.user, zone: 'Europe/London' };
    const actor = { kind: 'system', id: null, name: 'test' } as const;
    const { connectionId } = await createConnection(t.store.internals, { organisationId: t.organisation.id, system: 'caldav', name: 'Calendars', path: 'native', settings, secrets: { password: server.password }, actor, looked: false });
    await discovery.runNow();
    return connectionId;
  };
  const calendar = async (name: string, connectionId: string): Promise<Calendar> => {
    const found = (await house.rows()).calendars.find((row) => row.name === name && row.connectionId === connectionId);
    if (!found) throw new Error(`there is no calendar ${name}`);
    return found;
  };
  return {
    ...house, connect, calendar, discovery, pushes,
    async save(name: string, connectionId: string, change: Partial<Pick<Calendar, 'direction' | 'resourceId' | 'strategy' | 'privacy'>>) {
      const { id, version, direction, privacy, strategy, resourceId, everyWedding, invite, reminders } = await calendar(name, connectionId);
      const answer = await house.decide('calendar.save', { calendarId: id, basedOnVersion: version, direction, privacy, strategy, resourceId, everyWedding, invite, reminders, ...change });
      await pushes.idle();
      return answer;
    },
    /** A whole look, and all that comes of it. */
    async look(connectionId: string): Promise<void> {
      clock.advance(10 * 60_000);
      await database.system.updateTable('connectionAccess').set({ nextPollAt: new Date(clock.now()).toISOString() }).where('id', '=', connectionId).execute();
      polls.wake();
      await polls.idle();
      await normaliser.idle();
      await pushes.idle();
    },
    async stop(): Promise<void> {
      for (const one of [discovery, pushes, polls, normaliser]) await one.stop();
    },
  };
}
export type RealCalendarHouse = Awaited<ReturnType<typeof realCalendarHouse>>;
