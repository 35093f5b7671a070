import { DESKTOP_LEAVE_ADDRESS } from '../../core/contract/systems.ts';
import { useBackend } from '../app/context.ts';

/** Where the vendor sends the person back to after giving leave; to be entered over there. */
export const useRedirect = (): string => (useBackend().home === 'desktop' ? DESKTOP_LEAVE_ADDRESS : `${location.origin}/api/integrations/leave`);
