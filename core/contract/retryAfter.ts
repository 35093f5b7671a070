/** However much patience somebody asks for, they are asked again after an hour. */
const LONGEST_WAIT_MS = 3_600_000;
const SECONDS = /^\d+$/;
/** The three spellings of RFC 9110, 5.6.7 begin with the name of the day. */
const HTTP_DATE = /^[A-Z][a-z]{2,8},? /;

/** `Retry-After` (RFC 9110, 10.2.3), whole seconds or an HTTP date, as milliseconds from now; null = there is none that can be read. */
export function retryAfterMs(header: string | null | undefined, now: number): number | null {
  const text = header?.trim() ?? '';
  const wait = SECONDS.test(text) ? Number(text) * 1000 : HTTP_DATE.test(text) ? Date.parse(text) - now : Number.NaN;
  return Number.isNaN(wait) ? null : Math.min(Math.max(wait, 0), LONGEST_WAIT_MS);
}
