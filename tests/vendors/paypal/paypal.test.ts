import fc from 'fast-check';
import { crc32 as platformCrc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { planChanges } from '../../../core/domain/record/plan.ts';
import type { Mapping, View } from '../../../core/domain/record/view.ts';
import type { Http, HttpRequest } from '../../../core/ports/ports.ts';
import { crc32 } from '../../../core/vendors/bytes.ts';
import { paypal } from '../../../core/vendors/paypal/index.ts';
import type { WebhookRequest } from '../../../core/vendors/vendor.ts';
import { certificate } from '../certificateMaker.ts';
import { bytes, clockAt, fixture, hashing, stored, webhookOf } from '../ports.ts';
import { capture, IDS, invoice, order, refund } from './objects.ts';
import { api, CERT_URL, leaf, root, samples, signed, WEBHOOK_ID } from './samples.ts';

const clock = clockAt(samples.nowMs);
const body = bytes(fixture('paypal', 'capture.completed'));
const verify = (request: WebhookRequest, secrets: Record<string, string> = samples.access.secrets) => {
  if (!samples.certificates) throw new Error('no certificates');
  return webhookOf(paypal).verify(request, { ...samples.access, secrets }, { hashing, clock, certificates: samples.certificates });
};
const with_ = (name: string, value: string, request = signed(body)): WebhookRequest => ({ ...request, headers: { ...request.headers, [`paypal-${name}`]: value } });

describe('CRC-32', () => {
  it('is the platform’s, and the published check value', () => {
    expect(crc32(bytes('123456789'))).toBe(0xcbf43926);
    expect(crc32(new Uint8Array())).toBe(0);
    fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), (some) => void expect(crc32(some)).toBe(platformCrc32(some))));
  });
});

