import type { Locator } from 'playwright';
import { expect, it } from 'vitest';
import { open, page, plain, usePages } from '../../support/consoleHarness/page.ts';
import { fixtureId } from '../../support/fixtures/record.ts';

/** What is carried may be dropped onto a way out: all that this way moves is put before the person, as its button does. */

usePages();

const commands = () => page.evaluate(() => window.harness?.commands ?? []) as Promise<{ type: string; moves: unknown[] }[]>;
const middleOf = async (one: Locator): Promise<{ readonly x: number; readonly y: number }> => {
  const box = await one.boundingBox();
  if (!box) throw new Error('it is not on the screen');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
};

/** Ways out of a double booking, and the bar that the first of them moves. */
async function lookForWays(): Promise<{ readonly way: Locator; readonly bar: Locator; readonly moves: number }> {
  await open(`#/conflicts/${fixtureId(22, 1)}`, 'timeline');
  await page.locator('article.conflict').getByRole('button', { name: 'Ways out' }).click();
  await expect.poll(() => page.locator('.cal-plan').count()).toBe(3);
  const way = page.locator('.cal-plan').first();
  const who = plain(await way.locator('.cal-who').first().innerText());
  const bar = page.locator('[data-bar]').filter({ hasText: who }).first();
  await bar.scrollIntoViewIfNeeded();
  return { way, bar, moves: await way.locator('.cal-moves > li').count() };
}

async function lift(bar: Locator): Promise<void> {
  const from = await middleOf(bar);
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x + 12, from.y, { steps: 4 });
}

it('over a way out the whole of it is shown, and dropping there puts all of it before the person', async () => {
  const { way, bar, moves } = await lookForWays();
  await lift(bar);
  await expect.poll(() => way.getAttribute('data-takes')).not.toBeNull();
  expect(plain(await way.locator('.cal-plan-title').innerText())).toBe('Way 1: drop it here');
  const over = await middleOf(way);
  await page.mouse.move(over.x, over.y, { steps: 8 });
  await expect.poll(() => way.getAttribute('data-over')).not.toBeNull();
  await expect.poll(() => page.locator('.tl-ghost:not([data-follows])').count()).toBe(moves);
  await page.mouse.up();
  await expect.poll(async () => plain(await page.locator('.cal-impact').innerText())).toContain('No longer clashes');
  expect(await commands(), 'it is asked first').toEqual([]);
  await page.getByRole('button', { name: /^(Move it|Carry out all of it)$/ }).click();
  await expect.poll(async () => (await commands()).map((one) => (one.type === 'plan.carry_out' ? one.moves.length : one.type))).toEqual([moves]);
});

it('carried back to where it was, or put back by Escape, nothing comes of it and the ways stay open', async () => {
  const { way, bar } = await lookForWays();
  const from = await middleOf(bar);
  await lift(bar);
  const over = await middleOf(way);
  await page.mouse.move(over.x, over.y, { steps: 8 });
  await expect.poll(() => way.getAttribute('data-over')).not.toBeNull();
  await page.mouse.move(from.x, from.y, { steps: 8 });
  await expect.poll(() => way.getAttribute('data-over')).toBeNull();
  await page.mouse.move(over.x, over.y, { steps: 8 });
  await expect.poll(() => way.getAttribute('data-over')).not.toBeNull();
  await page.keyboard.press('Escape');
  await page.mouse.up();
  await expect.poll(() => way.getAttribute('data-takes')).toBeNull();
  expect(await page.locator('.cal-impact').count()).toBe(0);
  expect(await page.locator('.cal-plan').count()).toBeGreaterThan(0);
  expect(plain(await way.locator('.cal-plan-title').innerText())).toMatch(/^Way 1: (one thing moves|\d+ things move)$/);
  expect(await commands()).toEqual([]);
});

it('what no way moves is carried as ever, and the ways make room', async () => {
  const { way } = await lookForWays();
  const inWays = new Set((await page.locator('.cal-who').allInnerTexts()).map(plain));
  const bars = await page.locator('[data-bar]:not([data-through])').all();
  let other: Locator | null = null;
  for (const one of bars) {
    const text = plain(await one.innerText());
    if (text !== '' && (await one.isVisible()) && ![...inWays].some((who) => text.includes(who))) other ??= one;
  }
  if (!other) throw new Error('every bar is in a way out');
  await other.scrollIntoViewIfNeeded();
  await lift(other);
  await expect.poll(() => page.locator('.cal-plan').count()).toBe(0);
  await page.keyboard.press('Escape');
  await page.mouse.up();
  await expect(way.count()).resolves.toBe(0);
});
