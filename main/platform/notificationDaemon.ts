import { Variant } from 'dbus-native';
import { err, ok, type Result } from '../../core/contract/result.ts';
import type { BusFault, BusSignal, SessionBus } from './sessionBus.ts';
import type { ToastIcon } from './toastIcon.ts';

/** The freedesktop.org Desktop Notifications Specification 1.3, which every Linux desktop's notification daemon speaks. */
const NAME = 'org.freedesktop.Notifications';
const PATH = '/org/freedesktop/Notifications';
const SELF = { destination: NAME, path: PATH, interface: NAME } as const;
const BUS = 'org.freedesktop.DBus';
const URGENCY = { low: 0, normal: 1, critical: 2 } as const;
/** `NotificationClosed` with this reason: it left the screen by itself. Its buttons may still be in the desktop's list of past ones. */
const EXPIRED = 1;

export interface DaemonToast {
  /** The toast on the screen whose place it takes; 0 = a new one. */
  readonly replaces: number;
  readonly title: string;
  /** As the daemon reads it: with `body-markup` what has a meaning there is escaped. */
  readonly body: string;
  readonly icon: ToastIcon | null;
  /** Key and label; `default` is a click on the toast. */
  readonly actions: readonly (readonly [key: string, label: string])[];
  readonly urgency: keyof typeof URGENCY;
  readonly silent: boolean;
  /** Stays until somebody deals with it. */
  readonly sticky: boolean;
}

export interface DaemonListener {
  /** @param token with which a window of Wayland may take the focus for this click; null = none was given */
  acted(id: number, key: string, token: string | null): void;
  closed(id: number, expired: boolean): void;
  /** The daemon is gone, and what it showed with it. */
  gone(): void;
  /** A daemon is there: the first one or another one. */
  came(): void;
}

export interface NotificationDaemon {
  /** Asks what it can (`actions`, `body-markup`, ...); wakes one where the session can start one. */
  abilities(done: (abilities: Result<ReadonlySet<string>, BusFault>) => void): void;
  /** @param done with the number by which it is known from then on */
  raise(toast: DaemonToast, done: (id: Result<number, BusFault>) => void): void;
  takeAway(id: number): void;
}

export interface DaemonOptions {
  readonly bus: SessionBus;
  readonly program: string;
  /** Name of the desktop entry, by which desktops find this program's settings; null = it has none. */
  readonly desktopEntry: string | null;
  readonly listener: DaemonListener;
}

/** One desktop's notification daemon, over the session bus. Only what its owner itself says counts. */
export function notificationDaemon({ bus, program, desktopEntry, listener }: DaemonOptions): NotificationDaemon {
  let owner: string | null = null;
  let able: ReadonlySet<string> | null = null;
  let token: { readonly id: number; readonly text: string } | null = null;

  const forget = () => {
    owner = null;
    able = null;
    token = null;
  };
  const ownerChanged = (before: unknown, after: unknown) => {
    forget();
    if (before !== '') listener.gone();
    if (typeof after !== 'string' || after === '') return;
    owner = after;
    listener.came();
  };
  const heard = ({ sender, interface: name, member, body: [first, second, third] }: BusSignal) => {
    if (sender === BUS && name === BUS && member === 'NameOwnerChanged' && first === NAME) return ownerChanged(second, third);
    // Anybody may send a signal straight to us, whatever the match rules say.
    if (sender !== owner || name !== NAME || typeof first !== 'number') return;
    if (member === 'ActivationToken' && typeof second === 'string') token = { id: first, text: second };
    if (member === 'ActionInvoked' && typeof second === 'string') {
      const given = token?.id === first ? token.text : null;
      token = null;
      listener.acted(first, second, given);
    }
    if (member === 'NotificationClosed') listener.closed(first, second === EXPIRED);
  };
  bus.match(`type='signal',sender='${NAME}',path='${PATH}',interface='${NAME}'`);
  bus.match(`type='signal',sender='${BUS}',interface='${BUS}',member='NameOwnerChanged',arg0='${NAME}'`);
  bus.onSignal(heard);
  bus.onLost(() => {
    forget();
    listener.gone();
  });

  return {
    abilities(done) {
      if (able && owner !== null) return done(ok(able));
      bus.call({ ...SELF, member: 'GetCapabilities' }, (answer) => {
        if (!answer.ok) return done(answer);
        const [listed] = answer.value;
        const abilities = new Set(Array.isArray(listed) ? listed.filter((one) => typeof one === 'string') : []);
        const whose = { destination: BUS, path: '/org/freedesktop/DBus', interface: BUS, member: 'GetNameOwner', signature: 's', body: [NAME] };
        bus.call(whose, (named) => {
          if (!named.ok) return done(named);
          owner = String(named.value[0]);
          able = abilities;
          done(ok(abilities));
        });
      });
    },
    raise(toast, done) {
      const { icon } = toast;
      const hints = {
        urgency: new Variant('y', URGENCY[toast.urgency]),
        ...(desktopEntry === null ? {} : { 'desktop-entry': desktopEntry }),
        ...(toast.silent ? { 'suppress-sound': true } : {}),
        ...(icon ? { 'image-data': new Variant('(iiibiiay)', [icon.width, icon.height, icon.width * 4, true, 8, 4, icon.rgba]) } : {}),
      };
      // 0 = never by itself, -1 = as long as the desktop thinks right.
      const body = [program, toast.replaces, '', toast.title, toast.body, toast.actions.flat(), hints, toast.sticky ? 0 : -1];
      bus.call({ ...SELF, member: 'Notify', signature: 'susssasa{sv}i', body }, (answer) => {
        if (!answer.ok) return done(answer);
        const [id] = answer.value;
        done(typeof id === 'number' ? ok(id) : err({ name: null, message: 'the notification daemon gave no number' }));
      });
    },
    // A fault would mean that it is gone already, which is what was wanted.
    takeAway: (id) => bus.tell({ ...SELF, member: 'CloseNotification', signature: 'u', body: [id] }),
  };
}
