import type { Alert } from '../../core/contract/record.ts';
import type { ErrorCode } from '../../core/contract/errors.ts';
import type { Backend } from './backend/backend.ts';
import { newId } from './ids.ts';
import { getConsole, setConsole } from './store.ts';

/** What became of a decision, in the console's words: recorded; somebody was first; or not recorded, and why. */
export type Decided = { readonly kind: 'recorded' } | { readonly kind: 'overtaken' } | { readonly kind: 'not_recorded'; readonly code: ErrorCode };

/**
 * Acknowledges an alert as the person saw it. Nothing is shown as done before the server has recorded it; without a line it
 * is not sent at all, so that it cannot happen later unasked.
 */
export async function acknowledge(backend: Backend, alert: Alert): Promise<Decided> {
  const { link, acknowledging } = getConsole();
  if (link?.state !== 'live' && link?.state !== 'catching_up') return { kind: 'not_recorded', code: 'command.offline' };
  if (acknowledging[alert.id]) return { kind: 'overtaken' };
  setConsole((state) => ({ acknowledging: { ...state.acknowledging, [alert.id]: true } }));
  const answer = await backend.sendCommand({ type: 'alert.acknowledge', commandId: newId(), alertId: alert.id, basedOnVersion: alert.version });
  setConsole((state) => ({ acknowledging: Object.fromEntries(Object.entries(state.acknowledging).filter(([id]) => id !== alert.id)) }));
  if (!answer.ok) return { kind: 'not_recorded', code: answer.error.code };
  switch (answer.value.outcome) {
    case 'accepted':
      return { kind: 'recorded' };
    case 'rebase':
      return { kind: 'overtaken' };
    case 'rejected':
      return { kind: 'not_recorded', code: answer.value.error.code };
  }
}
