import { ACCOUNT_HTTP, type InviteAnswer, type InviteRequest, type PairingDecided, type PairingView, type PeopleAnswer, type ResetLinkAnswer, type RoleRequest, type SignOnAnswer, type SignOnRequest } from '../accounts.ts';
import type { InvokeOutput } from '../ipc.ts';
import type { Answer, AskServer, Question } from './question.ts';

/** Members, invitations, single sign-on and letting desktops in, asked as this device. Ids are those of memberships and invitations. */
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

const READ_MS = 8_000;
/** Mail may be sent meanwhile. */
const WRITE_MS = 20_000;

export function peopleCalls(ask: AskServer): PeopleCalls {
  const of = (path: string, name: 'id' | 'code', value: string): string => path.replace(`:${name}`, encodeURIComponent(value));
  const read = <T>({ path, success }: { path: string; success: Question<T>['answer'] }, at = path): Answer<T> => ask({ method: 'GET', path: at, answer: success, timeoutMs: READ_MS });
  const write = <T>({ method, path, success }: { method: 'POST' | 'PUT' | 'DELETE'; path: string; success: Question<T>['answer'] }, body?: unknown, at = path): Answer<T> =>
    ask({ method, path: at, ...(body === undefined ? {} : { body }), answer: success, timeoutMs: WRITE_MS });
  const { people, invite, revokeInvitation, setRole, removeMember, resetLink, signOn, setSignOn, removeSignOn, lookAtPairing, approvePairing, denyPairing } = ACCOUNT_HTTP;
  return {
    list: () => read(people),
    invite: (request) => write(invite, request),
    withdrawInvitation: (id) => write(revokeInvitation, undefined, of(revokeInvitation.path, 'id', id)),
    setRole: (id, request) => write(setRole, request, of(setRole.path, 'id', id)),
    remove: (id) => write(removeMember, undefined, of(removeMember.path, 'id', id)),
    resetLink: (id) => write(resetLink, undefined, of(resetLink.path, 'id', id)),
    signOn: () => read(signOn),
    setSignOn: (request) => write(setSignOn, request),
    removeSignOn: () => write(removeSignOn),
    lookAtPairing: (code) => read(lookAtPairing, of(lookAtPairing.path, 'code', code)),
    approvePairing: (code) => write(approvePairing, undefined, of(approvePairing.path, 'code', code)),
    denyPairing: (code) => write(denyPairing, undefined, of(denyPairing.path, 'code', code)),
  };
}
