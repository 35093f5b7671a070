import { describe, expect, it } from 'vitest';
import { effectsOf, exceeded, joined, limitOf, NEW_BRAKE, NO_COUNTS, remember, usualPerHour, WINDOW_MS, type BrakeState } from '../../../../core/domain/intake/brake.ts';
import { lotAfter, lotTitle, NO_PART } from '../../../../core/domain/intake/lot.ts';
import { answered, denied, failed, FAILURES_UNTIL_OPEN, gate, NO_ACCESS_MS, OPEN_MS, OPEN_ON_WEDDING_DAY_MS, OPERATIONS, PROBE_MS, type Breakers } from '../../../../core/domain/intake/breaker.ts';
import { climb, type Told } from '../../../../core/domain/intake/ladder.ts';
import { draftCreated, draftUpdated, type DraftContext, type EventDraft } from '../../../../core/domain/record/drafts.ts';
import { booking, contact } from '../../../support/builders.ts';

const NOW = Date.parse('2026-11-20T12:00:00.000Z');
const HOUR_MS = 3_600_000;
const context: DraftContext = { actor: { kind: 'system', id: null, name: 'test' }, source: null, deliveryId: null };

describe('the breaker', () => {
  const fail = (breakers: Breakers, fields: Partial<Parameters<typeof failed>[2]> = {}) => failed(breakers, 'reread', { now: NOW, weddingDay: false, retryAfterMs: null, ...fields });
  const opened = (fields: Partial<Parameters<typeof failed>[2]> = {}) => Array.from({ length: FAILURES_UNTIL_OPEN }).reduce<Breakers>((breakers) => fail(breakers, fields), {});

  it('lets calls through until five in a row have failed, then none for five minutes', () => {
    const four = Array.from({ length: 4 }).reduce<Breakers>((breakers) => fail(breakers), {});
    expect(gate(four, 'reread', NOW)).toEqual({ kind: 'call' });
    expect(gate(fail(answered(four, 'reread')), 'reread', NOW)).toEqual({ kind: 'call' });
    expect(gate(fail(four), 'reread', NOW)).toMatchObject({ kind: 'wait', until: NOW + OPEN_MS });
    expect(gate(fail(four), 'poll', NOW)).toEqual({ kind: 'call' });
  });

  it('then lets one call try, and the others wait for what becomes of it', () => {
    const later = NOW + OPEN_MS;
    const probe = gate(opened(), 'reread', later);
    if (probe.kind !== 'probe') throw new Error(probe.kind);
    expect(gate(probe.breakers, 'reread', later)).toMatchObject({ kind: 'wait', until: later + PROBE_MS });
    expect(gate(fail(probe.breakers, { now: later }), 'reread', later)).toMatchObject({ kind: 'wait', until: later + OPEN_MS });
    expect(answered(probe.breakers, 'reread')).toEqual({});
    // Whoever tried is gone: the next one may.
    expect(gate(probe.breakers, 'reread', later + PROBE_MS).kind).toBe('probe');
  });

  it('tries again after half a minute on a wedding day, and never before the source has asked for', () => {
    expect(gate(opened({ weddingDay: true }), 'reread', NOW)).toMatchObject({ kind: 'wait', until: NOW + OPEN_ON_WEDDING_DAY_MS });
    expect(gate(fail({}, { retryAfterMs: 90_000 }), 'reread', NOW)).toMatchObject({ kind: 'wait', until: NOW + 90_000 });
    expect(gate(opened({ weddingDay: true, retryAfterMs: 90_000 }), 'reread', NOW)).toMatchObject({ kind: 'wait', until: NOW + 90_000 });
    expect(gate(opened({ retryAfterMs: 1_000 }), 'reread', NOW)).toMatchObject({ kind: 'wait', until: NOW + OPEN_MS });
  });
});

describe('the ladder', () => {
  const walk = (failures: number, everyMs: number) => {
    let told: Told | null = null;
    const steps: [number, number][] = [];
    for (let n = 1; n <= failures; n += 1) {
      const climbed = climb(told, n, NOW + (n - 1) * everyMs);
      told = climbed.told;
      if (climbed.step !== null) steps.push([n, climbed.step]);
    }
    return steps;
  };

  it('says each step once, and needs both the failures and the time', () => {
    expect(walk(100, HOUR_MS / 2)).toEqual([[50, 50], [70, 70], [90, 90], [100, 100]]);
    expect(walk(200, 1_000)).toEqual([]);
    expect(walk(40, 24 * HOUR_MS)).toEqual([]);
  });

  it('of several steps that are reached together says only the highest', () => {
    expect(climb({ since: NOW - 23 * HOUR_MS, step: 0 }, 95, NOW)).toEqual({ told: { since: NOW - 23 * HOUR_MS, step: 90 }, step: 90 });
    expect(climb({ since: NOW - 23 * HOUR_MS, step: 90 }, 96, NOW).step).toBeNull();
  });
});

