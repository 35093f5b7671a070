import { beforeEach, expect, test } from 'vitest';
import type { HttpRequest, HttpResponse } from '../../../../core/ports/ports.ts';
import type { Brought, FeedEntry } from '../../../../core/vendors/vendor.ts';
import { readFeed } from '../../../../server/workers/feed.ts';
import { settableClock } from '../../../support/store.ts';

const clock = settableClock('2026-11-20T12:00:00.000Z');
let answer: Partial<HttpResponse>;
let asked: HttpRequest[];
let cursor: string | null;

beforeEach(() => {
  clock.set('2026-11-20T12:00:00.000Z');
  asked = [];
  cursor = null;
});

const file = (...uids: string[]) => ['BEGIN:VCALENDAR', 'VERSION:2.0', ...uids.flatMap((uid) => ['BEGIN:VEVENT', `UID:${uid.split('!')[0]}`, 'DTSTAMP:20261101T120000Z', 'DTSTART:20270620T150000Z', 'DTEND:20270620T160000Z', `SUMMARY:${uid}`, 'END:VEVENT']), 'END:VCALENDAR'].join('\r\n');
async function read(secrets: Record<string, string> = { feedUrl: 'webcal://calendar.example/private.ics' }) {
  const http = {
    send: async (request: HttpRequest): Promise<HttpResponse> => {
      asked.push(request);
      return { status: 200, headers: {}, body: '', ...answer };
    },
  };
  const done = await readFeed(cursor, { connectionId: 'c', settings: { zone: 'Europe/London' }, secrets }, { http, clock });
  if (done.ok) ({ cursor } = done.value);
  return done;
}
const told = (items: readonly Brought[]) => items.map((one) => JSON.parse(one.body) as FeedEntry).map((entry) => (entry.gone ? `gone ${entry.uid}` : entry.title));
async function tells(): Promise<(string | null)[]> {
  const done = await read();
  if (!done.ok) throw new Error(done.error.message);
  return told(done.value.items);
}

test('tells what is new, changed or gone since the last look, and nothing twice', async () => {
  answer = { body: file('a', 'b') };
  expect(await tells()).toEqual(['a', 'b']);
  expect(asked[0]?.url).toBe('https://calendar.example/private.ics');
  expect(await tells()).toEqual([]);
  answer = { body: file('b!changed', 'c') };
  expect(await tells()).toEqual(['gone a', 'b!changed', 'c']);
});

test('a state that comes back is another delivery; a look that was not stored gives the same ones again', async () => {
  const keys: string[] = [];
  for (const body of [file('a'), file('a!other'), file('a')]) {
    answer = { body };
    const before = cursor;
    const done = await read();
    const after = cursor;
    cursor = before;
    const again = await read();
    if (!done.ok || !again.ok) throw new Error('no answer');
    expect(again.value.items).toEqual(done.value.items);
    cursor = after;
    keys.push(...done.value.items.map((one) => one.key));
  }
  expect(new Set(keys).size).toBe(3);
});

test('asks for changes only, and once a day for everything, since series go on', async () => {
  answer = { body: file('a'), headers: { etag: '"1"', 'last-modified': 'Fri, 20 Nov 2026 10:00:00 GMT' } };
  await tells();
  answer = { status: 304 };
  clock.advance(900_000);
  expect(await tells()).toEqual([]);
  expect(asked.at(-1)?.headers).toMatchObject({ 'if-none-match': '"1"', 'if-modified-since': 'Fri, 20 Nov 2026 10:00:00 GMT' });
  clock.advance(86_400_000);
  await read();
  expect(asked.at(-1)?.headers).not.toHaveProperty('if-none-match');
});

test.each<[string, Partial<HttpResponse>]>([['gone', { status: 404 }], ['withdrawn', { status: 410 }], ['empty', { body: file() }]])('a feed that is %s is believed after three looks over an hour', async (_name, nothing) => {
  answer = { body: file('a', 'b') };
  await tells();
  answer = nothing;
  expect(await tells()).toEqual([]);
  clock.advance(1_800_000);
  expect(await tells()).toEqual([]);
  clock.advance(900_000);
  expect(await tells()).toEqual([]);
  clock.advance(900_000);
  expect(await tells()).toEqual(['gone a', 'gone b']);
});

