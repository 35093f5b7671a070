import { ok } from '../../core/contract/result.ts';
import type { Pairing } from '../services/pairing.ts';
import type { Companion } from '../services/companion.ts';
import type { Handlers } from './handle.ts';

export interface PairingDeps {
  readonly pairing: Pairing;
  readonly companion: Pick<Companion, 'found'>;
}

export function pairingHandlers({ pairing, companion }: PairingDeps): Pick<Handlers, 'pairing:get' | 'pairing:start' | 'pairing:cancel' | 'founding:found'> {
  return {
    'pairing:get': () => ok(pairing.state()),
    'pairing:start': ({ url }) => pairing.start(url),
    'pairing:cancel': () => ok(pairing.cancel()),
    'founding:found': (house) => companion.found(house),
  };
}
