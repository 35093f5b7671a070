import { sql } from 'kysely';
import type { Calendar } from '../../core/contract/record/calendars.ts';
import { IDLE_FILLING, isTaken, isWritten, NEW_FILLING } from '../../core/domain/calendars/targets.ts';
import { draftCreated, draftUpdated, type EventDraft } from '../../core/domain/record/drafts.ts';
import type { CalendarPart, CalendarTrouble, RemoteCalendar } from '../../core/vendors/calendars.ts';
import type { VendorModule } from '../../core/vendors/vendor.ts';
import { knownZone } from '../../core/vendors/wallTime.ts';
import { alertsAbout } from '../store/alertsAbout.ts';
import { CALENDARS } from '../store/calendars/stage.ts';
import { twinDrafts } from '../store/calendars/twins.ts';
import type { Tx } from '../store/database.ts';
import type { OpenedStore, StoreInternals } from '../store/internals.ts';
import { readRows } from '../store/rows.ts';
import { freshAccess, type FreshAccess } from '../systems/freshAccess.ts';
import { insist } from '../systems/insist.ts';
import { deskCalls, type ByDesk } from './byDesk.ts';
import type { WritingDeps } from './pushes/oneCalendar.ts';
import { startRounds } from './rounds.ts';

/** Which calendars a connection has: listed when it is made, when leave or a key is given anew, when one cannot be read any more, and once a day. */

const LOOK_MS = 60_000;
const AT_ONCE = 8;
const EVERY_MS = 24 * 3_600_000;
/** After a list that did not come. */
const AGAIN_MS = 15 * 60_000;
/** Whoever lists has so long; then somebody else does. */
const LEASE_MS = 5 * 60_000;

export interface DiscoveryOptions extends Omit<WritingDeps, 'store' | 'telling' | 'random'> {
  readonly store: Pick<OpenedStore, 'internals' | 'onCommitted'>;
}

export interface Discovery {
  /** Looks now. */
  runNow(): Promise<void>;
  stop(): Promise<void>;
}

/** When they are listed again, in milliseconds from now. `waits`: as soon as the desktop that keeps the key is back. */
interface Next {
  readonly ms: number;
  readonly waits?: boolean;
}

interface Due {
  readonly organisationId: string;
  readonly id: string;
  readonly system: string;
}

