import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Page } from '@playwright/test';
import { sendStripe, sendVscoHint } from '../../scripts/simulate/send.ts';
import { startVscoStandIn } from '../../scripts/simulate/vscoStandIn.ts';
import { violationsOn } from '../support/axe.ts';
import { launchBrowser } from '../support/browser.ts';
import { screenshotPath } from '../support/desktopApp.ts';
import { connectionOf, payByStripe, studioAt, todaysWedding } from '../support/facts.ts';
import { freePort } from '../support/runningServer.ts';
import { expect, test } from './fixtures.ts';

async function axe(page: Page, where: string): Promise<void> {
  const violations = await violationsOn(page);
  expect(violations.map((violation) => `${where}: ${violation.id} ${violation.nodes[0]?.target}`)).toEqual([]);
}

test('a quarantined delivery is found by its text, looked at, and worked on again after its dry run, by keyboard alone', async ({ serve, open, keep }) => {
  const port = await freePort();
  const server = await serve({ env: studioAt(port) });
  const card = server.demo();
  const wedding = todaysWedding(card);
  const connection = connectionOf(card, 'vsco-workspace');
  const studio = await startVscoStandIn({ port, apiKey: connection.secrets['apiKey'] ?? '' });
  try {
    const job = '01jd3q8w2e5r7t9y0uopasdfgh';
    studio.put('job', { id: job, name: 'Foxglove second shooter', stage: 'booked', eventDate: wedding.date, externalMappings: [{ id: wedding.id, url: `wedsync://wedding/${wedding.id}` }] });
    // The studio refuses this one for a while, which is no reason to try again by itself.
    studio.failNext(422, 1_000);
    const app = await open({ server });
    const { window } = app;
    await expect(window.locator('[data-link="live"]')).toBeVisible();
    expect((await sendVscoHint({ url: server.url, connection }, { event: 'job.created', id: job })).outcome).toBe('accepted');
    await payByStripe(server.url, card, { amountMinor: 12_300, name: 'Balance' });

    await window.keyboard.press('Alt+6');
    await expect(window.getByRole('heading', { name: 'Deliveries', exact: true })).toBeVisible();
    await expect(window.getByRole('button', { name: /^Not usable\s+1$/ })).toBeVisible();
    await window.getByRole('searchbox').focus();
    await window.keyboard.type('pasdfgh');
    await expect(window).toHaveURL(/#\/deliveries\/text\//);
    const found = window.locator('.row-delivery');
    await expect(found).toHaveCount(1);
    await expect(found).toContainText('The system does not know what it told of');

    // By what became of its attempts, all of the same one: how it ended, what the source answered, how long that took.
    await window.getByRole('button', { name: 'Attempts', exact: true }).click();
    await window.getByLabel('How an attempt ended').selectOption({ label: 'Failed' });
    await window.getByLabel('Answer of the source').fill('422');
    await expect(window).toHaveURL(/\/code\/[0-9a-f]+\/status\/422$/);
    await expect(found).toHaveCount(1);
    await window.getByLabel('Answer of the source').fill('503');
    await expect(found).toHaveCount(0);
    await window.getByLabel('Answer of the source').fill('422');
    await expect(found).toHaveCount(1);
    await window.getByLabel('Slower than (seconds)').fill('90');
    await expect(found).toHaveCount(0);
    await window.getByLabel('Slower than (seconds)').fill('');
    await expect(found).toHaveCount(1);
    await keep(app, 'delivery-attempt-filters');
    await axe(window, 'attempt filters');

    // From the field out, then into the list.
    await window.keyboard.press('Tab');
    await found.focus();
    await window.keyboard.press('Enter');
    const details = window.locator('.inspector');
    await expect(details).toContainText('Not usable');
    await expect(details.locator('.delivery-body')).toContainText(job);
    await keep(app, 'delivery-quarantined');
    // Any other that ended the same way: here there is none, and its code stands in words in the filter.
    await details.getByRole('link', { name: /The system does not know what it told of/ }).first().click();
    await expect(window).toHaveURL(/#\/deliveries\/code\/[0-9a-f]+\/delivery\//);
    await expect(found).toHaveCount(1);
    await expect(window.getByLabel('How an attempt ended').locator('option:checked')).toContainText('The system does not know');
    await axe(window, 'delivery');

    studio.failNext(422, 0);
    await found.focus();
    await window.keyboard.press('r');
    const dialog = window.getByRole('dialog');
    await expect(dialog).toContainText('The source was asked about 1. What it said is what will be used.');
    await expect(dialog).not.toContainText('would change nothing');
    await keep(app, 'delivery-dry-run');
    await axe(window, 'dry run');
    await window.keyboard.press('Tab');
    await expect(dialog.getByRole('button', { name: 'Work on 1 again now' })).toBeFocused();
    await window.keyboard.press('Enter');
    await expect(dialog).toContainText('Finished: 1 of 1 were worked on.');
    await expect(dialog).toContainText('Used');
    await window.keyboard.press('Escape');
    await expect(found).toContainText('Used');
    await expect(details).toContainText('What it changed');
    await expect(details.locator('.changes')).toContainText('Foxglove second shooter');
    expect(studio.reads('job', job)).toBeGreaterThan(0);
    await keep(app, 'delivery-used');
  } finally {
    await studio.close();
  }
});

test('what is stuck is counted, leads to its list, and a test event goes the whole way and not into the figures, which are saved', async ({ serve, open, keep, folder }) => {
  const server = await serve();
  const card = server.demo();
  const stripe = { url: server.url, connection: connectionOf(card, 'stripe') };
  // A stranger's payment matches no wedding.
  await sendStripe(stripe, { id: 'evt_stranger', type: 'payment_intent.succeeded', created: Math.floor(Date.now() / 1000), data: { object: { id: 'pi_stranger', object: 'payment_intent', amount: 5_000, amount_received: 5_000, currency: 'gbp', created: Math.floor(Date.now() / 1000), description: 'Deposit', receipt_email: 'nobody@example.org', status: 'succeeded', metadata: {} } } });
  const app = await open({ server });
  const { window } = app;
  await expect(window.locator('[data-link="live"]')).toBeVisible();
  await window.getByRole('link', { name: 'Integrations' }).click();
  const card0 = window.locator('.review-card').first();
  await expect(card0).toContainText('It matches no wedding.');
  await expect(window.locator('[data-tile="deliveries-parked"] .tile-value')).toHaveText('1');
  await keep(app, 'review-queue');
  await axe(window, 'review queue');
  await card0.getByRole('link', { name: 'Look at it' }).click();
  await expect(window.locator('.inspector')).toContainText('Needs a person');
  // What names somebody is covered on the screen.
  await expect(window.locator('.inspector .delivery-body .covered').first()).toBeVisible();
  await expect(window.locator('.inspector .delivery-body')).not.toContainText('nobody@example.org');
  await window.locator('.inspector .facts').getByRole('link').first().click();
  await window.getByRole('button', { name: 'Send a test event' }).click();
  await expect(window.locator('.inspector')).toContainText('The test event has gone the whole way.');

  // Its figures: the stranger's payment is in them, a test event of ours is not.
  const figures = window.locator('.inspector .figures');
  await expect(figures).toContainText('1 by webhook');
  await expect(figures).toContainText('1 of no wedding yet');
  const month = figures.getByRole('button', { name: '30 days' });
  await month.focus();
  await window.keyboard.press('Enter');
  await expect(month).toHaveAttribute('aria-pressed', 'true');
  await figures.locator('.figures-steps summary').click();
  await expect(figures.locator('.figures-steps tbody tr')).toHaveCount(30);
  await expect(figures).toContainText('1 by webhook');
  await keep(app, 'connection-figures');
  await axe(window, 'figures');
  const file = join(folder, 'figures.csv');
  await app.app.evaluate(({ dialog }, filePath) => void (dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath })), file);
  await figures.getByRole('button', { name: 'Save as CSV' }).click();
  await expect(figures.locator('.figures-save')).toContainText('Saved.');
  const [heads = '', ...days] = readFileSync(file, 'utf8').trim().split('\r\n');
  expect(heads.split(',').slice(0, 2)).toEqual(['from', 'came']);
  expect(days).toHaveLength(30);
  expect(days.reduce((sum, day) => sum + Number(day.split(',')[1]), 0)).toBe(1);

  // Nobody's payment: it needs nothing, and nobody is asked about it again.
  const parked = window.locator('.review-card[data-kind="parked"]');
  await parked.getByRole('button', { name: 'Needs nothing…' }).click();
  await parked.getByRole('button', { name: 'It needs nothing' }).click();
  await expect(parked).toHaveCount(0);
  await expect(window.locator('[data-tile="deliveries-parked"] .tile-value')).toHaveText('0');
});

