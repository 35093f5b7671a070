import type { Browser, BrowserContext, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { AxeBuilder } from '@axe-core/playwright';
import { launchBrowser } from '../../support/browser.ts';
import { serveHarness } from '../../support/consoleHarness/serve.ts';
import { fixtureId, WEDDING_A } from '../../support/fixtures/record.ts';

/** What mailing systems say of a person, and what was ordered with a booking, in the inspector. */

let harness: Awaited<ReturnType<typeof serveHarness>>;
let browser: Browser;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  harness = await serveHarness();
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await harness?.close();
});
beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' });
  page = await context.newPage();
  page.setDefaultTimeout(10_000);
});
afterEach(() => context.close());

const inspector = async (): Promise<string> => (await page.locator('.inspector .details').innerText()).replace(/[\u2066-\u2069]/g, '');
const axe = async (): Promise<string[]> => (await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag22aa']).analyze()).violations.map(({ id }) => id);

it.each(['light', 'dark'])('warns of somebody who must not be mailed, and says who said so and when, %s', async (theme) => {
  await page.goto(`${harness.url}?scene=day&theme=${theme}#/wedding/${WEDDING_A}/contact/${fixtureId(2, 0)}`);
  await expect.poll(inspector).toMatch(/Mailing lists\s+Do not send news\s+Unsubscribed, or taken off the list · Mailchimp, [\s\S]*Subscribed · Constant Contact, /);
  expect(await axe()).toEqual([]);
});

it('lists what was ordered, what is in a package without a price of its own', async () => {
  await page.goto(`${harness.url}?scene=day&theme=light#/wedding/${WEDDING_A}/booking/${fixtureId(3, 0)}`);
  await expect.poll(inspector).toMatch(/Ordered\s+Full day\s+£2,200\.00\s+Second photographer\s+Album\s+× 2\s+£350\.00\s+Spring offer\s+[-−]£100\.00/);
  expect(await page.locator('.ordered-within').allInnerTexts()).toEqual([expect.stringContaining('Second photographer')]);
  expect(await axe()).toEqual([]);
});
