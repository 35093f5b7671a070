import { z } from 'zod';

/** The parts of the published shapes that we read. Everything else is left alone, so that additions never break us. */

const id = z.string().min(1).max(64);
const text = z.string().nullish();

/** A decimal as text; how many digits it has depends on the currency. */
export const Money = z.object({ currency_code: z.string().regex(/^[A-Z]{3}$/), value: z.string() });
export type Money = z.infer<typeof Money>;

const links = z.array(z.object({ href: z.string(), rel: z.string() })).nullish();
const Name = z.object({ given_name: text, surname: text, full_name: text });

export const Token = z.object({ access_token: z.string().min(1) });

export const Capture = z.object({
  id,
  status: z.enum(['COMPLETED', 'DECLINED', 'PARTIALLY_REFUNDED', 'PENDING', 'REFUNDED', 'FAILED']),
  status_details: z.object({ reason: text }).nullish(),
  amount: Money,
  custom_id: text,
  invoice_id: text,
  create_time: text,
  update_time: text,
  supplementary_data: z.object({ related_ids: z.object({ order_id: text }).nullish() }).nullish(),
});
export type Capture = z.infer<typeof Capture>;

export const Refund = z.object({
  id,
  status: z.enum(['CANCELLED', 'FAILED', 'PENDING', 'COMPLETED']),
  amount: Money.nullish(),
  seller_payable_breakdown: z.object({ total_refunded_amount: Money.nullish() }).nullish(),
  links,
});
export type Refund = z.infer<typeof Refund>;

export const Order = z.object({
  id,
  payer: z.object({ email_address: text, name: Name.nullish() }).nullish(),
  purchase_units: z.array(z.object({ description: text, custom_id: text })).nullish(),
});
export type Order = z.infer<typeof Order>;

export const Invoice = z.object({
  id,
  status: z.enum([
    'DRAFT',
    'SENT',
    'SCHEDULED',
    'PAID',
    'MARKED_AS_PAID',
    'CANCELLED',
    'REFUNDED',
    'PARTIALLY_PAID',
    'PARTIALLY_REFUNDED',
    'MARKED_AS_REFUNDED',
    'UNPAID',
    'PAYMENT_PENDING',
  ]),
  detail: z.object({
    invoice_number: text,
    reference: text,
    metadata: z.object({ create_time: text, last_update_time: text, first_sent_time: text, recipient_view_url: text }).nullish(),
  }),
  primary_recipients: z.array(z.object({ billing_info: z.object({ email_address: text, name: Name.nullish() }).nullish() })).nullish(),
  payments: z.object({ transactions: z.array(z.object({ payment_id: text, payment_date: text, amount: Money.nullish() })).nullish() }).nullish(),
  refunds: z.object({ refund_amount: Money.nullish() }).nullish(),
});
export type Invoice = z.infer<typeof Invoice>;

/** The whole event is kept as it came. */
export const Event = z.looseObject({ id, event_type: z.string().min(1), create_time: text });
export const EventPage = z.object({ events: z.array(Event).nullish(), links });

export const Webhook = z.object({ url: z.string(), event_types: z.array(z.object({ name: z.string() })) });
