import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Page } from '@playwright/test';
import type { Bridge } from '../../core/contract/ipc.ts';
import { screenshotPath, type DesktopApp } from '../support/desktopApp.ts';
import { studioAt } from '../support/facts.ts';
import { freePort, REPOSITORY, type RunningServer } from '../support/runningServer.ts';
import { expect, test } from './fixtures.ts';
import { violationsOn } from '../support/axe.ts';
import { launchBrowser } from '../support/browser.ts';

/** Plays the whole demo day as fast as it goes, with the program that people use. */
async function playTheDay(server: RunningServer): Promise<string> {
  const child = spawn(process.execPath, [join(REPOSITORY, 'scripts', 'simulate', 'index.ts'), '--speed', '20000'], { env: { ...process.env, WEDSYNC_DATA_DIR: server.dataDir }, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  expect(code, said.slice(-2_000)).toBe(0);
  return said;
}

async function resize(app: DesktopApp, width: number, height: number): Promise<void> {
  await app.app.evaluate(({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]?.setContentSize(size.width, size.height), { width, height });
  await expect.poll(() => app.window.evaluate(() => innerWidth)).toBe(width);
}

const theme = (app: DesktopApp, value: 'light' | 'dark'): Promise<unknown> =>
  app.window.evaluate((chosen) => (globalThis as unknown as { wedsync: Bridge }).wedsync.changeSettings({ theme: chosen }), value);

async function axe(page: Page, where: string): Promise<void> {
  const violations = await violationsOn(page);
  expect(violations.map((violation) => `${where}: ${violation.id} ${violation.nodes[0]?.target}`)).toEqual([]);
}

test('the day played by the simulation, photographed in the real window, light and dark', async ({ serve, open, keep }) => {
  const server = await serve({ env: studioAt(await freePort()) });
  const app = await open({ server });
  await expect(app.window.locator('[data-link="live"]')).toBeVisible();
  await playTheDay(server);
  await expect(app.window.locator('.row-alert').first()).toBeVisible();
  await expect(app.window.locator('[data-tile="payments"]')).toContainText('£');
  for (const [width, height] of [
    [1280, 800],
    [1920, 1000],
  ] as const) {
    for (const chosen of ['light', 'dark'] as const) {
      await resize(app, width, height);
      await theme(app, chosen);
      await expect(app.window.locator(`html[data-mantine-color-scheme="${chosen}"]`)).toHaveCount(1);
      // What is new stays marked for two seconds; the pictures show the calm after it.
      await app.window.waitForTimeout(2_200);
      await keep(app, `day-${width}-${chosen}`);
      await axe(app.window, `day ${width} ${chosen}`);
    }
  }
  await resize(app, 1280, 800);
  await app.window.locator('.row-alert').first().click();
  await expect(app.window.locator('.inspector h2')).toBeVisible();
  await keep(app, 'inspector-dark');
  await app.window.keyboard.press('Escape');
  await app.window.locator('.weather-notice').click();
  await expect(app.window.locator('.inspector-kind')).toHaveText('Weather notice');
  await app.window.keyboard.press('Escape');
  await app.window.getByRole('link', { name: 'Messages' }).click();
  await expect(app.window.locator('.row-message').first()).toBeVisible();
  for (const chosen of ['light', 'dark'] as const) {
    await theme(app, chosen);
    await expect(app.window.locator(`html[data-mantine-color-scheme="${chosen}"]`)).toHaveCount(1);
    await keep(app, `messages-1280-${chosen}`);
    await axe(app.window, `messages ${chosen}`);
  }
  await app.window.locator('.row-message').first().click();
  await expect(app.window.locator('.inspector-kind')).toHaveText('Message');
  await keep(app, 'message-dark');
  await axe(app.window, 'message');
  await app.window.keyboard.press('Escape');
  await app.window.getByRole('link', { name: 'Integrations' }).click();
  await expect(app.window.locator('[data-health]').first()).toBeVisible();
  await keep(app, 'integrations-dark');
  await axe(app.window, 'integrations');
  await app.window.getByRole('link', { name: 'Settings' }).click();
  await expect(app.window.getByRole('heading', { name: 'Settings' })).toBeVisible();
  await keep(app, 'settings-dark');
  await app.window.getByRole('heading', { name: 'Other devices' }).scrollIntoViewIfNeeded();
  await keep(app, 'settings-devices-dark');
  await axe(app.window, 'settings');
});

test('by keyboard alone: the worst alert is opened and acknowledged, and the record says so', async ({ serve, open }) => {
  const server = await serve({ env: studioAt(await freePort()) });
  const app = await open({ server });
  await expect(app.window.locator('[data-link="live"]')).toBeVisible();
  await playTheDay(server);
  const alerts = app.window.locator('.row:not([data-done]) .row-alert', { hasText: 'has cancelled' });
  await expect(alerts.first()).toBeVisible();
  const id = await alerts.first().getAttribute('data-row');
  // By its id: a worse one may still arrive above it.
  await app.window.locator(`.row-alert[data-row="${id}"]`).focus();
  await app.window.keyboard.press('Enter');
  await expect(app.window).toHaveURL(new RegExp(`alert/${id}`));
  await app.window.keyboard.press('a');
  await expect(app.window.locator('.inspector')).toContainText(/acknowledged/i);
  await app.window.keyboard.press('Escape');
  await expect(app.window.locator('.inspector')).toHaveCount(0);
});

test('the same console in a plain browser, on a phone’s width, without the desktop', async ({ serve }) => {
  const server = await serve({ env: studioAt(await freePort()) });
  const browser = await launchBrowser();
  try {
    const context = await browser.newContext({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 });
    const page = await context.newPage();
    await page.goto(`${server.url}/#enrol=${server.ticket}`);
    await expect(page.locator('[data-link="live"]')).toBeVisible();
    expect(page.url()).not.toContain('enrol');
    await playTheDay(server);
    await expect(page.locator('[data-tile="payments"]')).toContainText('£');
    await page.waitForTimeout(2_200);
    mkdirSync(dirname(screenshotPath('x')), { recursive: true });
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme });
      await page.screenshot({ path: screenshotPath(`phone-${scheme}`) });
      await axe(page, `phone ${scheme}`);
    }
    await page.getByRole('link', { name: 'Messages' }).click();
    await expect(page.locator('.row-message').first()).toBeVisible();
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme });
      await page.screenshot({ path: screenshotPath(`messages-phone-${scheme}`) });
      await axe(page, `messages phone ${scheme}`);
    }
    // On a wall the sky is told, and nothing else of what is known about it.
    const wall = await context.newPage();
    await wall.setViewportSize({ width: 1280, height: 800 });
    await wall.goto(`${server.url}/#wall`);
    await expect(wall.locator('.wall-weather li').first()).toBeVisible();
    await wall.screenshot({ path: screenshotPath('wall-weather-1280') });
    await axe(wall, 'wall with weather');
    await wall.setViewportSize({ width: 1920, height: 1080 });
    await wall.screenshot({ path: screenshotPath('wall-weather-1920') });
    await wall.close();
    // The session is a cookie: a reload needs no ticket, and the ticket is used up.
    await page.reload();
    await expect(page.locator('[data-link="live"]')).toBeVisible();
    const second = await browser.newContext();
    const stranger = await second.newPage();
    await stranger.goto(`${server.url}/#enrol=${server.ticket}`);
    await expect(stranger.locator('[data-tile]')).toHaveCount(0);
    await expect(stranger.locator('[data-link="live"]')).toHaveCount(0);
  } finally {
    await browser.close();
  }
});
