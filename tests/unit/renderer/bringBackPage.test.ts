import { describe, expect, it } from 'vitest';
import { axe, fitsSideways, open as openPage, page, plain as plainText, usePages } from '../../support/consoleHarness/page.ts';
import type { Scene } from '../../support/consoleHarness/scene.ts';
import { chooseMore } from '../../support/moreMenu.ts';
import { ROOM, TAKEN, theDay } from '../../support/consoleHarness/timeline.ts';
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

  it('of a wedding says by name what comes back with it and what others have by now, and that is what is sent', async () => {
    await open(TAKEN.okonkwo);
    await bar(TAKEN.okonkwo).waitFor();
    const day = theDay(Date.now(), 'Europe/London');
    const at = (wall: string): string => new Date(day.toZonedDateTime({ timeZone: 'Europe/London', plainTime: wall }).epochMilliseconds).toISOString();
    const id = (n: number): string => fixtureId(21, 60 + n);
    const take = (n: number, resourceId: string, title: string, weddingId: string | null, from: string, to: string): Promise<void> =>
      page.evaluate((row) => window.harness?.take(row), { id: id(n), resourceId, title, weddingId, startsAt: at(from), endsAt: at(to), status: 'hold' as const });
    await take(1, ROOM.chapel, 'Vigil in the chapel', TAKEN.okonkwo, '20:30', '22:00');
    await take(2, ROOM.barn, 'Dancing in the barn', TAKEN.okonkwo, '15:00', '18:00');
    await cancel(TAKEN.okonkwo);
    await take(3, ROOM.barn, 'Supper of the growers', null, '16:00', '17:00');
    await page.getByRole('button', { name: 'Bring it back' }).click();
    const along = form().getByRole('region', { name: 'What was held for it' });
    await expect.poll(async () => plain(await along.innerText())).toMatch(/Comes back with it: Vigil in the chapel, Chapel of St Ælfheah, .* 20:30 to 22:00/);
    expect(plain(await along.innerText())).toMatch(/Stays given back: Dancing in the barn, Long Barn, .* 15:00 to 18:00 – Long Barn .*Supper of the growers/);
    expect(plain(await along.innerText())).toContain('can be brought back by itself, from Cancelled');
    expect(await axe()).toEqual([]);
    await form().getByLabel('Why it may be so all the same').fill('They share the hall');
    await form().getByRole('button', { name: 'Bring it back' }).click();
    await expect.poll(commands).toMatchObject([{}, { type: 'booking.bring_back', collection: 'weddings', along: [id(1)] }]);
    await expect.poll(() => bar(id(1)).count()).toBe(1);
    expect(await bar(id(2)).count()).toBe(0);
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
