import { sql } from 'kysely';
import { checkChains, type ChainsChecked } from './auditChain.ts';
import type { Progress } from './backup/format.ts';
import type { Database, Tx } from './database.ts';
import { rebuild, type Rebuilt } from './rebuild.ts';

/** Where a log is not 1, 2, 3, ... up to what its organisation says. */
export interface LogBreak {
  readonly organisationId: string;
  /** First position that is not there, or the first that should not be. */
  readonly seq: number;
  readonly lastSeq: number;
}

export interface Verified {
  readonly logs: number;
  readonly logBreaks: readonly LogBreak[];
  readonly audit: ChainsChecked;
  readonly projections: Rebuilt;
  /** True when all of it holds. */
  readonly sound: boolean;
}

/** Checks the whole record at one point in time and changes nothing: logs, audit chains, projections against the logs. */
export function verifyRecord(database: Database, progress: Progress): Promise<Verified> {
  return database.system.transaction().setIsolationLevel('repeatable read').execute(async (tx) => {
    const { logs, logBreaks } = await checkLogs(tx);
    const audit = await checkChains(tx);
    const projections = await rebuild(tx, { apply: false, progress });
    return { logs, logBreaks, audit, projections, sound: logBreaks.length === 0 && audit.breaks.length === 0 && projections.differing === 0 };
  });
}

async function checkLogs(tx: Tx): Promise<{ logs: number; logBreaks: LogBreak[] }> {
  const organisations = await sql<{ id: string; lastSeq: number }>`select id, last_seq from organisations order by id`.execute(tx);
  const logBreaks: LogBreak[] = [];
  for (const { id, lastSeq } of organisations.rows) {
    const gap = await sql<{ seq: number | null; head: number }>`
      select (select min(n) from (select seq, row_number() over (order by seq) as n from events where organisation_id = ${id}) as e where e.seq <> e.n) as seq,
        (select coalesce(max(seq), 0) from events where organisation_id = ${id}) as head
    `.execute(tx);
    const found = gap.rows[0];
    if (found && found.seq !== null) logBreaks.push({ organisationId: id, seq: found.seq, lastSeq });
    else if (found && found.head !== lastSeq) logBreaks.push({ organisationId: id, seq: Math.min(found.head, lastSeq) + 1, lastSeq });
  }
  return { logs: organisations.rows.length, logBreaks };
}
