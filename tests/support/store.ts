import { createHash, randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Organisation } from '../../core/contract/record.ts';
import type { Clock, Log } from '../../core/ports/ports.ts';
import { createIds, systemClock } from '../../server/ports.ts';
import { createConnection } from '../../server/store/connections.ts';
import { openPostgres } from '../../server/store/database.ts';
import type { OpenedStore } from '../../server/store/internals.ts';
import { migrate, MIGRATIONS } from '../../server/store/migrations/index.ts';
import { openStore, type StoreOptions } from '../../server/store/open.ts';
import { createOrganisation } from '../../server/store/organisations.ts';
import type { Device } from '../../server/store/store.ts';
import { giveBack, keptStore, listenersCounted, passedOn, schemaOf, type KeptStore, type StoreUser } from './keptStores.ts';
import { ownDatabase, patternDatabase } from './postgres.ts';
import { temporaryDirectory } from './temporary.ts';

export { temporaryDirectory };

export const TEST_MASTER_KEY = new Uint8Array(32).fill(7);
export const TEST_SYSTEMS = ['stripe', 'vsco-workspace', 'honeybook'] as const;
export type TestSystem = (typeof TEST_SYSTEMS)[number];

/** Collects what was logged, so that a test can look at it. */
export function collectingLog(): Log & { readonly lines: { level: 'info' | 'warn' | 'error'; fields: Record<string, unknown>; message: string }[] } {
  const lines: { level: 'info' | 'warn' | 'error'; fields: Record<string, unknown>; message: string }[] = [];
  const at = (level: 'info' | 'warn' | 'error') => (fields: Record<string, unknown>, message: string) => void lines.push({ level, fields, message });
  return { lines, info: at('info'), warn: at('warn'), error: at('error') };
}

/** A clock that stands still until it is moved. */
export function settableClock(start: string): Clock & { set(at: string): void; advance(ms: number): void } {
  let now = Date.parse(start);
  return {
    now: () => now,
    set: (at) => void (now = Date.parse(at)),
    advance: (ms) => void (now += ms),
  };
}

export interface TestConnection {
  readonly connectionId: string;
  readonly intakeKey: string;
  readonly system: TestSystem;
  readonly secrets: Readonly<Record<string, string>>;
  readonly settings: Readonly<Record<string, string>>;
}

export interface TestStore {
  readonly store: OpenedStore;
  readonly organisation: Organisation;
  readonly connections: Readonly<Record<TestSystem, TestConnection>>;
  readonly device: Device;
  readonly log: ReturnType<typeof collectingLog>;
  readonly options: StoreOptions;
  /** Closes the store and removes its files. */
  cleanup(): Promise<void>;
}

export interface TestStoreOptions {
  readonly clock?: Clock;
  /** Begin with an empty directory instead of a copy of a prepared one (three seconds slower). */
  readonly fresh?: boolean;
  /** One that nobody has used before and nobody uses afterwards: for whoever counts what rows leave behind in its files. */
  readonly alone?: boolean;
  /** A PostgreSQL server to make the database on, instead of the test project's. */
  readonly server?: string;
  /** Base URL of the VSCO Workspace stand-in. */
  readonly vscoBaseUrl?: string;
}

const ACCESS: Record<TestSystem, { secrets: Record<string, string>; settings: Record<string, string>; name: string; path: 'native' | 'bridge' }> = {
  stripe: { name: 'Stripe', path: 'native', secrets: { signingSecret: 'whsec_test_0123456789abcdef0123456789abcdef' }, settings: {} },
  'vsco-workspace': { name: 'VSCO Workspace', path: 'native', secrets: { apiKey: 'vsco-test-key' }, settings: { baseUrl: 'http://127.0.0.1:4319/api/v2' } },
  honeybook: { name: 'HoneyBook', path: 'bridge', secrets: { bearerToken: 'bridge-token-0123456789abcdef' }, settings: {} },
};

const schemaKey = (): string => createHash('sha256').update(JSON.stringify(MIGRATIONS)).update(TEST_MASTER_KEY).digest('hex').slice(0, 16);

/** A prepared, empty database that tests copy, since making one takes seconds. Made again when the schema changes. */
async function template(): Promise<string> {
  const key = schemaKey();
  const cache = path.resolve(import.meta.dirname, '../../.cache/test-database');
  const ready = path.join(cache, key);
  if (fs.existsSync(ready)) return ready;
  const making = path.join(cache, `making-${randomUUID()}`);
  const opened = await openStore({ dataDir: making, databaseUrl: null, masterKey: TEST_MASTER_KEY, clock: systemClock, ids: createIds(), log: collectingLog() });
  if (!opened.ok) throw new Error(opened.error.message);
  await opened.value.close();
  try {
    fs.renameSync(making, ready);
  } catch (error) {
    // Another test file was first.
    if (!fs.existsSync(ready)) throw error;
    fs.rmSync(making, { recursive: true, force: true });
  }
  return ready;
}

let code: Promise<WebAssembly.Module> | undefined;
/**
 * The embedded database's code, compiled once for a test file. Each store runs it in a thread of its own, and threads of one
 * process share what is compiled for as long as somebody holds it; otherwise every store would compile it again.
 */
