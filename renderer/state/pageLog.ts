import type { Log } from '../../core/ports/ports.ts';

/** The page's log is the browser's console: warnings and errors only, because ordinary progress is on the screen. */
export const pageLog: Log = {
  info: () => undefined,
  warn: (fields, message) => console.warn(message, fields),
  error: (fields, message) => console.error(message, fields),
};
