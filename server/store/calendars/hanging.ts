import { sql } from 'kysely';
import type { RowOf } from '../../../core/contract/record.ts';
import { ITEM_MS } from '../../../core/domain/calendars/subjects.ts';
import { resourceKey } from '../../../core/domain/conflicts/occupancies.ts';
import type { Tx } from '../database.ts';
import { PROJECTIONS, snake } from '../projections.ts';
import { byOrganisation, readRowsOf, type RowKey } from '../rows.ts';
import type { Part } from './changed.ts';

/** Rows whose entries tell of what has changed although they have not: each kind is asked for once, and only where something has. */

export interface Hanging {
  readonly items: readonly RowOf<'runSheetItems'>[];
  /** Those of the items. */
  readonly weddings: readonly RowOf<'weddings'>[];
  /** Whose contact was renamed. */
  readonly bookings: readonly RowOf<'bookings'>[];
  /** Whose room, or whose resource, was renamed. */
  readonly inRooms: readonly RowOf<'weddings'>[];
  readonly taking: readonly RowOf<'allocations'>[];
}

type Told = 'runSheetItems' | 'bookings' | 'weddings' | 'allocations';
const columns = (collection: Told) => sql.raw(PROJECTIONS[collection].fields.map((field) => `t.${snake(field)}`).join(', '));

/** Those that name one of the keys in a column; `endsAfter`: of these, the ones that are not over then. One look into the index for each key. */
async function readBy<C extends Told>(tx: Tx, collection: C, column: string, keys: readonly RowKey[], endsAfter: string | null = null): Promise<Map<string, RowOf<C>[]>> {
  if (keys.length === 0) return new Map();
  const { table } = PROJECTIONS[collection];
  const toCome = endsAfter === null ? sql`` : sql`and ends_at > ${endsAfter}::timestamptz`;
  const { rows } = await sql<RowOf<C> & { organisationId: string }>`
    select t.organisation_id, ${columns(collection)} from unnest(${keys.map((key) => key.organisationId)}::uuid[], ${keys.map((key) => key.id)}::uuid[]) as k(organisation_id, id)
    cross join lateral (select * from ${sql.table(table)} where organisation_id = k.organisation_id and ${sql.ref(column)} = k.id ${toCome}) as t order by t.id
  `.execute(tx);
  return byOrganisation<RowOf<C>>(rows);
}

/** Items that somebody is in charge of and that may still be to come; `now` in UTC milliseconds. */
async function readOwned(tx: Tx, parts: readonly Part[], now: number): Promise<Map<string, RowOf<'runSheetItems'>[]>> {
  const asked = new Map(parts.flatMap(({ organisationId, ownerKeys }) => (ownerKeys.length === 0 ? [] : [[organisationId, new Set(ownerKeys)] as const])));
  if (asked.size === 0) return new Map();
  const { rows } = await sql<RowOf<'runSheetItems'> & { organisationId: string }>`
    select t.organisation_id, ${columns('runSheetItems')} from run_sheet_items t
    where t.organisation_id = any(${[...asked.keys()]}::uuid[]) and t.owner is not null
      and coalesce(t.ends_at, t.starts_at) > ${new Date(now - ITEM_MS).toISOString()}::timestamptz order by t.id
  `.execute(tx);
  return byOrganisation<RowOf<'runSheetItems'>>(rows.filter(({ organisationId, owner }) => owner !== null && asked.get(organisationId)?.has(resourceKey(owner)) === true));
}

/** By organisation. */
export async function readHanging(tx: Tx, parts: readonly Part[], now: number): Promise<Map<string, Hanging>> {
  const keysOf = (pick: (part: Part) => readonly string[]): RowKey[] => parts.flatMap((part) => [...new Set(pick(part))].map((id) => ({ organisationId: part.organisationId, id })));
  const bookings = await readBy(tx, 'bookings', 'contact_id', keysOf(({ contacts }) => contacts.map(({ id }) => id)));
  const renamed = keysOf(({ resources }) => resources.map(({ id }) => id));
  const at = new Date(now).toISOString();
  const inRooms = await readBy(tx, 'weddings', 'room_id', renamed, at);
  const taking = await readBy(tx, 'allocations', 'resource_id', renamed, at);
  const mailed = (part: Part): string[] => (bookings.get(part.organisationId) ?? []).flatMap(({ weddingId }) => weddingId ?? []);
  const invites = ({ calendars }: Part): boolean => calendars.some(({ runSheet, privacy, invite }) => runSheet === true && privacy === 'full' && invite);
  const ofWeddings = await readBy(tx, 'runSheetItems', 'wedding_id', keysOf((part) => [...part.sheets, ...(invites(part) ? mailed(part) : [])]));
  const ofOwners = await readOwned(tx, parts, now);
  const itemsOf = ({ organisationId }: Part) => [...new Map([...(ofWeddings.get(organisationId) ?? []), ...(ofOwners.get(organisationId) ?? [])].map((row) => [row.id, row])).values()];
  const weddings = await readRowsOf(tx, 'weddings', keysOf((part) =>
    [...itemsOf(part), ...[...part.items.values()].map(({ row }) => row)].map(({ weddingId }) => weddingId).filter((id) => !part.changed.has(id))));
  return new Map(parts.map((part) => {
    const { organisationId } = part;
    const own = <R>(found: ReadonlyMap<string, readonly R[]>): readonly R[] => found.get(organisationId) ?? [];
    return [organisationId, { items: itemsOf(part), weddings: own(weddings), bookings: own(bookings), inRooms: own(inRooms), taking: own(taking) }];
  }));
}
