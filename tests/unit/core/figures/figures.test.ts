import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CALL_FAILURES, CALL_PURPOSES, CAME_BY, FIGURE_WINDOWS, type ConnectionFigures } from '../../../../core/contract/figures.ts';
import { spreadOf, STEPS_MS, stepOf, within } from '../../../../core/domain/figures/buckets.ts';
import { added, COUNT, ENDS, figuresOf, outcomeOf, slotOf, type Counts } from '../../../../core/domain/figures/counts.ts';
import { connectionFiguresCsv, figuresCsv, figuresFileName } from '../../../../core/domain/figures/csv.ts';
import { availabilityOf, OUTAGES_TOLD, percentOf, type HealthChange } from '../../../../core/domain/figures/outages.ts';
import { AXES, GRAIN_MS, KEPT_MS, slotsOf, startOf } from '../../../../core/domain/figures/windows.ts';
import { mostTroubled } from '../../../../core/domain/figures/worst.ts';

const DAY = 86_400_000;
const lengths = fc.array(fc.oneof(fc.integer({ min: -5, max: 3_000 }), fc.integer({ min: 0, max: 9 * DAY })), { minLength: 1, maxLength: 300 });
const countsOf = (all: readonly number[]): number[] => {
  const counts: number[] = Array.from({ length: STEPS_MS.length + 1 }, () => 0);
  for (const ms of all) counts[stepOf(ms)] = (counts[stepOf(ms)] ?? 0) + 1;
  return counts;
};

describe('steps of time', () => {
  it('grow, and each length is in the first that is long enough', () => {
    expect([...STEPS_MS]).toEqual([...new Set(STEPS_MS)].sort((a, b) => a - b));
    fc.assert(fc.property(fc.integer({ min: -10, max: 9 * DAY }), (ms) => {
      const step = stepOf(ms);
      expect(ms <= (STEPS_MS[step] ?? Number.POSITIVE_INFINITY)).toBe(true);
      if (step > 0) expect(ms > (STEPS_MS[step - 1] ?? 0)).toBe(true);
    }));
  });

  it('give the same percentiles however what was measured is split over processes and hours, and in whatever order it is added', () => {
    fc.assert(fc.property(lengths, fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 300, maxLength: 300 }), fc.boolean(), (all, split, turned) => {
      const parts = new Map<number, Record<string, number>>();
      all.forEach((ms, index) => {
        const part = parts.get(split[index] ?? 0) ?? {};
        part[COUNT.took(ms)] = (part[COUNT.took(ms)] ?? 0) + 1;
        parts.set(split[index] ?? 0, part);
      });
      const inOrder: Counts[] = [...parts.values()];
      const sum = added(turned ? inOrder.toReversed() : inOrder);
      expect(figuresOf(sum).calls.took).toEqual(spreadOf(countsOf(all)));
      // Adding sums of sums changes nothing either.
      expect(added([added(inOrder.slice(0, 2)), added(inOrder.slice(2))])).toEqual(added(inOrder));
    }));
  });

  it('never tell less than it was, nor more than the end of its own step', () => {
    fc.assert(fc.property(lengths, fc.constantFrom(0.5, 0.95), (all, share) => {
      const sorted = all.toSorted((a, b) => a - b);
      const real = sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
      expect(within(countsOf(all), share)).toBe(STEPS_MS[stepOf(real)] ?? null);
    }));
    expect(spreadOf([])).toEqual({ count: 0, p50Ms: null, p95Ms: null });
  });
});

