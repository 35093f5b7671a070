import { sql } from 'kysely';
import { err, ok } from '../../core/contract/result.ts';
import type { Command, CommandAnswer } from '../../core/contract/commands.ts';
import type { Calendar } from '../../core/contract/record/calendars.ts';
import { IDLE_FILLING } from '../../core/domain/calendars/targets.ts';
import type { Change } from '../../core/domain/record/changes.ts';
import { draftCreated, type DraftContext } from '../../core/domain/record/drafts.ts';
import type { Brought, Normalised, PollPart } from '../../core/vendors/vendor.ts';
import { createIds } from '../../server/ports.ts';
import { createConnection } from '../../server/store/connections.ts';
import { startNormaliser, type Normaliser } from '../../server/workers/normalise.ts';
import { startPolls, type Polls } from '../../server/workers/polls.ts';
import { letIn } from './house.ts';
import { manager } from './manager.ts';
import { scriptedVendor } from './scriptedVendor.ts';
import { testApp, type TestApp } from './serverApp.ts';
import type { settableClock, TestStore } from './store.ts';
import { takingHouse } from './taking.ts';

/** A house that listens to calendars which can be asked at any time, by the real endpoint, the real looks and the real line of deliveries. */

const SYSTEM: DraftContext = { actor: { kind: 'system', id: null, name: 'WedSync' }, source: null, deliveryId: null };
const NOBODY = { send: () => Promise.reject(new Error('nobody is called')) };
type Page = Awaited<ReturnType<PollPart['read']>>;
type Wanted<T extends Command['type']> = T extends Command['type'] ? Omit<Extract<Command, { type: T }>, 'type' | 'commandId'> : never;

/** A calendar over there: what stands in it, and what happens to whoever reads it. */
export interface There {
  readonly calendar: Calendar;
  readonly connectionId: string;
  /** How often it was read. */
  reads: number;
  /** Somebody makes an entry there. */
  put(id: string, startsAt: string, endsAt: string): void;
  /** Replaces the reading; null = it reads as it stands. */
  instead: ((asItStands: () => Page) => Promise<Page>) | null;
}

export const DOWN = async (): Promise<Page> => err({ code: 'normalise.reread_failed', message: 'HTTP 503', retryable: true, retryAfterMs: null });

export async function askedHouse(t: TestStore, clock: ReturnType<typeof settableClock>, waitMs: number) {
  const house = takingHouse(t);
  const { internals } = t.store;
  const organisationId = t.organisation.id;
  const theres = new Map<string, There & { readonly items: Brought[] }>();
  const read: PollPart['read'] = async (cursor, access) => {
    const there = theres.get(access.connectionId);
    if (!there) return ok({ items: [], cursor: cursor ?? '0', more: false });
    there.reads += 1;
    const asItStands = (): Page => ok({ items: there.items.slice(Number(cursor ?? 0)), cursor: String(there.items.length), more: false });
    return there.instead ? there.instead(asItStands) : asItStands();
  };
  const vendor = scriptedVendor('stripe', { poll: { everySeconds: 300, read, normalise: ({ bodyText }) => ok(JSON.parse(bodyText) as Normalised) } });
  const vendors = (system: string) => (system === 'stripe' ? vendor : null);
  const working = { store: t.store, vendors, http: NOBODY, clock, ids: createIds(), log: t.log, random: () => 0.5 };
  const apps: TestApp[] = [];
  let polls: Polls | null = null;
  let line: Normaliser | null = null;
  const { headers } = await letIn(t.store, organisationId, { role: 'coordinator', weddingId: null, contactId: null, bookingIds: [] });
  const app = (): TestApp => {
    const one = testApp(t.store, { clock, vendors, http: NOBODY, config: { askCalendarsMs: waitMs, apiPerMinute: 100_000, managingPerMinute: 100_000 } });
    apps.push(one);
    return one;
  };
  const first = app();
  await internals.database.system.updateTable('connectionAccess').set({ nextPollAt: null }).execute();

  return {
    ...house, headers, app, first, vendors,
    work(): void {
      polls = startPolls(working);
      line = startNormaliser({ ...working, lookNow: () => polls?.wake() });
    },
    async settled(): Promise<void> {
      await polls?.idle();
      await line?.idle();
      await polls?.idle();
    },
    /** A connection with one calendar that is listened to and is somebody's; read once it is there. */
    async there(resourceId: string, fields: Partial<Pick<Calendar, 'direction' | 'name'>> = {}): Promise<There> {
      const { connectionId } = await createConnection(internals, { organisationId, system: 'stripe', name: 'Calendars', path: 'native', settings: {}, secrets: {}, actor: SYSTEM.actor, looked: false });
      const id = house.id();
      const row = { id, connectionId, name: 'Diary', zone: 'Europe/London', colour: null, main: true, mayWrite: true, direction: 'inbound', privacy: 'full', strategy: 'merge', resourceId, everyWedding: false, invite: false, reminders: [], state: 'active', filling: IDLE_FILLING, ...fields } as const;
      await house.write(draftCreated('calendar.found', 'calendars', null, { ...row, reminders: [] }, null, SYSTEM));
      await internals.database.withOrganisation(organisationId, (tx) => sql`
        insert into mappings (organisation_id, connection_id, remote_type, remote_id, collection, local_id, last_written_by, updated_at)
        values (${organisationId}, ${connectionId}, 'calendar', ${`ref ${id}`}, 'calendars', ${id}, 'here', ${new Date(clock.now()).toISOString()}::timestamptz)
      `.execute(tx));
      const items: Brought[] = [];
      const there = {
        calendar: await house.one('calendars', id), connectionId, reads: 0, instead: null, items,
        put(entryId: string, startsAt: string, endsAt: string) {
          const change: Change = { kind: 'calendarEvent', remote: { type: 'event', id: entryId, version: null }, wedding: {}, occurredAt: null, calendarRemote: { type: 'calendar', id: `ref ${id}` }, fields: { title: entryId, startsAt, endsAt, status: 'confirmed', busy: true } };
          items.push({ key: `${entryId} ${items.length}`, event: 'entry', body: JSON.stringify({ kind: 'changes', changes: [change] } satisfies Normalised) });
        },
      };
      theres.set(connectionId, there);
      return there;
    },
    /** As a console sends it; `commandId` left out = a new one. */
    async send<T extends Command['type']>(type: T, wanted: Wanted<T>, { commandId = house.id(), by = first }: { commandId?: string; by?: TestApp } = {}): Promise<CommandAnswer> {
      return manager(by, headers).get('commands', { body: { type, commandId, ...wanted } });
    },
    looks: async (connectionId: string) => internals.database.system.selectFrom('connectionAccess').select(['lookedAt', 'lookAsked', 'lookEnded', 'lookAnswered', 'nextPollAt']).where('id', '=', connectionId).executeTakeFirstOrThrow(),
    async audited(): Promise<string[]> {
      await internals.flushAudit();
      return (await internals.database.system.selectFrom('audit').select(['action', 'subject', 'outcome']).execute()).map(({ action, subject, outcome }) => `${action} ${subject} ${outcome}`);
    },
    async stop(): Promise<void> {
      for (const one of apps) await one.app.close();
      await polls?.stop();
      await line?.stop();
    },
  };
}
export type AskedHouse = Awaited<ReturnType<typeof askedHouse>>;
