import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from '@playwright/test';
import type { DesktopSession } from './desktopSession.ts';
import { REPOSITORY } from './runningServer.ts';

/** The real desktop app in a real window. */
export interface DesktopApp {
  readonly app: ElectronApplication;
  readonly window: Page;
  /** What the main process wrote. */
  readonly lines: readonly string[];
  close(): Promise<void>;
}

export interface DesktopOptions {
  readonly session: DesktopSession;
  readonly userData: string;
  /** null = no server configured: the app runs its own. */
  readonly server: { readonly url: string; readonly ticket: string } | null;
  readonly args?: readonly string[];
  readonly env?: Record<string, string>;
}

/** Where this machine's Electron is: the package's own binary, or the directory that `ELECTRON_OVERRIDE_DIST_PATH` names. */
export function electronBinary(): string {
  const path: unknown = createRequire(import.meta.url)('electron');
  if (typeof path !== 'string') throw new Error('no Electron binary');
  return path;
}

/** As root Chromium refuses its sandbox; only tests run as root. */
export const rootArguments = (): string[] => (process.getuid?.() === 0 ? ['--no-sandbox'] : []);

/** Other windows that are opened again at the start may be there before the main one. */
async function mainWindow(app: ElectronApplication): Promise<Page> {
  const first = await app.firstWindow();
  const isMain = (page: Page): boolean => page.url() !== 'about:blank' && !page.url().includes('?shows=') && !page.url().endsWith('#wall');
  for (const until = Date.now() + 30_000; Date.now() < until; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const found = app.windows().find(isMain);
    if (found) return found;
  }
  return first;
}

export async function launchDesktop(options: DesktopOptions): Promise<DesktopApp> {
  const lines: string[] = [];
  // Without `executablePath`: only then does Playwright hold the app's start back until it listens; with it the first
  // window can be missed and the launch hangs. It finds Electron by the same variable as Electron's own launcher.
  process.env['ELECTRON_OVERRIDE_DIST_PATH'] ??= dirname(electronBinary());
  const app = await _electron.launch({
    args: [...rootArguments(), `--user-data-dir=${options.userData}`, REPOSITORY, ...(options.args ?? [])],
    cwd: REPOSITORY,
    env: { ...options.session.env, ...(options.server ? { WEDSYNC_SERVER_URL: options.server.url, WEDSYNC_ENROL_TICKET: options.server.ticket } : {}), ...options.env },
    timeout: 120_000,
  });
  const collect = (chunk: Buffer): void => void lines.push(...chunk.toString().split('\n').filter(Boolean));
  app.process().stdout?.on('data', collect);
  app.process().stderr?.on('data', collect);
  const window = await mainWindow(app);
  return { app, window, lines, close: () => app.close() };
}

export const screenshotPath = (name: string): string => join(REPOSITORY, 'test-results', 'screens', `${name}.png`);
