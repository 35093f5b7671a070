import { EVENT_TYPES, type RecordedEvent } from '../../contract/events.ts';
import type { CollectionName, RowOf, Snapshot } from '../../contract/record.ts';
import type { Wedding } from '../../contract/record/day.ts';
import type { StreamFrame } from '../../contract/stream.ts';

/**
 * The record as a wall display is told it. A screen on a wall is read by guests, suppliers and whoever passes: it is
 * given what a programme on an easel would say and nothing else, so that not even its memory holds more.
 */
export interface WallCut {
  /** False = weddings are told without their couples' names. */
  readonly coupleNames: boolean;
  /** Title of a wedding; its words are kept out of the run sheet as well while couples are not named. */
  readonly titleOf: (weddingId: string) => string | null;
}

/** Address, number or amount somebody typed into a title: `call 07700 900123`, `ines@venue.example`, `£1,200`. */
const PRIVATE_TEXT = [
  /\S+@\S+/g,
  /(?:[£$€¥₹]|\b(?:GBP|EUR|USD|CHF|AUD|CAD|NZD|JPY|SEK|NOK|DKK))\s?\d(?:[.,'\u00a0 ]?\d)*|\d(?:[.,'\u00a0 ]?\d)*\s?(?:[£$€¥₹]|(?:GBP|EUR|USD|CHF|AUD|CAD|NZD|JPY|SEK|NOK|DKK)\b)/gi,
  /\+?\d(?:[\s().\-/]{0,2}\d){6,}/g,
] as const;
const HIDDEN = '…';
/** Joins names in a title; hidden, they would make every sentence unreadable. */
const JOINERS: ReadonlySet<string> = new Set(['and', 'und', 'the', 'wedding', 'with']);

const wordsOf = (title: string): string[] => title.split(/[^\p{L}\p{M}\p{N}]+/u).filter((word) => word.length > 1 && !JOINERS.has(word.toLowerCase()));

function shownText(text: string, cut: WallCut, weddingId: string): string {
  let shown = text;
  for (const pattern of PRIVATE_TEXT) shown = shown.replace(pattern, HIDDEN);
  if (cut.coupleNames) return shown;
  const names = new Set(wordsOf(cut.titleOf(weddingId) ?? '').map((word) => word.toLowerCase()));
  return names.size === 0 ? shown : shown.replace(/[\p{L}\p{M}\p{N}]+/gu, (word) => (names.has(word.toLowerCase()) ? HIDDEN : word));
}
const shownOrNull = (text: string | null, cut: WallCut, weddingId: string): string | null => (text === null ? null : shownText(text, cut, weddingId));

/** Who has merely asked for a date has not agreed to be on a wall. */
const NAMED: ReadonlySet<Wedding['status']> = new Set(['hold', 'confirmed', 'completed']);

type Cuts = { readonly [C in CollectionName]: ((row: RowOf<C>, cut: WallCut) => RowOf<C> | null) | null };

