import type { Refused } from '../../core/contract/errors.ts';

/** No wait is kept longer, whatever was asked for: the server is ours, and its own limits count minutes. */
const LONGEST_MS = 120_000;
/** More addresses than this are never asked within two minutes; the oldest is forgotten. */
const MOST = 200;

/** Waits that the server has asked for because it was asked too much: nobody asks that again before they are over. */
export interface Waits {
  /** What the server said of it, with the seconds that are left; null = it may be asked. */
  standing(what: string): Refused | null;
  note(what: string, refused: Refused): void;
}

/** How long somebody is to wait who was refused, in milliseconds: `usualMs`, and not before the server has asked for it. */
export const waitAfter = (refused: Refused, usualMs: number): number => Math.max(usualMs, Math.min((refused.retryAfterSeconds ?? 0) * 1000, LONGEST_MS));

export function createWaits(now: () => number): Waits {
  const until = new Map<string, { readonly from: number; readonly at: number; readonly refused: Refused }>();
  return {
    standing(what) {
      const kept = until.get(what);
      const time = now();
      // Before it was noted: the clock was set back.
      if (kept && time >= kept.from && time < kept.at) return { ...kept.refused, retryAfterSeconds: Math.ceil((kept.at - time) / 1000) };
      until.delete(what);
      return null;
    },
    note(what, refused) {
      // Anything else that has a wait (a server that stops) may be asked by whoever has a reason to.
      if ((refused.code !== 'request.too_many' && refused.code !== 'auth.throttled') || !refused.retryAfterSeconds) return;
      const time = now();
      until.set(what, { from: time, at: time + waitAfter(refused, 0), refused });
      const [oldest] = until.keys();
      if (until.size > MOST && oldest !== undefined) until.delete(oldest);
    },
  };
}
