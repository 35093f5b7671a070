import { z } from 'zod';
import { Role } from './access.ts';
import { DeviceName, Id, Instant, ShortText } from './primitives.ts';
import { Organisation } from './record.ts';

/**
 * People who sign in. An ACCOUNT signs in; a SESSION (an HttpOnly cookie, kept by the library under `/api/auth`) proves
 * the account in one browser; a MEMBERSHIP says what the account is to one organisation; a DEVICE is what is let into
 * that organisation's record, by its own token. Everything but signing in itself asks for a device.
 *
 * The console calls these of the library directly, as JSON, from its own page; every other address under `/api/auth` is
 * 404. Refusals are an `ErrorBody`, as everywhere.
 *
 * | call | body | answer |
 * |---|---|---|
 * | POST /api/auth/sign-in/email | `{email, password, rememberMe?}` | `{user}`, or `{twoFactorRedirect: true, twoFactorMethods}`: then one of the two verify calls |
 * | POST /api/auth/two-factor/verify-totp | `{code, trustDevice?}` | `{user}`; also what confirms a new factor |
 * | POST /api/auth/two-factor/verify-backup-code | `{code}` | `{user}`; the code is used up |
 * | POST /api/auth/two-factor/enable | `{password}` | `{totpURI, backupCodes}`; in force once verify-totp took a code |
 * | POST /api/auth/two-factor/disable, .../generate-backup-codes | `{password}` | `{status}`, `{backupCodes}` |
 * | GET /api/auth/passkey/generate-authenticate-options; POST .../verify-authentication | `{response}` | `{session}` |
 * | GET /api/auth/passkey/generate-register-options?name=; POST .../verify-registration | `{response, name?}` | the passkey |
 * | GET /api/auth/passkey/list-user-passkeys; POST .../delete-passkey | `{id}` | `[{id, name, createdAt}]`, `{status}` |
 * | POST /api/auth/sign-in/sso | `{email, callbackURL: '/#signed-in', errorCallbackURL: '/#sign-on-failed'}` | `{url, redirect: true}`: go there |
 * | POST /api/auth/request-password-reset | `{email}` | `{status: true}` whether or not there is such an account |
 * | POST /api/auth/reset-password | `{token, newPassword}` | `{status}`; the token is what stands behind `/#reset=`; ends all sessions |
 * | POST /api/auth/change-password | `{currentPassword, newPassword, revokeOtherSessions?}` | `{user}` |
 * | POST /api/auth/sign-out | `{}` | `{success}`; its devices are revoked with it |
 *
 * A passkey is added within a day of signing in, else 403 `auth.sign_in_again`.
 *
 * In a browser: sign in (or `join` by an invitation), `GET /api/accounts/me`, then `enter` one organisation: from there on
 * the device cookie counts, as after a ticket. A desktop: `startPairing`, show the code, `redeemPairing` every
 * `intervalSeconds` until it gives the device; meanwhile somebody who has entered opens `/#pair=CODE` and approves.
 */

export const PASSWORD_LENGTH = { least: 12, most: 128 } as const;
/** Checked by the server, and by forms before they ask it. */
export const Password = z.string().min(PASSWORD_LENGTH.least).max(PASSWORD_LENGTH.most);
export const Email = z.email().max(254).toLowerCase();
export const PersonName = z.string().trim().min(1).max(120).regex(/^[^\p{Cc}\p{Cs}]+$/u);

export const Membership = z.object({ id: Id, organisation: Organisation, role: Role });
export type Membership = z.infer<typeof Membership>;
export const SessionView = z.object({
  id: Id,
  startedAt: Instant,
  expiresAt: Instant,
  /** As the browser called itself; null = it did not. */
  userAgent: z.string().nullable(),
  /** The session that asks. */
  self: z.boolean(),
});
export type SessionView = z.infer<typeof SessionView>;

/** `GET /api/accounts/me`, by session: 401 `auth.signed_out` = nobody is signed in here. */
export const AccountAnswer = z.object({
  account: z.object({ id: Id, name: z.string(), email: z.string(), emailVerified: z.boolean(), secondFactor: z.boolean(), hasPassword: z.boolean() }),
  memberships: z.array(Membership),
  sessions: z.array(SessionView),
});
export type AccountAnswer = z.infer<typeof AccountAnswer>;

/**
 * `POST /api/accounts/enter`, by session: makes this browser a device of one organisation, with the membership's role, and
 * sets the device cookie. Without `organisationId` there must be exactly one membership (else 409
 * `auth.organisation_choice`); none is 403 `auth.no_membership`. The device ends with the session, and the session with the device.
 */
