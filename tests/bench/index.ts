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
 */
const benches = { wholeWay, start, intake, capacity, sustained, consoles, conflicts, conflictVisible, calendars, firstSync, timeline, search };
const short = process.argv.includes('--short');
const only = process.argv.find((argument) => argument.startsWith('--only='))?.slice('--only='.length);
if (only !== undefined && !(only in benches)) throw new Error(`--only takes one of: ${Object.keys(benches).join(', ')}`);
for (const [name, bench] of Object.entries(benches)) if (only === undefined || only === name) await bench(short);
