import { describe, expect, it } from 'vitest';
import type { Http } from '../../../core/ports/ports.ts';
import type { Brought, PollPart } from '../../../core/vendors/vendor.ts';
import { callsNeed, lacksKey } from '../../../core/vendors/access.ts';
import { clockAt, stored } from '../../vendors/ports.ts';
import { always, expectUnderstood, unreachable } from '../fits.ts';
import type { VendorSamples } from '../samples.ts';

const MOST_PAGES = 50;
const codeOf = (read: Awaited<ReturnType<PollPart['read']>>): string => (read.ok ? 'ok' : read.error.code);

/** Looking for changes: everything once, the same again after a crash, and nothing lost to a bad answer. */
export function pollConformance(samples: VendorSamples): void {
  const { vendor, access, nowMs } = samples;
  const { manifest, poll } = vendor;
  if (!poll || !samples.poll) return;
  const { respond, brings, secretValues } = samples.poll;
  const clock = clockAt(nowMs);
  const http: Http = { send: (request) => Promise.resolve(respond(request)) };

  async function readAll(from: string | null): Promise<{ items: Brought[]; cursor: string }> {
    const items: Brought[] = [];
    let cursor = from;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      // Time goes on while pages are read: a look that measures from now must not begin anew with each page.
      const read = await poll!.read(cursor, access, { http, clock: clockAt(nowMs + page * 1500) });
      if (!read.ok) throw new Error(read.error.message);
      items.push(...read.value.items);
      cursor = read.value.cursor;
      if (!read.value.more) return { items, cursor };
    }
    throw new Error('the poll never ends');
  }

  describe(`${manifest.id}: poll`, () => {
    it('brings everything from the beginning, under keys of its own, and understands it', async () => {
      const { items, cursor } = await readAll(null);
      expect(new Set(items.map((item) => item.key)).size).toBe(brings);
      expect(cursor).not.toBe('');
      for (const item of items) {
        expect(item.key.length).toBeGreaterThan(0);
        expect(item.key.length).toBeLessThanOrEqual(700);
        expect(item.event).not.toBe('');
        expectUnderstood(poll.normalise(stored(item.body, { vendorEvent: item.event, settings: access.settings })));
      }
      expect(poll.everySeconds).toBeGreaterThanOrEqual(30);
    });

    it('gives the same keys when a page is read again, and nothing new from the end', async () => {
      const [first, again] = [await readAll(null), await readAll(null)];
      expect(again.items.map((item) => item.key)).toEqual(first.items.map((item) => item.key));
      const after = await readAll(first.cursor);
      const known = new Set(first.items.map((item) => item.key));
      expect(after.items.filter((item) => !known.has(item.key))).toEqual([]);
    });

    it('says apart what is refused, what may be tried again, and what is no answer', async () => {
      const ask = (with_: Http) => poll.read(null, access, { http: with_, clock });
      expect(await ask(always({ status: 401, headers: {}, body: '' }))).toMatchObject({ ok: false, error: { code: 'normalise.no_access', retryable: false } });
      // Of a list it is the key that may see none; of the sign-in (PayPal) the key itself.
      expect(['normalise.forbidden', 'normalise.no_access']).toContain(codeOf(await ask(always({ status: 403, headers: {}, body: '' }))));
      for (const status of [429, 500, 503]) {
        expect(await ask(always({ status, headers: { 'retry-after': '7' }, body: '' }))).toMatchObject({ ok: false, error: { code: 'normalise.reread_failed', retryable: true, retryAfterMs: 7000 } });
      }
      expect(await ask(unreachable)).toMatchObject({ ok: false, error: { code: 'normalise.reread_failed', retryable: true } });
      expect(await ask(always({ status: 200, headers: {}, body: '<html>' }))).toMatchObject({ ok: false, error: { code: 'normalise.reread_failed', retryable: true } });
      expect(await ask(always({ status: 200, headers: {}, body: '"x"' }))).toMatchObject({ ok: false });
    });

    it('tells that it has nothing to call with, by calling nobody, or has nothing to read', async () => {
      let calls = 0;
      const http: Http = { send: () => Promise.resolve({ status: 401, headers: {}, body: '' }).finally(() => (calls += 1)) };
      const bare = { ...access, secrets: {} };
      const read = await poll.read(null, bare, { http, clock });
      // One that needs no key is refused there like anybody.
      if (calls > 0) expect(lacksKey(manifest, 'native', access.secrets) || manifest.fields.every((field) => !field.required || !callsNeed(field))).toBe(true);
      else if (!read.ok) expect([codeOf(read), lacksKey(manifest, 'native', bare.secrets)]).toEqual(['normalise.no_access', true]);
    });

    it('shows no secret in an error', async () => {
      for (const response of [{ status: 500, headers: {}, body: '' }, { status: 403, headers: {}, body: '' }, { status: 200, headers: {}, body: 'x' }]) {
        const text = JSON.stringify(await poll.read(null, access, { http: always(response), clock }));
        for (const secret of secretValues) expect(text).not.toContain(secret);
      }
    });

    it('never throws on an item of any shape', () => {
      for (const body of ['', '{', 'null', '[]', '7', '{}', '{"id":7}', '{"id":null,"data":"x"}']) {
        const meant = poll.normalise(stored(body, { settings: access.settings }));
        if (!meant.ok) expect(meant.error.message).not.toBe('');
      }
    });
  });
}
