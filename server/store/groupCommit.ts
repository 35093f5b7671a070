import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Ids, Log } from '../../core/ports/ports.ts';
import { createBinaryArrays } from './binaryArrays.ts';
import { restBeforeCommit } from './commitPace.ts';
import type { Database } from './database.ts';
import type { RightOfWay } from './rightOfWay.ts';
import type { NewDelivery, StoredReceipt } from './store.ts';

/** Rows and bytes of bodies in one insert at most. */
const MAX_ROWS = 512;
const MAX_BYTES = 16 * 1024 * 1024;

interface Pending {
  readonly delivery: NewDelivery;
  readonly id: string;
  readonly resolve: (receipt: StoredReceipt) => void;
  readonly reject: (error: unknown) => void;
}

export interface GroupCommit {
  add(delivery: NewDelivery): Promise<StoredReceipt>;
  /** Commits so far, for measuring. */
  readonly commits: () => number;
  idle(): Promise<void>;
}

const keyOf = (connectionId: string, deliveryKey: string) => `${connectionId}\n${deliveryKey}`;

/** SQLSTATE classes 22 and 23: the data of one row is at fault, not the database. */
function isDataFault(error: unknown): boolean {
  const code = error !== null && typeof error === 'object' && 'code' in error ? error.code : null;
  return typeof code === 'string' && (code.startsWith('22') || code.startsWith('23'));
}

/**
 * Many deliveries, one commit. While one batch is being committed the next one gathers: no waiting when it is quiet, large
 * batches when it is not, and none too soon after the last (`commitPace.ts`). One lane, because a second one was measured to be slower.
 */
export function createGroupCommit(options: { readonly database: Database; readonly ids: Ids; readonly log: Log; readonly stored: () => void; readonly rightOfWay: Pick<RightOfWay, 'stored'> }): GroupCommit {
  const { database, ids, log, stored, rightOfWay } = options;
  let waiting: Pending[] = [];
  let running: Promise<void> | null = null;
  let commits = 0;
  let begunAt = Number.NEGATIVE_INFINITY;
  const arrays = createBinaryArrays();

  /** Returns the ids of the rows that were new, by key. One statement = one commit. */
  async function insert(rows: readonly Pending[]): Promise<Map<string, string>> {
    // What it waits for the connection is the work's time, not its own.
    return database.first.connection().execute(async (own) => {
      const begun = performance.now();
      const fresh = await insertOn(own, rows);
      rightOfWay.stored(rows.length, performance.now() - begun, waiting.length);
      return fresh;
    });
  }

  async function insertOn(own: Database['first'], rows: readonly Pending[]): Promise<Map<string, string>> {
    const column = <T>(pick: (row: Pending) => T): T[] => rows.map(pick);
    // One lane: the batch before has been answered.
    arrays.begin();
    const result = await sql<{ id: string; connectionId: string; deliveryKey: string }>`
      insert into deliveries (id, organisation_id, connection_id, system, delivery_key, vendor_event, media_type, headers, body, received_at, origin, priority)
      select id, organisation_id, connection_id, system, delivery_key, vendor_event, media_type, headers::jsonb, body, received_at, origin, priority
      from unnest(${arrays.uuids(column((r) => r.id))}::uuid[], ${arrays.uuids(column((r) => r.delivery.organisationId))}::uuid[], ${arrays.uuids(column((r) => r.delivery.connectionId))}::uuid[],
        ${arrays.text(column((r) => r.delivery.system))}::text[], ${arrays.text(column((r) => r.delivery.deliveryKey))}::text[], ${arrays.text(column((r) => r.delivery.vendorEvent))}::text[],
        ${arrays.text(column((r) => r.delivery.mediaType))}::text[], ${arrays.text(column((r) => JSON.stringify(r.delivery.headers)))}::text[], ${arrays.text(column((r) => r.delivery.bodyText))}::text[],
        ${arrays.instants(column((r) => r.delivery.receivedAt))}::timestamptz[], ${arrays.text(column((r) => r.delivery.origin ?? 'webhook'))}::text[],
        ${arrays.text(column((r) => r.delivery.priority ?? 'normal'))}::text[])
        with ordinality as d(id, organisation_id, connection_id, system, delivery_key, vendor_event, media_type, headers, body, received_at, origin, priority, place)
      order by place
      on conflict (connection_id, delivery_key) do nothing
      returning id, connection_id, delivery_key
    `.execute(own);
    commits += 1;
    return new Map(result.rows.map((row) => [keyOf(row.connectionId, row.deliveryKey), row.id]));
  }

  async function known(rows: readonly Pending[]): Promise<Map<string, string>> {
    const result = await sql<{ id: string; connectionId: string; deliveryKey: string }>`
      select d.id, d.connection_id, d.delivery_key from deliveries d
      join unnest(${rows.map((r) => r.delivery.connectionId)}::uuid[], ${rows.map((r) => r.delivery.deliveryKey)}::text[]) as k(connection_id, delivery_key)
        on d.connection_id = k.connection_id and d.delivery_key = k.delivery_key
    `.execute(database.first);
    return new Map(result.rows.map((row) => [keyOf(row.connectionId, row.deliveryKey), row.id]));
  }

  async function store(batch: readonly Pending[]): Promise<void> {
    // The same delivery twice in one batch: the first is stored, the others are its duplicates.
    const firsts = new Map<string, Pending>();
    for (const one of batch) {
      const key = keyOf(one.delivery.connectionId, one.delivery.deliveryKey);
      if (!firsts.has(key)) firsts.set(key, one);
    }
    const rows = [...firsts.values()];
    const fresh = await insert(rows);
    const old = fresh.size < rows.length ? await known(rows.filter((row) => !fresh.has(keyOf(row.delivery.connectionId, row.delivery.deliveryKey)))) : new Map<string, string>();
    if (fresh.size > 0) stored();
    for (const one of batch) {
      const key = keyOf(one.delivery.connectionId, one.delivery.deliveryKey);
      const freshId = fresh.get(key);
      const deliveryId = freshId ?? old.get(key);
      if (!deliveryId) one.reject(new Error('the delivery is neither new nor known'));
      else one.resolve({ deliveryId, duplicate: freshId === undefined || one.id !== freshId });
    }
  }

  function take(): Pending[] {
    let bytes = 0;
    let count = 0;
    while (count < waiting.length && count < MAX_ROWS && bytes < MAX_BYTES) {
      bytes += waiting[count]?.delivery.bodyText.length ?? 0;
      count += 1;
    }
    const batch = waiting.slice(0, count);
    waiting = waiting.slice(count);
    return batch;
  }

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      const rest = restBeforeCommit(performance.now() - begunAt, waiting.length);
      if (rest > 0) await pause(rest);
      begunAt = performance.now();
      const batch = take();
      try {
        await store(batch);
      } catch (error) {
        if (batch.length === 1 || !isDataFault(error)) {
          log.error({ err: error, deliveries: batch.length }, 'deliveries could not be stored');
          for (const one of batch) one.reject(error);
          continue;
        }
        // One row is at fault; the others must not suffer for it.
        for (const one of batch) await store([one]).catch((own: unknown) => one.reject(own));
      }
    }
    running = null;
  }

  return {
    add(delivery) {
      return new Promise((resolve, reject) => {
        waiting.push({ delivery, id: ids.next(), resolve, reject });
        // Deferred to the end of this turn, so that requests which arrived together are committed together.
        running ??= new Promise<void>((done) => setImmediate(done)).then(drain);
      });
    },
    commits: () => commits,
    async idle() {
      while (running) await running;
    },
  };
}
