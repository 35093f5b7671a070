import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { OpenLink } from '../../../core/domain/record/openLinks.ts';
import type { Tx } from '../database.ts';
import type { ParkedFor } from './read.ts';

/** What is to be written of one organisation's open links once its events are. */
export interface LinkWrites {
  readonly organisationId: string;
  /** Links that go, by row (or delivery) and field. */
  readonly drop: readonly { readonly id: string; readonly field: string }[];
  readonly put: readonly OpenLink[];
  readonly parked: readonly ParkedFor[];
  /** Parked deliveries that are worked on again. */
  readonly again: readonly string[];
  /** Parked deliveries that nothing waits for any more. */
  readonly done: readonly string[];
}

/** One statement for each kind of thing that is to be written, whatever the number of organisations. */
export async function writeLinks(tx: Tx, all: readonly LinkWrites[], now: string): Promise<void> {
  const drop = all.flatMap(({ organisationId, drop: own }) => own.map(({ id, field }) => ({ organisation_id: organisationId, local_id: id, field })));
  if (drop.length > 0) {
    await sql`
      delete from open_links o using jsonb_to_recordset(${JSON.stringify(drop)}::jsonb) as d(organisation_id uuid, local_id uuid, field text)
      where o.organisation_id = d.organisation_id and o.local_id = d.local_id and o.field = d.field
    `.execute(tx);
  }
  const rows = all.flatMap(({ organisationId, put: links, parked }) => [
    ...links.map(({ id, field, connectionId, awaits, collection, targetId, late = false }) => ({
      organisation_id: organisationId, local_id: id, field: field, connection_id: connectionId, remote_type: awaits.type, remote_id: awaits.id, collection: collection, target_id: targetId, late,
    })),
    ...parked.map(({ deliveryId, by }) => ({
      organisation_id: organisationId, local_id: deliveryId, field: '', connection_id: by.connectionId, remote_type: by.type, remote_id: by.id, collection: null, target_id: null, late: false,
    })),
  ]);
  // Two facts of one delivery may wait for the same; of two links what is not late counts.
  const put = [...new Map([...rows.filter((one) => one.late), ...rows.filter((one) => !one.late)].map((one) => [JSON.stringify([one.local_id, one.field, one.remote_type, one.remote_id]), one])).values()];
  if (put.length > 0) {
    await sql`
      insert into open_links (organisation_id, local_id, field, connection_id, remote_type, remote_id, collection, target_id, created_at)
      select organisation_id, local_id, field, connection_id, remote_type, remote_id, collection, target_id, ${now}::timestamptz
      from jsonb_to_recordset(${JSON.stringify(put)}::jsonb)
        as p(organisation_id uuid, local_id uuid, field text, connection_id uuid, remote_type text, remote_id text, collection text, target_id uuid, late boolean)
      where not p.late or not exists (select from open_links o where o.organisation_id = p.organisation_id and o.local_id = p.local_id and o.field = p.field)
      on conflict (organisation_id, local_id, field, remote_type, remote_id) do update set target_id = excluded.target_id
    `.execute(tx);
  }
  const again = all.flatMap((one) => one.again);
  if (again.length > 0) {
    // As whatever is worked on again: in its place, its card closed by what becomes of it, and nothing that was told since undone.
    await sql`
      update deliveries set state = 'received', reason = null, attempts = greatest(attempts - 1, 0), next_attempt_at = null, in_hand = false, done_at = null, replay_id = ${randomUUID()}
      where id = any(${again}::uuid[]) and state = 'parked' and emptied_at is null
    `.execute(tx);
  }
  const done = all.flatMap((one) => one.done);
  if (done.length > 0) await sql`update deliveries set state = 'processed', reason = null where id = any(${done}::uuid[]) and state = 'parked'`.execute(tx);
}
