import type { CollectionName } from '../../contract/record.ts';
import type { Push } from '../../contract/record/calendars.ts';
import { withAnswers } from '../calendars/answers.ts';
import { planBack, pushedRow, type PushAfter } from '../calendars/back.ts';
import { stoodOf } from '../calendars/entry.ts';
import type { Stood } from '../calendars/returned.ts';
import type { Change } from './changes.ts';
import type { PlanTools } from './planTools.ts';
import { isStale } from './versions.ts';

type EntryChange = Extract<Change, { kind: 'calendarEvent' }>;

const OURS: readonly CollectionName[] = ['weddings', 'bookings', 'allocations'];

/**
 * An entry that we have written ourselves, as a look brings it: never one of somebody else's, however early or late it comes. Null = it is
 * none of ours. One that has our mark under another id, or was taken out of a feed of ours, is a copy: it takes nobody's time a second time.
 */
export function planReturned(change: EntryChange, tools: PlanTools, receivedAt: number | null): readonly PushAfter[] | null {
  const { view, mapped } = tools;
  const { ourId } = change;
  if (mapped !== null && mapped.collection !== 'pushes') return null;
  const push = view.row('pushes', mapped?.id ?? ourId ?? '');
  if (!push) return mapped !== null || (ourId !== undefined && isKnown(ourId, tools)) ? [] : null;
  if (isElsewhere(change, push, tools)) return [];
  const standing = view.pushStanding?.(push.id) ?? null;
  // Its first writing is under way, or it is somebody's copy.
  if (mapped === null && (standing === null || standing.remoteId !== null || push.writtenVersion !== null)) return [];
  if (mapped !== null) tools.remember('pushes', push.id);
  // A look tells of an entry whole, so an older one has nothing to say beside a newer.
  if (mapped !== null && isStale(change.remote.version, mapped.remoteVersion)) return [];
  // Another entry stands in its place by now.
  if (standing !== null && standing.remoteId !== null && standing.remoteId !== change.remote.id) return [];
  const [known, row] = [view.row('calendars', push.calendarId), view.row(push.subject.collection, push.subject.id)];
  if (!standing || !known || !row) return [];
  const calendar = { ...known, wholes: view.wholesOf?.(known.id) ?? [] };
  const weddingId = push.subject.collection === 'runSheetItems' && 'weddingId' in row ? row.weddingId : null;
  const subject = pushedRow(push.subject.collection, row, weddingId === null ? null : view.row('weddings', weddingId));
  const from = standing.base ?? stoodOf(subject, calendar);
  const gone = change.deleted === true || change.fields.status === 'cancelled';
  if (!gone && from === null && (!change.fields.startsAt || !change.fields.endsAt)) return [];
  const stood = gone ? 'gone' : asStood(change, from);
  const toldAt = change.changedThere ?? change.occurredAt;
  const plan = planBack({
    push, calendar, subject, standing, difference: view.openDifference?.(push.id) ?? null, remoteId: change.remote.id,
    theirs: { stood, changedAt: toldAt === null ? null : Date.parse(toldAt) },
    certain: false, heardAt: receivedAt, now: receivedAt ?? 0, newId: tools.newId, context: tools.origin,
  });
  const wedding = push.weddingId === null ? null : view.row('weddings', push.weddingId);
  const drafts = withAnswers({
    push, subject, invited: standing.invited ?? null, answers: gone ? undefined : change.answers, stood, calendar: known, wedding,
    unresolved: view.unresolvedAlerts(row.id), drafts: plan.drafts, now: receivedAt ?? 0, newId: tools.newId, context: tools.origin,
  });
  for (const draft of drafts) tools.push(draft);
  return plan.after ? [plan.after] : [];
}

/** It marks one of our rows, in a feed of ours, or an entry that we wrote when its calendar was connected before. */
const isKnown = (ourId: string, { view }: PlanTools): boolean =>
  OURS.some((name) => view.row(name, ourId) !== null) || view.wasOurs?.(ourId) === true;

/** As another of their calendars has it: an invitation to ours, or where it was moved to. What counts is where we wrote it. */
function isElsewhere({ calendarRemote }: EntryChange, { calendarId }: Push, { localId }: PlanTools): boolean {
  const there = localId(calendarRemote, 'calendars');
  return there !== null && there !== calendarId;
}

function asStood({ fields: f }: EntryChange, from: Stood | null): Stood {
  const { startsAt = from?.startsAt ?? '', endsAt = from?.endsAt ?? '', status = from?.status ?? 'confirmed' } = f;
  return { startsAt, endsAt, status, title: f.title === undefined ? (from?.title ?? null) : f.title, place: f.place === undefined ? (from?.place ?? null) : f.place };
}
