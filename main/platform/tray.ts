import { Menu, nativeTheme, Tray } from 'electron';
import type { LinkStatus } from '../../core/contract/stream.ts';
import type { Log } from '../../core/ports/ports.ts';
import { WORDS } from '../words.ts';
import { glyphOf, trayImage } from './icons.ts';

export interface TrayIcon {
  show(status: LinkStatus): void;
  destroy(): void;
}

export interface TrayOptions {
  readonly icons: string;
  readonly log: Log;
  readonly onOpen: () => void;
  /** Opens the wall display, or closes the one that is open. */
  readonly onWall: () => void;
  readonly wallOpen: () => boolean;
  readonly onQuit: () => void;
}

const clock = (instant: string): string => new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' }).format(new Date(instant));

export function stateLine(status: LinkStatus): string {
  switch (status.state) {
    case 'live':
      return WORDS.tray.live;
    case 'connecting':
      return WORDS.tray.connecting;
    case 'catching_up':
      return WORDS.tray.catchingUp(Math.max(0, status.headSeq - status.seq));
    case 'offline':
      return WORDS.tray.offline(clock(status.since));
    case 'refused':
      return WORDS.tray.refused;
  }
}

/** The tray icon with the link's state. @returns null where the system has no tray. */
export function createTray(options: TrayOptions): TrayIcon | null {
  const { icons, log, onOpen, onWall, wallOpen, onQuit } = options;
  // macOS recolours template images by itself; elsewhere panels are mostly dark when the system is.
  const ink = (): 'dark' | 'light' => (process.platform === 'darwin' || !nativeTheme.shouldUseDarkColors ? 'dark' : 'light');
  let tray: Tray;
  let shown = '';
  let last: LinkStatus | null = null;
  try {
    tray = new Tray(trayImage(icons, 'catching-up', ink()));
  } catch (error) {
    log.warn({ error }, 'no tray on this system');
    return null;
  }
  const draw = () => {
    if (!last) return;
    const line = stateLine(last);
    const glyph = glyphOf(last.state);
    const wall = wallOpen() ? WORDS.wall.close : WORDS.wall.open;
    const key = `${line} ${glyph} ${ink()} ${wall}`;
    if (key === shown) return;
    shown = key;
    tray.setImage(trayImage(icons, glyph, ink()));
    tray.setToolTip(`${WORDS.product}: ${line}`);
    tray.setContextMenu(
      Menu.buildFromTemplate([
        { label: line, enabled: false },
        { type: 'separator' },
        { label: WORDS.tray.open, click: onOpen },
        { label: wall, click: onWall },
        { label: WORDS.tray.quit, click: onQuit },
      ]),
    );
  };
  tray.on('click', onOpen);
  nativeTheme.on('updated', draw);
  return {
    show(status) {
      last = status;
      draw();
    },
    destroy() {
      nativeTheme.removeListener('updated', draw);
      tray.destroy();
    },
  };
}
