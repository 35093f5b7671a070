import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ErrorBody } from '../../../core/contract/http.ts';
import { payByStripe } from '../../support/facts.ts';
import { plainWork } from '../../support/plainWork.ts';
import { ownDatabase } from '../../support/postgres.ts';
import { startServer, type RunningServer } from '../../support/runningServer.ts';
import { first, connect, until } from '../../support/serverApp.ts';

/** The built server, started once for each role. */

const cluster = process.env['WEDSYNC_TEST_DATABASE_URL'];

async function asked(server: RunningServer, path: string, method = 'GET'): Promise<string> {
  const answer = await fetch(server.url + path, { method, ...(method === 'POST' ? { body: '{}', headers: { 'content-type': 'application/json' } } : {}) });
  if (answer.headers.get('content-type')?.startsWith('application/problem+json') !== true || answer.ok) return `${answer.status}`;
  return `${answer.status} ${ErrorBody.parse(await answer.json()).error.code}`;
}

describe.skipIf(cluster === undefined)('one process for each role', () => {
  let database: Awaited<ReturnType<typeof ownDatabase>>;
  let folder: string;
  const running: RunningServer[] = [];
  let env: Record<string, string>;

  beforeAll(async () => {
    database = await ownDatabase(cluster ?? '');
    folder = mkdtempSync(join(tmpdir(), 'wedsync-roles-'));
    env = { DATABASE_URL: database.url, WEDSYNC_MASTER_KEY: randomBytes(32).toString('base64') };
  });
  afterEach(async () => {
    for (const one of running.splice(0)) await one.kill();
  });
  afterAll(async () => {
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  });
  async function start(role: string, more: Record<string, string> = {}): Promise<RunningServer> {
    const server = await startServer({ dataDir: join(folder, role), env: { ...env, WEDSYNC_ROLE: role, ...more } });
    running.push(server);
    return server;
  }

  test('each answers for its part and for nothing else', async () => {
    const intake = await start('intake');
    const { stripe } = Object.fromEntries(intake.demo().connections.map((one) => [one.system, one.path]));
    const [stream, worker] = await Promise.all([start('stream'), start('worker')]);
    for (const server of [intake, stream, worker]) for (const path of ['/healthz', '/readyz', '/metrics']) expect(await asked(server, path)).toBe('200');
    const all = ['/api/me', '/api/devices', '/', stripe ?? ''] as const;
    const table = await Promise.all([intake, stream, worker].map(async (server) => Promise.all(all.map((path) => asked(server, path, path === stripe ? 'POST' : 'GET')))));
    const gone = '404 request.not_found';
    expect(table).toEqual([
      [gone, gone, gone, '401 intake.signature_missing'],
      ['401 auth.missing', '401 auth.missing', '200', gone],
      [gone, gone, gone, gone],
    ]);
    for (const server of [intake, worker]) {
      const socket = connect(server.url);
      const error = await first<Error>(socket, 'connect_error');
      socket.close();
      expect(error.message).toBe('websocket error');
    }
  });

  test('a worker that sleeps is at work within a moment of the webhook, and does not wait for its poll', async () => {
    const intake = await start('intake');
    const worker = await start('worker');
    const took: number[] = [];
    for (let n = 0; n < 8; n += 1) {
      const done = worker.lines.length;
      await sleep(150);
      const startedAt = performance.now();
      await payByStripe(intake.url, intake.demo(), { amountMinor: 1_000 + n });
      await until(() => worker.lines.slice(done).some((line) => line.includes('deliveries normalised')), 'the worker is at work');
      took.push(performance.now() - startedAt);
    }
    took.sort((a, b) => a - b);
    // Its poll comes once a second; half of all would take half a second by that alone.
    expect(took[3]).toBeLessThan(4 * plainWork());
  });

  test('asked to stop, it says so on /readyz and still serves until the balancer has seen it', async () => {
    const intake = await start('intake', { WEDSYNC_DRAIN_MS: '3000' });
    const card = intake.demo();
    expect(await asked(intake, '/readyz')).toBe('200');
    const startedAt = performance.now();
    const ended = intake.stop();
    await expect.poll(() => asked(intake, '/readyz'), { timeout: 2_500, interval: 20 }).toBe('503 server.unreachable');
    expect(await asked(intake, '/healthz')).toBe('200');
    const sent = await payByStripe(intake.url, card, { amountMinor: 5_000 });
    expect(sent).toMatchObject({ outcome: 'accepted' });
    expect(await ended).toBe(0);
    expect(performance.now() - startedAt).toBeGreaterThan(2_950);
  });

  test('a part without a shared database is refused at the start, with its code', async () => {
    const lonely = startServer({ dataDir: join(folder, 'lonely'), env: { WEDSYNC_ROLE: 'intake,worker' } });
    await expect(lonely).rejects.toThrow('server.role_needs_database');
    await expect(startServer({ dataDir: join(folder, 'lonely'), env: { WEDSYNC_ROLE: 'boss' } })).rejects.toThrow('all, or some of intake, stream and worker');
  });
});
