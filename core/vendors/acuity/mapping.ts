import { z } from 'zod';
import type { Change } from '../../domain/record/changes.ts';
import { emailAddress, instantOfText, known, minorUnitsOfDecimal, shortText } from '../fields.ts';
import { currencyOf, dayOfInstant, tradeOf, vendorNameOf } from '../settings.ts';

const text = z.string().nullish();
const number = z.union([z.string(), z.number()]).nullish();

/** The parts of an appointment that we read; numbers may come as text. */
export const Appointment = z.object({
  id: z.union([z.int().min(1), z.string().regex(/^\d{1,18}$/)]).transform(String),
  firstName: text,
  lastName: text,
  email: text,
  phone: text,
  type: text,
  datetime: z.string().min(1),
  duration: number,
  price: number,
  location: text,
  canceled: z.boolean().nullish(),
  noShow: z.boolean().nullish(),
  datetimeCreated: text,
});
export type Appointment = z.infer<typeof Appointment>;

const DAY_MINUTES = 1440;
const MOST_DAYS = 31;

function endOf(startsAt: string, duration: Appointment['duration']): string | null {
  const minutes = /^\d{1,6}$/.test(String(duration ?? '')) ? Number(duration) : 0;
  return minutes > 0 && minutes <= MOST_DAYS * DAY_MINUTES ? new Date(Date.parse(startsAt) + minutes * 60_000).toISOString() : null;
}

/** Null = the time cannot be read, so nothing is known of it. */
export function appointmentChanges(appointment: Appointment, settings: Readonly<Record<string, string>>): readonly Change[] | null {
  const startsAt = instantOfText(appointment.datetime);
  if (startsAt === null) return null;
  const name = shortText([appointment.firstName, appointment.lastName].filter(Boolean).join(' '));
  const [email, phone] = [emailAddress(appointment.email), shortText(appointment.phone, 60)];
  const wedding = { email, phone, date: dayOfInstant(startsAt, settings) };
  const currency = currencyOf(settings);
  const price =
    currency === null || appointment.price === null || appointment.price === undefined
      ? null
      : minorUnitsOfDecimal(String(appointment.price), currency);
  // Acuity tells no time of change: what is read last is what holds.
  const base = { wedding, occurredAt: null };
  return [
    {
      kind: 'contact',
      ...base,
      remote: { type: 'appointment_person', id: appointment.id, version: null },
      fields: { role: 'couple', ...known({ name, email, phone }) },
    },
    {
      kind: 'booking',
      ...base,
      remote: { type: 'appointment', id: appointment.id, version: null },
      fields: {
        trade: tradeOf(settings),
        status: appointment.canceled === true || appointment.noShow === true ? 'cancelled' : 'definite',
        startsAt,
        ...known({
          title: shortText([shortText(appointment.type) ?? 'Appointment', name].filter(Boolean).join(': ')),
          vendorName: vendorNameOf(settings),
          endsAt: endOf(startsAt, appointment.duration),
          place: shortText(appointment.location),
        }),
        ...(price !== null && price >= 0 && currency !== null ? { amountMinor: price, currency } : {}),
      },
      contactRemote: { type: 'appointment_person', id: appointment.id },
    },
  ];
}
