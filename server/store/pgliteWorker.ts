import fs from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite, type postgresMod } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';
import { layPattern } from './pattern.ts';
import { createStatements, type Statements } from './statements.ts';

/**
 * The embedded database in its own thread, so that a query never blocks the server's event loop.
 * In: {@link WorkerRequest}; out: {@link WorkerAnswer}, plus one `{ready}` or `{failed}` at the start, and `{failed}`
 * when the database gave up later.
 */

export interface WorkerData {
  /** Directory of the database itself (not of the whole installation). */
  readonly directory: string;
  /** False = nothing is flushed until it is asked for. */
  readonly flushes: boolean;
  /** What the directory is filled with before the start; null = with nothing. */
  readonly pattern: string | null;
}

export type WorkerRequest =
  | { readonly id: number; readonly op: 'query'; readonly sql: string; readonly params: readonly unknown[] }
  | { readonly id: number; readonly op: 'stats' }
  | { readonly id: number; readonly op: 'flush' }
  | { readonly id: number; readonly op: 'close' };

export interface WorkerStats {
  /** Times a file was really flushed to disk since the start. */
  readonly fsyncs: number;
  /** Bytes of the database's WebAssembly memory. */
  readonly memoryBytes: number;
}

export type WorkerAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'rows'; readonly id: number; readonly command: string; readonly rows: readonly Record<string, unknown>[]; readonly rowCount: number }
  | { readonly kind: 'stats'; readonly id: number; readonly stats: WorkerStats }
  | { readonly kind: 'error'; readonly id: number; readonly message: string; readonly code: string | null; readonly detail: string | null };

type ModuleOptions = Partial<postgresMod.PostgresMod>;

let fsyncs = 0;

interface EmscriptenStream {
  readonly nfd?: number;
  readonly path?: string;
}
interface StreamOps {
  fsync?: (stream: EmscriptenStream) => number;
  write: (stream: EmscriptenStream, ...rest: unknown[]) => number;
}
interface EmscriptenParts {
  readonly NODEFS: { stream_ops: StreamOps };
}

/**
 * The database panics when its log cannot be written (a full disk), and in WebAssembly a panic may hang for ever instead of
 * coming back as an error. The failed write is the last moment in which this thread can still say so.
 */
function reportFailedLog(ops: StreamOps): void {
  const write = ops.write.bind(ops);
  ops.write = (stream, ...rest) => {
    try {
      return write(stream, ...rest);
    } catch (error) {
      if (stream.path?.includes('/pg_wal/') === true) answer({ kind: 'failed', message: 'The embedded database could not write its log; the disk may be full.' });
      throw error;
    }
  };
}

/**
 * PGlite's file system never flushes: its NODEFS has no `fsync`, and without one the call reports success. A commit
 * that we acknowledge must survive a power cut, so the missing operation is put in.
 */
class SyncedNodeFS extends NodeFS {
  override async init(pg: PGlite, options: ModuleOptions): Promise<{ emscriptenOpts: ModuleOptions }> {
    const { emscriptenOpts } = await super.init(pg, options);
    const before = emscriptenOpts.preRun ?? [];
    const preRun = [
      ...(Array.isArray(before) ? before : [before]),
      (module: unknown) => {
        const ops = (module as EmscriptenParts).NODEFS.stream_ops;
        reportFailedLog(ops);
        ops.fsync = (stream) => {
          if (flushes && stream.nfd !== undefined) {
            fs.fsyncSync(stream.nfd);
            fsyncs += 1;
          }
          return 0;
        };
      },
    ];
    return { emscriptenOpts: { ...emscriptenOpts, preRun } };
  }
}

const port = parentPort;
if (!port) throw new Error('pgliteWorker must be started as a worker thread');
const { directory, pattern, flushes: flushesAtFirst } = workerData as WorkerData;
let flushes = flushesAtFirst;
const answer = (message: WorkerAnswer) => port.postMessage(message);

