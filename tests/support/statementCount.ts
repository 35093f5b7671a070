import { Worker } from 'node:worker_threads';
import pg from 'pg';
import { vi } from 'vitest';

/** Counts what is asked of the database, its transactions' own words among it, whichever home it is. */
export interface StatementCount {
  /** Since the last time. */
  take(): number;
  stop(): void;
}

export function countStatements(): StatementCount {
  let count = 0;
  const { postMessage } = Worker.prototype;
  const embedded = vi.spyOn(Worker.prototype, 'postMessage').mockImplementation(function (this: Worker, ...message: Parameters<typeof postMessage>) {
    if ((message[0] as { op?: string } | null)?.op === 'query') count += 1;
    postMessage.apply(this, message);
  });
  const { query } = pg.Client.prototype;
  const server = vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...asked: unknown[]) {
    count += 1;
    return Reflect.apply(query, this, asked) as never;
  });
  return {
    take: () => {
      const so = count;
      count = 0;
      return so;
    },
    stop: () => {
      embedded.mockRestore();
      server.mockRestore();
    },
  };
}
