import { z } from 'zod';

/** The parts of the published shapes that we read. Everything else is left alone, so that additions never break us. */

const id = z.string().min(1).max(255);
const text = z.string().nullish();

export const Money = z.object({ amount: z.int().min(0), currency: z.string().regex(/^[A-Z]{3}$/) });
export type Money = z.infer<typeof Money>;

export const Booking = z.object({
  id,
  version: z.int().nullish(),
  status: z.enum(['PENDING', 'ACCEPTED', 'CANCELLED_BY_CUSTOMER', 'CANCELLED_BY_SELLER', 'DECLINED', 'NO_SHOW']),
  created_at: text,
  updated_at: text,
  start_at: text,
  customer_id: text,
  all_day: z.boolean().nullish(),
  appointment_segments: z.array(z.object({ duration_minutes: z.int().nullish(), intermission_minutes: z.int().nullish() })).nullish(),
});
export type Booking = z.infer<typeof Booking>;

export const Customer = z.object({
  id,
  updated_at: text,
  given_name: text,
  family_name: text,
  company_name: text,
  email_address: text,
  phone_number: text,
  reference_id: text,
});
export type Customer = z.infer<typeof Customer>;

export const Payment = z.object({
  id,
  created_at: text,
  updated_at: text,
  status: z.enum(['APPROVED', 'PENDING', 'COMPLETED', 'CANCELED', 'FAILED']),
  amount_money: Money.nullish(),
  total_money: Money.nullish(),
  refunded_money: Money.nullish(),
  customer_id: text,
  reference_id: text,
  buyer_email_address: text,
  note: text,
  card_details: z
    .object({ card: z.object({ cardholder_name: text }).nullish(), errors: z.array(z.object({ detail: text, code: text })).nullish() })
    .nullish(),
});
export type Payment = z.infer<typeof Payment>;

export const Invoice = z.object({
  id,
  version: z.int().nullish(),
  status: z.enum([
    'DRAFT',
    'UNPAID',
    'SCHEDULED',
    'PARTIALLY_PAID',
    'PAID',
    'PARTIALLY_REFUNDED',
    'REFUNDED',
    'CANCELED',
    'FAILED',
    'PAYMENT_PENDING',
  ]),
  created_at: text,
  updated_at: text,
  invoice_number: text,
  title: text,
  public_url: text,
  primary_recipient: z.object({ customer_id: text, email_address: text }).nullish(),
});
export type Invoice = z.infer<typeof Invoice>;

export const Merchant = z.object({ id, business_name: text, country: text, currency: text, status: text });

/** The whole event is kept as it came; only what the poll itself needs is looked at. */
export const Event = z.looseObject({ event_id: id, type: z.string().min(1), created_at: text });
export const EventPage = z.object({ events: z.array(Event).nullish(), cursor: text });
