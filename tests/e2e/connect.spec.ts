import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { launchBrowser } from '../support/browser.ts';
import { screenshotPath } from '../support/desktopApp.ts';
import { expect, test } from './fixtures.ts';
import { axe, tabTo, theme } from './looks.ts';

test('a newcomer connects a bridge by keyboard alone, sends a delivery with the shown token, pauses and resumes', async ({ serve, open, keep }) => {
  const server = await serve();
  const app = await open({ server });
  const { window } = app;
  await expect(window.locator('[data-link="live"]')).toBeVisible();
  await window.keyboard.press('Control+k');
  await expect(window.getByRole('dialog').getByRole('textbox')).toBeFocused();
  await window.keyboard.type('connect a system');
  await expect(window.locator('.mantine-Spotlight-action', { hasText: 'Connect a system' })).toHaveAttribute('data-selected', 'true');
  await window.keyboard.press('Enter');
  await expect(window.locator('.system').first()).toBeVisible();
  await keep(app, 'connect-catalogue-light');
  await axe(window, 'catalogue');
  await window.keyboard.type('dubsado');
  await expect(window.locator('.system')).toHaveCount(1);
  await window.keyboard.press('Enter');
  await window.keyboard.press('Enter');
  await expect(window.getByRole('heading', { name: /Connect .*Dubsado/ })).toBeVisible();
  await tabTo(window, /^Name of this connection/, 80);
  await window.keyboard.type('Planner’s Dubsado');
  await keep(app, 'connect-form-light');
  await window.keyboard.press('Enter');
  await expect(window.locator('.connect-state')).toContainText('cannot deliver anything here yet');
  await expect(window.getByRole('region', { name: 'Nobody outside can call this address' })).toContainText('WEDSYNC_PUBLIC_URL');
  await theme(app, 'dark');
  await keep(app, 'connect-done-dark');
  await axe(window, 'connected');

  const address = await window.getByRole('textbox', { name: 'Address for deliveries' }).inputValue();
  const token = await window.getByRole('textbox', { name: 'Bearer token' }).inputValue();
  const send = (id: string, bearer: string): Promise<Response> =>
    fetch(address, { method: 'POST', headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' }, body: JSON.stringify({ trigger: 'project_lead', project_id: id, client_name: 'Amelia Okonkwo', client_email: `${id}@example.com`, updated_at: new Date().toISOString() }) });
  expect((await send('lead-0', 'not-the-token')).status).toBe(401);
  expect((await send('lead-1', token)).status).toBe(200);
  await expect(window.locator('.connect-state')).toContainText('is connected');

  await tabTo(window, /^Open the connection/, 80);
  await window.keyboard.press('Enter');
  await expect(window.locator('.inspector').getByRole('heading', { name: 'Planner’s Dubsado' })).toBeVisible();
  await keep(app, 'connection-dark');
  await axe(window, 'connection');
  await tabTo(window, /^Pause$/, 80);
  await window.keyboard.press('Enter');
  await tabTo(window, /^Why/, 80);
  await window.keyboard.type('they tidy up');
  await window.keyboard.press('Enter');
  await expect(window.getByRole('button', { name: 'Resume' })).toBeVisible();
  await expect(window.locator('.inspector .health')).toContainText('Paused');
  // Taken in and held, not lost.
  expect((await send('lead-2', token)).status).toBe(200);
  await window.getByRole('button', { name: 'Resume' }).focus();
  await window.keyboard.press('Enter');
  await expect(window.getByRole('button', { name: 'Pause', exact: true })).toBeVisible();
  // What was typed is asked for before it is lost; then the person leaves all the same.
  await window.goto(`${window.url().split('#')[0]}#/connect/honeybook`);
  await tabTo(window, /^Name of this connection/, 80);
  await window.keyboard.type('x');
  await window.getByRole('link', { name: 'Settings' }).focus();
  await window.keyboard.press('Enter');
  await expect(window.getByRole('dialog')).toBeVisible();
  await axe(window, 'asking');
  await window.keyboard.press('Tab');
  await window.keyboard.press('Enter');
  await expect(window.getByRole('heading', { name: 'Settings' })).toBeVisible();
});

test('a file is brought, with one bad line that is told by its number', async ({ serve, open, keep, folder }) => {
  // A person takes longer over the second file than this test.
  const server = await serve({ env: { WEDSYNC_RATE_MANAGING: '60' } });
  const app = await open({ server });
  const { window } = app;
  await expect(window.locator('[data-link="live"]')).toBeVisible();
  await window.evaluate(() => (location.hash = '#/connect/catertrax'));
  await window.getByRole('button', { name: 'Connect', exact: true }).click();
  await window.getByRole('link', { name: 'Choose a file' }).click();
  const file = join(folder, 'orders.csv');
  writeFileSync(file, 'Docket,Event Name,Customer Name,Email,Event Date,Total,Shade\n7001,Wedding breakfast,Amelia Okonkwo,amelia@example.com,2026-11-28,4200.00,Gold\n7002,Tasting,Layla Haddad,layla@example.com,2026-12-05,320.00,Ivory\n7003,Broken,Nobody,nobody@example.com,not a day,1.00,Red\n');
  await window.locator('input[type=file]').setInputFiles(file);
  await expect(window.getByRole('heading', { name: /Look at .*orders\.csv/ })).toBeVisible();
  // What the headings do not say is asked for, and the page says that it shows how it was read before.
  await expect(window.locator('.inline-error')).toContainText('Reference');
  await window.getByLabel(/What .*Docket.* is/).selectOption('reference');
  await window.getByRole('button', { name: 'Look again with these changes' }).click();
  await expect(window.getByRole('button', { name: 'Take 2 rows in' })).toBeEnabled();
  await keep(app, 'import-check-light');
  await axe(window, 'import');
  await window.getByRole('button', { name: /Take .* in/ }).click();
  await expect(window.getByRole('heading', { name: 'Taken in', exact: true })).toBeVisible();
  await expect(window.locator('.import-check')).toContainText('2 taken in. 0 known already. 1 problem.');
  await expect(window.locator('.import-problems')).toContainText('Line 4');
  await keep(app, 'import-done-light');
  // The same file again changes nothing.
  await window.getByRole('button', { name: 'Choose another file' }).click();
  await window.locator('input[type=file]').setInputFiles(file);
  await window.getByLabel(/What .*Docket.* is/).selectOption('reference');
  await window.getByRole('button', { name: 'Look again with these changes' }).click();
  await window.getByRole('button', { name: /Take .* in/ }).click();
  await expect(window.locator('.import-check')).toContainText('0 taken in. 2 known already. 1 problem.');
});

test('on a phone the catalogue, the form and what is left to do fit', async ({ serve }) => {
  const server = await serve();
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 });
    await page.goto(`${server.url}/#enrol=${server.ticket}`);
    await expect(page.locator('[data-link="live"]')).toBeVisible();
    mkdirSync(dirname(screenshotPath('x')), { recursive: true });
    await page.getByRole('link', { name: 'Integrations' }).click();
    await page.getByRole('link', { name: 'Connect a system' }).click();
    await expect(page.locator('.system').first()).toBeVisible();
    const fits = async (): Promise<void> => expect(await page.evaluate(() => document.querySelector('.main')?.scrollWidth)).toBeLessThanOrEqual(390);
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme });
      await page.screenshot({ path: screenshotPath(`connect-phone-${scheme}`) });
      await axe(page, `phone ${scheme}`);
    }
    await fits();
    await page.getByRole('textbox').fill('honeybook');
    await page.locator('.system a').first().click();
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await expect(page.locator('.connect-finish')).toBeVisible();
    await page.screenshot({ path: screenshotPath('connect-done-phone-dark') });
    await fits();
    await axe(page, 'phone connected');
  } finally {
    await browser.close();
  }
});
