import type { RecordedEvent } from '../../core/contract/events.ts';
import type { Accepted } from '../../core/domain/conflicts/detect.ts';
import type { EventDraft } from '../../core/domain/record/drafts.ts';
import type { Clock, Ids } from '../../core/ports/ports.ts';
import type { Database, Tx } from './database.ts';
import type { LogFollower } from './follow.ts';
import { withCalledOff } from './following/calledOff.ts';
import { withDayAsked } from './following/dayAsked.ts';
import { withCallTimes } from './following/callTimes.ts';
import { withFollowing } from './following/stage.ts';
import type { AfterCommit, Peers } from './peers.ts';
import { recordAll, type Recorded, type Share } from './record.ts';
import { withCopies } from './calendars/copies.ts';
import { consequences } from './taking/consequences.ts';

export interface Writing {
  readonly tx: Tx;
  /** Appends to the log and the projections; listeners hear of it after the commit. */
  record(drafts: readonly EventDraft[], accepted?: Accepted): Promise<RecordedEvent[]>;
}

export interface WritingMany {
  readonly tx: Tx;
  /** Those of the asked organisations that are free now and locked from here on. */
  readonly organisationIds: readonly string[];
  /** Each organisation once. */
  record(shares: readonly Share[]): Promise<Recorded[]>;
}

export interface Writer {
  /**
   * One transaction on one organisation's record. Writers of an organisation go one after another: in this process by
   * a lane, between processes by the lock on the organisation's row. Rejects, and nothing is kept, when `work` does.
   * `work` uses its `tx` alone: the embedded database has one connection, and asking for a second one would wait forever.
   */
  write<T>(organisationId: string, work: (writing: Writing) => Promise<T>): Promise<T>;
  /**
   * One transaction on the records of several organisations, for work that comes in by the hundred from many of them at
   * once. Never waits for another writer: an organisation that somebody writes to, here or in another process, is left out.
   */
  writeFree<T>(organisationIds: readonly string[], work: (writing: WritingMany) => Promise<T>): Promise<T>;
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
  /** With all that comes of them, in the same transaction. */
  const whole = async (tx: Tx, shares: readonly Share[]): Promise<readonly Share[]> => {
    const newId = () => ids.next();
    const calledOff = await withCalledOff(tx, shares, { clock, ids });
    const followed = await withFollowing(tx, await withDayAsked(tx, calledOff), clock.now(), newId);
    return consequences(tx, await withCopies(tx, await withCallTimes(tx, followed, clock.now(), newId)), { clock, ids });
  };

  /** Announces in the transaction, tells after it. */
  async function told<T>(transact: (announce: (tx: Tx, recorded: readonly Recorded[]) => Promise<void>) => Promise<T>): Promise<T> {
    let events: readonly Recorded[] = [];
    let afterCommit: AfterCommit = () => undefined;
    const value = await transact(async (tx, recorded) => {
      events = recorded.filter((one) => one.events.length > 0);
      if (events.length > 0) afterCommit = await peers.announceEvents(tx, events.map((one) => ({ organisationId: one.organisationId, seq: one.events.at(-1)?.seq ?? 0 })), now());
    });
    afterCommit();
    const committedAt = now();
    for (const one of events) follower.committed({ ...one, committedAt });
    return value;
  }

  const run = <T>(organisationId: string, work: (writing: Writing) => Promise<T>): Promise<T> =>
    told((announce) =>
      database.withOrganisation(organisationId, async (tx) => {
        await tx.selectFrom('organisations').select('id').where('id', '=', organisationId).forNoKeyUpdate().executeTakeFirstOrThrow();
        const events: RecordedEvent[] = [];
        const done = await work({
          tx,
          async record(drafts, accepted) {
            const share = { organisationId, drafts, ...(accepted ? { accepted } : {}) };
            const [recorded] = await recordAll(tx, await whole(tx, [share]), { clock, ids });
            events.push(...(recorded?.events ?? []));
            return recorded?.events ?? [];
          },
        });
        await announce(tx, [{ organisationId, events }]);
        return done;
      }),
    );

  const runFree = <T>(wanted: readonly string[], work: (writing: WritingMany) => Promise<T>): Promise<T> =>
    told((announce) =>
      database.withOrganisations(wanted, async (tx) => {
        // Always in the same order and without waiting: two that want the same never stand in each other's way.
        const free = await tx.selectFrom('organisations').select('id').where('id', 'in', [...wanted]).orderBy('id').forNoKeyUpdate().skipLocked().execute();
        const all: Recorded[] = [];
        const done = await work({
          tx,
          organisationIds: free.map((row) => row.id),
          async record(shares) {
            const recorded = await recordAll(tx, await whole(tx, shares), { clock, ids });
            all.push(...recorded);
            return recorded;
          },
        });
        await announce(tx, all);
        return done;
      }),
    );

  function keepLanes(organisationIds: readonly string[], mine: Promise<unknown>): void {
    const settled = mine.then(
      () => undefined,
      () => undefined,
    );
    for (const id of organisationIds) lanes.set(id, settled);
    void settled.then(() => {
      for (const id of organisationIds) if (lanes.get(id) === settled) lanes.delete(id);
    });
  }

  return {
    write(organisationId, work) {
      const before = lanes.get(organisationId) ?? Promise.resolve();
      const mine = before.then(() => run(organisationId, work));
      keepLanes([organisationId], mine);
      return mine;
    },
    writeFree(organisationIds, work) {
      const free = organisationIds.filter((id) => !lanes.has(id));
      const mine = runFree(free, work);
      keepLanes(free, mine);
      return mine;
    },
    async idle() {
      await Promise.all(lanes.values());
    },
  };
}
