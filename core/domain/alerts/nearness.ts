const DAY_MS = 86_400_000;

/** How near a wedding is: `today` until it ends, `soon` within three days before it. */
export function nearness(wedding: { startsAt: string; endsAt: string } | null, now: number): 'today' | 'soon' | 'later' | 'past' | 'none' {
  if (!wedding) return 'none';
  const start = Date.parse(wedding.startsAt);
  if (now > Date.parse(wedding.endsAt)) return 'past';
  if (now >= start - DAY_MS / 2) return 'today';
  return now >= start - 3 * DAY_MS ? 'soon' : 'later';
}
