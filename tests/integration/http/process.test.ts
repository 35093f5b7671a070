import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EnrolAnswer, HTTP, MeAnswer } from '../../../core/contract/http.ts';
import { ServerFile } from '../../../server/serverFile.ts';
import { REPOSITORY, startServer } from '../../support/runningServer.ts';
import { until } from '../../support/serverApp.ts';
import { StrictClient } from '../../support/streamClient.ts';

const entry = join(REPOSITORY, 'server', 'index.ts');
let dataDir: string;
beforeEach(() => (dataDir = mkdtempSync(join(tmpdir(), 'wedsync-process-'))));
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const run = (args: string[], env: Record<string, string> = {}) =>
  new Promise<{ code: number | null; out: string; errors: string; messages: unknown[] }>((resolve) => {
    const child = spawn(process.execPath, [entry, ...args], { env: { ...process.env, WEDSYNC_DATA_DIR: dataDir, WEDSYNC_PORT: '0', ...env }, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    const result = { out: '', errors: '', messages: [] as unknown[] };
    child.stdout?.on('data', (chunk) => (result.out += String(chunk)));
    child.stderr?.on('data', (chunk) => (result.errors += String(chunk)));
    child.on('message', (message) => result.messages.push(message));
    child.on('close', (code) => resolve({ code, ...result }));
  });

const enrol = async (url: string, ticket: string) =>
  EnrolAnswer.parse(await (await fetch(url + HTTP.enrol.path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ ticket, device: { name: 'Desk', kind: 'desktop' } }) })).json());

describe('the server as a process', () => {
  it('starts, tells its parent, enrols, and stops politely', async () => {
    const server = await startServer({ dataDir, entry });
    try {
      const file = join(dataDir, 'server.json');
      expect(ServerFile.parse(JSON.parse(readFileSync(file, 'utf8')))).toMatchObject({ url: server.url, pid: server.pid });
      expect(statSync(file).mode & 0o777).toBe(0o600);
      const first = await enrol(server.url, server.ticket);
      const second = await enrol(server.url, await server.newTicket());
      expect(second.deviceId).not.toBe(first.deviceId);
      const me = await fetch(server.url + HTTP.me.path, { headers: { authorization: `Bearer ${first.token ?? ''}` } });
      expect(MeAnswer.parse(await me.json()).organisation.demo).toBe(true);

      const client = new StrictClient(server.url, { token: first.token });
      await client.open();
      await until(() => client.snapshots === 1, 'the snapshot');
      expect(await server.stop()).toBe(0);
      await until(() => client.byes.length === 1, 'the farewell');
      expect(client.byes).toEqual(['server_stopping']);
      expect(existsSync(file)).toBe(false);
      const log = server.lines.join('\n');
      for (const secret of [server.ticket, first.token ?? '']) expect(log).not.toContain(secret);
    } finally {
      await server.kill();
    }
  });

  it('says why it does not start, and ends with 1', async () => {
    const wrong = await run(['--port', 'many']);
    expect(wrong.code).toBe(1);
    expect(wrong.errors).toContain('--port is "many", but must be a whole number');
    expect(wrong.errors).not.toMatch(/^\s+at /m);
    expect(wrong.messages).toMatchObject([{ type: 'failed', error: { code: 'server.start_failed', retryable: false } }]);
    const help = await run(['--help']);
    expect([help.code, help.messages]).toEqual([0, []]);
    expect(help.out).toContain('--data-dir VALUE');
  });

  it('leaves a data folder alone that another server uses', async () => {
    const server = await startServer({ dataDir, entry });
    try {
      const second = await run([]);
      expect(second.code).toBe(1);
      expect(second.messages).toMatchObject([{ type: 'failed', error: { code: 'store.locked' } }]);
      expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
      const taken = await run(['--port', String(server.port), '--data-dir', join(dataDir, 'other')]);
      expect(taken.code).toBe(1);
      expect(taken.messages).toMatchObject([{ type: 'failed', error: { code: 'server.start_failed', message: expect.stringContaining('EADDRINUSE') as string } }]);
      expect(ServerFile.parse(JSON.parse(readFileSync(join(dataDir, 'server.json'), 'utf8'))).pid).toBe(server.pid);
    } finally {
      expect(await server.stop()).toBe(0);
    }
  });
});
