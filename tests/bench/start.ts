import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { _electron } from '@playwright/test';
import { launchDesktop, rootArguments } from '../support/desktopApp.ts';
import { startDesktopSession, type DesktopSession } from '../support/desktopSession.ts';
import { REPOSITORY, startServer, type RunningServer } from '../support/runningServer.ts';
import { machine, median, table } from './figures.ts';
import { beside, type Figure } from './recorded.ts';

interface Measured {
  /** Milliseconds from the launch to a window one can use. */
  readonly start: number;
  /** Proportional set size of all processes, MiB: shared pages counted once. */
  readonly memory: number;
  readonly processes: number;
}

function family(root: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = readProc(name, 'stat');
    if (stat) parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  const members = [root];
  for (let index = 0; index < members.length; index += 1) for (const [pid, parent] of parents) if (parent === members[index]) members.push(pid);
  return members;
}

/** Empty when the process ended in the meantime. */
function readProc(pid: string | number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

function memoryOf(pid: number): { memory: number; processes: number } {
  const members = family(pid);
  const kib = members.reduce((sum, member) => sum + Number(/^Pss:\s+(\d+)/m.exec(readProc(member, 'smaps_rollup'))?.[1] ?? 0), 0);
  return { memory: kib / 1024, processes: members.length };
}

async function measureEmpty(session: DesktopSession, userData: string, restMs: number): Promise<Measured> {
  const from = performance.now();
  const app = await _electron.launch({ args: [...rootArguments(), `--user-data-dir=${userData}`, join(REPOSITORY, 'tests', 'bench', 'emptyWindow')], env: session.env });
  const window = await app.firstWindow();
  await window.locator('[data-ready]').waitFor();
  const start = performance.now() - from;
  await sleep(restMs);
  const memory = memoryOf(app.process().pid ?? 0);
  await app.close();
  return { start, ...memory };
}

async function measureOurs(session: DesktopSession, userData: string, server: RunningServer | null, restMs: number): Promise<Measured> {
  const from = performance.now();
  const desktop = await launchDesktop({ session, userData, server: server ? { url: server.url, ticket: await server.newTicket() } : null });
  await desktop.window.locator('[data-link="live"]').waitFor({ timeout: 60_000 });
  await desktop.window.locator('.row-next').first().waitFor();
  const start = performance.now() - from;
  await sleep(restMs);
  const memory = memoryOf(desktop.app.process().pid ?? 0);
  await desktop.close();
  return { start, ...memory };
}

/** Start to a live, usable board, and memory at rest, against an empty Electron window in the same run, taken in turn. */
export async function run(short: boolean): Promise<void> {
  // Until the memory has settled; of the short form's figures nothing is held.
  const [rounds, restMs] = short ? [1, 300] : [7, 3_000];
  const folder = mkdtempSync(join(tmpdir(), 'wedsync-bench-'));
  const session = await startDesktopSession({ size: '1280x800x24' });
  const server = await startServer({ dataDir: join(folder, 'server'), env: { WEDSYNC_LOG_LEVEL: 'warn' } });
  try {
    const empty: Measured[] = [];
    const client: Measured[] = [];
    const embedded: Measured[] = [];
    // The embedded server's first start makes its database; that is told apart from every later one.
    const first = await measureOurs(session, join(folder, 'embedded'), null, restMs);
    for (let round = 0; round < rounds; round += 1) {
      empty.push(await measureEmpty(session, join(folder, `empty-${round}`), restMs));
      client.push(await measureOurs(session, join(folder, `client-${round}`), server, restMs));
      embedded.push(await measureOurs(session, join(folder, 'embedded'), null, restMs));
    }
    const row = (name: string, list: readonly Measured[]): (string | number)[] => {
      const start = median(list.map((one) => one.start));
      const memory = median(list.map((one) => one.memory));
      return [name, start, start / median(empty.map((one) => one.start)), memory, memory / median(empty.map((one) => one.memory)), String(median(list.map((one) => one.processes)))];
    };
    console.log(`\nStart to a live board, and memory at rest: medians of ${rounds}, in turn. ${machine()}`);
    const ours = [['client of a running server', client], ['with its own server', embedded]] as const;
    beside('start', ours.flatMap(([name, list]) => (['start', 'memory'] as const).map((what): Figure => {
      const value = median(list.map((one) => one[what])) / median(empty.map((one) => one[what]));
      return { name: `${name}: ${what} to an empty window`, value, better: 'less', within: 0.15 };
    })));
    console.log(table(['', 'start ms', 'ratio', 'PSS MiB', 'ratio', 'processes'], [row('empty Electron window', empty), row('client of a running server', client), row('with its own server, later starts', embedded), row('with its own server, very first start', [first])]));
  } finally {
    await server.stop();
    await session.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
