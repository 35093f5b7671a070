import { ACCOUNT_HTTP, type InviteAnswer, type InviteRequest, type PairingDecided, type PairingView, type PeopleAnswer, type ResetLinkAnswer, type RoleRequest, type SignOnAnswer, type SignOnRequest } from '../../../core/contract/accounts.ts';
import { codedError, type CodedError } from '../../../core/contract/errors.ts';
import type { HouseFields } from '../../../core/contract/founding.ts';
import type { Bridge, InvokeOutput } from '../../../core/contract/ipc.ts';
import type { PairingState } from '../../../core/contract/pairing.ts';
import { err, type Result } from '../../../core/contract/result.ts';
import { exchange } from './http.ts';

type Answer<T> = Promise<Result<T, CodedError>>;

/** Members, invitations, single sign-on, and letting desktops in: asked as this device. */
export interface PeopleCalls {
  list(): Answer<PeopleAnswer>;
  invite(request: InviteRequest): Answer<InviteAnswer>;
  withdrawInvitation(id: string): Answer<InvokeOutput<'people:withdraw_invitation'>>;
  setRole(id: string, request: RoleRequest): Answer<InvokeOutput<'people:set_role'>>;
  remove(id: string): Answer<InvokeOutput<'people:remove'>>;
  resetLink(id: string): Answer<ResetLinkAnswer>;
  signOn(): Answer<SignOnAnswer>;
  setSignOn(request: SignOnRequest): Answer<SignOnAnswer>;
  removeSignOn(): Answer<SignOnAnswer>;
  lookAtPairing(code: string): Answer<PairingView>;
  approvePairing(code: string): Answer<PairingDecided>;
  denyPairing(code: string): Answer<PairingDecided>;
}

/** The desktop's own way into a server. Main asks and waits; a browser signs in instead. */
export interface PairingCalls {
  state(): Answer<PairingState>;
  start(url: string): Answer<PairingState>;
  cancel(): Answer<PairingState>;
  /** The first organisation of this desktop's server; the line comes to life by itself then. */
  found(house: HouseFields): Answer<boolean>;
}

export function browserPeople(): PeopleCalls {
  const { people, invite, revokeInvitation, setRole, removeMember, resetLink, signOn, setSignOn, removeSignOn, lookAtPairing, approvePairing, denyPairing } = ACCOUNT_HTTP;
  const of = (path: string, name: 'id' | 'code', value: string): string => path.replace(`:${name}`, encodeURIComponent(value));
  return {
    list: () => exchange('GET', people.path, people.success),
    invite: (request) => exchange('POST', invite.path, invite.success, request),
    withdrawInvitation: (id) => exchange('POST', of(revokeInvitation.path, 'id', id), revokeInvitation.success),
    setRole: (id, request) => exchange('POST', of(setRole.path, 'id', id), setRole.success, request),
    remove: (id) => exchange('POST', of(removeMember.path, 'id', id), removeMember.success),
    resetLink: (id) => exchange('POST', of(resetLink.path, 'id', id), resetLink.success),
    signOn: () => exchange('GET', signOn.path, signOn.success),
    setSignOn: (request) => exchange('PUT', setSignOn.path, setSignOn.success, request),
    removeSignOn: () => exchange('DELETE', removeSignOn.path, removeSignOn.success),
    lookAtPairing: (code) => exchange('GET', of(lookAtPairing.path, 'code', code), lookAtPairing.success),
    approvePairing: (code) => exchange('POST', of(approvePairing.path, 'code', code), approvePairing.success),
    denyPairing: (code) => exchange('POST', of(denyPairing.path, 'code', code), denyPairing.success),
  };
}

export function desktopPeople(bridge: Bridge): PeopleCalls {
  return {
    list: () => bridge.people(),
    invite: (request) => bridge.invite(request),
    withdrawInvitation: (id) => bridge.withdrawInvitation({ id }),
    setRole: (id, request) => bridge.setRole({ id, ...request }),
    remove: (id) => bridge.removeMember({ id }),
    resetLink: (id) => bridge.resetLink({ id }),
    signOn: () => bridge.signOn(),
    setSignOn: (request) => bridge.setSignOn(request),
    removeSignOn: () => bridge.removeSignOn(),
    lookAtPairing: (code) => bridge.lookAtPairing({ code }),
    approvePairing: (code) => bridge.approvePairing({ code }),
    denyPairing: (code) => bridge.denyPairing({ code }),
  };
}

const desktopOnly = () => Promise.resolve(err(codedError('command.not_possible', 'only in the desktop app')));
export const browserPairing: PairingCalls = { state: desktopOnly, start: desktopOnly, cancel: desktopOnly, found: desktopOnly };
export const desktopPairing = (bridge: Bridge): PairingCalls => ({ state: () => bridge.pairing(), start: (url) => bridge.startPairing({ url }), cancel: () => bridge.cancelPairing(), found: (house) => bridge.foundHouse(house) });
