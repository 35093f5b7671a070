import { entryOf, stoodOf, type EntryOptions } from '../../../core/domain/calendars/entry.ts';
import { gate, type Breakers } from '../../../core/domain/intake/breaker.ts';
import type { EntryRow } from '../../../core/domain/calendars/subjects.ts';
import { titleTemplate } from '../../../core/domain/calendars/templates.ts';
import type { Log } from '../../../core/ports/ports.ts';
import type { CalendarTrouble, OutgoingEvent } from '../../../core/vendors/calendars.ts';
import { guestMark } from '../../../core/vendors/answers.ts';
import { shownOf } from '../../../core/vendors/outgoing.ts';
import { ENTRY_WORDS } from '../../feeds/words.ts';
import type { DuePush } from '../../store/calendars/duePushes.ts';
import type { Held } from '../../store/calendars/pushRows.ts';
import { restCalendar } from '../../desk/calendarsWait.ts';
import { freshAccess } from '../../systems/freshAccess.ts';
import { noteCall } from '../signs.ts';
import { findLeft, removeEntry, writeEntry, type Attempt, type Attempting } from './attempt.ts';
import { lineTo, type Line, type LineDeps } from './line.ts';
import type { Besides, Outcome, Settling } from './settling.ts';
import { takeTurn, type Prepared, type Turn, type Turned } from './turn.ts';

/**
 * Writes what is due into one calendar, one entry after the other, in the order in which it was wanted. Several are prepared at once, and
 * what became of them is kept together with preparing the next: as many as are called for within a moment, so that what is written is new.
 */

/** A calendar that was taken, with what its calls need. */
export interface Taken extends Held {
  readonly connectionId: string;
  readonly system: string;
  readonly health: string;
  readonly failures: number;
  readonly breaker: Breakers | null;
}

export interface WritingDeps extends LineDeps {
  readonly log: Log;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly telling: (calendarId: string, done: boolean) => boolean;
}

/** Longer than all calls of one attempt may take, and those before it on its page. */
export const LEASE_MS = 5 * 60_000;
/** Then the others of the same process have their turn. */
const MOST_IN_A_ROW = 100;
/** Somebody changes an entry whenever we have looked at it: later, then. */
const MOST_LOOKS = 3;
/** Entries that are prepared at once: before it is known how fast they are called for, at most, and as many as are within so many milliseconds. */
const FIRST_PAGE = 5;
const MOST_PAGE = 25;
const PAGE_MS = 250;
/** What was prepared longer ago is prepared anew before anybody is called. */
const STALE_MS = 1_000;

/** When the calendar is looked at again (milliseconds since the epoch); null = whenever something is due. `let_go`: so it is, and it is free already. */
export type Again = number | null | 'let_go';

export async function writeCalendar(taken: Taken, deps: WritingDeps): Promise<Again> {
  const { store, clock, log } = deps;
  const { organisationId, connectionId, system } = taken;
  const vendor = deps.vendors(system);
  const part = vendor?.calendar;
  const verdict = gate(taken.breaker ?? {}, 'push', clock.now());
  if (verdict.kind === 'wait') return verdict.until;
  const access = await freshAccess({ internals: store, vendors: deps.vendors, http: deps.http, clock, calls: deps.calls }, organisationId, connectionId);
  if (!vendor || !part || !access.ok) {
    log.warn({ organisationId, connectionId, system, code: access.ok ? 'connect.system_gone' : access.error.code }, 'a calendar cannot be written at the moment');
    return clock.now() + LEASE_MS;
  }
  return writeDue(taken, deps, lineTo({ organisationId, connectionId, vendor, part, access: access.value }, deps));
}

