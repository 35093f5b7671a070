import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DemoCard } from '../../server/demo/card.ts';

export const REPOSITORY = join(import.meta.dirname, '..', '..');

/** The built server as its own process, started and ended the way an operator or a crash would. */
export interface RunningServer {
  readonly url: string;
  readonly port: number;
  readonly ticket: string;
  /** What makes the first organisation; null where there is one. */
  readonly founding: string | null;
  readonly pid: number;
  readonly dataDir: string;
  /** Structured log lines so far. */
  readonly lines: readonly string[];
  demo(): DemoCard;
  /** A fresh one-use ticket. */
  newTicket(): Promise<string>;
  /** Says something to a server that a test has put together. */
  tell(message: Record<string, unknown>): void;
  /** `kill -9`. */
  kill(): Promise<void>;
  stop(): Promise<number | null>;
  /** Settles when the process is gone, for whatever reason. */
  readonly ended: Promise<void>;
}

export interface ServerOptions {
  readonly dataDir: string;
  readonly port?: number;
  readonly env?: Record<string, string>;
  /** Another entry, e.g. a composition that dies at a chosen moment. */
  readonly entry?: string;
  /** A program and its arguments that starts the server in its place, e.g. inside a network namespace. */
  readonly through?: readonly string[];
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function nextMessage(child: ChildProcess, types: readonly string[]): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const listen = (message: unknown): void => {
      const body = message as Record<string, unknown>;
      if (!types.includes(String(body['type']))) return;
      child.off('message', listen);
      resolve(body);
    };
    child.on('message', listen);
    child.once('exit', (code) => reject(new Error(`the server ended with ${code} before it said ${types.join(' or ')}`)));
  });
}

export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const lines: string[] = [];
  const [program = process.execPath, ...args] = [...(options.through ?? []), process.execPath, options.entry ?? join(REPOSITORY, 'dist', 'server', 'index.js')];
  const child = spawn(program, args, {
    env: { ...process.env, WEDSYNC_DATA_DIR: options.dataDir, WEDSYNC_PORT: String(options.port ?? 0), WEDSYNC_DEMO: '1', WEDSYNC_CONSOLE_DIR: join(REPOSITORY, 'dist', 'renderer'), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const collect = (chunk: Buffer): void => void lines.push(...chunk.toString().split('\n').filter(Boolean));
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  const ready = await nextMessage(child, ['ready', 'failed']).catch((error: unknown) => {
    throw new Error(`${String(error)}\n${lines.slice(-20).join('\n')}`);
  });
  if (ready['type'] !== 'ready') throw new Error(`the server did not start: ${JSON.stringify(ready)}`);
  const url = String(ready['url']);
  return {
    url,
    port: Number(new URL(url).port),
    ticket: String(ready['ticket']),
    founding: typeof ready['founding'] === 'string' ? ready['founding'] : null,
    pid: child.pid ?? 0,
    dataDir: options.dataDir,
    lines,
    ended,
    demo: () => JSON.parse(readFileSync(join(options.dataDir, 'demo.json'), 'utf8')) as DemoCard,
    async newTicket() {
      const answer = nextMessage(child, ['ticket']);
      child.send({ type: 'ticket' });
      return String((await answer)['ticket']);
    },
    tell: (message) => void child.send(message),
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      child.kill('SIGTERM');
      await Promise.race([once(child, 'exit'), sleep(10_000).then(() => child.kill('SIGKILL'))]);
      return child.exitCode;
    },
  };
}