export function startCalendarDiscovery(options: DiscoveryOptions): Discovery {
  const { clock, log, vendors } = options;
  const store = { ...options.store.internals, clock };
  const at = (ms: number): string => new Date(clock.now() + ms).toISOString();

  async function take(): Promise<Due[]> {
    const { rows } = await sql<Due>`
      update connection_access a set calendars_at = ${at(LEASE_MS)}::timestamptz
      from (
        select d.id from connection_access d join connections c on c.organisation_id = d.organisation_id and c.id = d.id
        where (d.calendars_at is null or d.calendars_at <= ${at(0)}::timestamptz) and c.path = 'native' and not d.paused and d.removed_at is null
        limit ${AT_ONCE} for update of d skip locked
      ) as due
      where a.id = due.id returning a.organisation_id, a.id, a.system
    `.execute(store.database.system);
    return rows;
  }

  /** With a key of the vault, or by the desktop that keeps the key. */
  async function ask(due: Due, { manifest }: VendorModule, part: CalendarPart, access: FreshAccess): Promise<ByDesk<readonly RemoteCalendar[], CalendarTrouble>> {
    const { organisationId, id: connectionId, system } = due;
    const { keptBy, settings, mark, fence } = access;
    const { desk } = options;
    if (keptBy !== null) return deskCalls({ internals: store, desk, organisationId, connectionId, system, settings, mark, fence }).calendars();
    const deps = { internals: store, vendors, http: options.http, clock, calls: options.calls };
    const read = await insist(deps, organisationId, access).call((with_) =>
      part.calendars({ http: options.calls?.of({ manifest, organisationId, connectionId, secrets: with_.secrets, purpose: 'calendar.write' }) ?? options.http, clock }, with_));
    return { kind: 'read', read };
  }

  async function list(due: Due): Promise<Next> {
    const { organisationId, id: connectionId, system } = due;
    const vendor = vendors(system);
    const part = vendor?.calendar;
    if (!vendor || !part) return { ms: EVERY_MS };
    const access = await freshAccess({ internals: store, vendors, http: options.http, clock, calls: options.calls }, organisationId, connectionId);
    // Leave is to be given again; whoever gives it has them listed.
    if (!access.ok) return { ms: EVERY_MS };
    const asked = await ask(due, vendor, part, access.value);
    if (asked.kind === 'stopped') {
      const { moved, again, waits } = asked.stopped;
      return { ms: moved ? 0 : Math.max(AGAIN_MS, again - clock.now()), waits: waits !== undefined };
    }
    const all = asked.read;
    if (!all.ok) {
      log.warn({ organisationId, connectionId, system, code: all.error.code }, 'the calendars of a connection could not be listed');
      return { ms: Math.max(AGAIN_MS, all.error.retryAfterMs ?? 0) };
    }
    // An empty list is more likely a fault over there than the end of all calendars.
    const of = { organisationId, connectionId, fence: access.value.fence };
    if (all.value.length > 0) await keep(store, of, all.value, part.reads(access.value, all.value));
    return { ms: EVERY_MS };
  }

  async function look({ stopped }: { stopped(): boolean }): Promise<void> {
    for (let due = await take(); due.length > 0 && !stopped(); due = await take()) {
      await Promise.all(due.map(async (one) => {
        const next = await list(one).catch((error: unknown): Next => {
          log.error({ err: error, connectionId: one.id }, 'the calendars of a connection could not be listed');
          return { ms: AGAIN_MS };
        });
        await sql`
          update connection_access set calendars_at = ${at(next.ms)}::timestamptz, calendars_wait = ${next.waits === true}
          where id = ${one.id} and calendars_at is not null
        `.execute(store.database.system);
      }));
    }
  }

  const rounds = startRounds({ everyMs: LOOK_MS, work: look, atOnce: true, log, failed: 'connections whose calendars are to be listed could not be looked for' });
  const unheard = options.store.onCommitted(({ events }) => {
    if (events.some(({ collection }) => collection === 'connections')) void rounds.turn().catch(() => undefined);
  });
  // New credentials and new leave are no news of the record; what they show and allow is listed at once.
  const deaf = store.onLooks(() => void rounds.turn().catch(() => undefined));
  return {
    runNow: () => rounds.turn(),
    async stop() {
      unheard();
      deaf();
      await rounds.stop();
    },
  };
}

const COLOUR = /^#[0-9a-f]{6}$/;
const factsOf = ({ name, zone, colour, primary }: RemoteCalendar) => {
  const small = colour?.toLowerCase() ?? null;
  return { name: name.trim().slice(0, 300) || 'Calendar', zone: knownZone(zone), colour: small !== null && COLOUR.test(small) ? small : null, main: primary };
};

/** Of whom they were listed, and under which fence of its key. */
interface Listed {
  readonly organisationId: string;
  readonly connectionId: string;
  readonly fence: number;
}

