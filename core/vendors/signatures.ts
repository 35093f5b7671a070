import type { Result } from '../contract/result.ts';
import { err, ok } from '../contract/result.ts';
import type { Hashing } from '../ports/ports.ts';
import { concatBytes, decodeBase64, decodeHex, decodeUtf8, encodeHex, encodeUtf8 } from './bytes.ts';
import type { VerifyError, WebhookRequest } from './vendor.ts';

/** Recipes of proof that several vendors share. Pure; every comparison is constant-time and length-safe. */

interface TimestampedProof {
  readonly header: string | undefined;
  readonly rawBody: Uint8Array;
  /** Secrets that are valid now, newest first: during a rotation the previous one too. Empty ones are ignored. */
  readonly secrets: readonly (string | undefined)[];
  readonly toleranceSeconds: number;
  readonly nowMs: number;
  readonly hashing: Hashing;
}

const SHA256_BYTES = 32;
/** More than any rotation needs; a longer list is only somebody making us compute. */
const MAX_SIGNATURES = 8;

/**
 * `t=<unix seconds>,v1=<hex>[,v1=<hex>]`: HMAC-SHA256 over `<t>.<raw body>`. Any v1 may match any valid secret; other
 * schemes are ignored. The time is looked at only after the proof, so that the answer tells a forger nothing.
 */
export function verifyTimestampedHmac(proof: TimestampedProof): Result<{ readonly timestamp: number }, VerifyError> {
  const secrets = proof.secrets.filter((secret): secret is string => secret !== undefined && secret !== '');
  if (secrets.length === 0) return err('intake.secret_missing');
  if (proof.header === undefined || proof.header.trim() === '') return err('intake.signature_missing');

  let stamp: string | null = null;
  const candidates: Uint8Array[] = [];
  for (const part of proof.header.split(',')) {
    const cut = part.indexOf('=');
    if (cut < 0) return err('intake.signature_malformed');
    const scheme = part.slice(0, cut).trim();
    const value = part.slice(cut + 1).trim();
    if (scheme === 't') {
      if (stamp !== null || !/^[0-9]{1,12}$/.test(value)) return err('intake.signature_malformed');
      stamp = value;
    } else if (scheme === 'v1') {
      const bytes = decodeHex(value);
      if (bytes?.length === SHA256_BYTES) candidates.push(bytes);
    }
  }
  if (stamp === null || candidates.length === 0 || candidates.length > MAX_SIGNATURES) return err('intake.signature_malformed');

  const signed = concatBytes(encodeUtf8(`${stamp}.`), proof.rawBody);
  let proven = false;
  for (const secret of secrets) {
    const expected = proof.hashing.hmacSha256(secret, signed);
    for (const candidate of candidates) if (proof.hashing.equal(expected, candidate)) proven = true;
  }
  if (!proven) return err('intake.signature_wrong');

  const timestamp = Number(stamp);
  if (Math.abs(Math.floor(proof.nowMs / 1000) - timestamp) > proof.toleranceSeconds) return err('intake.timestamp_outside_window');
  return ok({ timestamp });
}

/** `Authorization: Bearer <token>`. Both sides are hashed first, so that not even the token's length shows in the timing. */
export function verifyBearer(header: string | undefined, tokens: readonly (string | undefined)[], hashing: Hashing): Result<true, VerifyError> {
  const valid = tokens.filter((token): token is string => token !== undefined && token !== '');
  if (valid.length === 0) return err('intake.secret_missing');
  if (header === undefined || header.trim() === '') return err('intake.signature_missing');
  const given = /^bearer +([\x21-\x7e]+) *$/i.exec(header)?.[1];
  if (given === undefined) return err('intake.signature_malformed');
  const digest = hashing.sha256(encodeUtf8(given));
  let proven = false;
  for (const token of valid) if (hashing.equal(digest, hashing.sha256(encodeUtf8(token)))) proven = true;
  return proven ? ok(true) : err('intake.signature_wrong');
}

/** The body as text that any database can keep: well-formed UTF-8 without the NUL character; a byte order mark is dropped. */
export function bodyText({ rawBody, decode = decodeUtf8 }: Pick<WebhookRequest, 'rawBody' | 'decode'>): Result<string, VerifyError> {
  const text = decode(rawBody);
  if (text === null || text.includes('\u0000')) return err('intake.body_not_utf8');
  return ok(text.startsWith('\ufeff') ? text.slice(1) : text);
}

/** A JSON object; an array or a bare value is refused like text that is no JSON. */
export function parseJsonObject(text: string): Result<Readonly<Record<string, unknown>>, 'intake.body_not_json'> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // The reason would quote the sender's body: the code says enough.
    return err('intake.body_not_json');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return err('intake.body_not_json');
  return ok(parsed as Readonly<Record<string, unknown>>);
}

/** Delivery key for a body that has no usable identity of its own: the same bytes are the same delivery. */
export function bodyKey(rawBody: Uint8Array, hashing: Hashing): string {
  return `sha256:${encodeHex(hashing.sha256(rawBody))}`;
}

