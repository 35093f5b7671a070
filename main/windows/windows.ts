import type { BrowserWindow, Rectangle, WebContents } from 'electron';
import type { Place } from '../../core/contract/deepLink.ts';
import { OpenWindow, SHOWS_PARAMETER, WINDOW_LIMIT, WindowPath } from '../../core/contract/windows.ts';
import type { Timers } from '../../core/link/link.ts';
import type { Clock, Log } from '../../core/ports/ports.ts';
import type { KeyValue } from '../services/settings.ts';
import { placeOfAddress } from './looking.ts';
import { keepPage } from './pages.ts';
import { isReachable, placeWindow, readWindowState, type Box, type WindowState } from './state.ts';

/** The first window, and those that were opened beside it. */
type WindowKey = 'main' | `extra.${number}`;

export interface WindowsOptions {
  readonly create: (state: WindowState) => BrowserWindow;
  readonly page: string;
  readonly store: KeyValue;
  /** Work areas of all screens, primary first. */
  readonly areas: () => readonly [Box, ...Box[]];
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  /** Windows that are not kept here; they count for the limit. */
  readonly others: () => number;
  /** A window came into sight or went out of it, or its page has just loaded. */
  readonly onShown: (contents: WebContents, shown: boolean) => void;
  /** Whether the closed main window is only put away. */
  readonly keepRunning: () => boolean;
  readonly onHidden: () => void;
  /** The main window's page begins to load, also after a crash: what it was told before is gone. */
  readonly onLoading: () => void;
  /** The main window's page crashed again and again. */
  readonly onHopeless: () => void;
}

export interface Windows {
  /** Opens the main window or brings it to the front. */
  open(key: 'main'): void;
  /** One more window on the same record. False = there are {@link WINDOW_LIMIT} already. */
  openExtra(input: OpenWindow): boolean;
  /** Opens what was open beside the main window when the program ended. */
  restore(): void;
  has(webContentsId: number): boolean;
  isMain(webContentsId: number): boolean;
  contents(): readonly WebContents[];
  mainContents(): readonly WebContents[];
  count(): number;
  /** The main window, for finding its screen; null = closed. */
  mainBounds(): Rectangle | null;
  /** Where the person looks: the place in the window that has the focus. */
  looking(): Place | null;
  /** Screens came, went or changed: windows that nobody could reach are brought back. */
  displaysChanged(): void;
  /** From now on closing is closing. */
  quitting(): void;
}

const SAVE_AFTER_MS = 500;
const EXTRAS_KEY = 'windows.extras';
const DETAILS_SIZE = { width: 480, height: 720 } as const;
const STEP = 32;

interface Extra {
  readonly key: WindowKey;
  readonly input: OpenWindow;
}

/** What was open beside the main window; entries that are not readable are left out. */
export function readExtras(stored: unknown): Extra[] {
  if (!Array.isArray(stored)) return [];
  return stored.flatMap((entry: unknown, index): Extra[] => {
    const parsed = OpenWindow.safeParse(entry);
    return parsed.success ? [{ key: `extra.${index + 1}`, input: parsed.data }] : [];
  });
}

