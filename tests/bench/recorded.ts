import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableOf } from './figures.ts';

/**
 * What a bench measured when its figures were last recorded: ratios to a peer or a floor of the same run, and counts; never times, which are
 * the machine's. Beside each new figure it says whether that is better or worse. Nothing fails by it: a person looks.
 */

export interface Figure {
  /** Of what, and on which home; the same in every run. */
  readonly name: string;
  readonly value: number;
  readonly better: 'less' | 'more';
  /** The share of what was recorded that comes and goes by itself; left out = {@link USUAL}. 0 = a count that is always the same. */
  readonly within?: number;
}

/** By bench, then by figure. */
export type Recorded = Readonly<Record<string, Readonly<Record<string, number>>>>;
export type Verdict = 'better' | 'same' | 'worse' | 'new';

/** Two runs on one quiet machine differ by this much. */
const USUAL = 0.25;
const DIGITS = 4;
const FILE = join(import.meta.dirname, 'recorded.json');

export function verdictOf({ value, better, within = USUAL }: Figure, recorded: number | undefined): Verdict {
  if (recorded === undefined) return 'new';
  const change = better === 'less' ? recorded - value : value - recorded;
  if (Math.abs(change) <= Math.abs(recorded) * within) return 'same';
  return change > 0 ? 'better' : 'worse';
}

/** With these figures of one bench in place of its own; others of it, not measured this time, stay. In a fixed order. */
export function withFigures(recorded: Recorded, bench: string, figures: readonly Figure[]): Recorded {
  const own = { ...recorded[bench], ...Object.fromEntries(figures.map(({ name, value }) => [name, Number(value.toPrecision(DIGITS))])) };
  return inOrder({ ...recorded, [bench]: inOrder(own) });
}

const inOrder = <T>(all: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
const read = (): Recorded => (existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Recorded) : {});

/**
 * Prints the figures beside what was recorded, and with `--record` records them. A short run measures too little to be held against
 * anything. Throws for a figure that is no number.
 */
export function beside(bench: string, figures: readonly Figure[]): void {
  const broken = figures.find(({ value }) => !Number.isFinite(value));
  if (broken) throw new Error(`${bench}: ${broken.name} is ${broken.value}`);
  if (process.argv.includes('--short') || figures.length === 0) return;
  const recorded = read();
  const before = recorded[bench] ?? {};
  console.log(`\nBeside what was recorded (${bench})`);
  console.log(tableOf(figures.map((one) => ({
    figure: one.name, now: digits(one.value), recorded: digits(before[one.name]), within: `${((one.within ?? USUAL) * 100).toFixed(0)} %`,
    is: verdictOf(one, before[one.name]),
  }))));
  if (process.argv.includes('--record')) writeFileSync(FILE, `${JSON.stringify(withFigures(recorded, bench, figures), null, 2)}\n`);
}

const digits = (value: number | undefined): string => (value === undefined ? '' : String(Number(value.toPrecision(DIGITS))));
