import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from '@playwright/test';
import type { Socket } from 'socket.io-client';
import { launchDesktop } from '../support/desktopApp.ts';
import { startDesktopSession } from '../support/desktopSession.ts';
import type { RunningServer } from '../support/runningServer.ts';
import { percentile, tableOf } from './figures.ts';
import { allocationOf, HOUR_MS, makeVenue, type CalendarVenue } from './load/calendarVenue.ts';
import { machineNow } from './load/clock.ts';
import { openConsole, type Heard } from './load/console.ts';
import { decide } from './load/deciding.ts';
import { startFarm } from './load/fleet.ts';
import { floorOf } from './load/floor.ts';
import { conditions, onBothHomes, startOn, type Home } from './load/homes.ts';
import { beside, type Figure } from './recorded.ts';

/** A person takes time that the room needs for its turnaround: how soon everybody sees the conflict. */

const EVERY_MS = 50;
/** In the window a change comes when the one before has been drawn. */
const DRAWN_EVERY_MS = 200;
const SEEN_LIMIT_MS = 60_000;
/** What the room needs afterwards, and what is left of it by the next. */
const TURNAROUND_MINUTES = 60;
const LEFT_MS = HOUR_MS / 2;

interface Seen extends Heard {
  readonly conflictId: string;
  readonly times: number;
}

interface Listener {
  readonly socket: Socket;
  /** By the allocation that made the conflict. */
  readonly seen: Map<string, Seen>;
}

async function listen(url: string, token: string): Promise<Listener> {
  const seen = new Map<string, Seen>();
  const socket = await openConsole(url, token, {
    events(events, heard) {
      for (const { collection, type, row } of events) {
        if (collection !== 'conflicts' || type !== 'conflict.raised') continue;
        for (const { id } of row.members) seen.set(id, { ...(seen.get(id) ?? heard), conflictId: row.id, times: (seen.get(id)?.times ?? 0) + 1 });
      }
    },
  });
  return { socket, seen };
}

interface Made {
  readonly allocationId: string;
  readonly due: number;
  readonly answeredAt: number;
}

interface Clashing {
  readonly server: RunningServer;
  readonly venue: CalendarVenue;
  readonly listener: Listener;
}

/** Half an hour after each of these somebody else comes. Settles when the console has heard of every conflict, or nothing can be hoped for. */
async function clash({ server, venue, listener }: Clashing, from: number, count: number, everyMs: number): Promise<Made[]> {
  const start = machineNow() + 20;
  const sending: Promise<Made>[] = [];
  for (const [turn, { n, startsAt }] of venue.taken.slice(from, from + count).entries()) {
    const due = start + turn * everyMs;
    const wait = due - machineNow();
    if (wait > 0) await sleep(wait);
    const allocationId = randomUUID();
    const fields = allocationOf(venue.roomId, `After ${n}`, startsAt + 2 * HOUR_MS + LEFT_MS);
    const command = { type: 'allocation.save', commandId: randomUUID(), allocationId, basedOnVersion: null, reason: null, ...fields } as const;
    sending.push(decide(server.url, venue.tokens[0] ?? '', command).then(({ answeredAt }) => ({ allocationId, due, answeredAt })));
  }
  const made = await Promise.all(sending);
  const until = machineNow() + SEEN_LIMIT_MS;
  while (made.some(({ allocationId }) => !listener.seen.has(allocationId)) && machineNow() < until) await sleep(20);
  return made;
}

interface Round {
  readonly row: Readonly<Record<string, string | number>>;
  readonly bad: number;
  /** Of the median to that of a bare call; null = measured against none. */
  readonly ratio: number | null;
}

const spread = (name: string, values: readonly number[]): Record<string, number> => ({ [`${name} p50`]: percentile(values, 50), p99: percentile(values, 99) });

function roundOf(name: string, made: readonly Made[], { seen }: Listener, floor: readonly number[]): Round {
  const known = made.map((one) => ({ ...one, seen: seen.get(one.allocationId) }));
  const since = (pick: (one: Made, there: Seen) => number): number[] => known.flatMap((one) => (one.seen ? [pick(one, one.seen)] : []));
  const visible = since((_one, { wall, committedAt }) => wall - committedAt);
  const lost = known.filter((one) => !one.seen).length;
  const double = known.filter((one) => (one.seen?.times ?? 0) > 1).length;
  const row = {
    milliseconds: name, conflicts: String(made.length), ...spread('commit -> console', visible), max: Math.max(...visible),
    'recorded p99': percentile(made.map(({ due, answeredAt }) => answeredAt - due), 99),
    'answer -> console p99': percentile(since(({ answeredAt }, { at }) => Math.max(0, at - answeredAt)), 99),
    'to a bare call p50': `${(percentile(visible, 50) / percentile(floor, 50)).toFixed(0)}x`, lost: String(lost), double: String(double),
  };
  return { row, bad: lost + double, ratio: percentile(visible, 50) / percentile(floor, 50) };
}

