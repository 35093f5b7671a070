import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FeedsAnswer, MadeFeed, type FeedAbout, type FeedView } from '../../../core/contract/feeds.ts';
import { draftCreated } from '../../../core/domain/record/drafts.ts';
import { readCalendarFile } from '../../../core/vendors/calendarFile.ts';
import type { FeedEntry } from '../../../core/vendors/vendor.ts';
import { FEED_PATH } from '../../../server/feeds/feeds.ts';
import { letIn } from '../../support/house.ts';
import { createPrivacy } from '../../../server/privacy/privacy.ts';
import { testApp, type TestApp } from '../../support/serverApp.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';
import { june, takingHouse } from '../../support/taking.ts';

/** Calendar feeds that the house gives out, from the address that is told once to what a subscriber reads. */

const NOW = '2027-05-20T12:00:00.000Z';
const clock = settableClock(NOW);
const PUBLIC = 'https://house.example';
const SPAN = { from: 0, to: Date.parse('2040-01-01T00:00:00.000Z') };

let t: TestStore;
let test: TestApp;
let app: FastifyInstance;
let house: ReturnType<typeof takingHouse>;
let headers: { authorization: string };
let couple: string;
let photographer: string;
let ana: string;

const system = { actor: { kind: 'system', id: null, name: 'test' }, source: null, deliveryId: null } as const;

beforeAll(async () => {
  t = await openTestStore({ clock });
  test = testApp(t.store, { clock, config: { publicUrl: PUBLIC, managingPerMinute: 100_000, strangerPerMinute: 5, apiPerMinute: 100_000 } });
  app = test.app;
  house = takingHouse(t);
  headers = (await letIn(t.store, t.organisation.id, { role: 'coordinator', weddingId: null, contactId: null, bookingIds: [] })).headers;
  couple = await house.wedding('Okonkwo and Haddad', 12, 12, 22);
  await house.wedding('Long over', 1, 12, 22, { date: '2027-04-01', startsAt: '2027-04-01T12:00:00.000Z', endsAt: '2027-04-01T22:00:00.000Z' });
  await house.wedding('Just over', 1, 12, 22, { date: '2027-05-01', startsAt: '2027-05-01T12:00:00.000Z', endsAt: '2027-05-01T22:00:00.000Z' });
  await house.wedding('Perhaps', 13, 12, 22, { status: 'enquiry' });
  await house.wedding('Pencilled', 14, 12, 22, { status: 'hold', room: 'Orangery' });
  await house.wedding('Called off', 15, 12, 22, { status: 'cancelled' });
  ana = randomUUID();
  await house.write(draftCreated('client.created', 'contacts', couple, { id: ana, weddingId: couple, name: 'Ana Ruiz', email: 'ana@example.org', phone: null, company: null, role: 'vendor' }, null, system));
  await house.booking('Ruiz Pictures', 12, 10, 20, { weddingId: couple, contactId: ana, title: 'Photographs of the day', place: 'East lawn', callTime: june(12, 9) });
  await house.booking('Ruiz Pictures', 18, 10, 20, { title: 'Of somebody else' });
  await house.booking('Stem and Leaf', 12, 8, 11, { weddingId: couple, trade: 'florist', title: 'Flowers' });
  photographer = (await house.rows()).resources.find((row) => row.name === 'Ruiz Pictures')!.id;
  const hall = await house.room('Great Hall');
  await house.allocation(hall, 20, 8, 18, { title: 'Floor is sanded', status: 'closed' });
});
afterAll(async () => {
  await app.close();
  await t.cleanup();
});
beforeEach(() => clock.set(NOW));

