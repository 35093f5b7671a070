import { expect, it } from 'vitest';
import { open, page, plain, usePages } from '../../support/consoleHarness/page.ts';

/** Several conflicts are seen to at once: a plan for all that are ticked is shown before anything is sent, and is one decision. */

usePages();

it('a plan for several is previewed, sends nothing by that, is carried out as one, and is taken back as one', async () => {
  await open('#/conflicts', 'timeline');
  await expect.poll(() => page.locator('.conflict-choose').count()).toBe(2);
  for (const box of await page.locator('.conflict-choose').all()) await box.check();
  await page.getByRole('button', { name: 'Ways out of 2' }).click();
  await expect.poll(() => page.locator('.cal-plan').count()).toBeGreaterThan(0);
  const commands = () => page.evaluate(() => window.harness?.commands ?? []) as Promise<{ type: string; moves: { id: string }[] }[]>;
  await page.locator('.cal-plan .button').first().focus();
  await expect.poll(() => page.locator('.tl-ghost:not([data-follows])').count()).toBeGreaterThan(0);
  expect(await commands(), 'it is only looked at').toEqual([]);
  await page.keyboard.press('Enter');
  await expect.poll(async () => plain(await page.locator('.cal-impact').innerText())).toContain('No longer clashes');
  expect(await commands(), 'it is asked first').toEqual([]);
  await page.getByRole('button', { name: 'Carry out all of it' }).click();
  await expect.poll(() => page.locator('.conflict-row').count()).toBe(0);
  const sent = await commands();
  expect(sent.map(({ type, moves }) => [type, moves.length])).toEqual([['plan.carry_out', 2]]);
  await page.locator('.undo-line').last().getByRole('button', { name: 'Undo' }).click();
  await expect.poll(async () => (await commands()).map(({ type, moves }) => [type, moves.length])).toEqual([['plan.carry_out', 2], ['plan.carry_out', 2]]);
});