export const EnterRequest = z.strictObject({ organisationId: Id.optional(), device: z.strictObject({ name: DeviceName, kind: z.literal('browser') }) });
export type EnterRequest = z.infer<typeof EnterRequest>;
export const EnterAnswer = z.object({ deviceId: Id, organisation: Organisation, role: Role });
export type EnterAnswer = z.infer<typeof EnterAnswer>;

/** `POST /api/accounts/sessions/:id/revoke`, by session: one of the account's own; its devices go with it. */
export const SessionRevoked = z.object({ sessionId: Id });
/** `POST /api/accounts/memberships/:id/leave`, by session. 409 `auth.last_owner`. */
export const MembershipEnded = z.object({ membershipId: Id });
/** `POST /api/accounts/delete`, by session: the account, its memberships, devices and sessions, for good. 409 `auth.last_owner`; the password where there is one. */
export const DeleteAccountRequest = z.strictObject({ password: z.string().max(PASSWORD_LENGTH.most).optional() });
export const AccountDeleted = z.object({ accountId: Id });

/** `POST /api/accounts/name`, by session: what the account's own person is called from now on. What was recorded before keeps the name of then. */
export const NameRequest = z.strictObject({ name: PersonName });
export const NameAnswer = z.object({ accountId: Id, name: z.string() });

/** What stands behind `/#invitation=`. */
const InvitationToken = z.string().regex(/^[A-Za-z0-9_-]{20,200}$/);
/** `POST /api/accounts/invitations/look`, by nobody: what a link invites to. 404 `auth.invitation_invalid` = unknown, used, withdrawn or over. */
export const InvitationLookRequest = z.strictObject({ invitation: InvitationToken });
export const InvitationLookAnswer = z.object({
  organisation: z.object({ name: z.string() }),
  invitedBy: z.string(),
  email: z.string(),
  role: Role,
  expiresAt: Instant,
  /** True: sign in with that address, then `accept`. False: `join` makes the account. */
  hasAccount: z.boolean(),
});
export type InvitationLookAnswer = z.infer<typeof InvitationLookAnswer>;
/** `POST /api/accounts/invitations/join`, by nobody: makes the account and the membership, and signs in (sets the session). 409 `auth.account_exists`. */
export const JoinRequest = z.strictObject({ invitation: InvitationToken, name: PersonName, password: Password });
export type JoinRequest = z.infer<typeof JoinRequest>;
/** `POST /api/accounts/invitations/accept`, by a session of the invited address (else 403 `auth.invitation_other`). */
export const AcceptRequest = z.strictObject({ invitation: InvitationToken });
export const JoinAnswer = z.object({ membershipId: Id, organisationId: Id, role: Role });
export type JoinAnswer = z.infer<typeof JoinAnswer>;

/** `POST /api/accounts/sign-on`, by nobody: whether people of this address sign in at their organisation's provider. */
export const SignOnForRequest = z.strictObject({ email: Email });
export const SignOnForAnswer = z.object({ available: z.boolean(), /** A password is not taken. */ enforced: z.boolean() });
export type SignOnForAnswer = z.infer<typeof SignOnForAnswer>;

/** `POST /api/devices/pairings`, by nobody (RFC 8628): a code for a program that wants in. Lives ten minutes. */
export const StartPairingRequest = z.strictObject({ device: z.strictObject({ name: DeviceName, kind: z.enum(['desktop', 'tool']) }) });
export type StartPairingRequest = z.infer<typeof StartPairingRequest>;
export const StartPairingAnswer = z.object({
  /** The program's own secret, for `redeemPairing`; never shown. */
  deviceCode: z.string(),
  /** For people: `ABCD-EFGH`. */
  userCode: z.string(),
  /** Where to type the code in, and the same with the code filled in. */
  url: z.url(),
  urlComplete: z.url(),
  expiresAt: Instant,
  intervalSeconds: z.int().min(1),
});
export type StartPairingAnswer = z.infer<typeof StartPairingAnswer>;

/**
 * `POST /api/devices/pairings/redeem`, by nobody. `pending`: ask again after `intervalSeconds`; `slow_down`: asked too
 * soon. `paired` comes once. 401 `auth.pairing_invalid` (unknown, over, or redeemed), 403 `auth.pairing_denied`,
 * 403 `auth.no_membership` (whoever approved is no member any more).
 */
export const RedeemPairingRequest = z.strictObject({ deviceCode: z.string().min(20).max(200) });
export const RedeemPairingAnswer = z.discriminatedUnion('status', [
  z.object({ status: z.literal('pending') }),
  z.object({ status: z.literal('slow_down') }),
  z.object({ status: z.literal('paired'), deviceId: Id, token: z.string(), organisation: Organisation }),
]);
export type RedeemPairingAnswer = z.infer<typeof RedeemPairingAnswer>;

