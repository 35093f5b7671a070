import { CamelCasePlugin, Kysely, PostgresDialect, sql, type Transaction } from 'kysely';
import pg from 'pg';
import type { Log } from '../../core/ports/ports.ts';
import type { EmbeddedPool } from './embedded.ts';
import type { WorkerStats } from './pgliteWorker.ts';
import { prepared } from './prepared.ts';
import type { Schema } from './schema.ts';

export type Tx = Transaction<Schema>;
type Isolation = 'read committed' | 'repeatable read';

/** One connection to the record's database, embedded or PostgreSQL; the SQL on top of it is the same. */
export interface Database {
  readonly kind: 'embedded' | 'postgresql';
  /** As the owner of the tables: row-level security does not apply. Only for look-ups that come before an organisation is known. */
  readonly system: Kysely<Schema>;
  /** The same for what somebody waits for outside: on the embedded database, whose one connection all share, it goes before everything else. */
  readonly first: Kysely<Schema>;
  /** A transaction that can see and change the rows of one organisation only, whatever its queries say. */
  withOrganisation<T>(organisationId: string, work: (tx: Tx) => Promise<T>, isolation?: Isolation): Promise<T>;
  /** The same for several organisations at once; only the tables of the record itself are open to it. */
  withOrganisations<T>(organisationIds: readonly string[], work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Only the embedded database has these. */
  embeddedStats(): Promise<WorkerStats | null>;
  /** Settles when the database has gone for good without being closed. */
  readonly died: Promise<Error>;
  close(): Promise<void>;
}

/** The role under which an organisation's rows are read and written; its policies compare with `app.organisation_id`. */
export const APP_ROLE = 'wedsync_app';

/**
 * A step of an organisation's transaction that needs tables closed to its role: those of people who sign in. When `work`
 * fails, so has the transaction, and the role with it.
 */
export async function asTableOwner<T>(tx: Tx, work: () => Promise<T>): Promise<T> {
  await sql`select set_config('role', 'none', true)`.execute(tx);
  const done = await work();
  await sql`select set_config('role', ${APP_ROLE}, true)`.execute(tx);
  return done;
}

const OID = { int8: 20, date: 1082, timestamptz: 1184 } as const;
const parsers: Readonly<Record<number, (text: string) => unknown>> = {
  [OID.int8]: Number,
  [OID.date]: (text) => text,
  [OID.timestamptz]: (text) => new Date(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00')).toISOString(),
};

export function openEmbedded(pool: EmbeddedPool): Database {
  return wrap('embedded', new PostgresDialect({ pool }), new PostgresDialect({ pool: pool.first }), () => pool.stats(), pool.died);
}

/** Rejects when the server cannot be reached. */
export async function openPostgres(url: string, log: Log): Promise<Database> {
  const types = { getTypeParser: (oid: number, format?: string) => parsers[oid] ?? pg.types.getTypeParser(oid, format === 'binary' ? 'binary' : 'text') };
  // `pipeline`: what is sent at once (`together.ts`) goes at once. Only inserts have names (`prepared.ts`): unnamed statements are planned for
  // their own values, while those that PostgreSQL checks foreign keys with keep their plans (forcing new plans forces theirs too).
  const pool = new pg.Pool({ connectionString: url, max: 10, connectionTimeoutMillis: 10_000, pipeline: true, types, options: '-c timezone=UTC -c datestyle=ISO', application_name: 'wedsync' });
  // The pool replaces what breaks, and a query under way rejects; but without a listener, on the pool for idle
  // connections and on each one for those in use, the process would end.
  pool.on('error', (error) => log.warn({ err: error }, 'an idle connection to PostgreSQL broke'));
  pool.on('connect', (client) => client.on('error', (error) => log.warn({ err: error }, 'a connection to PostgreSQL broke')));
  const probe = await pool.connect().catch(async (error: unknown) => {
    await pool.end();
    throw error;
  });
  probe.release();
  return wrap('postgresql', new PostgresDialect({ pool: prepared(pool) }), null, () => Promise.resolve(null), new Promise<Error>(() => undefined));
}

function wrap(kind: Database['kind'], dialect: PostgresDialect, dialectOfFirst: PostgresDialect | null, embeddedStats: Database['embeddedStats'], died: Promise<Error>): Database {
  const plugins = [new CamelCasePlugin({ maintainNestedObjectKeys: true })];
  const system = new Kysely<Schema>({ dialect, plugins });
  const first = dialectOfFirst ? new Kysely<Schema>({ dialect: dialectOfFirst, plugins }) : system;
  const within = <T>(organisationIds: string, work: (tx: Tx) => Promise<T>, isolation: Isolation): Promise<T> =>
    system
      .transaction()
      .setIsolationLevel(isolation)
      .execute(async (tx) => {
        // `set local` both ways: they end with the transaction, so a pooled connection never carries them on.
        await sql`select set_config('role', ${APP_ROLE}, true), set_config('app.organisation_id', ${organisationIds}, true)`.execute(tx);
        return work(tx);
      });
  return {
    kind,
    system,
    first,
    embeddedStats,
    died,
    withOrganisation: (organisationId, work, isolation = 'read committed') => within(organisationId, work, isolation),
    withOrganisations: (organisationIds, work) => within(organisationIds.join(','), work, 'read committed'),
    close: () => system.destroy(),
  };
}
