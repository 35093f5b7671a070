import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterPage, firstSweep, isNews, type Sweep } from '../../core/vendors/sweep.ts';

const PAGE = 3;
const at = (n: number): string => new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString();

/** A list sorted by change, newest first, that goes on changing while it is read. */
function look(state: Map<number, string>, sweep: Sweep, touch: (page: number) => void): { seen: Map<number, string>; sweep: Sweep } {
  const seen = new Map<number, string>();
  for (let n = 0, now = sweep; ; n += 1) {
    const sorted = [...state].sort(([a, x], [b, y]) => y.localeCompare(x) || a - b);
    const page = sorted.slice((now.page - 1) * PAGE, now.page * PAGE);
    for (const [id, changed] of page) if (isNews(now, changed)) seen.set(id, seen.get(id) ?? changed);
    const after = afterPage(now, page.map(([, changed]) => changed), now.page * PAGE >= sorted.length);
    if (after.done) return { seen, sweep: after.sweep };
    now = after.sweep;
    touch(n);
  }
}

describe('a sweep', () => {
  it('passes over nothing, whatever changes while it reads', () => {
    const things = fc.array(fc.nat({ max: 200 }), { minLength: 1, maxLength: 30 });
    const touches = fc.array(fc.option(fc.nat({ max: 29 })), { maxLength: 30 });
    fc.assert(
      fc.property(things, touches, (times, touched) => {
        const state = new Map(times.map((time, id) => [id, at(time)]));
        let clock = 1000;
        const first = look(state, firstSweep(null), (page) => {
          const id = touched[page];
          if (typeof id === 'number' && state.has(id)) state.set(id, at((clock += 1)));
        });
        const second = look(state, first.sweep, () => undefined);
        // Everything as it stands now was seen by one of both looks.
        for (const [id, changed] of state) expect(first.seen.get(id) === changed || second.seen.get(id) === changed, `${id}`).toBe(true);
      }),
    );
  });

  it('ends at the floor, at the last page, and keeps the floor of an empty list', () => {
    const sweep = { floor: at(10), newest: null, page: 1 };
    expect(afterPage(sweep, [at(20), at(9)], false)).toEqual({ done: true, sweep: { floor: at(20), newest: null, page: 1 } });
    expect(afterPage(sweep, [at(20), at(10)], false)).toEqual({ done: false, sweep: { floor: at(10), newest: at(20), page: 2 } });
    expect(afterPage(sweep, [], true)).toEqual({ done: true, sweep: { floor: at(10), newest: null, page: 1 } });
    expect(afterPage({ ...sweep, page: 400 }, [at(20)], false).done).toBe(true);
    expect(isNews(sweep, null)).toBe(true);
  });
});
