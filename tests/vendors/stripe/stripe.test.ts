import Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import { stripe } from '../../../core/vendors/stripe/index.ts';
import type { Change } from '../../../core/domain/record/changes.ts';
import { isStale } from '../../../core/domain/record/versions.ts';
import type { Http } from '../../../core/ports/ports.ts';
import { STRIPE_EVENTS } from '../../../core/vendors/stripe/manifest.ts';
import type { Hint, WebhookRequest } from '../../../core/vendors/vendor.ts';
import { bytes, call, clockAt, fixture, hashing, noCertificates, stored, webhookOf } from '../ports.ts';
import { api, charge, dispute, samples } from './samples.ts';

const { access, nowMs } = samples;
const verify = (request: WebhookRequest, secrets = access.secrets) => webhookOf(stripe).verify(request, { ...access, secrets }, { hashing, clock: clockAt(nowMs), certificates: noCertificates });
const request = (body: string, header: string): WebhookRequest => call(bytes(body), { 'stripe-signature': header });
const sign = (payload: string, secret: string, timestamp = nowMs / 1000) => Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp });
const body = fixture('stripe', 'payment_intent.succeeded');

type PaymentChange = Extract<Change, { kind: 'payment' }>;

function paymentOf(text: string): PaymentChange {
  const meant = webhookOf(stripe).normalise(stored(text, { vendorEvent: null, receivedAt: new Date(nowMs).toISOString() }));
  if (!meant.ok || meant.value.kind !== 'changes') throw new Error(JSON.stringify(meant));
  const payments = meant.value.changes.filter((change) => change.kind === 'payment');
  const [payment] = payments;
  if (!payment || payments.length !== 1) throw new Error('expected one payment');
  return payment;
}
const paymentIn = (name: string): PaymentChange => paymentOf(fixture('stripe', name));
const changed = (name: string, change: (event: { created: unknown; data: { object: Record<string, unknown> } }) => void): string => {
  const event = JSON.parse(fixture('stripe', name)) as { created: unknown; data: { object: Record<string, unknown> } };
  change(event);
  return JSON.stringify(event);
};

describe('proof', () => {
  it('accepts either secret while it is rolled, and any of several v1', () => {
    const rolled = { signingSecret: 'whsec_new', signingSecretPrevious: 'whsec_old' };
    expect(verify(request(body, sign(body, 'whsec_new')), rolled).ok).toBe(true);
    expect(verify(request(body, sign(body, 'whsec_old')), rolled).ok).toBe(true);
    expect(verify(request(body, sign(body, 'whsec_older')), rolled)).toEqual({ ok: false, error: 'intake.signature_wrong' });
    const [time, right] = sign(body, 'whsec_new').split(',');
    const wrong = sign(body, 'whsec_other').split(',')[1];
    expect(verify(request(body, `${time},${wrong},${right},v0=${'0'.repeat(64)}`), rolled).ok).toBe(true);
  });

  it.each([
    ['no time', (header: string) => header.split(',')[1] ?? ''],
    ['two times', (header: string) => `t=1,${header}`],
    ['only another scheme', (header: string) => header.replace('v1=', 'v0=')],
    ['a signature of the wrong length', (header: string) => header.slice(0, -2)],
    ['no hexadecimal', (header: string) => header.replace(/v1=../, 'v1=zz')],
    ['a storm of signatures', (header: string) => `${header.split(',')[0] ?? ''}${`,v1=${'a'.repeat(64)}`.repeat(9)}`],
    ['a negative time', (header: string) => header.replace('t=', 't=-')],
  ])('calls a header with %s malformed', (_name, change) => {
    expect(verify(request(body, change(sign(body, access.secrets['signingSecret'] ?? ''))))).toEqual({ ok: false, error: 'intake.signature_malformed' });
  });

  it('does not tell a forger that his time was wrong', () => {
    expect(verify(request(body, sign(body, 'whsec_forged', 1)))).toEqual({ ok: false, error: 'intake.signature_wrong' });
  });

  it('agrees with the official library on the same bytes', () => {
    const header = sign(body, access.secrets['signingSecret'] ?? '');
    const event = Stripe.webhooks.constructEvent(body, header, access.secrets['signingSecret'] ?? '', undefined, undefined, nowMs);
    const verified = verify(request(body, header));
    expect(verified).toMatchObject({ ok: true, value: { deliveryKey: event.id, vendorEvent: event.type } });
  });
});

