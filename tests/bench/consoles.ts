import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StreamFrame } from '../../core/contract/stream.ts';
import { findPostgres } from '../../scripts/setup/postgres.mjs';
import { ownDatabase, startCluster } from '../support/postgres.ts';
import { startServer, type RunningServer } from '../support/runningServer.ts';
import { machine, median, percentile, table } from './figures.ts';
import { backendsOf } from './load/backends.ts';
import { machineNow } from './load/clock.ts';
import { startFarm, startPlain, startSender, watch, type Farm, type Plain, type Sender } from './load/fleet.ts';
import { INSPECTABLE, neededMiB } from './load/heap.ts';
import { label, type Beat, type FarmClient, type FarmReport } from './load/messages.ts';
import { makeVenues, type Venue } from './load/venues.ts';
import { beside } from './recorded.ts';

/** 50,000 a minute. */
const PER_SECOND = 833;
const SIGNING_SECRET = 'whsec_load_0123456789abcdef0123456789';
const MASTER_KEY = new Uint8Array(32).fill(9);
/** With the rest of it a webhook is about as long as one of Stripe's. */
const FILLER = 1_200;
/** A shorter round ends before its caches are full. */
const LOOKED_INTO_SECONDS = 120;
/** After the last webhook the consoles have this long for what is still on its way. */
const SETTLE_MS = 5_000;

/** Who takes part in one round. */
interface Cast {
  readonly name: string;
  /** So many, from the second on unless all take part: what the first one has to show is for everybody in one house. */
  readonly venues: number;
  readonly integrationsEach: number;
  readonly consolesEach: number;
  readonly perSecond: number;
  readonly seconds: number;
  readonly everybodyInOne?: boolean;
}

interface Round {
  readonly cast: Cast;
  readonly sent: number;
  readonly acks: Float64Array;
  readonly refused: number;
  readonly sinceDue: number[];
  readonly sinceCommit: number[];
  readonly missing: number;
  readonly doubled: number;
  readonly gaps: number;
  readonly dropped: number;
  /** Milliseconds of processor time for each webhook, by part. */
  readonly cost: Readonly<Record<string, number>>;
  /** MiB of each server process: the median of every tenth of the round. */
  readonly memory: readonly { readonly name: string; readonly tenths: readonly number[] }[];
  /** MiB still needed after a collection, a third into the round, at two thirds, and at its end; empty for a short one. */
  readonly needed: readonly { readonly name: string; readonly at: readonly number[] }[];
}

interface Stage {
  readonly venues: readonly Venue[];
  readonly servers: readonly { readonly name: string; readonly server: RunningServer }[];
  readonly streams: readonly RunningServer[];
  readonly intakes: readonly RunningServer[];
  readonly farms: readonly Farm[];
  readonly sender: Sender;
  readonly postmaster: number;
}

/** The venues of a cast, in the order of their numbers in it. */
const venuesOf = (stage: Stage, cast: Cast): readonly Venue[] => {
  const from = cast.everybodyInOne === true || cast.venues === stage.venues.length ? 0 : 1;
  return stage.venues.slice(from, from + cast.venues);
};

function clientsOf(stage: Stage, cast: Cast): FarmClient[] {
  return venuesOf(stage, cast).flatMap((venue, organisation) =>
    venue.tokens.slice(0, cast.consolesEach).map((token, n) => {
      const stream = stage.streams[(organisation + n) % stage.streams.length];
      if (!stream) throw new Error('no stream process');
      return { url: stream.url, token, organisation };
    }),
  );
}

const together = (reports: readonly FarmReport[], pick: (report: FarmReport) => number) => reports.reduce((sum, report) => sum + pick(report), 0);
const merged = (reports: readonly FarmReport[], pick: (report: FarmReport) => Float64Array) => reports.flatMap((report) => Array.from(pick(report)));

async function openFarms(farms: readonly Farm[], clients: readonly FarmClient[]): Promise<void> {
  await Promise.all(farms.map((farm, n) => farm.open(clients.filter((_, index) => index % farms.length === n))));
}

