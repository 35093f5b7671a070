import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Connection } from '../../core/contract/record/connections.ts';
import type { VendorModule } from '../../core/vendors/vendor.ts';
import { createEgressHttp } from '../../egress/http.ts';
import { createCalls } from '../../server/calls/calls.ts';
import { pacedDesk } from '../../server/calls/paced.ts';
import { createDesk, type Desk } from '../../server/desk/desk.ts';
import { saltOf } from '../../server/desk/marks.ts';
import { createIds } from '../../server/ports.ts';
import type { OpenedStore } from '../../server/store/internals.ts';
import { startNormaliser, type Normaliser } from '../../server/workers/normalise.ts';
import { startPolls, type Polls, type PollsOptions } from '../../server/workers/polls.ts';
import type { PushesOptions } from '../../server/workers/pushes/pushes.ts';
import { keyedVendor, startDeskProgram, startKeyedHost, type DeskProgram, type DeskProgramOptions, type KeyedHost } from './desk.ts';
import { furnish, letIn } from './house.ts';
import { manager, type Manager } from './manager.ts';
import { testApp, type TestApp } from './serverApp.ts';
import { openTestStore, settableClock, type TestStore } from './store.ts';

/** A server whose workers and routes run, a vendor behind a key, and desktops that may keep it. */
export interface DeskHouse {
  readonly t: TestStore;
  readonly app: TestApp;
  readonly host: KeyedHost;
  readonly clock: ReturnType<typeof settableClock>;
  readonly vendor: VendorModule;
  /** An owner in a browser. */
  readonly owner: Manager;
  /** What its workers are made with. */
  readonly working: PushesOptions & PollsOptions & { readonly store: OpenedStore; readonly desk: Desk };
  /** Lets a desktop in and starts its program; `as` = one that is let in already. */
  desktop(options?: Partial<DeskProgramOptions> & { readonly as?: string }): Promise<DeskProgram & { readonly deviceId: string; readonly token: string }>;
  /** What `keeping.connect` is asked for. */
  wanted(apiKey?: string): Parameters<DeskProgram['keeping']['connect']>[0];
  row(connectionId: string): Promise<Connection>;
  access(connectionId: string): Promise<{ keptBy: string | null; keptFence: number; failures: number; breaker: unknown; cursor: string | null; nextPollAt: string | null; keptWaits: boolean }>;
  /** Stores a webhook that means this. */
  deliver(connectionId: string, means: unknown): Promise<string>;
  stateOf(deliveryId: string): Promise<{ state: string; reason: string | null }>;
  /** What this connection has brought. */
  titles(connectionId: string): Promise<string[]>;
  /** The connection's time has come. */
  lookNow(connectionId: string): Promise<void>;
  /** Ends every desktop, and has nothing of before looked at any more. */
  calm(): Promise<void>;
  /** Kills the desktop, and waits until the server has seen that nobody listens. */
  kill(desk: DeskProgram): Promise<void>;
  close(): Promise<void>;
}

/** Waits for a condition on the record; fails with its name. */
export async function untilTrue(what: string, check: () => boolean | Promise<boolean>, limitMs = 20_000): Promise<void> {
  for (const end = performance.now() + limitMs; !(await check()); await new Promise((resolve) => setTimeout(resolve, 20))) {
    if (performance.now() > end) throw new Error(`gave up waiting: ${what}`);
  }
}

export interface DeskHouseOptions {
  readonly turnMs?: number;
  /** The store of the process that works on deliveries; the one that serves people unless it is said otherwise. */
  readonly worksOn?: (t: TestStore) => Promise<OpenedStore>;
  /** The one system that there is. */
  readonly vendor?: VendorModule;
  /** Where calls may go besides the keyed host, `host:port`. */
  readonly allow?: readonly string[];
}

