import { sql } from 'kysely';
import type { Difference } from '../../../core/contract/record/calendars.ts';
import { planBack, pushedRow } from '../../../core/domain/calendars/back.ts';
import { stoodOf } from '../../../core/domain/calendars/entry.ts';
import type { Stood } from '../../../core/domain/calendars/returned.ts';
import type { PlacedCalendar } from '../../../core/domain/calendars/wholes.ts';
import { draftUpdated, type DraftContext, type EventDraft } from '../../../core/domain/record/drafts.ts';
import type { Clock, Ids } from '../../../core/ports/ports.ts';
import type { FoundEvent } from '../../../core/vendors/calendars.ts';
import { dayStart } from '../../../core/vendors/wallTime.ts';
import type { Tx } from '../database.ts';
import { keepAgainstSources } from '../deciding/kept.ts';
import { PROJECTIONS, snake } from '../projections.ts';
import { readRows } from '../rows.ts';
import { subjectsOf } from './duePushes.ts';
import type { KnownPush } from './pushRows.ts';
import { writePushStates } from './pushStates.ts';

/** An entry of ours that somebody has changed over there, as it was found. */
export interface FoundThere extends KnownPush {
  /** What stands there now, read by whoever alone may write; null = nothing. */
  readonly found: FoundEvent | null;
  /** Something else of ours is to stand there than does, of what a row does not say; see `Back`. */
  readonly untold: boolean;
}

export interface Returning {
  readonly organisationId: string;
  readonly calendar: PlacedCalendar;
  /** Of that calendar, each push once, as they are in this transaction. */
  readonly all: readonly FoundThere[];
  /** Of the calendar's own people, with its connection as the source. */
  readonly context: DraftContext;
  readonly clock: Clock;
  readonly ids: Ids;
}

const iso = (ms: number): string => new Date(ms).toISOString();

function timesOf({ when }: FoundEvent, zone: string): { readonly startsAt: string; readonly endsAt: string } | null {
  if (when.kind === 'times') return { startsAt: iso(when.startsAt), endsAt: iso(when.endsAt) };
  const [startsAt, endsAt] = [dayStart(when.from, when.zone ?? zone), dayStart(when.until, when.zone ?? zone)];
  return startsAt === null || endsAt === null ? null : { startsAt, endsAt };
}

/**
 * What was found in place of entries of ours, decided by the calendar's strategy: drafts to be recorded in the same transaction. What is kept
 * of the entries is written already. Each kind of row is read once, however many there are.
 */
export async function returnedDrafts(tx: Tx, { organisationId, calendar, all, context, clock, ids }: Returning): Promise<readonly EventDraft[]> {
  const subjects = await subjectsOf(tx, organisationId, all);
  const ofItems = all.flatMap(({ push }) => (push.subject.collection === 'runSheetItems' && subjects.has(push.subject.id) && push.weddingId !== null ? [push.weddingId] : []));
  const weddings = new Map((ofItems.length === 0 ? [] : await readRows(tx, organisationId, 'weddings', [...new Set(ofItems)])).map((row) => [row.id, row]));
  const differences = await openDifferences(tx, organisationId, all.map(({ push }) => push.id));
  const planned = all.map(({ push, state: { remoteId, base, invited }, found, untold }) => {
    const read = subjects.get(push.subject.id);
    const subject = read ? pushedRow(read.collection, read.row, weddings.get(push.weddingId ?? '') ?? null) : null;
    const times = found && timesOf(found, calendar.zone ?? 'UTC');
    // What only we say there stands as it stood last.
    const unsaid = found?.says === undefined ? null : (base ?? (subject && stoodOf(subject, calendar)));
    const { place = null, status = 'confirmed' } = unsaid ?? found ?? {};
    const { title = null } = (found?.says === 'times' ? unsaid : null) ?? found ?? {};
    const stood: Stood | 'gone' = found === null || times === null || found.status === 'cancelled' ? 'gone' : { ...times, title, place, status };
    const plan = planBack({
      push, calendar, subject,
      // Nobody else may write.
      standing: { remoteId, base, invited, writingUntil: null }, difference: differences.get(push.id) ?? null,
      remoteId: found?.remoteId ?? remoteId ?? '', theirs: { stood, changedAt: found?.changedAt ?? null, etag: found?.etag ?? null },
      untold, certain: true, heardAt: null, now: clock.now(), newId: () => ids.next(), context,
    });
    // It is over, or not to be written any more: it stays as they have it, and nobody tries again.
    const left = plan.kind === 'nothing' && push.state === 'queued'
      ? draftUpdated('push.confirmed', 'pushes', push.weddingId, push, { state: 'written', attempts: 0, reason: null, nextAttemptAt: null }, null, context) : null;
    return { after: { ...(plan.after ?? { pushId: push.id }), recheck: false, organisationId }, planned: plan.drafts, drafts: left ? [left] : plan.drafts };
  });
  await writePushStates(tx, planned.map(({ after }) => after));
  await keepAgainstSources({ writing: { tx }, organisationId }, planned.flatMap((one) => one.planned));
  return planned.flatMap(({ drafts }) => drafts);
}

const columns = sql.raw(PROJECTIONS.differences.fields.map(snake).join(', '));

/** By push. */
async function openDifferences(tx: Tx, organisationId: string, pushIds: readonly string[]): Promise<Map<string, Difference>> {
  const { rows } = await sql<Difference>`
    select ${columns} from differences where organisation_id = ${organisationId} and push_id = any(${[...pushIds]}::uuid[]) and state = 'open'
  `.execute(tx);
  return new Map(rows.map((row) => [row.pushId, row]));
}
