import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { vendorModule } from '../../core/vendors/registry.ts';
import type { Change } from '../../core/domain/record/changes.ts';
import type { Normalised } from '../../core/vendors/vendor.ts';
import { seeded } from '../../scripts/simulate/burst.ts';
import { readStory, storyTime, withHistory } from '../../scripts/simulate/story.ts';
import { expectFits } from '../conformance/fits.ts';
import { call, fetchHttp, hashing, noCertificates, webhookOf } from './ports.ts';

const root = join(import.meta.dirname, '../..');
const clock = { now: () => Date.now() };

const WEDDINGS = ['today', 'next', 'later'].map((name, index) => {
  const startsAt = new Date(Date.UTC(2026, 10, 20 + index * 7, 13));
  return {
    id: `0199a000-0000-7000-8000-00000000000${index + 1}`,
    title: `Couple ${name}`,
    date: startsAt.toISOString().slice(0, 10),
    zone: 'Europe/London',
    startsAt: startsAt.toISOString(),
    endsAt: new Date(startsAt.getTime() + 36_000_000).toISOString(),
    coupleName: `Ada and Bo ${name}`,
    coupleEmail: `${name}@example.org`,
    today: name === 'today',
  };
});

interface Taken {
  readonly system: string;
  readonly meant: Normalised;
  readonly changes: readonly Change[];
}

/** The smallest intake that proves, tells repeats and reads back: the vendor folders do all of it. */
interface Intake {
  readonly server: Server;
  readonly url: string;
  readonly taken: Taken[];
  readonly problems: string[];
  readonly work: Promise<void>[];
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

type Connection = { system: string; connectionId: string; path: string; secrets: Record<string, string>; settings: Record<string, string> };

async function startIntake(connections: readonly Connection[], answerWrongly = false): Promise<Intake> {
  const seen = new Set<string>();
  const taken: Taken[] = [];
  const problems: string[] = [];
  const work: Promise<void>[] = [];

  const understand = async (system: string, connection: Connection, bodyText: string, mediaType: string, vendorEvent: string | null): Promise<void> => {
    const vendor = vendorModule(system);
    const meant = vendor?.webhook?.normalise({ bodyText, mediaType, vendorEvent, receivedAt: new Date().toISOString(), settings: {} });
    if (!vendor || !meant?.ok) return void problems.push(`${system} ${vendorEvent}: ${JSON.stringify(meant)}`);
    const changes: Change[] = meant.value.kind === 'changes' ? [...meant.value.changes] : [];
    for (const hint of meant.value.kind === 'reread' ? meant.value.hints : []) {
      const read = await vendor.reread?.(hint, connection, { http: fetchHttp, clock });
      if (read?.ok) changes.push(...read.value);
      else problems.push(`${system} ${hint.remoteType}: ${JSON.stringify(read)}`);
    }
    taken.push({ system, meant: meant.value, changes });
  };

  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const answer = (status: number, body: unknown) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      if (request.url === '/healthz') return answer(200, {});
      const asked = new URL(request.url ?? '/', 'http://localhost');
      const connection = connections.find((one) => one.path === asked.pathname);
      const vendor = connection && vendorModule(connection.system);
      if (!connection || !vendor) return answer(404, { error: { code: 'intake.unknown_connection', message: '', retryable: false } });
      const mediaType = (request.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      const verified = webhookOf(vendor).verify(call(Buffer.concat(parts), headers, { mediaType, query: Object.fromEntries(asked.searchParams) }), connection, { hashing, clock, certificates: noCertificates });
      if (!verified.ok) return answer(401, { error: { code: verified.error, message: '', retryable: false } });
      const key = `${connection.system}\n${verified.value.deliveryKey}`;
      const duplicate = seen.has(key);
      seen.add(key);
      if (!duplicate) work.push(understand(connection.system, connection, verified.value.bodyText, mediaType, verified.value.vendorEvent));
      return answer(200, { status: duplicate || answerWrongly ? 'duplicate' : 'accepted', deliveryId: null });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, taken, problems, work };
}

interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function simulate(dataDir: string, args: readonly string[], onOutput?: (out: string, stop: () => void) => void): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['scripts/simulate/index.ts', ...args], { cwd: root, env: { ...process.env, WEDSYNC_DATA_DIR: dataDir } });
    let out = '';
    let err = '';
    child.stdout.on('data', (part: Buffer) => {
      out += part.toString();
      onOutput?.(out, () => child.kill('SIGINT'));
    });
    child.stderr.on('data', (part: Buffer) => (err += part.toString()));
    child.once('error', reject);
    child.once('exit', (code) => resolve({ code, out, err }));
  });
}

describe('the script of the day', () => {
  it('is about seventy facts over ten hours in order, with unique names', async () => {
    const story = await readStory();
    expect(story.facts.length).toBeGreaterThanOrEqual(65);
    expect(story.facts.at(-1)?.at).toBe(600);
    expect(new Set(story.facts.map((fact) => fact.name)).size).toBe(story.facts.length);
    expect(story.facts.map((fact) => fact.at)).toEqual(story.facts.map((fact) => fact.at).sort((a, b) => a - b));
    story.facts.forEach((fact, index) => {
      if (fact.system === 'again') expect(story.facts.slice(0, index).some((earlier) => earlier.name === fact.of)).toBe(true);
      if (fact.expect === 'refused') expect(fact.code).toBeDefined();
    });
  });

  it('knows what has to go before a fact', async () => {
    const { facts } = await readStory();
    expect(withHistory(facts, 'car-cancels')?.map((fact) => fact.name)).toEqual(['car-booked', 'car-cancels']);
    expect(withHistory(facts, 'bar-tab-paid-again')?.map((fact) => fact.name)).toEqual(['bar-tab-declined', 'bar-tab-paid', 'bar-tab-paid-again']);
    expect(withHistory(facts, 'no-such')).toBeNull();
    expect(storyTime({ startsAt: '08:00' }, 605.5)).toBe('18:05');
    expect([1, 1, 2].map((seed) => seeded(seed)())).toEqual([seeded(1)(), seeded(1)(), seeded(2)()]);
    expect(seeded(1)()).not.toBe(seeded(2)());
  });
});

