import type { BrowserWindow } from 'electron';
import type { Timers } from '../../core/link/link.ts';
import type { Clock, Log } from '../../core/ports/ports.ts';

export interface PageOptions {
  /** For the log. */
  readonly name: string;
  /** Address to load. */
  readonly address: string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  /** A page begins to load, also after a crash: what it was told before is gone. */
  readonly onLoading: () => void;
  /** The page crashed again and again. */
  readonly onHopeless: () => void;
}

const RELOADS = 3;
const RELOAD_WINDOW_MS = 5 * 60_000;

/** Loads a window's page and keeps it alive: a crashed one is loaded again, but not for ever. */
export function keepPage(window: BrowserWindow, options: PageOptions): void {
  const { name, clock, timers, log } = options;
  let crashes: number[] = [];
  window.on('unresponsive', () => log.warn({ window: name }, 'window does not answer'));
  window.webContents.on('render-process-gone', (_event, details) => {
    if (details.reason === 'clean-exit') return;
    const now = clock.now();
    crashes = crashes.filter((at) => now - at < RELOAD_WINDOW_MS);
    crashes.push(now);
    log.error({ window: name, reason: details.reason, exitCode: details.exitCode, crashes: crashes.length }, 'page crashed');
    if (crashes.length > RELOADS) return options.onHopeless();
    // Not from inside the event: the dead process is still being put away.
    timers.after(250, () => {
      if (!window.isDestroyed()) window.webContents.reload();
    });
  });
  window.webContents.on('did-start-navigation', (details) => {
    // The console moves within its document; only a new document forgets what it was told.
    if (details.isMainFrame && !details.isSameDocument) options.onLoading();
  });
  window.webContents.on('preload-error', (_event, path, error) => log.error({ path, error }, 'preload failed'));
  window.loadURL(options.address).catch((error: unknown) => {
    log.error({ error, window: name }, 'the console could not be loaded');
    if (!window.isDestroyed()) window.show();
  });
}
