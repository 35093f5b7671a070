import { sql } from 'kysely';
import type { HouseRules } from '../../../core/contract/record/taking.ts';
import { countsTravel, termsOf, type HouseTerms } from '../../../core/domain/conflicts/rules.ts';
import type { EventDraft } from '../../../core/domain/record/drafts.ts';
import type { Tx } from '../database.ts';

/** What a house has said of what clashes, and the names of its rooms. */
export interface HouseSaid {
  readonly said: Pick<HouseRules, 'levels' | 'travel'> | null;
  /** Keys of its rooms, as `resourceKey` writes them; empty where no way is counted. */
  readonly rooms: readonly string[];
}

type Row = Pick<HouseRules, 'levels' | 'travel'> & { readonly organisationId: string };

/** By organisation, as `drafts` leave it. `ruled`: those that have said something already; where nothing was said, nothing is asked. */
export async function readSaid(tx: Tx, shares: readonly { readonly organisationId: string; readonly drafts: readonly EventDraft[] }[], ruled: ReadonlySet<string>): Promise<Map<string, HouseSaid>> {
  const asked = shares.map(({ organisationId }) => organisationId).filter((id) => ruled.has(id));
  const { rows } = asked.length === 0 ? { rows: [] } : await sql<Row>`select organisation_id, levels, travel from house_rules where organisation_id = any(${asked}::uuid[]) and id = organisation_id`.execute(tx);
  const found = new Map<string, HouseSaid['said']>(rows.map(({ organisationId, levels, travel }) => [organisationId, { levels, travel }]));
  for (const { organisationId, drafts } of shares) for (const draft of drafts) if (draft.collection === 'houseRules') found.set(organisationId, draft.row);
  const travelling = [...found].flatMap(([organisationId, said]) => (countsTravel(said) ? [organisationId] : []));
  const { rows: rooms } = travelling.length === 0 ? { rows: [] } : await sql<{ organisationId: string; key: string }>`
    select r.organisation_id, k.key from resources r cross join lateral jsonb_array_elements_text(r.keys) as k(key) where r.organisation_id = any(${travelling}::uuid[]) and r.kind = 'room'
  `.execute(tx);
  return new Map(shares.map(({ organisationId }) => [organisationId, {
    said: found.get(organisationId) ?? null,
    rooms: rooms.filter((room) => room.organisationId === organisationId).map(({ key }) => key),
  }]));
}

/** `more`: keys of rooms that the same commit makes. */
export const termsFor = ({ said, rooms }: HouseSaid, more: Iterable<string> = []): HouseTerms => termsOf(said, [...rooms, ...more]);
