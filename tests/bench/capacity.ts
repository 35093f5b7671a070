import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findPostgres } from '../../scripts/setup/postgres.mjs';
import { ownDatabase, startCluster } from '../support/postgres.ts';
import { startServer, type RunningServer } from '../support/runningServer.ts';
import { machine, percentile, table } from './figures.ts';
import { BENCH_ENV, MASTER_KEY, prepare, SIGNING_SECRET } from './home.ts';
import { SETTINGS_FOR_MUCH } from './load/backends.ts';
import { INSPECTABLE, neededMiB } from './load/heap.ts';
import type { Burst, BurstAnswer } from './load/rawSender.ts';
import type { Alone, AloneAnswer } from './load/storeAlone.ts';
import { between, threadsOf, type Threads } from './load/threads.ts';
import { beside, type Figure } from './recorded.ts';

/** Steps of the ladder, webhooks a second; it ends at the first that is not kept. */
const LADDER = [1_000, 2_000, 4_000, 6_000, 8_000, 10_000, 12_000];
const SOCKETS = 128;
/** With the rest of it a webhook has 2 KB. */
const FILLER = 1_600;
/** A step is kept when it was acknowledged within this at p99, none was refused and the rate was reached. */
const KEPT_P99_MS = 50;
const REACHED = 0.98;
/** Everything acknowledged is in the record after this long, else the run fails. */
const DRAIN_LIMIT_MS = 180_000;
/** Connections that send, of all that there are, and the rate at which the cost of each is compared. */
const CROWDS = [10, 100, 1_000, 10_000];
const CROWD_RATE = 800;

interface Step {
  readonly name: string;
  readonly perSecond: number;
  readonly answer: BurstAnswer;
  readonly threads: Threads;
  /** Milliseconds from the last acknowledgement until every delivery was worked on. */
  readonly drainMs: number;
  readonly unworked: number;
}

type Sender = (burst: Burst) => Promise<BurstAnswer>;
type Common = Omit<Burst, 'name' | 'count' | 'perSecond'>;
const nameOf = (perSecond: number): string => `c${perSecond}x${Math.floor(Math.random() * 1e9)}x`;

/** Deliveries that are not worked on yet, as the server's own gauge says. */
async function waiting(server: RunningServer): Promise<number> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return Number(/^wedsync_deliveries_waiting(?:\{[^}]*\})? (\d+)/m.exec(text)?.[1] ?? Number.NaN);
}

async function step(server: RunningServer, send: Sender, common: Common, perSecond: number, seconds: number, name = String(perSecond)): Promise<Step> {
  const before = threadsOf(server.pid);
  const answer = await send({ ...common, name: nameOf(perSecond), count: perSecond * seconds, perSecond });
  const threads = between(before, threadsOf(server.pid));
  const ended = Date.now();
  let unworked = await waiting(server);
  while (unworked > 0 && Date.now() - ended < DRAIN_LIMIT_MS) {
    await sleep(100);
    unworked = await waiting(server);
  }
  return { name, perSecond, answer, threads, drainMs: Date.now() - ended, unworked };
}

const ackedOf = ({ acks, tookMs }: BurstAnswer): number => (acks.length * 1_000) / tookMs;
const refusedOf = ({ statuses }: BurstAnswer): number => Object.values(statuses).reduce((sum, one) => sum + one, 0);
const p = (answer: BurstAnswer, rank: number): number => percentile(Array.from(answer.acks), rank);
const isKept = ({ answer, perSecond }: Step): boolean => refusedOf(answer) === 0 && p(answer, 99) <= KEPT_P99_MS && ackedOf(answer) >= perSecond * REACHED;

const HEAD = ['asked/s', 'acknowledged/s', 'ack p50', 'p99', 'max', 'refused', 'main us each', 'database us', 'beside us', 'sender us', 'whole way/s', 'drained in ms', 'unworked'];
function rowOf({ name, answer, threads, drainMs, unworked }: Step): (string | number)[] {
  const count = answer.acks.length;
  const each = (ms: number) => ((ms * 1_000) / count).toFixed(0);
  const whole = (count * 1_000) / (answer.tookMs + drainMs);
  return [name, ackedOf(answer).toFixed(0), p(answer, 50), p(answer, 99), p(answer, 100), String(refusedOf(answer)), each(threads.main), each(threads.database), each(threads.beside), each(answer.ownMs), whole.toFixed(0), drainMs.toFixed(0), String(unworked)];
}

