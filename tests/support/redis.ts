import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './runningServer.ts';

/** A throwaway Redis on loopback that keeps nothing. */
export interface RedisServer {
  readonly url: string;
  /** Ends it at once, as a power cut would. */
  kill(): Promise<void>;
  /** Starts it again on the same port, empty. */
  start(): Promise<void>;
  remove(): Promise<void>;
}

const START_LIMIT_MS = 15_000;

/** True when the program is installed and runs. */
export const canRun = (program: string, flag: string): boolean => spawnSync(program, [flag], { stdio: 'ignore' }).status === 0;
export const hasRedis = (): boolean => canRun('redis-server', '--version');

export async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

export async function startRedis(): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'wedsync-redis-'));
  const port = await freePort();
  let child: ChildProcess | null = null;
  const endNow = (): void => {
    child?.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', endNow);

  async function kill(): Promise<void> {
    const running = child;
    child = null;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    running.kill('SIGKILL');
    await once(running, 'exit');
  }

  async function start(): Promise<void> {
    const running = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder, '--daemonize', 'no'], { stdio: 'ignore' });
    child = running;
    for (const deadline = Date.now() + START_LIMIT_MS; Date.now() < deadline && running.exitCode === null; await sleep(20)) {
      if (await listens(port)) return;
    }
    running.kill('SIGKILL');
    throw new Error(`Redis does not start on ${port}`);
  }

  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    kill,
    start,
    async remove() {
      await kill();
      process.off('exit', endNow);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
