import { nativeImage, Notification } from 'electron';
import type { Toasts } from '../services/toast.ts';
import { WORDS } from '../words.ts';
import { busToasts } from './busToasts.ts';
import { notificationDaemonPresent, type SessionBus } from './sessionBus.ts';
import { toastIcon, type ToastIcon } from './toastIcon.ts';

/** Held while on the screen: a collected notification object loses its click. With what each is about. */
const live = new Map<Notification, string | null>();
const LIVE_LIMIT = 50;
/** Pixels of the picture on a toast: desktops draw it at 32 to 64. */
const ICON_SIZE = 64;

export interface SystemToastOptions {
  readonly iconPath: string;
  readonly bus: SessionBus;
  /** Lets a window take the focus for a click (Wayland). */
  readonly mayFocus: (token: string) => void;
}

/** The operating system's notifications: Electron's, and on Linux over the session bus, where they can have buttons. */
export function systemToasts({ iconPath, bus, mayFocus }: SystemToastOptions): Toasts {
  const electron = electronToasts(iconPath, bus);
  if (process.platform !== 'linux') return electron;
  let icon: ToastIcon | null | undefined;
  const drawn = () => {
    const image = nativeImage.createFromPath(iconPath).resize({ width: ICON_SIZE, height: ICON_SIZE });
    return toastIcon(ICON_SIZE, ICON_SIZE, image.toBitmap());
  };
  return busToasts({
    bus,
    program: WORDS.product,
    // Where Electron itself keeps it, for its own toasts.
    desktopEntry: process.env['CHROME_DESKTOP']?.replace(/\.desktop$/, '') ?? null,
    icon: () => (icon ??= drawn()),
    clickLabel: WORDS.toasts.show,
    otherwise: electron,
    mayFocus,
  });
}

function electronToasts(iconPath: string, bus: SessionBus): Toasts {
  return {
    supported: () => Notification.isSupported(),
    show(content, events) {
      const actions = content.actions ?? [];
      const toast = new Notification({
        title: content.title,
        body: content.body,
        silent: content.silent,
        urgency: content.urgency,
        timeoutType: content.sticky ? 'never' : 'default',
        actions: actions.map(({ label }) => ({ type: 'button' as const, text: label })),
        ...(process.platform === 'linux' ? { icon: iconPath } : {}),
      });
      live.set(toast, content.key);
      for (const oldest of live.keys()) {
        if (live.size <= LIVE_LIMIT) break;
        live.delete(oldest);
      }
      toast.on('show', () => events.shown());
      toast.on('failed', (_event, message) => {
        live.delete(toast);
        void notificationDaemonPresent(process.platform, bus).then((present) => events.failed(present ? 'error' : 'no_daemon', message));
      });
      toast.on('click', () => {
        live.delete(toast);
        events.clicked();
      });
      toast.on('action', ({ actionIndex }) => {
        const chosen = actions[actionIndex];
        // Not every system takes a toast away whose button was pressed.
        live.delete(toast);
        toast.close();
        if (chosen) events.acted(chosen.act);
      });
      toast.on('close', () => {
        live.delete(toast);
        events.closed();
      });
      toast.show();
    },
    dismiss(key) {
      for (const [toast, about] of live) if (about === key) toast.close();
    },
    dismissAll() {
      for (const toast of live.keys()) toast.close();
    },
  };
}
