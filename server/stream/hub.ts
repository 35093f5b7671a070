import { isErasure, type RecordedEvent } from '../../core/contract/events.ts';
import type { StreamFrame } from '../../core/contract/stream.ts';
import type { Clock } from '../../core/ports/ports.ts';
import type { ServerLog } from '../log.ts';
import type { Committed, Store } from '../store/store.ts';

/** Events of one frame at most; also the size of one read while catching up. */
export const FRAME_EVENTS = 500;
/** How long events of one organisation are gathered before they go out together. */
export const GATHER_MS = 10;
/** Flushed events of one organisation kept at hand, so that a client's last step onto the live room needs no read. Few, since hundreds of organisations add up. */
const RECENT_EVENTS = 256;
/** So many more are let gather before the oldest go. */
const RECENT_SLACK = 64;

/** Follows one organisation's log while somebody listens. */
export interface Feed {
  readonly organisationId: string;
  /** Everything up to here has been handed to the rooms. */
  readonly flushedSeq: number;
  /**
   * Events in (`after`, flushedSeq] as frames, from memory and in one synchronous step; null when `after` is too far
   * back (read from the store) or ahead of the rooms ({@link Hub.reach} first).
   */
  recent(after: number): StreamFrame[] | null;
}

export interface HubDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: ServerLog;
  /** Hands a frame to the organisation's rooms; synchronous. */
  readonly send: (organisationId: string, frame: StreamFrame) => void;
  readonly gatherMs?: number;
}

interface State extends Feed {
  flushedSeq: number;
  /** Newest event known here; flushedSeq + pending.length. */
  tailSeq: number;
  /** False until the head was read; commits heard before that wait in `early`. */
  open: boolean;
  opening: Promise<void>;
  early: Committed[];
  pending: RecordedEvent[];
  committedAt: string;
  recentEvents: RecordedEvent[];
  timer: NodeJS.Timeout | null;
  repairing: Promise<void> | null;
  users: number;
  /** Left by everyone. A read that was under way must not speak to the rooms any more: a newer state may serve them. */
  left: boolean;
}

export interface Hub {
  /** Starts (or joins) following; call {@link Hub.leave} once for each. Rejects when the store does. */
  enter(organisationId: string): Promise<Feed>;
  leave(feed: Feed): void;
  /** Resolves once the rooms have been given everything up to `seq`, which the store is known to hold. */
  reach(feed: Feed, seq: number): Promise<void>;
  /** Compares with the store's head and reads what was missed, if anything. */
  check(): Promise<void>;
  feeds(): Iterable<Feed>;
  /** Sends what is gathered, stops all timers and listens no more. */
  stop(): void;
}

export function frameOf(events: readonly RecordedEvent[], after: number, committedAt: string): StreamFrame {
  return { after, upTo: events.at(-1)?.seq ?? after, events: [...events], committedAt };
}

