import { setTimeout as sleep } from 'node:timers/promises';
import { SILENCE_LIMIT_MS } from '../../../core/contract/stream.ts';
import type { Arena } from '../arena.ts';
import { mischievous, type Mischief } from '../frames.ts';
import { startProxy, type Proxy } from '../proxy.ts';

/** Faults of the line between the consoles and a server that is well. */

/** Puts the consoles of an arena behind one proxy. */
export async function behindProxy(arena: Arena, consoles: number, mischief?: Mischief): Promise<Proxy> {
  const proxy = await startProxy(arena.post.url, arena.random, mischief && mischievous(mischief, arena.random));
  await arena.watch(Array.from({ length: consoles }, () => proxy.url));
  return proxy;
}

/** The line goes silent without being closed, as with a cut cable behind a switch. */
export async function halfOpen(arena: Arena, proxy: Proxy, rounds: number): Promise<void> {
  for (let n = 0; n < rounds; n += 1) {
    await arena.round(20, () => {
      proxy.silence();
      return Promise.resolve(Date.now());
    });
    if (arena.outcome.faults.length > 0) return;
  }
  arena.outcome.notes.push(`silence counts as dead after ${SILENCE_LIMIT_MS / 1000} s`);
}

/** A far and bad line: 300 ms each way, and one in twenty lines breaks, each second anew. */
export async function badLine(arena: Arena, proxy: Proxy, rounds: number): Promise<void> {
  for (let n = 0; n < rounds; n += 1) {
    await arena.round(120, () => {
      proxy.weather.delayMs = 300;
      proxy.weather.dropChance = 0.05;
      return Promise.resolve(Date.now());
    });
    if (arena.outcome.faults.length > 0) return;
  }
  arena.outcome.notes.push(`${proxy.dropped()} lines broke`);
}

const MORE_FACTS = 100;

/** Frames come twice or in the wrong order. */
export async function mischief(arena: Arena, deeds: Mischief, rounds: number): Promise<void> {
  for (let n = 0; n < rounds; n += 1) {
    await arena.round(120, async () => {
      deeds.on = true;
      const at = Date.now();
      // A busy machine tells the whole load in a few frames, and each is left alone more often than not.
      for (let more = 0; more < MORE_FACTS && deeds.duplicated + deeds.swapped === 0; more += 1) await arena.vendor.pay();
      return at;
    });
    deeds.on = false;
    if (arena.outcome.faults.length > 0) return;
  }
  arena.outcome.notes.push(`${deeds.duplicated} told twice, ${deeds.swapped} swapped`);
  if (deeds.duplicated + deeds.swapped === 0) arena.outcome.faults.push('no frame was touched: the fault was not tried');
}

const HOUR_MS = 3_600_000;

/** The consoles' clocks are set back an hour, and then the line dies silently: the dead line must still be found out. */
export async function clockBack(arena: Arena, proxy: Proxy, rounds: number): Promise<void> {
  for (let n = 0; n < rounds; n += 1) {
    await arena.round(20, async () => {
      for (const console of arena.consoles) console.clockSkewMs -= HOUR_MS;
      // Once the clock is back, a heartbeat may or may not come before the silence; both must do.
      await sleep(arena.random() * 200);
      proxy.silence();
      return Date.now();
    });
    if (arena.outcome.faults.length > 0) return;
  }
}

/**
 * Half of the consoles sleep while facts pour in, and wake as a machine does after the night. `far`: more is missed than
 * is ever replayed, so that a snapshot has to come.
 */
export async function asleep(arena: Arena, rounds: number, missed: number, far: boolean): Promise<void> {
  const sleepers = arena.consoles.filter((_, n) => n % 2 === 0);
  for (let n = 0; n < rounds; n += 1) {
    const snapshots = sleepers.map((console) => console.snapshots);
    await arena.round(30, async () => {
      for (const console of sleepers) console.link.suspended();
      // In pieces, so that the log stays near enough for the auditor to read all of it.
      for (let left = missed; left > 0; left -= 2_000) {
        await arena.vendor.load(Math.min(left, 2_000), 700);
        if (far) await arena.audit();
      }
      const at = Date.now();
      for (const console of sleepers) {
        console.clockSkewMs += 24 * HOUR_MS;
        console.link.resumed();
      }
      return at;
    });
    const again = sleepers.filter((console, index) => console.snapshots > (snapshots[index] ?? 0)).length;
    if (again !== (far ? sleepers.length : 0)) arena.outcome.faults.push(`${again} of ${sleepers.length} sleepers got a snapshot`);
    if (arena.outcome.faults.length > 0) return;
  }
  arena.outcome.notes.push(far ? 'snapshot' : 'resumed from the cursor');
}
