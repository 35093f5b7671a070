import path from 'node:path';
import { defineConfig } from 'vitest/config';
import { findPostgres } from '../setup/postgres.mjs';

const root = path.resolve(import.meta.dirname, '..', '..');

const OTHER_RUNNERS = ['tests/architecture/samples/**', 'tests/e2e/**', 'tests/packaged/**'];
/** What must hold on the embedded database and on PostgreSQL alike. */
const BOTH_HOMES = ['tests/integration/store/{store,doubleBookings,taking,takingWork,normaliser,largeBatches,together,held,brake,assigning,polls,access,silence,claim,priority,anyOrder,demo,audit,backup,history}.test.ts', 'tests/integration/{intake,stream}/realStore.test.ts', 'tests/integration/{deliveries,api}/*.test.ts', 'tests/integration/accounts/{flow,membership,pairing,signOn}.test.ts', 'tests/integration/privacy/*.test.ts', 'tests/integration/http/founding.test.ts', 'tests/integration/systems/{connect,leave,regained,removing,managing,imports,mailIn,rekey}.test.ts'];
/** What only several processes on one PostgreSQL can show. */
const POSTGRES_ONLY = 'tests/integration/{postgres/**/*,roles/{bus,workers,processes,rolling}}.test.ts';

const postgres = findPostgres();
if (!postgres.ok) console.warn(`!! skipped: the tests on PostgreSQL, since it cannot be had here: ${postgres.why}`);

export default defineConfig({
  root,
  cacheDir: path.join(root, '.cache', 'vitest'),
  test: {
    environment: 'node',
    // The embedded database needs seconds to be made; a busy machine of two cores needs more.
    testTimeout: 60_000,
    hookTimeout: 90_000,
    pool: 'forks',
    maxWorkers: 2,
    passWithNoTests: false,
    allowOnly: process.env.CI === undefined,
    env: { TZ: 'UTC' },
    projects: [
      {
        extends: true,
        // Without a PostgreSQL its tests are listed here, where each skips itself and is counted.
        test: { name: 'standard', include: ['tests/**/*.test.ts', 'tests/**/*.test.tsx'], exclude: postgres.ok ? [...OTHER_RUNNERS, POSTGRES_ONLY] : OTHER_RUNNERS },
      },
      ...(postgres.ok
        ? [{ extends: true as const, test: { name: 'postgresql', include: [...BOTH_HOMES, POSTGRES_ONLY], globalSetup: 'tests/support/postgresCluster.ts', setupFiles: 'tests/support/onPostgres.ts' } }]
        : []),
    ],
  },
});