test('a stranger’s payment is given its wedding by keyboard alone, and then stands on its board', async ({ serve, open, keep }) => {
  const server = await serve();
  const demo = server.demo();
  const wedding = todaysWedding(demo);
  const created = Math.floor(Date.now() / 1000);
  const object = { id: 'pi_stray', object: 'payment_intent', amount: 7_777, amount_received: 7_777, currency: 'gbp', created, description: 'Welcome drinks', receipt_email: 'nobody@example.org', status: 'succeeded', metadata: {} };
  await sendStripe({ url: server.url, connection: connectionOf(demo, 'stripe') }, { id: 'evt_stray', type: 'payment_intent.succeeded', created, data: { object } });
  const app = await open({ server });
  const { window } = app;
  await expect(window.locator('[data-link="live"]')).toBeVisible();
  await window.getByRole('link', { name: 'Integrations' }).click();
  const card = window.locator('.review-card[data-kind="parked"]');
  await expect(card).toContainText('Welcome drinks');
  await card.getByRole('button', { name: 'Choose its wedding' }).focus();
  await window.keyboard.press('Enter');
  await expect(card).toContainText('£77.77');
  const another = card.getByRole('radio', { name: 'Another wedding' });
  // Where something speaks for a wedding, the others are one step further.
  if ((await another.count()) > 0) {
    await another.focus();
    await window.keyboard.press('Space');
  }
  const field = card.getByRole('combobox', { name: 'Wedding' });
  await field.focus();
  await window.keyboard.type(wedding.title.slice(0, 12));
  await window.keyboard.press('Enter');
  await expect(card.getByRole('button', { name: /^It belongs to/ }).first()).toContainText(wedding.title);
  await keep(app, 'assign-wedding');
  await axe(window, 'assign wedding');
  await window.keyboard.press('Tab');
  await window.keyboard.press('Enter');
  await expect(card).toHaveCount(0);
  await expect(window.locator('[data-tile="deliveries-parked"] .tile-value')).toHaveText('0');
  await window.locator(`.tab[href="#/wedding/${wedding.id}"]`).click();
  await expect(window).toHaveURL(new RegExp(`#/wedding/${wedding.id}$`));
  await expect(window.getByText('£77.77').first()).toBeVisible();
});

test('the deliveries on a phone, photographed', async ({ serve }) => {
  const server = await serve();
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 });
    await page.goto(`${server.url}/#enrol=${server.ticket}`);
    await expect(page.locator('[data-link="live"]')).toBeVisible();
    await payByStripe(server.url, server.demo(), { amountMinor: 12_300, name: 'Balance' });
    await page.goto(`${server.url}/#/deliveries`);
    await expect(page.locator('.row-delivery').first()).toBeVisible();
    mkdirSync(dirname(screenshotPath('x')), { recursive: true });
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme });
      await page.screenshot({ path: screenshotPath(`deliveries-phone-${scheme}`) });
      await axe(page, `deliveries phone ${scheme}`);
    }
  } finally {
    await browser.close();
  }
});
