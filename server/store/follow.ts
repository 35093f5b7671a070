import { setTimeout as sleep } from 'node:timers/promises';
import type { RecordedEvent } from '../../core/contract/events.ts';
import type { Log } from '../../core/ports/ports.ts';
import type { Committed } from './store.ts';

/** Events of one organisation, and organisations, in one read while catching up. */
const READ = 500;
const TOGETHER = 100;
const LONGEST_WAIT_MS = 5_000;

/**
 * Follows the organisations' logs and tells them on, in order and each event once, whoever wrote it: this process, whose
 * commits come with their events, or another one, of whose commits only the position is heard and the events are read.
 * What nobody here wants to hear of is not read. While one read is under way the next one gathers.
 */
export interface LogFollower {
  /** This process has committed these events; told at once unless something before them is still missing. */
  committed(committed: Committed): void;
  /** Somebody else's log position. `at`: when they committed; null = not known. */
  reaches(organisationId: string, seq: number, at: string | null): void;
  /** `wants`: asked each time whether an organisation matters to this listener; left out = all do. */
  onCommitted(listener: (committed: Committed) => void, wants?: (organisationId: string) => boolean): () => void;
  /** Settles when nothing is being read. */
  idle(): Promise<void>;
  /** No more reads. */
  close(): void;
}

interface Position {
  told: number;
  wanted: number;
  /** `told` is only what somebody said while nobody here wanted to know; it was never looked up. */
  claimed: boolean;
  at: string | null;
}

export interface Wanted {
  readonly organisationId: string;
  readonly afterSeq: number;
}

export interface FollowerOptions {
  /** Where the logs stood when following began; an organisation that is not in it has come since and begins at 0. */
  readonly heads: ReadonlyMap<string, number>;
  /** Events after each position, by organisation, at most `limit` of each. */
  readonly read: (wanted: readonly Wanted[], limit: number) => Promise<ReadonlyMap<string, readonly RecordedEvent[]>>;
  readonly log: Log;
}

export function createFollower({ heads, read, log }: FollowerOptions): LogFollower {
  const listeners = new Map<(committed: Committed) => void, (organisationId: string) => boolean>();
  const positions = new Map<string, Position>();
  const behind = new Set<string>();
  const ended = new AbortController();
  let reading: Promise<void> | null = null;

  function positionOf(organisationId: string): Position {
    const known = positions.get(organisationId);
    if (known) return known;
    const head = heads.get(organisationId) ?? 0;
    const position: Position = { told: head, wanted: head, claimed: false, at: null };
    positions.set(organisationId, position);
    return position;
  }

  const isWanted = (organisationId: string): boolean => [...listeners.values()].some((wants) => wants(organisationId));

  function tell(position: Position, committed: Committed): void {
    position.told = committed.events.at(-1)?.seq ?? position.told;
    for (const listener of listeners.keys()) {
      try {
        listener(committed);
      } catch (error) {
        // What is committed stays committed, whatever a listener does; the others must still hear of it.
        log.error({ err: error, organisationId: committed.organisationId }, 'a listener to commits failed');
      }
    }
  }

  function take(organisationId: string, after: number, found: readonly RecordedEvent[]): void {
    const position = positionOf(organisationId);
    // Own commits may have been told during the read.
    const events = found.filter((event) => event.seq > position.told);
    const last = events.at(-1);
    if (last) {
      tell(position, { organisationId, events, committedAt: last.seq >= position.wanted && position.at !== null ? position.at : last.recordedAt });
    } else if (position.told === after) {
      log.error({ organisationId, seq: after, announced: position.wanted }, 'announced events are not in the log');
      position.wanted = after;
    }
    if (position.told >= position.wanted) behind.delete(organisationId);
  }

  /** Reads until every wanted position is told. A failed read is tried again: what was committed must be heard of. */
  async function catchUp(): Promise<void> {
    // Positions that are heard together are read together.
    await new Promise((resolve) => setImmediate(resolve));
    let troubles = 0;
    while (behind.size > 0 && !ended.signal.aborted) {
      const turn = [...behind].slice(0, TOGETHER).map((organisationId): Wanted => ({ organisationId, afterSeq: positionOf(organisationId).told }));
      try {
        const found = await read(turn, READ);
        troubles = 0;
        if (ended.signal.aborted) return;
        for (const { organisationId, afterSeq } of turn) take(organisationId, afterSeq, found.get(organisationId) ?? []);
      } catch (error) {
        troubles += 1;
        log.warn({ err: error, organisations: turn.length, troubles }, 'events of another process could not be read');
        await sleep(Math.min(50 * 2 ** troubles, LONGEST_WAIT_MS), undefined, { signal: ended.signal }).catch(() => undefined);
      }
    }
  }

  /** @param before - what comes before the news, as far as the news itself says */
  function want(organisationId: string, position: Position, before: number, seq: number): void {
    if (position.claimed && isWanted(organisationId)) {
      // A claim must not silence what is recorded; whoever listens passes over what they know, and reads a gap by themselves.
      position.told = position.wanted = Math.min(position.told, before);
      position.claimed = false;
    }
    position.wanted = Math.max(position.wanted, seq);
    if (position.told >= position.wanted || ended.signal.aborted) return;
    if (!isWanted(organisationId)) {
      // Whoever begins to listen reads where the log stands by itself.
      position.told = position.wanted;
      position.claimed = true;
      behind.delete(organisationId);
      return;
    }
    behind.add(organisationId);
    reading ??= catchUp().finally(() => (reading = null));
  }

  return {
    committed(committed) {
      const position = positionOf(committed.organisationId);
      const first = committed.events[0]?.seq;
      if (first === position.told + 1) tell(position, committed);
      else want(committed.organisationId, position, (first ?? 1) - 1, committed.events.at(-1)?.seq ?? 0);
    },
    reaches(organisationId, seq, at) {
      const position = positionOf(organisationId);
      if (seq > position.wanted) position.at = at;
      want(organisationId, position, seq - 1, seq);
    },
    onCommitted(listener, wants = () => true) {
      listeners.set(listener, wants);
      return () => void listeners.delete(listener);
    },
    async idle() {
      await reading;
    },
    close: () => ended.abort(),
  };
}