describe('the brake', () => {
  const made = (startsAt: string | null, title = 'Rehearsal'): EventDraft => {
    const { version: _v, seq: _s, updatedAt: _u, source: _o, ...shape } = booking({ title, startsAt });
    return draftCreated('booking.created', 'bookings', null, shape, null, context);
  };
  const moved = (from: string, to: string): EventDraft => draftUpdated('booking.updated', 'bookings', null, booking({ startsAt: from }), { startsAt: to }, null, context) as EventDraft;
  const cancelled = (): EventDraft => draftUpdated('booking.cancelled', 'bookings', null, booking(), { status: 'cancelled' }, null, context) as EventDraft;
  const deleted = (): EventDraft => draftUpdated('client.deleted', 'contacts', null, contact(), {}, null, context) as EventDraft;
  const counts = (...drafts: EventDraft[]) => effectsOf(drafts, new Set()).counts;

  it('counts what is taken away, moved to another day, or made twice', () => {
    expect(counts(deleted(), cancelled())).toEqual({ deletes: 2, moves: 0, copies: 0 });
    expect(counts(moved('2026-11-20T10:00:00.000Z', '2026-11-21T10:00:00.000Z'))).toEqual(NO_COUNTS);
    expect(counts(moved('2026-11-20T10:00:00.000Z', '2026-11-21T10:00:01.000Z'))).toEqual({ deletes: 0, moves: 1, copies: 0 });
    expect(counts(made('2026-11-20T10:00:00.000Z'), made('2026-11-20T10:00:00.000Z', ' REHEARSAL'), made('2026-11-20T11:00:00.000Z'), made(null), made(null))).toEqual({ deletes: 0, moves: 0, copies: 1 });
  });

  it('always allows ten, three times what is usual, and a fifth of what was brought up to fifty', () => {
    expect(limitOf(NEW_BRAKE, 'deletes', NOW)).toBe(10);
    expect(limitOf({ ...NEW_BRAKE, brought: 100 }, 'deletes', NOW)).toBe(20);
    expect(limitOf({ ...NEW_BRAKE, brought: 100_000 }, 'deletes', NOW)).toBe(50);
    const today = Math.floor(NOW / 86_400_000);
    const days = [40, 30].map((deletes, index) => ({ day: today - 2 + index, deletes, moves: 0, copies: 0 }));
    expect(limitOf({ ...NEW_BRAKE, days }, 'deletes', NOW)).toBe(105);
    // Today is no measure for today.
    expect(limitOf({ ...NEW_BRAKE, days: [{ day: today, deletes: 900, moves: 0, copies: 0 }] }, 'deletes', NOW)).toBe(10);
  });

  it('looks at the last ten minutes, each kind by itself', () => {
    let state: BrakeState = NEW_BRAKE;
    for (let n = 0; n < 10; n += 1) state = remember(state, { counts: { ...NO_COUNTS, deletes: 1 }, created: 0, looks: [] }, NOW + n * 60_000);
    const last = NOW + 9 * 60_000;
    expect(exceeded(state, { deletes: 1, moves: 5, copies: 0 }, last)).toEqual(['deletes']);
    expect(exceeded(state, { ...NO_COUNTS, moves: 11 }, last)).toEqual(['moves']);
    expect(exceeded(state, { ...NO_COUNTS, deletes: 1 }, last + WINDOW_MS)).toEqual([]);
    expect(state.window).toHaveLength(10);
    expect(remember(state, { counts: NO_COUNTS, created: 0, looks: [] }, last)).toBe(state);
  });

  it('knows what is usual within an hour, of hours that are over', () => {
    const hour = 3_600_000;
    const at = (state: BrakeState, deletes: number, now: number) => remember(state, { counts: { ...NO_COUNTS, deletes }, created: 0, looks: [] }, now);
    const start = Date.parse('2026-11-01T09:10:00.000Z');
    let state = at(at(NEW_BRAKE, 2, start), 1, start + 60_000);
    expect(usualPerHour(state, 'deletes', start + 120_000)).toBe(0);
    expect(usualPerHour(state, 'deletes', start + hour)).toBe(3);
    state = at(at(state, 1, start + 2 * hour), 2, start + 3 * hour);
    expect([usualPerHour(state, 'deletes', start + 4 * hour), usualPerHour(state, 'moves', start + 4 * hour)]).toEqual([3, 0]);
    expect(usualPerHour(at(state, 1, start + 40 * 24 * hour), 'deletes', start + 40 * 24 * hour + hour)).toBe(1);
    // Kept by a version that knew days only: no more than the day.
    expect(usualPerHour({ ...NEW_BRAKE, days: [{ day: Math.floor(start / (24 * hour)) - 1, ...NO_COUNTS, deletes: 7 }] }, 'deletes', start)).toBe(7);
  });

  it('writes a card that says how much and what', () => {
    const lot = joined({ reviewId: 'r', counts: NO_COUNTS, remotes: [], all: false }, { counts: { deletes: 39, moves: 1, copies: 0 }, remotes: ['x', 'x'] });
    expect(lot).toMatchObject({ remotes: ['x'], all: false });
    const entry = (title: string) => ({ kind: 'deletes' as const, collection: 'bookings', title, weddingId: null, startsAt: null });
    const part = { ...NO_PART, deliveries: 40, rows: new Map([['bookings', 40]]), sample: ['Amara', 'B', 'C', 'D'].map(entry), from: '2026-11-20T12:00:00.000Z', to: '2026-11-20T12:01:00.000Z' };
    const card = lotAfter(null, part, lot.counts, NEW_BRAKE, 0);
    expect(lotTitle('Front desk', lot.counts, card)).toBe('Front desk: 39 deletions, 1 move to another day (Amara, B, C, ...)');
    expect(lotTitle('Front desk', { ...NO_COUNTS, deletes: 1 }, { sample: [entry('A')], rows: [{ collection: 'bookings', count: 1 }] })).toBe('Front desk: 1 deletion (A)');
    // Whoever was erased from the card since does not come back with the next one that joins.
    const erased = { ...card, sample: card.sample.map((one) => ({ ...one, title: one.title.replace('Amara', 'Erased') })) };
    const more = lotAfter(erased, { ...part, deliveries: 1, rows: new Map([['bookings', 1]]), sample: [entry('Amara')], to: '2026-11-20T12:09:00.000Z' }, { ...NO_COUNTS, deletes: 41 }, NEW_BRAKE, 0);
    expect(lotTitle('Front desk', { ...NO_COUNTS, deletes: 41 }, more)).toBe('Front desk: 41 deletions (Erased, B, C, ...)');
    expect(more).toMatchObject({ kinds: [{ kind: 'deletes', count: 41, usualPerHour: 0, applied: 0 }], rows: [{ collection: 'bookings', count: 41 }], deliveries: 41, from: part.from, to: '2026-11-20T12:09:00.000Z' });
    const many = joined(lot, { counts: NO_COUNTS, remotes: Array.from({ length: 2_001 }, (_, n) => String(n)) });
    expect(many).toMatchObject({ all: true, remotes: [] });
  });
});

