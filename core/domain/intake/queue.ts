import type { QueueCounts } from '../../contract/intake.ts';

export const EMPTY_QUEUE: QueueCounts = { waiting: 0, held: 0, parked: 0, quarantined: 0, dead: 0, oldestWaitingAt: null, oldestDeadAt: null };

const earlier = (a: string | null, b: string | null): string | null => (a === null || b === null ? (a ?? b) : a < b ? a : b);

/** All of an organisation out of its connections. */
export const queueOfAll = (queues: readonly QueueCounts[]): QueueCounts =>
  queues.reduce(
    (all, one) => ({
      waiting: all.waiting + one.waiting,
      held: all.held + one.held,
      parked: all.parked + one.parked,
      quarantined: all.quarantined + one.quarantined,
      dead: all.dead + one.dead,
      oldestWaitingAt: earlier(all.oldestWaitingAt, one.oldestWaitingAt),
      oldestDeadAt: earlier(all.oldestDeadAt, one.oldestDeadAt),
    }),
    EMPTY_QUEUE,
  );
