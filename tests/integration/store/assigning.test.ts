import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Command } from '../../../core/contract/commands.ts';
import type { Change } from '../../../core/domain/record/changes.ts';
import { draftCreated, draftUpdated } from '../../../core/domain/record/drafts.ts';
import { applyEvents, emptyTables, fromSnapshot } from '../../../core/domain/record/state.ts';
import { createIds } from '../../../server/ports.ts';
import { startNormaliser, type Normaliser } from '../../../server/workers/normalise.ts';
import { delivery } from '../../support/deliveries.ts';
import { changes, scriptedVendor } from '../../support/scriptedVendor.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';

/** A parked fact is given its wedding by a person, and what is told of it later follows. */

const WEDDING = randomUUID();
let t: TestStore;
let line: Normaliser | null;

beforeEach(async () => {
  t = await openTestStore({ clock: settableClock('2026-11-20T12:00:00.000Z') });
  line = startNormaliser({ store: t.store, vendors: () => scriptedVendor('stripe'), http: { send: () => Promise.reject(new Error('no line')) }, clock: t.options.clock, ids: createIds(), log: t.log, random: () => 1 });
  const wedding = { id: WEDDING, title: 'Amara & Jonas', date: '2026-11-20', zone: 'Europe/London', startsAt: '2026-11-20T13:00:00.000Z', endsAt: '2026-11-20T23:00:00.000Z', room: null, status: 'confirmed', guestCount: null } as const;
  const context = { actor: { kind: 'system', id: null, name: 'test' }, source: null, deliveryId: null } as const;
  await t.store.internals.writer.write(t.organisation.id, ({ record }) => record([draftCreated('wedding.created', 'weddings', WEDDING, wedding, null, context)]));
});
afterEach(async () => {
  await line?.stop();
  await t.cleanup();
});

const payment = (id: string, status: 'failed' | 'completed', version: string, description = 'Deposit'): Change => ({ kind: 'payment', remote: { type: 'payment', id, version }, wedding: {}, occurredAt: null, fields: { description, status, amountMinor: 5_000, currency: 'GBP' } });
const booking = (id: string, title: string, version = '1'): Change => ({ kind: 'booking', remote: { type: 'booking', id, version }, wedding: {}, occurredAt: null, fields: { title, trade: 'florist' } });
async function come(...all: Change[]): Promise<void> {
  await t.store.addDelivery(delivery(t, 'stripe', changes(...all)));
  await line?.idle();
}
const rows = async () => (await t.store.snapshot(t.organisation.id)).rows;
const cards = async () => (await rows()).reviewItems.filter((one) => one.state === 'open');
const states = async () => (await t.store.deliveries(t.organisation.id, t.connections.stripe.connectionId)).map((one) => one.state).reverse();
type Wanted<C> = C extends Command ? Omit<C, 'commandId'> : never;
const decide = (command: Wanted<Command>) => t.store.command(t.organisation.id, t.device, { ...command, commandId: randomUUID() });

