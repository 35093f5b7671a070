import type { IncomingMessage, Server as HttpServer } from 'node:http';
import { Server } from 'socket.io';
import { HEARTBEAT_MS, STREAM_PATH } from '../../core/contract/stream.ts';
import type { CloseReason } from '../../core/contract/stream.ts';
import { scopeKey } from '../../core/domain/access/may.ts';
import { viewFrame } from '../../core/domain/access/view.ts';
import type { Clock } from '../../core/ports/ports.ts';
import type { Config } from '../config.ts';
import type { ServerLog } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { Store } from '../store/store.ts';
import { keepDoor } from './door.ts';
import { createCoolDowns, FLOOD_LIMITS, type FloodLimits } from './flood.ts';
import { createHub } from './hub.ts';
import { createLines, lineOf, type EngineLine } from './lines.ts';
import { meterLine } from './metering.ts';
import { createPresence } from './presence.ts';
import { createViewRooms, houseRoom, organisationRoom, presentRoom } from './rooms.ts';
import { serveSocket } from './serving.ts';
import { BYE_LIMIT_MS, createPace, type StreamServer, type StreamSocket } from './sockets.ts';

/** Each device's token is looked at again this often, in heartbeats. */
const RECHECK_HEARTBEATS = 4;

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
  const lines = createLines();
  const flood = deps.floodLimits ?? FLOOD_LIMITS;
  const coolDowns = createCoolDowns(clock, flood.coolDownMs);
  const pace = createPace({ clock, log, metrics, slowBytes: deps.slowBytes });
  const rooms = createViewRooms();
  /** Revoked in this process's time: a line that was being admitted meanwhile must not slip in. */
  const revoked = new Set<string>();
  const admittedOn = new WeakMap<IncomingMessage, StreamSocket>();
  const nowText = () => new Date(clock.now()).toISOString();
  let stopping = false;

  const addressOf = (request: IncomingMessage) => (config.trustProxy.length > 0 ? '' : (request.socket.remoteAddress ?? ''));
  const answering = server.listeners('request') as ((...args: unknown[]) => void)[];
  const io: StreamServer = new Server(server, {
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
    const { request } = line;
    lines.opened(lineOf(line, addressOf(request), BYE_LIMIT_MS));
    meterLine(line, clock, flood, {
      slowed: () => metrics.streamSlowed.inc(),
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
    });
  });

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
      for (const socket of socketsIn(organisationId)) if (pace.isSlow(socket)) pace.drop(socket, 'slow_consumer');
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

  keepDoor(io, { store, config, log, metrics, parseCookie: deps.parseCookie, stopping: () => stopping, isCooling: (deviceId) => coolDowns.isCooling(deviceId) });
  io.on('connection', (socket: StreamSocket) => {
    lines.admitted(socket.request);
    admittedOn.set(socket.request, socket);
    serveSocket(socket, { store, clock, log, metrics, hub, rooms, presence, pace, isRevoked: (deviceId) => revoked.has(deviceId) });
  });

  let beats = 0;
  const heartbeat = setInterval(() => {
    beats += 1;
    for (const feed of hub.feeds()) io.local.to(presentRoom(feed.organisationId)).emit('heartbeat', { headSeq: feed.flushedSeq, serverTime: nowText() });
    for (const socket of io.of('/').sockets.values()) {
      if (pace.isSlow(socket)) pace.drop(socket, 'slow_consumer');
    }
    hub.check().catch((error: unknown) => log.error({ err: error }, 'the stream could not compare itself with the store'));
    if (beats % RECHECK_HEARTBEATS === 0) recheck().catch((error: unknown) => log.error({ err: error }, 'device tokens could not be looked at again'));
  }, deps.heartbeatMs ?? HEARTBEAT_MS);
  heartbeat.unref();

  const recheck = async () => {
    for (const socket of [...io.of('/').sockets.values()]) {
      const device = await store.authenticate(socket.data.admitted.token);
      if (!device.ok) pace.drop(socket, device.error === 'auth.revoked' ? 'auth_revoked' : 'auth_invalid');
      else if (scopeKey(device.value) !== scopeKey(socket.data.admitted.device)) pace.drop(socket, 'transport_lost');
    }
  };

  const dropAllOf = (deviceId: string, reason: CloseReason) => {
    for (const socket of [...io.of('/').sockets.values()]) if (socket.data.admitted.device.id === deviceId) pace.drop(socket, reason);
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
      for (const socket of [...io.of('/').sockets.values()]) pace.drop(socket, 'server_stopping');
      const deadline = clock.now() + BYE_LIMIT_MS + 200;
      while (io.engine.clientsCount > 0 && clock.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
      io.engine.close();
      // The HTTP server does not end before its last line does, and upgraded lines are not its own to close.
      lines.cutAll();
    },
  };
}
