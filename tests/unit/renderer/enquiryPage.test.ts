import { describe, expect, it } from 'vitest';
import { ENQUIRY_PLAYED } from '../../support/consoleHarness/enquiries.ts';
import { axe, fitsSideways, hash, open as openPage, page, plain, usePages } from '../../support/consoleHarness/page.ts';
import type { Scene } from '../../support/consoleHarness/scene.ts';

/** The page on which couples ask for a day, as the house sets it in the console. */

usePages();

const open = (scene: Scene = 'calendars', more: Parameters<typeof openPage>[2] = {}): Promise<void> => openPage('#/enquiries', scene, more);
const form = () => page.locator('.enquiry-form');
const about = async (): Promise<string> => plain(await page.locator('.board-head').innerText());
const save = () => page.getByRole('button', { name: 'Save', exact: true });

describe('the enquiry page', () => {
  it('is found from the connections and from the commands', async () => {
    await openPage('#/integrations', 'calendars');
    await page.getByRole('link', { name: 'Enquiry page' }).click();
    await expect.poll(hash).toBe('#/enquiries');
    await openPage('#/day', 'calendars');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('enquiry page');
    await page.keyboard.press('Enter');
    await expect.poll(hash).toBe('#/enquiries');
  });

  it('shows its address to copy, to open and as a code, and whether it can be reached', async () => {
    await open();
    await expect.poll(about).toContain('Open');
    const address = page.getByRole('textbox', { name: 'Its address' });
    expect(await address.inputValue()).toMatch(/[/]ask[/][\w-]{43}$/);
    expect(await page.locator('.feed-note').innerText()).toContain('this machine or network only');
    await page.getByRole('button', { name: 'Show as a code' }).press('Enter');
    await expect.poll(() => page.getByRole('img', { name: /as a code/ }).count()).toBe(1);
    expect(await axe()).toEqual([]);
    const before = await address.inputValue();
    await page.getByRole('button', { name: 'Replace the address' }).click();
    await page.getByRole('button', { name: 'The old one is void for good' }).click();
    await expect.poll(() => address.inputValue()).not.toBe(before);
    await expect.poll(() => page.getByRole('status').allInnerTexts()).toContain('It has another address now. The old one is void.');
    await open('calendars', { home: 'browser' });
    await expect.poll(() => address.inputValue()).toMatch(/^https:/);
    expect(await page.locator('.feed-note').count()).toBe(0);
  });

  it('is set by keyboard: a room, hours, days; it says that it is saved', async () => {
    await open();
    const room = form().getByRole('checkbox').first();
    await room.press('Space');
    await form().getByLabel('Usual start').fill('15:30');
    await form().getByLabel('Days for which').fill('14');
    await form().getByLabel('Days for which').press('Enter');
    await expect.poll(() => form().getByRole('status').innerText()).toBe('Saved.');
    expect([await room.isChecked(), await form().getByLabel('Usual start').inputValue()]).toEqual([true, '15:30']);
    await form().getByLabel('Months ahead').fill('');
    await save().click();
    await expect.poll(() => form().getByRole('alert').innerText()).toContain('Months are 1 to 36');
    await expect.poll(() => form().getByRole('status').innerText()).toBe('');
  });

  it('says why it cannot be open without a room, and when somebody else was first', async () => {
    await open();
    await expect.poll(about).toContain('Open');
    await save().click();
    await expect.poll(() => form().getByRole('alert').innerText()).toContain('needs a room to offer');
    await form().getByRole('checkbox').first().check();
    await form().getByLabel('A word of welcome').fill(ENQUIRY_PLAYED.meanwhile);
    await save().click();
    await expect.poll(() => page.getByRole('alert').allInnerTexts()).toContainEqual(expect.stringContaining('Somebody else has changed'));
    await expect.poll(() => form().getByLabel('A word of welcome').inputValue()).toContain('looks forward to you');
  });

  it('has no address before it is opened, and asks again where the server is away', async () => {
    await open('empty');
    await expect.poll(about).toContain('Closed');
    expect(await page.locator('.enquiries').innerText()).toContain('opened for the first time');
    await open('offline');
    await expect.poll(() => page.locator('.enquiries').getByRole('button', { name: 'Ask again' }).count()).toBe(1);
  });

  it.each(['light', 'dark'] as const)('fits a phone and a desk, %s', async (theme) => {
    await open('calendars', { theme });
    await expect.poll(about).toContain('Open');
    expect(await axe()).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    await expect.poll(fitsSideways).toBe(true);
    expect(await axe()).toEqual([]);
  });

  it('is not for staff', async () => {
    await open('calendars_staff');
    await expect.poll(() => page.locator('.main').count()).toBe(1);
    expect(await page.locator('.enquiries').count()).toBe(0);
  });
});
