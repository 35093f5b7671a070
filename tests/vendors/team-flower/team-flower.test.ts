import { describe, expect, it } from 'vitest';
import { teamFlower } from '../../../core/vendors/team-flower/index.ts';
import { rowWords, triggerWords } from '../recipes.ts';
import { samples } from './samples.ts';

describe('Team Flower', () => {
  it('means by each trigger', () => {
    expect(triggerWords(teamFlower)).toEqual({
      lead_created: ['contact', 'booking:lead', 'message:received'],
      booking_created: ['contact', 'booking:definite'],
      booking_updated: ['contact', 'booking:definite'],
      booking_cancelled: ['contact', 'booking:cancelled'],
      payment_completed: ['payment:completed'],
    });
  });

  it('reads the lines of a file', () => {
    expect(rowWords(samples)).toEqual([['contact', 'booking:definite'], ['contact', 'booking:hold'], ['contact', 'booking:cancelled']]);
  });
});
