import { execFile, type ChildProcess } from 'node:child_process';
import type { Log } from '../../core/ports/ports.ts';

/** How long the second start may take until it has handed over what it brings. */
const HAND_OVER_MS = 10_000;
const TOKEN = /^[\x21-\x7e]{1,512}$/;

export interface FocusTokenOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** This program and what it was started with. */
  readonly executable: string;
  readonly args: readonly string[];
  readonly log: Log;
}

export interface FocusTokens {
  /** Hands over the token of a click, so that the window may come to the front. Does nothing outside Wayland, where none is needed. */
  use(token: string): void;
  /** Ends what is still on its way. */
  stop(): void;
}

/**
 * On Wayland a window comes to the front only with the token of the click that asked for it. Electron takes one from the
 * environment of a start and has no call for it; so this program is started once more with the token. That second start
 * finds the first, hands it over and ends, as after any link that was clicked.
 */
export function focusTokens({ env, executable, args, log }: FocusTokenOptions): FocusTokens {
  const under = new Set<ChildProcess>();
  const own = args.filter((argument) => !argument.startsWith('wedsync:'));
  return {
    use(token) {
      if (!env['WAYLAND_DISPLAY'] || !TOKEN.test(token)) return;
      const child = execFile(executable, own, { env: { ...env, XDG_ACTIVATION_TOKEN: token }, timeout: HAND_OVER_MS, windowsHide: true }, (error) => {
        under.delete(child);
        if (error && !child.killed) log.warn({ error: error.message }, 'the window may not come to the front');
      });
      under.add(child);
    },
    stop() {
      for (const child of under) child.kill();
    },
  };
}
