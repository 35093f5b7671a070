import type { RecordedEvent } from '../../contract/events.ts';
import type { Allocation } from '../../contract/record/taking.ts';

/** Who has cancelled a row, and what it was before; the same for the server, which brings it back, and for a page that offers it. */
export interface Cancellation {
  /** As its collection calls it. */
  readonly status: string;
  /** False = a source or a calendar has told it, or a rule of the house. */
  readonly byPerson: boolean;
  readonly by: string;
  /** UTC. */
  readonly at: string;
  /** Its place in the log. */
  readonly seq: number;
}

export type CancellingEvent = Pick<RecordedEvent, 'seq' | 'before' | 'row' | 'actor' | 'recordedAt'>;

const statusIn = (fields: object | null): unknown => (fields === null ? undefined : (fields as { readonly status?: unknown }).status);

/** @param events of one row, the newest first; null = it is not cancelled, or these do not go back to when it was */
export function cancellationOf(events: readonly CancellingEvent[]): Cancellation | null {
  for (const { seq, before, row, actor, recordedAt } of events) {
    if (statusIn(row) !== 'cancelled') return null;
    const was = statusIn(before);
    if (typeof was === 'string' && was !== 'cancelled') return { status: was, byPerson: actor.kind === 'person', by: actor.name, at: recordedAt, seq };
  }
  return null;
}

/** Whether a row may have gone with its wedding, by what it says itself; whether it was held {@link wasHeld} knows. */
export const mayHaveGoneWith = ({ at, seq }: Pick<Cancellation, 'at' | 'seq'>, weddingId: string, row: Allocation): boolean =>
  row.weddingId === weddingId && row.status === 'cancelled' && row.seq > seq && row.updatedAt === at;

/** @param last the newest event of the row */
export const wasHeld = (last: Pick<RecordedEvent, 'type' | 'before'>): boolean => last.type === 'allocation.cancelled' && statusIn(last.before) === 'hold';

/**
 * Whether a source of it may have the last word. What a person has cancelled is kept against a source that still tells what it told before
 * (`told.ts`); once that tells something else its word counts, and the person's no longer.
 *
 * @param kept of each object that tells of the row, what is kept of what it told before; null = nothing is
 */
export const isKeptByPerson = (kept: readonly (Readonly<Record<string, unknown>> | null)[]): boolean =>
  kept.every((fields) => fields !== null && 'status' in fields && fields['status'] !== 'cancelled');
