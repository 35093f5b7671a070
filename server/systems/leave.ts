import { sql } from 'kysely';
import type { Actor } from '../../core/contract/events.ts';
import { codedError, type CodedError } from '../../core/contract/errors.ts';
import type { Connection } from '../../core/contract/record/connections.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import { LEAVE_MS, type LeaveAnswer } from '../../core/contract/systems.ts';
import type { OAuth } from '../../core/vendors/manifest.ts';
import { accessChanged, setAccessIn } from '../store/connections.ts';
import { instant } from '../store/internals.ts';
import { auditRearmed, type Rearmed } from '../store/rearming.ts';
import { readRows } from '../store/rows.ts';
import { actorOf, type Device } from '../store/store.ts';
import { hashOf, newToken } from '../store/vault.ts';
import { recoverIn } from './recovering.ts';
import { notPossible, readAlone, readStanding, type Standing, type SystemsDeps } from './standing.ts';
import { authorizeAddress, clientOf, tokensForCode } from './tokens.ts';
import { tryOut } from './trying.ts';

/** Where a browser comes back to that is not on a desktop with a listener of its own. */
export const LEAVE_PATH = '/api/integrations/leave';

interface Kept {
  readonly redirectUri: string;
  readonly verifier: string | null;
  /** Who has asked; in his name it is recorded. */
  readonly actor: Actor;
}

const unknown = (): Result<never, CodedError> => err(codedError('connect.leave_unknown', 'No request for leave that is open belongs to this answer.'));
const aboutState = (hash: Buffer) => `leave:${hash.toString('hex')}`;

/**
 * A listener on the person's own machine (RFC 8252), or this server's page. The machine is named by its number: what `localhost` means is
 * looked up, and a desktop never asks with it (see {@link returningTo}).
 */
export function mayReturnTo(redirectUri: string, ownOrigins: readonly string[]): boolean {
  const url = URL.parse(redirectUri);
  if (!url || url.username !== '' || url.password !== '' || url.hash !== '') return false;
  if (url.protocol === 'http:' && (url.hostname === '127.0.0.1' || url.hostname === '[::1]') && url.port !== '' && !ownOrigins.includes(url.origin)) return true;
  return ownOrigins.includes(url.origin) && url.pathname === LEAVE_PATH && url.search === '';
}

/** Where the vendor is told to come back to: on a desktop by the name that it takes, at the same port of the same machine. */
export function returningTo({ loopback }: Pick<OAuth, 'loopback'>, redirectUri: string, ownOrigins: readonly string[]): string {
  const url = new URL(redirectUri);
  if (loopback === undefined || ownOrigins.includes(url.origin)) return redirectUri;
  url.hostname = loopback;
  return url.href;
}

/** Errors: `request.not_found`, `connect.not_possible` (no OAuth there, no client ID, another redirect address). */
export async function askLeave(deps: SystemsDeps, device: Device, connectionId: string, askedUri: string, ownOrigins: readonly string[]): Promise<Result<LeaveAnswer, CodedError>> {
  const { internals, clock } = deps;
  const { organisationId } = device;
  const standing = await readAlone(deps, organisationId, connectionId);
  if (!standing.ok) return standing;
  const { oauth, name } = standing.value.vendor.manifest;
  if (oauth === null) return notPossible(`${name} does not ask for leave.`);
  const client = clientOf(oauth, standing.value);
  if (client === null) return notPossible('The client ID is missing.');
  if (!mayReturnTo(askedUri, ownOrigins)) return notPossible('The redirect address is neither of this machine nor of this server.');
  const redirectUri = returningTo(oauth, askedUri, ownOrigins);
  const state = newToken();
  const hash = hashOf(state);
  const { authorizeUrl, verifier } = await authorizeAddress(client, state, redirectUri);
  const expiresAt = new Date(clock.now() + LEAVE_MS).toISOString();
  const sealed = internals.vault.seal(JSON.stringify({ redirectUri, verifier, actor: actorOf(device) } satisfies Kept), aboutState(hash));
  await sql`delete from leave_requests where expires_at < ${instant(clock)}::timestamptz`.execute(internals.database.system);
  await sql`update connection_access set leave_refused = null where organisation_id = ${organisationId} and id = ${connectionId} and leave_refused is not null`.execute(internals.database.system);
  await sql`
    insert into leave_requests (state_hash, organisation_id, connection_id, sealed, expires_at) values (${hash}, ${organisationId}, ${connectionId}, ${sealed}, ${expiresAt}::timestamptz)
  `.execute(internals.database.system);
  return ok({ authorizeUrl, state, expiresAt });
}

interface Request extends Kept {
  readonly organisationId: string;
  readonly connectionId: string;
}

