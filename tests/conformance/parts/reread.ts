import { describe, expect, it } from 'vitest';
import type { Http } from '../../../core/ports/ports.ts';
import type { Hint } from '../../../core/vendors/vendor.ts';
import { clockAt } from '../../vendors/ports.ts';
import { always, expectFits } from '../fits.ts';
import type { VendorSamples } from '../samples.ts';

/** Reading an object from its source: what comes back, and every way in which it does not. */
export function rereadConformance(samples: VendorSamples): void {
  const { vendor, access, nowMs } = samples;
  const { manifest, reread } = vendor;
  if (!reread || !samples.reread) return;
  const clock = clockAt(nowMs);
  const { hints, answers, secretValues } = samples.reread;

  describe(`${manifest.id}: reread`, () => {
    const [hint] = hints;
    if (!hint) throw new Error('no hints');
    const ask = (http: Http, which: Hint = hint) => reread(which, access, { http, clock });

    /** Whoever signs in first gets in; the object itself is refused. */
    const refusing = (status: number): Http => ({
      send: ({ url }) => {
        const signIn = answers.get('/v1/oauth2/token');
        const isSignIn = signIn !== undefined && new URL(url).pathname === '/v1/oauth2/token';
        return Promise.resolve(isSignIn ? { status: 200, headers: {}, body: JSON.stringify(signIn) } : { status, headers: {}, body: '' });
      },
    });

    it.each(hints.map((each) => [each.remoteType, each] as const))('turns a %s into changes that fit', async (_type, each) => {
      const asked: string[] = [];
      const read = await ask(
        {
          send(request) {
            asked.push(request.url);
            const body = answers.get(new URL(request.url).pathname);
            return Promise.resolve({ status: body === undefined ? 404 : 200, headers: {}, body: JSON.stringify(body ?? {}) });
          },
        },
        each,
      );
      if (!read.ok) throw new Error(read.error.message);
      expect(read.value.length).toBeGreaterThan(0);
      for (const change of read.value) expectFits(change);
      for (const url of asked) expect(url.startsWith(access.settings['baseUrl'] ?? '')).toBe(true);
    });

    it('takes 401 as the key that is not accepted, 403 of one object as that object', async () => {
      expect(await ask(always({ status: 401, headers: {}, body: '' }))).toMatchObject({ ok: false, error: { code: 'normalise.no_access', retryable: false } });
      expect(await ask(refusing(403))).toMatchObject({ ok: false, error: { code: 'normalise.forbidden', retryable: false } });
    });

    it.each([404, 410])('takes %i as gone for good, which says nothing of the key', async (status) => {
      expect(await ask(refusing(status))).toMatchObject({ ok: false, error: { code: 'normalise.reread_refused', retryable: false } });
    });

    it.each([429, 500, 502, 503])('takes %i as a reason to come back when told', async (status) => {
      const told = await ask(always({ status, headers: { 'retry-after': '7' }, body: '' }));
      expect(told).toMatchObject({ ok: false, error: { code: 'normalise.reread_failed', retryable: true, retryAfterMs: 7000 } });
      expect(await ask(always({ status, headers: {}, body: '' }))).toMatchObject({ ok: false, error: { retryable: true, retryAfterMs: null } });
    });

    it('takes no answer and a wrong answer apart', async () => {
      expect(await ask({ send: () => Promise.reject(new Error('socket hang up')) })).toMatchObject({ ok: false, error: { code: 'normalise.reread_failed', retryable: true } });
      expect(await ask(always({ status: 200, headers: {}, body: '<html>' }))).toMatchObject({ ok: false, error: { code: 'normalise.reread_failed', retryable: true } });
      expect(await ask(always({ status: 200, headers: {}, body: '{"id":7}' }))).toMatchObject({ ok: false, error: { code: 'normalise.shape_unknown', retryable: false } });
    });

    it('never lets an id become a path', async () => {
      let asked = 0;
      const http: Http = { send: () => Promise.resolve({ status: 200, headers: {}, body: '{}' }).finally(() => (asked += 1)) };
      for (const remoteId of ['../studio/me', 'a/b', '?x=1', '', '%2e%2e', 'x'.repeat(65)]) {
        expect((await ask(http, { remoteType: hint.remoteType, remoteId })).ok).toBe(false);
      }
      expect(asked).toBe(0);
    });

    it('shows no secret in an error', async () => {
      for (const response of [always({ status: 500, headers: {}, body: '' }), always({ status: 403, headers: {}, body: '' }), always({ status: 200, headers: {}, body: 'x' })]) {
        const text = JSON.stringify(await ask(response));
        for (const secret of secretValues) expect(text).not.toContain(secret);
      }
    });
  });
}
