import type { Booking } from '../../contract/record/trade.ts';
import { err, ok, type Result } from '../../contract/result.ts';
import type { Change } from '../../domain/record/changes.ts';
import { clockOf, instantOfWall, writtenDay } from '../dates.ts';
import { emailAddress, instantOfText, known, minorUnitsOfDecimal, shortText } from '../fields.ts';
import { currencyOf, tradeOf, vendorNameOf, zoneOf } from '../settings.ts';
import type { Contact, Event, Lead } from './shapes.ts';

type Settings = Readonly<Record<string, string>>;

/** Tripleseat writes dates the American way wherever it does not say ISO. */
const ORDER = 'month_first';

/** ISO with an offset, or `11/20/2026 3:30 PM` in the venue's zone. */
export function timeOf(value: unknown, settings: Settings): string | null {
  const exact = instantOfText(value);
  if (exact !== null) return exact;
  const [, day, clock] = /^(\S+)\s+(\S.*)$/.exec(shortText(value) ?? '') ?? [];
  return instantOfWall(writtenDay(day, ORDER), clockOf(clock), zoneOf(settings) ?? undefined);
}

/** The first value that reads as wanted, in text, in a list of texts, or in a list of objects that hold it. */
function firstOf(read: (value: unknown) => string | null, ...values: readonly unknown[]): string | null {
  for (const value of values) {
    const entries = Array.isArray(value) ? (value as unknown[]) : [value];
    for (const entry of entries) {
      const inner = typeof entry === 'object' && entry !== null ? Object.values(entry) : [entry];
      const found = inner.map(read).find((each) => each !== null);
      if (found !== undefined) return found;
    }
  }
  return null;
}

const phoneOf = (value: unknown): string | null => {
  const text = typeof value === 'string' ? shortText(value, 60) : null;
  return text !== null && /\d{4}/.test(text.replace(/[\s().-]/g, '')) && /^[\d\s().+x-]+$/i.test(text) ? text : null;
};
const nameOf = (person: { readonly first_name?: string | null | undefined; readonly last_name?: string | null | undefined }): string | null =>
  shortText([person.first_name, person.last_name].filter(Boolean).join(' '));
const tradeHere = (settings: Settings): Booking['trade'] => (settings['trade'] ? tradeOf(settings) : 'venue');

export const emailOf = (contact: Contact | null): string | null => firstOf(emailAddress, contact?.email_address, contact?.email_addresses);

export function contactOf(contact: Contact, date: string | null, settings: Settings): Change {
  const version = timeOf(contact.updated_at, settings);
  const [email, phone] = [emailOf(contact), firstOf(phoneOf, contact.phone_number, contact.phone_numbers)];
  return {
    kind: 'contact',
    remote: { type: 'contact', id: contact.id, version },
    wedding: { email, phone, date },
    occurredAt: version,
    fields: { role: 'couple', ...known({ name: nameOf(contact), email, phone }) },
  };
}

/** A map, for their words are foreign: `constructor` must find nothing. */
const STATUS: ReadonlyMap<string, Booking['status']> = new Map([
  ['prospect', 'lead'],
  ['waitlist', 'lead'],
  ['tentative', 'hold'],
  ['definite', 'definite'],
  ['closed', 'completed'],
  ['lost', 'cancelled'],
]);

export const dateOf = (event: Event | Lead): string | null => writtenDay(event.event_date_iso8601 ?? event.event_date, ORDER);

export function eventOf(event: Event, contact: Contact | null, settings: Settings): Result<Change, string> {
  const status = STATUS.get(event.status.toLowerCase());
  if (!status) return err('the status of the event is a new one');
  const currency = currencyOf(settings);
  const total =
    currency !== null && event.grand_total !== null && event.grand_total !== undefined
      ? minorUnitsOfDecimal(String(event.grand_total), currency)
      : null;
  const updated = timeOf(event.updated_at, settings);
  const startsAt = timeOf(event.event_start_utc, settings) ?? timeOf(event.event_start_iso8601, settings) ?? timeOf(event.event_start, settings);
  const rooms = (event.rooms ?? []).map((room) => room.name).filter(Boolean);
  return ok({
    kind: 'booking',
    remote: { type: 'event', id: event.id, version: updated },
    wedding: { email: emailOf(contact), phone: firstOf(phoneOf, contact?.phone_number, contact?.phone_numbers), date: dateOf(event) },
    occurredAt: updated ?? timeOf(event.created_at, settings),
    fields: {
      trade: tradeHere(settings),
      status,
      ...known({
        title: shortText(event.name),
        vendorName: vendorNameOf(settings) ?? shortText(event.location?.name),
        startsAt,
        endsAt: timeOf(event.event_end_utc, settings) ?? timeOf(event.event_end_iso8601, settings) ?? timeOf(event.event_end, settings),
        place: shortText(rooms.join(', ')),
      }),
      ...(total !== null && currency !== null ? { amountMinor: total, currency } : {}),
    },
    ...(contact ? { contactRemote: { type: 'contact', id: contact.id } } : {}),
  });
}

/** An enquiry and who made it. What it was turned into comes as an event of its own, so the enquiry itself is then done. */
export function leadChanges(lead: Lead, settings: Settings): readonly Change[] {
  const version = timeOf(lead.updated_at, settings);
  const occurredAt = version ?? timeOf(lead.created_at, settings);
  const date = dateOf(lead);
  const [email, phone, name] = [emailAddress(lead.email_address), phoneOf(lead.phone_number), nameOf(lead)];
  const wedding = { email, phone, date };
  const zone = zoneOf(settings) ?? undefined;
  const told = (value: string | null | undefined): boolean => typeof value === 'string' && value !== '';
  return [
    {
      kind: 'contact',
      remote: { type: 'lead_person', id: lead.id, version },
      wedding,
      occurredAt,
      fields: { role: 'couple', ...known({ name, email, phone, company: shortText(lead.company) }) },
    },
    {
      kind: 'booking',
      remote: { type: 'lead', id: lead.id, version },
      wedding,
      occurredAt,
      fields: {
        trade: tradeHere(settings),
        status: told(lead.turned_down_at) ? 'cancelled' : told(lead.converted_at) ? 'completed' : 'lead',
        ...known({
          title: shortText(lead.event_description) ?? (name === null ? null : shortText(`Enquiry: ${name}`)),
          vendorName: vendorNameOf(settings) ?? shortText(lead.location?.name),
          startsAt: instantOfWall(date, clockOf(lead.start_time), zone),
          endsAt: instantOfWall(date, clockOf(lead.end_time), zone),
        }),
      },
      contactRemote: { type: 'lead_person', id: lead.id },
    },
  ];
}
