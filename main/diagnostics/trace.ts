import type { StreamFrame } from '../../core/contract/stream.ts';
import type { Clock } from '../../core/ports/ports.ts';
import { openLines, type Lines } from './lines.ts';

interface FrameTimes {
  readonly after: number;
  readonly upTo: number;
  readonly events: number;
  readonly committedAt: string;
  /** Milliseconds since the epoch, this machine's clock. */
  readonly receivedAt: number;
  sentAt: number | null;
}

/** Times of each frame's hops, for the bench. One line per frame, once the console has painted it. */
export interface Trace {
  received(frame: StreamFrame): void;
  sent(frame: StreamFrame): void;
  painted(input: { seq: number; at: number }): void;
  close(): void;
}

const HELD = 5_000;

export const NO_TRACE: Trace = { received: () => undefined, sent: () => undefined, painted: () => undefined, close: () => undefined };

export function createTrace(options: { lines: Lines; clock: Clock }): Trace {
  const waiting = new Map<number, FrameTimes>();
  const write = (times: FrameTimes, paintedAt: number | null) => {
    options.lines.write(JSON.stringify({ trace: 'frame', ...times, paintedAt }));
    waiting.delete(times.upTo);
  };
  return {
    received(frame) {
      if (waiting.size >= HELD) for (const oldest of waiting.values()) { write(oldest, null); break; }
      const { after, upTo, events, committedAt } = frame;
      waiting.set(upTo, { after, upTo, events: events.length, committedAt, receivedAt: options.clock.now(), sentAt: null });
    },
    sent(frame) {
      const times = waiting.get(frame.upTo);
      if (times) times.sentAt = options.clock.now();
    },
    painted({ seq, at }) {
      for (const times of [...waiting.values()]) if (times.upTo <= seq) write(times, at);
    },
    close() {
      for (const times of [...waiting.values()]) write(times, null);
      options.lines.close();
    },
  };
}

/** In `trace.jsonl` of that folder: 50 MB, and as much again of what was before. */
export const openTrace = ({ clock, directory, onFailure }: { readonly clock: Clock; readonly directory: string; readonly onFailure: (error: unknown) => void }): Trace =>
  createTrace({ clock, lines: openLines({ directory, name: 'trace.jsonl', maxBytes: 50_000_000, keep: 1, onFailure }) });
