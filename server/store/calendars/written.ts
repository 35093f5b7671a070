import { sql } from 'kysely';
import type { PushedCalendar } from '../../../core/domain/calendars/queueing.ts';
import type { Calendar } from '../../../core/contract/record/calendars.ts';
import type { Owners } from '../../../core/domain/calendars/subjects.ts';
import { wholesOf } from '../../../core/domain/calendars/wholes.ts';
import type { Tx } from '../database.ts';
import { COMBINED, type Combined } from './wholes.ts';

/** Calendars that are kept elsewhere and are written from here. */

export interface WrittenCalendar extends PushedCalendar, Pick<Calendar, 'invite'> {
  /** It is gone through: what is to stand there need not yet be wanted there. */
  readonly filled: boolean;
  /** By what the owners of items name whoever is in charge there: the vendor or the crew whose calendar it is, and what they are a part of. */
  readonly owners: Owners;
}

/** As {@link WRITTEN} reads them. */
export interface WrittenRows {
  readonly calendars: readonly (Omit<WrittenCalendar, 'wholes' | 'owners'> & {
    /** Of its vendor or its crew; null = its run sheets are not written, or it is of neither. */
    readonly keys: readonly string[] | null;
  })[];
  readonly combined: readonly Combined[] | null;
}

/** Of the organisation `o`, as {@link WrittenRows} in JSON; null = there are none. */
export const WRITTEN = sql`(
  select jsonb_build_object('combined', ${COMBINED}, 'calendars', jsonb_agg(jsonb_build_object(
    'id', c.id, 'direction', c.direction, 'state', c.state, 'resourceId', c.resource_id, 'everyWedding', c.every_wedding, 'runSheet', c.run_sheet, 'privacy', c.privacy, 'invite', c.invite,
    'filled', c.filling->>'state' <> 'idle' or exists (
      select from calendar_states s where s.organisation_id = c.organisation_id and s.calendar_id = c.id
        and s.filled_to ? 'anew' and coalesce((s.filled_to->>'whole')::boolean, false) = false
    ),
    'role', c.role, 'categories', c.categories, 'titleTemplate', c.title_template, 'descriptionTemplate', c.description_template,
    'keys', case when c.run_sheet then (select r.keys from resources r where r.organisation_id = c.organisation_id and r.id = c.resource_id and r.kind in ('vendor', 'crew')) end
  ) order by c.id))
  from calendars c where c.organisation_id = o.id and c.state = 'active' and c.direction in ('outbound', 'bidirectional') having count(*) > 0
)`;

export function writtenOf(rows: WrittenRows | null): readonly WrittenCalendar[] {
  const combined = rows?.combined ?? [];
  return (rows?.calendars ?? []).map(({ keys, ...calendar }) => {
    const wholes = wholesOf(calendar.resourceId, combined);
    if (calendar.resourceId === null || keys === null) return { ...calendar, wholes, owners: new Map() };
    const inCharge = combined.flatMap(({ id, keys: own }) => (own !== null && wholes.some((whole) => whole.id === id) ? [[id, own] as const] : []));
    return { ...calendar, wholes, owners: new Map([[calendar.resourceId, keys], ...inCharge]) };
  });
}

/** By organisation; those that have none are not in it. */
export async function readWritten(tx: Tx, organisationIds: readonly string[]): Promise<Map<string, readonly WrittenCalendar[]>> {
  if (organisationIds.length === 0) return new Map();
  const { rows } = await sql<{ id: string; written: WrittenRows | null }>`select o.id, ${WRITTEN} as written from organisations o where o.id = any(${[...organisationIds]}::uuid[])`.execute(tx);
  return new Map(rows.flatMap(({ id, written }) => (written === null ? [] : [[id, writtenOf(written)] as const])));
}

export const ownersIn = (calendars: readonly WrittenCalendar[]): Owners => new Map(calendars.flatMap(({ owners }) => [...owners]));
