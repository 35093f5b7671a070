import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Booking, Contact, Payment, Wedding } from '../../core/contract/record.ts';
import type { Change } from '../../core/domain/record/changes.ts';
import { planChanges, type View } from '../../core/domain/record/plan.ts';
import type { Http, HttpResponse } from '../../core/ports/ports.ts';
import { VendorManifest, type ConnectionAccess, type Hint, type VendorModule, type WebhookRequest } from '../../core/vendors/vendor.ts';
import { bytes, clockAt, hashing } from '../vendors/ports.ts';

/** What a vendor brings to the shared suite: its own way to prove a call, and real-looking deliveries. */
export interface VendorSamples {
  readonly vendor: VendorModule;
  readonly access: ConnectionAccess;
  /** The moment at which `prove` signs. */
  readonly nowMs: number;
  /** A call as the vendor makes it. `secret` = signed with another one; `at` = signed at another moment. */
  prove(body: Uint8Array, options?: { readonly mediaType?: string; readonly secret?: string; readonly at?: number }): WebhookRequest;
  /** Deliveries by the name of their fixture. */
  readonly deliveries: readonly { readonly name: string; readonly body: string; readonly mediaType: string }[];
  /** Where `reread` is declared: a hint, and the answers of the API by address. */
  readonly reread?: { readonly hints: readonly Hint[]; readonly answers: ReadonlyMap<string, unknown>; readonly secretValues: readonly string[] };
}

const FIELDS = { wedding: Wedding, contact: Contact, booking: Booking, payment: Payment } as const;
const EMPTY_VIEW: View = { mapping: () => null, row: () => null, weddingsByEmail: () => [], weddingsByDate: () => [], contactsByEmail: () => [], unresolvedAlerts: () => [] };
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** A change must fit the contract as it is: nothing behind the vendor checks or trims it again. */
export function expectFits(change: Change): void {
  const fields = FIELDS[change.kind].partial().strict().safeParse(change.fields);
  expect(fields.success, `${change.kind} ${JSON.stringify(change.fields)}: ${fields.error?.message}`).toBe(true);
  expect(change.remote.type).not.toBe('');
  expect(change.remote.id).not.toBe('');
  expect(change.remote.id.length).toBeLessThanOrEqual(400);
  if (change.occurredAt !== null) expect(change.occurredAt).toMatch(INSTANT);
  let n = 0;
  const context = { actor: { kind: 'vendor', id: null, name: 'test' }, source: null, deliveryId: null } as const;
  const plan = planChanges([change], EMPTY_VIEW, context, () => `0199a000-0000-7000-8000-${String(++n).padStart(12, '0')}`);
  expect(plan.drafts.length).toBeGreaterThan(0);
}

