import type { App } from 'electron';
import type { Log } from '../../core/ports/ports.ts';

export interface CrashOptions {
  readonly app: Pick<App, 'on'>;
  readonly log: Log;
  /** Tells the person and ends the program. Called once. */
  readonly giveUp: (error: unknown) => void;
}

/**
 * An exception that nobody caught is a bug, and what the program holds in memory is then not to be trusted: it is
 * written down and the program ends; the record is safe on the server. A failed child process is logged and handled by
 * whoever owns it.
 */
export function watchCrashes({ app, log, giveUp }: CrashOptions): void {
  let ending = false;
  const end = (error: unknown, message: string) => {
    log.error({ error }, message);
    if (ending) return;
    ending = true;
    giveUp(error);
  };
  process.on('uncaughtException', (error) => end(error, 'uncaught exception'));
  process.on('unhandledRejection', (error) => end(error, 'unhandled rejection'));
  app.on('child-process-gone', (_event, details) => {
    const { type, reason, exitCode, name, serviceName } = details;
    if (reason !== 'clean-exit') log.error({ type, reason, exitCode, name: name ?? serviceName ?? null }, 'child process gone');
  });
}
