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
  await window.getByRole('button', { name: 'New resource' }).click();
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
