import { sql, type RawBuilder } from 'kysely';
import { DELIVERY_STATES, REVIEW_STATES, type DeliveryQuery, type DeliveryState, type Lot, type ReplayOrder } from '../../core/contract/deliveries.ts';
import type { Tx } from '../store/database.ts';
import { triedBounds, triedFilters } from './tried.ts';

/** Which deliveries are meant, as far as a query can say it. Deliveries are `d` in all of these. */
export type Narrowing = Omit<DeliveryQuery, 'before'>;

/** A place in the order of receipt. */
export interface Place {
  readonly at: string;
  readonly arrival: number;
}

export const placeText = ({ at, arrival }: Place): string => `${Date.parse(at)}-${arrival}`;
/** Null = no instant is that far away. */
export function placeOf(text: string): Place | null {
  const [ms, arrival] = text.split('-').map(Number);
  const at = new Date(ms ?? Number.NaN);
  return Number.isNaN(at.getTime()) || at.getUTCFullYear() > 9999 || arrival === undefined ? null : { at: at.toISOString(), arrival };
}

/** Null = a state that there is not. */
export function statesOf(text: string | undefined): readonly DeliveryState[] | null {
  const named = text === undefined ? [] : text.split(',');
  const known = DELIVERY_STATES.filter((state) => named.includes(state));
  return known.length === new Set(named).size ? known : null;
}

export const isOfReview = (state: DeliveryState): boolean => (REVIEW_STATES as readonly DeliveryState[]).includes(state);

/** Events of a wedding that are looked at for the deliveries behind them; the newest. */
const EVENTS_OF_WEDDING = 5_000;

const all = (parts: readonly RawBuilder<unknown>[]) => (parts.length === 0 ? sql`true` : sql.join(parts, sql` and `));

/** Conditions that an index narrows by; everything else is {@link filters}. The rows that they leave are looked at up to a limit. */
export async function bounds(tx: Tx, organisationId: string, narrowing: Narrowing, states: readonly DeliveryState[]): Promise<RawBuilder<unknown>> {
  const { system, connection, wedding, from, to } = narrowing;
  const parts: RawBuilder<unknown>[] = [sql`d.organisation_id = ${organisationId}`];
  if (from !== undefined) parts.push(sql`d.received_at >= ${from}::timestamptz`);
  if (to !== undefined) parts.push(sql`d.received_at <= ${to}::timestamptz`);
  parts.push(...triedBounds(narrowing));
  if (connection !== undefined) parts.push(sql`d.connection_id = ${connection}`);
  else if (system !== undefined) {
    const own = await tx.selectFrom('connectionAccess').select('id').where('organisationId', '=', organisationId).where('system', '=', system).limit(2).execute();
    if (own.length === 1) parts.push(sql`d.connection_id = ${own[0]?.id ?? null}`);
  }
  if (wedding !== undefined) {
    parts.push(sql`d.id = any(array(select distinct delivery_id from (
      select delivery_id from events where organisation_id = ${organisationId} and wedding_id = ${wedding} and delivery_id is not null order by seq desc limit ${EVENTS_OF_WEDDING}) as e))`);
  }
  if (states.length > 0 && states.every(isOfReview)) parts.push(inStates(states));
  return all(parts);
}

/** Written out, so that the planner sees that a partial index has them all. */
const inStates = (states: readonly DeliveryState[]) => sql`d.state in (${sql.join(states.map((state) => sql.lit(state)))})`;

const LIKE = /[\\%_]/g;

/** Conditions that are tried row by row. */
export function filters(narrowing: Narrowing, states: readonly DeliveryState[]): RawBuilder<unknown> {
  const { system, origin, priority, text } = narrowing;
  const parts: RawBuilder<unknown>[] = [];
  if (system !== undefined) parts.push(sql`d.system = ${system}`);
  if (origin !== undefined) parts.push(sql`d.origin = ${origin}`);
  if (priority !== undefined) parts.push(sql`d.priority = ${priority}`);
  parts.push(...triedFilters(narrowing));
  if (states.length > 0) parts.push(inStates(states));
  if (text !== undefined) {
    const like = `%${text.replace(LIKE, (character) => `\\${character}`)}%`;
    parts.push(sql`(d.delivery_key ilike ${like} or d.vendor_event ilike ${like} or d.body ilike ${like})`);
  }
  return all(parts);
}

export const isShown = (order: ReplayOrder): order is { dryRun: string } => 'dryRun' in order;
export const isNamed = (lot: ReplayOrder): lot is Extract<Lot, { ids: string[] }> => 'ids' in lot;
