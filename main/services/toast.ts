import type { NotificationOutcome } from '../../core/contract/ipc.ts';
import type { Timers } from '../../core/link/link.ts';

export interface ToastContent {
  /** What it is about, so that it can be taken away again; null = nothing that can be settled. */
  readonly key: string | null;
  readonly title: string;
  readonly body: string;
  readonly urgency: 'low' | 'normal' | 'critical';
  readonly silent: boolean;
  /** Stays until it is dealt with, where the system can. */
  readonly sticky: boolean;
  /** Buttons on it, where the system has any; left out = none. */
  readonly actions?: readonly ToastAction[];
}

/** `show`: as a click on it. `seen`: its alert is acknowledged. */
export interface ToastAction {
  readonly act: 'show' | 'seen';
  readonly label: string;
}

export type ToastFailure = 'no_daemon' | 'error';

export interface ToastEvents {
  shown(): void;
  /** @param why what the host found out; `message` is the system's own text, maybe empty */
  failed(why: ToastFailure, message: string): void;
  clicked(): void;
  /** One of its buttons. */
  acted(act: ToastAction['act']): void;
  closed(): void;
}

/** The system's notifications. */
export interface Toasts {
  supported(): boolean;
  /** Shows it; may throw where the system is broken. The toast's later life arrives through `events`. */
  show(content: ToastContent, events: ToastEvents): void;
  /** Takes away what is on the screen about this; does nothing when there is nothing. */
  dismiss(key: string): void;
  /** Takes everything of ours away: once the program has ended, a click on it would lead nowhere. */
  dismissAll(): void;
}

/** How long the system has to say that a toast is on the screen. */
export const SHOWN_BOUND_MS = 2_000;

/** Shows one toast. Resolves exactly once with what became of it; a late 'shown' does not undo a timeout, but a click still works. */
export function showToast(
  toasts: Toasts,
  timers: Timers,
  content: ToastContent,
  on: { clicked(): void; acted(act: ToastAction['act']): void; failed(message: string): void },
): Promise<NotificationOutcome> {
  return new Promise((resolve) => {
    if (!toasts.supported()) return resolve({ outcome: 'failed', why: 'unsupported' });
    const cancel = timers.after(SHOWN_BOUND_MS, () => resolve({ outcome: 'failed', why: 'timeout' }));
    const settle = (outcome: NotificationOutcome) => {
      cancel();
      resolve(outcome);
    };
    const failed = (why: ToastFailure, message: string) => {
      on.failed(message);
      settle({ outcome: 'failed', why });
    };
    try {
      toasts.show(content, { shown: () => settle({ outcome: 'shown' }), failed, clicked: on.clicked, acted: on.acted, closed: () => undefined });
    } catch (error) {
      failed('error', error instanceof Error ? error.message : String(error));
    }
  });
}
