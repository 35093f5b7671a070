import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContext, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser } from '../../support/browser.ts';
import { serveHarness } from '../../support/consoleHarness/serve.ts';
import { WEDDING_A } from '../../support/fixtures/record.ts';

/** Searching, and who else is here, in the console itself, under the product's strict policy. */

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
  page.on('pageerror', (error) => complaints.push(error.stack ?? error.message));
});
afterEach(async () => {
  await context.close();
  expect(complaints).toEqual([]);
});

const open = async (scene: string, hash = '#/day'): Promise<void> => {
  await page.goto(`${harness.url}?scene=${scene}&theme=light${hash}`);
  await page.locator('.board').waitFor();
};
const box = () => page.getByPlaceholder('Search weddings, people');
const search = async (text: string): Promise<void> => {
  await page.keyboard.press('Control+k');
  await box().fill(text);
};
const found = (): Promise<string[]> => page.locator('.mantine-Spotlight-action').evaluateAll((all) => all.map((one) => one.textContent?.replace(/[\u2068\u2069]/g, '') ?? ''));
const axe = async (): Promise<string[]> => (await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze()).violations.map(({ id, nodes }) => `${id} ${nodes[0]?.target.join(' ') ?? ''}`);

describe('the search', () => {
  it.each([
    ['siobhan', '#/wedding/', '/contact/', 'Siobhán Ní Dhomhnaill'],
    ['speech hall', '#/wedding/', '/item/', 'Speeches'],
    ['lemon drizzle', '#/wedding/', '/booking/', 'Lemon Drizzle Cakes'],
    ['£480.50 الحداد', '#/wedding/', '/payment/', '£480.50'],
    ['ליאור ברקוביץ', '', '', ''],
    ['020 7946 0105', '#/wedding/', '/contact/', 'Siobhán'],
    ['okonk blackw confirmed', '#/wedding/', '/about/', 'Okonkwo-Fairweather'],
  ])('%s leads to its details', async (text, start, part, title) => {
    await open('day');
    await search(text);
    if (part === '') return expect.poll(() => page.getByText('Nothing by that name').isVisible()).toBe(true);
    await expect.poll(found).not.toEqual([]);
    await page.keyboard.press('Enter');
    await expect.poll(() => page.evaluate(() => location.hash)).toContain(part);
    expect(await page.evaluate(() => location.hash)).toContain(start);
    await expect.poll(() => page.locator('.inspector h2').innerText()).toContain(title);
  });

  it('groups what it finds by kind, says how many there are, and never puts a decision first', async () => {
    await open('day');
    await search('payment failed');
    await expect.poll(async () => (await found()).length).toBeGreaterThan(5);
    const texts = await found();
    expect(texts[0]).not.toContain('Acknowledge');
    expect(texts.some((text) => text.startsWith('Acknowledge: Payment failed'))).toBe(true);
    const groups = await page.locator('.mantine-Spotlight-actionsGroup').evaluateAll((all) => all.map((one) => getComputedStyle(one, '::before').content));
    expect(groups.join(' ')).toContain('Alerts found · 6 of');
    expect(await axe()).toEqual([]);
  });

  it('finds places and switches by their names', async () => {
    await open('day');
    await search('sett');
    await expect.poll(async () => (await found())[0]).toContain('Settings');
  });

  it('without a line says how old it is, and finds all the same', async () => {
    await open('offline');
    await search('speeches');
    await expect.poll(() => page.locator('.search-age').innerText()).toMatch(/^as of .*\d\d:\d\d$/);
    expect((await found())[0]).toContain('Speeches');
    expect(await box().getAttribute('aria-label')).toContain('Offline: this is what this machine held as of');
    expect(await axe()).toEqual([]);
  });

  it('a vendor finds its own slice and nothing else', async () => {
    await open('vendor');
    await search('blythe');
    await expect.poll(found).not.toEqual([]);
    await box().fill('papadopoulos');
    await expect.poll(() => page.getByText('Nothing by that name').isVisible()).toBe(true);
    expect(await page.locator('.faces').count()).toBe(0);
  });
});

describe('who else is here', () => {
  it('is in the top bar, by keyboard in a list with what they look at, in the tab and in the details of the wedding', async () => {
    await open('day');
    const button = page.getByRole('button', { name: '3 others are here, show who' });
    await button.waitFor();
    expect(await page.locator('.tab-others').first().innerText()).toContain('2 others are on this wedding');
    await button.focus();
    await page.keyboard.press('Enter');
    await page.locator('.person').first().waitFor();
    const people = (await page.locator('.person').allInnerTexts()).map((text) => text.replace(/[\u2068\u2069]/g, ''));
    expect(people).toHaveLength(3);
    expect(people[0]).toMatch(/Siobhán Ní Dhomhnaill[\s\S]*orangery-tablet · Browser · Coordinator[\s\S]*Okonkwo-Fairweather[\s\S]*Here/);
    expect(people[1]).toMatch(/Idle[\s\S]*since/);
    expect(people[2]).toMatch(/Browser on iPhone[\s\S]*Settings[\s\S]*Away/);
    expect(await axe()).toEqual([]);
    await page.locator('.person').nth(2).getByRole('link').click();
    expect(await page.evaluate(() => location.hash)).toBe('#/settings');
    await page.goto(`${harness.url}?scene=day&theme=light#/wedding/${WEDDING_A}/about/${WEDDING_A}`);
    await expect.poll(async () => (await page.locator('.also-here').innerText()).replace(/[\u2068\u2069]/g, '')).toMatch(/Also here: Siobhán Ní Dhomhnaill, .*\(idle\)/);
    expect(await axe()).toEqual([]);
  });

  it('is not shown while it is not known', async () => {
    await open('offline');
    expect(await page.locator('.faces').count()).toBe(0);
    expect(await page.locator('.tab-others').count()).toBe(0);
  });

  it('fits a phone', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await open('day');
    await page.locator('.faces').click();
    await page.locator('.person').first().waitFor();
    const widths = await page.evaluate(() => [document.documentElement.scrollWidth, ...[...document.querySelectorAll('.pop, .topbar')].map((one) => Math.round(one.getBoundingClientRect().right))]);
    expect(Math.max(...widths)).toBeLessThanOrEqual(390);
    const target = await page.locator('.faces').boundingBox();
    expect(Math.min(target?.width ?? 0, target?.height ?? 0)).toBeGreaterThanOrEqual(24);
    expect(await axe()).toEqual([]);
  });
});
