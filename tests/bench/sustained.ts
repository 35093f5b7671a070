import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EnrolAnswer, HTTP } from '../../core/contract/http.ts';
import { findPostgres } from '../../scripts/setup/postgres.mjs';
import { ownDatabase, startCluster, type Cluster } from '../support/postgres.ts';
import { startServer, type RunningServer } from '../support/runningServer.ts';
import { machine, percentile, table } from './figures.ts';
import { BENCH_ENV, prepare, SIGNING_SECRET } from './home.ts';
import { bytesLogged, postgresMs, SETTINGS_FOR_MUCH, wornIn } from './load/backends.ts';
import { machineNow } from './load/clock.ts';
import { startFarm, type Farm } from './load/fleet.ts';
import { INSPECTABLE, neededMiB } from './load/heap.ts';
import type { FarmReport } from './load/messages.ts';
import { startOwnSpeed } from './load/ownSpeed.ts';
import type { Burst, BurstAnswer } from './load/rawSender.ts';
import { between, threadsOf, type Threads } from './load/threads.ts';
import { beside } from './recorded.ts';

/** 200,000 a minute, four times what is required; and what the embedded database is asked to bear for as long. */
const RATES = { embedded: 1_000, postgresql: 3_334 } as const;
const SOCKETS = 64;
/** With the rest of it a webhook has 2 KB. */
const FILLER = 1_600;
/** At a third of the rate: programs that have just begun are slower for so long, and nobody begins them in the middle of a rush. */
const WARM_SECONDS = 20;
const SETTLE_MS = 120_000;

type Sender = (burst: Burst) => Promise<BurstAnswer>;

async function tokenOf(server: RunningServer): Promise<string> {
  const body = JSON.stringify({ ticket: server.ticket, device: { name: 'bench', kind: 'tool' } });
  const { token } = EnrolAnswer.parse(await (await fetch(server.url + HTTP.enrol.path, { method: 'POST', headers: { 'content-type': 'application/json' }, body })).json());
  if (token === null) throw new Error('the bench was not let in');
  return token;
}

/** Waits until the console has heard of everything, or nothing more can be hoped for. */
async function settled(farm: Farm): Promise<FarmReport> {
  for (const until = machineNow() + SETTLE_MS; ; await sleep(500)) {
    const report = await farm.report();
    if (report.missing === 0 || machineNow() > until) return report;
  }
}

interface Postgres {
  readonly cluster: Cluster;
  readonly url: string;
}

interface Played {
  readonly perSecond: number;
  readonly seconds: number;
  readonly answer: BurstAnswer;
  readonly report: FarmReport;
  /** Microseconds of processor time for each webhook. */
  readonly cost: { readonly main: number; readonly database: number; readonly beside: number; readonly postgres: number; readonly sender: number };
  /** KiB of PostgreSQL's log for each webhook; 0 without it. */
  readonly logged: number;
  readonly ownSpeed: string;
}

/** Of all its processes together. */
function spentBy(servers: readonly RunningServer[]): Threads {
  const sum = { main: 0, database: 0, beside: 0 };
  for (const { pid } of servers) {
    const { main, database, beside } = threadsOf(pid);
    sum.main += main;
    sum.database += database;
    sum.beside += beside;
  }
  return sum;
}

async function play(servers: readonly RunningServer[], farm: Farm, send: Sender, burst: Omit<Burst, 'name' | 'count' | 'startAt'>, seconds: number, postgres: Postgres | null): Promise<Played> {
  const count = burst.perSecond * seconds;
  const startAt = machineNow() + 500;
  farm.beat({ startAt, perSecond: burst.perSecond, count, organisations: 1 });
  const spent = () => (postgres === null ? 0 : postgresMs(postgres.cluster.pid));
  const written = async () => (postgres === null ? 0 : bytesLogged(postgres.url));
  const [spentBefore, writtenBefore] = [spent(), await written()];
  const each = (ms: number) => (ms * 1_000) / count;
  const before = spentBy(servers);
  const ownSpeed = startOwnSpeed();
  const answer = await send({ ...burst, name: `s${Math.floor(startAt)}x`, count, startAt });
  const report = await settled(farm);
  const used = between(before, spentBy(servers));
  const cost = { main: each(used.main), database: each(used.database), beside: each(used.beside), postgres: each(spent() - spentBefore), sender: each(answer.ownMs) };
  return { perSecond: burst.perSecond, seconds, answer, report, cost, ownSpeed: ownSpeed(), logged: ((await written()) - writtenBefore) / count / 1024 };
}

const TARGET_MS = 200;
const HEAD = ['', 'asked/s', 'for s', 'acknowledged/s', 'ack p50', 'p99', 'max', 'on a console p50', 'p99', 'max', 'worst tenth p99', `seconds under ${TARGET_MS}`, 'refused', 'lost', 'double'];
function rowOf(name: string, { perSecond, seconds, answer, report }: Played): (string | number)[] {
  const acks = Array.from(answer.acks);
  const told = Array.from(report.sinceDue);
  const tenth = Math.ceil(told.length / 10);
  const tenths = Array.from({ length: Math.min(10, told.length) }, (_, n) => percentile(told.slice(n * tenth, (n + 1) * tenth), 99)).filter((one) => !Number.isNaN(one));
  const bySecond = Array.from({ length: seconds }, (_, n) => percentile(told.slice(n * perSecond, (n + 1) * perSecond), 99));
  const refused = Object.values(answer.statuses).reduce((sum, one) => sum + one, 0);
  return [name, String(perSecond), String(seconds), ((acks.length * 1_000) / answer.tookMs).toFixed(0), percentile(acks, 50), percentile(acks, 99), percentile(acks, 100), percentile(told, 50), percentile(told, 99), percentile(told, 100), Math.max(...tenths), `${bySecond.filter((p99) => p99 < TARGET_MS).length} of ${seconds}`, String(refused), String(report.missing), String(report.doubled)];
}

