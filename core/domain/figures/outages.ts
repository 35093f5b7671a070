import type { Availability } from '../../contract/figures.ts';
import type { Connection } from '../../contract/record/connections.ts';

/** What the log tells of a connection's health. */
export interface HealthChange {
  readonly at: string;
  readonly health: Connection['health'];
  readonly reason: string | null;
}

export const OUTAGES_TOLD = 20;
const DOWN: readonly Connection['health'][] = ['failing', 'disabled'];
const JUDGED: readonly Connection['health'][] = ['healthy', 'failing', 'disabled'];

/** Never rounded up to 100, and never down to 0: an outage of a second in a month is one. */
export function percentOf(judgedMs: number, downMs: number): number | null {
  if (judgedMs <= 0) return null;
  const rounded = Math.round((1 - downMs / judgedMs) * 10_000) / 100;
  if (downMs > 0 && rounded === 100) return 99.99;
  return downMs < judgedMs && rounded === 0 ? 0.01 : rounded;
}

/**
 * How long it was failing or disabled between two instants in milliseconds. Time in which it was paused or waited for somebody
 * is not judged, and none before the first change that is known. An outage that goes on with another reason is one.
 * @param changes the oldest first where several are of the same moment; those before `from` tell how it began
 */
export function availabilityOf(changes: readonly HealthChange[], from: number, until: number): Availability {
  const inOrder = changes.map((change) => ({ ...change, ms: Date.parse(change.at) })).sort((a, b) => a.ms - b.ms);
  let judgedMs = 0;
  let downMs = 0;
  const outages: Availability['outages'][number][] = [];
  let goesOn = false;
  inOrder.forEach(({ ms, health, reason }, index) => {
    const next = inOrder[index + 1]?.ms ?? null;
    const begin = Math.max(ms, from);
    const length = Math.min(next ?? until, until) - begin;
    // Over before the window, or of no length at all.
    if (length <= 0) return;
    if (JUDGED.includes(health)) judgedMs += length;
    if (!DOWN.includes(health)) {
      goesOn = false;
      return;
    }
    downMs += length;
    const last = outages.at(-1);
    const stopped = next === null || next > until ? null : new Date(next).toISOString();
    if (goesOn && last) outages[outages.length - 1] = { ...last, until: stopped, health, reason };
    else outages.push({ from: new Date(ms).toISOString(), until: stopped, health, reason });
    goesOn = true;
  });
  return { percent: percentOf(judgedMs, downMs), judgedMs, downMs, outages: outages.slice(-OUTAGES_TOLD).reverse(), outageCount: outages.length };
}
