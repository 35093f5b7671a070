import type { WeatherNotice, Wedding } from '../../contract/record/day.ts';
import { severityRank } from './openAlerts.ts';

/** Marquees go up and lorries come before the guests do. */
const BEFORE_MS = 12 * 60 * 60_000;

/** A notice of no wedding is about the place: it matters to whoever marries while it holds. */
function concerns(notice: WeatherNotice, wedding: Pick<Wedding, 'id' | 'startsAt' | 'endsAt'>): boolean {
  if (notice.weddingId !== null) return notice.weddingId === wedding.id;
  const ends = notice.endsAt === null ? Number.POSITIVE_INFINITY : Date.parse(notice.endsAt);
  return Date.parse(notice.startsAt) < Date.parse(wedding.endsAt) && ends > Date.parse(wedding.startsAt) - BEFORE_MS;
}

/** The notices that concern these weddings and hold or are still to come, worst first, then the earliest. `now` in milliseconds. */
export function activeWeather(notices: Iterable<WeatherNotice>, weddings: Iterable<Pick<Wedding, 'id' | 'startsAt' | 'endsAt'>>, now: number): WeatherNotice[] {
  const all = [...weddings];
  const active: WeatherNotice[] = [];
  for (const notice of notices) {
    if (notice.state !== 'active' || !all.some((wedding) => concerns(notice, wedding))) continue;
    // Its source may be slow to say that it is over.
    if (notice.endsAt !== null && Date.parse(notice.endsAt) <= now) continue;
    active.push(notice);
  }
  return active.sort((a, b) => severityRank(b.severity) - severityRank(a.severity) || a.startsAt.localeCompare(b.startsAt) || a.seq - b.seq);
}
