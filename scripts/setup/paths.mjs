import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository root. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

const windows = process.platform === 'win32';

/** Per-user cache for what is too large to fetch once per clone. */
export function userCacheDir() {
  if (process.env.XDG_CACHE_HOME) return path.join(process.env.XDG_CACHE_HOME, 'wedsync');
  return path.join(os.homedir(), '.cache', 'wedsync');
}

/** The Node 24 that comes with the dependencies; everything after the set-up runs on it. */
export const bundledNode = path.join(root, 'node_modules', 'node', 'bin', windows ? 'node.exe' : 'node');

/** Environment for children: our tools first on PATH, so `node` means Node 24 whatever the machine has. */
export function toolEnv(extra = {}) {
  const env = { ...process.env, ...extra };
  const key = Object.keys(env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
  env[key] = [path.join(root, 'node_modules', '.bin'), path.dirname(bundledNode), env[key] ?? ''].join(path.delimiter);
  return env;
}

/** The machine's own Node: `npm ci` deletes node_modules, so it should not run on the copy inside it. */
function machineNode() {
  const name = windows ? 'node.exe' : 'node';
  for (const dir of (process.env.PATH ?? process.env.Path ?? '').split(path.delimiter)) {
    if (dir === '' || dir.split(path.sep).includes('node_modules')) continue;
    const candidate = path.join(dir, name);
    if (existsSync(candidate)) return candidate;
  }
  return process.execPath;
}

/** How to run npm without a shell where possible. Returns [command, leading arguments, needs a shell]. */
export function npmCommand() {
  const cli = process.env.npm_execpath;
  if (cli !== undefined && /npm-cli\.[cm]?js$/.test(cli) && existsSync(cli)) return [machineNode(), [cli], false];
  return windows ? ['npm.cmd', [], true] : ['npm', [], false];
}

/** Where the Electron executable sits inside an unpacked Electron, per platform. */
export function electronExecutable(dist) {
  if (process.platform === 'darwin') return path.join(dist, 'Electron.app', 'Contents', 'MacOS', 'Electron');
  return path.join(dist, windows ? 'electron.exe' : 'electron');
}
