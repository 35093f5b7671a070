import { randomBytes } from 'node:crypto';
import { findPostgres } from '../../scripts/setup/postgres.mjs';
import { seeded } from '../../scripts/simulate/burst.ts';
import { Arena, newOutcome, type Outcome } from './arena.ts';
import { judgeEnding } from './ending.ts';
import { diskFull, smallDisk } from './faults/disk.ts';
import { asleep, badLine, behindProxy, clockBack, halfOpen, mischief } from './faults/line.ts';
import { namespace } from './faults/network.ts';
import { freeze, killDatabase, killServer } from './faults/process.ts';
import { killRedis, killRole, rolling, type OfRoles } from './faults/roles.ts';
import { killWhileAsking } from './faults/sources.ts';
import type { Mischief } from './frames.ts';
import { embeddedHome, pairHome, type Home } from './home.ts';
import { rolesHome, whyNoRoles, type RolesHome, type RolesOptions } from './rolesHome.ts';
import { startStudio } from './sources.ts';

export interface Result {
  readonly outcome: Outcome;
  /** Why it could not be tried on this machine. */
  readonly skipped: string | null;
}

export interface Fault {
  readonly name: string;
  readonly full: number;
  readonly short: number;
  /** Faults of one lane share its two cores' time one after the other; `npm test` lets the lanes run side by side. */
  readonly lane: number;
  run(rounds: number, random: () => number): Promise<Result>;
}

const CONSOLES = 4;

