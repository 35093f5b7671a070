import { sql } from 'kysely';
import type { CollectionName, RowOf } from '../../core/contract/record.ts';
import type { Calendar, Push } from '../../core/contract/record/calendars.ts';
import type { MovableCollection, MovableRow } from '../../core/domain/conflicts/occupancies.ts';
import { stoodOf } from '../../core/domain/calendars/entry.ts';
import { placedAmong } from '../../core/domain/calendars/wholes.ts';
import type { Stood } from '../../core/domain/calendars/returned.ts';
import { IDLE_FILLING } from '../../core/domain/calendars/targets.ts';
import type { Change } from '../../core/domain/record/changes.ts';
import { draftCreated, draftUpdated, type DraftContext } from '../../core/domain/record/drafts.ts';
import type { Clock } from '../../core/ports/ports.ts';
import { createIds } from '../../server/ports.ts';
import { startNormaliser, type Normaliser } from '../../server/workers/normalise.ts';
import { delivery } from './deliveries.ts';
import { changes, scriptedVendor } from './scriptedVendor.ts';
import type { TestStore } from './store.ts';
import { takingHouse } from './taking.ts';

const SYSTEM: DraftContext = { actor: { kind: 'system', id: null, name: 'WedSync' }, source: null, deliveryId: null };
/** What a look tells of an entry that is there. */
export interface Seen {
  readonly startsAt?: string;
  readonly endsAt?: string;
  readonly title?: string;
  readonly place?: string | null;
  readonly status?: 'confirmed' | 'tentative' | 'cancelled';
  readonly busy?: boolean;
}
type CalendarSays = Partial<Pick<Calendar, 'name' | 'direction' | 'strategy' | 'privacy' | 'everyWedding' | 'state'>>;
interface Told {
  readonly gone?: boolean;
  readonly version?: string | null;
  /** When it was changed over there. */
  readonly at?: string | null;
  readonly ourId?: string;
}

/**
 * A house with calendars that somebody else keeps, as they stand once our entries were written into them. Looks are deliveries of a
 * scripted vendor: what they mean stands in them.
 */