test('its rows, its alerts and what is told of it later are the wedding’s; the card and the delivery are done with', async () => {
  await come(payment('p1', 'failed', '1'), { kind: 'message', remote: { type: 'message', id: 'm1', version: '1' }, wedding: {}, occurredAt: null, fields: { direction: 'in', text: 'Did it arrive?' } });
  const [card] = await cards();
  if (!card) throw new Error('no card');
  expect(await states()).toEqual(['parked']);
  expect((await rows()).alerts).toMatchObject([{ rule: 'payment_failed', severity: 'warning', state: 'open', weddingId: null }, { rule: 'delivery_parked', state: 'open' }]);

  expect(await decide({ type: 'review.assign', reviewId: card.id, weddingId: randomUUID(), basedOnVersion: 1 })).toMatchObject({ outcome: 'rejected', error: { code: 'request.not_found' } });
  expect(await decide({ type: 'review.assign', reviewId: card.id, weddingId: WEDDING, basedOnVersion: 2 })).toMatchObject({ outcome: 'rebase' });
  expect(await decide({ type: 'review.release', reviewId: card.id, basedOnVersion: 1 })).toMatchObject({ outcome: 'rejected', error: { code: 'command.not_possible' } });
  expect(await decide({ type: 'review.assign', reviewId: card.id, weddingId: WEDDING, basedOnVersion: 1 })).toMatchObject({ outcome: 'accepted' });
  expect(await decide({ type: 'review.assign', reviewId: card.id, weddingId: WEDDING, basedOnVersion: 1 })).toMatchObject({ outcome: 'rebase', latest: { type: 'review.resolved' } });

  const after = await rows();
  expect(after.payments).toMatchObject([{ weddingId: WEDDING, version: 2, source: { system: 'stripe' } }]);
  expect(after.messages).toMatchObject([{ weddingId: WEDDING, version: 2 }]);
  expect(after.reviewItems).toMatchObject([{ state: 'resolved' }]);
  // The failed payment is today's wedding's now, and as urgent as that.
  expect(after.alerts).toMatchObject([{ rule: 'payment_failed', state: 'resolved' }, { rule: 'delivery_parked', state: 'resolved' }, { rule: 'payment_failed', severity: 'critical', state: 'open', weddingId: WEDDING }]);
  expect(await states()).toEqual(['processed']);

  await come(payment('p1', 'completed', '2'));
  expect((await rows()).payments).toMatchObject([{ weddingId: WEDDING, status: 'completed' }]);
  expect((await rows()).alerts.filter((one) => one.state === 'open')).toEqual([]);
  expect(await cards()).toEqual([]);

  const snapshot = await t.store.snapshot(t.organisation.id);
  const all = await t.store.readEvents(t.organisation.id, 0, 10_000);
  expect(applyEvents({ epoch: t.store.epoch, seq: 0, organisation: t.organisation, tables: emptyTables() }, all, snapshot.seq)).toEqual(fromSnapshot(snapshot));
  expect(all.filter((event) => event.weddingId === WEDDING && event.type === 'payment.failed')).toMatchObject([{ actor: { kind: 'person', id: t.device.id }, before: { weddingId: null } }]);
});

test('two facts of one delivery are decided one by one; a fact of a mapped booking follows that booking', async () => {
  await come(booking('b1', 'Flowers'), booking('b2', 'Candles'));
  const [first, second] = await cards();
  if (!first || !second) throw new Error('no cards');
  expect(await decide({ type: 'review.assign', reviewId: first.id, weddingId: WEDDING, basedOnVersion: 1 })).toMatchObject({ outcome: 'accepted' });
  expect((await rows()).bookings.map((row) => [row.title, row.weddingId])).toEqual([['Flowers', WEDDING], ['Candles', null]]);
  expect(await states()).toEqual(['parked']);
  expect(await decide({ type: 'review.discard', reviewId: second.id, basedOnVersion: 1 })).toMatchObject({ outcome: 'accepted' });
  expect((await rows()).bookings.map((row) => row.weddingId)).toEqual([WEDDING, null]);
  expect(await cards()).toEqual([]);
  expect(await states()).toEqual(['processed']);
  await come({ ...payment('p2', 'completed', '1'), wedding: { remote: { type: 'booking', id: 'b1' } } });
  expect((await rows()).payments).toMatchObject([{ weddingId: WEDDING }]);
});

test('rows in which somebody was erased stay as they are', async () => {
  await come(payment('p1', 'completed', '1'));
  const [card] = await cards();
  const [row] = (await rows()).payments;
  if (!card || !row) throw new Error('no card');
  const erased = draftUpdated('payment.erased', 'payments', null, row, { description: null }, null, { actor: { kind: 'system', id: null, name: 'test' }, source: null, deliveryId: null });
  await t.store.internals.writer.write(t.organisation.id, ({ record }) => record(erased ? [erased] : []));
  expect(await decide({ type: 'review.assign', reviewId: card.id, weddingId: WEDDING, basedOnVersion: 1 })).toMatchObject({ outcome: 'rejected', error: { code: 'command.not_possible' } });
  expect((await rows()).payments).toMatchObject([{ weddingId: null }]);
});
