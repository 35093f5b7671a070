import { sql, type Kysely } from 'kysely';
import type { Clock, Log } from '../../core/ports/ports.ts';
import { chainClosedLines, type ChainLine } from './auditChain.ts';
import type { Database } from './database.ts';
import type { Schema } from './schema.ts';
import type { AuditLine } from './store.ts';

/** Distinct lines that may gather between two writes; beyond it the actors are summed up as `*`. */
const MAX_LINES = 500;
const FLUSH_MS = 200;
/** How often lines whose minute is over are chained. */
const CHAIN_MS = 60_000;

/** A line while its minute runs. */
type Counted = Omit<ChainLine, 'count' | 'lastAt'> & { count: number; lastAt: string };

export interface AuditTrail {
  add(line: AuditLine): void;
  /** Writes what has gathered. */
  flush(): Promise<void>;
  /** Chains the lines whose minute is over; also done by itself at the start, every minute and at the end. */
  chain(): Promise<void>;
  /** Writes and chains what has gathered and stops the timers. */
  close(): Promise<void>;
}

/** Counts equal lines of one minute together and writes them in the background: a storm costs one row, not a disk. */
export function createAudit(options: { readonly database: Database; readonly clock: Clock; readonly log: Log }): AuditTrail {
  const { database, clock, log } = options;
  let gathered = new Map<string, Counted>();
  let timer: NodeJS.Timeout | null = null;
  let lane: Promise<void> = Promise.resolve();

  function add(line: AuditLine): void {
    const minute = `${line.at.slice(0, 16)}:00.000Z`;
    const keyFor = (actor: string) => JSON.stringify([line.organisationId, minute, line.action, actor, line.subject, line.outcome]);
    let actor = line.actor;
    let known = gathered.get(keyFor(actor));
    if (!known && gathered.size >= MAX_LINES) {
      actor = '*';
      known = gathered.get(keyFor(actor));
    }
    if (known) {
      known.count += 1;
      known.lastAt = line.at;
    } else {
      const { organisationId, action, subject, outcome } = line;
      gathered.set(keyFor(actor), { organisationId, minute, action, actor: clean(actor), subject: clean(subject), outcome, count: 1, lastAt: line.at });
    }
    timer ??= setTimeout(() => void flush(), FLUSH_MS);
  }

  /** Returns the lines that were not written because an equal one is chained already: what is chained never changes. */
  async function write(tx: Kysely<Schema>, lines: readonly Counted[]): Promise<Counted[]> {
    const rows = lines.map(({ organisationId, lastAt, ...same }, at) => ({ ...same, organisation_id: organisationId, last_at: lastAt, at }));
    const written = await sql<{ at: number }>`
      with l as (
        select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
          as l(organisation_id uuid, minute timestamptz, action text, actor text, subject text, outcome text, count bigint, last_at timestamptz, at bigint)
      ), w as (
        insert into audit (organisation_id, minute, action, actor, subject, outcome, count, last_at)
        select organisation_id, minute, action, actor, subject, outcome, count, last_at from l
        on conflict (organisation_id, minute, action, actor, subject, outcome) do update set count = audit.count + excluded.count, last_at = excluded.last_at
          where audit.position is null
        returning organisation_id, minute, action, actor, subject, outcome
      )
      select l.at from l join w on w.organisation_id is not distinct from l.organisation_id and w.minute = l.minute and w.action = l.action
        and w.actor = l.actor and w.subject = l.subject and w.outcome = l.outcome
    `.execute(tx);
    const done = new Set(written.rows.map((row) => row.at));
    return lines.filter((_line, at) => !done.has(at));
  }

  /** Lines that come after their minute was chained are counted in the first minute that is still open; `last_at` tells when it was. */
  async function writeLate(lines: readonly Counted[]): Promise<void> {
    await database.system.transaction().execute(async (tx) => {
      // Whoever chains holds the ends of the chains; with them in hand no further minute closes.
      await sql`select 1 from audit_chains for update`.execute(tx);
      const last = await sql<{ minute: string | null }>`select max(minute) as minute from audit where position is not null`.execute(tx);
      const open = Math.max(Math.floor(clock.now() / 60_000) * 60_000, Date.parse(last.rows[0]?.minute ?? '1970-01-01T00:00:00.000Z') + 60_000);
      const left = await write(tx, merge(lines.map((line) => ({ ...line, minute: new Date(open).toISOString() }))));
      if (left.length > 0) throw new Error(`${left.length} late audit lines found no open minute`);
    });
  }

  async function writeAll(lines: readonly Counted[]): Promise<void> {
    const late = await write(database.system, lines);
    if (late.length > 0) await writeLate(late);
  }

  function chain(): Promise<void> {
    lane = lane
      .then(() => chainClosedLines(database, clock.now()))
      .then(() => undefined, (error: unknown) => log.error({ err: error }, 'audit lines could not be chained'));
    return lane;
  }

  function flush(): Promise<void> {
    if (timer) clearTimeout(timer);
    timer = null;
    if (gathered.size > 0) {
      const lines = merge([...gathered.values()]);
      gathered = new Map();
      lane = lane.then(() => writeAll(lines)).catch((error: unknown) => log.error({ err: error, lines: lines.length }, 'audit lines could not be written'));
    }
    return lane;
  }

  void chain();
  const chaining = setInterval(() => void chain(), CHAIN_MS);
  chaining.unref();
  return {
    add,
    flush,
    chain,
    async close() {
      clearInterval(chaining);
      await flush();
      await chain();
    },
  };
}

/** What came from outside may hold anything; a text column holds no NUL, and an index entry must stay small. */
const clean = (text: string) => text.replaceAll('\0', '').toWellFormed().slice(0, 200);

/** Cleaning may have made two lines equal; one insert must not touch a row twice. */
function merge(lines: readonly Counted[]): Counted[] {
  const merged = new Map<string, Counted>();
  for (const line of lines) {
    const key = JSON.stringify([line.organisationId, line.minute, line.action, line.actor, line.subject, line.outcome]);
    const known = merged.get(key);
    if (known) known.count += line.count;
    else merged.set(key, line);
  }
  return [...merged.values()];
}
