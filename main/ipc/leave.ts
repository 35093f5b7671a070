import { ok } from '../../core/contract/result.ts';
import type { Leave } from '../services/leave.ts';
import type { Handlers } from './handle.ts';

export interface LeaveDeps {
  readonly leave: Leave;
}

export function leaveHandlers({ leave }: LeaveDeps): Pick<Handlers, 'leave:give' | 'leave:cancel'> {
  return {
    'leave:give': ({ connectionId }) => leave.give(connectionId),
    'leave:cancel': () => ok(leave.cancel()),
  };
}
