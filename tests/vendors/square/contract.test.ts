import { describe, expect, it } from 'vitest';
import { square } from '../../../core/vendors/square/index.ts';
import { SQUARE_EVENTS } from '../../../core/vendors/square/manifest.ts';
import { contractFile, haveContracts, openApiContract } from '../contractFiles.ts';
import { clockAt, fixtures } from '../ports.ts';
import type { HttpRequest } from '../../../core/ports/ports.ts';
import { booking, customer, invoice, merchant, payment } from './objects.ts';
import { eventsApi, samples } from './samples.ts';

const file = contractFile('square', 'openapi-2025-08-20.trimmed.json');

describe.skipIf(!haveContracts(file))('Square: published contract', () => {
  const contract = openApiContract(file);

  it.each([
    ['Booking', booking],
    ['Customer', customer],
    ['Payment', payment],
    ['Invoice', invoice],
    ['Merchant', merchant],
  ] as const)('our %s is one of theirs', (schema, object) => contract.expectKnown(schema, object));

  it.each(fixtures('square').map(({ name, body }) => [name, JSON.parse(body) as { data: { object: Record<string, Record<string, unknown>> } }] as const))('%s carries a known event', (_name, event) => {
    contract.expectKnown('Event', { ...event });
    for (const [kind, schema] of [['booking', 'Booking'], ['payment', 'Payment'], ['invoice', 'Invoice']] as const) {
      const object = event.data.object[kind];
      if (object) contract.expectKnown(schema, object);
    }
    const refund = event.data.object['refund'];
    if (refund) contract.expectKnown('PaymentRefund', refund);
  });

  it('asks for events as documented', async () => {
    const bodies: string[] = [];
    await square.poll?.read(null, samples.access, { clock: clockAt(samples.nowMs), http: { send: (request) => Promise.resolve(eventsApi(request)).finally(() => request.body && bodies.push(request.body)) } });
    expect(bodies.length).toBe(1);
    const respond = (url: string) => ({ status: 200, headers: {}, body: JSON.stringify(samples.reread?.answers.get(new URL(url).pathname) ?? {}) });
    const asked: HttpRequest[] = [];
    const ports = { clock: clockAt(samples.nowMs), http: { send: (request: HttpRequest) => Promise.resolve(respond(request.url)).finally(() => asked.push(request)) } };
    for (const hint of samples.reread?.hints ?? []) await square.reread?.(hint, samples.access, ports);
    await square.test?.(samples.access, ports);
    expect(asked.length).toBe(7);
    for (const request of asked) contract.expectAsks(request);
    for (const body of bodies) contract.expectKnown('SearchEventsRequest', JSON.parse(body) as Record<string, unknown>);
    expect(contract.fits('SearchEventsRequest', { limit: 1000 }).valid).toBe(false);
    expect(SQUARE_EVENTS.length).toBe(12);
  });
});
