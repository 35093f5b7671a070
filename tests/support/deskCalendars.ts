import { z } from 'zod';
import type { Calendar } from '../../core/contract/record/calendars.ts';
import { err } from '../../core/contract/result.ts';
import { apiClient, bearer } from '../../core/vendors/apiClient.ts';
import { troubleOf } from '../../core/vendors/calendarCalls.ts';
import type { CalendarPart, CalendarResult } from '../../core/vendors/calendars.ts';
import type { CallPorts, ConnectionAccess } from '../../core/vendors/calling.ts';
import type { VendorModule } from '../../core/vendors/vendor.ts';
import { startCalendarDiscovery, type Discovery } from '../../server/workers/calendars.ts';
import { startPushes, type PushWorker } from '../../server/workers/pushes/pushes.ts';
import { keyedVendor, type DeskProgram } from './desk.ts';
import { openDeskHouse, untilTrue, type DeskHouse, type DeskHouseOptions } from './deskHouse.ts';
import { fakeCalendar, type FakeCalendar } from './fakeCalendar.ts';
import { takingHouse } from './taking.ts';

/** A house whose calendars are behind a key that a desktop keeps: each call knocks at the vendor's own server with that key first. */

export interface DeskCalendars {
  readonly h: DeskHouse;
  readonly there: FakeCalendar;
  readonly house: ReturnType<typeof takingHouse>;
  readonly pushes: PushWorker;
  readonly discovery: Discovery;
  /** Connects with a key that this desktop keeps, waits for its calendars, and has the first one written. Gives connection and calendar. */
  connected(desk: DeskProgram): Promise<{ readonly connectionId: string; readonly calendarId: string }>;
  calendar(id: string): Promise<Calendar>;
  save(id: string, change: Partial<Pick<Calendar, 'direction' | 'resourceId' | 'reminders'>>): Promise<void>;
  /** State, attempts and reason of every push, in their order. */
  pushStates(): Promise<readonly (readonly [string, number, string | null])[]>;
  /** What each look was told to have been written; null = nothing. */
  readonly told: readonly (ConnectionAccess['written'] | null)[];
  /** Titles of what stands over there, in the order in which it was made. */
  made(): string[];
  close(): Promise<void>;
}

const Knocked = z.looseObject({});

/** The part of a fake calendar, each call behind a request with the key. */
function behindKey(part: CalendarPart): CalendarPart {
  type Then<T> = () => Promise<CalendarResult<T>>;
  const api = { who: 'Keyed', baseUrl: 'https://api.keyed.example', headers: (of: ConnectionAccess) => bearer(of, 'apiKey') };
  async function knock<T>(ports: CallPorts, access: ConnectionAccess, what: string, then: Then<T>): Promise<CalendarResult<T>> {
    const answer = await apiClient(api, access, ports).read(`/calendar/${what}`, 'the calendar', Knocked);
    return answer.ok ? then() : err(troubleOf(answer.error));
  }
  return {
    ...part,
    calendars: (ports, access) => knock(ports, access, 'list', () => part.calendars(ports, access)),
    write: (ports, access, ...args) => knock(ports, access, args[2].kind, () => part.write(ports, access, ...args)),
    remove: (ports, access, ...args) => knock(ports, access, 'remove', () => part.remove(ports, access, ...args)),
    read: (ports, access, ...args) => knock(ports, access, 'read', () => part.read(ports, access, ...args)),
  };
}

export async function openDeskCalendars(options: Omit<DeskHouseOptions, 'vendor'> = {}): Promise<DeskCalendars> {
  const there = fakeCalendar([{ name: 'Hall' }, { name: 'Ana' }]);
  const { calendar: part } = there.vendor;
  if (!part) throw new Error('no calendars');
  const keyed = keyedVendor();
  const { poll } = keyed;
  const told: (ConnectionAccess['written'] | null)[] = [];
  const looking: Partial<VendorModule> = poll ? { poll: { ...poll, read: (cursor, access, ports) => {
    told.push(access.written ?? null);
    return poll.read(cursor, access, ports);
  } } } : {};
  const vendor: VendorModule = { ...keyed, ...looking, calendar: behindKey(part) };
  const h = await openDeskHouse({ ...options, vendor });
  const house = takingHouse(h.t);
  // Those that the store is made with have no calendars.
  await h.t.store.internals.database.system.updateTable('connectionAccess').set({ calendarsAt: '2100-01-01T00:00:00.000Z' }).execute();
  const discovery = startCalendarDiscovery(h.working);
  const pushes = startPushes(h.working);
  const calendars = async () => (await house.rows()).calendars;
  const own = async (id: string): Promise<Calendar> => house.one('calendars', id);
  async function save(id: string, change: Partial<Pick<Calendar, 'direction' | 'resourceId' | 'reminders'>>): Promise<void> {
    await untilTrue('it is saved', async () => {
      const { version, direction, privacy, strategy, resourceId, everyWedding, invite, reminders } = await own(id);
      const kept = { direction, privacy, strategy, resourceId, everyWedding, invite, reminders };
      const answer = await house.decide('calendar.save', { calendarId: id, basedOnVersion: version, ...kept, ...change });
      if (answer.outcome === 'rejected') throw new Error(answer.error.message);
      // How far it is filled was told meanwhile.
      return answer.outcome === 'accepted';
    });
  }
  return {
    h, there, house, pushes, discovery, save, told,
    calendar: own,
    async connected(desk) {
      const made = await desk.keeping.connect(h.wanted());
      if (!made.ok) throw new Error(`${made.error.code}: ${made.error.message}`);
      const connectionId = made.value.connection.id;
      const found = async () => (await calendars()).find((row) => row.connectionId === connectionId && row.name === 'Hall');
      await untilTrue('its calendars', async () => (await found()) !== undefined);
      const calendarId = (await found())?.id ?? '';
      await save(calendarId, { direction: 'outbound', resourceId: await house.resource('room', 'Great Hall') });
      // What is written meanwhile would be gone through once more.
      await untilTrue('it is filled', async () => (await own(calendarId)).filling.state === 'idle');
      return { connectionId, calendarId };
    },
    async pushStates() {
      const pushes = [...(await house.rows()).pushes].sort((a, b) => a.id.localeCompare(b.id));
      return pushes.map(({ state, attempts, reason }) => [state, attempts, reason] as const);
    },
    made: () => there.entries.map(({ event }) => event.title),
    async close() {
      await discovery.stop();
      await pushes.stop();
      await h.close();
    },
  };
}
