import { describe, expect, test } from 'vitest';
import { verdictOf, withFigures, type Figure } from '../../bench/recorded.ts';

/** What a bench says of a new figure beside the one that was recorded. */

const figure = (value: number, fields: Partial<Figure> = {}): Figure =>
  ({ name: 'acknowledged p50 to the floor', value, better: 'less', within: 0.25, ...fields });

describe('a new figure beside the recorded one', () => {
  test('within what comes and goes by itself it is the same, on either side', () => {
    expect([75, 100, 125].map((value) => verdictOf(figure(value), 100))).toEqual(['same', 'same', 'same']);
    expect([74, 126].map((value) => verdictOf(figure(value), 100))).toEqual(['better', 'worse']);
    expect([74, 126].map((value) => verdictOf(figure(value, { better: 'more' }), 100))).toEqual(['worse', 'better']);
  });

  test('a count that is always the same has no tolerance', () => {
    expect([1, 2, 3].map((value) => verdictOf(figure(value, { within: 0 }), 2))).toEqual(['better', 'same', 'worse']);
  });

  test('what was never recorded is new, and nothing is worse than it', () => {
    expect(verdictOf(figure(1_000_000), undefined)).toBe('new');
  });
});

describe('recording', () => {
  test('its own figures are put in the place of the old ones; others of the bench and other benches stay, in a fixed order', () => {
    const before = { search: { 'more: ratio': 3 }, intake: { 'postgresql: p50': 4, 'embedded: p50': 2 } };
    const after = withFigures(before, 'intake', [figure(2.34567, { name: 'embedded: p50' }), figure(7, { name: 'embedded: p99' })]);
    expect(JSON.stringify(after)).toBe('{"intake":{"embedded: p50":2.346,"embedded: p99":7,"postgresql: p50":4},"search":{"more: ratio":3}}');
    expect(JSON.stringify(before)).toContain('"embedded: p50":2}');
  });
});
