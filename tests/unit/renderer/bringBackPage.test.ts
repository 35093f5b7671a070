import { describe, expect, it } from 'vitest';
import { axe, fitsSideways, open as openPage, page, plain as plainText, usePages } from '../../support/consoleHarness/page.ts';
import type { Scene } from '../../support/consoleHarness/scene.ts';
import { chooseMore } from '../../support/moreMenu.ts';
import { TAKEN, theDay } from '../../support/consoleHarness/timeline.ts';
import { fixtureId } from '../../support/fixtures/record.ts';

/** What was cancelled is brought back: from its toast, the list, with a reason where one is needed, on a phone; and a closure is opened again. */

usePages();

const plain = (text: string | null): string => plainText(text ?? '');
const open = (taking: string, scene: Scene = 'timeline', theme: 'light' | 'dark' = 'light'): Promise<void> =>
  openPage(`#/conflicts/scale/day/on/${theDay(Date.now(), 'Europe/London').toString().replaceAll('-', '')}/taking/${taking}`, scene, { theme });
const bar = (id: string) => page.locator(`[data-bar$=":${id}"]`);
const card = () => page.locator('.cal-card');
const form = () => page.getByRole('dialog');
const told = async (): Promise<string> => plain(await form().innerText());
const commands = () => page.evaluate(() => window.harness?.commands ?? []);
async function cancel(id: string, act = 'Cancel it'): Promise<void> {
  await bar(id).waitFor();
  await card().getByRole('button', { name: act }).click();
  await card().locator('form').getByRole('button', { name: act }).click();
  await expect.poll(() => bar(id).count()).toBe(0);
}
const list = async (): Promise<string[]> => (await form().locator('.cal-cancelled li').allInnerTexts()).map(plain);

describe('what was cancelled', () => {
  it('stands in its list, says who cancelled it and that nothing is against it, and stands again', async () => {
    await open(TAKEN.band, 'timeline', 'dark');
    await chooseMore(page, 'Cancelled');
    await expect.poll(told).toContain('Nothing that is still to come was cancelled.');
    await page.keyboard.press('Escape');
    await cancel(TAKEN.band);
    await chooseMore(page, 'Cancelled');
    await expect.poll(list).toEqual([expect.stringMatching(/^Band and dancing Long Barn · .* 19:00 to 22:30 Bring back…$/)]);
    expect(await axe()).toEqual([]);
    await form().getByRole('button', { name: /^Bring back .*Band and dancing/ }).click();
    await expect.poll(told).toMatch(/Cancelled by Front desk, .*\. Brought back it is again: Definite\. Nothing stands against it\./);
    expect(await form().getByRole('textbox').count()).toBe(0);
    expect(await axe()).toEqual([]);
    await form().getByRole('button', { name: 'Bring it back' }).click();
    await expect.poll(() => bar(TAKEN.band).count()).toBe(1);
    await expect.poll(() => form().count()).toBe(0);
    expect(await commands()).toMatchObject([{ type: 'booking.set_status', status: 'cancelled' }, { type: 'booking.bring_back', collection: 'allocations', id: TAKEN.band, basedOnVersion: 2, reason: null }]);
  });

  it('asks why where something hard stands against it, says so until there is a reason, and fits a phone', async () => {
    await open(TAKEN.okonkwo);
    await cancel(TAKEN.okonkwo);
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole('button', { name: 'Bring it back' }).click();
    await expect.poll(told).toMatch(/Brought back it is again: Confirmed\..*Great Hall.*ليلى الحداد & Søren Ågård/);
    await form().getByRole('button', { name: 'Bring it back' }).click();
    await expect.poll(told).toContain('This is needed. Fill it in.');
    expect(await commands()).toHaveLength(1);
    expect(await fitsSideways()).toBe(true);
    expect(await axe()).toEqual([]);
    await form().getByLabel('Why it may be so all the same').fill('They share the hall');
    await form().getByRole('button', { name: 'Bring it back' }).click();
    await expect.poll(commands).toMatchObject([{}, { type: 'booking.bring_back', collection: 'weddings', reason: 'They share the hall' }]);
  });

  it('is found again where it is told of, and stays as it is for those who may not', async () => {
    await open(TAKEN.photosAgain);
    await cancel(TAKEN.photosAgain);
    await page.evaluate((id) => void (location.hash = `#/day/booking/${id}`), TAKEN.photosAgain);
    const part = page.getByRole('region', { name: 'Bring it back' });
    await part.getByRole('button', { name: 'Bring back…' }).click();
    await expect.poll(async () => plain(await part.innerText())).toMatch(/Brought back it is again: On hold\./);
    expect(await axe()).toEqual([]);
  });

  it('is a closure: it is opened again, and can be closed again', async () => {
    await open(TAKEN.closed);
    await bar(TAKEN.closed).waitFor();
    expect(await card().getByRole('button', { name: 'Cancel it' }).count()).toBe(0);
    await cancel(TAKEN.closed, 'Open it again');
    expect(await commands()).toMatchObject([{ type: 'allocation.save', allocationId: TAKEN.closed, basedOnVersion: 1, status: 'cancelled', title: 'Painters', reason: null }]);
    await page.getByRole('button', { name: 'Bring it back' }).click();
    await expect.poll(told).toMatch(/Brought back it is again: Closed\./);
    await form().getByRole('button', { name: 'Bring it back' }).click();
    await expect.poll(() => bar(TAKEN.closed).count()).toBe(1);
  });

  it('is neither cancelled nor opened by those who may not', async () => {
    await open(TAKEN.closed, 'timeline_staff');
    await card().waitFor();
    expect(await card().getByRole('button', { name: /Open it again|Cancel it/ }).count()).toBe(0);
  });
});

it('what is told goes faint while somebody looks where a way out leads, and is read again under the mouse', async () => {
  await open(TAKEN.band);
  await cancel(TAKEN.band);
  const toast = page.locator('.mantine-Notifications-root[data-position="bottom-right"]');
  const seen = async (): Promise<number> => Number(await toast.evaluate((element) => getComputedStyle(element).opacity));
  expect(await seen()).toBe(1);
  await page.evaluate((id) => void (location.hash = `#/conflicts/${id}`), fixtureId(22, 1));
  await page.locator('article.conflict').getByRole('button', { name: 'Ways out' }).click();
  await page.locator('.cal-plan .button').first().focus();
  await expect.poll(seen).toBeLessThan(0.2);
  await toast.locator('.mantine-Notification-root').first().hover();
  await expect.poll(seen).toBe(1);
  await page.mouse.move(5, 5);
  await expect.poll(seen).toBeLessThan(0.2);
});