async function writeDue(taken: Taken, deps: WritingDeps, line: Line): Promise<Again> {
  const { store, clock, random } = deps;
  let troubles = taken.failures > 0 || taken.breaker?.push !== undefined || taken.health !== 'healthy';
  const looks = new Map<string, number>();
  const telling = (done: boolean): boolean => deps.telling(taken.calendarId, done);
  const settling: Settling = { internals: store, entryType: line.part.entryType, system: taken.system, random, telling, mute: line.mute };
  const turn = (one: Pick<Turn, 'most'> & Partial<Turn>): Promise<Turned> =>
    takeTurn(settling, taken, { outcomes: [], uncalled: [], ...one, until: new Date(clock.now() + LEASE_MS).toISOString() });
  // Where it did not go well lately, one is tried alone.
  const first = (): Promise<Turned> => turn({ most: troubles ? 1 : FIRST_PAGE });
  let turned = await first();
  for (let written = 0; turned.kind === 'page'; ) {
    const { refused, most, outcomes, uncalled } = await callFor(turned.entries, line, looks);
    written += outcomes.length;
    const silence = outcomes.map(({ attempt }) => attempt).find(silent)?.trouble ?? null;
    const goesOn = !refused && written < MOST_IN_A_ROW;
    if (outcomes.length + uncalled.length > 0) turned = await turn({ outcomes, uncalled, most: goesOn && silence === null ? most : 0 });
    if (turned.kind === 'lost') return null;
    if (refused) return lost(taken, deps, line);
    if (troubles && outcomes.some(({ attempt }) => !silent(attempt))) {
      troubles = false;
      await noteCall(store, { ...calledOf(taken), sign: { kind: 'came', called: true }, retryAfterMs: null });
    }
    if (silence === null) continue;
    troubles = true;
    const openUntil = await noteCall(store, { ...calledOf(taken), sign: { kind: 'unanswered', code: silence.code }, retryAfterMs: silence.retryAfterMs });
    if (openUntil !== null && openUntil > clock.now()) return openUntil;
    if (goesOn) turned = await first();
  }
  // Left alone until its lease is over, instead of being taken again and again.
  if (turned.kind === 'nowhere') throw new Error(`calendar ${taken.calendarId} has no address over there`);
  return turned.kind === 'nothing' ? 'let_go' : null;
}

interface Called extends Pick<Turn, 'outcomes' | 'uncalled'> {
  /** Our access is not accepted, or the desktop that keeps the key does not call: nothing more is to be called for. */
  readonly refused: boolean;
  /** Entries of the next page. */
  readonly most: number;
}

/**
 * Calls for one entry after the other, until one is in trouble or was found from before. What was prepared may be old by what came of another one:
 * its push is another version then, and it is written anew. `looks`: times that an entry was found changed, by push.
 */
async function callFor(page: readonly Prepared[], { part, call, over, stopped, heard }: Line, looks: Map<string, number>): Promise<Called> {
  const outcomes: Outcome[] = [];
  const from = performance.now();
  const ended = (called: number, refused: boolean): Called => {
    const each = (performance.now() - from) / Math.max(1, outcomes.length);
    return { outcomes, uncalled: page.slice(called), refused, most: Math.max(1, Math.min(MOST_PAGE, Math.floor(PAGE_MS / each))) };
  };
  for (const [n, { due, begun, left }] of page.entries()) {
    if (n > 0 && performance.now() - from > STALE_MS) return ended(n, false);
    const made = makeOf(due);
    const attempting: Attempting = { part, call, calendarRef: due.calendarRef, pushId: due.push.id, state: due.state, begun };
    const write = (): Promise<Attempt> => (made.wanted ? writeEntry(attempting, made.entry) : removeEntry(attempting, made.entry));
    const before = heard();
    const attempt = looked(await tried(async () => (await findLeft(attempting, left, made.wanted ? made.entry : null)) ?? write()), due, looks);
    const why = stopped();
    if (why !== null) return ended(why.mayHaveCalled || heard() > before ? n + 1 : n, true);
    if (attempt.kind === 'trouble' && (attempt.trouble.code === 'normalise.no_access' || over() !== null)) return ended(n + 1, true);
    outcomes.push({ due, attempt, sent: made.wanted ? { stood: made.stood, sequence: made.entry.sequence, besides: besidesOf(made.entry, titleTemplate(due.calendar) !== null) } : null });
    if (attempt.kind === 'trouble' || attempt.kind === 'left') return ended(n + 1, false);
  }
  return ended(page.length, false);
}

