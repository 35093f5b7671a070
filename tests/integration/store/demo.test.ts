import fs from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import type { Snapshot } from '../../../core/contract/record.ts';
import { localDate } from '../../../core/domain/day/localTime.ts';
import { applyEvents, emptyTables, fromSnapshot } from '../../../core/domain/record/state.ts';
import type { DemoCard } from '../../../server/demo/card.ts';
import { liveEnd, shiftInstant, wallInstant } from '../../../server/demo/dates.ts';
import { seedDemo } from '../../../server/demo/seed.ts';
import { createIds } from '../../../server/ports.ts';
import { openTestStore, settableClock, temporaryDirectory, type TestStore } from '../../support/store.ts';

const clock = settableClock('2026-11-20T13:40:00.000Z');
const dataDir = temporaryDirectory();
let t: TestStore;

beforeEach(async () => {
  clock.set('2026-11-20T13:40:00.000Z');
  t = await openTestStore({ clock });
});
afterEach(() => t.cleanup());
afterAll(() => fs.rmSync(dataDir, { recursive: true, force: true }));

const seed = (vscoBaseUrl?: string) => seedDemo(t.store, { clock, ids: createIds(clock), dataDir, serverUrl: 'http://127.0.0.1:4100', ...(vscoBaseUrl ? { vscoBaseUrl } : {}) });
const snapshotOf = (card: DemoCard): Promise<Snapshot> => t.store.snapshot(card.organisationId);
const todays = (card: DemoCard) => card.weddings.filter((wedding) => wedding.today);

function isLive(snapshot: Snapshot): void {
  const now = clock.now();
  const today = snapshot.rows.weddings.filter((wedding) => wedding.date === localDate(wedding.zone, now));
  expect(today).toHaveLength(1);
  const [wedding] = today;
  const items = snapshot.rows.runSheetItems.filter((item) => item.weddingId === wedding?.id);
  const call = snapshot.rows.bookings.filter((booking) => booking.weddingId === wedding?.id);
  expect(Date.parse(wedding?.endsAt ?? '')).toBeGreaterThan(now);
  expect(items.length).toBeGreaterThan(10);
  for (const item of items) expect(localDate('Europe/London', Date.parse(item.startsAt))).toBe(wedding?.date);
  for (const booking of call) expect(localDate('Europe/London', Date.parse(booking.callTime ?? ''))).toBe(wedding?.date);
}

test('a venue with three weddings, one of them going on now, all of it through the log', async () => {
  const card = await seed();
  const snapshot = await snapshotOf(card);
  expect(snapshot.organisation).toMatchObject({ demo: true, zone: 'Europe/London', currency: 'GBP' });
  expect(card.weddings.map((wedding) => wedding.date)).toEqual(['2026-11-20', '2026-11-22', '2026-11-29']);
  expect(todays(card)).toHaveLength(1);
  isLive(snapshot);
  const statuses = snapshot.rows.runSheetItems.map((item) => item.status);
  expect(new Set(statuses)).toEqual(new Set(['done', 'running', 'planned']));
  const bookings = snapshot.rows.bookings.filter((booking) => booking.weddingId === todays(card)[0]?.id);
  expect(bookings.length).toBeGreaterThanOrEqual(5);
  expect(bookings.length).toBeLessThanOrEqual(8);

  const events = await t.store.readEvents(card.organisationId, 0, 1_000);
  expect(new Set(events.map((event) => event.actor.kind))).toEqual(new Set(['demo']));
  const empty = { epoch: t.store.epoch, seq: 0, organisation: snapshot.organisation, tables: emptyTables() };
  expect(applyEvents(empty, events, snapshot.seq)).toEqual(fromSnapshot(snapshot));
});

test('there is something said, shared and noted of every wedding, and of today\'s a wind notice that holds until it is over', async () => {
  const card = await seed();
  const { messages, documents, calendarEvents, weatherNotices, contacts, weddings } = (await snapshotOf(card)).rows;
  for (const { id } of weddings) for (const rows of [messages, documents, calendarEvents]) expect(rows.filter((row) => row.weddingId === id)).not.toEqual([]);
  for (const message of messages) expect(Date.parse(message.sentAt ?? '')).toBeLessThan(clock.now());
  expect(new Set(messages.map((message) => message.direction))).toEqual(new Set(['in', 'out']));
  expect(messages.filter((message) => message.status === 'failed' && message.failureReason !== null)).toHaveLength(1);
  const people = new Set(contacts.map((contact) => contact.id));
  expect(messages.filter((message) => message.contactId !== null && people.has(message.contactId)).length).toBeGreaterThan(5);
  expect(documents.filter((document) => document.bookingId !== null).length).toBeGreaterThan(2);
  for (const entry of calendarEvents) expect(Date.parse(entry.endsAt)).toBeGreaterThan(Date.parse(entry.startsAt));
  const [today] = todays(card);
  expect(weatherNotices).toMatchObject([{ weddingId: today?.id, state: 'active', endsAt: today?.endsAt }]);
});

