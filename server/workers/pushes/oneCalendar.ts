import type { CodedError } from '../../../core/contract/errors.ts';
import { entryOf, stoodOf, type EntryOptions } from '../../../core/domain/calendars/entry.ts';
import { gate, type Breakers } from '../../../core/domain/intake/breaker.ts';
import type { EntryRow } from '../../../core/domain/calendars/subjects.ts';
import type { Clock, Http, Log } from '../../../core/ports/ports.ts';
import type { CalendarPart, CalendarTrouble } from '../../../core/vendors/calendars.ts';
import type { VendorModule } from '../../../core/vendors/vendor.ts';
import type { Calls } from '../../calls/calls.ts';
import { ENTRY_WORDS } from '../../feeds/words.ts';
import { begin, holdOn, isBegun, nextPush, type DuePush, type Held } from '../../store/calendars/pushRows.ts';
import type { StoreInternals } from '../../store/internals.ts';
import { leftEntriesOf, type LeftEntry } from '../../store/leftEntries.ts';
import { freshAccess } from '../../systems/freshAccess.ts';
import { insist } from '../../systems/insist.ts';
import { noteCall } from '../signs.ts';
import { findLeft, removeEntry, writeEntry, type Attempt, type Attempting, type Caller } from './attempt.ts';
import { settle, type Settling } from './settling.ts';

/** Writes what is due into one calendar, one entry after the other, in the order in which it was wanted. */

/** A calendar that was taken, with what its calls need. */
export interface Taken extends Held {
  readonly connectionId: string;
  readonly system: string;
  readonly health: string;
  readonly failures: number;
  readonly breaker: Breakers | null;
}

export interface WritingDeps {
  readonly store: StoreInternals;
  readonly vendors: (system: string) => VendorModule | null;
  readonly http: Http;
  readonly clock: Clock;
  readonly log: Log;
  /** The door of calls; left out = `http` as it is. */
  readonly calls?: Calls | undefined;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly telling: (calendarId: string, done: boolean) => boolean;
}

/** Longer than all calls of one attempt may take. */
export const LEASE_MS = 5 * 60_000;
/** Then the others of the same process have their turn. */
const MOST_IN_A_ROW = 100;
/** Somebody changes an entry whenever we have looked at it: later, then. */
const MOST_LOOKS = 3;

/** When the calendar is looked at again (milliseconds since the epoch); null = whenever something is due. */
export type Again = number | null;

export async function writeCalendar(taken: Taken, deps: WritingDeps): Promise<Again> {
  const { store, clock, log } = deps;
  const { organisationId, connectionId, system } = taken;
  const vendor = deps.vendors(system);
  const part = vendor?.calendar;
  const verdict = gate(taken.breaker ?? {}, 'push', clock.now());
  if (verdict.kind === 'wait') return verdict.until;
  const access = await freshAccess({ internals: store, vendors: deps.vendors, http: deps.http, clock, calls: deps.calls }, organisationId, connectionId);
  if (!vendor || !part || !access.ok || access.value.keptBy !== null) {
    log.warn({ organisationId, connectionId, system, code: access.ok ? 'desk.key_missing' : access.error.code }, 'a calendar cannot be written at the moment');
    return clock.now() + LEASE_MS;
  }
  const insisting = insist({ internals: store, vendors: deps.vendors, http: deps.http, clock, calls: deps.calls }, organisationId, access.value);
  const { manifest } = vendor;
  const call: Caller = (make) =>
    insisting.call((with_) => make({ http: deps.calls?.of({ manifest, organisationId, connectionId, secrets: with_.secrets, purpose: 'calendar.write' }) ?? deps.http, clock }, with_));
  return writeDue(taken, deps, part, call, insisting.over);
}

