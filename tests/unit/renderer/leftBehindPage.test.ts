import type { Locator } from 'playwright';
import { describe, expect, it } from 'vitest';
import { LINKED } from '../../support/consoleHarness/calendars.ts';
import { LEFT, LEFT_AGAIN } from '../../support/consoleHarness/leftBehind.ts';
import { axe, fitsSideways, hash, open, page, plain, usePages } from '../../support/consoleHarness/page.ts';
import { ITEM, TAKEN, theDay } from '../../support/consoleHarness/timeline.ts';

/** What did not move with its wedding, in the console itself: told, looked at before it is sent, let follow or left; and calendars in trouble. */

usePages();

const row = (): Locator => page.locator(`[data-row="${LEFT}"]`);
const card = (): Locator => page.locator('article.left-behind');
const words = async (found: Locator): Promise<string> => plain(await found.innerText());
const commands = () => page.evaluate(() => window.harness?.commands ?? []);

describe('left behind', () => {
  it('is reached from its alert, says what would follow and where to, and lets all of it follow by keyboard', async () => {
    await open(`#/alert/${LEFT}`, 'left_behind');
    await page.locator('.inspector').getByRole('link', { name: 'Let them follow' }).click();
    expect(await hash()).toBe(`#/conflicts/${LEFT}`);
    await expect.poll(() => words(row())).toMatch(/^1 booking and 1 run sheet item of Papadopoulos & Ní Dhomhnaill Photographs for Papadopoulos, Cutting the cake/);
    await expect.poll(() => words(card())).toMatch(/Photographs for Papadopoulos .*10:30 to 12:00 becomes 12:00 to 13:30 · call time 09:45 becomes 11:15/);
    expect(await words(card())).toMatch(/Others say when it is.*Cutting the cake .*14:00 to 14:20 becomes 15:30 to 15:50/);
    expect(await axe()).toEqual([]);
    expect(await fitsSideways()).toBe(true);
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-row'))).toBe(LEFT);
    const follow = card().getByRole('button', { name: 'Let 2 follow' });
    await page.getByLabel('Why they may be there all the same').fill('They were told');
    await follow.focus();
    await page.keyboard.press('Enter');
    await expect.poll(commands).toMatchObject([{
      type: 'wedding.let_follow', alertId: LEFT, basedOnVersion: 1, reason: 'They were told',
      rows: [{ collection: 'bookings', id: TAKEN.photosAgain, basedOnVersion: 1 }, { collection: 'runSheetItems', id: ITEM.cake, basedOnVersion: 1 }],
    }]);
    await expect.poll(() => row().count()).toBe(0);
  });

  describe('put back in one step', () => {
    const bar = () => page.locator(`[data-bar$=":${TAKEN.photosAgain}"]:not([data-through])`);
    const stands = async (): Promise<string> => plain((await bar().getAttribute('aria-label')) ?? '');
    /** Both follow, and that is recorded. */
    async function followed(): Promise<void> {
      await open(`#/conflicts/${LEFT}`, 'left_behind');
      await page.getByLabel('Why they may be there all the same').fill('They were told');
      await card().getByRole('button', { name: 'Let 2 follow' }).click();
      await expect.poll(() => words(page.locator('.undo-line').last())).toMatch(/Let 2 follow .*Papadopoulos & Ní Dhomhnaill.*Undo/);
      // A reload would not know what stood before.
      const day = theDay(Date.now(), 'Europe/London').toString().replaceAll('-', '');
      await page.evaluate((to) => void (location.hash = to), `#/conflicts/scale/day/on/${day}`);
      await expect.poll(stands).toContain('12:00 to 13:30');
    }
    const back = (reason: string | null) => ({ type: 'wedding.let_follow', alertId: LEFT, back: true, reason, rows: [{ collection: 'bookings', id: TAKEN.photosAgain, basedOnVersion: 2 }, { collection: 'runSheetItems', id: ITEM.cake, basedOnVersion: 2 }] });

    it('by its toast, and then it is asked about again', async () => {
      await followed();
      await page.locator('.undo-line').last().getByRole('button', { name: 'Undo' }).click();
      await expect.poll(stands).toContain('10:30 to 12:00');
      expect((await commands()).at(-1)).toMatchObject(back(null));
      await expect.poll(() => words(page.locator(`[data-row="${LEFT_AGAIN}"]`))).toMatch(/^1 booking and 1 run sheet item of Papadopoulos & Ní Dhomhnaill/);
      expect(await axe()).toEqual([]);
    });

    it('by Ctrl Z, once', async () => {
      await followed();
      await page.keyboard.press('Control+z');
      await expect.poll(stands).toContain('10:30 to 12:00');
      const sent = (await commands()).length;
      await page.keyboard.press('Control+z');
      await expect.poll(() => page.locator(`[data-row="${LEFT_AGAIN}"]`).count()).toBe(1);
      expect(await commands()).toHaveLength(sent);
    });

    it('where a reason is needed the card says who goes where and what goes with it, and it may be left', async () => {
      await followed();
      await page.evaluate(() => window.harness?.answerCommandsWith('unasked'));
      await page.keyboard.press('Control+z');
      const undoing = page.locator('.cal-card', { hasText: 'Undo this move' });
      await expect.poll(() => words(undoing)).toMatch(/Photographs for Papadopoulos.* 1 h 30 earlier .*12:00 to 13:30 .*10:30 to 12:00 .*1 run sheet item goes back with it\. Not asked: /);
      expect(await axe()).toEqual([]);
      await page.keyboard.press('Escape');
      await expect.poll(() => undoing.count()).toBe(0);
      expect(await stands()).toContain('12:00 to 13:30');
      await page.keyboard.press('Control+z');
      await page.getByRole('textbox', { name: 'Why it may be so all the same' }).fill('They were asked by telephone');
      await page.getByRole('button', { name: 'Undo with a reason' }).click();
      await expect.poll(stands).toContain('10:30 to 12:00');
      expect((await commands()).at(-1)).toMatchObject(back('They were asked by telephone'));
    });
  });

  it('lets some follow', async () => {
    await open(`#/conflicts/${LEFT}`, 'left_behind');
    await card().getByLabel('Photographs for Papadopoulos').uncheck();
    await card().getByRole('button', { name: 'Let it follow' }).click();
    await expect.poll(commands).toMatchObject([{ type: 'wedding.let_follow', reason: null, rows: [{ id: ITEM.cake }] }]);
  });

  it('leaves all where they are', async () => {
    await open(`#/conflicts/${LEFT}`, 'left_behind', { theme: 'dark' });
    expect(await axe()).toEqual([]);
    await card().getByRole('button', { name: 'Leave them where they are' }).click();
    await expect.poll(commands).toMatchObject([{ type: 'alert.acknowledge', alertId: LEFT }]);
  });

  it('fits a phone, and is shown to the house without what only some may decide', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await open(`#/conflicts/${LEFT}`, 'left_behind_staff');
    await expect.poll(() => words(card())).toContain('An owner or a coordinator decides what follows.');
    expect(await card().getByRole('button').count()).toBe(0);
    expect(await fitsSideways()).toBe(true);
  });
});

describe('a calendar in trouble', () => {
  it('says that it cannot be read, since when and what to do, and that another connection writes it too', async () => {
    await open(`#/integrations/${LINKED.icloud}`, 'left_behind');
    const lettings = page.locator('.calendar-row', { hasText: 'Orangery lettings' });
    await expect.poll(() => words(lettings)).toMatch(/It cannot be read since .*\. What was entered there since takes nobody's time here\. It may not be read any more\. Have it shared with us again/);
    expect(await axe()).toEqual([]);
    await lettings.getByRole('button', { name: /^Acknowledge: .*cannot be read/ }).click();
    await expect.poll(commands).toMatchObject([{ type: 'alert.acknowledge' }]);
    await open(`#/integrations/${LINKED.google}`, 'left_behind');
    await expect.poll(() => words(page.locator('.calendar-row', { hasText: 'House diary' }))).toContain('Ana Ruiz is the same calendar over there and is written too');
  });
});
