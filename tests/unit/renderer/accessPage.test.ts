import { expect, it } from 'vitest';
import { axe, open, page, usePages } from '../../support/consoleHarness/page.ts';
import { WEDDING_A } from '../../support/fixtures/record.ts';

/** What the console offers to whom, in a browser, with a played backend that cuts the record as the server does. */

usePages();

const tiles = (): Promise<(string | null)[]> => page.locator('[data-tile]').evaluateAll((all) => all.map((one) => one.getAttribute('data-tile')));
const places = (): Promise<string[]> => page.locator('.rail-place').allInnerTexts();

it('an owner is offered links, the list of devices, and withdrawing access by a second press', async () => {
  await open('#/settings');
  await page.getByRole('button', { name: 'Make a link for a colleague' }).click();
  await expect.poll(() => page.getByLabel('Pairing link').inputValue()).toContain('#enrol=');
  expect(await axe()).toEqual([]);
  await open('#/people');
  const revoke = page.getByRole('button', { name: 'Withdraw access of Browser on iPad' });
  await revoke.click();
  const sure = page.getByRole('button', { name: 'Press again to withdraw access of Browser on iPad for good' });
  await expect.poll(() => sure.innerText()).toContain('cannot be undone');
  await page.getByRole('heading', { name: 'People' }).click();
  await sure.waitFor({ state: 'hidden' });
  expect(await axe()).toEqual([]);

  await open(`#/wedding/${WEDDING_A}/about/${WEDDING_A}`);
  await page.getByRole('button', { name: 'Make a link for the couple' }).click();
  await expect.poll(() => page.getByLabel('Pairing link').inputValue()).toContain('#enrol=');
  expect(await axe()).toEqual([]);
});

it('a couple has its wedding, its payments and its vendors, and nothing to administrate', async () => {
  await open(`#/wedding/${WEDDING_A}`, 'couple');
  await expect.poll(tiles).toEqual(['next', 'payments', 'vendors', 'guests']);
  expect(await places()).toEqual(['Day', 'Settings']);
  expect(await page.locator('.column-alerts').count()).toBe(0);
  expect(await page.locator('.alert-count').count()).toBe(0);
  expect(await page.locator('main').innerText()).not.toMatch(/stripe|honeybook|vsco/i);
  expect(await axe()).toEqual([]);
  await open('#/settings', 'couple');
  await page.getByText('Let in as').waitFor();
  expect(await page.getByRole('button', { name: /link|access/i }).count()).toBe(0);
  await page.evaluate(() => (location.hash = '#/integrations'));
  await expect.poll(() => page.locator('.board').count()).toBe(1);
});

it('a vendor has the run sheet and its own, and decides nothing', async () => {
  await open(`#/wedding/${WEDDING_A}`, 'vendor');
  await expect.poll(tiles).toEqual(['next', 'payments', 'alerts', 'vendors', 'guests']);
  expect(await places()).toEqual(['Day', 'Settings']);
  expect(await page.getByRole('button', { name: /acknowledge/i }).count()).toBe(0);
  expect(await page.locator('main').innerText()).not.toMatch(/stripe|honeybook|vsco/i);
  expect(await axe()).toEqual([]);
});
