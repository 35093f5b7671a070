import { sql } from 'kysely';
import type { z } from 'zod';
import type { RefusalsAnswer } from '../../core/contract/deliveries.ts';
import { instant, type StoreInternals } from '../store/internals.ts';

const DAY_MS = 86_400_000;

/** Calls of the last 24 hours that were refused, by reason, the last one first. Null = there is no such connection. */
export async function refusalsOf(internals: StoreInternals, organisationId: string, connectionId: string): Promise<z.infer<typeof RefusalsAnswer> | null> {
  await internals.flushAudit();
  const since = new Date(internals.clock.now() - DAY_MS).toISOString();
  return internals.database.withOrganisation(organisationId, async (tx) => {
    const known = await tx.selectFrom('connections').select('id').where('organisationId', '=', organisationId).where('id', '=', connectionId).executeTakeFirst();
    if (!known) return null;
    const { rows } = await sql<{ code: string; count: number; lastAt: string }>`
      select outcome as code, sum(count)::bigint as count, max(last_at) as last_at from audit
      where organisation_id = ${organisationId} and subject = ${connectionId} and minute >= date_trunc('minute', ${since}::timestamptz) and last_at >= ${since}::timestamptz and action = 'intake.refused'
      group by outcome order by max(last_at) desc
    `.execute(tx);
    return { at: instant(internals.clock), refusals: rows };
  });
}