test('a newcomer sees what a move costs: some of those who are taken have said what they ask, and nobody stands there twice', async () => {
  const card = await seed();
  const { resources, bookings, weddings } = (await snapshotOf(card)).rows;
  const asks = resources.filter(({ moveFeeMinor }) => typeof moveFeeMinor === 'number' && moveFeeMinor > 0);
  expect(asks.map(({ name }) => name).sort()).toEqual(['Great Hall', 'Kestrel Quartet', 'Lantern & Loom', 'Orangery']);
  const taken = [...weddings.map(({ roomId }) => roomId), ...bookings.map(({ vendorId }) => vendorId)];
  for (const { id, name } of asks) expect(taken, name).toContain(id);
  expect(new Set(resources.map(({ kind, name }) => `${kind} ${name}`)).size).toBe(resources.length);
  await seed();
  expect((await snapshotOf(card)).rows.resources).toEqual(resources);
});

test('the couple\'s address on the card leads to exactly their wedding', async () => {
  const card = await seed();
  const { contacts } = (await snapshotOf(card)).rows;
  for (const wedding of card.weddings) {
    expect(contacts.filter((contact) => contact.email === wedding.coupleEmail).map((contact) => contact.weddingId)).toEqual([wedding.id]);
  }
});

test('the card is its owner\'s alone, and its addresses and secrets open the connections', async () => {
  const card = await seed('http://127.0.0.1:9999/api/v2');
  const file = path.join(dataDir, 'demo.json');
  expect(fs.statSync(file).mode & 0o777).toBe(0o600);
  expect(JSON.parse(fs.readFileSync(file, 'utf8'))).toEqual(card);
  expect(card.connections.map((connection) => connection.system)).toEqual(['stripe', 'vsco-workspace', 'honeybook']);
  for (const { system, connectionId, path: address, secrets, settings } of card.connections) {
    const [, key] = /^\/api\/integrations\/webhook\/[a-z-]+\/([\w-]{43})$/.exec(address) ?? [];
    expect(await t.store.intakeConnection(system, key ?? '')).toMatchObject({ connectionId, secrets, settings, organisationId: card.organisationId });
  }
  expect(card.connections[0]?.secrets['signingSecret']).toMatch(/^whsec_/);
  expect(card.connections[1]?.settings['baseUrl']).toBe('http://127.0.0.1:9999/api/v2');
});

test('a second start changes nothing but what it is told to', async () => {
  const first = await seed();
  const head = await t.store.headSeq(first.organisationId);
  const second = await seed('http://127.0.0.1:1234/api/v2');
  expect(await t.store.headSeq(first.organisationId)).toBe(head);
  expect(second.weddings).toEqual(first.weddings);
  expect(second.connections.map((connection) => connection.path)).toEqual(first.connections.map((connection) => connection.path));
  expect(second.connections[1]?.settings['baseUrl']).toBe('http://127.0.0.1:1234/api/v2');
});

test.each(['2026-11-21T09:00:00.000Z', '2026-11-22T23:50:00.000Z', '2027-04-02T10:00:00.000Z', '2026-11-20T23:55:00.000Z'])('on %s one wedding is today again, its day moved along at the same wall times', async (at) => {
  const before = await snapshotOf(await seed());
  clock.set(at);
  const card = await seed();
  const after = await snapshotOf(card);
  isLive(after);
  expect(todays(card)).toHaveLength(1);
  expect(after.rows.runSheetItems).toHaveLength(before.rows.runSheetItems.length);
  const wall = (instant: string) => new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', timeStyle: 'short' }).format(new Date(instant));
  const starts = (snapshot: Snapshot) => Object.fromEntries(snapshot.rows.runSheetItems.map((item) => [item.id, wall(item.startsAt)]));
  expect(starts(after)).toEqual(starts(before));
  const entries = (snapshot: Snapshot) => Object.fromEntries(snapshot.rows.calendarEvents.map((entry) => [entry.id, [wall(entry.startsAt), wall(entry.endsAt)]]));
  expect(entries(after)).toEqual(entries(before));
  const said = (snapshot: Snapshot) => Object.fromEntries(snapshot.rows.messages.map((message) => [message.id, wall(message.sentAt ?? '')]));
  expect(said(after)).toEqual(said(before));
  for (const message of after.rows.messages) expect(Date.parse(message.sentAt ?? '')).toBeLessThanOrEqual(clock.now());
  expect(after.rows.weatherNotices.map((notice) => localDate('Europe/London', Date.parse(notice.startsAt)))).toEqual([todays(card)[0]?.date]);
});

test('wall times hold across a change of the clocks, and a late day goes on', () => {
  expect(wallInstant('Europe/London', '2026-07-01', 13 * 60)).toBe('2026-07-01T12:00:00.000Z');
  expect(shiftInstant('Europe/London', '2026-10-24T12:30:00.000Z', 1)).toBe('2026-10-25T13:30:00.000Z');
  expect(shiftInstant('Europe/London', '2026-03-29T12:30:00.000Z', -1)).toBe('2026-03-28T13:30:00.000Z');
  const end = '2026-11-20T23:30:00.000Z';
  expect(liveEnd(Date.parse('2026-11-20T20:00:00.000Z'), end)).toBe(end);
  expect(liveEnd(Date.parse('2026-11-20T23:20:30.000Z'), end)).toBe('2026-11-21T01:21:00.000Z');
});
