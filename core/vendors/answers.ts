import type { Said } from '../contract/record/calendars.ts';
import type { Answer } from '../domain/record/changes.ts';
import { emailAddress } from './fields.ts';
import { textMark } from './ids.ts';

/** Who is invited to an entry of ours, and what they have answered. Addresses go no further than here. */

/** Of a list that others write; ours come first. */
const MOST_GUESTS = 500;

export const guestMark = (email: string): string => textMark(email.toLowerCase());

/** Each with its address and its answer in the words of its calendar (`said` says what those mean); whoever has none is left out. */
export function answersOf(people: readonly { readonly email: unknown; readonly said: unknown }[], said: Readonly<Record<string, Said>>): readonly Answer[] {
  const all = new Map<string, Answer>();
  for (const one of people) {
    const email = emailAddress(one.email);
    if (email === null) continue;
    if (all.size >= MOST_GUESTS) break;
    const who = guestMark(email);
    all.set(who, { who, said: (typeof one.said === 'string' ? said[one.said.toLowerCase()] : undefined) ?? null });
  }
  return [...all.values()];
}
