import { SILENCE_LIMIT_MS, type CloseReason, type LinkStatus, type StreamFrame, type StreamHeartbeat, type StreamSnapshot, type StreamWelcome } from '../contract/stream.ts';

/**
 * The link as a pure machine: state and input in, state and effects out. SPEC.md beside this file says in words what
 * the table below says in code. No sockets, no timers, no clock.
 */

export const LINK_STATES = ['stopped', 'waiting', 'opening', 'syncing', 'live', 'refused'] as const;
export type LinkStateName = (typeof LINK_STATES)[number];

export interface Cursor {
  readonly epoch: string;
  readonly seq: number;
}

export interface LinkState {
  readonly name: LinkStateName;
  /** Milliseconds, when the name last changed. */
  readonly since: number;
  readonly cursor: Cursor | null;
  readonly headSeq: number;
  /** Last time the server said something that proves we are current. */
  readonly confirmedAt: number | null;
  /** The server has announced a snapshot on this line: until it is here, nothing that is held counts as current. */
  readonly awaitsSnapshot: boolean;
  readonly reason: CloseReason | null;
  /** Connection attempts since the line was last stable. */
  readonly attempt: number;
  /** Gaps since anything was applied; at {@link GAPS_BEFORE_SNAPSHOT} the cursor is given up. */
  readonly gaps: number;
  readonly retryAt: number | null;
  readonly networkGone: boolean;
  readonly asleep: boolean;
}

export type LinkInput =
  | { readonly kind: 'start' }
  | { readonly kind: 'stop' }
  | { readonly kind: 'retry_now' }
  | { readonly kind: 'network'; readonly online: boolean }
  | { readonly kind: 'suspend' }
  | { readonly kind: 'resume' }
  | { readonly kind: 'welcome'; readonly welcome: StreamWelcome }
  | { readonly kind: 'snapshot'; readonly snapshot: StreamSnapshot }
  | { readonly kind: 'frame'; readonly frame: StreamFrame }
  | { readonly kind: 'heartbeat'; readonly heartbeat: StreamHeartbeat }
  | { readonly kind: 'down'; readonly reason: CloseReason }
  | { readonly kind: 'retry_due' }
  | { readonly kind: 'silence_check' };
export type LinkInputKind = LinkInput['kind'];

export type LinkEffect =
  | { readonly do: 'open'; readonly cursor: Cursor | null }
  | { readonly do: 'close' }
  | { readonly do: 'apply_snapshot'; readonly snapshot: StreamSnapshot }
  | { readonly do: 'apply_frame'; readonly frame: StreamFrame }
  | { readonly do: 'retry_in'; readonly ms: number }
  | { readonly do: 'cancel_retry' }
  | { readonly do: 'check_silence_in'; readonly ms: number }
  | { readonly do: 'cancel_silence' };

export interface Env {
  readonly now: number;
  /** Uniform in [0, 1). */
  readonly random: number;
}

export interface Step {
  readonly state: LinkState;
  readonly effects: readonly LinkEffect[];
}

/** Retries start here and double. */
export const RETRY_FIRST_MS = 200;
/** A console must be back within two seconds of its server, so no wait is longer than this. */
export const RETRY_CAP_MS = 1_500;
/** While the machine says that it has no network, only a slow safety attempt is made. */
export const RETRY_NO_NETWORK_MS = 5_000;
/** A refusal (sign-in, version) is not cured by haste. */
export const RETRY_REFUSED_MS = 30_000;
/** How long a line must be live before earlier failed attempts are forgotten. */
export const STABLE_MS = 5_000;
export const GAPS_BEFORE_SNAPSHOT = 3;

const REFUSALS: ReadonlySet<CloseReason> = new Set(['auth_missing', 'auth_invalid', 'auth_revoked', 'protocol_too_old', 'protocol_too_new', 'hello_invalid', 'forbidden', 'flooding']);

export function initialLink(cursor: Cursor | null, now: number): LinkState {
  return { name: 'stopped', since: now, cursor, headSeq: cursor?.seq ?? 0, confirmedAt: null, awaitsSnapshot: false, reason: null, attempt: 0, gaps: 0, retryAt: null, networkGone: false, asleep: false };
}

/** Between half and the whole of the doubled wait, so that a thousand consoles do not knock together. */
export function retryDelay(attempt: number, random: number): number {
  const ceiling = Math.min(RETRY_CAP_MS, RETRY_FIRST_MS * 2 ** Math.min(attempt, 10));
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
}

