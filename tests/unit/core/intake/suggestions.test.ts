import { describe, expect, it } from 'vitest';
import { parkedRow, type Loose } from '../../../../core/domain/intake/parked.ts';
import { MOST_SUGGESTIONS, suggestWeddings } from '../../../../core/domain/intake/suggestions.ts';
import type { ReviewItem } from '../../../../core/contract/record/attention.ts';
import type { Message } from '../../../../core/contract/record/people.ts';
import type { Document } from '../../../../core/contract/record/trade.ts';
import { emptyTables, type Tables } from '../../../../core/domain/record/state.ts';
import { AT, booking, contact, keyed, payment, testId, wedding } from '../../../support/builders.ts';

const base = { version: 1, seq: 1, updatedAt: AT, source: null };
const message = (fields: Partial<Message>): Message => ({ ...base, id: testId(), weddingId: null, contactId: null, channel: 'sms', direction: 'in', fromName: null, fromAddress: null, toAddress: null, subject: null, text: null, status: 'received', failureReason: null, sentAt: null, ...fields });
const paper = (fields: Partial<Document>): Document => ({ ...base, id: testId(), weddingId: null, bookingId: null, title: 'Contract', kind: 'contract', status: 'shared', url: null, sharedAt: null, ...fields });

const june = wedding({ title: 'Amara & Tom', date: '2027-06-12', startsAt: '2027-06-12T11:00:00.000Z', endsAt: '2027-06-12T22:00:00.000Z' });
const july = wedding({ title: 'Ní Dhomhnaill & Papadopoulos', date: '2027-07-03', startsAt: '2027-07-03T11:00:00.000Z', endsAt: '2027-07-03T22:00:00.000Z' });
const amara = contact({ weddingId: june.id, name: 'Amara Okafor', email: 'Amara@Example.org', phone: '+44 20 7946 0101' });
const siobhan = contact({ weddingId: july.id, name: 'Siobhán Ní Dhomhnaill', email: 'siobhan@example.org', phone: '020 7946 0202' });
const flowers = booking({ weddingId: july.id, vendorName: 'Fern & Field', amountMinor: 90_000, currency: 'GBP' });
const deposit = payment({ weddingId: july.id, bookingId: flowers.id, amountMinor: 30_000, payerName: null });
const tables: Tables = { ...emptyTables(), weddings: keyed(june, july), contacts: keyed(amara, siobhan), bookings: keyed(flowers), payments: keyed(deposit) };
const suggested = (loose: Loose, held: Tables = tables) => suggestWeddings(loose, held).map(({ weddingId, reasons }) => [weddingId === june.id ? 'june' : weddingId === july.id ? 'july' : weddingId, ...reasons]);
const nameless = { payerName: null, description: 'Deposit' };

