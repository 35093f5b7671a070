import type { Command, Follow } from '../contract/commands.ts';

/** Which rows a command is about, and what of them the person saw. */

export interface SeenRow {
  readonly id: string;
  /** Null = it is to be made. */
  readonly version: number | null;
}

/** The row that stands for the command where one is enough: of a plan its first. */
export function rowOf(command: Command): string {
  switch (command.type) {
    case 'alert.acknowledge':
      return command.alertId;
    case 'runsheet.item.set_status':
      return command.itemId;
    case 'connection.pause':
    case 'connection.resume':
      return command.connectionId;
    case 'conflict.override':
      return command.conflictId;
    case 'resource.save':
      return command.resourceId;
    case 'allocation.save':
      return command.allocationId;
    case 'limit.save':
      return command.limitId;
    case 'rules.save':
      return command.houseId;
    case 'booking.set_status':
    case 'booking.bring_back':
      return command.id;
    case 'plan.carry_out':
      return command.moves[0]?.id ?? command.commandId;
    case 'wedding.let_follow':
      return command.alertId;
    case 'calendar.save':
      return command.calendarId;
    case 'push.retry':
      return command.pushId;
    case 'difference.settle':
      return command.differenceId;
    case 'review.release':
    case 'review.discard':
    case 'review.assign':
      return command.reviewId;
  }
}

/** Commands that share one of these keep their order. */
export function seenRows(command: Command): readonly SeenRow[] {
  if (command.type === 'wedding.let_follow') return [{ id: command.alertId, version: command.basedOnVersion }, ...command.rows.map(({ id, basedOnVersion }) => ({ id, version: basedOnVersion }))];
  if (command.type !== 'plan.carry_out') return [{ id: rowOf(command), version: command.basedOnVersion }];
  return command.moves.flatMap((move) => [move, ...(move.follow?.rows ?? [])]).map(({ id, basedOnVersion }) => ({ id, version: basedOnVersion }));
}

export const isAbout = (command: Command, rowId: string): boolean => seenRows(command).some(({ id }) => id === rowId);

/** The same command over another version of one of its rows. */
export function seenAt(command: Command, rowId: string, version: number): Command {
  const over = <T extends Seen>(seen: T): T => (seen.id === rowId ? { ...seen, basedOnVersion: version } : seen);
  if (command.type === 'plan.carry_out') {
    return { ...command, moves: command.moves.map((move) => ({ ...over(move), ...(move.follow ? { follow: followOver(move.follow, over) } : {}) })) };
  }
  if (command.type === 'wedding.let_follow') {
    return { ...command, rows: command.rows.map(over), ...(command.alertId === rowId ? { basedOnVersion: version } : {}) };
  }
  return rowOf(command) === rowId ? { ...command, basedOnVersion: version } : command;
}

interface Seen {
  readonly id: string;
  readonly basedOnVersion: number;
}
const followOver = (follow: Follow, over: <T extends Seen>(seen: T) => T): Follow =>
  follow.how === 'along' ? { ...follow, rows: follow.rows.map(over) } : { ...follow, rows: follow.rows.map(over) };

/** What was written over a whole form, or planned around other rows, is looked at anew rather than sent over what stands now. */
export const mayBeSentAgain = ({ type }: Command): boolean => !OVER_WHAT_STOOD.has(type);
const OVER_WHAT_STOOD: ReadonlySet<Command['type']> = new Set(['plan.carry_out', 'wedding.let_follow', 'booking.bring_back', 'resource.save', 'allocation.save', 'limit.save', 'rules.save', 'calendar.save', 'difference.settle']);
