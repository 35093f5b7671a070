import { run as start } from './start.ts';
import { run as wholeWay } from './wholeWay.ts';

/**
 * `npm run bench`: every figure that the product promises, printed with the machine's size. `--short` is the form
 * inside `npm test`: it proves that the benches run and that nothing is lost, and asserts no time.
 */
const short = process.argv.includes('--short');
const benches = { wholeWay, start };
const only = process.argv.find((argument) => argument.startsWith('--only='))?.slice(7);
for (const [name, bench] of Object.entries(benches)) if (only === undefined || only === name) await bench(short);