interface PlainProof {
  readonly header: string | undefined;
  /** What stands before the digest in the header, e.g. `sha256=`; with one, a header without it is malformed. */
  readonly prefix?: string;
  readonly encoding: 'hex' | 'base64' | 'either';
  /** Exactly what the vendor signs. */
  readonly signed: Uint8Array;
  readonly secrets: readonly (string | Uint8Array | undefined)[];
  readonly hashing: Hashing;
  readonly algorithm?: 'sha256' | 'sha1';
}

const DIGEST_BYTES = { sha256: SHA256_BYTES, sha1: 20 } as const;

/** A digest in one header, over whatever the vendor signs. Hexadecimal in either case; base64 with its padding. */
export function verifyHmac({ header, prefix = '', encoding, signed, secrets, hashing, algorithm = 'sha256' }: PlainProof): Result<true, VerifyError> {
  const valid = secrets.filter((secret): secret is string | Uint8Array => secret !== undefined && secret.length > 0);
  if (valid.length === 0) return err('intake.secret_missing');
  if (header === undefined || header.trim() === '') return err('intake.signature_missing');
  const given = header.trim();
  if (!given.startsWith(prefix)) return err('intake.signature_malformed');
  const text = given.slice(prefix.length);
  const read = [encoding === 'base64' ? null : decodeHex(text), encoding === 'hex' ? null : decodeBase64(text)];
  const digest = read.find((bytes) => bytes?.length === DIGEST_BYTES[algorithm]);
  if (!digest) return err('intake.signature_malformed');
  let proven = false;
  for (const secret of valid) {
    const expected = algorithm === 'sha1' ? hashing.hmacSha1(secret, signed) : hashing.hmacSha256(secret, signed);
    if (hashing.equal(expected, digest)) proven = true;
  }
  return proven ? ok(true) : err('intake.signature_wrong');
}

/** Seconds since the epoch in a header of its own, which the digest covers; looked at only after the proof. */
export function verifyWindow(stamp: string, toleranceSeconds: number, nowMs: number): Result<true, VerifyError> {
  if (!/^[0-9]{1,12}$/.test(stamp)) return err('intake.signature_malformed');
  return Math.abs(Math.floor(nowMs / 1000) - Number(stamp)) > toleranceSeconds ? err('intake.timestamp_outside_window') : ok(true);
}

/** A secret that the vendor repeats in every call (channel token, client state). Hashed first: not even its length shows. */
export function verifyToken(given: string | undefined, tokens: readonly (string | undefined)[], hashing: Hashing): Result<true, VerifyError> {
  const valid = tokens.filter((token): token is string => token !== undefined && token !== '');
  if (valid.length === 0) return err('intake.secret_missing');
  if (given === undefined || given === '') return err('intake.signature_missing');
  const digest = hashing.sha256(encodeUtf8(given));
  let proven = false;
  for (const token of valid) if (hashing.equal(digest, hashing.sha256(encodeUtf8(token)))) proven = true;
  return proven ? ok(true) : err('intake.signature_wrong');
}

interface StandardProof {
  readonly id: string | undefined;
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
  readonly rawBody: Uint8Array;
  /** `whsec_` and the key in base64; the prefix may be missing. */
  readonly secrets: readonly (string | undefined)[];
  readonly toleranceSeconds: number;
  readonly nowMs: number;
  readonly hashing: Hashing;
}

/**
 * Standard Webhooks (Svix): `v1,<base64>` after `v1,<base64>`, blanks between, over `<id>.<seconds>.<raw body>`. Any may
 * match any valid secret; the time is looked at only after the proof.
 */
export function verifyStandardWebhook(proof: StandardProof): Result<true, VerifyError> {
  const given = proof.secrets.filter((secret): secret is string => secret !== undefined && secret !== '');
  if (given.length === 0) return err('intake.secret_missing');
  const keys = given.map((secret) => decodeBase64(secret.replace(/^whsec_/, ''))).filter((key): key is Uint8Array => key !== null && key.length > 0);
  if (keys.length === 0) return err('intake.secret_missing');
  const { id, timestamp, signature } = proof;
  if (!id || !timestamp || !signature?.trim()) return err('intake.signature_missing');
  if (!/^[\x21-\x7e]{1,255}$/.test(id) || !/^[0-9]{1,12}$/.test(timestamp)) return err('intake.signature_malformed');
  const listed = signature.trim().split(/ +/);
  const read = listed.flatMap((part) => (part.startsWith('v1,') ? [decodeBase64(part.slice(3))] : []));
  const candidates = read.filter((bytes): bytes is Uint8Array => bytes?.length === SHA256_BYTES);
  if (candidates.length === 0 || candidates.length > MAX_SIGNATURES) return err('intake.signature_malformed');
  const signed = concatBytes(encodeUtf8(`${id}.${timestamp}.`), proof.rawBody);
  let proven = false;
  for (const key of keys) {
    const expected = proof.hashing.hmacSha256(key, signed);
    for (const candidate of candidates) if (proof.hashing.equal(expected, candidate)) proven = true;
  }
  return proven ? verifyWindow(timestamp, proof.toleranceSeconds, proof.nowMs) : err('intake.signature_wrong');
}
