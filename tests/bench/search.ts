import { emptyTables, type Tables } from '../../core/domain/record/state.ts';
import { entryOf, SEARCHED } from '../../core/domain/search/entries.ts';
import { searchPlainly, type Entry } from '../../core/domain/search/match.ts';
import { createRecordSearch } from '../../core/domain/search/recordSearch.ts';
import { queryWords } from '../../core/domain/search/words.ts';
import { fixtureId, fixtureSnapshot } from '../support/fixtures/record.ts';
import { machine, percentile, table } from './figures.ts';
import { beside, type Figure } from './recorded.ts';

/** Searching what one console holds: letter by letter, as it is typed, against looking at every row in the same run. */

const ZONE = 'Europe/London';
const NOW = Date.parse('2026-11-20T14:05:00.000Z');
const FIRST = ['Amelia', 'Siobhán', 'Jonathan', 'ליאור', 'ليلى', 'Søren', 'Philippa', '太郎', 'Oluwaseun', 'Chiara', 'Dmitri', 'Anneliese', 'Hamish', 'Priya', 'Kateryna', 'Mateusz'];
const LAST = ['Okonkwo', 'Blackwood', 'Ní Dhomhnaill', 'ברקוביץ', 'الحداد', 'Ågård', 'Featherstonehaugh', '山田', 'Adeyemi', 'Bianchi', 'Petrov', 'Schwarzenbach', 'MacLeod', 'Raghunathan', 'Shevchenko', 'Wiśniewski'];
const pick = <T>(list: readonly T[], n: number): T => list[Math.abs(n) % list.length] as T;
/** A name that is rarely the same twice, as a house of many years has them. */
const person = (n: number): string => `${pick(FIRST, n * 7)}${n % 3 === 0 ? '' : String.fromCharCode(97 + (n % 26), 97 + ((n >> 3) % 26))} ${pick(LAST, n * 11 + (n >> 4))}-${pick(LAST, n >> 2)}${(n % 97).toString(36)}`;

/** `count` rows, spread as a house has them, on real row shapes. */
export function bigTables(count: number): Tables {
  const base = fixtureSnapshot({ now: NOW });
  const tables = emptyTables() as unknown as Record<string, Record<string, unknown>>;
  const { weddings, contacts, bookings, payments, runSheetItems, alerts } = base.rows;
  const house = Math.max(1, Math.round(count / 125));
  const weddingId = (n: number): string => fixtureId(101, n % house);
  const fill = (name: string, kind: number, share: number, make: (n: number) => object): void => {
    for (let n = 0; n < Math.round(count * share); n += 1) {
      const id = fixtureId(kind, n);
      (tables[name] ??= {})[id] = { ...make(n), id };
    }
  };
  fill('weddings', 101, 1 / 125, (n) => ({ ...pick(weddings, n), title: `${person(n)} & ${person(n * 31 + 5)}` }));
  fill('contacts', 102, 0.24, (n) => ({ ...pick(contacts, n), weddingId: weddingId(n), name: person(n), email: `p${n}@example${n % 40}.com`, phone: `+44 20 7${String(n * 7919).padStart(9, '0').slice(-9)}` }));
  fill('bookings', 103, 0.2, (n) => ({ ...pick(bookings, n), weddingId: weddingId(n), title: `${pick(LAST, n)} for ${person(n)}`, amountMinor: 10_000 + n * 37 }));
  fill('payments', 104, 0.2, (n) => ({ ...pick(payments, n), weddingId: weddingId(n), payerName: person(n * 3), amountMinor: 900 + n * 101 }));
  fill('runSheetItems', 105, 0.272, (n) => ({ ...pick(runSheetItems, n), weddingId: weddingId(n) }));
  fill('alerts', 106, 0.08, (n) => ({ ...pick(alerts, n), weddingId: weddingId(n), title: `Payment failed: ${person(n)}` }));
  return tables as unknown as Tables;
}

