import { sql } from 'kysely';
import type { RowOf } from '../../../core/contract/record.ts';
import type { Resource } from '../../../core/contract/record/taking.ts';
import { belongingOf, NO_PLACES, placesFrom, type PlaceOf, type TakingRow } from '../../../core/domain/conflicts/occupancies.ts';
import type { EventDraft } from '../../../core/domain/record/drafts.ts';
import type { Tx } from '../database.ts';
import { PROJECTIONS, snake } from '../projections.ts';
import { byOrganisation, readRowsOf } from '../rows.ts';
import type { Part } from './part.ts';

/** Where what belongs to a wedding or a booking is. Asked only of houses that count a way. */

export interface Placing {
  readonly organisationId: string;
  readonly rows: readonly TakingRow[];
  /** Laid over what the record has. */
  readonly drafts: readonly EventDraft[];
}

type Wedding = Pick<RowOf<'weddings'>, 'room'>;
type Booking = Pick<RowOf<'bookings'>, 'place' | 'weddingId'>;

/** By organisation. Two queries, however many there are; none where every row says itself where it is. */
export async function readPlaces(tx: Tx, some: readonly Placing[]): Promise<(organisationId: string) => PlaceOf> {
  const told = some.map(({ organisationId, rows, drafts }) => {
    const weddings = new Map<string, Wedding>();
    const bookings = new Map<string, Booking>();
    for (const draft of drafts) {
      if (draft.collection === 'weddings') weddings.set(draft.row.id, draft.row);
      else if (draft.collection === 'bookings') bookings.set(draft.row.id, draft.row);
    }
    return { organisationId, weddings, bookings, belongings: rows.flatMap((row) => belongingOf(row) ?? []) };
  });
  const found = await readRowsOf(tx, 'bookings', told.flatMap(({ organisationId, bookings, belongings }) =>
    belongings.flatMap(({ bookingId }) => (bookingId === null || bookings.has(bookingId) ? [] : [{ organisationId, id: bookingId }]))));
  for (const { organisationId, bookings } of told) for (const row of found.get(organisationId) ?? []) bookings.set(row.id, row);
  const weddings = await readRowsOf(tx, 'weddings', told.flatMap((one) =>
    one.belongings.flatMap(({ weddingId, bookingId }) => {
      const id = weddingId ?? (bookingId === null ? null : (one.bookings.get(bookingId)?.weddingId ?? null));
      return id === null || one.weddings.has(id) ? [] : [{ organisationId: one.organisationId, id }];
    })));
  for (const one of told) for (const row of weddings.get(one.organisationId) ?? []) one.weddings.set(row.id, row);
  const known = new Map(told.map((one) => [one.organisationId, placesFrom((id) => one.weddings.get(id), (id) => one.bookings.get(id))]));
  return (organisationId) => known.get(organisationId) ?? NO_PLACES;
}

interface Of {
  readonly organisationId: string;
  readonly weddingId: string | null;
  readonly bookingId: string | null;
}
const tells = (draft: EventDraft, ...fields: readonly string[]): boolean => draft.before !== null && fields.some((field) => field in (draft.before ?? {}));
const columnsOf = (collection: 'bookings' | 'allocations') => sql.raw(PROJECTIONS[collection].fields.map((field) => `t.${snake(field)}`).join(', '));

/** What is somewhere else now, though nothing was said of it: what belongs to a wedding that has another room, or to a booking with another place. */
export async function readMovedAlong(tx: Tx, shares: readonly Pick<Placing, 'organisationId' | 'drafts'>[]): Promise<Map<string, TakingRow[]>> {
  const keys = shares.flatMap(({ organisationId, drafts }) => drafts.flatMap((draft): Of[] => {
    if (draft.collection === 'weddings' && tells(draft, 'room')) return [{ organisationId, weddingId: draft.row.id, bookingId: null }];
    if (draft.collection === 'bookings' && tells(draft, 'place', 'weddingId')) return [{ organisationId, weddingId: null, bookingId: draft.row.id }];
    return [];
  }));
  if (keys.length === 0) return new Map();
  const asked = sql`unnest(${keys.map((key) => key.organisationId)}::uuid[], ${keys.map(({ weddingId }) => weddingId)}::uuid[], ${keys.map(({ bookingId }) => bookingId)}::uuid[]) as k(organisation_id, wedding_id, booking_id)`;
  const bookings = await sql<RowOf<'bookings'> & { organisationId: string }>`
    select distinct on (t.organisation_id, t.id) t.organisation_id, ${columnsOf('bookings')} from ${asked}
    join bookings t on t.organisation_id = k.organisation_id and t.wedding_id = k.wedding_id and t.vendor_id is not null and t.status <> 'cancelled'
  `.execute(tx);
  const allocations = await sql<RowOf<'allocations'> & { organisationId: string }>`
    select distinct on (t.organisation_id, t.id) t.organisation_id, ${columnsOf('allocations')} from ${asked}
    join allocations t on t.organisation_id = k.organisation_id and t.status <> 'cancelled'
      and (t.wedding_id = k.wedding_id or t.booking_id = k.booking_id or t.booking_id in (select b.id from bookings b where b.organisation_id = k.organisation_id and b.wedding_id = k.wedding_id))
  `.execute(tx);
  const along = new Map<string, TakingRow[]>();
  const take = (organisationId: string, rows: readonly TakingRow[]): void => void along.set(organisationId, [...(along.get(organisationId) ?? []), ...rows]);
  for (const [organisationId, rows] of byOrganisation<RowOf<'bookings'>>(bookings.rows)) take(organisationId, rows.map((row) => ({ collection: 'bookings', row })));
  for (const [organisationId, rows] of byOrganisation<RowOf<'allocations'>>(allocations.rows)) take(organisationId, rows.map((row) => ({ collection: 'allocations', row })));
  return along;
}

/** Keys by which a place has become, in these drafts, one of the house: what was an address of its own is a room now. */
export const roomsMade = ({ drafts }: Pick<Part, 'drafts'>): string[] =>
  drafts.flatMap((draft) => (draft.collection === 'resources' && draft.row.kind === 'room' && (draft.before === null || 'keys' in draft.before) ? draft.row.keys : []));

/** Of whom everything is looked at again when a place becomes a room: those who have to get somewhere. */
export async function readTravellers(tx: Tx, organisationIds: readonly string[]): Promise<Map<string, Resource[]>> {
  if (organisationIds.length === 0) return new Map();
  const columns = sql.raw(PROJECTIONS.resources.fields.map((field) => `t.${snake(field)}`).join(', '));
  const { rows } = await sql<Resource & { organisationId: string }>`
    select t.organisation_id, ${columns} from resources t where t.organisation_id = any(${[...organisationIds]}::uuid[]) and t.kind in ('vendor', 'crew')
  `.execute(tx);
  return byOrganisation<Resource>(rows);
}