/** How people type a code: case, spaces and the dash do not matter. */
export const PairingCode = z.string().trim().min(8).max(20).regex(/^[A-Za-z0-9 -]+$/);
/** `GET /api/devices/pairings/:code`, by device: what asks to be let in. 404 `auth.pairing_invalid`. */
export const PairingView = z.object({
  userCode: z.string(),
  device: z.object({ name: z.string(), kind: z.enum(['desktop', 'tool']) }),
  /** Where the request came from. */
  address: z.string(),
  askedAt: Instant,
  expiresAt: Instant,
  /** What it would be let into, and as whom: the organisation of the device that asks, and the account behind it. */
  organisation: z.object({ id: Id, name: z.string() }),
  as: z.object({ name: z.string(), email: z.string(), role: Role }),
});
export type PairingView = z.infer<typeof PairingView>;
/**
 * `POST /api/devices/pairings/:code/approve` and `.../deny`, by device, without a body: done in the name of the device's
 * account and for its organisation. 409 `auth.account_needed`: this device was let in without an account (by a ticket);
 * its holder has to be invited and sign in first. 404 `auth.pairing_invalid`.
 */
export const PairingDecided = z.object({ userCode: z.string(), status: z.enum(['approved', 'denied']) });
export type PairingDecided = z.infer<typeof PairingDecided>;

/** `GET /api/people`, by device. */
export const MemberView = z.object({
  /** The membership. */
  id: Id,
  accountId: Id,
  name: z.string(),
  email: z.string(),
  role: Role,
  weddingId: Id.nullable(),
  contactId: Id.nullable(),
  secondFactor: z.boolean(),
  /** Of its devices; null = none was seen. */
  lastSeenAt: Instant.nullable(),
  devices: z.int().min(0),
  /** The member whose device asks. */
  self: z.boolean(),
});
export const InvitationView = z.object({ id: Id, email: z.string(), role: Role, weddingId: Id.nullable(), contactId: Id.nullable(), invitedBy: z.string(), invitedAt: Instant, expiresAt: Instant });
export const PeopleAnswer = z.object({ at: Instant, members: z.array(MemberView), invitations: z.array(InvitationView), /** Whether this server can send mail. */ mail: z.boolean() });
export type MemberView = z.infer<typeof MemberView>;
export type InvitationView = z.infer<typeof InvitationView>;
export type PeopleAnswer = z.infer<typeof PeopleAnswer>;

/**
 * `POST /api/people/invitations`, by device; for no more than the asker is. A vendor needs wedding and contact, a couple
 * the wedding, a partner may have one. An open invitation of the same address is withdrawn. The link works once, for seven days.
 */
export const InviteRequest = z.strictObject({ email: Email, role: Role, weddingId: Id.nullable().optional(), contactId: Id.nullable().optional() });
export type InviteRequest = z.infer<typeof InviteRequest>;
/** `sent`; `not_configured`: hand the link over; `failed` (`mail.failed`): the mail server did not take it, hand the link over. */
export const MailOutcome = z.enum(['sent', 'not_configured', 'failed']);
export type MailOutcome = z.infer<typeof MailOutcome>;
export const InviteAnswer = z.object({ invitation: InvitationView, /** Shown now and never again. */ url: z.url(), mail: MailOutcome });
export type InviteAnswer = z.infer<typeof InviteAnswer>;
/** `POST /api/people/invitations/:id/revoke`, by device. */
export const InvitationRevoked = z.object({ invitationId: Id });

/** `POST /api/people/:id/role`, by device: among those of the house (owner, coordinator, staff). Its devices change at once. 409 `auth.last_owner`. */
export const RoleRequest = z.strictObject({ role: z.enum(['owner', 'coordinator', 'staff']) });
export type RoleRequest = z.infer<typeof RoleRequest>;
export const RoleAnswer = z.object({ membershipId: Id, role: Role });
/** `POST /api/people/:id/reset-link`, by device (owner): for a member who is in no other organisation (else 409 `auth.account_elsewhere`). One use, one hour. */
export const ResetLinkAnswer = z.object({ url: z.url(), expiresAt: Instant });
export type ResetLinkAnswer = z.infer<typeof ResetLinkAnswer>;