const enter = (state: LinkState, name: LinkStateName, env: Env, patch: Partial<LinkState> = {}): LinkState => ({ ...state, name, since: state.name === name ? state.since : env.now, ...patch });
const stay = (state: LinkState): Step => ({ state, effects: [] });
/** By the timer alone: a clock that is set back would call a dead line alive for as long as it was set back. */
const LISTEN: LinkEffect = { do: 'check_silence_in', ms: SILENCE_LIMIT_MS };
const heard = (state: LinkState): Step => ({ state, effects: [LISTEN] });

function open(state: LinkState, env: Env): Step {
  return {
    state: enter(state, 'opening', env, { attempt: state.attempt + 1, retryAt: null, awaitsSnapshot: false }),
    effects: [{ do: 'cancel_retry' }, { do: 'open', cursor: state.cursor }, LISTEN],
  };
}

function lost(state: LinkState, reason: CloseReason, env: Env, closing: boolean): Step {
  const refused = REFUSALS.has(reason);
  const wasStable = state.name === 'live' && env.now - state.since >= STABLE_MS;
  const attempt = wasStable ? 0 : state.attempt;
  const ms = refused ? RETRY_REFUSED_MS : state.networkGone ? RETRY_NO_NETWORK_MS : retryDelay(attempt, env.random);
  return {
    state: enter(state, refused ? 'refused' : 'waiting', env, { reason, attempt, retryAt: env.now + ms }),
    effects: [...(closing ? ([{ do: 'close' }] as const) : []), { do: 'cancel_silence' }, { do: 'retry_in', ms }],
  };
}

function stop(state: LinkState, env: Env): Step {
  return { state: enter(state, 'stopped', env, { reason: 'stopped', retryAt: null }), effects: [{ do: 'close' }, { do: 'cancel_retry' }, { do: 'cancel_silence' }] };
}

function suspend(state: LinkState, env: Env): Step {
  return { state: enter(state, 'waiting', env, { reason: 'network_gone', retryAt: null, asleep: true }), effects: [{ do: 'close' }, { do: 'cancel_retry' }, { do: 'cancel_silence' }] };
}

function applied(state: LinkState, cursor: Cursor, env: Env): LinkState {
  const headSeq = Math.max(state.headSeq, cursor.seq);
  const current = cursor.seq >= headSeq;
  return enter(state, current ? 'live' : 'syncing', env, { cursor, headSeq, awaitsSnapshot: false, gaps: 0, reason: null, confirmedAt: current ? env.now : state.confirmedAt });
}

function frame(state: LinkState, input: StreamFrame, env: Env): Step {
  const cursor = state.cursor;
  // What comes before an announced snapshot continues something else than what is held.
  if (!cursor || state.awaitsSnapshot || input.after > cursor.seq) {
    const gaps = state.gaps + 1;
    return lost({ ...state, gaps, cursor: gaps >= GAPS_BEFORE_SNAPSHOT ? null : cursor }, 'gap', env, true);
  }
  if (input.upTo <= cursor.seq) return heard(state);
  return { state: applied(state, { epoch: cursor.epoch, seq: input.upTo }, env), effects: [LISTEN, { do: 'apply_frame', frame: input }] };
}

function snapshot(state: LinkState, input: StreamSnapshot, env: Env): Step {
  // A repeat would take back what has been applied since, and nobody would send that again.
  if (!state.awaitsSnapshot) return heard(state);
  return { state: applied({ ...state, headSeq: Math.max(input.seq, state.headSeq) }, { epoch: input.epoch, seq: input.seq }, env), effects: [LISTEN, { do: 'apply_snapshot', snapshot: input }] };
}

function welcome(state: LinkState, input: StreamWelcome, env: Env): Step {
  // Frames that continue another log would be laid on top of ours: only a snapshot can follow.
  if (input.mode === 'resume' && state.cursor && state.cursor.epoch !== input.epoch) return lost({ ...state, cursor: null }, 'gap', env, true);
  // The head of another log says nothing about ours: the server's word replaces it.
  const next = { ...state, headSeq: input.headSeq, reason: null, awaitsSnapshot: input.mode === 'snapshot' || state.cursor === null };
  if (!next.awaitsSnapshot && (state.cursor?.seq ?? -1) >= input.headSeq) return heard(enter(next, 'live', env, { confirmedAt: env.now }));
  return heard(enter(next, 'syncing', env));
}

