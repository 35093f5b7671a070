import { expect, it } from 'vitest';
import type { HttpRequest } from '../../../core/ports/ports.ts';
import { caldav } from '../../../core/vendors/caldav/index.ts';
import { icsOf } from '../davFake.ts';
import { clockAt } from '../ports.ts';
import { filled, samples } from './samples.ts';

/** A first look at a calendar of many pages: what a server has to find out by looking at every entry is asked for once, not with each page. */

const { access, nowMs } = samples;

async function firstLook(entries: number): Promise<{ pages: number; titles: ReadonlySet<unknown>; marksAsked: number; asksAgain: number }> {
  const account = filled();
  for (let n = 0; n < entries; n += 1) account.put('team', `long-${n}.ics`, icsOf(`long-${n}`, 'DTSTART:20261121T100000Z', 'DTEND:20261121T110000Z', `SUMMARY:Long ${n}`));
  let marksAsked = 0;
  let calls = 0;
  const send = (request: HttpRequest) => {
    calls += 1;
    if (request.method === 'PROPFIND' && /sync-token|getctag/.test(request.body ?? '')) marksAsked += 1;
    return Promise.resolve(account.respond(request));
  };
  const titles = new Set<unknown>();
  let [cursor, pages]: [string | null, number] = [null, 0];
  for (let more = true; more; pages += 1) {
    const read = await caldav.poll!.read(cursor, access, { http: { send }, clock: clockAt(nowMs) });
    if (!read.ok) throw new Error(read.error.message);
    for (const { body } of read.value.items) titles.add((JSON.parse(body) as { title: unknown }).title);
    ({ cursor, more } = read.value);
  }
  const asked = marksAsked;
  calls = 0;
  // What was kept of the marks is right: nothing has changed since.
  const again = await caldav.poll!.read(cursor, access, { http: { send }, clock: clockAt(nowMs + 3_600_000) });
  expect(again).toMatchObject({ ok: true, value: { items: [], more: false } });
  return { pages, titles, marksAsked: asked, asksAgain: calls };
}

it('asks for the marks of calendars as often for seven pages as for two', async () => {
  const short = await firstLook(60);
  const long = await firstLook(320);
  expect(long.pages).toBeGreaterThan(short.pages + 4);
  expect(long.marksAsked).toBe(short.marksAsked);
  expect([...long.titles].filter((title) => String(title).startsWith('Long'))).toHaveLength(320);
  expect(long.asksAgain).toBe(1);
});
