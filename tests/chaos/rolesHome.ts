import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPostgres } from '../../scripts/setup/postgres.mjs';
import { hasBalancer, startBalancer, type Balancer, type BalancerKind } from '../support/balancer.ts';
import { ownDatabase, startCluster } from '../support/postgres.ts';
import { hasRedis, startRedis, type RedisServer } from '../support/redis.ts';
import { atEnd } from './cleanup.ts';
import { ENV, enrol, manPost, readRecord, type Home, type Post } from './home.ts';

/** Two intake, two stream and two worker processes on one PostgreSQL, behind a real balancer. */
export interface RolesHome extends Home {
  readonly intake: readonly Post[];
  readonly stream: readonly Post[];
  readonly workers: readonly Post[];
  readonly balancer: Balancer;
  /** Null where PostgreSQL carries what the processes tell each other. */
  readonly redis: RedisServer | null;
}

export interface RolesOptions {
  readonly balancer: BalancerKind;
  readonly redis: boolean;
  /** Live lines of one address go to one process. */
  readonly sticky?: boolean;
}

/** More than two of the balancer's looks at /readyz. */
const DRAIN_MS = '400';
const TWICE = ['one', 'two'] as const;

/** Why it cannot be had on this machine; null = it can. */
export function whyNoRoles({ balancer, redis }: RolesOptions): string | null {
  const postgres = findPostgres();
  if (!postgres.ok) return `PostgreSQL cannot be had here: ${postgres.why}`;
  if (!hasBalancer(balancer)) return `${balancer} is not installed`;
  return redis && !hasRedis() ? 'Redis is not installed' : null;
}

export async function rolesHome(options: RolesOptions): Promise<RolesHome> {
  const cluster = await startCluster();
  const database = await ownDatabase(cluster.url);
  const redis = options.redis ? await startRedis() : null;
  const root = mkdtempSync(join(tmpdir(), 'wedsync-chaos-'));
  const removeRoot = atEnd(() => rmSync(root, { recursive: true, force: true }));
  const env = { ...ENV, DATABASE_URL: database.url, WEDSYNC_DRAIN_MS: DRAIN_MS, WEDSYNC_TRUST_PROXY: '127.0.0.1', ...(redis ? { REDIS_URL: redis.url } : {}) };
  const man = async (role: string, name: string): Promise<Post> => {
    const dataDir = join(root, `${role}-${name}`);
    mkdirSync(dataDir);
    return manPost({ dataDir, env: { ...env, WEDSYNC_ROLE: role } });
  };
  // The demo first: the others have an organisation to serve then.
  const first = await man('intake', 'one');
  const card = (await first.server()).demo();
  const intake = [first, await man('intake', 'two')];
  const stream = await Promise.all(TWICE.map((name) => man('stream', name)));
  const workers = await Promise.all(TWICE.map((name) => man('worker', name)));
  const posts = [...stream, ...intake, ...workers];
  const urls = (some: readonly Post[]) => some.map((post) => post.url);
  const balancer = await startBalancer({ kind: options.balancer, intake: urls(intake), stream: urls(stream), sticky: options.sticky ?? false });
  const [people] = stream;
  if (!people) throw new Error('no stream process');

  return {
    posts,
    intake,
    stream,
    workers,
    balancer,
    redis,
    card,
    cluster,
    token: () => enrol(people),
    async close() {
      await Promise.all(posts.map((post) => post.leave()));
      await balancer.stop();
      const ending = await readRecord(null, database.url, card.organisationId);
      await redis?.remove();
      await cluster.remove();
      removeRoot();
      return ending;
    },
  };
}
