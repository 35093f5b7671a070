import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseForm, parsePairs } from '../../core/vendors/forms.ts';
import { boundedId, readCursor, textMark } from '../../core/vendors/ids.ts';
import { pointOf } from '../../core/vendors/places.ts';
import { changedSlots } from '../../core/vendors/slots.ts';

describe('ids', () => {
  it('keeps them short, printable and apart', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 900 }), (id) => {
        const short = boundedId(id);
        expect(short.length).toBeLessThanOrEqual(300);
        expect(short.isWellFormed()).toBe(true);
        expect(boundedId(short)).toBe(short);
      }),
    );
    expect(boundedId('a'.repeat(300))).toBe('a'.repeat(300));
    expect(boundedId(`${'a'.repeat(400)}x`)).not.toBe(boundedId(`${'a'.repeat(400)}y`));
  });

  it('marks texts by their content', () => {
    const marks = Array.from({ length: 5000 }, (_, i) => textMark(`state ${i}`));
    expect(new Set(marks).size).toBe(5000);
    expect(textMark('')).toMatch(/^[0-9a-f]{16}$/);
  });

  it('starts again with a cursor that is none', () => {
    for (const text of [null, '', '{', '7', 'null', '[]']) expect(readCursor(text)).toBeNull();
    expect(readCursor('{"a":1}')).toEqual({ a: 1 });
  });
});

describe('slots', () => {
  const state = fc.record({ a: fc.nat({ max: 3 }) });
  const look = fc.uniqueArray(fc.record({ slot: fc.constantFrom('x', 'y', 'z'), state, until: fc.constant(9e12) }), { selector: (one) => one.slot, maxLength: 3 });

  it('end where the source stands, whatever it has shown before, each word under a key of its own', () => {
    fc.assert(
      fc.property(fc.array(look, { minLength: 1, maxLength: 12 }), (looks) => {
        const told = new Map<string, unknown>();
        const keys: string[] = [];
        let cursor: string | null = null;
        for (const shown of looks) {
          const changed = changedSlots(shown, cursor, 1_793_000_000_000);
          // A crash before the cursor was kept: the same look says the same.
          expect(changedSlots(shown, cursor, 1_793_000_000_000)).toEqual(changed);
          ({ cursor } = changed);
          for (const { key, body } of changed.items) {
            keys.push(key);
            const { slot, state: now } = JSON.parse(body) as { slot: string; state: unknown };
            if (now === null) told.delete(slot);
            else told.set(slot, now);
          }
          expect(Object.fromEntries(told)).toEqual(Object.fromEntries(shown.map((one) => [one.slot, one.state])));
        }
        expect(new Set(keys).size).toBe(keys.length);
      }),
    );
  });
});

describe('forms and places', () => {
  it('keeps repeated names in their order, and gives up on a broken escape', () => {
    expect(parsePairs('a=1&b=&a=2&c')).toEqual([['a', '1'], ['b', ''], ['a', '2'], ['c', '']]);
    expect(parsePairs('a=%zz')).toBeNull();
    expect(parseForm('a=1&a=2&__proto__=x')?.['a']).toBe('1');
    expect(parseForm('a=%zz')).toBeNull();
  });

  it('takes only places on earth, at four decimals', () => {
    expect(pointOf({ latitude: '51.507222', longitude: '-0.1275' })).toEqual({ latitude: '51.5072', longitude: '-0.1275' });
    expect(pointOf({ latitude: '-0', longitude: '180' })).toEqual({ latitude: '0', longitude: '180' });
    for (const latitude of ['', '90.1', 'x', '1e1', '1,5', '1&a=b']) expect(pointOf({ latitude, longitude: '0' })).toBeNull();
  });
});
