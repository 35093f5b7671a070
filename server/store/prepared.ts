import type { PostgresPool, PostgresPoolClient } from 'kysely';
import type pg from 'pg';

/** A text is prepared once it has come so often; what comes rarely, or differs by the length of a list, is not worth a place. */
const OFTEN = 8;
const PREPARED = 64;
const SEEN = 1_000;
/** SQLSTATEs `feature_not_supported` (its tables have changed) and `invalid_sql_statement_name`. */
const STALE = new Set(['0A000', '26000']);

/** Names for texts that come again and again; the same for every connection, which prepares them as they come. */
export interface Names {
  /** Null = send it as it is. */
  of(text: string): string | null;
  /** It is given another name the next time. */
  forget(text: string): void;
}

export function createNames(): Names {
  const seen = new Map<string, number>();
  const names = new Map<string, string>();
  let given = 0;
  return {
    of(text) {
      const known = names.get(text);
      if (known !== undefined) return known;
      const times = (seen.get(text) ?? 0) + 1;
      seen.delete(text);
      if (times < OFTEN || names.size >= PREPARED) {
        seen.set(text, times);
        const [oldest] = seen.keys();
        if (seen.size > SEEN && oldest !== undefined) seen.delete(oldest);
        return null;
      }
      const name = `w${(given += 1)}`;
      names.set(text, name);
      return name;
    },
    forget(text) {
      names.delete(text);
    },
  };
}

/**
 * A `pg` pool for Kysely in which texts with parameters that come often are parsed once for each connection. Plans are made anew each
 * time (`plan_cache_mode` of the pool): one that was kept from when a table was small would read all of it when it is large.
 */
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
