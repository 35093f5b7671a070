import { ENDS, type End } from '../../core/domain/figures/counts.ts';
import type { BatchResult } from '../workers/batch.ts';
import type { Counting } from './counting.ts';

const isEnd = (state: string): state is End => (ENDS as readonly string[]).includes(state);
/** What a person decided, or how large a file is, says nothing of how fast the line is. */
const TIMED: readonly End[] = ['processed', 'ignored', 'parked'];

/** Counts what became of a batch that is in the record. Test events are ours, and what came to nothing because it differed from its dry run is not counted. */
export function countWorked(figures: Counting, { settled }: Pick<BatchResult, 'settled'>, now: number): void {
  for (const { delivery, state, reason, differsFrom } of settled) {
    if (delivery.origin === 'test' || differsFrom !== undefined || !isEnd(state)) continue;
    const timed = TIMED.includes(state) && delivery.replayId === null && !delivery.letThrough && delivery.origin !== 'file';
    const wrong = state === 'quarantined' || state === 'dead';
    // A reason may go on with what was found, after its code.
    figures.ended(delivery.connectionId, state, timed ? now - Date.parse(delivery.receivedAt) : null, wrong ? (reason?.split(':')[0] ?? 'internal') : null);
  }
}
