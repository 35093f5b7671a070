import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alertsFor } from '../../../../core/domain/alerts/alerts.ts';
import type { Change } from '../../../../core/domain/record/changes.ts';
import type { DraftContext, EventDraft } from '../../../../core/domain/record/drafts.ts';
import { planChanges } from '../../../../core/domain/record/plan.ts';
import { heard, type Standing } from '../../../../core/domain/record/told.ts';
import type { Mapping } from '../../../../core/domain/record/view.ts';
import { alert, AT, contact, keyed, testId, viewOf, wedding } from '../../../support/builders.ts';

const context: DraftContext = { actor: { kind: 'vendor', id: 'bridge', name: 'Bridge' }, source: { system: 'bridge', connectionId: testId(), remoteId: null }, deliveryId: testId() };
const booking = (version: string | null, fields: Extract<Change, { kind: 'booking' }>['fields'], more: Partial<Extract<Change, { kind: 'booking' }>> = {}): Change => ({ kind: 'booking', remote: { type: 'project', id: 'p1', version }, wedding: {}, occurredAt: null, fields, ...more });
const entry = (version: string, deleted = false): Change => ({ kind: 'calendarEvent', remote: { type: 'event', id: 'e1', version }, wedding: {}, occurredAt: null, fields: deleted ? {} : { title: `as of ${version}`, startsAt: AT, endsAt: AT }, ...(deleted ? { deleted } : {}) });

type Rows = Record<string, Record<string, unknown>>;

/** Deliveries one after the other, each seeing what those before have left. */
function play(changes: readonly (Change | { readonly change: Change; readonly readAt: number })[], before: { contacts?: ReturnType<typeof contact>[]; weddings?: ReturnType<typeof wedding>[] } = {}) {
  const tables: Record<string, Rows> = { contacts: keyed(...(before.contacts ?? [])), weddings: keyed(...(before.weddings ?? [])) };
  const mappings: Record<string, Mapping> = {};
  const drafts: EventDraft[] = [];
  for (const one of changes) {
    const { change, readAt } = 'change' in one ? one : { change: one, readAt: null };
    const plan = planChanges([change], viewOf(tables, mappings, context.source?.connectionId), context, testId, { readAt, receivedAt: null });
    for (const draft of plan.drafts) {
      const table = (tables[draft.collection] ??= {});
      if (draft.type.endsWith('.deleted')) delete table[draft.row.id];
      else table[draft.row.id] = { ...draft.row, seq: 0, updatedAt: AT };
    }
    for (const { remoteType, remoteId, ...mapping } of plan.mappings) mappings[`${remoteType}:${remoteId}`] = mapping;
    drafts.push(...plan.drafts);
  }
  const only = (collection: string) => Object.values(tables[collection] ?? {});
  return { drafts, only, mappings };
}

const facts = (row: Record<string, unknown> | undefined) => row && Object.fromEntries(Object.entries(row).filter(([key]) => !['id', 'version', 'seq', 'updatedAt', 'source'].includes(key)));

describe('facts that tell a part of their object', () => {
  it('come in any order, any number of times, to the same row', () => {
    const field = fc.constantFrom('title', 'place', 'status', 'callTime');
    const told = fc.array(fc.uniqueArray(field, { minLength: 1 }), { minLength: 1, maxLength: 6 });
    const any = told.chain((parts) => fc.tuple(fc.constant(parts), fc.shuffledSubarray([...parts.keys(), ...parts.keys()], { minLength: parts.length * 2 })));
    const value = (name: string, at: number) => (name === 'status' ? (['lead', 'hold', 'definite'] as const)[at % 3] : name === 'callTime' ? new Date(Date.parse(AT) + at * 60_000).toISOString() : at % 2 === 0 && name === 'place' ? null : `${name} ${at}`);
    fc.assert(
      fc.property(any, ([parts, order]) => {
        const changes = parts.map((names, at) => booking(String(at + 1), Object.fromEntries(names.map((name) => [name, value(name, at)]))));
        expect(facts(play(order.map((at) => changes[at]!)).only('bookings')[0])).toEqual(facts(play(changes).only('bookings')[0]));
      }),
    );
  });

  it('are lost neither as the older word nor undo the newer one', () => {
    const row = play([booking('2', { status: 'definite' }), booking('1', { status: 'lead', place: 'Barn' })]).only('bookings')[0];
    expect(row).toMatchObject({ status: 'definite', place: 'Barn' });
  });

  it('leave a link to the newer word as well', () => {
    const person = (id: string): Change => ({ kind: 'contact', remote: { type: 'client', id, version: '1' }, wedding: {}, occurredAt: null, fields: { name: id } });
    const { only } = play([person('old'), person('new'), booking('2', {}, { contactRemote: { type: 'client', id: 'new' } }), booking('1', { place: 'Barn' }, { contactRemote: { type: 'client', id: 'old' } })]);
    expect(only('bookings')[0]).toMatchObject({ place: 'Barn', contactId: only('contacts').find((one) => one['name'] === 'new')?.['id'] });
  });

  it('say by an enquiry only where a booking begins, also when it comes last', () => {
    const begins = booking('3', { title: 'Enquiry', status: 'lead' }, { begins: true });
    const booked = booking('1', { status: 'definite' });
    expect(play([begins, booked]).only('bookings')[0]).toMatchObject({ status: 'definite' });
    expect(play([booked, begins]).only('bookings')[0]).toMatchObject({ status: 'definite' });
  });

  it('keep to what was heard whole before fields were followed', () => {
    const before: Standing = { remoteVersion: '5', told: null };
    expect(heard(booking('4', { place: 'Barn' }), before, null).change).toBeNull();
    const after = heard(booking('6', { status: 'hold' }), before, null);
    expect(after.change).not.toBeNull();
    expect(heard(booking('4', { place: 'Barn' }), after.standing, null).change).toBeNull();
  });

  it('keep the version of the object while a word without one goes by', () => {
    const { mappings, only } = play([booking('5', { status: 'definite' }), booking(null, { status: 'cancelled' }), booking('4', { status: 'lead' })]);
    expect(mappings['project:p1']?.remoteVersion).toBe('5');
    expect(only('bookings')[0]).toMatchObject({ status: 'cancelled' });
  });
});

