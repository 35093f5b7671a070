import { MOST_LINES, type Booking, type BookingLine, type Payment as OurPayment } from '../../contract/record/trade.ts';
import type { Change, WeddingClue } from '../../domain/record/changes.ts';
import { emailAddress, instantOfText, known, localDate, ownId, shortText } from '../fields.ts';
import type { Contact, Job, Order, OrderItem, Payment, Session } from './shapes.ts';

/** What a studio's settings say about every fact of it. */
export interface Studio {
  readonly vendorName: string | null;
  readonly currency: string;
  /** Factor from their integers to the smallest unit. */
  readonly toMinor: number;
}

type BookingChange = Extract<Change, { kind: 'booking' }>;

const latest = (...times: readonly (string | null | undefined)[]): string | null =>
  times
    .map(instantOfText)
    .filter((time) => time !== null)
    .sort()
    .at(-1) ?? null;

/** A mapping that points at us carries our wedding's id: `{ id: <wedding>, url: wedsync://wedding/<wedding> }`. */
function ownWedding(mappings: Job['externalMappings']): string | null {
  return (
    (mappings ?? [])
      .filter((mapping) => mapping.url.startsWith('wedsync://wedding/'))
      .map((mapping) => ownId(mapping.id))
      .find((id) => id !== null) ?? null
  );
}

export function clueOf(job: Job | null, client: Contact | null): WeddingClue {
  return {
    weddingId: ownWedding(job?.externalMappings) ?? ownWedding(client?.externalMappings),
    email: emailAddress(client?.email) ?? emailAddress(client?.secondaryEmail),
    date: localDate(job?.eventDate),
  };
}

/** A closed job that was never worked on is off; `fulfillment` is the work after the day, so the day itself is done. */
export function statusOf(job: Job): Booking['status'] {
  if (job.stage === 'completed' || job.stage === 'fulfillment') return 'completed';
  if (job.closed === true) return 'cancelled';
  return job.stage === 'booked' ? 'definite' : 'lead';
}

function placeOf(session: Session | null): string | null {
  const address = session?.location?.address;
  return shortText([address?.name, address?.streetAddress, address?.city].filter((part) => typeof part === 'string' && part !== '').join(', '));
}

/** What counts as ordered: drafts are not yet, voided ones not any more. */
const isOrdered = (order: Order): boolean => order.hidden !== true && order.status !== 'draft' && order.status !== 'voided';

/** A discount is taken off; in per cent the contract does not say of what, so that no amount is told. */
function priceOf(item: Omit<OrderItem, 'children'>, studio: Studio): number | null {
  const units = item.units ?? 1;
  if (typeof item.pricePerUnit !== 'number' || (item.discount === true && item.discountKind === 'percent')) return null;
  const price = Math.round(Math.abs(item.pricePerUnit) * units * studio.toMinor);
  return item.discount === true || item.pricePerUnit < 0 ? 0 - price : price;
}

/** Whether what is in a package is priced on top of it is not published: what is in it has a name and no amount. */
export function linesOf(orders: readonly Order[], studio: Studio): BookingLine[] {
  const lines = orders.filter(isOrdered).flatMap(({ lineItems }) =>
    (lineItems ?? []).flatMap((item): BookingLine[] => {
      const name = shortText(item.name);
      if (name === null || item.hidden === true || item.selected === false) return [];
      const inside = (item.children ?? []).flatMap((child): BookingLine[] => {
        const its = child.hidden === true || child.selected === false ? null : shortText(child.name);
        return its === null ? [] : [{ name: its, units: child.units ?? null, amountMinor: null, within: name }];
      });
      return [{ name, units: item.units ?? null, amountMinor: priceOf(item, studio), within: null }, ...inside];
    }),
  );
  return lines.slice(0, MOST_LINES);
}

