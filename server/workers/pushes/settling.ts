import { sql } from 'kysely';
import type { ErrorCode } from '../../../core/contract/errors.ts';
import type { Calendar, Push } from '../../../core/contract/record/calendars.ts';
import { failedAlert, MOST_ATTEMPTS, retryAt } from '../../../core/domain/calendars/retrying.ts';
import { unanswered } from '../../../core/domain/calendars/answers.ts';
import type { Stood } from '../../../core/domain/calendars/returned.ts';
import type { PlacedCalendar } from '../../../core/domain/calendars/wholes.ts';
import { draftUpdated, type EventDraft } from '../../../core/domain/record/drafts.ts';
import type { CalendarTrouble, FoundEvent, OutgoingEvent } from '../../../core/vendors/calendars.ts';
import { boundedId } from '../../../core/vendors/ids.ts';
import { alertsAbout } from '../../store/alertsAbout.ts';
import { CALENDARS } from '../../store/calendars/stage.ts';
import { readKnown, type DuePush, type HeldCalendar } from '../../store/calendars/duePushes.ts';
import { keepStates, type Kept, type KnownPush, type Place } from '../../store/calendars/pushRows.ts';
import { returnedDrafts, type FoundThere } from '../../store/calendars/returning.ts';
import type { Tx } from '../../store/database.ts';
import { leaveWritten } from '../../store/leftEntries.ts';
import type { StoreInternals } from '../../store/internals.ts';
import type { Writing } from '../../store/write.ts';
import type { Attempt } from './attempt.ts';
import { fillingAfter } from './progress.ts';

/** What became of some attempts: their pushes, what is known of their entries, the alert of their calendar, how far it is filled. */

export interface Settling {
  readonly internals: StoreInternals;
  readonly entryType: string;
  readonly system: string;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Whether so much has passed since the filling of this calendar was last told. */
  readonly telling: (done: boolean) => boolean;
  /** What is found says neither who is invited nor when it reminds: whether that is as it is to be nobody knows. */
  readonly mute: boolean;
}

/** What an entry says besides its row. What is left out is whatever stands there. */
export interface Besides extends Pick<OutgoingEvent, 'busy' | 'description' | 'reminders'> {
  /** Who is invited, as marks; left out = whoever is there. */
  readonly guests?: readonly string[];
  /** Where a template makes it. */
  readonly title?: string;
}

export interface Outcome {
  readonly due: DuePush;
  readonly attempt: Attempt;
  /** What was sent; null = the entry was to go. */
  readonly sent: { readonly stood: Stood; readonly sequence: number; readonly besides: Besides } | null;
}

type Stands = Extract<Attempt, { kind: 'present' | 'absent' }>;
/** Nothing but its own push follows from it, so any number of them is kept at once. */
const isPlain = (attempt: Attempt): attempt is Stands => attempt.kind === 'present' || attempt.kind === 'absent';

/** In the transaction that holds the calendar. Of pushes that are gone nothing is kept: their connection was removed while it was called. */
export async function settleAll(
  settling: Settling, writing: Writing, organisationId: string, there: HeldCalendar, outcomes: readonly Outcome[],
): Promise<void> {
  const { tx } = writing;
  let { calendar } = there;
  const told = async (drafts: readonly EventDraft[]): Promise<void> => {
    calendar = lastOf(drafts, calendar);
    if (drafts.length > 0) await writing.record(drafts);
  };
  const known = await readKnown(tx, organisationId, outcomes.map(({ due }) => due.push.id));
  const plain = outcomes.filter(({ attempt }) => isPlain(attempt));
  let drafts = plain.length === 0 ? [] : await stand(settling, tx, organisationId, there, plain, known);
  const found = outcomes.flatMap(({ due, attempt, sent }) => (attempt.kind === 'theirs' || attempt.kind === 'left' ? [{ due, attempt, sent }] : []));
  for (const [n, lot] of lotsOf(found).entries()) {
    // What was told before may mean something for these.
    if (n > 0) await told(drafts);
    const now = n > 0 ? await readKnown(tx, organisationId, lot.map(({ due }) => due.push.id)) : known;
    const placed = { ...lastOf(drafts, calendar), wholes: there.wholes };
    drafts = [...(n > 0 ? [] : drafts), ...(await follow(settling, tx, { organisationId, calendar: placed, known: now, lot }))];
  }
  await told(drafts);
  for (const { due, attempt } of outcomes) {
    if (attempt.kind !== 'trouble') continue;
    const { id } = due.push;
    const one = (outcomes.length > 1 ? await readKnown(tx, organisationId, [id]) : known).get(id);
    if (one) await told(await troubled(settling, tx, { organisationId, calendar, push: one.push, due, trouble: attempt.trouble }));
  }
  const filling = await fillingAfter(tx, organisationId, calendar, settling.telling);
  if (filling) await writing.record([filling]);
}

