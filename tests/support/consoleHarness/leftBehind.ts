import type { Command } from '../../../core/contract/commands.ts';
import type { Alert } from '../../../core/contract/record/attention.ts';
import type { Snapshot } from '../../../core/contract/record.ts';
import { fixtureId } from '../fixtures/record.ts';
import { calendarRows, KEPT } from './calendars.ts';
import { ITEM, TAKEN } from './timeline.ts';

/** The house of the calendars after its first wedding was moved outside by an hour and a half: only ever bundled into the harness page. */

export const LEFT = fixtureId(6, 910);
export const LEFT_AGAIN = fixtureId(6, 912);
const UNREAD = fixtureId(6, 911);
const BY_MS = 90 * 60_000;

export function leftRows(full: Snapshot, now: number): Partial<Snapshot['rows']> {
  const rows = calendarRows(full, now);
  const wedding = rows.weddings?.find(({ id }) => id === TAKEN.orangery);
  const photos = rows.bookings?.find(({ id }) => id === TAKEN.photosAgain);
  const cake = rows.runSheetItems?.find(({ id }) => id === ITEM.cake);
  if (!wedding || !photos || !cake) throw new Error('the timeline has no such wedding');
  const later = (text: string): string => new Date(Date.parse(text) + BY_MS).toISOString();
  const base = { version: 1, seq: 1, updatedAt: new Date(now - 60_000).toISOString(), source: null };
  const alert = (fields: Partial<Alert> & Pick<Alert, 'id' | 'rule' | 'title' | 'subject'>): Alert => ({
    ...base, weddingId: null, severity: 'warning', detail: 'Told where it can be seen to.', raisedAt: base.updatedAt, state: 'open', acknowledgedAt: null, acknowledgedBy: null, ...fields,
  });
  return {
    ...rows,
    weddings: rows.weddings?.map((row) => (row.id === wedding.id ? { ...row, startsAt: later(row.startsAt), endsAt: later(row.endsAt) } : row)) ?? [],
    calendars: rows.calendars?.map((row) =>
      row.id === KEPT.orangery ? { ...row, unread: { reason: 'normalise.forbidden', since: base.updatedAt } } : row.id === KEPT.diary ? { ...row, twinId: KEPT.ana } : row) ?? [],
    alerts: [
      ...(rows.alerts ?? []),
      alert({
        id: LEFT, weddingId: wedding.id, rule: 'left_behind', title: `1 booking and 1 run sheet item did not move with ${wedding.title}`, subject: { collection: 'weddings', id: wedding.id },
        stayed: [
          { collection: 'bookings', id: photos.id, startsAt: photos.startsAt, endsAt: photos.endsAt, callTime: photos.callTime, of: wedding.startsAt, why: 'theirs' },
          { collection: 'runSheetItems', id: cake.id, startsAt: cake.startsAt, endsAt: cake.endsAt, callTime: null, of: wedding.startsAt, why: 'theirs' },
        ],
      }),
      alert({ id: UNREAD, rule: 'calendar_unread', title: 'Orangery lettings cannot be read', subject: { collection: 'calendars', id: KEPT.orangery } }),
    ],
  };
}

/** What is told anew once some of it went back to where it was left. */
export function toldAnew(command: Command, alerts: readonly Alert[], now: number): Alert | null {
  const alert = command.type === 'wedding.let_follow' && command.back ? alerts.find(({ id }) => id === command.alertId) : undefined;
  const back = new Set(command.type === 'wedding.let_follow' ? command.rows.map(({ id }) => id) : []);
  const stayed = (alert?.stayed ?? []).filter(({ id }) => back.has(id));
  return alert ? { ...alert, id: LEFT_AGAIN, raisedAt: new Date(now).toISOString(), stayed } : null;
}

/** The alert that is settled once what it tells of follows. */
export function settledBy(command: Command, alerts: readonly Alert[]): Alert | null {
  const alert = command.type === 'wedding.let_follow' && !command.back ? alerts.find(({ id }) => id === command.alertId) : undefined;
  return alert ? { ...alert, version: alert.version + 1, state: 'resolved' } : null;
}
