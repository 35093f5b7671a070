import { describe, expect, it } from 'vitest';
import { alertsFor, nearness } from '../../../../core/domain/alerts/alerts.ts';
import type { Change } from '../../../../core/domain/record/changes.ts';
import type { DraftContext } from '../../../../core/domain/record/drafts.ts';
import { needsOf } from '../../../../core/domain/record/needs.ts';
import { planChanges } from '../../../../core/domain/record/plan.ts';
import { isStale } from '../../../../core/domain/record/versions.ts';
import { alert, AT, booking, contact, keyed, payment, testId, viewOf, wedding } from '../../../support/builders.ts';

const context: DraftContext = { actor: { kind: 'vendor', id: 'stripe', name: 'Stripe' }, source: { system: 'stripe', connectionId: testId(), remoteId: null }, deliveryId: testId() };
const paid = (fields: Partial<Extract<Change, { kind: 'payment' }>> = {}): Change => ({ kind: 'payment', remote: { type: 'payment_intent', id: 'pi_1', version: '100' }, wedding: { email: 'Amara@Example.org' }, occurredAt: AT, fields: { status: 'completed', amountMinor: 250_000, currency: 'GBP', description: 'Balance' }, ...fields });

describe('bringing a fact to its wedding', () => {
  const today = wedding();
  const couple = contact({ weddingId: today.id });

  it('finds it by the contact’s e-mail, whatever its case', () => {
    const plan = planChanges([paid()], viewOf({ weddings: keyed(today), contacts: keyed(couple) }), context, testId);
    expect(plan.drafts).toMatchObject([{ type: 'payment.completed', weddingId: today.id, row: { amountMinor: 250_000, version: 1, source: { remoteId: 'pi_1' } } }]);
    expect(plan.mappings).toMatchObject([{ remoteId: 'pi_1', collection: 'payments', remoteVersion: '100' }]);
    expect(plan.parked).toEqual([]);
  });

  it('lets the day decide between two weddings of one address, and never guesses', () => {
    const other = wedding({ date: '2027-05-01' });
    const view = viewOf({ weddings: keyed(today, other), contacts: keyed(couple, contact({ weddingId: other.id })) });
    expect(planChanges([paid()], view, context, testId).parked).toHaveLength(1);
    expect(planChanges([paid({ wedding: { email: 'amara@example.org', date: '2027-05-01' } })], view, context, testId).drafts[0]?.weddingId).toBe(other.id);
  });

  it('keeps a payment that matches nothing, and asks a person', () => {
    const plan = planChanges([paid({ wedding: {} })], viewOf({}), context, testId);
    expect(plan.drafts).toHaveLength(1);
    expect(plan.parked).toEqual([{ reason: 'normalise.no_wedding_matched', title: 'Balance', about: { collection: 'payments', id: plan.drafts[0]?.row.id } }]);
  });

  it('follows objects planned earlier in the same delivery', () => {
    const plan = planChanges(
      [
        { kind: 'wedding', remote: { type: 'project', id: 'p1', version: null }, wedding: {}, occurredAt: null, fields: { title: 'Noor & Eli', date: '2026-12-05', zone: 'Europe/London', startsAt: AT, endsAt: '2026-11-20T22:00:00.000Z' } },
        { kind: 'booking', remote: { type: 'booking', id: 'b1', version: null }, wedding: { remote: { type: 'project', id: 'p1' } }, occurredAt: null, fields: { title: 'Band', trade: 'music' } },
      ],
      viewOf({}),
      context,
      testId,
    );
    const [first, second] = plan.drafts;
    expect(first?.type).toBe('wedding.created');
    expect(second).toMatchObject({ type: 'booking.created', weddingId: first?.row.id });
  });
});

describe('a fact told twice or late', () => {
  const held = payment({ status: 'completed' });
  const view = viewOf({ payments: keyed(held) }, { 'payment_intent:pi_1': { collection: 'payments', id: held.id, remoteVersion: '100' } });

  it('gives no event when nothing differs', () => {
    expect(planChanges([paid()], view, context, testId).drafts).toEqual([]);
  });

  it('is dropped when it is older than what is held', () => {
    expect(planChanges([paid({ remote: { type: 'payment_intent', id: 'pi_1', version: '99' }, fields: { status: 'failed' } })], view, context, testId).drafts).toEqual([]);
  });

  it('updates when newer, and remembers what was there before', () => {
    const plan = planChanges([paid({ remote: { type: 'payment_intent', id: 'pi_1', version: '101' }, fields: { status: 'refunded', refundedMinor: 250_000 } })], view, context, testId);
    expect(plan.drafts).toMatchObject([{ type: 'payment.refunded', before: { status: 'completed', refundedMinor: 0 }, row: { version: 2, status: 'refunded' } }]);
  });

  it('compares versions as numbers or as instants', () => {
    expect(isStale('9', '10')).toBe(true);
    expect(isStale('2026-11-20T12:00:00.000Z', '2026-11-20T12:00:01.000Z')).toBe(true);
    expect(isStale('10', '10')).toBe(false);
    expect(isStale(null, '10')).toBe(false);
  });
});

