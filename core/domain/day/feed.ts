import type { ErrorCode } from '../../contract/errors.ts';
import { isErasure, type EventType, type RecordedEvent } from '../../contract/events.ts';
import { COLLECTION_NAMES, type AnyRow, type CollectionName, type RowOf } from '../../contract/record.ts';
import type { Severity } from '../../contract/record/row.ts';
import type { Tables } from '../record/state.ts';

/** What is said about one fact; the console turns `says` into a sentence in the reader's language. */
export type FeedSays = EventType | 'message.failed' | 'review.expired' | 'document.signed' | 'weather.ended' | 'booking.call_time_moved' | 'wedding.guest_count_changed' | 'payment.partly_refunded' | 'limit.passed' | 'limit.kept' | 'limit.accepted' | 'gap.short' | 'gap.enough' | 'gap.accepted' | 'closed.taken' | 'closed.free' | 'closed.accepted' | 'stock.short' | 'stock.enough' | 'stock.accepted' | 'connection.failing' | 'connection.healthy' | 'connection.paused' | 'connection.disabled' | 'connection.waiting' | 'connection.quiet' | 'connection.heard' | 'connection.read';

export interface FeedEntry {
  readonly seq: number;
  /** When it happened outside, ISO instant. */
  readonly at: string;
  readonly says: FeedSays;
  readonly collection: CollectionName;
  readonly rowId: string;
  readonly weddingId: string | null;
  /** Who or what it is about. */
  readonly subject: string;
  readonly amount: { readonly minor: number; readonly currency: string } | null;
  /** New and former value where the sentence tells them: guest counts, or minutes for a moved call time. */
  readonly count: number | null;
  readonly was: number | null;
  readonly severity: Severity | null;
  /** System it came from; null when made here. */
  readonly system: string | null;
  /** Who made it so, when that was a person. */
  readonly actor: string | null;
}

type Told = Pick<FeedEntry, 'says' | 'subject' | 'amount' | 'count' | 'was' | 'severity'>;
const told = (says: FeedSays, subject: string, more: Partial<Told> = {}): Told => ({ says, subject, amount: null, count: null, was: null, severity: null, ...more });

/** Nobody has decided about it, and nobody can any more. */
const EXPIRED = 'review.expired' satisfies ErrorCode;
const PAYMENT_SAYS = { pending: 'payment.recorded', completed: 'payment.completed', failed: 'payment.failed', refunded: 'payment.refunded', partly_refunded: 'payment.partly_refunded' } as const;
const GAP_SAYS = { open: 'gap.short', resolved: 'gap.enough', overridden: 'gap.accepted' } as const;
/** By kind: one that passes a limit, or leaves too little time, is no double booking. */
const CONFLICT_SAYS = {
  overlap: { open: 'conflict.raised', resolved: 'conflict.resolved', overridden: 'conflict.overridden' },
  limit: { open: 'limit.passed', resolved: 'limit.kept', overridden: 'limit.accepted' },
  closure: { open: 'closed.taken', resolved: 'closed.free', overridden: 'closed.accepted' },
  capacity: { open: 'stock.short', resolved: 'stock.enough', overridden: 'stock.accepted' },
  turnaround: GAP_SAYS,
  travel: GAP_SAYS,
} as const;
const PUSH_SAYS = { queued: 'push.queued', written: 'push.confirmed', failed: 'push.failed', differs: 'push.queued' } as const;
const ALERT_SAYS = { open: 'alert.raised', acknowledged: 'alert.acknowledged', resolved: 'alert.resolved' } as const;

const minutesBetween = (from: unknown, to: string | null): number | null =>
  typeof from === 'string' && to ? Math.round((Date.parse(to) - Date.parse(from)) / 60_000) : null;

