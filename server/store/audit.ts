import { sql } from 'kysely';
import type { Log } from '../../core/ports/ports.ts';
import type { Database } from './database.ts';
import type { AuditLine } from './store.ts';

/** Distinct lines that may gather between two writes; beyond it the actors are summed up as `*`. */
const MAX_LINES = 500;
const FLUSH_MS = 200;

interface Counted {
  readonly organisationId: string | null;
  readonly minute: string;
  readonly action: string;
  readonly actor: string;
  readonly subject: string;
  readonly outcome: string;
  count: number;
  lastAt: string;
}

export interface AuditTrail {
  add(line: AuditLine): void;
  /** Writes what has gathered. */
  flush(): Promise<void>;
  /** Writes what has gathered and stops the timer. */
  close(): Promise<void>;
}

/** Counts equal lines of one minute together and writes them in the background: a storm costs one row, not a disk. */
export function createAudit(options: { readonly database: Database; readonly log: Log }): AuditTrail {
  const { database, log } = options;
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

  async function write(lines: readonly Counted[]): Promise<void> {
    const rows = lines.map(({ organisationId, lastAt, ...same }) => ({ ...same, organisation_id: organisationId, last_at: lastAt }));
    await sql`
      insert into audit (organisation_id, minute, action, actor, subject, outcome, count, last_at)
      select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as l(organisation_id uuid, minute timestamptz, action text, actor text, subject text, outcome text, count bigint, last_at timestamptz)
      on conflict (organisation_id, minute, action, actor, subject, outcome) do update set count = audit.count + excluded.count, last_at = excluded.last_at
    `.execute(database.system);
  }

  function flush(): Promise<void> {
    if (timer) clearTimeout(timer);
    timer = null;
    if (gathered.size > 0) {
      const lines = merge([...gathered.values()]);
      gathered = new Map();
      lane = lane.then(() => write(lines)).catch((error: unknown) => log.error({ err: error, lines: lines.length }, 'audit lines could not be written'));
    }
    return lane;
  }

  return { add, flush, close: flush };
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
