import { browserSupportsWebAuthn, browserSupportsWebAuthnAutofill, startAuthentication, startRegistration, WebAuthnError, type PublicKeyCredentialCreationOptionsJSON } from '@simplewebauthn/browser';
import { z } from 'zod';
import { codedError, type Refused } from '../../core/contract/errors.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import { exchange } from '../state/backend/http.ts';

/** The calls of `core/contract/accounts.ts` that go to the library under `/api/auth`: signing in, second factors, passkeys, passwords. */

type Answer<T> = Promise<Result<T, Refused>>;

const post = <T>(path: string, schema: z.ZodType<T>, body: unknown): Answer<T> => exchange('POST', `/api/auth${path}`, schema, body);
const get = <T>(path: string, schema: z.ZodType<T>): Answer<T> => exchange('GET', `/api/auth${path}`, schema);
const Anything = z.unknown();

const SignedIn = z.object({ twoFactorRedirect: z.boolean().optional() }).transform(({ twoFactorRedirect }) => ({ secondFactor: twoFactorRedirect === true }));
const Enabled = z.object({ totpURI: z.string().startsWith('otpauth://'), backupCodes: z.array(z.string()) });
export type Enabled = z.infer<typeof Enabled>;
const Passkeys = z.array(z.object({ id: z.string(), name: z.string().nullish(), createdAt: z.string().nullish() }));
export type PasskeyView = z.infer<typeof Passkeys>[number];
const Challenged = z.looseObject({ challenge: z.string() });

export const signIn = (email: string, password: string, rememberMe: boolean) => post('/sign-in/email', SignedIn, { email, password, rememberMe });
/** Also what confirms a new factor. */
export const verifyCode = (code: string, trustDevice: boolean) => post('/two-factor/verify-totp', Anything, { code, trustDevice });
export const verifyBackupCode = (code: string) => post('/two-factor/verify-backup-code', Anything, { code });
export const enableSecondFactor = (password: string) => post('/two-factor/enable', Enabled, { password });
export const disableSecondFactor = (password: string) => post('/two-factor/disable', Anything, { password });
export const newBackupCodes = (password: string) => post('/two-factor/generate-backup-codes', z.object({ backupCodes: z.array(z.string()) }), { password });
export const requestReset = (email: string) => post('/request-password-reset', Anything, { email });
export const resetPassword = (token: string, newPassword: string) => post('/reset-password', Anything, { token, newPassword });
export const changePassword = (currentPassword: string, newPassword: string, revokeOtherSessions: boolean) => post('/change-password', Anything, { currentPassword, newPassword, revokeOtherSessions });
export const signOut = () => post('/sign-out', Anything, {});
export const signOnAt = (email: string) => post('/sign-in/sso', z.object({ url: z.url() }), { email, callbackURL: '/#signed-in', errorCallbackURL: '/#sign-on-failed' });
export const passkeys = () => get('/passkey/list-user-passkeys', Passkeys);
export const deletePasskey = (id: string) => post('/passkey/delete-passkey', Anything, { id });

/** A passkey belongs to a name, over a safe line: where the console is opened by a number there are none. */
export function canHavePasskeys({ hostname }: Pick<Location, 'hostname'>, secure: boolean): boolean {
  return secure && browserSupportsWebAuthn() && !hostname.startsWith('[') && !/^\d{1,3}(\.\d{1,3}){3}$/.test(hostname);
}

/** Null = the person put it away, or something else was begun meanwhile. */
async function withAuthenticator<T>(work: () => Promise<T>): Promise<Result<T | null, Refused>> {
  try {
    return ok(await work());
  } catch (error) {
    const name = error instanceof WebAuthnError ? (error.cause instanceof Error ? error.cause.name : error.code) : error instanceof Error ? error.name : '';
    if (name === 'NotAllowedError' || name === 'AbortError' || name === 'ERROR_CEREMONY_ABORTED') return ok(null);
    return err({ ...codedError('auth.credentials_wrong', String(error)), retryAfterSeconds: null });
  }
}

let begun = 0;
let asking: Promise<unknown> = Promise.resolve();

/** @param byForm offered by the browser in the address field, for as long as the page is open. @returns false = not done. */
export async function signInByPasskey(byForm: boolean): Answer<boolean> {
  const mine = ++begun;
  if (byForm && !(await browserSupportsWebAuthnAutofill())) return ok(false);
  // One after the other: only the challenge that was given last counts.
  const ask = () => get('/passkey/generate-authenticate-options', Challenged);
  const asked = asking.then(ask, ask);
  asking = asked;
  const options = await asked;
  if (!options.ok) return options;
  // A form's offer that comes late must not break off what the person has begun by the button.
  if (mine !== begun) return ok(false);
  const response = await withAuthenticator(() => startAuthentication({ optionsJSON: options.value, useBrowserAutofill: byForm }));
  if (!response.ok) return response;
  if (response.value === null) return ok(false);
  const answer = await post('/passkey/verify-authentication', Anything, { response: response.value });
  return answer.ok ? ok(true) : answer;
}

export async function addPasskey(name: string): Answer<boolean> {
  const options = await get(`/passkey/generate-register-options?name=${encodeURIComponent(name)}`, Challenged);
  if (!options.ok) return options;
  const response = await withAuthenticator(() => startRegistration({ optionsJSON: options.value as unknown as PublicKeyCredentialCreationOptionsJSON }));
  if (!response.ok) return response;
  if (response.value === null) return ok(false);
  const answer = await post('/passkey/verify-registration', Anything, { response: response.value, name });
  return answer.ok ? ok(true) : answer;
}
