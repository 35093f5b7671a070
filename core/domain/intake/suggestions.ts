import type { Wedding } from '../../contract/record/day.ts';
import type { Contact } from '../../contract/record/people.ts';
import type { Booking, Payment } from '../../contract/record/trade.ts';
import { localDate } from '../day/localTime.ts';
import { phoneEnd } from '../record/needs.ts';
import type { Tables } from '../record/state.ts';
import { fold, wordsOf } from '../search/words.ts';
import type { Loose } from './parked.ts';

/** Why a wedding may be meant, the strongest first; keys of words. */
export const SUGGESTION_REASONS = ['sameBooking', 'samePerson', 'sameEmail', 'samePhone', 'sameName', 'sameAmount', 'similarName', 'sameDay', 'sameVendor'] as const;
export type SuggestionReason = (typeof SUGGESTION_REASONS)[number];

export interface Suggestion {
  readonly weddingId: string;
  /** At least one, the strongest first. */
  readonly reasons: readonly SuggestionReason[];
}

/** Several weak reasons may outweigh one strong one, but not a booking or an address. */
const WEIGHT: Readonly<Record<SuggestionReason, number>> = { sameBooking: 200, samePerson: 150, sameEmail: 100, samePhone: 90, sameName: 60, sameAmount: 40, similarName: 25, sameDay: 20, sameVendor: 10 };
export const MOST_SUGGESTIONS = 5;

/** A word of a name that is in so many weddings, or in a tenth of them, says nothing about one. */
const COMMON_FROM = 3;
const COMMON_SHARE = 10;
const NAME_LETTERS = 3;
const DAY_MS = 86_400_000;

type Held = Pick<Tables, 'weddings' | 'contacts' | 'bookings' | 'payments'>;

/** What a row says of itself, in the terms in which weddings are compared. */
interface Clues {
  readonly bookingId: string | null;
  readonly contactId: string | null;
  readonly names: readonly string[];
  readonly emails: readonly string[];
  readonly phones: readonly string[];
  readonly owed: { readonly minor: number; readonly currency: string } | null;
  /** When the thing itself takes place. */
  readonly at: string | null;
  readonly vendor: string | null;
}

const NO_CLUES: Clues = { bookingId: null, contactId: null, names: [], emails: [], phones: [], owed: null, at: null, vendor: null };
const told = (...values: readonly (string | null | undefined)[]): string[] => values.filter((value): value is string => Boolean(value));
const phonesOf = (...values: readonly (string | null | undefined)[]): string[] => told(...told(...values).map(phoneEnd));
const emailsOf = (...values: readonly (string | null | undefined)[]): string[] => told(...values).filter((value) => value.includes('@')).map((value) => value.trim().toLowerCase());

function cluesOf(loose: Loose, { contacts }: Held): Clues {
  switch (loose.collection) {
    case 'bookings': {
      const { title, contactId, startsAt, vendorName } = loose.row;
      const client = contactId === null ? undefined : contacts[contactId];
      return { ...NO_CLUES, contactId, names: told(title, client?.name), emails: emailsOf(client?.email), phones: phonesOf(client?.phone), at: startsAt, vendor: vendorName };
    }
    case 'payments': {
      const { bookingId, payerName, description, amountMinor, currency, status } = loose.row;
      return { ...NO_CLUES, bookingId, names: told(payerName, description), emails: emailsOf(payerName, description), owed: status === 'refunded' ? null : { minor: amountMinor, currency } };
    }
    case 'documents':
      return { ...NO_CLUES, bookingId: loose.row.bookingId, names: [loose.row.title] };
    case 'messages': {
      const { direction, fromName, fromAddress, toAddress, subject, contactId } = loose.row;
      const address = direction === 'in' ? fromAddress : toAddress;
      return { ...NO_CLUES, contactId, names: told(direction === 'in' ? fromName : null, subject), emails: emailsOf(address), phones: address?.includes('@') === true ? [] : phonesOf(address) };
    }
    case 'contacts': {
      const { name, email, phone, company } = loose.row;
      return { ...NO_CLUES, names: [name], emails: emailsOf(email), phones: phonesOf(phone), vendor: company };
    }
  }
}

/** All that is known here of one wedding. */
interface Around {
  readonly wedding: Wedding;
  readonly contacts: Contact[];
  readonly bookings: Booking[];
  readonly payments: Payment[];
  /** Of its title and of its people. */
  readonly words: Set<string>;
}

