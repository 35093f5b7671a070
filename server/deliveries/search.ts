import { sql, type RawBuilder } from 'kysely';
import { COUNT_LOOK, DELIVERIES_PAGE, REVIEW_STATES, TEXT_LOOK, type DeliveryLine, type DeliveryPage, type DeliveryState } from '../../core/contract/deliveries.ts';
import { coverText } from '../../core/domain/deliveries/cover.ts';
import type { Tx } from '../store/database.ts';
import { instant, type StoreInternals } from '../store/internals.ts';
import { bounds, filters, isOfReview, placeText, type Narrowing, type Place } from './lots.ts';

/** Rows that are looked at for one page where no text has to be looked for. */
const LOOK = 20_000;

type Row = Omit<DeliveryLine, 'weddingIds'> & { readonly arrival: number };

export const LINE = sql`d.id, d.arrival, d.connection_id, d.system, d.origin, d.priority, d.vendor_event, d.delivery_key as vendor_key, d.state, d.reason, d.attempts, d.received_at, d.done_at, d.next_attempt_at`;

/** One page, newest first. However much there is, only a bounded number of rows is looked at; see `core/contract/deliveries.ts`. */
export async function searchDeliveries(internals: StoreInternals, organisationId: string, narrowing: Narrowing, states: readonly DeliveryState[], before: Place | null): Promise<DeliveryPage> {
  return internals.database.withOrganisation(organisationId, async (tx) => {
    const bound = await bounds(tx, organisationId, narrowing, states);
    const wanted = filters(narrowing, states);
    const look = narrowing.text === undefined ? LOOK : TEXT_LOOK;
    const place = before ? sql`and (d.received_at, d.arrival) < (${before.at}::timestamptz, ${before.arrival}::bigint)` : sql``;
    const looked = (columns: RawBuilder<unknown>) => sql`select ${columns} from deliveries d where ${bound} ${place} order by d.received_at desc, d.arrival desc`;
    const found = await sql<Row>`
      select ${LINE} from (${looked(sql`*`)} limit ${look}) as d where ${wanted} order by d.received_at desc, d.arrival desc limit ${DELIVERIES_PAGE + 1}
    `.execute(tx);
    const rows = found.rows.slice(0, DELIVERIES_PAGE);
    const last = rows.at(-1);
    let next: Place | null = null;
    if (found.rows.length > DELIVERIES_PAGE && last) next = { at: last.receivedAt, arrival: last.arrival };
    else {
      // Nothing more among those looked at; whoever asks on begins behind them.
      const end = await sql<{ receivedAt: string; arrival: number }>`${looked(sql`d.received_at, d.arrival`)} offset ${look - 1} limit 1`.execute(tx);
      const [reached] = end.rows;
      if (reached) next = { at: reached.receivedAt, arrival: reached.arrival };
    }
    const deliveries = await withWeddings(tx, organisationId, rows);
    return { at: instant(internals.clock), deliveries, ...(await count(tx, organisationId, narrowing)), before: next === null ? null : placeText(next) };
  });
}

/** By state, of the narrowing without its state: what waits for a person all of it, the rest of the newest only. */
async function count(tx: Tx, organisationId: string, narrowing: Narrowing): Promise<Pick<DeliveryPage, 'counts' | 'countedAll'>> {
  const look = narrowing.text === undefined ? COUNT_LOOK : TEXT_LOOK;
  const tally = async (bound: RawBuilder<unknown>) => {
    const { rows } = await sql<{ state: DeliveryState; count: number; looked: number }>`
      select state, count(*) filter (where hit) as count, count(*) as looked from (
        select d.state, (${filters(narrowing, [])}) is true as hit from (select * from deliveries d where ${bound} order by d.received_at desc, d.arrival desc limit ${look}) as d
      ) as seen group by state
    `.execute(tx);
    return rows;
  };
  const newest = await tally(await bounds(tx, organisationId, narrowing, []));
  const countedAll = newest.reduce((sum, one) => sum + one.looked, 0) < look;
  const known = countedAll ? newest : [...newest.filter(({ state }) => !isOfReview(state)), ...(await tally(await bounds(tx, organisationId, narrowing, REVIEW_STATES)))];
  return { counts: Object.fromEntries(known.filter((one) => one.count > 0).map((one) => [one.state, one.count])), countedAll };
}

/** The weddings whose rows each delivery has changed. */
export async function withWeddings(tx: Tx, organisationId: string, rows: readonly Row[]): Promise<DeliveryLine[]> {
  if (rows.length === 0) return [];
  const found = await sql<{ deliveryId: string; weddingIds: string[] }>`
    select delivery_id, array_agg(distinct wedding_id)::text[] as wedding_ids from events
    where organisation_id = ${organisationId} and delivery_id = any(${rows.map((row) => row.id)}::uuid[]) and wedding_id is not null group by delivery_id
  `.execute(tx);
  const byId = new Map(found.rows.map((row) => [row.deliveryId, row.weddingIds]));
  return rows.map(({ arrival: _arrival, ...line }) => ({ ...line, reason: line.reason === null ? null : coverText(line.reason), weddingIds: byId.get(line.id) ?? [] }));
}
