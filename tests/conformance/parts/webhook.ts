import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConnectionAccess, WebhookRequest } from '../../../core/vendors/vendor.ts';
import { bytes, call, clockAt, hashing, noCertificates, stored } from '../../vendors/ports.ts';
import { expectFits } from '../fits.ts';
import type { VendorSamples } from '../samples.ts';

/** Proof, keys and meaning of what a vendor sends by itself. */
export function webhookConformance(samples: VendorSamples): void {
  const { vendor, access, nowMs, knownAgainMs = 5_000, bodyKind = 'json', prove } = samples;
  const { manifest, webhook: part } = vendor;
  if (!part || !prove) return;
  const verify = (request: WebhookRequest, as: ConnectionAccess = access, at = nowMs) =>
    part.verify(request, as, { hashing, clock: clockAt(at), certificates: samples.certificates ?? noCertificates });
  const verification = manifest.webhook?.verification;
  const signs = verification === 'hmac' || verification === 'hmac_timestamped' || verification === 'certificate';
  const proves = signs || verification === 'secret_url_and_bearer' || verification === 'secret_in_call';
  const spoilable = proves && samples.provesElsewhere !== true;
  const proved = (delivery: VendorSamples['deliveries'][number], options: { readonly at?: number } = {}): WebhookRequest => {
    const made = prove(bytes(delivery.body), { mediaType: delivery.mediaType, ...options });
    const request = delivery.query ? { ...made, url: `${made.url}?${new URLSearchParams(delivery.query).toString()}`, query: delivery.query } : made;
    return delivery.headers ? { ...request, headers: { ...request.headers, ...delivery.headers } } : request;
  };

  describe(`${manifest.id}: webhook`, () => {
    it.each(samples.deliveries.map((delivery) => [delivery.name, delivery] as const))('takes %s', (_name, delivery) => {
      const request = proved(delivery);
      const before = { body: [...request.rawBody], headers: { ...request.headers } };
      const first = verify(request);
      if (!first.ok) throw new Error(first.error);
      // What is not the body is made one out of the headers.
      if (bodyKind !== 'none') expect(first.value.bodyText).toBe(delivery.body);
      expect({ body: [...request.rawBody], headers: { ...request.headers } }).toEqual(before);
      const second = verify(proved(delivery, { at: nowMs + knownAgainMs }), access, nowMs + knownAgainMs);
      if (!first.ok || !second.ok) throw new Error('unreachable');
      expect(second.value.deliveryKey).toBe(first.value.deliveryKey);
      expect(first.value.deliveryKey.length).toBeGreaterThan(0);
      expect(first.value.deliveryKey.length).toBeLessThanOrEqual(700);
    });

    it('gives different facts different delivery keys', () => {
      const keys = samples.deliveries.map((delivery) => {
        const verified = verify(proved(delivery));
        return verified.ok ? verified.value.deliveryKey : verified.error;
      });
      expect(new Set(keys).size).toBe(samples.deliveries.length);
    });

    it('has a fixture for each declared event, and understands it', () => {
      const seen = new Set<string | null>();
      for (const delivery of samples.deliveries) {
        const verified = verify(proved(delivery));
        if (!verified.ok) throw new Error(verified.error);
        const meant = part.normalise(stored(verified.value.bodyText, { vendorEvent: verified.value.vendorEvent, mediaType: delivery.mediaType, settings: access.settings }));
        if (!meant.ok) continue;
        if (meant.value.kind === 'ignored') {
          expect(meant.value.why).not.toBe('');
          continue;
        }
        seen.add(verified.value.vendorEvent);
        if (meant.value.kind === 'changes') {
          expect(meant.value.changes.length).toBeGreaterThan(0);
          for (const change of meant.value.changes) expectFits(change);
        } else if (meant.value.kind === 'poll') {
          expect(manifest.capabilities.poll).toBe(true);
        } else {
          expect(manifest.capabilities.reread).toBe(true);
          expect(meant.value.hints.length).toBeGreaterThan(0);
        }
      }
      expect([...seen].sort()).toEqual([...(manifest.webhook?.events ?? [])].sort());
    });

    it.runIf(proves)('refuses everything while it has no secret', () => {
      for (const delivery of samples.deliveries) {
        const request = proved(delivery);
        expect(verify(request, { ...access, secrets: {} })).toEqual({ ok: false, error: 'intake.secret_missing' });
        const empty = Object.fromEntries(Object.keys(access.secrets).map((key) => [key, '']));
        expect(verify(request, { ...access, secrets: empty })).toEqual({ ok: false, error: 'intake.secret_missing' });
      }
    });

    it.runIf(spoilable)('refuses a missing, a foreign and a cut proof', () => {
      const [delivery] = samples.deliveries;
      if (!delivery) throw new Error('no deliveries');
      const genuine = proved(delivery);
      expect(verify({ ...genuine, headers: {} })).toEqual({ ok: false, error: 'intake.signature_missing' });
      expect(verify(prove(bytes(delivery.body), { mediaType: delivery.mediaType, secret: 'another-secret' }))).toEqual({ ok: false, error: 'intake.signature_wrong' });
      for (const change of [(text: string) => text.slice(0, -1), (text: string) => `${text}0`, () => '', () => 'nonsense', () => '=,=,=']) {
        const headers = Object.fromEntries(Object.entries(genuine.headers).map(([name, value]) => [name, change(value)]));
        const answer = verify({ ...genuine, headers });
        expect(answer.ok).toBe(false);
        expect(answer).toHaveProperty('error', expect.stringMatching(/^intake\.signature_(missing|malformed|wrong)$/));
      }
    });

    it.runIf(signs && spoilable && bodyKind !== 'none')('refuses a body of which one bit was changed', () => {
      const [delivery] = samples.deliveries;
      if (!delivery) throw new Error('no deliveries');
      const genuine = proved(delivery);
      fc.assert(
        fc.property(fc.nat({ max: genuine.rawBody.length - 1 }), fc.nat({ max: 7 }), (index, bit) => {
          const rawBody = genuine.rawBody.slice();
          rawBody[index] = (rawBody[index] ?? 0) ^ (1 << bit);
          expect(verify({ ...genuine, rawBody })).toEqual({ ok: false, error: 'intake.signature_wrong' });
        }),
      );
    });

    it.runIf(manifest.webhook?.toleranceSeconds !== null)('holds its window to the second, both ways', () => {
      const [delivery] = samples.deliveries;
      const tolerance = (manifest.webhook?.toleranceSeconds ?? 0) * 1000;
      if (!delivery) throw new Error('no deliveries');
      const at = (offset: number) => verify(proved(delivery, { at: nowMs + offset }));
      expect(at(-tolerance).ok).toBe(true);
      expect(at(tolerance).ok).toBe(true);
      expect(at(-tolerance - 1000)).toEqual({ ok: false, error: 'intake.timestamp_outside_window' });
      expect(at(tolerance + 1000)).toEqual({ ok: false, error: 'intake.timestamp_outside_window' });
    });

    it.runIf(bodyKind === 'json')('refuses what is no text and what is no object, although the proof is good', () => {
      const refused = (body: Uint8Array) => verify(prove(body, { mediaType: 'application/json' }));
      expect(refused(new Uint8Array([0x7b, 0xff, 0x7d]))).toEqual({ ok: false, error: 'intake.body_not_utf8' });
      expect(refused(bytes('{"a":"\u0000"}'))).toEqual({ ok: false, error: 'intake.body_not_utf8' });
      for (const text of ['', '{', 'null', '[]', '[{"id":"x"}]', '"text"', '7', '<html></html>']) {
        expect(refused(bytes(text)), text).toEqual({ ok: false, error: 'intake.body_not_json' });
      }
    });

    it('never throws at the gate, whatever bytes and headers come', () => {
      const headerNames = fc.constantFrom('authorization', 'content-type', ...(manifest.webhook?.headers ?? []));
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 300 }), fc.dictionary(headerNames, fc.string()), (rawBody, headers) => {
          const answer = verify(call(rawBody, headers));
          if (proves) expect(answer.ok).toBe(false);
        }),
      );
    });

    it.runIf(bodyKind === 'json')('never throws on a proven object of any shape, and only says what fits the contract', () => {
      const events = manifest.webhook?.events ?? [];
      const names = [
        ...['id', 'type', 'event', 'created', 'data', 'object', 'trigger', 'amount', 'amount_received', 'amount_total', 'currency', 'metadata', 'payment_intent'],
        ...['client_id', 'client_email', 'client_name', 'project_id', 'project_name', 'project_date', 'payment_id', 'meeting_id', 'meeting_starts_at'],
        ...['paid_at', 'updated_at', 'description', 'receipt_email', 'last_payment_error', 'message', 'name'],
      ];
      const telling = fc.constantFrom(...events, 'gbp', 'a@b.c', '2026-11-20', '2026-11-20T10:00:00Z', '12.50', 'x'.repeat(999));
      const value = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.integer(), fc.double(), fc.constant(null), telling, fc.array(fc.anything(), { maxLength: 2 }));
      const object = fc.dictionary(fc.constantFrom(...names), fc.oneof(value, fc.dictionary(fc.constantFrom(...names), value)));
      const nested = fc.tuple(fc.constantFrom(...events), object).map(([event, rest]) => {
        return { ...rest, type: event, event, trigger: event, created: 1_793_000_000, data: { object: rest, ...rest } };
      });
      fc.assert(
        fc.property(fc.oneof(object, nested), (body) => {
          const text = JSON.stringify(body);
          const verified = verify(prove(bytes(text)));
          if (!samples.provesElsewhere) expect(verified.ok).toBe(true);
          const meant = part.normalise(stored(text, { settings: access.settings }));
          if (meant.ok && meant.value.kind === 'changes') for (const change of meant.value.changes) expectFits(change);
          if (!meant.ok) expect(meant.error.message).not.toBe('');
        }),
        { numRuns: 400 },
      );
    });
  });

  const { handshakes } = samples;
  if (!handshakes) return;
  describe(`${manifest.id}: handshake`, () => {
    it.each(handshakes.map((each) => [each.name, each] as const))('%s', (_name, { request, reply }) => {
      const said = part.handshake?.(request, access, { hashing }) ?? null;
      if (said !== null || reply === null) {
        expect(said).toEqual(reply);
        return;
      }
      // Some are signed like a delivery; then the proof answers, and nothing is kept.
      expect(verify(request)).toMatchObject({ ok: true, value: { nothing: true, reply } });
    });

    it('never throws on a question of any shape', () => {
      const query = fc.dictionary(fc.constantFrom('hub.mode', 'hub.challenge', 'hub.verify_token', 'validationToken', 'challenge', 'x'), fc.string());
      fc.assert(
        fc.property(query, fc.constantFrom('GET' as const, 'POST' as const, 'HEAD' as const), fc.string(), (asked, method, text) => {
          const said = part.handshake?.(call(bytes(text), {}, { method, query: asked }), access, { hashing }) ?? null;
          if (said) expect(said.mediaType).not.toMatch(/html/);
        }),
      );
    });
  });
}
