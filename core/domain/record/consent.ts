import type { Consent, CONSENT_CHANNELS, Contact } from '../../contract/record/people.ts';
import type { Source } from '../../contract/record/row.ts';

/**
 * Who may be written to. What each connection says of one address, or of one number on one channel, stands apart, so that no system speaks for another, and it is
 * decided by the time that the fact itself names: the newest stands, whatever order they come in. A list that merely shows
 * somebody as subscribed names the time of that subscription, and so never takes back a withdrawal that came after it.
 */

export type ConsentChannel = (typeof CONSENT_CHANNELS)[number];

/** What a source tells: without the connection, which the record knows. */
export type ToldConsent = Pick<Consent, 'state' | 'at' | 'channel'>;

export const channelOf = ({ channel }: Pick<Consent, 'channel'>): ConsentChannel => channel ?? 'mail';
/** Those that are said of a number; the others are said of an address. */
export const isOfNumber = (consent: Pick<Consent, 'channel'>): boolean => channelOf(consent) !== 'mail';
const keyOf = (one: Consent): string => `${channelOf(one)} ${one.connectionId ?? one.system}`;

/** Of the same moment the more careful one stands. */
const CARE: Readonly<Record<Consent['state'], number>> = { given: 0, unreachable: 1, withdrawn: 2 };

const stands = (a: Consent, b: Consent): Consent => (a.at === b.at ? (CARE[a.state] >= CARE[b.state] ? a : b) : a.at > b.at ? a : b);

/** More connections than any house has; the oldest are let go. */
export const MOST_CONSENTS = 16;

/** Any order, any repetition: the same answer. Null = nothing is known. */
export function mergedConsents(...parts: readonly (readonly Consent[] | null | undefined)[]): Consent[] | null {
  const held = new Map<string, Consent>();
  for (const one of parts.flatMap((part) => part ?? [])) {
    const key = keyOf(one);
    const known = held.get(key);
    held.set(key, known === undefined ? one : stands(known, one));
  }
  if (held.size === 0) return null;
  const newest = [...held.values()].sort((a, b) => b.at.localeCompare(a.at) || keyOf(a).localeCompare(keyOf(b)));
  return newest.slice(0, MOST_CONSENTS);
}

/** A told consent as the record keeps it; none where nothing was told, or nobody is there to have told it. */
export const consentOf = (told: ToldConsent | null | undefined, source: Source | null): Consent[] =>
  told && source ? [{ at: told.at, state: told.state, system: source.system, connectionId: source.connectionId, ...(told.channel === undefined || told.channel === 'mail' ? {} : { channel: told.channel }) }] : [];

type Asked = Pick<Contact, 'consents'>;
const mayBeWritten = (contact: Asked, channel: ConsentChannel): boolean => !(contact.consents ?? []).some((one) => channelOf(one) === channel && one.state !== 'given');

/** Somebody has withdrawn, or cannot be reached by mail, anywhere: then nobody should mail them without looking. */
export const mayBeMailed = (contact: Asked): boolean => mayBeWritten(contact, 'mail');
/** They have asked somewhere not to be texted, or not to be written to by WhatsApp. One channel says nothing of another. */
export const mayBeTexted = (contact: Asked, channel: 'text' | 'whatsapp'): boolean => mayBeWritten(contact, channel);

/** Known by nothing but a number that has asked not to be texted: whoever comes with that number and more is them. */
export const isNumberOnly = ({ name, email, phone, weddingId }: Pick<Contact, 'name' | 'email' | 'phone' | 'weddingId'>): boolean =>
  phone !== null && name === phone && email === null && weddingId === null;
