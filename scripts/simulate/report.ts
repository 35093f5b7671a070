import type { Sent } from './send.ts';

/** What came back so far, and how it is told: a bar that stays in place on a terminal, plain lines anywhere else. */

export interface Expected {
  readonly outcome: 'accepted' | 'duplicate' | 'refused';
  readonly code?: string | undefined;
}

export interface Report {
  /** Counts an answer; true when it was the expected one. */
  add(sent: Sent, expected: Expected): boolean;
  /** Latency at a quantile, in milliseconds; 0 before the first answer. */
  latency(quantile: number): number;
  readonly total: number;
  readonly unexpected: number;
  /** Lines of the table at the end. */
  table(): string[];
}

export function createReport(): Report {
  const counts = { accepted: 0, duplicate: 0, refused: 0, failed: 0 };
  const times: number[] = [];
  let unexpected = 0;

  const latency = (quantile: number): number => {
    const sorted = [...times].sort((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(quantile * sorted.length))] ?? 0;
  };
  return {
    add(sent, expected) {
      // `ignored` is taken in as well: the delivery is kept, only nothing follows from it.
      const outcome = sent.outcome === 'ignored' ? 'accepted' : sent.outcome;
      counts[outcome] += 1;
      times.push(sent.ms);
      const right = outcome === expected.outcome && (expected.code === undefined || expected.code === sent.code);
      if (!right) unexpected += 1;
      return right;
    },
    latency,
    get total() {
      return times.length;
    },
    get unexpected() {
      return unexpected;
    },
    table() {
      const rows: [string, string][] = [
        ['sent', String(times.length)],
        ['accepted', String(counts.accepted)],
        ['duplicate', String(counts.duplicate)],
        ['refused', String(counts.refused)],
        ['no answer', String(counts.failed)],
        ['not as expected', String(unexpected)],
        ['answer p50', `${latency(0.5).toFixed(1)} ms`],
        ['answer p99', `${latency(0.99).toFixed(1)} ms`],
      ];
      return rows.map(([label, value]) => `  ${label.padEnd(16)} ${value.padStart(10)}`);
    },
  };
}

export interface Screen {
  /** A line that stays. */
  line(text: string): void;
  /** The bar, redrawn in place; nothing where there is no terminal. */
  bar(done: number, total: number, text: string): void;
  /** Leaves the bar as it stands and goes on below it. */
  end(): void;
}

const BAR_WIDTH = 24;

export function createScreen(stream: NodeJS.WriteStream, quiet: boolean): Screen {
  const live = stream.isTTY && !quiet;
  let drawn = '';
  return {
    line(text) {
      if (quiet) return;
      stream.write(live ? `\r\x1b[2K${text}\n${drawn}` : `${text}\n`);
    },
    bar(done, total, text) {
      if (!live) return;
      const filled = total === 0 ? BAR_WIDTH : Math.round((done / total) * BAR_WIDTH);
      drawn = `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}] ${done}/${total} ${text}`.slice(0, (stream.columns || 80) - 1);
      stream.write(`\r\x1b[2K${drawn}`);
    },
    end() {
      if (live && drawn) stream.write('\n');
      drawn = '';
    },
  };
}
