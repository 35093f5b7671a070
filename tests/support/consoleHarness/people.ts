import type { InvitationView, MemberView } from '../../../core/contract/accounts.ts';
import { codedError } from '../../../core/contract/errors.ts';
import type { PairingState, PairingStep } from '../../../core/contract/pairing.ts';
import { err, ok } from '../../../core/contract/result.ts';
import type { PeopleCalls } from '../../../core/contract/calls/people.ts';
import type { PairingCalls } from '../../../renderer/state/backend/people.ts';
import { fixtureId, WEDDING_A } from '../fixtures/record.ts';

/** A played house of three with an open invitation, and a desktop that asks to be let in. */
export function scenePeople(start: number, members: 'some' | 'none'): PeopleCalls {
  const iso = (at: number): string => new Date(at).toISOString();
  const member = (index: number, name: string, email: string, role: MemberView['role'], more: Partial<MemberView> = {}): MemberView => ({ id: fixtureId(13, index), accountId: fixtureId(14, index), name, email, role, weddingId: null, contactId: null, secondFactor: false, lastSeenAt: iso(start - index * 3_700_000), devices: 1, self: false, ...more });
  const invitation = (email: string, role: InvitationView['role'], weddingId: string | null): InvitationView => ({ id: fixtureId(15, email.length), email, role, weddingId, contactId: null, invitedBy: 'Ines Marchetti', invitedAt: iso(start), expiresAt: iso(start + 7 * 86_400_000) });
  const house = [
    member(1, 'Ines Marchetti', 'ines@harrow.test', 'owner', { self: true, secondFactor: true, devices: 3 }),
    member(2, 'Bartholomew Featherstonehaugh-Cholmondeley', 'bartholomew.featherstonehaugh-cholmondeley@harrow.test', 'coordinator', { devices: 2 }),
    member(3, 'נועה כהן', 'noa@harrow.test', 'staff', { lastSeenAt: null, devices: 0 }),
  ];
  const open = [invitation('new.colleague@harrow.test', 'staff', null), invitation('amelia@couple.test', 'couple', WEDDING_A)];
  return {
    list: async () => ok({ at: iso(Date.now()), members: members === 'some' ? house : [], invitations: members === 'some' ? open : [], mail: true }),
    invite: async (request) => ok({ invitation: { ...invitation(request.email, request.role, request.weddingId ?? null), contactId: request.contactId ?? null }, url: 'http://127.0.0.1:4317/#invitation=an-invitation-for-the-photograph', mail: 'sent' }),
    withdrawInvitation: async (id) => ok({ invitationId: id }),
    setRole: async (id, { role }) => ok({ membershipId: id, role }),
    remove: async (id) => ok({ membershipId: id }),
    resetLink: async () => ok({ url: 'http://127.0.0.1:4317/#reset=a-reset-for-the-photograph', expiresAt: iso(start + 3_600_000) }),
    signOn: async () => ok({ signOn: { issuer: 'https://login.harrow.test', clientId: 'wedsync', domain: 'harrow.test', role: 'staff', enforced: false, redirectUrl: 'https://wedsync.harrow.test/api/auth/sso/callback/harrow' } }),
    setSignOn: async () => err(codedError('sign_on.issuer_refused', 'no such issuer')),
    removeSignOn: async () => ok({ signOn: null }),
    lookAtPairing: async (code) =>
      code.startsWith('none')
        ? err(codedError('auth.pairing_invalid', 'unknown'))
        : ok({ userCode: 'WXKD-7PQR', device: { name: 'front-desk-2', kind: 'desktop' }, address: '192.168.20.41', askedAt: iso(start - 40_000), expiresAt: iso(start + 560_000), organisation: { id: fixtureId(0, 1), name: 'Harrow House' }, as: { name: 'Ines Marchetti', email: 'ines@harrow.test', role: 'owner' } }),
    approvePairing: async (code) => (members === 'none' ? err(codedError('auth.account_needed', 'no account')) : ok({ userCode: code, status: 'approved' })),
    denyPairing: async (code) => ok({ userCode: code, status: 'denied' }),
  };
}

const SERVER = 'https://wedsync.harrow.test';

/** A desktop whose server does not let it in, or one that is let in. */
export function scenePairing(start: number, needed: PairingState['needed'], told: (state: PairingState) => void): PairingCalls {
  let pairing: PairingStep = { step: 'idle' };
  const state = (): PairingState => ({ server: needed ? { mode: 'client', url: SERVER } : { mode: 'embedded', url: 'http://127.0.0.1:4317' }, needed, mayFound: false, pairing });
  const move = async (next: PairingStep) => {
    pairing = next;
    told(state());
    return ok(state());
  };
  return {
    state: async () => ok(state()),
    start: (server) => move({ step: 'waiting', server, userCode: 'WXKD-7PQR', url: `${server}/#pair`, urlComplete: `${server}/#pair=WXKD7PQR`, expiresAt: new Date(start + 600_000).toISOString() }),
    cancel: () => move({ step: 'idle' }),
    found: async () => ok(true),
  };
}
