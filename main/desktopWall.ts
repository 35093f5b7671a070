import { join } from 'node:path';
import { app, screen, session as sessions } from 'electron';
import { WALL_PUSH } from '../core/contract/windows.ts';
import type { Timers } from '../core/link/link.ts';
import type { Clock, Log } from '../core/ports/ports.ts';
import { pushTo, type Push } from './ipc/send.ts';
import { serveConsole } from './platform/appProtocol.ts';
import { CONSOLE_PAGE } from './platform/console.ts';
import { lockSession } from './platform/session.ts';
import type { KeyValue, SettingsService } from './services/settings.ts';
import { createWallWindow as makeWindow } from './windows/factory.ts';
import { createWallWindow, type WallWindow } from './windows/wallWindow.ts';
import type { Windows } from './windows/windows.ts';
import { WORDS } from './words.ts';

export interface DesktopWallOptions {
  readonly programDirectory: string;
  readonly icon: string;
  readonly settings: SettingsService;
  readonly storage: KeyValue;
  readonly windows: Pick<Windows, 'count' | 'mainBounds'>;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  /** Tells a person something about the windows of this program. */
  readonly say: (title: string, detail: string) => void;
  readonly onChange: () => void;
}

export interface DesktopWall {
  readonly window: WallWindow;
  /** Only what a wall may be told at all passes. */
  readonly push: Push;
  /** Opens it, or says why not. */
  open(): void;
  toggle(): void;
}

/** The wall display with everything of Electron that it needs; after `ready`. */
export function startWall(options: DesktopWallOptions): DesktopWall {
  const { programDirectory, icon, settings, storage, windows, clock, timers, log, say } = options;
  // A storage of its own in memory: what the console keeps on this machine is not for the wall.
  const session = sessions.fromPartition('wall');
  lockSession(session, { packaged: app.isPackaged, log });
  serveConsole(session, join(programDirectory, '..', 'renderer'), log);
  const window = createWallWindow({
    create: (bounds, focus) =>
      makeWindow({ bounds, focus, session, title: WORDS.product, icon, preload: join(programDirectory, '..', 'preload', 'index.cjs'), background: settings.get().wall.theme === 'dark' ? '#171c24' : '#fbf9f6' }),
    page: CONSOLE_PAGE,
    store: storage,
    displays: () => screen.getAllDisplays().map(({ id, label, bounds }) => ({ id, label, bounds })),
    consoleDisplay: () => {
      const bounds = windows.mainBounds();
      return (bounds ? screen.getDisplayMatching(bounds) : screen.getPrimaryDisplay()).id;
    },
    others: windows.count,
    clock,
    timers,
    log,
    onLost: (name) => say(WORDS.banners.wallLostTitle, WORDS.banners.wallLost(name)),
    onHopeless: () => say(WORDS.banners.wallLostTitle, WORDS.banners.wallCrashed),
    onChange: options.onChange,
  });
  const open = () => {
    if (!window.open()) say(WORDS.banners.windowsFullTitle, WORDS.banners.windowsFull);
  };
  return { window, push: pushTo(window.contents, WALL_PUSH), open, toggle: () => (window.state().open ? window.close() : open()) };
}
