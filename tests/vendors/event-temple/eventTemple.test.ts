import { describe, expect, it } from 'vitest';
import type { Http, HttpRequest } from '../../../core/ports/ports.ts';
import { eventTemple } from '../../../core/vendors/event-temple/index.ts';
import { clockAt } from '../ports.ts';
import { api, booking, contact, events, payment, samples, space } from './samples.ts';

const clock = clockAt(samples.nowMs);
const read = (attributes: object = {}, more: { relationships?: object | null; contact?: object; payment?: object; id?: string; settings?: Record<string, string>; parts?: boolean } = {}) => {
  const answers: Record<string, unknown> = {
    '/v2/bookings/4711': { data: { ...booking, id: more.id ?? booking.id, attributes: { ...booking.attributes, ...attributes }, relationships: more.relationships === undefined ? booking.relationships : more.relationships } },
    '/v2/contacts/9001': { data: { ...contact, ...more.contact } },
    ...(!more.parts ? {} : { '/v2/events/301': { data: events[0] }, '/v2/events/302': { data: events[1] }, '/v2/spaces/61': { data: space }, '/v2/payments/801': { data: { ...payment, attributes: { ...payment.attributes, ...more.payment } } } }),
  };
  const http: Http = {
    send(request) {
      const found = answers[new URL(request.url).pathname];
      return Promise.resolve({ status: found === undefined ? 404 : 200, headers: {}, body: JSON.stringify(found ?? {}) });
    },
  };
  return eventTemple.reread?.({ remoteType: 'booking', remoteId: '4711' }, { ...samples.access, settings: more.settings ?? samples.access.settings }, { http, clock });
};

describe('what is read', () => {
  it('makes a booking of the contact, wall times in the zone of the venue', async () => {
    expect(await read({}, { parts: true })).toMatchObject({
      ok: true,
      value: [
        { kind: 'contact', remote: { type: 'contact', id: '9001' }, fields: { name: 'Ada Example', email: 'couple@example.org', phone: '+44 7700 900123' } },
        {
          kind: 'booking',
          remote: { type: 'booking', id: '4711', version: '2026-10-20T10:00:00.000Z' },
          wedding: { email: 'couple@example.org', date: '2027-03-28' },
          fields: { title: 'Example & Sample wedding', trade: 'venue', vendorName: 'Orchard House', status: 'definite', startsAt: '2027-03-28T11:30:00.000Z', endsAt: '2027-03-28T22:00:00.000Z', place: 'Orangery, Library' },
          contactRemote: { type: 'contact', id: '9001' },
        },
        {
          kind: 'payment', remote: { type: 'payment', id: '801', version: '2026-10-19T09:01:00.000Z' }, bookingRemote: { type: 'booking', id: '4711' },
          fields: { status: 'completed', amountMinor: 125_000, refundedMinor: 0, currency: 'GBP', description: 'Deposit', paidAt: '2026-10-19T09:00:00.000Z' },
        },
      ],
    });
  });

  it('takes the hours of its events where it has none of its own, and does without what is not there', async () => {
    expect(await read({ starts_at: null, ends_at: null }, { parts: true })).toMatchObject({ value: [{}, { fields: { startsAt: '2027-03-28T11:00:00.000Z', endsAt: '2027-03-28T22:30:00.000Z' } }, {}] });
    const alone = await read();
    expect(alone).toMatchObject({ ok: true, value: [{ kind: 'contact' }, { kind: 'booking' }] });
    expect(alone?.ok && alone.value[1]?.fields).not.toHaveProperty('place');
  });

  it.each([
    [{ amount: 1250 }, null],
    [{ amount: '1250' }, null],
    [{ amount: '1.250,00' }, null],
    [{ status: 'somehow' }, null],
    [{ currency: null }, null],
    [{ amount: 1250.5 }, 125_050],
    [{ amount: 1250, amount_cents: 125_000 }, 125_000],
  ])('a payment of %j is worth %s', async (attributes, minor) => {
    const answer = await read({}, { parts: true, payment: attributes });
    expect(answer?.ok && answer.value.flatMap((change) => (change.kind === 'payment' ? [change.fields.amountMinor] : []))).toEqual(minor === null ? [] : [minor]);
  });

  it('guesses no start from a day, and no time without a zone', async () => {
    const day = await read({ starts_at: null });
    expect(day?.ok && day.value[1]?.fields).not.toHaveProperty('startsAt');
    expect(day).toMatchObject({ value: [{}, { wedding: { date: '2027-03-28' } }] });
    const zoneless = await read({}, { settings: { baseUrl: 'http://eventtemple.test/v2', organizationId: '7' } });
    expect(zoneless?.ok && zoneless.value[1]?.fields).not.toHaveProperty('startsAt');
    expect(zoneless).toMatchObject({ value: [{}, { fields: { endsAt: '2027-03-28T22:00:00.000Z' } }] });
  });

  it('finds the contact in a list, in an attribute, or does without', async () => {
    expect(await read({}, { relationships: { contacts: { data: [{ type: 'contacts', id: '9001' }] } } })).toMatchObject({ value: [{ kind: 'contact' }, { kind: 'booking' }] });
    expect(await read({ contact_id: 9001 }, { relationships: null })).toMatchObject({ value: [{ kind: 'contact' }, { kind: 'booking' }] });
    for (const id of ['1234', '../x', 'a/b']) expect(await read({ contact_id: id }, { relationships: null })).toMatchObject({ ok: true, value: [{ kind: 'booking' }] });
    expect(await read({}, { contact: { id: '5' } })).toMatchObject({ ok: true, value: [{ kind: 'booking' }] });
  });

  it.each([
    ['lead', 'lead'],
    ['Tentative', 'hold'],
    ['definite', 'definite'],
    ['lost', 'cancelled'],
    ['actual', 'completed'],
  ])('%s is %s', async (status, ours) => expect(await read({ status })).toMatchObject({ value: [{}, { fields: { status: ours } }] }));

  it('sets aside a new status, none, and another booking', async () => {
    for (const answer of [read({ status: 'maybe' }), read({ status: null }), read({ status: '__proto__' }), read({}, { id: '1' })]) expect(await answer).toMatchObject({ ok: false, error: { code: 'normalise.shape_unknown' } });
  });
});

describe('looking for changes', () => {
  it('pages, then asks for what is later, with the organization and the key', async () => {
    const asked: HttpRequest[] = [];
    const http: Http = { send: (request) => Promise.resolve(api(request)).finally(() => asked.push(request)) };
    let cursor: string | null = null;
    const counts: number[] = [];
    for (let page = 0; page < 4; page += 1) {
      const answer: Awaited<ReturnType<NonNullable<typeof eventTemple.poll>['read']>> | undefined = await eventTemple.poll?.read(cursor, samples.access, { http, clock });
      if (!answer?.ok) throw new Error('not read');
      counts.push(answer.value.items.length);
      ({ cursor } = answer.value);
    }
    // The last one comes once more, under the same key.
    expect(counts).toEqual([2, 2, 1, 1]);
    expect(new URL(asked[3]?.url ?? '').searchParams.get('filter[updated_at][gt]')).toBe('2026-10-25T09:59:58.000Z');
    for (const request of asked) expect(request.headers).toMatchObject({ 'x-api-org': '7', 'x-api-key': 'event-temple-fixture-key', accept: 'application/vnd.api+json' });
    expect(asked[0]?.url).toContain('page%5Bsize%5D=50');
  });
});