export async function openDeskHouse({ turnMs = 4_000, worksOn, vendor = keyedVendor(), allow = [] }: DeskHouseOptions = {}): Promise<DeskHouse> {
  const clock = settableClock('2026-11-20T12:00:00.000Z');
  const t = await openTestStore({ clock });
  const host = await startKeyedHost();
  const egressAllow = [host.host, ...allow];
  const vendors = (system: string) => (system === vendor.manifest.id ? vendor : null);
  const app = testApp(t.store, { vendors, catalogue: [vendor], clock, turnMs, config: { managingPerMinute: 10_000, apiPerMinute: 100_000, egressAllow } });
  const url = await app.listen();
  const house = await furnish(t.store, t.organisation.id);
  const owner = manager(app, (await letIn(t.store, house.organisationId, house.access('owner'))).headers);
  const working = (await worksOn?.(t)) ?? t.store;
  const ids = createIds();
  const hand: Desk = working === t.store && app.desk ? app.desk : createDesk({ store: working, clock, ids, log: t.log, turnMs });
  const calls = createCalls({ http: createEgressHttp({ allow: egressAllow, log: t.log }), clock, audit: (line) => working.audit(line), salt: (id) => saltOf(t.store.internals.vault, id) });
  const desk = pacedDesk(hand, calls, vendors);
  const options: DeskHouse['working'] = { store: working, vendors, http: createEgressHttp({ allow: egressAllow, log: t.log }), clock, ids, log: t.log, random: () => 0.5, desk };
  const polls: Polls = startPolls(options);
  const line: Normaliser = startNormaliser({ ...options, lookNow: () => polls.wake() });
  const wake = t.store.onDeliveries(() => polls.wake());
  const programs: DeskProgram[] = [];
  let listening = 0;
  const { desk: served } = app;
  if (served) {
    const listen = served.listen.bind(served);
    served.listen = async (...args) => {
      listening += 1;
      return listen(...args).finally(() => (listening -= 1));
    };
  }
  const db = t.store.internals.database.system;
  return {
    t, app, host, clock, vendor, owner, working: options,
    async desktop({ as, ...more } = {}) {
      const let_ = as === undefined ? await letIn(t.store, house.organisationId, house.access('coordinator')) : { token: as, deviceId: '' };
      const program = startDeskProgram({ url, token: let_.token, vendors, egressAllow, log: t.log, ...more });
      programs.push(program);
      return { ...program, deviceId: let_.deviceId, token: let_.token };
    },
    wanted: (apiKey) => ({ system: 'keyed', path: 'native', settings: { baseUrl: host.url }, secrets: { apiKey: apiKey ?? 'kept-key-0123456789abcdef', signingSecret: 'signing-0123456789' } }),
    async row(connectionId) {
      const row = (await t.store.snapshot(t.organisation.id)).rows.connections.find((one) => one.id === connectionId);
      if (!row) throw new Error('no such connection');
      return row;
    },
    access: (connectionId) => db.selectFrom('connectionAccess').select(['keptBy', 'keptFence', 'failures', 'breaker', 'cursor', 'nextPollAt', 'keptWaits']).where('id', '=', connectionId).executeTakeFirstOrThrow(),
    async deliver(connectionId, means) {
      const made = { organisationId: t.organisation.id, connectionId, system: 'keyed', deliveryKey: randomUUID(), vendorEvent: null, mediaType: 'application/json', headers: {}, bodyText: JSON.stringify(means), receivedAt: new Date(clock.now()).toISOString() };
      return (await t.store.addDelivery(made)).deliveryId;
    },
    stateOf: (id) => db.selectFrom('deliveries').select(['state', 'reason']).where('id', '=', id).executeTakeFirstOrThrow(),
    titles: async (connectionId) => (await t.store.snapshot(t.organisation.id)).rows.calendarEvents.filter((row) => row.source?.connectionId === connectionId).map((row) => row.title).sort(),
    async lookNow(connectionId) {
      await sql`update connection_access set next_poll_at = ${new Date(clock.now()).toISOString()}::timestamptz where id = ${connectionId}`.execute(db);
      polls.wake();
    },
    async kill(desk_) {
      desk_.kill();
      await untilTrue('nobody listens', () => listening === 0);
    },
    async calm() {
      for (const program of programs.splice(0)) program.kill();
      await untilTrue('nobody listens', () => listening === 0);
      await sql`update connection_access set next_poll_at = null`.execute(db);
      Object.assign(host, { items: [], hangs: null, status: 200, echoes: false });
      host.calls.length = 0;
    },
    async close() {
      for (const program of programs) program.kill();
      wake();
      app.desk?.stop();
      desk.stop();
      await polls.stop();
      await line.stop();
      const closed = app.app.close();
      // A line that a killed desktop had opened and never used would be waited for, a whole minute.
      app.app.server.closeAllConnections();
      await closed;
      if (working !== t.store) await working.close();
      await t.cleanup();
      await host.close();
    },
  };
}