const TYPED = ['okonkwo', 'blackwood ames', '7919', 'speeches great hall', 'schwarz', 'pay failed', '太郎', 'first dance', 'wiśn', '1250.00', 'november 2026', 'ceremony'];

export async function run(short: boolean): Promise<void> {
  const rows = short ? 5_000 : 50_000;
  const rounds = short ? 1 : 6;
  const tables = bigTables(rows);
  globalThis.gc?.();
  const heapBefore = process.memoryUsage().heapUsed;
  const record = createRecordSearch();
  const today = new Set(Object.keys(tables.weddings).slice(0, 2));
  const builtFrom = performance.now();
  let longest = 0;
  let pieceFrom = builtFrom;
  for (const _piece of record.follow(tables, ZONE)) {
    longest = Math.max(longest, performance.now() - pieceFrom);
    pieceFrom = performance.now();
  }
  const built = performance.now() - builtFrom;
  globalThis.gc?.();
  const heap = (process.memoryUsage().heapUsed - heapBefore) / 2 ** 20;
  const entries: Entry[] = SEARCHED.flatMap((collection) => Object.values(tables[collection]).map((row) => entryOf(collection, row, ZONE)));

  const prefixes = TYPED.flatMap((text) => Array.from({ length: text.length }, (_, at) => text.slice(0, at + 1))).filter((text) => queryWords(text).length > 0);
  const took = new Map<string, { index: number[]; plain: number[] }>();
  let differing = 0;
  for (let round = 0; round < rounds + 1; round += 1) {
    for (const text of prefixes) {
      const from = performance.now();
      const found = record.search(tables, ZONE, { text, today, now: NOW, limit: 6 });
      const between = performance.now();
      const plain = searchPlainly(entries, { words: queryWords(text), today, now: NOW, order: SEARCHED }, 6);
      const end = performance.now();
      if (JSON.stringify(found) !== JSON.stringify(plain)) differing += 1;
      // The first round warms both up.
      if (round === 0 && !short) continue;
      const group = text.length === 3 ? '3 letters' : text.length < 3 ? '1 or 2 letters' : 'more';
      const known = took.get(group) ?? { index: [], plain: [] };
      known.index.push(between - from);
      known.plain.push(end - between);
      took.set(group, known);
    }
  }
  // One changed row, as a frame brings it: taking it up and searching again.
  const changed: number[] = [];
  let now = tables;
  for (let n = 0; n < (short ? 5 : 200); n += 1) {
    const [id] = Object.keys(now.contacts).slice(n, n + 1);
    const contact = id === undefined ? undefined : now.contacts[id];
    if (!contact) break;
    now = { ...now, contacts: { ...now.contacts, [contact.id]: { ...contact, name: `Changed ${n} ${contact.name}` } } };
    const from = performance.now();
    record.search(now, ZONE, { text: 'changed', today, now: NOW, limit: 6 });
    changed.push(performance.now() - from);
  }
  console.log(`\nSearch over ${record.size} rows, ${machine()}`);
  const line = (what: string, values: readonly number[]): (string | number)[] => [what, values.length, ...[50, 99, 100].map((p) => percentile(values, p).toFixed(2))];
  console.log(table(['typed', 'searches', 'p50 ms', 'p99 ms', 'max ms'], [...took].flatMap(([group, { index, plain }]) => [line(`${group}: index`, index), line(`${group}: every row`, plain)]).concat([line('a changed row: index', changed)])));
  console.log(`built in ${built.toFixed(0)} ms, in pieces of at most ${longest.toFixed(1)} ms; ${globalThis.gc ? `${heap.toFixed(1)} MiB of memory` : 'memory not measured (needs --expose-gc)'}; ${differing} answers differ from looking at every row`);
  beside('search', [...took].map(([group, { index, plain }]): Figure =>
    ({ name: `${group}: every row to the index, p50`, value: percentile(plain, 50) / percentile(index, 50), better: 'more' })));
  if (differing > 0) throw new Error(`${differing} searches found something else than looking at every row`);
}