async function play(stage: Stage, cast: Cast): Promise<Round> {
  await openFarms(stage.farms, clientsOf(stage, cast));
  const count = Math.round(cast.perSecond * cast.seconds);
  const beat: Beat = { startAt: machineNow() + 300, perSecond: cast.perSecond, count, organisations: cast.venues };
  for (const farm of stage.farms) farm.beat(beat);
  const postgres = backendsOf(stage.postmaster);
  const pids = stage.servers.map(({ server }) => server.pid);
  const watched = watch([...pids, ...postgres], 1_000);
  const organisations = venuesOf(stage, cast).map((venue) => ({ weddingId: venue.weddingId, paths: venue.paths.slice(0, cast.integrationsEach) }));
  const needed = stage.servers.map(({ name }) => ({ name, at: [] as number[] }));
  const look = async () => {
    for (const [n, { server }] of stage.servers.entries()) needed[n]?.at.push(await neededMiB(server));
  };
  const looks = cast.seconds < LOOKED_INTO_SECONDS ? [] : [1, 2].map((third) => sleep((third * cast.seconds * 1_000) / 3).then(look));
  const sent = await stage.sender.send({ beat, urls: stage.intakes.map((one) => one.url), organisations, signingSecret: SIGNING_SECRET, filler: FILLER });
  const deadline = Date.now() + SETTLE_MS;
  let reports: FarmReport[];
  do {
    await sleep(500);
    reports = await Promise.all(stage.farms.map((farm) => farm.report()));
  } while (together(reports, (report) => report.missing) > 0 && Date.now() < deadline);
  watched.end();
  await Promise.all(looks);
  if (looks.length > 0) await look();
  const cost = Object.fromEntries([
    ...stage.servers.map(({ name, server }) => [name, watched.used(server.pid) / count] as const),
    ['PostgreSQL', postgres.reduce((sum, pid) => sum + watched.used(pid), 0) / count] as const,
  ]);
  const memory = stage.servers.map(({ name, server }) => {
    const seen = watched.memory(server.pid);
    const tenth = Math.max(1, Math.floor(seen.length / 10));
    return { name, tenths: Array.from({ length: Math.min(10, seen.length) }, (_, n) => median(seen.slice(n * tenth, (n + 1) * tenth))) };
  });
  for (const farm of stage.farms) farm.close();
  await sleep(300);
  return {
    cast, sent: count, acks: sent.acks, refused: sent.refused,
    sinceDue: merged(reports, (report) => report.sinceDue), sinceCommit: merged(reports, (report) => report.sinceCommit),
    missing: together(reports, (report) => report.missing), doubled: together(reports, (report) => report.doubled),
    gaps: together(reports, (report) => report.gaps), dropped: together(reports, (report) => report.dropped), cost, memory, needed,
  };
}

/** The same bytes at the same pace to the same number of sockets, by the peer. */
async function playPlain(farms: readonly Farm[], plain: Plain, cast: Cast): Promise<{ sinceSend: number[]; costMs: number }> {
  const clients = Array.from({ length: cast.venues }, (_, organisation) => Array.from({ length: cast.consolesEach }, (): FarmClient => ({ url: plain.url, token: '', organisation, plain: true }))).flat();
  await openFarms(farms, clients);
  const count = Math.round(cast.perSecond * cast.seconds);
  const beat: Beat = { startAt: machineNow() + 300, perSecond: cast.perSecond, count, organisations: cast.venues };
  for (const farm of farms) farm.beat(beat);
  const watched = watch([plain.pid], 1_000);
  const frameOf = (n: number): StreamFrame => {
    const at = new Date().toISOString();
    const after = Math.floor(n / cast.venues);
    const id = '01980000-0000-7000-8000-000000000000';
    const row = { id, version: 1, seq: after + 1, updatedAt: at, source: { system: 'stripe', connectionId: id, remoteId: `pi_${n}` }, weddingId: id, bookingId: null, description: label(n), payerName: null, status: 'completed' as const, amountMinor: 1_000 + n, refundedMinor: 0, currency: 'GBP', paidAt: at, failureReason: null };
    return { after, upTo: after + 1, committedAt: at, events: [{ seq: after + 1, id, type: 'payment.completed', collection: 'payments', weddingId: id, occurredAt: at, recordedAt: at, actor: { kind: 'vendor', id: 'stripe', name: 'Stripe' }, source: row.source, deliveryId: id, before: null, row }] };
  };
  for (let n = 0; n < count; n += 1) {
    // Never early, or the peer would be faster than the light.
    for (let wait = 1; wait > 0; ) {
      wait = beat.startAt + (n * 1_000) / beat.perSecond - machineNow();
      if (wait > 0) await sleep(wait);
    }
    plain.broadcast(n % cast.venues, `42${JSON.stringify(['frame', frameOf(n)])}`);
  }
  await sleep(1_000);
  const reports = await Promise.all(farms.map((farm) => farm.report()));
  watched.end();
  const costMs = watched.used(plain.pid) / count;
  for (const farm of farms) farm.close();
  const missing = together(reports, (report) => report.missing);
  if (missing > 0) throw new Error(`the peer lost ${missing}`);
  return { sinceSend: merged(reports, (report) => report.sinceDue), costMs };
}

