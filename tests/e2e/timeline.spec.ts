import { join } from 'node:path';
import type { DesktopApp } from '../support/desktopApp.ts';
import { chooseMore } from '../support/moreMenu.ts';
import { expect, test } from './fixtures.ts';

test('a wedding is dragged to another room by mouse, carried on by keyboard and taken back, all of it recorded', async ({ serve, open, keep }) => {
  const server = await serve();
  const app = await open({ server });
  const { window } = app;
  await expect(window.locator('[data-link="live"]')).toBeVisible();
  const title = server.demo().weddings.find(({ today }) => today)?.title ?? '';
  await window.keyboard.press('Alt+7');
  await expect(window.getByRole('heading', { name: 'Calendar & conflicts' })).toBeVisible();

  // A room that nobody has yet.
  await chooseMore(window, 'New resource');
  await window.getByLabel('Name', { exact: true }).fill('Apple loft');
  await window.getByRole('button', { name: 'Save' }).click();
  await window.getByLabel('Kinds of resources').selectOption('room');
  const room = window.getByRole('group', { name: 'Apple loft' });
  await expect(room).toBeVisible();

  const bar = window.locator('.tl-bar[data-bar^="weddings:"]').and(window.getByRole('button', { name: title }));
  await expect(bar).toBeVisible();
  await expect(bar).not.toHaveAccessibleName(/Apple loft/);
  await bar.scrollIntoViewIfNeeded();
  const [from, to] = [await bar.boundingBox(), await room.boundingBox()];
  if (!from || !to) throw new Error('it is not on the screen');
  const x = from.x + from.width / 2;
  await window.mouse.move(x, from.y + from.height / 2);
  await window.mouse.down();
  await window.mouse.move(x, to.y + to.height / 2, { steps: 8 });
  await expect(window.locator('.tl-ghost')).toHaveAttribute('data-verdict', 'free');
  await keep(app, 'timeline-drag');
  await window.mouse.up();
  await expect(window.locator('.cal-impact')).toContainText('Apple loft');
  await keep(app, 'timeline-impact');
  await window.getByRole('button', { name: 'Move it' }).click();
  await expect(bar).toHaveAccessibleName(/Apple loft/);

  // By keyboard, a quarter of an hour on.
  const before = await bar.getAttribute('aria-label');
  await bar.focus();
  await window.keyboard.press('Space');
  await window.keyboard.press('ArrowRight');
  await expect(window.locator('[data-said]')).toContainText('Apple loft');
  await window.keyboard.press('Enter');
  await window.getByRole('button', { name: 'Move it' }).click();
  await expect(bar).not.toHaveAttribute('aria-label', before ?? '');
  await expect(bar).toHaveAccessibleName(/Apple loft/);

  await window.locator('.undo-line').last().getByRole('button', { name: 'Undo' }).click();
  await expect(bar).toHaveAttribute('aria-label', before ?? '');
  await keep(app, 'timeline');
});

test('a wedding that is dragged to another hour takes its bookings and its run sheet along, as the day board shows, and back', async ({ serve, open, keep }) => {
  const server = await serve();
  const app = await open({ server });
  const { window } = app;
  await expect(window.locator('[data-link="live"]')).toBeVisible();
  // Nothing of it is over, whatever hour it is.
  const wedding = server.demo().weddings.find(({ today }) => !today);
  if (!wedding) throw new Error('the demo has no wedding to come');
  const go = (hash: string): Promise<void> => window.evaluate((to) => void (location.hash = to), hash);
  const timeOf = (what: RegExp): Promise<number> => window.locator('section[aria-labelledby="next-title"] .row', { hasText: what }).locator('time').first().getAttribute('datetime').then((at) => Date.parse(at ?? ''));
  const [ceremony, trio] = [/Ceremony/, /Hollow Pipe Trio/];
  await go(`#/wedding/${wedding.id}`);
  await expect(window.locator('section[aria-labelledby="next-title"] .row', { hasText: ceremony })).toBeVisible();
  const [sheetAt, callAt] = [await timeOf(ceremony), await timeOf(trio)];
  expect(callAt).toBeLessThan(sheetAt);

  await go(`#/conflicts/scale/day/on/${wedding.date.replaceAll('-', '')}`);
  const bar = window.locator(`.tl-bar[data-bar="weddings:${wedding.id}"]`);
  await expect(bar).toBeVisible();
  const box = await bar.boundingBox();
  if (!box) throw new Error('it is not on the screen');
  const hour = (box.width * 3_600_000) / (Date.parse(wedding.endsAt) - Date.parse(wedding.startsAt));
  const [x, y] = [box.x + box.width / 4, box.y + box.height / 2];
  await window.mouse.move(x, y);
  await window.mouse.down();
  await window.mouse.move(x + hour, y, { steps: 8 });
  await expect(window.locator('.tl-ghost[data-follows]').first()).toBeVisible();
  await keep(app, 'timeline-follow-drag');
  await window.mouse.up();
  await expect(window.locator('.cal-follow')).toContainText('2 bookings and 2 run sheet items move with it, 1 h 00 later.');
  await window.getByRole('button', { name: 'Each by name' }).click();
  await keep(app, 'timeline-follow');
  await window.getByRole('button', { name: 'Move it' }).click();
  await expect(window.locator('.undo-line').last()).toBeVisible();

  await go(`#/wedding/${wedding.id}`);
  await expect.poll(() => timeOf(ceremony)).toBe(sheetAt + 3_600_000);
  await expect.poll(() => timeOf(trio)).toBe(callAt + 3_600_000);
  await window.locator('.undo-line').last().getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => timeOf(ceremony)).toBe(sheetAt);
  await expect.poll(() => timeOf(trio)).toBe(callAt);
});

test('what was moved before the program was closed is put back by keyboard once it runs again', async ({ serve, open, folder }) => {
  const server = await serve();
  const wedding = server.demo().weddings.find(({ today }) => !today);
  if (!wedding) throw new Error('the demo has no wedding to come');
  const shown = async ({ window }: DesktopApp) => {
    await expect(window.locator('[data-link="live"]')).toBeVisible();
    await window.evaluate((to) => void (location.hash = to), `#/conflicts/scale/day/on/${wedding.date.replaceAll('-', '')}`);
    const bar = window.locator(`.tl-bar[data-bar="weddings:${wedding.id}"]`);
    await expect(bar).toBeVisible();
    return bar;
  };
  const app = await open({ server });
  const bar = await shown(app);
  const [before, seen] = [await bar.getAttribute('aria-label') ?? '', app.window.locator('.undo-line').last()];
  await bar.focus();
  await app.window.keyboard.press('Space');
  await app.window.keyboard.press('ArrowRight');
  await app.window.keyboard.press('Enter');
  await app.window.getByRole('button', { name: 'Move it' }).click();
  await expect(bar).not.toHaveAttribute('aria-label', before);
  await expect(seen).toBeVisible();
  const after = await bar.getAttribute('aria-label') ?? '';
  await app.close();

  const again = await open({ server, userData: join(folder, 'desktop') });
  const there = await shown(again);
  await expect(there).toHaveAttribute('aria-label', after);
  // What was kept is taken up once the board knows which log it is of.
  await expect(async () => {
    await again.window.keyboard.press('Control+z');
    await expect(there).toHaveAttribute('aria-label', before, { timeout: 10_000 });
  }).toPass();
});
