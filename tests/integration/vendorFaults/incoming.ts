import { gzipSync } from 'node:zlib';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { VENDORS, vendorModule } from '../../../core/vendors/registry.ts';
import type { VendorModule, WebhookRequest } from '../../../core/vendors/vendor.ts';
import { createEgressHttp } from '../../../egress/http.ts';
import { createIds } from '../../../server/ports.ts';
import { createConnection } from '../../../server/store/connections.ts';
import { hashOf } from '../../../server/store/vault.ts';
import { startNormaliser, type Normaliser } from '../../../server/workers/normalise.ts';
import type { VendorSamples } from '../../conformance/samples.ts';
import { asker, type Answer } from '../../fuzz/ask.ts';
import { prototypeIsClean } from '../../fuzz/oracle.ts';
import { stripeIntent } from '../../support/deliveries.ts';
import { testApp, type TestApp } from '../../support/serverApp.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';
import { bytes, CALLED_URL } from '../../vendors/ports.ts';
import type { Fault } from './designed.ts';
import type { Table } from './table.ts';

const MB = 1024 * 1024;
const { origin: CALLED_ORIGIN, pathname: CALLED_PATH } = new URL(CALLED_URL);
/** The last two parts of the address that the samples sign. */
const [SYSTEM, KEY] = CALLED_PATH.split('/').slice(-2) as [string, string];
const UNLIMITED = 1_000_000_000;

interface Told {
  readonly status: number;
  readonly code: string | null;
  readonly state: string | null;
}
const told = (answer: Answer | null): Told => {
  const json = (answer?.headers['content-type']?.includes('json') ? JSON.parse(answer.body) : {}) as { error?: { code: string }; status?: string };
  return { status: answer?.status ?? 0, code: json.error?.code ?? null, state: typeof json.status === 'string' ? json.status : null };
};
const taken = ({ status }: Told): boolean => status >= 200 && status < 300;

