import { beforeEach, expect, test } from 'vitest';
import { caldav } from '../../../core/vendors/caldav/index.ts';
import { settableClock } from '../../support/store.ts';
import { icsOf, type FakeAccount } from '../davFake.ts';
import { filled, samples } from './samples.ts';

/** What servers answer that leave something out, or say it otherwise each time: no entry is told twice or lost because of it. */

const clock = settableClock('2026-11-01T12:00:00.000Z');
let account: FakeAccount;
let cursor: string | null;
/** What is done to each answer. */
let bent: (body: string) => string;

beforeEach(() => {
  account = filled();
  cursor = null;
  bent = (body) => body;
});

async function look(): Promise<string[]> {
  clock.advance(600_000);
  const { settings, secrets, connectionId } = samples.access;
  const told: string[] = [];
  for (let page = 0; page < 50; page += 1) {
    const http = { send: (request: Parameters<FakeAccount['respond']>[0]) => {
      const answer = account.respond(request);
      return Promise.resolve({ ...answer, body: bent(answer.body) });
    } };
    const read = await caldav.poll?.read(cursor, { connectionId, settings, secrets }, { http, clock });
    if (!read?.ok) throw new Error(read?.error.message ?? 'there is no look');
    cursor = read.value.cursor;
    told.push(...read.value.items.map(({ event, body }) => {
      const { href, title } = JSON.parse(body) as { href: string; title: string | null };
      return `${event} ${title ?? href}`;
    }));
    if (!read.value.more) return told.sort();
  }
  throw new Error('the look does not end');
}
const WHOLE = ['entry Barn closed', 'entry Far ahead', 'entry Team', 'entry Team', 'entry Viewing: Ada & Ben'];

test('without marks each entry is read again, and told once', async () => {
  bent = (body) => body.replaceAll(/<x:getetag>[^<]*<\/x:getetag>/g, '');
  expect(await look()).toEqual(WHOLE);
  expect(await look()).toEqual([]);
  account.put('weddings', 'a.ics', icsOf('a', 'DTSTART:20261121T120000Z', 'DTEND:20261121T130000Z', 'SUMMARY:Moved'));
  expect(await look()).toEqual(['entry Moved']);
});

test('with another mark at each reading nothing is told that is as it was', async () => {
  let n = 0;
  bent = (body) => body.replaceAll(/<x:getetag>[^<]*<\/x:getetag>/g, () => `<x:getetag>"${(n += 1)}"</x:getetag>`);
  expect(await look()).toEqual(WHOLE);
  for (let more = 0; more < 3; more += 1) expect(await look()).toEqual([]);
});

test('a calendar without a name is read under what its address says', async () => {
  bent = (body) => body.replaceAll(/<x:displayname>[^<]*<\/x:displayname>/g, '');
  expect(await look()).toEqual(WHOLE);
});

test('where a list says for a while of no calendar what it is, what was told stays', async () => {
  expect(await look()).toEqual(WHOLE);
  bent = (body) => body.replaceAll(/<x:resourcetype>.*?<\/x:resourcetype>/g, '');
  const nothing: unknown = await look().catch((error: unknown) => error);
  expect(nothing instanceof Error || (Array.isArray(nothing) && nothing.length === 0)).toBe(true);
  bent = (body) => body;
  expect(await look()).toEqual([]);
});

test('one UID in several files is several entries; one of them changed or gone says nothing of the other', async () => {
  await look();
  for (const name of ['x1', 'x2']) account.put('weddings', `${name}.ics`, icsOf('same', 'DTSTART:20261122T120000Z', 'DTEND:20261122T130000Z', `SUMMARY:${name}`));
  expect(await look()).toEqual(['entry x1', 'entry x2']);
  account.put('weddings', 'x1.ics', icsOf('same', 'DTSTART:20261122T140000Z', 'DTEND:20261122T150000Z', 'SUMMARY:x1'));
  expect(await look()).toEqual(['entry x1']);
  account.remove('weddings', 'x2.ics');
  expect(await look()).toEqual(['gone /ada/calendars/weddings/x2.ics']);
});

test('an entry of twenty thousand lines is read, and of its guests no more than a list has room for', async () => {
  await look();
  const guests = Array.from({ length: 20_000 }, (_one, n) => `ATTENDEE;PARTSTAT=ACCEPTED:mailto:guest${n}@example.org`);
  const ours = '0190a1b2-0000-7000-8000-000000000001';
  account.put('weddings', 'wedsync-3132.ics', icsOf(`wedsync-${ours}`, 'DTSTART:20261122T120000Z', 'DTEND:20261122T130000Z', 'SUMMARY:Many', ...guests));
  const before = performance.now();
  expect(await look()).toEqual(['entry Many']);
  expect(performance.now() - before).toBeLessThan(10_000);
  expect((cursor ?? '').length).toBeLessThan(100_000);
});
