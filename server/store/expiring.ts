import { sql } from 'kysely';
import type { Actor } from '../../core/contract/events.ts';
import type { ErrorCode } from '../../core/contract/errors.ts';
import { ASSIGNABLE } from '../../core/domain/intake/parked.ts';
import { draftUpdated, type DraftContext } from '../../core/domain/record/drafts.ts';
import type { Tx } from './database.ts';
import { BRAKED, forgetLot } from './held.ts';
import { deadAlertsSettled } from './putAway.ts';
import { readRows } from './rows.ts';
import type { Writing } from './write.ts';

/** Why a delivery is of no interest, and a card closed: its body was let go before anybody decided, so it cannot be worked on again. */
export const EXPIRED = 'review.expired' satisfies ErrorCode;

/** The delivery of a card has made something that is of no wedding still: a person can give it one, with or without the body. */
const assignable = sql`exists (
  select from events e
  where e.organisation_id = r.organisation_id and e.delivery_id = r.delivery_id and coalesce(jsonb_typeof(e.before), 'null') = 'null' and e.collection = any(${[...ASSIGNABLE]}::text[])
    and not exists (select from events x where x.organisation_id = e.organisation_id and x.row_id = e.row_id and x.type like '%.erased')
    and (${sql.join(ASSIGNABLE.map((name) => sql`exists (select from ${sql.table(name)} o where o.organisation_id = e.organisation_id and o.id = e.row_id and o.wedding_id is null)`), sql` or `)}))`;

/** At most `limit` cards that nobody can do anything about any more; `before`: when their deliveries came, UTC instant. */
async function overdue(tx: Tx, organisationId: string, before: string, limit: number): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select r.id from review_items r join deliveries d on d.id = r.delivery_id
    where r.organisation_id = ${organisationId} and r.state = 'open' and d.emptied_at is not null and d.received_at < ${before}::timestamptz
      and case r.kind
        when 'held' then not exists (select from deliveries h where h.connection_id = r.connection_id and h.state = 'held' and h.reason = any(${BRAKED}::text[]))
        when 'parked' then not ${assignable}
        else true end
    order by r.received_at limit ${limit}
  `.execute(tx);
  return rows.map(({ id }) => id);
}

/**
 * Closes cards whose delivery has no body any more and came before `before`, with their alerts, in one commit: with nothing to work on
 * again they would stand there for ever. What a person can still give its wedding stays. Gives how many.
 */
export async function closeExpired({ tx, record }: Pick<Writing, 'tx' | 'record'>, organisationId: string, { before, now, actor, limit }: { readonly before: string; readonly now: string; readonly actor: Actor; readonly limit: number }): Promise<number> {
  const ids = await overdue(tx, organisationId, before, limit);
  if (ids.length === 0) return 0;
  const context: DraftContext = { actor, source: null, deliveryId: null };
  const cards = await readRows(tx, organisationId, 'reviewItems', ids);
  const told = await sql<{ id: string }>`select id from alerts where organisation_id = ${organisationId} and state <> 'resolved' and subject->>'id' = any(${[...ids]}::text[])`.execute(tx);
  const alerts = told.rows.length === 0 ? [] : await readRows(tx, organisationId, 'alerts', told.rows.map(({ id }) => id));
  const drafts = [
    ...cards.flatMap((card) => draftUpdated('review.resolved', 'reviewItems', null, card, { state: 'resolved', reason: EXPIRED }, null, { ...context, deliveryId: card.deliveryId }) ?? []),
    ...alerts.flatMap((alert) => draftUpdated('alert.resolved', 'alerts', alert.weddingId, alert, { state: 'resolved' }, null, context) ?? []),
    ...(await deadAlertsSettled(tx, organisationId, cards, context)),
  ];
  // Somebody who was erased is still the better reason: it says what to do over there.
  await sql`
    update deliveries d set state = 'ignored', reason = case when d.reason = 'normalise.person_erased' then d.reason else ${EXPIRED} end, done_at = ${now}::timestamptz
    where d.organisation_id = ${organisationId} and d.id = any(${cards.filter(({ kind }) => kind !== 'held').map(({ deliveryId }) => deliveryId)}::uuid[]) and d.state in ('parked', 'quarantined', 'dead')
      and not exists (select from review_items r where r.organisation_id = d.organisation_id and r.delivery_id = d.id and r.state = 'open' and r.id <> all(${[...ids]}::uuid[]))
  `.execute(tx);
  for (const { kind, connectionId } of cards) if (kind === 'held') await forgetLot(tx, connectionId);
  await record(drafts);
  return cards.length;
}
