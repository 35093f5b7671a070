import { EVENT_TYPES } from '../../contract/events.ts';
import { HELD_KINDS } from '../../contract/record/attention.ts';
import type { EventDraft } from '../record/drafts.ts';

/**
 * The brake: a source that within a few minutes takes away, moves or multiplies more than it ever does is stopped before
 * anything of it is applied, and a person decides. Pure; what it remembers is kept beside the connection.
 */

export const BRAKE_KINDS = HELD_KINDS;
export type BrakeKind = (typeof BRAKE_KINDS)[number];
export type BrakeCounts = Readonly<Record<BrakeKind, number>>;

export const NO_COUNTS: BrakeCounts = { deletes: 0, moves: 0, copies: 0 };
export const WINDOW_MS = 10 * 60_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 86_400_000;
/** Days that count as what is usual. */
const DAYS = 28;
/** A person who tidies up by hand comes to this in a few minutes. */
const ALWAYS_ALLOWED = 10;
const TIMES_USUAL = 3;
const SHARE = 0.2;
/** However much a source has brought, more than this at once is worth a look. */
const SHARE_AT_MOST = 50;
/** A wedding moved by less than this is a correction. */
const MOVED_MS = DAY_MS;
/** Look-alikes remembered of one connection. */
const MADE_AT_MOST = 500;

/** What is remembered of one connection. */
export interface BrakeState {
  /** By minute, oldest first; of the last {@link WINDOW_MS}. */
  readonly window: readonly (BrakeCounts & { readonly minute: number })[];
  /** By day, oldest first; of the last four weeks. Only days on which there was something. */
  readonly days: readonly (BrakeCounts & {
    readonly day: number;
    /** The most of each kind within one of its hours that are over; left out = not kept. */
    readonly busiest?: BrakeCounts;
  })[];
  /** The hour in which something last happened; left out = there was none. */
  readonly hour?: BrakeCounts & { readonly hour: number };
  /** Rows it has made so far that could be taken away again. */
  readonly brought: number;
  /** What it made within the window, as `[minute, look]`. */
  readonly made: readonly (readonly [number, string])[];
}

export const NEW_BRAKE: BrakeState = { window: [], days: [], brought: 0, made: [] };

/** What one delivery would do. */
export interface Effects {
  readonly counts: BrakeCounts;
  /** Rows it makes. */
  readonly created: number;
  /** How what it makes looks, for finding copies. */
  readonly looks: readonly string[];
}

/** What can be taken away, moved or multiplied; money and messages only ever come. */
const BRAKED: readonly EventDraft['collection'][] = ['weddings', 'contacts', 'bookings', 'allocations', 'calendarEvents', 'pushes', 'differences'];

const sum = (a: BrakeCounts, b: BrakeCounts): BrakeCounts => ({ deletes: a.deletes + b.deletes, moves: a.moves + b.moves, copies: a.copies + b.copies });
const isNothing = (counts: BrakeCounts): boolean => BRAKE_KINDS.every((kind) => counts[kind] === 0);

/** 32 bits of the text, FNV-1a: two that collide cost at worst a look at a card. */
function short(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(36);
}

/** Two things of one source with the same title at the same time are the same thing twice; what has no time is not compared. */
function lookOf(draft: EventDraft): string | null {
  if (draft.collection !== 'bookings' && draft.collection !== 'calendarEvents' && draft.collection !== 'weddings') return null;
  const { title, startsAt } = draft.row;
  return startsAt === null ? null : short(`${draft.collection}\n${title.trim().toLowerCase()}\n${startsAt}`);
}

/** An entry of ours that stood in their calendar is gone from there: it is asked about, or written anew. */
const isOursGone = (draft: EventDraft): boolean =>
  (draft.collection === 'pushes' && draft.type === 'push.queued' && draft.row.reason === 'calendar.gone' && draft.row.state === 'queued') ||
  (draft.collection === 'differences' && (draft.type === 'difference.raised' || draft.type === 'difference.updated') && draft.row.fields.some(({ name, theirs }) => name === 'status' && theirs === 'cancelled'));

