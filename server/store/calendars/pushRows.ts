import { sql } from 'kysely';
import type { Push } from '../../../core/contract/record/calendars.ts';
import type { Stood } from '../../../core/domain/calendars/returned.ts';
import type { Tx } from '../database.ts';

/** What whoever writes into a calendar keeps of its entries. */

/** A calendar that somebody works on; `fence` proves that it is still he. */
export interface Held {
  readonly organisationId: string;
  readonly calendarId: string;
  readonly fence: number;
}

/** What is known of an entry over there. */
export interface PushState {
  readonly remoteId: string | null;
  readonly etag: string | null;
  /** Null = no entry was begun; without a remote id it may have been made by an attempt of which nobody heard. */
  readonly sequence: number | null;
  readonly generation: number;
  readonly base: Stood | null;
  readonly recheck: boolean;
  /** Whom the entry invites, as `guestMark` has it; null = nobody. */
  readonly invited: string | null;
  /** Of whoever wrote the entry last; null = nobody, or it was before that was kept. */
  readonly fence: number | null;
}

export interface KnownPush {
  readonly push: Push;
  readonly state: PushState;
  /** Its row is told by the very connection whose calendar this is, and has the times that were told: it stands there by itself. Left out = it does not. */
  readonly fromThere?: boolean;
}

export const NO_STATE: PushState = { remoteId: null, etag: null, sequence: null, generation: 0, base: null, recheck: false, invited: null, fence: null };

/** Where an entry stands, so that whatever a look tells of it is known as ours. */
export interface Place {
  readonly connectionId: string;
  readonly type: string;
  readonly remoteId: string;
}

/** What is kept of an entry from now on. */
export interface Kept {
  readonly push: Pick<Push, 'id' | 'calendarId'>;
  readonly state: PushState;
  /** Null = nothing is said about where it stands. */
  readonly place: Place | null;
}

/** What is kept of these entries, each once, in one statement. @param now UTC instant */
export async function keepStates(tx: Tx, organisationId: string, kept: readonly Kept[], now: string): Promise<void> {
  if (kept.length === 0) return;
  const states = kept.map(({ push, state: { remoteId, etag, sequence, generation, base, recheck, invited, fence } }) =>
    ({ push_id: push.id, calendar_id: push.calendarId, remote_id: remoteId, etag, sequence, generation, base, recheck, invited, fence }));
  // A calendar that gives one id twice has one entry: the last word counts.
  const places = new Map(kept.flatMap(({ push, place }) => {
    if (place === null) return [];
    const { connectionId, type, remoteId } = place;
    return [[`${connectionId} ${type} ${remoteId}`, { connection_id: connectionId, remote_type: type, remote_id: remoteId, local_id: push.id }] as const];
  }));
  await sql`
    with kept as (
      insert into push_states (organisation_id, push_id, calendar_id, remote_id, etag, sequence, generation, base, recheck, invited, fence)
      select ${organisationId}::uuid, s.push_id, s.calendar_id, s.remote_id, s.etag, s.sequence, s.generation, s.base, s.recheck, s.invited, s.fence
      from jsonb_to_recordset(${JSON.stringify(states)}::jsonb) as s(
        push_id uuid, calendar_id uuid, remote_id text, etag text, sequence bigint, generation bigint, base jsonb, recheck boolean, invited text, fence bigint
      )
      on conflict (organisation_id, push_id) do update set remote_id = excluded.remote_id, etag = excluded.etag, sequence = excluded.sequence,
        generation = excluded.generation, base = excluded.base, recheck = excluded.recheck, invited = excluded.invited, fence = excluded.fence
    )
    insert into mappings (organisation_id, connection_id, remote_type, remote_id, collection, local_id, last_written_by, updated_at)
    select ${organisationId}::uuid, m.connection_id, m.remote_type, m.remote_id, 'pushes', m.local_id, 'here', ${now}::timestamptz
    from jsonb_to_recordset(${JSON.stringify([...places.values()])}::jsonb) as m(connection_id uuid, remote_type text, remote_id text, local_id uuid)
    on conflict (organisation_id, connection_id, remote_type, remote_id) do update set collection = excluded.collection, local_id = excluded.local_id,
      last_written_by = excluded.last_written_by, updated_at = excluded.updated_at
  `.execute(tx);
}

/** Whether an entry was begun of which nobody knows where it is. */
export const isBegun = ({ remoteId, sequence }: PushState): boolean => remoteId === null && sequence !== null;

/** As it is once an entry is about to be made, so that whoever comes after a crash makes the same one again. */
export const begunFrom = (state: PushState): PushState =>
  (state.remoteId !== null || isBegun(state) ? state : { ...state, generation: state.generation + 1, sequence: 0 });

/** Entries that were about to be made, and for which nobody was called: as if nothing had been begun. Only by whoever holds their calendar. */
export async function unbegin(tx: Tx, organisationId: string, begun: readonly KnownPush[]): Promise<void> {
  if (begun.length === 0) return;
  await sql`
    update push_states s set generation = s.generation - 1, sequence = null
    from unnest(${begun.map(({ push }) => push.id)}::uuid[], ${begun.map(({ state }) => state.generation)}::bigint[]) as b(push_id, generation)
    where s.organisation_id = ${organisationId} and s.push_id = b.push_id and s.generation = b.generation and s.remote_id is null and s.sequence = 0
  `.execute(tx);
}
