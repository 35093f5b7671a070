import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { RunningServer } from '../../support/runningServer.ts';

/** A server of the load is started with this, so that many can be looked into on one machine. */
export const INSPECTABLE = { NODE_OPTIONS: '--inspect-port=127.0.0.1:0' } as const;
const PATIENCE_MS = 5_000;

async function inspectorOf(server: RunningServer): Promise<string> {
  const find = () => server.lines.findLast((line) => line.includes('Debugger listening on'))?.match(/ws:\S+/)?.[0];
  if (!find()) process.kill(server.pid, 'SIGUSR1');
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await sleep(50)) {
    const found = find();
    if (found !== undefined) return found;
  }
  throw new Error('the inspector did not open');
}

/** MiB that are still needed after everything else was thrown away: what a leak makes grow, and a full cache does not. */
export async function neededMiB(server: RunningServer): Promise<number> {
  const socket = new WebSocket(await inspectorOf(server));
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  let asked = 0;
  const ask = (method: string, params: object = {}) =>
    new Promise<Record<string, unknown>>((resolve) => {
      const id = (asked += 1);
      const hear = (data: Buffer) => {
        const answer = JSON.parse(data.toString()) as { id?: number; result?: Record<string, unknown> };
        if (answer.id !== id) return;
        socket.off('message', hear);
        resolve(answer.result ?? {});
      };
      socket.on('message', hear);
      socket.send(JSON.stringify({ id, method, params }));
    });
  try {
    await ask('HeapProfiler.collectGarbage');
    const answer = await ask('Runtime.evaluate', { expression: '(({ heapUsed, external }) => heapUsed + external)(process.memoryUsage())', returnByValue: true });
    return Number((answer['result'] as { value?: number } | undefined)?.value) / 1024 / 1024;
  } finally {
    socket.close();
  }
}

export interface Memory {
  readonly residentMiB: number;
  readonly neededMiB: number;
}

/** What the system has given it, looked at first, and what it needs ({@link neededMiB}). */
export async function memoryOf(server: RunningServer): Promise<Memory> {
  const residentMiB = Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1]) / 1024;
  return { residentMiB, neededMiB: await neededMiB(server) };
}
