import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { machine, median, table } from '../bench/figures.ts';
import { REPOSITORY } from '../support/runningServer.ts';
import { FAULTS, randomOf, type Fault, type Result } from './plan.ts';

/**
 * `npm run chaos`: every fault under load, and after each one that nothing acknowledged is lost or doubled anywhere.
 * `--short` is the form inside `npm test`; `--seed=N` repeats a run's random moments; `--only=PART` takes the faults whose
 * name has it; `--rounds=N` sets the rounds. Ends with 1 when something did not hold. No time is asserted.
 */
const flag = (name: string): string | undefined => process.argv.find((argument) => argument.startsWith(`--${name}=`))?.slice(name.length + 3);
const short = process.argv.includes('--short');
const only = flag('only');
const seed = Number(flag('seed') ?? Math.floor(Math.random() * 1_000_000));
const roundsOf = (fault: Fault): number => Number(flag('rounds') ?? (short ? fault.short : fault.full));
const chosen = FAULTS.filter((fault) => (only === undefined || fault.name.includes(only)) && roundsOf(fault) > 0);
if (chosen.length === 0) throw new Error(`--only takes a part of: ${FAULTS.map((fault) => fault.name).join('; ')}`);
const unlisted = FAULTS.filter((fault) => only === undefined && !chosen.includes(fault));

console.log(`chaos on ${machine()}, seed ${seed}${short ? ', short' : ''}`);
const results = new Map<Fault, Result>();

async function run(fault: Fault): Promise<void> {
  const startedAt = performance.now();
  const result = await fault.run(roundsOf(fault), randomOf(seed, fault));
  results.set(fault, result);
  const { outcome, skipped } = result;
  const word = skipped !== null ? `SKIPPED (${skipped})` : outcome.faults.length === 0 ? 'held' : 'DID NOT HOLD';
  console.log(`${fault.name}: ${word}, ${outcome.rounds} rounds in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  for (const one of outcome.faults.slice(0, 12)) console.log(`  ${one}`);
}

async function inTurn(faults: readonly Fault[]): Promise<void> {
  for (const fault of faults) await run(fault);
}

// Side by side they take each other's time, which shows in the recoveries; in full they have the machine to themselves.
const lanes = short ? [...new Set(chosen.map((fault) => fault.lane))].map((lane) => chosen.filter((fault) => fault.lane === lane)) : [chosen];
await Promise.all(lanes.map(inTurn));

const rows = chosen.flatMap((fault) => {
  const result = results.get(fault);
  if (!result) return [];
  const { outcome, skipped } = result;
  if (skipped !== null) return [[fault.name, 'skipped', '', '', '', '', '', skipped.slice(0, 60)]];
  const { recoveries, notes, faults } = outcome;
  const ms = (value: number): string => (Number.isFinite(value) ? value.toFixed(0) : '');
  const note = faults.length > 0 ? 'DID NOT HOLD' : notes.join('; ');
  return [[fault.name, String(outcome.rounds), String(outcome.acknowledged), String(outcome.lost), String(outcome.doubled), ms(Math.max(...recoveries)), ms(median(recoveries)), note]];
});
console.log(`\n${table(['fault', 'rounds', 'acknowledged', 'lost', 'doubled', 'worst ms', 'median ms', 'notes'], rows)}\n`);
for (const fault of unlisted) console.log(`!! not in the short form: ${fault.name}`);

const all = [...results.values()];
const failed = all.filter(({ outcome }) => outcome.faults.length > 0).length;
const skipped = all.filter((result) => result.skipped !== null).length;
const failures = all.flatMap(({ outcome: { name, faults } }) => (faults.length > 0 ? [{ name: `chaos: ${name}`, why: faults.slice(0, 4).join('\n').slice(0, 600) }] : []));
const counts = { passed: all.length - failed - skipped, failed, skipped, failures };
mkdirSync(join(REPOSITORY, 'test-results'), { recursive: true });
writeFileSync(join(REPOSITORY, 'test-results', 'chaos.json'), JSON.stringify({ seed, counts, results: all.map(({ outcome }) => outcome) }, null, 2));
console.log(`${counts.passed} held, ${counts.failed} did not, ${counts.skipped} skipped (seed ${seed})`);
process.exit(failed === 0 ? 0 : 1);
