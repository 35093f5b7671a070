import { sql } from 'kysely';
import type { ErrorCode } from '../../core/contract/errors.ts';
import { Lot, REPLAY_LIMIT } from '../../core/contract/deliveries.ts';
import type { DryRunOutcome } from '../../core/contract/dryRuns.ts';
import type { Breakers } from '../../core/domain/intake/breaker.ts';
import type { Change } from '../../core/domain/record/changes.ts';
import type { VendorModule } from '../../core/vendors/vendor.ts';
import { expiryOf } from '../deliveries/expiry.ts';
import type { Place } from '../deliveries/lots.ts';
import { planWorks, type Shown } from '../deliveries/planning.ts';
import { readLot, type InLot } from '../deliveries/preview.ts';
import type { Tx } from '../store/database.ts';
import { instant, type StoreInternals } from '../store/internals.ts';
import { createDryReads, type Read } from './dryReads.ts';
import { readMemories } from './memories.ts';
import { understand, type Work } from './outcome.ts';
import { createPlannedAhead } from './plannedAhead.ts';
import type { SourceReader } from './readSource.ts';

/** Deliveries that are planned together, as a replay hands them out. */
const PAGE = 100;
const REASONS_KEPT = 20;
/**
 * How often a delivery is begun with. After each time its process was gone before it was done (killed, out of memory), so it may be at
 * fault: from the second time on it is worked on alone.
 */
const MOST_TRIES = 3;
const UNTRIED = 'replay.untried' satisfies ErrorCode;

export interface DryRunInHand {
  readonly id: string;
  readonly organisationId: string;
  readonly lot: unknown;
  /** Whoever holds it now; another may have taken it over. */
  readonly holder: string;
}

export interface DryRunWork {
  readonly store: StoreInternals;
  readonly vendors: (system: string) => VendorModule | null;
  readonly reader: SourceReader;
  /** It was stopped or taken over, or this process ends. */
  readonly stopped: () => boolean;
}

interface Line extends Omit<Shown, 'drafts' | 'mappings' | 'outcome' | 'forget'> {
  readonly row: InLot;
  readonly outcome: DryRunOutcome;
  readonly changes: readonly Change[] | null;
  readonly readAt: string | null;
}

