import { sql } from 'kysely';
import type { ErrorCode } from '../../../core/contract/errors.ts';
import type { Calendar, Push } from '../../../core/contract/record/calendars.ts';
import { failedAlert, MOST_ATTEMPTS, retryAt } from '../../../core/domain/calendars/retrying.ts';
import type { Stood } from '../../../core/domain/calendars/returned.ts';
import { draftUpdated, type EventDraft } from '../../../core/domain/record/drafts.ts';
import { boundedId } from '../../../core/vendors/ids.ts';
import { alertsAbout } from '../../store/alertsAbout.ts';
import { CALENDARS } from '../../store/calendars/stage.ts';
import { holdOn, keepState, mapEntry, stateOf, type DuePush, type Held } from '../../store/calendars/pushRows.ts';
import { returnedDrafts } from '../../store/calendars/returning.ts';
import type { Tx } from '../../store/database.ts';
import type { StoreInternals } from '../../store/internals.ts';
import { readRows } from '../../store/rows.ts';
import type { Writing } from '../../store/write.ts';
import type { Attempt } from './attempt.ts';
import { fillingAfter } from './progress.ts';

/** What became of one attempt, in one transaction: the push, what is known of its entry, its alert, how far its calendar is filled. */

export interface Settling {
  readonly internals: StoreInternals;
  readonly held: Held;
  /** Until when the calendar is held; ISO. */
  readonly until: string;
  readonly due: DuePush;
  readonly attempt: Attempt;
  readonly entryType: string;
  readonly system: string;
  /** What was sent; null = the entry was to go. */
  readonly sent: { readonly stood: Stood; readonly sequence: number } | null;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Whether so much has passed since the filling of this calendar was last told. */
  readonly telling: (done: boolean) => boolean;
}

/** `lost`: somebody else has the calendar now, and nothing was kept. */
export type Settled = 'kept' | 'lost';

export function settle(settling: Settling): Promise<Settled> {
  const { internals, held, until, due } = settling;
  return internals.writer.write(held.organisationId, async (writing): Promise<Settled> => {
    const { tx, record } = writing;
    if (!(await holdOn(tx, held, until))) return 'lost';
    const [push] = await readRows(tx, held.organisationId, 'pushes', [due.push.id]);
    const [calendar] = await readRows(tx, held.organisationId, 'calendars', [due.calendar.id]);
    // The connection was removed while it was called.
    if (!push || !calendar) return 'kept';
    const drafts = await draftsOf(settling, writing, push, calendar);
    const after = lastOf(drafts, calendar);
    if (drafts.length > 0) await record(drafts);
    const filling = await fillingAfter(tx, held.organisationId, after, settling.telling);
    if (filling) await record([filling]);
    return 'kept';
  });
}

/** The calendar as the drafts leave it. */
function lastOf(drafts: readonly EventDraft[], calendar: Calendar): Calendar {
  const own = drafts.findLast((draft) => draft.collection === 'calendars' && draft.row.id === calendar.id);
  return own?.collection === 'calendars' ? { ...calendar, ...own.row } : calendar;
}

async function draftsOf(settling: Settling, writing: Writing, push: Push, calendar: Calendar): Promise<EventDraft[]> {
  const { attempt, internals, held: { organisationId } } = settling;
  switch (attempt.kind) {
    case 'present':
    case 'absent':
      return stands(settling, writing.tx, push, calendar, attempt);
    case 'left':
    case 'theirs': {
      // What both sides said last, so that what was changed on one of them since then is told from the other.
      if (attempt.kind === 'left') await keepState(writing.tx, organisationId, push, await stateOf(writing.tx, organisationId, push.id), { base: baseOf(attempt) });
      const { clock, ids } = internals;
      const source = { system: settling.system, connectionId: calendar.connectionId, remoteId: null };
      const context = { actor: { kind: 'vendor', id: calendar.connectionId, name: calendar.name }, source, deliveryId: null } as const;
      // Who has found it before its own writing was heard of looks for it under this id from now on.
      if (attempt.found) await mapEntry(writing.tx, organisationId, push, { connectionId: calendar.connectionId, type: settling.entryType, remoteId: boundedId(attempt.found.remoteId) }, new Date(clock.now()).toISOString());
      const { drafts } = await returnedDrafts(writing, { organisationId, calendar, pushId: push.id, found: attempt.found, context, clock, ids });
      return [...drafts];
    }
    case 'trouble':
      return troubled(settling, writing.tx, push, calendar, attempt);
  }
}

