import type { ToastContent, ToastEvents, Toasts } from '../services/toast.ts';
import { notificationDaemon, type DaemonToast } from './notificationDaemon.ts';
import type { SessionBus } from './sessionBus.ts';
import type { ToastIcon } from './toastIcon.ts';
import { bodyText, titleText } from './toastText.ts';

/** More than that on one screen nobody reads; the oldest goes, and of those the ones first that need not stay. */
export const TOAST_LIMIT = 200;
/** The key of a click on the toast itself, by the specification. */
const CLICK = 'default';
const NO_REPLY = 'org.freedesktop.DBus.Error.NoReply';
const UNKNOWN = 'org.freedesktop.DBus.Error.ServiceUnknown';

export interface BusToastOptions {
  readonly bus: SessionBus;
  readonly program: string;
  readonly desktopEntry: string | null;
  readonly icon: () => ToastIcon | null;
  /** What a click on the toast is called, where a desktop lists it. */
  readonly clickLabel: string;
  /** Who shows it where the bus has nobody for us: Electron, which knows more ways (a portal in a sandbox). */
  readonly otherwise: Toasts;
  /** Lets a window take the focus for this click (Wayland). */
  readonly mayFocus: (token: string) => void;
}

interface Toast {
  readonly content: ToastContent;
  readonly events: ToastEvents;
  /** The daemon's number; null = it has none yet, or none any more. */
  id: number | null;
  /** The daemon was asked and has not answered. */
  asked: boolean;
  /** It was said to be on the screen. */
  shown: boolean;
  /** Nobody wants it any longer; known before the daemon has given its number. */
  unwanted: boolean;
}

/**
 * Toasts with buttons on Linux, over the session bus. Electron's own ones carry none there as far as it was seen, and hand
 * the body over without escaping it (decision 17).
 */
export function busToasts(options: BusToastOptions): Toasts {
  const { bus, icon, clickLabel, otherwise, mayFocus } = options;
  /** In the order in which they were shown. One that has expired stays: its buttons may be in the desktop's list of past ones. */
  const live = new Set<Toast>();

  const byId = (id: number): Toast | undefined => [...live].find((toast) => toast.id === id);
  const over = (toast: Toast) => {
    if (live.delete(toast)) toast.events.closed();
  };

  const daemon = notificationDaemon({
    bus,
    program: options.program,
    desktopEntry: options.desktopEntry,
    listener: {
      acted(id, key, token) {
        const toast = byId(id);
        const action = key === CLICK ? null : toast?.content.actions?.find(({ act }) => act === key);
        if (!toast || action === undefined) return;
        live.delete(toast);
        // Not every desktop takes a toast away that was clicked.
        daemon.takeAway(id);
        if (token !== null && action?.act !== 'seen') mayFocus(token);
        if (action === null) toast.events.clicked();
        else toast.events.acted(action.act);
      },
      closed(id, expired) {
        const toast = byId(id);
        if (toast && !expired) over(toast);
      },
      gone() {
        for (const toast of [...live]) {
          if (toast.asked) continue;
          toast.id = null;
          // What has to stay is shown again by the next daemon.
          if (!toast.content.sticky) over(toast);
        }
      },
      came() {
        for (const toast of live) if (toast.id === null && !toast.asked) put(toast, 0);
      },
    },
  });

  const written = ({ title, body, urgency, silent, sticky, actions }: ToastContent, able: ReadonlySet<string>, replaces: number): DaemonToast => {
    const buttons = (actions ?? []).map(({ act, label }): readonly [string, string] => [act, label]);
    return {
      replaces, urgency, silent, sticky, title: titleText(title), body: bodyText(body, able.has('body-markup')), icon: icon(),
      // A daemon that cannot draw buttons may make a dialog of a toast that has some.
      actions: able.has('actions') ? [[CLICK, clickLabel], ...buttons] : [],
    };
  };
  const takeAway = (toast: Toast) => {
    toast.unwanted = true;
    if (toast.id !== null) daemon.takeAway(toast.id);
    // One that the daemon has not answered for is taken away when it does.
    if (!toast.asked) over(toast);
  };
  const trim = () => {
    const wanted = [...live].filter(({ unwanted }) => !unwanted);
    const oldest = wanted.find(({ content }) => !content.sticky) ?? wanted[0];
    if (oldest && wanted.length > TOAST_LIMIT) takeAway(oldest);
  };
  const failed = (toast: Toast, tell: () => void) => {
    toast.asked = false;
    if (toast.unwanted) return over(toast);
    // It was on the screen before: it waits for the next daemon.
    if (toast.shown) return;
    live.delete(toast);
    tell();
  };
  const put = (toast: Toast, replaces: number) => {
    const { content, events } = toast;
    toast.asked = true;
    daemon.abilities((abilities) => {
      if (toast.unwanted) return over(toast);
      if (!abilities.ok) {
        const { name, message } = abilities.error;
        // One that hangs would hang Electron too, which waits for it without letting anything else happen.
        return failed(toast, () => (name === NO_REPLY ? events.failed('error', message) : otherwise.show(content, events)));
      }
      daemon.raise(written(content, abilities.value, replaces), (raised) => {
        if (!raised.ok) {
          const { name, message } = raised.error;
          return failed(toast, () => events.failed(name === UNKNOWN ? 'no_daemon' : 'error', name === null ? message : `${name}: ${message}`));
        }
        toast.asked = false;
        toast.id = raised.value;
        if (toast.unwanted) return takeAway(toast);
        if (!toast.shown) events.shown();
        toast.shown = true;
      });
    });
  };

  return {
    supported: () => bus.known || otherwise.supported(),
    show(content, events) {
      // The same alert again takes the place of its toast.
      const before = content.key === null ? undefined : [...live].find((toast) => toast.content.key === content.key && !toast.unwanted);
      const replaces = before?.id ?? 0;
      if (before?.asked) takeAway(before);
      else if (before) over(before);
      const toast: Toast = { content, events, id: null, asked: false, shown: false, unwanted: false };
      live.add(toast);
      trim();
      put(toast, replaces);
    },
    dismiss(key) {
      for (const toast of [...live]) if (toast.content.key === key) takeAway(toast);
      otherwise.dismiss(key);
    },
    dismissAll() {
      for (const toast of [...live]) takeAway(toast);
      otherwise.dismissAll();
    },
  };
}
