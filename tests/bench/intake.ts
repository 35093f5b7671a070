import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { io, type Socket } from 'socket.io-client';
import { EnrolAnswer, HTTP } from '../../core/contract/http.ts';
import { PROTOCOL_VERSION, STREAM_PATH, type StreamFrame } from '../../core/contract/stream.ts';
import { findPostgres } from '../../scripts/setup/postgres.mjs';
import { ownDatabase, startCluster, type Cluster } from '../support/postgres.ts';
import { startServer, type RunningServer } from '../support/runningServer.ts';
import { until } from '../support/serverApp.ts';
import { machine, median, percentile, table } from './figures.ts';
import { BENCH_ENV, CONNECTIONS, prepare, SIGNING_SECRET } from './home.ts';
import { openLoop, payments, type Answered } from './load.ts';
import { beside, type Figure } from './recorded.ts';

/** 50,000 a minute. */
const PER_SECOND = 833;
/** Everything acknowledged must be on the stream after this long, else it counts as lost. */
const DRAIN_LIMIT_MS = 120_000;

interface Round {
  readonly acks: readonly number[];
  /** From the scheduled send to the commit of the event; empty for the floor. */
  readonly commits: readonly number[];
  /** From the last acknowledgement to the last event on the stream. */
  readonly drainMs: number;
  readonly refused: number;
  readonly lost: number;
  readonly duplicates: number;
}

interface Target {
  readonly name: string;
  round(count: number): Promise<Round>;
  close(): Promise<void>;
}

const ackTimes = (answers: readonly Answered[]) => answers.filter((one) => one.status === 200).map((one) => one.answered - one.due);
let sequence = 0;
const prefix = () => `b${(sequence += 1)}x`;

async function floor(): Promise<Target> {
  const child = fork(join(import.meta.dirname, 'bareIntake.ts'), [SIGNING_SECRET]);
  const [ready] = (await once(child, 'message')) as [{ url: string }];
  return {
    name: 'floor: verify, answer, store nothing',
    async round(count) {
      const answers = await openLoop(ready.url, payments(count, prefix(), 'none', [{ path: '/webhook', signingSecret: SIGNING_SECRET }]), PER_SECOND);
      const acks = ackTimes(answers);
      return { acks, commits: [], drainMs: 0, refused: count - acks.length, lost: 0, duplicates: 0 };
    },
    async close() {
      child.kill();
      await once(child, 'exit');
    },
  };
}

async function listen(server: RunningServer): Promise<{ socket: Socket; seen: Map<string, { committedAt: number; times: number }> }> {
  const seen = new Map<string, { committedAt: number; times: number }>();
  const body = JSON.stringify({ ticket: server.ticket, device: { name: 'bench', kind: 'tool' } });
  const { token } = EnrolAnswer.parse(await (await fetch(server.url + HTTP.enrol.path, { method: 'POST', headers: { 'content-type': 'application/json' }, body })).json());
  const socket = io(server.url, { path: STREAM_PATH, transports: ['websocket'], auth: { protocol: PROTOCOL_VERSION, token, client: { app: 'bench', version: '1', kind: 'tool' }, cursor: null } });
  socket.on('frame', (payload: unknown) => {
    const { events, committedAt } = payload as StreamFrame;
    for (const { collection, deliveryId } of events) {
      if (collection !== 'payments' || deliveryId === null) continue;
      const known = seen.get(deliveryId);
      seen.set(deliveryId, { committedAt: known?.committedAt ?? Date.parse(committedAt), times: (known?.times ?? 0) + 1 });
    }
  });
  await new Promise((resolve) => socket.once('snapshot', resolve));
  return { socket, seen };
}

async function home(name: string, dataDir: string, databaseUrl: string | null): Promise<Target> {
  const { weddingId, to } = await prepare(dataDir, databaseUrl);
  const env = { ...BENCH_ENV, ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }) };
  const server = await startServer({ dataDir, env });
  const { socket, seen } = await listen(server);
  return {
    name,
    async round(count) {
      seen.clear();
      // Both clocks are this machine's: the difference turns an instant of the server into our own scale.
      const offset = Date.now() - performance.now();
      const answers = await openLoop(server.url, payments(count, prefix(), weddingId, to), PER_SECOND);
      const lastAck = Math.max(...answers.map((one) => one.answered));
      const acknowledged = answers.filter((one) => one.status === 200 && one.deliveryId !== null);
      const missing = () => acknowledged.filter((one) => !seen.has(one.deliveryId ?? ''));
      await until(() => missing().length === 0, 'everything acknowledged on the stream', DRAIN_LIMIT_MS).catch(() => undefined);
      return {
        acks: ackTimes(answers),
        commits: acknowledged.flatMap((one) => {
          const at = seen.get(one.deliveryId ?? '')?.committedAt;
          return at === undefined ? [] : [at - offset - one.due];
        }),
        drainMs: Math.max(0, performance.now() - lastAck),
        refused: count - acknowledged.length,
        lost: missing().length,
        duplicates: [...seen.values()].filter((one) => one.times > 1).length,
      };
    },
    async close() {
      socket.disconnect();
      await server.stop();
    },
  };
}

