import type { Message } from '../contract/record/people.ts';
import { TRADES, type Booking, type Document, type Payment } from '../contract/record/trade.ts';

/** Words of other systems for states and kinds, in ours. A word that is not here is no answer: the caller leaves the field alone or asks a person. */

const plain = (text: string | null | undefined): string => (text ?? '').toLowerCase().replaceAll(/[\s_-]+/g, ' ').trim();

export type BookingStatus = Booking['status'];
type Words<T extends string> = Readonly<Record<T, readonly string[]>>;

const reader = <T extends string>(words: Words<T>): ((text: string | null | undefined, more?: Readonly<Record<string, T>>) => T | null) => {
  const known = new Map((Object.entries(words) as [T, readonly string[]][]).flatMap(([value, names]) => names.map((name) => [name, value] as const)));
  return (text, more) => {
    const word = plain(text);
    const own = more ? Object.entries(more).find(([name]) => plain(name) === word)?.[1] : undefined;
    return own ?? known.get(word) ?? null;
  };
};

/** Stages and states of a job. Companies name their stages themselves; these are the usual names. */
export const bookingStatus = reader<BookingStatus>({
  lead: [
    'lead',
    'new',
    'new lead',
    'open',
    'inquiry',
    'enquiry',
    'new inquiry',
    'new enquiry',
    'follow up',
    'meeting scheduled',
    'discovery',
    'prospect',
    'unbooked',
  ],
  hold: [
    'hold',
    'on hold',
    'tentative',
    'pending',
    'proposal sent',
    'proposal',
    'contract sent',
    'quote sent',
    'quoted',
    'option',
    'reserved',
    'provisional',
  ],
  definite: [
    'definite',
    'booked',
    'confirmed',
    'proposal signed',
    'contract signed',
    'quote accepted',
    'retainer paid',
    'deposit paid',
    'planning',
    'job',
    'won',
    'accepted',
    'signed',
  ],
  completed: ['completed', 'complete', 'project completed', 'done', 'fulfilled', 'delivered', 'finished'],
  cancelled: ['cancelled', 'canceled', 'archived', 'lost', 'declined', 'rejected', 'dead', 'void', 'turned down'],
});

export const paymentStatus = reader<Payment['status']>({
  completed: ['completed', 'complete', 'paid', 'succeeded', 'success', 'received', 'settled'],
  pending: ['pending', 'due', 'scheduled', 'processing', 'unpaid', 'open', 'sent', 'overdue', 'outstanding'],
  failed: ['failed', 'declined', 'cancelled', 'canceled', 'voided'],
  refunded: ['refunded', 'refund'],
  partly_refunded: ['partly refunded', 'partially refunded', 'partial refund'],
});

export const documentKind = reader<Document['kind']>({
  contract: ['contract', 'agreement'],
  proposal: ['proposal', 'quote', 'estimate', 'brochure'],
  invoice: ['invoice', 'bill'],
  questionnaire: ['questionnaire', 'form', 'survey'],
  gallery: ['gallery', 'album', 'photos'],
  order: ['order', 'banquet event order', 'beo'],
  other: ['other', 'file', 'document'],
});

export const documentStatus = reader<Document['status']>({
  shared: ['shared', 'sent', 'published', 'created', 'new'],
  viewed: ['viewed', 'opened', 'seen'],
  signed: ['signed', 'accepted', 'approved'],
  completed: ['completed', 'complete', 'submitted', 'paid', 'answered'],
  withdrawn: ['withdrawn', 'voided', 'void', 'deleted', 'expired', 'declined', 'cancelled', 'canceled'],
});

export const messageChannel = reader<Message['channel']>({
  sms: ['sms', 'text', 'text message'],
  whatsapp: ['whatsapp', 'whats app'],
  email: ['email', 'e mail', 'mail'],
  slack: ['slack'],
  teams: ['teams', 'microsoft teams'],
});

export const messageDirection = reader<Message['direction']>({
  in: ['in', 'inbound', 'incoming', 'received'],
  out: ['out', 'outbound', 'outgoing', 'sent'],
});

export const contactRole = reader<'couple' | 'planner' | 'vendor' | 'venue' | 'other'>({
  couple: ['couple', 'client', 'customer', 'bride', 'groom', 'partner'],
  planner: ['planner', 'coordinator', 'organiser', 'organizer'],
  vendor: ['vendor', 'supplier'],
  venue: ['venue'],
  other: ['other', 'guest', 'family'],
});

export function tradeOf(text: string | null | undefined): Booking['trade'] | null {
  const word = text?.toLowerCase().replaceAll(/[\s/&-]+/g, '_') ?? '';
  return TRADES.find((trade) => trade === word) ?? null;
}
