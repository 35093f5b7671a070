import { codedError, type CodedError } from '../core/contract/errors.ts';

/**
 * What one process does. `intake` takes webhooks, `stream` serves people (console, HTTP API, live lines), `worker` moves
 * stored deliveries on and runs the jobs. Every process answers `/healthz`, `/readyz` and `/metrics`.
 */
export const ROLES = ['intake', 'stream', 'worker'] as const;
export type Role = (typeof ROLES)[number];
export type Roles = ReadonlySet<Role>;

/** As the setting names them. */
export type RoleNames = readonly ('all' | Role)[];

export const rolesOf = (config: { readonly role: RoleNames }): Roles => new Set(config.role.flatMap((name) => (name === 'all' ? ROLES : [name])));

/** The embedded database belongs to one process, so that process has to do everything. */
export function whyNotTheseRoles(config: { readonly role: RoleNames; readonly databaseUrl: string | null }): CodedError | null {
  if (config.databaseUrl !== null || rolesOf(config).size === ROLES.length) return null;
  return codedError('server.role_needs_database', `The role ${config.role.join(',')} needs a PostgreSQL that several processes share: set DATABASE_URL, or leave the role at all.`);
}
