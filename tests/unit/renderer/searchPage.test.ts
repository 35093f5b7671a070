import { describe, expect, it } from 'vitest';
import { axe, hash, open as openPage, page, unmarked, usePages } from '../../support/consoleHarness/page.ts';
import type { Scene } from '../../support/consoleHarness/scene.ts';
import { WEDDING_A } from '../../support/fixtures/record.ts';

/** Searching, and who else is here, in the console itself, under the product's strict policy. */

usePages();

const open = async (scene: Scene): Promise<void> => {
  await openPage('#/day', scene);
  await page.locator('.board').waitFor();
};
const box = () => page.getByPlaceholder('Search weddings, people');
const search = async (text: string): Promise<void> => {
  await page.keyboard.press('Control+k');
  await box().fill(text);
};
const found = async (): Promise<string[]> => (await page.locator('.mantine-Spotlight-action').allTextContents()).map(unmarked);

describe('the search', () => {
  it.each([
    ['siobhan', '#/wedding/', '/contact/', 'Siobhán Ní Dhomhnaill'],
    ['speech hall', '#/wedding/', '/item/', 'Speeches'],
    ['lemon drizzle', '#/wedding/', '/booking/', 'Lemon Drizzle Cakes'],
    ['£480.50 الحداد', '#/wedding/', '/payment/', '£480.50'],
    ['ליאור ברקוביץ', '', '', ''],
    ['020 7946 0105', '#/wedding/', '/contact/', 'Siobhán'],
    ['okonk blackw confirmed', '#/wedding/', '/about/', 'Okonkwo-Fairweather'],
  ])('%s leads to its details', async (text, start, part, title) => {
    await open('day');
    await search(text);
    if (part === '') return expect.poll(() => page.getByText('Nothing by that name').isVisible()).toBe(true);
    await expect.poll(found).not.toEqual([]);
    await page.keyboard.press('Enter');
    await expect.poll(hash).toContain(part);
    await expect.poll(() => hash()).toContain(start);
    await expect.poll(() => page.locator('.inspector h2').innerText()).toContain(title);
  });

  it('groups what it finds by kind, says how many there are, and never puts a decision first', async () => {
    await open('day');
    await search('payment failed');
    await expect.poll(async () => (await found()).length).toBeGreaterThan(5);
    const texts = await found();
    expect(texts[0]).not.toContain('Acknowledge');
    expect(texts.some((text) => text.startsWith('Acknowledge: Payment failed'))).toBe(true);
    const groups = await page.locator('.mantine-Spotlight-actionsGroup').evaluateAll((all) => all.map((one) => getComputedStyle(one, '::before').content));
    expect(groups.join(' ')).toContain('Alerts found · 6 of');
    expect(await axe()).toEqual([]);
  });

  it('finds places and switches by their names', async () => {
    await open('day');
    await search('sett');
    await expect.poll(async () => (await found())[0]).toContain('Settings');
  });

  it('without a line says how old it is, and finds all the same', async () => {
    await open('offline');
    await search('speeches');
    await expect.poll(() => page.locator('.search-age').innerText()).toMatch(/^as of .*\d\d:\d\d$/);
    expect((await found())[0]).toContain('Speeches');
    expect(await box().getAttribute('aria-label')).toContain('Offline: this is what this machine held as of');
    expect(await axe()).toEqual([]);
  });

  it('a vendor finds its own slice and nothing else', async () => {
    await open('vendor');
    await search('blythe');
    await expect.poll(found).not.toEqual([]);
    await box().fill('papadopoulos');
    await expect.poll(() => page.getByText('Nothing by that name').isVisible()).toBe(true);
    expect(await page.locator('.faces').count()).toBe(0);
  });
});

/** Sends keys as fast as the browser takes them, without waiting for what the page makes of any. */
async function typeAtOnce(text: string, last: 'Enter' | 'Escape' | null = null): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const key = (type: 'rawKeyDown' | 'keyDown' | 'keyUp', code: number, name: string, more: { modifiers?: number; text?: string } = {}) =>
    session.send('Input.dispatchKeyEvent', { type, key: name, code: name.length === 1 ? `Key${name.toUpperCase()}` : name, windowsVirtualKeyCode: code, ...more });
  const sent = [key('rawKeyDown', 75, 'k', { modifiers: 2 }), key('keyUp', 75, 'k', { modifiers: 2 })];
  for (const letter of text) sent.push(key('keyDown', letter.toUpperCase().charCodeAt(0), letter, { text: letter }), key('keyUp', letter.toUpperCase().charCodeAt(0), letter));
  if (last === 'Enter') sent.push(key('keyDown', 13, 'Enter', { text: '\r' }), key('keyUp', 13, 'Enter'));
  if (last === 'Escape') sent.push(key('keyDown', 27, 'Escape'), key('keyUp', 27, 'Escape'));
  await Promise.all(sent);
  await session.detach();
}

