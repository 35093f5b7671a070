import type { Snapshot } from '../../core/contract/record.ts';
import type { StreamFrame, StreamHello, StreamWelcome } from '../../core/contract/stream.ts';
import type { Store } from '../store/store.ts';
import { FRAME_EVENTS, frameOf, type Feed, type Hub } from './hub.ts';

/** A client that is further behind than this gets a snapshot: reading it is cheaper than replaying. */
export const REPLAY_LIMIT = 5000;

/** Where the catching-up goes to. Each resolves when the client can take more; `false` = it is gone. */
export interface Outlet {
  readonly gone: () => boolean;
  readonly welcome: (welcome: Pick<StreamWelcome, 'epoch' | 'headSeq' | 'mode'>) => void;
  readonly snapshot: (snapshot: Snapshot) => Promise<boolean>;
  readonly frame: (frame: StreamFrame) => Promise<boolean>;
  /** Sends without waiting, in the same synchronous step as {@link Outlet.join}. */
  readonly frameNow: (frame: StreamFrame) => void;
  /** Puts the client into its live room; synchronous. */
  readonly join: () => void;
}

export function modeFor(cursor: StreamHello['cursor'], epoch: string, head: number): StreamWelcome['mode'] {
  if (cursor === null || cursor.epoch !== epoch || cursor.seq > head || head - cursor.seq > REPLAY_LIMIT) return 'snapshot';
  return 'resume';
}

/**
 * Brings a client from its cursor to the live room without a gap and without a double: the last events come from the
 * hub's memory, and looking at the hub's position, sending them and joining happen in one synchronous step.
 */
export async function catchUp(store: Store, hub: Hub, feed: Feed, cursor: StreamHello['cursor'], out: Outlet): Promise<void> {
  const head = Math.max(feed.flushedSeq, await store.headSeq(feed.organisationId));
  const mode = modeFor(cursor, store.epoch, head);
  out.welcome({ epoch: store.epoch, headSeq: head, mode });

  let seq = cursor?.seq ?? 0;
  if (mode === 'snapshot') {
    const snapshot = await store.snapshot(feed.organisationId);
    if (!(await out.snapshot(snapshot))) return;
    seq = snapshot.seq;
  }
  while (!out.gone()) {
    if (seq > feed.flushedSeq) {
      // Read past what the rooms were given: bring them here first, else the first live frame would repeat events.
      await hub.reach(feed, seq);
      continue;
    }
    const last = feed.recent(seq);
    if (last) {
      for (const frame of last) out.frameNow(frame);
      out.join();
      return;
    }
    const events = await store.readEvents(feed.organisationId, seq, FRAME_EVENTS);
    const newest = events.at(-1);
    if (!newest) throw new Error(`events after ${seq} of ${feed.organisationId} are not in the log, which goes to ${feed.flushedSeq}`);
    if (!(await out.frame(frameOf(events, seq, newest.recordedAt)))) return;
    seq = newest.seq;
  }
}
