import { describe, expect, it } from 'vitest';
import { planningPod } from '../../../core/vendors/planning-pod/index.ts';
import { entryWords, rowWords, SETTINGS, triggerWords } from '../recipes.ts';
import { samples } from './samples.ts';

describe('Planning Pod', () => {
  it('means by each trigger', () => {
    expect(triggerWords(planningPod)).toEqual({
      lead_created: ['contact', 'booking:lead', 'message:received'],
      booking_created: ['contact', 'booking:definite'],
      booking_updated: ['contact', 'booking:definite'],
      booking_cancelled: ['contact', 'booking:cancelled'],
      payment_completed: ['payment:completed'],
    });
  });

  it('reads its calendar as entries, or as bookings where the connection says so', () => {
    expect(entryWords(samples, SETTINGS)).toEqual([['calendarEvent:confirmed'], ['calendarEvent:tentative']]);
    expect(entryWords(samples, { ...SETTINGS, feedMeans: 'bookings' })).toEqual([['booking:definite'], ['booking:hold']]);
  });

  it('reads the lines of a file', () => {
    expect(rowWords(samples)).toEqual([['contact', 'booking:definite'], ['contact', 'booking:hold'], ['contact', 'booking:cancelled']]);
  });
});