/** One teller per collection: the row as it stands, with the changed fields' former values where they are known. */
const TELL: { readonly [C in CollectionName]: (row: RowOf<C>, before: Readonly<Record<string, unknown>> | null, type: EventType | null) => Told } = {
  weddings: (row, before, type) => {
    const was = before?.['guestCount'];
    if (row.guestCount !== null && typeof was === 'number') return told('wedding.guest_count_changed', row.title, { count: row.guestCount, was });
    return told(type ?? (row.status === 'cancelled' ? 'wedding.cancelled' : row.version === 1 ? 'wedding.created' : 'wedding.updated'), row.title);
  },
  contacts: (row, _before, type) => told(type ?? (row.version === 1 ? 'client.created' : 'client.updated'), row.name),
  bookings: (row, before, type) => {
    const subject = row.vendorName ?? row.title;
    const moved = minutesBetween(before?.['callTime'], row.callTime);
    if (row.status !== 'cancelled' && moved !== null && moved !== 0) return told('booking.call_time_moved', subject, { count: moved });
    const amount = row.amountMinor !== null && row.currency !== null ? { minor: row.amountMinor, currency: row.currency } : null;
    return told(type ?? (row.status === 'cancelled' ? 'booking.cancelled' : row.version === 1 ? 'booking.created' : 'booking.updated'), subject, { amount });
  },
  payments: (row) => {
    const says = PAYMENT_SAYS[row.status];
    const minor = says === 'payment.refunded' || says === 'payment.partly_refunded' ? row.refundedMinor : row.amountMinor;
    return told(says, row.payerName ?? row.description ?? '', { amount: { minor, currency: row.currency }, severity: row.status === 'failed' ? 'warning' : null });
  },
  runSheetItems: (row, _before, type) => told(type ?? (row.version === 1 ? 'runsheet.item.created' : 'runsheet.item.updated'), row.title),
  messages: (row, _before, type) => {
    const says = row.status === 'failed' ? 'message.failed' : row.version === 1 || type === null ? (row.direction === 'in' ? 'message.received' : 'message.sent') : 'message.updated';
    return told(says, row.direction === 'in' ? (row.fromName ?? row.fromAddress ?? '') : (row.toAddress ?? ''), { severity: row.status === 'failed' ? 'warning' : null });
  },
  documents: (row, _before, type) => told(row.status === 'signed' ? 'document.signed' : (type ?? (row.version === 1 ? 'document.shared' : 'document.updated')), row.title),
  calendarEvents: (row, _before, type) => told(type ?? (row.version === 1 ? 'calendar.event.created' : 'calendar.event.updated'), row.title),
  weatherNotices: (row) => told(row.state === 'ended' ? 'weather.ended' : 'weather.notice.issued', row.headline, { severity: row.state === 'ended' ? null : row.severity }),
  resources: (row, _before, type) => told(type ?? (row.version === 1 ? 'resource.created' : 'resource.updated'), row.name),
  allocations: (row, _before, type) => told(type ?? (row.status === 'cancelled' ? 'allocation.cancelled' : row.version === 1 ? 'allocation.created' : 'allocation.updated'), row.title),
  limits: (row, _before, type) => told(type ?? (row.version === 1 ? 'limit.created' : 'limit.updated'), row.name),
  houseRules: (_row, _before, type) => told(type ?? 'rules.updated', ''),
  conflicts: (row) => told(CONFLICT_SAYS[row.kind][row.state], '', { severity: row.state === 'open' ? (row.level === 'block' ? 'critical' : 'warning') : null }),
  calendars: (row, _before, type) => told(type ?? (row.version === 1 ? 'calendar.found' : 'calendar.changed'), row.name),
  pushes: (row) => told(PUSH_SAYS[row.state], '', { severity: row.state === 'failed' ? 'warning' : null }),
  differences: (row) => told(row.state === 'open' ? 'difference.raised' : 'difference.settled', '', { severity: row.state === 'open' ? 'warning' : null }),
  alerts: (row) => told(ALERT_SAYS[row.state], row.title, { severity: row.state === 'open' ? row.severity : null }),
  reviewItems: (row) => told(row.state === 'open' ? 'review.opened' : row.reason === EXPIRED ? 'review.expired' : 'review.resolved', row.title),
  connections: (row, before, type) => {
    if (type === 'connection.reading') return told(row.reading?.state === 'done' ? 'connection.read' : 'connection.reading', row.name, { count: row.reading?.read ?? null });
    if (before && 'quiet' in before && !('health' in before)) return told(row.quiet ? 'connection.quiet' : 'connection.heard', row.name, { severity: row.quiet ? 'warning' : null });
    return told(type === 'connection.created' || type === 'connection.removed' ? type : `connection.${row.health}`, row.name, { severity: row.health === 'failing' || row.health === 'disabled' ? 'warning' : null });
  },
};

const tell = <C extends CollectionName>(collection: C, row: RowOf<C>, before: Readonly<Record<string, unknown>> | null, type: EventType | null): Told => {
  const said = TELL[collection](row, before, type);
  // Whatever state the row is in, what happened is that somebody was forgotten in it.
  return type !== null && isErasure(type) ? told(type, said.subject) : said;
};

