import { clashesOf, type ClashQuestion } from '../../core/domain/conflicts/clashes.ts';
import { createLimits } from '../../core/domain/conflicts/limits.ts';
import { NO_TRAVEL, VENUE_RULES, type Occupancy } from '../../core/domain/conflicts/model.ts';
import { solve } from '../../core/domain/conflicts/solver.ts';
import { createTimetable } from '../../core/domain/conflicts/timetable.ts';
import { HOUR, MINUTE, occupancy, resource, resourcesOf } from '../support/conflicts.ts';
import { machine, percentile, table } from './figures.ts';
import { beside, type Figure } from './recorded.ts';

/** Double bookings found while one is added, against looking at all of the resource; ways out of a tangle of six. */

const YEAR_HOURS = 365 * 24;
const question: ClashQuestion = { rules: VENUE_RULES, travel: NO_TRAVEL, now: 0 };
const buffers = { setUpMs: 30 * MINUTE, turnaroundMs: 45 * MINUTE };
/** The same numbers every time. */
function* numbers(): Generator<number, never> {
  for (let state = 20_261_120; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

interface Spread {
  readonly name: string;
  readonly resources: number;
  readonly bookings: number;
  /** Hours over which they are spread. */
  readonly hours: number;
}

function adding({ name, resources: count, bookings, hours }: Spread, additions: number): (string | number)[] {
  const next = numbers();
  const resources = resourcesOf(...Array.from({ length: count }, (_, n) => resource(`r${n}`)));
  const one = (id: string, n: number): Occupancy => {
    const startsAt = Math.floor(next.next().value * hours * 4) * 15 * MINUTE;
    return occupancy({ id, resourceId: `r${n % count}`, startsAt, endsAt: startsAt + (1 + Math.floor(next.next().value * 8)) * HOUR, ...buffers });
  };
  const all = Array.from({ length: bookings }, (_, n) => one(`b${n}`, n));
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  const timetable = createTimetable(resources, all);
  globalThis.gc?.();
  const mib = (process.memoryUsage().heapUsed - before) / 2 ** 20;
  const quick: number[] = [];
  const slow: number[] = [];
  let clashes = 0;
  for (let n = -200; n < additions; n += 1) {
    const added = one(`n${n}`, Math.floor(next.next().value * count));
    const from = performance.now();
    const found = clashesOf(added, timetable, question);
    timetable.add(added);
    const took = performance.now() - from;
    // The first ones warm it up.
    if (n < 0) continue;
    quick.push(took);
    clashes += found.length;
    if (n % 50 !== 0) continue;
    const plainFrom = performance.now();
    const plain = [...timetable].filter((it) => it.id !== added.id && it.resourceId === added.resourceId && it.startsAt - 75 * MINUTE < added.endsAt && it.endsAt + 75 * MINUTE > added.startsAt);
    slow.push(performance.now() - plainFrom);
    if (plain.length !== found.length) throw new Error(`${name}: ${found.length} clashes found, ${plain.length} by looking at all`);
  }
  const ms = (values: number[], p: number) => percentile(values, p).toFixed(3);
  return [name, bookings, count, ms(quick, 50), ms(quick, 99), ms(slow, 50), `${(percentile(slow, 50) / percentile(quick, 50)).toFixed(0)}x`, clashes, mib.toFixed(0)];
}

/** Six at once in one room beside forty others; `rooms` = how many of the house's six they may go to. */
function tangle(rooms: number): (string | number)[] {
  const day = Date.parse('2026-06-20T00:00:00Z');
  const resources = resourcesOf(...Array.from({ length: 6 }, (_, n) => resource(`r${n}`)));
  const six = Array.from({ length: 6 }, (_, n) => occupancy({ id: `e${n}`, resourceId: 'r0', startsAt: day + 12 * HOUR + n * 15 * MINUTE, endsAt: day + 14 * HOUR + n * 15 * MINUTE, tags: ['music'], ...buffers }));
  const others = Array.from({ length: 40 }, (_, n) => {
    const startsAt = day - 48 * HOUR + Math.floor(n / 5) * 12 * HOUR + (n % 5) * HOUR;
    return occupancy({ id: `f${n}`, resourceId: `r${1 + (n % 5)}`, startsAt, endsAt: startsAt + 2 * HOUR, locked: { reason: 'confirmed' }, ...buffers });
  });
  const limits = createLimits([{ id: 'curfew', name: 'Noise curfew', rule: { kind: 'not_within', weekdays: [1, 2, 3, 4, 5, 6, 7], from: '23:00', to: '08:00' }, resourceIds: null, tags: ['music'], overridableBy: [] }], 'Europe/London');
  const movable = six.map(({ id }, weight) => ({ id, earliest: day, latest: day + 24 * HOUR, stepMs: 15 * MINUTE, resources: Array.from({ length: rooms }, (_, n) => `r${n}`), shortestMs: null, weight }));
  const took: number[] = [];
  let found = solve({ timetable: createTimetable(resources, [...six, ...others]), movable, judge: question, limits, plans: 3, budget: 100_000 });
  for (let round = 0; round < 5; round += 1) {
    const timetable = createTimetable(resources, [...six, ...others]);
    const from = performance.now();
    found = solve({ timetable, movable, judge: question, limits, plans: 3, budget: 100_000 });
    took.push(performance.now() - from);
  }
  if (found.plans.length < 3) throw new Error(`only ${found.plans.length} plans for ${rooms} rooms`);
  return [rooms, found.plans.map(({ moves }) => moves.length).join(' / '), found.least ? 'yes' : 'no', percentile(took, 50).toFixed(0), Math.max(...took).toFixed(0)];
}

export async function run(short: boolean): Promise<void> {
  const size = short ? 20_000 : 1_000_000;
  const additions = short ? 500 : 5_000;
  console.log(`\nConflicts (${machine()})`);
  const spreads: Spread[] = [
    { name: 'a large house group', resources: short ? 200 : 10_000, bookings: size, hours: YEAR_HOURS },
    { name: 'all in one', resources: 1, bookings: size, hours: size * 12 },
  ];
  const added = spreads.map((spread) => adding(spread, additions));
  console.log(table(['added to', 'bookings', 'resources', 'p50 ms', 'p99 ms', 'all looked at, p50 ms', 'ratio', 'clashes', 'MiB'], added));
  const tangles = (short ? [3] : [1, 3, 6]).map(tangle);
  console.log(table(['rooms to go to', 'moves of the three plans', 'least proven', 'median ms', 'worst ms'], tangles));
  beside('conflicts', [
    ...added.map(([name, , , , , , ratio]): Figure =>
      ({ name: `${String(name)}: looking at all to adding one`, value: Number.parseFloat(String(ratio)), better: 'more', within: 0.4 })),
    ...tangles.map(([rooms, moves]): Figure =>
      ({ name: `${String(rooms)} rooms to go to: moves of the first plan`, value: Number.parseInt(String(moves), 10), better: 'less', within: 0 })),
  ]);
  await Promise.resolve();
}
