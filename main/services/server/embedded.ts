import { codedError, type CodedError } from '../../../core/contract/errors.ts';
import type { Timers } from '../../../core/link/link.ts';
import type { Clock, Log } from '../../../core/ports/ports.ts';
import { ServerMessage, type ServerOrder } from './messages.ts';

/** A running server process; Electron's utility process, or a stand-in. */
export interface ServerProcess {
  readonly pid: number | undefined;
  post(order: ServerOrder): void;
  onMessage(listener: (message: unknown) => void): void;
  onExit(listener: (code: number) => void): void;
  /** Ends it without asking. */
  kill(): void;
}

export interface EmbeddedOptions {
  readonly fork: () => ServerProcess;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  /** Each time it listens, with the address and a one-use ticket for this device; `founding` = it has no organisation, and this makes one. */
  readonly onReady: (server: { url: string; ticket: string | null; founding: string | null }) => void;
  /** It is gone and a new start is under way. */
  readonly onLost: () => void;
  /** It could not be started and is not tried again by itself. */
  readonly onFailed: (error: CodedError) => void;
}

export interface EmbeddedServer {
  start(): void;
  /** Asks it to stop and waits; after 5 s it is ended. Resolves when the process is gone. */
  stop(): Promise<void>;
  /** A fresh one-use ticket; null when the server is not there. */
  ticket(): Promise<string | null>;
}

export const STOP_BOUND_MS = 5_000;
/** A first start creates the database; on a slow disk that takes a while. */
export const READY_BOUND_MS = 60_000;
export const STEADY_MS = 60_000;
export const RESTARTS = 6;
const TICKET_BOUND_MS = 3_000;

/** 0.5 s, doubling, at most 8 s. */
export const restartDelay = (failures: number): number => Math.min(8_000, 500 * 2 ** Math.max(0, failures - 1));

/**
 * Keeps one server process running on the same data. When it dies it is started again with growing pauses; after
 * {@link RESTARTS} unexplained deaths without a steady minute, or when it says that another start cannot help, it stays
 * down. What it says may pass (a full disk, a lock) is tried for as long as it takes.
 */
export function createEmbeddedServer(options: EmbeddedOptions): EmbeddedServer {
  const { clock, timers, log } = options;
  let wanted = false;
  let running: ServerProcess | null = null;
  let failures = 0;
  let refusal: CodedError | null = null;
  let cancelRestart: (() => void) | null = null;
  let gone: { promise: Promise<void>; done: () => void } | null = null;
  let waitingForTicket: ((ticket: string | null) => void)[] = [];

  const answerTickets = (ticket: string | null) => {
    const waiting = waitingForTicket;
    waitingForTicket = [];
    for (const resolve of waiting) resolve(ticket);
  };

  const launch = () => {
    if (!wanted || running) return;
    cancelRestart = null;
    refusal = null;
    let readyAt: number | null = null;
    const server = options.fork();
    running = server;
    let resolveGone = (): void => undefined;
    const promise = new Promise<void>((resolve) => (resolveGone = resolve));
    gone = { promise, done: resolveGone };
    const cancelReady = timers.after(READY_BOUND_MS, () => {
      log.error({ boundMs: READY_BOUND_MS }, 'embedded server did not come up in time');
      server.kill();
    });
    server.onMessage((raw) => {
      const message = ServerMessage.safeParse(raw);
      if (!message.success) return log.warn({ issues: message.error.issues.length }, 'unknown message from the embedded server');
      switch (message.data.type) {
        case 'ready':
          cancelReady();
          readyAt = clock.now();
          log.info({ url: message.data.url, pid: server.pid }, 'embedded server ready');
          return options.onReady({ url: new URL(message.data.url).origin, ticket: message.data.ticket, founding: message.data.founding ?? null });
        case 'failed':
          refusal = message.data.error;
          return log.error({ error: message.data.error }, 'embedded server failed to start');
        case 'ticket':
          return answerTickets(message.data.ticket);
      }
    });
    server.onExit((code) => {
      cancelReady();
      running = null;
      answerTickets(null);
      gone?.done();
      if (!wanted) return log.info({ code }, 'embedded server stopped');
      failures = readyAt !== null && clock.now() - readyAt >= STEADY_MS ? 1 : failures + 1;
      const hopeless = refusal ? !refusal.retryable : failures > RESTARTS;
      if (hopeless) {
        wanted = false;
        const error = refusal ?? codedError('server.start_failed', `the embedded server ended ${failures} times in a row (last exit code ${code})`);
        log.error({ error, failures, code }, 'embedded server stays down');
        return options.onFailed(error);
      }
      const ms = restartDelay(failures);
      log.warn({ code, failures, againInMs: ms }, 'embedded server ended; starting it again');
      options.onLost();
      cancelRestart = timers.after(ms, launch);
    });
  };

  return {
    start() {
      wanted = true;
      failures = 0;
      launch();
    },
    async stop() {
      wanted = false;
      cancelRestart?.();
      cancelRestart = null;
      const server = running;
      if (!server || !gone) return;
      const cancel = timers.after(STOP_BOUND_MS, () => {
        log.warn({ boundMs: STOP_BOUND_MS }, 'embedded server did not stop in time; ending it');
        server.kill();
      });
      server.post({ type: 'stop' });
      await gone.promise;
      cancel();
    },
    ticket() {
      const server = running;
      if (!server) return Promise.resolve(null);
      return new Promise((resolve) => {
        const cancel = timers.after(TICKET_BOUND_MS, () => {
          waitingForTicket = waitingForTicket.filter((other) => other !== give);
          resolve(null);
        });
        const give = (ticket: string | null) => {
          cancel();
          resolve(ticket);
        };
        waitingForTicket.push(give);
        server.post({ type: 'ticket' });
      });
    },
  };
}
