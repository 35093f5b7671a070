import { app } from 'electron';
import type { Timers } from '../core/link/link.ts';
import type { Log } from '../core/ports/ports.ts';

const QUIT_BOUND_MS = 9_000;

export interface DesktopEndOptions {
  readonly timers: Timers;
  readonly log: Log;
  /** Quitting was decided: closing windows must not put them away any more. */
  readonly quitting: () => void;
  /** Stops what watches and what talks, at once. */
  readonly stop: () => void;
  /** What must be over before the program may end: the server, what is still being written. */
  readonly over: () => Promise<unknown>;
  readonly last: () => void;
}

/** Ends the program in order, once, whoever asks for it; and all the same when something of it hangs. */
export function endInOrder({ timers, log, quitting, stop, over, last }: DesktopEndOptions): void {
  let ending = false;
  app.on('before-quit', quitting);
  app.on('window-all-closed', () => app.quit());
  app.on('will-quit', (event) => {
    event.preventDefault();
    if (ending) return;
    ending = true;
    const stuck = timers.after(QUIT_BOUND_MS, () => {
      log.error({ boundMs: QUIT_BOUND_MS }, 'quitting took too long');
      app.exit(1);
    });
    stop();
    void over().then(() => {
      stuck();
      last();
      log.info({}, 'desktop ends');
      app.exit(0);
    });
  });
}
