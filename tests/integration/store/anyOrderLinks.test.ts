import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Change } from '../../../core/domain/record/changes.ts';
import { createIds } from '../../../server/ports.ts';
import { createConnection } from '../../../server/store/connections.ts';
import { createOrganisation } from '../../../server/store/organisations.ts';
import { workBatch } from '../../../server/workers/batch.ts';
import { changes, scriptedVendor } from '../../support/scriptedVendor.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';

/** Children before parents: whatever order facts come in that name each other, however often, and wherever the worker dies. */

const RUNS = Number(process.env['WEDSYNC_ANY_ORDER'] ?? 20);
const SEED = process.env['WEDSYNC_SEED'];
const clock = settableClock('2026-11-20T12:00:00.000Z');
const vendor = scriptedVendor('stripe');
let t: TestStore;
let runs = 0;
let deaths = 0;

beforeAll(async () => {
  t = await openTestStore({ clock });
});
afterAll(async () => {
  console.log(`open links: ${runs} runs, ${deaths} batches that died before their commit`);
  await t.cleanup();
});

const plain = { occurredAt: null } as const;
const of = (type: string, id: string) => ({ type, id });
const at = (type: string, id: string, version: number) => ({ type, id, version: String(version) });

/** A wedding and all that hangs on it, each naming the one before; parents first. */
function family(n: string): Change[] {
  const day = '2027-06-12';
  const instants = { startsAt: `${day}T10:00:00.000Z`, endsAt: `${day}T22:00:00.000Z` };
  return [
    { ...plain, kind: 'wedding', remote: at('project', n, 1), wedding: {}, fields: { title: `Wedding ${n}`, date: day, zone: 'UTC', ...instants, room: 'Barn' } },
    { ...plain, kind: 'wedding', remote: at('project', n, 2), wedding: {}, fields: { guestCount: 90 } },
    { ...plain, kind: 'contact', remote: at('client', n, 1), wedding: { remote: of('project', n) }, fields: { name: `Client ${n}`, email: `${n}@example.org`, role: 'couple' } },
    { ...plain, kind: 'contact', remote: at('planner', n, 1), wedding: { remote: of('project', n) }, fields: { name: `Planner ${n}`, email: `planner.${n}@example.org`, role: 'planner' } },
    { ...plain, kind: 'booking', remote: at('job', n, 1), wedding: { remote: of('client', n) }, contactRemote: of('client', n), fields: { title: `Job ${n}`, trade: 'florist', status: 'hold' } },
    { ...plain, kind: 'booking', remote: at('job', n, 2), wedding: { remote: of('client', n) }, contactRemote: of('planner', n), fields: { place: 'Hall' } },
    { ...plain, kind: 'booking', remote: at('job', `${n}+`, 1), wedding: { remote: of('job', n) }, fields: { title: `Job ${n}+`, trade: 'music', status: 'hold' } },
    { ...plain, kind: 'payment', remote: at('payment', n, 1), wedding: {}, bookingRemote: of('job', n), fields: { description: `Payment ${n}`, status: 'pending', amountMinor: 100, currency: 'GBP' } },
    { ...plain, kind: 'payment', remote: at('payment', n, 2), wedding: {}, bookingRemote: of('job', `${n}+`), fields: { status: 'failed', failureReason: 'Declined' } },
    { ...plain, kind: 'document', remote: at('paper', n, 1), wedding: { remote: of('payment', n) }, fields: { title: `Receipt ${n}`, kind: 'other', status: 'shared' } },
    { ...plain, kind: 'document', remote: at('contract', n, 1), wedding: {}, bookingRemote: of('job', n), fields: { title: `Contract ${n}`, kind: 'contract', status: 'shared' } },
    { ...plain, kind: 'calendarEvent', remote: at('entry', n, 1), wedding: {}, bookingRemote: of('job', `${n}+`), fields: { title: `Entry ${n}`, ...instants, status: 'confirmed' } },
    { ...plain, kind: 'message', remote: at('message', n, 1), wedding: { remote: of('job', n) }, fields: { channel: 'email', direction: 'in', subject: `Message ${n}`, fromAddress: `m${n}@example.org` } },
    // What it names never comes.
    { ...plain, kind: 'payment', remote: at('payment', `${n}-lost`, 1), wedding: {}, bookingRemote: of('job', 'nowhere'), fields: { description: `Lost ${n}`, status: 'completed', amountMinor: 5, currency: 'GBP' } },
  ];
}