async function writeDue(taken: Taken, deps: WritingDeps, part: CalendarPart, call: Caller, over: () => CodedError | null): Promise<Again> {
  const { store, clock } = deps;
  let troubles = taken.failures > 0 || taken.breaker?.push !== undefined || taken.health !== 'healthy';
  const looks = new Map<string, number>();
  for (let n = 0; n < MOST_IN_A_ROW; n += 1) {
    const until = new Date(clock.now() + LEASE_MS).toISOString();
    const found = await prepare(store, taken, taken.system, until);
    if (found === null) return null;
    const { due, begun, left } = found;
    const made = makeOf(due);
    const attempting: Attempting = { part, call, calendarRef: due.calendarRef, pushId: due.push.id, state: due.state, begun };
    const attempt = await tried(async () => (await findLeft(attempting, left)) ?? (made.wanted ? writeEntry(attempting, made.entry) : removeEntry(attempting, made.entry)));
    const passed = looked(attempt, due, looks);
    if (passed.kind === 'trouble' && (passed.trouble.code === 'normalise.no_access' || over() !== null)) return lost(taken, deps, over());
    const settling: Settling = {
      internals: store, held: taken, until, due, attempt: passed, entryType: part.entryType, system: taken.system, random: deps.random, telling: (done) => deps.telling(taken.calendarId, done),
      sent: made.wanted ? { stood: made.stood, sequence: made.entry.sequence } : null,
    };
    if ((await settle(settling)) === 'lost') return null;
    const silent = passed.kind === 'trouble' && passed.trouble.code === 'normalise.reread_failed';
    if (silent) {
      const openUntil = await noteCall(store, { ...calledOf(taken), sign: { kind: 'unanswered', code: passed.trouble.code }, retryAfterMs: passed.trouble.retryAfterMs });
      troubles = true;
      if (openUntil !== null && openUntil > clock.now()) return openUntil;
    } else if (troubles) {
      troubles = false;
      await noteCall(store, { ...calledOf(taken), sign: { kind: 'came', called: true }, retryAfterMs: null });
    }
  }
  return null;
}

const calledOf = ({ organisationId, connectionId }: Taken) => ({ organisationId, connectionId, operation: 'push' as const });

/** Our access is not accepted, or leave has ended: nothing of that is the entry's fault, so it just waits. */
async function lost(taken: Taken, { store, clock }: WritingDeps, over: CodedError | null): Promise<Again> {
  if (over !== null) return clock.now() + LEASE_MS;
  return (await noteCall(store, { ...calledOf(taken), sign: { kind: 'no_access' }, retryAfterMs: null })) ?? clock.now() + LEASE_MS;
}

/** Null = nothing is due, or somebody else has the calendar. What is begun is written down before anybody is called. */
function prepare({ database, clock }: StoreInternals, held: Held, system: string, until: string): Promise<{ readonly due: DuePush; readonly begun: boolean; readonly left: readonly LeftEntry[] } | null> {
  return database.withOrganisation(held.organisationId, async (tx) => {
    if (!(await holdOn(tx, held, until))) return null;
    const due = await nextPush(tx, held, new Date(clock.now()).toISOString());
    if (due === null) return null;
    const begun = isBegun(due.state);
    if (due.push.wish === 'absent') return { due, begun, left: [] };
    const left = due.state.remoteId === null ? await leftEntriesOf(tx, held.organisationId, due.push, { system, calendarRef: due.calendarRef }) : [];
    return { due: { ...due, state: await begin(tx, held.organisationId, due.push, due.state) }, begun, left };
  });
}

const HELD = { weddings: 'hold', bookings: 'hold', allocations: 'hold' } as const;
function asIfHeld(subject: EntryRow): EntryRow {
  if (subject.collection === 'runSheetItems') return { ...subject, wedding: subject.wedding && { ...subject.wedding, status: 'hold' } };
  return { ...subject, row: { ...subject.row, status: HELD[subject.collection] } } as EntryRow;
}

type Made =
  | { readonly wanted: true; readonly entry: NonNullable<ReturnType<typeof entryOf>>; readonly stood: NonNullable<ReturnType<typeof stoodOf>> }
  | { readonly wanted: false; readonly entry: ReturnType<typeof entryOf> };

/** What is to stand there; not wanted = nothing, and how the entry would have looked. */
function makeOf({ push, calendar, state, subject, changedAt, around }: DuePush): Made {
  const options: EntryOptions = { pushId: push.id, calendar, around, words: ENTRY_WORDS, sequence: (state.sequence ?? 0) + 1, changedAt };
  const [entry, stood] = subject === null || push.wish === 'absent' ? [null, null] : [entryOf(subject, options), stoodOf(subject, calendar.privacy)];
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
