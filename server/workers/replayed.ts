import { sql } from 'kysely';
import { EVENT_TYPES, type EventType } from '../../core/contract/events.ts';
import { alertsFor } from '../../core/domain/alerts/alerts.ts';
import type { Change } from '../../core/domain/record/changes.ts';
import { draftUpdated, type DraftContext, type EventDraft } from '../../core/domain/record/drafts.ts';
import { withoutOvertaken, type Later } from '../../core/domain/record/overtaken.ts';
import { alertsAbout } from '../store/alertsAbout.ts';
import type { Tx } from '../store/database.ts';
import { readRows } from '../store/rows.ts';
import type { DeliveryInHand, Work } from './outcome.ts';
import { SYSTEM, type Settled } from './settle.ts';
import type { WorkingView } from './view.ts';

/** Events of the rows in question that are looked at; the newest count. */
const EVENTS_LOOKED_AT = 20_000;

interface EventSince {
  readonly rowId: string;
  readonly type: EventType;
  readonly recordedAt: string;
  /** Of the delivery that caused it; null = a person or the house itself did. */
  readonly arrival: number | null;
  readonly fields: readonly string[] | null;
}

type Old = Pick<DeliveryInHand, 'arrival' | 'receivedAt'>;

const rowsTold = (connectionId: string, changes: readonly Change[], view: WorkingView): string[] => {
  const seen = view.of(connectionId);
  return changes.flatMap(({ remote }) => seen.mapping(remote.type, remote.id)?.id ?? []);
};

/** What happened to rows after each delivery came, read once for all of them. */
async function readSince(tx: Tx, organisationId: string, rowIds: readonly string[]): Promise<(old: Old) => (rowId: string) => Later | null> {
  const { rows } = await sql<EventSince>`
    select e.row_id, e.type, e.recorded_at, d.arrival,
      case when e.before is null then (select array_agg(key) from jsonb_each(e."row") where value <> 'null') else (select array_agg(key) from jsonb_object_keys(e.before) as key) end as fields
    from events e left join deliveries d on d.id = e.delivery_id
    where e.organisation_id = ${organisationId} and e.row_id = any(${[...rowIds]}::uuid[]) order by e.seq desc limit ${EVENTS_LOOKED_AT}
  `.execute(tx);
  const byRow = Map.groupBy(rows, (row) => row.rowId);
  return ({ arrival, receivedAt }) => (rowId) => {
    const since = (byRow.get(rowId) ?? []).filter((one) => (one.arrival === null ? one.recordedAt > receivedAt : one.arrival > arrival));
    if (since.length === 0) return null;
    return { gone: since.some(({ type }) => EVENT_TYPES[type].change === 'deleted'), fields: new Set(since.flatMap(({ fields }) => fields ?? [])) };
  };
}

/** Of deliveries that are worked on again, what was not told otherwise since. What was read at the source just now is newest and stays. */
export async function withoutOvertakenFacts(tx: Tx, organisationId: string, works: readonly Work[], fromSource: ReadonlySet<string>, view: WorkingView): Promise<readonly Work[]> {
  const isOld = ({ delivery, outcome }: Work) => delivery.replayId !== null && outcome.kind === 'changes' && !fromSource.has(delivery.id);
  const rowIds = works.filter(isOld).flatMap(({ delivery, outcome }) => (outcome.kind === 'changes' ? rowsTold(delivery.connectionId, outcome.changes, view) : []));
  if (rowIds.length === 0) return works;
  const since = await readSince(tx, organisationId, rowIds);
  return works.map((work) => {
    const { delivery, outcome } = work;
    if (!isOld(work) || outcome.kind !== 'changes') return work;
    const seen = view.of(delivery.connectionId);
    return { delivery, outcome: { ...outcome, changes: withoutOvertaken(outcome.changes, (type, id) => seen.mapping(type, id), since(delivery)) } };
  });
}

/** An open card about a row that is of no wedding still. */
const aboutLoose = sql`(review_items.about is not null and (
  exists (select from bookings r where r.organisation_id = review_items.organisation_id and r.id = (review_items.about->>'id')::uuid and r.wedding_id is null)
  or exists (select from payments r where r.organisation_id = review_items.organisation_id and r.id = (review_items.about->>'id')::uuid and r.wedding_id is null)
  or exists (select from documents r where r.organisation_id = review_items.organisation_id and r.id = (review_items.about->>'id')::uuid and r.wedding_id is null)))`;

/** Which of these deliveries were worked on again and still wait for a person, since a row that they once made has no wedding: by delivery, the rows. */
export async function stillLoose(tx: Tx, organisationId: string, settled: readonly Settled[]): Promise<Map<string, readonly string[]>> {
  const again = settled.filter(({ delivery, state }) => delivery.replayId !== null && state === 'processed');
  if (again.length === 0) return new Map();
  const { rows } = await sql<{ deliveryId: string; rowId: string }>`
    select delivery_id, about->>'id' as row_id from review_items
    where organisation_id = ${organisationId} and delivery_id = any(${again.map((one) => one.delivery.id)}::uuid[]) and state = 'open' and kind = 'parked' and ${aboutLoose}
  `.execute(tx);
  return new Map([...Map.groupBy(rows, (row) => row.deliveryId)].map(([id, own]) => [id, own.map((row) => row.rowId)]));
}

/** What waited for a person because of these deliveries is done with: they were worked on again, and whatever is wrong now is told anew. */
export async function closeReviews(tx: Tx, organisationId: string, settled: readonly Settled[], now: number, newId: () => string): Promise<EventDraft[]> {
  const again = settled.filter(({ delivery, state, differsFrom, stays }) => delivery.replayId !== null && differsFrom === undefined && stays !== true && state !== 'waiting' && state !== 'held');
  if (again.length === 0) return [];
  const { rows } = await sql<{ id: string }>`
    select id from review_items where organisation_id = ${organisationId} and delivery_id = any(${again.map((one) => one.delivery.id)}::uuid[]) and state = 'open' and kind <> 'held' and not ${aboutLoose}
  `.execute(tx);
  if (rows.length === 0) return [];
  const drafts: EventDraft[] = [];
  for (const item of await readRows(tx, organisationId, 'reviewItems', rows.map((row) => row.id))) {
    const context: DraftContext = { actor: SYSTEM, source: null, deliveryId: item.deliveryId };
    const resolved = draftUpdated('review.resolved', 'reviewItems', null, item, { state: 'resolved' }, null, context);
    if (resolved) drafts.push(resolved, ...alertsFor([resolved], await alertsAbout(tx, organisationId, item.id), now, context, newId));
  }
  return drafts;
}
