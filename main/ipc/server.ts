import type { Api } from '../services/api.ts';
import type { Companion } from '../services/companion.ts';
import type { Handlers } from './handle.ts';

export interface ServerDeps {
  readonly api: Api;
  readonly companion: Companion;
}

export function serverHandlers({ api, companion }: ServerDeps): Pick<Handlers, 'api:integrations' | 'api:deliveries' | 'api:history' | 'api:pairing_link' | 'api:me' | 'api:devices' | 'api:revoke_device' | 'server:connect'> {
  return {
    'api:integrations': () => api.integrations(),
    'api:history': ({ collection, id, before }) => api.history(collection, id, before),
    'api:deliveries': ({ connectionId }) => api.deliveries(connectionId),
    'api:pairing_link': (request) => api.pairingLink(request),
    'api:me': () => api.self(),
    'api:devices': () => api.devices(),
    'api:revoke_device': ({ deviceId }) => api.revokeDevice(deviceId),
    'server:connect': (input) => companion.connect(input),
  };
}
