import { sql } from 'kysely';
import type { Tx } from './database.ts';

const WRITES = 500;

/** The body and what came with it go; key, hash and outcome stay. What was not worked on yet never will be. */
export async function emptyDeliveries(tx: Tx, ids: readonly string[], now: string): Promise<void> {
  for (let at = 0; at < ids.length; at += WRITES) {
    await sql`
      update deliveries set body_hash = coalesce(body_hash, sha256(convert_to(body, 'UTF8'))), body = '', headers = '{}', emptied_at = ${now}, 
        reason = case when state in ('received', 'waiting', 'held') then 'erased' else split_part(reason, ':', 1) end,
        state = case when state in ('received', 'waiting', 'held') then 'ignored' else state end, in_hand = false, next_attempt_at = null, done_at = coalesce(done_at, ${now})
      where id = any(${ids.slice(at, at + WRITES)}::uuid[])
    `.execute(tx);
    // Nor is it worked on again.
    await sql`delete from open_links where collection is null and local_id = any(${ids.slice(at, at + WRITES)}::uuid[])`.execute(tx);
  }
}
