import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';

/** Two coordinators at their own desktops carry the same wedding at once: one is first, the other sees what stands and decides again, and nothing is lost. */

test('of two who drop the same wedding at once one wins; the other is shown what stands and asked again', async ({ serve, open, keep, folder }) => {
  const server = await serve();
  const first = await open({ server });
  const second = await open({ server: { url: server.url, ticket: await server.newTicket() }, userData: join(folder, 'second desktop') });
  const wedding = server.demo().weddings.find(({ today }) => !today);
  if (!wedding) throw new Error('the demo has no wedding that is still to come');
  const both = [first.window, second.window];
  const bar = (window: Page) => window.locator(`.tl-bar[data-bar="weddings:${wedding.id}"]`);
  const label = async (window: Page): Promise<string> => (await bar(window).getAttribute('aria-label')) ?? '';
  for (const window of both) {
    await expect(window.locator('[data-link="live"]')).toBeVisible();
    await window.evaluate((to) => void (location.hash = to), `#/conflicts/scale/day/on/${wedding.date.replaceAll('-', '')}`);
    await expect(bar(window)).toBeVisible();
  }
  const version = (window: Page): Promise<number> => window.evaluate(async (id) => {
    const answer = await (globalThis as unknown as { wedsync: { record(): Promise<{ value: { rows: { weddings: { id: string; version: number }[] } } }> } }).wedsync.record();
    return answer.value.rows.weddings.find((row) => row.id === id)?.version ?? 0;
  }, wedding.id);
  const stood = await label(first.window);
  const began = await version(first.window);
  expect(await label(second.window)).toBe(stood);

  // One carries it by mouse, the other by keyboard, to another time each; both cards lie open over the same version.
  const box = await bar(first.window).boundingBox();
  if (!box) throw new Error('it is not on the screen');
  const hour = (box.width * 3_600_000) / (Date.parse(wedding.endsAt) - Date.parse(wedding.startsAt));
  const [x, y] = [box.x + box.width / 4, box.y + box.height / 2];
  await first.window.mouse.move(x, y);
  await first.window.mouse.down();
  await first.window.mouse.move(x + hour, y, { steps: 8 });
  await first.window.mouse.up();
  await bar(second.window).focus();
  await second.window.keyboard.press('Space');
  await second.window.keyboard.press('ArrowLeft');
  await second.window.keyboard.press('Enter');
  for (const window of both) await expect(window.locator('.cal-impact')).toBeVisible();
  const sent = (window: Page) => window.getByRole('button', { name: 'Move it' }).click();
  await Promise.all(both.map(sent));

  // Exactly one is recorded; the other's card is back over what stands now, and says so.
  const again = (window: Page) => window.locator('.cal-impact', { hasText: 'Somebody was first: decide again' });
  await expect.poll(async () => (await Promise.all(both.map((window) => again(window).count()))).reduce((sum, count) => sum + count, 0)).toBe(1);
  const loser = (await again(first.window).count()) === 1 ? first : second;
  const winner = loser === first ? second : first;
  await expect(winner.window.locator('.undo-line').last()).toBeVisible();
  await expect.poll(() => label(winner.window)).not.toBe(stood);
  const won = await label(winner.window);
  await expect.poll(() => label(loser.window)).toBe(won);
  await expect(again(loser.window)).toContainText('It stands now at');
  await keep(loser, 'two-coordinators-again');
  expect(await again(winner.window).count()).toBe(0);

  // What was wanted is still there to be sent, and is recorded on top of what stands.
  await sent(loser.window);
  await expect.poll(() => label(winner.window)).not.toBe(won);
  const last = await label(winner.window);
  expect(last).not.toBe(stood);
  await expect.poll(() => label(loser.window)).toBe(last);
  await expect(again(loser.window)).toHaveCount(0);

  // Both decisions are in the record, each once, and both desktops have the same of it.
  for (const window of both) await expect.poll(() => version(window)).toBe(began + 2);
  await keep(winner, 'two-coordinators');
});
