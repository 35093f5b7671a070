import { sql } from 'kysely';
import type { Calendar } from '../../../core/contract/record/calendars.ts';
import type { Resource } from '../../../core/contract/record/taking.ts';
import { placedAmong, type PlacedCalendar } from '../../../core/domain/calendars/wholes.ts';
import type { EventDraft } from '../../../core/domain/record/drafts.ts';
import type { Tx } from '../database.ts';
import { ANEW } from './filled.ts';

/** What the resources of calendars are parts of, and what follows when that becomes otherwise. */

/** A resource that is made of others. `keys`: what owners of items call it by; null = it is nobody who is in charge of anything. */
export type Combined = Pick<Resource, 'id' | 'name' | 'partIds'> & { readonly keys: readonly string[] | null };

/** Of the organisation `o`, as a JSON array: its resources that are made of others, which are few; null = none is. */
export const COMBINED = sql`(
  select jsonb_agg(jsonb_build_object(
    'id', r.id, 'name', r.name, 'partIds', r.part_ids, 'keys', case when r.kind in ('vendor', 'crew') then r.keys end
  ))
  from resources r where r.organisation_id = o.id and r.part_ids <> '[]'::jsonb
)`;

/** By organisation; those that have none are not in it. */
export async function readCombined(tx: Tx, organisationIds: readonly string[]): Promise<Map<string, readonly Combined[]>> {
  if (organisationIds.length === 0) return new Map();
  const { rows } = await sql<{ id: string; combined: readonly Combined[] | null }>`
    select o.id, ${COMBINED} as combined from organisations o where o.id = any(${[...organisationIds]}::uuid[])
  `.execute(tx);
  return new Map(rows.flatMap(({ id, combined }) => (combined === null ? [] : [[id, combined] as const])));
}

export async function placed(tx: Tx, organisationId: string, calendar: Calendar): Promise<PlacedCalendar> {
  return placedAmong(calendar, (await readCombined(tx, [organisationId])).get(organisationId) ?? []);
}

interface PushedDrafts {
  readonly organisationId: string;
  readonly drafts: readonly EventDraft[];
}

/** Resources that are a part now, or were until now, of something that is made of others, or whose whole has another name. */
function partsTold(drafts: readonly EventDraft[]): string[] {
  return drafts.flatMap((draft) => {
    if (draft.collection !== 'resources') return [];
    const { row, before } = draft;
    if (before === null) return row.partIds;
    const was = (before['partIds'] ?? []) as Combined['partIds'];
    return 'partIds' in before || 'name' in before ? [...row.partIds, ...was] : [];
  });
}

/** In the commit in which a resource gets other parts, or its name: whoever fills the calendars of its parts goes through them again. */
export async function refillParts(tx: Tx, shares: readonly PushedDrafts[]): Promise<void> {
  for (const { organisationId, drafts } of shares) {
    const parts = [...new Set(partsTold(drafts))];
    if (parts.length === 0) continue;
    const anew = sql`${JSON.stringify(ANEW)}::jsonb`;
    await sql`
      with recursive below (id) as (
        select p.id from unnest(${parts}::uuid[]) as p(id)
        union
        select q.id::uuid from below b join resources r on r.organisation_id = ${organisationId} and r.id = b.id
        cross join lateral jsonb_array_elements_text(r.part_ids) as q(id)
      )
      update calendar_states s set filled_to = case when c.filling->>'state' = 'idle' or s.filled_to ? 'anew'
        then ${anew} || jsonb_build_object('fence', s.fence) end
      from calendars c
      where c.organisation_id = ${organisationId} and c.resource_id in (select id from below)
        and c.state = 'active' and c.direction in ('outbound', 'bidirectional')
        and s.organisation_id = c.organisation_id and s.calendar_id = c.id
    `.execute(tx);
  }
}
