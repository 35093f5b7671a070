import type { CodedError } from '../../core/contract/errors.ts';
import type { Command } from '../../core/contract/commands.ts';
import type { QueuedAnswer } from '../../core/contract/outbox.ts';
import type { Result } from '../../core/contract/result.ts';
import type { RecordState } from '../../core/domain/record/state.ts';

export interface SeenOptions {
  readonly state: () => RecordState | null;
  readonly newId: () => string;
  readonly queue: (command: Command) => Promise<Result<QueuedAnswer, CodedError>>;
  /** It could not even be kept: somebody has to say it again. */
  readonly failed: (alertId: string, error: CodedError) => void;
}

/** Acknowledges an alert as it stands here, if it is still open. Kept like any decision, also without a line. */
export function createSeen({ state, newId, queue, failed }: SeenOptions): (alertId: string) => Promise<void> {
  return async (alertId) => {
    const alert = state()?.tables.alerts[alertId];
    if (alert?.state !== 'open') return;
    const kept = await queue({ type: 'alert.acknowledge', commandId: newId(), alertId, basedOnVersion: alert.version });
    if (!kept.ok) failed(alertId, kept.error);
  };
}
