import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { houseOf, movedTo, type Taking } from '../../../core/domain/conflicts/house.ts';
import { judgeDrop } from '../../../core/domain/conflicts/drop.ts';
import { ShadowBar } from '../../../renderer/calendar/ShadowBar.tsx';
import type { ConflictMark } from '../../../renderer/conflicts/words.ts';
import { drawnOn, kinOf, type Drawn } from '../../../renderer/calendar/shadows.ts';
import { barsWithin, layRows, realOf, rowsWithin, shows } from '../../../renderer/calendar/lanes.ts';
import { manyRows, ROOM, TAKEN, timelineRows } from '../../support/consoleHarness/timeline.ts';
import { fixtureSnapshot } from '../../support/fixtures/record.ts';

/** What takes a whole shows on the rows of its parts, and costs nothing where there are none. */

const NOW = Date.parse('2026-06-10T09:00:00.000Z');
const HOUR = 3_600_000;
const keyed = <T extends { id: string }>(some: readonly T[]): Record<string, T> => Object.fromEntries(some.map((row) => [row.id, row]));
type Rows = ReturnType<typeof timelineRows>;
const houseFrom = (rows: Rows) =>
  houseOf({ weddings: keyed(rows.weddings), bookings: keyed(rows.bookings), allocations: keyed(rows.allocations), calendarEvents: {}, resources: keyed(rows.resources), limits: keyed(rows.limits), houseRules: {} } satisfies Taking, 'Europe/London');
const full = fixtureSnapshot({ now: NOW });
const rows = timelineRows(full, NOW);
const model = rows.resources[0];
if (!model) throw new Error('the fixture has no resource');
const resource = (id: string, partIds: readonly string[] = []): Rows['resources'][number] => ({ ...model, id, name: id, partIds: [...partIds] });
const named = (some: readonly Drawn[]): string[] => some.flatMap(({ through }) => (through ? [`${through.how} ${through.id}`] : [])).sort();

describe('what shows on which row', () => {
  it('a whole on its parts, a part on its whole, and what shares a part beside it; nothing on a row that has nothing to do with it', () => {
    const house = houseFrom({ ...rows, resources: [resource('a'), resource('b'), resource('c'), resource('ab', ['a', 'b']), resource('bc', ['b', 'c']), resource('abc', ['ab', 'c']), resource('alone')] });
    const kin = kinOf(house);
    const of = (id: string): string[] => (kin.get(id) ?? []).map(({ resourceId, how }) => `${how} on ${resourceId}`).sort();
    expect(of('ab')).toEqual(['beside on bc', 'part on abc', 'whole on a', 'whole on b']);
    expect(of('b')).toEqual(['part on ab', 'part on abc', 'part on bc']);
    expect(of('abc')).toEqual(['whole on a', 'whole on ab', 'whole on b', 'whole on bc', 'whole on c']);
    expect(kin.has('alone')).toBe(false);
  });

  it('under an id of its own, so that nothing is moved by it, and back to what it is of', () => {
    const house = houseFrom(rows);
    const drawn = drawnOn(house, kinOf(house), [ROOM.hall, ROOM.west, ROOM.barn]);
    expect(drawn.map(({ resourceId, some }) => [resourceId, named(some)])).toEqual([
      [ROOM.hall, []], [ROOM.west, [`whole weddings:${TAKEN.okonkwo}`, `whole weddings:${TAKEN.ashcombe}`].sort()], [ROOM.barn, []],
    ]);
    const laid = layRows(drawn, 0).rows;
    const west = laid.find(({ resourceId }) => resourceId === ROOM.west);
    const shadow = west?.bars[0]?.one;
    if (!west || !shadow) throw new Error('nothing is drawn there');
    expect(house.timetable.get(shadow.id)).toBeUndefined();
    expect([realOf(laid, shadow.id), realOf(laid, `weddings:${TAKEN.okonkwo}`)]).toEqual([shadow.through?.id, `weddings:${TAKEN.okonkwo}`]);
    expect([shows(west, `weddings:${TAKEN.okonkwo}`), shows(west, `weddings:${TAKEN.orangery}`), shows(west, null)]).toEqual([true, false, false]);
  });

  it('a part that is taken through its whole is no place to drop anything', () => {
    const house = houseFrom(rows);
    const one = house.timetable.get(`weddings:${TAKEN.orangery}`);
    if (!one) throw new Error('it takes no time');
    const drop = judgeDrop(house, [movedTo(house, one, { resourceId: ROOM.west, startsAt: one.startsAt + 2 * HOUR, endsAt: one.endsAt + 2 * HOUR })], 'coordinator', NOW);
    expect(drop).toMatchObject({ verdict: 'reason', impact: { appear: [{ level: 'block', resourceIds: [ROOM.west] }, {}] } });
  });
});

describe('how much is drawn', () => {
  const many = manyRows(full, NOW);
  const drawnAt = (given: Rows): { readonly all: number; readonly seen: number } => {
    const house = houseFrom(given);
    const laid = layRows(drawnOn(house, kinOf(house), given.resources.map(({ id }) => id)), 0);
    const seen = rowsWithin(laid.rows, 0, 1_000).flatMap((row) => barsWithin(row, NOW, NOW + 7 * 24 * HOUR));
    return { all: laid.rows.reduce((sum, { bars }) => sum + bars.length, 0), seen: seen.length };
  };

  it('is what there is, where nothing is made of parts', () => {
    expect(drawnAt(many).all).toBe([...houseFrom(many).timetable].length);
  });

  it('grows by what takes the whole and the parts alone, and of that only what is seen is asked for', () => {
    const [hall, east, west] = many.resources.filter(({ kind }) => kind === 'room');
    if (!hall || !east || !west) throw new Error('three rooms');
    const combined = { ...many, resources: many.resources.map((one) => (one.id === hall.id ? { ...one, partIds: [east.id, west.id] } : one)) };
    const on = (id: string): number => [...houseFrom(many).timetable].filter(({ resourceId }) => resourceId === id).length;
    const [before, after] = [drawnAt(many), drawnAt(combined)];
    expect(after.all - before.all).toBe(2 * on(hall.id) + on(east.id) + on(west.id));
    expect(after.seen - before.seen).toBeLessThan((after.all - before.all) / 2);
  });
});

describe('what a shadow says of a conflict', () => {
  const marked = (clash: ConflictMark): string => {
    const [one] = [...houseFrom(rows).timetable].filter(({ resourceId }) => resourceId === ROOM.hall);
    if (!one) throw new Error('nothing takes the hall');
    const through = { id: one.id, resourceId: ROOM.hall, how: 'whole' as const };
    return renderToStaticMarkup(createElement(ShadowBar, {
      one: { ...one, through }, through, taken: 'Great Hall', x: 0, lane: 0, pxPerMs: 1e-5, zone: 'Europe/London', now: NOW, clash, isSelected: false, isStop: false,
    })).replace(/[\u2068\u2069]/g, '');
  };

  it.each([['block', 'double booking', 'block'], ['limit', 'past a limit', 'block'], ['closure', 'closed at that time', 'block'], ['capacity', 'more than there is', 'block'], ['warn', 'too tight', 'warn']] as const)(
    'as the one that it is of: %s',
    (mark, word, level) => {
      const html = marked(mark);
      expect(html).toContain(` · ${word} · `);
      expect(html).toContain(`data-clash="${level}"`);
      if (mark !== 'block') expect(html).not.toContain('double booking');
    },
  );
});