describe('what was taken away', () => {
  it.each([
    ['before it was ever told', [entry('3', true), entry('2')], []],
    ['twice, before it was ever told', [entry('1', true), entry('3', true), entry('2')], []],
    ['and is told late', [entry('4'), entry('3', true), entry('2')], ['as of 4']],
    ['and comes again', [entry('1'), entry('2', true), entry('3')], ['as of 3']],
    ['and comes again, told backwards', [entry('3'), entry('2', true), entry('1')], ['as of 3']],
    ['by a word of the same time', [entry('2', true), entry('2')], []],
  ])('%s', (_name, changes, left) => {
    expect(play(changes).only('calendarEvents').map((row) => row['title'])).toEqual(left);
  });
});

describe('what was read at its source', () => {
  it('gives way to what was read later, whichever comes back first', () => {
    const early = { change: booking(null, { place: 'Old' }), readAt: 100 };
    const late = { change: booking(null, { place: 'New' }), readAt: 200 };
    expect(play([late, early]).only('bookings')[0]).toMatchObject({ place: 'New' });
    expect(play([early, late]).only('bookings')[0]).toMatchObject({ place: 'New' });
    expect(play([late, booking(null, { place: 'By itself' })]).only('bookings')[0]).toMatchObject({ place: 'By itself' });
  });
});

describe('a person whom the house has entered, told by a system', () => {
  const couple = wedding();
  const known = contact({ weddingId: couple.id, email: 'amara@example.org', phone: null });
  const told = (version: string | null, name: string, more: object = {}): Change => ({ kind: 'contact', remote: { type: 'client', id: 'c1', version }, wedding: {}, occurredAt: null, fields: { name, email: 'amara@example.org', phone: `+44 20 7946 000${version ?? 0}` }, ...more });
  const seen = (...changes: Change[]) => play(changes, { contacts: [known], weddings: [couple] }).only('contacts').map(({ name, phone }) => [name, phone]);

  it('is overwritten by no repeat of it', () => {
    expect(seen(told(null, 'A.'), told(null, 'A.'))).toEqual([[known.name, '+44 20 7946 0000']]);
  });

  it('takes its newest word on what only the system knows, in any order', () => {
    expect(seen(told('1', 'A.'), told('2', 'B.'))).toEqual([[known.name, '+44 20 7946 0002']]);
    expect(seen(told('2', 'B.'), told('1', 'A.'))).toEqual([[known.name, '+44 20 7946 0002']]);
  });

  it('is not taken away by it', () => {
    expect(seen(told('1', 'A.'), told('2', 'A.', { deleted: true }))).toHaveLength(1);
  });
});

describe('alerts about money', () => {
  const paymentId = testId();
  const paid = (type: 'payment.failed' | 'payment.refunded', before: object | null): EventDraft => ({ type, collection: 'payments', row: { id: paymentId, version: 2, source: null, weddingId: null, bookingId: null, description: 'Deposit', payerName: null, status: type === 'payment.failed' ? 'failed' : 'refunded', amountMinor: 100, refundedMinor: 100, currency: 'GBP', paidAt: null, failureReason: null }, before, weddingId: null, occurredAt: null, ...context }) as EventDraft;

  it('are settled by a refund too: what went back had come', () => {
    const failed = alert({ rule: 'payment_failed', subject: { collection: 'payments', id: paymentId }, state: 'open' });
    expect(alertsFor([paid('payment.refunded', { status: 'failed' })], viewOf({ alerts: keyed(failed) }), Date.parse(AT), context, testId).map((one) => one.type)).toEqual(['alert.resolved', 'alert.raised']);
  });

  it('are raised by news, not by an older word that fills in a name', () => {
    expect(alertsFor([paid('payment.refunded', { payerName: null })], viewOf({}), Date.parse(AT), context, testId)).toEqual([]);
    expect(alertsFor([paid('payment.failed', { payerName: null })], viewOf({}), Date.parse(AT), context, testId)).toEqual([]);
    expect(alertsFor([paid('payment.failed', { status: 'pending' })], viewOf({}), Date.parse(AT), context, testId)).toHaveLength(1);
  });
});
