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
import { BENCH_ENV, prepare, SIGNING_SECRET } from './home.ts';
import { watch } from './load/fleet.ts';
import type { Burst, BurstAnswer } from './load/rawSender.ts';

/** Steps of the ladder, webhooks a second; it ends at the first that is not kept. */
const LADDER = [1_000, 2_000, 4_000, 6_000, 8_000, 10_000, 12_000];
const SOCKETS = 64;
/** With the rest of it a webhook has 2 KB. */
const FILLER = 1_600;
/** A step is kept when it was acknowledged within this at p99 and none was refused. */
const KEPT_P99_MS = 50;
/** Everything acknowledged is in the record after this long, else the run fails. */
const DRAIN_LIMIT_MS = 180_000;

interface Step {
  readonly perSecond: number;
  readonly answer: BurstAnswer;
  readonly serverMs: number;
  /** Milliseconds from the last acknowledgement until every delivery was worked on. */
  readonly drainMs: number;
  readonly unworked: number;
}

type Sender = (burst: Burst) => Promise<BurstAnswer>;

/** Deliveries that are not worked on yet, as the server's own gauge says. */
async function waiting(server: RunningServer): Promise<number> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return Number(/^wedsync_deliveries_waiting(?:\{[^}]*\})? (\d+)/m.exec(text)?.[1] ?? Number.NaN);
}

async function step(server: RunningServer, send: Sender, common: Omit<Burst, 'name' | 'count' | 'perSecond'>, perSecond: number, seconds: number): Promise<Step> {
  const watched = watch([server.pid], 1_000);
  const answer = await send({ ...common, name: `c${perSecond}x${Math.floor(Math.random() * 1e9)}x`, count: perSecond * seconds, perSecond });
  const ended = Date.now();
  let unworked = await waiting(server);
  while (unworked > 0 && Date.now() - ended < DRAIN_LIMIT_MS) {
    await sleep(100);
    unworked = await waiting(server);
  }
  watched.end();
  return { perSecond, answer, serverMs: watched.used(server.pid), drainMs: Date.now() - ended, unworked };
}

function rowOf({ perSecond, answer, serverMs, drainMs, unworked }: Step): (string | number)[] {
  const acks = Array.from(answer.acks);
  const count = acks.length;
  const refused = Object.values(answer.statuses).reduce((sum, one) => sum + one, 0);
  const whole = (count * 1_000) / (answer.tookMs + drainMs);
  return [String(perSecond), Math.round((count * 1_000) / answer.tookMs).toString(), percentile(acks, 50), percentile(acks, 99), Math.max(...acks), String(refused), Math.round(whole).toString(), drainMs, (serverMs / count).toFixed(3), (answer.ownMs / count).toFixed(3), String(unworked)];
}

/**
 * How much one machine takes: a ladder of rates into one server process that does everything, on both homes, with the
 * sender beside it. Acknowledged means durable; the whole pipeline has passed when nothing waits to be worked on.
 */
export async function run(short: boolean): Promise<void> {
  const seconds = short ? 1 : 8;
  const ladder = short ? [200] : LADDER;
  const folder = mkdtempSync(join(tmpdir(), 'wedsync-bench-capacity-'));
  const child = fork(join(import.meta.dirname, 'load', 'rawSender.ts'), { serialization: 'advanced' });
  const send: Sender = async (burst) => {
    child.send(burst);
    const [answer] = (await once(child, 'message')) as [BurstAnswer];
    return answer;
  };
  const ends: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true }), () => child.kill()];
  try {
    const found = findPostgres();
    const homes: { name: string; databaseUrl: string | null }[] = [{ name: 'embedded (PGlite)', databaseUrl: null }];
    if (found.ok) {
      const cluster = await startCluster({ synced: true });
      ends.push(() => cluster.remove());
      homes.push({ name: `PostgreSQL ${cluster.version.split(' ')[0] ?? ''}`, databaseUrl: (await ownDatabase(cluster.url)).url });
    } else console.log(`\n!! PostgreSQL not measured: ${found.why}`);
    for (const { name, databaseUrl } of homes) {
      const dataDir = join(folder, databaseUrl === null ? 'embedded' : 'postgresql');
      const { weddingId, to } = await prepare(dataDir, databaseUrl);
      const server = await startServer({ dataDir, env: { ...BENCH_ENV, ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }) } });
      ends.push(() => server.stop());
      const common = { host: '127.0.0.1', port: server.port, paths: to.map((one) => one.path), signingSecret: SIGNING_SECRET, weddingId, sockets: SOCKETS, filler: FILLER };
      await step(server, send, common, short ? 100 : 500, short ? 1 : 4);
      const steps: Step[] = [];
      for (const perSecond of ladder) {
        const done = await step(server, send, common, perSecond, seconds);
        steps.push(done);
        if (Object.keys(done.answer.statuses).length > 0 || percentile(Array.from(done.answer.acks), 99) > KEPT_P99_MS) break;
      }
      console.log(`\nCapacity of one process, ${name}, ${seconds} s each, 2 KB bodies. ${machine()}, load ${loadavg()[0]?.toFixed(1)}`);
      console.log(table(['asked/s', 'acknowledged/s', 'ack p50', 'p99', 'max', 'refused', 'whole way/s', 'drained in ms', 'server ms each', 'sender ms each', 'unworked'], steps.map(rowOf)));
      if (steps.some((one) => one.unworked > 0)) throw new Error('deliveries were acknowledged and not worked on');
      await server.stop();
    }
    console.log('Targets: acknowledged >= 10,000/s at p99 < 50 ms; whole way >= 3,300/s.');
  } finally {
    for (const end of ends.reverse()) await end();
  }
}