test('one look that finds something again forgets the empty ones', async () => {
  const full = file('a');
  for (const [body, minutes] of [[full, 0], [file(), 40], [full, 40], [file(), 40], [file(), 40]] as const) {
    clock.advance(minutes * 60_000);
    answer = { body };
    expect((await tells()).filter((one) => one?.startsWith('gone'))).toEqual([]);
  }
});

test('what is over, or further away than it is read, is not gone', async () => {
  answer = { body: file('a') };
  await tells();
  clock.set('2027-08-20T12:00:00.000Z');
  answer = { body: file().replace('END:VCALENDAR', ['BEGIN:VEVENT', 'UID:later', 'DTSTART:20270920T150000Z', 'SUMMARY:later', 'END:VEVENT', 'END:VCALENDAR'].join('\r\n')) };
  expect(await tells()).toEqual(['later']);
});

test.each<[string, Partial<HttpResponse>, boolean, number | null]>([
  ['busy', { status: 429, headers: { 'retry-after': '120' } }, true, 120_000],
  ['down', { status: 503 }, true, null],
  ['a page', { body: '<html>Sign in</html>' }, true, null],
  ['cut off', { body: file('a').slice(0, 90) }, true, null],
  ['forbidden', { status: 403 }, false, null],
  ['never there', { status: 404 }, false, null],
])('a feed that is %s changes nothing', async (_name, given, retryable, retryAfterMs) => {
  answer = given;
  expect(await read()).toMatchObject({ ok: false, error: { retryable, retryAfterMs } });
  expect(cursor).toBeNull();
});

test('without an address it is refused unasked', async () => {
  expect(await read({})).toMatchObject({ ok: false, error: { code: 'normalise.no_access' } });
  expect(asked).toEqual([]);
});

test('what is there with times that are none is not gone: what was told of it stays, until it has times again', async () => {
  const broken = (body: string): string => body.replace(/DTEND[^\r\n]*\r\nSUMMARY:a/, 'DTEND:20270620T140000Z\r\nSUMMARY:a');
  answer = { body: file('a', 'b') };
  expect(await tells()).toEqual(['a', 'b']);
  answer = { body: broken(file('a', 'b')) };
  expect(await tells()).toEqual([]);
  expect(await tells()).toEqual([]);
  answer = { body: file('a', 'b') };
  expect(await tells()).toEqual([]);
  answer = { body: file('b') };
  expect(await tells()).toEqual(['gone a']);
});

test('an entry that cannot be read is told once and alone; what was told of it stays until it can be read again, or is gone', async () => {
  const costly = (body: string): string => body.replace('SUMMARY:b', 'RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30\r\nSUMMARY:b');
  answer = { body: file('a', 'b') };
  expect(await tells()).toEqual(['a', 'b']);
  answer = { body: costly(file('a!changed', 'b')) };
  const first = await read();
  if (!first.ok) throw new Error(first.error.message);
  expect(first.value.items.map(({ event, body }) => [event, JSON.parse(body) as unknown])).toMatchObject([
    ['entry', { uid: 'a', title: 'a!changed', gone: false }], ['unreadable', { uid: 'b', problem: 'it repeats more than can be written out' }],
  ]);
  answer = { body: costly(file('b')) };
  const second = await read();
  if (!second.ok) throw new Error(second.error.message);
  // The same key: whoever keeps deliveries has it already.
  expect(second.value.items.map(({ key }) => key)).toContain(first.value.items[1]?.key);
  expect(second.value.items.map(({ body }) => JSON.parse(body) as unknown)).toMatchObject([{ uid: 'a', gone: true }, { uid: 'b', problem: 'it repeats more than can be written out' }]);
  answer = { body: file('b!back') };
  expect(await tells()).toEqual(['b!back']);
  answer = { body: file('c') };
  expect(await tells()).toEqual(['gone b', 'c']);
});

test('what does not repeat is read years ahead, and gone once it is not there', async () => {
  const late = (uid: string) => file(uid).replaceAll('20270620', '20300620');
  answer = { body: late('booked early') };
  expect(await tells()).toEqual(['booked early']);
  answer = { body: file('another') };
  expect(await tells()).toEqual(['gone booked early', 'another']);
});

test('an entry without a UID takes its time, and is told once', async () => {
  answer = { body: file('a').replace(/UID:a\r\n/, '') };
  expect(await tells()).toEqual(['a']);
  expect(await tells()).toEqual([]);
});
