import { z } from 'zod';
import { Currency, Id, Instant, MinorUnits, ShortText } from '../primitives.ts';
import { rowBase } from './row.ts';

/** What was ordered from vendors, what was paid for it, and the papers of it. */

export const TRADES = ['photography', 'film', 'catering', 'florist', 'music', 'planning', 'venue', 'cake', 'hair_makeup', 'transport', 'celebrant', 'hire', 'other'] as const;

/** One line of what was ordered with a booking: a package, what is in it, or what comes beside it. */
export const BookingLine = z.object({
  name: ShortText,
  /** Null = not told. */
  units: z.number().nullable(),
  /** For all units, in the booking's currency; null = not told, or part of what it is in. */
  amountMinor: MinorUnits.nullable(),
  /** Name of the package that it is in. */
  within: ShortText.nullable(),
});
export type BookingLine = z.infer<typeof BookingLine>;

export const MOST_LINES = 60;

/** One vendor's engagement for one wedding (or an enquiry that has none yet). */
export const Booking = z.object({
  ...rowBase,
  weddingId: Id.nullable(),
  title: ShortText,
  trade: z.enum(TRADES),
  vendorName: ShortText.nullable(),
  /** The resource of that name; set by the store whenever `vendorName` is told. */
  vendorId: Id.nullish(),
  contactId: Id.nullable(),
  status: z.enum(['lead', 'hold', 'definite', 'completed', 'cancelled']),
  startsAt: Instant.nullable(),
  endsAt: Instant.nullable(),
  /** When the vendor has to be on site. */
  callTime: Instant.nullable(),
  place: ShortText.nullable(),
  amountMinor: MinorUnits.nullable(),
  currency: Currency.nullable(),
  /** What was ordered, as its system lists it. Left out or null = it does not tell. */
  lines: z.array(BookingLine).max(MOST_LINES).nullish(),
});
export type Booking = z.infer<typeof Booking>;

export const Payment = z.object({
  ...rowBase,
  weddingId: Id.nullable(),
  bookingId: Id.nullable(),
  description: ShortText.nullable(),
  payerName: ShortText.nullable(),
  status: z.enum(['pending', 'completed', 'failed', 'refunded', 'partly_refunded']),
  amountMinor: MinorUnits,
  refundedMinor: MinorUnits,
  currency: Currency,
  /** When the vendor says it happened. */
  paidAt: Instant.nullable(),
  failureReason: ShortText.nullable(),
});
export type Payment = z.infer<typeof Payment>;

/** A paper that somebody shared: what it is, where it stands, and where to look at it. */
export const Document = z.object({
  ...rowBase,
  weddingId: Id.nullable(),
  bookingId: Id.nullable(),
  title: ShortText,
  kind: z.enum(['contract', 'proposal', 'invoice', 'questionnaire', 'gallery', 'order', 'other']),
  status: z.enum(['shared', 'viewed', 'signed', 'completed', 'withdrawn']),
  url: z.string().max(2000).nullable(),
  sharedAt: Instant.nullable(),
});
export type Document = z.infer<typeof Document>;
