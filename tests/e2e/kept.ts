import { expect, type Page } from '@playwright/test';

/** Position of the record that a page has kept for its next start; 0 = none yet. Asking makes no database. */
const keptSeq = (page: Page): Promise<number> =>
  page.evaluate(async () => {
    if (!(await indexedDB.databases()).some(({ name }) => name === 'wedsync-console')) return 0;
    return new Promise<number>((resolve, reject) => {
      const request = indexedDB.open('wedsync-console');
      request.onerror = () => reject(new Error('no database'));
      request.onsuccess = () => {
        const database = request.result;
        if (!database.objectStoreNames.contains('meta')) {
          database.close();
          return resolve(0);
        }
        const read = database.transaction('meta').objectStore('meta').get('record');
        read.onsuccess = () => {
          database.close();
          resolve((read.result as { seq?: number } | undefined)?.seq ?? 0);
        };
      };
    });
  });

/** The record is kept at intervals: waits until what the day board shows now is kept. */
export async function boardKept(page: Page): Promise<void> {
  const shown = Number(await page.locator('.board[data-seq]').getAttribute('data-seq'));
  expect(shown).toBeGreaterThan(0);
  await expect.poll(() => keptSeq(page)).toBeGreaterThanOrEqual(shown);
}
