import type { Connection } from '../../contract/record/connections.ts';
import type { LinkStatus } from '../../contract/stream.ts';

export type StaleReason =
  | { readonly kind: 'offline'; readonly since: string }
  | { readonly kind: 'refused'; readonly since: string }
  | { readonly kind: 'connecting' }
  | { readonly kind: 'catching_up'; readonly behind: number }
  | { readonly kind: 'source_failing'; readonly name: string; readonly since: string };

export interface Freshness {
  readonly state: 'fresh' | 'ageing' | 'stale';
  /** Milliseconds since these facts were last known to be current; null = never confirmed. */
  readonly ageMs: number | null;
  readonly reason: StaleReason | null;
}

export interface FreshnessInput {
  readonly link: LinkStatus | null;
  /** When the shown copy was saved, for a board opened from the cache; ISO instant. */
  readonly savedAt: string | null;
  /** The connections these facts come from. */
  readonly sources: readonly Connection[];
  readonly now: number;
  /** Above this age the tile turns amber, milliseconds. */
  readonly limitMs: number;
}

const earliest = (a: number | null, b: number): number => (a === null ? b : Math.min(a, b));

/**
 * How far a tile can be trusted. While live, its age counts from the server's last confirmation that we are current. A
 * source that is not answering makes its tiles stale even on a live line, because what it knows is not reaching us.
 */
export function freshness({ link, savedAt, sources, now, limitMs }: FreshnessInput): Freshness {
  const confirmed = link?.confirmedAt ? Date.parse(link.confirmedAt) : savedAt ? Date.parse(savedAt) : null;
  const age = (from: number | null): number | null => (from === null ? null : Math.max(0, now - from));

  if (!link || link.state === 'connecting') {
    // A line that was live a moment ago and is being made again is no reason to grey the board.
    const ageMs = age(confirmed);
    return { state: link && ageMs !== null && ageMs <= limitMs ? 'ageing' : 'stale', ageMs, reason: { kind: 'connecting' } };
  }
  if (link.state === 'offline') return { state: 'stale', ageMs: age(earliest(confirmed, Date.parse(link.since))), reason: { kind: 'offline', since: link.since } };
  if (link.state === 'refused') return { state: 'stale', ageMs: age(confirmed), reason: { kind: 'refused', since: link.since } };

  const failing = sources.filter((source) => source.health === 'failing' || source.health === 'disabled').sort((a, b) => a.healthSince.localeCompare(b.healthSince))[0];
  if (failing) return { state: 'stale', ageMs: age(earliest(confirmed, Date.parse(failing.healthSince))), reason: { kind: 'source_failing', name: failing.name, since: failing.healthSince } };

  const ageMs = age(confirmed);
  if (link.state === 'catching_up') return { state: 'ageing', ageMs, reason: { kind: 'catching_up', behind: Math.max(0, link.headSeq - link.seq) } };
  return { state: ageMs !== null && ageMs > limitMs ? 'ageing' : 'fresh', ageMs, reason: null };
}
