import { WebhooksHelper } from 'square';
import { describe, expect, it } from 'vitest';
import type { Http } from '../../../core/ports/ports.ts';
import { square } from '../../../core/vendors/square/index.ts';
import { bytes, call, CALLED_URL, clockAt, fixture, fixtures, hashing, noCertificates, stored, webhookOf } from '../ports.ts';
import { booking, customer, IDS, invoice, payment } from './objects.ts';
import { eventsApi, KEY, samples, signature } from './samples.ts';

const clock = clockAt(samples.nowMs);
const body = bytes(fixture('square', 'payment.updated'));
const HEADER = 'x-square-hmacsha256-signature';
const verify = (header: string, more: { secrets?: Record<string, string>; url?: string } = {}) =>
  webhookOf(square).verify(call(body, { [HEADER]: header }, more.url === undefined ? {} : { url: more.url }), { ...samples.access, secrets: more.secrets ?? samples.access.secrets }, { hashing, clock, certificates: noCertificates });
const read = (remoteType: string, remoteId: string, answers: Record<string, unknown>) => {
  const http: Http = {
    send(request) {
      const found = answers[decodeURIComponent(new URL(request.url).pathname).slice('/v2'.length)];
      return Promise.resolve({ status: found === undefined ? 404 : 200, headers: {}, body: JSON.stringify(found ?? {}) });
    },
  };
  return square.reread?.({ remoteType, remoteId }, samples.access, { http, clock });
};

describe('proof', () => {
  it("agrees with Square's own verifier, on every fixture and on every spoiled one", async () => {
    for (const { body: text } of fixtures('square')) {
      const good = signature(bytes(text));
      for (const header of [good, good.toLowerCase(), good.slice(0, -4), `${good}=`, signature(bytes(`${text} `))]) {
        const official = await WebhooksHelper.verifySignature({ requestBody: text, signatureHeader: header, signatureKey: KEY, notificationUrl: CALLED_URL });
        const ours = webhookOf(square).verify(call(bytes(text), { [HEADER]: header }), samples.access, { hashing, clock, certificates: noCertificates });
        expect(ours.ok, header).toBe(official);
      }
    }
  });

  it('holds for one address, byte for byte', () => {
    expect(verify(signature(body)).ok).toBe(true);
    for (const url of [`${CALLED_URL}/`, `${CALLED_URL}?a=1`, CALLED_URL.replace('https', 'http'), CALLED_URL.toUpperCase()]) {
      expect(verify(signature(body), { url })).toEqual({ ok: false, error: 'intake.signature_wrong' });
    }
    const asked = `${CALLED_URL}?a=%20b`;
    expect(verify(signature(body, KEY, asked), { url: asked }).ok).toBe(true);
  });

  it('takes two keys during a rotation, and no third', () => {
    const secrets = { ...samples.access.secrets, signatureKey: 'new', signatureKeyPrevious: KEY };
    expect(verify(signature(body), { secrets }).ok).toBe(true);
    expect(verify(signature(body, 'new'), { secrets }).ok).toBe(true);
    expect(verify(signature(body, 'third'), { secrets })).toEqual({ ok: false, error: 'intake.signature_wrong' });
  });

  it('refuses a header that came twice, hexadecimal, and a digest of another length', () => {
    const good = signature(body);
    for (const header of [`${good}, ${good}`, Buffer.from(good, 'base64').toString('hex'), Buffer.from(good, 'base64').subarray(0, 20).toString('base64'), 'A'.repeat(5000)]) {
      expect(verify(header)).toEqual({ ok: false, error: 'intake.signature_malformed' });
    }
  });
});

