import { z } from 'zod';

/** The parts of the published shapes that we read. Everything else is left alone, so that additions never break us. */

const id = z.string().min(1).max(64);
const nullableText = z.string().nullish();
const mapping = z.object({ id: z.string(), url: z.string() });

export const Job = z.object({
  id,
  modified: nullableText,
  created: nullableText,
  name: nullableText,
  title: nullableText,
  stage: z.enum(['lead', 'booked', 'fulfillment', 'completed']),
  closed: z.boolean().nullish(),
  eventDate: nullableText,
  primarySessionId: nullableText,
  totalRevenue: z.int().nullish(),
  externalMappings: z.array(mapping).nullish(),
});
export type Job = z.infer<typeof Job>;

export const Session = z.object({
  id,
  modified: nullableText,
  startUtc: nullableText,
  endUtc: nullableText,
  allDay: z.boolean().nullish(),
  location: z
    .object({ address: z.object({ name: nullableText, streetAddress: nullableText, city: nullableText }).nullish() })
    .nullish(),
});
export type Session = z.infer<typeof Session>;

export const Contact = z.object({
  id,
  modified: nullableText,
  kind: z.enum(['person', 'company', 'location', 'employee']),
  name: nullableText,
  firstName: nullableText,
  lastName: nullableText,
  companyName: nullableText,
  email: nullableText,
  secondaryEmail: nullableText,
  /** The phone shape is read loosely: text, or an object with `formatted` or `e164`. */
  cellPhone: z.unknown().optional(),
  homePhone: z.unknown().optional(),
  workPhone: z.unknown().optional(),
  phone: z.unknown().optional(),
  externalMappings: z.array(mapping).nullish(),
});
export type Contact = z.infer<typeof Contact>;

export const JobContactList = z.object({
  items: z.array(z.object({ contactId: id, jobId: id, client: z.boolean().nullish(), roleKinds: z.array(z.string()).nullish() })),
});

const amount = z.int().nullish();
const item = { name: nullableText, pricePerUnit: amount, units: z.number().nullish(), discount: z.boolean().nullish(), discountKind: nullableText, selected: z.boolean().nullish(), hidden: z.boolean().nullish() };
/** A package has what is in it as `children`; deeper ones are not read. */
const OrderItem = z.object({ ...item, children: z.array(z.object(item)).nullish() });
export type OrderItem = z.infer<typeof OrderItem>;

export const Order = z.object({ id, modified: nullableText, jobId: id, hidden: z.boolean().nullish(), status: nullableText, lineItems: z.array(OrderItem).nullish() });
export type Order = z.infer<typeof Order>;
export const OrderList = z.object({ items: z.array(Order) });

export const Payment = z.object({
  id,
  created: nullableText,
  modified: nullableText,
  jobId: nullableText,
  payerId: nullableText,
  status: z.enum(['future', 'confirmed-future', 'posted', 'failed', 'pending']),
  amount: z.int(),
  refundedAmount: z.int().nullish(),
  memo: nullableText,
  received: nullableText,
});
export type Payment = z.infer<typeof Payment>;

export const Studio = z.object({ currencyCode: nullableText, name: nullableText });
