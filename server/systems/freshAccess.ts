import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Actor } from '../../core/contract/events.ts';
import { codedError, type CodedError } from '../../core/contract/errors.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import type { ConnectionAccess } from '../../core/vendors/vendor.ts';
import type { Calls } from '../calls/calls.ts';
import { accessChanged, setAccessIn } from '../store/connections.ts';
import { endLeaveIn } from './recovering.ts';
import { notFound, readStanding, type Standing, type SystemsDeps } from './standing.ts';
import { clientOf, tokensForRefresh, type Tokens } from './tokens.ts';

/** Access that ends sooner than this is renewed before it is used. */
const RENEW_MS = 300_000;
/** A process that renews has this long; then it counts as gone. */
const TURN_MS = 30_000;
const LOOK_MS = 150;

/** What a call needs. `keptBy` = the secrets of calls are on that desktop, and it makes them; `fence` tells whether it is still so. */
export interface FreshAccess extends ConnectionAccess {
  readonly keptBy: string | null;
  readonly fence: number;
  /** The mark of the key that is there; see `server/desk/marks.ts`. */
  readonly mark: string | null;
}

export type AccessDeps = Pick<SystemsDeps, 'internals' | 'vendors' | 'http' | 'clock'> & {
  /** The door of calls; left out = `http` as it is. */
  readonly calls?: Calls | undefined;
};
const SYSTEM: Actor = { kind: 'system', id: null, name: 'WedSync' };

const read = (deps: AccessDeps, organisationId: string, connectionId: string) =>
  deps.internals.database.withOrganisation(organisationId, (tx) => readStanding(deps, tx, organisationId, connectionId));
const ended = (): Result<never, CodedError> => err(codedError('connect.leave_ended', 'The vendor has taken its leave back; somebody has to give it again.'));

/**
 * Settings and opened secrets for a call to the vendor, renewed before they run out (OAuth). However many ask at the same
 * time, in however many processes, one renews: a refresh token that changes with each use must not be used twice. Nothing
 * of the database is held while the vendor is asked. Errors: `request.not_found`, `connect.leave_ended` (final until leave
 * is given again), `connect.leave_failed` (retryable), `secrets.unavailable`.
 *
 * `refused` = an access token that the vendor does not accept although it should still be good: it is renewed, unless
 * somebody has done so already.
 */
export async function freshAccess(deps: AccessDeps, organisationId: string, connectionId: string, refused?: string): Promise<Result<FreshAccess, CodedError>> {
  const { clock } = deps;
  const deadline = clock.now() + TURN_MS;
  for (;;) {
    const standing = await read(deps, organisationId, connectionId);
    if (!standing.ok) return standing;
    const { vendor, leaveUntil, leaveEnded, secrets } = standing.value;
    const usable = ok(usableOf(standing.value));
    if (vendor.manifest.oauth === null) return usable;
    if (leaveEnded) return ended();
    const turnedDown = refused !== undefined && secrets['accessToken'] === refused;
    const left = turnedDown ? 0 : leaveUntil === null ? Number.POSITIVE_INFINITY : Date.parse(leaveUntil) - clock.now();
    if (left > RENEW_MS) return usable;
    if (!secrets['refreshToken']) return left > 0 ? usable : endLeave(deps, organisationId, standing.value);
    if (await takeTurn(deps, organisationId, connectionId)) return renew(deps, organisationId, standing.value, left > 0);
    // Somebody else renews it; as long as it is good it is used meanwhile.
    if (left > 0) return usable;
    if (clock.now() > deadline) return err(codedError('connect.leave_failed', 'The access is being renewed and did not come in time.', true));
    await sleep(LOOK_MS);
  }
}

const usableOf = ({ row, settings, secrets, leaveScope, keptBy, keptFence: fence, keptMark: mark }: Standing): FreshAccess => {
  return { connectionId: row.id, settings, secrets, ...(leaveScope === null ? {} : { granted: leaveScope.split(' ') }), keptBy, fence, mark };
};

async function takeTurn({ internals, clock }: AccessDeps, organisationId: string, connectionId: string): Promise<boolean> {
  const now = new Date(clock.now()).toISOString();
  const until = new Date(clock.now() + TURN_MS).toISOString();
  const taken = await internals.database.withOrganisation(organisationId, (tx) =>
    sql`
      update connection_access set leave_renewing_until = ${until}::timestamptz
      where organisation_id = ${organisationId} and id = ${connectionId} and (leave_renewing_until is null or leave_renewing_until < ${now}::timestamptz)
      returning id
    `.execute(tx),
  );
  return taken.rows.length === 1;
}

