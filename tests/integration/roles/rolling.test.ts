import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { seeded } from '../../../scripts/simulate/burst.ts';
import { Arena } from '../../chaos/arena.ts';
import { judgeEnding } from '../../chaos/ending.ts';
import { rolling } from '../../chaos/faults/roles.ts';
import { rolesHome, whyNoRoles, type RolesOptions } from '../../chaos/rolesHome.ts';

/**
 * An upgrade without a pause: every process asked to stop and started again, one after the other, while signed webhooks
 * come in and consoles watch, both through the balancer. The long form: `npm run chaos -- --only=rolling`.
 */

const VARIANTS: readonly RolesOptions[] = [
  { balancer: 'haproxy', redis: true, sticky: false },
  { balancer: 'nginx', redis: false, sticky: true },
];
const cluster = process.env['WEDSYNC_TEST_DATABASE_URL'];

for (const options of VARIANTS) {
  const name = `${options.balancer}, ${options.sticky ? 'sticky' : 'any'} lines, ${options.redis ? 'Redis' : 'PostgreSQL'} between the processes`;
  test.skipIf(cluster === undefined || whyNoRoles(options) !== null)(`rolling restart behind ${name}`, { timeout: 150_000 }, async () => {
    const home = await rolesHome(options);
    const arena = new Arena(home, name, seeded(11), () => [home.balancer.url]);
    try {
      await arena.watch(Array.from({ length: 4 }, () => home.balancer.url));
      const shares = await Promise.all(home.stream.map((post) => lines(post.url)));
      expect(shares.reduce((sum, one) => sum + one, 0)).toBe(4);
      // With sticky lines one process has them all, without each has some: nothing depends on which.
      expect(shares.filter((one) => one > 0)).toHaveLength(options.sticky ? 1 : 2);
      await rolling(arena, home, 1);
      expect(home.posts.map((post) => post.restarts())).toEqual([1, 1, 1, 1, 1, 1]);
    } finally {
      arena.leave();
      judgeEnding(await home.close(), arena.vendor.acknowledged(), arena.outcome);
    }
    const { acknowledged, lost, doubled, faults, notes } = arena.outcome;
    const refused = [...arena.vendor.refusals.values()].reduce((sum, one) => sum + one, 0);
    console.log(`${name}: ${acknowledged} acknowledged, ${lost} lost, ${doubled} doubled, ${refused} refused; ${notes.join('; ')}`);
    expect({ lost, doubled, faults }).toEqual({ lost: 0, doubled: 0, faults: [] });
    expect(acknowledged).toBeGreaterThan(600);
    expect(refused).toBe(0);
  });
}

/** Live lines that a process has, by its own count. The auditor and a newcomer may still be going. */
async function lines(url: string): Promise<number> {
  await sleep(100);
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^wedsync_stream_connections (\d+)$/m.exec(text)?.[1]);
}
