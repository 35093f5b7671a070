import type { Keeping } from '../services/kept/connecting.ts';
import type { Handlers } from './handle.ts';

export interface KeptDeps {
  readonly keeping: Keeping;
}

export function keptHandlers({ keeping }: KeptDeps): Pick<Handlers, 'kept:try' | 'kept:connect' | 'kept:change' | 'kept:to_vault'> {
  return {
    'kept:try': (request) => keeping.tryOut(request),
    'kept:connect': (request) => keeping.connect(request),
    'kept:change': ({ connectionId, system, request }) => keeping.change(connectionId, system, request),
    'kept:to_vault': ({ connectionId, evenIfUntested }) => keeping.toVault(connectionId, evenIfUntested),
  };
}
