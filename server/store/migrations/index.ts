import { sql, type Kysely, type Transaction } from 'kysely';
import { codedError, type CodedError } from '../../../core/contract/errors.ts';
import { err, ok, type Result } from '../../../core/contract/result.ts';
import type { Database } from '../database.ts';
import type { Schema } from '../schema.ts';
import { record } from './0001_record.ts';
import { chain } from './0002_chain.ts';
import { access } from './0003_access.ts';
import { accounts } from './0004_accounts.ts';
import { personalData } from './0005_personal_data.ts';
import { together } from './0007_together.ts';
import { shownOut } from './0008_shown_out.ts';
import { systems } from './0009_systems.ts';
import { flow } from './0010_flow.ts';
import { inWords } from './0011_in_words.ts';
import { desk } from './0012_desk.ts';
import { quiet } from './0013_quiet.ts';
import { removed } from './0014_removed.ts';
import { managing } from './0015_managing.ts';
import { dryRuns } from './0016_dry_runs.ts';
import { figures } from './0017_figures.ts';
import { priorities } from './0018_priorities.ts';
import { consents } from './0019_consents.ts';
import { told } from './0020_told.ts';
import { resources } from './0021_resources.ts';
import { tellers } from './0022_tellers.ts';
import { marks } from './0023_marks.ts';
import { limits } from './0024_limits.ts';
import { openLinks } from './0025_open_links.ts';
import { calendars } from './0026_calendars.ts';
import { feedsAndChannels } from './0027_feeds_channels.ts';
import { mappingKeys } from './0028_mapping_keys.ts';
import { asked } from './0029_asked.ts';
import { runSheets } from './0030_run_sheets.ts';
import { provenSessions } from './0031_proven_sessions.ts';
import { leftEntries } from './0032_left_entries.ts';
import { partsCalendars } from './0033_parts_calendars.ts';
import { followingOutside } from './0034_following.ts';
import { deskCalendars } from './0035_desk_calendars.ts';
import { lineCleaned } from './0036_line.ts';
import { wholeOwners } from './0037_whole_owners.ts';
import { houseRules } from './0038_house_rules.ts';
import { fees } from './0039_fees.ts';
import { answers } from './0040_answers.ts';
import { readingAndTelling } from './0041_reading.ts';
import { enquiryPage } from './0042_enquiries.ts';
import { filledAndLeft } from './0043_filled_and_left.ts';
import type { Migration } from './migration.ts';

export const MIGRATIONS: readonly Migration[] = [record, chain, access, accounts, personalData, together, shownOut, systems, flow, inWords, desk, quiet, removed, managing, dryRuns, figures, priorities, consents, told, resources, tellers, marks, limits, openLinks, calendars, feedsAndChannels, mappingKeys, asked, runSheets, provenSessions, leftEntries, partsCalendars, followingOutside, deskCalendars, lineCleaned, wholeOwners, houseRules, fees, answers, readingAndTelling, enquiryPage, filledAndLeft];

/** The schema's version; 0 = not a database of ours, or an empty one. */
export async function schemaVersion(db: Kysely<Schema>): Promise<number> {
  const present = await sql<{ name: string | null }>`select to_regclass('public.schema_versions')::text as name`.execute(db);
  if (!present.rows[0]?.name) return 0;
  const head = await sql<{ version: number }>`select coalesce(max(version), 0) as version from schema_versions`.execute(db);
  return Number(head.rows[0]?.version ?? 0);
}

const CREATE_VERSIONS = sql`create table if not exists schema_versions (version bigint primary key, name text not null, applied_at timestamptz not null default now())`;

/** Takes some steps in the caller's transaction; for a database that is being made. */
export async function takeSteps(tx: Transaction<Schema>, migrations: readonly Migration[]): Promise<void> {
  await CREATE_VERSIONS.execute(tx);
  for (const migration of migrations) {
    await sql.raw(migration.sql).execute(tx);
    await sql`insert into schema_versions (version, name) values (${migration.version}, ${migration.name})`.execute(tx);
  }
}

/**
 * Brings the schema up to this program's version, each step in its own transaction. A schema written by a newer
 * program is left alone: `store.newer_version`.
 */
export async function migrate(database: Database, migrations: readonly Migration[] = MIGRATIONS): Promise<Result<{ applied: number }, CodedError>> {
  const db = database.system;
  const known = migrations.at(-1)?.version ?? 0;
  const version = await schemaVersion(db);
  if (version > known) return err(codedError('store.newer_version', `The database is at schema version ${version}; this program knows ${known}. Install a newer version.`));
  if (version === 0) {
    await db.transaction().execute(async (tx) => {
      // `if not exists` alone fails when two servers come at the same moment.
      await sql`select pg_advisory_xact_lock(7305)`.execute(tx);
      await CREATE_VERSIONS.execute(tx);
    });
  }
  // A step that was taken stays taken: on a record that is up to date one look is enough.
  const before = await sql<{ version: number }>`select version from schema_versions`.execute(db);
  const taken = new Set(before.rows.map((row) => Number(row.version)));
  let applied = 0;
  for (const migration of migrations) {
    if (taken.has(migration.version)) continue;
    await db.transaction().execute(async (tx) => {
      // Several servers may start at once on one PostgreSQL: the second waits, then finds the step done.
      await sql`lock table schema_versions in exclusive mode`.execute(tx);
      const done = await sql`select 1 from schema_versions where version = ${migration.version}`.execute(tx);
      if (done.rows.length > 0) return;
      await sql.raw(migration.sql).execute(tx);
      await sql`insert into schema_versions (version, name) values (${migration.version}, ${migration.name})`.execute(tx);
      applied += 1;
    });
  }
  return ok({ applied });
}
