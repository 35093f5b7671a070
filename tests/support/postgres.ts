import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { findPostgres } from '../../scripts/setup/postgres.mjs';
import { freePort } from './runningServer.ts';
import { databasesFolder, isAlive } from './temporary.ts';

/** A throwaway PostgreSQL server on loopback. */
export interface Cluster {
  /** Its maintenance database; give it to {@link ownDatabase}. */
  readonly url: string;
  readonly version: string;
  /** The same database as a URL of this cluster, without the network: how whoever runs both on one machine would do it. */
  onSocket(url: string): string;
  /** Of the postmaster; another one after {@link Cluster.start}. */
  readonly pid: number;
  /** Ends it at once, as a power cut would, and leaves its files. */
  kill(): Promise<void>;
  /** Starts it again on the same port and files. */
  start(): Promise<void>;
  /** Ends it and removes its files. */
  remove(): Promise<void>;
  /** A copy of its files into an empty folder of its own, taken while it runs. Only with {@link ClusterOptions.archive}. */
  baseCopy(): Promise<string>;
  /**
   * Ends it at once and starts it on the base copy, which plays the archive up to a moment (as PostgreSQL writes it).
   * Resolves when that is reached and it takes writes. The port stays.
   */
  recover(copy: string, until: string): Promise<void>;
}

export interface ClusterOptions {
  /** Flush to disk as in earnest; for measurements. Tests that end processes, not machines, need it not. */
  readonly synced?: boolean;
  /** Keeps every finished part of the write-ahead log, so that any moment can be had again. */
  readonly archive?: boolean;
  /** As `name=value`, over what is set here. */
  readonly settings?: readonly string[];
}

/** Null when a cluster can be copied and brought to a moment here; else why not. */
export function whyNoRecovery(): string | null {
  const found = findPostgres();
  if (!found.ok) return found.why;
  if (!fs.existsSync(path.join(found.bin, 'pg_basebackup'))) return 'pg_basebackup is missing';
  return process.platform === 'win32' ? 'the archive is copied by a shell command' : null;
}

const START_LIMIT_MS = 30_000;
const PREFIX = 'wedsync-postgres-';

function readOr(file: string, otherwise: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return otherwise;
  }
}

