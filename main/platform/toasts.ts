import { Notification } from 'electron';
import type { Toasts } from '../services/toast.ts';
import { notificationDaemonPresent } from './sessionBus.ts';

/** Held while on the screen: a collected notification object loses its click. With what each is about. */
const live = new Map<Notification, string | null>();
const LIVE_LIMIT = 50;

/** The operating system's notifications, through Electron. */
export function systemToasts(iconPath: string): Toasts {
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
        void notificationDaemonPresent(process.platform).then((present) => events.failed(present ? 'error' : 'no_daemon', message));
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
