import { expect, it } from 'vitest';
import { open, page, usePages } from '../../support/consoleHarness/page.ts';

usePages();

it('time that passes while a page is drawn is no reason to complain or to draw it again', async () => {
  await page.addInitScript(() => {
    // Each look at the clock is in another second.
    let passed = 0;
    const begun = Date.now();
    Date.now = () => begun + (passed += 1_000);
  });
  await open('#/integrations', 'stuck');
  await expect.poll(() => page.locator('.review-card').count()).toBe(4);
});
