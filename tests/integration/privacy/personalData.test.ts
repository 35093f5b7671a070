import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { HTTP } from '../../../core/contract/http.ts';
import { EraseAnswer, ErasePreview, PersonalData, ReadersAnswer } from '../../../core/contract/personalData.ts';
import { delivery } from '../../support/deliveries.ts';
import { furnish, letIn, type House } from '../../support/house.ts';
import { testApp, type TestApp } from '../../support/serverApp.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';
import { StrictClient } from '../../support/streamClient.ts';

/** A busy machine takes its time. */
const SOON = { timeout: 20_000 };
let t: TestStore;
let app: TestApp;
let url: string;
let house: House;
let owner: Awaited<ReturnType<typeof letIn>>;

beforeEach(async () => {
  t = await openTestStore();
  app = testApp(t.store, { config: { enrolPerMinute: 10_000, apiPerMinute: 10_000 } });
  url = await app.listen();
  house = await furnish(t.store, t.organisation.id);
  owner = await letIn(t.store, t.organisation.id, house.access('owner'));
});
afterEach(async () => {
  await app.app.close();
  await t.cleanup();
});

const at = (path: string, id: string) => path.replace(':id', id);
const get = (path: string, headers = owner.headers) => app.app.inject({ method: 'GET', url: path, headers });
const erase = (id: string, payload: object) => app.app.inject({ method: 'POST', url: at(HTTP.erase.path, id), headers: owner.headers, payload });
const nameOf = async (id: string) => (await t.store.snapshot(t.organisation.id)).rows.contacts.find((row) => row.id === id)?.name ?? '';

test('everything held of a contact is told in one document, and that it was asked for is kept', async () => {
  const { contacts } = (await t.store.snapshot(t.organisation.id)).rows;
  const email = contacts.find((row) => row.id === house.florist)?.email ?? '';
  await t.store.addDelivery(delivery(t, 'stripe', { from: email }));
  const answer = await get(at(HTTP.personalData.path, house.florist));
  expect(answer.statusCode).toBe(200);
  const held = PersonalData.parse(answer.json());
  expect(held.contacts.map(({ row }) => row.id)).toEqual([house.florist]);
  expect(held.bookings.length).toBeGreaterThan(0);
  expect(held.bookings.every(({ row }) => row.contactId === house.florist)).toBe(true);
  expect(held.weddings.map(({ row }) => row.id)).toEqual([house.here]);
  expect(held.history.some((event) => event.row.id === house.florist && event.before === null)).toBe(true);
  expect(held.deliveries).toMatchObject([{ system: 'stripe', body: JSON.stringify({ from: email }), kept: { why: 'retention' } }]);
  expect(held.contacts[0]?.kept.until).toMatch(/^20\d\d-/);
  await t.store.internals.flushAudit();
  const again = PersonalData.parse((await get(at(HTTP.personalData.path, house.florist))).json());
  expect(again.audit).toMatchObject([{ action: 'personal_data.exported', actor: owner.deviceId, outcome: 'ok' }]);
  expect((await get(at(HTTP.personalData.path, randomUUID()))).statusCode).toBe(404);
  expect((await get(at(HTTP.personalData.path, 'nobody'))).statusCode).toBe(400);
});

test('erasing asks for the name, is refused twice, and every client hears of it', async () => {
  const name = await nameOf(house.florist);
  const client = new StrictClient(url, { token: owner.token });
  await client.open();
  await expect.poll(() => client.state?.tables.contacts[house.florist]?.name, SOON).toBe(name);
  const before = await t.store.headSeq(t.organisation.id);
  const preview = ErasePreview.parse((await get(at(HTTP.erasePreview.path, house.florist))).json());
  expect(preview).toMatchObject({ name, contactId: house.florist, entries: 1 });
  expect((await erase(house.florist, { confirm: 'Nobody', reason: 'asked_by_person' })).json()).toMatchObject({ error: { code: 'personal_data.not_confirmed' } });
  for (const bad of [{}, { confirm: name }, { confirm: name, reason: 'because' }, { confirm: name, reason: 'retention' }, { confirm: name, reason: 'asked_by_person', more: 1 }]) expect((await erase(house.florist, bad)).statusCode).toBe(400);
  const done = await erase(house.florist, { confirm: name, reason: 'asked_by_person' });
  expect(done.statusCode).toBe(200);
  expect(EraseAnswer.parse(done.json())).toMatchObject({ contactId: house.florist });
  await expect.poll(() => client.state?.tables.contacts[house.florist]?.name, SOON).toBe('Erased');
  client.close();
  // Whoever comes back from before gets the log as it is now; the process keeps no older copy at hand.
  const late = new StrictClient(url, { token: owner.token, cursor: { epoch: t.store.epoch, seq: before - 1 } });
  await late.open();
  await expect.poll(() => late.frames.flatMap((frame) => frame.events).some((event) => event.type === 'contact.erased'), SOON).toBe(true);
  expect(late.frames.flatMap((frame) => frame.events).map((event) => event.seq)).toContain(before);
  expect(JSON.stringify(late.frames)).not.toContain(`"${name}"`);
  late.close();
  expect((await t.store.headSeq(t.organisation.id)) - before).toBeGreaterThan(0);
  expect((await erase(house.florist, { confirm: 'Erased', reason: 'asked_by_person' })).json()).toMatchObject({ error: { code: 'personal_data.already_erased' } });
});

test('who was told of a contact: by stream, history, record and export, each device once', async () => {
  const [desk, guest, other] = [await letIn(t.store, t.organisation.id, house.access('staff')), await letIn(t.store, t.organisation.id, house.access('vendor')), await letIn(t.store, t.organisation.id, house.access('partner'))];
  const lines = [new StrictClient(url, { token: desk.token }), new StrictClient(url, { token: guest.token }), new StrictClient(url, { token: other.token })];
  for (const line of lines) {
    await line.open();
    await expect.poll(() => line.state !== null, SOON).toBe(true);
  }
  await get(at(HTTP.history.path.replace(':collection', 'contacts'), house.florist), desk.headers);
  await get(`${HTTP.record.path}?at=1`, desk.headers);
  await get(at(HTTP.personalData.path, house.florist));
  const { readers } = ReadersAnswer.parse((await get(at(HTTP.readers.path, house.florist))).json());
  expect(readers.map((reader) => reader.deviceId).sort()).toEqual([owner.deviceId, desk.deviceId, guest.deviceId].sort());
  expect(readers.find((reader) => reader.deviceId === desk.deviceId)).toMatchObject({ name: 'A staff', role: 'staff', how: expect.arrayContaining(['live', 'history', 'record']) });
  expect(readers.find((reader) => reader.deviceId === owner.deviceId)).toMatchObject({ how: ['export'] });
  for (const line of lines) line.close();
  expect((await get(at(HTTP.readers.path, randomUUID()))).statusCode).toBe(404);
});