describe('counts', () => {
  it('become figures, the most frequent first, and what is not known by name is left out', () => {
    const counts: Counts = {
      [COUNT.came('webhook')]: 90, [COUNT.came('poll')]: 110, [COUNT.duplicate]: 4, [COUNT.refused('intake.signature_wrong')]: 2, [COUNT.refused('intake.media_type')]: 3,
      [COUNT.end('processed')]: 150, [COUNT.end('ignored')]: 40, [COUNT.end('parked')]: 5, [COUNT.end('quarantined')]: 3, [COUNT.end('dead')]: 1, [COUNT.end('held')]: 1,
      [COUNT.call('look', 'answered')]: 20, [COUNT.call('look', 'no_answer')]: 2, [COUNT.call('reread', 'answered')]: 60, [COUNT.call('reread', 'too_many')]: 3, [COUNT.call('reread', 'spared')]: 9,
      [COUNT.took(40)]: 80, [COUNT.took(10_000)]: 5, 'something.newer': 7,
    };
    expect(figuresOf(counts)).toEqual({
      came: 200, by: [{ by: 'poll', count: 110 }, { by: 'webhook', count: 90 }], duplicates: 4, refused: 5,
      refusals: [{ code: 'intake.media_type', count: 3 }, { code: 'intake.signature_wrong', count: 2 }],
      worked: 190, parked: 5, setAside: 3, dead: 1, held: 1, toRecord: { count: 0, p50Ms: null, p95Ms: null },
      calls: {
        count: 85, failed: 5, failures: [{ why: 'too_many', count: 3 }, { why: 'no_answer', count: 2 }], purposes: [{ purpose: 'reread', count: 63 }, { purpose: 'look', count: 22 }],
        spared: 9, took: { count: 85, p50Ms: 50, p95Ms: 10_000 },
      },
    });
    expect(slotOf('2026-11-20T12:00:00.000Z', counts)).toEqual({ from: '2026-11-20T12:00:00.000Z', came: 200, refused: 5, worked: 195, troubled: 4, calls: 85, callsFailed: 5, toRecordP95Ms: null, tookP95Ms: 10_000 });
  });

  it('have few names: what is kept of a connection and an hour is bounded', () => {
    const names = [...CAME_BY.map(COUNT.came), ...ENDS.map(COUNT.end), ...CALL_PURPOSES.flatMap((purpose) => [...CALL_FAILURES, 'answered' as const, 'spared' as const].map((outcome) => COUNT.call(purpose, outcome)))];
    expect(new Set(names).size + 2 * (STEPS_MS.length + 1)).toBeLessThan(130);
  });

  it('tell an answer from a failure', () => {
    expect([200, 204, 304, 404, 410].map(outcomeOf)).toEqual(Array.from({ length: 5 }, () => 'answered'));
    expect([401, 403, 429, 408, 500, 503, 400, 422].map(outcomeOf)).toEqual(['no_access', 'no_access', 'too_many', 'failing', 'failing', 'failing', 'rejected', 'rejected']);
  });
});

describe('the time axis', () => {
  it.each(FIGURE_WINDOWS)('of %s has whole steps that end with the running one, and is kept for long enough', (window) => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 4_000_000_000_000 }), (now) => {
      const { grain, slots, slotMs } = AXES[window];
      const begins = slotsOf(window, now);
      expect(begins).toHaveLength(slots);
      expect(begins.every((at, index) => at === (begins[0] ?? 0) + index * slotMs && at === startOf(grain, at))).toBe(true);
      const last = begins.at(-1) ?? 0;
      expect(last <= now && now < last + slotMs).toBe(true);
      expect((begins[0] ?? 0) >= startOf(grain, now) - KEPT_MS[grain] + GRAIN_MS[grain]).toBe(true);
    }));
  });
});