/** Whose request the answer belongs to. It is used up, whatever becomes of it. */
async function takeRequest({ internals, clock }: SystemsDeps, state: string, organisationId: string | null): Promise<Request | null> {
  const hash = hashOf(state);
  const { rows } = await sql<{ organisationId: string; connectionId: string; sealed: string; expiresAt: string }>`
    delete from leave_requests where state_hash = ${hash} and (${organisationId}::uuid is null or organisation_id = ${organisationId}::uuid) returning organisation_id, connection_id, sealed, expires_at
  `.execute(internals.database.system);
  const [row] = rows;
  if (!row || Date.parse(row.expiresAt) <= clock.now()) return null;
  const opened = internals.vault.open(row.sealed, aboutState(hash));
  return opened.ok ? { organisationId: row.organisationId, connectionId: row.connectionId, ...(JSON.parse(opened.value) as Kept) } : null;
}

export interface LeaveGiven {
  readonly organisationId: string;
  readonly connection: Connection;
}

/**
 * Takes what the vendor has sent back to the redirect address. `by` = the device that brings it, which must be of the same
 * organisation; null = the browser that asked has come back itself. Errors: `connect.leave_unknown` (no such request, used,
 * too late, or another address), `connect.leave_denied`, `connect.leave_failed`, `request.not_found`.
 */
export async function leaveGiven(deps: SystemsDeps, callbackUrl: string, by: Device | null): Promise<Result<LeaveGiven, CodedError>> {
  const callback = URL.parse(callbackUrl);
  const state = callback?.searchParams.get('state');
  if (!callback || !state) return unknown();
  const request = await takeRequest(deps, state, by?.organisationId ?? null);
  if (request === null) return unknown();
  const redirect = new URL(request.redirectUri);
  if (callback.origin !== redirect.origin || callback.pathname !== redirect.pathname) return unknown();
  const taken = await takeAnswer(deps, request, { callback, state });
  // A browser that waits in another tab has no other way of hearing it.
  if (!taken.ok) await sql`update connection_access set leave_refused = ${taken.error.code} where organisation_id = ${request.organisationId} and id = ${request.connectionId}`.execute(deps.internals.database.system);
  return taken;
}

async function takeAnswer(deps: SystemsDeps, request: Request, { callback, state }: { readonly callback: URL; readonly state: string }): Promise<Result<LeaveGiven, CodedError>> {
  const { organisationId, connectionId } = request;
  const standing = await readAlone(deps, organisationId, connectionId);
  if (!standing.ok) return standing;
  const { oauth } = standing.value.vendor.manifest;
  const client = oauth ? clientOf(oauth, standing.value) : null;
  if (client === null) return unknown();
  const tokens = await tokensForCode(client, callback, { state, redirectUri: request.redirectUri, verifier: request.verifier }, deps);
  if (!tokens.ok) return err(tokens.error.error);
  const { accessToken, refreshToken, until, scope } = tokens.value;
  const given = { accessToken, ...(refreshToken === null ? {} : { refreshToken }) };
  const works = await leaveWorks(deps, organisationId, standing.value, given);
  const connection = await deps.internals.writer.write(organisationId, async (writing): Promise<Result<{ readonly row: Connection; readonly rearmed: Rearmed }, CodedError>> => {
    const { tx } = writing;
    const now = await readStanding(deps, tx, organisationId, connectionId);
    if (!now.ok) return now;
    const { settings, secrets, row } = now.value;
    // A leave without a refresh token has none: one of an earlier leave is of no use with it.
    const { refreshToken: _former, ...rest } = secrets;
    await setAccessIn(deps.internals, tx, organisationId, connectionId, { settings, secrets: { ...rest, ...given } });
    await sql`
      update connection_access set leave_until = ${until}::timestamptz, leave_scope = ${scope ?? client.oauth.scopes.join(' ')}, leave_ended = false, leave_refused = null, leave_renewing_until = null where organisation_id = ${organisationId} and id = ${connectionId}
    `.execute(tx);
    const rearmed = await recoverIn(deps.internals, writing, organisationId, row, { works, actor: request.actor });
    const [after] = await readRows(tx, organisationId, 'connections', [connectionId]);
    return ok({ row: after ?? row, rearmed });
  });
  accessChanged(deps.internals, connectionId);
  deps.internals.callWorkers();
  deps.internals.callLooks();
  if (!connection.ok) return connection;
  auditRearmed(deps.internals, request.actor, [connection.value.rearmed]);
  return ok({ organisationId, connection: connection.value.row });
}

/** New leave is tried out; where there is nothing to try, that it was given is enough. */
async function leaveWorks(deps: SystemsDeps, organisationId: string, { vendor, row, settings, secrets }: Standing, given: Readonly<Record<string, string>>): Promise<boolean> {
  const tried = await tryOut(vendor, row.path, { settings, secrets: { ...secrets, ...given } }, { ...deps, organisationId }, row.id);
  return tried.outcome !== 'failed';
}