const three = (values: readonly number[] | Float64Array): [number, number, number] => {
  const list = Array.from(values);
  return [percentile(list, 50), percentile(list, 99), list.reduce((most, value) => Math.max(most, value), 0)];
};

function print(title: string, rounds: readonly Round[]): void {
  console.log(`\n${title}`);
  console.log(
    table(
      ['', 'integrations', 'consoles', 'per s', 'ack p50', 'p99', 'max', 'client p50', 'p99', 'max', 'commit->client p50', 'p99', 'refused', 'lost', 'double', 'gaps', 'dropped'],
      rounds.map((round) => {
        const { cast } = round;
        const counts = [round.refused, round.missing, round.doubled, round.gaps, round.dropped].map(String);
        return [cast.name, String(cast.venues * cast.integrationsEach), String(cast.venues * cast.consolesEach), String(cast.perSecond), ...three(round.acks), ...three(round.sinceDue), ...three(round.sinceCommit).slice(0, 2), ...counts];
      }),
    ),
  );
  const parts = Object.keys(rounds[0]?.cost ?? {});
  console.log(table(['processor ms for each webhook', ...parts, 'all'], rounds.map((round) => [round.cast.name, ...parts.map((part) => (round.cost[part] ?? 0).toFixed(2)), Object.values(round.cost).reduce((sum, one) => sum + one, 0).toFixed(2)])));
}

/** Caches fill in the first half of a round; what still grows in the second half would grow for ever. */
function memoryTable(round: Round): string {
  const tenths = round.memory[0]?.tenths.length ?? 0;
  const half = Math.floor(tenths / 2);
  return table(
    ['memory, MiB, by tenths', ...Array.from({ length: tenths }, (_, n) => String(n + 1)), 'end / middle'],
    round.memory.map((one) => [one.name, ...one.tenths.map((mib) => mib.toFixed(0)), ((one.tenths.at(-1) ?? 0) / (one.tenths[half] ?? 1)).toFixed(3)]),
  );
}

/** Without what waits to be collected, so a leak and nothing else makes the last figure the largest. */
const neededTable = ({ needed }: Round): string =>
  table(['MiB needed after a collection', 'at 1/3', 'at 2/3', 'at the end', 'end / 1/3'], needed.map(({ name, at }) => [name, ...at.map((mib) => mib.toFixed(1)), ((at[2] ?? 0) / (at[0] ?? 1)).toFixed(3)]));

/**
 * Many venues on several processes: consoles by the thousand, integrations by the ten thousand, on PostgreSQL. Open loop;
 * every console counts every webhook of its own venue; nothing may be lost, doubled or out of order.
 */
