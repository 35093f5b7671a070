import type { z } from 'zod';
import { err, ok, type Result } from '../contract/result.ts';
import type { HttpRequest, HttpResponse } from '../ports/ports.ts';
import type { CallPorts, RereadError } from './vendor.ts';

/** Calls to a vendor's API that several folders make alike. One attempt each: whoever holds the job decides on retries. */

const TIMEOUT_MS = 10_000;
/** A server that asks for more patience than this is asked again after it all the same. */
const LONGEST_WAIT_MS = 3_600_000;

type Failure = Result<never, RereadError>;

/** May be tried again. */
export const failed = (message: string, retryAfterMs: number | null = null): Failure => err({ code: 'normalise.reread_failed', message, retryable: true, retryAfterMs });
/** They answered, and not as documented. */
export const shapeUnknown = (message: string): Failure => err({ code: 'normalise.shape_unknown', message, retryable: false, retryAfterMs: null });
/** For good: forbidden, gone, no key. */
export const refused = (message: string): Failure => err({ code: 'normalise.reread_refused', message, retryable: false, retryAfterMs: null });

/** `Retry-After`: whole seconds or an HTTP date. */
export function retryAfterMs(header: string | undefined, now: number): number | null {
  const text = header?.trim() ?? '';
  const wait = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isFinite(wait) ? Math.min(Math.max(wait, 0), LONGEST_WAIT_MS) : null;
}

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
}

/** The answer's JSON in the documented shape, or why there is none. Quotes neither the address, nor the key, nor the body. */
export async function callJson<T>({ who, what, url, headers, method = 'GET', body, shape, success = [200] }: Call<T>, { http, clock }: CallPorts): Promise<Result<T, RereadError>> {
  let response: HttpResponse;
  try {
    response = await http.send({ method, url, headers: { accept: 'application/json', ...headers }, timeoutMs: TIMEOUT_MS, ...(body === undefined ? {} : { body }) });
  } catch (cause) {
    // The port rejects only when no answer was had: a line that is down today may be up in a minute.
    return failed(`No answer from ${who} for ${what}: ${cause instanceof Error ? cause.message : 'unknown reason'}`);
  }
  const { status } = response;
  if (status === 429 || status === 408 || status >= 500) return failed(`${who} answered ${status} for ${what}.`, retryAfterMs(response.headers['retry-after'], clock.now()));
  if (!success.includes(status)) return refused(`${who} answered ${status} for ${what}.`);
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
