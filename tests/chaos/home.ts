import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RecordedEvent } from '../../core/contract/events.ts';
import { EnrolAnswer, HTTP } from '../../core/contract/http.ts';
import type { DemoCard } from '../../server/demo/card.ts';
import { createIds, systemClock } from '../../server/ports.ts';
import { openStore } from '../../server/store/open.ts';
import { ownDatabase, startCluster, type Cluster } from '../support/postgres.ts';
import { freePort, startServer, type RunningServer, type ServerOptions } from '../support/runningServer.ts';
import { prepareDirectory, TEST_MASTER_KEY } from '../support/store.ts';
import { atEnd } from './cleanup.ts';

/** One server process that is started again whenever it ends, as a service manager or the desktop does. */
export interface Post {
  readonly url: string;
  readonly restarts: () => number;
  /** The process of now; waits for it while there is none. */
  server(): Promise<RunningServer>;
  /** Why starts failed so far. */
  readonly troubles: readonly string[];
  leave(): Promise<void>;
}

const AGAIN_MS = 50;
const AGAIN_AFTER_TROUBLE_MS = 500;

export async function manPost(options: ServerOptions & { readonly url?: string }): Promise<Post> {
  const port = options.port ?? (await freePort());
  const troubles: string[] = [];
  let wanted = true;
  let restarts = 0;
  let running: RunningServer | null = await startServer({ ...options, port });
  const endNow = atEnd(() => {
    if (running) process.kill(running.pid, 'SIGKILL');
  });
  const keep = (async () => {
    while (wanted) {
      if (running) await running.ended;
      running = null;
      if (!wanted) return;
      await sleep(troubles.length > 0 ? AGAIN_AFTER_TROUBLE_MS : AGAIN_MS);
      try {
        running = await startServer({ ...options, port });
        restarts += 1;
      } catch (error) {
        troubles.push(String(error).slice(0, 400));
      }
    }
  })();
  return {
    url: options.url ?? running.url,
    restarts: () => restarts,
    troubles,
    async server() {
      while (!running) await sleep(10);
      return running;
    },
    async leave() {
      wanted = false;
      await running?.stop();
      await keep;
      // It may have come up between the two.
      await running?.stop();
      running = null;
      endNow();
    },
  };
}

/** Where the record lives and who serves it. */
export interface Home {
  readonly posts: readonly Post[];
  readonly card: DemoCard;
  /** Only where the record is on PostgreSQL. */
  readonly cluster: Cluster | null;
  token(): Promise<string>;
  /** Ends the servers, reads the whole log from the database itself, and removes everything. */
  close(): Promise<Ending>;
}

export interface Ending {
  readonly log: readonly RecordedEvent[];
  /** State of each stored delivery, by id. */
  readonly deliveries: ReadonlyMap<string, string>;
}

/** Limits that are about abuse would only measure themselves here. */
export const ENV = {
  WEDSYNC_LOG_LEVEL: 'error',
  WEDSYNC_RATE_CONNECTION: '10000000',
  WEDSYNC_RATE_ENROL: '10000',
  WEDSYNC_RATE_API: '1000000',
  WEDSYNC_MASTER_KEY: Buffer.from(TEST_MASTER_KEY).toString('base64'),
};

export async function readRecord(dataDir: string | null, databaseUrl: string | null, organisationId: string): Promise<Ending> {
  const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const opened = await openStore({ dataDir, databaseUrl, masterKey: TEST_MASTER_KEY, clock: systemClock, ids: createIds(), log: quiet });
  if (!opened.ok) throw new Error(opened.error.message);
  const store = opened.value;
  try {
    const log = await store.readEvents(organisationId, 0, 1_000_000);
    const rows = await store.internals.database.system.selectFrom('deliveries').select(['id', 'state']).where('organisationId', '=', organisationId).execute();
    return { log, deliveries: new Map(rows.map((row) => [row.id, row.state])) };
  } finally {
    await store.close();
  }
}

export async function enrol(post: Post): Promise<string> {
  const server = await post.server();
  const body = JSON.stringify({ ticket: await server.newTicket(), device: { name: 'chaos', kind: 'tool' } });
  const answer = await fetch(post.url + HTTP.enrol.path, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  const { token } = EnrolAnswer.parse(await answer.json());
  if (token === null) throw new Error('a tool got no token');
  return token;
}

export interface EmbeddedOptions {
  /** Folder for everything; one of its own when absent. */
  readonly folder?: string;
  readonly through?: readonly string[];
  readonly host?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** One server with the record in its own folder. */
export async function embeddedHome({ folder, through, host, env: more = {} }: EmbeddedOptions = {}): Promise<Home> {
  const root = folder ?? mkdtempSync(join(tmpdir(), 'wedsync-chaos-'));
  const removeRoot = atEnd(() => rmSync(root, { recursive: true, force: true }));
  const dataDir = join(root, 'data');
  // No fault is about a very first start.
  await prepareDirectory(dataDir);
  const env = { ...ENV, ...more, ...(host === undefined ? {} : { WEDSYNC_HOST: host }) };
  const post = await manPost({ dataDir, env, ...(through === undefined ? {} : { through }) });
  const card = (await post.server()).demo();
  return {
    posts: [post],
    card,
    cluster: null,
    token: () => enrol(post),
    async close() {
      await post.leave();
      const ending = await readRecord(dataDir, null, card.organisationId);
      removeRoot();
      return ending;
    },
  };
}

/** Two servers on one PostgreSQL. */
export async function pairHome(): Promise<Home> {
  const cluster = await startCluster();
  const database = await ownDatabase(cluster.url);
  const root = mkdtempSync(join(tmpdir(), 'wedsync-chaos-'));
  const removeRoot = atEnd(() => rmSync(root, { recursive: true, force: true }));
  const posts: Post[] = [];
  for (const name of ['one', 'two']) {
    const dataDir = join(root, name);
    mkdirSync(dataDir);
    posts.push(await manPost({ dataDir, env: { ...ENV, DATABASE_URL: database.url } }));
  }
  const [first] = posts;
  if (!first) throw new Error('no server');
  const card = (await first.server()).demo();
  return {
    posts,
    card,
    cluster,
    token: () => enrol(first),
    async close() {
      await Promise.all(posts.map((post) => post.leave()));
      const ending = await readRecord(null, database.url, card.organisationId);
      await cluster.remove();
      removeRoot();
      return ending;
    },
  };
}
