import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPostgres } from '../../../scripts/setup/postgres.mjs';
import { ownDatabase, startCluster } from '../../support/postgres.ts';
import { startServer, type RunningServer } from '../../support/runningServer.ts';
import { machine } from '../figures.ts';
import { BENCH_ENV } from '../home.ts';

/** One of the two homes of the record. */
export interface Home {
  /** As it is printed. */
  readonly name: string;
  readonly kind: 'embedded' | 'postgresql';
  /** Of this home alone; removed afterwards. */
  readonly folder: string;
  /** An empty database of its own; null = the embedded one, which is in its data folder. */
  newDatabase(): Promise<string | null>;
}

/** The same on the embedded database and, where it can be had, on a PostgreSQL that flushes to disk. */
export async function onBothHomes(prefix: string, measure: (home: Home) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  try {
    await measure({ name: 'embedded (PGlite)', kind: 'embedded', folder: join(folder, 'embedded'), newDatabase: () => Promise.resolve(null) });
    const found = findPostgres();
    if (!found.ok) return console.log(`!! PostgreSQL not measured: ${found.why}`);
    const cluster = await startCluster({ synced: true });
    try {
      const name = `PostgreSQL ${cluster.version.split(' ')[0] ?? ''}`;
      const newDatabase = async (): Promise<string> => (await ownDatabase(cluster.url)).url;
      await measure({ name, kind: 'postgresql', folder: join(folder, 'postgresql'), newDatabase });
    } finally {
      await cluster.remove();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface At {
  readonly dataDir: string;
  readonly databaseUrl: string | null;
}

/** The server on that record. `calls`: loopback ports that it may call. */
export const startOn = ({ dataDir, databaseUrl }: At, calls: readonly number[], env: Readonly<Record<string, string>> = {}): Promise<RunningServer> => {
  const allow = calls.map((port) => `127.0.0.1:${port}`).join(',');
  const home = databaseUrl === null ? {} : { DATABASE_URL: databaseUrl };
  return startServer({ dataDir, env: { ...BENCH_ENV, WEDSYNC_RATE_API: '1000000', WEDSYNC_EGRESS_ALLOW: allow, ...home, ...env } });
};

/** What every figure is printed with. */
export const conditions = (): string => `${machine()}, load ${loadavg()[0]?.toFixed(1) ?? ''}`;
