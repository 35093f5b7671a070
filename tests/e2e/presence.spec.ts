import { launchBrowser } from '../support/browser.ts';
import { expect, test } from './fixtures.ts';

test('a desktop and a browser see each other, where they are, and that one has gone', async ({ serve, open, keep }) => {
  const server = await serve();
  const app = await open({ server });
  const desk = app.window;
  await expect(desk.locator('[data-link="live"]')).toBeVisible();
  await expect(desk.getByRole('button', { name: 'Nobody else is here' })).toBeVisible();
  const browser = await launchBrowser();
  try {
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
    await page.goto(`${server.url}/#enrol=${await server.newTicket()}`);
    await expect(page.locator('[data-link="live"]')).toBeVisible();
    await expect(page.getByRole('button', { name: '1 other is here, show who' })).toBeVisible();

    // The browser goes to a wedding: its tab on the desktop says so, and the list leads there.
    await page.locator('.tabs .tab').nth(1).click();
    await expect(desk.locator('.tabs .tab').nth(1).locator('.tab-others')).toBeVisible();
    await desk.getByRole('button', { name: '1 other is here, show who' }).click();
    const person = desk.locator('.person');
    await expect(person).toContainText('Browser on Linux');
    await expect(person).toHaveAttribute('data-state', 'here');
    await keep(app, 'presence');
    await person.getByRole('link').click();
    await expect(desk).toHaveURL(/#\/wedding\//);
    await expect(page.locator('.tabs .tab').nth(1).locator('.tab-others')).toBeVisible();

    await page.close();
    await expect(desk.getByRole('button', { name: 'Nobody else is here' })).toBeAttached();
    await expect(desk.locator('.tab-others')).toHaveCount(0);
  } finally {
    await browser.close();
  }
});
