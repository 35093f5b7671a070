import { describe, expect, it } from 'vitest';
import type { Http } from '../../../core/ports/ports.ts';
import { isProof } from '../../../core/vendors/keeping.ts';
import type { ConnectionAccess } from '../../../core/vendors/vendor.ts';
import { bytes, clockAt, hashing, noCertificates } from '../../vendors/ports.ts';
import type { VendorSamples } from '../samples.ts';

/** What the manifest says of each secret is what the code does with it: it decides which of them may be kept on a desktop. */
export function secretsConformance(samples: VendorSamples): void {
  const { vendor, access, nowMs, prove } = samples;
  const { manifest } = vendor;
  const proofs = manifest.fields.filter(isProof).map((field) => field.key);

  /** The same access, and which of its secrets were looked at. */
  function watched(given: ConnectionAccess = access): { readonly access: ConnectionAccess; readonly read: Set<string> } {
    const read = new Set<string>();
    const note = (key: string | symbol) => void (typeof key === 'string' && read.add(key));
    const secrets = new Proxy({ ...given.secrets }, {
      get: (target, key) => (note(key), Reflect.get(target, key) as unknown),
      has: (target, key) => (note(key), Reflect.has(target, key)),
      ownKeys: (target) => (Object.keys(target).forEach(note), Reflect.ownKeys(target)),
    });
    return { access: { ...given, secrets }, read };
  }

  describe(`${manifest.id}: secrets`, () => {
    it('says of secrets only that they prove what comes in', () => {
      for (const field of manifest.fields) if (field.proves !== undefined) expect(field.sensitive, field.key).toBe(true);
    });

    it.runIf(vendor.webhook !== undefined)('reads for a proof only what it says is one', () => {
      const { access: as, read } = watched();
      for (const { body, mediaType, headers } of samples.deliveries) {
        const request = prove?.(bytes(body), { mediaType });
        if (!request) throw new Error('nothing to prove');
        vendor.webhook?.verify({ ...request, headers: { ...request.headers, ...headers } }, as, { hashing, clock: clockAt(nowMs), certificates: samples.certificates ?? noCertificates });
      }
      for (const { request } of samples.handshakes ?? []) vendor.webhook?.handshake?.(request, as, { hashing });
      expect([...read].filter((key) => !proofs.includes(key))).toEqual([]);
    });

    it('makes its calls without what only proves', async () => {
      const only = manifest.fields.filter((field) => isProof(field) && field.proves !== 'also').map((field) => field.key);
      const calling = { ...access, secrets: Object.fromEntries(Object.entries(access.secrets).filter(([key]) => !only.includes(key))) };
      const answering = (respond: NonNullable<VendorSamples['poll']>['respond']): Http => ({ send: (request) => Promise.resolve(respond(request)) });
      const clock = clockAt(nowMs);
      if (vendor.poll && samples.poll) expect(await vendor.poll.read(null, calling, { http: answering(samples.poll.respond), clock })).toMatchObject({ ok: true });
      if (vendor.test && samples.tryOut) expect(await vendor.test(calling, { http: answering(samples.tryOut.respond), clock })).toMatchObject({ ok: true });
      // Looked at all the same (for a sentence to a person) it must not decide anything, which the lines above have shown.
      expect(only.every((key) => calling.secrets[key] === undefined)).toBe(true);
    });
  });
}
