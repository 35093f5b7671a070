import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { draftCreated, type DraftContext } from '../../../core/domain/record/drafts.ts';
import type { Told } from '../../../core/domain/record/told.ts';
import { tellers } from '../../../server/store/migrations/0022_tellers.ts';
import { createIds } from '../../../server/ports.ts';
import { vendorModule } from '../../../core/vendors/registry.ts';
import { startNormaliser, type Normaliser } from '../../../server/workers/normalise.ts';
import { delivery } from '../../support/deliveries.ts';
import { changes, scriptedVendor } from '../../support/scriptedVendor.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';

/** Two connections tell of one person; and records from before it was kept who told what. */

const EMAIL = 'rosa@example.org';
const context: DraftContext = { actor: { kind: 'system', id: null, name: 'test' }, source: null, deliveryId: null };
const clock = settableClock('2026-11-20T12:00:00.000Z');
let t: TestStore;
let line: Normaliser;

beforeEach(async () => {
  t = await openTestStore({ clock });
  const vendors = (system: string) => (system === 'stripe' || system === 'honeybook' ? scriptedVendor(system) : vendorModule(system));
  line = startNormaliser({ store: t.store, vendors, http: { send: () => Promise.reject(new Error('no line')) }, clock, ids: createIds(), log: t.log, random: () => 1 });
});
afterEach(async () => {
  await line.stop();
  await t.cleanup();
});

const tell = async (system: 'stripe' | 'honeybook', on: string, fields: object) => {
  await t.store.addDelivery(delivery(t, system, changes({ kind: 'contact', remote: { type: 'person', id: `of-${system}`, version: on }, wedding: {}, occurredAt: on, fields: { email: EMAIL, ...fields } })));
  await line.idle();
};
const rosa = async () => (await t.store.snapshot(t.organisation.id)).rows.contacts.filter((row) => row.email === EMAIL).map(({ name, phone, company }) => ({ name, phone, company }));

test('a newer number of the one stands over the other’s, and the older one comes back when it is taken back', async () => {
  await tell('stripe', '2026-11-16T09:00:00.000Z', { name: 'Rosa', phone: 'monday' });
  await tell('honeybook', '2026-11-20T09:00:00.000Z', { phone: 'friday' });
  expect(await rosa()).toEqual([{ name: 'Rosa', phone: 'friday', company: null }]);
  await tell('stripe', '2026-11-18T09:00:00.000Z', { phone: 'wednesday', company: 'Rosa Ltd' });
  expect(await rosa()).toEqual([{ name: 'Rosa', phone: 'friday', company: 'Rosa Ltd' }]);
  await tell('honeybook', '2026-11-20T10:00:00.000Z', { phone: null });
  expect(await rosa()).toEqual([{ name: 'Rosa', phone: 'wednesday', company: 'Rosa Ltd' }]);
  const updates = (await t.store.readEvents(t.organisation.id, 0, 1000)).filter(({ type }) => type === 'client.updated');
  expect(updates.map(({ before, source }) => [before, source?.system])).toEqual([[{ phone: 'monday' }, 'honeybook'], [{ company: null }, 'stripe'], [{ phone: 'friday' }, 'honeybook']]);
});

test('what stood before it was kept who told what is taken as told by whoever had the word on it', async () => {
  const { ids, writer, database } = t.store.internals;
  const [shared, entered, bare] = [ids.next(), ids.next(), ids.next()];
  const [stripe, honeybook] = [t.connections.stripe.connectionId, t.connections.honeybook.connectionId];
  const row = (id: string, name: string, phone: string | null) => draftCreated('client.created', 'contacts', null, { id, weddingId: null, name, email: `${name}@example.org`, phone, company: null, role: 'couple' }, null, context);
  await writer.write(t.organisation.id, async ({ tx, record }) => {
    await record([row(shared, 'shared', '1'), row(entered, 'entered', '2'), row(bare, 'bare', null)]);
    const mapping = (connectionId: string, localId: string, remoteVersion: string | null, told: Told | null) => ({ organisationId: t.organisation.id, connectionId, remoteType: 'person', remoteId: `${localId}`, collection: 'contacts' as const, localId, remoteVersion, told: told && JSON.stringify(told), lastWrittenBy: 'vendor' as const, updatedAt: '2026-11-20T12:00:00.000Z' });
    await tx.insertInto('mappings').values([
      mapping(stripe, shared, '7', { at: { '7': ['email', 'name'] } }),
      mapping(honeybook, shared, '3', { at: {}, others: ['email', 'name', 'role'] }),
      mapping(honeybook, entered, '3', { at: {}, others: ['email', 'name', 'role'] }),
      mapping(stripe, bare, '5', null),
    ]).execute();
  });
  await sql.raw(tellers.sql).execute(database.system);
  const kept = await database.system.selectFrom('mappings').select(['connectionId', 'localId', 'told']).execute();
  const told = (connectionId: string, localId: string) => kept.find((one) => one.connectionId === connectionId && one.localId === localId)?.told;
  expect(told(stripe, shared)).toEqual({ at: { '7': ['email', 'name'] }, says: { name: [0, 'shared'], email: [0, 'shared@example.org'], phone: [0, '1'], role: [0, 'couple'] } });
  // The first word was another's, so it is not the house's own; what the second had filled in is its own.
  expect(told(honeybook, shared)).toEqual({ at: {}, says: { phone: [0, '1'] } });
  expect(told(honeybook, entered)).toEqual({ at: {}, others: ['email', 'name', 'role'], says: { phone: [0, '2'] } });
  expect(told(stripe, bare)).toEqual({ at: {}, floor: '5', says: { name: [0, 'bare'], email: [0, 'bare@example.org'], role: [0, 'couple'] } });
});
