import { describe, expect, it } from 'vitest';
import type { Connection } from '../../../../core/contract/record/connections.ts';
import type { LinkStatus } from '../../../../core/contract/stream.ts';
import { freshness } from '../../../../core/domain/day/freshness.ts';

const NOW = Date.parse('2026-06-20T14:05:00.000Z');
const ago = (ms: number): string => new Date(NOW - ms).toISOString();
const link = (more: Partial<LinkStatus>): LinkStatus => ({ state: 'live', since: ago(60_000), seq: 10, headSeq: 10, confirmedAt: ago(3000), reason: null, attempt: 0, retryAt: null, ...more });
const stripe = (health: Connection['health']): Connection => ({ id: 'x', version: 1, seq: 1, updatedAt: ago(0), source: null, system: 'stripe', name: 'Stripe', path: 'native', health, healthReason: null, healthSince: ago(180_000) });
const of = (status: LinkStatus | null, sources: readonly Connection[] = [], savedAt: string | null = null) => freshness({ link: status, savedAt, sources, now: NOW, limitMs: 10_000 });

describe('the age of a tile', () => {
  it('counts from the server’s last confirmation and turns amber above the limit', () => {
    expect(of(link({}))).toEqual({ state: 'fresh', ageMs: 3000, reason: null });
    expect(of(link({ confirmedAt: ago(10_000) })).state).toBe('fresh');
    expect(of(link({ confirmedAt: ago(10_001) })).state).toBe('ageing');
  });

  it('is stale while offline, and says since when', () => {
    expect(of(link({ state: 'offline', since: ago(120_000), confirmedAt: ago(125_000) }))).toEqual({ state: 'stale', ageMs: 125_000, reason: { kind: 'offline', since: ago(120_000) } });
  });

  it('of a board from the cache counts from when it was saved', () => {
    expect(of(null, [], ago(86_400_000))).toEqual({ state: 'stale', ageMs: 86_400_000, reason: { kind: 'connecting' } });
    expect(of(null).ageMs).toBeNull();
  });

  it('does not grey the board while a line that was live a moment ago is made again', () => {
    expect(of(link({ state: 'connecting', confirmedAt: ago(2000) })).state).toBe('ageing');
    expect(of(link({ state: 'connecting', confirmedAt: ago(10_001) })).state).toBe('stale');
  });

  it('is stale on a live line when its source is not answering, and only then', () => {
    expect(of(link({}), [stripe('failing')])).toEqual({ state: 'stale', ageMs: 180_000, reason: { kind: 'source_failing', name: 'Stripe', since: ago(180_000) } });
    expect(of(link({}), [stripe('healthy')]).state).toBe('fresh');
  });

  it('says how far behind a line is that catches up, and that a refused one is refused', () => {
    expect(of(link({ state: 'catching_up', seq: 4, headSeq: 10 })).reason).toEqual({ kind: 'catching_up', behind: 6 });
    expect(of(link({ state: 'refused' })).reason?.kind).toBe('refused');
  });
});
