import { createHash } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import type { Database } from './database.ts';
import type { Schema } from './schema.ts';

/** A line of the audit log that has its place in a chain, or is about to get it. Instants as ISO text. */
export interface ChainLine {
  readonly organisationId: string | null;
  readonly minute: string;
  readonly action: string;
  readonly actor: string;
  readonly subject: string;
  readonly outcome: string;
  readonly count: number;
  readonly lastAt: string;
}

type Tx = Transaction<Schema>;

/** Lines chained or checked at a time. */
const BATCH = 500;
/** A minute counts as over this long after its end: a flush may be under way, and clocks of two machines differ. */
const GRACE_MS = 60_000;
const START: Buffer = Buffer.alloc(32);

function hashOf(previous: Uint8Array, position: number, line: ChainLine): Buffer {
  const { organisationId, minute, action, actor, subject, outcome, count, lastAt } = line;
  const content = JSON.stringify([organisationId, position, minute, action, actor, subject, outcome, count, lastAt]);
  return createHash('sha256').update(previous).update(content).digest();
}

const LINE = sql.raw('organisation_id, minute, action, actor, subject, outcome, count, last_at');
const sameOrganisation = (organisationId: string | null) => sql`organisation_id is not distinct from ${organisationId}::uuid`;

/**
 * Gives every line whose minute is over its position and hash, in the chain of its organisation. Several processes may
 * do it at once: the end of a chain is held while lines are added. Returns how many were added.
 */
export async function chainClosedLines(database: Database, now: number): Promise<number> {
  const closedBefore = new Date(Math.floor((now - GRACE_MS) / 60_000) * 60_000).toISOString();
  const open = await sql<{ organisationId: string | null }>`select distinct organisation_id from audit where position is null and minute < ${closedBefore}`.execute(database.system);
  let total = 0;
  for (const { organisationId } of open.rows) {
    for (;;) {
      const added = await database.system.transaction().execute((tx) => extend(tx, organisationId, closedBefore));
      total += added;
      if (added < BATCH) break;
    }
  }
  return total;
}

async function extend(tx: Tx, organisationId: string | null, closedBefore: string): Promise<number> {
  await sql`insert into audit_chains (organisation_id, position, hash) values (${organisationId}::uuid, 0, ${START}) on conflict (organisation_id) do nothing`.execute(tx);
  const ends = await sql<{ position: number; hash: Uint8Array }>`select position, hash from audit_chains where ${sameOrganisation(organisationId)} for update`.execute(tx);
  const end = ends.rows[0];
  if (!end) throw new Error('the end of an audit chain has gone');
  const { rows } = await sql<ChainLine>`
    select ${LINE} from audit where ${sameOrganisation(organisationId)} and position is null and minute < ${closedBefore}
    order by minute, action, actor, subject, outcome limit ${BATCH} for update
  `.execute(tx);
  if (rows.length === 0) return 0;
  let { position } = end;
  let hash: Uint8Array = end.hash;
  const placed = rows.map((line) => {
    position += 1;
    hash = hashOf(hash, position, line);
    const { minute, action, actor, subject, outcome } = line;
    return { minute, action, actor, subject, outcome, position, hash: Buffer.from(hash).toString('hex') };
  });
  await sql`
    update audit set position = p.position, hash = decode(p.hash, 'hex')
    from jsonb_to_recordset(${JSON.stringify(placed)}::jsonb) as p(minute timestamptz, action text, actor text, subject text, outcome text, position bigint, hash text)
    where audit.organisation_id is not distinct from ${organisationId}::uuid and audit.minute = p.minute and audit.action = p.action and audit.actor = p.actor
      and audit.subject = p.subject and audit.outcome = p.outcome
  `.execute(tx);
  await sql`update audit_chains set position = ${position}, hash = ${Buffer.from(hash)} where ${sameOrganisation(organisationId)}`.execute(tx);
  return rows.length;
}

/** Where a chain does not hold. `missing`: no line has that position; `altered`: the line differs from what was chained; `cut`: the end is not where it was. */
export interface ChainBreak {
  readonly organisationId: string | null;
  readonly position: number;
  readonly kind: 'missing' | 'altered' | 'cut';
}

export interface ChainsChecked {
  readonly chains: number;
  readonly lines: number;
  /** The first break of each broken chain. */
  readonly breaks: readonly ChainBreak[];
}

/** Walks every chain from its first line. Memory stays flat; `tx` should see one point in time. */
export async function checkChains(tx: Tx): Promise<ChainsChecked> {
  const heads = await sql<{ organisationId: string | null; position: number | null; hash: Uint8Array | null }>`
    select o.organisation_id, c.position, c.hash
    from (select organisation_id from audit_chains union select organisation_id from audit where position is not null) as o
    left join audit_chains c on c.organisation_id is not distinct from o.organisation_id order by 1
  `.execute(tx);
  const breaks: ChainBreak[] = [];
  let lines = 0;
  for (const head of heads.rows) {
    const walked = await walk(tx, head.organisationId);
    lines += walked.lines;
    if (walked.broken) breaks.push({ organisationId: head.organisationId, ...walked.broken });
    else if (head.position !== walked.lines || head.hash === null || !walked.hash.equals(head.hash)) breaks.push({ organisationId: head.organisationId, position: Math.min(head.position ?? 0, walked.lines) + 1, kind: 'cut' });
  }
  return { chains: heads.rows.length, lines, breaks };
}

async function walk(tx: Tx, organisationId: string | null): Promise<{ lines: number; hash: Buffer; broken: Omit<ChainBreak, 'organisationId'> | null }> {
  let hash: Buffer = START;
  let position = 0;
  for (;;) {
    const { rows } = await sql<ChainLine & { position: number; hash: Uint8Array }>`
      select ${LINE}, position, hash from audit where ${sameOrganisation(organisationId)} and position > ${position} order by position limit ${BATCH}
    `.execute(tx);
    for (const line of rows) {
      const expected = position + 1;
      if (line.position !== expected) return { lines: position, hash, broken: { position: expected, kind: 'missing' } };
      hash = hashOf(hash, expected, line);
      if (!hash.equals(line.hash)) return { lines: position, hash, broken: { position: expected, kind: 'altered' } };
      position = expected;
    }
    if (rows.length < BATCH) return { lines: position, hash, broken: null };
  }
}
