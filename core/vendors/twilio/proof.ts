import { err, type Result } from '../../contract/result.ts';
import type { Hashing } from '../../ports/ports.ts';
import { decodeHex, decodeUtf8, encodeUtf8 } from '../bytes.ts';
import { parsePairs } from '../forms.ts';
import { verifyHmac } from '../signatures.ts';
import type { VerifyError, WebhookRequest } from '../vendor.ts';

/** Twilio signs what it called, not what it sent: the address, and behind it every field of a form by its name. */

const FORM = 'application/x-www-form-urlencoded';

/** Names and values without anything between, the names sorted; the values of one name sorted, each once. */
function fieldsText(rawBody: Uint8Array): string | null {
  const pairs = parsePairs(decodeUtf8(rawBody) ?? '%');
  if (!pairs) return null;
  const values = new Map<string, Set<string>>();
  for (const [name, value] of pairs) values.set(name, (values.get(name) ?? new Set()).add(value));
  return [...values.keys()].sort().flatMap((name) => [...(values.get(name) ?? [])].sort().map((value) => name + value)).join('');
}

/** Their software signs the address with its port at one time and without at another: both count. */
function spellings(url: string): string[] {
  const parts = /^(https?):\/\/([^/:?#]+)(:\d+)?(.*)$/s.exec(url);
  if (!parts) return [url];
  const [, scheme, host, port, rest] = parts;
  return [...new Set([url, `${scheme}://${host}${port ?? (scheme === 'https' ? ':443' : ':80')}${rest}`, `${scheme}://${host}${rest}`])];
}

/** The hash of a body that is no form stands in the address, and with it under the signature. */
function bodyIsMeant({ query, rawBody }: WebhookRequest, hashing: Hashing): Result<true, VerifyError> {
  const hash = decodeHex(query['bodySHA256'] ?? '');
  if (hash?.length !== 32) return err('intake.signature_malformed');
  return hashing.equal(hash, hashing.sha256(rawBody)) ? { ok: true, value: true } : err('intake.signature_wrong');
}

export function provenByTwilio(request: WebhookRequest, secrets: readonly (string | undefined)[], hashing: Hashing): Result<true, VerifyError> {
  const form = request.mediaType === FORM ? fieldsText(request.rawBody) : '';
  let answer: Result<true, VerifyError> = err('intake.signature_wrong');
  for (const url of spellings(request.url)) {
    const signed = encodeUtf8(url + (form ?? ''));
    answer = verifyHmac({ header: request.headers['x-twilio-signature'], encoding: 'base64', signed, secrets, hashing, algorithm: 'sha1' });
    if (answer.ok || answer.error !== 'intake.signature_wrong') break;
  }
  if (!answer.ok) return answer;
  // A form that cannot be read was not signed by anybody who could.
  if (form === null) return err('intake.signature_wrong');
  return request.mediaType === FORM ? answer : bodyIsMeant(request, hashing);
}
