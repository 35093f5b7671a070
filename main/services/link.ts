import { STREAM_PATH, type LinkStatus, type StreamFrame, type StreamSnapshot } from '../../core/contract/stream.ts';
import type { PresenceList } from '../../core/contract/presence.ts';
import { createLink, type Link, type Timers } from '../../core/link/link.ts';
import type { Cursor } from '../../core/link/machine.ts';
import { socketIoTransport, type IoLike } from '../../core/link/socketIoTransport.ts';
import type { Clock, Log, Random } from '../../core/ports/ports.ts';

export interface ServerLinkOptions {
  readonly io: IoLike;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly log: Log;
  readonly appVersion: string;
  /** Names this run of the program among the lines of its device. */
  readonly page: string;
}

export interface ServerLinkRun {
  /** Origin of the server. */
  readonly server: string;
  readonly token: string;
  readonly cursor: Cursor | null;
  readonly onSnapshot: (snapshot: StreamSnapshot) => void;
  readonly onFrame: (frame: StreamFrame) => void;
  readonly onStatus: (status: LinkStatus) => void;
  readonly onPresence: (list: PresenceList | null) => void;
}

/** Makes the desktop's one line to a server: core's link on socket.io-client. */
export function serverLinks(options: ServerLinkOptions): (run: ServerLinkRun) => Link {
  const { io, clock, timers, random, log, appVersion, page } = options;
  return (run) =>
    createLink({
      transport: socketIoTransport(io, { url: run.server, path: STREAM_PATH, log }),
      clock,
      timers,
      random,
      log,
      client: { app: 'wedsync-desktop', version: appVersion, kind: 'desktop' },
      token: () => Promise.resolve(run.token),
      cursor: run.cursor,
      onSnapshot: run.onSnapshot,
      onFrame: run.onFrame,
      onStatus: run.onStatus,
      onPresence: run.onPresence,
      page,
    });
}

const CALM_MS = 200;

/**
 * Passes link statuses on: a new state at once, mere progress within one state at most every {@link CALM_MS}, so that
 * a busy wedding does not send the header a message for each fact.
 */
export function calmStatus(timers: Timers, push: (status: LinkStatus) => void): (status: LinkStatus) => void {
  let last: LinkStatus | null = null;
  let pending: LinkStatus | null = null;
  let cancel: (() => void) | null = null;
  const flush = () => {
    cancel = null;
    if (pending) push(pending);
    pending = null;
  };
  return (status) => {
    const same = last !== null && last.state === status.state && last.reason === status.reason;
    last = status;
    if (!same) {
      cancel?.();
      cancel = null;
      pending = null;
      return push(status);
    }
    pending = status;
    cancel ??= timers.after(CALM_MS, flush);
  };
}
