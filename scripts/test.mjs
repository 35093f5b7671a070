import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { bootstrap, main } from './bootstrap.mjs';
import { buildAll } from './setup/build.mjs';
import { bundledNode, root, toolEnv } from './setup/paths.mjs';
import { SetupError, took } from './setup/run.mjs';
import { interrupted, playwrightCounts, vitestCounts } from './test/counts.mjs';

/**
 * `npm test`: set-up, build, then every check in order. A failing step does not hide the later ones. The last line is
 * `N passed, N failed, N skipped` over all tests; a check that is not made of tests (types, lint, packing) counts as one.
 */

const results = path.join(root, 'test-results');
const STEP_LIMIT_MS = 40 * 60_000;

/** Runs a program in the open, or with its words held back; its code, or -1 when it could not start or took too long. */
function show(command, args, env = {}, hear = null) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, env: toolEnv(env), stdio: ['ignore', hear ? 'pipe' : 'inherit', hear ? 'pipe' : 'inherit'] });
    if (hear) for (const stream of [child.stdout, child.stderr]) stream.on('data', hear);
    const limit = setTimeout(() => {
      console.error(`ended after ${STEP_LIMIT_MS / 60_000} minutes`);
      child.kill('SIGTERM');
    }, STEP_LIMIT_MS);
    child.once('error', (error) => {
      clearTimeout(limit);
      console.error(error.message);
      resolve(-1);
    });
    child.once('close', (code) => {
      clearTimeout(limit);
      resolve(code ?? -1);
    });
  });
}

const tool = (name, args, env, hear) => show(bundledNode, [path.join(root, 'node_modules', name), ...args], env, hear);
const NOTHING = { passed: 0, failed: 0, skipped: 0, failures: [], lucky: [] };
const asOneCheck = (code) => ({ ...NOTHING, passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 });
const SKIPPED = { ...NOTHING, skipped: 1 };
const add = (a, b) => ({
  passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped,
  failures: [...a.failures, ...(b.failures ?? [])], lucky: [...a.lucky, ...(b.lucky ?? [])],
});

const types = async () => asOneCheck(await tool('typescript/bin/tsc', ['-b', '--pretty', 'false']));
/** Rules that know types hold every folder's program at once; the engine's usual limit is a little less than that. */
const LINT_MEMORY = { NODE_OPTIONS: '--max-old-space-size=8192' };
/** Begun with the run: it reads sources only, and one of the cores is free while the rest is built and typed. */
function beginLint() {
  const said = [];
  const over = tool('eslint/bin/eslint.js', ['--config', 'scripts/config/eslint.config.mjs', '--max-warnings', '0', '.'], LINT_MEMORY, (chunk) => said.push(chunk));
  return async () => {
    const code = await over;
    process.stdout.write(Buffer.concat(said));
    return asOneCheck(code);
  };
}

/** The counts of a report; a run that left none, or failed in a way that no test shows, is one failure. */
function counted(code, file, read) {
  if (!existsSync(file)) return asOneCheck(1);
  const counts = read(JSON.parse(readFileSync(file, 'utf8')));
  return code !== 0 && counts.failed === 0 ? add(counts, { ...NOTHING, failed: 1, failures: [{ name: file, why: `the runner ended with ${code} and no failed test` }] }) : counts;
}

/** Each test file, and each server that a test, a fault or a measurement starts, is a process that loads the same code. */
const COMPILED = { NODE_COMPILE_CACHE: path.join(root, '.cache', 'compiled') };

async function vitest(name, folders) {
  const present = folders.filter((folder) => existsSync(path.join(root, 'tests', folder)));
  const absent = folders.filter((folder) => !present.includes(folder));
  if (absent.length > 0) console.log(`!! no tests in ${absent.map((folder) => `tests/${folder}`).join(', ')}`);
  if (present.length === 0) return asOneCheck(1);
  const file = path.join(results, `vitest-${name}.json`);
  const first = await once(file, present.map((folder) => `tests/${folder}/`));
  if (first.code === 0 || !existsSync(file)) return counted(first.code, file, vitestCounts);
  const report = JSON.parse(readFileSync(file, 'utf8'));
  const again = interrupted(report, first.said);
  if (again.length === 0) return counted(first.code, file, vitestCounts);
  console.log(`\n!! ended by the JavaScript engine, run once more: ${again.join(', ')}`);
  const repeated = path.join(results, `vitest-${name}-again.json`);
  const second = await once(repeated, again);
  const { failed, failures } = counted(second.code, repeated, vitestCounts);
  const counts = vitestCounts(report);
  const lucky = again.map((one) => ({ name: one, why: 'its process was ended by the JavaScript engine' }));
  return add(counts, { ...NOTHING, failed, failures, lucky });
}