/** All console windows by key: their places on the screens, closing, coming back, and crashes of their pages. */
export function createWindows(options: WindowsOptions): Windows {
  const { store, timers, log, clock } = options;
  const open = new Map<WindowKey, BrowserWindow>();
  const extras = new Map<WindowKey, OpenWindow>();
  let quitting = false;
  const storeKey = (key: WindowKey): string => `windows.${key}`;
  const alive = (): [WindowKey, BrowserWindow][] => [...open].filter(([, window]) => !window.isDestroyed());

  const remember = (key: WindowKey, window: BrowserWindow) => {
    if (window.isDestroyed() || window.isMinimized()) return;
    const bounds: Rectangle = window.getNormalBounds();
    store.set(storeKey(key), { ...bounds, maximised: window.isMaximized() });
  };
  /** Numbered anew at the next start, so places go by the same order as the list. */
  const rememberExtras = () => {
    if (quitting) return;
    store.set(EXTRAS_KEY, [...extras.values()]);
    [...extras.keys()].forEach((key, index) => {
      const window = open.get(key);
      if (window) remember(`extra.${index + 1}`, window);
    });
  };
  const rescue = (window: BrowserWindow) => {
    const areas = options.areas();
    if (isReachable(window.getBounds(), areas)) return;
    const maximised = window.isMaximized();
    const { x, y, width, height } = placeWindow({ ...window.getNormalBounds(), maximised }, areas);
    if (maximised) window.unmaximize();
    window.setBounds({ x, y, width, height });
    if (maximised) window.maximize();
    log.info({ x, y, width, height }, 'window brought back onto a screen');
  };

  const make = (key: WindowKey, address: string, state: WindowState): BrowserWindow => {
    const window = options.create(placeWindow(state, options.areas()));
    open.set(key, window);
    let cancelSave: (() => void) | null = null;
    const save = () => (key === 'main' ? remember(key, window) : rememberExtras());
    const later = () => {
      cancelSave?.();
      cancelSave = timers.after(SAVE_AFTER_MS, save);
    };
    window.on('resize', later);
    window.on('move', later);
    window.on('maximize', later);
    window.on('unmaximize', later);
    const tellShown = () => {
      if (!window.isDestroyed()) options.onShown(window.webContents, window.isVisible() && !window.isMinimized());
    };
    const back = () => {
      rescue(window);
      tellShown();
    };
    window.on('restore', back);
    window.on('show', back);
    window.on('minimize', tellShown);
    window.on('hide', tellShown);
    window.webContents.on('did-finish-load', tellShown);
    window.on('close', (event) => {
      cancelSave?.();
      if (!quitting || key === 'main') save();
      if (key !== 'main' || quitting || !options.keepRunning()) return;
      event.preventDefault();
      window.hide();
      options.onHidden();
    });
    window.on('closed', () => {
      open.delete(key);
      if (extras.delete(key)) rememberExtras();
    });
    keepPage(window, {
      name: key,
      address,
      clock,
      timers,
      log,
      onLoading: () => {
        if (key === 'main') options.onLoading();
      },
      onHopeless: () => (key === 'main' ? options.onHopeless() : window.destroy()),
    });
    return window;
  };

  const stored = (key: WindowKey): WindowState | null => readWindowState(store.get(storeKey(key)));
  /** Beside the window that is being looked at, so that it is seen to be another one. */
  const beside = (shows: OpenWindow['shows']): WindowState => {
    const from = alive().find(([, window]) => window.isFocused())?.[1] ?? open.get('main');
    const bounds = from && !from.isDestroyed() ? from.getNormalBounds() : placeWindow(null, options.areas());
    const size = shows === 'details' ? DETAILS_SIZE : bounds;
    return { x: bounds.x + STEP, y: bounds.y + STEP, width: size.width, height: size.height, maximised: false };
  };
  const makeExtra = (key: WindowKey, input: OpenWindow, state: WindowState) => {
    extras.set(key, input);
    const window = make(key, `${options.page}?${SHOWS_PARAMETER}=${input.shows}#/${input.path}`, state);
    window.webContents.on('did-navigate-in-page', (_event, address) => {
      const path = WindowPath.safeParse(new URL(address).hash.replace(/^#\//, ''));
      const now = extras.get(key);
      if (!path.success || !now) return;
      extras.set(key, { ...now, path: path.data });
      rememberExtras();
    });
  };
  const full = (): boolean => alive().length + options.others() >= WINDOW_LIMIT;

  return {
    open(key) {
      const window = open.get(key);
      if (!window) return void make(key, options.page, stored(key) ?? placeWindow(null, options.areas()));
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
    },
    openExtra(input) {
      if (full()) return false;
      let number = 1;
      while (open.has(`extra.${number}`)) number += 1;
      makeExtra(`extra.${number}`, input, beside(input.shows));
      rememberExtras();
      return true;
    },
    restore() {
      for (const { key, input } of readExtras(store.get(EXTRAS_KEY))) if (!full() && !open.has(key)) makeExtra(key, input, stored(key) ?? beside(input.shows));
    },
    has: (id) => alive().some(([, window]) => window.webContents.id === id),
    isMain: (id) => alive().some(([key, window]) => key === 'main' && window.webContents.id === id),
    contents: () => alive().map(([, window]) => window.webContents),
    mainContents: () => alive().filter(([key]) => key === 'main').map(([, window]) => window.webContents),
    count: () => alive().length,
    mainBounds: () => alive().find(([key]) => key === 'main')?.[1].getBounds() ?? null,
    looking() {
      const focused = alive().find(([, window]) => window.isFocused())?.[1];
      return focused ? placeOfAddress(focused.webContents.getURL()) : null;
    },
    displaysChanged() {
      // A minimised window is nowhere; it is looked at again when it comes back.
      for (const [, window] of alive()) if (!window.isMinimized() && window.isVisible()) rescue(window);
    },
    quitting() {
      rememberExtras();
      quitting = true;
    },
  };
}
