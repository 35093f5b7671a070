import { describe, expect, it } from 'vitest';
import { weddingwire } from '../../../core/vendors/weddingwire/index.ts';
import { bodyOf, bridged, changesOf, mailChanges, triggerWords, word } from '../recipes.ts';
import { samples } from './samples.ts';

describe('WeddingWire and The Knot', () => {
  it('means by each trigger', () => {
    expect(triggerWords(weddingwire)).toEqual({
      lead_mail: ['contact', 'booking:lead', 'message:received'],
    });
  });

  it('makes of each enquiry a person, a lead and their words', () => {
    const told = mailChanges(samples);
    expect(told.map((changes) => changes.map(word))).toEqual([['contact', 'booking:lead', 'message:received'], ['contact', 'booking:lead', 'message:received'], ['contact', 'booking:lead', 'message:received']]);
    expect(told[0]?.[0]).toMatchObject({ wedding: { email: 'mirela@example.org', date: '2027-06-12' }, fields: { name: 'Mirela Ionescu', phone: '+44 7700 900456' } });
    expect(told[0]?.[2]?.fields).toMatchObject({ text: expect.stringMatching(/^Are you free in June\?\nWe would love the long barn\.[^]*Guests: 120$/) as string });
  });

  it('leaves a date that may be two days to be read, and takes one that the connection explains', () => {
    const [, , open] = mailChanges(samples, {})[1] ?? [];
    expect(open).toMatchObject({ wedding: { date: null }, fields: { text: expect.stringContaining('03/04/2027') as string } });
    expect(mailChanges(samples, { dateOrder: 'day_first' })[1]?.[0]?.wedding.date).toBe('2027-04-03');
    expect(mailChanges(samples, { dateOrder: 'month_first' })[1]?.[0]?.wedding.date).toBe('2027-03-04');
  });

  it('knows the mail by its id where the mailbox tells of it', () => {
    const [, booking] = changesOf(bridged(weddingwire, bodyOf(weddingwire, 'lead_mail', { project_id: undefined })));
    expect(booking).toMatchObject({ kind: 'booking', remote: { id: bodyOf(weddingwire, 'lead_mail')['source_id'] }, fields: { status: 'lead' } });
  });
});
