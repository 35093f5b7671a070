import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpRequest, HttpResponse } from '../../core/ports/ports.ts';
import { makeCalendar, putEntry, removeEntry, type DavRequest, type WriteCondition } from '../../core/vendors/davRequests.ts';
import { fetchHttp } from '../vendors/ports.ts';
import { canRun, listens } from './redis.ts';
import { freePort } from './runningServer.ts';

/** Throwaway CalDAV servers on loopback: Radicale (asks for a password) and Xandikos (asks nobody). */

export interface CalendarServer {
  readonly url: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** Where calendars of the account can be made. */
  readonly home: string;
  /** As somebody's calendar program would do it. */
  make(id: string, name: string): Promise<HttpResponse>;
  put(path: string, calendar: string, condition?: WriteCondition): Promise<HttpResponse>;
  remove(path: string, etag?: string): Promise<HttpResponse>;
  ask(request: DavRequest): Promise<HttpResponse>;
  /** Takes away every calendar of the account, with all that is in it. */
  clear(): Promise<void>;
  /** Ends it at once and starts it again on the same port and files. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const START_LIMIT_MS = 20_000;
const USER = 'ada';
const CLOSED = 'closed';
const PASSWORD = 'radicale fixture pässword';

export const hasRadicale = (): boolean => canRun('radicale', '--version');
export const hasXandikos = (): boolean => canRun('xandikos', '--version');
/** What a test without them says. */
export const NO_SERVERS = 'needs radicale and xandikos (Debian packages of these names)';

async function startServer(prefix: string, home: string, program: (folder: string, port: number) => readonly [string, readonly string[]]): Promise<CalendarServer> {
  // In memory where that is: every entry is flushed to disk otherwise, and nothing here outlives the test.
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), prefix));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const [command, args] = program(folder, port);
  let child: ChildProcess | null = null;
  let said = '';
  const endNow = (): void => {
    child?.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  process.once('exit', endNow);

  async function start(): Promise<void> {
    const running = spawn(command, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'], env: { PATH: process.env['PATH'], HOME: folder, LC_ALL: 'C.UTF-8' } });
    child = running;
    running.stderr.on('data', (part: Buffer) => (said = (said + part.toString()).slice(-4000)));
    for (const deadline = Date.now() + START_LIMIT_MS; Date.now() < deadline && running.exitCode === null; await sleep(20)) {
      if (await listens(port)) return;
    }
    running.kill('SIGKILL');
    throw new Error(`${command} does not start: ${said}`);
  }
  async function kill(): Promise<void> {
    const running = child;
    child = null;
    if (running === null || running.exitCode !== null || running.signalCode !== null) return;
    running.kill('SIGKILL');
    await once(running, 'exit');
  }
  const authorization = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`;
  const ask = ({ method, path, headers, body }: DavRequest): Promise<HttpResponse> => {
    return fetchHttp.send({ method, url: `${url}${path}`, headers: { authorization, ...headers }, timeoutMs: 60_000, ...(body === undefined ? {} : { body }) } satisfies HttpRequest);
  };

  await start().catch((error: unknown) => {
    endNow();
    process.off('exit', endNow);
    throw error;
  });
  return {
    url, port, user: USER, password: PASSWORD, home, ask,
    make: (id, name) => ask(makeCalendar(`${home}${id}/`, { name })),
    put: (path, calendar, condition) => ask(condition === undefined ? { ...putEntry(path, calendar, 'new'), headers: { 'content-type': 'text/calendar; charset=utf-8' } } : putEntry(path, calendar, condition)),
    remove: (path, etag) => ask(etag === undefined ? { method: 'DELETE', path, headers: {} } : removeEntry(path, etag)),
    async clear() {
      const { body } = await ask({ method: 'PROPFIND', path: home, headers: { depth: '1', 'content-type': 'application/xml' }, body: '<propfind xmlns="DAV:"><prop><resourcetype/></prop></propfind>' });
      for (const [, path = ''] of body.matchAll(/<(?:\w+:)?href>([^<]+)<\//g)) {
        if (path === home || !path.startsWith(home)) continue;
        const { status } = await ask({ method: 'DELETE', path, headers: {} });
        if (status >= 300) throw new Error(`${path} was not taken away: ${status}`);
      }
    },
    async restart() {
      await kill();
      await start();
    },
    async stop() {
      await kill();
      process.off('exit', endNow);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

export interface RadicaleOptions {
  /** A calendar of this name that the account may only read, with these entries. */
  readonly closed?: { readonly name: string; readonly entries: readonly string[] };
}

export function startRadicale({ closed }: RadicaleOptions = {}): Promise<CalendarServer> {
  return startServer('wedsync-radicale-', `/${USER}/`, (folder, port) => {
    const [users, rights, config] = ['users', 'rights', 'config'].map((name) => join(folder, name)) as [string, string, string];
    writeFileSync(users, `${USER}:${PASSWORD}\n`);
    chmodSync(users, 0o600);
    if (closed) {
      const calendar = join(folder, 'collections', 'collection-root', USER, CLOSED);
      mkdirSync(calendar, { recursive: true });
      writeFileSync(join(calendar, '.Radicale.props'), JSON.stringify({ tag: 'VCALENDAR', 'D:displayname': closed.name }));
      closed.entries.forEach((entry, n) => writeFileSync(join(calendar, `${n}.ics`), entry));
    }
    writeFileSync(rights, [
      '[root]', 'user: .+', 'collection:', 'permissions: R',
      '[principal]', 'user: .+', 'collection: {user}', 'permissions: RW',
      '[closed]', 'user: .+', `collection: {user}/${CLOSED}`, 'permissions: r',
      '[calendars]', 'user: .+', 'collection: {user}/[^/]+', 'permissions: rw', '',
    ].join('\n'));
    writeFileSync(config, [
      '[server]', `hosts = 127.0.0.1:${port}`,
      '[auth]', 'type = htpasswd', `htpasswd_filename = ${users}`, 'htpasswd_encryption = plain', 'delay = 0',
      '[rights]', 'type = from_file', `file = ${rights}`,
      '[storage]', `filesystem_folder = ${join(folder, 'collections')}`,
      '[logging]', 'level = error', '',
    ].join('\n'));
    return ['radicale', ['--config', config]];
  });
}

export function startXandikos(): Promise<CalendarServer> {
  return startServer('wedsync-xandikos-', '/user/calendars/', (folder, port) => ['xandikos', ['-d', join(folder, 'collections'), '--defaults', '--current-user-principal', '/user/', '-l', '127.0.0.1', '-p', String(port)]]);
}

/** A calendar with these entries. Radicale takes a whole calendar at once; its lock makes three hundred single writes long. */
export async function fill(server: CalendarServer, id: string, name: string, entries: readonly string[]): Promise<void> {
  const path = `${server.home}${id}/`;
  if (server.home.startsWith(`/${USER}/`)) {
    const events = entries.map((one) => one.slice(one.indexOf('BEGIN:VEVENT'), one.indexOf('END:VCALENDAR'))).join('');
    const whole = `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Test//EN\r\nX-WR-CALNAME:${name}\r\n${events}END:VCALENDAR\r\n`;
    const made = await server.put(path, whole);
    if (made.status !== 201) throw new Error(`the calendar was not taken: ${made.status}`);
    return;
  }
  await server.make(id, name);
  for (const [n, entry] of entries.entries()) {
    const made = await server.put(`${path}entry-${n}.ics`, entry, 'new');
    if (made.status !== 201) throw new Error(`an entry was not taken: ${made.status}`);
  }
}
