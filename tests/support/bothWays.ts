import type { Calendar } from '../../core/contract/record/calendars.ts';
import type { Clock, Http } from '../../core/ports/ports.ts';
import { vendorModule } from '../../core/vendors/registry.ts';
import { createIds } from '../../server/ports.ts';
import { createConnection } from '../../server/store/connections.ts';
import { startCalendarDiscovery } from '../../server/workers/calendars.ts';
import { startNormaliser } from '../../server/workers/normalise.ts';
import { startPolls } from '../../server/workers/polls.ts';
import { startPushes } from '../../server/workers/pushes/pushes.ts';
import type { Account } from './calendarAccounts.ts';
import type { TestStore } from './store.ts';
import { june, takingHouse } from './taking.ts';

/** A house in which Ana Ruiz is booked, connected both ways to the calendars that she keeps, with all its workers. */

const WRITES: readonly string[] = ['PUT', 'POST', 'PATCH', 'DELETE'];
const LOOK_EVERY_MS = 10 * 60_000;
const OWNER = { kind: 'person', id: null, name: 'Front desk' } as const;
export const OWN = 'Ana Ruiz';

export async function bothWaysHouse(t: TestStore, clock: Clock & { advance(ms: number): void }, accounts: readonly Account[]) {
  const house = takingHouse(t);
  const { system } = t.store.internals.database;
  const writings = new Map<Account, number>(accounts.map((one) => [one, 0]));
  const http: Http = {
    send(request) {
      const account = accounts.find(({ base }) => request.url.startsWith(base));
      if (!account) throw new Error(`nobody is at ${request.url}`);
      if (WRITES.includes(request.method)) writings.set(account, (writings.get(account) ?? 0) + 1);
      return account.http.send(request);
    },
  };
  // The store's own connections lead nowhere.
  await system.updateTable('connectionAccess').set({ calendarsAt: '2100-01-01T00:00:00.000Z', nextPollAt: null }).execute();
  const working = { store: t.store, vendors: vendorModule, http, clock, ids: createIds(), log: t.log, random: () => 0.5 };
  const [discovery, pushes, polls, normaliser] = [startCalendarDiscovery(working), startPushes(working), startPolls(working), startNormaliser(working)];

  await house.booking(OWN, 1, 7, 8, { title: 'First talk' });
  const ana = (await house.rows()).resources.find(({ name }) => name === OWN)?.id ?? '';
  const connections = new Map<Account, string>();
  for (const [n, account] of accounts.entries()) {
    const { connectionId } = await createConnection(t.store.internals, {
      organisationId: t.organisation.id, system: account.system, name: `Calendars ${n}`, path: 'native', settings: account.settings, secrets: account.secrets, actor: OWNER, looked: false,
    });
    connections.set(account, connectionId);
    await discovery.runNow();
  }
  const calendarOf = async (account: Account): Promise<Calendar> => {
    const found = (await house.rows()).calendars.find((row) => row.connectionId === connections.get(account) && row.name === account.calendar);
    if (!found) throw new Error(`there is no calendar ${account.calendar}`);
    return found;
  };
  for (const account of accounts) {
    const { id, version } = await calendarOf(account);
    const wanted = { calendarId: id, basedOnVersion: version, direction: 'bidirectional', privacy: 'full', strategy: 'merge', resourceId: ana, everyWedding: false, invite: true } as const;
    const answer = await house.decide('calendar.save', { ...wanted, reminders: [60] });
    if (answer.outcome !== 'accepted') throw new Error(JSON.stringify(answer));
  }
  await pushes.idle();

  const ours = async (account: Account, title: string) => (await account.standing()).filter((one) => one.title === title);
  return {
    ...house, ana, calendarOf, ours,
    written: pushes.idle,
    /** Calls that wrote something over there since the house began. */
    writings: (account: Account): number => writings.get(account) ?? 0,
    /** Every calendar is looked at, what that brought is worked on, and what follows is written. */
    async look(): Promise<void> {
      clock.advance(LOOK_EVERY_MS);
      await system.updateTable('connectionAccess').set({ nextPollAt: new Date(clock.now()).toISOString() }).where('id', 'in', [...connections.values()]).execute();
      polls.wake();
      await polls.idle();
      await normaliser.idle();
      await pushes.idle();
    },
    /** A job of hers that stands in all of her calendars. */
    async job(title: string, day: number): Promise<string> {
      const id = await house.booking(OWN, day, 12, 18, { title });
      await pushes.idle();
      return id;
    },
    /** Where its one entry stands; more or fewer of them are an error. */
    async entry(account: Account, title: string) {
      const [one, ...more] = await ours(account, title);
      if (!one || more.length > 0) throw new Error(`${title} stands there ${one ? more.length + 1 : 0} times`);
      return one;
    },
    async move(id: string, startsAt: string, endsAt: string): Promise<void> {
      const row = await house.one('bookings', id);
      const answer = await house.decide('plan.carry_out', { moves: [{ collection: 'bookings', id, basedOnVersion: row.version, resourceId: ana, startsAt, endsAt }], reason: null });
      if (answer.outcome !== 'accepted') throw new Error(JSON.stringify(answer));
      await pushes.idle();
    },
    async setStatus(id: string, status: 'cancelled' | 'hold' | 'definite'): Promise<void> {
      const row = await house.one('bookings', id);
      const answer = await house.decide('booking.set_status', { collection: 'bookings', id, basedOnVersion: row.version, status, reason: null });
      if (answer.outcome !== 'accepted') throw new Error(JSON.stringify(answer));
      await pushes.idle();
    },
    /** Types of the events since then, but for what is told of connections. */
    since: async (seq: number): Promise<string[]> => (await t.store.readEvents(t.organisation.id, seq, 1_000)).map(({ type }) => type).filter((type) => !type.startsWith('connection.')),
    now: async (): Promise<number> => (await t.store.snapshot(t.organisation.id)).seq,
    async stop(): Promise<void> {
      for (const one of [discovery, pushes, polls, normaliser]) await one.stop();
    },
  };
}
export type BothWaysHouse = Awaited<ReturnType<typeof bothWaysHouse>>;
export const day = (n: number, from: number, to: number) => ({ startsAt: june(n, from), endsAt: june(n, to) });