const weddingOf = (collection: CollectionName, row: AnyRow): string | null => (collection === 'weddings' ? row.id : 'weddingId' in row ? row.weddingId : null);

export function entryFromEvent(event: RecordedEvent): FeedEntry {
  return {
    ...tell(event.collection, event.row, event.before, event.type),
    seq: event.seq,
    at: event.occurredAt,
    collection: event.collection,
    rowId: event.row.id,
    weddingId: event.weddingId,
    system: event.source?.system ?? null,
    actor: event.actor.kind === 'person' ? event.actor.name : null,
  };
}

/** The last change of a row, as far as the row itself tells; used where the event is not held any more. */
export function entryFromRow<C extends CollectionName>(collection: C, row: RowOf<C>): FeedEntry {
  return {
    ...tell(collection, row, null, null),
    seq: row.seq,
    at: ('paidAt' in row ? row.paidAt : null) ?? row.updatedAt,
    collection,
    rowId: row.id,
    weddingId: weddingOf(collection, row),
    system: row.source?.system ?? null,
    actor: null,
  };
}

/** How far a source is read is shown at its connection; that it has ended is news. */
export const onlyReading = ({ type, collection, row }: RecordedEvent): boolean => type === 'connection.reading' && collection === 'connections' && row.reading?.state !== 'done';

/** Nothing was told but which resource a name, or a calendar, stands for. */
const NAMING: readonly string[] = ['roomId', 'vendorId'];
const onlyNamed = ({ before, collection }: RecordedEvent): boolean =>
  before !== null && Object.keys(before).every((field) => NAMING.includes(field) || (collection === 'calendarEvents' && (field === 'calendarId' || field === 'resourceId')));

/** What goes into other people's calendars is told where it belongs to; news is what did not get there. How a calendar fills is shown there. */
const quietly = (collection: CollectionName, row: AnyRow): boolean =>
  (collection === 'pushes' && (row as RowOf<'pushes'>).state !== 'failed') || (collection === 'calendars' && (row as RowOf<'calendars'>).filling.state === 'filling');

/** Of a conflict that is found its alert tells, by name; of one that is settled the conflict itself, with who decided it. Each is said once. */
function toldByOther(collection: CollectionName, row: AnyRow): boolean {
  if (collection === 'conflicts') {
    const { level, state } = row as RowOf<'conflicts'>;
    return level === 'block' && state === 'open';
  }
  if (collection !== 'alerts') return false;
  const { subject, state } = row as RowOf<'alerts'>;
  return subject?.collection === 'conflicts' && state === 'resolved';
}

/**
 * The newest facts, newest first: the held events, filled up from the rows' last changes after a start from a snapshot.
 * `weddingId` null = everything.
 */
export function feed(events: readonly RecordedEvent[], tables: Tables, weddingId: string | null, limit: number): FeedEntry[] {
  const bySeq = new Map<number, FeedEntry>();
  const mine = (entry: FeedEntry): boolean => weddingId === null || entry.weddingId === weddingId;
  /** Of a person who was erased one line is enough; the rows that named them say it in their histories. */
  const passedOver = new Set<number>();
  for (const event of events) {
    // A room or a vendor that a fact has just named is no news beside that fact.
    const byTheWay = event.actor.kind !== 'person' && (event.collection === 'resources' || onlyNamed(event));
    if (byTheWay || onlyReading(event) || quietly(event.collection, event.row) || (!isErasure(event.type) && toldByOther(event.collection, event.row)) || (isErasure(event.type) && event.collection !== 'contacts')) {
      passedOver.add(event.seq);
      continue;
    }
    const entry = entryFromEvent(event);
    if (mine(entry)) bySeq.set(entry.seq, entry);
  }
  if (bySeq.size < limit) {
    const fill = <C extends CollectionName>(name: C): void => {
      for (const row of Object.values<RowOf<C>>(tables[name])) {
        if (bySeq.has(row.seq) || passedOver.has(row.seq) || quietly(name, row) || toldByOther(name, row)) continue;
        const entry = entryFromRow(name, row);
        if (mine(entry)) bySeq.set(row.seq, entry);
      }
    };
    COLLECTION_NAMES.filter((name) => name !== 'resources').forEach((name) => fill(name));
  }
  return [...bySeq.values()].sort((a, b) => b.seq - a.seq).slice(0, limit);
}
