import { FOUND, INSIDE_FROM, keepBest, matchWord, NO_MOMENT, TODAY, weigh, type Ask, type Entry, type FoundKind } from './match.ts';
import { isUnspaced } from './words.ts';

/**
 * Everything that one machine holds, by its words. Words are few where rows are many, so what is typed is looked up among
 * the words (by three letters of them) and only then among the rows. Kept up by single rows as they change.
 */
export interface SearchIndex {
  /** Adds a row, or puts it in the place of the one with the same kind and id. */
  put(entry: Entry): void;
  remove(kind: string, id: string): void;
  readonly size: number;
  /** The best `limit` of each kind. */
  search(ask: Ask, limit: number): FoundKind[];
}

interface Word {
  readonly text: string;
  /** Slots of the rows, doubled; odd = in the row's name. */
  readonly rows: number[];
}
interface Slot {
  entry: Entry;
  wedding: number;
}

/** The start of a word is looked up by itself while fewer letters are typed than stand in the middle of one. */
const START = '^';

function gramsOf(word: string): Set<string> {
  const grams = new Set<string>();
  grams.add(START + word.slice(0, 1));
  if (word.length > 1) grams.add(START + word.slice(0, 2));
  for (let at = 0; at + INSIDE_FROM <= word.length; at += 1) grams.add(word.slice(at, at + INSIDE_FROM));
  if (isUnspaced(word)) {
    for (let at = 0; at < word.length; at += 1) {
      grams.add(word.slice(at, at + 1));
      if (at + 2 <= word.length) grams.add(word.slice(at, at + 2));
    }
  }
  return grams;
}

function drop(list: number[] | Word[], value: number | Word): void {
  const at = (list as (number | Word)[]).indexOf(value);
  if (at < 0) return;
  const last = list.pop();
  if (at < list.length && last !== undefined) (list as (number | Word)[])[at] = last;
}

export function createSearchIndex(): SearchIndex {
  const words = new Map<string, Word>();
  const grams = new Map<string, Word[]>();
  const slots: (Slot | undefined)[] = [];
  const free: number[] = [];
  const slotOf = new Map<string, number>();
  const weddings = new Map<string, number>();

  const addWord = (text: string, row: number): void => {
    let word = words.get(text);
    if (!word) {
      words.set(text, (word = { text, rows: [] }));
      for (const gram of gramsOf(text)) {
        const list = grams.get(gram);
        if (list) list.push(word);
        else grams.set(gram, [word]);
      }
    }
    word.rows.push(row);
  };
  const dropWord = (text: string, row: number): void => {
    const word = words.get(text);
    if (!word) return;
    drop(word.rows, row);
    if (word.rows.length > 0) return;
    words.delete(text);
    for (const gram of gramsOf(text)) {
      const list = grams.get(gram);
      if (!list) continue;
      drop(list, word);
      if (list.length === 0) grams.delete(gram);
    }
  };
  /** Its words as rows are kept: a word of the name counts there only. */
  const placed = ({ name, more }: Entry, slot: number): Map<string, number> => {
    const found = new Map<string, number>();
    for (const word of more) found.set(word, slot * 2);
    for (const word of name) found.set(word, slot * 2 + 1);
    return found;
  };
  const weddingNumber = (id: string | null): number => {
    if (id === null) return 0;
    let number = weddings.get(id);
    if (number === undefined) weddings.set(id, (number = weddings.size + 1));
    return number;
  };

  /** Words that may hold what is wanted: those with the rarest of its letters. */
  const candidates = (wanted: string): readonly Word[] => {
    if (wanted.length < INSIDE_FROM) return grams.get(isUnspaced(wanted) ? wanted : START + wanted) ?? [];
    let rarest: readonly Word[] | undefined;
    for (let at = 0; at + INSIDE_FROM <= wanted.length; at += 1) {
      const list = grams.get(wanted.slice(at, at + INSIDE_FROM));
      if (!list) return [];
      if (!rarest || list.length < rarest.length) rarest = list;
    }
    return rarest ?? [];
  };

  /** For each row the best weight of one wanted word; rows that lack an earlier one are passed over. */
  const weights = (wanted: string, among: Uint8Array | null): { readonly best: Uint8Array; readonly rows: number[] } => {
    const best = new Uint8Array(slots.length);
    const rows: number[] = [];
    for (const word of candidates(wanted)) {
      const found = matchWord(word.text, wanted);
      if (found === FOUND.no) continue;
      const plain = weigh(found, false);
      for (const row of word.rows) {
        const slot = row >> 1;
        if (among !== null && among[slot] === 0) continue;
        const weight = plain + (row & 1);
        const known = best[slot] ?? 0;
        if (known === 0) rows.push(slot);
        if (weight > known) best[slot] = weight;
      }
    }
    return { best, rows };
  };

  return {
    get size() {
      return slotOf.size;
    },
    put(entry) {
      const key = `${entry.kind} ${entry.id}`;
      const at = slotOf.get(key);
      const slot = at ?? free.pop() ?? slots.length;
      const old = at === undefined ? undefined : slots[at];
      const next = placed(entry, slot);
      // Most changes of a row (its state, its version) change none of its words.
      const before = old ? placed(old.entry, slot) : new Map<string, number>();
      for (const [text, row] of before) if (next.get(text) !== row) dropWord(text, row);
      for (const [text, row] of next) if (before.get(text) !== row) addWord(text, row);
      slots[slot] = { entry, wedding: weddingNumber(entry.weddingId) };
      slotOf.set(key, slot);
    },
    remove(kind, id) {
      const key = `${kind} ${id}`;
      const slot = slotOf.get(key);
      const old = slot === undefined ? undefined : slots[slot];
      if (slot === undefined || !old) return;
      for (const [text, row] of placed(old.entry, slot)) dropWord(text, row);
      slots[slot] = undefined;
      slotOf.delete(key);
      free.push(slot);
    },
    search({ words: wanted, today, now, order }, limit) {
      const kept = keepBest(limit, order);
      let among: Uint8Array | null = null;
      let rows: readonly number[] = [];
      const total = new Uint16Array(slots.length);
      // The longest word leaves the fewest rows to the others.
      for (const word of [...wanted].sort((a, b) => b.length - a.length)) {
        const found = weights(word, among);
        for (const slot of found.rows) total[slot] = (total[slot] ?? 0) + (found.best[slot] ?? 0);
        among = found.best;
        rows = found.rows;
        if (rows.length === 0) break;
      }
      const isToday = new Uint8Array(weddings.size + 1);
      for (const id of today) isToday[weddings.get(id) ?? 0] = 1;
      isToday[0] = 0;
      for (const slot of rows) {
        const one = slots[slot];
        if (!one) continue;
        const { id, kind, at } = one.entry;
        kept.take({ id, kind, score: (total[slot] ?? 0) + (isToday[one.wedding] === 1 ? TODAY : 0), far: at === null ? NO_MOMENT : Math.abs(at - now) });
      }
      return kept.kinds();
    },
  };
}
