import { describe, expect, it } from 'vitest';
import type { Http } from '../../../core/ports/ports.ts';
import { clockAt } from '../../vendors/ports.ts';
import { always, unreachable } from '../fits.ts';
import type { VendorSamples } from '../samples.ts';

/** Trying a connection out: what its person is told when it works, and when it does not. */
export function tryOutConformance(samples: VendorSamples): void {
  const { vendor, access, nowMs, tryOut } = samples;
  const { manifest, test } = vendor;
  if (!test || !tryOut) return;
  const clock = clockAt(nowMs);

  describe(`${manifest.id}: trying it out`, () => {
    it('says whose account it is', async () => {
      const http: Http = { send: (request) => Promise.resolve(tryOut.respond(request)) };
      const report = await test(access, { http, clock });
      if (!report.ok) throw new Error(report.error.message);
      expect(report.value.account).toBe(tryOut.account);
      expect(report.value.details.length).toBeGreaterThan(0);
    });

    it('tells a wrong key from a vendor that is away, without the key', async () => {
      const wrong = await test(access, { http: always({ status: 401, headers: {}, body: '' }), clock });
      expect(wrong).toMatchObject({ ok: false, error: { code: 'normalise.no_access', retryable: false } });
      const away = await test(access, { http: always({ status: 503, headers: {}, body: '' }), clock });
      expect(away).toMatchObject({ ok: false, error: { code: 'normalise.reread_failed', retryable: true } });
      expect(await test(access, { http: unreachable, clock })).toMatchObject({ ok: false, error: { retryable: true } });
      expect(await test(access, { http: always({ status: 200, headers: {}, body: '<html>' }), clock })).toMatchObject({ ok: false });
      for (const secret of tryOut.secretValues) expect(JSON.stringify([wrong, away])).not.toContain(secret);
    });
  });
}
