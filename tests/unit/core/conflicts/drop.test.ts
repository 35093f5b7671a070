import { describe, expect, it } from 'vitest';
import { judgeDrop, judgeStatus } from '../../../../core/domain/conflicts/drop.ts';
import { houseOf, movedTo, swapped, versionOf, type Taking } from '../../../../core/domain/conflicts/house.ts';
import { solve } from '../../../../core/domain/conflicts/solver.ts';
import { waysOut } from '../../../../core/domain/conflicts/waysOut.ts';
import type { Occupancy } from '../../../../core/domain/conflicts/model.ts';
import { timelineRows, ROOM, TAKEN, VENDOR, CREW } from '../../../support/consoleHarness/timeline.ts';
import { fixtureSnapshot } from '../../../support/fixtures/record.ts';
import { NO_TRAVEL, VENUE_RULES } from '../../../../core/domain/conflicts/model.ts';

const NOW = Date.parse('2026-06-10T09:00:00.000Z');
const MINUTE = 60_000;
const rows = timelineRows(fixtureSnapshot({ now: NOW }), NOW);
const keyed = <T extends { id: string }>(some: readonly T[]): Record<string, T> => Object.fromEntries(some.map((row) => [row.id, row]));
const tables: Taking = { weddings: keyed(rows.weddings), bookings: keyed(rows.bookings), allocations: keyed(rows.allocations), calendarEvents: {}, resources: keyed(rows.resources), limits: keyed(rows.limits), houseRules: {} };
const house = houseOf(tables, 'Europe/London');
const find = (id: string): Occupancy => {
  const one = house.timetable.get(id);
  if (!one) throw new Error(`${id} takes no time`);
  return one;
};
const wedding = (id: string) => find(`weddings:${id}`);
const allocation = (id: string) => find(`allocations:${id}`);
const to = (one: Occupancy, resourceId: string, byMs = 0) => movedTo(house, one, { resourceId, startsAt: one.startsAt + byMs, endsAt: one.endsAt + byMs });
const judged = (one: Occupancy, role: Parameters<typeof judgeDrop>[2] = 'coordinator') => judgeDrop(house, [one], role, NOW);

describe('what becomes of it where it is let go', () => {
  it('is free where nothing stands, to be seen to where it clashes as before, and needs a reason where something hard begins', () => {
    expect(judged(to(wedding(TAKEN.ashcombe), ROOM.chapel)).verdict).toBe('free');
    expect(judged(to(wedding(TAKEN.ashcombe), ROOM.hall, 15 * MINUTE)).verdict).toBe('warned');
    expect(judged(to(wedding(TAKEN.ashcombe), ROOM.barn)).verdict).toBe('reason');
  });

  it('is refused to who may give no reason, on another kind, when locked, and past a limit that names nobody', () => {
    expect(judged(to(wedding(TAKEN.ashcombe), ROOM.barn), 'staff').verdict).toBe('refused');
    expect(judged(to(wedding(TAKEN.ashcombe), VENDOR.band))).toMatchObject({ verdict: 'refused', wrongKind: [{ resourceId: VENDOR.band }] });
    expect(judged(to(allocation(TAKEN.registrar), CREW.manager))).toMatchObject({ verdict: 'refused', impact: { locked: [{ reason: 'the registrar comes at that hour and no other' }] } });
    const late = judged(to(allocation(TAKEN.band), ROOM.barn, 60 * MINUTE), 'owner');
    expect(late).toMatchObject({ verdict: 'refused', shut: [{ name: 'Noise curfew', byMs: 30 * MINUTE }] });
  });

  it('lets only those pass a limit whom it names', () => {
    const long = { ...to(wedding(TAKEN.ashcombe), ROOM.chapel), endsAt: wedding(TAKEN.ashcombe).startsAt + 13 * 60 * MINUTE };
    expect(judged(long, 'owner').verdict).toBe('reason');
    expect(judged(long, 'coordinator').verdict).toBe('refused');
    expect(judged(long, null).verdict).toBe('reason');
  });

  it('takes the time that the other room needs before and after, unless it has its own', () => {
    expect(to(wedding(TAKEN.okonkwo), ROOM.orangery)).toMatchObject({ setUpMs: 45 * MINUTE, turnaroundMs: 60 * MINUTE });
    const own = houseOf({ ...tables, allocations: { ...tables.allocations, [TAKEN.hold]: { ...rows.allocations[0], id: TAKEN.hold, setUpMinutes: 5 } as (typeof rows.allocations)[number] } }, 'Europe/London');
    expect(movedTo(own, allocation(TAKEN.hold), { resourceId: ROOM.barn, startsAt: 0, endsAt: 1 }).setUpMs).toBe(5 * MINUTE);
    expect(versionOf(house, `weddings:${TAKEN.okonkwo}`)).toBe(1);
  });

  it('lets two change places that would be in each other’s way one by one', () => {
    const [a, b] = [wedding(TAKEN.lead), wedding(TAKEN.orangery)];
    const both = swapped(house, a, b);
    expect(both.map(({ resourceId, startsAt, endsAt }) => [resourceId, startsAt, endsAt - startsAt])).toEqual([[b.resourceId, b.startsAt, a.endsAt - a.startsAt], [a.resourceId, a.startsAt, b.endsAt - b.startsAt]]);
    expect(judgeDrop(house, both, 'owner', NOW).verdict).not.toBe('reason');
  });

  it('asks for a reason to become definite only while something hard stands that nobody has decided to live with', () => {
    const one = wedding(TAKEN.okonkwo);
    expect(judgeStatus(house, one, 'definite', () => false, NOW).needsReason).toBe(true);
    expect(judgeStatus(house, one, 'definite', () => true, NOW).needsReason).toBe(false);
    expect(judgeStatus(house, one, 'lead', () => false, NOW).needsReason).toBe(false);
  });
});

