/** What the processes of the load bench say to each other, and how a webhook of the load is told from its neighbours. */

/** `due` of webhook n = startAt + n / rate: known to sender and receivers alike. */
export interface Beat {
  /** On the machine's monotonic clock, milliseconds. */
  readonly startAt: number;
  readonly perSecond: number;
  readonly count: number;
  /** Organisations in turn: webhook n is for organisation n % organisations. */
  readonly organisations: number;
}

export const dueOf = (beat: Beat, n: number): number => beat.startAt + (n * 1_000) / beat.perSecond;

/** The webhook's number travels as the payment's description. */
export const label = (n: number): string => `load ${n}`;
export const numberOf = (description: unknown): number | null => {
  const match = typeof description === 'string' ? /^load (\d+)$/.exec(description) : null;
  return match?.[1] === undefined ? null : Number(match[1]);
};

export interface FarmClient {
  readonly url: string;
  readonly token: string;
  readonly organisation: number;
  /** Speaks to the plain peer: no sign-in, no snapshot. */
  readonly plain?: boolean;
}

export type ToFarm = { readonly do: 'open'; readonly clients: readonly FarmClient[] } | { readonly do: 'beat'; readonly beat: Beat } | { readonly do: 'report' } | { readonly do: 'close' };

export interface FarmReport {
  /** Milliseconds from the due time of the webhook to its arrival at a client, one for each client concerned. */
  readonly sinceDue: Float64Array;
  /** Milliseconds from the commit, by the server's word, to the arrival. */
  readonly sinceCommit: Float64Array;
  /** Webhooks that a concerned client did not get; the sender's refused ones included. */
  readonly missing: number;
  readonly doubled: number;
  /** Breaks in the chain of positions. */
  readonly gaps: number;
  /** Connections that were lost on the way. */
  readonly dropped: number;
}

export type FromFarm = { readonly is: 'open' } | { readonly is: 'report'; readonly report: FarmReport };
