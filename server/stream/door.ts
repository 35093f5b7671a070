import type { CloseReason } from '../../core/contract/stream.ts';
import type { Config } from '../config.ts';
import { originsOf } from '../http/auth.ts';
import { isOwnName } from '../http/host.ts';
import type { ServerLog } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { Store } from '../store/store.ts';
import { admit } from './hello.ts';
import type { StreamServer } from './sockets.ts';

/** Handshakes that are being decided at the same time; more are told to come back, so that strangers cannot flood the store. */
const DECIDING_LIMIT = 500;

export interface DoorDeps {
  readonly store: Store;
  readonly config: Pick<Config, 'host' | 'publicUrl' | 'streamConnections'>;
  readonly log: ServerLog;
  readonly metrics: Metrics;
  readonly parseCookie: (header: string) => Record<string, string | undefined>;
  readonly stopping: () => boolean;
  /** It was closed for saying too much, a moment ago. */
  readonly isCooling: (deviceId: string) => boolean;
}

/** Decides on every handshake before its connection opens; who is refused is told why. */
export function keepDoor(io: StreamServer, { store, config, log, metrics, parseCookie, stopping, isCooling }: DoorDeps): void {
  let deciding = 0;
  io.use((socket, next) => {
    const refuse = (reason: CloseReason) => {
      metrics.streamRefused.inc({ reason });
      log.info({ reason, remote: socket.handshake.address }, 'stream connection refused');
      next(Object.assign(new Error(reason), { data: { reason } }));
    };
    if (stopping()) return refuse('server_stopping');
    if (!isOwnName(socket.handshake.headers.host, config)) return refuse('forbidden');
    if (io.of('/').sockets.size >= config.streamConnections || deciding >= DECIDING_LIMIT) return refuse('overloaded');
    deciding += 1;
    const { headers } = socket.handshake;
    admit(socket.handshake.auth, originsOf(headers, config.publicUrl), parseCookie(headers.cookie ?? ''), store).then(
      (admitted) => {
        if (!admitted.ok) return refuse(admitted.error);
        if (isCooling(admitted.value.device.id)) return refuse('flooding');
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
}
