import { sql } from 'kysely';
import type { RowOf } from '../../../core/contract/record.ts';
import type { Alert } from '../../../core/contract/record/attention.ts';
import type { Conflict } from '../../../core/contract/record/taking.ts';
import { occupancyId, type Member, type MemberCollection } from '../../../core/domain/conflicts/occupancies.ts';
import type { Tx } from '../database.ts';
import { PROJECTIONS, snake } from '../projections.ts';
import { byOrganisation } from '../rows.ts';

/** A stretch of one resource's time. UTC instants; half-open. */
export interface Window {
  readonly organisationId: string;
  readonly resourceId: string;
  readonly from: string;
  readonly to: string;
}

/** By which of its columns a row takes a resource. */
const TAKES = { weddings: 'room_id', bookings: 'vendor_id', allocations: 'resource_id', calendarEvents: 'resource_id' } as const satisfies Record<MemberCollection, string>;

const columnsOf = (collection: MemberCollection | 'conflicts' | 'alerts') => sql.raw(PROJECTIONS[collection].fields.map((field) => `t.${snake(field)}`).join(', '));

/** Rows of one collection that take time within the windows, each once, by organisation. Cancelled ones are nobody's time. */
export async function readTaking<C extends MemberCollection>(tx: Tx, collection: C, windows: readonly Window[]): Promise<Map<string, RowOf<C>[]>> {
  const { table } = PROJECTIONS[collection];
  const { rows } = await sql<RowOf<C> & { organisationId: string }>`
    select distinct on (t.organisation_id, t.id) t.organisation_id, ${columnsOf(collection)}
    from unnest(${windows.map((one) => one.organisationId)}::uuid[], ${windows.map((one) => one.resourceId)}::uuid[], ${windows.map((one) => one.from)}::timestamptz[], ${windows.map((one) => one.to)}::timestamptz[])
      as w(organisation_id, resource_id, begins, ends)
    cross join lateral (
      select * from ${sql.table(table)} where organisation_id = w.organisation_id and ${sql.raw(TAKES[collection])} = w.resource_id and ends_at > w.begins and starts_at < w.ends and status <> 'cancelled'
    ) as t
  `.execute(tx);
  return byOrganisation(rows);
}

type Of = Member & { readonly organisationId: string };
/** Beyond so many of one house it is quicker to read all that it has than to look for each. */
const MANY = 200;

/** Conflicts that are not resolved and have one of the members. */
export async function readConflictsOf(tx: Tx, members: readonly Of[]): Promise<Map<string, Conflict[]>> {
  const wanted = new Map<string, Set<string>>();
  for (const { organisationId, ...one } of members) {
    const own = wanted.get(organisationId) ?? new Set();
    wanted.set(organisationId, own.add(occupancyId(one)));
  }
  const whole = [...wanted].flatMap(([organisationId, some]) => (some.size > MANY ? [organisationId] : []));
  const found = await readConflictsOfEach(tx, members.filter(({ organisationId }) => !whole.includes(organisationId)));
  if (whole.length === 0) return found;
  const { rows } = await sql<Conflict & { organisationId: string }>`
    select t.organisation_id, ${columnsOf('conflicts')} from conflicts t where t.organisation_id = any(${whole}::uuid[]) and t.state <> 'resolved' order by t.id
  `.execute(tx);
  const touched = rows.filter((row) => row.members.some((member) => wanted.get(row.organisationId)?.has(occupancyId(member))));
  return new Map([...found, ...byOrganisation<Conflict>(touched)]);
}

async function readConflictsOfEach(tx: Tx, members: readonly Of[]): Promise<Map<string, Conflict[]>> {
  if (members.length === 0) return new Map();
  const { rows } = await sql<Conflict & { organisationId: string }>`
    select distinct on (t.organisation_id, t.id) t.organisation_id, ${columnsOf('conflicts')}
    from unnest(${members.map((one) => one.organisationId)}::uuid[], ${members.map(({ collection, id }) => JSON.stringify([{ collection, id }]))}::jsonb[]) as m(organisation_id, member)
    join conflicts t on t.organisation_id = m.organisation_id and t.state <> 'resolved' and t.members @> m.member
  `.execute(tx);
  return byOrganisation(rows);
}

/** Alerts about these conflicts that are not resolved. */
export async function readAlertsOf(tx: Tx, conflicts: readonly { readonly organisationId: string; readonly id: string }[]): Promise<Map<string, Alert[]>> {
  if (conflicts.length === 0) return new Map();
  const { rows } = await sql<Alert & { organisationId: string }>`
    select t.organisation_id, ${columnsOf('alerts')}
    from unnest(${conflicts.map((one) => one.organisationId)}::uuid[], ${conflicts.map((one) => one.id)}::text[]) as c(organisation_id, id)
    join alerts t on t.organisation_id = c.organisation_id and t.state <> 'resolved' and t.subject->>'id' = c.id
  `.execute(tx);
  return byOrganisation(rows);
}
