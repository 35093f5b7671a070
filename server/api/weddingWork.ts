import { sql } from 'kysely';
import type { ConnectionStatusAnswer, WeddingStatusAnswer } from '../../core/contract/looking.ts';
import type { Tx } from '../store/database.ts';

const REVIEWS_SHOWN = 200;

export interface WorkOptions {
  readonly organisationId: string;
  readonly weddingId: string;
  /** Those that something of the wedding came from. */
  readonly connections: ConnectionStatusAnswer['connections'];
  readonly now: string;
}

type Work = Pick<WeddingStatusAnswer, 'at' | 'connections' | 'status' | 'flows' | 'reviews' | 'pendingReviews'>;

/** What goes on with the connections of a wedding, what of them waits for a person, and when each was last in step with its source. */
export async function workOf(tx: Tx, { organisationId, weddingId, connections, now }: WorkOptions): Promise<Work> {
  const ids = connections.map(({ connection }) => connection.id);
  const reviews = await reviewsOf(tx, organisationId, weddingId, ids);
  const flows = await flowsOf(tx, organisationId, ids, connections, now);
  // The trail of calls knows when a source last answered a look.
  const looked = await sql<{ id: string; at: string | null }>`
    select i.id, (select a.last_at from audit a where a.subject = i.id::text and a.organisation_id = ${organisationId} and a.action = 'source.look' and a.outcome ~ '^[23]' order by a.minute desc limit 1) as at
    from unnest(${ids}::uuid[]) as i(id)
  `.execute(tx);
  const lastLook = new Map(looked.rows.map(({ id, at }) => [id, at]));
  return {
    at: now,
    connections: connections.map((one) => ({ ...one, lastSyncAt: lastLook.get(one.connection.id) ?? one.lastDeliveryAt })),
    status: statusOf(connections, reviews.length, flows.length),
    flows,
    reviews: reviews.slice(0, REVIEWS_SHOWN),
    pendingReviews: reviews.length,
  };
}

function statusOf(connections: WorkOptions['connections'], reviews: number, flows: number): Work['status'] {
  if (connections.length === 0) return 'unconnected';
  if (connections.some(({ connection: { health } }) => health === 'failing' || health === 'disabled')) return 'failing';
  if (reviews > 0) return 'needs_person';
  return flows > 0 || connections.some(({ queue }) => queue.waiting > 0) ? 'working' : 'healthy';
}

/** Newest first. */
async function reviewsOf(tx: Tx, organisationId: string, weddingId: string, connectionIds: readonly string[]): Promise<WeddingStatusAnswer['reviews']> {
  const { rows } = await sql<WeddingStatusAnswer['reviews'][number]>`
    select r.id, r.connection_id, r.kind,
      coalesce(r.lot -> 'weddingIds' ? ${weddingId}::text, false) or exists (
        select from events e where e.organisation_id = ${organisationId} and e.delivery_id = r.delivery_id and e.wedding_id = ${weddingId}
      ) as concerns
    from review_items r where r.organisation_id = ${organisationId} and r.state = 'open' and r.connection_id = any(${connectionIds}::uuid[]) order by r.received_at desc, r.id
  `.execute(tx);
  return rows;
}

async function flowsOf(tx: Tx, organisationId: string, connectionIds: readonly string[], connections: WorkOptions['connections'], now: string): Promise<WeddingStatusAnswer['flows']> {
  const { rows } = await sql<WeddingStatusAnswer['flows'][number]>`
    select 'reread' as kind, connection_id, count(*) as count from deliveries
      where connection_id = any(${connectionIds}::uuid[]) and state in ('received', 'waiting') and in_hand group by connection_id
    union all
    select 'replay', d.connection_id, count(*) from replays p join deliveries d on d.replay_id = p.id
      where p.organisation_id = ${organisationId} and p.state = 'running' and d.connection_id = any(${connectionIds}::uuid[]) group by d.connection_id
    union all
    select 'dry_run', d.connection_id, count(*) from dry_runs r join dry_run_lines l on l.dry_run_id = r.id join deliveries d on d.id = l.delivery_id
      where r.organisation_id = ${organisationId} and r.state = 'running' and d.connection_id = any(${connectionIds}::uuid[]) group by d.connection_id
  `.execute(tx);
  // Whoever takes a connection to look at it moves its time on: until then the look is asked for and not done.
  const looks = connections.flatMap(({ connection: { id }, nextLookAt }) => (nextLookAt !== null && nextLookAt <= now ? [{ kind: 'look' as const, connectionId: id, count: 1 }] : []));
  return [...looks, ...rows];
}
