import { sql } from 'kysely';
import type { RowOf } from '../../../core/contract/record.ts';
import type { Alert } from '../../../core/contract/record/attention.ts';
import type { FOLLOWING } from '../../../core/contract/record/row.ts';
import type { Times } from '../../../core/domain/conflicts/following.ts';
import type { Followed } from '../../../core/domain/conflicts/leftBehind.ts';
import type { Tx } from '../database.ts';
import { PROJECTIONS, snake } from '../projections.ts';
import { byOrganisation, type RowKey } from '../rows.ts';

/** What is asked of the record when a wedding is moved outside: for all of them at once, each kind of row with one question. */

type Collection = (typeof FOLLOWING)[number] | 'alerts';
const columns = (collection: Collection) => sql.raw(PROJECTIONS[collection].fields.map((field) => `t.${snake(field)}`).join(', '));
const keysOf = (keys: readonly RowKey[]) =>
  sql`unnest(${keys.map((key) => key.organisationId)}::uuid[], ${keys.map((key) => key.id)}::uuid[]) as k(organisation_id, id)`;

/** Rows that name one of the keys in a column, by organisation. */
async function readBy<C extends Collection>(
  tx: Tx, collection: C, column: 'wedding_id' | 'booking_id', keys: readonly RowKey[],
): Promise<Map<string, RowOf<C>[]>> {
  if (keys.length === 0) return new Map();
  const { table } = PROJECTIONS[collection];
  const only = collection === 'alerts' ? sql`and rule = 'left_behind' and state <> 'resolved'` : sql``;
  const { rows } = await sql<RowOf<C> & { organisationId: string }>`
    select t.organisation_id, ${columns(collection)} from ${keysOf(keys)}
    cross join lateral (
      select * from ${sql.table(table)} where organisation_id = k.organisation_id and ${sql.ref(column)} = k.id ${only}
    ) as t order by t.id
  `.execute(tx);
  return byOrganisation<RowOf<C>>(rows);
}

/** Alerts that tell of what did not move with these weddings, or of these rows, and are not settled. By organisation. */
export async function readLeftAlerts(tx: Tx, weddings: readonly RowKey[], rows: readonly RowKey[]): Promise<Map<string, Alert[]>> {
  const found = await readBy(tx, 'alerts', 'wedding_id', weddings);
  if (rows.length === 0) return found;
  const { rows: more } = await sql<Alert & { organisationId: string }>`
    select t.organisation_id, ${columns('alerts')} from ${keysOf(rows)}
    join alerts t on t.organisation_id = k.organisation_id and t.rule = 'left_behind' and t.state <> 'resolved'
      and t.stayed @> jsonb_build_array(jsonb_build_object('id', k.id::text))
    order by t.id
  `.execute(tx);
  const all = new Map([...found].map(([organisationId, own]) => [organisationId, new Map(own.map((one) => [one.id, one]))]));
  for (const [organisationId, own] of byOrganisation<Alert>(more)) {
    all.set(organisationId, new Map([...(all.get(organisationId) ?? []), ...own.map((one) => [one.id, one] as const)]));
  }
  return new Map([...all].map(([organisationId, own]) => [organisationId, [...own.values()]]));
}

export interface OfWeddings {
  readonly bookings: readonly RowOf<'bookings'>[];
  readonly allocations: readonly RowOf<'allocations'>[];
  readonly runSheetItems: readonly RowOf<'runSheetItems'>[];
}