/** The common course: a home, an arena, the fault, and the database's own word at the end. Everything is taken down again. */
async function inHome<H extends Home>(name: string, random: () => number, make: () => Promise<H>, act: (arena: Arena, home: H) => Promise<void>, vendorUrls?: (home: H) => readonly string[]): Promise<Outcome> {
  const home = await make();
  const arena = new Arena(home, name, random, vendorUrls && (() => vendorUrls(home)));
  try {
    await act(arena, home);
  } catch (error) {
    arena.outcome.faults.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  arena.leave();
  judgeEnding(await home.close(), arena.vendor.acknowledged(), arena.outcome);
  return arena.outcome;
}

type Act = (arena: Arena, rounds: number) => Promise<void>;

const direct = (act: Act): Act => async (arena, rounds) => {
  await arena.watch(Array.from({ length: CONSOLES }, (_, n) => arena.home.posts[n % arena.home.posts.length]?.url ?? ''));
  await act(arena, rounds);
};

const proxied = (act: (arena: Arena, proxy: Awaited<ReturnType<typeof behindProxy>>, rounds: number) => Promise<void>): Act => async (arena, rounds) => {
  const proxy = await behindProxy(arena, CONSOLES);
  try {
    await act(arena, proxy, rounds);
  } finally {
    arena.leave();
    await proxy.close();
  }
};

const meddled: Act = async (arena, rounds) => {
  const deeds: Mischief = { on: false, duplicated: 0, swapped: 0 };
  const proxy = await behindProxy(arena, CONSOLES, deeds);
  try {
    await mischief(arena, deeds, rounds);
  } finally {
    arena.leave();
    await proxy.close();
  }
};

const embedded = (name: string, lane: number, full: number, short: number, act: Act): Fault => ({
  name,
  lane,
  full,
  short,
  run: async (rounds, random) => ({ outcome: await inHome(name, random, () => embeddedHome(), (arena) => act(arena, rounds)), skipped: null }),
});

const pair = (name: string, full: number, short: number, act: Act): Fault => ({
  name,
  lane: 2,
  full,
  short,
  async run(rounds, random) {
    const found = findPostgres();
    if (!found.ok) return { outcome: newOutcome(name), skipped: `PostgreSQL cannot be had here: ${found.why}` };
    return { outcome: await inHome(name, random, pairHome, (arena) => act(arena, rounds)), skipped: null };
  },
});

const asking: Fault = {
  name: 'kill -9 in looks, re-reads',
  lane: 0,
  full: 20,
  short: 1,
  async run(rounds, random) {
    const studio = await startStudio(randomBytes(4).toString('hex'));
    const env = { WEDSYNC_EGRESS_ALLOW: studio.host, WEDSYNC_RATE_MANAGING: '100000' };
    try {
      const act = direct((arena, count) => killWhileAsking(arena, studio, count));
      return { outcome: await inHome(asking.name, random, () => embeddedHome({ env }), (arena) => act(arena, rounds)), skipped: null };
    } finally {
      studio.close();
    }
  },
};

/** Senders and consoles know the balancer's address only. */
const roles = (name: string, lane: number, full: number, short: number, options: RolesOptions, act: OfRoles): Fault => ({
  name,
  lane,
  full,
  short,
  async run(rounds, random) {
    const skipped = whyNoRoles(options);
    if (skipped !== null) return { outcome: newOutcome(name), skipped };
    const course = async (arena: Arena, home: RolesHome) => {
      await arena.watch(Array.from({ length: CONSOLES }, () => home.balancer.url));
      await act(arena, home, rounds);
    };
    return { outcome: await inHome(name, random, () => rolesHome(options), course, (home) => [home.balancer.url]), skipped: null };
  },
});

const disk = (name: string, full: number, short: number, leaveBytes: number): Fault => ({
  name,
  lane: 1,
  full,
  short,
  async run(rounds, random) {
    const small = smallDisk(160);
    if (typeof small === 'string') return { outcome: newOutcome(name), skipped: small };
    try {
      const act: Act = direct((arena, count) => diskFull(arena, small, count, leaveBytes));
      return { outcome: await inHome(name, random, () => embeddedHome({ folder: `${small.folder}/home` }), (arena) => act(arena, rounds)), skipped: null };
    } finally {
      small.unmount();
    }
  },
});

const netem: Fault = {
  name: '300 ms, 5 % loss (netem)',
  lane: 1,
  full: 5,
  short: 1,
  async run(rounds, random) {
    const space = namespace();
    if (typeof space === 'string') return { outcome: newOutcome(netem.name), skipped: space };
    try {
      const act: Act = direct(async (arena, count) => {
        for (let n = 0; n < count; n += 1) {
          await arena.round(120, () => {
            space.worsen(300, 5);
            return Promise.resolve(Date.now());
          });
        }
      });
      const home = () => embeddedHome({ through: space.through, host: space.host });
      return { outcome: await inHome(netem.name, random, home, (arena) => act(arena, rounds)), skipped: null };
    } finally {
      space.remove();
    }
  },
};

/** Everything that is tried, in the order of the table. */
export const FAULTS: readonly Fault[] = [
  embedded('kill -9, embedded', 0, 50, 3, direct(killServer)),
  asking,
  pair('kill -9 of one of two', 50, 2, direct(killServer)),
  pair('PostgreSQL killed', 10, 1, direct(killDatabase)),
  roles('rolling restart, haproxy', 2, 5, 0, { balancer: 'haproxy', redis: true }, rolling),
  roles('rolling restart, nginx', 2, 5, 0, { balancer: 'nginx', redis: false, sticky: true }, rolling),
  roles('kill -9 of an intake', 2, 50, 1, { balancer: 'haproxy', redis: true }, killRole('intake')),
  roles('kill -9 of a stream', 2, 50, 1, { balancer: 'nginx', redis: true }, killRole('stream')),
  roles('kill -9 of a worker', 2, 50, 1, { balancer: 'haproxy', redis: true }, killRole('workers')),
  roles('Redis killed', 2, 20, 1, { balancer: 'haproxy', redis: true }, killRedis),
  embedded('frozen for 3 s', 2, 10, 1, direct(freeze)),
  embedded('half-open line', 1, 5, 0, proxied(halfOpen)),
  embedded('300 ms, 5 % broken', 1, 5, 1, proxied(badLine)),
  netem,
  disk('disk full: tables', 5, 1, 0),
  disk('disk full: log', 5, 1, 12_000_000),
  embedded('asleep', 0, 10, 1, direct((arena, rounds) => asleep(arena, rounds, 200, false))),
  embedded('asleep for a day', 0, 2, 0, direct((arena, rounds) => asleep(arena, rounds, 5_400, true))),
  embedded('clock back an hour', 2, 5, 1, proxied(clockBack)),
  embedded('doubled, reordered', 0, 10, 1, meddled),
];

export const randomOf = (seed: number, fault: Fault): (() => number) => seeded(seed + FAULTS.indexOf(fault) * 7_919);
