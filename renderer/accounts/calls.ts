import { ACCOUNT_OPEN_HTTP } from '../../core/contract/accounts.ts';
import { browserName } from '../state/backend/door.ts';
import { exchange } from '../state/backend/http.ts';

/** What a session, or nobody yet, may ask of the server; in a browser only, since a desktop holds no session. */

const { account, rename: renaming, enter, endSession, leave, deleteAccount, lookAtInvitation, join, accept, signOnFor } = ACCOUNT_OPEN_HTTP;
const withId = (path: string, id: string): string => path.replace(':id', encodeURIComponent(id));

export const askAccount = () => exchange('GET', account.path, account.success);
/** Makes this browser a device of the organisation; the page has to be loaded again afterwards. */
export const enterOrganisation = (organisationId: string | null) =>
  exchange('POST', enter.path, enter.success, { ...(organisationId === null ? {} : { organisationId }), device: { name: browserName(), kind: 'browser' } });
export const rename = (name: string) => exchange('POST', renaming.path, renaming.success, { name });
export const revokeSession = (id: string) => exchange('POST', withId(endSession.path, id), endSession.success);
export const leaveOrganisation = (membershipId: string) => exchange('POST', withId(leave.path, membershipId), leave.success);
export const removeAccount = (password: string | null) => exchange('POST', deleteAccount.path, deleteAccount.success, password === null ? {} : { password });
export const invitationBehind = (invitation: string) => exchange('POST', lookAtInvitation.path, lookAtInvitation.success, { invitation });
export const joinBy = (invitation: string, name: string, password: string) => exchange('POST', join.path, join.success, { invitation, name, password });
export const acceptInvitation = (invitation: string) => exchange('POST', accept.path, accept.success, { invitation });
export const signOnOf = (email: string) => exchange('POST', signOnFor.path, signOnFor.success, { email });