describe('mapping', () => {
  it.each([
    ['payment_intent.processing', { status: 'pending', amountMinor: 150_000 }],
    ['payment_intent.payment_failed', { status: 'failed', failureReason: 'Your card has insufficient funds.' }],
    ['payment_intent.succeeded', { status: 'completed', amountMinor: 150_000, currency: 'GBP', failureReason: null, paidAt: '2026-10-26T07:33:50.000Z' }],
    ['payment_intent.canceled', { status: 'failed', failureReason: 'Cancelled: requested by customer' }],
    ['charge.refunded', { status: 'refunded', refundedMinor: 150_000, amountMinor: 150_000 }],
    ['charge.refunded.partly', { status: 'partly_refunded', refundedMinor: 30_000, amountMinor: 150_000 }],
    ['checkout.session.completed', { status: 'completed', amountMinor: 18_500, payerName: 'Gus Guest' }],
    ['checkout.session.completed.unpaid', { status: 'pending' }],
    ['checkout.session.async_payment_succeeded', { status: 'completed' }],
    ['checkout.session.async_payment_failed', { status: 'failed' }],
    ['checkout.session.expired', { status: 'failed', failureReason: 'The payment page expired unpaid' }],
    ['invoice.paid', { status: 'completed', amountMinor: 96_000, description: 'Invoice WED-0007' }],
    ['invoice.payment_failed', { status: 'failed', amountMinor: 96_000 }],
  ])('%s', (name, fields) => expect(paymentIn(name).fields).toMatchObject(fields));

  it('keeps the same money in one row, whichever event speaks of it', () => {
    const told = ['payment_intent.processing', 'payment_intent.payment_failed', 'payment_intent.succeeded', 'charge.refunded', 'charge.refunded.partly'];
    const ids = told.map((name) => paymentIn(name).remote.id);
    expect(new Set(ids)).toEqual(new Set(['pi_fixtureA']));
    expect(paymentIn('invoice.paid').remote.id).toBe('pi_fixtureG');
    expect(paymentIn('invoice.payment_failed').remote.id).toBe('in_fixtureH');
    expect(paymentIn('checkout.session.expired').remote.id).toBe('cs_test_fixtureF');
    const expanded = changed('charge.refunded', (event) => (event.data.object['payment_intent'] = { id: 'pi_expanded', object: 'payment_intent' }));
    expect(paymentOf(expanded).remote.id).toBe('pi_expanded');
  });

  it('orders events that come out of order, also within one second', () => {
    const order = ['payment_intent.processing', 'payment_intent.payment_failed', 'payment_intent.succeeded', 'charge.refunded.partly', 'charge.refunded'];
    const sameSecond = order.map((name) => paymentOf(changed(name, (event) => (event.created = 1_793_000_000))).remote.version);
    const told = order.map((name) => paymentIn(name).remote.version);
    for (const versions of [sameSecond, told]) {
      versions.forEach((earlier, i) => {
        for (const later of versions.slice(i + 1)) {
          expect(isStale(earlier, later)).toBe(true);
          expect(isStale(later, earlier)).toBe(false);
        }
      });
    }
  });

  it('brings money to its wedding by our id, else by the e-mail', () => {
    expect(paymentIn('payment_intent.succeeded').wedding).toEqual({ weddingId: '0199a000-0000-7000-8000-000000000001', email: 'couple@example.org' });
    expect(paymentIn('charge.refunded').wedding).toEqual({ weddingId: null, email: 'couple@example.org' });
    expect(paymentIn('checkout.session.expired').wedding).toEqual({ weddingId: null, email: 'guest@example.org' });
    const wrongId = changed('payment_intent.succeeded', (event) => (event.data.object['metadata'] = { wedsync_wedding_id: 'not-an-id' }));
    expect(paymentOf(wrongId).wedding.weddingId).toBeNull();
  });

  it.each([
    ['an amount with a fraction', (object: Record<string, unknown>) => (object['amount_received'] = object['amount'] = 10.5)],
    ['an amount as text', (object: Record<string, unknown>) => (object['amount_received'] = object['amount'] = '150000')],
    ['no currency', (object: Record<string, unknown>) => delete object['currency']],
    ['no id', (object: Record<string, unknown>) => delete object['id']],
  ])('quarantines %s', (_name, change) => {
    const text = changed('payment_intent.succeeded', (event) => change(event.data.object));
    const meant = webhookOf(stripe).normalise(stored(text, { vendorEvent: null, receivedAt: '' }));
    expect(meant).toMatchObject({ ok: false, error: { code: 'normalise.shape_unknown' } });
  });

  it('ignores what nobody needs, with the reason', () => {
    const meant = webhookOf(stripe).normalise(stored(fixture('stripe', 'unknown.account.updated')));
    expect(meant).toEqual({ ok: true, value: { kind: 'ignored', why: 'account.updated is not needed for the record' } });
  });

  it.each([
    ['unknown.payout.paid', 'payout.paid is kept as it came: the record has no place for payouts yet'],
    ['unknown.charge.dispute.created', 'charge.dispute.created is kept as it came: the record has no place for disputes that go on yet'],
    ['unknown.charge.dispute.closed.won', 'The dispute was not lost: the payment is as it was'],
  ])('keeps %s and says what it is', (name, why) => {
    expect(webhookOf(stripe).normalise(stored(fixture('stripe', name)))).toEqual({ ok: true, value: { kind: 'ignored', why } });
  });

  it('asks for no more names of events than Stripe lets', () => expect(STRIPE_EVENTS.length).toBeLessThanOrEqual(20));
});

