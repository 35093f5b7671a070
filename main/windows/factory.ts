import { BrowserWindow, type BrowserWindowConstructorOptions, type Session } from 'electron';
import { MINIMUM, type Box, type WindowState } from './state.ts';

interface CommonOptions {
  readonly title: string;
  readonly icon: string;
  readonly preload: string;
  readonly session: Session;
  /** Colour behind the page until it has painted, so that a dark room sees no white flash. */
  readonly background: string;
}

export interface WindowOptions extends CommonOptions {
  readonly state: WindowState;
}

export interface WallWindowOptions extends CommonOptions {
  /** Of the whole screen. */
  readonly bounds: Box;
  /** Whether it takes the keyboard when it appears. */
  readonly focus: boolean;
}

const lockedDown = ({ title, icon, preload, session, background }: CommonOptions): BrowserWindowConstructorOptions => ({
  show: false,
  title,
  icon,
  backgroundColor: background,
  autoHideMenuBar: true,
  webPreferences: {
    preload,
    session,
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    spellcheck: false,
    navigateOnDragDrop: false,
    safeDialogs: true,
  },
});

/** The only file that makes windows. All of them are locked down alike and hidden until their page can be shown. */
export function createWindow(options: WindowOptions): BrowserWindow {
  const { x, y, width, height, maximised } = options.state;
  const window = new BrowserWindow({ ...lockedDown(options), x, y, width, height, minWidth: MINIMUM.width, minHeight: MINIMUM.height });
  window.once('ready-to-show', () => {
    if (maximised) window.maximize();
    window.show();
  });
  return window;
}

/** A window without a frame over one whole screen. */
export function createWallWindow(options: WallWindowOptions): BrowserWindow {
  const { x, y, width, height } = options.bounds;
  const window = new BrowserWindow({ ...lockedDown(options), x, y, width, height, frame: false, fullscreenable: true });
  window.once('ready-to-show', () => {
    if (options.focus) window.show();
    else window.showInactive();
    window.setFullScreen(true);
  });
  return window;
}
