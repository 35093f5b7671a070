import { readdirSync, readFileSync } from 'node:fs';
import { processorMs } from './clock.ts';

/** Processor time by thread: the event loop, the embedded database's thread, and what the engine does beside (collecting, compiling). */
export interface Threads {
  readonly main: number;
  readonly database: number;
  readonly beside: number;
}

/** Threads come and go; one that has just gone counts as nothing. */
function statOf(pid: number, thread: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

/** Milliseconds so far. */
export function threadsOf(pid: number): Threads {
  const sum = { main: 0, database: 0, beside: 0 };
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const stat = statOf(pid, thread);
    if (stat === null) continue;
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    const kind = thread === String(pid) ? 'main' : name === 'WorkerThread' ? 'database' : 'beside';
    sum[kind] += processorMs(stat);
  }
  return sum;
}

export const between = (before: Threads, after: Threads): Threads => ({ main: after.main - before.main, database: after.database - before.database, beside: after.beside - before.beside });
