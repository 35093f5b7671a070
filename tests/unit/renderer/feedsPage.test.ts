import type { Locator } from 'playwright';
import { describe, expect, it } from 'vitest';
import { FEED_PLAYED } from '../../support/consoleHarness/feeds.ts';
import { axe, fitsSideways, hash, open as openPage, page, plain, usePages } from '../../support/consoleHarness/page.ts';
import type { Scene } from '../../support/consoleHarness/scene.ts';
import { ROOM, TAKEN, VENDOR } from '../../support/consoleHarness/timeline.ts';

/** Calendar feeds that the house gives out, in the console itself: listed, made, told once, taken back. */

usePages();

const words = async (found: Locator): Promise<string> => plain(await found.innerText());
const open = (at = '#/feeds', scene: Scene = 'calendars', more: Parameters<typeof openPage>[2] = {}): Promise<void> => openPage(at, scene, more);
const feed = (whose: string): Locator => page.locator('.feed', { hasText: whose });
const form = (): Locator => page.locator('.feed-form');

describe('feeds given out', () => {
  it('are listed with whom each is for, what it holds, how much it tells, and when it was read', async () => {
    await open();
    await expect.poll(() => words(feed('Ana Ruiz'))).toMatch(/^Ana Ruiz What takes the time of .+ · Everything Made .+ by Front desk · last read .+ Take back$/);
    expect(await words(feed('Nobody named'))).toMatch(/Every wedding of the house · Only that somebody is taken .*last read/);
    expect(await words(feed('ليلى'))).toMatch(/and its bookings · When and what .*not read yet/);
    expect(await words(page.locator('.board-head'))).toContain('3 given out');
    expect(await page.locator('.rail-place[aria-current]').innerText()).toContain('Integrations');
    expect(await axe()).toEqual([]);
  });

  it('are found from the connections, from the commands and from a wedding, where it is chosen already', async () => {
    await open('#/integrations');
    await page.getByRole('link', { name: 'Calendar feeds' }).click();
    await expect.poll(hash).toBe('#/feeds');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('feeds given');
    await page.keyboard.press('Enter');
    await expect.poll(hash).toBe('#/feeds');
    await open(`#/day/about/${TAKEN.okonkwo}`);
    await page.getByRole('link', { name: /Give out a calendar feed of this wedding/ }).click();
    await expect.poll(() => page.getByRole('combobox', { name: 'What it holds' }).inputValue()).toMatch(/Okonkwo.*and its bookings/);
  });

  it('one is made by keyboard alone, its address told once with what to do with it', async () => {
    await open();
    await page.getByRole('button', { name: 'Give out a feed' }).press('Enter');
    await page.getByRole('combobox', { name: 'What it holds' }).fill('thornbury');
    await page.keyboard.press('Enter');
    // A vendor's own feed is mostly for that vendor.
    await expect.poll(() => page.getByLabel('For whom').inputValue()).toContain('Blythe & Thornbury');
    await page.getByLabel('For whom').fill('Ana Ruiz, second phone');
    expect(await axe()).toEqual([]);
    await page.getByRole('button', { name: 'Make its address' }).press('Enter');
    const made = page.locator('.feed-made');
    await expect.poll(() => words(made)).toMatch(/^Made for Ana Ruiz, second phone .*shown now and never again.*Google Calendar .*From URL.*Outlook .*Subscribe from web.*Apple Calendar .*New Calendar Subscription/);
    // The played server of a desktop is the machine's own.
    expect(await words(made)).toContain('leads to this computer or its own network only');
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('feed-made');
    const address = await page.getByLabel('Address', { exact: true }).inputValue();
    expect(address).toMatch(/^http:.*[/]calendars[/]feed[/][\w-]{43}[.]ics$/);
    expect(await page.getByRole('textbox', { name: 'The same, to open' }).inputValue()).toBe(address.replace('http:', 'webcal:'));
    expect(await axe()).toEqual([]);
    await page.getByRole('button', { name: 'I have passed it on' }).press('Enter');
    await expect.poll(() => words(feed('second phone'))).toMatch(/When and what .*not read yet/);
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Give out a feed');
    expect(await page.locator('body').innerText()).not.toContain('/calendars/feed/');
  });

  it('says nothing of a private network where the address is of the internet', async () => {
    await open(`#/feeds/resource/${ROOM.hall}`, 'calendars', { home: 'browser' });
    await page.getByRole('button', { name: 'Make its address' }).click();
    await expect.poll(() => page.getByLabel('Address', { exact: true }).inputValue()).toMatch(/^https:/);
    expect(await page.locator('.feed-note').count()).toBe(0);
  });

  it('keeps what was entered when nobody is named, when there are too many, and when the server is away', async () => {
    await open('#/feeds/house');
    await page.getByRole('button', { name: 'Make its address' }).click();
    await expect.poll(() => form().getByRole('alert').count()).toBe(0);
    await page.getByLabel('For whom').fill('   ');
    await page.getByRole('button', { name: 'Make its address' }).click();
    await expect.poll(() => words(form().getByRole('alert'))).toBe('Say for whom it is.');
    for (const [name, said] of [[FEED_PLAYED.full, 'as many calendar feeds as it may'], [FEED_PLAYED.away, 'cannot be reached']] as const) {
      await page.getByLabel('For whom').fill(name);
      await page.getByRole('button', { name: 'Make its address' }).click();
      await expect.poll(() => words(form().getByRole('alert'))).toContain(said);
      expect(await page.getByLabel('For whom').inputValue()).toBe(name);
    }
    await page.getByRole('button', { name: 'Not yet' }).click();
    await expect.poll(hash).toBe('#/feeds');
    expect(await form().count()).toBe(0);
  });

  it('one is taken back only when that was meant', async () => {
    await open();
    await page.getByRole('button', { name: /^Take back: .*Ana Ruiz/ }).click();
    const sure = page.getByRole('button', { name: /^Its address stops for good: take it back: .*Ana Ruiz/ });
    await sure.waitFor();
    await page.getByRole('heading', { name: 'Calendar feeds' }).click();
    await expect.poll(() => sure.count()).toBe(0);
    await page.getByRole('button', { name: /^Take back: .*Ana Ruiz/ }).press('Enter');
    await sure.press('Enter');
    await expect.poll(() => feed('Ana Ruiz').count()).toBe(0);
    await expect.poll(() => words(page.locator('.board-head'))).toContain('2 given out');
  });

  it('says what would be here, what is asked of a server that is away, and shows nothing to those who may not', async () => {
    await open('#/feeds', 'empty');
    await expect.poll(() => words(page.locator('.empty'))).toMatch(/^No feed is given out Give the photographer/);
    expect(await axe()).toEqual([]);
    await open('#/feeds', 'offline');
    await expect.poll(() => words(page.locator('.feeds').getByRole('alert'))).toContain('cannot be reached');
    await page.locator('.feeds').getByRole('button', { name: 'Ask again' }).waitFor();
    expect(await page.locator('.feed').count()).toBe(0);
    await open('#/feeds', 'calendars_staff');
    await page.locator('.board').first().waitFor();
    expect(await page.locator('.feeds').count()).toBe(0);
  });

  it('fits a telephone', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await open(`#/feeds/resource/${VENDOR.photos}`, 'calendars', { theme: 'dark' });
    await feed('ليلى').waitFor();
    expect(await fitsSideways()).toBe(true);
    await page.getByRole('button', { name: 'Make its address' }).click();
    await page.locator('.feed-made').waitFor();
    expect(await fitsSideways()).toBe(true);
    expect(await axe()).toEqual([]);
  });
});