/** The calendar as the drafts leave it. */
function lastOf(drafts: readonly EventDraft[], calendar: Calendar): Calendar {
  const own = drafts.findLast((draft) => draft.collection === 'calendars' && draft.row.id === calendar.id);
  return own?.collection === 'calendars' ? { ...calendar, ...own.row } : calendar;
}

/** An entry that stands there otherwise than we have written it. */
interface Found extends Pick<Outcome, 'due' | 'sent'> {
  readonly attempt: Extract<Attempt, { kind: 'theirs' | 'left' }>;
}

interface Following {
  readonly organisationId: string;
  /** As it is by now. */
  readonly calendar: PlacedCalendar;
  readonly known: ReadonlyMap<string, KnownPush>;
  readonly lot: readonly Found[];
}

/** In order, as many as may be told at once: what a wedding does is told before what its own things do, which may follow it, and after them. */
function lotsOf(found: readonly Found[]): Found[][] {
  const lots: Found[][] = [];
  const weddings = new Map<string, boolean>();
  for (const one of found) {
    const { weddingId, subject: { collection, id } } = one.due.push;
    const [wedding, whole] = collection === 'weddings' ? [id, true] : [weddingId, false];
    const before = wedding === null ? undefined : weddings.get(wedding);
    const apart = before !== undefined && (whole || before);
    if (apart) weddings.clear();
    if (wedding !== null) weddings.set(wedding, whole);
    const lot = lots.at(-1);
    if (lot && !apart) lot.push(one);
    else lots.push([one]);
  }
  return lots;
}

const plainText = (text: string | null): string => (text ?? '').replace(/\s+/g, ' ').trim();
/** Notes that somebody has added there stay where it was only read whether anything had changed. */
const saysBesides = (sent: Besides, found: FoundEvent, { push, state }: DuePush, mute: boolean): boolean => {
  const { busy, description } = sent;
  const onlyRead = state.recheck && push.wantedVersion === push.writtenVersion;
  if (found.busy !== busy || (onlyRead && sent.title === undefined)) return found.busy === busy;
  if (sent.title !== undefined && plainText(sent.title) !== plainText(found.title)) return false;
  if (onlyRead) return true;
  if (mute && (sent.guests !== undefined || sent.reminders !== undefined)) return false;
  const told = description === undefined || plainText(description) === plainText(found.description);
  return told && invites(sent, found, state.invited) && reminds(sent, found);
};

/** Guests whom others have added there stay. */
function invites({ guests }: Besides, { answers }: FoundEvent, before: string | null): boolean {
  if (guests === undefined || answers === undefined) return true;
  const there = new Set(answers.map(({ who }) => who));
  return guests.every((who) => there.has(who)) && (before === null || guests.includes(before) || !there.has(before));
}

function reminds({ reminders }: Besides, { reminders: there, reminder }: FoundEvent): boolean {
  if (reminders === undefined) return true;
  if (reminder !== undefined) return reminder === (reminders[0] ?? null);
  return there === undefined || (there.length === reminders.length && reminders.every((minutes) => there.includes(minutes)));
}

/** Whom the entry invites once that was sent. */
const invitedBy = (sent: Outcome['sent'], { invited }: KnownPush['state']): string | null =>
  (sent?.besides.guests === undefined ? invited : (sent.besides.guests[0] ?? null));

