import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { bootstrap, main } from './bootstrap.mjs';
import { buildAll } from './setup/build.mjs';
import { bundledNode, root, toolEnv } from './setup/paths.mjs';
import { SetupError, run, tail, took } from './setup/run.mjs';

/**
 * `npm run dist`: installers for this system. `npm run dist -- --dir`: the unpacked app only, which needs no network.
 * `--platform linux|win|mac` names another system for a release build.
 */

const RELEASE_SOURCES = new Set(['installed']);

await main(async () => {
  let options;
  try {
    options = parseArgs({ options: { dir: { type: 'boolean', default: false }, platform: { type: 'string' } } }).values;
  } catch (error) {
    throw new SetupError(error.message);
  }
  const here = { linux: 'linux', darwin: 'mac', win32: 'win' }[process.platform];
  const platform = options.platform ?? here;
  if (!['linux', 'mac', 'win'].includes(platform)) throw new SetupError('--platform takes linux, mac or win.');

  const { electron } = await bootstrap({ electron: true });
  if (!electron.ok) throw new SetupError(`Nothing can be packed without Electron: ${electron.why}.`);
  if (!options.dir && !RELEASE_SOURCES.has(electron.source)) {
    throw new SetupError(`A release is made with Electron's own build only; here there is a ${electron.source} (${electron.version}). Use --dir for a trial.`);
  }
  await buildAll();

  console.log('Pack');
  const startedAt = performance.now();
  const native = platform === here;
  const args = [path.join(root, 'node_modules', 'electron-builder', 'cli.js'), `--${platform}`, '--config', 'electron-builder.yml', '--publish', 'never'];
  if (options.dir) args.push('--dir');
  if (native) args.push(`-c.electronDist=${electron.dist}`, `-c.electronVersion=${electron.version}`);
  const result = await run(bundledNode, args, { cwd: root, env: toolEnv() });
  if (result.code !== 0) throw new SetupError(`Packing failed: ${result.reason ?? `code ${result.code}`}\n${tail(result.output, 30)}`);
  const unpacked = path.join(root, 'release', { linux: 'linux-unpacked', mac: 'mac', win: 'win-unpacked' }[platform]);
  console.log(`  ${options.dir && existsSync(unpacked) ? path.relative(root, unpacked) : 'release'} (${took(startedAt)})`);
  return 0;
});
