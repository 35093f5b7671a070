import type { Locator } from 'playwright';
import { describe, expect, it } from 'vitest';
import { axe, hash, open as openPage, page, plain as plainText, usePages } from '../../support/consoleHarness/page.ts';
import { ROOM, TAKEN, theDay } from '../../support/consoleHarness/timeline.ts';
import { zoomIn } from '../../support/moreMenu.ts';

/** The timeline in the console: what takes a whole on the rows of its parts, and what is shown as the address says it. */

usePages();

const ZONE = 'Europe/London';
const named = (): string => theDay(Date.now(), ZONE).toString().replaceAll('-', '');
const open = (more = '', theme: 'light' | 'dark' = 'light'): Promise<void> => openPage(`#/conflicts/scale/day/on/${named()}${more}`, 'timeline', { theme });
const plain = (text: string | null): string => plainText(text ?? '');
const row = (id: string): Locator => page.locator(`[data-resource="${id}"]`);
const real = (id: string): Locator => page.locator(`[data-bar="weddings:${id}"]`);
const shadow = (resource: string, id: string): Locator => row(resource).locator(`[data-through="weddings:${id}"]`);
const names = async (): Promise<string[]> => (await page.locator('.tl-row-name').allInnerTexts()).map(plain);
const focused = (): Promise<string | null> => page.evaluate(() => document.activeElement?.getAttribute('data-bar') ?? null);
const find = (): Locator => page.getByLabel('Find a resource');
const middle = async (found: Locator): Promise<{ x: number; y: number }> => {
  const box = await found.boundingBox();
  if (!box) throw new Error('it is not on the screen');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
};

describe('what takes a whole', () => {
  it('is seen on the rows of its parts by word and pattern, moves nowhere there, and leads to the one that does', async () => {
    await open();
    const there = shadow(ROOM.west, TAKEN.okonkwo);
    await expect.poll(async () => plain(await there.getAttribute('aria-label'))).toMatch(/^Great Hall \(whole\)\. Okonkwo-Fairweather & Blackwood-Smythe · Definite · .* 13:00 to 19:00 · double booking · Enter goes to it in Great Hall$/);
    expect([await shadow(ROOM.east, TAKEN.okonkwo).count(), await shadow(ROOM.barn, TAKEN.okonkwo).count(), await row(ROOM.hall).locator('.tl-shadow').count()]).toEqual([1, 0, 0]);
    expect(await there.locator('.tl-grip').count()).toBe(0);
    expect(await axe()).toEqual([]);
    const [from, to] = [await middle(there), await middle(row(ROOM.chapel))];
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(from.x, to.y, { steps: 5 });
    expect(await page.locator('.tl-ghost').count()).toBe(0);
    await page.mouse.up();
    expect(await page.locator('.cal-impact').count()).toBe(0);
    await there.click();
    await expect.poll(hash).toContain(`/taking/${TAKEN.okonkwo}`);
    await expect.poll(focused).toBe(`weddings:${TAKEN.okonkwo}`);
    expect(plain(await page.locator('.cal-card').innerText())).toContain('Okonkwo-Fairweather & Blackwood-Smythe');
    expect(await there.getAttribute('data-of-selected')).toBe('true');
  });

  it('is walked to, told and led from by keyboard', async () => {
    await open();
    await shadow(ROOM.west, TAKEN.okonkwo).focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(focused).toBe(await shadow(ROOM.west, TAKEN.ashcombe).getAttribute('data-bar'));
    await page.keyboard.press('Space');
    await expect.poll(async () => plain(await page.locator('[data-said]').textContent())).toBe('It is taken with Great Hall and moved there. Enter goes to it.');
    expect(await page.locator('.tl-ghost').count()).toBe(0);
    await page.keyboard.press('Enter');
    await expect.poll(focused).toBe(`weddings:${TAKEN.ashcombe}`);
  });

  it('says why its part is no place to drop, and shows where else what is carried would be', async () => {
    await open();
    await real(TAKEN.orangery).waitFor();
    const [from, to] = [await middle(real(TAKEN.orangery)), await middle(row(ROOM.west))];
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(from.x, to.y, { steps: 6 });
    await expect.poll(async () => plain(await page.locator('.tl-tag').innerText())).toMatch(/^Needs a reason .* Great Hall, west end is taken by Okonkwo-Fairweather & Blackwood-Smythe until 19:00/);
    await expect.poll(() => page.locator('.tl-ghost:not([data-follows])').getAttribute('data-verdict')).toBe('reason');
    expect(await page.locator('.tl-ghost-through').count()).toBe(1);
    await page.keyboard.press('Escape');
    await page.mouse.up();
    await expect.poll(() => page.locator('.tl-ghost-through').count()).toBe(0);
  });

  it('leads to a row that was narrowed away', async () => {
    await open();
    await find().fill('west end');
    await expect.poll(names).toEqual(['Great Hall, west end']);
    await expect.poll(hash).toContain('/find/');
    await shadow(ROOM.west, TAKEN.okonkwo).click();
    await expect.poll(focused).toBe(`weddings:${TAKEN.okonkwo}`);
    expect([await hash(), await find().inputValue()]).toEqual([expect.not.stringContaining('/find/'), '']);
  });

  it('is drawn only where it is seen', async () => {
    await open();
    await shadow(ROOM.west, TAKEN.okonkwo).waitFor();
    for (let n = 0; n < 7; n += 1) await page.getByRole('button', { name: 'Day after' }).click();
    await expect.poll(() => page.locator('.tl-shadow').count()).toBe(0);
    await openPage('#/conflicts', 'timeline_many');
    await page.locator('.tl-bar').first().waitFor();
    expect(await page.locator('.tl-shadow').count()).toBe(0);
  });

  it.each([
    ['desk', 1280, 800, 'dark'],
    ['phone', 390, 844, 'light'],
  ] as const)('axe finds nothing and nothing is cut off sideways: %s', async (_name, width, height, theme) => {
    await page.setViewportSize({ width, height });
    await open('/kind/room', theme);
    if (width < 1100) await page.getByRole('tab', { name: 'Timeline' }).click();
    await shadow(ROOM.west, TAKEN.okonkwo).waitFor();
    expect(await axe()).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  });
});

