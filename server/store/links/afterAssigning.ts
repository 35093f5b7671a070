import type { AnyRow } from '../../../core/contract/record.ts';
import type { EventDraft } from '../../../core/domain/record/drafts.ts';
import type { Assigning } from '../assigning.ts';
import type { Tx } from '../database.ts';
import { givenBy, heal } from './heal.ts';
import { writeLinks } from './write.ts';

/** What waited for the wedding of rows that a person has just given one gets it too. The caller holds the organisation's row. */
export async function followAssigned(tx: Tx, organisationId: string, given: readonly EventDraft[], { card, wedding, context, now, newId }: Assigning): Promise<readonly EventDraft[]> {
  const rows = new Map<string, AnyRow>(given.map(({ row }) => [row.id, { ...row, seq: 0, updatedAt: '' }]));
  rows.set(wedding.id, wedding);
  const healed = await heal(tx, {
    organisationId, links: [], named: [], given: givenBy(given, null), now, newId,
    isReplaced: () => false,
    causeOf: () => null,
    mapping: () => null,
    row: (_collection, id) => (rows.get(id) ?? null) as never,
    isGone: () => false,
    alerts: () => [],
    isSettled: ({ id }) => id === card.id,
    context: (deliveryId) => ({ ...context, deliveryId }),
  });
  const drop = healed.closed.map(({ id, field }) => ({ id, field }));
  await writeLinks(tx, [{ organisationId, drop, put: healed.open, parked: [], again: [], done: healed.done }], new Date(now).toISOString());
  return healed.drafts;
}