describe('what is read', () => {
  it('follows a refund to its payment and a booking by its plain id', () => {
    const hint = (name: string) => webhookOf(square).normalise(stored(fixture('square', name)));
    expect(hint('refund.updated')).toEqual({ ok: true, value: { kind: 'reread', hints: [{ remoteType: 'payment', remoteId: IDS.payment }] } });
    expect(hint('booking.updated')).toEqual({ ok: true, value: { kind: 'reread', hints: [{ remoteType: 'booking', remoteId: IDS.booking }] } });
    expect(hint('refund.unlinked')).toMatchObject({ value: { kind: 'ignored' } });
    expect(hint('unknown.catalog')).toEqual({ ok: true, value: { kind: 'ignored', why: 'catalog.version.updated is not needed for the record' } });
    const wrong = JSON.stringify({ type: 'payment.updated', data: { id: '../merchants/me' } });
    expect(webhookOf(square).normalise(stored(wrong))).toMatchObject({ ok: false, error: { code: 'normalise.shape_unknown' } });
  });

  it('makes an appointment a booking of its customer, over the night of the clock change', async () => {
    expect(await read('booking', IDS.booking, { [`/bookings/${IDS.booking}`]: { booking }, [`/customers/${IDS.customer}`]: { customer } })).toMatchObject({
      ok: true,
      value: [
        { kind: 'contact', fields: { name: 'Ada Example', email: 'couple@example.org' } },
        {
          kind: 'booking',
          remote: { type: 'booking', id: IDS.booking, version: '2' },
          wedding: { email: 'couple@example.org', date: '2027-03-28' },
          fields: { title: 'Appointment: Ada Example', trade: 'hair_makeup', status: 'definite', startsAt: '2027-03-28T09:30:00.000Z', endsAt: '2027-03-28T12:00:00.000Z' },
        },
      ],
    });
    const alone = await read('booking', IDS.booking, { [`/bookings/${IDS.booking}`]: { booking } });
    expect(alone).toMatchObject({ ok: true, value: [{ kind: 'booking', fields: { status: 'definite' } }] });
    if (alone?.ok) expect(alone.value[0]?.fields).not.toHaveProperty('title');
  });

  it.each([
    ['PENDING', 'hold'],
    ['ACCEPTED', 'definite'],
    ['CANCELLED_BY_CUSTOMER', 'cancelled'],
    ['CANCELLED_BY_SELLER', 'cancelled'],
    ['DECLINED', 'cancelled'],
    ['NO_SHOW', 'cancelled'],
  ])('a booking that is %s is %s', async (status, ours) => {
    expect(await read('booking', IDS.booking, { [`/bookings/${IDS.booking}`]: { booking: { ...booking, status } } })).toMatchObject({ value: [{ fields: { status: ours } }] });
  });

  const money = (amount: number, currency = 'GBP') => ({ amount, currency });
  it.each([
    ['in full', {}, { status: 'completed', amountMinor: 26_000, refundedMinor: 0, currency: 'GBP', failureReason: null }],
    ['set aside only', { status: 'APPROVED' }, { status: 'pending' }],
    ['refunded in part', { refunded_money: money(5000) }, { status: 'partly_refunded', refundedMinor: 5000 }],
    ['refunded whole', { refunded_money: money(26_000) }, { status: 'refunded', refundedMinor: 26_000 }],
    ['declined', { status: 'FAILED', card_details: { errors: [{ category: 'X', code: 'CARD_DECLINED', detail: 'The card was declined.' }] } }, { status: 'failed', failureReason: 'The card was declined.' }],
    ['cancelled', { status: 'CANCELED' }, { status: 'failed', failureReason: 'Cancelled' }],
    ['in yen', { total_money: money(26_000, 'JPY') }, { amountMinor: 26_000, currency: 'JPY' }],
  ])('a payment %s', async (_name, change, fields) => {
    expect(await read('payment', IDS.payment, { [`/payments/${IDS.payment}`]: { payment: { ...payment, ...change } } })).toMatchObject({ ok: true, value: [{ kind: 'payment', fields }] });
  });

  it('sets aside a payment without an amount, with half a penny, and one that was not asked for', async () => {
    const { amount_money: _a, total_money: _t, ...bare } = payment;
    for (const odd of [bare, { ...payment, total_money: money(1.5) }, { ...payment, id: 'PAYother' }, { ...payment, status: 'NEW' }]) {
      expect(await read('payment', IDS.payment, { [`/payments/${IDS.payment}`]: { payment: odd } })).toMatchObject({ ok: false, error: { code: 'normalise.shape_unknown' } });
    }
  });

  it('shows an invoice as a paper once it is out', async () => {
    const asDocument = async (change: object) => {
      const answer = await read('invoice', IDS.invoice, { [`/invoices/${IDS.invoice}`]: { invoice: { ...invoice, ...change } } });
      return answer?.ok ? answer.value : answer?.error;
    };
    expect(await asDocument({})).toMatchObject([{ kind: 'document', remote: { version: '3' }, wedding: { email: 'couple@example.org' }, fields: { kind: 'invoice', status: 'shared', url: invoice.public_url } }]);
    expect(await asDocument({ status: 'CANCELED' })).toMatchObject([{ fields: { status: 'withdrawn' } }]);
    expect(await asDocument({ status: 'DRAFT' })).toEqual([]);
  });
});

describe('looking for what was missed', () => {
  async function cursorAfter(cursor: string | null, http: Http): Promise<string> {
    const answer = await square.poll?.read(cursor, samples.access, { http, clock });
    if (!answer?.ok) throw new Error('not read');
    return answer.value.cursor;
  }

  it('switches events on once, keeps the question while it pages, and looks back a little', async () => {
    const asked: { method: string; body: string }[] = [];
    const http: Http = {
      send(request) {
        asked.push({ method: request.method, body: request.body ?? '' });
        return Promise.resolve(eventsApi(request));
      },
    };
    let cursor: string | null = null;
    for (let page = 0; page < 3; page += 1) {
      cursor = await cursorAfter(cursor, http);
    }
    expect(asked.map((each) => each.method)).toEqual(['PUT', 'POST', 'POST', 'POST']);
    const starts = asked.slice(1).map((each) => (JSON.parse(each.body) as { query: { filter: { created_at: { start_at: string } } } }).query.filter.created_at.start_at);
    expect(starts).toEqual(['2026-10-25T10:00:00.000Z', '2026-10-25T10:00:00.000Z', '2026-11-20T10:12:00.123Z']);
  });

  it('asks no further back than Square keeps, and starts again from a cursor that it cannot read', async () => {
    const late = clockAt(Date.parse('2027-06-01T00:00:00Z'));
    const bodies: string[] = [];
    const http: Http = { send: (request) => Promise.resolve(eventsApi(request)).finally(() => bodies.push(request.body ?? '')) };
    const old = JSON.stringify({ since: '2026-11-20T10:00:00.000Z', newest: '2026-11-20T10:00:00.000Z', page: 'page2' });
    expect((await square.poll?.read(old, samples.access, { http, clock: late }))?.ok).toBe(true);
    expect(bodies[0]).toContain('2027-05-05T00:00:00.000Z');
    expect(bodies[0]).not.toContain('page2');
    expect((await square.poll?.read('{', samples.access, { http, clock: late }))?.ok).toBe(true);
  });
});