type Trouble = Extract<Attempt, { kind: 'trouble' }>;
const silent = (attempt: Attempt): attempt is Trouble => attempt.kind === 'trouble' && attempt.trouble.code === 'normalise.reread_failed';

const calledOf = ({ organisationId, connectionId }: Taken) => ({ organisationId, connectionId, operation: 'push' as const });

/** Our access is not accepted, leave has ended, or the desktop that keeps the key does not call: nothing of that is the entry's fault, so it just waits. */
async function lost(taken: Taken, { store, clock }: WritingDeps, { over, stopped }: Line): Promise<Again> {
  const why = stopped();
  if (why?.moved) return clock.now();
  if (why !== null) {
    await restCalendar(store, taken, why);
    return 'let_go';
  }
  if (over() !== null) return clock.now() + LEASE_MS;
  return (await noteCall(store, { ...calledOf(taken), sign: { kind: 'no_access' }, retryAfterMs: null })) ?? clock.now() + LEASE_MS;
}

/** `titled`: its title is made by a template, so that it is none of its row's. */
const besidesOf = (entry: OutgoingEvent, titled: boolean): Besides => {
  const { description, attendees, reminders } = shownOf(entry);
  // Nobody is taken out of an entry that invites nobody by us; see `entryOf`.
  const guests = entry.attendees === undefined && entry.privacy === 'full' ? undefined : attendees?.map(({ email }) => guestMark(email));
  return {
    busy: entry.busy, ...(titled ? { title: entry.title } : {}), ...(description === undefined ? {} : { description }), ...(guests === undefined ? {} : { guests }),
    ...(reminders === undefined ? {} : { reminders }),
  };
};

const HELD = { weddings: 'hold', bookings: 'hold', allocations: 'hold' } as const;
function asIfHeld(subject: EntryRow): EntryRow {
  if (subject.collection === 'runSheetItems') return { ...subject, wedding: subject.wedding && { ...subject.wedding, status: 'hold' } };
  return { ...subject, row: { ...subject.row, status: HELD[subject.collection] } } as EntryRow;
}

type Made =
  | { readonly wanted: true; readonly entry: NonNullable<ReturnType<typeof entryOf>>; readonly stood: NonNullable<ReturnType<typeof stoodOf>> }
  | { readonly wanted: false; readonly entry: ReturnType<typeof entryOf> };

/** What is to stand there; not wanted = nothing, and how the entry would have looked. */
function makeOf({ push, calendar, state, subject, changedAt, around, fromThere = false }: DuePush): Made {
  const options: EntryOptions = { pushId: push.id, calendar, around, words: ENTRY_WORDS, sequence: (state.sequence ?? 0) + 1, changedAt };
  const entry = subject === null || push.wish === 'absent' || fromThere ? null : entryOf(subject, options);
  const stood = subject === null || entry === null ? null : stoodOf(subject, calendar, entry.title);
  if (entry !== null && stood !== null) return { wanted: true, entry, stood };
  return { wanted: false, entry: subject === null ? null : entryOf(asIfHeld(subject), options) };
}

async function tried(work: () => Promise<Attempt>): Promise<Attempt> {
  try {
    return await work();
  } catch (error) {
    return { kind: 'trouble', trouble: passing(error instanceof Error ? error.message : String(error)) };
  }
}

const passing = (message: string): CalendarTrouble => ({ code: 'normalise.reread_failed', message, retryable: true, retryAfterMs: null });

/** Read again and again without getting anywhere it is tried later. */
function looked(attempt: Attempt, { push }: DuePush, looks: Map<string, number>): Attempt {
  if (attempt.kind !== 'theirs') return attempt;
  const count = (looks.get(push.id) ?? 0) + 1;
  looks.set(push.id, count);
  return count <= MOST_LOOKS ? attempt : { kind: 'trouble', trouble: { ...passing('The entry is changed over and over.'), code: 'calendar.changed_there' } };
}
