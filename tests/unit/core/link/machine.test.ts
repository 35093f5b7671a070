import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SILENCE_LIMIT_MS, type StreamFrame } from '../../../../core/contract/stream.ts';
import { GAPS_BEFORE_SNAPSHOT, initialLink, LINK_STATES, linkStatus, RETRY_CAP_MS, RETRY_NO_NETWORK_MS, RETRY_REFUSED_MS, retryDelay, stepLink, TABLE, type LinkEffect, type LinkInput, type LinkState } from '../../../../core/link/machine.ts';

const frame = (after: number, upTo: number): StreamFrame => ({ after, upTo, events: [], committedAt: '2026-11-20T12:00:00.000Z' });
const env = (now: number, random = 0.5) => ({ now, random });
const welcome = (headSeq: number, mode: 'resume' | 'snapshot' = 'resume', epoch = 'e1'): LinkInput => ({ kind: 'welcome', welcome: { protocol: 5, epoch, headSeq, mode, serverTime: '2026-11-20T12:00:00.000Z' } });
const snapshotAt = (seq: number): LinkInput => ({
  kind: 'snapshot',
  snapshot: { seq, epoch: 'e1', at: '2026-11-20T12:00:00.000Z', organisation: { id: 'o', name: 'Venue', zone: 'Europe/London', currency: 'GBP', demo: false }, rows: { weddings: [], contacts: [], bookings: [], payments: [], runSheetItems: [], messages: [], documents: [], calendarEvents: [], weatherNotices: [], resources: [], allocations: [], limits: [], houseRules: [], conflicts: [], calendars: [], pushes: [], differences: [], alerts: [], reviewItems: [], connections: [] } },
});

function run(inputs: readonly LinkInput[], start: LinkState = initialLink({ epoch: 'e1', seq: 10 }, 0), now = 0) {
  let state = start;
  const effects: LinkEffect[] = [];
  for (const input of inputs) {
    const step = stepLink(state, input, env(now));
    state = step.state;
    effects.push(...step.effects);
  }
  return { state, effects };
}

describe('the link', () => {
  it('opens with its cursor, resumes and is live when nothing was missed', () => {
    const { state, effects } = run([{ kind: 'start' }, welcome(10)]);
    expect(state.name).toBe('live');
    expect(effects).toContainEqual({ do: 'open', cursor: { epoch: 'e1', seq: 10 } });
  });

  it('applies what was missed and only then says live', () => {
    const behind = run([{ kind: 'start' }, welcome(14), { kind: 'frame', frame: frame(10, 12) }]);
    expect(behind.state.name).toBe('syncing');
    const current = stepLink(behind.state, { kind: 'frame', frame: frame(12, 14) }, env(5));
    expect(current.state.name).toBe('live');
    expect(linkStatus(current.state)).toMatchObject({ state: 'live', seq: 14, headSeq: 14 });
  });

  it('drops a duplicate frame and takes one that overlaps', () => {
    const live = run([{ kind: 'start' }, welcome(10)]).state;
    expect(stepLink(live, { kind: 'frame', frame: frame(8, 10) }, env(1)).effects).toEqual([{ do: 'check_silence_in', ms: SILENCE_LIMIT_MS }]);
    expect(stepLink(live, { kind: 'frame', frame: frame(8, 12) }, env(1)).state.cursor?.seq).toBe(12);
  });

  it('closes on a gap, keeps its cursor, and gives it up after three gaps without progress', () => {
    let state = run([{ kind: 'start' }, welcome(10)]).state;
    for (let gap = 1; gap <= GAPS_BEFORE_SNAPSHOT; gap += 1) {
      state = stepLink(state, { kind: 'frame', frame: frame(20, 21) }, env(gap)).state;
      expect(state.name).toBe('waiting');
      expect(state.cursor === null).toBe(gap === GAPS_BEFORE_SNAPSHOT);
      state = run([{ kind: 'retry_due' }, welcome(21, state.cursor ? 'resume' : 'snapshot')], state, gap).state;
    }
    const healed = stepLink(state, snapshotAt(21), env(9)).state;
    expect(healed).toMatchObject({ name: 'live', gaps: 0, cursor: { seq: 21 } });
  });

  it('notices a silent line by its timer alone, whatever the clock says', () => {
    const live = run([{ kind: 'start' }, welcome(10)]).state;
    for (const now of [SILENCE_LIMIT_MS, -3_600_000, 86_400_000]) expect(stepLink(live, { kind: 'silence_check' }, env(now)).state).toMatchObject({ name: 'waiting', reason: 'silence' });
    for (const heard of [frame(10, 11), frame(8, 9)]) expect(stepLink(live, { kind: 'frame', frame: heard }, env(-3_600_000)).effects[0]).toEqual({ do: 'check_silence_in', ms: SILENCE_LIMIT_MS });
  });

  it('is not live on what it held before an announced snapshot, whatever comes first', () => {
    const announced = run([{ kind: 'start' }, welcome(8, 'snapshot', 'e2')]).state;
    const beat = stepLink(announced, { kind: 'heartbeat', heartbeat: { headSeq: 8, serverTime: '2026-11-20T12:00:00.000Z' } }, env(1)).state;
    expect([beat.name, beat.confirmedAt]).toEqual(['syncing', null]);
    expect(stepLink(beat, { kind: 'frame', frame: frame(8, 12) }, env(1)).effects.some((effect) => effect.do === 'apply_frame')).toBe(false);
  });

  it('takes neither a second welcome nor a second snapshot of one line', () => {
    const behind = run([{ kind: 'start' }, welcome(14)]).state;
    expect(stepLink(behind, welcome(10), env(1)).state).toEqual(behind);
    const current = run([{ kind: 'start' }, welcome(14, 'snapshot'), snapshotAt(14), { kind: 'frame', frame: frame(14, 16) }]).state;
    expect(stepLink(current, snapshotAt(14), env(1)).state).toEqual(current);
  });

  it('does not hammer a server that refuses it', () => {
    const refused = run([{ kind: 'start' }, { kind: 'down', reason: 'auth_revoked' }]);
    expect(refused.state.name).toBe('refused');
    expect(refused.effects).toContainEqual({ do: 'retry_in', ms: RETRY_REFUSED_MS });
  });

  it('sleeps without timers and reopens at once on waking', () => {
    const asleep = run([{ kind: 'start' }, welcome(10), { kind: 'suspend' }]);
    expect(asleep.state).toMatchObject({ name: 'waiting', asleep: true, retryAt: null });
    expect(stepLink(asleep.state, { kind: 'retry_due' }, env(1)).effects).toEqual([]);
    expect(stepLink(asleep.state, { kind: 'resume' }, env(1)).state.name).toBe('opening');
  });

  it('has a cell for every state and input', () => {
    const inputs = Object.keys(TABLE.live).sort();
    for (const name of LINK_STATES) expect(Object.keys(TABLE[name]).sort()).toEqual(inputs);
  });

  it('waits between a tenth of a second and the cap', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.double({ min: 0, max: 0.999999, noNaN: true }), (attempt, random) => {
        const ms = retryDelay(attempt, random);
        expect(ms).toBeGreaterThanOrEqual(100);
        expect(ms).toBeLessThanOrEqual(RETRY_CAP_MS);
      }),
    );
  });
});

