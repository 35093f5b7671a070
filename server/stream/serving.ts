import { PROTOCOL_VERSION, type StreamFrame } from '../../core/contract/stream.ts';
import { may } from '../../core/domain/access/may.ts';
import { viewFrame, viewSnapshot, type View } from '../../core/domain/access/view.ts';
import type { Clock } from '../../core/ports/ports.ts';
import type { ServerLog } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { auditRead, ORGANISATION_SUBJECT } from '../privacy/reads.ts';
import type { Store } from '../store/store.ts';
import { catchUp } from './catchUp.ts';
import type { Feed, Hub } from './hub.ts';
import type { Presence, PresenceLine } from './presence.ts';
import { houseRoom, presentRoom, type ViewRooms } from './rooms.ts';
import type { Pace, StreamSocket } from './sockets.ts';

export interface ServingDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: ServerLog;
  readonly metrics: Metrics;
  readonly hub: Hub;
  readonly rooms: ViewRooms;
  readonly presence: Presence;
  readonly pace: Pace;
  /** Its token was revoked in this process's time. */
  readonly isRevoked: (deviceId: string) => boolean;
}

/** Serves one connection that was admitted: brings it up to where the log is, then has it in its live room until it goes. */
export function serveSocket(socket: StreamSocket, { store, clock, log, metrics, hub, rooms, presence, pace, isRevoked }: ServingDeps): void {
  const { hello, device } = socket.data.admitted;
  const { organisationId } = device;
  const startedAt = clock.now();
  const nowText = () => new Date(clock.now()).toISOString();
  const view: View = { subject: device, weddingId: hello.weddingId ?? null };
  let inRoom = false;
  metrics.streamConnections.inc();
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
    place?.gone(!isRevoked(device.id));
    if (feed) hub.leave(feed);
    feed = null;
    if (inRoom) rooms.leave(view);
    if (toldLive) auditRead(store, 'stream.left', device, subject, nowText());
    const seconds = Math.round((clock.now() - startedAt) / 1000);
    log.info({ deviceId: device.id, organisationId, client: hello.client, reason, seconds }, 'stream connection');
  });

  if (isRevoked(device.id)) return pace.drop(socket, 'auth_revoked');

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
        return pace.drained(socket);
      },
      frame: (frame) => {
        sendFrame(frame);
        return pace.drained(socket);
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
    pace.drop(socket, 'overloaded');
  });
}
