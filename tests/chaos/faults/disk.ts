import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Arena } from '../arena.ts';
import { atEnd } from '../cleanup.ts';

/** A small disk of its own in memory. */
export interface SmallDisk {
  readonly folder: string;
  /** Fills it up to this many free bytes. */
  fill(leaveBytes: number): void;
  free(): void;
  unmount(): void;
}

const run = (program: string, args: readonly string[]): string | null => {
  const done = spawnSync(program, args, { encoding: 'utf8' });
  return done.status === 0 ? null : (done.error?.message ?? done.stderr.trim());
};

/** Why it cannot be had, or the disk. */
export function smallDisk(megabytes: number): SmallDisk | string {
  const folder = mkdtempSync(join(tmpdir(), 'wedsync-chaos-disk-'));
  const why = process.getuid?.() === 0 ? run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]) : 'only root mounts a small disk';
  if (why !== null) {
    rmSync(folder, { recursive: true });
    return why;
  }
  const filler = join(folder, 'filler');
  return {
    folder,
    fill(leaveBytes) {
      const file = openSync(filler, 'w');
      const block = Buffer.alloc(65_536);
      try {
        for (;;) {
          const { bavail, bsize } = statfsSync(folder);
          const room = bavail * bsize - leaveBytes;
          if (room <= 0) return;
          writeSync(file, block, 0, Math.min(block.length, room));
        }
      } finally {
        closeSync(file);
      }
    },
    free: () => rmSync(filler, { force: true }),
    unmount: atEnd(() => {
      if (run('umount', ['--lazy', folder]) === null) rmSync(folder, { recursive: true, force: true });
      else console.error(`could not be unmounted: ${folder}`);
    }),
  };
}

/** How long the disk stays full once it is, and how long it may take to get there. */
const FULL_MS = 2_500;
const FILL_LIMIT_MS = 30_000;
const REFUSED = '503 intake.store_unavailable';

/**
 * The disk fills up under the record: with `leaveBytes` 0 the tables cannot grow, with a few megabytes the database's own
 * log is what meets the end first. Acknowledgements must stop; once there is room again everything goes on.
 */
export async function diskFull(arena: Arena, disk: SmallDisk, rounds: number, leaveBytes: number): Promise<void> {
  for (let n = 0; n < rounds; n += 1) {
    const { refusals } = arena.vendor;
    const before = refusals.get(REFUSED) ?? 0;
    await arena.round(20, async () => {
      disk.fill(leaveBytes);
      const load = arena.vendor.load(5, 20);
      // Large facts, until the disk is really full, and then on for a while: a server that ended must find it full too.
      const giveUpAt = Date.now() + FILL_LIMIT_MS;
      let fullSince: number | null = null;
      while (Date.now() < (fullSince === null ? giveUpAt : fullSince + FULL_MS)) {
        const sent = await arena.vendor.tryOnce(80_000);
        if (sent.outcome === 'accepted') continue;
        fullSince ??= Date.now();
        await sleep(10);
      }
      disk.free();
      const at = Date.now();
      await load;
      return at;
    });
    if ((refusals.get(REFUSED) ?? 0) === before) arena.outcome.faults.push('the full disk was never answered with 503 intake.store_unavailable');
    if (arena.outcome.faults.length > 0) return;
  }
  const strange = [...arena.vendor.refusals.keys()].filter((why) => why !== REFUSED && !why.startsWith('0 ') && why !== '503 server.unreachable');
  if (strange.length > 0) arena.outcome.faults.push(`answers while full: ${strange.join(', ')}`);
  const { length } = arena.post.troubles;
  arena.outcome.notes.push(arena.post.restarts() > 0 ? `${arena.post.restarts()} clean restarts, ${length} starts refused while full` : 'no restart');
  const wrong = arena.post.troubles.filter((trouble) => !trouble.includes('store.disk_full'));
  if (wrong.length > 0) arena.outcome.faults.push(`a start on the full disk said: ${wrong[0]}`);
}