describe('whatever happens to the link', () => {
  const reasons = ['server_stopping', 'auth_invalid', 'protocol_too_old', 'transport_lost', 'silence', 'slow_consumer'] as const;
  const input: fc.Arbitrary<LinkInput> = fc.oneof(
    fc.constantFrom<LinkInput>({ kind: 'start' }, { kind: 'stop' }, { kind: 'retry_now' }, { kind: 'suspend' }, { kind: 'resume' }, { kind: 'retry_due' }, { kind: 'silence_check' }),
    fc.boolean().map((online): LinkInput => ({ kind: 'network', online })),
    fc.constantFrom(...reasons).map((reason): LinkInput => ({ kind: 'down', reason })),
    fc.tuple(fc.nat(30), fc.constantFrom('resume' as const, 'snapshot' as const), fc.constantFrom('e1', 'e2')).map(([head, mode, epoch]) => welcome(head, mode, epoch)),
    fc.nat(30).map((seq) => snapshotAt(seq)),
    fc.tuple(fc.nat(30), fc.nat(5)).map(([after, more]): LinkInput => ({ kind: 'frame', frame: frame(after, after + more) })),
    fc.nat(30).map((headSeq): LinkInput => ({ kind: 'heartbeat', heartbeat: { headSeq, serverTime: '2026-11-20T12:00:00.000Z' } })),
  );

  it('its invariants hold after every step', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(input, fc.integer({ min: -10_000, max: 20_000 })), { maxLength: 60 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (steps, random) => {
        let state = initialLink({ epoch: 'e1', seq: 10 }, 0);
        let now = 0;
        let retryTimer = false;
        let silenceTimer = false;
        for (const [next, elapsed] of steps) {
          now += elapsed;
          const before = state;
          // A timer that fired is no longer running.
          if (next.kind === 'retry_due') retryTimer = false;
          if (next.kind === 'silence_check') silenceTimer = false;
          const fired = next.kind === 'retry_due' || next.kind === 'silence_check';
          const step = stepLink(state, next, env(now, random));
          state = step.state;
          for (const effect of step.effects) {
            if (effect.do === 'retry_in') {
              retryTimer = true;
              expect(effect.ms).toBeGreaterThanOrEqual(100);
              expect(effect.ms).toBeLessThanOrEqual(Math.max(RETRY_CAP_MS, RETRY_NO_NETWORK_MS, RETRY_REFUSED_MS));
            }
            if (effect.do === 'cancel_retry') retryTimer = false;
            if (effect.do === 'check_silence_in') silenceTimer = true;
            if (effect.do === 'cancel_silence') silenceTimer = false;
            if (effect.do === 'apply_frame') {
              expect(before.cursor).not.toBeNull();
              expect(effect.frame.after).toBeLessThanOrEqual(before.cursor?.seq ?? -1);
              expect(effect.frame.upTo).toBeGreaterThan(before.cursor?.seq ?? Infinity);
            }
          }
          if (state.name === 'live') expect(state.cursor?.seq ?? -1).toBeGreaterThanOrEqual(state.headSeq);
          const snapshotTaken = step.effects.some((effect) => effect.do === 'apply_snapshot');
          if (state.cursor && before.cursor && !snapshotTaken) expect(state.cursor.seq).toBeGreaterThanOrEqual(before.cursor.seq);
          // A stray timer input in the wrong state may have taken the only timer with it; such inputs are not sent by the runner.
          if (fired && state.name === before.name && step.effects.length === 0) return;
          const online = state.name === 'opening' || state.name === 'syncing' || state.name === 'live';
          const offline = (state.name === 'waiting' || state.name === 'refused') && !state.asleep;
          expect(silenceTimer).toBe(online);
          expect(retryTimer).toBe(offline);
        }
      }),
      { numRuns: 500 },
    );
  });
});
