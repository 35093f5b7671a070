import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../setup/paths.mjs';
import { tail } from '../setup/run.mjs';

/** An end this soon with an error is a machine that cannot show the window, not a person closing it. */
const AT_ONCE_MS = 15_000;

/** Why no window can open here, or null. */
export function whyNoDesktop() {
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) {
    return 'this machine has no display (neither DISPLAY nor WAYLAND_DISPLAY is set)';
  }
  return null;
}

/**
 * Opens the desktop on a running server.
 * @returns {{ended: Promise<{failed: string | null}>, stop: () => void}} `failed` says in a sentence why it did not run.
 */
export function startDesktop({ electron, dataDir, url, ticket, founding }) {
  const profile = path.join(dataDir, 'desktop');
  mkdirSync(profile, { recursive: true });
  const args = [root, `--user-data-dir=${profile}`];
  if (process.platform === 'linux' && process.getuid?.() === 0) {
    args.unshift('--no-sandbox');
    console.log('  desktop          started as root, so Chromium\'s sandbox is off: do this for trials only');
  }
  const logFile = path.join(dataDir, 'desktop.log');
  const log = openSync(logFile, 'w');
  const startedAt = performance.now();
  const child = spawn(electron.executable, args, {
    cwd: root,
    env: { ...process.env, WEDSYNC_SERVER_URL: url, ...(ticket === null ? {} : { WEDSYNC_ENROL_TICKET: ticket }), ...(founding === null ? {} : { WEDSYNC_FOUNDING_TOKEN: founding }) },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const ended = new Promise((resolve) => {
    child.once('error', (error) => resolve({ failed: `${error.message}.` }));
    child.once('exit', (code, signal) => {
      if (code === 0 || (performance.now() - startedAt > AT_ONCE_MS && signal === null)) resolve({ failed: null });
      else resolve({ failed: `it ended at once (${signal ?? `code ${code}`}). ${tail(readFileSync(logFile, 'utf8'), 1)}` });
    });
  });
  return { ended, stop: () => child.kill('SIGTERM') };
}
