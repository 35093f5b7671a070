import { sql } from 'kysely';
import { draftCreated, draftUpdated, type DraftContext } from '../../core/domain/record/drafts.ts';
import { alertsAbout } from '../store/alertsAbout.ts';
import type { StoreInternals } from '../store/internals.ts';
import { readRows } from '../store/rows.ts';
import { SYSTEM } from './settle.ts';

const CONTEXT: DraftContext = { actor: SYSTEM, source: null, deliveryId: null };

/**
 * Tells the people of a feed once that its address leads to another one for good, and takes it back when it does so no
 * more. `host`: where it leads; null = it stands where it was entered. The new address is told to nobody: it may be a key.
 */
export async function tellMoved(internals: StoreInternals, { organisationId, connectionId }: { readonly organisationId: string; readonly connectionId: string }, host: string | null): Promise<void> {
  const { writer, clock, ids, database } = internals;
  const open = await sql`
    select 1 from alerts where organisation_id = ${organisationId} and subject->>'id' = ${connectionId} and rule = 'feed_moved' and state <> 'resolved'
  `.execute(database.system);
  if ((host !== null) === open.rows.length > 0) return;
  await writer.write(organisationId, async ({ tx, record }) => {
    const [connection] = await readRows(tx, organisationId, 'connections', [connectionId]);
    const told = (await alertsAbout(tx, organisationId, connectionId)).unresolvedAlerts(connectionId).filter(({ rule }) => rule === 'feed_moved');
    if (host === null) {
      const drafts = told.flatMap((alert) => draftUpdated('alert.resolved', 'alerts', null, alert, { state: 'resolved' }, null, CONTEXT) ?? []);
      if (drafts.length > 0) await record(drafts);
      return;
    }
    const removed = await sql`select 1 from connection_access where organisation_id = ${organisationId} and id = ${connectionId} and removed_at is not null`.execute(tx);
    // Removed while it was looked at: its alerts are settled.
    if (!connection || told.length > 0 || removed.rows.length > 0) return;
    await record([
      draftCreated(
        'alert.raised', 'alerts', null,
        {
          id: ids.next(), weddingId: null, severity: 'notice', rule: 'feed_moved', title: `The calendar of ${connection.name} has moved`,
          detail: `Its address leads to another one at ${host} for good. It is still read, for as long as the former address leads there: copy the new one over there and enter it at the connection.`,
          raisedAt: new Date(clock.now()).toISOString(), state: 'open', acknowledgedAt: null, acknowledgedBy: null, subject: { collection: 'connections', id: connectionId },
        },
        null, CONTEXT,
      ),
    ]);
  });
}