describe('the address', () => {
  it('holds what is searched for and how near it is, so that a reload and another window show the same', async () => {
    await open();
    await zoomIn(page, 2);
    await find().fill(' Hall, w');
    await expect.poll(names).toEqual(['Great Hall, west end']);
    await expect.poll(hash).toMatch(/\/zoom\/200\/.*\/find\/00480061006c006c002c00200077$/);
    const width = async (): Promise<number> => Math.round((await shadow(ROOM.west, TAKEN.okonkwo).boundingBox())?.width ?? 0);
    const before = await width();
    // A space at its end stays while somebody goes on typing.
    expect(await find().inputValue()).toBe(' Hall, w');
    await page.reload();
    await expect.poll(names).toEqual(['Great Hall, west end']);
    expect(await find().inputValue()).toBe('Hall, w');
    await expect.poll(width).toBe(before);
    const other = await page.context().newPage();
    await other.goto(page.url());
    await expect.poll(async () => (await other.locator('.tl-row-name').allInnerTexts()).map(plain)).toEqual(['Great Hall, west end']);
    await other.close();
  });

  it('goes back over what was chosen and not over each letter', async () => {
    await open();
    await page.getByLabel('Kinds of resources').selectOption('room');
    await expect.poll(hash).toContain('/kind/room');
    await find().pressSequentially('hall', { delay: 20 });
    await expect.poll(hash).toContain('/find/');
    await find().pressSequentially(', west', { delay: 20 });
    await expect.poll(names).toEqual(['Great Hall, west end']);
    await expect.poll(hash).toMatch(/0077006500730074$/);
    await zoomIn(page, 1);
    await page.goBack();
    await expect.poll(hash).toBe(`#/conflicts/scale/day/on/${named()}`);
    expect(await find().inputValue()).toBe('');
    await expect.poll(async () => (await names()).length).toBeGreaterThan(5);
    await page.goForward();
    await expect.poll(names).toEqual(['Great Hall, west end']);
    expect(await find().inputValue()).toBe('hall, west');
    expect(await hash()).toContain('/zoom/150/');
    await find().fill('');
    await expect.poll(hash).not.toContain('/find/');
  });
});