describe('proof', () => {
  it('holds over the raw bytes, with an unsigned sum', () => {
    expect(verify(signed(body))).toMatchObject({ ok: true, value: { vendorEvent: 'PAYMENT.CAPTURE.COMPLETED' } });
    const large = Array.from({ length: 50 }, (_, n) => bytes(`{"id":"WH-${n}","event_type":"X"}`)).find((some) => crc32(some) > 0x7fffffff);
    if (!large) throw new Error('no body with a large sum');
    expect(verify(signed(large)).ok).toBe(true);
    expect(verify(signed(large, { sum: crc32(large) | 0 }))).toEqual({ ok: false, error: 'intake.signature_wrong' });
  });

  it('takes two webhook ids while the webhook is replaced, and no third', () => {
    const secrets = { webhookId: 'WHNEW', webhookIdPrevious: WEBHOOK_ID };
    expect(verify(signed(body), secrets).ok).toBe(true);
    expect(verify(signed(body, { webhookId: 'WHNEW' }), secrets).ok).toBe(true);
    expect(verify(signed(body, { webhookId: 'WHTHIRD' }), secrets)).toEqual({ ok: false, error: 'intake.signature_wrong' });
  });

  it('goes through the real chain: another authority, another host, too late', () => {
    const DAY = 86_400_000;
    const valid = { from: samples.nowMs - DAY, to: samples.nowMs + DAY };
    const wrong = { ok: false, error: 'intake.signature_wrong' };
    const self = certificate({ common: 'paypal.com', hosts: ['paypal.com'], isAuthority: true, ...valid });
    expect(verify(signed(body, { by: self, evidence: self.pem }))).toEqual(wrong);
    const other = certificate({ common: 'evil', by: root, hosts: ['evilpaypal.com', 'paypal.com.evil.test'], ...valid });
    expect(verify(signed(body, { by: other, evidence: `${other.pem}${root.pem}` }))).toEqual(wrong);
    const old = certificate({ common: 'old', by: root, hosts: ['api.paypal.com'], from: samples.nowMs - 3 * DAY, to: samples.nowMs - DAY });
    expect(verify(signed(body, { by: old, evidence: old.pem }))).toEqual(wrong);
    expect(verify(signed(body, { evidence: '<html>' }))).toEqual(wrong);
    expect(verify(signed(body, { evidence: null }))).toEqual({ ok: false, error: 'intake.evidence_missing' });
    expect(verify(signed(body, { by: leaf, evidence: leaf.pem })).ok).toBe(true);
  });

  it('asks for a certificate from nowhere but PayPal', () => {
    const asked = (url: string) => webhookOf(paypal).evidence?.(with_('cert-url', url)) ?? null;
    for (const url of [CERT_URL, 'https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1', 'https://paypal.com/cert.pem', 'https://API.PayPal.com/c']) expect(asked(url)).toEqual({ url });
    for (const url of [
      ...['http://api.paypal.com/c', 'https://evilpaypal.com/c', 'https://paypal.com.evil.test/c', 'https://evil.test/paypal.com/c', 'https://paypal.com@evil.test/c', 'https://evil.test#.paypal.com/c'],
      ...['https://api.paypal.com:8443/c', 'https://api.paypal.com', 'https://api.paypal.com/../c', 'https://api.paypal.com/c?x=1', ' https://api.paypal.com/c', 'https://api.paypal.com/c\nx', 'file:///etc/passwd', ''],
      ...['https://evil.test\\.paypal.com/c', 'https://-.paypal.com.evil.test/c', 'https://api%2epaypal.com/c', 'https://paypal.com./c', `${CERT_URL}, ${CERT_URL}`],
    ]) {
      expect(asked(url), url).toBeNull();
      expect(verify(with_('cert-url', url)).ok, url).toBe(false);
    }
  });

  it.each([
    ['transmission-sig', (good: string) => `${good.startsWith('A') ? 'B' : 'A'}${good.slice(1)}`, 'intake.signature_wrong'],
    ['transmission-sig', (good: string) => good.slice(0, 40), 'intake.signature_malformed'],
    ['transmission-sig', (good: string) => `${good}, ${good}`, 'intake.signature_malformed'],
    ['transmission-sig', (good: string) => good.repeat(20), 'intake.signature_malformed'],
    ['transmission-sig', () => ' ', 'intake.signature_missing'],
    ['transmission-id', (good: string) => good.replace('6', '7'), 'intake.signature_wrong'],
    ['transmission-id', () => 'a|b', 'intake.signature_malformed'],
    ['transmission-time', () => '2026-11-20T10:00:02Z', 'intake.signature_wrong'],
    ['auth-algo', () => 'SHA1withRSA', 'intake.signature_malformed'],
    ['auth-algo', () => '', 'intake.signature_missing'],
  ])('a %s that was changed is refused', (name, change, error) => {
    const good = signed(body);
    expect(verify(with_(name, change(good.headers[`paypal-${name}`] ?? ''), good))).toEqual({ ok: false, error });
  });
});

const read = (remoteType: string, remoteId: string, answers: Record<string, unknown>) => {
  const http: Http = {
    send(request) {
      const path = new URL(request.url).pathname;
      const found = path === '/v1/oauth2/token' ? { access_token: 'x' } : answers[path];
      return Promise.resolve({ status: found === undefined ? 404 : 200, headers: {}, body: JSON.stringify(found ?? {}) });
    },
  };
  return paypal.reread?.({ remoteType, remoteId }, samples.access, { http, clock });
};
const paths = (change: { capture?: object; refund?: object; order?: object | null } = {}) => ({
  [`/v2/payments/captures/${IDS.capture}`]: { ...capture, ...change.capture },
  [`/v2/payments/refunds/${IDS.refund}`]: { ...refund, ...change.refund },
  ...(change.order === null ? {} : { [`/v2/checkout/orders/${IDS.order}`]: { ...order, ...change.order } }),
});

