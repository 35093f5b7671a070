import { ok } from '../../core/contract/result.ts';
import type { Pairing } from '../services/pairing.ts';
import type { Handlers } from './handle.ts';

export interface PairingDeps {
  readonly pairing: Pairing;
}

export function pairingHandlers({ pairing }: PairingDeps): Pick<Handlers, 'pairing:get' | 'pairing:start' | 'pairing:cancel'> {
  return {
    'pairing:get': () => ok(pairing.state()),
    'pairing:start': ({ url }) => pairing.start(url),
    'pairing:cancel': () => ok(pairing.cancel()),
  };
}