const STRAIGHT = [...family('a'), ...family('b')];
type Cut = readonly { readonly limit: number; readonly dies: boolean }[];
/** Facts that come as one delivery. */
type Sent = readonly (readonly Change[])[];

async function play(sent: Sent, cuts: readonly Cut[]): Promise<Readonly<Record<string, readonly string[]>>> {
  runs += 1;
  const { store } = t;
  const organisation = await createOrganisation(store.internals, { name: `Run ${runs}`, zone: 'UTC', currency: 'GBP', demo: false });
  const organisationId = organisation.id;
  const { connectionId } = await createConnection(store.internals, { organisationId, system: 'stripe', name: 'Jobs', path: 'native', settings: {}, secrets: {}, actor: { kind: 'system', id: null, name: 'test' } });
  const internals = { ...store.internals, clock, ids: createIds() };
  const shared = { store: internals, vendors: () => vendor, random: () => 1, organisationIds: [organisationId], finished: [], mayFetch: () => true };
  const dying = {
    ...internals,
    writer: {
      ...internals.writer,
      write: <T>(id: string, work: Parameters<typeof internals.writer.write<T>>[1]) =>
        internals.writer.write<T>(id, async (writing) => {
          await work(writing);
          throw new Error('the worker died before its commit');
        }),
    },
  };
  for (const [n, facts] of sent.entries()) {
    clock.advance(1_000);
    await store.addDelivery({
      organisationId, connectionId, system: 'stripe', vendorEvent: null, mediaType: 'application/json', headers: {},
      deliveryKey: `n${n}`, bodyText: JSON.stringify(changes(...facts)), receivedAt: new Date(clock.now()).toISOString(),
    });
    for (const { limit, dies } of cuts[n] ?? []) {
      if (dies) {
        deaths += 1;
        await expect(workBatch({ ...shared, store: dying, limit })).rejects.toThrow('died');
      } else await workBatch({ ...shared, limit });
    }
  }
  for (let moved = 1; moved > 0; ) moved = (await workBatch({ ...shared, limit: 64 })).works.length;
  return pictureOf(organisationId);
}

async function pictureOf(organisationId: string) {
  const { database } = t.store.internals;
  const { rows } = await t.store.snapshot(organisationId);
  const named = [...rows.weddings.map(({ id, title }) => [id, title]), ...rows.contacts.map(({ id, name }) => [id, name]), ...rows.bookings.map(({ id, title }) => [id, title]), ...rows.payments.map(({ id, description }) => [id, description])] as [string, string][];
  const names = new Map(named);
  const nameOf = (id: string | null) => (id === null ? null : (names.get(id) ?? '?'));
  const links = await database.system.selectFrom('openLinks').select(['field', 'remoteType', 'remoteId', 'localId']).where('organisationId', '=', organisationId).execute();
  const states = await database.system.selectFrom('deliveries').select(['state']).distinct().where('organisationId', '=', organisationId).execute();
  const picture = {
    weddings: rows.weddings.map(({ title, guestCount, room }) => [title, guestCount, room]),
    contacts: rows.contacts.map(({ name, weddingId }) => [name, nameOf(weddingId)]),
    bookings: rows.bookings.map(({ title, place, status, contactId, weddingId }) => [title, place, status, nameOf(contactId), nameOf(weddingId)]),
    payments: rows.payments.map(({ description, status, failureReason, bookingId, weddingId }) => [description, status, failureReason, nameOf(bookingId), nameOf(weddingId)]),
    documents: rows.documents.map(({ title, bookingId, weddingId }) => [title, nameOf(bookingId), nameOf(weddingId)]),
    calendarEvents: rows.calendarEvents.map(({ title, bookingId, weddingId }) => [title, nameOf(bookingId), nameOf(weddingId)]),
    messages: rows.messages.map(({ subject, weddingId }) => [subject, nameOf(weddingId)]),
    cards: rows.reviewItems.filter(({ state }) => state === 'open').map(({ kind, about }) => [kind, nameOf(about?.id ?? null)]),
    alerts: rows.alerts.filter(({ state, rule }) => state === 'open' && ['payment_failed', 'delivery_parked'].includes(rule)).map(({ rule, weddingId }) => [rule, nameOf(weddingId)]),
    links: links.map(({ field, remoteType, remoteId, localId }) => [field, remoteType, remoteId, nameOf(localId)]),
    states: states.map(({ state }) => [state]),
  };
  // A failure may be told more than once; that it is told is what counts.
  return Object.fromEntries(Object.entries(picture).map(([name, all]) => [name, [...new Set(all.map((one) => JSON.stringify(one)))].sort()]));
}

