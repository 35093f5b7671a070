import { join } from 'node:path';
import type { Page } from '@playwright/test';
import type { Bridge } from '../../core/contract/ipc.ts';
import type { DemoWedding } from '../../server/demo/card.ts';
import { launchBrowser } from '../support/browser.ts';
import { REPOSITORY, type RunningServer } from '../support/runningServer.ts';
import { expect, test } from './fixtures.ts';
import { axe, fits, PHONE, photograph, resize, SCHEMES, tabTo, theme } from './looks.ts';

/** A source that takes two hundred bookings away at once: stopped, one card, and a person decides with all of it in view. */

const HOUR_MS = 3_600_000;
const AT_ONCE = 25;
const NAME = 'Foxglove bookings';
interface Source {
  send(fields: Readonly<Record<string, string>>): Promise<void>;
}

/** A bridge, connected by the page itself. */
async function connectBridge(page: Page): Promise<Source> {
  await page.evaluate(() => (location.hash = '#/connect/bridge'));
  await page.getByRole('button', { name: /^Through Zapier or Make/ }).click();
  await page.getByLabel(/^Name of this connection/).fill(NAME);
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  const address = await page.getByRole('textbox', { name: 'Address for deliveries' }).inputValue();
  const token = await page.getByRole('textbox', { name: 'Bearer token' }).inputValue();
  return {
    async send(fields) {
      const answer = await fetch(address, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify(fields) });
      expect(answer.status, await answer.text()).toBe(200);
    },
  };
}

async function inTurns(count: number, send: (index: number) => Promise<void>): Promise<void> {
  for (let at = 0; at < count; at += AT_ONCE) await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - at) }, (_, n) => send(at + n)));
}

/** For the weddings of the demo that are not today's, in turn. */
function booking(index: number, weddings: readonly DemoWedding[]): Record<string, string> {
  const wedding = weddings[index % Math.max(1, weddings.length)];
  return {
    trigger: 'booking_created', project_id: `job-${index}`, project_name: `${['Flowers', 'String quartet', 'Marquee of Featherstonehaugh-Cholmondeley & Sons', 'Photographs'][index % 4]} ${index}`, vendor_name: 'Foxglove',
    ...(wedding ? { client_email: wedding.coupleEmail, project_date: wedding.date } : {}),
  };
}
const cancelled = (index: number) => ({ trigger: 'booking_cancelled', project_id: `job-${index}` });

/** 203 bookings; three of these are cancelled as any are, more than an hour ago. */
async function history(server: RunningServer, source: Source, page: Page): Promise<void> {
  const weddings = server.demo().weddings.filter(({ today }) => !today);
  await inTurns(203, (n) => source.send(booking(n, weddings)));
  // What was acknowledged is not worked on yet; it has to be before its hour is over.
  const gone = () =>
    page.evaluate(async () => {
      const answer = await (globalThis as unknown as { wedsync: Bridge }).wedsync.record();
      return answer.ok ? (answer.value?.rows.bookings ?? []).filter(({ status }) => status === 'cancelled').length : 0;
    });
  const before = await gone();
  await inTurns(3, (n) => source.send(cancelled(200 + n)));
  await expect.poll(gone, { timeout: 90_000 }).toBe(before + 3);
  server.tell({ type: 'clock', ms: 0 });
}

const bent = { entry: join(REPOSITORY, 'tests', 'support', 'bentServer.ts'), env: { WEDSYNC_TEST_CLOCK_MS: String(-2 * HOUR_MS), WEDSYNC_RATE_MANAGING: '60' } };

