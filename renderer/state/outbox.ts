import type { Command } from '../../core/contract/commands.ts';
import type { OutboxEntry } from '../../core/contract/outbox.ts';
import { isAbout } from '../../core/link/commandRows.ts';
import { isUnanswered } from '../../core/link/outbox.ts';

/** What the console reads out of the kept decisions. */

/** Kept here, not answered yet. */
export const unsent = (outbox: readonly OutboxEntry[]): readonly OutboxEntry[] => outbox.filter(isUnanswered);

/** The newest decision about a row that is not settled: unanswered, or overtaken and waiting for the person. */
export const openDecision = (outbox: readonly OutboxEntry[], rowId: string): OutboxEntry | null =>
  outbox.findLast((entry) => isAbout(entry.command, rowId) && (isUnanswered(entry) || entry.state === 'rebase')) ?? null;

export const isWaiting = (entry: OutboxEntry | null): boolean => entry !== null && isUnanswered(entry);

/** A decision that was unanswered in `before` and has its answer in `after`. */
export function newlyAnswered(before: readonly OutboxEntry[], after: readonly OutboxEntry[]): readonly OutboxEntry[] {
  const waited = new Set(before.filter(isUnanswered).map((entry) => entry.command.commandId));
  return after.filter((entry) => waited.has(entry.command.commandId) && !isUnanswered(entry));
}

type RunSheetCommand = Extract<Command, { type: 'runsheet.item.set_status' }>;
export type ItemStatus = RunSheetCommand['status'];

/** The status that an item will have once everything decided here is recorded; `now` when nothing waits. */
export function intendedStatus(outbox: readonly OutboxEntry[], itemId: string, now: ItemStatus): ItemStatus {
  const last = outbox.findLast((entry) => entry.command.type === 'runsheet.item.set_status' && entry.command.itemId === itemId && isUnanswered(entry));
  return last?.command.type === 'runsheet.item.set_status' ? last.command.status : now;
}