const alone = (all: readonly Change[]): Sent => all.map((one) => [one]);

test('parents first, children first and all at once give the same links, and nothing waits that has come', async () => {
  const straight = await play(alone(STRAIGHT), STRAIGHT.map(() => [{ limit: 8, dies: false }]));
  expect(straight).toMatchObject({
    weddings: ['["Wedding a",90,"Barn"]', '["Wedding b",90,"Barn"]'],
    bookings: expect.arrayContaining(['["Job a","Hall","hold","Planner a","Wedding a"]', '["Job a+",null,"hold",null,"Wedding a"]']) as unknown,
    payments: expect.arrayContaining(['["Payment a","failed","Declined","Job a+","Wedding a"]', '["Lost a","completed",null,null,null]']) as unknown,
    documents: expect.arrayContaining(['["Receipt a",null,"Wedding a"]', '["Contract a","Job a","Wedding a"]']) as unknown,
    calendarEvents: expect.arrayContaining(['["Entry a","Job a+","Wedding a"]']) as unknown,
    messages: expect.arrayContaining(['["Message a","Wedding a"]']) as unknown,
    cards: ['["parked","Lost a"]', '["parked","Lost b"]'],
    links: ['["bookingId","job","nowhere","Lost a"]', '["bookingId","job","nowhere","Lost b"]'],
    states: ['["parked"]', '["processed"]'],
  });
  const back = [...STRAIGHT].reverse();
  expect(await play(alone(back), back.map(() => [{ limit: 1, dies: false }])), 'children first, each by itself').toEqual(straight);
  expect(await play(alone(back), []), 'children first, one batch').toEqual(straight);
  const together = { ...straight, states: ['["parked"]'] };
  expect(await play([STRAIGHT], []), 'one delivery').toEqual(together);
  expect(await play([back], []), 'one delivery, children first').toEqual(together);
}, 120_000);

test('any order, any repetition and any crash point give the same record', async () => {
  const straight = await play(alone(STRAIGHT), []);
  const seed = SEED === undefined ? Date.now() % 1_000_000_000 : Number(SEED);
  console.log(`open links: ${RUNS} runs, seed ${seed}`);
  const all = STRAIGHT.map((_, n) => n);
  const order = fc.tuple(fc.shuffledSubarray([...all, ...all], { minLength: 2 * all.length, maxLength: 2 * all.length }), fc.subarray(all)).map(([both, twice]) => {
    const seen = new Set<number>();
    return both.filter((n) => {
      const first = !seen.has(n);
      seen.add(n);
      return first || twice.includes(n);
    });
  });
  const cut = fc.array(fc.record({ limit: fc.integer({ min: 1, max: 9 }), dies: fc.boolean() }), { maxLength: 2 });
  // Which deliveries are parked depends on which facts come together; that the rest is done with does not.
  const withoutStates = (picture: Awaited<ReturnType<typeof play>>) => ({ ...picture, states: picture['states']?.filter((one) => one !== '["parked"]' && one !== '["processed"]') });
  const same = fc.asyncProperty(order, fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 56, maxLength: 56 }), fc.array(cut, { minLength: 56, maxLength: 56 }), async (order, sizes, cuts) => {
    let from = 0;
    const sent = sizes.map((size) => order.slice(from, (from += size)).map((n) => STRAIGHT[n]!)).filter((facts) => facts.length > 0);
    expect(withoutStates(await play(sent, cuts))).toEqual(withoutStates(straight));
  });
  await fc.assert(same, { numRuns: RUNS, seed });
}, Math.max(120_000, RUNS * 6_000));