/** Works one dry run out from its beginning, page by page; between them it may be stopped. Writes to nothing but its own lines. */
export async function workDryRun({ id, organisationId, lot: stored, holder }: DryRunInHand, { store, vendors, reader, stopped }: DryRunWork): Promise<void> {
  const { database, clock, ids } = store;
  const within = <T>(work: (tx: Tx) => Promise<T>) => database.withOrganisation(organisationId, work, 'repeatable read');
  const lot = Lot.safeParse(stored);
  if (!lot.success) return end('failed');
  const ahead = createPlannedAhead();
  const reads = createDryReads(reader, clock, stopped);
  /** Begun with by a process that has gone since, and what is in hand now. */
  let tries = new Map<string, number>();
  const sum = { done: 0, fields: 0, read: 0, outcomes: {} as Partial<Record<DryRunOutcome, number>>, reasons: new Set<string>() };

  async function end(state: 'done' | 'failed'): Promise<void> {
    await database.withOrganisation(organisationId, (tx) =>
      tx
        .updateTable('dryRuns')
        .set({ state, lot: null, finishedAt: instant(clock), expiresAt: expiryOf(clock.now()), ...(state === 'done' ? { total: sum.done } : {}) })
        .where('id', '=', id)
        .where('holder', '=', holder)
        .where('state', '=', 'running')
        .execute(),
    );
  }

  async function planPage(rows: readonly InLot[], works: readonly Work[], read: ReadonlyMap<string, Read>): Promise<Line[]> {
    const planned = await within((tx) =>
      planWorks(tx, organisationId, works.map(({ delivery, outcome }) => ({ delivery, outcome: read.get(delivery.id)?.outcome ?? outcome })), {
        vendors, newId: () => ids.next(), fromSource: new Set(read.keys()), weddingIds: ahead.weddingIds(), before: (view) => ahead.before(view),
      }),
    );
    return rows.map((row): Line => {
      const shown = planned.get(row.id);
      if (!shown) return { row, outcome: 'body_gone', reason: null, rows: [], newIds: [], changes: null, readAt: null };
      ahead.note(row.connectionId, shown.drafts, shown.mappings);
      const said = read.get(row.id);
      const changes = said?.outcome.kind === 'changes' && !shown.forget ? said.outcome.changes : null;
      const reason = row.paused && shown.outcome === 'changes' ? 'held.paused' : shown.reason;
      return { row, outcome: shown.outcome, reason, rows: shown.rows, newIds: shown.newIds, changes, readAt: said?.readAt ?? null };
    });
  }

  function add(lines: readonly Line[]): void {
    sum.done += lines.length;
    for (const { outcome, reason, rows, readAt } of lines) {
      sum.outcomes[outcome] = (sum.outcomes[outcome] ?? 0) + 1;
      sum.fields += rows.reduce((count, one) => count + one.fields.length, 0);
      if (readAt !== null) sum.read += 1;
      if (outcome === 'refused' && reason !== null && sum.reasons.size < REASONS_KEPT) sum.reasons.add(reason);
    }
  }

  const triesText = (): string => JSON.stringify(Object.fromEntries(tries));

  /** False = it is not ours any more. */
  async function keepTries(): Promise<boolean> {
    const ours = await database.withOrganisation(organisationId, (tx) =>
      sql`update dry_runs set tries = ${triesText()}::jsonb where id = ${id} and holder = ${holder} and state = 'running'`.execute(tx),
    );
    return (ours.numAffectedRows ?? 0n) > 0n;
  }

  /** Is known to whoever takes it over, should this process end over it. */
  async function begin(rows: readonly InLot[]): Promise<boolean> {
    for (const row of rows) tries.set(row.id, (tries.get(row.id) ?? 0) + 1);
    return keepTries();
  }

  /** It ends in good order: nothing of it was tried. */
  async function giveBack(rows: readonly InLot[]): Promise<void> {
    for (const row of rows) tries.set(row.id, (tries.get(row.id) ?? 1) - 1);
    tries = new Map([...tries].filter(([, count]) => count > 0));
    await keepTries();
  }

  /** False = it is not ours any more. */
  async function keep(lines: readonly Line[]): Promise<boolean> {
    for (const { row } of lines) tries.delete(row.id);
    const values = lines.map(({ row, outcome, reason, rows, newIds, changes, readAt }) => ({
      delivery_id: row.id, received_at: row.receivedAt, arrival: row.arrival, outcome, reason, rows, new_ids: newIds, changes, read_at: readAt,
    }));
    return database.withOrganisation(organisationId, async (tx) => {
      const ours = await sql`
        update dry_runs set done = ${sum.done}, fields = ${sum.fields}, rows = ${ahead.rows()}, read = ${sum.read}, outcomes = ${JSON.stringify(sum.outcomes)}::jsonb,
          reasons = ${JSON.stringify([...sum.reasons])}::jsonb, tries = ${triesText()}::jsonb, expires_at = ${expiryOf(clock.now())}
        where id = ${id} and holder = ${holder} and state = 'running'
      `.execute(tx);
      if ((ours.numAffectedRows ?? 0n) === 0n) return false;
      await sql`
        insert into dry_run_lines (dry_run_id, organisation_id, delivery_id, received_at, arrival, outcome, reason, rows, new_ids, changes, read_at)
        select ${id}::uuid, ${organisationId}::uuid, delivery_id, received_at, arrival, outcome, reason, rows, new_ids, nullif(changes, 'null'::jsonb), read_at
        from jsonb_to_recordset(${JSON.stringify(values)}::jsonb)
          as l(delivery_id uuid, received_at timestamptz, arrival bigint, outcome text, reason text, rows jsonb, new_ids jsonb, changes jsonb, read_at timestamptz)
        on conflict do nothing
      `.execute(tx);
      return true;
    });
  }

  /** What somebody before us has left goes, but for what it began with. False = it is not ours any more, and what is there may be another's. */
  async function clear(): Promise<boolean> {
    return database.withOrganisation(organisationId, async (tx) => {
      const ours = await tx.selectFrom('dryRuns').select('tries').where('id', '=', id).where('holder', '=', holder).where('state', '=', 'running').forUpdate().executeTakeFirst();
      if (ours) await sql`delete from dry_run_lines where dry_run_id = ${id}`.execute(tx);
      tries = new Map(Object.entries(ours?.tries ?? {}));
      return ours !== undefined;
    });
  }

  /** A few deliveries, one after another as they came. False = it was stopped, or is not ours any more. */
  async function step(rows: readonly InLot[], breakers: ReadonlyMap<string, Breakers>): Promise<boolean> {
    const [first] = rows;
    if (first && (tries.get(first.id) ?? 0) >= MOST_TRIES) {
      const left: Line[] = rows.map((row) => ({ row, outcome: 'untried', reason: UNTRIED, rows: [], newIds: [], changes: null, readAt: null }));
      add(left);
      return keep(left);
    }
    if (!(await begin(rows))) return false;
    const works = rows.filter((row) => row.emptiedAt === null).map((delivery): Work => ({ delivery, outcome: understand({ ...delivery, paused: false }, vendors) }));
    const read = await reads.readAll(works, breakers);
    // What was not asked because of a stop must not be told as not answered.
    if (stopped()) {
      await giveBack(rows);
      return false;
    }
    const lines = await planPage(rows, works, read);
    add(lines);
    return keep(lines);
  }

  if (!(await clear())) return;
  let place: Place | null = null;
  while (!stopped()) {
    const from: Place | null = place;
    const { page, breakers } = await within(async (tx) => {
      const rows = await readLot(tx, organisationId, lot.data, from, PAGE);
      const connectionIds = [...new Set(rows.map((row) => row.connectionId))];
      const memories = connectionIds.length === 0 ? undefined : (await readMemories(tx, [{ organisationId, connectionIds }])).get(organisationId);
      return { page: rows, breakers: new Map([...(memories ?? [])].map(([one, memory]) => [one, memory.breakers])) };
    });
    for (const { receivedAt: at, arrival } of page) if (place === null || at > place.at || (at === place.at && arrival > place.arrival)) place = { at, arrival };
    const rows = page.filter((row) => row.origin !== 'test');
    for (const group of groupsOf(rows, tries)) if (!(await step(group, breakers))) return;
    if (page.length < PAGE || sum.done > REPLAY_LIMIT) return end('done');
  }
}

/** In their order; those that somebody has begun with and was not done with are worked on alone, so that the one at fault is found. */
function groupsOf(rows: readonly InLot[], tries: ReadonlyMap<string, number>): InLot[][] {
  const groups: InLot[][] = [];
  let open: InLot[] | null = null;
  for (const row of rows) {
    if ((tries.get(row.id) ?? 0) > 0) {
      groups.push([row]);
      open = null;
    } else if (open) {
      open.push(row);
    } else {
      open = [row];
      groups.push(open);
    }
  }
  return groups;
}
