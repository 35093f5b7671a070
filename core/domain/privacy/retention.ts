import { Retention, type KeptUntil } from '../../contract/personalData.ts';
import type { CollectionName } from '../../contract/record.ts';

/**
 * How long what is kept unless the owner chooses otherwise.
 * Bodies of deliveries: only to look into a fault, and vendors send again for days, not months. Unmatched ones wait for
 * a person. Answers: a repeated decision comes within days. Revoked devices and audit lines: to look into what happened.
 * Contacts: claims out of a contract are over after six years in most places, counted from the end of a year.
 */
export const RETENTION: Retention = { deliveryBodies: 90, unmatchedBodies: 180, commandAnswers: 90, revokedDevices: 365, auditLines: 730, contactsYears: 7 };

/** What an organisation chose, as far as it can be read; the standard for the rest. */
export function retentionOf(chosen: unknown): Retention {
  const parsed = Retention.safeParse({ ...RETENTION, ...(chosen !== null && typeof chosen === 'object' ? chosen : {}) });
  return parsed.success ? parsed.data : RETENTION;
}

const yearsLater = (instant: string, years: number): string => {
  const at = new Date(instant);
  at.setUTCFullYear(at.getUTCFullYear() + years);
  return at.toISOString();
};

/** @param weddingEnds null = of no wedding, then the last change counts */
export function contactUntil(retention: Retention, weddingEnds: string | null, updatedAt: string): string {
  return yearsLater(weddingEnds ?? updatedAt, retention.contactsYears);
}

/** Until when a row stays as it is, and why. Names in what is kept for the books go with the contact. */
export function keptUntil(collection: CollectionName, retention: Retention, weddingEnds: string | null, updatedAt: string): KeptUntil {
  if (collection === 'payments') return { until: null, why: 'bookkeeping' };
  if (collection === 'contacts') return { until: contactUntil(retention, weddingEnds, updatedAt), why: 'retention' };
  return { until: null, why: 'while_needed' };
}