describe('a person whom the house has entered, told by a system', () => {
  const today = wedding();
  const held = contact({ weddingId: today.id, phone: null });
  const told = (fields: Partial<Extract<Change, { kind: 'contact' }>> = {}): Change => ({ kind: 'contact', remote: { type: 'client', id: 'c1', version: null }, wedding: { email: 'amara@example.org' }, occurredAt: null, fields: { name: 'A. Okafor', email: 'AMARA@example.org', phone: '+44 20 7946 0000' }, ...fields });

  it('stays one contact; the system only fills what was open', () => {
    const plan = planChanges([told()], viewOf({ weddings: keyed(today), contacts: keyed(held) }), context, testId);
    expect(plan.drafts).toMatchObject([{ type: 'client.updated', row: { id: held.id, name: 'Amara Okafor', phone: '+44 20 7946 0000' }, before: { phone: null } }]);
    expect(plan.mappings).toMatchObject([{ remoteId: 'c1', id: held.id }]);
  });

  it('is another contact for another wedding', () => {
    const other = wedding({ date: '2027-05-01' });
    const plan = planChanges([told({ wedding: { weddingId: other.id } })], viewOf({ weddings: keyed(today, other), contacts: keyed(held) }), context, testId);
    expect(plan.drafts).toMatchObject([{ type: 'client.created', weddingId: other.id }]);
  });
});

describe('what must be loaded first', () => {
  it('names every object, address and day that the plan may ask for', () => {
    expect(needsOf([paid({ wedding: { email: 'A@b.c', date: '2026-11-20', remote: { type: 'order', id: 'o1' } }, bookingRemote: { type: 'job', id: 'j1' } })])).toEqual({
      remotes: [
        { type: 'payment_intent', id: 'pi_1' },
        { type: 'order', id: 'o1' },
        { type: 'job', id: 'j1' },
      ],
      weddingIds: [],
      emails: ['a@b.c'],
      phones: [],
      dates: ['2026-11-20'],
      ourIds: [],
      people: false,
    });
  });
});

describe('alerts', () => {
  const now = Date.parse(AT);
  const system: DraftContext = { actor: { kind: 'system', id: null, name: 'WedSync' }, source: null, deliveryId: null };

  it.each([
    ['2026-11-20T10:00:00.000Z', '2026-11-20T23:00:00.000Z', 'today', 'critical'],
    ['2026-11-22T10:00:00.000Z', '2026-11-22T23:00:00.000Z', 'soon', 'critical'],
    ['2027-03-01T10:00:00.000Z', '2027-03-01T23:00:00.000Z', 'later', 'warning'],
    ['2026-11-10T10:00:00.000Z', '2026-11-10T23:00:00.000Z', 'past', 'warning'],
  ] as const)('a failed payment weighs by nearness (%s: %s)', (startsAt, endsAt, near, severity) => {
    const row = wedding({ startsAt, endsAt });
    expect(nearness(row, now)).toBe(near);
    const view = viewOf({ weddings: keyed(row), contacts: keyed(contact({ weddingId: row.id })) });
    const plan = planChanges([paid({ fields: { status: 'failed', amountMinor: 250_000, currency: 'GBP', payerName: 'Amara Okafor', failureReason: 'Card declined.' } })], view, context, testId);
    expect(alertsFor(plan.drafts, view, now, system, testId)).toMatchObject([{ type: 'alert.raised', weddingId: row.id, row: { severity, title: 'Payment failed: £2,500.00', detail: 'Amara Okafor for Amara & Tom: Card declined.' } }]);
  });

  it('a vendor who cancels today is an emergency', () => {
    const row = wedding();
    const held = booking({ weddingId: row.id });
    const view = viewOf({ weddings: keyed(row), bookings: keyed(held) }, { 'job:j1': { collection: 'bookings', id: held.id, remoteVersion: null } });
    const plan = planChanges([{ kind: 'booking', remote: { type: 'job', id: 'j1', version: null }, wedding: {}, occurredAt: null, fields: { status: 'cancelled' } }], view, context, testId);
    expect(plan.drafts[0]?.type).toBe('booking.cancelled');
    expect(alertsFor(plan.drafts, view, now, system, testId)).toMatchObject([{ row: { severity: 'emergency', title: 'Fern & Field has cancelled' } }]);
  });

  it('a payment that comes after all settles its alert, and no other', () => {
    const row = wedding();
    const held = payment({ weddingId: row.id, status: 'failed' });
    const about = alert({ weddingId: row.id, subject: { collection: 'payments', id: held.id } });
    const other = alert({ rule: 'payment_refunded', subject: { collection: 'payments', id: held.id } });
    const view = viewOf({ weddings: keyed(row), payments: keyed(held), alerts: keyed(about, other) }, { 'payment_intent:pi_1': { collection: 'payments', id: held.id, remoteVersion: '1' } });
    const plan = planChanges([paid()], view, context, testId);
    expect(alertsFor(plan.drafts, view, now, system, testId)).toMatchObject([{ type: 'alert.resolved', row: { id: about.id, state: 'resolved' } }]);
  });

  it('says by how much a call time moved', () => {
    const row = wedding();
    const held = booking({ weddingId: row.id, callTime: '2026-11-20T13:00:00.000Z' });
    const view = viewOf({ weddings: keyed(row), bookings: keyed(held) }, { 'job:j1': { collection: 'bookings', id: held.id, remoteVersion: null } });
    const plan = planChanges([{ kind: 'booking', remote: { type: 'job', id: 'j1', version: null }, wedding: {}, occurredAt: null, fields: { callTime: '2026-11-20T13:25:00.000Z' } }], view, context, testId);
    expect(alertsFor(plan.drafts, view, now, system, testId)).toMatchObject([{ row: { rule: 'call_time_moved', title: 'Fern & Field is 25 min later' } }]);
  });
});

