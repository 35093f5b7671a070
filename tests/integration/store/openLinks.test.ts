import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Command } from '../../../core/contract/commands.ts';
import { DeliveryWhole } from '../../../core/contract/deliveries.ts';
import type { Change } from '../../../core/domain/record/changes.ts';
import { draftCreated } from '../../../core/domain/record/drafts.ts';
import { needsOf } from '../../../core/domain/record/needs.ts';
import { planChanges } from '../../../core/domain/record/plan.ts';
import { createIds } from '../../../server/ports.ts';
import { createPrivacy } from '../../../server/privacy/privacy.ts';
import { removeIn } from '../../../server/store/removing.ts';
import { readRows } from '../../../server/store/rows.ts';
import { actorOf } from '../../../server/store/store.ts';
import { startNormaliser, type Normaliser } from '../../../server/workers/normalise.ts';
import { followBatch } from '../../../server/workers/openLinks.ts';
import type { Settled } from '../../../server/workers/settle.ts';
import { loadViews } from '../../../server/workers/view.ts';
import { delivery } from '../../support/deliveries.ts';
import { furnish, letIn } from '../../support/house.ts';
import { changes, scriptedVendor } from '../../support/scriptedVendor.ts';
import { testApp } from '../../support/serverApp.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';

/** What waits for something that was named before anybody told of it. */

const WEDDING = randomUUID();
const OTHER = randomUUID();
const context = { actor: { kind: 'system', id: null, name: 'test' }, source: null, deliveryId: null } as const;
let t: TestStore;
let line: Normaliser;

beforeEach(async () => {
  t = await openTestStore({ clock: settableClock('2026-11-20T12:00:00.000Z') });
  line = startNormaliser({ store: t.store, vendors: () => scriptedVendor('stripe'), http: { send: () => Promise.reject(new Error('no line')) }, clock: t.options.clock, ids: createIds(), log: t.log, random: () => 1 });
  const wedding = (id: string, title: string) => draftCreated('wedding.created', 'weddings', id, { id, title, date: '2026-11-20', zone: 'Europe/London', startsAt: '2026-11-20T13:00:00.000Z', endsAt: '2026-11-20T23:00:00.000Z', room: null, status: 'confirmed', guestCount: null }, null, context);
  await t.store.internals.writer.write(t.organisation.id, ({ record }) => record([wedding(WEDDING, 'Amara & Jonas'), wedding(OTHER, 'Noor & Sol')]));
});
afterEach(async () => {
  await line.stop();
  await t.cleanup();
});

type Ref = { readonly type: string; readonly id: string } | null;
const ref = (type: string, id: string) => ({ type, id });
const booking = (id: string, version: string, more: Partial<Extract<Change, { kind: 'booking' }>> = {}): Change => ({ kind: 'booking', remote: { type: 'booking', id, version }, wedding: {}, occurredAt: null, fields: { title: `Booking ${id}`, trade: 'florist' }, ...more });
const payment = (id: string, version: string, bookingRemote: Ref | undefined, status: 'failed' | 'completed' = 'completed'): Change => ({
  kind: 'payment', remote: { type: 'payment', id, version }, wedding: {}, occurredAt: null, fields: { description: `Payment ${id}`, status, amountMinor: 5_000, currency: 'GBP' }, ...(bookingRemote === undefined ? {} : { bookingRemote }),
});
const contact = (id: string): Change => ({ kind: 'contact', remote: { type: 'contact', id, version: '1' }, wedding: {}, occurredAt: null, fields: { name: `Contact ${id}`, email: `${id}@example.org` } });

async function come(...all: Change[]): Promise<void> {
  await t.store.addDelivery(delivery(t, 'stripe', changes(...all)));
  await line.idle();
}
const rows = async () => (await t.store.snapshot(t.organisation.id)).rows;
const cards = async () => (await rows()).reviewItems.filter((one) => one.state === 'open');
const alerts = async () => (await rows()).alerts.filter((one) => one.state === 'open').map(({ rule, severity, weddingId }) => [rule, severity, weddingId]);
const deliveries = () => t.store.internals.database.system.selectFrom('deliveries').select(['state', 'attempts']).orderBy('arrival').execute();
const states = async () => (await deliveries()).map((one) => one.state);
const links = () => t.store.internals.database.system.selectFrom('openLinks').select(['field', 'remoteType', 'remoteId']).orderBy('remoteId').execute();
type Wanted<C> = C extends Command ? Omit<C, 'commandId'> : never;
const decide = (command: Wanted<Command>) => t.store.command(t.organisation.id, t.device, { ...command, commandId: randomUUID() });

