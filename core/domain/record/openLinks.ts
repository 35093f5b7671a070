import type { EventType } from '../../contract/events.ts';
import type { CollectionName, RowOf } from '../../contract/record.ts';
import type { Change } from './changes.ts';
import { draftUpdated, type DraftContext, type EventDraft } from './drafts.ts';
import { LEADS_TO_WEDDING } from './matching.ts';
import { PAYMENT_EVENT } from './planTrade.ts';
import type { Mapping, View } from './view.ts';

/**
 * Facts come in any order: one may name a contact, a booking or something of a wedding that nobody has told of yet. What such a row waits
 * for is kept as an open link, and filled in once the named thing is here.
 */

/** What a row can wait for. A booking is also followed to its wedding, where the row has none of its own. */
export type LinkField = 'contactId' | 'bookingId' | 'weddingId';

/** Rows that may wait. */
export const LINKED = ['bookings', 'contacts', 'payments', 'documents', 'messages', 'calendarEvents', 'weatherNotices'] as const satisfies readonly CollectionName[];
export type LinkedName = (typeof LINKED)[number];
export type LinkedRow = RowOf<LinkedName>;
const isLinked = (collection: CollectionName): collection is LinkedName => LINKED.some((name) => name === collection);

/** An object as its source names it. */
export interface Named {
  readonly type: string;
  readonly id: string;
}

/** What a fact says of one link of the row that was made of it. Of several words on one link the last counts. */
export interface LinkWord {
  readonly collection: LinkedName;
  readonly id: string;
  readonly field: LinkField;
  /** What the row waits for now; null = for nothing (any more). */
  readonly awaits: Named | null;
  /** Older than what is held of the row: it counts only where no other word has been said. */
  readonly late: boolean;
}

/** What a planned fact says of the links of its row, as that stands after it. */
export function linkWords(change: Change, { collection, id }: Pick<Mapping, 'collection' | 'id'>, view: View, late: boolean): LinkWord[] {
  const row = isLinked(collection) ? view.row(collection, id) : null;
  if (!row || !isLinked(collection)) return [];
  const words: LinkWord[] = [];
  const say = (field: LinkField, named: Named | null, mayWait: (mapping: Mapping | null) => boolean, old = false): void => {
    const open = named !== null && mayWait(view.mapping(named.type, named.id));
    words.push({ collection, id, field, awaits: open ? { type: named.type, id: named.id } : null, late: old });
  };
  if (change.kind === 'booking' && change.contactRemote !== undefined) say('contactId', change.contactRemote, (mapping) => mapping === null);
  if ('bookingRemote' in change && change.bookingRemote !== undefined) {
    say('bookingId', change.bookingRemote, (mapping) => mapping === null || (mapping.collection === 'bookings' && row.weddingId === null));
  }
  const clue = change.wedding.remote;
  if (clue && !(clue.type === change.remote.type && clue.id === change.remote.id)) {
    say('weddingId', clue, (mapping) => row.weddingId === null && (mapping === null || leadsToWedding(mapping.collection)), late);
  }
  return words;
}

const leadsToWedding = (collection: CollectionName): boolean => collection === 'weddings' || LEADS_TO_WEDDING[collection] === true;

/** A row that waits. */
export interface OpenLink {
  readonly collection: LinkedName;
  readonly id: string;
  readonly field: LinkField;
  /** Whose names these are. */
  readonly connectionId: string;
  readonly awaits: Named;
  /** What is named is here, as this row of ours, and is of no wedding yet. */
  readonly targetId: string | null;
  /** Kept only where its row has no other link of this field. */
  readonly late?: boolean;
}

/** What is known when links are followed. */
export interface Known {
  mapping(connectionId: string, named: Named): Pick<Mapping, 'collection' | 'id'> | null;
  row(collection: CollectionName, id: string): object | null;
  /** The wedding that this row has just been given; null = it was given none. */
  given(id: string): string | null;
}

/** What a row that waited is given. */
export interface Fill {
  readonly collection: LinkedName;
  readonly row: LinkedRow;
  readonly fields: Partial<Record<LinkField, string>>;
  /** The last link that was followed for it. */
  readonly link: OpenLink;
}

