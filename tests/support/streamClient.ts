import type { Socket } from 'socket.io-client';
import type { Snapshot } from '../../core/contract/record.ts';
import { StreamBye, StreamFrame, StreamHeartbeat, StreamSnapshot, StreamWelcome } from '../../core/contract/stream.ts';
import { applyEvents, fromSnapshot, type RecordState } from '../../core/domain/record/state.ts';
import { connect } from './serverApp.ts';

/**
 * A client that is stricter than any real one: a frame that does not follow on exactly, an event that comes twice or
 * out of order, or a message that is not in the contract, is a fault and is kept.
 */
export class StrictClient {
  state: RecordState | null = null;
  readonly faults: string[] = [];
  readonly welcomes: StreamWelcome[] = [];
  readonly byes: string[] = [];
  readonly frames: StreamFrame[] = [];
  readonly heartbeats: StreamHeartbeat[] = [];
  snapshots = 0;
  socket: Socket | null = null;
  private readonly url: string;
  private readonly hello: Record<string, unknown>;

  constructor(url: string, hello: Record<string, unknown>) {
    this.url = url;
    this.hello = hello;
  }

  get seq(): number {
    return this.state?.seq ?? 0;
  }

  open(): Promise<'open' | string> {
    const cursor = this.state ? { epoch: this.state.epoch, seq: this.state.seq } : null;
    const socket = connect(this.url, { cursor, ...this.hello });
    this.socket = socket;
    socket.on('welcome', (raw) => this.welcomes.push(StreamWelcome.parse(raw)));
    socket.on('heartbeat', (raw) => this.heartbeats.push(StreamHeartbeat.parse(raw)));
    socket.on('bye', (raw) => this.byes.push(StreamBye.parse(raw).reason));
    socket.on('snapshot', (raw: Snapshot) => {
      if (socket !== this.socket) return;
      this.snapshots += 1;
      this.state = fromSnapshot(StreamSnapshot.parse(raw));
    });
    socket.on('frame', (raw) => {
      if (socket !== this.socket) return;
      const frame = StreamFrame.parse(raw);
      this.frames.push(frame);
      if (!this.state) return void this.faults.push('a frame before anything else');
      if (frame.after !== this.state.seq) this.faults.push(`frame ${frame.after}..${frame.upTo} at ${this.state.seq}`);
      if (frame.events.length > 500) this.faults.push(`${frame.events.length} events in a frame`);
      let last = frame.after;
      for (const event of frame.events) {
        if (event.seq <= last || event.seq > frame.upTo) this.faults.push(`event ${event.seq} after ${last} in ${frame.after}..${frame.upTo}`);
        last = event.seq;
      }
      this.state = applyEvents(this.state, frame.events, frame.upTo, frame.removed);
    });
    return new Promise((resolve) => {
      socket.once('connect', () => resolve('open'));
      socket.once('connect_error', (error: Error & { data?: { reason?: string } }) => resolve(error.data?.reason ?? error.message));
    });
  }

  close(): void {
    this.socket?.disconnect();
    this.socket = null;
  }
}
