import { percentile } from '../figures.ts';

const EVERY_MS = 1_000;
const ROUNDS = 400_000;
/** Of so many in a row the fastest counts: it is the one that nobody interrupted. */
const TRIES = 5;

/** Always the same, and its answer is asked for: nothing of it may be left out. */
function work(): number {
  let value = 1;
  for (let round = 0; round < ROUNDS; round += 1) value = (Math.imul(value, 31) + round) | 0;
  return value;
}

/** Milliseconds for it: what else runs here hardly counts, a slower processor does. */
function workOnce(): number {
  const took = Array.from({ length: TRIES }, () => {
    const begun = performance.now();
    if (!Number.isInteger(work())) throw new TypeError('it gives a whole number');
    return performance.now() - begun;
  });
  return Math.min(...took);
}

/**
 * How even the machine's own speed is while something is measured: rented processors share their clock and caches with others. Less than a
 * percent of one core. Gives what the same work cost, fastest, median and slowest tenth, against the fastest.
 */
export function startOwnSpeed(): () => string {
  for (let warm = 0; warm < 20; warm += 1) workOnce();
  const took: number[] = [];
  const timer = setInterval(() => took.push(workOnce()), EVERY_MS);
  return () => {
    clearInterval(timer);
    const fastest = Math.min(...took);
    const times = (p: number) => `${(percentile(took, p) / fastest).toFixed(2)}x`;
    return `The same work each second: fastest ${fastest.toFixed(2)} ms, median ${times(50)}, slowest tenth ${times(90)}, slowest ${times(100)}.`;
  };
}