describe('ways out', () => {
  const run = (steps: ReturnType<typeof waysOut>) => {
    let halts = 0;
    for (;;) {
      const step = steps.next();
      if (step.done) return { found: step.value, halts };
      halts += 1;
    }
  };

  it('are three that differ, with what stands in the way gone, and let the page breathe between', () => {
    const { found, halts } = run(waysOut(house, rows.conflicts.slice(0, 1), 'owner', NOW));
    expect(found.plans).toHaveLength(3);
    expect(halts).toBeGreaterThan(3);
    for (const { moves } of found.plans) {
      const { impact } = judgeDrop(house, moves.map((move) => move.to), 'owner', NOW);
      expect(impact.appear.filter(({ level }) => level === 'block')).toEqual([]);
      expect(impact.vanish.length).toBeGreaterThan(0);
    }
  });

  it('move nothing that is locked, mend a gap that is only warned of, and several conflicts at once', () => {
    const { found } = run(waysOut(house, rows.conflicts, 'owner', NOW));
    expect(found.plans[0]?.moves).toHaveLength(2);
    const locked = houseOf({ ...tables, allocations: keyed(rows.allocations.map((row) => (row.id === TAKEN.hold ? { ...row, lockedBecause: 'promised' } : row))) }, 'Europe/London');
    const gap = run(waysOut(locked, rows.conflicts.slice(1), 'owner', NOW)).found;
    expect(gap.plans.length).toBeGreaterThan(0);
    expect(gap.plans.flatMap(({ moves }) => moves.map(({ id }) => id))).not.toContain(`allocations:${TAKEN.hold}`);
  });

  it('are the same in one go and in steps', () => {
    const tangle = { timetable: house.timetable, movable: [{ id: `weddings:${TAKEN.ashcombe}`, earliest: wedding(TAKEN.ashcombe).startsAt, latest: wedding(TAKEN.ashcombe).endsAt + 60 * MINUTE, stepMs: 15 * MINUTE, resources: [ROOM.hall, ROOM.chapel], shortestMs: null, weight: 1 }], judge: { rules: VENUE_RULES, travel: NO_TRAVEL, now: NOW }, limits: house.limits, plans: 3, budget: 10_000 };
    expect(solve(tangle).plans[0]?.moves).toMatchObject([{ to: { resourceId: ROOM.chapel } }]);
  });
});
