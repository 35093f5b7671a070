import { expect, it } from 'vitest';
import { axe, fitsSideways, hash, open, page, plain, usePages } from '../../support/consoleHarness/page.ts';
import { STRIPE, VSCO } from '../../support/fixtures/record.ts';

/** Figures of connections in the console itself, under the product's strict policy. */

usePages();

const all = () => page.locator('.figures-all');
const row = async (name: string): Promise<string> => plain(await all().locator('tbody tr').filter({ hasText: name }).first().innerText());
const inspected = async (): Promise<string> => plain(await page.locator('.inspector .figures').innerText());

it('compares all connections, names the busiest and the one in trouble, and leads to each', async () => {
  await open('#/integrations');
  await expect.poll(() => row('Stripe, venue account')).toMatch(/busiest 771 14 771 0 500 ms 0 0 – 100 %$/);
  expect(await row('Blythe & Thornbury')).toMatch(/most trouble 281 0 261 6 2 s 171 27 10 s 90 % 2 h 24 down$/);
  // Nothing came, and nothing is claimed of it.
  expect(await row('HoneyBook')).toMatch(/^Planner’s HoneyBook 0 0 0 0 – 0 0 – –$/);
  await all().getByText('By system').click();
  await expect.poll(async () => plain(await all().locator('.figures-systems').innerText())).toContain('1 connection');
  expect(await axe()).toEqual([]);
  await all().getByRole('link', { name: 'Blythe & Thornbury' }).click();
  await expect.poll(hash).toBe(`#/integrations/${VSCO}`);
});

it('tells one connection in words: what came and by which way, why it was refused, how fast, and when it failed', async () => {
  await open(`#/integrations/${STRIPE}`);
  await expect.poll(inspected).toContain('14 × The delivery\'s signature does not fit.');
  expect(await inspected()).toContain('half within 100 ms 95 of 100 within 500 ms');
  await open(`#/integrations/${VSCO}`);
  await expect.poll(inspected).toContain('found by looking there');
  const told = await inspected();
  for (const words of ['21 without an answer', '6 told to ask less often', '3 set aside', '3 given up', 'failed once, 2 h 24', 'It did not answer a call.', '90 %']) expect(told).toContain(words);
});

it('by keyboard: another window for the list and the inspector alike, the table behind the bars, and the file', async () => {
  await open(`#/integrations/${STRIPE}`);
  await page.locator('.inspector .figures .facts').waitFor();
  await page.locator('.inspector').getByRole('button', { name: '30 days' }).focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => all().getByRole('button', { name: '30 days' }).getAttribute('aria-pressed')).toBe('true');
  // What was before is not made up.
  await expect.poll(inspected).toMatch(/Counted since \d+ \w+\. What was before is not known\./);
  await page.locator('.inspector .figures-steps summary').focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => page.locator('.inspector .figures-steps tbody tr').count()).toBe(30);
  expect(plain(await page.locator('.inspector .figures-steps tbody tr').last().innerText())).toMatch(/^\w{3} \d+ \w{3} 0 0 0 0 – 0 0 –$/);
  await page.locator('.inspector').getByRole('button', { name: 'Save as CSV' }).focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => page.locator('.inspector .figures-save').innerText()).toContain('Saved.');
  expect(await axe()).toEqual([]);
});

it('says that they are not to be had, and keeps the last known with its age', async () => {
  await open('#/integrations', 'offline');
  await expect.poll(async () => plain(await all().innerText())).toContain('Ask again');
  expect(await all().locator('table').count()).toBe(0);
  await open('#/integrations');
  await all().locator('.figures-chart').waitFor();
  await page.evaluate(() => window.harness?.loseFigures(true));
  await all().getByRole('button', { name: '7 days' }).click();
  await expect.poll(async () => plain(await all().innerText())).toContain('Ask again');
  await page.evaluate(() => window.harness?.loseFigures(false));
  await all().getByRole('button', { name: 'Ask again' }).click();
  await all().locator('.figures-chart').waitFor();
  await page.evaluate(() => window.harness?.loseFigures(true));
  const lookedAtAgain = async (): Promise<string> => {
    // Whoever comes back to the page has it asked for again, once the answer is a few seconds old.
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    return plain(await all().innerText());
  };
  await expect.poll(lookedAtAgain, { timeout: 10_000, interval: 500 }).toMatch(/These are the last known, of \d\d:\d\d, \d+ s ago\./);
  await all().getByRole('button', { name: 'Save as CSV' }).click();
  await expect.poll(async () => plain(await all().locator('.figures-save').innerText())).toMatch(/Save as CSV .+/);
  expect(await all().locator('tbody tr').count()).toBeGreaterThan(2);
  await open('#/integrations', 'empty');
  await page.locator('.empty').waitFor();
  expect(await all().count()).toBe(0);
});

it('has room on a phone, in the dark too', async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open('#/integrations', 'day', { theme: 'dark' });
  await all().locator('.figures-chart').waitFor();
  expect(await fitsSideways()).toBe(true);
  expect(await axe()).toEqual([]);
});
