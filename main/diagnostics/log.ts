import type { Clock, Log } from '../../core/ports/ports.ts';
import type { Lines } from './lines.ts';
import { redact } from './redact.ts';

export interface LogOptions {
  readonly lines: Lines;
  readonly clock: Clock;
  /** Also told of warnings and errors; null when nobody reads a terminal. */
  readonly mirror: ((line: string) => void) | null;
}

/** One JSON object per line: `{at, level, message, ...fields}`, redacted here and nowhere else. */
export function createLog(options: LogOptions): Log {
  const write = (level: 'info' | 'warn' | 'error', fields: Record<string, unknown>, message: string) => {
    const line = JSON.stringify({ at: new Date(options.clock.now()).toISOString(), level, message, ...(redact(fields) as Record<string, unknown>) });
    options.lines.write(line);
    if (level !== 'info') options.mirror?.(line);
  };
  return {
    info: (fields, message) => write('info', fields, message),
    warn: (fields, message) => write('warn', fields, message),
    error: (fields, message) => write('error', fields, message),
  };
}
