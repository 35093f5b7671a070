import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { PROTOCOL_VERSION } from '../../../../core/contract/stream.ts';
import type * as Machine from '../../../../core/link/machine.ts';
import { PlayedServer, seeded, Time, type Weather } from './world.ts';
import { PlayedClient } from './worldClient.ts';

/** Every cell of the table that the played world has walked through. */
const visited = vi.hoisted(() => new Map<string, number>());
vi.mock(import('../../../../core/link/machine.ts'), async (original) => {
  const machine = await original();
  const stepLink: typeof Machine.stepLink = (state, input, env) => {
    const cell = `${state.name} ${input.kind}`;
    visited.set(cell, (visited.get(cell) ?? 0) + 1);
    return machine.stepLink(state, input, env);
  };
  return { ...machine, stepLink };
});

const RUNS = Number(process.env['WEDSYNC_LINK_RUNS'] ?? 2_500);
const CLIENTS = 2;

type Weathers = keyof Weather;
/** One thing that happens; `who` is a client. */
type Op =
  | readonly ['append' | 'pass' | 'restore' | 'restart', number]
  | readonly ['protocol', number]
  | readonly ['kill' | 'up' | 'beat']
  | readonly ['weather', Weathers, boolean]
  | readonly ['bye', number, 'server_stopping' | 'slow_consumer' | 'overloaded' | 'flooding' | 'forbidden' | 'auth_revoked']
  | readonly ['cut' | 'half_open' | 'expire' | 'revoke' | 'renew' | 'freeze' | 'thaw' | 'sleep' | 'wake' | 'retry' | 'stop' | 'start' | 'crash' | 'offline' | 'online' | 'move', number]
  | readonly ['clock', number, number];

const who = fc.nat(CLIENTS - 1);
const op: fc.Arbitrary<Op> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constant('append' as const), fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 1, max: 4 }) }, fc.constant(20))) },
  { weight: 8, arbitrary: fc.tuple(fc.constant('pass' as const), fc.constantFrom(1, 20, 50, 100, 300, 1_000, 2_500, 6_000, 12_000)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('restore' as const), fc.nat(6)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('restart' as const), fc.constantFrom(50, 3_000)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('protocol' as const), fc.constantFrom(PROTOCOL_VERSION, PROTOCOL_VERSION + 1)) },
  { weight: 3, arbitrary: fc.tuple(fc.constantFrom('kill' as const, 'up' as const, 'beat' as const, 'beat' as const)) },
  { weight: 4, arbitrary: fc.tuple(fc.constant('weather' as const), fc.constantFrom<Weathers>('slow', 'reorders', 'doubles', 'swallows'), fc.boolean()) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('bye' as const), who, fc.constantFrom('server_stopping' as const, 'slow_consumer' as const, 'overloaded' as const, 'flooding' as const, 'forbidden' as const, 'auth_revoked' as const)) },
  { weight: 14, arbitrary: fc.tuple(fc.constantFrom('cut' as const, 'half_open' as const, 'expire' as const, 'revoke' as const, 'renew' as const, 'freeze' as const, 'thaw' as const, 'sleep' as const, 'wake' as const, 'retry' as const, 'stop' as const, 'start' as const, 'crash' as const, 'offline' as const, 'online' as const, 'move' as const), who) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('clock' as const), who, fc.constantFrom(-86_400_000, -3_600_000, -5_000, -700, 700, 5_000, 3_600_000, 3 * 86_400_000)) },
);

function played(seed: number) {
  const chance = seeded(seed);
  const time = new Time();
  const weather: Weather = { slow: false, reorders: false, doubles: false, swallows: false };
  const server = new PlayedServer(time, chance);
  server.append(5);
  const world = { time, weather, chance, server };
  const clients = Array.from({ length: CLIENTS }, (_one, n) => new PlayedClient(world, `client${n}`, n % 2 === 0 ? 'all' : 'a'));
  const check = (): void => {
    for (const client of clients) client.invariants();
  };
  return { ...world, clients, check };
}
type Played = ReturnType<typeof played>;

