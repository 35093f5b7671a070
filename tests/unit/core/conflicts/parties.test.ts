import { describe, expect, it } from 'vitest';
import { houseOf, movedTo, type House, type Taking } from '../../../../core/domain/conflicts/house.ts';
import type { Occupancy } from '../../../../core/domain/conflicts/model.ts';
import { judgeWhole, partiesOf } from '../../../../core/domain/conflicts/parties.ts';
import { ITEM, ROOM, TAKEN, timelineRows, VENDOR } from '../../../support/consoleHarness/timeline.ts';
import { fixtureSnapshot } from '../../../support/fixtures/record.ts';

const NOW = Date.parse('2026-06-10T09:00:00.000Z');
const HOUR = 3_600_000;
const rows = timelineRows(fixtureSnapshot({ now: NOW }), NOW);
const keyed = <T extends { id: string }>(some: readonly T[]): Record<string, T> => Object.fromEntries(some.map((row) => [row.id, row]));
const tables: Taking = { weddings: keyed(rows.weddings), bookings: keyed(rows.bookings), allocations: keyed(rows.allocations), calendarEvents: {}, resources: keyed(rows.resources), limits: keyed(rows.limits), houseRules: {} };
const house = houseOf(tables, 'Europe/London');
const find = (id: string, where: House = house): Occupancy => {
  const one = where.timetable.get(id);
  if (!one) throw new Error(`${id} takes no time`);
  return one;
};
const moved = (id: string, byMs: number, resourceId?: string, where = house): Occupancy => {
  const one = find(`weddings:${id}`, where);
  return movedTo(where, one, { resourceId: resourceId ?? one.resourceId, startsAt: one.startsAt + byMs, endsAt: one.endsAt + byMs });
};
const whole = (to: readonly Occupancy[], stays: readonly string[] = [], where = house) => judgeWhole(where, to, partiesOf(where, to, rows.runSheetItems), new Set(stays), 'owner', NOW);

describe('a wedding and what follows it, judged as one', () => {
  it('is its bookings, what was taken for it and its run sheet; what is locked stays, with its reason', () => {
    const { along, hindered, to, drop } = whole([moved(TAKEN.okonkwo, -HOUR)]);
    expect(along.map(({ row }) => row.id)).toEqual([TAKEN.photos, TAKEN.chairs]);
    expect([...hindered]).toEqual([[TAKEN.registrar, { kind: 'locked', reason: 'the registrar comes at that hour and no other' }]]);
    expect(to.map(({ id }) => id)).toEqual([`weddings:${TAKEN.okonkwo}`, `bookings:${TAKEN.photos}`, `allocations:${TAKEN.chairs}`]);
    expect(drop.impact.locked).toEqual([]);
  });

  it('tells of a vendor who is taken elsewhere at the new time; left where it is, that one clashes with nobody', () => {
    // Half past eleven: the photographer is at the other wedding until noon.
    const clashing = whole([moved(TAKEN.okonkwo, -HOUR)]);
    expect(clashing.drop.verdict).toBe('reason');
    expect(clashing.drop.impact.appear).toMatchObject([{ kind: 'overlap', level: 'block', resourceIds: [VENDOR.photos] }]);
    const alone = whole([moved(TAKEN.okonkwo, -HOUR)], [TAKEN.photos]);
    expect(alone.drop.impact.appear).toEqual([]);
    expect(alone.along.map(({ row }) => row.id)).toEqual([TAKEN.chairs]);
  });

  it('leaves out what would pass a limit that this person may not pass, with the limit, and judges the rest', () => {
    const bands = houseOf({ ...tables, allocations: { ...tables.allocations, [TAKEN.band]: { ...(tables.allocations[TAKEN.band] as (typeof rows.allocations)[number]), weddingId: TAKEN.orangery } } }, 'Europe/London');
    const { along, hindered, drop } = whole([moved(TAKEN.orangery, HOUR, undefined, bands)], [TAKEN.photosAgain], bands);
    expect([...hindered]).toEqual([[TAKEN.band, { kind: 'limit', name: 'Noise curfew', byMs: HOUR / 2 }]]);
    expect(along.map(({ row }) => row.id)).toEqual([ITEM.guests, ITEM.ceremony, ITEM.cake]);
    expect(drop.shut).toEqual([]);
  });

  it('has no time to take along where only the room is another, or only the end', () => {
    const inChapel = whole([moved(TAKEN.orangery, 0, ROOM.chapel)]);
    expect(inChapel.along.map(({ row, set }) => [row.id, set])).toEqual([[ITEM.ceremony, { place: 'Chapel of St Ælfheah' }], [ITEM.cake, { place: 'Chapel of St Ælfheah' }]]);
    expect(inChapel.to).toHaveLength(1);
    const one = find(`weddings:${TAKEN.orangery}`);
    expect(whole([{ ...one, endsAt: one.endsAt - HOUR }]).along).toEqual([]);
    expect(partiesOf(house, [{ ...one, endsAt: one.endsAt - HOUR }], rows.runSheetItems)).toEqual([]);
  });

  it('lets two weddings change places with all that is theirs, and counts nobody twice who moves by themselves', () => {
    const [a, b] = [find(`weddings:${TAKEN.okonkwo}`), find(`weddings:${TAKEN.orangery}`)];
    const photos = find(`bookings:${TAKEN.photos}`);
    const { along } = whole([movedTo(house, a, { resourceId: b.resourceId, startsAt: b.startsAt, endsAt: b.startsAt + a.endsAt - a.startsAt }), movedTo(house, b, { resourceId: a.resourceId, startsAt: a.startsAt, endsAt: a.startsAt + b.endsAt - b.startsAt }), photos]);
    expect(along.map(({ row }) => row.id)).toEqual([TAKEN.chairs, TAKEN.photosAgain, ITEM.guests, ITEM.ceremony, ITEM.cake]);
  });
});