/** Found, changed, or not listed any more; which one it is over there stands in its mapping. */
async function keep(store: StoreInternals, { organisationId, connectionId, fence }: Listed, all: readonly RemoteCalendar[], read: readonly string[]): Promise<void> {
  await store.writer.write(organisationId, async ({ tx, record }) => {
    // Removed while it was asked: nothing of it comes back. With a key that is kept elsewhere since it may be another account.
    const now = await tx.selectFrom('connectionAccess').select(['removedAt', 'keptFence']).where('id', '=', connectionId).executeTakeFirst();
    if (!now || now.removedAt !== null || now.keptFence !== fence) return;
    const known = await knownOf(tx, organisationId, connectionId);
    const drafts: EventDraft[] = [];
    for (const remote of all) {
      const current = known.get(remote.remoteId);
      if (current) {
        const draft = changed(current, remote);
        if (draft) drafts.push(draft);
        if (draft?.collection === 'calendars' && draft.row.filling.state === 'filling' && current.filling.state === 'idle') await sql`update calendar_states set filled_to = null where organisation_id = ${organisationId} and calendar_id = ${current.id}`.execute(tx);
        continue;
      }
      const id = store.ids.next();
      drafts.push(draftCreated('calendar.found', 'calendars', null, {
        id, connectionId, ...factsOf(remote), mayWrite: remote.mayWrite, direction: read.includes(remote.remoteId) ? 'inbound' : 'none', privacy: 'full', strategy: 'merge', resourceId: null,
        everyWedding: false, invite: false, reminders: [], state: 'active', filling: IDLE_FILLING,
      }, null, CALENDARS));
      await sql`
        insert into mappings (organisation_id, connection_id, remote_type, remote_id, collection, local_id, last_written_by, updated_at)
        values (${organisationId}, ${connectionId}, 'calendar', ${remote.remoteId}, 'calendars', ${id}, 'vendor', ${new Date(store.clock.now()).toISOString()}::timestamptz)
        on conflict (organisation_id, connection_id, remote_type, remote_id) do update set local_id = excluded.local_id, collection = excluded.collection, updated_at = excluded.updated_at
      `.execute(tx);
      await sql`insert into calendar_states (organisation_id, calendar_id) values (${organisationId}, ${id})`.execute(tx);
    }
    const listed = new Set(all.map(({ remoteId }) => remoteId));
    for (const [remoteId, calendar] of known) {
      const draft = listed.has(remoteId) ? null : draftUpdated('calendar.changed', 'calendars', null, calendar, { state: 'gone', filling: IDLE_FILLING, ...(calendar.unread ? { unread: null } : {}) }, null, CALENDARS);
      if (draft) drafts.push(draft, ...(await readAgain(tx, organisationId, calendar)));
    }
    if (drafts.length > 0) await record(drafts);
    const twins = await twinDrafts(tx, organisationId);
    if (twins.length > 0) await record(twins);
  });
}

/** That it is gone is said at the calendar: that it could not be read is over with it. */
async function readAgain(tx: Tx, organisationId: string, { id }: Calendar): Promise<EventDraft[]> {
  const open = (await alertsAbout(tx, organisationId, id)).unresolvedAlerts(id).filter(({ rule }) => rule === 'calendar_unread');
  return open.flatMap((alert) => draftUpdated('alert.resolved', 'alerts', alert.weddingId, alert, { state: 'resolved' }, null, CALENDARS) ?? []);
}

/** What is listed again, or may be written again, is gone through anew. */
function changed(calendar: Calendar, remote: RemoteCalendar): EventDraft | null {
  const mayWrite = remote.mayWrite ?? calendar.mayWrite;
  const back = calendar.state === 'gone' || (calendar.mayWrite === false && mayWrite === true);
  const used = isWritten({ ...calendar, state: 'active' }) || isTaken({ ...calendar, state: 'active' });
  return draftUpdated('calendar.changed', 'calendars', null, calendar, { ...factsOf(remote), mayWrite, state: 'active', ...(back && used ? { filling: NEW_FILLING } : {}) }, null, CALENDARS);
}

async function knownOf(tx: Tx, organisationId: string, connectionId: string): Promise<Map<string, Calendar>> {
  const mapped = await tx.selectFrom('mappings').select(['remoteId', 'localId']).where('organisationId', '=', organisationId).where('connectionId', '=', connectionId).where('remoteType', '=', 'calendar').execute();
  const rows = mapped.length === 0 ? [] : await readRows(tx, organisationId, 'calendars', mapped.map(({ localId }) => localId));
  return new Map(mapped.flatMap(({ remoteId, localId }) => {
    const row = rows.find(({ id }) => id === localId);
    return row ? [[remoteId, row] as const] : [];
  }));
}