function heartbeat(state: LinkState, input: StreamHeartbeat, env: Env): Step {
  const headSeq = Math.max(state.headSeq, input.headSeq);
  const current = !state.awaitsSnapshot && (state.cursor?.seq ?? -1) >= headSeq;
  const name = current ? 'live' : 'syncing';
  return heard(enter(state, name, env, { headSeq, confirmedAt: current ? env.now : state.confirmedAt }));
}

type Handler<K extends LinkInputKind> = (state: LinkState, input: Extract<LinkInput, { kind: K }>, env: Env) => Step;
type Row = { readonly [K in LinkInputKind]: Handler<K> };

const networkNoted: Handler<'network'> = (state, input) => stay({ ...state, networkGone: !input.online });

const offlineRow: Row = {
  start: stay,
  stop: (state, _input, env) => stop(state, env),
  retry_now: (state, _input, env) => open({ ...state, asleep: false }, env),
  network: (state, input, env) => (input.online && !state.asleep ? open({ ...state, networkGone: false, attempt: 0 }, env) : networkNoted(state, input, env)),
  suspend: (state, _input, env) => suspend(state, env),
  resume: (state, _input, env) => open({ ...state, asleep: false, attempt: 0 }, env),
  // The line is already gone: what still arrives from it is late and changes nothing.
  welcome: stay,
  snapshot: stay,
  frame: stay,
  heartbeat: stay,
  down: stay,
  retry_due: (state, _input, env) => (state.asleep ? stay(state) : open(state, env)),
  silence_check: stay,
};

const onlineRow: Row = {
  start: stay,
  stop: (state, _input, env) => stop(state, env),
  retry_now: stay,
  network: (state, input, env) => (input.online ? networkNoted(state, input, env) : lost({ ...state, networkGone: true }, 'network_gone', env, true)),
  suspend: (state, _input, env) => suspend(state, env),
  // Waking up: what was open before the sleep is not to be trusted.
  resume: (state, _input, env) => {
    const closed = lost({ ...state, attempt: 0 }, 'network_gone', env, true);
    const opened = open({ ...closed.state, asleep: false }, env);
    return { state: opened.state, effects: [...closed.effects, ...opened.effects] };
  },
  // The line has been welcomed: a repeat may name a head from before what was heard since.
  welcome: heard,
  snapshot: (state, input, env) => snapshot(state, input.snapshot, env),
  frame: (state, input, env) => frame(state, input.frame, env),
  heartbeat: (state, input, env) => heartbeat(state, input.heartbeat, env),
  down: (state, input, env) => lost(state, input.reason, env, true),
  retry_due: stay,
  silence_check: (state, _input, env) => lost(state, 'silence', env, true),
};

/** Complete: a state or input without a cell does not compile. */
export const TABLE: { readonly [S in LinkStateName]: Row } = {
  stopped: {
    ...offlineRow,
    start: (state, _input, env) => open({ ...state, asleep: false, attempt: 0 }, env),
    stop: stay,
    retry_now: stay,
    network: networkNoted,
    suspend: stay,
    resume: stay,
    retry_due: stay,
  },
  waiting: offlineRow,
  refused: offlineRow,
  // Before the welcome nothing else may count as news; data without a welcome is a broken server.
  opening: {
    ...onlineRow,
    welcome: (state, input, env) => welcome(state, input.welcome, env),
    snapshot: (state, _input, env) => lost(state, 'hello_invalid', env, true),
    frame: (state, _input, env) => lost(state, 'hello_invalid', env, true),
    heartbeat: heard,
  },
  syncing: onlineRow,
  live: onlineRow,
};

export function stepLink(state: LinkState, input: LinkInput, env: Env): Step {
  const handler = TABLE[state.name][input.kind] as Handler<LinkInputKind>;
  return handler(state, input, env);
}

const iso = (ms: number): string => new Date(ms).toISOString();

export function linkStatus(state: LinkState): LinkStatus {
  const shown = { stopped: 'offline', waiting: 'offline', opening: 'connecting', syncing: 'catching_up', live: 'live', refused: 'refused' } as const;
  return {
    state: shown[state.name],
    since: iso(state.since),
    seq: state.cursor?.seq ?? 0,
    headSeq: state.headSeq,
    confirmedAt: state.confirmedAt === null ? null : iso(state.confirmedAt),
    reason: state.reason,
    attempt: state.attempt,
    retryAt: state.retryAt === null ? null : iso(state.retryAt),
  };
}
