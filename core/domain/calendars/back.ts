import { Temporal } from 'temporal-polyfill';
import type { RowOf } from '../../contract/record.ts';
import type { Difference, Push } from '../../contract/record/calendars.ts';
import { movedCall } from '../conflicts/following.ts';
import type { MovableCollection } from '../conflicts/occupancies.ts';
import { draftCreated, draftUpdated, type DraftContext, type DraftOf, type EventDraft } from '../record/drafts.ts';
import { answeredBefore, unanswered } from './answers.ts';
import { stoodOf } from './entry.ts';
import { agreed, looksSame, returned, type Returned, type Stood } from './returned.ts';
import { ITEM_MS, saysEnd, weddingIdOf, type ItemWedding } from './subjects.ts';
import { isOver, isWritten, spanOf, wishFor } from './targets.ts';
import { titleTemplate } from './templates.ts';
import { throughOf, type PlacedCalendar } from './wholes.ts';

/** What somebody did to an entry of ours in their calendar, as events. Pure: the same for what a look brings and for what a writer reads. */

/** One of our rows as the record has it. */
export type PushedItem = { readonly collection: 'runSheetItems'; readonly row: RowOf<'runSheetItems'>; readonly wedding: ItemWedding | null };
export type PushedRow = { readonly [C in MovableCollection]: { readonly collection: C; readonly row: RowOf<C> } }[MovableCollection] | PushedItem;
type PushedDraft = DraftOf<MovableCollection | 'runSheetItems'>;

/** `wedding`: that of an item. */
export const pushedRow = (collection: PushedRow['collection'], row: PushedRow['row'], wedding: ItemWedding | null): PushedRow =>
  (collection === 'runSheetItems' ? { collection, row, wedding } : { collection, row }) as PushedRow;

/** What is kept of a push beside its row. */
export interface PushStanding {
  /** Null = nothing of it stands there, as far as we know. */
  readonly remoteId: string | null;
  readonly base: Stood | null;
  /** Whom the entry invites, as a mark; null or left out = nobody, or that is not known. */
  readonly invited?: string | null;
  /** Until then somebody may be writing into its calendar. UTC milliseconds; null = nobody is. */
  readonly writingUntil: number | null;
}

/** What is kept of it from now on; what is left out stays. */
export interface PushAfter {
  readonly pushId: string;
  readonly remoteId?: string | null;
  readonly etag?: string | null;
  readonly base?: Stood | null;
  /** What stands there is read before anything is written. */
  readonly recheck?: boolean;
  /** What is written next is another entry: the one that was is gone. */
  readonly anew?: true;
}

export interface Back {
  readonly push: Push;
  readonly calendar: PlacedCalendar;
  /** Null = there is no such row any more. */
  readonly subject: PushedRow | null;
  readonly standing: PushStanding;
  /** The open one about it. */
  readonly difference: Difference | null;
  readonly remoteId: string;
  /** `etag`: left out = a look has told it, and whoever writes asks for it. */
  readonly theirs: { readonly stood: Stood | 'gone'; readonly changedAt: number | null; readonly etag?: string | null };
  /** Something else of ours is to stand there than does, of what a row does not say (what takes time, the description): it is still to be written. */
  readonly untold?: boolean;
  /** Read just now by whoever alone may write; else it may be what stood there before our last writing. */
  readonly certain: boolean;
  /** When we heard of it. UTC milliseconds; null = now. */
  readonly heardAt: number | null;
  /** UTC milliseconds. */
  readonly now: number;
  readonly newId: () => string;
  readonly context: DraftContext;
}

export interface BackPlan {
  /** `nothing`: it is none of our concern any more. `look`: it has to be read, since it may be an echo. */
  readonly kind: Returned['kind'] | 'nothing' | 'look';
  readonly drafts: readonly EventDraft[];
  readonly after: PushAfter | null;
  /** What stands there has to be written still, or taken away. */
  readonly unwritten: boolean;
}

/** So long after we have written, a look may still bring what stood there before. */
const SETTLING_MS = 2 * 60_000;

/** Two machines' clocks differ by less. */
const CLOCKS_MS = 60_000;

const NOTHING: BackPlan = { kind: 'nothing', drafts: [], after: null, unwritten: false };
const some = <D extends EventDraft>(draft: D | null): EventDraft[] => (draft ? [draft] : []);

