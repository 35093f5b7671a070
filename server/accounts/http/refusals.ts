import type { ErrorCode } from '../../../core/contract/errors.ts';
import { refusal, type Refusal } from '../../http/errors.ts';

/** What the library's refusals are called here. What is not in the list is told by its status only: its words are not ours to vouch for. */
const CODES: Readonly<Record<string, readonly [status: number, code: ErrorCode, message: string]>> = {
  INVALID_EMAIL_OR_PASSWORD: [401, 'auth.credentials_wrong', 'The address and the password do not belong together.'],
  INVALID_PASSWORD: [401, 'auth.credentials_wrong', 'This is not the password.'],
  INVALID_EMAIL: [400, 'request.invalid', 'This is no mail address.'],
  CREDENTIAL_ACCOUNT_NOT_FOUND: [409, 'auth.credentials_wrong', 'This account has no password.'],
  INVALID_CODE: [401, 'auth.second_factor_wrong', 'This is not the code.'],
  INVALID_BACKUP_CODE: [401, 'auth.second_factor_wrong', 'This is not one of the backup codes.'],
  INVALID_TWO_FACTOR_COOKIE: [401, 'auth.signed_out', 'The sign-in has to begin anew.'],
  TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE: [429, 'auth.throttled', 'Too many codes; the sign-in has to begin anew.'],
  ACCOUNT_TEMPORARILY_LOCKED: [429, 'auth.throttled', 'Too many codes; try again later.'],
  PASSWORD_TOO_SHORT: [400, 'auth.password_unfit', 'The password is too short.'],
  PASSWORD_TOO_LONG: [400, 'auth.password_unfit', 'The password is too long.'],
  INVALID_TOKEN: [401, 'auth.reset_invalid', 'The link was used or is over.'],
  SESSION_NOT_FRESH: [403, 'auth.sign_in_again', 'This needs a sign-in of today.'],
  AUTHENTICATION_FAILED: [401, 'auth.credentials_wrong', 'This passkey is not known.'],
  PASSKEY_NOT_FOUND: [401, 'auth.credentials_wrong', 'This passkey is not known.'],
  USER_ALREADY_EXISTS: [409, 'auth.account_exists', 'There is an account with this address.'],
  // Somebody else was making it in the same moment.
  FAILED_TO_CREATE_USER: [409, 'auth.account_exists', 'There is an account with this address.'],
  USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL: [409, 'auth.account_exists', 'There is an account with this address.'],
};
/** How long the library keeps an account locked, and at the least how long its limits last. */
const LOCKED_S = 60;

export async function refusalOf(response: Response): Promise<Refusal> {
  const { status } = response;
  const body: unknown = await response.json().catch(() => null);
  const name = typeof body === 'object' && body !== null && 'code' in body ? String(body.code) : '';
  const known = CODES[name];
  const after = Number(response.headers.get('x-retry-after') ?? response.headers.get('retry-after') ?? LOCKED_S);
  if (status === 429 || known?.[0] === 429) return { ...refusal(429, 'auth.throttled', known?.[2] ?? 'Too many attempts; try again later.', true), retryAfterSeconds: Number.isFinite(after) && after > 0 ? Math.ceil(after) : LOCKED_S };
  if (known) return refusal(...known);
  if (status === 401) return refusal(401, 'auth.signed_out', 'Nobody is signed in here.');
  if (status === 403) return refusal(403, 'auth.forbidden', 'This may not be done.');
  if (status === 404) return refusal(404, 'request.not_found', 'There is no such thing.');
  if (status >= 400 && status < 500) return refusal(400, 'request.invalid', 'The request was not understood.');
  return refusal(500, 'internal', 'Something went wrong on the server.');
}
