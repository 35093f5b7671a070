import type { Clock } from '../../core/ports/ports.ts';

/**
 * What one stream client may say. Ours say a pong every few seconds and a word about where they look; far beyond that a
 * line is not read for a while, which by TCP makes the sender wait. Whoever comes back each time with more is closed.
 */
export interface FloodLimits {
  /** At once, and per second after that. Control frames count as messages: each would be answered. */
  readonly messages: number;
  readonly messagesPerSecond: number;
  readonly bytes: number;
  readonly bytesPerSecond: number;
  /** How long a line is not read. Shorter than the transport's own patience for a pong, even `pauses` times. */
  readonly pauseMs: number;
  /** After so many pauses, the next excess closes the line. */
  readonly pauses: number;
  /** After so long without an excess, earlier pauses are forgotten. */
  readonly forgottenMs: number;
  /** A device that was closed for flooding is refused this long. */
  readonly coolDownMs: number;
}

export const FLOOD_LIMITS: FloodLimits = {
  messages: 200,
  messagesPerSecond: 50,
  bytes: 256 * 1024,
  bytesPerSecond: 64 * 1024,
  pauseMs: 800,
  pauses: 3,
  forgottenMs: 10_000,
  coolDownMs: 20_000,
};

/** What can be done to a line that says too much. */
export interface Talker {
  pause(): void;
  resume(): void;
  /** Told once; the line stays paused. */
  flooding(): void;
}

export interface Allowance {
  message(): void;
  bytes(count: number): void;
  /** The line is gone. */
  end(): void;
}

/** Follows what one line says. */
export function createAllowance(talker: Talker, clock: Clock, limits: FloodLimits = FLOOD_LIMITS): Allowance {
  let messages = limits.messages;
  let bytes = limits.bytes;
  let filledAt = clock.now();
  let pauses = 0;
  let excessAt = 0;
  let timer: NodeJS.Timeout | null = null;
  let over = false;

  const refill = () => {
    const now = clock.now();
    // A clock that was set back gives nothing, and takes nothing away.
    const seconds = Math.max(0, now - filledAt) / 1000;
    filledAt = now;
    messages = Math.min(limits.messages, messages + seconds * limits.messagesPerSecond);
    bytes = Math.min(limits.bytes, bytes + seconds * limits.bytesPerSecond);
  };
  const excess = () => {
    const now = clock.now();
    if (now - excessAt > limits.forgottenMs) pauses = 0;
    excessAt = now;
    talker.pause();
    if (pauses >= limits.pauses) {
      over = true;
      return talker.flooding();
    }
    pauses += 1;
    timer = setTimeout(() => {
      timer = null;
      // The wait has paid for what was too much; a little is given in advance, so that an answer already under way fits.
      messages = limits.messages / 4;
      bytes = limits.bytes / 4;
      filledAt = clock.now();
      talker.resume();
    }, limits.pauseMs);
    timer.unref();
  };
  const spend = (said: number, heard: number) => {
    // What was read before the pause took hold is already paid for by it.
    if (over || timer !== null) return;
    refill();
    messages -= said;
    bytes -= heard;
    if (messages < 0 || bytes < 0) excess();
  };
  return {
    message: () => spend(1, 0),
    bytes: (count) => spend(0, count),
    end() {
      over = true;
      if (timer !== null) clearTimeout(timer);
      timer = null;
    },
  };
}

/** Who is not let in for a while. */
export interface CoolDowns {
  begin(key: string): void;
  isCooling(key: string): boolean;
}

export function createCoolDowns(clock: Clock, lastingMs: number): CoolDowns {
  const until = new Map<string, number>();
  return {
    begin(key) {
      const now = clock.now();
      for (const [other, end] of until) if (end <= now) until.delete(other);
      until.set(key, now + lastingMs);
    },
    isCooling(key) {
      const end = until.get(key);
      if (end === undefined) return false;
      // A clock that was set back must not shut anybody out for longer.
      const left = end - clock.now();
      if (left > 0 && left <= lastingMs) return true;
      until.delete(key);
      return false;
    },
  };
}