async function perform({ server, weather, time, clients, check }: Played, step: Op): Promise<void> {
  switch (step[0]) {
    case 'append':
      if (server.up) server.append(step[1]);
      break;
    case 'pass':
      await time.pass(step[1], check);
      break;
    case 'restore':
      server.halt('server_stopping');
      server.restore(step[1]);
      server.up = true;
      break;
    case 'restart':
      server.halt('server_stopping');
      await time.pass(step[1], check);
      server.up = true;
      break;
    case 'protocol':
      if (server.protocol !== step[1]) server.bye('server_stopping');
      server.protocol = step[1];
      break;
    case 'kill':
      server.halt(null);
      break;
    case 'up':
      server.up = true;
      break;
    case 'beat':
      server.beat();
      break;
    case 'weather':
      weather[step[1]] = step[2];
      break;
    case 'bye':
      server.bye(step[2], (line) => line === clients[step[1]]?.line);
      break;
    case 'clock': {
      const client = clients[step[1]];
      if (client) client.clockOff += step[2];
      break;
    }
    default: {
      const client = clients[step[1]];
      if (client) host(client, server, step[0]);
    }
  }
  await time.pass(0, check);
  check();
}

function host(client: PlayedClient, server: PlayedServer, what: Extract<Op, readonly ['cut' | 'half_open' | 'expire' | 'revoke' | 'renew' | 'freeze' | 'thaw' | 'sleep' | 'wake' | 'retry' | 'stop' | 'start' | 'crash' | 'offline' | 'online' | 'move', number]>[0]): void {
  const { line } = client;
  switch (what) {
    case 'cut':
      server.bye('transport_lost', (other) => other === line);
      return;
    case 'half_open':
      if (line) line.dead = true;
      return;
    case 'expire':
      server.tokens.delete(client.token);
      server.bye('auth_invalid', (other) => other === line);
      return;
    case 'revoke':
      server.revoked.add(client.token);
      server.bye('auth_revoked', (other) => other === line);
      return;
    case 'renew':
      client.renew();
      return;
    case 'freeze':
      client.freeze();
      return;
    case 'thaw':
      client.thaw();
      return;
    case 'crash':
      client.crash();
      return;
    default:
      break;
  }
  // A process that stands still asks for nothing.
  if (client.isFrozen) return;
  switch (what) {
    case 'sleep':
      client.sleep();
      return;
    case 'wake':
      client.wake();
      return;
    case 'retry':
      client.retry();
      return;
    case 'stop':
      client.stop();
      return;
    case 'start':
      client.start();
      return;
    case 'offline':
      client.network(false);
      return;
    case 'online':
      client.network(true);
      return;
    case 'move':
      client.present(Math.abs(client.clockOff) % 2 === 0 ? 'day' : 'settings');
      return;
  }
}

/** Everything is well again: from here on every client has to come back by itself. */
async function calm(world: Played, pressRetry: boolean, wakeAll: boolean): Promise<void> {
  const { server, weather, time, clients, check } = world;
  Object.assign(weather, { slow: false, reorders: false, doubles: false, swallows: false });
  server.up = true;
  if (server.protocol !== PROTOCOL_VERSION) server.bye('server_stopping');
  server.protocol = PROTOCOL_VERSION;
  for (const client of clients) {
    if (client.isFrozen) client.thaw();
    client.renew();
    if (!client.online) client.network(true);
    if (!client.started) client.start();
    // Not every host is told when it falls asleep; every one is when it wakes, and trusts no old line then.
    if (client.asleep || wakeAll) client.wake();
  }
  // What was under way arrives or is overtaken.
  await time.pass(700, check);
  const silent = clients.filter(({ status, line }) => ['connecting', 'catching_up', 'live'].includes(status.state) && !(line && server.serves(line)));
  if (wakeAll) expect(silent.length, 'nobody who woke up sits on a dead line').toBe(0);
  const refused = clients.filter(({ status }) => status.state === 'refused');
  if (pressRetry) for (const client of refused) client.retry();
  const slow = new Set([...silent, ...(pressRetry ? [] : refused)]);
  server.append(2);
  const expectLive = (some: readonly PlayedClient[], within: string): void => {
    for (const client of some) expect([client.status.state, client.held?.epoch, client.held?.seq], within).toEqual(['live', server.log.epoch, server.head]);
  };
  await time.pass(2_000, check);
  expectLive(clients.filter((client) => !slow.has(client)), 'live within two seconds');
  await time.pass(10_000, check);
  expectLive(clients.filter((client) => !slow.has(client) || silent.includes(client)), 'live within two seconds of finding the dead line');
  if (slow.size > silent.length) await time.pass(20_000, check);
  expectLive(clients, 'live at all');
}