/** Processor time of all threads for one webhook, in microseconds. */
const costOf = ({ answer, threads }: Step): number => ((threads.main + threads.database + threads.beside) * 1_000) / answer.acks.length;

/** How what one webhook costs grows with the number of connections. Said, not asserted: it is a measurement. */
function costInWords(few: Step, many: Step): string {
  const [less, more] = [costOf(few), costOf(many)];
  const ratio = more / less;
  const words = ratio < 1.1 ? 'the number of connections makes no difference to it' : `each webhook costs ${((ratio - 1) * 100).toFixed(0)} % more among so many`;
  return `Processor time of a webhook at ${many.name}: ${ratio.toFixed(2)} times that at ${few.name} (${more.toFixed(0)} us to ${less.toFixed(0)} us), so ${words}.`;
}

/** The same webhooks to a program that answers them and keeps nothing. */
async function peer(name: string, file: string, send: Sender, perSecond: number, seconds: number): Promise<{ row: (string | number)[]; acked: number }> {
  const child = fork(join(import.meta.dirname, file), [SIGNING_SECRET]);
  try {
    const [ready] = (await Promise.race([once(child, 'message'), once(child, 'exit').then(() => Promise.reject(new Error(`${name} did not start`)))])) as [{ url: string }];
    const common: Common = { host: '127.0.0.1', port: Number(new URL(ready.url).port), paths: ['/webhook'], signingSecret: SIGNING_SECRET, weddingId: 'none', sockets: SOCKETS, filler: FILLER };
    await send({ ...common, name: nameOf(1), count: Math.min(2_000, perSecond), perSecond });
    const before = threadsOf(child.pid ?? 0);
    const answer = await send({ ...common, name: nameOf(2), count: perSecond * seconds, perSecond });
    const used = between(before, threadsOf(child.pid ?? 0));
    if (answer.acks.length === 0) throw new Error(`${name} acknowledged nothing: ${JSON.stringify(answer.statuses)}`);
    const each = (ms: number) => ((ms * 1_000) / answer.acks.length).toFixed(0);
    return { row: [name, ackedOf(answer).toFixed(0), p(answer, 50), p(answer, 99), String(refusedOf(answer)), each(used.main), each(used.database + used.beside), each(answer.ownMs), 'nothing'], acked: ackedOf(answer) };
  } finally {
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
}

async function storeAlone(wanted: Alone): Promise<{ row: (string | number)[]; acked: number }> {
  const child = fork(join(import.meta.dirname, 'load', 'storeAlone.ts'), { serialization: 'advanced' });
  try {
    child.send(wanted);
    const [answer] = (await Promise.race([once(child, 'message'), once(child, 'exit').then(() => Promise.reject(new Error('the store alone ended')))])) as [AloneAnswer];
    const acked = (wanted.count * 1_000) / answer.tookMs;
    return { row: ['the store alone, no HTTP, nobody works on them', acked.toFixed(0), '', '', '0', '', ((answer.ownMs * 1_000) / wanted.count).toFixed(0), '', `all (${(wanted.count / answer.commits).toFixed(0)} a commit)`], acked };
  } finally {
    child.kill();
  }
}

/**
 * How much one machine takes: a ladder of rates into one server process that does everything, on both homes, with the
 * sender beside it, next to peers that keep nothing. Acknowledged means durable; the whole pipeline has passed when
 * nothing waits to be worked on.
 */
export async function run(short: boolean): Promise<void> {
  const seconds = short ? 1 : 8;
  const ladder = short ? [200] : LADDER;
  const crowds = short ? [10, 40] : CROWDS;
  const crowdRate = short ? 200 : CROWD_RATE;
  const most = Math.max(...crowds);
  const folder = mkdtempSync(join(tmpdir(), 'wedsync-bench-capacity-'));
  const child = fork(join(import.meta.dirname, 'load', 'rawSender.ts'), { serialization: 'advanced' });
  const send: Sender = async (burst) => {
    child.send(burst);
    const [answer] = (await once(child, 'message')) as [BurstAnswer];
    return answer;
  };
  const ends: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true }), () => child.kill()];
  const best = new Map<string, number>();
  try {
    const found = findPostgres();
    const homes: { name: string; databaseUrl: string | null }[] = [{ name: 'embedded (PGlite)', databaseUrl: null }];
    if (found.ok) {
      const cluster = await startCluster({ synced: true, settings: SETTINGS_FOR_MUCH });
      ends.push(() => cluster.remove());
      homes.push({ name: `PostgreSQL ${cluster.version.split(' ')[0] ?? ''}`, databaseUrl: (await ownDatabase(cluster.url)).url });
    } else console.log(`\n!! PostgreSQL not measured: ${found.why}`);

    const peers: Record<string, { row: (string | number)[]; acked: number }> = {
      bare: await peer('floor: node:http, signature, answer', 'load/bareHttp.ts', send, short ? 200 : 20_000, short ? 1 : 4),
      red: await peer('Node-RED: http in, function, http response', 'load/nodeRed.ts', send, short ? 200 : 10_000, short ? 1 : 4),
    };
    for (const { name, databaseUrl } of homes) {
      const dataDir = join(folder, databaseUrl === null ? 'embedded' : 'postgresql');
      const { weddingId, to } = await prepare(dataDir, databaseUrl, most);
      if (databaseUrl === null) peers['store'] = await storeAlone({ dataDir, databaseUrl, masterKey: MASTER_KEY, callers: SOCKETS, count: short ? 500 : 40_000, bytes: 1_900 });
      const server = await startServer({ dataDir, env: { ...BENCH_ENV, ...INSPECTABLE, ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }) } });
      ends.push(() => server.stop());
      const common: Common = { host: '127.0.0.1', port: server.port, paths: to.map((one) => one.path), signingSecret: SIGNING_SECRET, weddingId, sockets: SOCKETS, filler: FILLER };
      const few = { ...common, paths: common.paths.slice(0, 20) };
      await step(server, send, few, short ? 100 : 500, short ? 1 : 4);
      const steps: Step[] = [];
      for (const perSecond of ladder) {
        const done = await step(server, send, few, perSecond, seconds);
        steps.push(done);
        if (isKept(done)) best.set(name, perSecond);
        if (!isKept(done)) break;
      }
      console.log(`\nCapacity of one process, ${name}, ${seconds} s each, 2 KB bodies, ${SOCKETS} sockets. ${machine()}, load ${loadavg()[0]?.toFixed(1)}`);
      console.log(table(HEAD, steps.map(rowOf)));

      const crowd: Step[] = [];
      const memory: number[] = [];
      for (const connections of crowds) {
        const part = { ...common, paths: common.paths.slice(0, connections) };
        // Each connection is looked up once; what is compared is the cost from then on.
        await step(server, send, part, crowdRate, Math.max(1, Math.ceil(connections / crowdRate)));
        crowd.push(await step(server, send, part, crowdRate, seconds, `${connections} connections`));
      }
      for (let third = 0; third < 3; third += 1) {
        await step(server, send, common, crowdRate, seconds);
        memory.push(await neededMiB(server));
      }
      console.log(`\nThe same at ${crowdRate}/s, by the number of connections that send (${most} are registered)`);
      console.log(table(HEAD, crowd.map(rowOf)));
      const [fewest, mostOf] = [crowd[0], crowd.at(-1)];
      if (fewest && mostOf) console.log(costInWords(fewest, mostOf));
      console.log(`Memory needed after a collection, MiB, at the thirds of ${3 * seconds} s over all connections: ${memory.map((one) => one.toFixed(1)).join(', ')}`);
      if ([...steps, ...crowd].some((one) => one.unworked > 0)) throw new Error('deliveries were acknowledged and not worked on');
      if (short && [...steps, ...crowd].some((one) => refusedOf(one.answer) > 0)) throw new Error('deliveries were refused');
      await server.stop();
    }
    console.log('\nBeside it, in the same run and with the same sender (Node-RED and the floor keep nothing: what they answered is gone with the process)');
    console.log(table(['', 'answered/s', 'p50', 'p99', 'refused', 'main us each', 'rest us', 'sender us', 'durable'], Object.values(peers).map((one) => one.row)));
    if (!short) for (const [name, perSecond] of best) console.log(`${name}: the highest step that was kept is ${perSecond}/s = ${Object.entries(peers).map(([of, { acked }]) => `${(perSecond / acked).toFixed(2)} of ${of}`).join(', ')}`);
    beside('capacity', [...best].flatMap(([name, perSecond]) => Object.entries(peers).map(([of, { acked }]): Figure =>
      ({ name: `${name.split(' ')[0] ?? ''}: highest step that was kept, to ${of}`, value: perSecond / acked, better: 'more' }))));
    console.log('Targets: acknowledged >= 10,000/s at p99 < 50 ms; whole way >= 3,300/s.');
  } finally {
    for (const end of ends.reverse()) await end();
  }
}
