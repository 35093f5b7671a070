import type { Consent, Contact } from '../../contract/record/people.ts';
import type { Source } from '../../contract/record/row.ts';

/**
 * Who may be mailed. What each connection says of one address stands apart, so that no system speaks for another, and it is
 * decided by the time that the fact itself names: the newest stands, whatever order they come in. A list that merely shows
 * somebody as subscribed names the time of that subscription, and so never takes back a withdrawal that came after it.
 */

/** What a source tells: without the connection, which the record knows. */
export type ToldConsent = Pick<Consent, 'state' | 'at'>;

/** Of the same moment the more careful one stands. */
const CARE: Readonly<Record<Consent['state'], number>> = { given: 0, unreachable: 1, withdrawn: 2 };

const stands = (a: Consent, b: Consent): Consent => (a.at === b.at ? (CARE[a.state] >= CARE[b.state] ? a : b) : a.at > b.at ? a : b);

/** More connections than any house has; the oldest are let go. */
export const MOST_CONSENTS = 16;

/** Any order, any repetition: the same answer. Null = nothing is known. */
export function mergedConsents(...parts: readonly (readonly Consent[] | null | undefined)[]): Consent[] | null {
  const held = new Map<string, Consent>();
  for (const one of parts.flatMap((part) => part ?? [])) {
    const key = one.connectionId ?? one.system;
    const known = held.get(key);
    held.set(key, known === undefined ? one : stands(known, one));
  }
  if (held.size === 0) return null;
  const newest = [...held.values()].sort((a, b) => b.at.localeCompare(a.at) || (a.connectionId ?? a.system).localeCompare(b.connectionId ?? b.system));
  return newest.slice(0, MOST_CONSENTS);
}

/** A told consent as the record keeps it; none where nothing was told, or nobody is there to have told it. */
export const consentOf = (told: ToldConsent | null | undefined, source: Source | null): Consent[] =>
  told && source ? [{ at: told.at, state: told.state, system: source.system, connectionId: source.connectionId }] : [];

/** Somebody has withdrawn, or cannot be reached by mail, anywhere: then nobody should mail them without looking. */
export const mayBeMailed = (contact: Pick<Contact, 'consents'>): boolean => !(contact.consents ?? []).some(({ state }) => state !== 'given');