/** What is said is shown as it comes, and kept. */
async function once(file, filters) {
  rmSync(file, { force: true });
  const heard = [];
  const hear = (chunk) => {
    process.stdout.write(chunk);
    heard.push(chunk);
  };
  const code = await tool('vitest/vitest.mjs', ['run', '--config', 'scripts/config/vitest.config.ts', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...filters], COMPILED, hear);
  return { code, said: Buffer.concat(heard).toString('utf8') };
}

async function playwright(project) {
  const folder = path.join(root, 'tests', project);
  if (!existsSync(folder) || !readdirSync(folder, { recursive: true }).some((file) => String(file).endsWith('.spec.ts'))) {
    console.log(`!! skipped: no tests in tests/${project}`);
    return SKIPPED;
  }
  const file = path.join(results, `playwright-${project}.json`);
  rmSync(file, { force: true });
  const code = await tool('@playwright/test/cli.js', ['test', '--config', 'scripts/config/playwright.config.ts', '--project', project], { ...COMPILED, WEDSYNC_STEP: project });
  return counted(code, file, playwrightCounts);
}

async function packaged() {
  const code = await show(bundledNode, ['scripts/dist.mjs', '--dir']);
  return code === 0 ? add(asOneCheck(0), await playwright('packaged')) : asOneCheck(code);
}

/** Each fault counts as one test. */
async function chaos() {
  const file = path.join(results, 'chaos.json');
  rmSync(file, { force: true });
  const code = await show(bundledNode, [path.join(root, 'tests', 'chaos', 'index.ts'), '--short'], COMPILED);
  return counted(code, file, (report) => report.counts);
}

async function bench() {
  const entry = path.join(root, 'tests', 'bench', 'index.ts');
  if (!existsSync(entry)) {
    console.log('!! skipped: no measurements in tests/bench');
    return SKIPPED;
  }
  return asOneCheck(await show(bundledNode, [entry, '--short'], COMPILED));
}

const FOLDERS = ['unit', 'vendors', 'conformance', 'integration', 'security', 'fuzz'];

/**
 * `desktop`: needs Electron and the system's test packages. `build`: needs dist/. `all`: part of a run without --only.
 * `begin`: is under way from the start of the run on; what it gives back waits for its end, and is called in its turn.
 */
const STEPS = [
  { name: 'types', all: true, build: false, desktop: false, run: types },
  { name: 'architecture', all: true, build: false, desktop: false, run: () => vitest('architecture', ['architecture']) },
  { name: 'lint', all: true, build: false, desktop: false, begin: beginLint },
  { name: 'vitest', all: true, build: true, desktop: true, run: () => vitest('all', FOLDERS) },
  ...FOLDERS.map((folder) => ({ name: folder, all: false, build: folder !== 'unit' && folder !== 'fuzz', desktop: folder === 'security', run: () => vitest(folder, [folder]) })),
  { name: 'e2e', all: true, build: true, desktop: true, run: () => playwright('e2e') },
  { name: 'packaged', all: true, build: true, desktop: true, run: packaged },
  { name: 'chaos', all: true, build: true, desktop: false, run: chaos },
  { name: 'bench', all: true, build: true, desktop: true, run: bench },
];

function chosen() {
  let only;
  try {
    only = parseArgs({ options: { only: { type: 'string' } } }).values.only;
  } catch (error) {
    throw new SetupError(error.message);
  }
  if (only === undefined) return STEPS.filter((step) => step.all);
  const names = only.split(',');
  const unknown = names.filter((name) => !STEPS.some((step) => step.name === name));
  if (unknown.length > 0) throw new SetupError(`--only takes some of: ${STEPS.map((step) => step.name).join(', ')}`);
  return STEPS.filter((step) => names.includes(step.name));
}

await main(async () => {
  const startedAt = performance.now();
  const steps = chosen();
  const { electron } = await bootstrap({ electron: steps.some((step) => step.desktop), tests: true });
  if (electron !== null && !electron.ok) throw new SetupError(`The desktop tests need Electron: ${electron.why}.`);
  const begun = new Map(steps.flatMap((step) => (step.begin ? [[step.name, step.begin()]] : [])));
  if (steps.some((step) => step.build)) await buildAll();
  mkdirSync(results, { recursive: true });

  let total = NOTHING;
  const lines = [];
  for (const step of steps) {
    console.log(`\n== ${step.name}`);
    const stepStartedAt = performance.now();
    const counts = await (begun.get(step.name) ?? step.run)();
    total = add(total, counts);
    const line = `${counts.failed === 0 ? 'ok    ' : 'FAILED'} ${step.name.padEnd(13)} ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped (${took(stepStartedAt)})`;
    lines.push(line);
    console.log(`== ${line}`);
  }
  // Whoever sees only the end of a log still learns what it was.
  for (const { name, why } of total.lucky) console.log(`\npassed only when repeated: ${name.replace(root, '')}\n${why}`);
  for (const { name, why } of total.failures) console.log(`\nFAILED: ${name.replace(root, '')}\n${why}`);
  console.log(`\n${lines.join('\n')}\nall in ${took(startedAt)}\n\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
});