const make = async (about: FeedAbout, privacy: FeedView['privacy'] = 'full') => {
  const answer = await app.inject({ method: 'POST', url: '/api/calendars/feeds', headers, payload: { about, privacy } });
  expect(answer.statusCode, answer.payload).toBe(200);
  return MadeFeed.parse(answer.json());
};
const pathOf = ({ url }: MadeFeed): string => url.slice(PUBLIC.length);
const read = (path: string, more: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') => app.inject({ method, url: path, headers: { host: 'house.example', ...more } });
const entriesOf = (text: string): readonly FeedEntry[] => {
  const parsed = readCalendarFile(text, { span: SPAN, zone: null });
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.value;
};
const titles = async (made: MadeFeed) => entriesOf((await read(pathOf(made))).payload).map(({ title }) => title).sort();
const list = async () => FeedsAnswer.parse((await app.inject({ url: '/api/calendars/feeds', headers })).json()).feeds;
const revoke = (id: string, as = headers) => app.inject({ method: 'DELETE', url: `/api/calendars/feeds/${id}`, headers: as });

describe('the address', () => {
  it('is told once, also as calendars open it, and is kept as a hash only', async () => {
    const made = await make({ kind: 'house' });
    expect(made.url).toMatch(/^https:\/\/house\.example\/calendars\/feed\/[\w-]{43}\.ics$/);
    expect(made.webcalUrl).toBe(made.url.replace('https:', 'webcal:'));
    expect(made).toMatchObject({ reachable: true, feed: { about: { kind: 'house' }, privacy: 'full', createdBy: 'A coordinator', lastReadAt: null } });
    const token = made.url.slice(made.url.lastIndexOf('/') + 1, -4);
    const { rows } = await sql<{ kept: string }>`select to_jsonb(f)::text as kept from calendar_feeds f`.execute(t.store.internals.database.system);
    expect(rows.map(({ kept }) => kept).join()).not.toContain(token);
    expect(JSON.stringify(await list())).not.toContain(token);
    expect(JSON.stringify(test.logLines)).not.toContain(token);
    await t.store.internals.flushAudit();
    const { rows: trail } = await sql<{ line: string }>`select to_jsonb(a)::text as line from audit a`.execute(t.store.internals.database.system);
    expect(trail.map(({ line }) => line).join()).not.toContain(token);
    expect(trail.some(({ line }) => line.includes('feed.made') && line.includes(made.feed.id))).toBe(true);
  });

  it('is known by whom it was given to, which stands in nothing that is read', async () => {
    const made = async (recipient: string) => {
      const answer = await app.inject({ method: 'POST', url: '/api/calendars/feeds', headers, payload: { about: { kind: 'house' }, privacy: 'full', recipient } });
      return { status: answer.statusCode, body: answer.json<MadeFeed>() };
    };
    const { status, body } = await made('The band of Mr Sørensen');
    expect([status, body.feed.recipient, body.feed.about]).toEqual([200, 'The band of Mr Sørensen', { kind: 'house' }]);
    expect((await list()).find(({ id }) => id === body.feed.id)).toEqual(body.feed);
    expect((await list()).find(({ id }) => id !== body.feed.id)).toMatchObject({ recipient: null });
    expect((await read(pathOf(body))).payload).not.toContain('rensen');
    expect((await made('')).status).toBe(400);
    expect((await made('x'.repeat(121))).status).toBe(400);
    await revoke(body.feed.id);
  });

  it('is of nothing that is not there, nor of another house', async () => {
    for (const about of [{ kind: 'resource', id: randomUUID() }, { kind: 'wedding', id: photographer }]) {
      const answer = await app.inject({ method: 'POST', url: '/api/calendars/feeds', headers, payload: { about, privacy: 'full' } });
      expect([answer.statusCode, answer.json<{ error: { code: string } }>().error.code]).toEqual([404, 'request.not_found']);
    }
    for (const body of [{}, { about: { kind: 'house', id: couple }, privacy: 'full' }, { about: { kind: 'wedding' }, privacy: 'full' }, { about: { kind: 'house' }, privacy: 'all' }]) {
      expect((await app.inject({ method: 'POST', url: '/api/calendars/feeds', headers, payload: body })).statusCode).toBe(400);
    }
  });

  it('answers nothing once it is taken back, as if it had never been', async () => {
    const made = await make({ kind: 'house' });
    expect((await read(pathOf(made))).statusCode).toBe(200);
    expect((await revoke(made.feed.id)).statusCode).toBe(200);
    expect((await revoke(made.feed.id)).statusCode).toBe(404);
    expect((await list()).some(({ id }) => id === made.feed.id)).toBe(false);
    const [after, never] = [await read(pathOf(made)), await read(`${FEED_PATH}${'A'.repeat(43)}.ics`)];
    expect(after.statusCode).toBe(404);
    expect(after.json<object>()).toEqual({ ...never.json<object>(), instance: undefined });
    expect(Object.keys(after.headers).sort()).toEqual(Object.keys(never.headers).sort());
  });

  it('cannot be tried out by guessing', async () => {
    const tries = [`${FEED_PATH}x.ics`, `${FEED_PATH}${'A'.repeat(43)}`, `${FEED_PATH}${'A'.repeat(42)}!.ics`, `${FEED_PATH}${'A'.repeat(43)}.ICS`, `${FEED_PATH}${'B'.repeat(43)}.ics`];
    const from = (remoteAddress: string, url: string) => app.inject({ url, remoteAddress, headers: { host: 'house.example' } });
    for (const url of tries) expect((await from('192.0.2.7', url)).statusCode, url).toBe(404);
    const late = await from('192.0.2.7', `${FEED_PATH}${'C'.repeat(43)}.ics`);
    expect(late.statusCode).toBe(429);
    expect(Number(late.headers['retry-after'])).toBeGreaterThan(0);
    // Whoever has an address is not slowed by somebody who has none, also behind the same wall.
    expect((await from('192.0.2.7', pathOf(await make({ kind: 'house' })))).statusCode).toBe(200);
  });
});

describe('what is read', () => {
  it('is a calendar that is known by its mark, as long as nothing changes', async () => {
    const made = await make({ kind: 'house' }, 'title');
    const first = await read(pathOf(made));
    expect(first.headers).toMatchObject({ 'content-type': 'text/calendar; charset=utf-8', 'cache-control': 'private, no-cache' });
    expect(first.payload).toContain('REFRESH-INTERVAL;VALUE=DURATION:PT30M');
    const etag = String(first.headers['etag']);
    clock.advance(3_600_000);
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await read(pathOf(made), { 'if-none-match': known });
      expect([again.statusCode, again.payload, again.headers['etag']]).toEqual([304, '', etag]);
    }
    const head = await read(pathOf(made), {}, 'HEAD');
    expect([head.statusCode, head.payload, head.headers['etag'], head.headers['content-length']]).toEqual([200, '', etag, String(Buffer.byteLength(first.payload))]);
    await house.wedding('Newly booked', 25, 12, 22);
    const news = await read(pathOf(made), { 'if-none-match': etag });
    expect(news.statusCode).toBe(200);
    expect(news.payload).toContain('Newly booked');
    expect((await app.inject({ method: 'POST', url: pathOf(made), headers: { host: 'house.example' } })).statusCode).toBe(405);
  });

  it('says when it was read last, to the hour', async () => {
    const made = await make({ kind: 'house' }, 'busy');
    const at = async () => (await list()).find(({ id }) => id === made.feed.id)?.lastReadAt;
    await read(pathOf(made));
    expect(await at()).toBe(NOW);
    clock.advance(60_000);
    await read(pathOf(made));
    expect(await at()).toBe(NOW);
    clock.advance(3_600_000);
    await read(pathOf(made));
    expect(await at()).toBe('2027-05-20T13:01:00.000Z');
  });

  it('holds what is to come and a month back, and nobody who merely asks or was called off', async () => {
    expect(await titles(await make({ kind: 'house' }))).toEqual(['Floor is sanded', 'Just over', 'Newly booked', 'Okonkwo and Haddad', 'Pencilled']);
    const entries = entriesOf((await read(pathOf(await make({ kind: 'house' })))).payload);
    expect(entries.find(({ title }) => title === 'Pencilled')?.status).toBe('tentative');
    expect(entries.find(({ title }) => title === 'Okonkwo and Haddad')).toMatchObject({ status: 'confirmed', busy: true, startsAt: june(12, 12), endsAt: june(12, 22), zone: 'Europe/London', place: 'Great Hall' });
  });

  it('is one vendor’s part, or one wedding’s', async () => {
    expect(await titles(await make({ kind: 'resource', id: photographer }))).toEqual(['Of somebody else', 'Photographs of the day']);
    expect(await titles(await make({ kind: 'wedding', id: couple }))).toEqual(['Flowers', 'Okonkwo and Haddad', 'Photographs of the day']);
  });

  it('tells as much as its privacy lets it, and invites nobody', async () => {
    const about = { kind: 'resource', id: photographer } as const;
    const textOf = async (privacy: FeedView['privacy']) => (await read(pathOf(await make(about, privacy)))).payload.replace(/\r\n[ \t]/g, '');
    const [full, title, busy] = [await textOf('full'), await textOf('title'), await textOf('busy')];
    for (const part of ['Photographs of the day', 'East lawn', 'Ana Ruiz', 'Okonkwo and Haddad', 'Call time: 10:00']) expect(full).toContain(part);
    expect(title).toContain('Photographs of the day');
    for (const part of ['East lawn', 'Ana Ruiz', 'Okonkwo', 'Call time']) expect(title).not.toContain(part);
    for (const part of ['Photographs', 'East lawn', 'Ana Ruiz', 'Okonkwo']) expect(busy).not.toContain(part);
    expect(busy).toContain('SUMMARY:Taken');
    for (const text of [full, title, busy]) expect(text).not.toMatch(/ATTENDEE|ORGANIZER|VALARM|ana@example\.org/);
    const ofCouple = await read(pathOf(await make({ kind: 'wedding', id: couple }, 'busy')));
    expect(ofCouple.payload).toContain('SUMMARY:Taken');
    expect(ofCouple.payload).not.toContain('Okonkwo');
  });

  it('is of its own house only', async () => {
    const own = (await read(pathOf(await make({ kind: 'house' })))).payload;
    expect(own).toContain(t.organisation.name);
    const strangers = await app.inject({ url: '/api/calendars/feeds' });
    expect(strangers.statusCode).toBe(401);
    const vendor = await letIn(t.store, t.organisation.id, { role: 'vendor', weddingId: couple, contactId: ana, bookingIds: [] });
    expect((await app.inject({ url: '/api/calendars/feeds', headers: vendor.headers })).statusCode).toBe(403);
    expect((await revoke((await list())[0]!.id, vendor.headers)).statusCode).toBe(403);
  });

  it('has nobody in it who was forgotten', async () => {
    const made = await make({ kind: 'resource', id: photographer });
    const given = async (recipient: string) => (await app.inject({ method: 'POST', url: '/api/calendars/feeds', headers, payload: { about: { kind: 'house' }, privacy: 'busy', recipient } })).json<MadeFeed>().feed.id;
    const [hers, others] = [await given('Ana Ruiz, the photographer'), await given('Anabel Ruizen')];
    expect((await read(pathOf(made))).payload).toContain('Ana Ruiz');
    const gone = await createPrivacy(t.store.internals).erase({ organisationId: t.organisation.id, contactId: ana, reason: 'asked_by_person', confirm: 'Ana Ruiz', actor: system.actor });
    expect(gone.ok).toBe(true);
    expect((await read(pathOf(made))).payload).not.toContain('Ana Ruiz');
    // The feed goes on under no name; whose name only begins alike keeps it.
    const after = new Map((await list()).map(({ id, recipient }) => [id, recipient]));
    expect([after.get(hers), after.get(others)]).toEqual([null, 'Anabel Ruizen']);
  });

  it('is slowed for whoever asks for one without end', async () => {
    const made = await make({ kind: 'house' }, 'busy');
    let status = 200;
    for (let asked = 0; asked < 70 && status === 200; asked += 1) status = (await read(pathOf(made), { 'if-none-match': '*' })).statusCode === 429 ? 429 : 200;
    expect(status).toBe(429);
  });
});
