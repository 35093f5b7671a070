import type { BrowserWindow, Rectangle, WebContents } from 'electron';
import type { Place } from '../../core/contract/deepLink.ts';
import type { Timers } from '../../core/link/link.ts';
import type { Clock, Log } from '../../core/ports/ports.ts';
import type { KeyValue } from '../services/settings.ts';
import { placeOfAddress } from './looking.ts';
import { placeWindow, readWindowState, type Box, type WindowState } from './state.ts';

export type WindowKey = 'main';

export interface WindowsOptions {
  readonly create: (state: WindowState) => BrowserWindow;
  readonly page: string;
  readonly store: KeyValue;
  /** Work areas of all screens, primary first. */
  readonly areas: () => readonly [Box, ...Box[]];
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  /** Whether a closed window is only put away. */
  readonly keepRunning: () => boolean;
  readonly onHidden: () => void;
  /** A page begins to load, also after a crash: what it was told before is gone. */
  readonly onLoading: () => void;
  /** The page crashed again and again. */
  readonly onHopeless: () => void;
}

export interface Windows {
  /** Opens the window or brings it to the front. */
  open(key: WindowKey): void;
  isOurs(webContentsId: number): boolean;
  contents(): readonly WebContents[];
  anyFocused(): boolean;
  /** Where the person looks: the place in the window that has the focus. */
  looking(): Place | null;
  /** From now on closing is closing. */
  quitting(): void;
}

const SAVE_AFTER_MS = 500;
const RELOADS = 3;
const RELOAD_WINDOW_MS = 5 * 60_000;

/** All windows of the program by key: their places on the screen, closing and coming back, and crashes of their pages. */
export function createWindows(options: WindowsOptions): Windows {
  const { store, timers, log, clock } = options;
  const open = new Map<WindowKey, BrowserWindow>();
  let quitting = false;
  let crashes: number[] = [];
  const storeKey = (key: WindowKey): string => `windows.${key}`;

  const remember = (key: WindowKey, window: BrowserWindow) => {
    if (window.isDestroyed() || window.isMinimized()) return;
    const bounds: Rectangle = window.getNormalBounds();
    store.set(storeKey(key), { ...bounds, maximised: window.isMaximized() });
  };

  const make = (key: WindowKey): BrowserWindow => {
    const window = options.create(placeWindow(readWindowState(store.get(storeKey(key))), options.areas()));
    open.set(key, window);
    let cancelSave: (() => void) | null = null;
    const later = () => {
      cancelSave?.();
      cancelSave = timers.after(SAVE_AFTER_MS, () => remember(key, window));
    };
    window.on('resize', later);
    window.on('move', later);
    window.on('maximize', later);
    window.on('unmaximize', later);
    window.on('close', (event) => {
      cancelSave?.();
      remember(key, window);
      if (quitting || !options.keepRunning()) return;
      event.preventDefault();
      window.hide();
      options.onHidden();
    });
    window.on('closed', () => open.delete(key));
    window.on('unresponsive', () => log.warn({ window: key }, 'window does not answer'));
    window.webContents.on('render-process-gone', (_event, details) => {
      if (details.reason === 'clean-exit') return;
      const now = clock.now();
      crashes = crashes.filter((at) => now - at < RELOAD_WINDOW_MS);
      crashes.push(now);
      log.error({ window: key, reason: details.reason, exitCode: details.exitCode, crashes: crashes.length }, 'page crashed');
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
    window.loadURL(options.page).catch((error: unknown) => {
      log.error({ error }, 'the console could not be loaded');
      if (!window.isDestroyed()) window.show();
    });
    return window;
  };

  return {
    open(key) {
      const window = open.get(key);
      if (!window) return void make(key);
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
    },
    isOurs: (id) => [...open.values()].some((window) => !window.isDestroyed() && window.webContents.id === id),
    contents: () => [...open.values()].filter((window) => !window.isDestroyed()).map((window) => window.webContents),
    anyFocused: () => [...open.values()].some((window) => !window.isDestroyed() && window.isFocused()),
    looking() {
      const focused = [...open.values()].find((window) => !window.isDestroyed() && window.isFocused());
      return focused ? placeOfAddress(focused.webContents.getURL()) : null;
    },
    quitting() {
      quitting = true;
    },
  };
}
