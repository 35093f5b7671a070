import type { Browser, BrowserContextOptions, CDPSession, Page } from 'playwright';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PROMISED, violationsOn } from '../axe.ts';
import { launchBrowser } from '../browser.ts';
import type { Scene } from './scene.ts';
import { serveHarness } from './serve.ts';

/**
 * What every test of a page stands on: the console in a browser of its own, under the product's strict policy, with a
 * played backend. A test file calls `usePages` once.
 */

let harness: Pick<Awaited<ReturnType<typeof serveHarness>>, 'url' | 'emptyUrl'> | undefined;
let browser: Browser | undefined;
/** The tab of the test that runs, 1280 x 800, with nothing kept from the test before. */
export let page: Page;
/** To the browser's own side of the tab. */
let inside: CDPSession;
let complaints: string[] = [];
/** A script that a test has put before all pages cannot be taken out again. */
let marked = false;
const USUAL = { viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' } as const;

/** A page of a test is gone before the engine's compilers for what runs often have earned their time back. */
const SHORT_LIVED = ['--js-flags=--no-opt --no-maglev'];

/** What the tests of this file say of the machine: that it is touched. The tab is of such a machine, or there is none yet. */
let machine: Machine = {};
type Machine = Pick<BrowserContextOptions, 'hasTouch' | 'isMobile'>;

async function newTab(): Promise<void> {
  if (!browser || !harness) throw new Error('there is no browser');
  const context = await browser.newContext({ ...USUAL, ...machine });
  page = await context.newPage();
  inside = await context.newCDPSession(page);
  marked = false;
  page.setDefaultTimeout(10_000);
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.stack ?? error.message));
  const own = page.addInitScript.bind(page);
  page.addInitScript = (...given: Parameters<typeof own>) => {
    marked = true;
    return own(...given);
  };
  await page.goto(harness.emptyUrl);
}

/** The tab as a new one is; the engine keeps what it has compiled of the console, which a new tab would do again. */
async function cleared(): Promise<void> {
  if (!harness) throw new Error('call usePages() first');
  const context = page.context();
  for (const other of context.pages()) if (other !== page) await other.close();
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await page.mouse.move(-10, -10);
  await page.goto(harness.emptyUrl);
  await page.evaluate(() => sessionStorage.clear());
  await inside.send('Storage.clearDataForOrigin', { origin: new URL(harness.url).origin, storageTypes: 'all' });
  await context.clearCookies();
  await context.clearPermissions();
  await page.setViewportSize(USUAL.viewport);
  await page.emulateMedia({ media: null, colorScheme: null, forcedColors: null, reducedMotion: USUAL.reducedMotion });
}

/**
 * One page and one browser for all files of a process: a new browser starts, and compiles the console, for as long as two tests
 * of a page run. One that broke under a file is not handed to the next.
 */
const inBrowser = test.extend('pages', { scope: 'worker' }, async ({}, { onCleanup }) => {
  const served = await serveHarness();
  let kept: Browser | undefined;
  onCleanup(async () => {
    await kept?.close();
    await served.close();
  });
  return {
    served,
    async running(): Promise<Browser> {
      if (!kept?.isConnected()) kept = await launchBrowser(SHORT_LIVED);
      return kept;
    },
  };
});

/**
 * One empty tab for each test, the tab of the file before when its machine is the same; a test fails when the policy blocked
 * something, React warned, or something broke.
 */
export function usePages(given: Machine = {}): void {
  inBrowser.beforeAll(async ({ pages }) => {
    harness = pages.served;
    const running = await pages.running();
    if (running === browser && given.hasTouch === machine.hasTouch && given.isMobile === machine.isMobile) return;
    if (running === browser) await page.context().close();
    browser = running;
    machine = given;
    await newTab();
  });
  beforeEach(() => {
    complaints = [];
  });
  afterEach(async ({ task }) => {
    if (marked || task.result?.state === 'fail') {
      await page.context().close();
      await newTab();
    } else await cleared();
    expect(complaints).toEqual([]);
  });
}

/** `hash`: with its `#`, or empty for where the console begins by itself. `home`: which of its two homes the console is in, the desktop unless told. */
export async function open(hash: string, scene: Scene = 'day', { theme = 'light', home }: { readonly theme?: 'light' | 'dark'; readonly home?: 'browser' } = {}): Promise<void> {
  if (!harness) throw new Error('call usePages() first');
  await page.goto(`${harness.url}?scene=${scene}&theme=${theme}${home ? `&home=${home}` : ''}${hash}`);
}

/** From now on the browser's clock says so, and goes on from there; before the console is opened. */
export async function setClock(time: Date): Promise<void> {
  marked = true;
  await page.clock.install({ time });
}

/** For a test that brings a complaint about: waits for it, and takes it away. */
export async function complains(about: string): Promise<void> {
  await expect.poll(() => complaints).toEqual([expect.stringContaining(about)]);
  complaints = [];
}

export const hash = (): Promise<string> => page.evaluate(() => location.hash);
/** Without the marks that keep the direction of names apart. */
export const unmarked = (text: string): string => text.replace(/[\u2066-\u2069]/g, '');
/** Unmarked, in one line. */
export const plain = (text: string): string => unmarked(text).replace(/\s+/g, ' ').trim();
/** What axe finds on the page, by rule and place. */
export const axe = async (): Promise<string[]> => (await violationsOn(page, PROMISED)).map(({ id, nodes }) => `${id} ${nodes[0]?.target ?? ''}`);
/** Whether everything of the place in view is as wide as there is room for: nothing is cut off sideways. */
export const fitsSideways = (): Promise<boolean> =>
  page.evaluate(() => {
    const main = document.querySelector('.main');
    return main !== null && main.scrollWidth <= main.clientWidth && document.documentElement.scrollWidth <= innerWidth;
  });
