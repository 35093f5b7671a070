import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byPrice } from '../../../../core/domain/conflicts/cheapest.ts';
import { costOf, costOfMoves, costOfWhole, pricingOf, type Cost, type Shifting, type Terms } from '../../../../core/domain/conflicts/costs.ts';
import type { Follower } from '../../../../core/domain/conflicts/following.ts';
import { houseOf, movedTo, swapped, type House } from '../../../../core/domain/conflicts/house.ts';
import type { Occupancy } from '../../../../core/domain/conflicts/model.ts';
import { occupancyId } from '../../../../core/domain/conflicts/occupancies.ts';
import { judgeWhole, partiesOf } from '../../../../core/domain/conflicts/parties.ts';
import { emptyTables } from '../../../../core/domain/record/state.ts';
import { ROOM, TAKEN, timelineRows, VENDOR } from '../../../support/consoleHarness/timeline.ts';
import { fixtureSnapshot } from '../../../support/fixtures/record.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.parse('2026-06-10T09:00:00.000Z');
const START = NOW + 10 * DAY;
const at = (id: string, resourceId: string, startsAt: number, hours: number) => ({ id, resourceId, startsAt, endsAt: startsAt + hours * HOUR });
const shifting = (from: ReturnType<typeof at>, to: Partial<ReturnType<typeof at>>): Shifting => ({ id: from.id, from, to: { ...from, ...to } });
const later = (from: ReturnType<typeof at>, by: number): Shifting => shifting(from, { startsAt: from.startsAt + by, endsAt: from.endsAt + by });
const terms = (all: Readonly<Record<string, Terms>>) => (id: string): Terms | undefined => all[id];
const cost = (some: readonly Shifting[], all: Readonly<Record<string, Terms>>, now = NOW, zone = 'UTC'): Cost => costOf(some, terms(all), zone, now);

