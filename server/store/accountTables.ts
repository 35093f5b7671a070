import type { Generated } from 'kysely';
import type { Access, Role } from '../../core/contract/access.ts';

/** The tables of people who sign in, as Kysely sees them; see `schema.ts`. Those of the library are written by it alone. */

export interface AccountsTable {
  id: string;
  name: string;
  email: string;
  emailVerified: boolean;
  image: string | null;
  twoFactorEnabled: boolean | null;
  platformAdmin: Generated<boolean>;
  createdAt: string;
  updatedAt: string;
}

export interface SignInMethodsTable {
  id: string;
  /** The account. */
  holderId: string;
  /** `credential` = a password; else the `providerId` of a single sign-on. */
  providerId: string;
  subject: string;
  password: string | null;
}

export interface SessionsTable {
  id: string;
  accountId: string;
  token: string;
  expiresAt: string;
  ipAddress: string | null;
  userAgent: string | null;
  /** When a code of the second factor was given in it; null = never. */
  secondFactorAt: Generated<string | null>;
  createdAt: string;
  updatedAt: string;
}

export interface VerificationsTable {
  id: string;
  identifier: string;
  expiresAt: string;
}

export interface MembershipsTable extends Access {
  id: string;
  organisationId: string;
  accountId: string;
  createdAt: string;
}

export interface InvitationsTable extends Access {
  id: string;
  organisationId: string;
  email: string;
  invitedBy: string;
  tokenHash: Uint8Array;
  mailedHash: Uint8Array | null;
  createdAt: string;
  expiresAt: string;
  usedAt: string | null;
  revokedAt: string | null;
}

export interface SingleSignOnTable {
  id: string;
  organisationId: string;
  accountId: string | null;
  providerId: string;
  issuer: string;
  domain: string;
  domainVerified: boolean;
  oidcConfig: string;
  role: Extract<Role, 'coordinator' | 'staff'>;
  enforced: boolean;
}

export interface PairingCodesTable {
  id: string;
  deviceCode: string;
  userCode: string;
  accountId: string | null;
  expiresAt: string;
  status: string;
  lastPolledAt: string | null;
  /** The organisation it was approved for. */
  scope: string | null;
  deviceName: string | null;
  deviceKind: 'desktop' | 'tool' | null;
  address: string | null;
  askedAt: string | null;
}

export interface RequestLimitsTable {
  id: string;
  key: string;
  count: number;
  lastRequest: number;
}

export interface FailedAttemptsTable {
  key: Uint8Array;
  count: number;
  lastAt: string;
  waitUntil: string;
}

/** Whom the house has shown out. */
export interface ShownOutTable {
  organisationId: string;
  accountId: string;
  at: string;
}

export interface AccountTables {
  accounts: AccountsTable;
  signInMethods: SignInMethodsTable;
  sessions: SessionsTable;
  verifications: VerificationsTable;
  memberships: MembershipsTable;
  shownOut: ShownOutTable;
  invitations: InvitationsTable;
  singleSignOn: SingleSignOnTable;
  pairingCodes: PairingCodesTable;
  requestLimits: RequestLimitsTable;
  failedAttempts: FailedAttemptsTable;
}

/** Of a device: whose it is, as what, and the browser's session that it ends with; null = let in by a ticket. */
export interface DeviceHolder {
  accountId: Generated<string | null>;
  membershipId: Generated<string | null>;
  sessionId: Generated<string | null>;
}
