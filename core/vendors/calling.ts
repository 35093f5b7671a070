import type { ErrorCode } from '../contract/errors.ts';
import type { Clock, Http } from '../ports/ports.ts';

/** What a call to a vendor is made with, and why there may be no answer to it. */

/** Settings and opened secrets of one connection, for the time of one call. */
export interface ConnectionAccess {
  readonly connectionId: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  /** What leave was given for, as the vendor says it (OAuth scopes); left out = there is none, or nobody knows. */
  readonly granted?: readonly string[];
  /** Calendars of the account that are in use here, besides the one that is read in any case; left out = nobody has said. */
  readonly listened?: readonly Listened[];
  /** Entries of ours that were written since the last whole look began, as they are called over there: one of them that a look does not meet has been taken away. */
  readonly written?: readonly string[];
  /** Tells what is known to stand in a calendar, by its id as deliveries have it; left out = nobody can tell. */
  readonly standing?: (of: Standing) => Promise<readonly string[]>;
}

/** Which entries of a calendar are meant: those that touch the span, UTC milliseconds. */
export interface Standing extends Omit<Listened, 'calendarRef'> {
  /** Null = nobody can tell which calendar it is. */
  readonly calendarRef: string | null;
  readonly from: number;
  /** Null = without an end. */
  readonly to: number | null;
}

/** `oursOnly`: nothing but what we have written there is asked about. */
export interface Listened {
  /** As the list of calendars names it. */
  readonly calendarRef: string;
  readonly oursOnly: boolean;
}

export interface CallPorts {
  readonly http: Http;
  readonly clock: Clock;
}

/** `retryable` false = the source refused for good: this object (gone, forbidden), or the whole access (`normalise.no_access`). */
export interface RereadError {
  readonly code: Extract<
    ErrorCode,
    'normalise.reread_failed' | 'normalise.no_access' | 'normalise.forbidden' | 'normalise.reread_refused' | 'normalise.shape_unknown'
  >;
  readonly message: string;
  readonly retryable: boolean;
  readonly retryAfterMs: number | null;
  /** What was answered, where something was. */
  readonly status?: number;
  /** Key of the entered field that it is about, where the folder can tell. */
  readonly field?: string;
}