describe('availability', () => {
  const at = (minutes: number): string => new Date(minutes * 60_000).toISOString();
  const change = (minutes: number, health: HealthChange['health'], reason: string | null = null): HealthChange => ({ at: at(minutes), health, reason });
  const over = (changes: readonly HealthChange[], from: number, until: number) => availabilityOf(changes, from * 60_000, until * 60_000);

  it('is of the time that it was judged: not of pauses, of waiting, nor of the time before it was connected', () => {
    const told = over([change(10, 'waiting'), change(20, 'healthy'), change(50, 'paused'), change(70, 'healthy'), change(80, 'failing', 'normalise.reread_failed'), change(90, 'healthy')], 0, 100);
    expect(told).toEqual({ percent: 83.33, judgedMs: 60 * 60_000, downMs: 10 * 60_000, outageCount: 1, outages: [{ from: at(80), until: at(90), health: 'failing', reason: 'normalise.reread_failed' }] });
    expect(over([], 0, 100)).toEqual({ percent: null, judgedMs: 0, downMs: 0, outageCount: 0, outages: [] });
    expect(over([change(0, 'paused')], 10, 100).percent).toBeNull();
    // Of the same moment the last one counts: it was connected and well at once.
    expect(over([change(0, 'waiting'), change(0, 'healthy')], 0, 100).percent).toBe(100);
  });

  it('knows an outage that began before and one that goes on, and joins one that goes on for another reason', () => {
    expect(over([change(-50, 'failing', 'a')], 0, 100)).toMatchObject({ percent: 0, downMs: 6_000_000, outages: [{ from: at(-50), until: null, reason: 'a' }] });
    expect(over([change(0, 'healthy'), change(40, 'failing', 'a'), change(50, 'disabled', 'b'), change(60, 'healthy')], 0, 100).outages).toEqual([{ from: at(40), until: at(60), health: 'disabled', reason: 'b' }]);
    expect(over([change(-50, 'failing', 'a'), change(-10, 'healthy')], 0, 100)).toMatchObject({ percent: 100, outageCount: 0 });
  });

  it('adds up: what is judged is up or down, and cutting the time anywhere gives the same sums', () => {
    const changes = fc.array(fc.tuple(fc.integer({ min: -100, max: 1_100 }), fc.constantFrom('waiting', 'healthy', 'failing', 'paused', 'disabled')), { maxLength: 30 })
      .map((all) => all.map(([minutes, health]) => change(minutes, health)));
    fc.assert(fc.property(changes, fc.integer({ min: 1, max: 999 }), (all, cut) => {
      const whole = over(all, 0, 1_000);
      const [first, second] = [over(all, 0, cut), over(all, cut, 1_000)];
      expect([whole.judgedMs, whole.downMs]).toEqual([first.judgedMs + second.judgedMs, first.downMs + second.downMs]);
      expect(whole.downMs <= whole.judgedMs && whole.judgedMs <= 60_000_000).toBe(true);
      expect(whole.outages.length).toBe(Math.min(whole.outageCount, OUTAGES_TOLD));
    }));
  });

  it('never rounds an outage away', () => {
    expect([percentOf(30 * DAY, 1), percentOf(30 * DAY, 30 * DAY - 1), percentOf(DAY, 0), percentOf(DAY, DAY), percentOf(0, 0)]).toEqual([99.99, 0.01, 100, 0, null]);
  });
});

const one = (connectionId: string, name: string, counts: Counts, downMs = 0): ConnectionFigures => ({
  connectionId, name, system: 'stripe', health: 'healthy', countedSince: '2026-11-01T00:00:00.000Z', figures: figuresOf(counts),
  availability: { percent: percentOf(DAY, downMs), judgedMs: DAY, downMs, outages: [], outageCount: 0 }, lastFault: null, slots: [slotOf('2026-11-20T12:00:00.000Z', counts)],
});

describe('the busiest and the worst', () => {
  it('are by what came, and by the time of outages before what went wrong', () => {
    const [a, b, c] = [one('a', 'A', { 'came.webhook': 9 }), one('b', 'B', { 'came.poll': 3, 'end.dead': 50 }), one('c', 'C', {}, 60_000)];
    expect(mostTroubled([a, b, c])).toEqual({ busiest: 'a', worst: 'c' });
    expect(mostTroubled([a, b])).toEqual({ busiest: 'a', worst: 'b' });
    expect(mostTroubled([one('d', 'D', {})])).toEqual({ busiest: null, worst: null });
  });
});

describe('as a table', () => {
  it('has a line for each connection, quotes what has to be, and nothing that a spreadsheet takes for a formula', () => {
    const [head = '', first = '', second = ''] = figuresCsv({ connections: [one('a', '=HYPERLINK("http://x","y")', { 'came.webhook': 9, 'refused.intake.media_type': 2 }), one('b', 'Smith, "Jo"\r\n& Co', {})] }).split(/\r\n(?=connection|"|'|$)/);
    expect(head.split(',')).toHaveLength(28);
    expect(first.startsWith(`"'=HYPERLINK(""http://x"",""y"")",stripe,healthy,2026-11-01T00:00:00.000Z,9,0,2,intake.media_type 2,`)).toBe(true);
    expect(second).toContain('"Smith, ""Jo""\r\n& Co",stripe');
  });

  it('has a line for each step of one, and a plain file name', () => {
    expect(connectionFiguresCsv({ connection: one('a', 'A', { 'came.webhook': 9, [COUNT.toRecord(40)]: 9 }) })).toBe('from,came,refused,worked_on,set_aside_or_given_up,to_record_p95_ms,calls,calls_failed,call_p95_ms\r\n2026-11-20T12:00:00.000Z,9,0,0,0,50,0,0,\r\n');
    expect([figuresFileName('7d', null), figuresFileName('24h', 'Søren & Co: "x"/..'), figuresFileName('30d', 'פרחי')]).toEqual(['figures-7d.csv', 'figures-s-ren-co-x-24h.csv', 'figures-30d.csv']);
  });
});
