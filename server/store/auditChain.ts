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

/** Lines let go in one transaction. */
const CUT = 5_000;
/** A line that says up to where earlier ones were let go, and the hash there. */
export const CUT_ACTION = 'audit.cut';
const cutSubject = (position: number, hash: Uint8Array): string => `${position}:${Buffer.from(hash).toString('hex')}`;

/** Chained lines at the beginning of a chain that are older than `before`. */
const cuttable = (organisationId: string | null, before: string) => sql<{ position: number | null; lines: number }>`
  select max(position) as position, count(*) as lines from (select position from audit where ${sameOrganisation(organisationId)} and position is not null
    and position < coalesce((select min(position) from audit where ${sameOrganisation(organisationId)} and position is not null and minute >= ${before}), 9007199254740991)
    order by position limit ${CUT}) as old
`;

export async function countCuttable(tx: Tx, organisationId: string, before: string): Promise<number> {
  const { rows } = await sql<{ lines: number }>`
    select count(*) as lines from audit where ${sameOrganisation(organisationId)} and position is not null
      and position < coalesce((select min(position) from audit where ${sameOrganisation(organisationId)} and position is not null and minute >= ${before}), 9007199254740991)
  `.execute(tx);
  return rows[0]?.lines ?? 0;
}

/**
 * Lets go of the lines of a chain that are older than `before`. The place and hash where they ended are kept, and a line
 * that says so is chained at once: whoever moves the cut has to forge every line after it. Returns how many went.
 */
export async function cutChain(database: Database, organisationId: string | null, before: string, now: string): Promise<number> {
  let total = 0;
  for (;;) {
    const cut = await database.system.transaction().execute(async (tx) => {
      const ends = await sql<{ position: number; hash: Uint8Array }>`select position, hash from audit_chains where ${sameOrganisation(organisationId)} for update`.execute(tx);
      const end = ends.rows[0];
      const found = (await cuttable(organisationId, before).execute(tx)).rows[0];
      if (!end || !found || found.position === null) return 0;
      const last = await sql<{ hash: Uint8Array }>`select hash from audit where ${sameOrganisation(organisationId)} and position = ${found.position}`.execute(tx);
      const at = last.rows[0];
      if (!at) return 0;
      const minute = `${now.slice(0, 16)}:00.000Z`;
      const line: ChainLine = { organisationId, minute, action: CUT_ACTION, actor: 'retention', subject: cutSubject(found.position, at.hash), outcome: 'ok', count: found.lines, lastAt: now };
      const position = end.position + 1;
      const hash = hashOf(end.hash, position, line);
      await sql`
        insert into audit (organisation_id, minute, action, actor, subject, outcome, count, last_at, position, hash)
        values (${organisationId}::uuid, ${minute}, ${line.action}, ${line.actor}, ${line.subject}, ${line.outcome}, ${line.count}, ${now}, ${position}, ${hash})
      `.execute(tx);
      await sql`delete from audit where ${sameOrganisation(organisationId)} and position <= ${found.position}`.execute(tx);
      await sql`update audit_chains set position = ${position}, hash = ${hash}, cut_position = ${found.position}, cut_hash = ${Buffer.from(at.hash)} where ${sameOrganisation(organisationId)}`.execute(tx);
      return found.lines;
    });
    total += cut;
    if (cut < CUT) return total;
  }
}

/** Where a chain does not hold. `missing`: no line has that position; `altered`: the line differs from what was chained; `cut`: the end is not where it was; `cut_unproven`: no line says that what came before was let go. */
export interface ChainBreak {
  readonly organisationId: string | null;
  readonly position: number;
  readonly kind: 'missing' | 'altered' | 'cut' | 'cut_unproven';
}

export interface ChainsChecked {
  readonly chains: number;
  readonly lines: number;
  /** The first break of each broken chain. */
  readonly breaks: readonly ChainBreak[];
}

/** Walks every chain from its first line, or from where earlier ones were let go. Memory stays flat; `tx` should see one point in time. */
export async function checkChains(tx: Tx): Promise<ChainsChecked> {
  const heads = await sql<{ organisationId: string | null; position: number | null; hash: Uint8Array | null; cutPosition: number | null; cutHash: Uint8Array | null }>`
    select o.organisation_id, c.position, c.hash, c.cut_position, c.cut_hash
    from (select organisation_id from audit_chains union select organisation_id from audit where position is not null) as o
    left join audit_chains c on c.organisation_id is not distinct from o.organisation_id order by 1
  `.execute(tx);
  const breaks: ChainBreak[] = [];
  let lines = 0;
  for (const head of heads.rows) {
    const from = head.cutHash === null ? { position: 0, hash: START } : { position: head.cutPosition ?? 0, hash: Buffer.from(head.cutHash) };
    const walked = await walk(tx, head.organisationId, from);
    lines += walked.lines - from.position;
    if (from.position > 0 && !walked.broken && !walked.cuts.has(cutSubject(from.position, from.hash))) breaks.push({ organisationId: head.organisationId, position: from.position, kind: 'cut_unproven' });
    else if (walked.broken) breaks.push({ organisationId: head.organisationId, ...walked.broken });
    else if (head.position !== walked.lines || head.hash === null || !walked.hash.equals(head.hash)) breaks.push({ organisationId: head.organisationId, position: Math.min(head.position ?? 0, walked.lines) + 1, kind: 'cut' });
  }
  return { chains: heads.rows.length, lines, breaks };
}

interface Walked {
  /** Position of the last line. */
  readonly lines: number;
  readonly hash: Buffer;
  readonly broken: Omit<ChainBreak, 'organisationId'> | null;
  /** What lines of the chain say about cuts. */
  readonly cuts: ReadonlySet<string>;
}

async function walk(tx: Tx, organisationId: string | null, from: { readonly position: number; readonly hash: Buffer }): Promise<Walked> {
  let { hash, position } = from;
  const cuts = new Set<string>();
  for (;;) {
    const { rows } = await sql<ChainLine & { position: number; hash: Uint8Array }>`
      select ${LINE}, position, hash from audit where ${sameOrganisation(organisationId)} and position > ${position} order by position limit ${BATCH}
    `.execute(tx);
    for (const line of rows) {
      const expected = position + 1;
      if (line.position !== expected) return { lines: position, hash, broken: { position: expected, kind: 'missing' }, cuts };
      hash = hashOf(hash, expected, line);
      if (!hash.equals(line.hash)) return { lines: position, hash, broken: { position: expected, kind: 'altered' }, cuts };
      position = expected;
      if (line.action === CUT_ACTION) cuts.add(line.subject);
    }
    if (rows.length < BATCH) return { lines: position, hash, broken: null, cuts };
  }
}
