import type { Command } from '../../core/contract/commands.ts';
import type { ErrorCode } from '../../core/contract/errors.ts';
import type { OutboxEntry } from '../../core/contract/outbox.ts';
import type { Alert, ReviewItem } from '../../core/contract/record/attention.ts';
import type { Connection } from '../../core/contract/record/connections.ts';
import type { RunSheetItem } from '../../core/contract/record/day.ts';
import type { Conflict } from '../../core/contract/record/taking.ts';
import { rowOf, seenRows } from '../../core/link/commandRows.ts';
import type { Backend } from './backend/backend.ts';
import { newId } from './ids.ts';
import { isWaiting, openDecision, type ItemStatus } from './outbox.ts';
import { getConsole, setConsole } from './store.ts';

/** Whether a decision is kept: durable here and sent as soon as there is a line; one is there already; or not, and why. */
export type Decided = { readonly kind: 'kept' } | { readonly kind: 'already' } | { readonly kind: 'not_kept'; readonly code: ErrorCode };

/** Keeps a decision. Nothing is shown as done before the server has recorded it; until then it is shown as queued. */
export async function decide(backend: Backend, command: Command): Promise<Decided> {
  const rows = seenRows(command).map(({ id }) => id);
  if (rows.some((id) => getConsole().deciding[id])) return { kind: 'already' };
  const overtaken = openDecision(getConsole().outbox, rowOf(command));
  setConsole((state) => ({ deciding: { ...state.deciding, ...Object.fromEntries(rows.map((id) => [id, true])) } }));
  const kept = await backend.sendCommand(command);
  // Decided again over what stands now: the overtaken one has had its say.
  const dropped = kept.ok && overtaken?.state === 'rebase' ? await backend.resolveCommand({ choice: 'drop', commandId: overtaken.command.commandId }) : null;
  setConsole((state) => ({ deciding: Object.fromEntries(Object.entries(state.deciding).filter(([id]) => !rows.includes(id))) }));
  if (!kept.ok) return { kind: 'not_kept', code: kept.error.code };
  return dropped?.ok === false && dropped.error.code !== 'outbox.already_sent' ? { kind: 'not_kept', code: dropped.error.code } : { kind: 'kept' };
}

/** Acknowledges an alert as the person saw it; once is enough while an earlier acknowledgement has no answer. */
export async function acknowledge(backend: Backend, alert: Alert): Promise<Decided> {
  if (isWaiting(openDecision(getConsole().outbox, alert.id))) return { kind: 'already' };
  return decide(backend, { type: 'alert.acknowledge', commandId: newId(), alertId: alert.id, basedOnVersion: alert.version });
}

/** Sets the status of an item; a second decision waits for the answer to the first. */
export const setItemStatus = (backend: Backend, item: RunSheetItem, status: ItemStatus): Promise<Decided> =>
  decide(backend, { type: 'runsheet.item.set_status', commandId: newId(), itemId: item.id, basedOnVersion: item.version, status });

export type ReviewDecision = 'release' | 'discard';

/** Lets through what the brake has stopped, or throws it away; of a parked fact, that it belongs to no wedding; one decision stands until it is answered. */
export async function decideReview(backend: Backend, item: ReviewItem, decision: ReviewDecision): Promise<Decided> {
  if (isWaiting(openDecision(getConsole().outbox, item.id))) return { kind: 'already' };
  return decide(backend, { type: `review.${decision}`, commandId: newId(), reviewId: item.id, basedOnVersion: item.version });
}

/** A parked fact is of this wedding; one decision stands until it is answered. */
export async function assignReview(backend: Backend, item: ReviewItem, weddingId: string): Promise<Decided> {
  if (isWaiting(openDecision(getConsole().outbox, item.id))) return { kind: 'already' };
  return decide(backend, { type: 'review.assign', commandId: newId(), reviewId: item.id, weddingId, basedOnVersion: item.version });
}

/** Both may stay although they clash. `reason`: why, in the person's words. */
export async function overrideConflict(backend: Backend, conflict: Conflict, reason: string): Promise<Decided> {
  if (isWaiting(openDecision(getConsole().outbox, conflict.id))) return { kind: 'already' };
  return decide(backend, { type: 'conflict.override', commandId: newId(), conflictId: conflict.id, basedOnVersion: conflict.version, reason: reason.trim() });
}

/** From now on what comes is taken in and held. `reason`: why, in the person's words; empty = none given. */
export async function pauseConnection(backend: Backend, connection: Connection, reason: string): Promise<Decided> {
  if (isWaiting(openDecision(getConsole().outbox, connection.id))) return { kind: 'already' };
  return decide(backend, { type: 'connection.pause', commandId: newId(), connectionId: connection.id, basedOnVersion: connection.version, reason: reason.trim() === '' ? null : reason.trim() });
}

export async function resumeConnection(backend: Backend, connection: Connection): Promise<Decided> {
  if (isWaiting(openDecision(getConsole().outbox, connection.id))) return { kind: 'already' };
  return decide(backend, { type: 'connection.resume', commandId: newId(), connectionId: connection.id, basedOnVersion: connection.version });
}

/** The row's version as this page shows it; null = it is not in the record. */
function shownVersion(command: Command): number | null {
  const tables = getConsole().record?.tables;
  const id = rowOf(command);
  const row = tables?.alerts[id] ?? tables?.runSheetItems[id] ?? tables?.connections[id] ?? tables?.reviewItems[id] ?? tables?.conflicts[id] ?? tables?.weddings[id] ?? tables?.bookings[id] ?? tables?.allocations[id];
  return row?.version ?? null;
}

/** Sends an overtaken decision again, over what the person sees now. */
export async function sendAgain(backend: Backend, entry: OutboxEntry): Promise<Decided> {
  const basedOnVersion = shownVersion(entry.command);
  if (basedOnVersion === null) return { kind: 'not_kept', code: 'request.not_found' };
  const answer = await backend.resolveCommand({ choice: 'send_again', commandId: entry.command.commandId, newCommandId: newId(), basedOnVersion });
  return answer.ok ? { kind: 'kept' } : { kind: 'not_kept', code: answer.error.code };
}
