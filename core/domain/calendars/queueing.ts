import type { Calendar, Push } from '../../contract/record/calendars.ts';
import { draftCreated, draftUpdated, type DraftContext, type EventDraft } from '../record/drafts.ts';
import { answeredBefore, unanswered } from './answers.ts';
import { stoodOf, tellingOf, type Read } from './entry.ts';
import { looksSame, type Stood } from './returned.ts';
import { isDone, weddingIdOf, type EntryRow, type TargetRow } from './subjects.ts';
import { isOver, spanOf, wishFor } from './targets.ts';
import type { Placed } from './wholes.ts';

/** What a fact means for one calendar: an entry to write, to take back, or nothing. */

export type PushedCalendar = Pick<Calendar, 'id' | 'direction' | 'state' | 'resourceId' | 'everyWedding' | 'runSheet' | 'privacy' | 'role' | 'categories' | 'titleTemplate' | 'descriptionTemplate'> & Placed;

/** The row of a push, and what is known of its entry over there. */
export interface Standing {
  readonly push: Push;
  readonly remoteId: string | null;
  readonly base: Stood | null;
}

export interface Queueing {
  readonly calendar: PushedCalendar;
  readonly subject: TargetRow;
  /** The row as it was, and what it depends on; null = it is new, or nothing of it has changed. */
  readonly before: TargetRow | null;
  readonly standing: Standing | null;
  /** Written anew although nothing of the row has changed: what is told of it has. */
  readonly anew: boolean;
  readonly now: number;
  readonly newId: () => string;
  readonly context: DraftContext;
}

const NOTHING_YET = { attempts: 0, reason: null, nextAttemptAt: null } as const;
/** It was still to come, as far as it says when. */
const wasToCome = (before: EntryRow, now: number): boolean => spanOf(before) !== null && !isOver(before, now);

/** Null = nothing has to be done. */
export function queuedFor(given: Queueing): EventDraft | null {
  const { calendar, subject, before, standing, now } = given;
  const wish = wishFor(subject, calendar, now);
  if (standing === null) return wish === 'present' ? wanted(given) : null;
  if (wish === 'absent') return taken(given, standing.push);
  // What is over is left as it is, unless it was moved into the past from a day that is still to come.
  const moved = before !== null && wasToCome(before, now);
  if (wish === 'over' && !moved) return null;
  return present(given, standing);
}

function wanted({ calendar, subject, newId, context }: Queueing): EventDraft {
  const weddingId = weddingIdOf(subject);
  const row = { id: newId(), weddingId, calendarId: calendar.id, subject: { collection: subject.collection, id: subject.row.id }, wish: 'present', state: 'queued', wantedVersion: subject.row.version, writtenVersion: null, ...NOTHING_YET, writtenAt: null } as const;
  return draftCreated('push.wanted', 'pushes', weddingId, row, null, context);
}

function taken({ subject, context }: Queueing, push: Push): EventDraft | null {
  if (push.wish === 'absent') return null;
  const weddingId = weddingIdOf(subject);
  return draftUpdated('push.queued', 'pushes', weddingId, push, { weddingId, wish: 'absent', state: 'queued', wantedVersion: subject.row.version, ...NOTHING_YET, ...unanswered(push) }, null, context);
}

function present({ calendar, subject, before, anew, now, context }: Queueing, { push, remoteId, base }: Standing): EventDraft | null {
  const weddingId = weddingIdOf(subject);
  const { version } = subject.row;
  // While an item was done nobody followed what either side made of it.
  const same = before !== null && !isDone(before) && tellingOf(before, calendar) === tellingOf(subject, calendar);
  const more = { weddingId, wantedVersion: version, ...(before !== null && isMoved(before, subject) ? answeredBefore(push) : {}) };
  if (push.wish === 'present') {
    if (!anew && (before === null || same)) return null;
    // A person is asked which side stays; whatever the answer is, it is about what stands then.
    if (push.state === 'differs') return draftUpdated('push.queued', 'pushes', weddingId, push, more, null, context);
    if (!anew && before !== null && remoteId !== null && tookTheirs(before, subject, calendar, base)) {
      return draftUpdated('push.confirmed', 'pushes', weddingId, push, { ...more, state: 'written', writtenVersion: version, ...NOTHING_YET }, null, context);
    }
  }
  const queued = draftUpdated('push.queued', 'pushes', weddingId, push, { ...more, wish: 'present', state: 'queued', ...NOTHING_YET }, null, context);
  // It waits already, and may be on its way as it was told before: whoever brings that word finds that it is no longer the last.
  return queued ?? draftUpdated('push.queued', 'pushes', weddingId, push, { nextAttemptAt: new Date(now).toISOString() }, null, context);
}

function isMoved(before: EntryRow, after: EntryRow): boolean {
  const [was, is] = [spanOf(before), spanOf(after)];
  return was?.startsAt !== is?.startsAt || was?.endsAt !== is?.endsAt;
}

/** The change came from that very calendar: what is wanted stands there already. */
function tookTheirs(before: EntryRow, subject: EntryRow, calendar: Read, base: Stood | null): boolean {
  if (!standsAs(subject, calendar, base)) return false;
  const others = (row: EntryRow): string => tellingOf({ ...row, row: { ...row.row, ...comparable(subject) } } as EntryRow, calendar);
  return others(before) === others(subject);
}

export function standsAs(subject: EntryRow, calendar: Read, base: Stood | null): boolean {
  const stood = stoodOf(subject, calendar, base?.title);
  return base !== null && stood !== null && looksSame(stood, base, calendar.privacy);
}

/** The fields that both sides are compared by, as the row has them. */
function comparable({ collection, row }: EntryRow): object {
  const { title, startsAt, endsAt, status } = row;
  const place = collection === 'weddings' ? { room: row.room } : collection === 'allocations' ? {} : { place: row.place };
  return { title, startsAt, endsAt, status, ...place };
}
