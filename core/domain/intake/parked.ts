import type { EventType } from '../../contract/events.ts';
import type { RowOf } from '../../contract/record.ts';
import type { ReviewItem } from '../../contract/record/attention.ts';
import { PAYMENT_EVENT } from '../record/planTrade.ts';
import type { Tables } from '../record/state.ts';

/** Facts that can be of no wedding yet and be given one by a person. */
export const ASSIGNABLE = ['bookings', 'payments', 'documents', 'messages', 'contacts'] as const;
export type AssignableName = (typeof ASSIGNABLE)[number];
/** A row together with the name of its collection. */
export type Loose = { [C in AssignableName]: { readonly collection: C; readonly row: RowOf<C> } }[AssignableName];

/** As what the log tells that a row was given its wedding. */
export function assignedType({ collection, row }: Loose): EventType {
  switch (collection) {
    case 'bookings':
      return 'booking.updated';
    case 'payments':
      return PAYMENT_EVENT[row.status];
    case 'documents':
      return 'document.updated';
    case 'messages':
      return 'message.updated';
    case 'contacts':
      return 'client.updated';
  }
}

const TITLE_LENGTH = 300;

/** What the card of a parked row is called; null = rows of its kind are never parked by themselves. */
export function parkedTitle({ collection, row }: Loose): string | null {
  const title = collection === 'bookings' || collection === 'documents' ? row.title : collection === 'payments' ? (row.description ?? row.payerName ?? 'Payment') : null;
  return title === null ? null : title.slice(0, TITLE_LENGTH);
}

type Parkable = Pick<Tables, 'bookings' | 'payments' | 'documents'>;

/** Null = it is not here, or it has its wedding. */
function namedRow({ collection, id }: NonNullable<ReviewItem['about']>, tables: Parkable): Loose | null {
  const loose = <C extends keyof Parkable>(name: C): RowOf<C> | null => {
    const row = collection === name ? (tables[name][id] as RowOf<C> | undefined) : undefined;
    return row?.weddingId === null ? row : null;
  };
  const [booking, payment, document] = [loose('bookings'), loose('payments'), loose('documents')];
  if (booking) return { collection: 'bookings', row: booking };
  if (payment) return { collection: 'payments', row: payment };
  return document && { collection: 'documents', row: document };
}

/**
 * The row that an open card is about, out of what a client holds; null = it is not here (any more) or there are several.
 * A card that was opened before cards named their row is told by its title: it and its row were recorded together, the row
 * first, so the last one of that name before the card is meant.
 */
export function parkedRow(item: ReviewItem, tables: Parkable): Loose | null {
  if (item.about) return namedRow(item.about, tables);
  const found: Loose[] = [];
  const look = (one: Loose): void => {
    if (one.row.weddingId === null && one.row.source?.connectionId === item.connectionId && parkedTitle(one) === item.title) found.push(one);
  };
  for (const row of Object.values(tables.bookings)) look({ collection: 'bookings', row });
  for (const row of Object.values(tables.payments)) look({ collection: 'payments', row });
  for (const row of Object.values(tables.documents)) look({ collection: 'documents', row });
  const before = found.filter(({ row }) => row.seq < item.seq).sort((a, b) => b.row.seq - a.row.seq);
  // One that was told of again since has moved behind its card.
  return before[0] ?? (found.length === 1 ? (found[0] ?? null) : null);
}