describe('a breaker of a source that does not let us in', () => {
  const shut = denied({ reread: { failures: 2, openUntil: null } }, NOW);

  it('keeps all calls back for an hour, then lets one try', () => {
    for (const operation of OPERATIONS) {
      expect(gate(shut, operation, NOW + NO_ACCESS_MS - 1)).toEqual({ kind: 'wait', until: NOW + NO_ACCESS_MS, noAccess: true });
      expect(gate(shut, operation, NOW + NO_ACCESS_MS).kind).toBe('probe');
    }
  });

  it('opens for all of them when any is answered, and stays as it is for one that is not', () => {
    expect(answered(shut, 'poll')).toEqual({});
    const away = failed(shut, 'poll', { now: NOW, weddingDay: false, retryAfterMs: null });
    expect(gate(away, 'reread', NOW)).toMatchObject({ kind: 'wait', noAccess: true });
    // One that was left alone for another reason is not opened by somebody else's answer.
    const five = Array.from({ length: FAILURES_UNTIL_OPEN }).reduce<Breakers>((breakers) => failed(breakers, 'reread', { now: NOW, weddingDay: false, retryAfterMs: null }), {});
    expect(answered(five, 'poll')).toEqual(five);
  });

  it('honours what the source asks for in every operation', () => {
    const asked = failed({}, 'reread', { now: NOW, weddingDay: false, retryAfterMs: 90_000 });
    for (const operation of OPERATIONS) expect(gate(asked, operation, NOW + 89_999)).toMatchObject({ kind: 'wait', until: NOW + 90_000, noAccess: false });
    expect(asked.poll?.failures).toBe(0);
  });
});