const placeOf = ({ connectionId }: Calendar, type: string, remoteId: string): Place => ({ connectionId, type, remoteId: boundedId(remoteId) });

async function follow({ internals: { clock, ids }, entryType, system, mute }: Settling, tx: Tx, { organisationId, calendar, known, lot }: Following): Promise<readonly EventDraft[]> {
  const all = lot.flatMap(({ due, attempt, sent }): (FoundThere & { readonly place: Place | null })[] => {
    const one = known.get(due.push.id);
    if (!one) return [];
    const { push } = one;
    const { found } = attempt;
    // What both sides said last, so that what was changed on one of them since then is told from the other.
    const state = attempt.kind === 'left' ? { ...one.state, base: baseOf(attempt) } : one.state;
    // What was wanted meanwhile has been sent to nobody.
    const untold = found !== null && sent !== null && (push.version !== due.push.version || !saysBesides(sent.besides, found, due, mute));
    return [{ push, state, found, untold, place: found === null ? null : placeOf(calendar, entryType, found.remoteId) }];
  });
  // Who has found it before its own writing was heard of looks for it under this id from now on.
  await keepStates(tx, organisationId, all.filter(({ place }) => place !== null), new Date(clock.now()).toISOString());
  const source = { system, connectionId: calendar.connectionId, remoteId: null };
  const context = { actor: { kind: 'vendor', id: calendar.connectionId, name: calendar.name }, source, deliveryId: null } as const;
  return all.length === 0 ? [] : returnedDrafts(tx, { organisationId, calendar, all, context, clock, ids });
}

/** Words that somebody was erased from are not known any more: theirs count as ours. */
const baseOf = ({ found, entry: { base } }: Extract<Attempt, { kind: 'left' }>): Stood | null =>
  base && { ...base, title: base.title ?? found.title, place: base.place ?? found.place };

const some = <D extends EventDraft>(draft: D | null): EventDraft[] => (draft ? [draft] : []);

async function stand(
  { internals, entryType }: Settling, tx: Tx, organisationId: string, there: HeldCalendar, outcomes: readonly Outcome[],
  known: ReadonlyMap<string, KnownPush>,
): Promise<EventDraft[]> {
  const now = new Date(internals.clock.now()).toISOString();
  const kept: Kept[] = [];
  const drafts: EventDraft[] = [];
  let { calendar } = there;
  for (const { due, attempt, sent } of outcomes) {
    const one = known.get(due.push.id);
    if (!one || !isPlain(attempt)) continue;
    const { push, state: before } = one;
    const invited = attempt.kind === 'absent' ? null : invitedBy(sent, before);
    // A look has told of the entry while it was written: it is read once, so that nothing of theirs is taken for our own.
    const doubtful = before.recheck && !due.state.recheck;
    if (attempt.kind === 'present') {
      const { remoteId, etag } = attempt.written;
      const sequence = Math.max(attempt.written.sequence ?? 0, sent?.sequence ?? 0);
      const state = { ...before, remoteId, etag, sequence, base: sent?.stood ?? null, recheck: doubtful, invited, fence: there.fence };
      kept.push({ push, state, place: placeOf(calendar, entryType, remoteId) });
    } else {
      kept.push({ push, state: { ...before, remoteId: null, etag: null, sequence: null, base: null, recheck: false, invited }, place: null });
    }
    // What was wanted meanwhile is still to be written.
    if (push.version === due.push.version && !doubtful) {
      const written = { state: 'written', writtenVersion: push.wantedVersion, writtenAt: now } as const;
      const settled = { ...written, attempts: 0, reason: null, nextAttemptAt: null, ...(before.invited === invited && invited !== null ? {} : unanswered(push)) };
      drafts.push(...some(draftUpdated('push.confirmed', 'pushes', push.weddingId, push, settled, null, CALENDARS)));
    }
    const allowed = attempt.kind === 'present' && calendar.mayWrite !== true ? { mayWrite: true } : {};
    const changed = some(draftUpdated('calendar.changed', 'calendars', null, calendar, { ...allowed, ...goesOn(calendar) }, null, CALENDARS));
    calendar = lastOf(changed, calendar);
    drafts.push(...changed);
  }
  await keepStates(tx, organisationId, kept, now);
  await leaveWritten(tx, organisationId, outcomes.flatMap(({ due, attempt, sent }) =>
    (attempt.kind === 'present' && attempt.begunAs !== undefined && sent !== null && known.has(due.push.id)
      ? [{ pushId: attempt.begunAs, remoteId: attempt.written.remoteId, base: sent.stood }]
      : [])));
  return there.alerted ? [...drafts, ...(await settledAlert(tx, organisationId, kept.map(({ push }) => push.id), calendar))] : drafts;
}

