import type { Command, CommandAnswer } from '../../../core/contract/commands.ts';
import type { Difference } from '../../../core/contract/record/calendars.ts';
import { visibleRow } from '../../../core/domain/access/rows.ts';
import { pushAfter, pushedRow, takenOver, type PushAfter } from '../../../core/domain/calendars/back.ts';
import { stoodOf } from '../../../core/domain/calendars/entry.ts';
import { looksSame, type Stood } from '../../../core/domain/calendars/returned.ts';
import { isDone } from '../../../core/domain/calendars/subjects.ts';
import { draftUpdated, type EventDraft } from '../../../core/domain/record/drafts.ts';
import { readPushStates, writePushStates } from '../calendars/pushStates.ts';
import { placed } from '../calendars/wholes.ts';
import { instant } from '../internals.ts';
import { readRows } from '../rows.ts';
import { giveBack } from '../taking/heldWith.ts';
import type { Deciding } from './deciding.ts';
import { judged } from './judging.ts';
import { keepAgainstSources } from './kept.ts';

/** Where both sides of a calendar say something else, and a person says which one stays. */

type Settle = Extract<Command, { type: 'difference.settle' }>;

const some = <D>(draft: D | null): D[] => (draft ? [draft] : []);
export const toldBy = ({ fields }: Difference): Partial<Stood> => Object.fromEntries(fields.map(({ name, theirs }) => [name, theirs]));

export async function settleDifference(deciding: Deciding, command: Settle): Promise<CommandAnswer> {
  const { writing: { tx }, organisationId, internals, device, context, rejected, rebase, accept } = deciding;
  const [difference] = await readRows(tx, organisationId, 'differences', [command.differenceId]);
  if (!difference || !visibleRow(device, 'differences', difference)) return rejected('request.not_found', 'There is no such difference.');
  if (difference.version !== command.basedOnVersion) return rebase(difference.id);
  if (difference.state !== 'open') return rejected('command.not_possible', 'Both sides say the same already, or somebody has decided it.');
  const { collection, id } = difference.subject;
  const [row] = await readRows(tx, organisationId, collection, [id]);
  const [push] = await readRows(tx, organisationId, 'pushes', [difference.pushId]);
  const [known] = await readRows(tx, organisationId, 'calendars', [difference.calendarId]);
  const state = (await readPushStates(tx, [{ organisationId, id: difference.pushId }])).get(difference.pushId);
  if (!row || !visibleRow(device, collection, row as never) || !push || !known || !state) return rejected('request.not_found', 'What it is about is not there any more.');
  const calendar = await placed(tx, organisationId, known);
  const [wedding = null] = collection === 'runSheetItems' && difference.weddingId !== null ? await readRows(tx, organisationId, 'weddings', [difference.weddingId]) : [];
  const subject = pushedRow(collection, row, wedding);
  const theirs = toldBy(difference);
  const settled = draftUpdated('difference.settled', 'differences', difference.weddingId, difference, {
    state: 'settled', kept: command.keep, settledAt: instant(internals.clock), settledBy: context.actor.name,
  }, null, context);
  const queued = (): EventDraft[] => some(draftUpdated('push.queued', 'pushes', push.weddingId, push, { state: 'queued', attempts: 0, nextAttemptAt: null }, null, context));

  // What they have is what both sides begin from now: what is ours is written over it, or is what it says.
  const from = state.standing.base ?? stoodOf(subject, calendar);
  const base: Stood | null = from && { ...from, ...theirs };
  const gone = theirs.status === 'cancelled';
  const after: PushAfter = gone ? { pushId: push.id, remoteId: null, etag: null, recheck: false, base, ...(state.standing.remoteId === null ? {} : { anew: true }) } : { pushId: push.id, base };

  if (command.keep === 'ours') {
    await writePushStates(tx, [{ ...after, organisationId, ...(gone ? {} : { recheck: true }) }]);
    return accept([...some<EventDraft>(settled), ...queued()], difference.seq);
  }
  const taken = takenOver(subject, theirs, context);
  if (!taken) {
    await writePushStates(tx, [{ ...after, organisationId, ...(gone ? {} : { recheck: true }) }]);
    return accept([...some<EventDraft>(settled), ...queued()], difference.seq);
  }
  if (taken.row.startsAt !== null && taken.row.endsAt !== null && Date.parse(taken.row.endsAt) <= Date.parse(taken.row.startsAt)) return rejected('command.not_possible', 'It has to end after it begins.');
  const to = taken.collection === 'runSheetItems' ? { collection: taken.collection, row: taken.row, wedding } : ({ collection: taken.collection, row: taken.row } as Parameters<typeof judged>[1][number]['to']);
  // An item of a run sheet takes nobody's time.
  const wanted = to.collection === 'runSheetItems' || subject.collection === 'runSheetItems' ? [] : [{ from: subject, to, confirming: theirs.status === 'confirmed' }];
  const { refused, accepted } = wanted.length === 0 ? { refused: null, accepted: undefined } : await judged(deciding, wanted, command.reason);
  if (refused) return refused;
  // What is ours of the rest of it may have waited for the answer.
  const stood = isDone(to) ? null : stoodOf(to, calendar, base?.title);
  const again = base !== null && stood !== null && !looksSame(stood, base, calendar.privacy);
  await writePushStates(tx, [{ ...after, organisationId, ...(again ? { recheck: true } : {}) }]);
  await keepAgainstSources(deciding, [taken]);
  const confirmed = pushAfter({ push, now: internals.clock.now(), context }, taken, again);
  const held = taken.collection === 'weddings' && taken.row.status === 'cancelled' ? await giveBack(tx, organisationId, [taken.row.id], context, internals) : [];
  return accept([...some<EventDraft>(settled), taken, ...held, ...some(confirmed)], difference.seq, accepted);
}
