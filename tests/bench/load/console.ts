import { io, type Socket } from 'socket.io-client';
import type { RecordedEvent } from '../../../core/contract/events.ts';
import { PROTOCOL_VERSION, STREAM_PATH, type StreamFrame, type StreamSnapshot } from '../../../core/contract/stream.ts';
import { machineNow } from './clock.ts';

/** When a frame came in: by the machine's clock, by the wall's, and the server's word for when it was committed (wall clock too). Milliseconds. */
export interface Heard {
  readonly at: number;
  readonly wall: number;
  readonly committedAt: number;
}

export interface Hearing {
  snapshot?(snapshot: StreamSnapshot): void;
  events(events: readonly RecordedEvent[], heard: Heard): void;
}

/** One console on the stream; settles when it has its snapshot. */
export async function openConsole(url: string, token: string, hearing: Hearing): Promise<Socket> {
  const client = { app: 'bench', version: '1', kind: 'tool' } as const;
  const socket = io(url, { path: STREAM_PATH, transports: ['websocket'], auth: { protocol: PROTOCOL_VERSION, token, client, cursor: null } });
  socket.on('frame', (payload: unknown) => {
    const [at, wall] = [machineNow(), Date.now()];
    const { events, committedAt } = payload as StreamFrame;
    hearing.events(events, { at, wall, committedAt: Date.parse(committedAt) });
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect_error', reject).once('snapshot', (payload: unknown) => {
      hearing.snapshot?.(payload as StreamSnapshot);
      resolve();
    });
  });
  return socket;
}
