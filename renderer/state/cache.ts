import { Dexie, type Table } from 'dexie';
import { z } from 'zod';
import { EVENT_TYPES, isErasure, RecordedEvent } from '../../core/contract/events.ts';
import { Instant, Seq } from '../../core/contract/primitives.ts';
import { COLLECTION_NAMES, Organisation, Snapshot, type AnyRow, type CollectionName } from '../../core/contract/record.ts';
import type { RemovedRow } from '../../core/contract/stream.ts';
import { pageLog } from './pageLog.ts';

/** The last known record, kept in the page's own database so that the board opens with the server down. */

const DATABASE = 'wedsync-console';
/** How many past events are kept for the feed and the history in the inspector. */
export const EVENTS_KEPT = 400;

const Meta = z.object({ key: z.literal('record'), epoch: z.string(), seq: Seq, savedAt: Instant, organisation: Organisation });
type Meta = z.infer<typeof Meta>;
interface StoredRow {
  readonly collection: CollectionName;
  readonly id: string;
  readonly row: AnyRow;
}

export interface CachedRecord {
  readonly snapshot: Snapshot;
  /** Newest first. */
  readonly events: readonly RecordedEvent[];
}

/** What has changed since the last save. A snapshot replaces everything before the events are applied. */
export interface CacheChange {
  readonly snapshot: Snapshot | null;
  readonly events: readonly RecordedEvent[];
  /** Rows that went out of this device's sight. */
  readonly removed: readonly RemovedRow[];
  readonly position: { readonly epoch: string; readonly seq: number; readonly organisation: Organisation };
}

export interface RecordCache {
  /** Null when nothing usable is kept; what cannot be read is cleared. */
  load(): Promise<CachedRecord | null>;
  /** Rows and cursor in one transaction. */
  save(change: CacheChange): Promise<void>;
  clear(): Promise<void>;
}

class ConsoleDatabase extends Dexie {
  declare readonly meta: Table<Meta, string>;
  declare readonly rows: Table<StoredRow, [string, string]>;
  declare readonly events: Table<RecordedEvent, number>;

  constructor() {
    super(DATABASE);
    this.version(1).stores({ meta: 'key', rows: '[collection+id]', events: 'seq' });
  }
}

const storedRows = (snapshot: Snapshot): StoredRow[] => COLLECTION_NAMES.flatMap((collection) => snapshot.rows[collection].map((row) => ({ collection, id: row.id, row })));

async function read(database: ConsoleDatabase): Promise<CachedRecord | null> {
  const [meta, rows, events] = await database.transaction('r', database.meta, database.rows, database.events, () =>
    Promise.all([database.meta.get('record'), database.rows.toArray(), database.events.reverse().limit(EVENTS_KEPT).toArray()]),
  );
  if (!meta) return null;
  const { epoch, seq, savedAt, organisation } = Meta.parse(meta);
  const grouped: Partial<Record<CollectionName, AnyRow[]>> = {};
  for (const { collection, row } of rows) (grouped[collection] ??= []).push(row);
  const snapshot = Snapshot.parse({ epoch, seq, at: savedAt, organisation, rows: Object.fromEntries(COLLECTION_NAMES.map((name) => [name, grouped[name] ?? []])) });
  return { snapshot, events: z.array(RecordedEvent).parse(events) };
}

export function openRecordCache(): RecordCache {
  let database = new ConsoleDatabase();

  const clear = async (): Promise<void> => {
    database.close();
    await Dexie.delete(DATABASE);
    database = new ConsoleDatabase();
  };

  return {
    clear,
    async load() {
      try {
        return await read(database);
      } catch (error) {
        // Another version's rows or a damaged database: the server has the truth, so the copy is dropped.
        pageLog.warn({ error: String(error) }, 'kept record is unreadable and is dropped');
        await clear();
        return null;
      }
    },
    async save({ snapshot, events, removed, position }) {
      const latest = new Map<string, RecordedEvent>();
      for (const event of events) latest.set(`${event.collection}\n${event.row.id}`, event);
      const puts: StoredRow[] = [];
      const deletes: [string, string][] = [];
      const gone = removed.filter((row) => (latest.get(`${row.collection}\n${row.id}`)?.seq ?? 0) < row.seq);
      for (const row of gone) {
        latest.delete(`${row.collection}\n${row.id}`);
        deletes.push([row.collection, row.id]);
      }
      for (const event of latest.values()) {
        if (EVENT_TYPES[event.type].change === 'deleted') deletes.push([event.collection, event.row.id]);
        else puts.push({ collection: event.collection, id: event.row.id, row: event.row });
      }
      await database.transaction('rw', database.meta, database.rows, database.events, async () => {
        if (snapshot) {
          await database.rows.clear();
          await database.events.where('seq').above(snapshot.seq).delete();
          const before = await database.meta.get('record');
          // Somebody was erased since this was written last: what was kept from before may name them.
          if (snapshot.erasedSeq !== undefined && (before?.seq ?? 0) < snapshot.erasedSeq) await database.events.where('seq').below(snapshot.erasedSeq).delete();
          await database.rows.bulkPut(storedRows(snapshot));
        }
        await database.rows.bulkPut(puts);
        if (deletes.length > 0) await database.rows.bulkDelete(deletes);
        await database.events.bulkPut([...events].slice(-EVENTS_KEPT));
        const erased = events.filter((event) => isErasure(event.type));
        if (erased.length > 0) await database.events.filter((event) => erased.some((other) => other.row.id === event.row.id && other.seq > event.seq)).delete();
        if (gone.length > 0) await database.events.filter((event) => gone.some((row) => row.id === event.row.id && row.collection === event.collection)).delete();
        if (position.seq > EVENTS_KEPT) await database.events.where('seq').below(position.seq - EVENTS_KEPT).delete();
        await database.meta.put({ key: 'record', ...position, savedAt: new Date().toISOString() });
      });
    },
  };
}
