import type { Alert } from '../../contract/record/attention.ts';
import type { Wedding } from '../../contract/record/day.ts';
import type { Severity } from '../../contract/record/row.ts';
import { nearness } from '../alerts/alerts.ts';
import { roughly } from '../intake/silence.ts';
import { draftCreated, draftUpdated, type DraftContext, type EventDraft } from '../record/drafts.ts';
import type { ConflictDraft } from './detect.ts';
import { occupancyId } from './occupancies.ts';
import type { Timetable } from './timetable.ts';
import { wayOf } from './ways.ts';

export interface ConflictNews {
  readonly timetable: Timetable;
  readonly wedding: (id: string) => Pick<Wedding, 'startsAt' | 'endsAt'> | null;
  /** Alerts about a conflict that are not resolved yet. */
  readonly unresolved: (conflictId: string) => readonly Alert[];
  /** As it is told; empty = there is no such limit any more. */
  readonly limitName: (limitId: string) => string;
  readonly now: number;
  readonly context: DraftContext;
  readonly newId: () => string;
}

const SEVERITY: Readonly<Record<ReturnType<typeof nearness>, Severity>> = { today: 'critical', soon: 'critical', later: 'warning', past: 'notice', none: 'warning' };
const LABELS_SHOWN = 3;

/** Two who cannot both be must not go unseen; too little time between two is a matter for the queue. */
export function conflictAlerts(drafts: readonly ConflictDraft[], { timetable, wedding, unresolved, limitName, now, context, newId }: ConflictNews): EventDraft[] {
  return drafts.flatMap((draft): EventDraft[] => {
    const { row, weddingId } = draft;
    const wanted = row.state === 'open' && row.level === 'block';
    const told = unresolved(row.id);
    if (!wanted) {
      return told.flatMap((alert) => draftUpdated('alert.resolved', 'alerts', alert.weddingId, alert, { state: 'resolved' }, null, context) ?? []);
    }
    if (told.length > 0) return [];
    const severity = SEVERITY[nearness(weddingId === null ? null : wedding(weddingId), now)];
    const alert = { id: newId(), weddingId, severity, rule: row.kind === 'limit' ? 'limit_passed' : 'double_booking', ...words(draft, timetable, limitName), raisedAt: new Date(now).toISOString(), state: 'open', acknowledgedAt: null, acknowledgedBy: null, subject: { collection: 'conflicts', id: row.id } } as const;
    return [draftCreated('alert.raised', 'alerts', weddingId, alert, null, context)];
  });
}

function words({ row }: ConflictDraft, timetable: Timetable, limitName: (limitId: string) => string): { title: string; detail: string } {
  const where = row.resourceIds.map((id) => timetable.resources.get(id)?.name ?? '').filter((name) => name !== '').join(', ');
  const labels = row.members.map((member) => timetable.get(occupancyId(member))?.label ?? '').filter((label) => label !== '');
  const who = labels.length > LABELS_SHOWN ? `${labels.slice(0, LABELS_SHOWN).join('; ')} and ${labels.length - LABELS_SHOWN} more` : labels.join('; ');
  const long = roughly(row.missingMs);
  const cut = (title: string) => (title.length > 300 ? `${title.slice(0, 299)}\u2026` : title);
  switch (row.kind) {
    case 'overlap':
      return { title: cut(`Double booking: ${where}`), detail: `${who}: at the same time for ${long}.` };
    case 'closure':
      return { title: cut(`${where} is closed then`), detail: `${who}: for ${long}.` };
    case 'capacity':
      return { title: cut(`Too much is asked of ${where}`), detail: `${who}: ${row.missingUnits} more than there are, for ${long}.` };
    case 'turnaround':
      return { title: cut(`Too little time: ${where}`), detail: `${who}: ${long} short.` };
    case 'travel': {
      const way = wayOf({ timetable }, row.members.map(occupancyId));
      return { title: cut(`Too little time: ${where}`), detail: `${who}: ${long} short${way ? ` for the way from ${way.from} to ${way.to}` : ''}.` };
    }
    case 'limit':
      return { title: cut(`Past a limit: ${limitName(row.limitId ?? '')}`), detail: `${who}: by ${long}.` };
  }
}