/**
 * Minutes of load through the whole pipeline: signed webhooks of 2 KB, verified, durable, worked on, in the log, and heard
 * by a console on the stream, with the sender and the console beside on the same machine. From the due time of a webhook
 * to its arrival, so that a queue that grows shows.
 */
export async function run(short: boolean): Promise<void> {
  const seconds = short ? 2 : 300;
  const folder = mkdtempSync(join(tmpdir(), 'wedsync-bench-sustained-'));
  const child = fork(join(import.meta.dirname, 'load', 'rawSender.ts'), { serialization: 'advanced' });
  const send: Sender = async (burst) => {
    child.send(burst);
    const [answer] = (await once(child, 'message')) as [BurstAnswer];
    return answer;
  };
  const ends: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true }), () => child.kill()];
  try {
    const homes: { name: string; kind: keyof typeof RATES; postgres: Postgres | null }[] = [{ name: 'embedded (PGlite)', kind: 'embedded', postgres: null }];
    const found = findPostgres();
    if (found.ok) {
      const cluster = await startCluster({ synced: true, settings: SETTINGS_FOR_MUCH });
      ends.push(() => cluster.remove());
      if (!short) await wornIn(cluster.url);
      homes.push({ name: `PostgreSQL ${cluster.version.split(' ')[0] ?? ''}, intake apart`, kind: 'postgresql', postgres: { cluster, url: cluster.onSocket((await ownDatabase(cluster.url)).url) } });
    } else console.log(`\n!! PostgreSQL not measured: ${found.why}`);
    const played: (readonly [string, Played, number])[] = [];
    for (const { name, kind, postgres } of homes) {
      const databaseUrl = postgres?.url ?? null;
      const dataDir = join(folder, kind);
      const { weddingId, to } = await prepare(dataDir, databaseUrl);
      const env = { ...BENCH_ENV, ...INSPECTABLE, ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }) };
      // On PostgreSQL as docs/deploying.md advises for much: taking in and working on do not share one event loop.
      const server = await startServer({ dataDir, env: { ...env, ...(databaseUrl === null ? {} : { WEDSYNC_ROLE: 'stream,worker' }) } });
      const intake = databaseUrl === null ? server : await startServer({ dataDir: join(folder, 'intake'), env: { ...env, WEDSYNC_ROLE: 'intake' } });
      const servers = [...new Set([intake, server])];
      const farm = startFarm();
      try {
        await farm.open([{ url: server.url, token: await tokenOf(server), organisation: 0 }]);
        const perSecond = short ? 100 : RATES[kind];
        const burst = { host: '127.0.0.1', port: intake.port, paths: to.map((one) => one.path), signingSecret: SIGNING_SECRET, weddingId, perSecond, sockets: SOCKETS, filler: FILLER, long: true };
        await play(servers, farm, send, { ...burst, perSecond: Math.ceil(perSecond / 3) }, short ? 1 : WARM_SECONDS, postgres);
        const one = await play(servers, farm, send, burst, seconds, postgres);
        // Only now: throwing everything away also throws away what the engine has compiled, and the next seconds would be a cold start.
        played.push([name, one, await neededMiB(server)]);
      } finally {
        farm.end();
        for (const one of servers) await one.stop();
      }
    }
    console.log(`\nThe whole way for minutes, 2 KB bodies, 20 connections of one venue, one console listening. ${machine()}, load ${loadavg()[0]?.toFixed(1)}`);
    console.log(table(HEAD, played.map(([name, one]) => rowOf(name, one))));
    console.log('\nWhere the processor is, microseconds for each webhook');
    console.log(table(['', 'event loop', 'embedded database', 'beside (collecting)', 'PostgreSQL', 'sender', 'KiB in its log', 'needed MiB after it'], played.map(([name, { cost, logged }, needed]) => [name, cost.main, cost.database, cost.beside, cost.postgres, cost.sender, logged, needed])));
    beside('sustained', played.filter(([, { logged }]) => logged > 0).map(([, { logged }]) =>
      ({ name: 'PostgreSQL: KiB in its log for each webhook', value: logged, better: 'less', within: 0.1 })));
    for (const [name, { ownSpeed }] of played) console.log(`${name}: ${ownSpeed}`);
    console.log(`Target: 3,300/s for five minutes, on the stream at p99 < ${TARGET_MS} ms.`);
    const bad = played.filter(([, { report, answer, perSecond, seconds: took }]) => report.missing + report.doubled + report.gaps > 0 || answer.acks.length !== perSecond * took);
    if (bad.length > 0) throw new Error(`refused, lost or doubled: ${bad.map(([name]) => name).join(', ')}`);
  } finally {
    for (const end of ends.reverse()) await end();
  }
}
