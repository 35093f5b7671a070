import { sql } from 'kysely';
import type { Calendar } from '../../core/contract/record/calendars.ts';
import { IDLE_FILLING, isTaken, isWritten, NEW_FILLING } from '../../core/domain/calendars/targets.ts';
import { draftCreated, draftUpdated, type EventDraft } from '../../core/domain/record/drafts.ts';
import type { RemoteCalendar } from '../../core/vendors/calendars.ts';
import { knownZone } from '../../core/vendors/wallTime.ts';
import { CALENDARS } from '../store/calendars/stage.ts';
import type { Tx } from '../store/database.ts';
import type { OpenedStore, StoreInternals } from '../store/internals.ts';
import { readRows } from '../store/rows.ts';
import { freshAccess } from '../systems/freshAccess.ts';
import { insist } from '../systems/insist.ts';
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

  async function list({ organisationId, id: connectionId, system }: Due): Promise<number> {
    const vendor = vendors(system);
    const part = vendor?.calendar;
    if (!vendor || !part) return EVERY_MS;
    const deps = { internals: store, vendors, http: options.http, clock, calls: options.calls };
    const access = await freshAccess(deps, organisationId, connectionId);
    // A key on a desktop: it is listed once the key is entrusted to the vault. The same where leave is to be given again.
    if (!access.ok || access.value.keptBy !== null) return EVERY_MS;
    const { manifest } = vendor;
    const all = await insist(deps, organisationId, access.value).call((with_) =>
      part.calendars({ http: options.calls?.of({ manifest, organisationId, connectionId, secrets: with_.secrets, purpose: 'calendar.write' }) ?? options.http, clock }, with_));
    if (!all.ok) {
      log.warn({ organisationId, connectionId, system, code: all.error.code }, 'the calendars of a connection could not be listed');
      return Math.max(AGAIN_MS, all.error.retryAfterMs ?? 0);
    }
    // An empty list is more likely a fault over there than the end of all calendars.
    if (all.value.length > 0) await keep(store, { organisationId, connectionId }, all.value, part.reads(access.value, all.value));
    return EVERY_MS;
  }

  async function look({ stopped }: { stopped(): boolean }): Promise<void> {
    for (let due = await take(); due.length > 0 && !stopped(); due = await take()) {
      await Promise.all(due.map(async (one) => {
        const next = await list(one).catch((error: unknown) => {
          log.error({ err: error, connectionId: one.id }, 'the calendars of a connection could not be listed');
          return AGAIN_MS;
        });
        await sql`update connection_access set calendars_at = ${at(next)}::timestamptz where id = ${one.id} and calendars_at is not null`.execute(store.database.system);
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

/** Found, changed, or not listed any more; which one it is over there stands in its mapping. */
async function keep(store: StoreInternals, { organisationId, connectionId }: { readonly organisationId: string; readonly connectionId: string }, all: readonly RemoteCalendar[], read: readonly string[]): Promise<void> {
  await store.writer.write(organisationId, async ({ tx, record }) => {
    // Removed while it was asked: nothing of it comes back.
    const gone = await tx.selectFrom('connectionAccess').select('removedAt').where('id', '=', connectionId).executeTakeFirst();
    if (!gone || gone.removedAt !== null) return;
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
      const draft = listed.has(remoteId) ? null : draftUpdated('calendar.changed', 'calendars', null, calendar, { state: 'gone', filling: IDLE_FILLING }, null, CALENDARS);
      if (draft) drafts.push(draft);
    }
    if (drafts.length > 0) await record(drafts);
  });
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
