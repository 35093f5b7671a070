import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ERASURES } from '../../../core/contract/events.ts';
import { draftCreated, draftUpdated, type DraftContext } from '../../../core/domain/record/drafts.ts';
import { applyEvents, emptyTables, fromSnapshot } from '../../../core/domain/record/state.ts';
import { vendorModule } from '../../../core/vendors/registry.ts';
import { createEgressHttp } from '../../../egress/http.ts';
import { createIds } from '../../../server/ports.ts';
import { createPrivacy, type Privacy } from '../../../server/privacy/privacy.ts';
import { actorOf } from '../../../server/store/store.ts';
import { readRows } from '../../../server/store/rows.ts';
import { verifyRecord } from '../../../server/store/verify.ts';
import { startNormaliser } from '../../../server/workers/normalise.ts';
import { delivery } from '../../support/deliveries.ts';
import { dump } from '../../support/dump.ts';
import { letIn } from '../../support/house.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';

const context: DraftContext = { actor: { kind: 'vendor', id: 'stripe', name: 'Stripe' }, source: { system: 'stripe', connectionId: null, remoteId: 'cus_far' }, deliveryId: null };
let t: TestStore;
let privacy: Privacy;
let runs = 0;

beforeEach(async () => {
  t = await openTestStore({ clock: settableClock('2026-11-20T12:00:00.000Z') });
  privacy = createPrivacy(t.store.internals);
});
afterEach(() => t.cleanup());

interface Somebody {
  readonly name: string;
  readonly email: string;
  readonly phone: string;
}

/** A wedding of two people with a vendor, payments, alerts and deliveries that name the first of them in every place there is. */
async function furnish({ name, email, phone }: Somebody): Promise<{ contact: string; other: string; wedding: string; booking: string; payment: string; deliveryId: string }> {
  const [wedding, contact, other, booking, payment, alert, review] = [randomUUID(), randomUUID(), randomUUID(), randomUUID(), randomUUID(), randomUUID(), randomUUID()];
  const [first = name] = name.split(' ');
  const { connectionId } = t.connections.stripe;
  const { deliveryId } = await t.store.addDelivery(delivery(t, 'stripe', { id: 'evt_1', customer: { full: name, note: `Ring ${name.toUpperCase()} on ${phone} or mail ${email.toUpperCase()}` } }));
  await t.store.addDelivery(delivery(t, 'honeybook', 'x', { bodyText: `name=${encodeURIComponent(name)}&mail=${encodeURIComponent(email)}`, mediaType: 'application/x-www-form-urlencoded' }));
  await t.store.addDelivery(delivery(t, 'stripe', { about: 'somebody else', email: 'other@example.org' }));
  await t.store.addDelivery(delivery(t, 'stripe', { object: 'customer', id: `cus_person_${runs + 1}` }));
  await t.store.internals.writer.write(t.organisation.id, async ({ tx, record }) => {
    const own = { ...context, deliveryId };
    await record([
      draftCreated('wedding.created', 'weddings', wedding, { id: wedding, title: `${first} & Somebody`.slice(0, 300), date: '2026-11-20', zone: 'Europe/London', startsAt: '2026-11-20T10:00:00.000Z', endsAt: '2026-11-20T23:00:00.000Z', room: null, status: 'confirmed', guestCount: 80 }, null, context),
      draftCreated('client.created', 'contacts', wedding, { id: contact, weddingId: wedding, name: 'Unnamed contact', email, phone: null, company: null, role: 'couple' }, null, own),
      draftCreated('client.created', 'contacts', wedding, { id: other, weddingId: wedding, name: 'Tom Else', email: 'tom@example.org', phone: '+44 20 7946 0000', company: 'Else Ltd', role: 'couple' }, null, context),
      draftCreated('booking.created', 'bookings', wedding, { id: booking, weddingId: wedding, title: `Cake for ${name}`, trade: 'cake', vendorName: 'Crumb', contactId: null, status: 'definite', startsAt: null, endsAt: null, callTime: null, place: null, amountMinor: 5000, currency: 'GBP' }, null, context),
      draftCreated('payment.completed', 'payments', wedding, { id: payment, weddingId: wedding, bookingId: booking, description: `Balance of ${name} <${email}>`, payerName: name, status: 'completed', amountMinor: 12_500, refundedMinor: 0, currency: 'GBP', paidAt: null, failureReason: null }, null, context),
      draftCreated('alert.raised', 'alerts', wedding, { id: alert, weddingId: wedding, severity: 'warning', rule: 'payment_failed', title: `${name} could not pay`, detail: `Ring ${phone}.`, raisedAt: '2026-11-20T12:00:00.000Z', state: 'open', acknowledgedAt: null, acknowledgedBy: null, subject: { collection: 'payments', id: payment } }, null, context),
      draftCreated('review.opened', 'reviewItems', null, { id: review, deliveryId, connectionId, kind: 'parked', reason: 'normalise.no_wedding_matched', title: `From ${email}`, receivedAt: '2026-11-20T12:00:00.000Z', state: 'open' }, null, context),
    ]);
    const [row] = await readRows(tx, t.organisation.id, 'contacts', [contact]);
    const [cake] = await readRows(tx, t.organisation.id, 'bookings', [booking]);
    if (!row || !cake) throw new Error('not there');
    const named = draftUpdated('client.updated', 'contacts', wedding, row, { name, phone }, null, { ...own, actor: { kind: 'person', id: null, name: `${name}'s laptop` } });
    // The name stands in the past only: what is there now does not show it any more.
    const renamed = draftUpdated('booking.updated', 'bookings', wedding, cake, { title: 'Cake' }, null, context);
    await record([named, renamed].filter((draft) => draft !== null));
    const mapping = { organisationId: t.organisation.id, connectionId, remoteType: 'customer', collection: 'contacts', remoteVersion: '1', lastWrittenBy: 'vendor', updatedAt: '2026-11-20T12:00:00.000Z' } as const;
    const told = (words: Record<string, string>) => JSON.stringify({ at: {}, says: Object.fromEntries(Object.entries(words).map(([field, value]) => [field, [0, value]])) });
    await tx.insertInto('mappings').values([
      { ...mapping, remoteId: `cus_person_${(runs += 1)}`, localId: contact, told: told({ name, email, phone }) },
      { ...mapping, remoteId: `cus_tom_${runs}`, localId: other, told: told({ name: 'Tom Else', company: `Else & ${name}` }) },
    ]).execute();
    // Before somebody chose another vendor it was the person's own name that the source had told.
    const before = JSON.stringify({ at: {}, kept: { vendorName: name, room: `${name}'s garden` } });
    await tx.insertInto('mappings').values({ organisationId: t.organisation.id, connectionId, remoteType: 'job', remoteId: `job_${runs}`, collection: 'bookings', localId: booking, remoteVersion: '1', told: before, lastWrittenBy: 'vendor', updatedAt: '2026-11-20T12:00:00.000Z' }).execute();
  });
  return { contact, other, wedding, booking, payment, deliveryId };
}

