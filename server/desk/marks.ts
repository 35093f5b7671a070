import type { DeskMark, DeskMarksAnswer } from '../../core/contract/desk.ts';
import { codedError, type CodedError } from '../../core/contract/errors.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import type { StoreInternals } from '../store/internals.ts';
import type { Vault } from '../store/vault.ts';
import type { Device } from '../store/store.ts';

/**
 * Which connections use the same key, where the key is on a desktop and never comes here: the desktop tells a hash of it, with a salt
 * that only this organisation's desktops are given. The vault's own keys are hashed with the same one when they are used.
 */

/** Follows from the master key: nothing is kept, and with another master key every mark is told anew. */
export const saltOf = (vault: Pick<Vault, 'derive'>, organisationId: string): string => vault.derive(`marks of keys:${organisationId}`);

export async function marksOf({ database, vault }: StoreInternals, { id, organisationId }: Device): Promise<DeskMarksAnswer> {
  const rows = await database.withOrganisation(organisationId, (tx) =>
    tx.selectFrom('connectionAccess').select(['id', 'keptFence', 'keptMark']).where('organisationId', '=', organisationId).where('keptBy', '=', id).orderBy('id').execute(),
  );
  // Who keeps nothing is told no salt.
  return { salt: rows.length === 0 ? null : saltOf(vault, organisationId), kept: rows.map((row) => ({ connectionId: row.id, fence: row.keptFence, marked: row.keptMark !== null })) };
}

/** Errors: `desk.turn_over` (it is not kept there, or not any more). */
export async function takeMark({ database }: StoreInternals, { id, organisationId }: Device, { connectionId, fence, mark }: DeskMark): Promise<Result<{ connectionId: string }, CodedError>> {
  const taken = await database.withOrganisation(organisationId, (tx) =>
    tx.updateTable('connectionAccess').set({ keptMark: mark }).where('organisationId', '=', organisationId).where('id', '=', connectionId).where('keptBy', '=', id).where('keptFence', '=', fence).executeTakeFirst(),
  );
  return taken.numUpdatedRows === 1n ? ok({ connectionId }) : err(codedError('desk.turn_over', 'This device does not keep the key of that connection any more.'));
}
