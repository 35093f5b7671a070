import type { Alert } from '../../contract/record/attention.ts';
import { draftCreated, draftUpdated, type DraftContext, type EventDraft } from '../record/drafts.ts';

/** Deliveries that were given up may wait this long for somebody to see them by himself, in milliseconds; near a wedding not at all. */
export const DEAD_LETTERS_MS = 10 * 60_000;

/** Those of one connection that no person has seen to yet. */
export interface DeadLetters {
  readonly connectionId: string;
  /** Of the connection. */
  readonly name: string;
  readonly count: number;
  /** When the first of them was given up; UTC instant, null = there is none. */
  readonly since: string | null;
  /** The alert about them that is not settled yet. */
  readonly alert: Alert | null;
}

/** One alert for each connection, however many deliveries it is about, and its end once a person has seen to all of them. */
export function deadLetterAlerts(letters: readonly DeadLetters[], { now, nearWedding }: { readonly now: number; readonly nearWedding: boolean }, context: DraftContext, newId: () => string): EventDraft[] {
  return letters.flatMap(({ connectionId, name, count, since, alert }): EventDraft[] => {
    if (count === 0) return alert ? [draftUpdated('alert.resolved', 'alerts', null, alert, { state: 'resolved' }, null, context)].filter((one) => one !== null) : [];
    if (alert || since === null || (!nearWedding && now - Date.parse(since) < DEAD_LETTERS_MS)) return [];
    const title = count === 1 ? `A delivery of ${name} was given up` : `${count} deliveries of ${name} were given up`;
    const detail = 'It was tried for more than an hour, and what it says is not in the record. Look at the reason, then have it worked on again.';
    return [
      draftCreated(
        'alert.raised', 'alerts', null,
        {
          id: newId(), weddingId: null, severity: nearWedding ? 'critical' : 'warning', rule: 'deliveries_dead', title: title.slice(0, 300), detail, raisedAt: new Date(now).toISOString(),
          state: 'open', acknowledgedAt: null, acknowledgedBy: null, subject: { collection: 'connections', id: connectionId },
        },
        null, context,
      ),
    ];
  });
}
