import { ok } from '../../core/contract/result.ts';
import type { PresenceService } from '../services/presence.ts';
import type { Handlers } from './handle.ts';

export interface PresenceDeps {
  readonly presence: PresenceService;
}

export function presenceHandlers({ presence }: PresenceDeps): Pick<Handlers, 'presence:say'> {
  return { 'presence:say': (place, from) => ok(presence.said(from.pageId, place)) };
}
