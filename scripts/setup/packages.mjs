import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { bundledNode, npmCommand, root } from './paths.mjs';
import { SetupError, run, tail } from './run.mjs';

const MIN_NODE = [20, 19];

/** Fails in words when the machine's Node is too old to run even the set-up. */
export function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < MIN_NODE[0] || (major === MIN_NODE[0] && minor < MIN_NODE[1])) {
    throw new SetupError(`Node ${process.versions.node} is too old: version ${MIN_NODE.join('.')} or newer is needed.`);
  }
  return `${process.versions.node} is fine`;
}

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));

/**
 * Why the installed packages differ from the lockfile, or null when they agree. npm leaves a copy of what it really
 * installed in node_modules; it is written last, so an interrupted installation is seen too.
 */
function installNeeded() {
  const hidden = path.join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(hidden)) return 'nothing is installed';
  if (!existsSync(bundledNode)) return 'Node 24 is missing';
  const wanted = readJson(path.join(root, 'package-lock.json')).packages;
  const installed = readJson(hidden).packages;
  for (const [place, entry] of Object.entries(wanted)) {
    if (!place.includes('node_modules/')) continue;
    const present = installed[place];
    if (present === undefined) {
      if (entry.optional === true || entry.devOptional === true || entry.peer === true) continue;
      return `${place} is missing`;
    }
    if (present.version !== entry.version || present.integrity !== entry.integrity) return `${place} changed`;
  }
  return null;
}

/** Installs the packages exactly as locked; nothing to do when they already agree. */
export async function installPackages() {
  const why = installNeeded();
  if (why === null) return 'as locked';
  console.log(`  packages         installing, because ${why}; this takes a minute or two`);
  const [command, lead, shell] = npmCommand();
  const result = await run(command, [...lead, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root, shell });
  if (result.code !== 0) throw new SetupError(`npm ci failed: ${result.reason ?? `code ${result.code}`}\n${tail(result.output, 25)}`);
  if (!existsSync(bundledNode)) {
    throw new SetupError('npm ci ran, but the package "node" brought no program: its install script must be allowed to run (no ignore-scripts).');
  }
  return `installed ${readdirSync(path.join(root, 'node_modules')).length} folders`;
}