const erase = (contactId: string, name: string) => privacy.erase({ organisationId: t.organisation.id, contactId, reason: 'asked_by_person', actor: actorOf(t.device), confirm: name });
const verified = () => verifyRecord(t.store.internals.database, () => undefined);

async function expectGone(somebody: Somebody): Promise<void> {
  const text = (await dump(t.store)).normalize('NFC').toLowerCase();
  for (const value of [somebody.name, somebody.email, somebody.phone, encodeURIComponent(somebody.email), encodeURIComponent(somebody.name)]) {
    const at = text.indexOf(value.normalize('NFC').toLowerCase());
    expect(at < 0 ? null : text.slice(Math.max(0, at - 200), at + 80)).toBeNull();
  }
}

test('a person who is erased is nowhere in the database, and the log still replays to what stands', async () => {
  const amara = { name: 'Amara Okafor-Léon', email: 'amara.okafor@example.org', phone: '+44 7700 900 123' };
  const made = await furnish(amara);
  const before = await t.store.readEvents(t.organisation.id, 0, 1000);
  const preview = await privacy.preview(t.organisation.id, made.contact);
  if (!preview.ok) throw new Error(preview.error);
  expect(preview.value).toMatchObject({ name: amara.name, entries: 1, deliveries: 3, rows: { contacts: 1, payments: 1, bookings: 1, alerts: 1, reviewItems: 1, weddings: 1 } });
  expect(preview.value.stays).toContainEqual({ what: 'payments', why: 'bookkeeping', count: 1 });
  expect(await t.store.headSeq(t.organisation.id)).toBe(before.length);

  expect(await erase(made.contact, 'Somebody else')).toEqual({ ok: false, error: 'not_confirmed' });
  const done = await erase(made.contact, ` ${amara.name} `);
  expect(done).toMatchObject({ ok: true, value: { deliveries: 3, rows: 6, revoked: [] } });
  await expectGone(amara);
  expect((await dump(t.store)).includes('cus_person_')).toBe(false);

  const after = await t.store.readEvents(t.organisation.id, 0, 1000);
  const place = (event: (typeof after)[number]) => [event.seq, event.id, event.type, event.recordedAt, event.occurredAt, event.row.id, event.row.version];
  expect(after.slice(0, before.length).map(place)).toEqual(before.map(place));
  const added = after.slice(before.length);
  expect(added.map((event) => event.type).sort()).toEqual(['contacts', 'weddings', 'bookings', 'payments', 'alerts', 'reviewItems'].map((name) => ERASURES[name as 'contacts']).sort());
  const snapshot = await t.store.snapshot(t.organisation.id);
  expect(snapshot.erasedSeq).toBe(after.length);
  const replayed = applyEvents({ epoch: t.store.epoch, seq: 0, organisation: t.organisation, tables: emptyTables() }, after, after.length);
  expect(replayed).toEqual(fromSnapshot(snapshot));
  expect(await verified()).toMatchObject({ sound: true, projections: { differing: 0 } });

  const { contacts, payments, weddings, bookings } = replayed.tables;
  expect(contacts[made.contact]).toMatchObject({ name: 'Erased', email: null, phone: null });
  expect(contacts[made.other]).toMatchObject({ name: 'Tom Else', email: 'tom@example.org', company: 'Else Ltd' });
  expect(payments[made.payment]).toMatchObject({ payerName: 'Erased', amountMinor: 12_500, status: 'completed' });
  expect(weddings[made.wedding]?.title).toBe('Erased & Somebody');
  expect(bookings[made.booking]).toMatchObject({ title: 'Cake', vendorName: 'Crumb' });
  const kept = await t.store.internals.database.system.selectFrom('deliveries').select(['body', 'bodyHash', 'headers', 'deliveryKey', 'emptiedAt']).where('emptiedAt', 'is not', null).execute();
  expect(kept).toHaveLength(3);
  for (const one of kept) expect([one.body, one.headers, one.bodyHash?.length, one.deliveryKey.startsWith('key-')]).toEqual(['', {}, 32, true]);
  expect((await dump(t.store)).includes('somebody else')).toBe(true);
  expect(await erase(made.contact, 'Erased')).toEqual({ ok: false, error: 'already' });
  expect(await privacy.erase({ organisationId: t.organisation.id, contactId: randomUUID(), reason: 'retention', actor: actorOf(t.device) })).toEqual({ ok: false, error: 'not_found' });
});