async function giveBack({ internals }: AccessDeps, organisationId: string, connectionId: string): Promise<void> {
  await internals.database.withOrganisation(organisationId, (tx) => sql`update connection_access set leave_renewing_until = null where organisation_id = ${organisationId} and id = ${connectionId}`.execute(tx));
}

/** `stillGood` = what stands can be used although it was not renewed. */
async function renew(deps: AccessDeps, organisationId: string, before: Standing, stillGood: boolean): Promise<Result<FreshAccess, CodedError>> {
  const connectionId = before.row.id;
  // Between the look and the turn somebody may have finished: what counts is what stands now.
  const now = await read(deps, organisationId, connectionId);
  if (!now.ok) return now;
  const standing = now.value;
  const { oauth } = standing.vendor.manifest;
  const refreshToken = standing.secrets['refreshToken'];
  const client = oauth ? clientOf(oauth, standing) : null;
  if (standing.secrets['accessToken'] !== before.secrets['accessToken'] || standing.leaveUntil !== before.leaveUntil || !refreshToken) {
    await giveBack(deps, organisationId, connectionId);
    return freshAccess(deps, organisationId, connectionId);
  }
  const asItStands = ok(usableOf(standing));
  if (!client) {
    await giveBack(deps, organisationId, connectionId);
    return stillGood ? asItStands : err(codedError('connect.leave_failed', 'The client ID is missing.'));
  }
  const { manifest } = standing.vendor;
  const http = deps.calls?.of({ manifest, organisationId, connectionId, secrets: standing.secrets, purpose: 'source.renew' }) ?? deps.http;
  const renewed = await tokensForRefresh(client, refreshToken, { http, clock: deps.clock });
  if (renewed.ok) return keep(deps, organisationId, connectionId, renewed.value);
  if (renewed.error.ended) return endLeave(deps, organisationId, standing);
  await giveBack(deps, organisationId, connectionId);
  return stillGood ? asItStands : err(renewed.error.error);
}

async function keep(deps: AccessDeps, organisationId: string, connectionId: string, tokens: Tokens): Promise<Result<FreshAccess, CodedError>> {
  const kept = await deps.internals.writer.write(organisationId, async ({ tx }) => {
    const standing = await readStanding(deps, tx, organisationId, connectionId);
    if (!standing.ok) return standing;
    const { settings } = standing.value;
    const secrets = { ...standing.value.secrets, accessToken: tokens.accessToken, ...(tokens.refreshToken === null ? {} : { refreshToken: tokens.refreshToken }) };
    await setAccessIn(deps.internals, tx, organisationId, connectionId, { settings, secrets });
    await sql`update connection_access set leave_until = ${tokens.until}::timestamptz, leave_scope = coalesce(${tokens.scope}, leave_scope), leave_renewing_until = null where organisation_id = ${organisationId} and id = ${connectionId}`.execute(tx);
    return ok(usableOf({ ...standing.value, secrets }));
  });
  accessChanged(deps.internals, connectionId);
  return kept;
}

/** What was renewed just now is refused too: the leave is over, whatever the vendor says when it renews. Gives `connect.leave_ended`. */
export async function endRefusedLeave(deps: AccessDeps, organisationId: string, connectionId: string, refused: string): Promise<Result<never, CodedError>> {
  const standing = await read(deps, organisationId, connectionId);
  if (!standing.ok) return standing;
  return standing.value.secrets['accessToken'] === refused ? endLeave(deps, organisationId, standing.value) : ended();
}

async function endLeave({ internals, ...deps }: AccessDeps, organisationId: string, { row, secrets }: Standing): Promise<Result<never, CodedError>> {
  const found = await internals.writer.write(organisationId, async (writing) => {
    const now = await readStanding({ internals, ...deps }, writing.tx, organisationId, row.id);
    if (!now.ok) return false;
    // Leave that was given again meanwhile is another one.
    if (!now.value.leaveEnded && now.value.secrets['refreshToken'] === secrets['refreshToken']) await endLeaveIn(internals, writing, organisationId, now.value.row, SYSTEM);
    return true;
  });
  return found ? ended() : notFound();
}
