import { spawn, type ChildProcess } from 'node:child_process';
import { run as calendars } from './calendars.ts';
import { run as capacity } from './capacity.ts';
import { run as conflictVisible } from './conflictVisible.ts';
import { run as conflicts } from './conflicts.ts';
import { run as consoles } from './consoles.ts';
import { run as firstSync } from './firstSync.ts';
import { run as intake } from './intake.ts';
import { run as search } from './search.ts';
import { run as start } from './start.ts';
import { run as sustained } from './sustained.ts';
import { run as timeline } from './timeline.ts';
import { run as wholeWay } from './wholeWay.ts';

/**
 * `npm run bench`: every figure that the product promises, printed with the machine's size. `--short` is the form
 * inside `npm test`: it proves that the benches run and that nothing is lost, and asserts no time. `--only=NAME` takes one.
 * `--record` keeps the ratios and counts of this run, beside which those of later runs are printed (`recorded.ts`).
 */
const benches = { wholeWay, start, intake, capacity, sustained, consoles, conflicts, conflictVisible, calendars, firstSync, timeline, search };
/** A short bench waits for most of its time, so some of them share the machine. */
const AT_ONCE = 3;
/** Begun first, so that none of them is alone at the end. */
const LONGEST = ['firstSync', 'intake', 'start', 'capacity', 'calendars', 'consoles'];

const short = process.argv.includes('--short');
const only = process.argv.find((argument) => argument.startsWith('--only='))?.slice('--only='.length);
if (short && process.argv.includes('--record')) throw new Error('a short run measures too little to be recorded: take --record without --short');
if (only !== undefined && !(only in benches)) throw new Error(`--only takes one of: ${Object.keys(benches).join(', ')}`);

const running = new Set<ChildProcess>();
process.once('SIGTERM', () => {
  for (const child of running) child.kill();
  process.exit(1);
});

/** Its code. A process of its own, and what it says is told when it has ended. */
function alone(name: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const from = performance.now();
    const said: Buffer[] = [];
    const child = spawn(process.execPath, [import.meta.filename, '--short', `--only=${name}`], { stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(child);
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => said.push(chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      running.delete(child);
      process.stdout.write(Buffer.concat(said));
      console.log(`${name}: ${code === 0 ? 'ran' : 'DID NOT RUN'}, ${((performance.now() - from) / 1_000).toFixed(1)} s`);
      resolve(code ?? 1);
    });
  });
}

if (short && only === undefined) {
  const left = [...new Set([...LONGEST, ...Object.keys(benches)])];
  const codes: number[] = [];
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let name = left.shift(); name !== undefined; name = left.shift()) codes.push(await alone(name));
  }));
  if (codes.some((code) => code !== 0)) process.exitCode = 1;
} else for (const [name, bench] of Object.entries(benches)) if (only === undefined || only === name) await bench(short);
