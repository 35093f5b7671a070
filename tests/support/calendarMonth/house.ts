import { sql } from 'kysely';
import type { Calendar } from '../../../core/contract/record/calendars.ts';
import { createIds } from '../../../server/ports.ts';
import { startNormaliser } from '../../../server/workers/normalise.ts';
import { startPolls } from '../../../server/workers/polls.ts';
import { calendarHouse } from '../calendarHouse.ts';
import { fakeCalendar } from '../fakeCalendar.ts';
import { openTestStore, settableClock } from '../store.ts';
import { lookedAt } from './vendor.ts';

/** A house of twelve vendors, an ensemble and a room with a part each, with six calendars that are kept elsewhere, each with another way of settling what differs. */

export const BEGIN = '2027-05-01T06:00:00.000Z';
const OWNERS = ['Ana Ruiz', 'Ben Okafor', 'Cleo Marsh'] as const;
const OTHERS = Array.from({ length: 9 }, (_none, n) => `Vendor ${n + 4}`);
export const VENDORS: readonly string[] = [...OWNERS, ...OTHERS];
export const ROOM = 'Great Hall';
/** A part of it. */
export const PART = 'North Bay';
/** Those who play together: the crew is one of them. */
export const TOGETHER = 'Ensemble';
/** The calendar of which a person decides all that differs. */
export const MANUAL = 'Cleo';

const CALENDARS: readonly (Pick<Calendar, 'name' | 'strategy' | 'privacy' | 'runSheet'> & { readonly of: string })[] = [
  { name: 'Ana', of: 'Ana Ruiz', strategy: 'merge', privacy: 'full', runSheet: true },
  { name: 'Ben', of: 'Ben Okafor', strategy: 'remote_wins', privacy: 'title' },
  { name: 'Hall', of: ROOM, strategy: 'local_wins', privacy: 'full', runSheet: true },
  { name: 'Crew', of: 'Crew', strategy: 'merge', privacy: 'busy', runSheet: true },
  { name: 'Bay', of: PART, strategy: 'merge', privacy: 'title', runSheet: true },
  { name: MANUAL, of: 'Cleo Marsh', strategy: 'manual', privacy: 'title', runSheet: true },
];

/** `random` is what looks bring twice, late and in which order; whoever plays has another one, so that neither changes the other. */
export async function monthHouse(random: () => number) {
  const clock = settableClock(BEGIN);
  const t = await openTestStore({ clock });
  const fake = fakeCalendar(CALENDARS.map(({ name }) => ({ name })), clock.now);
  const looked = lookedAt(fake, clock.now, random);
  const there = looked.calendar;
  const house = await calendarHouse(t, there, clock);
  const { internals } = t.store;
  const organisationId = t.organisation.id;

  const crew = await house.resource('crew', 'Crew');
  const part = await house.resource('room', PART);
  const resources = new Map([['Crew', crew], [PART, part], [ROOM, await house.resource('room', ROOM, { partIds: [part] })]]);
  await house.resource('vendor', TOGETHER, { partIds: [crew] });
  for (const [n, name] of VENDORS.entries()) {
    const row = await house.one('bookings', await house.booking(name, 1 + n, 9, 12));
    if (row.vendorId) resources.set(name, row.vendorId);
  }
  await house.connect();
  const discovery = house.discoveryOf(t.store);
  await discovery.runNow();
  await discovery.stop();
  for (const { name, of, strategy, privacy, runSheet = null } of CALENDARS) {
    const answer = await house.save(name, { direction: 'bidirectional', strategy, privacy, runSheet, resourceId: resources.get(of) ?? null });
    if (answer.outcome !== 'accepted') throw new Error(JSON.stringify(answer));
  }
  const refs = new Map(CALENDARS.map(({ name }) => [name, there.state.calendars.find((one) => one.name === name)?.remoteId ?? '']));

  const working = { store: t.store, vendors: there.vendors, http: { send: () => Promise.reject(new Error('nobody is called')) }, clock, ids: createIds(), log: t.log, random: () => 0.5 };
  /** What stands there is looked at now, as after a call of theirs, and what it brings is worked on. */
  async function look(): Promise<void> {
    await sql`update connection_access set next_poll_at = ${new Date(clock.now()).toISOString()}::timestamptz where system = 'fake-calendar'`.execute(internals.database.system);
    const polls = startPolls(working);
    await polls.idle();
    await polls.stop();
    await work();
  }
  async function work(): Promise<void> {
    const line = startNormaliser(working);
    await line.idle();
    await line.stop();
  }
  /** What is due is written. The worker is there for no longer than that, so that a play goes the same way again. */
  async function writeOut(): Promise<void> {
    const pushes = house.pushesOf(t.store);
    await pushes.idle();
    await pushes.stop();
  }
  /** Whoever writes is taken for dead: somebody else has his calendars from now on. */
  const die = () => internals.database.system.updateTable('calendarStates').set((eb) => ({ leasedUntil: '-infinity', fence: eb('fence', '+', 1) })).execute();
  const deliveries = async (): Promise<Record<string, number>> => {
    const { rows } = await sql<{ state: string; count: number }>`select state, count(*)::int as count from deliveries group by state`.execute(internals.database.system);
    return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
  };
  /** What the log says of a push and of what was asked about it, for whoever looks for the cause. */
  const story = async (pushId: string): Promise<string[]> => {
    const push = await house.one('pushes', pushId);
    const own = new Set([pushId, push.subject.id, ...(await house.rows()).differences.filter((one) => one.pushId === pushId).map(({ id }) => id)]);
    const events = await t.store.readEvents(organisationId, 0, 100_000);
    return events.flatMap(({ type, row, recordedAt, actor }) => (own.has(row.id) ? [`${recordedAt} ${type} by ${actor.name} ${JSON.stringify(row)}`] : []));
  };
  return { ...house, story, t, clock, there, looked, resources, refs, organisationId, look, work, writeOut, die, deliveries, cleanup: async () => { await house.stop(); await t.cleanup(); } };
}
export type MonthHouse = Awaited<ReturnType<typeof monthHouse>>;
