import type { Wedding } from '../../contract/record/day.ts';
import type { Allocation } from '../../contract/record/taking.ts';
import { draftCreated, type DraftContext, type EventDraft } from '../record/drafts.ts';
import { nearness } from './nearness.ts';

/** A wedding that its source had called off stands again, and what was held for it is not free any more. */

export interface NotHeld {
  /** As it is: given back. */
  readonly row: Pick<Allocation, 'id' | 'weddingId' | 'title'>;
  readonly wedding: Pick<Wedding, 'title' | 'startsAt' | 'endsAt'>;
  readonly why: 'clash' | 'limit';
  /** UTC milliseconds. */
  readonly now: number;
  readonly newId: () => string;
  readonly context: DraftContext;
}

const WHY = {
  clash: 'somebody else has that time by now',
  limit: 'a limit would be passed',
} as const;

/** One for each hold; settled once it is held again, or the wedding is called off again. */
export function notHeldAlert({ row, wedding, why, now, newId, context }: NotHeld): EventDraft {
  const near = nearness(wedding, now);
  return draftCreated('alert.raised', 'alerts', row.weddingId, {
    id: newId(), weddingId: row.weddingId, rule: 'hold_not_back',
    severity: near === 'today' || near === 'soon' ? 'critical' : 'warning',
    title: `Not held again: ${row.title}`.slice(0, 300),
    detail: [
      `${wedding.title.slice(0, 1_000)} is not called off any more.`, `What was held for it was given back, and ${WHY[why]}.`,
      'Take another time for it by hand.',
    ].join(' '),
    raisedAt: new Date(now).toISOString(), state: 'open', acknowledgedAt: null, acknowledgedBy: null,
    subject: { collection: 'allocations', id: row.id },
  }, null, context);
}
