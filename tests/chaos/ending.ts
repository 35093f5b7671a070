import type { Outcome } from './arena.ts';
import type { Ending } from './home.ts';
import type { Fact } from './vendor.ts';

/** The last word has the database itself, once its servers are gone: what was acknowledged, once, and without gaps. */
export function judgeEnding({ log, deliveries }: Ending, facts: readonly Fact[], outcome: Outcome): void {
  log.forEach((event, index) => {
    if (event.seq !== index + 1) outcome.faults.push(`in the database event ${event.seq} is at place ${index + 1}`);
  });
  const payments = new Map<string, number>();
  const versions = new Map<string, number>();
  for (const event of log) {
    if (event.collection === 'payments' && event.deliveryId !== null) payments.set(event.deliveryId, (payments.get(event.deliveryId) ?? 0) + 1);
    if (event.row.version !== (versions.get(event.row.id) ?? 0) + 1) outcome.faults.push(`in the database ${event.type} ${event.seq} has version ${event.row.version}`);
    versions.set(event.row.id, event.row.version);
  }
  const lost = facts.filter(({ deliveryId }) => !payments.has(deliveryId ?? '') || deliveries.get(deliveryId ?? '') !== 'processed');
  const doubled = facts.filter(({ deliveryId }) => (payments.get(deliveryId ?? '') ?? 0) > 1);
  outcome.lost = Math.max(outcome.lost, lost.length);
  outcome.doubled = Math.max(outcome.doubled, doubled.length);
  if (lost.length + doubled.length > 0) outcome.faults.push(`in the database ${lost.length} are missing and ${doubled.length} doubled`);
}