export function backHouse(t: TestStore, clock: Clock & { advance(ms: number): void }) {
  const house = takingHouse(t);
  const vendor = scriptedVendor('stripe');
  const { connectionId } = t.connections.stripe;
  const { database } = t.store.internals;
  const organisationId = t.organisation.id;
  let line: Normaliser | null = null;
  const at = () => new Date(clock.now()).toISOString();

  const mapTo = (remoteType: string, remoteId: string, collection: CollectionName, id: string) => database.withOrganisation(organisationId, (tx) => sql`
    insert into mappings (organisation_id, connection_id, remote_type, remote_id, collection, local_id, last_written_by, updated_at)
    values (${organisationId}, ${connectionId}, ${remoteType}, ${remoteId}, ${collection}, ${id}, 'here', ${at()}::timestamptz)
    on conflict (organisation_id, connection_id, remote_type, remote_id) do nothing
  `.execute(tx));
  const state = async (pushId: string) => {
    const { rows } = await database.withOrganisation(organisationId, (tx) => sql<{ remoteId: string | null; base: Stood | null; recheck: boolean; generation: number }>`
      select remote_id, base, recheck, generation from push_states where push_id = ${pushId}
    `.execute(tx));
    const [row] = rows;
    if (!row) throw new Error('nothing is kept of this push');
    return row;
  };
  const pushOf = async (subjectId: string, calendarId: string): Promise<Push | null> => (await house.rows()).pushes.find((one) => one.subject.id === subjectId && one.calendarId === calendarId) ?? null;
  const refOf = (calendarId: string) => `calendar-${calendarId}`;
  const told = (remoteId: string, calendarId: string, fields: Seen, { gone = false, version = null, at: occurredAt = null, ourId }: Told = {}): Change => ({
    kind: 'calendarEvent', remote: { type: 'event', id: remoteId, version }, wedding: {}, occurredAt, calendarRemote: { type: 'calendar', id: refOf(calendarId) },
    fields: gone ? { status: 'cancelled' } : fields, ...(gone ? { deleted: true } : {}), ...(ourId === undefined ? {} : { ourId }),
  });

  /** It is to stand there, and nobody has written it yet. */
  const wanted = async (collection: MovableCollection, id: string, calendar: Calendar): Promise<string> => {
    const row = await house.one(collection, id);
    const weddingId = collection === 'weddings' ? id : (row as RowOf<'bookings'>).weddingId;
    const made = {
      id: house.id(), weddingId, calendarId: calendar.id, subject: { collection, id }, wish: 'present', state: 'queued', wantedVersion: row.version, writtenVersion: null,
      attempts: 0, reason: null, nextAttemptAt: null, writtenAt: null,
    } as const;
    await house.write(draftCreated('push.wanted', 'pushes', weddingId, made, null, SYSTEM));
    return made.id;
  };

  return {
    ...house, wanted, connectionId, state, pushOf, told, vendor,
    async calendar(resourceId: string | null, fields: CalendarSays = {}): Promise<Calendar> {
      const id = house.id();
      const row: Omit<Calendar, 'version' | 'seq' | 'updatedAt' | 'source'> = {
        id, connectionId, name: 'Diary', zone: 'Europe/London', colour: null, main: true, mayWrite: true, direction: 'bidirectional', privacy: 'full', strategy: 'merge', resourceId, everyWedding: false,
        invite: false, reminders: [], state: 'active', filling: IDLE_FILLING, ...fields,
      };
      await house.write(draftCreated('calendar.found', 'calendars', null, row, null, SYSTEM));
      await mapTo('calendar', refOf(id), 'calendars', id);
      return house.one('calendars', id);
    },
    change: async (calendar: Calendar, fields: Partial<Calendar>): Promise<void> => {
      const draft = draftUpdated('calendar.changed', 'calendars', null, await house.one('calendars', calendar.id), fields, null, SYSTEM);
      if (draft) await house.write(draft);
    },
    /** The entry of a row stands in the calendar, as its writer leaves it; `ago`: so long before now. */
    async stands(collection: MovableCollection, id: string, calendar: Calendar, ago = 3_600_000): Promise<{ readonly pushId: string; readonly remoteId: string }> {
      const row = await house.one(collection, id);
      const subject = { collection, row } as MovableRow;
      const remoteId = `entry-${calendar.id}-${id}`;
      const push = (await pushOf(id, calendar.id)) ?? (await house.one('pushes', await wanted(collection, id, calendar)));
      const written = draftUpdated('push.confirmed', 'pushes', push.weddingId, push, { state: 'written', wantedVersion: row.version, writtenVersion: row.version, writtenAt: new Date(clock.now() - ago).toISOString() }, null, SYSTEM);
      if (written) await house.write(written);
      const pushId = push.id;
      const base = stoodOf(subject, placedAmong(calendar, (await house.rows()).resources));
      await database.withOrganisation(organisationId, (tx) => sql`
        insert into push_states (organisation_id, push_id, calendar_id, remote_id, etag, sequence, generation, base, recheck)
        values (${organisationId}, ${pushId}, ${calendar.id}, ${remoteId}, 'e1', 0, 1, ${JSON.stringify(base)}::jsonb, false)
        on conflict (organisation_id, push_id) do update set remote_id = excluded.remote_id, base = excluded.base
      `.execute(tx));
      await mapTo('event', remoteId, 'pushes', pushId);
      return { pushId, remoteId };
    },
    /** Another entry was made for it. */
    async replaced(pushId: string, remoteId: string): Promise<void> {
      await database.withOrganisation(organisationId, (tx) => sql`update push_states set remote_id = ${remoteId} where push_id = ${pushId}`.execute(tx));
      await mapTo('event', remoteId, 'pushes', pushId);
    },
    /** A look brings these, each by itself, and they are worked on. */
    async look(...all: readonly Change[]): Promise<void> {
      clock.advance(1_000);
      await Promise.all(all.map((one) => t.store.addDelivery(delivery(t, 'stripe', changes(one)))));
      line ??= startNormaliser({ store: t.store, vendors: () => vendor, http: { send: () => Promise.reject(new Error('no line')) }, clock, ids: createIds(), log: t.log, random: () => 1 });
      await line.idle();
    },
    /** Types of the events since then, but for what is told of the connection itself. */
    async since(seq: number): Promise<string[]> {
      return (await t.store.readEvents(organisationId, seq, 10_000)).map(({ type }) => type).filter((type) => type !== 'connection.health_changed');
    },
    async now(): Promise<number> {
      return (await t.store.snapshot(organisationId)).seq;
    },
    stop: async () => line?.stop(),
  };
}