/** Every field by name: one that is added to a row later does not compile until somebody has decided about it. */
const CUTS: Cuts = {
  weddings: ({ id, version, seq, updatedAt, title, date, zone, startsAt, endsAt, room, status, guestCount }, cut) => ({
    id, version, seq, updatedAt, source: null, date, zone, startsAt, endsAt, status, guestCount,
    title: cut.coupleNames && NAMED.has(status) ? shownText(title, cut, id) : '',
    room: shownOrNull(room, cut, id),
    roomId: null,
  }),
  runSheetItems: ({ id, version, seq, updatedAt, weddingId, title, startsAt, endsAt, place, status }, cut) => ({
    id, version, seq, updatedAt, source: null, weddingId, startsAt, endsAt, status, owner: null,
    title: shownText(title, cut, weddingId),
    place: shownOrNull(place, cut, weddingId),
  }),
  // What is left of an engagement is its call time: "Catering is due at 14:30". Who, for whom, where and for how much is not told.
  bookings: ({ id, version, seq, updatedAt, weddingId, trade, status, callTime }) =>
    weddingId === null || callTime === null
      ? null
      : { id, version, seq, updatedAt, source: null, weddingId, title: '', trade, vendorName: null, vendorId: null, contactId: null, status, startsAt: null, endsAt: null, callTime, place: null, amountMinor: null, currency: null, lines: null },
  alerts: ({ id, version, seq, updatedAt, weddingId, severity, rule, raisedAt, state }) => ({
    id, version, seq, updatedAt, source: null, weddingId, severity, rule, title: '', detail: '', raisedAt, state, acknowledgedAt: null, acknowledgedBy: null, subject: null, stayed: null, doneBy: null,
  }),
  contacts: null,
  payments: null,
  messages: null,
  documents: null,
  calendarEvents: null,
  // Written by an authority or a forecast; the place is a person's own words, like a title.
  weatherNotices: ({ id, version, seq, updatedAt, weddingId, place, kind, severity, headline, startsAt, endsAt, state }, cut) => ({
    id, version, seq, updatedAt, source: null, weddingId, kind, severity, detail: '', startsAt, endsAt, state,
    place: shownText(place, cut, weddingId ?? ''),
    headline: shownText(headline, cut, weddingId ?? ''),
  }),
  resources: null,
  allocations: null,
  limits: null,
  houseRules: null,
  conflicts: null,
  calendars: null,
  pushes: null,
  differences: null,
  reviewItems: null,
  connections: null,
};

/** What of a row the wall is told; null = nothing, not even that there is one. */
export function wallRow<C extends CollectionName>(cut: WallCut, collection: C, row: RowOf<C>): RowOf<C> | null {
  const rule: ((row: RowOf<C>, cut: WallCut) => RowOf<C> | null) | null = CUTS[collection];
  return rule === null ? null : rule(row, cut);
}

const rowsFor = <C extends CollectionName>(cut: WallCut, collection: C, rows: readonly RowOf<C>[]): RowOf<C>[] =>
  rows.map((row) => wallRow(cut, collection, row)).filter((row) => row !== null);

export function wallSnapshot(cut: WallCut, { epoch, seq, at, organisation, rows }: Snapshot): Snapshot {
  return {
    epoch, seq, at, organisation,
    rows: {
      weddings: rowsFor(cut, 'weddings', rows.weddings),
      runSheetItems: rowsFor(cut, 'runSheetItems', rows.runSheetItems),
      bookings: rowsFor(cut, 'bookings', rows.bookings),
      alerts: rowsFor(cut, 'alerts', rows.alerts),
      weatherNotices: rowsFor(cut, 'weatherNotices', rows.weatherNotices),
      contacts: [],
      payments: [],
      messages: [],
      documents: [],
      calendarEvents: [],
      resources: [],
      allocations: [],
      limits: [],
      houseRules: [],
      conflicts: [],
      calendars: [],
      pushes: [],
      differences: [],
      reviewItems: [],
      connections: [],
    },
  };
}

/** The same range of the log with what the wall is told of it; ranges chain as they did. */
export function wallFrame(cut: WallCut, { after, upTo, events, removed = [], committedAt }: StreamFrame): StreamFrame {
  const told: RecordedEvent[] = [];
  const gone = removed.filter((row) => CUTS[row.collection] !== null);
  for (const { seq, id, type, weddingId, occurredAt, recordedAt, collection, row } of events) {
    if (CUTS[collection] === null) continue;
    const shown = wallRow<CollectionName>(cut, collection, row);
    if (shown === null && EVENT_TYPES[type].change !== 'created') gone.push({ collection, id: row.id, seq });
    if (shown === null) continue;
    // The wall shows what stands, never what was, by whom, or through what.
    const event = { seq, id, type, weddingId, occurredAt, recordedAt, collection, row: shown, actor: { kind: 'system', id: null, name: '' }, source: null, deliveryId: null, before: null };
    told.push(event as RecordedEvent);
  }
  return { after, upTo, events: told, committedAt, ...(gone.length > 0 ? { removed: gone } : {}) };
}
