import { createHash } from 'node:crypto';
import { dkimVerify, type DNSResolver } from 'mailauth';
import PostalMime, { type Email } from 'postal-mime';
import { codedError, type CodedError } from '../../core/contract/errors.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import type { ReadMail } from '../../core/vendors/vendor.ts';

/** Answers of the domain name system: `resolve(name, 'TXT')`. Rejects as Node's own does. */
export type Resolve = DNSResolver;

const DEEPEST = 20;
const LONGEST_TEXT = 200_000;
/** What is used of a mail has to be under the signature, or somebody could have put it there on the way. */
const MUST_BE_SIGNED = ['from', 'subject', 'date'];

/** Whether it is one of these domains, or below one. */
export const isOf = (domain: string, listed: readonly string[]): boolean => listed.some((one) => domain === one || domain.endsWith(`.${one}`));

/** Whether a mail says that it is from whom its signature is: both addresses at, or below, the same one of these domains. */
export function isAligned(from: string, signedBy: string, listed: readonly string[]): boolean {
  const domain = from.slice(from.lastIndexOf('@') + 1).toLowerCase();
  return from.includes('@') && listed.some((one) => isOf(domain, [one]) && isOf(signedBy, [one]));
}

/** `later` = the key of a listed domain could not be looked up just now. */
type Proof = { readonly kind: 'signed'; readonly domain: string } | { readonly kind: 'unsigned' } | { readonly kind: 'later' };

/** Whether a listed domain has signed the whole mail. Fails closed. */
async function proofOf(raw: Buffer, domains: readonly string[], resolver: Resolve, now: number): Promise<Proof> {
  const { results, fromFields } = await dkimVerify(raw, { resolver, strict: true, curTime: new Date(now) });
  if (fromFields !== 1) return { kind: 'unsigned' };
  let later = false;
  for (const { status, signingDomain, canonBodyLengthLimited, signingHeaders } of results) {
    const domain = signingDomain?.toLowerCase() ?? '';
    if (status.result === 'temperror' && isOf(domain, domains)) later = true;
    // A signature over the beginning alone lets anybody write on behind it.
    if (status.result !== 'pass' || status.testing === true || canonBodyLengthLimited === true || !isOf(domain, domains)) continue;
    const signed = new Set((signingHeaders?.keys ?? '').toLowerCase().split(/[:\s]+/));
    if (MUST_BE_SIGNED.every((header) => signed.has(header))) return { kind: 'signed', domain };
  }
  return { kind: later ? 'later' : 'unsigned' };
}

/** The bytes as text that gives them back; a mail that is no UTF-8 is kept byte by byte. */
function textOf(raw: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(raw);
  } catch {
    // Old mail systems write their own charsets; each byte is a character then.
    return raw.toString('latin1');
  }
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

/** Plain text out of HTML: lines where there are blocks, nothing of what is not shown. */
export function textOfHtml(html: string): string {
  return html
    .replace(/<(script|style|head|title)\b[^>]*>[\s\S]*?<\/\1>/gi, '')
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/\s+/g, ' ')
    .replace(/<(br|\/p|\/div|\/tr|\/li|\/h[1-6]|\/table)\b[^>]*>/gi, '\n')
    .replace(/<\/td>/gi, ' ')
    .replace(/<[^>]*>/g, '')
    .replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8}));/gi, (whole, decimal: string | undefined, hex: string | undefined, name: string | undefined) => {
      const code = decimal ? Number(decimal) : hex ? Number.parseInt(hex, 16) : null;
      if (code !== null) return code > 0 && code <= 0x10_ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : '';
      return ENTITIES[name?.toLowerCase() ?? ''] ?? whole;
    })
    .split('\n')
    .map((line) => line.trim())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

export interface MailRead {
  readonly mail: ReadMail;
  /** The same mail has the same one. */
  readonly key: string;
}

/** Errors: `mail_in.not_signed` (retryable while the key cannot be looked up), `mail_in.unreadable`. Nothing is parsed before the proof. */
export async function readMail(raw: Buffer, domains: readonly string[], resolver: Resolve, now: number): Promise<Result<MailRead, CodedError>> {
  let proof: Proof;
  try {
    proof = await proofOf(raw, domains, resolver, now);
  } catch (error) {
    return err(codedError('mail_in.unreadable', `The signatures could not be read: ${error instanceof Error ? error.name : 'unknown reason'}`));
  }
  if (proof.kind === 'later') return err(codedError('mail_in.not_signed', 'The key of the signature cannot be looked up now.', true));
  if (proof.kind === 'unsigned') return err(codedError('mail_in.not_signed', 'No good signature of the system over the whole mail.'));
  let email: Email;
  try {
    email = await PostalMime.parse(raw, { maxNestingDepth: DEEPEST });
  } catch (error) {
    return err(codedError('mail_in.unreadable', `The mail could not be read: ${error instanceof Error ? error.name : 'unknown reason'}`));
  }
  const sent = email.date === undefined ? Number.NaN : Date.parse(email.date);
  const digest = createHash('sha256').update(raw).digest('hex');
  const messageId = email.messageId?.trim() || `sha256:${digest}`;
  const text = (email.text?.trim() ? email.text : textOfHtml(email.html ?? '')).slice(0, LONGEST_TEXT);
  const from = email.from && 'address' in email.from ? email.from : undefined;
  return ok({
    key: `mail:${createHash('sha256').update(messageId).digest('hex')}`,
    mail: {
      messageId, signedBy: proof.domain, from: from?.address ?? '', fromName: from?.name || null, subject: email.subject ?? '', text,
      sentAt: Number.isNaN(sent) ? null : new Date(sent).toISOString(), original: textOf(raw),
    },
  });
}
