import type { PostgresPool, PostgresPoolClient } from 'kysely';
import type pg from 'pg';

/**
 * An insert of rows that come with the statement and no more. It reads no table, so there is nothing about it to plan for its own
 * values, or to plan anew when a table has grown; all others are planned each time (docs/decisions/0005).
 */
const INSERT_OF_ROWS = /^\s*insert into \w+ \([^()]*\)\s+select\s[^;]*?\sfrom (?:unnest|jsonb_to_recordset)\(/;
const READS_MORE = /\s(?:join|where|using|exists)\s/;
/** Each collection of the record has one, and a handful besides. */
const MOST = 64;
/** SQLSTATEs `feature_not_supported` (its table has changed) and `invalid_sql_statement_name`. */
const STALE = new Set(['0A000', '26000']);

/** Names for the texts that keep their plan, the same on every connection. */
export interface Names {
  /** Null = send it without one. */
  of(text: string): string | null;
  /** It is given another name the next time. */
  forget(text: string): void;
}

export function createNames(): Names {
  const names = new Map<string, string>();
  let given = 0;
  return {
    of(text) {
      const known = names.get(text);
      if (known !== undefined) return known;
      if (names.size >= MOST || !INSERT_OF_ROWS.test(text) || READS_MORE.test(text)) return null;
      const name = `w${(given += 1)}`;
      names.set(text, name);
      return name;
    },
    forget: (text) => void names.delete(text),
  };
}

/** A `pg` pool for Kysely on which such inserts are parsed and planned once for each connection. */
export function prepared(pool: pg.Pool): PostgresPool {
  const names = createNames();
  const faces = new WeakMap<pg.PoolClient, PostgresPoolClient>();

  async function send(client: pg.PoolClient, text: string, values: readonly unknown[] | undefined): Promise<pg.QueryResult> {
    const name = values === undefined || values.length === 0 ? null : names.of(text);
    if (name === null) return client.query(text, values === undefined ? undefined : [...values]);
    try {
      return await client.query({ name, text, values: [...(values ?? [])] });
    } catch (error) {
      if (STALE.has((error as { code?: string }).code ?? '')) names.forget(text);
      throw error;
    }
  }

  return {
    async connect() {
      const client = await pool.connect();
      const known = faces.get(client);
      if (known) return known;
      // Kysely's client type has a cursor overload that is never used without a `cursor` option.
      const face = { query: (text: string, values?: readonly unknown[]) => send(client, text, values), release: () => client.release() } as unknown as PostgresPoolClient;
      faces.set(client, face);
      return face;
    },
    end: () => pool.end(),
  };
}
