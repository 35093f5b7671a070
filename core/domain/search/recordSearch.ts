import type { RowOf } from '../../contract/record.ts';
import type { Tables } from '../record/state.ts';
import { entryOf, SEARCHED, type Searched } from './entries.ts';
import { createSearchIndex } from './index.ts';
import type { FoundKind } from './match.ts';
import { queryWords } from './words.ts';

/** Rows between two looks at the clock of whoever drives {@link RecordSearch.follow}. */
const STEP = 250;

export interface SearchQuery {
  readonly text: string;
  /** Weddings of today, whose rows come first. */
  readonly today: ReadonlySet<string>;
  /** Milliseconds. */
  readonly now: number;
  /** So many of each kind at most. */
  readonly limit: number;
}

/** One search over a record that changes: tables are never mutated, so what is another object has changed. */
export interface RecordSearch {
  /** Takes up what has changed, in small pieces; done when it ends. Left halfway it goes on from there the next time. */
  follow(tables: Tables, zone: string): Generator<void, void>;
  /** Brings itself up to `tables` and searches them. */
  search(tables: Tables, zone: string, query: SearchQuery): FoundKind[];
  readonly size: number;
}

export function createRecordSearch(): RecordSearch {
  const index = createSearchIndex();
  const rows: { readonly [C in Searched]: Map<string, { readonly row: RowOf<C>; readonly zone: string }> } = {
    weddings: new Map(), runSheetItems: new Map(), contacts: new Map(), bookings: new Map(), payments: new Map(), messages: new Map(), documents: new Map(),
    calendarEvents: new Map(), alerts: new Map(),
  };
  /** Tables that were taken up whole, with the weddings whose zones were used for it. */
  const whole = new Map<Searched, { readonly table: object; readonly weddings: object; readonly zone: string }>();

  function* followOne<C extends Searched>(collection: C, tables: Tables, zone: string): Generator<void, void> {
    const table: Readonly<Record<string, RowOf<C>>> = tables[collection];
    const done = whole.get(collection);
    if (done?.table === table && done.weddings === tables.weddings && done.zone === zone) return;
    whole.delete(collection);
    const held = rows[collection] as Map<string, { row: RowOf<C>; zone: string }>;
    let count = 0;
    for (const id in table) {
      const row = table[id];
      if (!row) continue;
      count += 1;
      const weddingId = 'weddingId' in row ? row.weddingId : row.id;
      const own = (weddingId === null ? undefined : tables.weddings[weddingId]?.zone) ?? zone;
      const known = held.get(id);
      if (known?.row === row && known.zone === own) continue;
      index.put(entryOf(collection, row, own));
      held.set(id, { row, zone: own });
      if (count % STEP === 0) yield;
    }
    if (held.size > count) {
      for (const id of held.keys()) {
        if (table[id]) continue;
        held.delete(id);
        index.remove(collection, id);
      }
    }
    whole.set(collection, { table, weddings: tables.weddings, zone });
  }
  function* follow(tables: Tables, zone: string): Generator<void, void> {
    for (const collection of SEARCHED) yield* followOne(collection, tables, zone);
  }

  return {
    follow,
    search(tables, zone, { text, today, now, limit }) {
      for (const _piece of follow(tables, zone));
      const words = queryWords(text);
      return words.length === 0 ? [] : index.search({ words, today, now, order: SEARCHED }, limit);
    },
    get size() {
      return index.size;
    },
  };
}