describe('whoever types at once', () => {
  const heavy = [
    ['130 deliveries', '#/deliveries', 'stuck', '.row-delivery', 50],
    ['many weddings', '#/day', 'crowded', '.tab', 50],
  ] as const;

  it.each(heavy)('loses no letter and no Enter on a page of %s, with and without motion', async (_name, place, scene, row, count) => {
    for (const reducedMotion of ['reduce', 'no-preference'] as const) {
      await page.emulateMedia({ reducedMotion });
      await openPage(place, scene);
      await page.reload();
      await expect.poll(() => page.locator(row).count()).toBeGreaterThanOrEqual(count);
      await typeAtOnce('papadopoulos');
      await expect.poll(() => box().inputValue()).toBe('papadopoulos');
      await page.keyboard.press('Escape');
      await expect.poll(() => box().count()).toBe(0);
      await typeAtOnce('settings', 'Enter');
      await expect.poll(hash).toBe('#/settings');
      await expect.poll(() => box().count()).toBe(0);
    }
  });

  it('is in a field of the page: the palette opens all the same, and gives the field back', async () => {
    await openPage('#/deliveries', 'stuck');
    const field = page.getByLabel('Search what came');
    await field.focus();
    await typeAtOnce('sett');
    await expect.poll(() => box().inputValue()).toBe('sett');
    expect(await field.inputValue()).toBe('');
    await page.keyboard.press('Escape');
    await expect.poll(() => field.evaluate((one) => one === document.activeElement)).toBe(true);
    await page.getByRole('button', { name: 'Search or command' }).click();
    await expect.poll(() => box().evaluate((one) => one === document.activeElement)).toBe(true);
    await page.keyboard.type('day');
    await expect.poll(() => box().inputValue()).toBe('day');
    await page.keyboard.press('Escape');
    await expect.poll(() => box().count()).toBe(0);
  });
});

describe('who else is here', () => {
  it('is in the top bar, by keyboard in a list with what they look at, in the tab and in the details of the wedding', async () => {
    await open('day');
    const button = page.getByRole('button', { name: '3 others are here, show who' });
    await button.waitFor();
    expect(await page.locator('.tab-others').first().innerText()).toContain('2 others are on this wedding');
    await button.focus();
    await page.keyboard.press('Enter');
    await page.locator('.person').first().waitFor();
    const people = (await page.locator('.person').allInnerTexts()).map(unmarked);
    expect(people).toHaveLength(3);
    expect(people[0]).toMatch(/Siobhán Ní Dhomhnaill[\s\S]*orangery-tablet · Browser · Coordinator[\s\S]*Okonkwo-Fairweather[\s\S]*Here/);
    expect(people[1]).toMatch(/Idle[\s\S]*since/);
    expect(people[2]).toMatch(/Browser on iPhone[\s\S]*Settings[\s\S]*Away/);
    expect(await axe()).toEqual([]);
    await page.locator('.person').nth(2).getByRole('link').click();
    await expect.poll(() => hash()).toBe('#/settings');
    await openPage(`#/wedding/${WEDDING_A}/about/${WEDDING_A}`);
    await expect.poll(async () => unmarked(await page.locator('.also-here').innerText())).toMatch(/Also here: Siobhán Ní Dhomhnaill, .*\(idle\)/);
    expect(await axe()).toEqual([]);
  });

  it('is not shown while it is not known', async () => {
    await open('offline');
    expect(await page.locator('.faces').count()).toBe(0);
    expect(await page.locator('.tab-others').count()).toBe(0);
  });

  it('fits a phone', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await open('day');
    await page.locator('.faces').click();
    await page.locator('.person').first().waitFor();
    const widths = await page.evaluate(() => [document.documentElement.scrollWidth, ...[...document.querySelectorAll('.pop, .topbar')].map((one) => Math.round(one.getBoundingClientRect().right))]);
    expect(Math.max(...widths)).toBeLessThanOrEqual(390);
    const target = await page.locator('.faces').boundingBox();
    expect(Math.min(target?.width ?? 0, target?.height ?? 0)).toBeGreaterThanOrEqual(24);
    expect(await axe()).toEqual([]);
  });
});
