import { codedError } from '../../core/contract/errors.ts';
import { err } from '../../core/contract/result.ts';
import type { Api } from '../services/api.ts';
import type { Companion } from '../services/companion.ts';
import type { Handlers } from './handle.ts';

export interface ServerDeps {
  readonly api: Api;
  readonly companion: Companion;
}

export function serverHandlers({ api, companion }: ServerDeps): Pick<Handlers, 'api:integrations' | 'api:deliveries' | 'api:pairing_link' | 'command:send' | 'server:connect'> {
  return {
    'api:integrations': () => api.integrations(),
    'api:deliveries': ({ connectionId }) => api.deliveries(connectionId),
    'api:pairing_link': () => api.pairingLink(),
    'command:send': (command) => {
      const { state } = companion.status();
      // Not sent at all, so the person is told that nothing was recorded; a call that merely got no answer is another case.
      if (state === 'offline' || state === 'refused') return err(codedError('command.offline', 'no connection to the server; nothing was sent', true));
      return api.command(command);
    },
    'server:connect': (input) => companion.connect(input),
  };
}
