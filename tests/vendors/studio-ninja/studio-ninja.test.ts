import { describe, expect, it } from 'vitest';
import { studioNinja } from '../../../core/vendors/studio-ninja/index.ts';
import { entryWords, mailChanges, rowWords, SETTINGS, triggerWords, word } from '../recipes.ts';
import { samples } from './samples.ts';

describe('Studio Ninja', () => {
  it('means by each trigger', () => {
    expect(triggerWords(studioNinja)).toEqual({
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

  it('makes of each enquiry a person, a lead and their words', () => {
    const told = mailChanges(samples);
    expect(told.map((changes) => changes.map(word))).toEqual([['contact', 'booking:lead', 'message:received'], ['contact', 'booking:lead', 'message:received']]);
    expect(told[0]?.[0]).toMatchObject({ wedding: { email: 'mirela@example.org', date: '2027-06-12' }, fields: { name: 'Mirela Ionescu', phone: '+44 7700 900456' } });
    expect(told[0]?.[2]?.fields).toMatchObject({ text: expect.stringMatching(/^Are you free in June\?\nWe would love the long barn\.[^]*Guests: 120$/) as string });
  });
});
