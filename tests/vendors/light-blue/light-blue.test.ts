import { describe, expect, it } from 'vitest';
import { lightBlue } from '../../../core/vendors/light-blue/index.ts';
import { stored } from '../ports.ts';
import { bodyOf, bridged, changesOf, entryWords, rowWords, SETTINGS, triggerWords } from '../recipes.ts';
import { samples } from './samples.ts';

describe('Light Blue', () => {
  it('means by each trigger', () => {
    expect(triggerWords(lightBlue)).toEqual({
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

  it('brings a file and a Zap about one job into one row', () => {
    const body = bodyOf(lightBlue, 'booking_created', { project_id: 'J-1' });
    const brought = lightBlue.file?.bring({ reference: 'J-1', name: 'Noor Haddad', event_date: '2027-06-12' }, SETTINGS);
    if (brought?.ok !== true) throw new Error(JSON.stringify(brought));
    const [zapped, filed] = [bridged(lightBlue, body), lightBlue.file!.normalise(stored(brought.value.body, { settings: SETTINGS }))].map((meant) => changesOf(meant).find((change) => change.kind === 'booking'));
    expect(filed?.remote).toMatchObject({ type: zapped?.remote.type, id: zapped?.remote.id });
  });
});
