import { io } from 'socket.io-client';
import type { RecordedEvent } from '../../core/contract/events.ts';
import { STREAM_PATH, type StreamFrame, type StreamSnapshot } from '../../core/contract/stream.ts';
import { applyEvents, fromSnapshot, type RecordState } from '../../core/domain/record/state.ts';
import { createLink, type Link } from '../../core/link/link.ts';
import type { Cursor } from '../../core/link/machine.ts';
import { socketIoTransport } from '../../core/link/socketIoTransport.ts';

/** Only what goes wrong in the harness is of interest; the link's own lines are not. */
const QUIET = { info: () => undefined, warn: () => undefined, error: () => undefined };
const timers = {
  after(ms: number, callback: () => void): () => void {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

export interface LineOptions {
  readonly url: string;
  readonly token: string;
  readonly cursor: Cursor | null;
  readonly now?: () => number;
  readonly onSnapshot: (snapshot: StreamSnapshot) => void;
  readonly onFrame: (frame: StreamFrame) => void;
}

/** The product's own link over a real socket. */
export function openLine({ url, token, cursor, now = Date.now, onSnapshot, onFrame }: LineOptions): Link {
  return createLink({
    transport: socketIoTransport((to, options) => io(to, options), { url, path: STREAM_PATH, log: QUIET }),
    clock: { now },
    timers,
    random: { next: Math.random },
    log: QUIET,
    client: { app: 'chaos', version: '1', kind: 'tool' },
    token: () => Promise.resolve(token),
    cursor,
    onSnapshot,
    onFrame,
    onStatus: () => undefined,
  });
}

/**
 * A console without a screen: the real link, and its record kept only through snapshots and `applyEvents`. It checks
 * each event against what it holds: none twice, none missing, each row one version further.
 */
export class Console {
  state: RecordState | null = null;
  readonly faults: string[] = [];
  /** When each payment was first held, milliseconds since the epoch. */
  readonly heldAt = new Map<string, number>();
  doubled = 0;
  snapshots = 0;
  /** Milliseconds that this console's clock is ahead of the true one. */
  clockSkewMs = 0;
  readonly link: Link;
  private readonly applied = new Set<string>();

  constructor(url: string, token: string) {
    this.link = openLine({
      url,
      token,
      cursor: null,
      now: () => Date.now() + this.clockSkewMs,
      onSnapshot: (snapshot) => {
        if (this.state?.epoch === snapshot.epoch && snapshot.seq < this.state.seq) this.faults.push(`a snapshot went back from ${this.state.seq} to ${snapshot.seq}`);
        this.snapshots += 1;
        this.state = fromSnapshot(snapshot);
        for (const payment of snapshot.rows.payments) this.hold(payment.source?.remoteId ?? null);
      },
      onFrame: (frame) => this.take(frame),
    });
    this.link.start();
  }

  isAt(seq: number): boolean {
    return this.isFrom(seq) && this.state?.seq === seq;
  }

  /** At this place of the log or further. */
  isFrom(seq: number): boolean {
    return this.state !== null && this.state.seq >= seq && this.link.status().state === 'live';
  }

  private hold(payment: string | null): void {
    if (payment !== null && !this.heldAt.has(payment)) this.heldAt.set(payment, Date.now());
  }

  private take(frame: StreamFrame): void {
    const before = this.state;
    if (!before) return void this.faults.push('a frame before anything else');
    let seq = before.seq;
    const versions = new Map<string, number>();
    for (const event of frame.events) {
      if (event.seq <= seq) continue;
      if (event.seq !== seq + 1) this.faults.push(`event ${event.seq} after ${seq}`);
      seq = event.seq;
      this.checkOrder(before, versions, event);
      if (this.applied.has(event.id)) this.doubled += 1;
      this.applied.add(event.id);
      if (event.collection === 'payments') this.hold(event.row.source?.remoteId ?? null);
    }
    this.state = applyEvents(before, frame.events, frame.upTo);
  }

  private checkOrder(before: RecordState, versions: Map<string, number>, { collection, row, type }: RecordedEvent): void {
    const held = versions.get(row.id) ?? before.tables[collection][row.id]?.version ?? 0;
    if (row.version !== held + 1) this.faults.push(`${type} brings version ${row.version} of a row held at ${held}`);
    versions.set(row.id, row.version);
  }
}
