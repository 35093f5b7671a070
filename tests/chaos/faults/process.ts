import { setTimeout as sleep } from 'node:timers/promises';
import type { Arena } from '../arena.ts';

/** Faults of processes: ended without a word, or not running for a while. */

/** `kill -9` of one server at a random moment of the load; something starts it again. */
export async function killServer(arena: Arena, rounds: number): Promise<void> {
  for (let n = 0; n < rounds; n += 1) {
    await arena.round(30, async () => {
      const { posts } = arena.home;
      const post = posts[Math.floor(arena.random() * posts.length)];
      if (!post) throw new Error('a home without a server');
      const server = await post.server();
      const at = Date.now();
      await server.kill();
      return at;
    });
    if (arena.outcome.faults.length > 0) return;
  }
  const restarts = arena.home.posts.map((post) => post.restarts());
  arena.outcome.notes.push(`restarts ${restarts.join(' + ')}`);
}

const DATABASE_AWAY_MS = 500;

/** PostgreSQL leaves as in a power cut and is started again; the servers are not touched. */
export async function killDatabase(arena: Arena, rounds: number): Promise<void> {
  const { cluster } = arena.home;
  if (!cluster) throw new Error('this home has no PostgreSQL');
  const before = arena.home.posts.map((post) => post.restarts());
  for (let n = 0; n < rounds; n += 1) {
    await arena.round(40, async () => {
      const at = Date.now();
      await cluster.kill();
      await sleep(DATABASE_AWAY_MS);
      await cluster.start();
      return at;
    });
    if (arena.outcome.faults.length > 0) return;
  }
  if (arena.home.posts.some((post, n) => post.restarts() !== before[n])) arena.outcome.faults.push('a server had to be started again');
  arena.outcome.notes.push('no server restarted');
}

const FREEZE_MS = 3_000;

/** The process stands still for three seconds, with everything open. */
export async function freeze(arena: Arena, rounds: number): Promise<void> {
  for (let n = 0; n < rounds; n += 1) {
    await arena.round(60, async () => {
      const { pid } = await arena.post.server();
      const at = Date.now();
      process.kill(pid, 'SIGSTOP');
      try {
        await sleep(FREEZE_MS);
      } finally {
        process.kill(pid, 'SIGCONT');
      }
      return at;
    });
    if (arena.outcome.faults.length > 0) return;
  }
  arena.outcome.notes.push('times hold the 3 s');
}