const TENTATIVE = 'hold';
const STATUS = { weddings: { confirmed: 'confirmed', tentative: TENTATIVE, cancelled: 'cancelled' }, bookings: { confirmed: 'definite', tentative: TENTATIVE, cancelled: 'cancelled' }, allocations: { confirmed: 'definite', tentative: TENTATIVE, cancelled: 'cancelled' } } as const;

/** The subject as they have it; null = that is how it stands already. */
export function takenOver(subject: PushedRow, fields: Partial<Stood>, context: DraftContext): PushedDraft | null {
  const iso = (text: string): string => new Date(text).toISOString();
  const told = {
    ...(fields.startsAt === undefined ? {} : { startsAt: iso(fields.startsAt) }),
    ...(fields.endsAt === undefined ? {} : { endsAt: iso(fields.endsAt) }),
    ...(fields.title === undefined || fields.title === null ? {} : { title: fields.title.trim().slice(0, 300) }),
  };
  const gone = fields.status === 'cancelled' && subject.row.status !== 'cancelled' && subject.row.status !== 'skipped';
  switch (subject.collection) {
    case 'weddings': {
      const { row } = subject;
      const date = told.startsAt !== undefined && told.startsAt !== row.startsAt ? { date: Temporal.Instant.from(told.startsAt).toZonedDateTimeISO(row.zone).toPlainDate().toString() } : {};
      const status = fields.status === undefined ? {} : { status: STATUS.weddings[fields.status] };
      return draftUpdated(gone ? 'wedding.cancelled' : 'wedding.updated', 'weddings', row.id, row, { ...told, ...date, ...status }, null, context);
    }
    case 'bookings': {
      const place = fields.place === undefined ? {} : { place: fields.place };
      const status = fields.status === undefined ? {} : { status: STATUS.bookings[fields.status] };
      const call = told.startsAt === undefined ? {} : { callTime: movedCall(subject.row, Date.parse(told.startsAt)) };
      return draftUpdated(gone ? 'booking.cancelled' : 'booking.updated', 'bookings', subject.row.weddingId, subject.row, { ...told, ...call, ...place, ...status }, null, context);
    }
    case 'runSheetItems': {
      const { row } = subject;
      const place = fields.place === undefined ? {} : { place: fields.place };
      // It is off the run sheet because a person has said so: nothing else lets it go (`returned.ts`).
      const status = gone ? ({ status: 'skipped' } as const) : {};
      const next = { ...told, ...openEnd(subject, fields), ...place, ...status };
      return draftUpdated('runsheet.item.updated', 'runSheetItems', row.weddingId, row, next, null, context);
    }
    case 'allocations': {
      const status = fields.status === undefined ? {} : { status: STATUS.allocations[fields.status] };
      // The end of an earlier hold is none of this one: it may be over.
      const anew = fields.status === 'tentative' && subject.row.status !== 'hold' ? { holdUntil: null } : {};
      return draftUpdated(gone ? 'allocation.cancelled' : 'allocation.updated', 'allocations', subject.row.weddingId, subject.row, { ...told, ...status, ...anew }, null, context);
    }
  }
}

/** An item that says no end does so after it was moved as well, as long as nobody has given it another length. */
function openEnd(item: PushedItem, fields: Partial<Stood>): { readonly endsAt?: string | null } {
  const span = spanOf(item);
  if (saysEnd(item.row) || span === null || (fields.startsAt === undefined && fields.endsAt === undefined)) return {};
  const startsAt = fields.startsAt === undefined ? span.startsAt : Date.parse(fields.startsAt);
  const endsAt = fields.endsAt === undefined ? span.endsAt : Date.parse(fields.endsAt);
  return { endsAt: endsAt <= startsAt || endsAt - startsAt === ITEM_MS ? null : new Date(endsAt).toISOString() };
}

const LEFT: readonly string[] = ['cancelled', 'skipped'];

