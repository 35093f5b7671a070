import type { Forwarding } from '../../contract/systems.ts';

/**
 * Mails by which a mail provider asks whether a mailbox may forward to an address of ours. Pure; that the mail is really
 * the provider's is proven before (DKIM), what is in it is held to the provider's own hosts here.
 */
interface Provider {
  readonly name: string;
  /** Whose signature counts. */
  readonly domain: string;
  /** The one address it writes from. */
  readonly from: string;
  /** A link that confirms, whole: nothing but the provider's host may stand before the path. Other links of the mail take the leave back, or explain. */
  readonly link: RegExp;
}

// No other provider's question is known; one that asks is refused like any stranger's mail until it stands here.
const PROVIDERS: readonly Provider[] = [
  { name: 'Gmail', domain: 'google.com', from: 'forwarding-noreply@google.com', link: /^https:\/\/mail(?:-settings)?\.google\.com\/mail\/vf-[\w.~%+\-/?=&:@!$,;*[\]]+$/ },
];

/** Names of the providers whose question is understood. */
export const FORWARDING_PROVIDERS: readonly string[] = PROVIDERS.map(({ name }) => name);

/** Domains whose signature may stand under such a mail. */
export const FORWARDING_DOMAINS: readonly string[] = PROVIDERS.map(({ domain }) => domain);

/** A person has this long, in milliseconds; then the provider is asked for another mail. */
export const FORWARDING_MS = 3 * 86_400_000;

const ADDRESS = /[^\s<>"'(),;:@]{1,64}@[^\s<>"'(),;:@]{1,255}\.[a-z]{2,63}/gi;
const LINKS = /https:\/\/[^\s<>"']{1,2000}/gi;
const CODE_IN_SUBJECT = /\(#(\d{6,12})\)/;
/** The words before it are in the language of the mailbox. */
const CODE_IN_TEXT = /[:：]\s*(\d{6,12})(?!\d)/;

const linkOf = (text: string, { link }: Provider): string | null => [...text.matchAll(LINKS)].map(([found]) => found.replace(/[.,)\]]+$/, '')).find((found) => link.test(found)) ?? null;

export interface AskingMail {
  readonly signedBy: string;
  readonly from: string;
  readonly subject: string;
  readonly text: string;
}

/** Null = it is not such a mail, or there is nothing in it to confirm with. @param receivedAt UTC, milliseconds @param domain of our own mail addresses */
export function forwardingOf({ signedBy, from, subject, text }: AskingMail, receivedAt: number, domain: string): Forwarding | null {
  const provider = PROVIDERS.find((one) => one.domain === signedBy.toLowerCase() && one.from === from.trim().toLowerCase());
  if (!provider) return null;
  const code = (CODE_IN_SUBJECT.exec(subject) ?? CODE_IN_TEXT.exec(text))?.[1] ?? null;
  const link = linkOf(text, provider);
  if (code === null && link === null) return null;
  const named = [...`${subject}\n${text}`.matchAll(ADDRESS)].map(([address]) => address.toLowerCase());
  const mailbox = named.find((address) => !address.endsWith(`@${domain}`) && address !== provider.from) ?? null;
  return { provider: provider.name, mailbox, code, link, receivedAt: new Date(receivedAt).toISOString(), expiresAt: new Date(receivedAt + FORWARDING_MS).toISOString() };
}
