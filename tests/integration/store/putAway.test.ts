import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Command } from '../../../core/contract/commands.ts';
import { err, ok } from '../../../core/contract/result.ts';
import { draftUpdated } from '../../../core/domain/record/drafts.ts';
import type { Hint, RereadError, VendorModule } from '../../../core/vendors/vendor.ts';
import { startReplay } from '../../../server/deliveries/replays.ts';
import { createIds } from '../../../server/ports.ts';
import { startRetention } from '../../../server/privacy/worker.ts';
import { startDeadLetterWatch } from '../../../server/workers/deadLetters.ts';
import { startNormaliser, type Normaliser } from '../../../server/workers/normalise.ts';
import { startReplayer, type Replayer } from '../../../server/workers/replays.ts';
import { delivery, IN_A_HURRY } from '../../support/deliveries.ts';
import { changes, entry, meaning, scriptedVendor } from '../../support/scriptedVendor.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';

/** Cards that need nothing: a person puts them away, or they end with the body that they were about. */

const DAY = 86_400_000;
let t: TestStore;
let clock: ReturnType<typeof settableClock>;
let line: Normaliser;
let replayer: Replayer;
let source: (hint: Hint) => ReturnType<NonNullable<VendorModule['reread']>>;

const refused: RereadError = { code: 'normalise.reread_refused', message: 'gone', retryable: false, retryAfterMs: null };
const noAnswer: RereadError = { code: 'normalise.reread_failed', message: 'no answer', retryable: true, retryAfterMs: null };

beforeEach(async () => {
  clock = settableClock('2026-11-20T12:00:00.000Z');
  t = await openTestStore({ clock });
  source = async () => err(refused);
  const vendor = scriptedVendor('stripe', { reread: (hint) => source(hint) });
  line = startNormaliser({ store: t.store, vendors: () => vendor, http: { send: () => Promise.reject(new Error('no line')) }, clock, ids: createIds(), log: t.log, random: () => 1 });
  replayer = startReplayer({ store: t.store, log: t.log, ...IN_A_HURRY });
});
afterEach(async () => {
  await replayer.stop();
  await line.stop();
  await t.cleanup();
});

const db = () => t.store.internals.database.system;
const rows = async () => (await t.store.snapshot(t.organisation.id)).rows;
const cards = async () => (await rows()).reviewItems.filter((one) => one.state === 'open');
const openAlerts = async () => (await rows()).alerts.filter((one) => one.state === 'open').map((one) => one.rule).sort();
const deliveryOf = async (id: string) => db().selectFrom('deliveries').select(['state', 'reason', 'body']).where('id', '=', id).executeTakeFirstOrThrow();
const discard = (card: { readonly id: string; readonly version: number }) => {
  const command: Command = { type: 'review.discard', commandId: randomUUID(), reviewId: card.id, basedOnVersion: card.version };
  return t.store.command(t.organisation.id, t.device, command);
};
async function come(body: unknown): Promise<string> {
  const { deliveryId } = await t.store.addDelivery(delivery(t, 'stripe', body));
  await line.idle();
  return deliveryId;
}
const hint = (id: string) => come(meaning({ kind: 'reread', hints: [{ remoteType: 'entry', remoteId: id }] }));
async function dies(id: string): Promise<string> {
  source = async () => err(noAnswer);
  const deliveryId = await hint(id);
  await sql`update deliveries set attempts = 15, next_attempt_at = ${new Date(clock.now()).toISOString()}::timestamptz where state = 'waiting'`.execute(db());
  await sql`update connection_access set breaker = null`.execute(db());
  line.wake();
  await line.idle();
  return deliveryId;
}
const stray = (id: string): unknown => changes({ kind: 'payment', remote: { type: 'payment', id, version: '1' }, wedding: {}, occurredAt: null, fields: { description: 'Deposit', status: 'completed', amountMinor: 5_000, currency: 'GBP' } });

test('what could not be used is of no interest once a person says so, with its alert; it can still be worked on again', async () => {
  const id = await hint('one');
  const [card] = await cards();
  if (!card) throw new Error('no card');
  expect(card.kind).toBe('quarantined');
  expect(await openAlerts()).toEqual(['delivery_quarantined']);
  expect(await discard({ ...card, version: card.version + 1 })).toMatchObject({ outcome: 'rebase' });
  const before = (await t.store.snapshot(t.organisation.id)).seq;
  expect(await discard(card)).toMatchObject({ outcome: 'accepted' });
  expect(await cards()).toEqual([]);
  expect(await openAlerts()).toEqual([]);
  expect(await deliveryOf(id)).toMatchObject({ state: 'ignored', reason: 'review.put_away', body: expect.stringContaining('one') as string });
  expect((await t.store.readEvents(t.organisation.id, before, 100)).map((event) => [event.type, event.actor.id])).toEqual([['review.resolved', t.device.id], ['alert.resolved', t.device.id]]);
  const audited = async () => (await sql<{ actor: string; subject: string }>`select actor, subject from audit where action = 'review.discarded'`.execute(db())).rows;
  await expect.poll(audited).toEqual([{ actor: t.device.id, subject: card.id }]);
  expect(await discard({ ...card, version: card.version + 1 })).toMatchObject({ outcome: 'rejected', error: { code: 'command.not_possible' } });

  source = async ({ remoteId }) => ok([entry(remoteId, { title: 'After all' })]);
  expect(await startReplay(t.store.internals, t.organisation.id, { ids: [id] }, t.device.id)).toMatchObject({ ok: true });
  await expect.poll(async () => (await deliveryOf(id)).state).toBe('processed');
  expect((await rows()).calendarEvents.map((one) => one.title)).toEqual(['After all']);
});