const isTakenAway = (draft: EventDraft): boolean =>
  isOursGone(draft) ||
  EVENT_TYPES[draft.type].change === 'deleted' ||
  draft.type === 'booking.cancelled' ||
  draft.type === 'wedding.cancelled' ||
  draft.type === 'allocation.cancelled' ||
  (draft.collection === 'calendarEvents' && draft.row.status === 'cancelled' && draft.before !== null && 'status' in draft.before);

function isMoved(draft: EventDraft): boolean {
  if (draft.collection !== 'bookings' && draft.collection !== 'allocations' && draft.collection !== 'calendarEvents' && draft.collection !== 'weddings') return false;
  const was = draft.before?.['startsAt'];
  if (typeof was !== 'string') return false;
  const { startsAt } = draft.row;
  return startsAt === null || Math.abs(Date.parse(startsAt) - Date.parse(was)) > MOVED_MS;
}

/** @param made looks that this connection has made lately; what this delivery makes is added by the caller */
export function effectsOf(drafts: readonly EventDraft[], made: ReadonlySet<string>): Effects {
  let counts = NO_COUNTS;
  let created = 0;
  const looks: string[] = [];
  for (const draft of drafts) {
    if (!BRAKED.includes(draft.collection)) continue;
    if (draft.before === null && EVENT_TYPES[draft.type].change !== 'deleted' && draft.collection !== 'differences') {
      created += 1;
      const look = lookOf(draft);
      if (look === null) continue;
      if (made.has(look) || looks.includes(look)) counts = sum(counts, { ...NO_COUNTS, copies: 1 });
      looks.push(look);
    } else if (isTakenAway(draft)) counts = sum(counts, { ...NO_COUNTS, deletes: 1 });
    else if (isMoved(draft)) counts = sum(counts, { ...NO_COUNTS, moves: 1 });
  }
  return { counts, created, looks };
}

/** Looks that were made within the window before `now`. */
export const madeLately = (state: BrakeState, now: number): Set<string> => new Set(state.made.filter(([minute]) => minute * MINUTE_MS > now - WINDOW_MS).map(([, look]) => look));

/** How many of a kind the connection may do within {@link WINDOW_MS}. */
export function limitOf(state: BrakeState, kind: BrakeKind, now: number): number {
  const today = Math.floor(now / DAY_MS);
  const busy = state.days.filter(({ day, [kind]: count }) => day < today && day >= today - DAYS && count > 0);
  const usual = busy.length === 0 ? 0 : busy.reduce((all, day) => all + day[kind], 0) / busy.length;
  return Math.floor(Math.max(ALWAYS_ALLOWED, TIMES_USUAL * usual, Math.min(SHARE * state.brought, SHARE_AT_MOST)));
}

/** The most that the connection did of a kind within one hour of the last four weeks; the hour that runs is not over and does not count. */
export function usualPerHour(state: BrakeState, kind: BrakeKind, now: number): number {
  const today = Math.floor(now / DAY_MS);
  // Where hours were not kept yet, the day is the least that is known for certain not to be exceeded.
  const most = state.days.filter(({ day }) => day >= today - DAYS && day <= today).map((one) => (one.busiest ?? (one.day < today ? one : NO_COUNTS))[kind]);
  const last = state.hour && state.hour.hour < Math.floor(now / HOUR_MS) ? state.hour[kind] : 0;
  return Math.max(0, last, ...most);
}

/** What was applied within the window before `now`. */
export const appliedLately = (state: BrakeState, now: number): BrakeCounts => state.window.filter(({ minute }) => minute * MINUTE_MS > now - WINDOW_MS).reduce<BrakeCounts>(sum, NO_COUNTS);

/** The kinds of which `more` would be too much now, the worst first. */
export function exceeded(state: BrakeState, more: BrakeCounts, now: number): BrakeKind[] {
  const lately = appliedLately(state, now);
  return BRAKE_KINDS.filter((kind) => more[kind] > 0 && lately[kind] + more[kind] > limitOf(state, kind, now));
}

type Days = BrakeState['days'];

