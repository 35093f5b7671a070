import { readFileSync, readdirSync } from 'node:fs';
import pg from 'pg';
import { processorMs } from './clock.ts';

/** For much that comes in, as docs/deploying.md advises (a test compares); what is measured is measured with these. */
export const SETTINGS_FOR_MUCH = ['shared_buffers=1GB', 'max_wal_size=8GB', 'checkpoint_timeout=15min', 'autovacuum_naptime=30s', 'autovacuum_analyze_scale_factor=0.5', 'autovacuum_vacuum_insert_scale_factor=1'] as const;

/** Process ids by their `/proc/PID/stat`; one that ends while we look is left out. */
function processes(postmaster: number): Map<number, string> {
  const found = new Map<number, string>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      if (Number(name) === postmaster || Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === postmaster) found.set(Number(name), stat);
    } catch (error) {
      if (!['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
  return found;
}

/** Every process that PostgreSQL runs for the record. */
export const backendsOf = (postmaster: number): number[] => [...processes(postmaster).keys()];

/** Milliseconds of processor time that PostgreSQL has used so far, with those of its processes that have ended since. */
export function postgresMs(postmaster: number): number {
  const all = processes(postmaster);
  const running = [...all.values()].reduce((sum, stat) => sum + processorMs(stat), 0);
  const stat = all.get(postmaster);
  if (stat === undefined) return running;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return running + (Number(fields[13]) + Number(fields[14])) * 10;
}

async function asked<T>(url: string, ask: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await ask(client);
  } finally {
    await client.end();
  }
}

/** What has gone into its log since it was made. */
export const bytesLogged = (url: string): Promise<number> =>
  asked(url, async (client) => Number((await client.query<{ bytes: string }>("select pg_current_wal_lsn() - '0/0' as bytes")).rows[0]?.bytes));

const PIECES = 256;
/**
 * A cluster that has run for a while writes over old pieces of its log; a new one fills each with zeros first, which is none of what
 * is measured. Uses up so many pieces of 16 MB and has them taken for later ones.
 */
export const wornIn = (url: string): Promise<void> =>
  asked(url, async (client) => {
    for (let piece = 0; piece < PIECES; piece += 1) {
      await client.query("select pg_logical_emit_message(false, 'bench', 'x')");
      await client.query('select pg_switch_wal()');
    }
    await client.query('checkpoint');
  });
