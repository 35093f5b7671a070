import { PROTOCOL_VERSION, type CloseReason, type LinkStatus, type StreamFrame, type StreamHeartbeat, type StreamHello, type StreamSnapshot, type StreamWelcome } from '../contract/stream.ts';
import type { Clock, Log, Random } from '../ports/ports.ts';
import { initialLink, linkStatus, stepLink, type Cursor, type LinkEffect, type LinkInput } from './machine.ts';

/** One attempt at a line. The transport must call `down` exactly once when the line is gone or was never had, unless it was closed. */
export interface TransportHandlers {
  welcome(welcome: StreamWelcome): void;
  snapshot(snapshot: StreamSnapshot): void;
  frame(frame: StreamFrame): void;
  heartbeat(heartbeat: StreamHeartbeat): void;
  down(reason: CloseReason): void;
}
export interface LinkTransport {
  open(hello: StreamHello, handlers: TransportHandlers): { close(): void };
}

export interface Timers {
  /** Calls back once after `ms`; the returned function cancels. */
  after(ms: number, callback: () => void): () => void;
}

export interface LinkOptions {
  readonly transport: LinkTransport;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly log: Log;
  readonly client: StreamHello['client'];
  /** Device token for each attempt; undefined = the transport carries a cookie. */
  readonly token: () => Promise<string | undefined>;
  readonly cursor: Cursor | null;
  readonly weddingId?: string;
  /** Replaces everything held. Called in order with `onFrame`, never at the same time. */
  readonly onSnapshot: (snapshot: StreamSnapshot) => void;
  /** Next piece, exactly once, in order. */
  readonly onFrame: (frame: StreamFrame) => void;
  readonly onStatus: (status: LinkStatus) => void;
}

export interface Link {
  start(): void;
  stop(): void;
  retryNow(): void;
  networkChanged(online: boolean): void;
  suspended(): void;
  resumed(): void;
  status(): LinkStatus;
}

/** Runs the machine: performs its effects on the given ports. Late news of an older line is dropped by generation. */
export function createLink(options: LinkOptions): Link {
  const { clock, random, timers, transport, log } = options;
  let state = initialLink(options.cursor, clock.now());
  let generation = 0;
  let line: { close(): void } | null = null;
  let cancelRetry: (() => void) | null = null;
  let cancelSilence: (() => void) | null = null;
  const queue: LinkInput[] = [];
  let working = false;

  const openLine = (cursor: Cursor | null): void => {
    const mine = ++generation;
    const current = (): boolean => mine === generation;
    const give = (input: LinkInput): void => {
      if (current()) feed(input);
    };
    options.token().then(
      (token) => {
        if (!current()) return;
        const hello: StreamHello = {
          protocol: PROTOCOL_VERSION,
          client: options.client,
          cursor,
          ...(token === undefined ? {} : { token }),
          ...(options.weddingId === undefined ? {} : { weddingId: options.weddingId }),
        };
        line = transport.open(hello, {
          welcome: (welcome) => give({ kind: 'welcome', welcome }),
          snapshot: (snapshot) => give({ kind: 'snapshot', snapshot }),
          frame: (frame) => give({ kind: 'frame', frame }),
          heartbeat: (heartbeat) => give({ kind: 'heartbeat', heartbeat }),
          down: (reason) => give({ kind: 'down', reason }),
        });
      },
      (error: unknown) => {
        log.warn({ error: String(error) }, 'no token for the link');
        give({ kind: 'down', reason: 'auth_missing' });
      },
    );
  };

  const perform = (effect: LinkEffect): void => {
    switch (effect.do) {
      case 'open':
        return openLine(effect.cursor);
      case 'close':
        generation += 1;
        line?.close();
        line = null;
        return;
      case 'apply_snapshot':
        return options.onSnapshot(effect.snapshot);
      case 'apply_frame':
        return options.onFrame(effect.frame);
      case 'retry_in':
        cancelRetry?.();
        cancelRetry = timers.after(effect.ms, () => feed({ kind: 'retry_due' }));
        return;
      case 'cancel_retry':
        cancelRetry?.();
        cancelRetry = null;
        return;
      case 'check_silence_in':
        cancelSilence?.();
        cancelSilence = timers.after(effect.ms, () => feed({ kind: 'silence_check' }));
        return;
      case 'cancel_silence':
        cancelSilence?.();
        cancelSilence = null;
        return;
    }
  };

  // Effects may feed again (a listener that stops the link): inputs are worked off one after the other.
  const feed = (input: LinkInput): void => {
    queue.push(input);
    if (working) return;
    working = true;
    try {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const before = state;
        const step = stepLink(state, next, { now: clock.now(), random: random.next() });
        state = step.state;
        for (const effect of step.effects) perform(effect);
        if (before.name !== state.name) log.info({ from: before.name, to: state.name, reason: state.reason, attempt: state.attempt, seq: state.cursor?.seq ?? 0 }, 'link');
        if (state !== before) options.onStatus(linkStatus(state));
      }
    } finally {
      working = false;
    }
  };

  return {
    start: () => feed({ kind: 'start' }),
    stop: () => feed({ kind: 'stop' }),
    retryNow: () => feed({ kind: 'retry_now' }),
    networkChanged: (online) => feed({ kind: 'network', online }),
    suspended: () => feed({ kind: 'suspend' }),
    resumed: () => feed({ kind: 'resume' }),
    status: () => linkStatus(state),
  };
}
