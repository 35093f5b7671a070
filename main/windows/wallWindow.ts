import type { BrowserWindow, Rectangle, WebContents } from 'electron';
import { WALL_HASH, WINDOW_LIMIT, type WallState } from '../../core/contract/windows.ts';
import type { Timers } from '../../core/link/link.ts';
import type { Clock, Log } from '../../core/ports/ports.ts';
import type { KeyValue } from '../services/settings.ts';
import { keepPage } from './pages.ts';
import type { Box } from './state.ts';
import { chooseDisplay, findDisplay, readDisplay, type DisplayInfo } from './wallDisplay.ts';

export interface WallWindowOptions {
  readonly create: (bounds: Box, focus: boolean) => BrowserWindow;
  readonly page: string;
  readonly store: KeyValue;
  readonly displays: () => readonly DisplayInfo[];
  /** Number of the display that the console is on. */
  readonly consoleDisplay: () => number;
  /** Console windows; they count for the limit. */
  readonly others: () => number;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  /** Its screen is gone: it has closed itself and waits. `name` may be empty. */
  readonly onLost: (name: string) => void;
  /** Its page crashed again and again; it is closed. */
  readonly onHopeless: () => void;
  /** It was opened or closed. */
  readonly onChange: () => void;
}

export interface WallWindow {
  /** Opens it, or brings it to the front. False = there are {@link WINDOW_LIMIT} windows already. */
  open(): boolean;
  close(): void;
  /** Moves it to the next screen and remembers that one. */
  nextDisplay(): void;
  /** Opens it where it was when the program ended. */
  restore(): void;
  state(): WallState;
  has(webContentsId: number): boolean;
  contents(): readonly WebContents[];
  displaysChanged(): void;
  /** From now on closing is not choosing to close. */
  quitting(): void;
}

const KEY = 'windows.wall';
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** The one wall display: which screen it is on, and what it does when that screen goes and comes back. */
export function createWallWindow(options: WallWindowOptions): WallWindow {
  const { store, log, clock, timers } = options;
  const saved = store.get(KEY);
  let display: DisplayInfo | null = isRecord(saved) ? readDisplay(saved['display']) : null;
  let wanted = isRecord(saved) && saved['open'] === true;
  let window: BrowserWindow | null = null;
  let quitting = false;

  const keep = () => store.set(KEY, { open: wanted, display });
  const there = (): BrowserWindow | null => (window && !window.isDestroyed() ? window : null);
  const cover = (target: BrowserWindow, bounds: Rectangle) => {
    // A window in full screen stays on its screen whatever bounds it is given.
    target.setFullScreen(false);
    target.setBounds(bounds);
    target.setFullScreen(true);
  };
  const make = (on: DisplayInfo, focus: boolean) => {
    display = on;
    wanted = true;
    keep();
    const made = options.create(on.bounds, focus);
    window = made;
    made.on('closed', () => {
      if (window !== made) return;
      window = null;
      if (!quitting) {
        wanted = false;
        keep();
      }
      options.onChange();
    });
    keepPage(made, {
      name: 'wall',
      address: `${options.page}${WALL_HASH}`,
      clock,
      timers,
      log,
      onLoading: () => undefined,
      onHopeless: () => {
        made.destroy();
        options.onHopeless();
      },
    });
    options.onChange();
  };

  return {
    open() {
      const now = there();
      if (now) {
        now.show();
        now.focus();
        return true;
      }
      if (options.others() >= WINDOW_LIMIT) return false;
      const chosen = chooseDisplay(options.displays(), display, options.consoleDisplay());
      if (!chosen) return false;
      make(chosen, true);
      return true;
    },
    close() {
      wanted = false;
      keep();
      there()?.close();
    },
    nextDisplay() {
      const displays = options.displays();
      const now = there();
      if (!now || displays.length < 2) return;
      const at = display ? displays.findIndex((each) => each.id === display?.id) : -1;
      const next = displays[(at + 1) % displays.length];
      if (!next) return;
      display = next;
      keep();
      cover(now, next.bounds);
    },
    restore() {
      if (!wanted || there()) return;
      const displays = options.displays();
      // Without a memory of its screen it was never shown; with one it waits for that screen and covers no other.
      const chosen = display ? findDisplay(display, displays) : chooseDisplay(displays, null, options.consoleDisplay());
      if (chosen && options.others() < WINDOW_LIMIT) make(chosen, false);
      else if (display) options.onLost(display.label);
    },
    state: () => ({ open: there() !== null, displays: options.displays().length }),
    has: (id) => there()?.webContents.id === id,
    contents: () => [there()?.webContents].filter((contents) => contents !== undefined),
    displaysChanged() {
      if (!wanted || !display) return;
      const now = there();
      const found = findDisplay(display, options.displays());
      if (now && !found) {
        log.info({ display: display.label }, 'the wall display’s screen is gone');
        window = null;
        now.destroy();
        options.onLost(display.label);
        return options.onChange();
      }
      if (!found) return;
      if (!now) return make(found, false);
      const moved = JSON.stringify(found.bounds) !== JSON.stringify(display.bounds);
      display = found;
      if (!moved) return;
      keep();
      cover(now, found.bounds);
    },
    quitting() {
      quitting = true;
    },
  };
}
