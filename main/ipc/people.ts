import type { Api } from '../services/api.ts';
import type { Handlers } from './handle.ts';

export interface PeopleDeps {
  readonly api: Pick<Api, 'people'>;
}

type Channels = 'people:list' | 'people:invite' | 'people:withdraw_invitation' | 'people:set_role' | 'people:remove' | 'people:reset_link' | 'sign_on:get' | 'sign_on:set' | 'sign_on:remove' | 'pairing:look' | 'pairing:approve' | 'pairing:deny';

export function peopleHandlers({ api: { people } }: PeopleDeps): Pick<Handlers, Channels> {
  return {
    'people:list': () => people.list(),
    'people:invite': (request) => people.invite(request),
    'people:withdraw_invitation': ({ id }) => people.withdrawInvitation(id),
    'people:set_role': ({ id, role }) => people.setRole(id, { role }),
    'people:remove': ({ id }) => people.remove(id),
    'people:reset_link': ({ id }) => people.resetLink(id),
    'sign_on:get': () => people.signOn(),
    'sign_on:set': (request) => people.setSignOn(request),
    'sign_on:remove': () => people.removeSignOn(),
    'pairing:look': ({ code }) => people.lookAtPairing(code),
    'pairing:approve': ({ code }) => people.approvePairing(code),
    'pairing:deny': ({ code }) => people.denyPairing(code),
  };
}
