import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { launchBrowser } from '../support/browser.ts';
import { payByStripe } from '../support/facts.ts';
import { startServer } from '../support/runningServer.ts';
import { axe, photograph, PHONE, SCHEMES } from './looks.ts';

/** The day in a browser that runs no script at all: from the console's own page to an alert that was seen; everything real. */

const place = (page: Page, name: string) => page.getByRole('navigation').getByRole('link', { name });

test('a browser without script reads the day and says that an alert was seen', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'wedsync-classic-'));
  const server = await startServer({ dataDir });
  const browser = await launchBrowser();
  try {
    const wedding = server.demo().weddings.find((one) => one.today);
    if (!wedding) throw new Error('no demo wedding is today');
    const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 1280, height: 800 } });
    const page = await context.newPage();
    // A link opens the console's page, which cannot run here and says where to go.
    await page.goto(`${server.url}/#enrol=${server.ticket}`);
    await page.getByRole('link', { name: 'The classic page' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign in');
    await page.getByLabel('Your link').fill(`${server.url}/#enrol=${server.ticket}`);
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await expect(page.getByRole('heading', { level: 1 })).toContainText('Today');
    await expect(page.getByText('as owner')).toBeVisible();

    await place(page, 'Weddings').click();
    await page.locator(`a[href="/classic/weddings/${wedding.id}"]`).click();
    for (const heading of ['Run sheet', 'Bookings', 'People']) await expect(page.getByRole('heading', { name: heading })).toBeVisible();

    // The page does not move by itself: it is loaded again until both failed payments are there.
    for (const amountMinor of [91_200, 41_000]) await payByStripe(server.url, server.demo(), { amountMinor, status: 'failed' });
    const open = page.locator('form[action$="/seen"]');
    await place(page, 'Alerts').click();
    await expect(async () => {
      await page.getByRole('link', { name: 'Load it again' }).click();
      expect(await open.count()).toBeGreaterThan(1);
    }).toPass({ timeout: 60_000 });
    const action = (await open.first().getAttribute('action')) ?? '';
    // By the keyboard alone.
    await open.first().getByRole('button', { name: /^Seen: / }).focus();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('status')).toContainText('Recorded');
    await expect(page.locator(`form[action="${action}"]`)).toHaveCount(0);

    const { cookies } = await context.storageState();
    for (const scheme of SCHEMES) {
      for (const [size, view] of [['desk', { viewport: { width: 1280, height: 800 } }], ['phone', PHONE]] as const) {
        // The same pages with script allowed, for axe alone: the policy lets nothing of theirs run.
        const looking = await browser.newContext({ ...view, colorScheme: scheme });
        await looking.addCookies(cookies);
        const shown = await looking.newPage();
        const refused: string[] = [];
        shown.on('console', (message) => refused.push(message.text()));
        for (const [where, path] of [['today', ''], ['weddings', '/weddings'], ['wedding', `/weddings/${wedding.id}`], ['alerts', '/alerts'], ['sign-in', '/sign-in'], ['code', '/code'], ['nothing', '/weddings/x']] as const) {
          await shown.goto(`${server.url}/classic${path}`);
          expect([where, size, await shown.evaluate(() => document.documentElement.scrollWidth <= innerWidth)]).toEqual([where, size, true]);
          await axe(shown, `classic ${where} ${size} ${scheme}`);
          await photograph(shown, `classic-${where}-${size}-${scheme}`);
        }
        expect(refused.filter((one) => /Content Security Policy/i.test(one))).toEqual([]);
        await looking.close();
      }
    }
  } finally {
    await browser.close();
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
});
