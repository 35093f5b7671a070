import type { CollectionName } from '../../contract/record.ts';
import type { Change } from './changes.ts';
import { isNumberOnly } from './consent.ts';
import type { View } from './view.ts';

/** What is of a wedding, and so leads there whatever names it. */
export const LEADS_TO_WEDDING: Partial<Record<CollectionName, true>> = { bookings: true, contacts: true, payments: true, messages: true, documents: true };

/**
 * Brings a fact to its wedding by the strongest clue that gives exactly one answer: our id, a mapped object, the
 * e-mail of a contact (narrowed by the day when several weddings share it). The day alone never decides.
 */
export function matchWedding(change: Change, view: View): string | null {
  const clue = change.wedding;
  if (clue.weddingId && view.row('weddings', clue.weddingId)) return clue.weddingId;
  if (clue.remote) {
    const mapped = view.mapping(clue.remote.type, clue.remote.id);
    if (mapped?.collection === 'weddings') return mapped.id;
    if (mapped && LEADS_TO_WEDDING[mapped.collection]) {
      const row = view.row(mapped.collection as 'bookings', mapped.id);
      if (row?.weddingId) return row.weddingId;
    }
  }
  if (clue.email) {
    const byEmail = view.weddingsByEmail(clue.email.toLowerCase());
    const [first] = byEmail;
    if (first && byEmail.length === 1) return first.id;
    const sameDay = clue.date ? byEmail.filter((wedding) => wedding.date === clue.date) : [];
    const [onDay] = sameDay;
    if (onDay && sameDay.length === 1) return onDay.id;
  }
  if (clue.phone) {
    const weddings = new Set(view.contactsByPhone(clue.phone).filter((contact) => !isNumberOnly(contact)).map((contact) => contact.weddingId));
    const [only] = weddings;
    if (only && weddings.size === 1) return only;
  }
  return null;
}