describe('papers and people', () => {
  const changesIn = (text: string): readonly Change[] => {
    const meant = webhookOf(stripe).normalise(stored(text));
    if (!meant.ok || meant.value.kind !== 'changes') throw new Error(JSON.stringify(meant));
    return meant.value.changes;
  };
  const paperIn = (text: string) => changesIn(text).find((change) => change.kind === 'document');

  it.each([
    ['invoice.finalized', { kind: 'invoice', status: 'shared', title: 'Invoice WED-0007', url: 'https://invoice.stripe.com/i/acct_fixture/test_fixtureG', sharedAt: '2026-10-26T07:34:45.000Z' }],
    ['invoice.paid', { kind: 'invoice', status: 'completed', title: 'Invoice WED-0007' }],
    ['invoice.voided', { status: 'withdrawn' }],
    ['invoice.marked_uncollectible', { status: 'withdrawn' }],
  ])('%s is a paper', (name, fields) => expect(paperIn(fixture('stripe', name))?.fields).toMatchObject(fields));

  it('keeps one paper in one row, and its last state whatever the order', () => {
    const [made, paid] = ['invoice.finalized', 'invoice.paid'].map((name) => paperIn(changed(name, (event) => (event.created = 1_793_000_000))));
    expect(made?.remote.id).toBe(paid?.remote.id);
    expect(isStale(made?.remote.version ?? null, paid?.remote.version ?? null)).toBe(true);
  });

  it('takes no page that is none', () => {
    for (const url of ['javascript:alert(1)', 'http://invoice.stripe.com/x', 7]) {
      expect(paperIn(changed('invoice.finalized', (event) => (event.data.object['hosted_invoice_url'] = url)))?.fields).not.toHaveProperty('url');
    }
  });

  it('tells of customers, and brings their money to their wedding', () => {
    expect(changesIn(fixture('stripe', 'customer.created'))).toMatchObject([{ kind: 'contact', remote: { type: 'customer', id: 'cus_fixtureA' }, fields: { name: 'Ada Example', email: 'couple@example.org', phone: '+44 1632 960123' } }]);
    expect(changesIn(fixture('stripe', 'customer.deleted'))).toMatchObject([{ kind: 'contact', deleted: true }]);
    const versions = ['customer.created', 'customer.updated', 'customer.deleted'].map((name) => changesIn(changed(name, (event) => (event.created = 1_793_000_000)))[0]?.remote.version ?? null);
    expect([isStale(versions[0]!, versions[1]!), isStale(versions[1]!, versions[2]!), isStale(versions[2]!, versions[0]!)]).toEqual([true, true, false]);
    expect(paymentOf(changed('payment_intent.succeeded', (event) => (event.data.object['customer'] = 'cus_fixtureA'))).wedding.remote).toEqual({ type: 'customer', id: 'cus_fixtureA' });
  });
});

