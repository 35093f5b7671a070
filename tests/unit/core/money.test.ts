import fc from 'fast-check';
import { expect, it } from 'vitest';
import { minorOf, plainText } from '../../../core/domain/money/money.ts';

it('reads an amount digit by digit, as people write one', () => {
  const gbp = { '150': 15_000, '80.5': 8_050, '80,50': 8_050, '1,250': 125_000, '1,250.50': 125_050, '1 250.00': 125_000, ' 0 ': 0, '0.07': 7, '1.1': 110 };
  for (const [text, minor] of Object.entries(gbp)) expect(minorOf(text, 'GBP'), text).toBe(minor);
  for (const text of ['', 'x', '-5', '1.234.5678', '80.505', '1.250', '1e3', '12,34,56', '99999999999999999']) expect(minorOf(text, 'GBP'), text).toBe(null);
  expect([minorOf('1500', 'JPY'), minorOf('15.5', 'JPY')]).toEqual([1_500, null]);
  expect([minorOf('1.250', 'KWD'), minorOf('1 250.5', 'KWD')]).toEqual([1_250, 1_250_500]);
});

it('writes what it reads again', () => {
  fc.assert(fc.property(fc.nat(1_000_000_000), fc.constantFrom('GBP', 'JPY', 'KWD'), (minor, currency) => {
    expect(minorOf(plainText(minor, currency), currency)).toBe(minor);
  }));
});