describe('npm run simulate', () => {
  let dataDir: string;
  let intake: Intake;
  let connections: Connection[];

  const prepare = async (answerWrongly = false): Promise<void> => {
    const baseUrl = `http://127.0.0.1:${await freePort()}/api/v2`;
    connections = [
      { system: 'stripe', connectionId: 'a', path: '/api/integrations/webhook/stripe/key-a', secrets: { signingSecret: 'whsec_simulated' }, settings: {} },
      { system: 'vsco-workspace', connectionId: 'b', path: '/api/integrations/webhook/vsco-workspace/key-b', secrets: { apiKey: 'vsco-key' }, settings: { baseUrl } },
      { system: 'honeybook', connectionId: 'c', path: '/api/integrations/webhook/honeybook/key-c', secrets: { bearerToken: 'hb-token' }, settings: {} },
    ];
    intake = await startIntake(connections, answerWrongly);
    await writeFile(join(dataDir, 'server.json'), JSON.stringify({ url: intake.url, pid: process.pid }));
    await writeFile(join(dataDir, 'demo.json'), JSON.stringify({ organisationId: 'o', connections, weddings: WEDDINGS }));
  };

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'wedsync-simulate-'));
  });
  afterEach(async () => {
    intake?.server.closeAllConnections();
    intake?.server.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('plays the whole day, twice, and everything is understood', async () => {
    await prepare();
    const first = await simulate(dataDir, ['--speed', '1000000']);
    expect(first, first.out + first.err).toMatchObject({ code: 0, err: '' });
    const again = await simulate(dataDir, ['--speed', '1000000', '--quiet']);
    expect(again, again.out + again.err).toMatchObject({ code: 0 });
    expect(again.out.split('\n').length).toBeLessThan(15);
    await Promise.all(intake.work);
    expect(intake.problems).toEqual([]);

    const { facts } = await readStory();
    const refused = facts.filter((fact) => fact.expect === 'refused').length;
    const repeated = facts.filter((fact) => fact.system === 'again').length;
    expect(intake.taken.length).toBe(2 * (facts.length - refused - repeated));
    const changes = intake.taken.flatMap((each) => each.changes);
    for (const change of changes) expectFits(change);
    expect(new Set(changes.map((change) => change.kind))).toEqual(new Set(['contact', 'booking', 'payment', 'document']));
    expect(intake.taken.filter((each) => each.meant.kind === 'ignored').length).toBe(2);

    const calls = changes.filter((change) => change.kind === 'booking' && change.remote.type === 'job' && change.wedding.email === 'today@example.org');
    const callTimes = new Set(calls.map((change) => (change.kind === 'booking' ? change.fields.callTime : null)));
    expect(callTimes).toEqual(new Set(['2026-11-20T14:30:00.000Z', '2026-11-20T14:00:00.000Z', '2026-11-20T14:45:00.000Z']));
  }, 60_000);

  it('plays one fact with its history, and a burst', async () => {
    await prepare();
    const once = await simulate(dataDir, ['--once', 'car-cancels']);
    expect(once, once.out + once.err).toMatchObject({ code: 0 });
    const burst = await simulate(dataDir, ['--count', '50', '--quiet']);
    expect(burst.code, burst.out + burst.err).toBe(0);
    expect(burst.out).toMatch(/accepted +50\n/);
    await Promise.all(intake.work);
    expect(intake.taken.length).toBe(52);
    expect(intake.taken[1]?.changes.at(-1)?.fields).toMatchObject({ status: 'cancelled' });
  });

  it('ends with 1 when an answer is not the expected one', async () => {
    await prepare(true);
    const run = await simulate(dataDir, ['--once', 'balance-paid']);
    expect(run.code).toBe(1);
    expect(run.out).toContain('NOT AS EXPECTED');
  });

  it('stops at once on Ctrl-C, with its table', async () => {
    await prepare();
    let stopped = false;
    const run = await simulate(dataDir, ['--speed', '1'], (out, stop) => {
      if (stopped || !out.includes('accepted')) return;
      stopped = true;
      stop();
    });
    expect(run.code, run.out + run.err).toBe(130);
    expect(run.out).toContain('Stopped.');
    expect(run.out).toMatch(/sent +1\n/);
  });

  it('says plainly what is missing', async () => {
    const none = await simulate(dataDir, []);
    expect(none).toMatchObject({ code: 2, err: expect.stringContaining('npm start') as string });
    await writeFile(join(dataDir, 'server.json'), JSON.stringify({ url: `http://127.0.0.1:${await freePort()}`, pid: 1 }));
    expect(await simulate(dataDir, [])).toMatchObject({ code: 2, err: expect.stringContaining('no demo venue') as string });
    await prepare();
    intake.server.close();
    intake.server.closeAllConnections();
    expect(await simulate(dataDir, [])).toMatchObject({ code: 2, err: expect.stringContaining('does not answer') as string });
    expect(await simulate(dataDir, ['--once', 'no-such'])).toMatchObject({ code: 2, err: expect.stringContaining('no-such') as string });
    expect(await simulate(dataDir, ['--speed', 'fast'])).toMatchObject({ code: 2, err: expect.stringContaining('--speed') as string });
    expect(none.err).not.toContain('    at ');
  });
});
