import { setTimeout as sleep } from 'node:timers/promises';
import type { RecordedEvent } from '../../core/contract/events.ts';
import type { Log } from '../../core/ports/ports.ts';
import type { Committed } from './store.ts';

/** Events of one read while catching up. */
const READ = 500;
const LONGEST_WAIT_MS = 5_000;

/**
 * Follows every organisation's log and tells it on, in order and each event once, whoever wrote it: this process, whose
 * commits come with their events, or another one, of whose commits only the position is heard and the events are read.
 */
export interface LogFollower {
  /** This process has committed these events; told at once unless something before them is still missing. */
  committed(committed: Committed): void;
  /** Somebody else's log position. `at`: when they committed; null = not known. */
  reaches(organisationId: string, seq: number, at: string | null): void;
  onCommitted(listener: (committed: Committed) => void): () => void;
  /** Settles when nothing is being read. */
  idle(): Promise<void>;
  /** No more reads. */
  close(): void;
}

interface Position {
  told: number;
  wanted: number;
  at: string | null;
  reading: Promise<void> | null;
}

export interface FollowerOptions {
  /** Where the logs stood when following began; an organisation that is not in it has come since and begins at 0. */
  readonly heads: ReadonlyMap<string, number>;
  readonly read: (organisationId: string, afterSeq: number, limit: number) => Promise<RecordedEvent[]>;
  readonly log: Log;
}

export function createFollower({ heads, read, log }: FollowerOptions): LogFollower {
  const listeners = new Set<(committed: Committed) => void>();
  const positions = new Map<string, Position>();
  const ended = new AbortController();

  function positionOf(organisationId: string): Position {
    const known = positions.get(organisationId);
    if (known) return known;
    const head = heads.get(organisationId) ?? 0;
    const position: Position = { told: head, wanted: head, at: null, reading: null };
    positions.set(organisationId, position);
    return position;
  }

  function tell(position: Position, committed: Committed): void {
    position.told = committed.events.at(-1)?.seq ?? position.told;
    for (const listener of listeners) {
      try {
        listener(committed);
      } catch (error) {
        // What is committed stays committed, whatever a listener does; the others must still hear of it.
        log.error({ err: error, organisationId: committed.organisationId }, 'a listener to commits failed');
      }
    }
  }

  /** Reads until the wanted position is told. A failed read is tried again: what was committed must be heard of. */
  async function catchUp(organisationId: string, position: Position): Promise<void> {
    let troubles = 0;
    while (position.told < position.wanted && !ended.signal.aborted) {
      const before = position.told;
      try {
        const found = await read(organisationId, before, READ);
        troubles = 0;
        if (ended.signal.aborted) return;
        // Own commits may have been told during the read.
        const events = found.filter((event) => event.seq > position.told);
        const last = events.at(-1);
        if (last) {
          tell(position, { organisationId, events, committedAt: last.seq >= position.wanted && position.at !== null ? position.at : last.recordedAt });
        } else if (position.told === before) {
          log.error({ organisationId, seq: before, announced: position.wanted }, 'announced events are not in the log');
          position.wanted = before;
        }
      } catch (error) {
        troubles += 1;
        log.warn({ err: error, organisationId, troubles }, 'events of another process could not be read');
        await sleep(Math.min(50 * 2 ** troubles, LONGEST_WAIT_MS), undefined, { signal: ended.signal }).catch(() => undefined);
      }
    }
  }

  function want(organisationId: string, position: Position, seq: number): void {
    position.wanted = Math.max(position.wanted, seq);
    if (position.told >= position.wanted || ended.signal.aborted) return;
    position.reading ??= catchUp(organisationId, position).finally(() => (position.reading = null));
  }

  return {
    committed(committed) {
      const position = positionOf(committed.organisationId);
      const first = committed.events[0]?.seq;
      if (first === position.told + 1) tell(position, committed);
      else want(committed.organisationId, position, committed.events.at(-1)?.seq ?? 0);
    },
    reaches(organisationId, seq, at) {
      const position = positionOf(organisationId);
      if (seq > position.wanted) position.at = at;
      want(organisationId, position, seq);
    },
    onCommitted(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async idle() {
      await Promise.all([...positions.values()].flatMap((position) => position.reading ?? []));
    },
    close: () => ended.abort(),
  };
}