/** What comes in, over a real socket, proved by each vendor's own recipe. */
export function incoming(table: Table, loaded: readonly VendorSamples[]): void {
  const hooked = loaded.filter((samples) => samples.prove && samples.vendor.webhook).sort((a, b) => a.nowMs - b.nowMs);
  const clock = settableClock('2026-11-20T12:00:00.000Z');
  let current: VendorSamples | null = null;
  let t: TestStore;
  let test: TestApp;
  let line: ReturnType<typeof asker>;
  let worker: Normaliser;
  let connectionId = '';

  beforeAll(async () => {
    t = await openTestStore({ clock });
    const vendors = (system: string): VendorModule | null => (system === SYSTEM ? (current?.vendor ?? null) : vendorModule(system));
    const config = { strangerPerMinute: UNLIMITED, connectionPerMinute: UNLIMITED, publicUrl: CALLED_ORIGIN };
    const certificates = { provenBy: (...given: Parameters<NonNullable<VendorSamples['certificates']>['provenBy']>) => current?.certificates?.provenBy(...given) ?? false };
    // The one public text that a proof needs would be fetched from the vendor's own host.
    test = testApp(t.store, { clock, config, certificates, vendors, evidence: () => Promise.resolve(current?.prove?.(bytes('')).evidence ?? null) });
    line = asker(await test.listen());
    worker = startNormaliser({ store: t.store, vendors: vendorModule, http: createEgressHttp({ allow: [], log: t.log }), clock, ids: createIds(), log: t.log, random: () => 1 });
  });
  afterAll(async () => {
    line.close();
    await test.app.close();
    await worker.stop();
    await t.cleanup();
  });

  async function connect(samples: VendorSamples): Promise<void> {
    const { database, intakeCache } = t.store.internals;
    if (connectionId !== '') await sql`update connection_access set intake_key_hash = ${hashOf(connectionId)} where id = ${connectionId}`.execute(database.system);
    intakeCache.forget(connectionId);
    current = samples;
    clock.set(new Date(samples.nowMs).toISOString());
    const { settings, secrets } = samples.access;
    const made = await createConnection(t.store.internals, {
      organisationId: t.organisation.id, system: SYSTEM, name: samples.vendor.manifest.name, path: 'native', settings, secrets, actor: { kind: 'system', id: null, name: 'test' }, looked: false,
    });
    ({ connectionId } = made);
    await sql`update connection_access set intake_key_hash = ${hashOf(KEY)} where id = ${connectionId}`.execute(database.system);
  }
  const kept = async () => Number((await sql<{ n: string }>`select count(*) as n from deliveries where connection_id = ${connectionId}`.execute(t.store.internals.database.system)).rows[0]?.n);

  type Headers = Record<string, string | string[]>;
  const send = async ({ url, headers, rawBody, mediaType }: Pick<WebhookRequest, 'url' | 'headers' | 'rawBody' | 'mediaType'>, more: Headers = {}): Promise<Told> => {
    const { 'content-type': _type, ...own } = headers;
    const { pathname, search } = new URL(url);
    return told(await line.ask({ method: 'POST', path: pathname + search, headers: { ...own, ...(mediaType === '' ? {} : { 'content-type': mediaType }), ...more }, body: Buffer.from(rawBody) }));
  };
  const prove = (body: Uint8Array | string, options: { mediaType?: string; secret?: string; at?: number } = {}): WebhookRequest => {
    const [delivery] = current?.deliveries ?? [];
    const request = current?.prove?.(typeof body === 'string' ? bytes(body) : body, { ...(delivery ? { mediaType: delivery.mediaType } : {}), ...options });
    if (!request || !delivery) throw new Error('nothing to prove');
    return delivery.headers ? { ...request, headers: { ...request.headers, ...delivery.headers } } : request;
  };

  for (const samples of hooked) {
    const { manifest } = samples.vendor;
    const { id } = manifest;
    const [first] = samples.deliveries;
    const verification = manifest.webhook?.verification;
    const tolerance = manifest.webhook?.toleranceSeconds ?? null;
    // Elsewhere than in headers: the vendor's own tests spoil it.
    const inHeaders = verification !== 'secret_url' && samples.provesElsewhere !== true;
    /** The proof is over the fields of a form: what is no form proves nothing. */
    const overFields = id === 'twilio';
    const isJson = (samples.bodyKind ?? 'json') === 'json';
    /** Headers that are part of the proof; ids and times of the message among them. */
    const proofOf = (request: WebhookRequest): readonly (readonly [string, string])[] => Object.entries(request.headers).filter(([name]) => name !== 'content-type' && !(name in (first?.headers ?? {})));
    /** The one with the secret or the digest in it: the longest. */
    const signatureOf = (request: WebhookRequest): readonly [string, string] => {
      const [longest] = [...proofOf(request)].filter(([name]) => name !== 'paypal-cert-url').sort(([, a], [, b]) => b.length - a.length);
      if (!longest) throw new Error(`${id} has no proof in its headers`);
      return longest;
    };
    const tryOne = (fault: Fault, variant: string, good: boolean, got: Told) => table.tried(fault, `${id}, ${variant}`, good, got);

    it(`${id}: what is not proved is refused and leaves nothing`, async () => {
      await connect(samples);
      const genuine = prove(first?.body ?? '');
      if (inHeaders) {
        const refused = async (fault: Fault, variant: string, request: WebhookRequest, more: Headers = {}) => {
          const got = await send(request, more);
          tryOne(fault, variant, got.status === 401, got);
        };
        await refused('no proof in its headers', 'none', { ...genuine, headers: {} });
        const [name, value] = signatureOf(genuine);
        for (const other of proofOf(genuine)) {
          const { [other[0]]: _left, ...rest } = genuine.headers;
          await refused('no proof in its headers', other[0], { ...genuine, headers: rest });
        }
        const [, wrong] = signatureOf(prove(first?.body ?? '', { secret: 'another-secret' }));
        const bearer = name === 'authorization';
        // Standard Webhooks list several signatures in one header, and one that is right is enough.
        const lists = value.startsWith('v1,');
        let doubled = 0;
        for (const [variant, both, counts] of [['the wrong one first', [wrong, value], false], ['the wrong one second', [value, wrong], bearer]] as const) {
          const got = await send(genuine, { [name]: [...both] });
          if (taken(got)) doubled = 1;
          tryOne('a header of its proof twice', variant, counts ? taken(got) : got.status === 401 || (lists && taken(got)), got);
        }
        const middle = Math.floor(value.length * 0.7);
        const label = /sha256=|v1[=,]|v0=|HMAC |Bearer /i.exec(value)?.[0];
        const spoiled: readonly (readonly [string, string])[] = [
          ['empty', ''], ['short', value.slice(0, -2)], ['half', value.slice(0, middle)], ['long', `${value}ab`], ['very long', value + 'a'.repeat(4_000)],
          ['blanks inside', `${value.slice(0, middle)} ${value.slice(middle)}`], ['a tab inside', `${value.slice(0, middle)}\t${value.slice(middle)}`],
          ['another algorithm', label ? value.replace(label, label.startsWith('Bearer') ? 'Basic ' : label.replace(/sha256|v1|v0|HMAC/i, 'md5')) : value.slice(0, Math.floor(value.length / 2))],
        ];
        for (const [variant, text] of spoiled) await refused('signature empty, short, long, with blanks inside, another algorithm', variant, { ...genuine, headers: { ...genuine.headers, [name]: text } });
        const algorithm = genuine.headers['paypal-auth-algo'];
        if (algorithm) await refused('signature empty, short, long, with blanks inside, another algorithm', 'another algorithm by name', { ...genuine, headers: { ...genuine.headers, 'paypal-auth-algo': 'SHA1withRSA' } });
        expect(await kept()).toBe(doubled);

        const hexadecimal = /[0-9a-f]{40,}/;
        const upper = hexadecimal.test(value) ? value.replace(hexadecimal, (digits) => digits.toUpperCase()) : value.toUpperCase();
        const got = await send({ ...genuine, headers: { ...genuine.headers, [name]: upper } });
        tryOne('signature in upper case', hexadecimal.test(value) ? 'hexadecimal' : 'not hexadecimal', hexadecimal.test(value) ? taken(got) : upper === value || got.status === 401, got);
      }
      const type = await send({ ...genuine, mediaType: 'text/html' });
      tryOne('another media type', 'text/html', type.status === 415, type);
      const strange = await send(genuine, { 'content-type': [genuine.mediaType, 'text/xml'] });
      tryOne('another media type', 'two at once', strange.status === 415 || taken(strange), strange);
    });

    it.runIf(tolerance !== null)(`${id}: its clock`, async () => {
      if (current !== samples) await connect(samples);
      const reach = ((tolerance ?? 0) - 5) * 1000;
      for (const off of [-reach, reach]) {
        const got = await send(prove(first?.body ?? '', { at: samples.nowMs + off }));
        tryOne('clock off, inside of the window', `${off} ms`, taken(got), got);
      }
      for (const off of [-reach - 11_000, reach + 11_000, -86_400_000, 86_400_000]) {
        const got = await send(prove(first?.body ?? '', { at: samples.nowMs + off }));
        tryOne('clock off, beyond the window', `${off} ms`, got.code === 'intake.timestamp_outside_window', got);
      }
    });

    it(`${id}: what is proved is taken, however odd, and once`, async () => {
      if (current !== samples) await connect(samples);
      const genuine = prove(first?.body ?? '');
      await send(genuine);
      const before = await kept();
      for (let n = 0; n < 3; n += 1) {
        const got = await send(genuine);
        tryOne('sent again', `${n + 2} times`, taken(got) && got.state !== 'accepted', got);
      }
      expect(await kept()).toBe(before);

      const huge = Buffer.alloc(20 * MB, 0x20);
      const large = await line.ask({ method: 'POST', path: CALLED_PATH, headers: { 'content-type': genuine.mediaType || 'application/json' }, body: huge });
      // The line may be closed before all of it is written.
      tryOne('a body of 20 MB, with its length and without', 'with its length', large === null || [413, 415].includes(large.status), told(large));
      if (hooked.indexOf(samples) % 5 === 0) {
        const streamed = await line.ask({ method: 'POST', path: CALLED_PATH, headers: { 'content-type': genuine.mediaType || 'application/json', 'transfer-encoding': 'chunked' }, body: huge });
        tryOne('a body of 20 MB, with its length and without', 'without', streamed === null || [413, 415].includes(streamed.status), told(streamed));
      }

      // Where everything is in the headers the body is not looked at.
      if (samples.bodyKind === 'none') return;
      const bomb = await send(prove(gzipSync(Buffer.alloc(20 * MB, 0x61))), { 'content-encoding': 'gzip' });
      tryOne('a gzip bomb', 'proved', bomb.code === 'intake.body_not_utf8' || (overFields && bomb.status === 401), bomb);
      const odd = await send(prove(new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])));
      tryOne('bytes that are no UTF-8', 'proved', odd.code === 'intake.body_not_utf8' || (overFields && odd.status === 401), odd);
      if (!isJson) return;
      const json = first?.body ?? '{}';
      const inserted = (what: string) => json.replace(/^\s*\{/, `{${what},`);
      const deep = await send(prove(inserted(`"wedsync_deep":${'['.repeat(100_000)}${']'.repeat(100_000)}`)));
      tryOne('JSON a hundred thousand levels deep', 'a field of it', taken(deep), deep);
      const odder: readonly (readonly [string, string])[] = [
        ['a key twice', json.replace(/^\s*\{([^,{[]+),/, '{$1,$1,')], ['__proto__ as key', inserted('"__proto__":{"type":"x","polluted":true}')], ['constructor as key', inserted('"constructor":{"prototype":{"polluted":true}}')],
        ...['__proto__', 'constructor', 'toString'].map((word) => [`${word} as a value`, json.replace(/("(?:id|type|event|trigger|client_id|project_id|event_type|eventType)"\s*:\s*)"[^"]*"/, `$1"${word}"`)] as const),
      ];
      for (const [variant, body] of odder) {
        const got = await send(prove(body));
        tryOne('a key twice, `__proto__` and `constructor` as keys, ids and types', variant, taken(got) && prototypeIsClean(), got);
      }
    });

    it(`${id}: everything in the reverse order`, async () => {
      await connect(samples);
      for (const delivery of [...samples.deliveries].reverse()) {
        const got = await send({ ...prove(delivery.body, { mediaType: delivery.mediaType }), ...(delivery.headers ? { headers: { ...prove('').headers, ...delivery.headers } } : {}) });
        tryOne('everything in the reverse order', delivery.name, taken(got), got);
      }
      await worker.idle();
      const left = await sql<{ state: string }>`select state from deliveries where connection_id = ${connectionId} and (state in ('received', 'dead') or (state = 'waiting' and reason is null))`.execute(t.store.internals.database.system);
      tryOne('everything in the reverse order', 'what is left over', left.rows.length === 0, { status: left.rows.length, code: left.rows[0]?.state ?? null, state: null });
    });
  }

  it('the newer state stands, in whatever order it is told', async () => {
    const stripe = loaded.find(({ vendor }) => vendor.manifest.id === 'stripe');
    if (!stripe) throw new Error('no Stripe');
    await connect(stripe);
    const at = Math.floor(stripe.nowMs / 1000) - 100;
    const intent = (id: string, type: 'payment_intent.succeeded' | 'payment_intent.payment_failed' | 'payment_intent.processing', created: number) => JSON.stringify({ ...stripeIntent({ id, type, created }), id: `evt_${id}_${created}` });
    const story = [['payment_intent.processing', at], ['payment_intent.payment_failed', at + 10], ['payment_intent.succeeded', at + 20]] as const;
    const orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    for (const [n, order] of orders.entries()) {
      for (const step of order) {
        const [type, created] = story[step] ?? story[0];
        await send(prove(intent(`pi_order_${n}`, type, created)));
        if (n % 2 === 0) await worker.idle();
      }
    }
    await worker.idle();
    const { payments } = (await t.store.snapshot(t.organisation.id)).rows;
    for (const [n, order] of orders.entries()) {
      const rows = payments.filter((row) => row.source?.remoteId === `pi_order_${n}`);
      table.tried('everything in the reverse order', order.join(), rows.length === 1 && rows[0]?.status === 'completed', rows.map((row) => row.status));
    }
  });

  it('ten thousand event types that nobody knows', async () => {
    const stripe = loaded.find(({ vendor }) => vendor.manifest.id === 'stripe');
    if (!stripe) throw new Error('no Stripe');
    await connect(stripe);
    const series = async () => (await test.metrics.registry.getMetricsAsJSON()).reduce((sum, metric) => sum + (metric as { values?: unknown[] }).values!.length, 0);
    await send(prove(JSON.stringify({ ...stripeIntent(), type: 'unknown.first' })));
    const [before, audits] = [await series(), (await sql<{ n: string }>`select count(*) as n from audit`.execute(t.store.internals.database.system)).rows[0]?.n];
    let accepted = 0;
    for (let n = 0; n < 10_000; n += 500) {
      const answers = await Promise.all(Array.from({ length: 500 }, (_none, k) => {
        const request = prove(JSON.stringify({ id: `evt_unknown_${n + k}`, object: 'event', type: `unknown.kind_${n + k}`, created: 1_793_000_000, data: { object: { id: 'x' } } }));
        return test.app.inject({ method: 'POST', url: CALLED_PATH, payload: Buffer.from(request.rawBody), headers: request.headers });
      }));
      accepted += answers.filter((answer) => answer.statusCode === 200).length;
    }
    await worker.idle();
    const states = await sql<{ state: string; n: string }>`select state, count(*) as n from deliveries where connection_id = ${connectionId} group by state`.execute(t.store.internals.database.system);
    const ignored = Number(states.rows.find((row) => row.state === 'ignored')?.n ?? 0);
    for (let n = 0; n < 10_000; n += 1) table.tried('ten thousand event types that nobody knows', `number ${n}`, n < accepted && n < ignored, states.rows);
    await t.store.internals.flushAudit();
    const after = (await sql<{ n: string }>`select count(*) as n from audit`.execute(t.store.internals.database.system)).rows[0]?.n;
    expect({ series: (await series()) - before, audits: Number(after) - Number(audits) }).toEqual({ series: 0, audits: 0 });
  }, 120_000);

  it('nobody was stopped by any of it', async () => {
    await worker.idle();
    expect(t.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
    expect(test.logLines.filter(({ level }) => level === 'error' || level === 50)).toEqual([]);
    const left = await sql<{ n: string }>`select count(*) as n from deliveries where state = 'received'`.execute(t.store.internals.database.system);
    expect(Number(left.rows[0]?.n)).toBe(0);
    expect(VENDORS.size).toBe(loaded.length);
  });
}
