import { join } from 'node:path';
import { app, dialog, nativeTheme, screen, type Session, type WebContents } from 'electron';
import type { Timers } from '../core/link/link.ts';
import type { Clock, Log } from '../core/ports/ports.ts';
import { pushTo } from './ipc/send.ts';
import { CONSOLE_PAGE } from './platform/console.ts';
import type { KeyValue } from './services/settings.ts';
import { createWindow } from './windows/factory.ts';
import type { Box } from './windows/state.ts';
import { createWindows, type Windows } from './windows/windows.ts';
import { WORDS } from './words.ts';

const TRAY_NOTICE_KEY = 'trayNoticeShown';

export interface DesktopWindowsOptions {
  readonly programDirectory: string;
  readonly icon: string;
  readonly session: Session;
  readonly storage: KeyValue;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  /** Windows of this program that are not the console's. */
  readonly others: () => number;
  /** The program goes on in the tray when its last window is closed. */
  readonly keepRunning: () => boolean;
  /** Tells a person something as a notification of the system. */
  readonly say: (title: string, body: string) => void;
  /** The main page begins anew: what waits for it has to wait again. */
  readonly onLoading: () => void;
}

/** The console's windows with everything of Electron that they need; after `ready`. */
export function startWindows(options: DesktopWindowsOptions): Windows {
  const { programDirectory, icon, session, storage, clock, timers, log, others, keepRunning, say, onLoading } = options;
  return createWindows({
    create: (state) =>
      createWindow({
        state,
        session,
        title: WORDS.product,
        icon,
        preload: join(programDirectory, '..', 'preload', 'index.cjs'),
        background: nativeTheme.shouldUseDarkColors ? '#14181d' : '#faf8f4',
      }),
    page: CONSOLE_PAGE,
    store: storage,
    areas: () => {
      const primary = screen.getPrimaryDisplay();
      const beside = screen.getAllDisplays().filter((display) => display.id !== primary.id);
      return [primary.workArea, ...beside.map((display): Box => display.workArea)];
    },
    clock,
    timers,
    log,
    others,
    onShown: (contents: WebContents, shown) => pushTo(() => [contents])('window:shown', shown),
    keepRunning,
    onHidden: () => {
      if (storage.get(TRAY_NOTICE_KEY) === true) return;
      storage.set(TRAY_NOTICE_KEY, true);
      say(WORDS.tray.stillRunningTitle, WORDS.tray.stillRunningBody);
    },
    onLoading,
    onHopeless: () => {
      dialog.showErrorBox(WORDS.product, WORDS.start.consoleCrashed);
      app.quit();
    },
  });
}
