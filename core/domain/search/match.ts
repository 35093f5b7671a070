import { isUnspaced } from './words.ts';

/** How a word was found; more is better. 0 = not at all. */
export const FOUND = { no: 0, inside: 1, prefix: 2, exact: 3 } as const;
export type Found = (typeof FOUND)[keyof typeof FOUND];

/** From so many letters on a word is also found in the middle of another one; fewer would find nearly everything. */
export const INSIDE_FROM = 3;
export const findsInside = (wanted: string): boolean => wanted.length >= INSIDE_FROM || isUnspaced(wanted);

export function matchWord(word: string, wanted: string): Found {
  if (word === wanted) return FOUND.exact;
  if (word.startsWith(wanted)) return FOUND.prefix;
  return findsInside(wanted) && word.includes(wanted) ? FOUND.inside : FOUND.no;
}

/** A row as it can be found. */
export interface Entry {
  readonly id: string;
  readonly kind: string;
  /** The wedding that it is of; null = of none. */
  readonly weddingId: string | null;
  /** Words of its name; what is found there counts for more. */
  readonly name: readonly string[];
  readonly more: readonly string[];
  /** Its own moment, milliseconds; of two equal rows the nearer one comes first. Null = none. */
  readonly at: number | null;
}

export interface Ask {
  /** From `queryWords`; empty finds nothing. */
  readonly words: readonly string[];
  readonly today: ReadonlySet<string>;
  readonly now: number;
  /** Kinds, in the order of those found equally well. */
  readonly order: readonly string[];
}

/** Found words weigh by how they were found, a little more in the name. */
export const weigh = (found: Found, inName: boolean): number => (found === FOUND.no ? 0 : found * 2 + (inName ? 1 : 0));

/** A row of a wedding of today comes before all others. */
export const TODAY = 1_000;
/** Rows of no moment come after all that have one. */
export const NO_MOMENT = Number.MAX_SAFE_INTEGER;

/** 0 = not found. The plain rule, and what the index is held against. */
export function scoreOf(entry: Entry, ask: Ask): number {
  let score = 0;
  if (ask.words.length === 0) return 0;
  for (const wanted of ask.words) {
    let best = 0;
    for (const word of entry.name) best = Math.max(best, weigh(matchWord(word, wanted), true));
    for (const word of entry.more) best = Math.max(best, weigh(matchWord(word, wanted), false));
    if (best === 0) return 0;
    score += best;
  }
  return score + (entry.weddingId !== null && ask.today.has(entry.weddingId) ? TODAY : 0);
}

export interface Hit {
  readonly id: string;
  readonly kind: string;
  readonly score: number;
  /** Milliseconds between its moment and now. */
  readonly far: number;
}

export const isBefore = (a: Hit, b: Hit): boolean => (a.score !== b.score ? a.score > b.score : a.far !== b.far ? a.far < b.far : a.id < b.id);

/** The best of each kind, best first, and how many there are of it. */
export interface FoundKind {
  readonly kind: string;
  readonly hits: readonly Hit[];
  readonly total: number;
}

/** Takes hits one by one and keeps the best `limit` of each kind. The kind with what fits best comes first, of equal ones that which `order` names first. */
export function keepBest(limit: number, order: readonly string[]): { take(hit: Hit): void; kinds(): FoundKind[] } {
  const kinds = new Map<string, { hits: Hit[]; total: number; best: number }>();
  return {
    take(hit) {
      let kept = kinds.get(hit.kind);
      if (!kept) kinds.set(hit.kind, (kept = { hits: [], total: 0, best: 0 }));
      kept.total += 1;
      // Whether it is of today orders rows, not kinds: a wedding that is named comes before a payment of today.
      kept.best = Math.max(kept.best, hit.score >= TODAY ? hit.score - TODAY : hit.score);
      const { hits } = kept;
      const last = hits.at(-1);
      if (hits.length >= limit && last && !isBefore(hit, last)) return;
      let place = hits.length;
      while (place > 0) {
        const before = hits[place - 1];
        if (!before || isBefore(before, hit)) break;
        place -= 1;
      }
      hits.splice(place, 0, hit);
      if (hits.length > limit) hits.pop();
    },
    kinds() {
      const place = (kind: string): number => order.indexOf(kind);
      return [...kinds].sort(([a, { best: first }], [b, { best: second }]) => second - first || place(a) - place(b)).map(([kind, { hits, total }]) => ({ kind, hits, total }));
    },
  };
}

/** The plain way: every row is looked at. Right by being simple; the index must give the same. */
export function searchPlainly(entries: Iterable<Entry>, ask: Ask, limit: number): FoundKind[] {
  const best = keepBest(limit, ask.order);
  for (const entry of entries) {
    const score = scoreOf(entry, ask);
    if (score > 0) best.take({ id: entry.id, kind: entry.kind, score, far: entry.at === null ? NO_MOMENT : Math.abs(entry.at - ask.now) });
  }
  return best.kinds();
}