/** Notes when each conflict of the queue has been on the screen: after the second frame from then, as the boards report it. Wall clock. */
async function watchQueue(page: Page): Promise<() => Promise<Readonly<Record<string, number>>>> {
  await page.evaluate(() => {
    const seen: Record<string, number> = {};
    (globalThis as unknown as { conflictsSeen: Record<string, number> }).conflictsSeen = seen;
    const look = (): void => {
      const fresh = [...document.querySelectorAll('.row-conflict')].map((one) => one.getAttribute('data-row') ?? '').filter((id) => !(id in seen));
      if (fresh.length > 0) requestAnimationFrame(() => requestAnimationFrame(() => fresh.forEach((id) => (seen[id] ??= Date.now()))));
    };
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true });
  });
  return () => page.evaluate(() => (globalThis as unknown as { conflictsSeen: Record<string, number> }).conflictsSeen);
}

async function drawn(clashing: Clashing, folder: string, from: number, count: number): Promise<Round> {
  const { server, listener } = clashing;
  const session = await startDesktopSession({ size: '1280x800x24' });
  const desktop = await launchDesktop({ session, userData: join(folder, 'desktop'), server: { url: server.url, ticket: await server.newTicket() } });
  try {
    await desktop.window.locator('[data-link="live"]').waitFor();
    await desktop.window.evaluate(() => void (location.hash = '#/conflicts'));
    await desktop.window.locator('.conflicts').waitFor();
    const drawnAt = await watchQueue(desktop.window);
    const made = await clash(clashing, from, count, DRAWN_EVERY_MS);
    const known = made.flatMap(({ allocationId }) => listener.seen.get(allocationId) ?? []);
    let screen = await drawnAt();
    for (const until = Date.now() + SEEN_LIMIT_MS; known.some(({ conflictId }) => !(conflictId in screen)) && Date.now() < until; await sleep(100)) screen = await drawnAt();
    const took = known.flatMap(({ conflictId, committedAt }) => (screen[conflictId] === undefined ? [] : [screen[conflictId] - committedAt]));
    const missing = count - took.length;
    const row = { 'milliseconds, in the real window': `one each ${DRAWN_EVERY_MS} ms`, conflicts: String(count), ...spread('commit -> drawn', took), max: Math.max(...took), missing: String(missing) };
    return { row, bad: missing, ratio: null };
  } finally {
    await desktop.close();
    await session.close();
  }
}

async function measure({ name, kind, folder, newDatabase }: Home, short: boolean): Promise<void> {
  const [count, burst, shown, crowd] = short ? [20, 5, 8, 4] : [200, 50, 60, 50];
  const home = { dataDir: join(folder, 'data'), databaseUrl: await newDatabase() };
  const allocations = count + burst + shown;
  const venue = await makeVenue({ ...home, calendars: [], allocations, turnaroundMinutes: TURNAROUND_MINUTES, consoles: crowd + 2 });
  const server = await startOn(home, []);
  const farm = startFarm();
  try {
    const listener = await listen(server.url, venue.tokens[1] ?? '');
    await farm.open(venue.tokens.slice(2).map((token) => ({ url: server.url, token, organisation: 0 })));
    const floor = await floorOf(server.url, short ? 50 : 500);
    const clashing: Clashing = { server, venue, listener };
    const trickle = roundOf(`one each ${EVERY_MS} ms`, await clash(clashing, 0, count, EVERY_MS), listener, floor);
    const crowded = roundOf('all at once', await clash(clashing, count, burst, 0), listener, floor);
    console.log(`\nConflicts made visible, ${name}: ${crowd} consoles beside the one that is measured. ${conditions()}`);
    console.log(tableOf([trickle.row, crowded.row]));
    const screen = kind === 'embedded' ? await drawn(clashing, folder, count + burst, shown) : null;
    if (screen) console.log(tableOf([screen.row]));
    console.log(`A bare call to the same server: p50 ${percentile(floor, 50).toFixed(2)} ms. Target: commit -> console p99 < 100; lost, double and missing must be 0.`);
    beside('conflictVisible', [trickle, crowded].flatMap(({ row, ratio }): Figure[] => {
      const name = `${kind}: ${String(row['milliseconds'])}, commit -> console p50 to a bare call`;
      return ratio === null ? [] : [{ name, value: ratio, better: 'less', within: 0.4 }];
    }));
    listener.socket.disconnect();
    if ([trickle, crowded, screen].some((round) => (round?.bad ?? 0) > 0)) throw new Error('conflicts were lost, doubled or not drawn');
  } finally {
    farm.end();
    await server.stop();
  }
}

/** From a decision's commit to every console's record, and to the screen. */
export const run = (short: boolean): Promise<void> => onBothHomes('wedsync-bench-visible-', (home) => measure(home, short));
