import { sql } from 'kysely';
import type { ErrorCode } from '../../core/contract/errors.ts';
import type { ReviewItem } from '../../core/contract/record/attention.ts';
import type { Wedding } from '../../core/contract/record/day.ts';
import { alertsAnew } from '../../core/domain/alerts/anew.ts';
import { ASSIGNABLE, assignedType, parkedTitle, type AssignableName, type Loose } from '../../core/domain/intake/parked.ts';
import { draftUpdated, type DraftContext, type EventDraft } from '../../core/domain/record/drafts.ts';
import { alertsAbout } from './alertsAbout.ts';
import type { Tx } from './database.ts';
import { readRows } from './rows.ts';

/** Nothing of what was delivered is in the record, so it is not called used either. */
const NOT_TAKEN_IN = 'normalise.person_erased' satisfies ErrorCode;

export interface Assigning {
  readonly card: ReviewItem;
  readonly wedding: Wedding;
  /** The person who decides. */
  readonly context: DraftContext;
  readonly now: number;
  readonly newId: () => string;
}

/**
 * Gives the rows that a parked delivery has made, and that are of no wedding yet, their wedding; none when there are
 * none. Rows in which somebody was erased stay as they are. When other cards of the same delivery are still open, only
 * the row that this card names is meant (of an older card: those of its title). The caller holds the organisation's row.
 */
export async function assignParked(tx: Tx, organisationId: string, { card, wedding, context, now, newId }: Assigning): Promise<EventDraft[]> {
  const made = await looseRows(tx, organisationId, card.deliveryId);
  const alone = (await otherCards(tx, organisationId, card)) === 0;
  const meant = alone ? made : made.filter((one) => (card.about ? one.row.id === card.about.id : parkedTitle(one) === card.title));
  const drafts: EventDraft[] = [];
  for (const one of meant) {
    const draft = assigned(one, wedding.id, { ...context, deliveryId: card.deliveryId });
    if (draft) drafts.push(draft, ...alertsAnew(draft, await alertsAbout(tx, organisationId, draft.row.id), { wedding, context, now, newId }));
  }
  return drafts;
}

/** A parked delivery that no open card is about any more is done with. To be called before the card's end is recorded. */
export async function doneWhenLast(tx: Tx, organisationId: string, card: ReviewItem): Promise<void> {
  if ((await otherCards(tx, organisationId, card)) > 0) return;
  await sql`update deliveries set state = case when reason = ${NOT_TAKEN_IN} then 'ignored' else 'processed' end, reason = case when reason = ${NOT_TAKEN_IN} then reason end where organisation_id = ${organisationId} and id = ${card.deliveryId} and state = 'parked'`.execute(tx);
}

async function otherCards(tx: Tx, organisationId: string, card: ReviewItem): Promise<number> {
  const { rows } = await sql<{ id: string }>`
    select id from review_items where organisation_id = ${organisationId} and delivery_id = ${card.deliveryId} and state = 'open' and kind = 'parked' and id <> ${card.id}
  `.execute(tx);
  return rows.length;
}

async function looseRows(tx: Tx, organisationId: string, deliveryId: string): Promise<Loose[]> {
  const { rows } = await sql<{ collection: AssignableName; rowId: string }>`
    select e.collection, e.row_id from events e
    where e.organisation_id = ${organisationId} and e.delivery_id = ${deliveryId} and coalesce(jsonb_typeof(e.before), 'null') = 'null' and e.collection = any(${[...ASSIGNABLE]}::text[])
      and not exists (select from events x where x.organisation_id = e.organisation_id and x.row_id = e.row_id and x.type like '%.erased')
    order by e.seq
  `.execute(tx);
  const found = new Map<string, Loose>();
  for (const collection of ASSIGNABLE) {
    const ids = rows.filter((one) => one.collection === collection).map((one) => one.rowId);
    if (ids.length === 0) continue;
    for (const row of await readRows(tx, organisationId, collection, ids)) if (row.weddingId === null) found.set(row.id, { collection, row } as Loose);
  }
  return rows.flatMap(({ rowId }) => found.get(rowId) ?? []);
}

function assigned(one: Loose, weddingId: string, context: DraftContext): EventDraft | null {
  const type = assignedType(one);
  switch (one.collection) {
    case 'bookings':
      return draftUpdated(type, one.collection, weddingId, one.row, { weddingId }, null, context);
    case 'payments':
      return draftUpdated(type, one.collection, weddingId, one.row, { weddingId }, null, context);
    case 'documents':
      return draftUpdated(type, one.collection, weddingId, one.row, { weddingId }, null, context);
    case 'messages':
      return draftUpdated(type, one.collection, weddingId, one.row, { weddingId }, null, context);
    case 'contacts':
      return draftUpdated(type, one.collection, weddingId, one.row, { weddingId }, null, context);
  }
}