function aroundWeddings(held: Held, exceptId: string): Map<string, Around> {
  const all = new Map<string, Around>(Object.values(held.weddings).map((wedding) => [wedding.id, { wedding, contacts: [], bookings: [], payments: [], words: new Set(wordsOf(wedding.title)) }]));
  for (const contact of Object.values(held.contacts)) {
    const around = contact.weddingId === null || contact.id === exceptId ? undefined : all.get(contact.weddingId);
    if (!around) continue;
    around.contacts.push(contact);
    for (const word of wordsOf(contact.name)) around.words.add(word);
  }
  for (const booking of Object.values(held.bookings)) if (booking.weddingId !== null) all.get(booking.weddingId)?.bookings.push(booking);
  for (const payment of Object.values(held.payments)) if (payment.weddingId !== null) all.get(payment.weddingId)?.payments.push(payment);
  return all;
}

/** What of a wedding is still to be paid: what was tried in vain or is announced, and what is left of each booking. */
function owes({ bookings, payments }: Around, { minor, currency }: NonNullable<Clues['owed']>): boolean {
  if (minor <= 0) return false;
  if (payments.some((payment) => (payment.status === 'failed' || payment.status === 'pending') && payment.amountMinor === minor && payment.currency === currency)) return true;
  return bookings.some(({ id, amountMinor, currency: agreed, status }) => {
    if (amountMinor === null || agreed !== currency || status === 'cancelled') return false;
    const paid = payments.reduce((sum, payment) => (payment.bookingId === id && payment.currency === currency && payment.status !== 'failed' && payment.status !== 'pending' ? sum + payment.amountMinor - payment.refundedMinor : sum), 0);
    return amountMinor - paid === minor;
  });
}

/** Every word of a name of two or more, in whatever order: `Fairweather, Amelia` is `Amelia Fairweather`. */
function holdsName(text: readonly string[], name: string): boolean {
  const words = wordsOf(name);
  return words.length > 1 && words.every((word) => text.includes(word));
}

/**
 * The weddings that a row without one may belong to, the likeliest first, {@link MOST_SUGGESTIONS} at most; none when
 * nothing speaks for any. Pure, and from what every client holds. Between equals the wedding nearer to the row's own
 * day, or else to its last change, comes first.
 */
export function suggestWeddings(loose: Loose, held: Held): Suggestion[] {
  const clues = cluesOf(loose, held);
  const all = aroundWeddings(held, loose.row.id);
  const uses = new Map<string, number>();
  for (const { words } of all.values()) for (const word of words) uses.set(word, (uses.get(word) ?? 0) + 1);
  const common = Math.max(COMMON_FROM, all.size / COMMON_SHARE);
  const named = clues.names.map((name) => wordsOf(name));
  const rare = new Set(named.flat().filter((word) => word.length >= NAME_LETTERS && (uses.get(word) ?? common) < common && !/^[\d.:]+$/.test(word)));
  const booked = clues.bookingId === null ? null : (held.bookings[clues.bookingId]?.weddingId ?? null);
  const person = clues.contactId === null ? null : (held.contacts[clues.contactId]?.weddingId ?? null);
  const vendor = clues.vendor === null ? null : fold(clues.vendor).trim();
  const about = Date.parse(clues.at ?? loose.row.updatedAt);

  const speaks: Readonly<Record<SuggestionReason, (around: Around) => boolean>> = {
    sameBooking: ({ wedding }) => booked === wedding.id,
    samePerson: ({ wedding }) => person === wedding.id,
    sameEmail: ({ contacts }) => contacts.some(({ email }) => email !== null && clues.emails.includes(email.trim().toLowerCase())),
    samePhone: ({ contacts }) => contacts.some(({ phone }) => phonesOf(phone).some((end) => clues.phones.includes(end))),
    sameName: ({ wedding, contacts }) => named.some((text) => holdsName(text, wedding.title) || contacts.some(({ name }) => holdsName(text, name))),
    sameAmount: (around) => clues.owed !== null && owes(around, clues.owed),
    similarName: ({ words }) => [...rare].some((word) => words.has(word)),
    sameDay: ({ wedding }) => clues.at !== null && localDate(wedding.zone, Date.parse(clues.at)) === wedding.date,
    sameVendor: ({ bookings }) => vendor !== null && vendor !== '' && bookings.some(({ vendorName }) => vendorName !== null && fold(vendorName).trim() === vendor),
  };

  return [...all.values()]
    .map((around) => {
      const spoken = SUGGESTION_REASONS.filter((reason) => speaks[reason](around));
      // The same name is a similar one too, which need not be said.
      const reasons = spoken.includes('sameName') ? spoken.filter((reason) => reason !== 'similarName') : spoken;
      const weight = reasons.reduce((sum, reason) => sum + WEIGHT[reason], 0);
      return { wedding: around.wedding, reasons, weight, days: Math.abs(Date.parse(around.wedding.startsAt) - about) / DAY_MS };
    })
    .filter(({ reasons }) => reasons.length > 0)
    .sort((a, b) => b.weight - a.weight || a.days - b.days || a.wedding.id.localeCompare(b.wedding.id))
    .slice(0, MOST_SUGGESTIONS)
    .map(({ wedding, reasons }) => ({ weddingId: wedding.id, reasons }));
}
