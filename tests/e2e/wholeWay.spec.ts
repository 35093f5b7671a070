import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { screenshotPath } from '../support/desktopApp.ts';
import { until } from '../support/desktopSession.ts';
import { payByStripe, todaysWedding } from '../support/facts.ts';
import { bodyText } from '../../main/platform/toastText.ts';
import { expect, test } from './fixtures.ts';

test('a payment signed by Stripe’s own library changes the tile', async ({ serve, open, keep }) => {
  const server = await serve();
  const app = await open({ server });
  const payments = app.window.locator('[data-tile="payments"]');
  await expect(app.window.locator('[data-link="live"]')).toBeVisible();
  const before = await payments.innerText();
  const sent = await payByStripe(server.url, server.demo(), { amountMinor: 123_456, name: 'Final balance' });
  expect(sent.outcome).toBe('accepted');
  await expect(payments).toContainText('£1,234.56');
  expect(await payments.innerText()).not.toBe(before);
  await expect(app.window.locator('.row-feed', { hasText: '£1,234.56' })).toBeVisible();
  await keep(app, 'day-payment');
});

test('a declined card becomes a real toast, and clicking it opens the right wedding', async ({ serve, open, session, keep }) => {
  const server = await serve();
  const app = await open({ server });
  await expect(app.window.locator('[data-link="live"]')).toBeVisible();
  // Somewhere else, so that the click has a way to go.
  await app.window.getByRole('link', { name: 'Integrations' }).click();
  await expect(app.window).toHaveURL(/#\/integrations/);

  const seen = session.notifications().length;
  const wedding = todaysWedding(server.demo());
  await payByStripe(server.url, server.demo(), { amountMinor: 480_000, status: 'failed' });
  await until(() => session.notifications().length > seen, 'the toast on the notification bus');
  const toast = session.notifications().at(-1);
  expect(toast?.summary).toContain('£4,800.00');
  expect(toast?.body).toContain(bodyText(wedding.title, true));
  await until(async () => (await session.displayed()) > 0, 'the toast on the screen');
  mkdirSync(dirname(screenshotPath('toast')), { recursive: true });
  await session.photograph(screenshotPath('toast'));

  await session.clickNewest();
  await expect(app.window).toHaveURL(new RegExp(`#/wedding/${wedding.id}/alert/`));
  await expect(app.window.getByRole('complementary')).toContainText('£4,800.00');
  await keep(app, 'alert-opened-by-toast');
});

test('a toast goes away when its alert is acknowledged', async ({ serve, open, session }) => {
  const server = await serve();
  const app = await open({ server });
  await expect(app.window.locator('[data-link="live"]')).toBeVisible();
  const before = await session.displayed();
  await payByStripe(server.url, server.demo(), { amountMinor: 73_000, status: 'failed' });
  const row = app.window.locator('.row', { hasText: '£730.00' }).locator('.row-alert');
  await expect(row).toBeVisible();
  await until(async () => (await session.displayed()) === before + 1, 'the toast on the screen');
  await row.focus();
  await app.window.keyboard.press('a');
  await until(async () => (await session.displayed()) === before, 'the toast gone');

  // And what is still there goes with the program, because a click on it would lead nowhere.
  await payByStripe(server.url, server.demo(), { amountMinor: 74_000, status: 'failed' });
  await until(async () => (await session.displayed()) === before + 1, 'the second toast on the screen');
  await app.close();
  await until(async () => (await session.displayed()) === before, 'the second toast gone with the program');
});

test('a forged payment changes nothing', async ({ serve, open }) => {
  const server = await serve();
  const app = await open({ server });
  await expect(app.window.locator('[data-link="live"]')).toBeVisible();
  const board = app.window.locator('[data-seq]');
  const before = await board.getAttribute('data-seq');
  const card = server.demo();
  const forged = { ...card, connections: card.connections.map((connection) => ({ ...connection, secrets: { ...connection.secrets, signingSecret: 'whsec_forged' } })) };
  expect(await payByStripe(server.url, forged, { amountMinor: 999_999 })).toMatchObject({ status: 401, outcome: 'refused', code: 'intake.signature_wrong' });
  // A true one afterwards is the very next fact.
  await payByStripe(server.url, card, { amountMinor: 14_250 });
  await expect(app.window.locator('[data-tile="payments"]')).toContainText('£142.50');
  expect(Number(await board.getAttribute('data-seq'))).toBeGreaterThan(Number(before));
  await expect(app.window.locator('body')).not.toContainText('£9,999.99');
});
