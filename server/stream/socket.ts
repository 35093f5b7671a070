import type { IncomingMessage, Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'socket.io';
import { HEARTBEAT_MS, PROTOCOL_VERSION, STREAM_PATH } from '../../core/contract/stream.ts';
import type { PresenceList } from '../../core/contract/presence.ts';
import type { CloseReason, StreamBye, StreamFrame, StreamHeartbeat, StreamSnapshot, StreamWelcome } from '../../core/contract/stream.ts';
import { may, scopeKey } from '../../core/domain/access/may.ts';
import { viewFrame, viewSnapshot, type View } from '../../core/domain/access/view.ts';
import type { Clock } from '../../core/ports/ports.ts';
import type { Config } from '../config.ts';
import { originsOf } from '../http/auth.ts';
import { isOwnName } from '../http/host.ts';
import type { ServerLog } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { auditRead, ORGANISATION_SUBJECT } from '../privacy/reads.ts';
import type { Store } from '../store/store.ts';
import { catchUp } from './catchUp.ts';
import { admit, type Admitted } from './hello.ts';
import { createAllowance, createCoolDowns, FLOOD_LIMITS, type FloodLimits } from './flood.ts';
import { createHub, type Feed } from './hub.ts';
import { createLines, lineOf, type EngineLine } from './lines.ts';
import { createPresence, type PresenceLine } from './presence.ts';
import { createViewRooms, houseRoom, organisationRoom, presentRoom } from './rooms.ts';

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
type StreamSocket = Socket<ToServer, ToClient, Record<string, never>, SocketData>;

/** Bytes that may wait for one client before it is dropped; it resumes from its cursor when it can. */
export const SLOW_BYTES = 8 * 1024 * 1024;
/** While catching up, a client has this long to take what was sent. */
const DRAIN_LIMIT_MS = 15_000;
/** How long the words of farewell may take before the line is cut. */
const BYE_LIMIT_MS = 1000;
/** Each device's token is looked at again this often, in heartbeats. */
const RECHECK_HEARTBEATS = 4;

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
  readonly floodLimits?: FloodLimits;
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
  const flood = deps.floodLimits ?? FLOOD_LIMITS;
  const coolDowns = createCoolDowns(clock, flood.coolDownMs);
  const addressOf = (request: IncomingMessage) => (config.trustProxy.length > 0 ? '' : (request.socket.remoteAddress ?? ''));
  const answering = server.listeners('request') as ((...args: unknown[]) => void)[];
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
  // Only upgrades are taken: whatever else is asked of this address is answered like any that is not there, not by the
  // transport in words of its own.
  server.removeAllListeners('request');
  for (const listener of answering) server.on('request', listener);
  io.engine.on('connection', (line: EngineLine) => {
    lines.opened(lineOf(line, addressOf(line.request), BYE_LIMIT_MS));
    listen(line);
  });
  /** Counted on the line itself, known or not, because control frames and unfinished messages never become packets. */
  const listen = (line: EngineLine) => {
    const { request, transport } = line;
    const allowance = createAllowance(
      {
        pause() {
          metrics.streamSlowed.inc();
          transport.socket?.pause();
        },
        resume: () => transport.socket?.resume(),
        flooding() {
          const known = admittedOn.get(request);
          if (!known) {
            metrics.streamClosed.inc({ reason: 'flooding' });
            return void request.socket.destroy();
          }
          const { id } = known.data.admitted.device;
          coolDowns.begin(id);
          dropAllOf(id, 'flooding');
        },
      },
      clock,
      flood,
    );
    line.on('packet', allowance.message);
    transport.socket?.on('ping', allowance.message);
    transport.socket?.on('pong', allowance.message);
    request.socket.on('data', (chunk: Buffer) => allowance.bytes(chunk.length));
    request.socket.once('close', allowance.end);
  };
  const admittedOn = new WeakMap<IncomingMessage, StreamSocket>();
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

  const presence = createPresence({
    store,
    clock,
    log,
    tell: (organisationId, list) => io.local.to(houseRoom(organisationId)).emit('presence', list),
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
        if (coolDowns.isCooling(admitted.value.device.id)) return refuse('flooding');
        socket.data.admitted = admitted.value;
        socket.data.live = false;
        socket.data.waiting = 0;
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
    admittedOn.set(socket.request, socket);
    void socket.join(presentRoom(organisationId));
    socket.conn.on('packetCreate', (packet: { data?: unknown }) => {
      if (typeof packet.data === 'string') socket.data.waiting += packet.data.length;
    });
    socket.conn.on('drain', () => {
      socket.data.waiting = 0;
    });

    /** What this line tells of: who was told of whom is read from the audit log. */
    const subject = view.weddingId ?? device.weddingId ?? ORGANISATION_SUBJECT;
    let toldLive = false;
    let feed: Feed | null = null;
    let place: PresenceLine | null = null;
    socket.on('disconnect', (reason) => {
      metrics.streamConnections.dec();
      place?.gone(!revoked.has(device.id));
      if (feed) hub.leave(feed);
      feed = null;
      if (inRoom) rooms.leave(view);
      if (toldLive) auditRead(store, 'stream.left', device, subject, nowText());
      const seconds = Math.round((clock.now() - startedAt) / 1000);
      log.info({ deviceId: device.id, organisationId, client: hello.client, reason, seconds }, 'stream connection');
    });

    if (revoked.has(device.id)) return drop(socket, 'auth_revoked');

    const sharesPresence = may(device, 'stream:presence').allowed;
    if (sharesPresence) {
      const line = presence.line(device);
      place = line;
      socket.on('presence', (said) => line.say(said));
    }

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
          auditRead(store, 'stream.snapshot', device, subject, nowText());
          return drained(socket);
        },
        frame: (frame) => {
          sendFrame(frame);
          return drained(socket);
        },
        frameNow: sendFrame,
        join: () => {
          void socket.join(rooms.enter(view));
          auditRead(store, 'stream.connected', device, subject, nowText());
          toldLive = true;
          inRoom = true;
          socket.data.live = true;
          if (!sharesPresence) return;
          void socket.join(houseRoom(organisationId));
          socket.emit('presence', presence.list(organisationId));
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
      else if (scopeKey(device.value) !== scopeKey(socket.data.admitted.device)) drop(socket, 'transport_lost');
    }
  };

  const dropAllOf = (deviceId: string, reason: CloseReason) => {
    for (const socket of [...io.of('/').sockets.values()]) if (socket.data.admitted.device.id === deviceId) drop(socket, reason);
  };
  const dropDevice = (deviceId: string) => {
    revoked.add(deviceId);
    dropAllOf(deviceId, 'auth_revoked');
  };
  const unsubscribe = store.onRevoked(dropDevice);
  // It comes back at once, as what it is now.
  const unsubscribeChanged = store.onDeviceChanged((deviceId) => dropAllOf(deviceId, 'transport_lost'));

  return {
    dropDevice,
    async stop() {
      if (stopping) return;
      stopping = true;
      clearInterval(heartbeat);
      unsubscribe();
      unsubscribeChanged();
      lines.cutWaiting();
      hub.stop();
      presence.stop();
      for (const socket of [...io.of('/').sockets.values()]) drop(socket, 'server_stopping');
      const deadline = clock.now() + BYE_LIMIT_MS + 200;
      while (io.engine.clientsCount > 0 && clock.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
      io.engine.close();
      // The HTTP server does not end before its last line does, and upgraded lines are not its own to close.
      lines.cutAll();
    },
  };
}
