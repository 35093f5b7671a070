import { setTimeout as sleep } from 'node:timers/promises';
import type { Arena } from '../arena.ts';
import type { Post } from '../home.ts';
import type { RolesHome } from '../rolesHome.ts';

/** Faults and upgrades of a server that is split by role. */

export type OfRoles = (arena: Arena, home: RolesHome, rounds: number) => Promise<void>;

function noteRefusals(arena: Arena): void {
  const refused = [...arena.vendor.refusals].map(([why, count]) => `${count} x ${why}`);
  arena.outcome.notes.push(refused.length === 0 ? 'no sender was refused' : `senders refused and repeated: ${refused.join(', ')}`);
}

/** After a process is back, the balancer needs a look to see it. */
const SEEN_MS = 300;

/** `kill -9` of one process of a role at a random moment of the load; something starts it again, and the next one goes when it is back. */
export const killRole = (role: 'intake' | 'stream' | 'workers'): OfRoles => async (arena, home, rounds) => {
  for (let n = 0; n < rounds; n += 1) {
    await Promise.all(home.posts.map((post) => post.server()));
    await sleep(SEEN_MS);
    await arena.round(30, async () => {
      const posts = home[role];
      const post = posts[Math.floor(arena.random() * posts.length)];
      if (!post) throw new Error('a role without a process');
      const server = await post.server();
      const at = Date.now();
      await server.kill();
      return at;
    });
    if (arena.outcome.faults.length > 0) return;
  }
  arena.outcome.notes.push(`restarts ${home[role].map((post) => post.restarts()).join(' + ')}`);
  noteRefusals(arena);
};

const REDIS_AWAY_MS = 700;

/** Redis leaves as in a power cut and comes back empty; no server is touched. */
export const killRedis: OfRoles = async (arena, home, rounds) => {
  const { redis } = home;
  if (!redis) throw new Error('this home has no Redis');
  for (let n = 0; n < rounds; n += 1) {
    await arena.round(60, async () => {
      const at = Date.now();
      await redis.kill();
      await sleep(REDIS_AWAY_MS);
      await redis.start();
      return at;
    });
    if (arena.outcome.faults.length > 0) return;
  }
  if (home.posts.some((post) => post.restarts() > 0)) arena.outcome.faults.push('a server had to be started again');
  noteRefusals(arena);
};

async function restart(arena: Arena, post: Post): Promise<void> {
  const before = post.restarts();
  const code = await (await post.server()).stop();
  if (code !== 0) arena.outcome.faults.push(`a process that was asked to stop ended with ${code}`);
  await arena.until(() => post.restarts() > before, 'the process is back');
  await sleep(SEEN_MS);
}

/** Every process is asked to stop and is started again, one after the other, under load: an upgrade. */
export const rolling: OfRoles = async (arena, home, rounds) => {
  for (let n = 0; n < rounds; n += 1) {
    await arena.round(640, async () => {
      const at = Date.now();
      for (const post of home.posts) await restart(arena, post);
      return at;
    });
    if (arena.outcome.faults.length > 0) return;
  }
  arena.outcome.notes.push(`${rounds * home.posts.length} processes restarted`);
  noteRefusals(arena);
};
