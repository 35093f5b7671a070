import { sql } from 'kysely';
import type { Resource } from '../../../core/contract/record/taking.ts';
import type { Tx } from '../database.ts';
import { PROJECTIONS, snake } from '../projections.ts';

/** A resource that a fact speaks of by name. */
export interface Asked {
  readonly organisationId: string;
  readonly kind: Resource['kind'];
  /** As `resourceKey` writes it. */
  readonly key: string;
}

const columns = sql.raw(PROJECTIONS.resources.fields.map((field) => `r.${snake(field)}`).join(', '));

/**
 * Those that are asked for by name or id, with all that share a part with any of them: every resource that has parts, and
 * the parts themselves. By organisation.
 */
export async function readResources(tx: Tx, asked: readonly Asked[], ids: readonly { readonly organisationId: string; readonly id: string }[]): Promise<Map<string, Map<string, Resource>>> {
  const organisationIds = [...new Set([...asked, ...ids].map((one) => one.organisationId))];
  const { rows } = await sql<Resource & { organisationId: string }>`
    with wanted as (
      select r.organisation_id, r.id from unnest(${asked.map((one) => one.organisationId)}::uuid[], ${asked.map((one) => one.kind)}::text[], ${asked.map((one) => one.key)}::text[]) as a(organisation_id, kind, key)
        join resources r on r.organisation_id = a.organisation_id and r.kind = a.kind and r.keys ? a.key
      union
      select * from unnest(${ids.map((one) => one.organisationId)}::uuid[], ${ids.map((one) => one.id)}::uuid[]) as i(organisation_id, id)
      union
      select organisation_id, id from resources where organisation_id = any(${organisationIds}::uuid[]) and part_ids <> '[]'::jsonb
      union
      select r.organisation_id, part::uuid from resources r cross join lateral jsonb_array_elements_text(r.part_ids) as part where r.organisation_id = any(${organisationIds}::uuid[]) and r.part_ids <> '[]'::jsonb
    )
    select r.organisation_id, ${columns} from wanted w join resources r on r.organisation_id = w.organisation_id and r.id = w.id
  `.execute(tx);
  const found = new Map<string, Map<string, Resource>>(organisationIds.map((id) => [id, new Map<string, Resource>()]));
  for (const { organisationId, ...row } of rows) found.get(organisationId)?.set(row.id, row);
  return found;
}