/** `2026-11-20 13:05:00.123+00` as Postgres prints it in UTC -> ISO with milliseconds. */
const isoInstant = (text: string) => new Date(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00')).toISOString();
const asText = (text: string) => text;
const OID = { int8: 20, date: 1082, timestamptz: 1184 } as const;

/** Small on purpose: one connection, a working set of a few thousand rows. Measured in docs/decisions/0002. */
const SETTINGS = [
  'wal_sync_method=fsync',
  'fsync=on',
  'synchronous_commit=on',
  'full_page_writes=on',
  'timezone=UTC',
  // Nothing is ever analysed by itself here: a plan that was kept from when a table was small would read all of it when it is large.
  'plan_cache_mode=force_custom_plan',
  'shared_buffers=16MB',
  'work_mem=2MB',
  'maintenance_work_mem=16MB',
  'temp_buffers=800kB',
  'wal_buffers=1MB',
  'max_wal_size=128MB',
  'min_wal_size=32MB',
];

async function start(): Promise<PGlite> {
  if (pattern !== null) layPattern(pattern, directory);
  const startParams = [...PGlite.defaultStartParams.filter((param) => param !== '-F'), ...SETTINGS.flatMap((setting) => ['-c', setting])];
  return PGlite.create({
    fs: new SyncedNodeFS(directory),
    startParams,
    parsers: { [OID.int8]: Number, [OID.date]: asText, [OID.timestamptz]: isoInstant },
  });
}

function memoryBytes(pg: PGlite): number {
  const module = (pg as unknown as { mod?: { HEAPU8?: Uint8Array } }).mod;
  return module?.HEAPU8?.byteLength ?? 0;
}

/** Migrations come without parameters. */
const CHANGES_TABLES = /\b(?:alter|create|drop)\b/i;

/** Severities after which the database is not to be asked again: it hangs, and only a start that repeats the log helps. */
const LAST_WORDS = new Set(['PANIC', 'FATAL']);
let panicked = false;

async function serve(pg: PGlite, statements: Statements, request: WorkerRequest): Promise<void> {
  const { id } = request;
  // Nobody waits for an answer any more: `failed` has told them all.
  if (panicked) return;
  try {
    switch (request.op) {
      case 'query': {
        if (request.params.length === 0) {
          const results = await pg.exec(request.sql);
          const last = results.at(-1);
          if (CHANGES_TABLES.test(request.sql)) statements.forget();
          answer({ kind: 'rows', id, command: last?.command ?? '', rows: last?.rows ?? [], rowCount: last?.affectedRows ?? last?.rows.length ?? 0 });
          return;
        }
        answer({ kind: 'rows', id, ...(await statements.query(request.sql, request.params)) });
        return;
      }
      case 'stats':
        answer({ kind: 'stats', id, stats: { fsyncs, memoryBytes: memoryBytes(pg) } });
        return;
      case 'flush':
        flushes = true;
        answer({ kind: 'rows', id, command: 'FLUSH', rows: [], rowCount: 0 });
        return;
      case 'close':
        await pg.close();
        answer({ kind: 'rows', id, command: 'CLOSE', rows: [], rowCount: 0 });
        port?.close();
    }
  } catch (error) {
    const failure = error as { message?: string; code?: string; detail?: string; severity?: string };
    panicked = failure.severity !== undefined && LAST_WORDS.has(failure.severity);
    answer({ kind: 'error', id, message: failure.message ?? String(error), code: failure.code ?? null, detail: failure.detail ?? null });
    if (panicked) answer({ kind: 'failed', message: `The embedded database gave up: ${failure.message ?? String(error)}` });
  }
}

start().then(
  (pg) => {
    // One request at a time: the pool in front hands out this one connection to one user at a time.
    let lane: Promise<void> = Promise.resolve();
    const statements = createStatements(pg);
    port.on('message', (request: WorkerRequest) => {
      lane = lane.then(() => serve(pg, statements, request));
    });
    answer({ kind: 'ready' });
  },
  (error: unknown) => {
    answer({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
    port.close();
  },
);
