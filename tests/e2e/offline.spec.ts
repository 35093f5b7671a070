import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { freePort } from '../support/runningServer.ts';
import { expect, test } from './fixtures.ts';
import { boardKept } from './kept.ts';

const pill = (window: Page) => window.locator('button[data-link]');
const found = (window: Page) => window.locator('.mantine-Spotlight-action');
const search = async (window: Page, text: string): Promise<void> => {
  await window.keyboard.press('Control+k');
  await window.getByPlaceholder('Search weddings, people').fill(text);
};

test('started with no server, the last board, run sheet and people open and are searched, with their age, and an edit queues', async ({ serve, open, keep, folder }) => {
  const port = await freePort();
  const server = await serve({ port });
  const app = await open({ server });
  await expect(app.window.locator('[data-link="live"]')).toBeVisible();
  const title = (await app.window.locator('.tab-title').nth(1).innerText()).replace(/[\u2068\u2069]/g, '');
  await expect(app.window.locator('.row-next').first()).toBeVisible();
  await boardKept(app.window);
  await app.close();
  await server.stop();

  const again = await open({ server, userData: join(folder, 'desktop') });
  const { window } = again;
  await expect(window.locator('.board')).toBeVisible();
  await expect(window.locator('.tab-title').nth(1)).toContainText(title);
  await expect(pill(window)).toHaveText(/Offline since/i);
  await expect(window.locator('.faces')).toHaveCount(0);

  const names = await window.evaluate(
    () =>
      new Promise<{ contact: string; item: string }>((resolve, reject) => {
        const request = indexedDB.open('wedsync-console');
        request.onerror = () => reject(new Error('no database'));
        request.onsuccess = () => {
          const all = request.result.transaction('rows').objectStore('rows').getAll();
          all.onsuccess = () => {
            request.result.close();
            const rows = all.result as { collection: string; row: { name?: string; title?: string; status?: string } }[];
            resolve({ contact: rows.find(({ collection }) => collection === 'contacts')?.row.name ?? '', item: rows.find(({ collection, row }) => collection === 'runSheetItems' && row.status === 'planned')?.row.title ?? '' });
          };
        };
      }),
  );
  expect(names.contact).not.toBe('');
  expect(names.item).not.toBe('');

  await search(window, title.slice(0, 6));
  await expect(found(window).first()).toContainText(title);
  await expect(window.locator('.search-age')).toHaveText(/^as of .*\d\d:\d\d$/);
  await keep(again, 'offline-search');
  await window.keyboard.press('Enter');
  await expect(window.locator('.inspector h2')).toContainText(title);

  await search(window, names.contact);
  await window.keyboard.press('Enter');
  await expect(window.locator('.inspector h2')).toContainText(names.contact);
  await expect(window.locator('.inspector-kind')).toHaveText('Contact');

  // What the demo venue's people wrote, signed and noted.
  for (const [text, kind] of [['generator tested', 'Message'], ['hire ashgrove signed', 'Document'], ['farewell breakfast', 'Calendar entry']] as const) {
    await search(window, text);
    await expect(found(window).first()).toBeVisible();
    await window.keyboard.press('Enter');
    await expect(window.locator('.inspector-kind')).toHaveText(kind);
  }

  // Each wedding has an item of that name; late in the evening the first one found is done already.
  await search(window, `${names.item} planned`);
  await found(window).filter({ hasText: names.item }).first().click();
  await expect(window.locator('.inspector-kind')).toHaveText('Run sheet item');
  await window.locator('.item-actions button').first().click();
  await expect(pill(window)).toContainText('1 unsent');
  await keep(again, 'offline-edit');

  await serve({ port });
  await expect(window.locator('[data-link="live"]')).toBeVisible();
  await expect(window.locator('.pill-unsent')).toHaveCount(0);
  await window.keyboard.press('Control+k');
  await expect(window.locator('.search-age')).toHaveCount(0);
});