export function createHub(deps: HubDeps): Hub {
  const { store, clock, log, send } = deps;
  const gatherMs = deps.gatherMs ?? GATHER_MS;
  const states = new Map<string, State>();
  let stopped = false;

  const flush = (state: State) => {
    if (state.timer) clearTimeout(state.timer);
    state.timer = null;
    const events = state.pending;
    state.pending = [];
    for (let i = 0; i < events.length; i += FRAME_EVENTS) {
      const frame = frameOf(events.slice(i, i + FRAME_EVENTS), state.flushedSeq, state.committedAt);
      // The position moves before sending, so that a listener that looks at it sees the rooms as they will be.
      state.flushedSeq = frame.upTo;
      send(state.organisationId, frame);
    }
    state.recentEvents.push(...events);
    // What was recorded before somebody was erased reads differently now: from here on it comes from the store.
    if (events.some((event) => isErasure(event.type))) state.recentEvents = [];
    if (state.recentEvents.length > RECENT_EVENTS + RECENT_SLACK) state.recentEvents = state.recentEvents.slice(-RECENT_EVENTS);
  };

  /** Takes events that follow the tail; ignores those already taken. False = there is a gap before them. */
  const take = (state: State, events: readonly RecordedEvent[], committedAt: string): boolean => {
    for (const event of events) {
      if (event.seq <= state.tailSeq) continue;
      if (event.seq !== state.tailSeq + 1) return false;
      state.pending.push(event);
      state.tailSeq = event.seq;
      state.committedAt = committedAt;
    }
    if (state.pending.length > 0 && !state.timer && !stopped) state.timer = setTimeout(() => flush(state), gatherMs);
    return true;
  };

  /** Reads from the store until nothing follows. One at a time per organisation. */
  const repair = (state: State): Promise<void> => {
    state.repairing ??= (async () => {
      try {
        for (;;) {
          const events = await store.readEvents(state.organisationId, state.tailSeq, FRAME_EVENTS);
          if (stopped || state.left || events.length === 0) return;
          const whole = take(state, events, events.at(-1)?.recordedAt ?? new Date(clock.now()).toISOString());
          if (!whole) throw new Error(`the log of ${state.organisationId} has a gap after ${state.tailSeq}`);
        }
      } finally {
        state.repairing = null;
      }
    })();
    return state.repairing;
  };

  const hear = (state: State, committed: Committed) => {
    if (take(state, committed.events, committed.committedAt)) return;
    const { organisationId, tailSeq } = state;
    log.warn({ organisationId, tailSeq, heardSeq: committed.events[0]?.seq ?? null }, 'commits were missed; reading them from the store');
    // A failed read is tried again by the next commit or the next check.
    repair(state).catch((error: unknown) => log.error({ err: error, organisationId }, 'missed events could not be read'));
  };

  const unsubscribe = store.onCommitted((committed) => {
    const state = states.get(committed.organisationId);
    if (!state) return;
    if (state.open) hear(state, committed);
    else state.early.push(committed);
  }, (organisationId) => states.has(organisationId));

  const create = (organisationId: string): State => {
    const state: State = {
      organisationId,
      flushedSeq: 0,
      tailSeq: 0,
      open: false,
      opening: Promise.resolve(),
      early: [],
      pending: [],
      committedAt: '',
      recentEvents: [],
      timer: null,
      repairing: null,
      users: 0,
      left: false,
      recent(after) {
        if (after === state.flushedSeq) return [];
        const first = state.recentEvents[0]?.seq;
        if (after > state.flushedSeq || first === undefined || after < first - 1) return null;
        const events = state.recentEvents.slice(after - (first - 1));
        const frames: StreamFrame[] = [];
        for (let i = 0; i < events.length; i += FRAME_EVENTS) {
          const part = events.slice(i, i + FRAME_EVENTS);
          frames.push(frameOf(part, after + i, part.at(-1)?.recordedAt ?? state.committedAt));
        }
        return frames;
      },
    };
    states.set(organisationId, state);
    state.opening = (async () => {
      try {
        const head = await store.headSeq(organisationId);
        state.flushedSeq = head;
        state.tailSeq = head;
        state.open = true;
        for (const committed of state.early.splice(0)) hear(state, committed);
      } catch (error) {
        // The next one who enters starts anew.
        if (states.get(organisationId) === state) states.delete(organisationId);
        throw error;
      }
    })();
    return state;
  };

  const own = (feed: Feed): State => feed as State;

  return {
    async enter(organisationId) {
      const state = states.get(organisationId) ?? create(organisationId);
      state.users += 1;
      await state.opening;
      return state;
    },
    leave(feed) {
      const state = own(feed);
      state.users -= 1;
      if (state.users > 0) return;
      state.left = true;
      if (state.timer) clearTimeout(state.timer);
      state.timer = null;
      if (states.get(state.organisationId) === state) states.delete(state.organisationId);
    },
    async reach(feed, seq) {
      const state = own(feed);
      if (state.tailSeq < seq) await repair(state);
      if (state.flushedSeq < seq && !state.left) flush(state);
    },
    async check() {
      for (const state of [...states.values()]) {
        if (!state.open) continue;
        const head = await store.headSeq(state.organisationId);
        if (head > state.tailSeq && states.get(state.organisationId) === state) await repair(state);
      }
    },
    feeds: () => [...states.values()].filter((state) => state.open),
    stop() {
      unsubscribe();
      stopped = true;
      for (const state of states.values()) flush(state);
    },
  };
}
