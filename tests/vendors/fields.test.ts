import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emailAddress, instantOfText, localDate, minorUnitsOfDecimal, ownId, shortText } from '../../core/vendors/fields.ts';
import { parseForm } from '../../core/vendors/forms.ts';

describe('text', () => {
  it('fits the contract and the database whatever comes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 900 }), fc.anything()), (value) => {
        const text = shortText(value);
        if (text === null) return;
        expect(text.length).toBeGreaterThan(0);
        expect(text.length).toBeLessThanOrEqual(300);
        expect(text).not.toMatch(/\p{Cc}/u);
        expect(text.isWellFormed()).toBe(true);
      }),
    );
    expect(shortText('  Zoë\u0000\n Núñez ')).toBe('Zoë Núñez');
  });

  it('takes addresses and ids only when they are such', () => {
    expect(emailAddress(' Ada@Example.ORG ')).toBe('ada@example.org');
    for (const wrong of ['ada', 'a b@c.d', 'a@b, c@d', '', null, 7]) expect(emailAddress(wrong)).toBeNull();
    expect(ownId('0199A000-0000-7000-8000-000000000001')).toBe('0199a000-0000-7000-8000-000000000001');
    for (const wrong of ['1', "0199a000-0000-7000-8000-000000000001' or 1=1", null]) expect(ownId(wrong)).toBeNull();
  });
});

describe('times', () => {
  it.each([
    ['2026-11-20T10:00:00Z', '2026-11-20T10:00:00.000Z'],
    ['2026-11-20T10:00:00+02:00', '2026-11-20T08:00:00.000Z'],
    ['2026-11-20T10:00+0200', '2026-11-20T08:00:00.000Z'],
    ['2026-11-20T10:00:00', null],
    ['2026-11-20', null],
    ['2026-13-20T10:00:00Z', null],
    ['20/11/2026 10:00', null],
  ])('%s -> %s', (text, instant) => expect(instantOfText(text)).toBe(instant));

  it('takes only days that exist', () => {
    expect(localDate('2028-02-29')).toBe('2028-02-29');
    expect(localDate('2026-11-20T10:00:00')).toBe('2026-11-20');
    for (const wrong of ['2026-02-30', '2027-02-29', '20-11-2026', '2026-11-2', 'x']) expect(localDate(wrong)).toBeNull();
  });
});

describe('money as people write it', () => {
  it.each([
    ['1250', 'GBP', 125_000],
    ['1,250.00', 'GBP', 125_000],
    ['£1,250.5', 'GBP', 125_050],
    ['GBP 0.07', 'GBP', 7],
    ['1250 €', 'EUR', 125_000],
    ['1250', 'JPY', 1250],
    ['1250.00', 'JPY', 1250],
    ['1.234', 'KWD', 1234],
    ['-3.10', 'GBP', -310],
    ['1250.005', 'GBP', null],
    ['1.250,00', 'EUR', null],
    ['1250,00', 'EUR', null],
    ['12,50.00', 'GBP', null],
    ['1e3', 'GBP', null],
    ['99999999999999999', 'GBP', null],
    ['', 'GBP', null],
    [null, 'GBP', null],
  ])('%s %s -> %s', (text, currency, amount) => expect(minorUnitsOfDecimal(text, currency)).toBe(amount));

  it('gives back every amount that was written out', () => {
    fc.assert(fc.property(fc.integer({ min: -1e9, max: 1e9 }), (pence) => void expect(minorUnitsOfDecimal((pence / 100).toFixed(2), 'GBP')).toBe(pence)));
  });
});

describe('forms', () => {
  it('reads what URLSearchParams writes', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1 });
    fc.assert(
      fc.property(fc.dictionary(name, fc.string({ unit: 'grapheme' })), (fields) => {
        expect({ ...parseForm(new URLSearchParams(fields).toString()) }).toEqual({ ...fields });
      }),
    );
  });

  it('refuses a broken escape and lets no name reach a prototype', () => {
    expect(parseForm('a=%zz')).toBeNull();
    expect(parseForm('a=%ff')).toBeNull();
    const fields = parseForm('__proto__=x&a=1&a=2&b&=c');
    expect(fields?.['a']).toBe('1');
    expect(fields?.['b']).toBe('');
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });
});
