import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MadeFeed, type FeedView } from '../../../core/contract/feeds.ts';
import { readCalendarFile } from '../../../core/vendors/calendarFile.ts';
import { letIn } from '../../support/house.ts';
import { testApp } from '../../support/serverApp.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';
import { takingHouse } from '../../support/taking.ts';

/** A feed of a part says that it is taken with its whole, as the calendars of parts do. */

const PUBLIC = 'https://house.example';
const clock = settableClock('2027-05-20T12:00:00.000Z');
let t: TestStore;
let app: FastifyInstance;
let house: ReturnType<typeof takingHouse>;
let headers: { authorization: string };
let ids: { readonly north: string; readonly hall: string };

beforeAll(async () => {
  t = await openTestStore({ clock });
  app = testApp(t.store, { clock, config: { publicUrl: PUBLIC, managingPerMinute: 100_000, apiPerMinute: 100_000 } }).app;
  house = takingHouse(t);
  headers = (await letIn(t.store, t.organisation.id, { role: 'coordinator', weddingId: null, contactId: null, bookingIds: [] })).headers;
  const north = await house.resource('room', 'North Bay');
  const hall = await house.resource('room', 'Great Hall', { partIds: [north] });
  await house.resource('room', 'Whole House', { partIds: [hall] });
  ids = { north, hall };
  await house.wedding('Amara & Tom', 12, 12, 22);
  await house.wedding('Everywhere', 14, 12, 22, { room: 'Whole House' });
  await house.wedding('Small one', 16, 12, 22, { room: 'North Bay' });
  await house.allocation(hall, 20, 8, 18, { title: 'Floor is sanded', status: 'closed' });
});
afterAll(async () => {
  await app.close();
  await t.cleanup();
});

const feed = async (id: string, privacy: FeedView['privacy']): Promise<string> => {
  const answer = await app.inject({ method: 'POST', url: '/api/calendars/feeds', headers, payload: { about: { kind: 'resource', id }, privacy } });
  return MadeFeed.parse(answer.json()).url.slice(PUBLIC.length);
};
const read = (url: string, etag?: string) =>
  app.inject({ url, headers: { host: 'house.example', ...(etag === undefined ? {} : { 'if-none-match': etag }) } });
const titles = (text: string) => {
  const parsed = readCalendarFile(text, { span: { from: 0, to: Date.parse('2040-01-01T00:00:00.000Z') }, zone: null });
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.value.map(({ title }) => title).sort();
};
const saved = async (id: string, change: object): Promise<void> => {
  const { kind, name, places, partIds, setUpMinutes, turnaroundMinutes, state, version } = await house.one('resources', id);
  const kept = { kind, name, places, partIds, setUpMinutes, turnaroundMinutes, state };
  expect(await house.decide('resource.save', { resourceId: id, basedOnVersion: version, ...kept, ...change })).toMatchObject({ outcome: 'accepted' });
};
/** Times of the last change that an entry tells, by its title. */
const changedAt = (text: string): Map<string, string> => new Map(text.replace(/\r\n[ \t]/g, '').split('BEGIN:VEVENT').slice(1).map((one) => {
  const [title, at] = [/^SUMMARY:(.*)$/m, /^LAST-MODIFIED:(.*)$/m].map((what) => what.exec(one)?.[1]?.trim() ?? '');
  return [title ?? '', at ?? ''];
}));

it('is named for the whole at whatever depth, by what its privacy lets it; what takes a part is not the whole', async () => {
  const [north, hall] = [await feed(ids.north, 'title'), await feed(ids.hall, 'full')];
  expect(titles((await read(north)).payload)).toEqual(
    ['Amara & Tom (Great Hall)', 'Everywhere (Whole House)', 'Floor is sanded (Great Hall)', 'Small one'],
  );
  expect(titles((await read(hall)).payload)).toEqual(['Amara & Tom', 'Everywhere (Whole House)', 'Floor is sanded']);
  const busy = (await read(await feed(ids.north, 'busy'))).payload;
  expect(titles(busy)).toEqual(['Taken', 'Taken', 'Taken', 'Taken']);
  for (const word of ['Great Hall', 'Whole House', 'Amara']) expect(busy).not.toContain(word);
});

it('is another text under another mark once its whole is called otherwise, takes it no more, or is taken', async () => {
  const url = await feed(ids.north, 'title');
  const first = await read(url);
  const etag = String(first.headers['etag']);
  expect((await read(url, etag)).statusCode).toBe(304);
  clock.advance(60_000);
  await saved(ids.hall, { name: 'Ballroom' });
  const renamed = await read(url, etag);
  const named = ['Amara & Tom (Ballroom)', 'Everywhere (Whole House)', 'Floor is sanded (Ballroom)', 'Small one'];
  expect([renamed.statusCode, titles(renamed.payload)]).toEqual([200, named]);
  // Whoever takes only what was changed lately takes it, and nothing else.
  const [before, after] = [changedAt(first.payload), changedAt(renamed.payload)];
  expect(after.get('Amara & Tom (Ballroom)')).not.toBe(before.get('Amara & Tom (Great Hall)'));
  expect(after.get('Small one')).toBe(before.get('Small one'));
  const whole = String(renamed.headers['etag']);
  await saved(ids.hall, { partIds: [] });
  const alone = await read(url, whole);
  expect([alone.statusCode, titles(alone.payload)]).toEqual([200, ['Small one']]);
  await saved(ids.hall, { partIds: [ids.north] });
  const again = await read(url, String(alone.headers['etag']));
  expect([again.statusCode, titles(again.payload)]).toEqual([200, titles(renamed.payload)]);
  const back = String(again.headers['etag']);
  await house.wedding('Later', 18, 12, 22, { room: 'Ballroom' });
  expect(titles((await read(url, back)).payload)).toContain('Later (Ballroom)');
});
