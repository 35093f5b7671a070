import { fork, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { processorMs } from './clock.ts';
import type { Beat, FarmClient, FarmReport, FromFarm, ToFarm } from './messages.ts';
import type { Send, Sent } from './sender.ts';

const start = (file: string): ChildProcess => fork(join(import.meta.dirname, file), { serialization: 'advanced' });

/** The next message that is accepted; rejects when the process ends before. */
function answer<T>(child: ChildProcess, accept: (message: unknown) => message is T): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = () => {
      child.off('message', hear);
      child.off('exit', ended);
    };
    const ended = (code: number | null) => {
      leave();
      reject(new Error(`a process of the load ended with ${String(code)}`));
    };
    const hear = (message: unknown) => {
      if (!accept(message)) return;
      leave();
      resolve(message);
    };
    child.on('message', hear);
    child.on('exit', ended);
  });
}

export interface Farm {
  open(clients: readonly FarmClient[]): Promise<void>;
  beat(beat: Beat): void;
  report(): Promise<FarmReport>;
  close(): void;
  end(): void;
}

const isOpen = (message: unknown): message is FromFarm => (message as FromFarm).is === 'open';
const isReport = (message: unknown): message is { is: 'report'; report: FarmReport } => (message as FromFarm).is === 'report';

export function startFarm(): Farm {
  const child = start('farm.ts');
  const tell = (message: ToFarm) => void child.send(message);
  return {
    async open(clients) {
      const opened = answer(child, isOpen);
      tell({ do: 'open', clients });
      await opened;
    },
    beat: (beat) => tell({ do: 'beat', beat }),
    async report() {
      const reported = answer(child, isReport);
      tell({ do: 'report' });
      return (await reported).report;
    },
    close: () => tell({ do: 'close' }),
    end: () => void child.kill(),
  };
}

export interface Sender {
  send(what: Send): Promise<Sent>;
  end(): void;
}

export function startSender(): Sender {
  const child = start('sender.ts');
  return {
    async send(what) {
      const sent = answer(child, (message): message is Sent => (message as Sent).acks !== undefined);
      child.send(what);
      return sent;
    },
    end: () => void child.kill(),
  };
}

export interface Plain {
  readonly url: string;
  readonly pid: number;
  broadcast(group: number, text: string): void;
  end(): void;
}

export async function startPlain(): Promise<Plain> {
  const child = start('plainWs.ts');
  const { port } = await answer(child, (message): message is { port: number } => (message as { port?: number }).port !== undefined);
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    broadcast: (group, text) => void child.send({ group, text }),
    end: () => void child.kill(),
  };
}

/** Processor time of processes and memory of the servers among them, over a stretch of time. */
export interface Watch {
  /** Milliseconds of processor time since the watch began, of one process. */
  used(pid: number): number;
  /** Memory of one process, MiB, as it was seen from time to time. */
  memory(pid: number): readonly number[];
  end(): void;
}

/** Null when the process has ended: PostgreSQL's own come and go. */
function fileOf(pid: number, name: 'status' | 'stat'): string | null {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

function residentMiB(pid: number): number | null {
  const status = fileOf(pid, 'status');
  return status === null ? null : Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024;
}

const used = (pid: number): number => processorMs(fileOf(pid, 'stat') ?? ') ');

export function watch(pids: readonly number[], everyMs: number): Watch {
  const begun = new Map(pids.map((pid) => [pid, used(pid)]));
  const seen = new Map<number, number[]>(pids.map((pid) => [pid, []]));
  const look = setInterval(() => {
    for (const pid of pids) {
      const now = residentMiB(pid);
      if (now !== null) seen.get(pid)?.push(now);
    }
  }, everyMs);
  return {
    used: (pid) => Math.max(0, (used(pid) || 0) - (begun.get(pid) ?? 0)),
    memory: (pid) => seen.get(pid) ?? [],
    end: () => clearInterval(look),
  };
}
