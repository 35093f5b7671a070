import { describe, expect, it } from 'vitest';
import type { Command } from '../../../../core/contract/commands.ts';
import { isAbout, mayBeSentAgain, rowOf, seenAt, seenRows } from '../../../../core/link/commandRows.ts';

const move = { collection: 'weddings' as const, id: 'w', basedOnVersion: 3, resourceId: 'hall', startsAt: '2026-06-20T12:00:00.000Z', endsAt: '2026-06-20T20:00:00.000Z' };
const booking = { collection: 'bookings' as const, id: 'b', basedOnVersion: 2 };
const item = { collection: 'runSheetItems' as const, id: 'i', basedOnVersion: 7 };
const along: Command = { type: 'plan.carry_out', commandId: 'c', reason: null, moves: [{ ...move, follow: { how: 'along', rows: [booking, item], stay: ['s'] } }, { ...move, id: 'other' }] };
const back: Command = { type: 'plan.carry_out', commandId: 'c', reason: null, moves: [{ ...move, follow: { how: 'back', rows: [{ ...booking, startsAt: null }] } }] };

describe('a plan with what follows', () => {
  it('is about each of its rows, so that decisions about the same row keep their order; what stays is none of them', () => {
    expect(seenRows(along)).toEqual([{ id: 'w', version: 3 }, { id: 'b', version: 2 }, { id: 'i', version: 7 }, { id: 'other', version: 3 }]);
    expect(['w', 'b', 'i', 'other', 's'].map((id) => isAbout(along, id))).toEqual([true, true, true, true, false]);
    expect(rowOf(along)).toBe('w');
    expect(mayBeSentAgain(along)).toBe(false);
  });

  it('is based on another version of one of its rows, and of that one only', () => {
    expect(seenRows(seenAt(along, 'i', 8))).toEqual([{ id: 'w', version: 3 }, { id: 'b', version: 2 }, { id: 'i', version: 8 }, { id: 'other', version: 3 }]);
    expect(seenAt(back, 'b', 5)).toEqual({ ...back, moves: [{ ...move, follow: { how: 'back', rows: [{ ...booking, basedOnVersion: 5, startsAt: null }] } }] });
    expect(seenAt(along, 's', 9)).toEqual(along);
  });
});