test('of several with one name or address only what is theirs goes', async () => {
  const shared = { name: 'Kim Lee', email: 'kim.lee@example.org', phone: '+1 212 555 0100' };
  const [here, twin, spouse] = [randomUUID(), randomUUID(), randomUUID()];
  await t.store.internals.writer.write(t.organisation.id, ({ record }) =>
    record([
      draftCreated('client.created', 'contacts', null, { id: here, weddingId: null, ...shared, company: null, role: 'other' }, null, context),
      draftCreated('client.created', 'contacts', null, { id: twin, weddingId: null, ...shared, email: 'another.kim@example.org', phone: null, company: null, role: 'other' }, null, context),
      draftCreated('client.created', 'contacts', null, { id: spouse, weddingId: null, name: 'Sam Lee', email: null, phone: shared.phone, company: null, role: 'other' }, null, context),
    ]),
  );
  expect(await erase(here, shared.name)).toMatchObject({ ok: true, value: { rows: 1 } });
  const { contacts } = (await t.store.snapshot(t.organisation.id)).rows;
  expect(contacts.find((row) => row.id === twin)).toMatchObject({ name: 'Kim Lee', email: 'another.kim@example.org' });
  expect(contacts.find((row) => row.id === spouse)).toMatchObject({ name: 'Sam Lee', phone: shared.phone });
  expect((await dump(t.store)).includes(shared.email)).toBe(false);
});

