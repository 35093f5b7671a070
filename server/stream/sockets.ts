import type { Server, Socket } from 'socket.io';
import type { PresenceList } from '../../core/contract/presence.ts';
import type { CloseReason, StreamBye, StreamFrame, StreamHeartbeat, StreamSnapshot, StreamWelcome } from '../../core/contract/stream.ts';
import type { Clock } from '../../core/ports/ports.ts';
import type { ServerLog } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { Admitted } from './hello.ts';

interface ToClient {
  welcome: (welcome: StreamWelcome) => void;
  snapshot: (snapshot: StreamSnapshot) => void;
  frame: (frame: StreamFrame) => void;
  heartbeat: (heartbeat: StreamHeartbeat) => void;
  presence: (list: PresenceList) => void;
  bye: (bye: StreamBye) => void;
}
/** Only where somebody is: what a client decides goes over HTTP, where it is answered. */
interface ToServer {
  presence: (said: unknown) => void;
}
interface SocketData {
  admitted: Admitted;
  /** In its live room; only then does a full buffer mean a slow consumer rather than a long catch-up. */
  live: boolean;
  /** Characters that were sent but wait for the transport to take them. */
  waiting: number;
}
export type StreamSocket = Socket<ToServer, ToClient, Record<string, never>, SocketData>;
export type StreamServer = Server<ToServer, ToClient, Record<string, never>, SocketData>;

/** Bytes that may wait for one client before it is dropped; it resumes from its cursor when it can. */
export const SLOW_BYTES = 8 * 1024 * 1024;
/** While catching up, a client has this long to take what was sent. */
const DRAIN_LIMIT_MS = 15_000;
/** How long the words of farewell may take before the line is cut. */
export const BYE_LIMIT_MS = 1000;

/** How a client is let go, and whether it keeps up with what it is sent. */
export interface Pace {
  /** Says goodbye with a reason and closes; a line that takes nothing is cut. */
  drop(socket: StreamSocket, reason: CloseReason): void;
  /** More waits for it than for anybody who follows. */
  isSlow(socket: StreamSocket): boolean;
  /** Resolves true once the client has taken nearly everything; false when it went or took too long. */
  drained(socket: StreamSocket): Promise<boolean>;
}

export function createPace({ clock, log, metrics, slowBytes = SLOW_BYTES }: { readonly clock: Clock; readonly log: ServerLog; readonly metrics: Metrics; readonly slowBytes?: number | undefined }): Pace {
  /** What waits for one client, in the transport's queue and in the TCP socket. */
  const backlog = (socket: StreamSocket) => socket.data.waiting + socket.request.socket.writableLength;

  const drop = (socket: StreamSocket, reason: CloseReason) => {
    if (!socket.connected) return;
    metrics.streamClosed.inc({ reason });
    const { id: deviceId, organisationId } = socket.data.admitted.device;
    log.info({ deviceId, organisationId, reason }, 'stream connection dropped');
    socket.emit('bye', { reason });
    const line = socket.request.socket;
    socket.disconnect(true);
    // A client that takes nothing, not even the farewell, would hold the line for half a minute; it is cut.
    const cut = setTimeout(() => line.destroy(), BYE_LIMIT_MS);
    cut.unref();
    line.once('close', () => clearTimeout(cut));
  };

  return {
    drop,
    isSlow: (socket) => socket.data.live && backlog(socket) > slowBytes,
    async drained(socket) {
      const deadline = clock.now() + DRAIN_LIMIT_MS;
      while (socket.connected && backlog(socket) > slowBytes / 4) {
        if (clock.now() > deadline) {
          drop(socket, 'slow_consumer');
          return false;
        }
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return socket.connected;
    },
  };
}
