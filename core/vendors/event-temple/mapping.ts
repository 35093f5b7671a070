import type { Booking } from '../../contract/record/trade.ts';
import { err, ok, type Result } from '../../contract/result.ts';
import type { Change } from '../../domain/record/changes.ts';
import { writtenInstant } from '../dates.ts';
import { emailAddress, known, localDate, shortText } from '../fields.ts';
import { dayOfInstant, tradeOf, vendorNameOf, zoneOf } from '../settings.ts';
import { paymentOf, type Hours } from './parts.ts';
import type { Resource } from './shapes.ts';

type Settings = Readonly<Record<string, string>>;

/** A map, for their words are foreign: `constructor` must find nothing. */
const STATUS: ReadonlyMap<string, Booking['status']> = new Map([
  ['lead', 'lead'],
  ['prospect', 'lead'],
  ['tentative', 'hold'],
  ['definite', 'definite'],
  ['actual', 'completed'],
  ['completed', 'completed'],
  ['lost', 'cancelled'],
  ['cancelled', 'cancelled'],
  ['canceled', 'cancelled'],
]);

/** The first of these attributes that reads as wanted. */
function attribute<T>(resource: Resource | null, names: readonly string[], read: (value: unknown) => T | null): T | null {
  for (const name of names) {
    const found = read(resource?.attributes[name]);
    if (found !== null) return found;
  }
  return null;
}

const instantIn = (settings: Settings) => (value: unknown) => writtenInstant(value, zoneOf(settings) ?? undefined);

export const changedAt = (resource: Resource, settings: Settings): string | null => instantIn(settings)(resource.attributes['updated_at']);

/** Id of the person whose booking it is, where the booking says it. */
export function contactIdOf(booking: Resource): string | null {
  for (const name of ['contact', 'primary_contact', 'contacts']) {
    const data = booking.relationships?.[name]?.data;
    const first = Array.isArray(data) ? data[0] : data;
    if (first) return first.id;
  }
  return attribute(booking, ['contact_id', 'primary_contact_id'], (value) => shortText(value, 64));
}

const emailOf = (contact: Resource | null): string | null => attribute(contact, ['email', 'email_address', 'primary_email'], emailAddress);
const phoneOf = (contact: Resource | null): string | null =>
  attribute(contact, ['phone', 'phone_number', 'mobile', 'mobile_phone', 'primary_phone'], (value) => shortText(value, 60));

function dayOf(booking: Resource, settings: Settings): string | null {
  return attribute(booking, ['event_date', 'start_date', 'arrival_date'], localDate) ?? dayOfInstant(startOf(booking, settings), settings);
}
const startOf = (booking: Resource, settings: Settings): string | null =>
  attribute(booking, ['starts_at', 'start_at', 'start_time', 'start_date'], instantIn(settings));

export function contactOf(contact: Resource, settings: Settings, date: string | null): Change {
  const version = changedAt(contact, settings);
  const [email, phone] = [emailOf(contact), phoneOf(contact)];
  const name =
    shortText([contact.attributes['first_name'], contact.attributes['last_name']].filter((part) => typeof part === 'string').join(' ')) ??
    attribute(contact, ['name', 'full_name'], (value) => shortText(value));
  return {
    kind: 'contact',
    remote: { type: 'contact', id: contact.id, version },
    wedding: { email, phone, date },
    occurredAt: version,
    fields: {
      role: 'couple',
      ...known({ name, email, phone, company: attribute(contact, ['company', 'company_name'], (value) => shortText(value)) }),
    },
  };
}

type BookingChange = Extract<Change, { kind: 'booking' }>;

/** @param hours of the booking's events: in which rooms, and when where the booking itself gives no hour */
export function bookingChanges(booking: Resource, contact: Resource | null, hours: Hours, payments: readonly Resource[], settings: Settings): Result<readonly Change[], string> {
  const status = STATUS.get(shortText(booking.attributes['status'], 60)?.toLowerCase() ?? '');
  if (!status) return err('the booking has no status, or a new one');
  const version = changedAt(booking, settings);
  const date = dayOf(booking, settings);
  const own: BookingChange = {
    kind: 'booking',
    remote: { type: 'booking', id: booking.id, version },
    wedding: { email: emailOf(contact), phone: phoneOf(contact), date },
    occurredAt: version,
    fields: {
      trade: settings['trade'] ? tradeOf(settings) : 'venue',
      status,
      ...known({
        title: attribute(booking, ['name', 'title'], (value) => shortText(value)),
        vendorName: vendorNameOf(settings),
        startsAt: startOf(booking, settings) ?? hours.startsAt,
        endsAt: attribute(booking, ['ends_at', 'end_at', 'end_time', 'end_date'], instantIn(settings)) ?? hours.endsAt,
        place: hours.place,
      }),
    },
    ...(contact ? { contactRemote: { type: 'contact', id: contact.id } } : {}),
  };
  const paid = payments.map((payment) => paymentOf(payment, own, settings)).filter((change) => change !== null);
  return ok([...(contact ? [contactOf(contact, settings, date)] : []), own, ...paid]);
}
