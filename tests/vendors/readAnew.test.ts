import { describe, expect, it } from 'vitest';
import type { ConnectionAccess, Standing } from '../../core/vendors/calling.ts';
import { googleCalendar } from '../../core/vendors/google-calendar/index.ts';
import { microsoftGraph } from '../../core/vendors/microsoft-graph/index.ts';
import { isInside, marksOf, stillLeft, without } from '../../core/vendors/readAnew.ts';
import type { Brought } from '../../core/vendors/vendor.ts';
import { FakeGoogle } from './google-calendar/fake.ts';
import { FakeGraph } from './microsoft-graph/fake.ts';
import { clockAt } from './ports.ts';

/** A calendar whose place was forgotten over there: what was taken away meanwhile is asked for, entry by entry. */

const NOW = 1_793_000_100_000;
const YEAR_MS = 366 * 86_400_000;
const day = (n: number): string => new Date(NOW + n * 86_400_000).toISOString();

function google() {
  const fake = new FakeGoogle(null);
  const times = (at: number) => ({ start: { dateTime: day(at) }, end: { dateTime: day(at + 0.1) } });
  return {
    fake, vendor: googleCalendar, remote: (id: string) => id, far: -400,
    put: (id: string, at = 1) => fake.edit(id, { summary: id, ...times(at) }, fake.mainId),
    lose: (id: string) => fake.purge(id, fake.mainId),
    /** Only lists leave it out. */
    hide: (id: string) => void fake.book(fake.mainId).changes.splice(0, 1_000, ...fake.book(fake.mainId).changes.filter((one) => one !== id)),
    forget: () => void (fake.era += 1),
  };
}
function outlook() {
  const fake = new FakeGraph(null);
  const at = (n: number) => ({ dateTime: day(n).slice(0, 19), timeZone: 'UTC' });
  const put = (id: string, n = 1) => fake.edit(id, { subject: id, type: 'singleInstance', isCancelled: false, showAs: 'busy', start: at(n), end: at(n + 0.1) }, fake.mainId);
  return {
    fake, vendor: microsoftGraph, remote: (id: string) => id, far: 4 * 366, put,
    lose: (id: string) => fake.take(id),
    hide: (id: string) => void fake.changes.splice(0, fake.changes.length, ...fake.changes.filter((one) => one.id !== id)),
    forget() {
      put('since');
      fake.forgotten = fake.changes.length;
    },
  };
}

describe.each([['Google', google], ['Outlook', outlook]] as const)('%s', (_name, make) => {
  function house() {
    const there = make();
    const known = new Set<string>();
    const wished: Standing[] = [];
    const standing = (of: Standing) => {
      wished.push(of);
      return Promise.resolve([...known]);
    };
    const access: ConnectionAccess = { connectionId: 'c', settings: { baseUrl: there.fake.base }, secrets: { accessToken: there.fake.token }, standing };
    const page = async (cursor: string | null) => {
      const read = await there.vendor.poll!.read(cursor, access, { http: there.fake.http, clock: clockAt(NOW) });
      if (!read.ok) throw new Error(read.error.message);
      return read.value;
    };
    const look = async (cursor: string | null) => {
      const items: Brought[] = [];
      let pages = 0;
      for (let at = cursor; ;) {
        const one = await page(at);
        items.push(...one.items);
        pages += 1;
        at = one.cursor;
        if (!one.more) return { items, pages, cursor: at, unread: one.unread ?? [] };
      }
    };
    const gone = (items: readonly Brought[]) => items.filter(({ event }) => event === 'cancelled' || event === 'removed').map(({ body }) => (JSON.parse(body) as { event: { id: string } }).event.id).sort();
    return { ...there, known, wished, page, look, gone };
  }
  const ids = (count: number): string[] => Array.from({ length: count }, (_, n) => `e${n}`);

  it('asks for what was not met, ten at a time, and believes only what it is answered', async () => {
    const t = house();
    for (const id of ids(30)) t.put(id);
    const first = await t.look(null);
    expect(t.gone(first.items)).toEqual([]);
    for (const id of ids(30)) t.known.add(t.remote(id));
    for (const id of ids(25)) t.lose(id);
    t.hide('e26');
    t.put('e27', t.far);
    t.hide('e27');
    t.forget();
    const asked = t.fake.asked.length;
    const anew = await t.look(first.cursor);
    expect(t.gone(anew.items)).toEqual(ids(25).sort());
    expect(anew.pages).toBeGreaterThanOrEqual(4);
    expect(t.fake.asked.slice(asked).filter(({ url }) => /\/events\/e\d+$/.test(new URL(url).pathname))).toHaveLength(27);
    // Moved to where nothing is asked for, it is told with its time.
    expect(anew.items.some(({ event, body }) => event === 'entry' && (JSON.parse(body) as { event: { id: string } }).event.id === 'e27')).toBe(true);
    expect(t.wished.every(({ from, to }) => from < NOW && (to === null || to > NOW + 2 * YEAR_MS))).toBe(true);
    expect((await t.look(anew.cursor)).items).toEqual([]);
  });

  it('a question without an answer takes nothing away; the next look goes on there', async () => {
    const t = house();
    for (const id of ids(3)) t.put(id);
    const first = await t.look(null);
    for (const id of ids(3)) t.known.add(t.remote(id));
    t.lose('e1');
    t.forget();
    let at = first.cursor;
    // Until all is read, and what was not met is to be asked for.
    for (let one = await t.page(at); ; one = await t.page(at)) {
      at = one.cursor;
      if (at.includes('"asking":true')) break;
      if (!one.more) throw new Error('nothing is to be asked for');
    }
    t.fake.next = { status: 503, headers: {}, body: '{}' };
    const read = await t.vendor.poll!.read(at, { connectionId: 'c', settings: { baseUrl: t.fake.base }, secrets: { accessToken: t.fake.token }, standing: () => Promise.resolve([...t.known]) }, { http: t.fake.http, clock: clockAt(NOW) });
    expect(read).toMatchObject({ ok: false, error: { retryable: true } });
    expect(t.gone((await t.look(at)).items)).toEqual(['e1']);
  });
});

it('marks are struck out as they are met, and nothing else', () => {
  const all = Array.from({ length: 500 }, (_, n) => `entry-${n}`);
  const left = without(marksOf([...all, ...all]), all.slice(0, 400));
  expect(stillLeft(left, [...all, 'new'])).toEqual(all.slice(400));
  expect(without(left, all)).toBe('');
  expect([isInside({ from: 10, to: null }, null, null), isInside({ from: Date.parse(day(0)), to: null }, day(-2), day(-1)), isInside({ from: Date.parse(day(0)), to: Date.parse(day(5)) }, day(4), day(6))]).toEqual([true, false, true]);
});