describe('what a move costs', () => {
  it('is the fee of each that is moved, and of one that is not moved nothing', () => {
    const [hall, band] = [at('a', 'hall', START, 4), at('b', 'band', START, 4)];
    const asked = { hall: { moveFeeMinor: 5_000 }, band: { moveFeeMinor: 12_050 } };
    expect(cost([later(hall, HOUR), later(band, -HOUR)], asked)).toEqual({
      charges: [{ for: 'move', id: 'a', resourceId: 'hall', minor: 5_000 }, { for: 'move', id: 'b', resourceId: 'band', minor: 12_050 }], totalMinor: 17_050, unknown: [],
    });
    expect(cost([shifting(hall, {})], asked)).toEqual({ charges: [], totalMinor: 0, unknown: [] });
  });

  it('tells nothing apart from not known: 0 is an answer, none is a name', () => {
    const [a, b] = [at('a', 'hall', START, 4), at('b', 'band', START, 4)];
    expect(cost([later(a, HOUR)], { hall: { moveFeeMinor: 0 } })).toEqual({ charges: [], totalMinor: 0, unknown: [] });
    expect(cost([later(a, HOUR), later(b, HOUR)], { hall: { moveFeeMinor: null, extraHourMinor: 900 }, band: { moveFeeMinor: 100 } }))
      .toMatchObject({ totalMinor: 100, unknown: ['hall'] });
    expect(cost([later(a, HOUR), later({ ...a, id: 'c' }, HOUR)], {}).unknown, 'each once').toEqual(['hall']);
  });

  it('asks another resource for the hours and the one that is left for the fee', () => {
    const asked = { band: { moveFeeMinor: 700, extraHourMinor: 1 }, quartet: { moveFeeMinor: 9, extraHourMinor: 2_500 } };
    const one = at('a', 'band', START, 4);
    expect(cost([shifting(one, { resourceId: 'quartet' })], asked)).toMatchObject({ charges: [{ for: 'move', resourceId: 'band', minor: 700 }], totalMinor: 700 });
    expect(cost([shifting(one, { resourceId: 'quartet', endsAt: one.endsAt + 90 * 60_000 })], asked).charges).toEqual([
      { for: 'move', id: 'a', resourceId: 'band', minor: 700 }, { for: 'hours', id: 'a', resourceId: 'quartet', hours: 2, minor: 5_000 },
    ]);
  });

  it('counts hours begun, and only beyond the length that was agreed', () => {
    const one = at('a', 'band', START, 4);
    const asked = { band: { moveFeeMinor: 700, extraHourMinor: 2_500 } };
    const ending = (by: number) => cost([shifting(one, { endsAt: one.endsAt + by })], asked).totalMinor;
    expect([ending(1), ending(HOUR), ending(HOUR + 1), ending(-HOUR)]).toEqual([2_500, 2_500, 5_000, 0]);
    expect(cost([shifting(one, { endsAt: one.endsAt + HOUR })], { band: { moveFeeMinor: 700 } })).toEqual({ charges: [], totalMinor: 0, unknown: ['band'] });
    expect(cost([{ ...later(one, HOUR), to: { ...one, startsAt: START + HOUR, endsAt: null } }], asked).totalMinor, 'no end is no longer').toBe(700);
  });

  it('asks within so many days of the venue\'s calendar, over a change of the clocks', () => {
    const asked = { band: { moveFeeMinor: 700, moveFeeDays: 7 } };
    const minor = (start: string, now: string, zone: string) => cost([later(at('a', 'band', Date.parse(start), 4), HOUR)], asked, Date.parse(now), zone).totalMinor;
    // The clocks of London go forward on 29 March 2026: seven days of it are an hour short.
    expect(minor('2026-04-02T23:30:00+01:00', '2026-03-26T00:10:00Z', 'Europe/London')).toBe(700);
    expect(minor('2026-04-02T00:10:00+01:00', '2026-03-25T23:50:00Z', 'Europe/London'), 'eight dates apart').toBe(0);
    // The same two instants are seven dates apart in one zone and eight in another.
    expect(minor('2026-06-18T02:00:00Z', '2026-06-10T22:00:00Z', 'America/New_York')).toBe(700);
    expect(minor('2026-06-18T02:00:00Z', '2026-06-10T22:00:00Z', 'UTC')).toBe(0);
    expect(minor('2026-06-09T10:00:00Z', '2026-06-10T10:00:00Z', 'UTC'), 'one that has begun').toBe(700);
  });

  it('is whole numbers, whatever is asked', () => {
    fc.assert(fc.property(fc.nat(1_000_000_000), fc.nat(1_000_000_000), fc.integer({ min: -HOUR, max: 48 * HOUR }), fc.nat(3), (moveFeeMinor, extraHourMinor, by, days) => {
      const one = at('a', 'band', START, 4);
      const { totalMinor, charges } = cost([shifting(one, { startsAt: one.startsAt + days, endsAt: one.endsAt + by })], { band: { moveFeeMinor, extraHourMinor } });
      expect(Number.isSafeInteger(totalMinor)).toBe(true);
      expect(totalMinor).toBe(charges.reduce((sum, { minor }) => sum + minor, 0));
    }));
  });
});

const rows = timelineRows(fixtureSnapshot({ now: NOW }), NOW);
const keyed = <T extends { id: string }>(some: readonly T[]): Record<string, T> => Object.fromEntries(some.map((row) => [row.id, row]));
const FEES: Readonly<Record<string, Terms>> = { [ROOM.hall]: { moveFeeMinor: 0 }, [ROOM.orangery]: { moveFeeMinor: 20_000 }, [VENDOR.photos]: { moveFeeMinor: 15_000, extraHourMinor: 8_000 } };
const house: House = houseOf({
  ...emptyTables(), weddings: keyed(rows.weddings), bookings: keyed(rows.bookings), allocations: keyed(rows.allocations),
  resources: keyed(rows.resources.map((row) => ({ ...row, ...FEES[row.id] }))), limits: keyed(rows.limits),
}, 'Europe/London');
const find = (id: string): Occupancy => {
  const one = house.timetable.get(id);
  if (!one) throw new Error(`${id} takes no time`);
  return one;
};
const by = (id: string, ms: number): Occupancy => movedTo(house, find(id), { resourceId: find(id).resourceId, startsAt: find(id).startsAt + ms, endsAt: find(id).endsAt + ms });
const whole = (to: readonly Occupancy[], stays: readonly string[] = []): Cost => costOfWhole(house, to, judgeWhole(house, to, partiesOf(house, to, []), new Set(stays), 'owner', NOW), NOW);

