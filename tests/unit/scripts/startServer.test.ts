import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort, startServer } from '../../../scripts/start/server.mjs';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'wedsync-start-'));
});
afterEach(() => {
  rmSync(dataDir, { recursive: true, force: true });
});

/** A child that speaks the server's words, to see how the starter takes each of them. */
function start(body: string, signal?: AbortSignal) {
  const entry = join(dataDir, 'entry.mjs');
  writeFileSync(entry, body);
  return startServer({ node: process.execPath, env: process.env, dataDir, entry, ...(signal === undefined ? {} : { signal }) });
}

const OBEDIENT = `
process.on('message', (message) => {
  if (message.type === 'stop') process.exit(0);
  if (message.type === 'ticket') process.send({ type: 'ticket', ticket: 'second' });
});
console.log('a line for the log');
process.send({ type: 'ready', url: 'http://127.0.0.1:1', ticket: 'first' });
`;

describe('starting the server', () => {
  it('hands on its address and ticket, keeps its log, stops it when asked', async () => {
    const server = await start(OBEDIENT);
    if (!server.ok) throw new Error(server.message);
    expect(server).toMatchObject({ url: 'http://127.0.0.1:1', ticket: 'first' });
    expect(await server.freshTicket()).toBe('second');
    await server.stop();
    expect(await server.ended).toBe(0);
    expect(readFileSync(server.logFile, 'utf8')).toContain('a line for the log');
  });

  it('says the coded error of a server that refuses', async () => {
    const server = await start('process.send({ type: "failed", error: { code: "store.locked", message: "The record is in use." } }, () => process.exit(1));');
    expect(server).toMatchObject({ ok: false, message: 'The record is in use. [store.locked]' });
  });

  it('shows the last words of a server that dies without a message', async () => {
    const server = await start('console.error("the disk is on fire"); process.exitCode = 3; process.disconnect();');
    expect(server.ok).toBe(false);
    if (!server.ok) expect(server.message).toMatch(/code 3[^]*the disk is on fire/);
  });

  it('stops a server that is still starting when the person has had enough', async () => {
    const enough = new AbortController();
    const starting = start('process.on("message", () => process.exit(0));', enough.signal);
    setTimeout(() => enough.abort(), 300);
    expect((await starting).ok).toBe(false);
  });

  it('ends a server that does not stop', async () => {
    const server = await start('setInterval(() => undefined, 1000); process.on("message", () => undefined); process.send({ type: "ready", url: "http://127.0.0.1:1", ticket: null });');
    if (!server.ok) throw new Error(server.message);
    expect(server.ticket).toBeNull();
    await server.stop();
    expect(await server.ended).not.toBe(0);
  }, 30_000);
});

describe('the port', () => {
  it('is the asked one when free, another one when taken', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const address = holder.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const other = await freePort(address.port);
    expect(other).not.toBe(address.port);
    holder.close();
    await once(holder, 'close');
    expect(await freePort(address.port)).toBe(address.port);
  });
});