const busier = (a: BrakeCounts, b: BrakeCounts): BrakeCounts => ({ deletes: Math.max(a.deletes, b.deletes), moves: Math.max(a.moves, b.moves), copies: Math.max(a.copies, b.copies) });
const countsOf = ({ deletes, moves, copies }: BrakeCounts): BrakeCounts => ({ deletes, moves, copies });

function withDay(days: Days, day: number, counts: BrakeCounts): Days {
  const own = days.find((one) => one.day === day);
  return [...days.filter((one) => one.day !== day), { day, ...sum(own ?? NO_COUNTS, counts), busiest: own ? (own.busiest ?? countsOf(own)) : NO_COUNTS }];
}

/** An hour that is over counts for its day. */
function withHourOver(days: Days, last: BrakeState['hour'], now: number): Days {
  if (!last || last.hour >= Math.floor(now / HOUR_MS)) return days;
  return days.map((one) => (one.day === Math.floor((last.hour * HOUR_MS) / DAY_MS) ? { ...one, busiest: busier(one.busiest ?? NO_COUNTS, countsOf(last)) } : one));
}

function hourAfter(last: BrakeState['hour'], counts: BrakeCounts, now: number): Pick<BrakeState, 'hour'> {
  const hour = Math.floor(now / HOUR_MS);
  if (isNothing(counts)) return last ? { hour: last } : {};
  return { hour: { hour, ...sum(last?.hour === hour ? last : NO_COUNTS, counts) } };
}

/** What is remembered once these were applied; the same state when there is nothing to remember. */
export function remember(state: BrakeState, applied: Effects, now: number): BrakeState {
  const { counts, created, looks } = applied;
  if (isNothing(counts) && created === 0) return state;
  const minute = Math.floor(now / MINUTE_MS);
  const day = Math.floor(now / DAY_MS);
  const window = state.window.filter((one) => one.minute * MINUTE_MS > now - WINDOW_MS);
  const days = state.days.filter((one) => one.day > day - DAYS);
  const made = state.made.filter(([at]) => at * MINUTE_MS > now - WINDOW_MS);
  return {
    window: isNothing(counts) ? window : [...window.filter((one) => one.minute !== minute), { minute, ...sum(window.find((one) => one.minute === minute) ?? NO_COUNTS, counts) }],
    days: isNothing(counts) ? days : withDay(withHourOver(days, state.hour, now), day, counts),
    ...hourAfter(state.hour, counts, now),
    brought: state.brought + created,
    made: [...made, ...looks.map((look) => [minute, look] as const)].slice(-MADE_AT_MOST),
  };
}

/** Everything of one connection that waits for one decision. */
export interface Lot {
  readonly reviewId: string;
  readonly counts: BrakeCounts;
  /** {@link remoteMark}s of objects at the source: whatever is told about them joins the lot, so that their order is kept. No names: somebody in it may be erased. */
  readonly remotes: readonly string[];
  /** There are too many objects to be listed: everything of the connection joins. */
  readonly all: boolean;
}

const REMOTES_AT_MOST = 2_000;

/** Stands for an object of a connection's source. */
export const remoteMark = (remote: { readonly type: string; readonly id: string }): string => short(`${remote.type}\n${remote.id}`);

export function joined(lot: Lot, more: Pick<Lot, 'counts' | 'remotes'>): Lot {
  const remotes = [...new Set([...lot.remotes, ...more.remotes])];
  const all = lot.all || remotes.length > REMOTES_AT_MOST;
  return { ...lot, counts: sum(lot.counts, more.counts), remotes: all ? [] : remotes, all };
}

const WORDS: Readonly<Record<BrakeKind, readonly [string, string]>> = { deletes: ['deletion', 'deletions'], moves: ['move to another day', 'moves to another day'], copies: ['copy', 'copies'] };

/** `40 deletions, 1 copy` */
export const countsText = (counts: BrakeCounts): string => BRAKE_KINDS.filter((kind) => counts[kind] > 0).map((kind) => `${counts[kind]} ${WORDS[kind][counts[kind] === 1 ? 0 : 1]}`).join(', ');

/** Which of the kinds the delivery is held for; the first that it has. */
export const kindOf = (counts: BrakeCounts): BrakeKind | null => BRAKE_KINDS.find((kind) => counts[kind] > 0) ?? null;
