import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileColumns, COLUMN_KEYS, type FileMeans } from '../../core/vendors/fileColumns.ts';
import { filePart } from '../../core/vendors/files.ts';
import { fingerprint } from '../../core/vendors/fingerprint.ts';
import { expectFits } from '../conformance/fits.ts';
import { stored } from './ports.ts';
import { changesOf } from './recipes.ts';

const settings = { zone: 'Europe/London', currency: 'GBP', dateOrder: 'day_first', trade: 'florist', vendorName: 'Stem & Vine' };
const read = (means: FileMeans, row: Record<string, string>, as: Record<string, string> = settings) => {
  const part = filePart({ means });
  const brought = part.bring(row, as);
  if (!brought.ok) throw new Error(brought.error.message);
  return changesOf(part.normalise(stored(brought.value.body, { settings: as })));
};
const why = (means: FileMeans, row: Record<string, string>, as: Record<string, string> = settings): string => {
  const brought = filePart({ means }).bring(row, as);
  return brought.ok ? 'brought' : brought.error.message;
};
const keyOf = (row: Record<string, string>): string => {
  const brought = filePart({ means: 'bookings' }).bring(row, settings);
  if (!brought.ok) throw new Error(brought.error.message);
  return brought.value.key;
};

describe('bookings', () => {
  const row = { reference: 'J-1', name: 'Ada Example', email: 'Ada@Example.org', event_date: '12/06/2027', start_time: '2pm', end_time: '23:00', status: 'Provisional', amount: '£1,850', place: 'Long barn' };

  it('are a person and their booking', () => {
    expect(read('bookings', row)).toEqual([
      {
        kind: 'contact', remote: { type: 'client', id: 'email:ada@example.org', version: null }, wedding: { email: 'ada@example.org', date: '2027-06-12', remote: { type: 'project', id: 'J-1' } }, occurredAt: null,
        fields: { role: 'couple', name: 'Ada Example', email: 'ada@example.org' },
      },
      {
        kind: 'booking', remote: { type: 'project', id: 'J-1', version: null }, wedding: { email: 'ada@example.org', date: '2027-06-12', remote: { type: 'client', id: 'email:ada@example.org' } }, occurredAt: null,
        fields: {
          title: 'Ada Example', trade: 'florist', vendorName: 'Stem & Vine', place: 'Long barn', status: 'hold', startsAt: '2027-06-12T13:00:00.000Z', endsAt: '2027-06-12T22:00:00.000Z', amountMinor: 185_000, currency: 'GBP',
        },
        contactRemote: { type: 'client', id: 'email:ada@example.org' },
      },
    ]);
  });

  it('are known again by the same line, and not by another', () => {
    expect(keyOf({ ...row, unknown: 'x' })).toBe(keyOf(row));
    expect(keyOf({ ...row, name: ' Ada  Example ' })).toBe(keyOf(row));
    expect(keyOf({ ...row, status: 'Booked' })).not.toBe(keyOf(row));
  });

  it.each([
    ['a day that may be two', { event_date: '03/04/2027' }, { dateOrder: '' }, 'Event date may be two days: choose in the connection how dates are written.'],
    ['no day', { event_date: 'next June' }, {}, 'Event date is no date that exists.'],
    ['a time without a zone', {}, { zone: undefined }, 'Start time needs the time zone of the connection.'],
    ['a time that is none', { start_time: 'late' }, {}, 'Start time is no time of day such as 15:30.'],
    ['an end before the start', { end_time: '9:00' }, {}, 'End time is before Start time.'],
    ['an amount that may be two', { amount: '1.850,00' }, {}, 'Amount is no amount such as 1250.00.'],
    ['an amount below nothing', { amount: '-5' }, {}, 'Amount is no amount such as 1250.00.'],
    ['an amount of no currency', { amount: '5' }, { currency: '' }, 'Currency is missing: add the column, or set the currency of the connection.'],
    ['nobody', { reference: '', name: '', email: '' }, {}, 'Name is missing, and there is no Reference and no E-mail.'],
  ])('say what is wrong with %s', (_name, change, set, message) => {
    const as = Object.fromEntries(Object.entries({ ...settings, ...set }).filter((entry): entry is [string, string] => entry[1] !== undefined));
    expect(why('bookings', { ...row, ...change }, as)).toBe(message);
  });

  it('keep a time over the change of the clocks', () => {
    const [, booking] = read('bookings', { reference: 'J-2', event_date: '2027-03-27', start_time: '18:00', end_time: '2027-03-28T02:30' });
    expect(booking ?? read('bookings', { reference: 'J-2', event_date: '2027-03-27', start_time: '18:00', end_time: '2027-03-28T02:30' })[0]).toMatchObject({ fields: { startsAt: '2027-03-27T18:00:00.000Z', endsAt: '2027-03-28T01:30:00.000Z' } });
  });

  it('leave the status alone where its word is not known', () => {
    expect(read('bookings', { ...row, status: 'Mood board' })[1]?.fields).not.toHaveProperty('status');
  });
});