/** A run that was killed could not end its cluster: the next run does, if nobody owns it any more. */
async function sweep(folder: string): Promise<void> {
  for (const name of fs.readdirSync(folder).filter((one) => one.startsWith(PREFIX))) {
    const home = path.join(folder, name);
    const owner = Number(readOr(path.join(home, 'owner'), ''));
    if (!(owner > 0) || isAlive(owner)) continue;
    const server = Number(readOr(path.join(home, 'data', 'postmaster.pid'), '').split('\n')[0]);
    if (server > 0 && readOr(`/proc/${server}/cmdline`, '').includes(home)) process.kill(server, 'SIGQUIT');
    for (let tries = 0; tries < 100 && server > 0 && isAlive(server); tries += 1) await sleep(20);
    fs.rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Rejects when it does not start; ask `findPostgres` first whether it can be had. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const found = findPostgres();
  if (!found.ok) throw new Error(found.why);
  const { bin, account } = found;
  const folder = options.synced === true ? os.tmpdir() : databasesFolder();
  await sweep(folder);
  const home = fs.mkdtempSync(path.join(folder, PREFIX));
  fs.writeFileSync(path.join(home, 'owner'), String(process.pid));
  let data = path.join(home, 'data');
  const archive = path.join(home, 'archive');
  const copies = path.join(home, 'copies');
  const password = randomBytes(18).toString('base64url');
  const passwordFile = path.join(home, 'password');
  fs.writeFileSync(passwordFile, password, { mode: 0o600 });
  if (account) for (const file of [home, passwordFile]) fs.chownSync(file, account.uid, account.gid);
  if (options.archive === true) {
    for (const folder of [archive, copies]) {
      fs.mkdirSync(folder, { mode: 0o700 });
      if (account) fs.chownSync(folder, account.uid, account.gid);
    }
  }
  const as = { cwd: home, ...(account ?? {}), env: { PATH: `${bin}:/usr/bin:/bin`, PGPASSWORD: password, LC_ALL: 'C.UTF-8', TZ: 'UTC' } };

  let child: ChildProcess | null = null;
  let said = '';
  const run = (program: string, args: readonly string[]): ChildProcess => {
    const started = spawn(path.join(bin, program), args, { ...as, stdio: ['ignore', 'pipe', 'pipe'] });
    const collect = (chunk: Buffer): void => void (said = (said + chunk.toString()).slice(-4000));
    started.stdout.on('data', collect);
    started.stderr.on('data', collect);
    return started;
  };
  const ended = async (one: ChildProcess): Promise<void> => {
    if (one.exitCode === null && one.signalCode === null) await once(one, 'exit');
  };

  const made = run('initdb', ['-D', data, '-U', 'wedsync_test', '-A', 'scram-sha-256', '--pwfile', passwordFile, '-E', 'UTF8', '--locale', 'C.UTF-8', '--no-sync']);
  await ended(made);
  if (made.exitCode !== 0) throw new Error(`initdb ended with ${made.exitCode}: ${said}`);

  let port = await freePort();
  const urlOf = () => `postgres://wedsync_test:${password}@127.0.0.1:${port}/postgres`;
  const settings = ['listen_addresses=127.0.0.1', `unix_socket_directories=${home}`, 'max_connections=100', 'shared_buffers=64MB', ...(options.synced === true ? [] : ['fsync=off']), ...(options.archive === true ? ['wal_level=replica'] : []), ...(options.settings ?? [])];
  let archiving: readonly string[] = options.archive === true ? ['archive_mode=on', `archive_command=test ! -f ${archive}/%f && cp %p ${archive}/%f`] : [];

  async function answers(): Promise<string | null> {
    const client = new pg.Client({ connectionString: urlOf() });
    try {
      await client.connect();
      const { rows } = await client.query<{ server_version: string }>('show server_version');
      return rows[0]?.server_version ?? null;
    } catch (error) {
      said += `\n${String(error)}`;
      return null;
    } finally {
      await client.end();
    }
  }

  async function start(): Promise<string> {
    const server = run('postgres', ['-D', data, '-p', String(port), ...[...settings, ...archiving].flatMap((setting) => ['-c', setting])]);
    child = server;
    const deadline = Date.now() + START_LIMIT_MS;
    while (server.exitCode === null && Date.now() < deadline) {
      const version = await answers();
      if (version !== null) return version;
      await sleep(30);
    }
    server.kill('SIGKILL');
    throw new Error(`PostgreSQL does not start: ${said}`);
  }

  async function stop(signal: 'SIGQUIT' | 'SIGINT'): Promise<void> {
    if (!child) return;
    // SIGQUIT: every process of the cluster leaves at once without writing anything. SIGINT: a fast, clean stop.
    child.kill(signal);
    await ended(child);
    child = null;
  }

  async function remove(): Promise<void> {
    await stop('SIGINT');
    fs.rmSync(home, { recursive: true, force: true });
  }

  let version: string;
  try {
    version = await start();
  } catch (error) {
    // Somebody else may have taken the port in between.
    port = await freePort();
    version = await start().catch(async () => {
      await remove();
      throw error;
    });
  }
  return {
    url: urlOf(),
    version,
    onSocket: (url) => `${url}?host=${home}&port=${port}`,
    get pid() {
      return child?.pid ?? 0;
    },
    kill: () => stop('SIGQUIT'),
    async start() {
      await start();
    },
    remove,
    async baseCopy() {
      const to = path.join(copies, randomUUID());
      const copying = run('pg_basebackup', ['-h', '127.0.0.1', '-p', String(port), '-U', 'wedsync_test', '-D', to, '--checkpoint=fast', '--no-sync']);
      await ended(copying);
      if (copying.exitCode !== 0) throw new Error(`pg_basebackup ended with ${copying.exitCode}: ${said}`);
      return to;
    },
    async recover(copy, until) {
      await stop('SIGQUIT');
      const lines = [`restore_command = 'cp ${archive}/%f %p'`, `recovery_target_time = '${until}'`, "recovery_target_action = 'promote'"];
      fs.appendFileSync(path.join(copy, 'postgresql.conf'), `${lines.join('\n')}\n`);
      const signal = path.join(copy, 'recovery.signal');
      fs.writeFileSync(signal, '');
      if (account) fs.chownSync(signal, account.uid, account.gid);
      data = copy;
      archiving = [];
      await start();
      const client = new pg.Client({ connectionString: urlOf() });
      await client.connect();
      try {
        const deadline = Date.now() + START_LIMIT_MS;
        for (;;) {
          const { rows } = await client.query<{ on: boolean }>('select pg_is_in_recovery() as "on"');
          if (rows[0]?.on === false) return;
          if (Date.now() > deadline) throw new Error(`the moment is not reached: ${said}`);
          await sleep(30);
        }
      } finally {
        await client.end();
      }
    },
  };
}

async function oneStatement(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

const at = (server: string, name: string): string => {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
};

/** A new database on a server: empty, or a copy of one that nobody is connected to. */
export async function ownDatabase(server: string, copied: string | null = null): Promise<{ url: string; drop: () => Promise<void> }> {
  const name = `wedsync_test_${randomUUID().replaceAll('-', '')}`;
  await oneStatement(server, `create database ${name}${copied === null ? '' : ` template ${copied}`}`);
  return { url: at(server, name), drop: () => oneStatement(server, `drop database ${name} with (force)`) };
}

/** Any number, the same for all who make one. */
const MAKING = 7306;

/**
 * Name of a database that others are copied from, made by the first who asks; the others wait for it.
 * @param name - says what is in it: whoever asks for the same name takes what is there
 * @param make - fills it, and leaves no connection to it
 */
export async function patternDatabase(server: string, name: string, make: (url: string) => Promise<void>): Promise<string> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    // Held until the connection ends.
    await client.query('select pg_advisory_lock($1)', [MAKING]);
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
    if (rowCount === 0) {
      const making = `making_${randomUUID().replaceAll('-', '')}`;
      await client.query(`create database ${making}`);
      await make(at(server, making));
      await client.query(`alter database ${making} rename to ${name}`);
    }
    return name;
  } finally {
    await client.end();
  }
}