describe('what a move with all that follows it costs', () => {
  it('counts those that go along, and not those that stay', () => {
    const to = [by(`weddings:${TAKEN.okonkwo}`, -HOUR)];
    expect(whole(to)).toMatchObject({ totalMinor: 15_000, charges: [{ id: `bookings:${TAKEN.photos}` }] });
    expect(whole(to).unknown, 'chairs of which nobody has said').toHaveLength(1);
    expect(whole(to, [TAKEN.photos]).totalMinor).toBe(0);
    expect(costOfMoves(house, to, 'owner', NOW)).toEqual(whole(to));
  });

  it('of what nobody has agreed to yet is nothing: a hold, a lead', () => {
    expect(whole([by(`bookings:${TAKEN.photosAgain}`, HOUR)])).toEqual({ charges: [], totalMinor: 0, unknown: [] });
    expect(whole([by(`weddings:${TAKEN.lead}`, HOUR)])).toEqual({ charges: [], totalMinor: 0, unknown: [] });
  });

  it('of a swap is what each of the two asks for being moved', () => {
    const both = swapped(house, find(`weddings:${TAKEN.okonkwo}`), find(`weddings:${TAKEN.orangery}`));
    expect(whole(both, [TAKEN.photos, TAKEN.chairs])).toMatchObject({ totalMinor: 20_000, unknown: [] });
  });

  it('counts a vendor who follows with a start alone, once, though the plan moves him too', () => {
    const row = { ...(house.rows.bookings[TAKEN.photos] ?? rows.bookings[0]), endsAt: null } as (typeof rows.bookings)[number];
    const follower: Follower = { collection: 'bookings', row, set: { startsAt: new Date(NOW + 3 * DAY).toISOString() }, locked: null };
    expect(costOfWhole(house, [], { along: [follower] }, NOW).totalMinor).toBe(15_000);
    expect(costOfWhole(house, [by(`bookings:${TAKEN.photos}`, HOUR)], { along: [follower] }, NOW).totalMinor).toBe(15_000);
    expect(costOfWhole(house, [], { along: [{ ...follower, set: { place: 'Long Barn' } }] }, NOW).totalMinor, 'another place alone').toBe(0);
  });
});

describe('asked for each of many plans', () => {
  const members = rows.conflicts.flatMap((one) => one.members.flatMap((member) => house.timetable.get(occupancyId(member)) ?? []));
  const pricing = pricingOf(house, [...members, find(`bookings:${TAKEN.photos}`)], 'owner', NOW);

  it('is the same as for the card of one, and never less than what is asked for it at least', () => {
    const plans = [
      [by(`weddings:${TAKEN.okonkwo}`, -HOUR)], [by(`weddings:${TAKEN.okonkwo}`, HOUR), by(`weddings:${TAKEN.ashcombe}`, HOUR)], [by(`bookings:${TAKEN.photos}`, HOUR)],
      [by(`weddings:${TAKEN.okonkwo}`, HOUR), by(`bookings:${TAKEN.photos}`, HOUR)], [movedTo(house, find(`weddings:${TAKEN.ashcombe}`), { ...find(`weddings:${TAKEN.ashcombe}`), resourceId: ROOM.barn })],
    ];
    for (const to of plans) {
      expect(pricing.of(to)).toEqual(costOfMoves(house, to, 'owner', NOW));
      expect(byPrice(pricing.least(to.map(({ id }) => id)), pricing.of(to))).toBeLessThanOrEqual(0);
    }
    expect(pricing.of(plans[0] ?? []).totalMinor).toBe(15_000);
  });

  it('is better where all of it is known, and then where it is less', () => {
    const known = (totalMinor: number) => ({ totalMinor, unknown: [] });
    expect(byPrice(known(900), known(100))).toBeGreaterThan(0);
    expect(byPrice(known(900), { totalMinor: 0, unknown: ['hall'] })).toBeLessThan(0);
    expect(byPrice(known(5), known(5))).toBe(0);
  });
});