test('the alert about deliveries that were given up goes in the commit that puts the last of them away', async () => {
  const watch = startDeadLetterWatch({ store: t.store, clock, ids: createIds(), log: t.log });
  const ids = [await dies('one'), await dies('two')];
  clock.advance(11 * 60_000);
  await watch.runNow();
  // What follows must not be the work of the watch.
  await watch.stop();
  expect(await openAlerts()).toContain('deliveries_dead');
  const [first, second] = (await cards()).filter(({ kind }) => kind === 'dead');
  if (!first || !second) throw new Error('no cards');
  expect(await discard(first)).toMatchObject({ outcome: 'accepted' });
  expect(await openAlerts()).toContain('deliveries_dead');
  expect(await discard(second)).toMatchObject({ outcome: 'accepted' });
  expect(await openAlerts()).not.toContain('deliveries_dead');
  for (const id of ids) expect(await deliveryOf(id)).toMatchObject({ state: 'ignored', reason: 'review.put_away' });
  expect(await t.store.gauges()).toMatchObject({ deliveriesDead: 0 });
});

test('somebody who was erased is no question that has to stand for ever, and nothing of it is called used', async () => {
  const id = await come(stray('p1'));
  const [card] = await cards();
  if (!card) throw new Error('no card');
  const told = draftUpdated('review.updated', 'reviewItems', null, card, { reason: 'normalise.person_erased' }, null, { actor: { kind: 'system', id: null, name: 'test' }, source: null, deliveryId: null });
  await t.store.internals.writer.write(t.organisation.id, ({ record }) => record(told ? [told] : []));
  await sql`update deliveries set reason = 'normalise.person_erased' where id = ${id}`.execute(db());
  expect(await discard({ ...card, version: card.version + 1 })).toMatchObject({ outcome: 'accepted' });
  expect(await cards()).toEqual([]);
  expect(await deliveryOf(id)).toMatchObject({ state: 'ignored', reason: 'normalise.person_erased' });
});

test('when the body goes, the cards go that nobody could do anything about any more, and say why; what can be given a wedding stays', async () => {
  const unusable = await hint('one');
  const dead = await dies('two');
  const loose = await come(stray('p1'));
  const change = await come(changes({ kind: 'wedding', remote: { type: 'event', id: 'w1', version: '1' }, wedding: { remote: { type: 'event', id: 'w1' } }, occurredAt: null, fields: { guestCount: 80 } }));
  const watch = startDeadLetterWatch({ store: t.store, clock, ids: createIds(), log: t.log });
  clock.advance(11 * 60_000);
  await watch.runNow();
  await watch.stop();
  expect((await cards()).map(({ deliveryId }) => deliveryId).sort()).toEqual([unusable, dead, loose, change].sort());

  const worker = startRetention({ store: t.store, clock, log: t.log, random: () => 0 });
  try {
    clock.advance(100 * DAY);
    expect(await worker.runNow()).toMatchObject([{ closed: 0 }]);
    expect(await cards()).toHaveLength(4);
    clock.advance(100 * DAY);
    expect(await worker.runNow()).toMatchObject([{ closed: 3, done: { unmatchedBodies: 4 } }]);
    expect((await cards()).map(({ deliveryId }) => deliveryId)).toEqual([loose]);
    expect((await rows()).reviewItems.filter(({ state }) => state === 'resolved').map(({ reason }) => reason)).toEqual(['review.expired', 'review.expired', 'review.expired']);
    for (const id of [unusable, dead, change]) expect(await deliveryOf(id)).toEqual({ state: 'ignored', reason: 'review.expired', body: '' });
    expect((await deliveryOf(loose)).state).toBe('parked');
    expect(await openAlerts()).toEqual(['delivery_parked']);
    expect(await worker.runNow()).toMatchObject([{ closed: 0 }]);
  } finally {
    await worker.stop();
  }
});

test('a lot of the brake ends with the last body that it held', async () => {
  await come(changes(...Array.from({ length: 30 }, (_, index) => entry(`e${index}`, { version: '1' }))));
  clock.advance(60_000);
  for (let index = 0; index < 30; index += 1) await t.store.addDelivery(delivery(t, 'stripe', changes(entry(`e${index}`, { version: '2', deleted: true }))));
  await line.idle();
  const [card] = await cards();
  if (!card) throw new Error('nothing was held');
  expect(card.kind).toBe('held');
  clock.advance(200 * DAY);
  const worker = startRetention({ store: t.store, clock, log: t.log, random: () => 0 });
  try {
    expect(await worker.runNow()).toMatchObject([{ closed: 1 }]);
  } finally {
    await worker.stop();
  }
  expect(await cards()).toEqual([]);
  expect(await openAlerts()).toEqual([]);
  expect(await deliveryOf(card.deliveryId)).toMatchObject({ state: 'ignored', reason: 'review.expired' });
  const { rows: kept } = await sql<{ lot: unknown }>`select brake->'lot' as lot from connection_access where id = ${t.connections.stripe.connectionId}`.execute(db());
  expect(kept).toEqual([{ lot: null }]);
});