test('a payment that comes before its booking gets it, its wedding and its alert when that comes; its card closes by itself', async () => {
  await come(payment('p1', '1', ref('booking', 'b1'), 'failed'));
  expect(await cards()).toMatchObject([{ kind: 'parked', title: 'Payment p1' }]);
  expect(await alerts()).toEqual([['payment_failed', 'warning', null], ['delivery_parked', 'notice', null]]);
  await come(booking('b1', '1', { wedding: { weddingId: WEDDING } }));
  const after = await rows();
  expect(after.payments).toMatchObject([{ bookingId: after.bookings[0]?.id, weddingId: WEDDING, source: { system: 'stripe' } }]);
  expect(await alerts()).toEqual([['payment_failed', 'critical', WEDDING]]);
  expect(await cards()).toEqual([]);
  expect(await states()).toEqual(['processed', 'processed']);
  expect(await links()).toEqual([]);
});

test('both in one batch: nobody is told of a card that nobody has to look at', async () => {
  await t.store.addDelivery(delivery(t, 'stripe', changes(payment('p1', '1', ref('booking', 'b1')))));
  await t.store.addDelivery(delivery(t, 'stripe', changes(booking('b1', '1', { wedding: { weddingId: WEDDING } }))));
  await line.idle();
  expect((await rows()).payments).toMatchObject([{ weddingId: WEDDING }]);
  const told = (await t.store.readEvents(t.organisation.id, 0, 100)).map(({ type }) => type);
  const batches = t.log.lines.filter((one) => one.message === 'deliveries normalised').map(({ fields }) => fields['deliveries']);
  // Two batches on a quick machine: then there was a card for a moment.
  if (batches.includes(2)) expect(told.filter((type) => type.startsWith('review.') || type.startsWith('alert.'))).toEqual([]);
  expect(await cards()).toEqual([]);
  expect(await states()).toEqual(['processed', 'processed']);
});

test('what a person gives a booking, what waits for that booking gets too', async () => {
  await come(payment('p1', '1', ref('booking', 'b1')));
  await come({ kind: 'document', remote: { type: 'paper', id: 'd1', version: '1' }, wedding: { remote: ref('payment', 'p1') }, occurredAt: null, fields: { title: 'Receipt' } });
  await come(booking('b1', '1'));
  expect((await rows()).payments).toMatchObject([{ weddingId: null, bookingId: (await rows()).bookings[0]?.id }]);
  const card = (await cards()).find(({ title }) => title === 'Booking b1');
  expect(await cards()).toHaveLength(3);
  expect(await decide({ type: 'review.assign', reviewId: card?.id ?? '', weddingId: WEDDING, basedOnVersion: 1 })).toMatchObject({ outcome: 'accepted' });
  const after = await rows();
  expect([...after.bookings, ...after.payments, ...after.documents].map((row) => row.weddingId)).toEqual([WEDDING, WEDDING, WEDDING]);
  expect(await cards()).toEqual([]);
  expect(await alerts()).toEqual([]);
  expect(await states()).toEqual(['processed', 'processed', 'processed']);
  expect(await links()).toEqual([]);
});

test('the last word of the source counts: another target, or none', async () => {
  await come(booking('b1', '1', { wedding: { weddingId: WEDDING }, contactRemote: ref('contact', 'c1') }), booking('b2', '1', { wedding: { weddingId: WEDDING }, contactRemote: ref('contact', 'c1') }));
  await come(booking('b1', '3', { contactRemote: ref('contact', 'c2') }), booking('b2', '3', { contactRemote: null }));
  // Older, and late.
  await come(booking('b1', '2', { contactRemote: ref('contact', 'c3') }), booking('b2', '2', { contactRemote: ref('contact', 'c3') }));
  expect(await links()).toEqual([{ field: 'contactId', remoteType: 'contact', remoteId: 'c2' }]);
  await come(contact('c1'), contact('c3'));
  expect((await rows()).bookings.map((row) => row.contactId)).toEqual([null, null]);
  await come(contact('c2'));
  const after = await rows();
  expect(after.bookings.map((row) => row.contactId)).toEqual([after.contacts.find(({ name }) => name === 'Contact c2')?.id, null]);
  // What it names now is known: nothing waits any more, and what comes later changes nothing.
  await come(booking('b1', '4', { contactRemote: ref('contact', 'c4') }));
  await come(booking('b1', '5', { contactRemote: ref('contact', 'c1') }));
  await come(contact('c4'));
  expect((await rows()).bookings[0]?.contactId).toBe(after.contacts.find(({ name }) => name === 'Contact c1')?.id);
  expect(await links()).toEqual([]);
});

