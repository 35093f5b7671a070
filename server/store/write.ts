import type { RecordedEvent } from '../../core/contract/events.ts';
import type { EventDraft } from '../../core/domain/record/drafts.ts';
import type { Clock, Ids, Log } from '../../core/ports/ports.ts';
import type { Database, Tx } from './database.ts';
import { record } from './record.ts';
import type { Committed } from './store.ts';

export interface Writing {
  readonly tx: Tx;
  /** Appends to the log and the projections; listeners hear of it after the commit. */
  record(drafts: readonly EventDraft[]): Promise<RecordedEvent[]>;
}

export interface Writer {
  /**
   * One transaction on one organisation's record. Writers of an organisation go one after another: in this process by
   * a lane, between processes by the lock on the organisation's row. Rejects, and nothing is kept, when `work` does.
   * `work` uses its `tx` alone: the embedded database has one connection, and asking for a second one would wait forever.
   */
  write<T>(organisationId: string, work: (writing: Writing) => Promise<T>): Promise<T>;
  onCommitted(listener: (committed: Committed) => void): () => void;
  /** Settles when every write begun so far has ended. */
  idle(): Promise<void>;
}

export function createWriter(options: { readonly database: Database; readonly clock: Clock; readonly ids: Ids; readonly log: Log }): Writer {
  const { database, clock, ids, log } = options;
  const lanes = new Map<string, Promise<unknown>>();
  const listeners = new Set<(committed: Committed) => void>();

  async function run<T>(organisationId: string, work: (writing: Writing) => Promise<T>): Promise<T> {
    const events: RecordedEvent[] = [];
    const value = await database.withOrganisation(organisationId, async (tx) => {
      await tx.selectFrom('organisations').select('id').where('id', '=', organisationId).forNoKeyUpdate().executeTakeFirstOrThrow();
      return work({
        tx,
        async record(drafts) {
          const recorded = await record(tx, organisationId, drafts, { clock, ids });
          events.push(...recorded);
          return recorded;
        },
      });
    });
    if (events.length > 0) tell({ organisationId, events, committedAt: new Date(clock.now()).toISOString() });
    return value;
  }

  function tell(committed: Committed): void {
    for (const listener of listeners) {
      try {
        listener(committed);
      } catch (error) {
        // What is committed stays committed, whatever a listener does; the others must still hear of it.
        log.error({ err: error, organisationId: committed.organisationId }, 'a listener to commits failed');
      }
    }
  }

  return {
    write(organisationId, work) {
      const before = lanes.get(organisationId) ?? Promise.resolve();
      const mine = before.then(() => run(organisationId, work));
      const settled = mine.then(
        () => undefined,
        () => undefined,
      );
      lanes.set(organisationId, settled);
      void settled.then(() => {
        if (lanes.get(organisationId) === settled) lanes.delete(organisationId);
      });
      return mine;
    },
    onCommitted(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async idle() {
      await Promise.all(lanes.values());
    },
  };
}