const SERVED = ['welcome', 'snapshot', 'frame', 'heartbeat', 'down', 'silence_check'];
/** What a host cannot bring about: lines and timers of an ended state are dropped before the machine hears of them. */
const UNREACHED = new Set([
  ...['stopped', 'waiting', 'refused'].flatMap((state) => SERVED.map((kind) => `${state} ${kind}`)),
  ...['stopped', 'opening', 'syncing', 'live'].map((state) => `${state} retry_due`),
]);

const scenario = fc.tuple(fc.array(op, { minLength: 1, maxLength: 30 }), fc.record({ seed: fc.nat(), pressRetry: fc.boolean(), wakeAll: fc.boolean(), doubles: fc.boolean(), reorders: fc.boolean() }));
async function walk([ops, { seed, pressRetry, wakeAll, doubles, reorders }]: readonly [readonly Op[], { seed: number; pressRetry: boolean; wakeAll: boolean; doubles: boolean; reorders: boolean }]): Promise<void> {
  const world = played(seed);
  Object.assign(world.weather, { doubles, reorders });
  for (const step of ops) await perform(world, step);
  await calm(world, pressRetry, wakeAll);
}

/** Walks that once found something: a welcome that came twice and was heard late, a link that asks for all of it after several gaps, a gap on a log that is held from its very beginning. */
const FOUND: Parameters<typeof walk>[0][] = [
  [[['pass', 100], ['kill'], ['freeze', 0], ['pass', 12_000], ['pass', 1]], { seed: 1_476_686_013, pressRetry: false, wakeAll: false, doubles: true, reorders: false }],
  [
    [['pass', 12_000], ['crash', 0], ['append', 2], ['pass', 12_000], ['wake', 0], ['append', 3], ['weather', 'slow', true], ['append', 4], ['pass', 12_000]],
    { seed: 2_147_483_633, pressRetry: false, wakeAll: false, doubles: true, reorders: true },
  ],
  [[['restore', 5], ['pass', 100], ['append', 4], ['pass', 100], ['pass', 1]], { seed: 1_399_139_248, pressRetry: false, wakeAll: false, doubles: true, reorders: true }],
];

describe('the link in a played world', () => {
  it('stands what once found something', async () => {
    for (const one of FOUND) await walk(one);
  });

  it(`is a true copy after every step, says what is so, and comes back (${RUNS} runs)`, async () => {
    await fc.assert(fc.asyncProperty(scenario, walk), { numRuns: RUNS, ...(process.env['WEDSYNC_LINK_SEED'] === undefined ? {} : { seed: Number(process.env['WEDSYNC_LINK_SEED']) }) });
  }, 600_000);

  it('walked through every cell of the table that a host can bring about, and through no other', async () => {
    const { LINK_STATES, TABLE } = await import('../../../../core/link/machine.ts');
    const cells = LINK_STATES.flatMap((state) => Object.keys(TABLE[state]).map((kind) => `${state} ${kind}`));
    const missing = (): string[] => cells.filter((cell) => !visited.has(cell)).sort();
    // Chance may leave a rare one out: then it walks on, within bounds.
    for (let seed = 1; seed <= 20 && missing().length > UNREACHED.size; seed += 1) for (const one of fc.sample(scenario, { numRuns: 200, seed })) await walk(one);
    expect(missing(), 'cells that were never walked through').toEqual([...UNREACHED].sort());
    expect(cells.length).toBe(LINK_STATES.length * 13);
  }, 60_000);
});
