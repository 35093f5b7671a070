import { sql } from 'kysely';
import { READING_TELL_MS, type Connection } from '../../core/contract/record/connections.ts';
import { draftUpdated } from '../../core/domain/record/drafts.ts';
import type { Clock, Log } from '../../core/ports/ports.ts';
import type { Tx } from '../store/database.ts';
import { instant, type OpenedStore } from '../store/internals.ts';
import { readRows } from '../store/rows.ts';
import { readingOf, worthTelling, type Counted } from './lookReading.ts';
import { startRounds, type Rounds } from './rounds.ts';
import { SYSTEM } from './settle.ts';

/** While nothing is read here, what other processes read, or have left, is looked for after so many rounds. */
const IDLE_ROUNDS = 5;

interface Long {
  readonly id: string;
  readonly organisationId: string;
}

export interface ReadingWatch {
  /** A long look has begun: it is told of from the next round on. */
  soon(): void;
  /** Looks now. */
  runNow(): Promise<void>;
  /** Ends after what is in hand. */
  stop(): Promise<void>;
}

export interface ReadingWatchOptions {
  readonly store: Pick<OpenedStore, 'internals'>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Tells how far long looks have come, once a second at most and beside the looks themselves, so that none is slower for it. Any number of
 * processes may do so: each decides with the organisation in its hand, and what was told a moment ago is not told again.
 */
export function startReadingWatch({ store, clock, log }: ReadingWatchOptions): ReadingWatch {
  const { internals } = store;
  let pause = 0;

  async function counted(tx: Tx, organisationId: string, id: string): Promise<Counted | null> {
    const { rows } = await sql<Counted>`
      select a.reading as look, a.paused, (select count(*)::int from deliveries d where d.connection_id = a.id and d.state in ('received', 'waiting')) as waiting
      from connection_access a where a.organisation_id = ${organisationId} and a.id = ${id} and a.reading is not null for update of a
    `.execute(tx);
    return rows[0] ?? null;
  }

  async function one({ id, organisationId }: Long): Promise<void> {
    await internals.writer.write(organisationId, async ({ tx, record }) => {
      const found = await counted(tx, organisationId, id);
      if (found === null) return;
      const [row] = await readRows(tx, organisationId, 'connections', [id]);
      const now = instant(clock);
      const reading = readingOf(found, row?.reading, now);
      const over = reading.state === 'done';
      if (row && worthTelling(found.look) && (over || isDue(row, reading.state))) {
        const draft = draftUpdated('connection.reading', 'connections', null, row, { reading }, null, { actor: SYSTEM, source: null, deliveryId: null });
        if (draft) await record([draft]);
      }
      if (over || !row) await sql`update connection_access set reading = null where organisation_id = ${organisationId} and id = ${id}`.execute(tx);
    });
  }

  /** Another process may have told it just now. */
  const isDue = ({ reading, updatedAt }: Connection, state: string): boolean => reading?.state !== state || clock.now() - Date.parse(updatedAt) >= READING_TELL_MS * 0.8;

  async function all({ stopped }: Pick<Rounds, 'stopped'>): Promise<void> {
    const { rows } = await sql<Long>`select id, organisation_id from connection_access where reading is not null`.execute(internals.database.system);
    pause = rows.length > 0 ? 0 : IDLE_ROUNDS;
    for (const each of rows) {
      if (stopped()) break;
      await one(each);
    }
  }

  const rounds = startRounds({
    everyMs: READING_TELL_MS, atOnce: false, log, failed: 'it could not be told how far sources are read',
    async work(each) {
      pause -= 1;
      if (pause <= 0) await all(each);
    },
  });
  return {
    soon() {
      pause = 0;
    },
    runNow: () => rounds.turn(() => all(rounds)),
    stop: () => rounds.stop(),
  };
}
