import { isErasure, type RecordedEvent } from '../contract/events.ts';
import type { Snapshot } from '../contract/record.ts';
import type { Outbox } from './outboxRunner.ts';

type Forgetting = Pick<Outbox, 'forget'>;

/** What came by the stream says that somebody was erased: the outbox keeps nothing of those rows from before. */
export function forgetErased(outbox: Forgetting, events: readonly RecordedEvent[]): void {
  const erased = events.filter((event) => isErasure(event.type));
  const last = erased.at(-1);
  if (last) void outbox.forget([...new Set(erased.map((event) => event.row.id))], last.seq);
}

/** A snapshot says only where the newest erasure is: whatever was kept from before it may name somebody. */
export function forgetErasedUntil(outbox: Forgetting, { erasedSeq }: Pick<Snapshot, 'erasedSeq'>): void {
  if (erasedSeq !== undefined) void outbox.forget(null, erasedSeq);
}