test('a deleted contact can be erased and stays deleted; links and devices of the person are void', async () => {
  const vendor = { name: 'Bea Bloom', email: 'bea@bloom.example', phone: '+49 30 1234567' };
  const [id, wedding] = [randomUUID(), randomUUID()];
  await t.store.internals.writer.write(t.organisation.id, async ({ tx, record }) => {
    await record([draftCreated('client.created', 'contacts', wedding, { id, weddingId: wedding, ...vendor, company: 'Bloom', role: 'vendor' }, null, context)]);
    const [row] = await readRows(tx, t.organisation.id, 'contacts', [id]);
    const gone = row ? draftUpdated('client.deleted', 'contacts', wedding, row, {}, null, context) : null;
    await record(gone ? [gone] : []);
  });
  const device = await letIn(t.store, t.organisation.id, { role: 'vendor', weddingId: wedding, contactId: id, bookingIds: [] });
  const ticket = await t.store.mintTicket(t.organisation.id, { role: 'vendor', weddingId: wedding, contactId: id, bookingIds: [] });
  const told: string[] = [];
  t.store.onRevoked((deviceId) => told.push(deviceId));
  expect(await erase(id, vendor.name)).toMatchObject({ ok: true, value: { revoked: [device.deviceId] } });
  expect(told).toEqual([device.deviceId]);
  expect(await t.store.authenticate(device.token)).toEqual({ ok: false, error: 'auth.revoked' });
  expect(await t.store.enrol(ticket, { name: 'Late', kind: 'browser' })).toEqual({ ok: false, error: 'auth.ticket_invalid' });
  await expectGone(vendor);
  expect((await t.store.snapshot(t.organisation.id)).rows.contacts).toEqual([]);
  expect((await t.store.readEvents(t.organisation.id, 0, 100)).slice(-2).map((event) => event.type)).toEqual(['contact.erased', 'client.deleted']);
  expect((await verified()).sound).toBe(true);
});

test('a later delivery about somebody who was erased brings nobody back and says so', async () => {
  const amara = { name: 'Amara Okafor', email: 'amara.okafor@example.org', phone: '+44 7700 900 123' };
  const wedding = randomUUID();
  await t.store.internals.writer.write(t.organisation.id, ({ record }) =>
    record([draftCreated('wedding.created', 'weddings', wedding, { id: wedding, title: 'A day', date: '2026-11-20', zone: 'Europe/London', startsAt: '2026-11-20T10:00:00.000Z', endsAt: '2026-11-20T23:00:00.000Z', room: null, status: 'confirmed', guestCount: 80 }, null, context)]),
  );
  const line = startNormaliser({ store: t.store, vendors: vendorModule, http: createEgressHttp({ allow: [], log: t.log }), clock: t.options.clock, ids: createIds(), log: t.log, random: () => 1 });
  try {
    const told = (n: number) => ({ trigger: n === 1 ? 'client_created' : 'project_booked', client_name: amara.name, client_email: amara.email, client_phone: amara.phone, project_name: `${amara.name}'s day`, project_date: '2026-11-20', vendor_name: amara.name });
    await t.store.addDelivery(delivery(t, 'honeybook', told(1)));
    await line.idle();
    const [contact] = (await t.store.snapshot(t.organisation.id)).rows.contacts;
    if (!contact) throw new Error(JSON.stringify(await t.store.deliveries(t.organisation.id, t.connections.honeybook.connectionId)));
    expect(await erase(contact.id, contact.name)).toMatchObject({ ok: true });
    await t.store.addDelivery(delivery(t, 'honeybook', told(2)));
    await line.idle();
    const { rows } = await t.store.snapshot(t.organisation.id);
    expect(rows.contacts).toMatchObject([{ id: contact.id, name: 'Erased', email: null }]);
    expect(rows.reviewItems).toMatchObject([{ kind: 'parked', reason: 'normalise.person_erased', state: 'open' }, { reason: 'normalise.no_wedding_matched', title: 'Booking' }]);
    await expectGone(amara);
    expect((await verified()).sound).toBe(true);
  } finally {
    await line.stop();
  }
});

describe('of anybody', () => {
  const word = fc.stringMatching(/^[A-Za-zÀ-ÖØ-öø-ÿ'’.-]{2,12}$/).filter((text) => /\p{L}.*\p{L}.*\p{L}/u.test(text));
  const somebody = fc.record({
    name: fc.tuple(word, word).map((parts) => parts.join(' ')).filter((name) => name.length >= 6 && !/^(erased|unnamed)/i.test(name)),
    email: fc.tuple(fc.stringMatching(/^[a-z0-9]{3,8}[.+_-]?[a-z0-9]{2,8}$/), fc.stringMatching(/^[a-z]{4,10}$/)).map(([local, host]) => `${local}@${host}.example`),
    phone: fc.stringMatching(/^\+[1-9][0-9]{2} [0-9]{3} [0-9]{3} [0-9]{3}$/),
  });
  test('nothing is found after an erasure, and replay equals what stands', async () => {
    await fc.assert(
      fc.asyncProperty(somebody, async (one) => {
        const { contact } = await furnish(one);
        expect(await erase(contact, one.name)).toMatchObject({ ok: true });
        await expectGone(one);
        expect(await verified()).toMatchObject({ sound: true });
      }),
      { numRuns: 15 },
    );
  }, 240_000);
});