describe('what has to be read', () => {
  const answering = (objects: Readonly<Record<string, unknown>>): Http => ({
    send: ({ url }) => {
      const found = objects[new URL(url).pathname];
      return Promise.resolve({ status: found === undefined ? 404 : 200, headers: {}, body: JSON.stringify(found ?? {}) });
    },
  });
  const read = async (hint: Hint, more: { readonly charge?: object; readonly dispute?: object } = {}, secrets = samples.access.secrets) => {
    const http = answering({ '/v1/charges/ch_fixtureA': { ...charge, ...more.charge }, '/v1/disputes/dp_fixtureA': { ...dispute, ...more.dispute } });
    return stripe.reread!(hint, { ...samples.access, secrets }, { http, clock: clockAt(nowMs) });
  };
  const CHARGE: Hint = { remoteType: 'charge', remoteId: 'ch_fixtureA' };
  const DISPUTE: Hint = { remoteType: 'dispute', remoteId: 'dp_fixtureA' };

  it.each([
    ['a refund that failed: nothing went back', CHARGE, {}, { status: 'completed', refundedMinor: 0 }],
    ['a refund that failed, beside one that did not', CHARGE, { charge: { amount_refunded: 20_000 } }, { status: 'partly_refunded', refundedMinor: 20_000 }],
    ['a dispute that was lost', DISPUTE, {}, { status: 'refunded', refundedMinor: 150_000, failureReason: 'The payer disputed it and was given right: product not received' }],
    ['a dispute over a part, after a refund', DISPUTE, { charge: { amount_refunded: 20_000 }, dispute: { amount: 30_000 } }, { status: 'partly_refunded', refundedMinor: 50_000 }],
    ['more than there was', DISPUTE, { charge: { amount_refunded: 149_000 } }, { status: 'refunded', refundedMinor: 150_000 }],
    ['a dispute that was won after all', DISPUTE, { dispute: { status: 'won' } }, { status: 'completed', refundedMinor: 0 }],
  ])('%s', async (_name, hint, more, fields) => {
    expect(await read(hint, more)).toMatchObject({ ok: true, value: [{ kind: 'payment', remote: { type: 'payment', id: 'pi_fixtureA' }, fields }] });
  });

  it('is newer than what the webhooks said before, and older than what they say after', async () => {
    const now = await read(CHARGE);
    const version = now.ok ? (now.value[0]?.remote.version ?? null) : null;
    expect(isStale(version, paymentIn('charge.refunded').remote.version)).toBe(false);
    expect(isStale(paymentIn('charge.refunded').remote.version, version)).toBe(true);
    expect(isStale(version, `${nowMs / 1000 + 1}.1`)).toBe(true);
  });

  it('refuses what it cannot count together, and says that a key is missing', async () => {
    expect(await read(DISPUTE, { dispute: { currency: 'usd' } })).toMatchObject({ ok: false, error: { code: 'normalise.shape_unknown' } });
    expect(await read(DISPUTE, { dispute: { charge: null } })).toMatchObject({ ok: false, error: { code: 'normalise.shape_unknown' } });
    expect(await read(CHARGE, { charge: { id: 'ch_other' } })).toMatchObject({ ok: false, error: { code: 'normalise.shape_unknown' } });
    const { apiKey: _none, ...secrets } = samples.access.secrets;
    expect(await read(CHARGE, {}, secrets)).toMatchObject({ ok: false, error: { code: 'normalise.no_access' } });
  });
});

describe('looking for what was missed', () => {
  const clock = clockAt(samples.nowMs);
  type Page = Awaited<ReturnType<NonNullable<typeof stripe.poll>['read']>> | undefined;

  it('goes down to where the last look began, under the keys of the webhooks', async () => {
    const asked: URL[] = [];
    const http: Http = { send: (request) => Promise.resolve(api(request)).finally(() => asked.push(new URL(request.url))) };
    let cursor: string | null = null;
    const keys: string[] = [];
    for (let more = true; more; ) {
      const page: Page = await stripe.poll?.read(cursor, samples.access, { http, clock });
      if (!page?.ok) throw new Error('not read');
      keys.push(...page.value.items.map((item) => item.key));
      ({ cursor, more } = page.value);
    }
    const own = samples.deliveries.filter(({ name }) => !name.startsWith('unknown.') || name.endsWith('.won')).map(({ body }) => (JSON.parse(body) as { id: string }).id);
    expect([...keys].sort()).toEqual(own.sort());
    expect(asked.map((url) => url.searchParams.get('starting_after'))).toEqual([null, ...keys.filter((_key, n) => n % 5 === 4 && n < keys.length - 1)]);
    expect(asked[0]?.searchParams.get('created[gte]')).toBe(String(samples.nowMs / 1000 - 29 * 86_400));
    await stripe.poll?.read(cursor, samples.access, { http, clock });
    expect(Number(asked.at(-1)?.searchParams.get('created[gte]'))).toBeGreaterThan(Number(asked[0]?.searchParams.get('created[gte]')));
  });

  it('asks nobody while there is no key, and asks no further back than Stripe keeps', async () => {
    const none: Http = { send: () => Promise.reject(new Error('asked')) };
    const { apiKey: _left, ...secrets } = samples.access.secrets;
    expect(await stripe.poll?.read(null, { ...samples.access, secrets }, { http: none, clock })).toMatchObject({ ok: true, value: { items: [], more: false } });
    expect(await stripe.test?.({ ...samples.access, secrets }, { http: none, clock })).toMatchObject({ ok: false, error: { code: 'normalise.no_access' } });
    const asked: string[] = [];
    const http: Http = { send: (request) => Promise.resolve(api(request)).finally(() => asked.push(new URL(request.url).searchParams.get('created[gte]') ?? '')) };
    await stripe.poll?.read(JSON.stringify({ since: 5, newest: 5, after: null }), samples.access, { http, clock });
    expect(asked).toEqual([String(samples.nowMs / 1000 - 29 * 86_400)]);
  });
});
