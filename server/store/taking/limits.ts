import { sql } from 'kysely';
import type { Limit } from '../../../core/contract/record/taking.ts';
import { createLimits, type Limits } from '../../../core/domain/conflicts/limits.ts';
import type { EventDraft } from '../../../core/domain/record/drafts.ts';
import { WRITTEN, writtenOf, type WrittenCalendar, type WrittenRows } from '../calendars/written.ts';
import type { Tx } from '../database.ts';
import { PROJECTIONS, snake } from '../projections.ts';
import { readSaid, type HouseSaid } from './rules.ts';

/** What a house is bound by: its limits, in its own time zone, and what it has said of what clashes. */
export interface HouseLimits extends HouseSaid {
  readonly limits: Limits;
  readonly rows: ReadonlyMap<string, Pick<Limit, 'name' | 'overridableBy'>>;
  /** There are calendars that are kept elsewhere and take time of resources here. */
  readonly listens: boolean;
  /** Calendars that are kept elsewhere and are written from here. */
  readonly written: readonly WrittenCalendar[];
}

type LimitRow = Omit<Limit, 'seq' | 'updatedAt'>;
const LISTENS = sql`exists (select from calendars c where c.organisation_id = o.id and c.resource_id is not null and c.direction in ('inbound', 'bidirectional'))`;
const RULED = sql`exists (select from house_rules h where h.organisation_id = o.id)`;
const columns = sql.raw(PROJECTIONS.limits.fields.map((field) => `l.${snake(field)}`).join(', '));

/** Those that hold, by organisation, as `drafts` leave them. */
export async function readLimits(tx: Tx, shares: readonly { readonly organisationId: string; readonly drafts: readonly EventDraft[] }[]): Promise<Map<string, HouseLimits>> {
  const organisationIds = shares.map((share) => share.organisationId);
  const { rows } = await sql<LimitRow & { id: string | null; organisationId: string; zone: string; ruled: boolean; listens: boolean; written: WrittenRows | null }>`
    select o.id as organisation_id, o.zone, ${RULED} as ruled, ${LISTENS} as listens, ${WRITTEN} as written, ${columns} from organisations o left join limits l on l.organisation_id = o.id and l.state = 'active' where o.id = any(${organisationIds}::uuid[])
  `.execute(tx);
  const said = await readSaid(tx, shares, new Set(rows.filter(({ ruled }) => ruled).map(({ organisationId }) => organisationId)));
  return new Map(
    shares.map(({ organisationId, drafts }) => {
      const own = rows.filter((row) => row.organisationId === organisationId);
      const all = new Map(own.flatMap((row): [string, LimitRow][] => (row.id === null ? [] : [[row.id, row]])));
      for (const draft of drafts) if (draft.collection === 'limits') all.set(draft.row.id, draft.row);
      const active = [...all.values()].filter(({ state }) => state === 'active').sort((a, b) => a.id.localeCompare(b.id));
      return [organisationId, { ...(said.get(organisationId) ?? { said: null, rooms: [] }), limits: createLimits(active, own[0]?.zone ?? 'UTC'), rows: all, listens: own[0]?.listens === true, written: writtenOf(own[0]?.written ?? null) }];
    }),
  );
}