const Domain = z.string().max(253).toLowerCase().regex(/^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/);
/** `GET|PUT|DELETE /api/organisation/sign-on`, by device (owner): OpenID Connect for the organisation's own addresses. */
export const SignOnRequest = z.strictObject({
  issuer: z.url({ protocol: /^https?$/ }).max(500),
  clientId: z.string().min(1).max(300),
  /** Write-only; left out = as it was. */
  clientSecret: z.string().min(1).max(1000).optional(),
  domain: Domain,
  /** What somebody becomes who signs in for the first time. */
  role: z.enum(['coordinator', 'staff']).default('staff'),
  /** Members of that domain may not use a password; owners still may. */
  enforced: z.boolean().default(false),
});
export type SignOnRequest = z.infer<typeof SignOnRequest>;
export const SignOnView = z.object({
  issuer: z.string(),
  clientId: z.string(),
  domain: z.string(),
  role: z.enum(['coordinator', 'staff']),
  enforced: z.boolean(),
  /** To be entered at the provider. */
  redirectUrl: z.url(),
});
export const SignOnAnswer = z.object({ signOn: SignOnView.nullable() });
export type SignOnView = z.infer<typeof SignOnView>;
export type SignOnAnswer = z.infer<typeof SignOnAnswer>;

/** Shown of the account behind a device. */
export const AccountFace = z.object({ id: Id, name: ShortText, email: ShortText });
export type AccountFace = z.infer<typeof AccountFace>;

const IdParams = z.object({ id: Id });
const CodeParams = z.object({ code: PairingCode });

/** Open before there is a role: to a session, or to anybody; each says by itself whom it answers. */
export const ACCOUNT_OPEN_HTTP = {
  account: { method: 'GET', path: '/api/accounts/me', request: {}, success: AccountAnswer },
  enter: { method: 'POST', path: '/api/accounts/enter', request: { body: EnterRequest }, success: EnterAnswer },
  endSession: { method: 'POST', path: '/api/accounts/sessions/:id/revoke', request: { params: IdParams }, success: SessionRevoked },
  leave: { method: 'POST', path: '/api/accounts/memberships/:id/leave', request: { params: IdParams }, success: MembershipEnded },
  deleteAccount: { method: 'POST', path: '/api/accounts/delete', request: { body: DeleteAccountRequest }, success: AccountDeleted },
  rename: { method: 'POST', path: '/api/accounts/name', request: { body: NameRequest }, success: NameAnswer },
  lookAtInvitation: { method: 'POST', path: '/api/accounts/invitations/look', request: { body: InvitationLookRequest }, success: InvitationLookAnswer },
  join: { method: 'POST', path: '/api/accounts/invitations/join', request: { body: JoinRequest }, success: JoinAnswer },
  accept: { method: 'POST', path: '/api/accounts/invitations/accept', request: { body: AcceptRequest }, success: JoinAnswer },
  signOnFor: { method: 'POST', path: '/api/accounts/sign-on', request: { body: SignOnForRequest }, success: SignOnForAnswer },
  startPairing: { method: 'POST', path: '/api/devices/pairings', request: { body: StartPairingRequest }, success: StartPairingAnswer },
  redeemPairing: { method: 'POST', path: '/api/devices/pairings/redeem', request: { body: RedeemPairingRequest }, success: RedeemPairingAnswer },
} as const;

/** By device, as the matrix says. */
export const ACCOUNT_HTTP = {
  lookAtPairing: { method: 'GET', path: '/api/devices/pairings/:code', request: { params: CodeParams }, success: PairingView },
  approvePairing: { method: 'POST', path: '/api/devices/pairings/:code/approve', request: { params: CodeParams }, success: PairingDecided },
  denyPairing: { method: 'POST', path: '/api/devices/pairings/:code/deny', request: { params: CodeParams }, success: PairingDecided },
  people: { method: 'GET', path: '/api/people', request: {}, success: PeopleAnswer },
  invite: { method: 'POST', path: '/api/people/invitations', request: { body: InviteRequest }, success: InviteAnswer },
  revokeInvitation: { method: 'POST', path: '/api/people/invitations/:id/revoke', request: { params: IdParams }, success: InvitationRevoked },
  setRole: { method: 'POST', path: '/api/people/:id/role', request: { params: IdParams, body: RoleRequest }, success: RoleAnswer },
  removeMember: { method: 'POST', path: '/api/people/:id/remove', request: { params: IdParams }, success: MembershipEnded },
  resetLink: { method: 'POST', path: '/api/people/:id/reset-link', request: { params: IdParams }, success: ResetLinkAnswer },
  signOn: { method: 'GET', path: '/api/organisation/sign-on', request: {}, success: SignOnAnswer },
  setSignOn: { method: 'PUT', path: '/api/organisation/sign-on', request: { body: SignOnRequest }, success: SignOnAnswer },
  removeSignOn: { method: 'DELETE', path: '/api/organisation/sign-on', request: {}, success: SignOnAnswer },
} as const;
