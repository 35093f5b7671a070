import type { Timers } from '../../../../core/link/link.ts';
import type { Log } from '../../../../core/ports/ports.ts';

export interface LogLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly fields: Record<string, unknown>;
  readonly message: string;
}

/** A log that is kept, to look at. */
export function keptLog(): Log & { readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  const at = (level: LogLine['level']) => (fields: Record<string, unknown>, message: string) => void lines.push({ level, fields, message });
  return { lines, info: at('info'), warn: at('warn'), error: at('error') };
}

/** A clock that moves only when told to, and the timers that hang on it. */
export function handClock(start = Date.parse('2026-11-20T12:00:00.000Z')): { now(): number; timers: Timers; advance(ms: number): void } {
  let now = start;
  let waiting: { due: number; callback: () => void }[] = [];
  return {
    now: () => now,
    timers: {
      after(ms, callback) {
        const entry = { due: now + ms, callback };
        waiting.push(entry);
        return () => {
          waiting = waiting.filter((other) => other !== entry);
        };
      },
    },
    advance(ms) {
      const end = now + ms;
      for (;;) {
        const next = waiting.filter((entry) => entry.due <= end).sort((a, b) => a.due - b.due)[0];
        if (!next) break;
        waiting = waiting.filter((entry) => entry !== next);
        now = Math.max(now, next.due);
        next.callback();
      }
      now = end;
    },
  };
}

/** Lets everything that is already decided happen. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
