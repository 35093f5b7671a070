import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { PostgresPool, PostgresPoolClient } from 'kysely';
import type { WorkerAnswer, WorkerData, WorkerRequest, WorkerStats } from './pgliteWorker.ts';

/** An error of the database with its SQLSTATE, the same for the embedded database and PostgreSQL. */
export class DatabaseError extends Error {
  readonly code: string | null;
  readonly detail: string | null;
  constructor(message: string, code: string | null, detail: string | null) {
    super(message);
    this.name = 'DatabaseError';
    this.code = code;
    this.detail = detail;
  }
}

export interface EmbeddedPool extends PostgresPool {
  /** The same connection, taken at the front of the line. */
  readonly first: PostgresPool;
  stats(): Promise<WorkerStats>;
  /** For one that was started with `flushes: false`: from when this resolves, commits are flushed. What was written before is not. */
  flushFromNowOn(): Promise<void>;
  /** Settles when the worker has ended on its own, with the reason; never when it was closed. */
  readonly died: Promise<Error>;
}

interface Waiting {
  readonly resolve: (answer: WorkerAnswer) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Runs from source (Node strips the types) and bundled: the build puts the worker beside the server's entry, and this
 * code either into that entry or into a chunk one folder below it.
 */
function workerUrl(): URL {
  if (import.meta.url.endsWith('.ts')) return new URL('./pgliteWorker.ts', import.meta.url);
  const beside = new URL('./pgliteWorker.js', import.meta.url);
  return existsSync(beside) ? beside : new URL('../pgliteWorker.js', import.meta.url);
}

/**
 * Starts the embedded database on a directory and gives it the face of a `pg` pool of one connection, so that one
 * Kysely dialect serves both. Whoever holds the connection has it alone; others wait in line.
 * Rejects when the database does not start. Without `flushes` nothing is flushed to disk at first: for files that are thrown away
 * when the start does not come to its end. `pattern`: a file that is laid into the directory first (`pattern.ts`), which then must hold nothing.
 */
export async function startEmbedded(directory: string, { flushes = true, pattern = null }: { readonly flushes?: boolean; readonly pattern?: string | null } = {}): Promise<EmbeddedPool> {
  const data: WorkerData = { directory, flushes, pattern };
  const worker = new Worker(workerUrl(), { workerData: data });
  const waiting = new Map<number, Waiting>();
  let nextId = 0;
  let dead: Error | null = null;
  let closing = false;
  let tellDeath: (error: Error) => void = () => undefined;
  const died = new Promise<Error>((resolve) => (tellDeath = resolve));

  await new Promise<void>((resolve, reject) => {
    const end = (error: Error) => {
      if (dead) return;
      dead = error;
      reject(error);
      for (const one of waiting.values()) one.reject(error);
      waiting.clear();
      if (!closing) tellDeath(error);
    };
    worker.on('message', (message: WorkerAnswer) => {
      if (message.kind === 'ready') return resolve();
      if (message.kind === 'failed') {
        end(new DatabaseError(message.message, null, null));
        return void worker.terminate();
      }
      const one = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.kind === 'error') one?.reject(new DatabaseError(message.message, message.code, message.detail));
      else one?.resolve(message);
    });
    worker.on('error', (error) => end(error instanceof Error ? error : new Error(String(error))));
    worker.on('exit', (code) => end(new Error(`the embedded database has ended (exit code ${code})`)));
  });

  type Ask = WorkerRequest extends infer R ? (R extends { id: number } ? Omit<R, 'id'> : never) : never;
  const ask = (request: Ask): Promise<WorkerAnswer> =>
    new Promise((resolve, reject) => {
      if (dead) return reject(dead);
      const id = ++nextId;
      waiting.set(id, { resolve, reject });
      worker.postMessage({ ...request, id });
    });

  const line: (() => void)[] = [];
  let held = false;
  const release = () => {
    const next = line.shift();
    if (next) next();
    else held = false;
  };

  const query = async (sql: string, params: readonly unknown[]) => {
    const answer = await ask({ op: 'query', sql, params });
    if (answer.kind !== 'rows') throw new Error(`unexpected answer ${answer.kind}`);
    return { command: answer.command, rowCount: answer.rowCount, rows: answer.rows };
  };

  const connect = async (first: boolean): Promise<PostgresPoolClient> => {
    if (held) await new Promise<void>((resolve) => void (first ? line.unshift(resolve) : line.push(resolve)));
    held = true;
    let mine = true;
    // Kysely's client type has a cursor overload that is never used without a `cursor` option.
    const client = {
      query,
      release() {
        if (mine) release();
        mine = false;
      },
    };
    return client as unknown as PostgresPoolClient;
  };

  return {
    died,
    connect: () => connect(false),
    first: { connect: () => connect(true), end: () => Promise.resolve() },
    async end() {
      if (closing || dead) return;
      if (held) await new Promise<void>((resolve) => line.push(resolve));
      held = true;
      closing = true;
      const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
      await ask({ op: 'close' });
      await ended;
    },
    async flushFromNowOn() {
      await ask({ op: 'flush' });
    },
    async stats() {
      const answer = await ask({ op: 'stats' });
      if (answer.kind !== 'stats') throw new Error(`unexpected answer ${answer.kind}`);
      return answer.stats;
    },
  };
}
