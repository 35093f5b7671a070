import type { Allocation } from '../../../core/contract/record/taking.ts';
import { draftUpdated, type EventDraft } from '../../../core/domain/record/drafts.ts';
import { readGivenBackWith, readHeldFor } from '../taking/heldWith.ts';
import { gaveUp, movedUp } from '../taking/ranks.ts';
import type { Deciding } from './deciding.ts';

/**
 * What is held for a wedding goes with it: called off by a person it asks for that time no longer, and whoever is behind moves up in the same
 * commit. What is definite stays, as somebody has agreed to it, and so does what is locked or over.
 */

/** Of a wedding that a person calls off. They are told right behind it, so that {@link givenBackWith} finds them again. */
export async function givenBack({ writing: { tx }, organisationId, internals, context }: Deciding, weddingId: string): Promise<EventDraft[]> {
  const held = await readHeldFor(tx, organisationId, [weddingId], internals.clock.now());
  const drafts = held.flatMap((row) => draftUpdated('allocation.cancelled', 'allocations', weddingId, row, { status: 'cancelled' }, null, context) ?? []);
  const freed = held.filter((row) => gaveUp(row, { ...row, status: 'cancelled' }));
  return [...drafts, ...(await movedUp(tx, organisationId, freed, context, internals))];
}

/** Holds that went with a wedding when it was called off, and that nobody has touched since. */
export const givenBackWith = ({ writing: { tx }, organisationId }: Pick<Deciding, 'writing' | 'organisationId'>, weddingId: string): Promise<Allocation[]> =>
  readGivenBackWith(tx, organisationId, weddingId);
