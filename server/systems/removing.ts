import { codedError, type CodedError } from '../../core/contract/errors.ts';
import type { Connection } from '../../core/contract/record/connections.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import type { Removal, RemovedAnswer } from '../../core/contract/systems.ts';
import { callsComeIn } from '../../core/vendors/manifest.ts';
import { keeperOf } from '../desk/keeper.ts';
import { secretsOf } from '../store/connections.ts';
import { readRows } from '../store/rows.ts';
import { countsOf, removedAfter, removedAt, removeIn } from '../store/removing.ts';
import { actorOf, type Device } from '../store/store.ts';
import { channelsToStop } from '../workers/channels/stopAll.ts';
import { notFound, type SystemsDeps } from './standing.ts';

/** Removing a connection: looked at first, then for good. */

type Untold = NonNullable<Removal['untold']>[number];

/** What only the vendor's folder knows; null = there is none, or it is broken. */
function factsOf({ vendors, log }: SystemsDeps, row: Connection): { readonly takesCalls: boolean; readonly called: boolean } | null {
  try {
    const vendor = vendors(row.system);
    if (!vendor) return null;
    return { takesCalls: callsComeIn(vendor.manifest), called: vendor.poll !== undefined || vendor.reread !== undefined };
  } catch (error) {
    log.error({ err: error, system: row.system }, 'the folder of a vendor is broken; its connection can be removed without it');
    return null;
  }
}

/**
 * What a removal would delete and what would stay. Neither a vendor's folder nor the master key is needed: what could not be looked
 * up for want of them is named in `untold`. Errors: `request.not_found`.
 */
export async function removalOf(deps: SystemsDeps, device: Device, connectionId: string): Promise<Result<Removal, CodedError>> {
  const { internals, config, clock } = deps;
  const { organisationId } = device;
  const found = await internals.database.withOrganisation(organisationId, async (tx) => {
    const [row] = await readRows(tx, organisationId, 'connections', [connectionId]);
    const access = await tx.selectFrom('connectionAccess').select(['secretsSealed', 'keptKeys']).where('organisationId', '=', organisationId).where('id', '=', connectionId).executeTakeFirst();
    return row && access ? { row, access, counts: await countsOf(tx, organisationId, connectionId) } : null;
  });
  if (!found) return notFound();
  const { row, access, counts } = found;
  const facts = factsOf(deps, row);
  const opened = internals.vault.open(access.secretsSealed, secretsOf(connectionId));
  const secrets = opened.ok ? Object.values(JSON.parse(opened.value) as Record<string, string>).filter((value) => value !== '').length : 0;
  const keeper = await keeperOf(internals.database.system, connectionId, new Date(clock.now()).toISOString());
  const untold: Untold[] = [...(facts ? [] : ['connect.system_gone' as const]), ...(opened.ok ? [] : ['secrets.unavailable' as const])];
  // Every connection has an address; whether anybody was told to call it, its folder knows.
  const webhook = (row.path === 'native' || row.path === 'bridge') && (facts?.takesCalls ?? true);
  return ok({
    connectionId,
    addresses: [...(webhook ? ['webhook' as const] : []), ...(row.path === 'mail' && config.mailInDomain !== null ? ['mail' as const] : [])],
    secrets: secrets + access.keptKeys.length,
    keptBy: keeper?.name ?? null,
    called: row.path === 'feed' || (row.path === 'native' && facts?.called === true),
    ...counts,
    ...(untold.length > 0 ? { untold } : {}),
  });
}

/**
 * Needs neither the vendor's folder nor the key, so that whatever is broken can be removed. Errors: `request.not_found`,
 * `connect.unfinished`. What is removed already is answered as it was.
 */
export async function removeConnection(
  deps: SystemsDeps,
  device: Device,
  connectionId: string,
  throwAway: boolean,
): Promise<Result<RemovedAnswer, CodedError>> {
  const { internals } = deps;
  const { organisationId } = device;
  const stopChannels = await channelsToStop(deps, organisationId, connectionId);
  const removed = await internals.writer.write(organisationId, async (writing): Promise<Result<RemovedAnswer, CodedError>> => {
    const { tx } = writing;
    const before = await removedAt(tx, organisationId, connectionId);
    if (before !== null) return ok({ connectionId, removedAt: before });
    const [row] = await readRows(tx, organisationId, 'connections', [connectionId]);
    if (!row) return notFound();
    const { waiting, held, refused } = (await countsOf(tx, organisationId, connectionId)).unfinished;
    if (!throwAway && waiting + held + refused > 0) {
      return err(codedError('connect.unfinished', `Of it ${waiting} wait, ${held} are held and ${refused} were refused.`));
    }
    return ok({ connectionId, removedAt: await removeIn(internals, writing, organisationId, row, actorOf(device)) });
  });
  if (!removed.ok) return removed;
  removedAfter(internals, connectionId);
  await stopChannels();
  return removed;
}