/** What is wanted stands there already, or is gone from there; `again`: something of ours is still to be written. */
export function pushAfter({ push, now, context }: Pick<Back, 'push' | 'now' | 'context'>, draft: PushedDraft, again: boolean): EventDraft | null {
  const { version } = draft.row;
  const left = LEFT.includes(draft.row.status) && (draft.collection !== 'runSheetItems' || 'status' in (draft.before ?? {}));
  const wish = left ? 'absent' : 'present';
  const moved = 'startsAt' in (draft.before ?? {}) || 'endsAt' in (draft.before ?? {});
  const plain = { wish, wantedVersion: version, attempts: 0, reason: null, nextAttemptAt: null, ...(left ? unanswered(push) : moved ? answeredBefore(push) : {}) } as const;
  // Nothing was written: looks right after it are no echoes of ours.
  const done = { ...plain, state: 'written', writtenVersion: version, writtenAt: push.writtenAt ?? new Date(now).toISOString() } as const;
  return again ? draftUpdated('push.queued', 'pushes', push.weddingId, push, { ...plain, state: 'queued' }, null, context) : draftUpdated('push.confirmed', 'pushes', push.weddingId, push, done, null, context);
}

const instantOrNull = (text: string): number | null => (Number.isNaN(Date.parse(text)) ? null : Date.parse(text));

export function planBack(one: Back): BackPlan {
  const { push, calendar, subject, standing, theirs, remoteId, now, certain } = one;
  if (!subject || !isWritten(calendar)) return NOTHING;
  // What is over stays as they have it.
  if (isOver(subject, now)) return NOTHING;
  // Whose an item is depends on more than its row: its push says whether it is to stand there.
  const wish = subject.collection === 'runSheetItems' ? push.wish : wishFor(subject, calendar, now);
  const ours = wish === 'present' ? stoodOf(subject, calendar, standing.base?.title) : null;
  const { stood } = theirs;
  const alike = ours === null ? stood === 'gone' : stood !== 'gone' && looksSame(ours, stood, calendar.privacy);
  const heardAt = one.heardAt ?? now;
  const writing = push.state === 'queued' && standing.writingUntil !== null && standing.writingUntil > heardAt;
  const lately = push.writtenAt !== null && heardAt - Date.parse(push.writtenAt) < SETTLING_MS;
  const known = standing.base !== null && stood !== 'gone' && looksSame(standing.base, stood, calendar.privacy);
  const unheard = standing.remoteId === null && push.writtenVersion === null;
  if (!certain && !alike && !known && (writing || lately || unheard)) return looked(one, unheard);

  const answer = returned({
    base: standing.base, ours, theirs: stood, strategy: calendar.strategy, direction: calendar.direction, privacy: calendar.privacy, subject: subject.collection,
    locked: subject.collection === 'allocations' && subject.row.lockedBecause !== null, cancelled: subject.row.status === 'cancelled',
    // That it is the whole that is taken is said there and is no part of its name here.
    // So is what a template makes of it.
    takes: { title: throughOf(subject, calendar) === null && titleTemplate(calendar) === null, place: subject.collection === 'bookings' || subject.collection === 'runSheetItems' }, changedAt: { ours: instantOrNull(subject.row.updatedAt), theirs: believed(theirs.changedAt, push, heardAt) },
  });
  const from = ours ?? standing.base;
  const seen: Stood | null = stood === 'gone' ? (from && { ...from, status: 'cancelled' }) : agreed(ours ?? standing.base ?? stood, stood, calendar.privacy);
  const there: Omit<PushAfter, 'base'> = stood === 'gone'
    ? { pushId: push.id, remoteId: null, etag: null, recheck: false, ...(standing.remoteId === null ? {} : { anew: true }) }
    : { pushId: push.id, ...(standing.remoteId === null ? { remoteId } : {}), ...(theirs.etag === undefined ? {} : { etag: theirs.etag, recheck: false }) };
  switch (answer.kind) {
    case 'echo':
      return echo(one, { alike, seen, there });
    case 'write_again': {
      const reason = stood === 'gone' && ours !== null ? 'calendar.gone' : push.reason;
      const queued = push.state === 'queued' && push.reason === reason ? null : draftUpdated('push.queued', 'pushes', push.weddingId, push, { state: 'queued', reason, nextAttemptAt: null }, null, one.context);
      // What was decided about is not asked again when it is read once more.
      const base = ours === null || stood === 'gone' ? null : seen;
      return { kind: 'write_again', drafts: [...some(queued), ...settled(one, 'ours')], after: { ...there, base, ...(certain || stood === 'gone' ? {} : { recheck: true }) }, unwritten: true };
    }
    case 'apply': {
      const draft = takenOver(subject, answer.fields, one.context);
      if (!draft) return echo(one, { alike, seen, there });
      // What of ours no row says was sent to nobody: it is written beside what is theirs now.
      const again = answer.again || (one.untold === true && stood !== 'gone');
      return { kind: 'apply', drafts: [draft, ...some(pushAfter(one, draft, again)), ...settled(one, 'theirs')], after: { ...there, base: seen }, unwritten: again };
    }
    case 'ask':
      return { kind: 'ask', drafts: asked(one, answer.fields), after: stood === 'gone' ? { pushId: push.id, recheck: false } : there, unwritten: false };
  }
}