const goesOn = ({ filling }: Calendar): Partial<Pick<Calendar, 'filling'>> =>
  (filling.state === 'failing' ? { filling: { ...filling, state: 'filling', reason: null } } : {});

/** Told once for each calendar, and settled when the last of what failed stands there after all. */
async function settledAlert(tx: Tx, organisationId: string, standing: readonly string[], calendar: Calendar): Promise<EventDraft[]> {
  const view = await alertsAbout(tx, organisationId, calendar.id);
  const open = view.unresolvedAlerts(calendar.id).filter(({ rule }) => rule === 'push_failed');
  if (open.length === 0) return [];
  const left = await sql`
    select 1 from pushes
    where organisation_id = ${organisationId} and calendar_id = ${calendar.id} and state = 'failed' and id <> all(${[...standing]}::uuid[]) limit 1
  `.execute(tx);
  if (left.rows.length > 0) return [];
  return open.flatMap((alert) => some(draftUpdated('alert.resolved', 'alerts', alert.weddingId, alert, { state: 'resolved' }, null, CALENDARS)));
}

/** Of these another try may bring something else. */
const PASSING: ReadonlySet<ErrorCode> = new Set(['normalise.reread_failed', 'normalise.no_access', 'calendar.changed_there'] satisfies ErrorCode[]);

interface Troubled {
  readonly organisationId: string;
  readonly calendar: Calendar;
  readonly push: Push;
  readonly due: DuePush;
  readonly trouble: CalendarTrouble;
}

async function troubled(
  { internals, random }: Settling, tx: Tx, { organisationId, calendar, push, due, trouble }: Troubled,
): Promise<EventDraft[]> {
  const now = internals.clock.now();
  const { code } = trouble;
  // Whoever wanted something else meanwhile begins anew.
  if (push.version !== due.push.version) return [];
  const attempts = push.attempts + 1;
  const passing = PASSING.has(code) || trouble.retryable;
  if (passing && attempts < MOST_ATTEMPTS) {
    const nextAttemptAt = new Date(retryAt(now, attempts, trouble.retryAfterMs, random())).toISOString();
    const failing = calendar.filling.state === 'filling' ? some(draftUpdated('calendar.changed', 'calendars', null, calendar, { filling: { ...calendar.filling, state: 'failing', reason: code } }, null, CALENDARS)) : [];
    return [...some(draftUpdated('push.queued', 'pushes', push.weddingId, push, { attempts, reason: code, nextAttemptAt }, null, CALENDARS)), ...failing];
  }
  const reason: ErrorCode = passing ? 'calendar.given_up' : code;
  const failed = some(draftUpdated('push.failed', 'pushes', push.weddingId, push, { state: 'failed', attempts, reason, nextAttemptAt: null }, null, CALENDARS));
  const refused = code === 'calendar.forbidden' ? some(draftUpdated('calendar.changed', 'calendars', null, calendar, { mayWrite: false }, null, CALENDARS)) : [];
  const told = (await alertsAbout(tx, organisationId, calendar.id)).unresolvedAlerts(calendar.id).some(({ rule }) => rule === 'push_failed');
  return [...failed, ...refused, ...(told ? [] : [failedAlert(calendar, reason, now, internals.ids.next(), CALENDARS)])];
}
