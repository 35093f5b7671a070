/**
 * When a source that only calls us has been silent for too long. There is no telling a quiet source from one whose
 * webhook was switched off over there, except by what it usually does. Pure. Rather late than wrong: it takes a long
 * history, and much more than the longest silence of it.
 */

/** What comes within this time is one sign of life: a source that tells one thing in ten calls is not a busy one. */
export const TOGETHER_MS = 10 * 60_000;
/** Signs of life, and the time that they have to be spread over, until anything is said. */
export const SIGNS_NEEDED = 20;
export const SPAN_NEEDED_MS = 14 * 86_400_000;
/** Newest deliveries that are looked at. */
export const HEARD_LOOKED_AT = 400;
/** Nights and holidays are no news. */
export const SHORTEST_MS = 86_400_000;
/** How many times the longest silence so far. */
export const TIMES_LONGEST = 2;

export interface Rhythm {
  /** The middle of its gaps, in milliseconds. */
  readonly usualMs: number;
  /** Longer than this is worth a warning. */
  readonly silentAfterMs: number;
}

/** The signs of life among these instants (milliseconds, any order), oldest first. */
function signsOf(heard: readonly number[]): number[] {
  const signs: number[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const at of [...heard].sort((a, b) => a - b)) {
    if (at - last >= TOGETHER_MS) signs.push(at);
    last = at;
  }
  return signs;
}

/**
 * @param heard when its deliveries came, the newest {@link HEARD_LOOKED_AT} of them
 * @param longestMs the longest silence that ever ended by itself, further back than these; so a source that rests over
 *   the winter is warned of once, and then known to do so
 * @returns null = too little is known of it
 */
export function rhythmOf(heard: readonly number[], longestMs: number): Rhythm | null {
  const signs = signsOf(heard);
  const [first] = signs;
  const last = signs.at(-1);
  if (signs.length < SIGNS_NEEDED || first === undefined || last === undefined || last - first < SPAN_NEEDED_MS) return null;
  const gaps = signs.slice(1).map((at, n) => at - (signs[n] ?? at)).sort((a, b) => a - b);
  const usualMs = gaps[Math.floor((gaps.length - 1) / 2)] ?? 0;
  const longest = Math.max(gaps.at(-1) ?? 0, longestMs);
  return { usualMs, silentAfterMs: Math.max(SHORTEST_MS, TIMES_LONGEST * longest) };
}

const UNITS = [['day', 86_400_000], ['hour', 3_600_000], ['minute', 60_000]] as const;

/** `2 h`, `3 days`: as roughly as people say it. */
export function roughly(ms: number): string {
  const [unit, size] = UNITS.find(([, one]) => ms >= one * 1.5) ?? UNITS[2];
  const count = Math.max(1, Math.round(ms / size));
  if (unit === 'hour') return `${count} h`;
  if (unit === 'minute') return `${count} min`;
  return count === 1 ? '1 day' : `${count} days`;
}
