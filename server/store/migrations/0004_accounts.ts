import type { Migration } from './migration.ts';

/** Reached by the owner of the tables only: no row of them belongs to one organisation's view, so `wedsync_app` is given none. */
export const ACCOUNT_TABLES = [
  'accounts', 'sign_in_methods', 'sessions', 'verifications', 'memberships', 'invitations', 'second_factors', 'passkeys', 'single_sign_on', 'pairing_codes', 'request_limits', 'failed_attempts',
] as const;

const SCOPE = `
  role text not null check (role in ('owner', 'coordinator', 'staff', 'vendor', 'couple', 'partner')),
  wedding_id uuid,
  contact_id uuid,
  booking_ids jsonb not null default '[]',
  check (wedding_id is not null or role not in ('vendor', 'couple')),`;

export const accounts: Migration = {
  version: 4,
  name: 'accounts',
  sql: `
create table accounts (
  id uuid primary key,
  name text not null,
  email text not null unique check (email = lower(email)),
  email_verified boolean not null,
  image text,
  two_factor_enabled boolean,
  platform_admin boolean not null default false,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

-- A password, or an identity at a provider; tokens are sealed, the password is a scrypt hash.
create table sign_in_methods (
  id uuid primary key,
  holder_id uuid not null references accounts (id) on delete cascade,
  provider_id text not null,
  subject text not null,
  access_token text,
  refresh_token text,
  id_token text,
  access_token_expires_at timestamptz,
  refresh_token_expires_at timestamptz,
  scope text,
  password text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (provider_id, subject)
);
create index sign_in_methods_by_holder on sign_in_methods (holder_id);

create table sessions (
  id uuid primary key,
  account_id uuid not null references accounts (id) on delete cascade,
  token text not null unique, -- its hash
  expires_at timestamptz not null,
  ip_address text,
  user_agent text,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index sessions_by_account on sessions (account_id);
create index sessions_by_end on sessions (expires_at);

create table verifications (
  id text primary key, -- the library makes some ids from a hash, so that a code is used only once
  identifier text not null, -- its hash
  value text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index verifications_by_identifier on verifications (identifier);

create table memberships (
  id uuid primary key,
  organisation_id uuid not null references organisations (id),
  account_id uuid not null references accounts (id) on delete cascade,${SCOPE}
  created_at timestamptz not null,
  unique (organisation_id, account_id)
);
create index memberships_by_account on memberships (account_id);

create table invitations (
  id uuid primary key,
  organisation_id uuid not null references organisations (id),
  email text not null,${SCOPE}
  invited_by text not null,
  token_hash bytea not null unique,
  -- Of the link that was mailed and is known to nobody else: whoever has it reads that address.
  mailed_hash bytea unique,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  revoked_at timestamptz
);
create index invitations_open on invitations (organisation_id) where used_at is null and revoked_at is null;

create table second_factors (
  id uuid primary key,
  account_id uuid not null references accounts (id) on delete cascade,
  secret text not null, -- encrypted
  backup_codes text not null, -- encrypted
  verified boolean,
  failed_verification_count bigint,
  locked_until timestamptz
);
create index second_factors_by_account on second_factors (account_id);

create table passkeys (
  id uuid primary key,
  account_id uuid not null references accounts (id) on delete cascade,
  name text,
  public_key text not null,
  credential_id text not null unique,
  counter bigint not null,
  device_type text not null,
  backed_up boolean not null,
  transports text,
  aaguid text,
  created_at timestamptz
);
create index passkeys_by_account on passkeys (account_id);

create table single_sign_on (
  id uuid primary key,
  organisation_id uuid not null unique references organisations (id),
  account_id uuid,
  provider_id text not null unique,
  issuer text not null,
  domain text not null unique,
  domain_verified boolean not null,
  oidc_config text not null, -- sealed
  role text not null check (role in ('coordinator', 'staff')),
  enforced boolean not null
);

create table pairing_codes (
  id uuid primary key,
  device_code text not null unique, -- its hash
  user_code text not null unique,
  account_id uuid references accounts (id) on delete cascade,
  expires_at timestamptz not null,
  status text not null,
  last_polled_at timestamptz,
  polling_interval bigint,
  client_id text,
  scope text, -- the organisation it was approved for
  device_name text,
  device_kind text,
  address text,
  asked_at timestamptz
);

create table request_limits (id uuid primary key, key text not null unique, count bigint not null, last_request bigint not null);

create table failed_attempts (key bytea primary key, count bigint not null, last_at timestamptz not null, wait_until timestamptz not null);

${ACCOUNT_TABLES.map((table) => `alter table ${table} enable row level security;`).join('\n')}

-- Whose device it is, as what, and the browser's session that it ends with. A session is no row to refer to: it goes, and is in no backup.
alter table devices
  add column account_id uuid references accounts (id) on delete set null,
  add column membership_id uuid references memberships (id) on delete set null,
  add column session_id uuid;
create index devices_by_membership on devices (membership_id) where membership_id is not null;
create index devices_by_session on devices (session_id) where session_id is not null;
`,
};
