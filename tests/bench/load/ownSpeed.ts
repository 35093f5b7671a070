import { percentile } from '../figures.ts';

const EVERY_MS = 1_000;
const ROUNDS = 400_000;

/** Microseconds of this thread's processor time for always the same work: what else runs here does not count, a slower processor does. */
function workOnce(): number {
  const before = process.threadCpuUsage();
  let value = 1;
  for (let round = 0; round < ROUNDS; round += 1) value = (Math.imul(value, 31) + round) | 0;
  const { user, system } = process.threadCpuUsage(before);
  return value === 0 ? Number.NaN : user + system;
}

/**
 * How even the machine's own speed is while something is measured: rented processors share their clock and caches with others. A percent
 * of one core at most. Gives what the same work cost, fastest, median and slowest tenth, against the fastest.
 */
export function startOwnSpeed(): () => string {
  for (let warm = 0; warm < 20; warm += 1) workOnce();
  const took: number[] = [];
  const timer = setInterval(() => took.push(workOnce()), EVERY_MS);
  return () => {
    clearInterval(timer);
    const fastest = Math.min(...took);
    const times = (p: number) => `${(percentile(took, p) / fastest).toFixed(2)}x`;
    return `The same work each second: fastest ${(fastest / 1_000).toFixed(1)} ms of processor time, median ${times(50)}, slowest tenth ${times(90)}, slowest ${times(100)}.`;
  };
}
