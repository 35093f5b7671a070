import { sql } from 'kysely';
import type { ErrorCode } from '../../core/contract/errors.ts';
import type { ReviewItem } from '../../core/contract/record/attention.ts';
import { draftUpdated, type DraftContext, type EventDraft } from '../../core/domain/record/drafts.ts';
import { doneWhenLast } from './assigning.ts';
import type { Tx } from './database.ts';
import { readRows } from './rows.ts';

/** Why a delivery is of no interest: a person has said that it needs nothing. */
export const PUT_AWAY = 'review.put_away' satisfies ErrorCode;

/**
 * A person says that a card (of any kind but `held`) needs nothing. What could not be used is ignored from now on, with its body for as
 * long as bodies are kept, so that it can still be worked on again; what was told and has no wedding stays as it is.
 */
export async function putAway(tx: Tx, organisationId: string, card: ReviewItem, now: string): Promise<void> {
  if (card.kind === 'parked') return doneWhenLast(tx, organisationId, card);
  await sql`
    update deliveries set state = 'ignored', reason = ${PUT_AWAY}, in_hand = false, next_attempt_at = null, done_at = ${now}::timestamptz
    where organisation_id = ${organisationId} and id = ${card.deliveryId} and state in ('quarantined', 'dead')
  `.execute(tx);
}

/** The end of the alerts about deliveries that were given up, for connections none of whose cards but these is open. To be called before these are recorded. */
export async function deadAlertsSettled(tx: Tx, organisationId: string, cards: readonly ReviewItem[], context: DraftContext): Promise<EventDraft[]> {
  const dead = cards.filter(({ kind }) => kind === 'dead');
  if (dead.length === 0) return [];
  const { rows } = await sql<{ id: string }>`
    select a.id from alerts a
    where a.organisation_id = ${organisationId} and a.rule = 'deliveries_dead' and a.state <> 'resolved' and a.subject->>'id' = any(${dead.map(({ connectionId }) => connectionId)}::text[])
      and not exists (select from review_items r where r.organisation_id = a.organisation_id and r.connection_id::text = a.subject->>'id' and r.kind = 'dead' and r.state = 'open'
        and r.id <> all(${dead.map(({ id }) => id)}::uuid[]))
  `.execute(tx);
  const alerts = rows.length === 0 ? [] : await readRows(tx, organisationId, 'alerts', rows.map(({ id }) => id));
  return alerts.flatMap((alert) => draftUpdated('alert.resolved', 'alerts', alert.weddingId, alert, { state: 'resolved' }, null, context) ?? []);
}
