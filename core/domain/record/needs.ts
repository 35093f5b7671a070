import type { Change } from './changes.ts';

/** What must be at hand before a delivery can be planned (`planChanges`); the store loads it in a few set queries. */
export interface Needs {
  /** Objects of this connection whose mapping (and row) is wanted, as `type` + `id`. */
  readonly remotes: readonly { readonly type: string; readonly id: string }[];
  readonly weddingIds: readonly string[];
  /** Lower case. */
  readonly emails: readonly string[];
  /** As {@link phoneEnd} gives them. */
  readonly phones: readonly string[];
  readonly dates: readonly string[];
  /** What its calendars take for entries of ours: ids of pushes, or of the rows that our own feeds tell of. */
  readonly ourIds: readonly string[];
  /** It tells of people: of each contact that is found, what every system has told is needed as well. */
  readonly people: boolean;
}

/** Country and trunk prefixes are written in many ways; the last nine digits are the number. */
const PHONE_END = 9;
const PHONE_SHORTEST = 7;

/** By what numbers are compared; null = too short to be anybody's. */
export function phoneEnd(phone: string): string | null {
  const digits = phone.replace(/\D/g, '');
  return digits.length >= PHONE_SHORTEST ? digits.slice(-PHONE_END) : null;
}

export function needsOf(changes: readonly Change[]): Needs {
  const remotes = new Map<string, { type: string; id: string }>();
  const weddingIds = new Set<string>();
  const emails = new Set<string>();
  const phones = new Set<string>();
  const dates = new Set<string>();
  const ourIds = new Set<string>();
  const want = (ref: { type: string; id: string } | null | undefined) => {
    if (ref) remotes.set(`${ref.type}\n${ref.id}`, { type: ref.type, id: ref.id });
  };
  for (const change of changes) {
    want(change.remote);
    want(change.wedding.remote);
    if (change.kind === 'payment' || change.kind === 'document' || change.kind === 'calendarEvent') want(change.bookingRemote);
    if (change.kind === 'booking') want(change.contactRemote);
    if (change.kind === 'calendarEvent') want(change.calendarRemote);
    if (change.kind === 'calendarEvent' && change.ourId !== undefined) ourIds.add(change.ourId);
    if (change.wedding.weddingId) weddingIds.add(change.wedding.weddingId);
    if (change.wedding.email) emails.add(change.wedding.email.toLowerCase());
    if (change.kind === 'contact' && change.fields.email) emails.add(change.fields.email.toLowerCase());
    for (const number of [change.wedding.phone, change.kind === 'contact' ? change.fields.phone : null]) {
      const phone = number ? phoneEnd(number) : null;
      if (phone !== null) phones.add(phone);
    }
    if (change.wedding.date) dates.add(change.wedding.date);
    if (change.kind === 'weather') for (const day of daysOf(change.fields.startsAt, change.fields.endsAt)) dates.add(day);
  }
  return { remotes: [...remotes.values()], weddingIds: [...weddingIds], emails: [...emails], phones: [...phones], dates: [...dates], ourIds: [...ourIds], people: changes.some(({ kind }) => kind === 'contact') };
}

const DAY_MS = 86_400_000;
const MOST_DAYS = 16;

/** The days from one instant to the other, a day's slack on both sides: which day it is depends on where one is. */
export function daysOf(startsAt: string | undefined, endsAt: string | null | undefined): string[] {
  if (!startsAt) return [];
  const from = Date.parse(startsAt) - DAY_MS;
  const to = Math.min(Date.parse(endsAt ?? startsAt) + DAY_MS, from + MOST_DAYS * DAY_MS);
  const days: string[] = [];
  for (let at = from; at <= to; at += DAY_MS) days.push(new Date(at).toISOString().slice(0, 10));
  return days;
}
