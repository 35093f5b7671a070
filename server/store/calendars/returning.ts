import type { Calendar } from '../../../core/contract/record/calendars.ts';
import { planBack, pushedRow } from '../../../core/domain/calendars/back.ts';
import type { Stood } from '../../../core/domain/calendars/returned.ts';
import { draftUpdated, type DraftContext, type EventDraft } from '../../../core/domain/record/drafts.ts';
import type { Clock, Ids } from '../../../core/ports/ports.ts';
import type { FoundEvent } from '../../../core/vendors/calendars.ts';
import { dayStart } from '../../../core/vendors/wallTime.ts';
import { keepAgainstSources } from '../deciding/kept.ts';
import { readRows } from '../rows.ts';
import type { Writing } from '../write.ts';
import { readPushStates, writePushStates } from './pushStates.ts';
import { placed } from './wholes.ts';

export interface Returning {
  readonly organisationId: string;
  readonly calendar: Calendar;
  readonly pushId: string;
  /** What stands there now, read by whoever alone may write; null = nothing. */
  readonly found: FoundEvent | null;
  /** Something else of ours is to stand there than does, of what a row does not say; see `Back`. */
  readonly untold: boolean;
  /** Of the calendar's own people, with its connection as the source. */
  readonly context: DraftContext;
  readonly clock: Clock;
  readonly ids: Ids;
}

export interface ReturnedDrafts {
  /** To be recorded in the same transaction. */
  readonly drafts: readonly EventDraft[];
  /** `write`: what is wanted is to be written over what was found, or taken away. `asked`: a person decides first. */
  readonly then: 'done' | 'write' | 'asked';
  readonly base: Stood | null;
}

const iso = (ms: number): string => new Date(ms).toISOString();

function timesOf({ when }: FoundEvent, zone: string): { readonly startsAt: string; readonly endsAt: string } | null {
  if (when.kind === 'times') return { startsAt: iso(when.startsAt), endsAt: iso(when.endsAt) };
  const [startsAt, endsAt] = [dayStart(when.from, when.zone ?? zone), dayStart(when.until, when.zone ?? zone)];
  return startsAt === null || endsAt === null ? null : { startsAt, endsAt };
}

/** What was found in place of an entry of ours, decided by the calendar's strategy; what is kept of it is written already. */
export async function returnedDrafts({ tx }: Pick<Writing, 'tx'>, { organisationId, calendar, pushId, found, untold, context, clock, ids }: Returning): Promise<ReturnedDrafts> {
  const [push] = await readRows(tx, organisationId, 'pushes', [pushId]);
  const state = (await readPushStates(tx, [{ organisationId, id: pushId }])).get(pushId);
  if (!push || !state) return { drafts: [], then: 'done', base: null };
  const [row] = await readRows(tx, organisationId, push.subject.collection, [push.subject.id]);
  const [wedding = null] = row && push.subject.collection === 'runSheetItems' && push.weddingId !== null ? await readRows(tx, organisationId, 'weddings', [push.weddingId]) : [];
  const [difference = null] = state.differenceId === null ? [] : await readRows(tx, organisationId, 'differences', [state.differenceId]);
  const times = found && timesOf(found, calendar.zone ?? 'UTC');
  const stood: Stood | 'gone' = found === null || times === null || found.status === 'cancelled' ? 'gone' : { ...times, title: found.title, place: found.place, status: found.status };
  const plan = planBack({
    push, calendar: await placed(tx, organisationId, calendar), subject: row ? pushedRow(push.subject.collection, row, wedding) : null, standing: state.standing, difference,
    remoteId: found?.remoteId ?? state.standing.remoteId ?? '', theirs: { stood, changedAt: found?.changedAt ?? null, etag: found?.etag ?? null },
    untold, certain: true, heardAt: null, now: clock.now(), newId: () => ids.next(), context,
  });
  const after = { ...(plan.after ?? { pushId }), recheck: false };
  await writePushStates(tx, [{ ...after, organisationId }]);
  await keepAgainstSources({ writing: { tx }, organisationId }, plan.drafts);
  // It is over, or not to be written any more: it stays as they have it, and nobody tries again.
  const left = plan.kind === 'nothing' && push.state === 'queued' ? draftUpdated('push.confirmed', 'pushes', push.weddingId, push, { state: 'written', attempts: 0, reason: null, nextAttemptAt: null }, null, context) : null;
  return { drafts: left ? [left] : plan.drafts, then: plan.kind === 'ask' ? 'asked' : plan.unwritten ? 'write' : 'done', base: after.base ?? null };
}