describe('orders', () => {
  const order = { reference: 'O-1', event_date: '2027-06-12', delivery_time: '09:30', title: 'Centrepieces' };
  it('say when they have to be there', () => {
    expect(read('orders', order).at(-1)).toMatchObject({ fields: { callTime: '2027-06-12T08:30:00.000Z' } });
    expect(why('orders', { ...order, delivery_time: 'in the morning' })).toBe('Delivery time is no time of day such as 15:30.');
    expect(fileColumns('orders').find(({ headings }) => headings.includes('delivery'))?.key).toBe('delivery_time');
    expect(fileColumns('bookings').some(({ key }) => key === 'delivery_time')).toBe(false);
  });
});

describe('payments', () => {
  const row = { amount: '450', paid_on: '18/11/2026', email: 'ada@example.org', job_reference: 'J-1' };
  it('belong to their job', () => {
    expect(read('payments', row)).toEqual([
      {
        kind: 'payment', remote: { type: 'payment', id: 'J-1:45000:2026-11-18', version: null }, wedding: { email: 'ada@example.org', date: null, remote: { type: 'project', id: 'J-1' } }, occurredAt: '2026-11-18T12:00:00.000Z',
        fields: { status: 'completed', amountMinor: 45_000, currency: 'GBP', refundedMinor: 0, paidAt: '2026-11-18T12:00:00.000Z' }, bookingRemote: { type: 'project', id: 'J-1' },
      },
    ]);
    expect(read('payments', { ...row, status: 'Refunded' })[0]?.fields).toMatchObject({ status: 'refunded', refundedMinor: 45_000 });
    expect(read('payments', { ...row, amount: '45000', currency: 'JPY' })[0]?.fields).toMatchObject({ amountMinor: 45_000, currency: 'JPY' });
  });

  it('say what is wrong', () => {
    expect(why('payments', { ...row, status: 'Hm' })).toContain('Status is none of');
    expect(why('payments', { ...row, status: 'Partially refunded' })).toContain('does not say how much');
    expect(why('payments', { amount: '450', paid_on: '18/11/2026' })).toContain('Reference is missing');
    expect(why('payments', { ...row, paid_on: '' })).toBe('Paid on is missing.');
  });
});

describe('any row', () => {
  it('is read or refused in words, and what it says fits', () => {
    const telling = fc.constantFrom('2027-06-12', '12/06/2027', '3pm', '1,200.00', 'a@b.example', 'Booked', 'x'.repeat(999), '\u{1F600}'.repeat(300), 'GBP');
    const rows = fc.dictionary(fc.constantFrom(...COLUMN_KEYS, 'other'), fc.oneof(fc.string({ unit: 'binary' }), telling));
    fc.assert(fc.property(fc.constantFrom<FileMeans>('bookings', 'contacts', 'payments', 'orders'), rows, (means, row) => {
      const part = filePart({ means });
      const brought = part.bring(row, settings);
      if (!brought.ok) return void expect(brought.error.message).toMatch(/\.$/);
      expect(brought.value.key.length).toBeLessThanOrEqual(700);
      changesOf(part.normalise(stored(brought.value.body, { settings }))).forEach(expectFits);
    }), { numRuns: 500 });
  });

  it('has columns of which no two share a heading, whatever a system adds', () => {
    for (const means of ['bookings', 'contacts', 'payments', 'orders'] as const) {
      const columns = fileColumns(means, { title: ['client'], phone: ['mobile', 'date'] });
      const headings = columns.flatMap((column) => column.headings);
      expect(new Set(headings).size).toBe(headings.length);
      expect(columns.find((column) => column.headings.includes('client'))?.key ?? 'title').toBe('title');
    }
  });
});

it('fingerprints tell texts apart', () => {
  expect(fingerprint('a')).toMatch(/^[0-9a-f]{32}$/);
  expect(fingerprint('a')).toBe(fingerprint('a'));
  const seen = new Set<string>();
  for (let n = 0; n < 20_000; n += 1) seen.add(fingerprint(`{"reference":"J-${n}","status":"Booked"}`));
  expect(seen.size).toBe(20_000);
});
