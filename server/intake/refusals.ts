import type { ErrorCode } from '../../core/contract/errors.ts';
import type { VerifyError } from '../../core/vendors/vendor.ts';
import { refusal, type Refusal } from '../http/errors.ts';

/** An unknown system and an unknown connection answer alike, so that addresses cannot be found by trying. */
export const NOTHING_HERE = refusal(404, 'intake.unknown_connection', 'There is no such webhook address.');
export const INCOMPLETE = refusal(404, 'intake.address_incomplete', 'The last part of the address is missing: every connection has its own. The whole address stands with the connection, under Integrations.');
/** Only who knows the address is told that it was one. */
export const REMOVED = refusal(410, 'intake.connection_removed', 'The connection of this address was removed; nothing is taken here any more.');
export const ONLY_POST = refusal(405, 'request.method', 'This address takes POST.');
export const WRONG_MEDIA_TYPE = refusal(415, 'intake.media_type', 'This media type is not taken here.');
export const TOO_LARGE = refusal(413, 'intake.body_too_large', 'The body is too large.');
export const STORE_UNAVAILABLE: Refusal = { ...refusal(503, 'intake.store_unavailable', 'The delivery could not be stored; send it again.', true), retryAfterSeconds: 5 };
export const tooMany = (retryAfterSeconds: number): Refusal => ({ ...refusal(429, 'intake.too_many_requests', 'Too many requests; try again later.', true), retryAfterSeconds });

const VERIFY: Record<VerifyError, Refusal> = {
  'intake.signature_missing': refusal(401, 'intake.signature_missing', 'The signature is missing.'),
  'intake.signature_malformed': refusal(401, 'intake.signature_malformed', 'The signature cannot be read.'),
  'intake.signature_wrong': refusal(401, 'intake.signature_wrong', 'The signature does not match.'),
  'intake.timestamp_outside_window': refusal(401, 'intake.timestamp_outside_window', 'The signed time is too far from now.'),
  // Without a secret nothing can be proved; the caller cannot tell this from a wrong signature by its status.
  'intake.secret_missing': refusal(401, 'intake.secret_missing', 'This connection cannot verify deliveries yet.'),
  // Ours, not theirs: they are asked to come again.
  'intake.evidence_missing': { ...refusal(503, 'intake.evidence_missing', 'The certificate of this call could not be fetched; send it again.', true), retryAfterSeconds: 30 },
  'intake.body_not_utf8': refusal(400, 'intake.body_not_utf8', 'The body is not UTF-8 text.'),
  'intake.body_not_json': refusal(400, 'intake.body_not_json', 'The body is not JSON.'),
};

export const refusalOfVerify = (code: VerifyError): Refusal => VERIFY[code];

/** Refusals of callers who proved nothing: they count against their address. A broken us does not. */
export const COUNTS_AGAINST_ADDRESS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'intake.unknown_connection',
  'intake.connection_removed',
  'intake.address_incomplete',
  'intake.media_type',
  'intake.body_too_large',
  'intake.signature_missing',
  'intake.signature_malformed',
  'intake.signature_wrong',
  'intake.timestamp_outside_window',
  'intake.secret_missing',
  'intake.body_not_utf8',
  'intake.body_not_json',
]);
