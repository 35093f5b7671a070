import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test as base } from '@playwright/test';
import { launchDesktop, screenshotPath, type DesktopApp, type DesktopOptions } from '../support/desktopApp.ts';
import { startDesktopSession, type DesktopSession } from '../support/desktopSession.ts';
import { startServer, type RunningServer, type ServerOptions } from '../support/runningServer.ts';
import { temporaryDirectory } from '../support/temporary.ts';

interface Fixtures {
  /** A folder of its own, gone afterwards. */
  readonly folder: string;
  /** Starts a server that is stopped after the test. */
  readonly serve: (options?: Partial<ServerOptions>) => Promise<RunningServer>;
  /** Opens the desktop app, closed after the test. */
  readonly open: (options: Omit<DesktopOptions, 'session' | 'userData'> & Partial<Pick<DesktopOptions, 'session' | 'userData'>>) => Promise<DesktopApp>;
  /** Keeps a picture of the window as an artefact to be looked at. */
  readonly keep: (app: DesktopApp, name: string) => Promise<void>;
}
interface WorkerFixtures {
  /** A data folder as a server's first start leaves it, with nobody in it yet: making the database takes longer than most tests. */
  readonly started: string;
  /** Display, session bus, notification daemon and keychain of this worker. */
  readonly session: DesktopSession;
}

/** Helper processes of a program that was just closed may still write a last file while its folder is cleared. */
const CLEARING = { recursive: true, force: true, maxRetries: 20, retryDelay: 100 } as const;

// Playwright wants the pattern even when nothing is taken from it.
export const test = base.extend<Fixtures, WorkerFixtures>({
  started: [
    async ({}, use) => {
      const folder = temporaryDirectory();
      const dataDir = join(folder, 'server');
      await (await startServer({ dataDir, env: { WEDSYNC_DEMO: '0' } })).stop();
      await use(dataDir);
      rmSync(folder, CLEARING);
    },
    { scope: 'worker' },
  ],
  session: [
    async ({}, use) => {
      const session = await startDesktopSession();
      await use(session);
      await session.close();
    },
    { scope: 'worker' },
  ],
  folder: async ({}, use) => {
    const folder = temporaryDirectory();
    await use(folder);
    rmSync(folder, CLEARING);
  },
  serve: async ({ folder, started }, use) => {
    const running: RunningServer[] = [];
    await use(async (options = {}) => {
      const { dataDir = join(folder, 'server'), env } = options;
      // A house that is founded by hand begins with the very first start.
      if (!existsSync(dataDir) && env?.['WEDSYNC_DEMO'] === undefined) cpSync(started, dataDir, { recursive: true });
      const server = await startServer({ ...options, dataDir });
      running.push(server);
      return server;
    });
    for (const server of running) await server.stop();
  },
  open: async ({ folder, session }, use) => {
    const opened: DesktopApp[] = [];
    // The desktop session outlives a test; what an earlier one left on the screen must not be clicked by this one.
    await session.clearNotifications();
    await use(async (options) => {
      const app = await launchDesktop({ session, userData: join(folder, 'desktop'), ...options });
      opened.push(app);
      return app;
    });
    for (const app of opened) await app.close();
  },
  keep: async ({}, use) => {
    await use(async (app, name) => {
      const file = screenshotPath(name);
      mkdirSync(dirname(file), { recursive: true });
      // What slides or fades in is photographed when it has arrived; the pulse of an emergency never ends.
      await app.window.evaluate(async () => {
        await Promise.allSettled(document.getAnimations().filter((one) => one.effect?.getTiming().iterations !== Infinity).map((one) => one.finished));
      });
      await app.window.screenshot({ path: file });
    });
  },
});

export { expect } from '@playwright/test';