export async function run(short: boolean): Promise<void> {
  const found = findPostgres();
  if (!found.ok) {
    console.log(`\n!! consoles not measured: ${found.why}`);
    return;
  }
  const venues = short ? 10 : 250;
  const integrationsEach = short ? 10 : 40;
  const consolesEach = 4;
  const everybody = venues * consolesEach;
  const perSecond = short ? 100 : PER_SECOND;
  const seconds = short ? 3 : Number(process.env['LOAD_SECONDS'] ?? 300);
  const folder = mkdtempSync(join(tmpdir(), 'wedsync-bench-consoles-'));
  const ends: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
  try {
    const cluster = await startCluster({ synced: true });
    ends.push(() => cluster.remove());
    const { url: databaseUrl } = await ownDatabase(cluster.url);
    const made = Date.now();
    const all = await makeVenues({ databaseUrl, dataDir: join(folder, 'made'), masterKey: MASTER_KEY, venues, integrationsEach, consolesEach, consolesOfFirst: everybody, signingSecret: SIGNING_SECRET });
    console.log(`\nMade ${venues} venues with ${venues * integrationsEach} integrations in ${Math.round((Date.now() - made) / 1000)} s. ${machine()}, load ${loadavg()[0]?.toFixed(1)}`);

    const env = { WEDSYNC_DEMO: '0', ...INSPECTABLE, WEDSYNC_LOG_LEVEL: 'warn', WEDSYNC_RATE_CONNECTION: '10000000', WEDSYNC_MASTER_KEY: Buffer.from(MASTER_KEY).toString('base64'), DATABASE_URL: databaseUrl };
    const servers: { name: string; server: RunningServer }[] = [];
    for (const role of ['stream', 'stream', 'intake', 'worker']) {
      const name = `${role} ${servers.filter((one) => one.name.startsWith(role)).length + 1}`;
      const server = await startServer({ dataDir: join(folder, name.replace(' ', '')), env: { ...env, WEDSYNC_ROLE: role } });
      ends.push(() => server.stop());
      servers.push({ name, server });
    }
    const of = (role: string) => servers.filter((one) => one.name.startsWith(role)).map((one) => one.server);
    const farms = [startFarm(), startFarm()];
    const sender = startSender();
    const plain = await startPlain();
    ends.push(() => farms.forEach((farm) => farm.end()), () => sender.end(), () => plain.end());
    const stage: Stage = { venues: all, servers, streams: of('stream'), intakes: of('intake'), farms, sender, postmaster: cluster.pid };

    const whole: Cast = { name: 'the whole', venues, integrationsEach, consolesEach, perSecond, seconds };
    await play(stage, { ...whole, name: 'warming up', seconds: short ? 1 : 15 });
    const main = await play(stage, whole);
    const peer = await playPlain(farms, plain, { ...whole, seconds: short ? 2 : 20 });
    print(`${whole.venues} venues, ${seconds} s at ${perSecond}/s (${perSecond * 60} a minute), two stream processes, one intake, one worker, PostgreSQL ${cluster.version.split(' ')[0] ?? ''} with fsync`, [main]);
    const [p50, p99] = three(main.sinceCommit);
    const [floor50, floor99] = three(peer.sinceSend);
    console.log(`Plain ws, same bytes, pace and sockets: p50 ${floor50.toFixed(2)}, p99 ${floor99.toFixed(2)} ms from the moment it was due, ${peer.costMs.toFixed(2)} processor ms for each; commit -> client is ${(p50 / floor50).toFixed(1)}x and ${(p99 / floor99).toFixed(1)}x of it (10 ms of it are gathered on purpose).`);
    beside('consoles', [
      { name: 'commit -> client p50 to plain ws', value: p50 / floor50, better: 'less' },
      { name: 'commit -> client p99 to plain ws', value: p99 / floor99, better: 'less', within: 0.5 },
    ]);
    console.log(memoryTable(main));
    console.log(neededTable(main));
    console.log('Targets: ack p99 < 100, client p99 < 200 ms; refused, lost, double, gaps and dropped 0; memory flat.');

    const curve = short ? 1 : 15;
    const rounds: Round[] = [main];
    const integrations: Round[] = [];
    for (const [count, of] of short ? [[1, 10]] as const : [[1, 10], [3, 34], [25, 40], [250, 40]] as const) {
      integrations.push(await play(stage, { name: `${count} venues`, venues: count, integrationsEach: of, consolesEach, perSecond, seconds: curve }));
    }
    print(`Cost by integrations, ${curve} s each`, integrations);
    const consoles: Round[] = [];
    for (const [count, each] of short ? [[1, 1]] as const : [[1, 1], [25, 4], [250, 4]] as const) {
      consoles.push(await play(stage, { name: `${count} venues`, venues: count, integrationsEach, consolesEach: each, perSecond, seconds: curve }));
    }
    // Everybody in one house: each fact goes to every console, so the facts come as one house makes them.
    consoles.push(await play(stage, { name: 'one venue', venues: 1, integrationsEach, consolesEach: everybody, perSecond: short ? 5 : 10, seconds: curve, everybodyInOne: true }));
    print(`Cost by consoles, ${curve} s each`, consoles);
    rounds.push(...integrations, ...consoles);
    const bad = rounds.filter((round) => round.refused + round.missing + round.doubled + round.gaps + round.dropped > 0);
    if (bad.length > 0) throw new Error(`webhooks refused, lost, doubled or out of order, or consoles dropped: ${bad.map((round) => round.cast.name).join(', ')}`);
  } finally {
    for (const end of ends.reverse()) await end();
  }
}
