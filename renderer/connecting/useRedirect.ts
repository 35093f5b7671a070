import { DESKTOP_LEAVE_ADDRESS, DESKTOP_LEAVE_LOCALHOST, type SystemFace } from '../../core/contract/systems.ts';
import { useBackend } from '../app/context.ts';

/** Where the vendor sends the person back to after giving leave; to be entered over there. */
export function useRedirect({ loopback }: Pick<SystemFace, 'loopback'>): string {
  if (useBackend().home !== 'desktop') return `${location.origin}/api/integrations/leave`;
  return loopback === 'localhost' ? DESKTOP_LEAVE_LOCALHOST : DESKTOP_LEAVE_ADDRESS;
}
