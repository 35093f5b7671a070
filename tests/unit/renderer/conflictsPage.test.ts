import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContext, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { launchBrowser } from '../../support/browser.ts';
import { serveHarness } from '../../support/consoleHarness/serve.ts';
import { fixtureId } from '../../support/fixtures/record.ts';

/** The queue of what cannot both be, in the console itself. */

let harness: Awaited<ReturnType<typeof serveHarness>>;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let complaints: string[];

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
  complaints = [];
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
});
afterEach(async () => {
  await context.close();
  expect(complaints).toEqual([]);
});

const open = (scene: string, hash: string, theme = 'light'): Promise<unknown> => page.goto(`${harness.url}?scene=${scene}&theme=${theme}${hash}`);
const plain = (text: string): string => text.replace(/[\u2068\u2069]/g, '').replace(/\s+/g, ' ').trim();
const rows = async (): Promise<string[]> => (await page.locator('.conflict-row .row-line').allInnerTexts()).map(plain);
const axe = async (): Promise<string[]> => (await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze()).violations.map(({ id, nodes }) => `${id} ${nodes[0]?.target.join(' ') ?? ''}`);

it('has the hard ones first, the next before the later, what is lived with apart, and none that is resolved', async () => {
  await open('clashing', '#/conflicts');
  await expect.poll(rows).toEqual(['Great Hall: double booking', 'Blythe & Thornbury Documentary Photography: double booking', 'Great Hall: too little time to turn around', 'Orangery: closed at that time']);
  expect(plain(await page.locator('.board-about').innerText())).toBe('2 double bookings, 1 gap too short');
  expect(await page.locator('.rail-place[aria-current] .rail-count').innerText()).toBe('2');
  expect(await axe()).toEqual([]);
});

it('unfolds one where it stands by keyboard, and keeps both only with a reason', async () => {
  await open('clashing', '#/conflicts');
  await page.locator('.conflict-row .row-main', { hasText: /Great Hall.*double/ }).focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => page.evaluate(() => location.hash)).toBe(`#/conflicts/${fixtureId(22, 1)}`);
  const card = page.locator('article.conflict');
  await expect.poll(async () => plain(await card.innerText())).toContain('Confirmed');
  expect(await card.locator('.conflict-members a').count()).toBe(2);
  await card.getByRole('button', { name: 'Keep both as they are' }).click();
  await card.getByRole('button', { name: 'Keep both', exact: true }).click();
  await expect.poll(async () => plain(await card.innerText())).toContain('This is needed. Fill it in.');
  await card.getByLabel('Why both may stay').fill('The second is outside');
  expect(await axe()).toEqual([]);
  await card.getByRole('button', { name: 'Keep both', exact: true }).click();
  await expect.poll(() => page.locator('.conflict .decision, .conflict-row .decision').count()).toBe(1);
});

it.each([
  ['desk', 1280, 800, 'dark'],
  ['phone', 390, 844, 'light'],
])('axe finds nothing and nothing is cut off sideways: %s', async (_name, width, height, theme) => {
  await page.setViewportSize({ width, height });
  await open('clashing', `#/conflicts/${fixtureId(22, 1)}`, theme);
  await page.locator('article.conflict').waitFor();
  expect(await axe()).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
});

it('tells of one that is resolved when a link leads to it', async () => {
  await open('clashing', `#/conflicts/${fixtureId(22, 5)}`);
  await expect.poll(async () => plain(await page.locator('article.conflict').innerText())).toContain('They no longer clash.');
  expect(await page.locator('article.conflict h2').innerText()).toContain('double booking');
  expect(await axe()).toEqual([]);
});

it('says what would be here where nothing clashes, and has no such place for those who see none', async () => {
  await open('day', '#/conflicts');
  await page.getByText('Nothing clashes').waitFor();
  await open('couple', '#/day');
  await page.locator('.rail').waitFor();
  expect(await page.locator('.rail-place', { hasText: 'Calendar' }).count()).toBe(0);
});
