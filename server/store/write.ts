import type { RecordedEvent } from '../../core/contract/events.ts';
import type { EventDraft } from '../../core/domain/record/drafts.ts';
import type { Clock, Ids } from '../../core/ports/ports.ts';
import type { Database, Tx } from './database.ts';
import type { LogFollower } from './follow.ts';
import type { Peers } from './peers.ts';
import { record } from './record.ts';

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
  /** Settles when every write begun so far has ended. */
  idle(): Promise<void>;
}

export interface WriterOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly follower: Pick<LogFollower, 'committed'>;
  readonly peers: Pick<Peers, 'announceEvents'>;
}

export function createWriter({ database, clock, ids, follower, peers }: WriterOptions): Writer {
  const lanes = new Map<string, Promise<unknown>>();
  const now = () => new Date(clock.now()).toISOString();

  async function run<T>(organisationId: string, work: (writing: Writing) => Promise<T>): Promise<T> {
    const events: RecordedEvent[] = [];
    const value = await database.withOrganisation(organisationId, async (tx) => {
      await tx.selectFrom('organisations').select('id').where('id', '=', organisationId).forNoKeyUpdate().executeTakeFirstOrThrow();
      const done = await work({
        tx,
        async record(drafts) {
          const recorded = await record(tx, organisationId, drafts, { clock, ids });
          events.push(...recorded);
          return recorded;
        },
      });
      const last = events.at(-1);
      if (last) await peers.announceEvents(tx, organisationId, last.seq, now());
      return done;
    });
    if (events.length > 0) follower.committed({ organisationId, events, committedAt: now() });
    return value;
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
    async idle() {
      await Promise.all(lanes.values());
    },
  };
}
