import { expect, it } from 'vitest';
import { axe, open, page, plain, usePages } from '../../support/consoleHarness/page.ts';
import { TAKEN, theDay, VENDOR } from '../../support/consoleHarness/timeline.ts';

/** What a resource asks for a change, filled in and then told on the card of a move. */

usePages();
const hash = (): string => `#/conflicts/scale/day/on/${theDay(Date.now(), 'Europe/London').toString().replaceAll('-', '')}/taking/${TAKEN.photos}`;
const commands = () => page.evaluate(() => window.harness?.commands ?? []);
const cost = async (): Promise<string> => plain(await page.getByRole('region', { name: 'What it costs' }).innerText());

async function move(): Promise<void> {
  await page.getByRole('button', { name: 'Move or shorten…' }).click();
  const end = page.getByRole('dialog').getByLabel('To', { exact: true });
  const from = page.getByRole('dialog').getByLabel('From', { exact: true });
  const [was, until] = [await from.inputValue(), await end.inputValue()];
  await from.fill(was.replace(/T\d\d:/, 'T13:'));
  // From five and a half hours to seven and two thirds: three hours begun.
  await end.fill(until.replace(/T\d\d:\d\d/, 'T21:10'));
  await page.getByRole('button', { name: 'Look at what it does' }).click();
}

it('says that nobody has said, takes an amount, and counts the move and the hours begun', async () => {
  await open(hash(), 'timeline', { theme: 'dark' });
  await move();
  await expect.poll(cost).toMatch(/^Nobody has said what Blythe & Thornbury Documentary Photography asks for it\.$/);
  await page.getByRole('button', { name: 'Put it back' }).click();

  await page.locator(`[data-resource="${VENDOR.photos}"]`).getByRole('button', { name: /^Edit .*Blythe/ }).click();
  const form = page.getByRole('dialog');
  await form.getByLabel('For being moved').fill('1,5');
  await form.getByLabel('For each hour begun that it lasts longer').fill('eighty');
  await form.getByRole('button', { name: 'Save' }).click();
  await expect.poll(async () => plain(await form.innerText())).toContain('Give an amount in GBP');
  await form.getByLabel('For being moved').fill('1,250.50');
  await form.getByLabel('For each hour begun that it lasts longer').fill('80');
  expect(await axe()).toEqual([]);
  await form.getByRole('button', { name: 'Save' }).click();
  await expect.poll(commands).toMatchObject([{ type: 'resource.save', moveFeeMinor: 125_050, moveFeeDays: null, extraHourMinor: 8_000 }]);

  await move();
  await expect.poll(cost).toMatch(/asks £1,250\.50 for moving Photographs for Okonkwo\. .*asks £240\.00 for 3 hours more of Photographs for Okonkwo\. Costs £1,490\.50\.$/);
  expect(await axe()).toEqual([]);
});

it('tells in the history of a resource what it asked for before, in the currency of the house', async () => {
  await open(hash(), 'timeline');
  const edit = page.locator(`[data-resource="${VENDOR.photos}"]`).getByRole('button', { name: /^Edit .*Blythe/ });
  const form = page.getByRole('dialog');
  for (const [fee, days] of [['200', ''], ['250.50', '14']] as const) {
    await edit.click();
    await form.getByLabel('For being moved').fill(fee);
    await form.getByLabel('Only so many days before').fill(days);
    await form.getByRole('button', { name: 'Save' }).click();
    await expect.poll(() => form.count()).toBe(0);
  }
  await expect.poll(async () => (await commands()).length).toBe(2);
  await edit.click();
  const history = async (): Promise<string> => plain(await form.locator('.history').innerText());
  await expect.poll(history).toContain('Asks for being moved: nobody has said → £200.00');
  await expect.poll(history).toMatch(/Asks for being moved: £200\.00 → £250\.50.*Days before within which being moved costs: always → 14/);
  expect(await axe()).toEqual([]);
});