/**
 * When they have changed it, if that can be: after our own last writing, which they have changed, and not to come. Else it is a clock that is
 * wrong, or a program that says nothing of its changes, and nobody knows who was later.
 */
function believed(changedAt: number | null, { writtenAt }: Push, heardAt: number): number | null {
  const lately = writtenAt !== null && changedAt !== null && changedAt <= Date.parse(writtenAt);
  return changedAt === null || lately || changedAt > heardAt + CLOCKS_MS ? null : changedAt;
}

/** Read it before it counts. `ours`: it is what we are about to hear of ourselves; there is nothing to read yet. */
function looked({ push, context }: Back, unheard: boolean): BackPlan {
  if (unheard) return { kind: 'look', drafts: [], after: { pushId: push.id, recheck: true }, unwritten: true };
  const queued = push.state === 'queued' || push.state === 'failed' ? null : draftUpdated('push.queued', 'pushes', push.weddingId, push, { state: 'queued', nextAttemptAt: null }, null, context);
  return { kind: 'look', drafts: some(queued), after: { pushId: push.id, recheck: true }, unwritten: true };
}

function echo(one: Back, { alike, seen, there }: { readonly alike: boolean; readonly seen: Stood | null; readonly there: Omit<PushAfter, 'base'> }): BackPlan {
  const { push, calendar, standing, certain, untold = false, now, context } = one;
  const drafts = settled(one, null);
  const waits = push.state === 'differs' || (push.state === 'queued' && certain);
  if (alike && !untold && waits) {
    const done = { state: 'written', writtenVersion: push.wantedVersion, attempts: 0, reason: null, nextAttemptAt: null, writtenAt: push.writtenAt ?? new Date(now).toISOString() } as const;
    drafts.push(...some(draftUpdated('push.confirmed', 'pushes', push.weddingId, push, done, null, context)));
  } else if (push.state === 'differs') drafts.push(...some(draftUpdated('push.queued', 'pushes', push.weddingId, push, { state: 'queued', nextAttemptAt: null }, null, context)));
  const same = seen !== null && standing.base !== null && looksSame(seen, standing.base, calendar.privacy) && seen.status === standing.base.status;
  const kept = same && there.remoteId === undefined && there.etag === undefined;
  return { kind: 'echo', drafts, after: kept ? null : { ...there, base: seen }, unwritten: !alike || untold };
}

/** The open question has answered itself. */
function settled({ difference, now, context }: Back, kept: Difference['kept']): EventDraft[] {
  if (!difference) return [];
  return some(draftUpdated('difference.settled', 'differences', difference.weddingId, difference, { state: 'settled', kept, settledAt: new Date(now).toISOString(), settledBy: null }, null, context));
}

function asked({ push, calendar, subject, difference, now, newId, context }: Back, fields: Extract<Returned, { kind: 'ask' }>['fields']): EventDraft[] {
  const weddingId = subject === null ? push.weddingId : weddingIdOf(subject);
  const told = [...fields];
  const about = difference
    ? draftUpdated('difference.updated', 'differences', weddingId, difference, { fields: told }, null, context)
    : draftCreated('difference.raised', 'differences', weddingId, {
        id: newId(), weddingId, calendarId: calendar.id, pushId: push.id, subject: push.subject, fields: told, raisedAt: new Date(now).toISOString(), state: 'open', kept: null, settledAt: null, settledBy: null,
      }, null, context);
  return [...some(about), ...some(draftUpdated('push.queued', 'pushes', push.weddingId, push, { state: 'differs', nextAttemptAt: null }, null, context))];
}
