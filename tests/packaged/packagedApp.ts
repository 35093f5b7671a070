import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium, type Browser, type Page } from '@playwright/test';
import { rootArguments } from '../support/desktopApp.ts';
import type { DesktopSession } from '../support/desktopSession.ts';
import { REPOSITORY } from '../support/runningServer.ts';

/**
 * The packed program as a person would start it. Playwright's own Electron launcher needs `--inspect`, which a fuse of the
 * packed program forbids; so the page is reached over the DevTools protocol instead.
 */
export interface PackagedApp {
  readonly window: Page;
  readonly pid: number;
  /** What the program wrote. */
  readonly lines: readonly string[];
  /** Ends the program the way the system would; resolves with its code, null when it had to be killed. */
  close(): Promise<number | null>;
}

export const UNPACKED = join(REPOSITORY, 'release', 'linux-unpacked');
export const PROGRAM = join(UNPACKED, 'wedsync-command-centre');

export interface PackagedOptions {
  readonly session: DesktopSession;
  readonly userData: string;
  readonly args?: readonly string[];
}

/** Starts the program and gathers its output. */
export function startProgram(options: PackagedOptions): { readonly child: ChildProcess; readonly lines: string[] } {
  if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is not there: npm run dist -- --dir`);
  const lines: string[] = [];
  const child = spawn(PROGRAM, [...rootArguments(), `--user-data-dir=${options.userData}`, ...(options.args ?? [])], {
    env: options.session.env,
    cwd: options.userData,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const collect = (chunk: Buffer): void => void lines.push(...chunk.toString().split('\n').filter(Boolean));
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  return { child, lines };
}

/** SIGTERM, and SIGKILL after ten seconds. */
export async function endProgram(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  const limit = new AbortController();
  await Promise.race([exit, sleep(10_000, undefined, { signal: limit.signal }).then(() => child.kill('SIGKILL'), () => undefined)]);
  limit.abort();
  await exit;
  return child.exitCode;
}

/** Where the program listens for DevTools, once its page has loaded: an attachment in the middle of the first load can hang. */
async function devtoolsAddress(child: ChildProcess, lines: readonly string[]): Promise<string> {
  for (let waited = 0; waited < 30_000; waited += 50) {
    const address = lines.map((line) => /DevTools listening on (ws:\S+)/.exec(line)?.[1]).find((found) => found !== undefined);
    if (address !== undefined && await pageHasLoaded(address)) return address;
    if (child.exitCode !== null) throw new Error(`the program ended with ${child.exitCode}:\n${lines.slice(-20).join('\n')}`);
    await sleep(50);
  }
  throw new Error(`the program showed no page in 30 s:\n${lines.slice(-20).join('\n')}`);
}

/** The list of targets shows a page's title only after its document has arrived. */
async function pageHasLoaded(address: string): Promise<boolean> {
  const answer = await fetch(`http://${new URL(address).host}/json/list`);
  const targets = (await answer.json()) as readonly { readonly url: string; readonly title: string }[];
  return targets.some((target) => target.url.startsWith('app://') && target.title !== '' && !target.title.startsWith('app://'));
}

async function firstPage(browser: Browser): Promise<Page> {
  for (let waited = 0; waited < 30_000; waited += 50) {
    const page = browser.contexts().flatMap((context) => context.pages()).find((candidate) => candidate.url().startsWith('app://'));
    if (page !== undefined) return page;
    await sleep(50);
  }
  throw new Error('the program shows no page of its own');
}

export async function launchPackaged(options: PackagedOptions): Promise<PackagedApp> {
  const { child, lines } = startProgram({ ...options, args: ['--remote-debugging-port=0', ...(options.args ?? [])] });
  try {
    const browser = await chromium.connectOverCDP(await devtoolsAddress(child, lines));
    const window = await firstPage(browser);
    return {
      window,
      pid: child.pid ?? 0,
      lines,
      async close() {
        const code = await endProgram(child);
        await browser.close();
        return code;
      },
    };
  } catch (error) {
    await endProgram(child);
    throw error;
  }
}
