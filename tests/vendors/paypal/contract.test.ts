import { describe, expect, it } from 'vitest';
import { contractFile, haveContracts, openApiContract } from '../contractFiles.ts';
import { clockAt, fixtures } from '../ports.ts';
import { paypal } from '../../../core/vendors/paypal/index.ts';
import type { HttpRequest } from '../../../core/ports/ports.ts';
import { capture, invoice, order, refund, webhook } from './objects.ts';
import { api, samples } from './samples.ts';

const files = ['payments_payment_v2', 'checkout_orders_v2', 'invoicing_v2', 'notifications_webhooks_v1'].map((name) => contractFile('paypal', `${name}.json`));

describe.skipIf(!haveContracts(...files))('PayPal: published contracts', () => {
  const [payments, orders, invoicing, notifications] = files.map((file) => openApiContract(file));

  it('our objects are theirs', () => {
    payments?.expectFits('capture-2', capture);
    payments?.expectFits('refund', refund);
    orders?.expectFits('payer', order.payer);
    invoicing?.expectFits('invoice', invoice);
    notifications?.expectFits('webhook', { ...webhook, event_types: [{ name: 'PAYMENT.CAPTURE.COMPLETED' }] });
    expect(payments?.fits('capture-2', { ...capture, status: 'MAYBE' }).valid).toBe(false);
  });

  it('has every status that we tell apart, and no other', () => {
    for (const status of ['COMPLETED', 'DECLINED', 'PARTIALLY_REFUNDED', 'PENDING', 'REFUNDED', 'FAILED']) payments?.expectFits('capture_status', { status });
  });

  it.each(fixtures('paypal').map(({ name, body }) => [name, JSON.parse(body) as Record<string, unknown>] as const))('%s is an event', (_name, event) => notifications?.expectKnown('event', event));

  it('is asked as documented', async () => {
    const requests: HttpRequest[] = [];
    const respond = (request: HttpRequest) => {
      const found = samples.reread?.answers.get(new URL(request.url).pathname);
      return found === undefined ? api(request) : { status: 200, headers: {}, body: JSON.stringify(found) };
    };
    const ports = { clock: clockAt(samples.nowMs), http: { send: (request: HttpRequest) => Promise.resolve(respond(request)).finally(() => requests.push(request)) } };
    for (const hint of samples.reread?.hints ?? []) await paypal.reread?.(hint, samples.access, ports);
    await paypal.poll?.read(null, samples.access, ports);
    await paypal.test?.(samples.access, ports);
    const apis = requests.filter(({ url }) => !url.endsWith('/v1/oauth2/token'));
    expect(apis.length).toBe(8);
    for (const request of apis) {
      const contract = request.url.includes('/invoicing/') ? invoicing : request.url.includes('/checkout/') ? orders : request.url.includes('/payments/') ? payments : notifications;
      contract?.expectAsks(request);
    }
  });

  it('the stand-in lists events as documented', () => {
    const first = api({ method: 'GET', url: 'http://paypal.test/v1/notifications/webhooks-events?page_size=100', headers: { authorization: 'Bearer paypal-fixture-token' }, timeoutMs: 1 });
    notifications?.expectFits('EventList', JSON.parse(first.body));
  });
});