export function vendorConformance(samples: VendorSamples): void {
  const { vendor, access, nowMs } = samples;
  const { manifest } = vendor;
  const clock = clockAt(nowMs);
  const verify = (request: WebhookRequest, as: ConnectionAccess = access, at = nowMs) => vendor.webhook.verify(request, as, { hashing, clock: clockAt(at) });
  const secretKeys = manifest.fields.filter((field) => field.sensitive).map((field) => field.key);
  const signs = manifest.webhook?.verification === 'hmac' || manifest.webhook?.verification === 'hmac_timestamped';
  const proves = signs || manifest.webhook?.verification === 'secret_url_and_bearer';

  describe(`${manifest.id}: manifest`, () => {
    it('is well formed and says the truth about the folder', () => {
      expect(VendorManifest.safeParse(manifest).success).toBe(true);
      expect(manifest.capabilities.reread).toBe(vendor.reread !== undefined);
      expect(manifest.capabilities.webhook).toBe(manifest.webhook !== null);
      expect(new Set(manifest.fields.map((field) => field.key)).size).toBe(manifest.fields.length);
      for (const header of manifest.webhook?.headers ?? []) expect(header).toBe(header.toLowerCase());
    });

    it('marks everything secret that the connection holds as sensitive', () => {
      for (const key of Object.keys(access.secrets)) expect(secretKeys).toContain(key);
      for (const key of Object.keys(access.settings)) expect(secretKeys).not.toContain(key);
    });
  });

  if (!manifest.capabilities.webhook) return;

  describe(`${manifest.id}: webhook`, () => {
    it.each(samples.deliveries.map((delivery) => [delivery.name, delivery] as const))('takes %s', (_name, delivery) => {
      const request = samples.prove(bytes(delivery.body), { mediaType: delivery.mediaType });
      const before = { body: [...request.rawBody], headers: { ...request.headers } };
      const first = verify(request);
      expect(first).toMatchObject({ ok: true, value: { bodyText: delivery.body } });
      expect({ body: [...request.rawBody], headers: { ...request.headers } }).toEqual(before);
      const second = verify(samples.prove(bytes(delivery.body), { mediaType: delivery.mediaType, at: nowMs + 5000 }), access, nowMs + 5000);
      if (!first.ok || !second.ok) throw new Error('unreachable');
      expect(second.value.deliveryKey).toBe(first.value.deliveryKey);
      expect(first.value.deliveryKey.length).toBeGreaterThan(0);
      expect(first.value.deliveryKey.length).toBeLessThanOrEqual(700);
    });

    it('gives different facts different delivery keys', () => {
      const keys = samples.deliveries.map((delivery) => {
        const verified = verify(samples.prove(bytes(delivery.body), { mediaType: delivery.mediaType }));
        return verified.ok ? verified.value.deliveryKey : verified.error;
      });
      expect(new Set(keys).size).toBe(samples.deliveries.length);
    });

    it('has a fixture for each declared event, and understands it', () => {
      const seen = new Set<string | null>();
      for (const delivery of samples.deliveries) {
        const verified = verify(samples.prove(bytes(delivery.body), { mediaType: delivery.mediaType }));
        if (!verified.ok) throw new Error(verified.error);
        const meant = vendor.webhook.normalise({ ...verified.value, mediaType: delivery.mediaType, receivedAt: new Date(nowMs).toISOString() });
        if (!meant.ok) continue;
        if (meant.value.kind === 'ignored') {
          expect(meant.value.why).not.toBe('');
          continue;
        }
        seen.add(verified.value.vendorEvent);
        if (meant.value.kind === 'changes') {
          expect(meant.value.changes.length).toBeGreaterThan(0);
          for (const change of meant.value.changes) expectFits(change);
        } else {
          expect(manifest.capabilities.reread).toBe(true);
          expect(meant.value.hints.length).toBeGreaterThan(0);
        }
      }
      expect([...seen].sort()).toEqual([...(manifest.webhook?.events ?? [])].sort());
    });

    it.runIf(proves)('refuses everything while it has no secret', () => {
      for (const delivery of samples.deliveries) {
        const request = samples.prove(bytes(delivery.body), { mediaType: delivery.mediaType });
        expect(verify(request, { ...access, secrets: {} })).toEqual({ ok: false, error: 'intake.secret_missing' });
        const empty = Object.fromEntries(Object.keys(access.secrets).map((key) => [key, '']));
        expect(verify(request, { ...access, secrets: empty })).toEqual({ ok: false, error: 'intake.secret_missing' });
      }
    });

    it.runIf(proves)('refuses a missing, a foreign and a cut proof', () => {
      const [delivery] = samples.deliveries;
      if (!delivery) throw new Error('no deliveries');
      const genuine = samples.prove(bytes(delivery.body), { mediaType: delivery.mediaType });
      expect(verify({ ...genuine, headers: {} })).toEqual({ ok: false, error: 'intake.signature_missing' });
      expect(verify(samples.prove(bytes(delivery.body), { mediaType: delivery.mediaType, secret: 'another-secret' }))).toEqual({ ok: false, error: 'intake.signature_wrong' });
      for (const change of [(text: string) => text.slice(0, -1), (text: string) => `${text}0`, () => '', () => 'nonsense', () => '=,=,=']) {
        const headers = Object.fromEntries(Object.entries(genuine.headers).map(([name, value]) => [name, change(value)]));
        const answer = verify({ ...genuine, headers });
        expect(answer.ok).toBe(false);
        expect(answer).toHaveProperty('error', expect.stringMatching(/^intake\.signature_(missing|malformed|wrong)$/));
      }
    });

    it.runIf(signs)('refuses a body of which one bit was changed', () => {
      const [delivery] = samples.deliveries;
      if (!delivery) throw new Error('no deliveries');
      const genuine = samples.prove(bytes(delivery.body), { mediaType: delivery.mediaType });
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
      const at = (offset: number) => verify(samples.prove(bytes(delivery.body), { mediaType: delivery.mediaType, at: nowMs + offset }));
      expect(at(-tolerance).ok).toBe(true);
      expect(at(tolerance).ok).toBe(true);
      expect(at(-tolerance - 1000)).toEqual({ ok: false, error: 'intake.timestamp_outside_window' });
      expect(at(tolerance + 1000)).toEqual({ ok: false, error: 'intake.timestamp_outside_window' });
    });

    it('refuses what is no text and what is no object, although the proof is good', () => {
      const refused = (body: Uint8Array) => verify(samples.prove(body, { mediaType: 'application/json' }));
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
          const answer = verify({ rawBody, headers, mediaType: 'application/json' });
          if (proves) expect(answer.ok).toBe(false);
        }),
      );
    });

    it('never throws on a proven object of any shape, and only says what fits the contract', () => {
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
          const verified = verify(samples.prove(bytes(text)));
          expect(verified.ok).toBe(true);
          const meant = vendor.webhook.normalise({ bodyText: text, mediaType: 'application/json', vendorEvent: null, receivedAt: new Date(nowMs).toISOString() });
          if (meant.ok && meant.value.kind === 'changes') for (const change of meant.value.changes) expectFits(change);
          if (!meant.ok) expect(meant.error.message).not.toBe('');
        }),
        { numRuns: 400 },
      );
    });
  });

  const { reread } = vendor;
  if (!reread || !samples.reread) {
    it(`${manifest.id}: brings samples for each capability`, () => expect(manifest.capabilities.reread).toBe(samples.reread !== undefined));
    return;
  }
  const { hints, answers, secretValues } = samples.reread;

  describe(`${manifest.id}: reread`, () => {
    const always = (response: HttpResponse): Http => ({ send: () => Promise.resolve(response) });
    const [hint] = hints;
    if (!hint) throw new Error('no hints');
    const ask = (http: Http, which: Hint = hint) => reread(which, access, { http, clock });

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

    it.each([401, 403, 404, 410])('takes %i as a refusal for good', async (status) => {
      expect(await ask(always({ status, headers: {}, body: '' }))).toMatchObject({ ok: false, error: { code: 'normalise.reread_refused', retryable: false } });
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