/** All that is of these weddings, whatever its state. What is booked without saying for which wedding is of its booking's. By organisation. */
export async function readOfWeddings(tx: Tx, weddings: readonly RowKey[]): Promise<Map<string, OfWeddings>> {
  const bookings = await readBy(tx, 'bookings', 'wedding_id', weddings);
  const booked = [...bookings].flatMap(([organisationId, rows]) => rows.map(({ id }) => ({ organisationId, id })));
  const named = await readBy(tx, 'allocations', 'wedding_id', weddings);
  const unnamed = await readBy(tx, 'allocations', 'booking_id', booked);
  const items = await readBy(tx, 'runSheetItems', 'wedding_id', weddings);
  return new Map([...new Set(weddings.map(({ organisationId }) => organisationId))].map((organisationId) => {
    const allocations = [...(named.get(organisationId) ?? []), ...(unnamed.get(organisationId) ?? []).filter(({ weddingId }) => weddingId === null)];
    return [organisationId, { bookings: bookings.get(organisationId) ?? [], allocations, runSheetItems: items.get(organisationId) ?? [] }];
  }));
}

/** Of rows: which of them a source has told of, and may again. */
export async function readMapped(tx: Tx, rows: readonly RowKey[]): Promise<ReadonlySet<string>> {
  if (rows.length === 0) return new Set();
  const found = await sql<{ id: string }>`
    select k.id from ${keysOf(rows)} where exists (
      select from mappings m join connection_access a on a.organisation_id = m.organisation_id and a.id = m.connection_id and a.removed_at is null
      where m.organisation_id = k.organisation_id and m.local_id = k.id and m.erased_at is null
    )
  `.execute(tx);
  return new Set(found.rows.map(({ id }) => id));
}

/** That something outside has set the times of a row. */
export interface SetBySource {
  /** UTC milliseconds. */
  readonly at: number;
  /** The row was there before, and had others. */
  readonly changed: boolean;
}

/** Of rows that something outside has changed; those whose times somebody here has set since are left out. */
export async function readSetBySource(tx: Tx, rows: readonly RowKey[]): Promise<ReadonlyMap<string, SetBySource>> {
  if (rows.length === 0) return new Map();
  const { rows: found } = await sql<{ rowId: string; recordedAt: string; outside: boolean; changed: boolean }>`
    select e.row_id, e.recorded_at, e.outside, e.changed from ${keysOf(rows)} cross join lateral (
      select row_id, recorded_at, source is not null as outside, before is not null as changed from events
      where organisation_id = k.organisation_id and row_id = k.id and (before is null or before ?| array['startsAt', 'endsAt', 'callTime'])
      order by seq desc limit 1
    ) as e
  `.execute(tx);
  return new Map(found.flatMap(({ rowId, recordedAt, outside, changed }) =>
    (outside ? [[rowId, { at: Date.parse(recordedAt), changed }] as const] : [])));
}

/** Where rows stood before they followed by themselves. */
export async function readFollowed(tx: Tx, rows: readonly RowKey[]): Promise<ReadonlyMap<string, Followed>> {
  if (rows.length === 0) return new Map();
  const { rows: found } = await sql<Followed & { rowId: string }>`
    select f.row_id, f.from_start, f.to_start, f.stood, f.became from ${keysOf(rows)}
    join followed_rows f on f.organisation_id = k.organisation_id and f.row_id = k.id
  `.execute(tx);
  return new Map(found.map(({ rowId, ...one }) => [rowId, one]));
}

export interface FollowedRow extends RowKey {
  readonly fromStart: string;
  readonly toStart: string;
  readonly stood: Times;
  readonly became: Times;
}

export async function writeFollowed(tx: Tx, rows: readonly FollowedRow[]): Promise<void> {
  if (rows.length === 0) return;
  const told = rows.map(({ organisationId, id, fromStart, toStart, stood, became }) =>
    ({ organisation_id: organisationId, row_id: id, from_start: fromStart, to_start: toStart, stood, became }));
  await sql`
    insert into followed_rows (organisation_id, row_id, from_start, to_start, stood, became)
    select organisation_id, row_id, from_start, to_start, stood, became from jsonb_to_recordset(${JSON.stringify(told)}::jsonb)
      as f(organisation_id uuid, row_id uuid, from_start timestamptz, to_start timestamptz, stood jsonb, became jsonb)
    on conflict (organisation_id, row_id) do update
      set from_start = excluded.from_start, to_start = excluded.to_start, stood = excluded.stood, became = excluded.became
  `.execute(tx);
}