describe('the weddings that a fact may belong to', () => {
  it.each<[string, Loose, string[][]]>([
    ['a booking of theirs', { collection: 'payments', row: payment({ ...nameless, bookingId: flowers.id, amountMinor: 1 }) }, [['july', 'sameBooking']]],
    ['what is left of a booking', { collection: 'payments', row: payment({ ...nameless, amountMinor: 60_000 }) }, [['july', 'sameAmount']]],
    ['a name in another order and spelling', { collection: 'payments', row: payment({ payerName: 'NI DHOMHNAILL, Siobhan', description: null, amountMinor: 1 }) }, [['july', 'sameName']]],
    ['a part of a name', { collection: 'payments', row: payment({ payerName: 'K. Okafor', description: null, amountMinor: 1 }) }, [['june', 'similarName']]],
    ['an address in place of a name', { collection: 'payments', row: payment({ payerName: 'amara@example.org', description: null, amountMinor: 1 }) }, [['june', 'sameEmail', 'similarName']]],
    ['the day of a booking', { collection: 'bookings', row: booking({ title: 'Evening', vendorName: null, startsAt: '2027-07-03T22:30:00.000Z' }) }, [['july', 'sameDay']]],
    ['a vendor who is booked there', { collection: 'bookings', row: booking({ title: 'Order', vendorName: 'FERN & FIELD' }) }, [['july', 'sameVendor']]],
    ['a number written in another way', { collection: 'messages', row: message({ fromAddress: '+442079460202' }) }, [['july', 'samePhone']]],
    ['to whom a message went', { collection: 'messages', row: message({ direction: 'out', channel: 'email', fromAddress: 'venue@example.org', toAddress: 'AMARA@example.org' }) }, [['june', 'sameEmail']]],
    ['whose contact sent it', { collection: 'messages', row: message({ contactId: amara.id }) }, [['june', 'samePerson']]],
    ['a paper that names the couple', { collection: 'documents', row: paper({ title: 'Contract for Tom & Amara' }) }, [['june', 'sameName']]],
    ['a person known by number', { collection: 'contacts', row: contact({ name: 'Unnamed contact', email: null, phone: '(020) 79460101' }) }, [['june', 'samePhone']]],
    ['nothing', { collection: 'payments', row: payment({ ...nameless, amountMinor: 1 }) }, []],
  ])('%s', (_, loose, expected) => expect(suggested(loose)).toEqual(expected));

  it('has the stronger reasons first, and of equals the nearer wedding', () => {
    const row = booking({ title: 'Amara Okafor', vendorName: 'Fern & Field', startsAt: '2027-07-03T12:00:00.000Z' });
    expect(suggested({ collection: 'bookings', row })).toEqual([['june', 'sameName'], ['july', 'sameDay', 'sameVendor']]);
    const both = { ...tables, bookings: keyed(flowers, booking({ weddingId: june.id, vendorName: 'Fern & Field' })) };
    expect(suggested({ collection: 'bookings', row: booking({ title: 'Order', vendorName: 'Fern & Field' }) }, both)).toEqual([['june', 'sameVendor'], ['july', 'sameVendor']]);
  });

  it('names five at most, and a name that half of them have is no clue', () => {
    const smiths = Array.from({ length: 8 }, (_, n) => wedding({ title: `Smith & Guest${n}` }));
    expect(suggested({ collection: 'payments', row: payment({ payerName: 'J. Smith', description: null }) }, { ...emptyTables(), weddings: keyed(...smiths) })).toEqual([]);
    const owing = smiths.map(({ id }) => booking({ weddingId: id, amountMinor: 250_000, currency: 'GBP' }));
    expect(suggested({ collection: 'payments', row: payment(nameless) }, { ...emptyTables(), weddings: keyed(...smiths), bookings: keyed(...owing) })).toHaveLength(MOST_SUGGESTIONS);
  });
});

describe('the row behind a card', () => {
  const connectionId = testId();
  const source = { system: 'stripe', connectionId, remoteId: null };
  const item: ReviewItem = { ...base, seq: 12, id: testId(), deliveryId: testId(), connectionId, kind: 'parked', reason: 'normalise.no_wedding_matched', title: 'Deposit', receivedAt: AT, state: 'open' };
  const stray = (fields: Parameters<typeof payment>[0] = {}) => payment({ description: 'Deposit', source, seq: 11, ...fields });

  it('is the last one of that name before it that is of no wedding', () => {
    const [older, own, later] = [stray({ seq: 5 }), stray(), stray({ seq: 20 })];
    const held = { ...emptyTables(), payments: keyed(older, own, later, stray({ weddingId: june.id }), stray({ source: null }), stray({ description: 'Balance' })) };
    expect(parkedRow(item, held)).toEqual({ collection: 'payments', row: own });
  });

  it('is found after it was told of again, unless two could be meant', () => {
    const again = stray({ seq: 30 });
    expect(parkedRow(item, { ...emptyTables(), payments: keyed(again) })?.row).toBe(again);
    expect(parkedRow(item, { ...emptyTables(), payments: keyed(again, stray({ seq: 31 })) })).toBeNull();
    expect(parkedRow(item, emptyTables())).toBeNull();
  });
});
