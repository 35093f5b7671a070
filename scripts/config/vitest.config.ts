import path from 'node:path';
import { defineConfig } from 'vitest/config';
import { findPostgres } from '../setup/postgres.mjs';

const root = path.resolve(import.meta.dirname, '..', '..');

const OTHER_RUNNERS = ['tests/architecture/samples/**', 'tests/e2e/**', 'tests/packaged/**'];
/** What tells of `core` only, which holds no state: its files share their processes, and load what they test once. */
const PURE = ['tests/unit/{core,egress}/**/*.test.ts', 'tests/vendors/**/*.test.ts', 'tests/conformance/**/*.test.ts'];
/**
 * A process for each file: what puts something else in the place of a module, of the browser's page or of the environment, and what asks of its
 * whole process what nobody caught or whether its memory grows. All others share theirs, so that a module is loaded, and the embedded
 * database's code compiled, once; each leaves it as it was (`tests/support/sharedProcess.ts`).
 */
const ALONE = [
  'tests/architecture/planted.test.ts',
  'tests/unit/{main,preload,scripts}/**/*.test.ts', 'tests/unit/renderer/{accounts,keptWays,session,timers}.test.ts',
  'tests/fuzz/*.test.ts', 'tests/security/{consoleAnswers,openExternal,permissions}.test.ts',
];
/** What must hold on the embedded database and on PostgreSQL alike. */
const BOTH_HOMES = ['tests/integration/store/{store,decidedMeanwhile,doubleBookings,houseRules,houseRulesAgree,taking,bringBack,bringBackAlong,calledOff,calledOffThere,takingFollow,followingOutside,takingWork,normaliser,largeBatches,together,held,brake,assigning,putAway,polls,access,silence,claim,priority,anyOrder,anyOrderLinks,anyOrderWide,openLinks,tellers,demo,audit,backup,history,calendarsBack,calendarEntries}.test.ts', 'tests/integration/{intake,stream}/realStore.test.ts', 'tests/integration/{deliveries,api,calendars}/*.test.ts', 'tests/integration/accounts/{flow,membership,pairing,signOn}.test.ts', 'tests/integration/privacy/*.test.ts', 'tests/integration/http/founding.test.ts', 'tests/integration/systems/{connect,leave,regained,removing,managing,imports,mailIn,rekey,channels,channelState}.test.ts'];
/** Of those folders, what tells of calendars over there and little of where the record is kept; run on the embedded database. */
const OVER_THERE = 'tests/integration/calendars/{bothWays,mirrored,series,hostileEntries}.test.ts';
/** What only several processes on one PostgreSQL can show. */
const POSTGRES_ONLY = 'tests/integration/{postgres/**/*,roles/{asking,bus,workers,processes,rolling}}.test.ts';

const SHARED = 'tests/support/sharedProcess.ts';
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
    // What is waited for comes when a busy machine gets to it.
    expect: { poll: { timeout: 10_000 } },
    pool: 'forks',
    maxWorkers: 2,
    passWithNoTests: false,
    allowOnly: process.env.CI === undefined,
    env: { TZ: 'UTC' },
    projects: [
      {
        extends: true,
        // Without a PostgreSQL its tests are listed here, where each skips itself and is counted.
        test: {
          name: 'standard', isolate: false, setupFiles: SHARED,
          include: ['tests/**/*.test.ts', 'tests/**/*.test.tsx'], exclude: [...OTHER_RUNNERS, ...PURE, ...ALONE, ...(postgres.ok ? [POSTGRES_ONLY] : [])],
        },
      },
      { extends: true, test: { name: 'alone', include: ALONE } },
      { extends: true, test: { name: 'pure', include: PURE, isolate: false } },
      ...(postgres.ok
        ? [{
            extends: true as const,
            test: {
              name: 'postgresql', isolate: false, globalSetup: 'tests/support/postgresCluster.ts', setupFiles: ['tests/support/onPostgres.ts', SHARED],
              include: [...BOTH_HOMES, POSTGRES_ONLY], exclude: [OVER_THERE],
            },
          }]
        : []),
    ],
  },
});
