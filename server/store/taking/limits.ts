import { sql } from 'kysely';
import type { Limit } from '../../../core/contract/record/taking.ts';
import { createLimits, type Limits } from '../../../core/domain/conflicts/limits.ts';
import type { EventDraft } from '../../../core/domain/record/drafts.ts';
import type { Tx } from '../database.ts';
import { PROJECTIONS, snake } from '../projections.ts';

/** The limits of a house, in its own time zone. */
export interface HouseLimits {
  readonly limits: Limits;
  readonly rows: ReadonlyMap<string, Pick<Limit, 'name' | 'overridableBy'>>;
}

type LimitRow = Omit<Limit, 'seq' | 'updatedAt'>;
const columns = sql.raw(PROJECTIONS.limits.fields.map((field) => `l.${snake(field)}`).join(', '));

/** Those that hold, by organisation, as `drafts` leave them. */
export async function readLimits(tx: Tx, shares: readonly { readonly organisationId: string; readonly drafts: readonly EventDraft[] }[]): Promise<Map<string, HouseLimits>> {
  const organisationIds = shares.map((share) => share.organisationId);
  const { rows } = await sql<LimitRow & { id: string | null; organisationId: string; zone: string }>`
    select o.id as organisation_id, o.zone, ${columns} from organisations o left join limits l on l.organisation_id = o.id and l.state = 'active' where o.id = any(${organisationIds}::uuid[])
  `.execute(tx);
  return new Map(
    shares.map(({ organisationId, drafts }) => {
      const own = rows.filter((row) => row.organisationId === organisationId);
      const all = new Map(own.flatMap((row): [string, LimitRow][] => (row.id === null ? [] : [[row.id, row]])));
      for (const draft of drafts) if (draft.collection === 'limits') all.set(draft.row.id, draft.row);
      const active = [...all.values()].filter(({ state }) => state === 'active').sort((a, b) => a.id.localeCompare(b.id));
      return [organisationId, { limits: createLimits(active, own[0]?.zone ?? 'UTC'), rows: all }];
    }),
  );
}
