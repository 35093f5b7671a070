import { describe, expect, it } from 'vitest';
import { rowWords } from '../recipes.ts';
import { samples } from './samples.ts';

describe('Details Flowers', () => {
  it('reads the lines of a file', () => {
    expect(rowWords(samples)).toEqual([['contact', 'booking:definite'], ['contact', 'booking:hold'], ['contact', 'booking:cancelled']]);
  });
});
