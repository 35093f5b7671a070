import type { Alert } from '../../contract/record/attention.ts';
import { SEVERITIES, type Severity } from '../../contract/record/row.ts';

export const severityRank = (severity: Severity): number => SEVERITIES.indexOf(severity);

/** Who did it himself knows of it. `self`: the device that asks; null = not known. */
export const isNews = ({ doneBy }: Pick<Alert, 'doneBy'>, self: string | null): boolean => self === null || doneBy !== self;

/**
 * Alerts nobody has dealt with, worst first, then newest; without what this device has done itself. `weddingId` null = all, else that wedding's
 * and those of no wedding.
 */
export function openAlerts(alerts: Iterable<Alert>, weddingId: string | null, self: string | null = null): Alert[] {
  const open: Alert[] = [];
  for (const alert of alerts) {
    if (alert.state !== 'open' || !isNews(alert, self)) continue;
    if (weddingId !== null && alert.weddingId !== null && alert.weddingId !== weddingId) continue;
    open.push(alert);
  }
  return open.sort((a, b) => severityRank(b.severity) - severityRank(a.severity) || b.raisedAt.localeCompare(a.raisedAt) || b.seq - a.seq);
}

/** How many of each severity, worst first, without the empty ones. */
export function countBySeverity(alerts: readonly Alert[]): { readonly severity: Severity; readonly count: number }[] {
  const counts = new Map<Severity, number>();
  for (const alert of alerts) counts.set(alert.severity, (counts.get(alert.severity) ?? 0) + 1);
  return [...counts].map(([severity, count]) => ({ severity, count })).sort((a, b) => severityRank(b.severity) - severityRank(a.severity));
}
