import type { Calendar } from '../../core/contract/record/calendars.ts';
import type { Clock, Http } from '../../core/ports/ports.ts';
import { createConnection } from '../../server/store/connections.ts';
import type { OpenedStore } from '../../server/store/internals.ts';
import { createIds } from '../../server/ports.ts';
import { startCalendarDiscovery, type Discovery } from '../../server/workers/calendars.ts';
import { startPushes, type PushWorker } from '../../server/workers/pushes/pushes.ts';
import { FAKE_CALENDAR, type FakeCalendar } from './fakeCalendar.ts';
import type { TestStore } from './store.ts';
import { takingHouse } from './taking.ts';

/** A house with calendars over there, and the workers that write them. */

const NOBODY: Http = { send: () => Promise.reject(new Error('nobody is called')) };

export async function calendarHouse(t: TestStore, there: FakeCalendar, clock: Clock) {
  const house = takingHouse(t);
  // Those that the store is made with have no calendars.
  await t.store.internals.database.system.updateTable('connectionAccess').set({ calendarsAt: '2100-01-01T00:00:00.000Z' }).execute();
  const working: (PushWorker | Discovery)[] = [];
  const options = { vendors: there.vendors, http: NOBODY, clock, ids: createIds(), log: t.log, random: () => 0.5 };
  const pushesOf = (store: OpenedStore): PushWorker => {
    const one = startPushes({ ...options, store });
    working.push(one);
    return one;
  };
  const discoveryOf = (store: OpenedStore): Discovery => {
    const one = startCalendarDiscovery({ ...options, store });
    working.push(one);
    return one;
  };
  const calendars = async () => (await house.rows()).calendars;
  return {
    ...house, calendars, pushesOf, discoveryOf,
    connect: async () => (await createConnection(t.store.internals, { organisationId: t.organisation.id, system: FAKE_CALENDAR, name: 'Calendars', path: 'native', settings: {}, secrets: {}, actor: { kind: 'system', id: null, name: 'test' } })).connectionId,
    calendar: async (name: string): Promise<Calendar> => {
      const found = (await calendars()).find((row) => row.name === name);
      if (!found) throw new Error(`there is no calendar ${name}`);
      return found;
    },
    async save(name: string, change: Partial<Calendar>) {
      const { id, version, direction, privacy, strategy, resourceId, everyWedding, runSheet = null, invite, reminders } = await this.calendar(name);
      return house.decide('calendar.save', { calendarId: id, basedOnVersion: version, direction, privacy, strategy, resourceId, everyWedding, runSheet, invite, reminders, ...pick(change) });
    },
    pushes: async () => (await house.rows()).pushes,
    stop: async () => {
      for (const one of working) await one.stop();
    },
  };
}
export type CalendarHouse = Awaited<ReturnType<typeof calendarHouse>>;

const FIELDS = [
  'direction', 'privacy', 'strategy', 'resourceId', 'everyWedding', 'runSheet', 'invite', 'reminders', 'role', 'categories', 'titleTemplate', 'descriptionTemplate', 'categoryWord',
] as const;
const pick = (change: Partial<Calendar>): Partial<Pick<Calendar, (typeof FIELDS)[number]>> => Object.fromEntries(FIELDS.flatMap((field) => (change[field] === undefined ? [] : [[field, change[field]]])));
