import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { launchBrowser } from '../browser.ts';
import type { Scene } from './scene.ts';
import { serveHarness } from './serve.ts';

/**
 * What every test of a page stands on: the console in a browser of its own, under the product's strict policy, with a
 * played backend. A test file calls `usePages` once.
 */

let harness: Awaited<ReturnType<typeof serveHarness>> | undefined;
let browser: Browser | undefined;
/** The tab of the test that runs, 1280 x 800, with nothing kept from the test before. */
export let page: Page;
let complaints: string[] = [];

/** One browser for the file, one fresh tab for each test; a test fails when the policy blocked something, React warned, or something broke. */
export function usePages(): void {
  beforeAll(async () => {
    harness = await serveHarness();
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await harness?.close();
  });
  beforeEach(async () => {
    if (!browser) throw new Error('there is no browser');
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' });
    page = await context.newPage();
    page.setDefaultTimeout(10_000);
    complaints = [];
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.stack ?? error.message));
  });
  afterEach(async () => {
    await page.context().close();
    expect(complaints).toEqual([]);
  });
}

/** `hash`: with its `#`, or empty for where the console begins by itself. `home`: which of its two homes the console is in, the desktop unless told. */
export async function open(hash: string, scene: Scene = 'day', { theme = 'light', home }: { readonly theme?: 'light' | 'dark'; readonly home?: 'browser' } = {}): Promise<void> {
  if (!harness) throw new Error('call usePages() first');
  await page.goto(`${harness.url}?scene=${scene}&theme=${theme}${home ? `&home=${home}` : ''}${hash}`);
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
export const axe = async (): Promise<string[]> =>
  (await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze()).violations.map(({ id, nodes }) => `${id} ${nodes[0]?.target.join(' ') ?? ''}`);
/** Whether everything of the place in view is as wide as there is room for: nothing is cut off sideways. */
export const fitsSideways = (): Promise<boolean> =>
  page.evaluate(() => {
    const main = document.querySelector('.main');
    return main !== null && main.scrollWidth <= main.clientWidth && document.documentElement.scrollWidth <= innerWidth;
  });