describe('what is read', () => {
  it('makes a capture a payment of its payer', async () => {
    expect(await read('capture', IDS.capture, paths())).toMatchObject({
      ok: true,
      value: [
        {
          kind: 'payment',
          remote: { type: 'payment', id: IDS.capture },
          wedding: { email: 'couple@example.org' },
          fields: { amountMinor: 125_000, refundedMinor: 0, currency: 'GBP', status: 'completed', payerName: 'Ada Example', description: 'Wedding flowers, balance', paidAt: '2026-11-20T09:59:00.000Z' },
        },
      ],
    });
    expect(await read('capture', IDS.capture, paths({ order: null }))).toMatchObject({ ok: true, value: [{ fields: { amountMinor: 125_000 } }] });
    const id = '0199a000-0000-7000-8000-000000000001';
    expect(await read('capture', IDS.capture, paths({ capture: { custom_id: id } }))).toMatchObject({ value: [{ wedding: { weddingId: id } }] });
  });

  it.each([
    ['PENDING', { status: 'pending' }],
    ['DECLINED', { status: 'failed', failureReason: 'PayPal declined it' }],
    ['REFUNDED', { status: 'refunded', refundedMinor: 125_000 }],
  ])('a capture that is %s', async (status, fields) => expect(await read('capture', IDS.capture, paths({ capture: { status } }))).toMatchObject({ value: [{ fields }] }));

  it('does not guess how much went back', async () => {
    const alone = await read('capture', IDS.capture, paths({ capture: { status: 'PARTIALLY_REFUNDED' } }));
    expect(alone?.ok && alone.value[0]?.fields).not.toHaveProperty('refundedMinor');
    expect(await read('refund', IDS.refund, paths({ capture: { status: 'PARTIALLY_REFUNDED' } }))).toMatchObject({ value: [{ fields: { status: 'partly_refunded', refundedMinor: 25_000 } }] });
  });

  it.each([
    ['JPY', '1250', 1250],
    ['KWD', '1.234', 1234],
    ['GBP', '1250.5', 125_050],
  ])('%s %s is %i of the smallest', async (currency_code, value, amountMinor) => {
    expect(await read('capture', IDS.capture, paths({ capture: { amount: { currency_code, value } } }))).toMatchObject({ value: [{ fields: { amountMinor, currency: currency_code } }] });
  });

  it.each([
    ['a tenth of a penny', { amount: { currency_code: 'GBP', value: '1.005' } }],
    ['half a yen', { amount: { currency_code: 'JPY', value: '1.5' } }],
    ['a comma', { amount: { currency_code: 'EUR', value: '1250,00' } }],
    ['less than nothing', { amount: { currency_code: 'GBP', value: '-1.00' } }],
    ['another capture', { id: 'X' }],
    ['an unknown status', { status: 'MAYBE' }],
  ])('sets aside %s', async (_name, change) => {
    expect(await read('capture', IDS.capture, paths({ capture: change }))).toMatchObject({ ok: false, error: { code: 'normalise.shape_unknown' } });
  });

  it('follows a refund to nowhere but a capture', async () => {
    for (const href of ['https://api-m.paypal.com/v2/payments/captures/../../v1/x', 'https://x/captures/', 'captures']) {
      expect(await read('refund', IDS.refund, paths({ refund: { links: [{ rel: 'up', href }] } }))).toMatchObject({ ok: false, error: { code: 'normalise.shape_unknown' } });
    }
  });

  it('ends with the same payment in whatever order two refunds and the capture are read', async () => {
    const first = await read('refund', IDS.refund, paths({ capture: { status: 'PARTIALLY_REFUNDED' } }));
    const total = { seller_payable_breakdown: { total_refunded_amount: { currency_code: 'GBP', value: '400.00' } } };
    const second = await read('refund', IDS.refund, paths({ capture: { status: 'PARTIALLY_REFUNDED' }, refund: total }));
    const plain = await read('capture', IDS.capture, paths({ capture: { status: 'PARTIALLY_REFUNDED' } }));
    const paper = await read('invoice', IDS.invoice, { [`/v2/invoicing/invoices/${IDS.invoice}`]: { ...invoice, payments: { transactions: [invoice.payments.transactions[0]] } } });
    const told = [first, second, plain, paper].map((each) => {
      const change = each?.ok ? each.value.find((one) => one.kind === 'payment') : undefined;
      if (!change) throw new Error('not read');
      return change;
    });
    const context = { actor: { kind: 'vendor', id: null, name: 'test' }, source: null, deliveryId: null } as const;
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4, maxLength: 4 }), (sequence) => {
        let mapping: Mapping | null = null;
        let row: unknown = null;
        let n = 0;
        for (const index of sequence) {
          const view: View = {
            ...{ weddingsByEmail: () => [], weddingsByDate: () => [], contactsByEmail: () => [], contactsByPhone: () => [], tellers: () => [], unresolvedAlerts: () => [] },
            mapping: (type) => (type === 'payment' ? mapping : null),
            row: (() => row) as View['row'],
          };
          const plan = planChanges([told[index]!], view, context, () => `0199a000-0000-7000-8000-${String(++n).padStart(12, '0')}`);
          mapping = plan.mappings[0] ?? mapping;
          row = plan.drafts[0]?.row ?? row;
        }
        expect(row).toMatchObject({ status: 'partly_refunded', refundedMinor: 40_000, amountMinor: 125_000 });
      }),
    );
  });

  it('shows an invoice and what was paid on it, under the ids of the captures', async () => {
    const of = async (change: object) => {
      const answer = await read('invoice', IDS.invoice, { [`/v2/invoicing/invoices/${IDS.invoice}`]: { ...invoice, ...change } });
      return answer?.ok ? answer.value : answer?.error;
    };
    expect(await of({})).toMatchObject([
      { kind: 'document', fields: { kind: 'invoice', status: 'shared', title: 'Invoice 0042', sharedAt: '2026-11-01T09:05:00.000Z' }, wedding: { email: 'couple@example.org' } },
      { kind: 'payment', remote: { type: 'payment', id: IDS.capture, version: '0' }, fields: { status: 'completed', amountMinor: 125_000 } },
      { kind: 'payment', remote: { id: 'EXTR-86F38350LX4353815' }, fields: { amountMinor: 10_000, paidAt: '2026-11-10T12:00:00.000Z' } },
    ]);
    expect(await of({ status: 'DRAFT' })).toEqual([]);
    expect(await of({ status: 'REFUNDED', refunds: { refund_amount: { currency_code: 'GBP', value: '1350.00' } } })).toMatchObject([{}, { fields: { status: 'refunded' } }, { fields: { status: 'refunded' } }]);
    expect(await of({ refunds: { refund_amount: { currency_code: 'GBP', value: '50.00' } } })).toMatchObject([{}, { fields: { status: 'completed' } }, { fields: { status: 'completed' } }]);
  });
});

