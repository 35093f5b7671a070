import type { IncomingMessage, Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'socket.io';
import { HEARTBEAT_MS, PROTOCOL_VERSION, STREAM_PATH } from '../../core/contract/stream.ts';
import type { CloseReason, StreamBye, StreamFrame, StreamHeartbeat, StreamSnapshot, StreamWelcome } from '../../core/contract/stream.ts';
import { viewFrame, viewSnapshot, type View } from '../../core/domain/access/view.ts';
import type { Clock } from '../../core/ports/ports.ts';
import type { Config } from '../config.ts';
import { originsOf } from '../http/auth.ts';
import { isOwnName } from '../http/host.ts';
import type { ServerLog } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { Store } from '../store/store.ts';
import { catchUp } from './catchUp.ts';
import { admit, type Admitted } from './hello.ts';
import { createHub, type Feed } from './hub.ts';
import { createLines, lineOf, type EngineLine } from './lines.ts';
import { createViewRooms, organisationRoom, presentRoom } from './rooms.ts';

interface ToClient {
  welcome: (welcome: StreamWelcome) => void;
  snapshot: (snapshot: StreamSnapshot) => void;
  frame: (frame: StreamFrame) => void;
  heartbeat: (heartbeat: StreamHeartbeat) => void;
  bye: (bye: StreamBye) => void;
}
/** Nothing: what a client decides goes over HTTP, where it is answered. */
type ToServer = Record<string, never>;
interface SocketData {
  admitted: Admitted;
  /** In its live room; only then does a full buffer mean a slow consumer rather than a long catch-up. */
  live: boolean;
  /** Messages since the last heartbeat. */
  heard: number;
  /** Characters that were sent but wait for the transport to take them. */
  waiting: number;
}
type StreamSocket = Socket<ToServer, ToClient, Record<string, never>, SocketData>;

/** Bytes that may wait for one client before it is dropped; it resumes from its cursor when it can. */
export const SLOW_BYTES = 8 * 1024 * 1024;
/** While catching up, a client has this long to take what was sent. */
const DRAIN_LIMIT_MS = 15_000;
/** How long the words of farewell may take before the line is cut. */
const BYE_LIMIT_MS = 1000;
/** Each device's token is looked at again this often, in heartbeats. */
const RECHECK_HEARTBEATS = 4;

/** Clients have next to nothing to say; one that says more than this between two heartbeats is not one of ours. */
const MESSAGES_LIMIT = 500;

/** Handshakes that are being decided at the same time; more are told to come back, so that strangers cannot flood the store. */
const DECIDING_LIMIT = 500;


export interface StreamDeps {
  readonly store: Store;
  readonly config: Pick<Config, 'host' | 'publicUrl' | 'streamConnections' | 'trustProxy'>;
  readonly clock: Clock;
  readonly log: ServerLog;
  readonly metrics: Metrics;
  readonly parseCookie: (header: string) => Record<string, string | undefined>;
  readonly slowBytes?: number;
  readonly heartbeatMs?: number;
}

export interface Stream {
  /** Drops every connection of a device at once, after its token was revoked. */
  dropDevice(deviceId: string): void;
  /** Sends what is gathered, says goodbye, and closes every connection. */
  stop(): Promise<void>;
}

/** Serves {@link STREAM_PATH} on an HTTP server; the protocol is written down in `core/contract/stream.ts`. */
export function attachStream(server: HttpServer, deps: StreamDeps): Stream {
  const { store, clock, log, metrics, config } = deps;
  const slowBytes = deps.slowBytes ?? SLOW_BYTES;
  const lines = createLines();
  const addressOf = (request: IncomingMessage) => (config.trustProxy.length > 0 ? '' : (request.socket.remoteAddress ?? ''));
  const io = new Server<ToServer, ToClient, Record<string, never>, SocketData>(server, {
    path: STREAM_PATH,
    transports: ['websocket'],
    perMessageDeflate: false,
    httpCompression: false,
    serveClient: false,
    pingInterval: 5000,
    pingTimeout: 4000,
    connectTimeout: 10_000,
    maxHttpBufferSize: 16 * 1024,
    cookie: false,
    allowRequest: (request, decide) => {
      const room = !stopping && lines.hasRoom(addressOf(request));
      if (!room) metrics.streamRefused.inc({ reason: 'overloaded' });
      decide(room ? null : 'no room for another connection', room);
    },
  });
  io.engine.on('connection', (line: EngineLine) => {
    lines.opened(lineOf(line, addressOf(line.request), BYE_LIMIT_MS));
  });
  const nowText = () => new Date(clock.now()).toISOString();
  let stopping = false;
  let deciding = 0;

  const rooms = createViewRooms();
  /** Revoked in this process's time: a line that was being admitted meanwhile must not slip in. */
  const revoked = new Set<string>();

  /** What waits for one client, in the transport's queue and in the TCP socket. */
  const backlog = (socket: StreamSocket) => socket.data.waiting + socket.request.socket.writableLength;
  const isSlow = (socket: StreamSocket) => socket.data.live && backlog(socket) > slowBytes;

  const hub = createHub({
    store,
    clock,
    log,
    send: (organisationId, frame) => {
      // `local`: each process has its own hub on the same log, and with it its own rooms to serve.
      io.local.to(organisationRoom(organisationId)).emit('frame', frame);
      metrics.frames.inc({ kind: 'organisation' });
      metrics.frameEvents.inc(frame.events.length);
      metrics.commitToFrame.observe(Math.max(0, clock.now() - Date.parse(frame.committedAt)) / 1000);
      for (const { name, view } of rooms.of(organisationId)) {
        io.local.to(name).emit('frame', viewFrame(view, frame));
        metrics.frames.inc({ kind: view.weddingId === null ? 'own' : 'wedding' });
      }
      for (const socket of socketsIn(organisationId)) if (isSlow(socket)) drop(socket, 'slow_consumer');
    },
  });

  const socketsIn = (organisationId: string): StreamSocket[] => {
    const ids = io.of('/').adapter.rooms.get(presentRoom(organisationId)) ?? new Set<string>();
    return [...ids].map((id) => io.of('/').sockets.get(id)).filter((socket) => socket !== undefined);
  };

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

  io.use((socket, next) => {
    const refuse = (reason: CloseReason) => {
      metrics.streamRefused.inc({ reason });
      log.info({ reason, remote: socket.handshake.address }, 'stream connection refused');
      next(Object.assign(new Error(reason), { data: { reason } }));
    };
    if (stopping) return refuse('server_stopping');
    if (!isOwnName(socket.handshake.headers.host, config)) return refuse('forbidden');
    if (io.of('/').sockets.size >= config.streamConnections || deciding >= DECIDING_LIMIT) return refuse('overloaded');
    deciding += 1;
    const { headers } = socket.handshake;
    admit(socket.handshake.auth, originsOf(headers, config.publicUrl), deps.parseCookie(headers.cookie ?? ''), store).then(
      (admitted) => {
        if (!admitted.ok) return refuse(admitted.error);
        socket.data.admitted = admitted.value;
        socket.data.live = false;
        socket.data.waiting = 0;
        socket.data.heard = 0;
        next();
      },
      (error: unknown) => {
        log.error({ err: error }, 'a stream handshake could not be decided');
        refuse('overloaded');
      },
    ).finally(() => {
      deciding -= 1;
    });
  });

  /** Resolves true once the client has taken nearly everything; false when it went or took too long. */
  const drained = async (socket: StreamSocket): Promise<boolean> => {
    const deadline = clock.now() + DRAIN_LIMIT_MS;
    while (socket.connected && backlog(socket) > slowBytes / 4) {
      if (clock.now() > deadline) {
        drop(socket, 'slow_consumer');
        return false;
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return socket.connected;
  };

  io.on('connection', (socket: StreamSocket) => {
    const { hello, device } = socket.data.admitted;
    const { organisationId } = device;
    const startedAt = clock.now();
    const view: View = { subject: device, weddingId: hello.weddingId ?? null };
    let inRoom = false;
    metrics.streamConnections.inc();
    lines.admitted(socket.request);
    void socket.join(presentRoom(organisationId));
    socket.conn.on('packetCreate', (packet: { data?: unknown }) => {
      if (typeof packet.data === 'string') socket.data.waiting += packet.data.length;
    });
    socket.conn.on('packet', () => {
      socket.data.heard += 1;
      if (socket.data.heard > MESSAGES_LIMIT) drop(socket, 'overloaded');
    });
    socket.conn.on('drain', () => {
      socket.data.waiting = 0;
    });

    let feed: Feed | null = null;
    socket.on('disconnect', (reason) => {
      metrics.streamConnections.dec();
      if (feed) hub.leave(feed);
      feed = null;
      if (inRoom) rooms.leave(view);
      const seconds = Math.round((clock.now() - startedAt) / 1000);
      log.info({ deviceId: device.id, organisationId, client: hello.client, reason, seconds }, 'stream connection');
    });

    if (revoked.has(device.id)) return drop(socket, 'auth_revoked');

    const sendFrame = (frame: StreamFrame) => {
      socket.emit('frame', viewFrame(view, frame));
      metrics.frames.inc({ kind: 'catch_up' });
    };

    const serve = async () => {
      const entered = await hub.enter(organisationId);
      if (!socket.connected) {
        hub.leave(entered);
        return;
      }
      feed = entered;
      await catchUp(store, hub, entered, hello.cursor, {
        gone: () => !socket.connected,
        welcome: (welcome) => socket.emit('welcome', { ...welcome, protocol: PROTOCOL_VERSION, serverTime: nowText() }),
        snapshot: (snapshot) => {
          socket.emit('snapshot', viewSnapshot(view, snapshot));
          metrics.snapshots.inc();
          return drained(socket);
        },
        frame: (frame) => {
          sendFrame(frame);
          return drained(socket);
        },
        frameNow: sendFrame,
        join: () => {
          void socket.join(rooms.enter(view));
          inRoom = true;
          socket.data.live = true;
        },
      });
    };
    serve().catch((error: unknown) => {
      log.error({ err: error, deviceId: device.id, organisationId }, 'a stream connection could not be served');
      // The client comes back by itself; by then the store may answer again.
      drop(socket, 'overloaded');
    });
  });

  let beats = 0;
  const heartbeat = setInterval(() => {
    beats += 1;
    for (const feed of hub.feeds()) io.local.to(presentRoom(feed.organisationId)).emit('heartbeat', { headSeq: feed.flushedSeq, serverTime: nowText() });
    for (const socket of io.of('/').sockets.values()) {
      socket.data.heard = 0;
      if (isSlow(socket)) drop(socket, 'slow_consumer');
    }
    hub.check().catch((error: unknown) => log.error({ err: error }, 'the stream could not compare itself with the store'));
    if (beats % RECHECK_HEARTBEATS === 0) recheck().catch((error: unknown) => log.error({ err: error }, 'device tokens could not be looked at again'));
  }, deps.heartbeatMs ?? HEARTBEAT_MS);
  heartbeat.unref();

  const recheck = async () => {
    for (const socket of [...io.of('/').sockets.values()]) {
      const device = await store.authenticate(socket.data.admitted.token);
      if (!device.ok) drop(socket, device.error === 'auth.revoked' ? 'auth_revoked' : 'auth_invalid');
    }
  };

  const dropDevice = (deviceId: string) => {
    revoked.add(deviceId);
    for (const socket of [...io.of('/').sockets.values()]) if (socket.data.admitted.device.id === deviceId) drop(socket, 'auth_revoked');
  };
  const unsubscribe = store.onRevoked(dropDevice);

  return {
    dropDevice,
    async stop() {
      if (stopping) return;
      stopping = true;
      clearInterval(heartbeat);
      unsubscribe();
      lines.cutWaiting();
      hub.stop();
      for (const socket of [...io.of('/').sockets.values()]) drop(socket, 'server_stopping');
      const deadline = clock.now() + BYE_LIMIT_MS + 200;
      while (io.engine.clientsCount > 0 && clock.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
      io.engine.close();
      // The HTTP server does not end before its last line does, and upgraded lines are not its own to close.
      lines.cutAll();
    },
  };
}
