import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { acuity } from '../../../core/vendors/acuity/index.ts';
import type { HttpRequest, HttpResponse } from '../../../core/ports/ports.ts';
import type { VendorSamples } from '../../conformance/vendor.conformance.ts';
import { call } from '../ports.ts';

export const KEY = 'acuity-fixture-key';
const BASE = 'http://acuity.test/api/v1';
const FORM = 'application/x-www-form-urlencoded';
const folder = new URL('./fixtures/', import.meta.url);

export const signature = (body: Uint8Array, key = KEY): string => createHmac('sha256', key).update(body).digest('base64');
export const form = (name: string): string => readFileSync(new URL(`${name}.form`, folder), 'utf8');

/** Made up, in the documented shape. */
export const appointment = {
  id: 123_456_789,
  firstName: 'Ada',
  lastName: 'Example',
  email: 'Couple@Example.org',
  phone: '+44 7700 900123',
  date: 'March 28, 2027',
  time: '10:30am',
  endTime: '12:00pm',
  datetime: '2027-03-28T10:30:00+0100',
  duration: '90',
  type: 'Bridal trial',
  appointmentTypeID: 7_654_321,
  calendarID: 1_234_567,
  price: '120.00',
  amountPaid: '0.00',
  paid: 'no',
  timezone: 'Europe/London',
  location: 'Studio, Bath',
  canceled: false,
};

const answer = (body: unknown): HttpResponse => ({ status: 200, headers: {}, body: JSON.stringify(body) });

/** Two appointments that stand, months apart, and one that was cancelled. */
export function api(request: HttpRequest): HttpResponse {
  const url = new URL(request.url);
  if (url.pathname === '/api/v1/me') return answer({ id: 7, email: 'studio@example.org', name: 'Rose Hair & Make-up', timezone: 'Europe/London' });
  const all = [
    { ...appointment, id: 1, datetime: '2026-11-20T10:00:00+0000' },
    appointment,
    { ...appointment, id: 3, datetime: '2027-05-28T10:00:00+0100', canceled: true },
  ];
  const within = (day: string): boolean => day >= (url.searchParams.get('minDate') ?? '') && day <= (url.searchParams.get('maxDate') ?? '');
  return answer(all.filter((each) => String(each.canceled) === url.searchParams.get('canceled') && within(each.datetime.slice(0, 10))));
}

export const samples: VendorSamples = {
  vendor: acuity,
  nowMs: Date.parse('2026-11-21T10:00:00Z'),
  knownAgainMs: 900,
  bodyKind: 'form',
  access: {
    connectionId: '0199a000-0000-7000-8000-00000000c013',
    settings: { baseUrl: BASE, userId: '42', trade: 'hair_makeup', currency: 'GBP', zone: 'Europe/London' },
    secrets: { apiKey: KEY },
  },
  prove: (body, options = {}) => call(body, { 'x-acuity-signature': signature(body, options.secret ?? KEY) }, { mediaType: options.mediaType ?? FORM }),
  deliveries: readdirSync(folder)
    .filter((file) => file.endsWith('.form'))
    .sort()
    .map((file) => ({ name: file.slice(0, -'.form'.length), body: form(file.slice(0, -'.form'.length)), mediaType: FORM })),
  reread: {
    hints: [{ remoteType: 'appointment', remoteId: String(appointment.id) }],
    answers: new Map<string, unknown>([[`/api/v1/appointments/${appointment.id}`, appointment]]),
    secretValues: [KEY, Buffer.from(`42:${KEY}`).toString('base64')],
  },
  calendar: { calendarRef: '1234567', remoteId: '0199a000-0000-7000-8000-0000000ca1e0.0123456789abcdef', secretValues: [KEY, Buffer.from(`42:${KEY}`).toString('base64')] },
  poll: { respond: api, brings: 3, secretValues: [KEY] },
  tryOut: { respond: api, account: 'Rose Hair & Make-up', secretValues: [KEY] },
};
