import type { Payment } from '../../contract/record/trade.ts';
import type { Change } from '../../domain/record/changes.ts';
import { writtenInstant } from '../dates.ts';
import { currencyCode, known, minorUnitsOfDecimal, shortText } from '../fields.ts';
import { currencyOf, zoneOf } from '../settings.ts';
import type { Resource } from './shapes.ts';

/**
 * What hangs on a booking: its events, each in a space and at its own hours, and its payments. That they exist is published,
 * their attributes are not: each is tried under several names (README), and what reads two ways is left out.
 */
type Settings = Readonly<Record<string, string>>;

/** So many of each are read with one booking. */
export const MOST_PARTS = 12;

/** Ids that a resource names under any of these relations, in their order. */
export function relatedIds(resource: Resource, names: readonly string[]): string[] {
  const ids = names.flatMap((name) => {
    const data = resource.relationships?.[name]?.data;
    return (Array.isArray(data) ? data : data ? [data] : []).map(({ id }) => id);
  });
  return [...new Set(ids)].slice(0, MOST_PARTS);
}

export const eventIdsOf = (booking: Resource): string[] => relatedIds(booking, ['events']);
export const paymentIdsOf = (booking: Resource): string[] => relatedIds(booking, ['payments']);
export const spaceIdsOf = (event: Resource): string[] => relatedIds(event, ['space', 'spaces']);

const first = <T>(resource: Resource, names: readonly string[], read: (value: unknown) => T | null): T | null => names.map((name) => read(resource.attributes[name])).find((found) => found !== null) ?? null;
const text = (value: unknown): string | null => shortText(value);
const nameOf = (value: unknown): string | null => (typeof value === 'object' && value !== null && 'name' in value ? text(value.name) : text(value));
const isOff = (resource: Resource): boolean => /^(lost|cancell?ed|void(ed)?|deleted)$/i.test(text(resource.attributes['status']) ?? '');

export interface Hours {
  readonly startsAt: string | null;
  readonly endsAt: string | null;
  readonly place: string | null;
}

/** From the first beginning to the last end, and in which rooms, in the order of the day. */
export function hoursOf(events: readonly Resource[], spaces: ReadonlyMap<string, Resource>, settings: Settings): Hours {
  const instant = (value: unknown) => writtenInstant(value, zoneOf(settings) ?? undefined);
  const held = events.filter((event) => !isOff(event)).map((event) => ({
    startsAt: first(event, ['starts_at', 'start_at', 'start_time'], instant),
    endsAt: first(event, ['ends_at', 'end_at', 'end_time'], instant),
    rooms: [
      ...spaceIdsOf(event).map((id) => (spaces.get(id) ? first(spaces.get(id)!, ['name', 'title'], text) : null)),
      first(event, ['space_name', 'room_name', 'space', 'room'], nameOf),
    ].filter((room) => room !== null),
  }));
  const inOrder = held.toSorted((a, b) => (a.startsAt ?? '~').localeCompare(b.startsAt ?? '~'));
  const times = (pick: (one: (typeof held)[number]) => string | null): string[] => held.map(pick).filter((time) => time !== null).sort();
  return {
    startsAt: times(({ startsAt }) => startsAt)[0] ?? null,
    endsAt: times(({ endsAt }) => endsAt).at(-1) ?? null,
    place: shortText([...new Set(inOrder.flatMap(({ rooms }) => rooms))].join(', ')),
  };
}

/** A map, for their words are foreign: `constructor` must find nothing. */
const STATUS: ReadonlyMap<string, Payment['status']> = new Map([
  ['paid', 'completed'], ['completed', 'completed'], ['succeeded', 'completed'], ['captured', 'completed'],
  ['pending', 'pending'], ['scheduled', 'pending'], ['due', 'pending'],
  ['failed', 'failed'], ['declined', 'failed'], ['refunded', 'refunded'], ['voided', 'failed'], ['void', 'failed'],
]);

/** Whole minor units, where the number can mean one amount only: cents by their name, or a text with its decimals. A bare `1250` could be either. */
function amountOf(payment: Resource, currency: string): number | null {
  const cents = first(payment, ['amount_cents', 'amount_in_cents'], (value) => (typeof value === 'number' && Number.isSafeInteger(value) ? value : null));
  const written = (value: unknown): string | null => (typeof value === 'number' && !Number.isInteger(value) ? String(value) : typeof value === 'string' && value.includes('.') ? value : null);
  const amount = first(payment, ['amount', 'total'], written);
  return cents ?? (amount === null ? null : minorUnitsOfDecimal(amount, currency));
}

/** Null where its status, amount or currency is not clear: no payment is better than a wrong one. */
export function paymentOf(payment: Resource, booking: Extract<Change, { kind: 'booking' }>, settings: Settings): Change | null {
  const instant = (value: unknown) => writtenInstant(value, zoneOf(settings) ?? undefined);
  const currency = first(payment, ['currency', 'currency_code'], currencyCode) ?? currencyOf(settings);
  const status = STATUS.get(text(payment.attributes['status'])?.toLowerCase() ?? '');
  const amountMinor = currency === null ? null : amountOf(payment, currency);
  if (currency === null || status === undefined || amountMinor === null) return null;
  const version = first(payment, ['updated_at'], instant);
  return {
    kind: 'payment',
    remote: { type: 'payment', id: payment.id, version },
    wedding: { ...booking.wedding, remote: { type: 'booking', id: booking.remote.id } },
    occurredAt: version ?? booking.occurredAt,
    fields: {
      status, amountMinor, currency, refundedMinor: status === 'refunded' ? amountMinor : 0,
      ...known({
        description: first(payment, ['description', 'memo', 'name', 'title'], text),
        payerName: first(payment, ['payer_name', 'paid_by'], text),
        paidAt: status === 'completed' || status === 'refunded' ? first(payment, ['paid_at', 'received_at', 'processed_at'], instant) : null,
      }),
    },
    bookingRemote: { type: 'booking', id: booking.remote.id },
  };
}