export interface Followed {
  readonly fills: readonly Fill[];
  /** What still waits, some of it for the wedding of what it has found. */
  readonly open: readonly OpenLink[];
  readonly closed: readonly OpenLink[];
}

type Step = 'open' | 'closed';

/**
 * Follows links as far as they lead, also from row to row: what gets its wedding may give it on to what waits for that. A link of a contact
 * or booking is its source's newest word and replaces what the row named before; a wedding is given only to a row that has none.
 */
export function followLinks(links: readonly OpenLink[], known: Known): Followed {
  const fields = new Map<string, Partial<Record<LinkField, string>>>();
  const last = new Map<string, OpenLink>();
  const targets = new Map<OpenLink, string>();
  const rowOf = (link: OpenLink): LinkedRow | null => known.row(link.collection, link.id) as LinkedRow | null;
  const give = (link: OpenLink, field: LinkField, id: string): void => {
    fields.set(link.id, { ...fields.get(link.id), [field]: id });
    last.set(link.id, link);
  };
  const weddingOf = (id: string, collection: CollectionName | null): string | null => {
    const row = collection === null ? null : (known.row(collection, id) as { readonly weddingId?: string | null } | null);
    return fields.get(id)?.weddingId ?? row?.weddingId ?? known.given(id);
  };

  function step(link: OpenLink): Step {
    const row = rowOf(link);
    if (!row) return 'closed';
    const mapping = known.mapping(link.connectionId, link.awaits);
    const targetId = mapping?.id ?? link.targetId;
    if (targetId === null) return 'open';
    const collection = mapping?.collection ?? null;
    if (link.field !== 'weddingId') {
      const wanted = link.field === 'contactId' ? 'contacts' : 'bookings';
      if (collection !== null && collection !== wanted) return 'closed';
      if (fields.get(link.id)?.[link.field] !== targetId) give(link, link.field, targetId);
      if (link.field === 'contactId') return 'closed';
    }
    if ((fields.get(link.id)?.weddingId ?? row.weddingId) !== null) return 'closed';
    if (collection !== null && !leadsToWedding(collection)) return 'closed';
    const weddingId = collection === 'weddings' ? targetId : weddingOf(targetId, collection);
    if (weddingId === null) {
      targets.set(link, targetId);
      return 'open';
    }
    give(link, 'weddingId', weddingId);
    return 'closed';
  }

  const closed: OpenLink[] = [];
  let waiting = [...links];
  for (let before = -1; before !== waiting.length; ) {
    before = waiting.length;
    const left = waiting.filter((link) => step(link) === 'open');
    closed.push(...waiting.filter((link) => !left.includes(link)));
    waiting = left;
  }
  const fills = [...last.values()].flatMap((link): Fill[] => {
    const row = rowOf(link);
    return row ? [{ collection: link.collection, row, fields: fields.get(link.id) ?? {}, link }] : [];
  });
  return { fills, open: waiting.map((link) => ({ ...link, targetId: targets.get(link) ?? link.targetId })), closed };
}

/** As what the log tells that a row was given what it waited for. */
function filledType(collection: LinkedName, row: LinkedRow): EventType {
  switch (collection) {
    case 'bookings':
      return 'booking.updated';
    case 'payments':
      return PAYMENT_EVENT[(row as RowOf<'payments'>).status];
    case 'documents':
      return 'document.updated';
    case 'messages':
      return 'message.updated';
    case 'contacts':
      return 'client.updated';
    case 'calendarEvents':
      return 'calendar.event.updated';
    case 'weatherNotices':
      return 'weather.notice.updated';
  }
}

/** Null = the row has it already. */
export function filled({ collection, row, fields }: Fill, context: DraftContext): EventDraft | null {
  const type = filledType(collection, row);
  // All of these rows have a wedding; which of the other two they have, their links say.
  return draftUpdated(type, collection as 'payments', fields.weddingId ?? row.weddingId, row as RowOf<'payments'>, fields, null, context);
}
