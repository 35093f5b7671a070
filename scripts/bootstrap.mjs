import { pathToFileURL } from 'node:url';
import { findElectron, warnOfFallback } from './setup/electron.mjs';
import { checkNode, installPackages } from './setup/packages.mjs';
import { SetupError, step } from './setup/run.mjs';
import { systemPackages } from './setup/systemPackages.mjs';

/**
 * Everything between a fresh clone and a program that runs. Runs on the machine's own Node with nothing installed:
 * only `node:` imports here and in scripts/setup. Every step looks first and does nothing when there is nothing to do.
 *
 * @param {{electron?: boolean, tests?: boolean}} want `electron`: also get the desktop runtime and its system libraries.
 * @returns {Promise<{electron: import('./setup/electron.mjs').Electron | null}>}
 */
export async function bootstrap(want = {}) {
  console.log('Set-up');
  await step('node', async () => checkNode());
  await step('packages', installPackages);
  if (want.electron !== true) return { electron: null };
  await step('system', () => systemPackages({ tests: want.tests === true }));
  let electron;
  await step('electron', async () => {
    electron = await findElectron();
    return electron.ok ? `${electron.version} (${electron.source})` : `none: ${electron.why}`;
  });
  if (electron.ok && electron.source === 'fallback') warnOfFallback();
  // Electron's launcher, Playwright and electron-builder all read this one variable.
  if (electron.ok && electron.source !== 'installed') process.env.ELECTRON_OVERRIDE_DIST_PATH = electron.dist;
  return { electron };
}

/** Runs a script's main function: a fault that a person can act on is one message, anything else keeps its stack. */
export async function main(work) {
  try {
    process.exitCode = await work();
  } catch (error) {
    console.error(error instanceof SetupError ? `\n${error.message}` : error);
    process.exitCode = 1;
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(async () => {
    const args = process.argv.slice(2);
    const { electron } = await bootstrap({ electron: !args.includes('--no-electron'), tests: args.includes('--tests') });
    return electron === null || electron.ok ? 0 : 1;
  });
}
