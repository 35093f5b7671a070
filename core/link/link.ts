import type { PresenceList, PresencePlace, PresenceSay } from '../contract/presence.ts';
import { PROTOCOL_VERSION, type CloseReason, type LinkStatus, type StreamFrame, type StreamHeartbeat, type StreamHello, type StreamSnapshot, type StreamWelcome } from '../contract/stream.ts';
import type { Clock, Log, Random } from '../ports/ports.ts';
import { initialLink, linkStatus, stepLink, type Cursor, type LinkEffect, type LinkInput } from './machine.ts';

/** One attempt at a line. The transport must call `down` exactly once when the line is gone or was never had, unless it was closed. */
export interface TransportHandlers {
  welcome(welcome: StreamWelcome): void;
  snapshot(snapshot: StreamSnapshot): void;
  frame(frame: StreamFrame): void;
  heartbeat(heartbeat: StreamHeartbeat): void;
  presence(list: PresenceList): void;
  down(reason: CloseReason): void;
}
export interface Line {
  close(): void;
  /** At most once, and never again when it is lost: whoever is somewhere says so again. */
  present(said: PresenceSay): void;
}
export interface LinkTransport {
  open(hello: StreamHello, handlers: TransportHandlers): Line;
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
  /** Who of the house is where; null = not known any more, since the line is not live. */
  readonly onPresence?: (list: PresenceList | null) => void;
  /** Names this run of the program or page in what it says of itself. */
  readonly page?: string;
}

export interface Link {
  start(): void;
  stop(): void;
  retryNow(): void;
  networkChanged(online: boolean): void;
  suspended(): void;
  resumed(): void;
  /** Where the person is. Said while live, and again on each new line; nothing is ever queued. Needs {@link LinkOptions.page}. */
  present(place: PresencePlace): void;
  status(): LinkStatus;
}

/** Runs the machine: performs its effects on the given ports. Late news of an older line is dropped by generation. */
export function createLink(options: LinkOptions): Link {
  const { clock, random, timers, transport, log } = options;
  let state = initialLink(options.cursor, clock.now());
  let generation = 0;
  let line: Line | null = null;
  let place: PresencePlace | null = null;
  /** The last thing said, and on which line. */
  let said = '';
  let peopleKnown = false;
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
          presence: (list) => {
            if (current()) tellPeople(list);
          },
          down: (reason) => give({ kind: 'down', reason }),
        });
      },
      (error: unknown) => {
        log.warn({ error: String(error) }, 'no token for the link');
        give({ kind: 'down', reason: 'auth_missing' });
      },
    );
  };

  const sayPlace = (): void => {
    const { page } = options;
    if (state.name !== 'live' || place === null || page === undefined) return;
    const next = JSON.stringify([generation, place]);
    if (next === said) return;
    said = next;
    line?.present({ ...place, page });
  };
  const tellPeople = (list: PresenceList | null): void => {
    if (list === null && !peopleKnown) return;
    peopleKnown = list !== null;
    options.onPresence?.(list);
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
        // What was heard on a line holds as long as the line does.
        if (state.name !== 'live' && state.name !== 'syncing') tellPeople(null);
        sayPlace();
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
    present(next) {
      place = next;
      sayPlace();
    },
    status: () => linkStatus(state),
  };
}
