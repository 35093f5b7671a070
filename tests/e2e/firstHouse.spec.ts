import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Page } from '@playwright/test';
import { violationsOn } from '../support/axe.ts';
import { launchBrowser } from '../support/browser.ts';
import { screenshotPath } from '../support/desktopApp.ts';
import { expect, test } from './fixtures.ts';

/** A server without the demo, as it is met in real life: nothing there, and somebody who wants to begin. */

const axe = async (page: Page, where: string): Promise<void> => {
  const violations = await violationsOn(page);
  expect(violations.map((violation) => `${where}: ${violation.id} ${violation.nodes[0]?.target}`)).toEqual([]);
};

test('a desktop with its own empty server: set up by keyboard, live, and still there after a restart', async ({ open, keep }) => {
  const env = { WEDSYNC_DEMO: '0' };
  const app = await open({ server: null, env });
  const { window } = app;
  const violations: string[] = [];
  window.on('console', (message) => {
    if (/Content Security Policy|Refused to/i.test(message.text())) violations.push(message.text());
  });
  await expect(window.getByRole('heading', { name: 'Set up your venue' })).toBeVisible({ timeout: 60_000 });
  await expect(window.getByLabel('Name of the venue')).toBeFocused();
  await expect(window.getByRole('combobox', { name: 'Time zone' })).toHaveValue('Europe/London');
  await expect(window.getByRole('combobox', { name: 'Currency' })).toHaveValue(/^GBP, /);
  await keep(app, 'found-desktop');
  await axe(window, 'found');

  await window.keyboard.type('Ashgrove Hall');
  await window.keyboard.press('Tab');
  await window.keyboard.press('Control+a');
  await window.keyboard.type('dublin');
  await expect(window.getByRole('option')).toHaveCount(1);
  await keep(app, 'found-desktop-zone');
  await window.keyboard.press('Enter');
  await expect(window.getByRole('combobox', { name: 'Time zone' })).toHaveValue('Europe/Dublin');
  await expect(window.getByRole('combobox', { name: 'Currency' })).toHaveValue('EUR, Euro');
  await window.keyboard.press('Tab');
  await window.keyboard.press('Control+a');
  await window.keyboard.type('british');
  await window.keyboard.press('Enter');
  await expect(window.getByRole('combobox', { name: 'Currency' })).toHaveValue(/^GBP, /);
  await window.keyboard.press('Tab');
  await expect(window.getByRole('button', { name: 'Set it up' })).toBeFocused();
  await window.keyboard.press('Enter');

  await expect(window.locator('[data-link="live"]')).toBeVisible();
  await expect(window.getByRole('heading', { name: 'Ashgrove Hall' })).toBeVisible();
  await expect(window.locator('.first-steps li')).toHaveCount(3);
  expect(violations).toEqual([]);

  const theme = (value: 'light' | 'dark') => window.evaluate((chosen) => (globalThis as unknown as { wedsync: { changeSettings(patch: { theme: string }): Promise<unknown> } }).wedsync.changeSettings({ theme: chosen }), value);
  for (const chosen of ['light', 'dark'] as const) {
    await theme(chosen);
    await expect(window.locator(`html[data-mantine-color-scheme="${chosen}"]`)).toHaveCount(1);
    for (const view of ['day', 'integrations', 'people', 'settings'] as const) {
      await window.evaluate((place) => (location.hash = `#/${place}`), view);
      await expect(window.getByRole('heading', { level: 1 })).toBeVisible();
      await keep(app, `empty-${view}-${chosen}`);
      await axe(window, `empty ${view} ${chosen}`);
    }
    await window.keyboard.press('Control+k');
    await expect(window.getByPlaceholder('Search weddings', { exact: false })).toBeFocused();
    await keep(app, `empty-palette-${chosen}`);
    await window.keyboard.press('Escape');
  }
  await window.evaluate(() => (globalThis as unknown as { wedsync: { wall(input: { action: string }): Promise<unknown> } }).wedsync.wall({ action: 'open' }));
  await expect.poll(() => app.app.windows().length).toBe(2);
  const wall = app.app.windows().find((page) => page !== window);
  if (!wall) throw new Error('no wall');
  await expect(wall.locator('.wall-calm')).toHaveText('No wedding today');
  await wall.screenshot({ path: screenshotPath('empty-wall') });
  await window.evaluate(() => (globalThis as unknown as { wedsync: { wall(input: { action: string }): Promise<unknown> } }).wedsync.wall({ action: 'close' }));
  await app.close();

  const again = await open({ server: null, env });
  await expect(again.window.locator('[data-link="live"]')).toBeVisible({ timeout: 60_000 });
  await expect(again.window.locator('.first-steps')).toBeVisible();
  await expect(again.window.getByText('Ashgrove Hall').first()).toBeVisible();
  await expect(again.window.getByRole('heading', { name: 'Set up your venue' })).toHaveCount(0);
});

test('in a browser, by the link that the server told: once, and the owner makes an account next', async ({ serve }) => {
  const server = await serve({ env: { WEDSYNC_DEMO: '0' } });
  expect(server.founding).toMatch(/^[\w-]{43}$/);
  expect(server.lines.join('\n')).not.toContain(server.founding ?? '');
  const browser = await launchBrowser();
  try {
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 }, timezoneId: 'America/New_York', locale: 'en-US' })).newPage();
    const late = await (await browser.newContext()).newPage();
    for (const each of [page, late]) {
      await each.goto(`${server.url}/#found=${server.founding ?? ''}`);
      await expect(each.getByRole('heading', { name: 'Set up your venue' })).toBeVisible();
      expect(each.url()).not.toContain('found');
    }
    await expect(page.getByRole('combobox', { name: 'Time zone' })).toHaveValue('America/New York');
    await expect(page.getByRole('combobox', { name: 'Currency' })).toHaveValue(/^USD, /);
    mkdirSync(dirname(screenshotPath('x')), { recursive: true });
    await page.setViewportSize({ width: 390, height: 844 });
    await page.screenshot({ path: screenshotPath('found-phone') });
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.getByLabel('Name of the venue').fill('Hudson Barn');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: 'Hudson Barn' })).toBeVisible();
    await page.screenshot({ path: screenshotPath('found-done') });
    await axe(page, 'found in a browser');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('button', { name: 'Invite yourself' })).toBeVisible();
    await page.getByRole('link', { name: 'Day', exact: true }).click();
    await expect(page.locator('[data-link="live"]')).toBeVisible();
    await expect(page.locator('.first-steps')).toBeVisible();
    await page.setViewportSize({ width: 390, height: 844 });
    await page.screenshot({ path: screenshotPath('empty-day-phone') });

    await late.getByLabel('Name of the venue').fill('Somebody Else');
    await late.keyboard.press('Enter');
    await expect(late.getByRole('alert')).toContainText('has set this server up already');
    await late.getByRole('button', { name: 'I have an account here' }).click();
    await expect(late.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  } finally {
    await browser.close();
  }
});