const holdCode = (): Promise<WebAssembly.Module> =>
  (code ??= readFile(path.join(path.dirname(createRequire(import.meta.url).resolve('@electric-sql/pglite')), 'pglite.wasm')).then((bytes) => WebAssembly.compile(bytes)));

let prepared: Promise<string> | undefined;
/** Puts a prepared empty database into a data directory, for whoever opens it next with {@link TEST_MASTER_KEY}: a first start without its first seconds. */
export async function prepareDirectory(dataDir: string): Promise<void> {
  fs.cpSync(await (prepared ??= template()), dataDir, { recursive: true });
}

/** A data directory with a prepared empty database in it. */
export async function preparedDirectory(): Promise<string> {
  const dataDir = temporaryDirectory();
  await holdCode();
  await prepareDirectory(dataDir);
  return dataDir;
}

const patterns = new Map<string, Promise<string>>();
/** The same on a PostgreSQL server: the schema alone, so that each copy is a record with an identity of its own. */
function pattern(server: string): Promise<string> {
  const known = patterns.get(server) ?? patternDatabase(server, `pattern_${schemaKey()}`, async (url) => {
    const database = await openPostgres(url, collectingLog());
    const made = await migrate(database);
    await database.close();
    if (!made.ok) throw new Error(made.error.message);
  });
  patterns.set(server, known);
  return known;
}

export type EmptyTestStore = Pick<TestStore, 'store' | 'log' | 'options' | 'cleanup'>;

/** A store that nobody has used yet, and where it is. */
async function makeStore(wanted: TestStoreOptions, user: StoreUser): Promise<KeptStore> {
  const used = { by: user };
  const server = wanted.server ?? process.env['WEDSYNC_TEST_DATABASE_URL'];
  const database = server ? await ownDatabase(server, wanted.fresh ? null : await pattern(server)) : null;
  if (!database) await holdCode();
  const dataDir = database ? null : wanted.fresh ? temporaryDirectory() : await preparedDirectory();
  const options: StoreOptions = { dataDir, databaseUrl: database?.url ?? null, masterKey: TEST_MASTER_KEY, ids: createIds(), ...passedOn(used) };
  const opened = await openStore(options);
  if (!opened.ok) throw new Error(`${opened.error.code}: ${opened.error.message}`);
  const store = opened.value;
  return {
    store, used, options, schema: await schemaOf(store),
    async close() {
      await store.close();
      await database?.drop();
      if (dataDir) fs.rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/**
 * A real store on its own directory (or, in the test project `postgresql`, on its own PostgreSQL database) with nothing in it. A test that has
 * closed it, asked where it is or left somebody listening has had it alone; every other one hands it on, emptied, to the next test of its file.
 */
export async function emptyTestStore(wanted: TestStoreOptions = {}): Promise<EmptyTestStore> {
  const log = collectingLog();
  const user: StoreUser = { clock: wanted.clock ?? systemClock, log };
  const alone = wanted.alone === true || wanted.fresh === true || wanted.server !== undefined;
  const kept = (alone ? null : keptStore(user)) ?? (await makeStore(wanted, user));
  const counted = listenersCounted(kept.store);
  let asked = alone;
  let over: Promise<void> | null = null;
  const { dataDir, databaseUrl, masterKey, ids } = kept.options;
  return {
    store: {
      ...counted.store,
      close() {
        asked = true;
        return kept.store.close();
      },
    },
    log,
    options: {
      get dataDir() {
        asked = true;
        return dataDir;
      },
      get databaseUrl() {
        asked = true;
        return databaseUrl;
      },
      masterKey, ids, log, clock: user.clock,
    },
    cleanup: () => (over ??= asked || counted.left() > 0 ? kept.close() : giveBack(kept)),
  };
}

/** The same with one organisation, one connection per system and one device. */
export async function openTestStore(wanted: TestStoreOptions = {}): Promise<TestStore> {
  const empty = await emptyTestStore(wanted);
  const { store } = empty;
  const organisation = await createOrganisation(store.internals, { name: 'Test House', zone: 'Europe/London', currency: 'GBP', demo: false });
  const connections: Partial<Record<TestSystem, TestConnection>> = {};
  for (const system of TEST_SYSTEMS) {
    const { name, path: kind, secrets, settings } = ACCESS[system];
    const own = system === 'vsco-workspace' && wanted.vscoBaseUrl ? { baseUrl: wanted.vscoBaseUrl } : settings;
    const actor = { kind: 'system', id: null, name: 'test' } as const;
    const created = await createConnection(store.internals, { organisationId: organisation.id, system, name, path: kind, secrets, settings: own, actor });
    connections[system] = { ...created, system, secrets, settings: own };
  }
  const enrolled = await store.enrol(await store.mintTicket(organisation.id), { name: 'Test desktop', kind: 'desktop' });
  if (!enrolled.ok) throw new Error(enrolled.error);
  return { ...empty, organisation, connections: connections as Record<TestSystem, TestConnection>, device: enrolled.value.device };
}
