import { BrowserWindow, type Session } from 'electron';
import { MINIMUM, type WindowState } from './state.ts';

export interface WindowOptions {
  readonly state: WindowState;
  readonly title: string;
  readonly icon: string;
  readonly preload: string;
  readonly session: Session;
  /** Colour behind the page until it has painted, so that a dark room sees no white flash. */
  readonly background: string;
}

/** The only place that makes a window. All of them are locked down alike and hidden until their page can be shown. */
export function createWindow(options: WindowOptions): BrowserWindow {
  const { x, y, width, height, maximised } = options.state;
  const window = new BrowserWindow({
    x,
    y,
    width,
    height,
    minWidth: MINIMUM.width,
    minHeight: MINIMUM.height,
    show: false,
    title: options.title,
    icon: options.icon,
    backgroundColor: options.background,
    autoHideMenuBar: true,
    webPreferences: {
      preload: options.preload,
      session: options.session,
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
  window.once('ready-to-show', () => {
    if (maximised) window.maximize();
    window.show();
  });
  return window;
}