test('what a person has decided stays: a wedding is given only to what has none', async () => {
  await come(payment('p1', '1', ref('booking', 'b1')));
  const [card] = await cards();
  expect(await decide({ type: 'review.assign', reviewId: card?.id ?? '', weddingId: OTHER, basedOnVersion: 1 })).toMatchObject({ outcome: 'accepted' });
  await come(booking('b1', '1', { wedding: { weddingId: WEDDING } }));
  const after = await rows();
  expect(after.payments).toMatchObject([{ bookingId: after.bookings[0]?.id, weddingId: OTHER }]);
  expect(await links()).toEqual([]);
});

const wedding = (version: string | null, fields: Extract<Change, { kind: 'wedding' }>['fields']): Change => ({ kind: 'wedding', remote: { type: 'project', id: 'w1', version }, wedding: {}, occurredAt: null, fields });
const WHOLE = { title: 'Rosa & Sol', date: '2027-06-12', zone: 'UTC', startsAt: '2027-06-12T10:00:00.000Z', endsAt: '2027-06-12T22:00:00.000Z' } as const;

test.each([['by version', '2', '1', 90], ['without versions', null, null, 70]])('a change of a wedding that is not here yet goes back to work when it is: %s', async (_how, later, first, guests) => {
  await come(wedding(later, { guestCount: 90, room: 'Barn' }));
  expect(await states()).toEqual(['parked']);
  expect(await cards()).toHaveLength(1);
  await come(wedding(first, { ...WHOLE, guestCount: 70 }));
  await line.idle();
  // Without versions what came last counts; what nobody has told since is filled in.
  expect((await rows()).weddings.find(({ title }) => title === 'Rosa & Sol')).toMatchObject({ guestCount: guests, room: 'Barn' });
  expect(await deliveries()).toEqual([{ state: 'processed', attempts: 1 }, { state: 'processed', attempts: 1 }]);
  expect(await cards()).toEqual([]);
  expect((await alerts()).filter(([rule]) => rule === 'delivery_parked')).toEqual([]);
  expect(await links()).toEqual([]);
});

test('one that goes back to work keeps its card about a row that still has no wedding', async () => {
  await come(wedding('2', { guestCount: 90 }), payment('p1', '1', ref('booking', 'nowhere')));
  expect(await cards()).toHaveLength(2);
  await come(wedding('1', WHOLE));
  await line.idle();
  expect(await cards()).toMatchObject([{ title: 'Payment p1' }]);
  expect(await states()).toEqual(['parked', 'processed']);
  await come(booking('nowhere', '1', { wedding: { weddingId: WEDDING } }));
  expect(await cards()).toEqual([]);
  expect(await states()).toEqual(['processed', 'processed', 'processed']);
});

test('what a person has thrown away does not go back to work', async () => {
  await come(wedding('2', { guestCount: 90 }));
  const [card] = await cards();
  expect(await decide({ type: 'review.discard', reviewId: card?.id ?? '', basedOnVersion: 1 })).toMatchObject({ outcome: 'accepted' });
  await come(wedding('1', WHOLE));
  await line.idle();
  expect((await rows()).weddings.find(({ title }) => title === 'Rosa & Sol')).toMatchObject({ guestCount: null });
  expect(await links()).toEqual([]);
});

