import { createHash } from 'node:crypto';
import { dkimVerify, type DNSResolver } from 'mailauth';
import PostalMime, { type Email } from 'postal-mime';
import { codedError, type CodedError } from '../../core/contract/errors.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import type { ReadMail } from '../../core/vendors/vendor.ts';
import { headsOf, signedMark } from './heads.ts';
import { textOfHtml } from './htmlText.ts';

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
type Proof =
  | { readonly kind: 'signed'; readonly domain: string; readonly bodyHash: string; readonly covered: ReadonlySet<string> }
  | { readonly kind: 'unsigned' }
  | { readonly kind: 'later' };

/** Whether a listed domain has signed the whole mail. Fails closed. */
async function proofOf(raw: Buffer, domains: readonly string[], resolver: Resolve, now: number): Promise<Proof> {
  const { results, fromFields } = await dkimVerify(raw, { resolver, strict: true, curTime: new Date(now) });
  if (fromFields !== 1) return { kind: 'unsigned' };
  let later = false;
  for (const { status, signingDomain, canonBodyLengthLimited, signingHeaders, bodyHash = '' } of results) {
    const domain = signingDomain?.toLowerCase() ?? '';
    if (status.result === 'temperror' && isOf(domain, domains)) later = true;
    // A signature over the beginning alone lets anybody write on behind it.
    if (status.result !== 'pass' || status.testing === true || canonBodyLengthLimited === true || !isOf(domain, domains)) continue;
    const covered = new Set((signingHeaders?.keys ?? '').toLowerCase().split(/[:\s]+/));
    if (MUST_BE_SIGNED.every((header) => covered.has(header))) return { kind: 'signed', domain, bodyHash, covered };
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

export interface MailRead {
  readonly mail: ReadMail;
  /** The same mail has the same one. */
  readonly key: string;
}

/** Errors: `mail_in.not_signed` (retryable while the key cannot be looked up), `mail_in.unreadable`. Nothing is parsed before the proof. */
export async function readMail(raw: Buffer, domains: readonly string[], resolver: Resolve, now: number): Promise<Result<MailRead, CodedError>> {
  const heads = headsOf(raw);
  if (!heads.ok) return err(codedError('mail_in.not_signed', `It is not looked at: ${heads.why}.`));
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
  const { covered } = proof;
  // Where its id is not under the signature, whoever has one such mail could make as many of it as he likes.
  const ownId = covered.has('message-id') ? email.messageId?.trim() : '';
  const messageId = ownId || `sha256:${signedMark(heads.fields, MUST_BE_SIGNED, proof.bodyHash)}`;
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
