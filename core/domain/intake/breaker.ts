/**
 * The circuit breaker of one operation of one connection: a source that does not answer is left alone for a while instead
 * of being asked by everything that waits for it. Pure; the state is kept beside the connection, so that every worker
 * honours what one of them has learned. Nothing of the record, its alerts or its commands ever asks it.
 */

/**
 * What is called at the source by itself. Each has a breaker of its own: a poll that fails says nothing about single
 * objects. A test is asked by a person and renewing access belongs to the call that needs it: neither has one.
 */
export const OPERATIONS = ['reread', 'poll', 'push'] as const;
export type Operation = (typeof OPERATIONS)[number];

export interface BreakerState {
  /** Calls in a row without an answer. */
  readonly failures: number;
  /** Left alone until then, in milliseconds; after it one call may try. Null = closed. */
  readonly openUntil: number | null;
  /** It does not accept our access: left alone for that, and not because it is away. */
  readonly noAccess?: true;
}

/** By operation; one that is left out is closed and has no failures. */
export type Breakers = Readonly<Partial<Record<Operation, BreakerState>>>;

export const FAILURES_UNTIL_OPEN = 5;
export const OPEN_MS = 5 * 60_000;
/** With a wedding today the source is tried again sooner: minutes matter then. */
export const OPEN_ON_WEDDING_DAY_MS = 30_000;
/** While one call tries, the others wait; if whoever tries is gone by then, the next one may. */
export const PROBE_MS = 100_000;
/** A key that was refused is tried again after this: somebody may have put it right over there. More often would look like guessing. */
export const NO_ACCESS_MS = 3_600_000;

const CLOSED: BreakerState = { failures: 0, openUntil: null };

/** `call` = go on; `probe` = one call may try, and the given state says so to the others; `wait` = not before `until`. */
export type Gate =
  | { readonly kind: 'call' }
  | { readonly kind: 'probe'; readonly breakers: Breakers }
  | { readonly kind: 'wait'; readonly until: number; readonly noAccess: boolean };

export function gate(breakers: Breakers, operation: Operation, now: number): Gate {
  const state = breakers[operation] ?? CLOSED;
  const { openUntil } = state;
  if (openUntil === null) return { kind: 'call' };
  if (now < openUntil) return { kind: 'wait', until: openUntil, noAccess: state.noAccess === true };
  return { kind: 'probe', breakers: { ...breakers, [operation]: { ...state, openUntil: now + PROBE_MS } } };
}

/** The source answered, be it that it refused this one object. Whoever is answered is let in, so no call waits for access any more. */
export function answered(breakers: Breakers, operation: Operation): Breakers {
  const kept = OPERATIONS.flatMap((one) => {
    const state = breakers[one];
    return one === operation || state === undefined || state.noAccess === true ? [] : [[one, state] as const];
  });
  return Object.fromEntries(kept);
}

/** The source does not accept our access: the key is the same for all calls, so all of them wait. */
export const denied = (breakers: Breakers, now: number): Breakers =>
  Object.fromEntries(OPERATIONS.map((one) => [one, { failures: breakers[one]?.failures ?? 0, openUntil: now + NO_ACCESS_MS, noAccess: true }]));

export interface Failure {
  readonly now: number;
  /** A wedding of the organisation is today. */
  readonly weddingDay: boolean;
  /** What the source asked for, in milliseconds; it is about all calls, so it opens the breaker at once. */
  readonly retryAfterMs: number | null;
}

/**
 * The source did not answer. One that fails while the breaker is open was under way already and prolongs nothing unless it
 * tried. What the source asks for by `Retry-After` is about the account: every operation honours it.
 */
export function failed(breakers: Breakers, operation: Operation, { now, weddingDay, retryAfterMs }: Failure): Breakers {
  const before = breakers[operation] ?? CLOSED;
  const failures = before.failures + 1;
  const own = failures >= FAILURES_UNTIL_OPEN ? now + (weddingDay ? OPEN_ON_WEDDING_DAY_MS : OPEN_MS) : null;
  const asked = retryAfterMs === null ? null : now + retryAfterMs;
  const openUntil = own === null && asked === null ? before.openUntil : Math.max(own ?? 0, asked ?? 0);
  const after: Breakers = { ...breakers, [operation]: { ...before, failures, openUntil } };
  if (asked === null) return after;
  const others = OPERATIONS.filter((one) => one !== operation).map((one) => {
    const state = breakers[one] ?? CLOSED;
    return [one, { ...state, openUntil: Math.max(state.openUntil ?? 0, asked) }] as const;
  });
  return { ...after, ...Object.fromEntries(others) };
}