/** @param orders null = they could not be read, and nothing is said of them */
export function bookingOf(job: Job, session: Session | null, client: Contact | null, studio: Studio, orders: readonly Order[] | null): BookingChange {
  const startsAt = session?.allDay === true ? null : instantOfText(session?.startUtc);
  return {
    kind: 'booking',
    // Moving the session or changing an order leaves the job's own time of change as it was: the booking is as new as the newest of them.
    remote: { type: 'job', id: job.id, version: latest(job.modified, session?.modified, ...(orders ?? []).map(({ modified }) => modified)) },
    wedding: clueOf(job, client),
    occurredAt: latest(job.modified, session?.modified, ...(orders ?? []).map(({ modified }) => modified)) ?? instantOfText(job.created),
    fields: {
      trade: 'photography',
      status: statusOf(job),
      ...known({
        title: shortText(job.name) ?? shortText(job.title),
        vendorName: studio.vendorName,
        startsAt,
        callTime: startsAt,
        endsAt: session?.allDay === true ? null : instantOfText(session?.endUtc),
        place: placeOf(session),
      }),
      ...(typeof job.totalRevenue === 'number' ? { amountMinor: job.totalRevenue * studio.toMinor, currency: studio.currency } : {}),
      ...(orders ? { lines: linesOf(orders, studio) } : {}),
    },
    ...(client ? { contactRemote: { type: 'contact', id: client.id } } : {}),
  };
}

function phoneOf(...values: readonly unknown[]): string | null {
  for (const value of values) {
    const holder = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
    const text = shortText(value) ?? shortText(holder['formatted']) ?? shortText(holder['e164']);
    if (text !== null) return text;
  }
  return null;
}

const ROLE = { person: 'couple', company: 'vendor', location: 'venue', employee: 'vendor' } as const;

/** `job` null = the contact was read by itself: then nothing but its address says whose it is. */
export function contactOf(contact: Contact, job: Job | null): Change {
  const name = shortText([contact.firstName, contact.lastName].filter(Boolean).join(' ')) ?? shortText(contact.name);
  const version = instantOfText(contact.modified);
  return {
    kind: 'contact',
    remote: { type: 'contact', id: contact.id, version },
    wedding: clueOf(job, contact),
    occurredAt: version,
    fields: {
      role: ROLE[contact.kind],
      ...known({
        name,
        email: emailAddress(contact.email),
        phone: phoneOf(contact.cellPhone, contact.phone, contact.homePhone, contact.workPhone),
        company: contact.kind === 'company' ? name : shortText(contact.companyName),
      }),
    },
  };
}

function paymentStatus(payment: Payment): OurPayment['status'] {
  if (payment.status === 'failed') return 'failed';
  if (payment.status !== 'posted') return 'pending';
  const back = payment.refundedAmount ?? 0;
  if (back <= 0) return 'completed';
  return back >= payment.amount ? 'refunded' : 'partly_refunded';
}

export function paymentOf(payment: Payment, payer: Contact | null, clue: WeddingClue, studio: Studio): Change {
  const status = paymentStatus(payment);
  const day = localDate(payment.received);
  return {
    kind: 'payment',
    remote: { type: 'payment', id: payment.id, version: instantOfText(payment.modified) },
    wedding: { ...clue, ...(payment.jobId ? { remote: { type: 'job', id: payment.jobId } } : {}) },
    occurredAt: instantOfText(payment.modified) ?? instantOfText(payment.created),
    fields: {
      status,
      amountMinor: payment.amount * studio.toMinor,
      refundedMinor: (payment.refundedAmount ?? 0) * studio.toMinor,
      currency: studio.currency,
      ...known({
        description: shortText(payment.memo),
        payerName: payer ? (shortText([payer.firstName, payer.lastName].filter(Boolean).join(' ')) ?? shortText(payer.name)) : null,
        // Only the day is known; noon UTC is that same day in almost every zone.
        paidAt: day && status !== 'pending' && status !== 'failed' ? `${day}T12:00:00.000Z` : null,
      }),
    },
    ...(payment.jobId ? { bookingRemote: { type: 'job', id: payment.jobId } } : {}),
  };
}