describe('an enquiry', () => {
  it('begins a booking, and takes nothing back from one that has gone on since', () => {
    const row = wedding();
    const held = booking({ weddingId: row.id, status: 'definite' });
    const view = viewOf({ weddings: keyed(row), bookings: keyed(held) }, { 'project:p1': { collection: 'bookings', id: held.id, remoteVersion: null } });
    const asked = (id: string): Change => ({ kind: 'booking', remote: { type: 'project', id, version: null }, wedding: {}, occurredAt: AT, fields: { title: 'Enquiry: Amara', status: 'lead' }, begins: true });
    expect(planChanges([asked('p1')], view, context, testId).drafts).toMatchObject([{ type: 'booking.updated', row: { status: 'definite', title: 'Enquiry: Amara' } }]);
    expect(planChanges([asked('p2')], view, context, testId).drafts).toMatchObject([{ type: 'booking.created', row: { status: 'lead' } }]);
  });
});

describe('messages, papers, calendar entries and weather', () => {
  const now = Date.parse(AT);
  const system: DraftContext = { actor: { kind: 'system', id: null, name: 'WedSync' }, source: null, deliveryId: null };
  const sms = (status: 'queued' | 'sent' | 'delivered' | 'failed', version: string | null = null): Change => ({
    kind: 'message', remote: { type: 'sms', id: 'SM1', version }, wedding: { phone: '+44 7700 900123' }, occurredAt: AT, fields: { channel: 'sms', direction: 'out', toAddress: '+447700900123', status },
  });

  it('an SMS finds its wedding and its person by the number, however that is written', () => {
    const row = wedding();
    const amara = contact({ weddingId: row.id, phone: '07700 900 123' });
    const view = viewOf({ weddings: keyed(row), contacts: keyed(amara, contact({ phone: '07700 900 124' })) });
    const change: Change = { kind: 'message', remote: { type: 'sms', id: 'SM9', version: null }, wedding: { phone: '+447700900123' }, occurredAt: AT, fields: { channel: 'sms', direction: 'in', text: 'We are late' } };
    expect(needsOf([change]).phones).toEqual(['700900123']);
    expect(planChanges([change], view, context, testId)).toMatchObject({ drafts: [{ type: 'message.received', weddingId: row.id, row: { contactId: amara.id, status: 'received', text: 'We are late' } }], parked: [] });
  });

  it('two weddings under one number are not guessed at; the message is kept all the same', () => {
    const [a, b] = [wedding(), wedding()];
    const view = viewOf({ weddings: keyed(a, b), contacts: keyed(contact({ weddingId: a.id, phone: '07700 900123' }), contact({ weddingId: b.id, phone: '07700 900123' })) });
    expect(planChanges([sms('sent')], view, context, testId)).toMatchObject({ drafts: [{ type: 'message.sent', weddingId: null, row: { contactId: null } }], parked: [] });
  });

  it('a stage that is told late takes nothing back; one that failed and arrived after all has arrived', () => {
    const of = (statuses: readonly ('queued' | 'sent' | 'delivered' | 'failed')[]) =>
      planChanges(statuses.map((status) => sms(status)), viewOf({}), context, testId).drafts.at(-1)?.row;
    expect(of(['sent', 'delivered', 'queued'])).toMatchObject({ status: 'delivered' });
    expect(of(['failed', 'sent'])).toMatchObject({ status: 'failed' });
    expect(of(['failed', 'delivered'])).toMatchObject({ status: 'delivered' });
  });

  it('a message that did not arrive is told by how near its wedding is', () => {
    const row = wedding();
    const view = viewOf({ weddings: keyed(row), contacts: keyed(contact({ weddingId: row.id, phone: '+447700900123' })) });
    const { drafts } = planChanges([sms('sent'), sms('failed')], view, context, testId);
    expect(alertsFor(drafts, view, now, system, testId)).toMatchObject([{ row: { rule: 'message_failed', severity: 'critical', weddingId: row.id } }]);
  });

  it('a paper goes with its booking to the wedding, and is parked without one', () => {
    const row = wedding();
    const held = booking({ weddingId: row.id });
    const view = viewOf({ weddings: keyed(row), bookings: keyed(held) }, { 'project:p1': { collection: 'bookings', id: held.id, remoteVersion: null } });
    const paper = (project: string): Change => ({ kind: 'document', remote: { type: 'contract', id: `c-${project}`, version: null }, wedding: {}, occurredAt: AT, fields: { title: 'Contract', kind: 'contract', status: 'signed' }, bookingRemote: { type: 'project', id: project } });
    expect(planChanges([paper('p1')], view, context, testId)).toMatchObject({ drafts: [{ type: 'document.shared', weddingId: row.id, row: { bookingId: held.id } }], parked: [] });
    expect(planChanges([paper('p2')], view, context, testId)).toMatchObject({ drafts: [{ weddingId: null }], parked: [{ title: 'Contract' }] });
  });

  it('a calendar entry comes, moves and goes; what was never here does not go', () => {
    const entry = (fields: Record<string, unknown>, deleted = false): Change => ({ kind: 'calendarEvent', remote: { type: 'entry', id: 'e1', version: null }, wedding: {}, occurredAt: null, fields, ...(deleted ? { deleted } : {}) });
    const times = { startsAt: '2026-11-20T09:00:00.000Z', endsAt: '2026-11-20T10:00:00.000Z' };
    const types = planChanges([entry({ title: 'Tasting', ...times }), entry({ startsAt: '2026-11-20T09:30:00.000Z' }), entry({}, true)], viewOf({}), context, testId).drafts.map((draft) => draft.type);
    expect(types).toEqual(['calendar.event.created', 'calendar.event.updated', 'calendar.event.deleted']);
    expect(planChanges([entry({}, true), entry({ title: 'No time' })], viewOf({}), context, testId).drafts).toEqual([]);
  });

  it('a warning over the place is told for each wedding that is near and under it, once, and again when it gets worse', () => {
    const [today, another, far] = [wedding(), wedding({ startsAt: '2026-11-21T10:00:00.000Z', endsAt: '2026-11-21T23:00:00.000Z', date: '2026-11-21' }), wedding({ date: '2026-11-30', startsAt: '2026-11-30T10:00:00.000Z', endsAt: '2026-11-30T23:00:00.000Z' })];
    const view = viewOf({ weddings: keyed(today, another, far) });
    const notice = (severity: 'notice' | 'warning' | 'critical', state: 'active' | 'ended' = 'active'): Change => ({
      kind: 'weather', remote: { type: 'alert', id: 'w1', version: null }, wedding: {}, occurredAt: AT,
      fields: { place: 'Ashgrove', headline: 'Gusts of 90 km/h', severity, startsAt: '2026-11-20T15:00:00.000Z', endsAt: '2026-11-20T21:00:00.000Z', state },
    });
    const told = (...changes: Change[]) => alertsFor(planChanges(changes, view, context, testId).drafts, view, now, system, testId).map((draft) => [draft.weddingId, draft.collection === 'alerts' ? draft.row.severity : null]);
    expect(needsOf([notice('warning')]).dates).toContain('2026-11-20');
    expect(told(notice('notice'))).toEqual([]);
    expect(told(notice('warning'))).toEqual([[today.id, 'warning']]);
    expect(told(notice('warning'), notice('critical'))).toEqual([[today.id, 'warning'], [today.id, 'critical']]);
    expect(told(notice('warning'), notice('warning', 'ended'))).toEqual([[today.id, 'warning']]);
    expect(told(notice('warning', 'ended'))).toEqual([]);
  });
});
