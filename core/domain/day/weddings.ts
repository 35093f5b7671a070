import type { Wedding } from '../../contract/record/day.ts';
import { nearness } from '../alerts/alerts.ts';
import { localDate } from './localTime.ts';

export interface DayWedding {
  readonly wedding: Wedding;
  readonly phase: 'upcoming' | 'running' | 'over';
  /** Milliseconds until it starts (upcoming) or ends (running); 0 when over. */
  readonly remainingMs: number;
}

const HAPPENING: ReadonlySet<Wedding['status']> = new Set(['hold', 'confirmed', 'completed']);

/** Where a wedding stands on its day. */
export function dayWedding(wedding: Wedding, now: number): DayWedding {
  const start = Date.parse(wedding.startsAt);
  const end = Date.parse(wedding.endsAt);
  if (wedding.status === 'completed' || now >= end) return { wedding, phase: 'over', remainingMs: 0 };
  return now >= start ? { wedding, phase: 'running', remainingMs: end - now } : { wedding, phase: 'upcoming', remainingMs: start - now };
}

/**
 * Today's weddings (also one that ended earlier today, and one that runs past midnight) and the next few after them, each
 * list by start. Cancelled ones and mere enquiries are not shown.
 */
export function dayWeddings(weddings: Iterable<Wedding>, now: number, nextCount = 3): { readonly today: DayWedding[]; readonly next: DayWedding[] } {
  const today: DayWedding[] = [];
  const next: DayWedding[] = [];
  for (const wedding of weddings) {
    if (!HAPPENING.has(wedding.status)) continue;
    const isToday = wedding.date === localDate(wedding.zone, now) || (nearness(wedding, now) === 'today' && Date.parse(wedding.startsAt) <= now);
    if (isToday) today.push(dayWedding(wedding, now));
    else if (Date.parse(wedding.startsAt) > now) next.push(dayWedding(wedding, now));
  }
  const byStart = (a: DayWedding, b: DayWedding) => a.wedding.startsAt.localeCompare(b.wedding.startsAt) || a.wedding.id.localeCompare(b.wedding.id);
  return { today: today.sort(byStart), next: next.sort(byStart).slice(0, nextCount) };
}
