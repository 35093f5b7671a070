import { CALL_FAILURES, CALL_PURPOSES, CAME_BY, type CallFailure, type CallPurpose, type CameBy, type Figures, type FigureSlot } from '../../contract/figures.ts';
import { spreadOf, STEPS_MS, stepOf, within } from './buckets.ts';

/** What is counted of a connection, by name; what did not happen is not in it. Names are a promise: they are kept. */
export type Counts = Readonly<Record<string, number>>;

/** What became of a delivery when it was worked on. */
export const ENDS = ['processed', 'ignored', 'parked', 'quarantined', 'dead', 'held'] as const;
export type End = (typeof ENDS)[number];
export type CallOutcome = 'answered' | 'spared' | CallFailure;

/** Names of counts; a name that is none of these is left out of every sum. */
export const COUNT = {
  came: (by: CameBy) => `came.${by}`,
  duplicate: 'duplicate',
  refused: (code: string) => `refused.${code}`,
  end: (end: End) => `end.${end}`,
  toRecord: (ms: number) => `record.${stepOf(ms)}`,
  call: (purpose: CallPurpose, outcome: CallOutcome) => `call.${purpose}.${outcome}`,
  took: (ms: number) => `took.${stepOf(ms)}`,
} as const;

/** What a status means. 404 and 410 say that something is gone, which is an answer. */
export function outcomeOf(status: number): Exclude<CallOutcome, 'spared'> {
  if (status === 401 || status === 403) return 'no_access';
  if (status === 429) return 'too_many';
  if (status === 408 || status >= 500) return 'failing';
  return status >= 400 && status !== 404 && status !== 410 ? 'rejected' : 'answered';
}

/** The sum of any number of counts. */
export function added(all: Iterable<Counts>): Counts {
  const sum: Record<string, number> = {};
  for (const counts of all) for (const [name, count] of Object.entries(counts)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}

const stepsOf = (counts: Counts, name: 'record' | 'took'): number[] => Array.from({ length: STEPS_MS.length + 1 }, (_, step) => counts[`${name}.${step}`] ?? 0);
const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, count) => sum + count, 0);
const mostFirst = <T extends { readonly count: number }>(all: readonly T[]): T[] => all.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count);

const REFUSED = 'refused.';

export function figuresOf(counts: Counts): Figures {
  const of = (name: string): number => counts[name] ?? 0;
  const by = mostFirst(CAME_BY.map((one) => ({ by: one, count: of(COUNT.came(one)) })));
  const refusals = mostFirst(Object.entries(counts).flatMap(([name, count]) => (name.startsWith(REFUSED) ? [{ code: name.slice(REFUSED.length), count }] : [])));
  const callsOf = (outcomes: readonly CallOutcome[], purposes: readonly CallPurpose[] = CALL_PURPOSES): number => sumOf(purposes.flatMap((purpose) => outcomes.map((outcome) => of(COUNT.call(purpose, outcome)))));
  const failures = mostFirst(CALL_FAILURES.map((why) => ({ why, count: callsOf([why]) })));
  const made = ['answered', ...CALL_FAILURES] as const;
  return {
    came: sumOf(by.map(({ count }) => count)),
    by,
    duplicates: of(COUNT.duplicate),
    refused: sumOf(refusals.map(({ count }) => count)),
    refusals,
    worked: of(COUNT.end('processed')) + of(COUNT.end('ignored')),
    parked: of(COUNT.end('parked')),
    setAside: of(COUNT.end('quarantined')),
    dead: of(COUNT.end('dead')),
    held: of(COUNT.end('held')),
    toRecord: spreadOf(stepsOf(counts, 'record')),
    calls: {
      count: callsOf(made),
      failed: sumOf(failures.map(({ count }) => count)),
      failures,
      purposes: mostFirst(CALL_PURPOSES.map((purpose) => ({ purpose, count: callsOf(made, [purpose]) }))),
      spared: callsOf(['spared']),
      took: spreadOf(stepsOf(counts, 'took')),
    },
  };
}

/** @param from begin of the step, ISO */
export function slotOf(from: string, counts: Counts): FigureSlot {
  const { came, refused, worked, parked, setAside, dead, calls } = figuresOf(counts);
  return {
    from, came, refused, worked: worked + parked, troubled: setAside + dead, calls: calls.count, callsFailed: calls.failed,
    toRecordP95Ms: within(stepsOf(counts, 'record'), 0.95), tookP95Ms: within(stepsOf(counts, 'took'), 0.95),
  };
}
