import { describe, expect, it } from 'vitest';
import { axe, fitsSideways, open, page, usePages } from '../../support/consoleHarness/page.ts';

/** The toolbar of the timeline: what is used all day beside each other, what is rare behind one button. */

usePages();

const more = () => page.getByRole('button', { name: 'More', exact: true });
const items = () => page.getByRole('menuitem').allInnerTexts();
/** How many lines its groups stand in. */
const lines = (): Promise<number> =>
  page.evaluate(() => new Set([...document.querySelectorAll('.cal-tools > *')].map((group) => Math.round((group.getBoundingClientRect().top + group.getBoundingClientRect().bottom) / 20))).size);

describe('the toolbar of the timeline', () => {
  it.each(['light', 'dark'] as const)('stands in one line beside the queue, on a wide screen too, and fits a phone, %s', async (theme) => {
    await open('#/conflicts', 'timeline', { theme });
    await more().waitFor();
    // By day, by week and by month, in this year and in another, whose number takes room.
    for (const scale of ['day', 'week', 'month']) {
      for (const on of ['', '/on/20440928']) {
        await page.evaluate((hash) => void (location.hash = hash), `#/conflicts/scale/${scale}${on}`);
        await expect.poll(() => page.getByRole('button', { name: scale, exact: false, pressed: true }).count()).toBe(1);
        await expect.poll(lines, { message: `${scale}${on}` }).toBe(1);
      }
    }
    await page.evaluate(() => void (location.hash = '#/conflicts/scale/day'));
    await more().click();
    await expect.poll(items).toEqual(['New resource', 'Cancelled', 'Limits', 'What clashes here', 'Zoom in', 'Zoom out']);
    expect(await axe()).toEqual([]);
    await page.keyboard.press('Escape');
    await page.setViewportSize({ width: 1920, height: 1080 });
    await expect.poll(lines).toBe(1);
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole('tab', { name: 'Timeline' }).click();
    await more().click();
    const menu = await page.locator('.cal-more').boundingBox();
    expect(menu && menu.x >= 0 && menu.x + menu.width <= 390 && menu.y + menu.height <= 844).toBe(true);
    expect(await fitsSideways()).toBe(true);
    expect(await page.evaluate(() => document.querySelector('.cal-tools')?.getBoundingClientRect().height)).toBeLessThan(120);
    expect(await axe()).toEqual([]);
  });

  it('opens each by keyboard alone, and gives the focus back to the button', async () => {
    await open('#/conflicts', 'timeline');
    const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim());
    for (const [downs, title] of [[0, 'New resource'], [1, 'Cancelled'], [2, 'Limits'], [3, 'What clashes here']] as const) {
      await more().focus();
      await page.keyboard.press('Enter');
      await expect.poll(focused).toBe('New resource');
      for (let pressed = 0; pressed < downs; pressed += 1) await page.keyboard.press('ArrowDown');
      await expect.poll(focused).toBe(title);
      await page.keyboard.press('Enter');
      await expect.poll(() => page.locator('.dialog-title').innerText()).toBe(title);
      expect(await page.evaluate(() => document.querySelector('.dialog')?.contains(document.activeElement))).toBe(true);
      await page.keyboard.press('Escape');
      await expect.poll(() => page.locator('.dialog').count()).toBe(0);
      await expect.poll(focused).toBe('More');
    }
  });

  it('offers those who may decide nothing to come nearer, by keyboard as far as it goes, and no more', async () => {
    await open('#/conflicts/scale/day', 'timeline_staff');
    await page.locator('.tl-row-name').first().waitFor();
    await more().focus();
    await page.keyboard.press('Enter');
    await expect.poll(items).toEqual(['Zoom in', 'Zoom out']);
    const width = (): Promise<number> => page.evaluate(() => document.querySelector('.tl-scroll')?.scrollWidth ?? 0);
    const before = await width();
    await page.keyboard.press('Enter');
    await expect.poll(width).toBeGreaterThan(before);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect.poll(width).toBe(before);
  });
});