test('an address that is awaited is no address any more once its person is forgotten, and is still found', async () => {
  await come(contact('amara'), booking('b1', '1', { wedding: { weddingId: WEDDING }, contactRemote: ref('mailbox', 'amara@example.org') }));
  const [person] = (await rows()).contacts;
  const privacy = createPrivacy(t.store.internals);
  expect(await privacy.erase({ organisationId: t.organisation.id, contactId: person?.id ?? '', reason: 'asked_by_person', actor: actorOf(t.device), confirm: 'Contact amara' })).toMatchObject({ ok: true });
  expect(await links()).toMatchObject([{ remoteId: expect.stringMatching(/^erased:/) as unknown }]);
  // Told of under a new name they are somebody new.
  await come({ kind: 'contact', remote: { type: 'mailbox', id: 'amara@example.org', version: '1' }, wedding: {}, occurredAt: null, fields: { name: 'Somebody new' } });
  const after = await rows();
  expect(after.bookings).toMatchObject([{ contactId: after.contacts.find(({ name }) => name === 'Somebody new')?.id }]);
  expect(await links()).toEqual([]);
});

test('what a connection waited for goes with it', async () => {
  await come(payment('p1', '1', ref('booking', 'b1')), wedding('2', { guestCount: 90 }));
  expect(await links()).toHaveLength(2);
  const { internals } = t.store;
  await internals.writer.write(t.organisation.id, async (writing) => {
    const [row] = await readRows(writing.tx, t.organisation.id, 'connections', [t.connections.stripe.connectionId]);
    if (!row) throw new Error('no connection');
    await removeIn(internals, writing, t.organisation.id, row, actorOf(t.device));
  });
  expect(await links()).toEqual([]);
});

test('a delivery says what it waits for, until it is here', async () => {
  await come(payment('p1', '1', ref('lead_person', '123')), wedding('2', { guestCount: 90 }));
  const house = await furnish(t.store, t.organisation.id);
  const { headers } = await letIn(t.store, t.organisation.id, house.access('owner'));
  const app = testApp(t.store, { clock: t.options.clock });
  try {
    const [first] = await t.store.deliveries(t.organisation.id, t.connections.stripe.connectionId);
    const waits = async () => DeliveryWhole.parse((await app.app.inject({ method: 'GET', url: `/api/deliveries/${first?.id ?? ''}`, headers })).json()).waits;
    expect(await waits()).toEqual([{ type: 'lead_person', id: '123' }, { type: 'project', id: 'w1' }]);
    await come(wedding('1', WHOLE), { ...booking('b1', '1'), remote: { type: 'lead_person', id: '123', version: '1' } });
    expect(await waits()).toEqual([]);
  } finally {
    await app.app.close();
  }
});

test('facts that open nothing and are waited for by nobody ask the database nothing more', async () => {
  await come(booking('b1', '1', { wedding: { weddingId: WEDDING }, contactRemote: ref('contact', 'c1') }));
  const { id: organisationId } = t.organisation;
  const { connectionId } = t.connections.stripe;
  const plan = (all: readonly Change[]) =>
    t.store.internals.database.withOrganisation(organisationId, async (tx) => {
      const view = (await loadViews(tx, [{ organisationId, needs: new Map([[connectionId, [needsOf(all)]]]), connectionIds: [] }])).get(organisationId);
      if (!view) throw new Error('no view');
      const { drafts, mappings, links: said, awaits } = planChanges(all, view.of(connectionId), { ...context, source: { system: 'stripe', connectionId, remoteId: null } }, randomUUID);
      view.keep(connectionId, drafts, mappings);
      const inHand = { id: randomUUID(), connectionId, replayId: null } as Settled['delivery'];
      const settled: Settled[] = [{ delivery: inHand, state: 'processed', reason: null, attempts: 1, nextAttemptAt: null, inHand: false, drafts, mappings, links: said, awaits }];
      let asked = 0;
      const counting = new Proxy(tx, {
        get(target, name) {
          asked += 1;
          const value = Reflect.get(target, name) as unknown;
          return typeof value === 'function' ? (value.bind(target) as unknown) : value;
        },
      });
      const { links: written } = await followBatch(counting, { organisationId, settled, view, now: t.options.clock.now(), newId: randomUUID });
      return { asked, written };
    });
  // A new payment of a booking that is known, a new word on a row of which nothing waits, somebody whom nobody waits for.
  expect(await plan([payment('p1', '1', ref('booking', 'b1')), contact('c2')])).toEqual({ asked: 0, written: null });
  // What is opened is written and nothing is asked; what is awaited is looked for.
  expect(await plan([payment('p1', '1', ref('booking', 'b9'))])).toMatchObject({ asked: 0, written: { put: [{ field: 'bookingId' }] } });
  expect((await plan([contact('c1')])).asked).toBeGreaterThan(0);
});
