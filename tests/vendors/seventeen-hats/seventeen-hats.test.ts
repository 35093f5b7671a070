import { describe, expect, it } from 'vitest';
import { seventeenHats } from '../../../core/vendors/seventeen-hats/index.ts';
import { bodyOf, bridged, changesOf, entryWords, rowWords, SETTINGS, triggerWords } from '../recipes.ts';
import { samples } from './samples.ts';

describe('17hats', () => {
  it('means by each trigger', () => {
    expect(triggerWords(seventeenHats)).toEqual({
      new_contact: ['contact'],
      updated_contact: ['contact'],
    });
  });

  it('reads its calendar as entries, or as bookings where the connection says so', () => {
    expect(entryWords(samples, SETTINGS)).toEqual([['calendarEvent:confirmed'], ['calendarEvent:tentative']]);
    expect(entryWords(samples, { ...SETTINGS, feedMeans: 'bookings' })).toEqual([['booking:definite'], ['booking:hold']]);
  });

  it('reads the lines of a file', () => {
    expect(rowWords(samples)).toEqual([['contact'], ['contact'], ['contact']]);
  });

  it('puts the parts of a name together, and keeps the company', () => {
    const [contact] = changesOf(bridged(seventeenHats, bodyOf(seventeenHats, 'new_contact', { client_name: '' })));
    expect(contact?.fields).toMatchObject({ name: 'Noor Haddad', company: 'Ionescu & Partner', email: 'noor@example.org' });
  });
});