test('two hundred bookings are taken away: held as one card, looked at, let through by keyboard', async ({ serve, open, keep }) => {
  // Four hundred deliveries, and every picture twice.
  const server = await serve(bent);
  const app = await open({ server });
  const { window } = app;
  await expect(window.locator('[data-link="live"]')).toBeVisible();
  await resize(app, 1280, 800);
  const source = await connectBridge(window);
  await history(server, source, window);
  await inTurns(200, (n) => source.send(cancelled(n)));

  await window.getByRole('link', { name: 'Integrations' }).click();
  const card = window.locator('.review-card[data-kind="held"]');
  await expect(card).toHaveCount(1);
  // How many were applied before it was too much depends on how they came in; together they are all of them.
  const figures = /^Usually 0 to 3 deletions an hour; now (\d+) within [^.]+\.(?: (\d+) more were applied before it was too much\.)?$/;
  const counted = async (): Promise<readonly [number, number]> => {
    const [, held = '0', applied = '0'] = figures.exec((await card.locator('.held-usual').innerText()).trim()) ?? [];
    return [Number(held), Number(applied)];
  };
  await expect.poll(async () => (await counted()).reduce((sum, one) => sum + one, 0), { timeout: 90_000 }).toBe(200);
  const [held] = await counted();
  expect(held).toBeGreaterThanOrEqual(150);
  await expect(card.getByRole('heading')).toContainText(`${held} deletions`);
  await expect(card.locator('.held-facts')).toContainText(`${held} bookings`);
  for (const { title } of server.demo().weddings.filter(({ today }) => !today)) await expect(card.locator('.held-wedding', { hasText: title })).toHaveCount(1);
  await expect(card.locator('.held-sample li')).toHaveCount(5);
  for (const scheme of SCHEMES) {
    await theme(app, scheme);
    await keep(app, `brake-card-${scheme}`);
    await axe(window, `card ${scheme}`);
  }
  // Nothing of it was applied, and somebody is told.
  await window.getByRole('link', { name: 'Day', exact: true }).click();
  await expect(window.locator('.row-alert', { hasText: 'A system changes more than it usually does' })).toHaveCount(1);

  await window.getByRole('link', { name: 'Integrations' }).click();
  await tabTo(window, /^Let it through…$/);
  await window.keyboard.press('Enter');
  const dialog = window.getByRole('dialog');
  await expect(dialog).toContainText(`Let ${held} deliveries through?`);
  await expect(dialog).toContainText('This cannot be taken back');
  await expect(dialog.locator('.replay-summary')).toContainText(`${held - 50} more are not shown here`);
  await expect(dialog.locator('.changes').first()).toContainText('cancelled', { ignoreCase: true });
  for (const scheme of SCHEMES) {
    await theme(app, scheme);
    await keep(app, `brake-release-${scheme}`);
    await axe(window, `release ${scheme}`);
  }
  // Not yet: nothing happens.
  await window.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await expect(card).toHaveCount(1);
  await tabTo(window, /^Let it through…$/);
  await window.keyboard.press('Enter');
  await expect(dialog.locator('.replay-summary')).toBeVisible();
  await tabTo(window, /^Let all of it through$/);
  await window.keyboard.press('Enter');
  await expect(card).toHaveCount(0);
  await expect(window.locator('[data-tile="deliveries-held"] .tile-value')).toHaveText('0');
});

test('the same on a phone, and thrown away', async ({ serve }) => {
  const server = await serve(bent);
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage(PHONE);
    await page.goto(`${server.url}/#enrol=${server.ticket}`);
    await expect(page.locator('[data-link="live"]')).toBeVisible();
    const source = await connectBridge(page);
    await inTurns(30, (n) => source.send(booking(n, [])));
    server.tell({ type: 'clock', ms: 0 });
    await inTurns(30, (n) => source.send(cancelled(n)));
    await page.getByRole('link', { name: 'Integrations' }).click();
    const card = page.locator('.review-card[data-kind="held"]');
    await expect(card.locator('.held-usual')).toContainText('Usually no deletions at all');
    await card.scrollIntoViewIfNeeded();
    for (const scheme of SCHEMES) {
      await page.emulateMedia({ colorScheme: scheme });
      await photograph(page, `brake-phone-${scheme}`);
      await axe(page, `brake phone ${scheme}`);
    }
    await fits(page);
    await card.getByRole('button', { name: 'Throw it away…' }).click();
    const dialog = page.getByRole('dialog');
    await expect(dialog).toContainText('cannot be taken back');
    await expect(dialog.locator('.held-stays')).toContainText('Flowers');
    await photograph(page, 'brake-discard-phone-dark');
    await axe(page, 'discard phone');
    await dialog.getByRole('button', { name: 'Throw all of it away' }).click();
    await expect(card).toHaveCount(0);
    await expect(page.locator('[data-tile="deliveries-held"] .tile-value')).toHaveText('0');
  } finally {
    await browser.close();
  }
});
