import { describe, expect, it } from 'vitest';
import type { Alert } from '../../../../core/contract/record/attention.ts';
import { waitingDrafts } from '../../../../core/domain/calendars/waiting.ts';
import type { DraftContext, EventDraft } from '../../../../core/domain/record/drafts.ts';
import { testId } from '../../../support/builders.ts';

/** How long it is borne that a calendar waits depends on how soon what waits begins. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOW = Date.parse('2027-05-01T12:00:00.000Z');
const context: DraftContext = { actor: { kind: 'system', id: null, name: 'test' }, source: null, deliveryId: null };
const calendar = { id: testId(), name: 'Hall' };

const alertOf = (drafts: readonly EventDraft[]): Alert => {
  const raised = drafts.find((draft) => draft.type === 'alert.raised');
  if (raised?.collection !== 'alerts') throw new Error('nobody is told');
  return { ...raised.row, seq: 1, updatedAt: raised.row.raisedAt };
};
const drafts = (waited: number, ahead: number | null, unresolved: readonly Alert[] = []): EventDraft[] => waitingDrafts({
  calendar, waits: { computer: 'the office', since: new Date(NOW - waited).toISOString() }, begins: ahead === null ? null : NOW + ahead,
  unresolved, now: NOW, newId: testId, context,
});
const says = (waited: number, ahead: number | null, unresolved: readonly Alert[] = []) =>
  drafts(waited, ahead, unresolved).map((draft) => (draft.collection === 'alerts' ? [draft.type, draft.row.severity] : [draft.type]));

describe('what waits', () => {
  it.each([
    ['under way', -HOUR, 30 * MINUTE, 'critical'], ['in an hour', HOUR, 30 * MINUTE, 'critical'], ['within a day', DAY, 30 * MINUTE, 'critical'],
    ['within three days', 3 * DAY, 4 * HOUR, 'warning'], ['in three months', 90 * DAY, DAY, 'warning'],
    ['at no time that is known', null, DAY, 'warning'],
  ] as const)('%s is told of after its time, and not before', (_what, ahead, told, severity) => {
    expect(says(told - 1, ahead)).toEqual([]);
    expect(says(told, ahead)).toEqual([['alert.raised', severity]]);
  });

  it('is told of once, and once more when it has come near', () => {
    const far = alertOf(drafts(2 * DAY, 60 * DAY));
    expect(says(3 * DAY, 59 * DAY, [far])).toEqual([]);
    expect(says(50 * DAY, 2 * DAY, [far])).toEqual([]);
    expect(says(61 * DAY, DAY, [far])).toEqual([['alert.resolved', 'warning'], ['alert.raised', 'critical']]);
    const near = alertOf(drafts(61 * DAY, DAY, [far]));
    expect(near.detail).toContain('begins within a day');
    // What was near is over, or off, and the rest is far: whoever was told is not told of less.
    expect([says(62 * DAY, HOUR, [near]), says(62 * DAY, 40 * DAY, [near]), says(62 * DAY, null, [near])]).toEqual([[], [], []]);
  });

  it('says what to do, and which calendar it is about', () => {
    const { title, detail, subject, rule, weddingId } = alertOf(drafts(DAY, HOUR));
    const about = [title, rule, weddingId, subject];
    expect(about).toEqual(['Hall waits for the office', 'push_waiting', null, { collection: 'calendars', id: calendar.id }]);
    expect(detail).toBe(['What is recorded here has not been written there for half an hour.', 'Some of it begins within a day.',
      'Start the desktop app on the office, which keeps its key, or enter the key again at its connection to keep it elsewhere.'].join(' '));
  });
});
