import type { z } from 'zod';
import { err, ok, type Result } from '../contract/result.ts';
import { retryAfterMs } from '../contract/retryAfter.ts';
import type { HttpRequest, HttpResponse } from '../ports/ports.ts';
import type { CallPorts, RereadError } from './vendor.ts';

/** Calls to a vendor's API that several folders make alike. One attempt each: whoever holds the job decides on retries. */

const TIMEOUT_MS = 10_000;

type Failure = Result<never, RereadError>;

/** May be tried again. */
export const failed = (message: string, retryAfterMs: number | null = null): Failure =>
  err({ code: 'normalise.reread_failed', message, retryable: true, retryAfterMs });
/** They answered, and not as documented. */
export const shapeUnknown = (message: string): Failure => err({ code: 'normalise.shape_unknown', message, retryable: false, retryAfterMs: null });
/** For good: gone, or not ours. Says nothing of the key. */
export const refused = (message: string): Failure => err({ code: 'normalise.reread_refused', message, retryable: false, retryAfterMs: null });
/** Our key may not see this one; of a list, it may see none. */
export const forbidden = (message: string): Failure => err({ code: 'normalise.forbidden', message, retryable: false, retryAfterMs: null });
/** Whoever we say we are is not believed, or there is nothing to say it with: no call of this connection can work. */
export const noAccess = (message: string): Failure => err({ code: 'normalise.no_access', message, retryable: false, retryAfterMs: null });

export interface Call<T> {
  /** The vendor's name and what is asked, for messages: `Calendly`, `the list of events`. Never an address: it may hold an id. */
  readonly who: string;
  readonly what: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly method?: HttpRequest['method'];
  readonly body?: string;
  readonly shape: z.ZodType<T>;
  /** Statuses that mean success; 200 unless it says otherwise. */
  readonly success?: readonly number[];
  /** It is the sign-in itself, where a 400 is a wrong key too (RFC 6749, 5.2). */
  readonly signIn?: boolean;
}

/** 401: the key. 403: what the key may see. Anything else: the thing itself. */
function refusalOf(status: number, signIn: boolean, message: string): Failure {
  if (status === 401 || (signIn && (status === 400 || status === 403))) return noAccess(message);
  return status === 403 ? forbidden(message) : refused(message);
}

const answered = (status: number, failure: Failure): Failure => (failure.ok ? failure : err({ ...failure.error, status }));

/** The answer's JSON in the documented shape, or why there is none. Quotes neither the address, nor the key, nor the body. */
export async function callJson<T>(
  { who, what, url, headers, method = 'GET', body, shape, success = [200], signIn = false }: Call<T>,
  { http, clock }: CallPorts,
): Promise<Result<T, RereadError>> {
  let response: HttpResponse;
  try {
    response = await http.send({
      method,
      url,
      headers: { accept: 'application/json', ...headers },
      timeoutMs: TIMEOUT_MS,
      ...(body === undefined ? {} : { body }),
    });
  } catch (cause) {
    // The port rejects only when no answer was had: a line that is down today may be up in a minute.
    return failed(`No answer from ${who} for ${what}: ${cause instanceof Error ? cause.message : 'unknown reason'}`);
  }
  const { status } = response;
  if (status === 429 || status === 408 || status >= 500)
    return answered(status, failed(`${who} answered ${status} for ${what}.`, retryAfterMs(response.headers['retry-after'], clock.now())));
  if (!success.includes(status)) return answered(status, refusalOf(status, signIn, `${who} answered ${status} for ${what}.`));
  // A name with holes in it would overwrite the right one.
  if (response.damaged === true) return failed(`${who} answered ${what} with bytes that are no text.`);
  let json: unknown;
  try {
    json = JSON.parse(response.body);
  } catch {
    // An intermediary's page instead of the API's answer; the body may hold personal data and is not quoted.
    return failed(`${who} answered ${what} with something that is not JSON.`);
  }
  const parsed = shape.safeParse(json);
  if (parsed.success) return ok(parsed.data);
  const where = parsed.error.issues.map((issue) => issue.path.join('.') || 'the whole answer').join(', ');
  return shapeUnknown(`${who} answered ${what} in an unknown shape: ${where}.`);
}

/** What may stand in a path: nothing that could leave its segment. */
export const SAFE_SEGMENT = /^[A-Za-z0-9_-]{1,64}$/;

/** `a=1&b=2`, encoded; null and undefined are left out. */
export const queryText = (fields: Readonly<Record<string, string | number | boolean | null | undefined>>): string =>
  Object.entries(fields)
    .flatMap(([name, value]) => (value === null || value === undefined ? [] : [`${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`]))
    .join('&');
