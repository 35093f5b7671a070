import type { Command, CommandAnswer } from '../../../core/contract/commands.ts';
import type { Alert, LeftRow } from '../../../core/contract/record/attention.ts';
import type { Wedding } from '../../../core/contract/record/day.ts';
import { visibleRow } from '../../../core/domain/access/rows.ts';
import type { FollowingRow } from '../../../core/domain/conflicts/following.ts';
import { catchesUp, hasFollowed, isLeft, leftAlert } from '../../../core/domain/conflicts/leftBehind.ts';
import type { MovableRow } from '../../../core/domain/conflicts/occupancies.ts';
import type { EventDraft } from '../../../core/domain/record/drafts.ts';
import { FOLLOWING_CONTEXT } from '../following/stage.ts';
import { readRows } from '../rows.ts';
import type { Deciding } from './deciding.ts';
import { followingDraft, type FollowingDraft } from './following.ts';
import { judged, type Wanted } from './judging.ts';
import { keepAgainstSources } from './kept.ts';

type LetFollow = Extract<Command, { type: 'wedding.let_follow' }>;

/**
 * What stayed when its wedding was moved outside follows it now, or goes back to where it was left: all that is named or none, judged as a
 * plan is.
 */
export async function letFollow(deciding: Deciding, command: LetFollow): Promise<CommandAnswer> {
  const { writing: { tx }, organisationId, device, context, rejected, rebase, accept } = deciding;
  const [alert] = await readRows(tx, organisationId, 'alerts', [command.alertId]);
  if (!alert || !visibleRow(device, 'alerts', alert)) return rejected('request.not_found', 'There is no such alert.');
  const isBack = command.back === true;
  // Once all of it has followed the alert is settled, and that is when most ways back are asked for.
  const isOver = alert.state === 'resolved' && !isBack;
  if (alert.rule !== 'left_behind' || isOver) return rejected('command.not_possible', 'Nothing is left behind any more.');
  // Whoever has seen it meanwhile has changed nothing of what it tells.
  const [wedding] = alert.weddingId === null ? [] : await readRows(tx, organisationId, 'weddings', [alert.weddingId]);
  if (!wedding || !visibleRow(device, 'weddings', wedding)) return rejected('request.not_found', 'There is no such wedding.');
  if (wedding.status === 'cancelled') return rejected('command.not_possible', `${wedding.title} is cancelled.`);
  if (Date.parse(wedding.startsAt) !== Date.parse(command.startsAt)) return rebase(wedding.id);
  if (new Set(command.rows.map(({ id }) => id)).size < command.rows.length) return rejected('command.not_possible', 'One of them is named twice.');

  const wanted: Wanted[] = [];
  const drafts: FollowingDraft[] = [];
  for (const { collection, id, basedOnVersion } of command.rows) {
    const left = alert.stayed?.find((one) => one.collection === collection && one.id === id);
    const [row] = left ? await readRows(tx, organisationId, collection, [id]) : [];
    if (!left || !row || !visibleRow(device, collection, row as never)) {
      return rejected('request.not_found', 'One of them was not left behind, or is not there any more.');
    }
    if (row.version !== basedOnVersion) return rebase(id);
    if (isBack && !hasFollowed(left, row, wedding)) return rejected('command.not_possible', `${row.title} is not where it has followed to any more.`);
    if (!isBack && !isLeft(left, row, wedding)) return rejected('command.not_possible', `${row.title} is not where it was left any more.`);
    const one = { collection, row } as FollowingRow;
    const { startsAt, endsAt, callTime } = left;
    const draft = followingDraft(one, isBack ? { startsAt, endsAt, callTime } : catchesUp(left, wedding), context);
    if (draft === 'unfit') return rejected('command.not_possible', `${row.title} needs its times.`);
    if (draft === null) continue;
    drafts.push(draft);
    // An item of the run sheet takes nobody's time.
    if (one.collection === 'runSheetItems' || draft.collection === 'runSheetItems') continue;
    wanted.push({ from: one, to: { collection: draft.collection, row: draft.row } as MovableRow, confirming: false });
  }
  const { refused, accepted } = wanted.length === 0 ? { refused: null, accepted: undefined } : await judged(deciding, wanted, command.reason);
  if (refused) return refused;
  await keepAgainstSources(deciding, drafts);
  return accept(isBack ? [...drafts, ...toldAnew(deciding, alert, wedding, drafts)] : drafts, alert.seq, accepted);
}

/** What is left again is asked about again; the alert that was settled with it stays so, as a conflict's does. */
function toldAnew({ internals }: Deciding, alert: Alert, wedding: Wedding, drafts: readonly FollowingDraft[]): EventDraft[] {
  if (alert.state !== 'resolved') return [];
  const back = new Map(drafts.map(({ row }) => [row.id, row.title]));
  const stayed = (alert.stayed ?? []).filter(({ id }) => back.has(id));
  const [first] = stayed;
  if (!first) return [];
  const titleOf = ({ id }: LeftRow): string => back.get(id) ?? '';
  const now = internals.clock.now();
  return [leftAlert({ wedding, was: first.of, stayed, titleOf, now, newId: () => internals.ids.next(), context: FOLLOWING_CONTEXT })];
}