/**
 * The intake at the rate that is promised, 50,000 webhooks a minute, through the real HTTP server as its own process, on
 * both homes of the record, beside a server that verifies the same signature and stores nothing. Open loop, latencies
 * from the scheduled send; nothing may be lost or doubled.
 */
export async function run(short: boolean): Promise<void> {
  const seconds = short ? 3 : 10;
  const rounds = short ? 1 : 3;
  const folder = mkdtempSync(join(tmpdir(), 'wedsync-bench-intake-'));
  const found = findPostgres();
  let cluster: Cluster | null = null;
  let drop: () => Promise<void> = () => Promise.resolve();
  const targets: Target[] = [];
  try {
    targets.push(await floor(), await home('embedded (PGlite)', join(folder, 'embedded'), null));
    if (found.ok) {
      cluster = await startCluster({ synced: true });
      const database = await ownDatabase(cluster.url);
      drop = database.drop;
      targets.push(await home(`PostgreSQL ${cluster.version.split(' ')[0] ?? ''}`, join(folder, 'postgresql'), database.url));
    }
    console.log(`\nIntake at ${PER_SECOND}/s for ${seconds} s, ${rounds} round(s) in turn, ${CONNECTIONS} connections of one venue, 2 KB bodies. ${machine()}, load ${loadavg()[0]?.toFixed(1)}`);
    if (!found.ok) console.log(`!! PostgreSQL not measured: ${found.why}`);
    const results = new Map<Target, Round[]>(targets.map((target) => [target, []]));
    for (const target of targets) await target.round(short ? 400 : 1_500);
    for (let round = 0; round < rounds; round += 1) for (const target of targets) results.get(target)?.push(await target.round(PER_SECOND * seconds));

    const over = (target: Target, pick: (round: Round) => number) => median((results.get(target) ?? []).map(pick));
    const sum = (target: Target, pick: (round: Round) => number) => (results.get(target) ?? []).reduce((total, round) => total + pick(round), 0);
    const [base] = targets;
    if (!base) throw new Error('no floor');
    const rows = targets.map((target) => {
      const [p50, p99] = [50, 99].map((p) => over(target, (round) => percentile(round.acks, p)));
      const ratio = (value: number | undefined, p: number) => `${((value ?? 0) / over(base, (round) => percentile(round.acks, p))).toFixed(1)}x`;
      const stored = target !== base;
      const commit = (p: number) => (stored ? over(target, (round) => percentile(round.commits, p)) : '');
      return [target.name, p50 ?? 0, p99 ?? 0, over(target, (round) => Math.max(...round.acks)), ratio(p50, 50), ratio(p99, 99), commit(50), commit(99), stored ? over(target, (round) => round.drainMs) : '',
        String(sum(target, (round) => round.refused)), String(sum(target, (round) => round.lost)), String(sum(target, (round) => round.duplicates))];
    });
    console.log(table(['milliseconds', 'ack p50', 'p99', 'max', 'to floor p50', 'p99', 'event p50', 'p99', 'last ack -> last event', 'refused', 'lost', 'double'], rows));
    console.log('Targets: acknowledged p99 < 100; refused, lost and double must be 0.');
    beside('intake', targets.filter((target) => target !== base).flatMap((target) => [50, 99].map((p): Figure => {
      const [own, least] = [target, base].map((one) => over(one, (round) => percentile(round.acks, p)));
      const value = (own ?? Number.NaN) / (least ?? Number.NaN);
      return { name: `${target.name.split(' ')[0] ?? ''}: acknowledged p${p} to the floor`, value, better: 'less', within: p === 99 ? 0.5 : 0.25 };
    })));
    const bad = targets.filter((target) => sum(target, (round) => round.refused + round.lost + round.duplicates) > 0);
    if (bad.length > 0) throw new Error(`webhooks refused, lost or doubled: ${bad.map((target) => target.name).join(', ')}`);
  } finally {
    for (const target of targets) await target.close();
    await drop();
    await cluster?.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}
