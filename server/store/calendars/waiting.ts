import { sql } from 'kysely';
import type { Tx } from '../database.ts';

/** What a calendar waits for. */

/**
 * When the first begins of what is to be written there, or taken away: as the record has it, or as it stands there until then, whichever comes
 * first and is not over at `now`. UTC milliseconds; null = nothing that waits is still to come.
 */
export async function waitingBegins(tx: Tx, organisationId: string, calendarId: string, now: number): Promise<number | null> {
  const at = new Date(now).toISOString();
  const { rows } = await sql<{ begins: string | null }>`
    with waiting as (
      select p.id, (p.subject->>'id')::uuid as row_id from pushes p
      where p.organisation_id = ${organisationId} and p.calendar_id = ${calendarId} and p.state = 'queued'
    ), spans (starts_at, ends_at) as (
      select r.starts_at, r.ends_at from waiting w join weddings r on r.organisation_id = ${organisationId} and r.id = w.row_id
      union all
      select r.starts_at, r.ends_at from waiting w join bookings r on r.organisation_id = ${organisationId} and r.id = w.row_id
      union all
      select r.starts_at, r.ends_at from waiting w join allocations r on r.organisation_id = ${organisationId} and r.id = w.row_id
      union all
      select r.starts_at, coalesce(r.ends_at, r.starts_at) from waiting w
      join run_sheet_items r on r.organisation_id = ${organisationId} and r.id = w.row_id
      union all
      select (s.base->>'startsAt')::timestamptz, (s.base->>'endsAt')::timestamptz from waiting w
      join push_states s on s.organisation_id = ${organisationId} and s.push_id = w.id where s.base is not null
    )
    select min(starts_at) as begins from spans where ends_at >= ${at}::timestamptz
  `.execute(tx);
  const begins = rows[0]?.begins ?? null;
  return begins === null ? null : Date.parse(begins);
}