/** Words that somebody was erased from are not known any more: theirs count as ours. */
const baseOf = ({ found, entry: { base } }: Extract<Attempt, { kind: 'left' }>): Stood | null => base && { ...base, title: base.title ?? found.title, place: base.place ?? found.place };

const some = <D extends EventDraft>(draft: D | null): EventDraft[] => (draft ? [draft] : []);

async function stands({ internals, held: { organisationId }, due, entryType, sent }: Settling, tx: Tx, push: Push, calendar: Calendar, attempt: Extract<Attempt, { kind: 'present' | 'absent' }>): Promise<EventDraft[]> {
  const now = new Date(internals.clock.now()).toISOString();
  const before = await stateOf(tx, organisationId, push.id);
  // A look has told of the entry while it was written: it is read once, so that nothing of theirs is taken for our own.
  const doubtful = before.recheck && !due.state.recheck;
  if (attempt.kind === 'present') {
    const { remoteId, etag, sequence } = attempt.written;
    await keepState(tx, organisationId, push, before, { remoteId, etag, sequence: Math.max(sequence ?? 0, sent?.sequence ?? 0), base: sent?.stood ?? null, recheck: doubtful });
    await mapEntry(tx, organisationId, push, { connectionId: calendar.connectionId, type: entryType, remoteId: boundedId(remoteId) }, now);
  } else {
    await keepState(tx, organisationId, push, before, { remoteId: null, etag: null, sequence: null, base: null, recheck: false });
  }
  const drafts: EventDraft[] = [];
  // What was wanted meanwhile is still to be written.
  if (push.version === due.push.version && !doubtful) {
    const version = push.wantedVersion;
    drafts.push(...some(draftUpdated('push.confirmed', 'pushes', push.weddingId, push, { state: 'written', writtenVersion: version, attempts: 0, reason: null, nextAttemptAt: null, writtenAt: now }, null, CALENDARS)));
  }
  if (attempt.kind === 'present' && calendar.mayWrite !== true) drafts.push(...some(draftUpdated('calendar.changed', 'calendars', null, calendar, { mayWrite: true, ...goesOn(calendar) }, null, CALENDARS)));
  else if (calendar.filling.state === 'failing') drafts.push(...some(draftUpdated('calendar.changed', 'calendars', null, calendar, goesOn(calendar), null, CALENDARS)));
  return [...drafts, ...(await settledAlert(tx, organisationId, push, calendar))];
}

const goesOn = ({ filling }: Calendar): Partial<Pick<Calendar, 'filling'>> => (filling.state === 'failing' ? { filling: { ...filling, state: 'filling', reason: null } } : {});

/** Told once for each calendar, and settled when the last of what failed stands there after all. */
async function settledAlert(tx: Tx, organisationId: string, push: Push, calendar: Calendar): Promise<EventDraft[]> {
  const view = await alertsAbout(tx, organisationId, calendar.id);
  const open = view.unresolvedAlerts(calendar.id).filter(({ rule }) => rule === 'push_failed');
  if (open.length === 0) return [];
  const left = await sql`select 1 from pushes where organisation_id = ${organisationId} and calendar_id = ${calendar.id} and state = 'failed' and id <> ${push.id} limit 1`.execute(tx);
  return left.rows.length > 0 ? [] : open.flatMap((alert) => some(draftUpdated('alert.resolved', 'alerts', alert.weddingId, alert, { state: 'resolved' }, null, CALENDARS)));
}

/** Of these another try may bring something else. */
const PASSING: ReadonlySet<ErrorCode> = new Set(['normalise.reread_failed', 'normalise.no_access', 'calendar.changed_there'] satisfies ErrorCode[]);

async function troubled({ internals, held: { organisationId }, due, random }: Settling, tx: Tx, push: Push, calendar: Calendar, { trouble }: Extract<Attempt, { kind: 'trouble' }>): Promise<EventDraft[]> {
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
