import { codedError, type CodedError } from '../../core/contract/errors.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import type { Removal, RemovedAnswer } from '../../core/contract/systems.ts';
import { readRows } from '../store/rows.ts';
import { countsOf, removedAfter, removedAt, removeIn } from '../store/removing.ts';
import { actorOf, type Device } from '../store/store.ts';
import { notFound, readAlone, setupOf, type SystemsDeps } from './standing.ts';

/** Removing a connection: looked at first, then for good. */

/** Errors: `request.not_found`, `connect.not_possible`, `secrets.unavailable`. */
export async function removalOf(deps: SystemsDeps, device: Device, connectionId: string): Promise<Result<Removal, CodedError>> {
  const { organisationId, id: deviceId } = device;
  const standing = await readAlone(deps, organisationId, connectionId);
  if (!standing.ok) return standing;
  const { row, vendor } = standing.value;
  const { webhookUrl, mailAddress, secretsSet, keeper } = await setupOf(standing.value, deps, { deviceId, origin: '' });
  const counts = await deps.internals.database.withOrganisation(organisationId, (tx) => countsOf(tx, organisationId, connectionId));
  return ok({
    connectionId,
    addresses: [...(webhookUrl === null ? [] : ['webhook' as const]), ...(mailAddress === null ? [] : ['mail' as const])],
    secrets: secretsSet.length,
    keptBy: keeper?.name ?? null,
    called: row.path === 'feed' || (row.path === 'native' && (vendor.poll !== undefined || vendor.reread !== undefined)),
    ...counts,
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
  if (removed.ok) removedAfter(internals, connectionId);
  return removed;
}