describe('the hint', () => {
  it('tells a refund from a capture, and an approved order from money', () => {
    const hints = (name: string) => webhookOf(paypal).normalise(stored(fixture('paypal', name)));
    expect(hints('capture.refunded')).toMatchObject({ value: { hints: [{ remoteType: 'refund', remoteId: IDS.refund }] } });
    expect(hints('capture.reversed')).toMatchObject({ value: { hints: [{ remoteType: 'capture', remoteId: IDS.capture }] } });
    expect(hints('invoice.paid')).toMatchObject({ value: { hints: [{ remoteType: 'invoice', remoteId: IDS.invoice }] } });
    expect(hints('unknown.order.approved')).toEqual({ ok: true, value: { kind: 'ignored', why: 'CHECKOUT.ORDER.APPROVED is not needed for the record' } });
  });
});

describe('looking for what was missed', () => {
  it('follows the next page on our own address only, and begins the next time a little before', async () => {
    const asked: HttpRequest[] = [];
    const http: Http = { send: (request) => Promise.resolve(api(request)).finally(() => asked.push(request)) };
    const first = await paypal.poll?.read(null, samples.access, { http, clock });
    if (!first?.ok) throw new Error('not read');
    expect(first.value).toMatchObject({ more: true });
    const second = await paypal.poll?.read(first.value.cursor, samples.access, { http, clock });
    expect(second).toMatchObject({ ok: true, value: { more: false } });
    for (const { url } of asked) expect(url.startsWith('http://paypal.test/')).toBe(true);
    expect(second?.ok && (JSON.parse(second.value.cursor) as object)).toEqual({ since: '2026-11-21T09:50:00.000Z', until: null, page: null });
  });
});
