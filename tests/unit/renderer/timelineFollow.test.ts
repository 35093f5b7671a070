import type { Locator } from 'playwright';
import { describe, expect, it } from 'vitest';
import { axe, open as openPage, page, plain as plainText, usePages } from '../../support/consoleHarness/page.ts';
import type { Scene } from '../../support/consoleHarness/scene.ts';
import { ITEM, ROOM, TAKEN, theDay } from '../../support/consoleHarness/timeline.ts';

/** What of a wedding moves with it: said, judged while it is carried, ticked on the card, recorded and taken back with it. */

const ZONE = 'Europe/London';
usePages();

const named = (): string => theDay(Date.now(), ZONE).toString().replaceAll('-', '');
const open = (rest = '', theme: 'light' | 'dark' = 'light', scene: Scene = 'timeline'): Promise<void> => openPage(`#/conflicts/scale/day/on/${named()}${rest}`, scene, { theme });
const plain = (text: string | null): string => plainText(text ?? '');
const bar = (id: string): Locator => page.locator(`[data-bar$=":${id}"]`);
const words = async (id: string): Promise<string> => plain(await bar(id).getAttribute('aria-label'));
const said = async (): Promise<string> => plain(await page.locator('[data-said]').textContent());
const follow = (): Locator => page.locator('.cal-follow');
const told = async (found: Locator = follow()): Promise<string> => plain(await found.innerText());
const follows = (): Locator => page.locator('.tl-ghost[data-follows]');
interface Sent { readonly moves: { readonly follow?: { readonly how: string; readonly rows: { readonly id: string; readonly basedOnVersion: number; readonly startsAt?: string }[]; readonly stay?: string[] } }[] }
const sent = async () => (((await page.evaluate(() => window.harness?.commands ?? [])) as Sent[]).map(({ moves }) => moves[0]?.follow));
const boxOf = async (found: Locator) => {
  await found.waitFor();
  const box = await found.boundingBox();
  if (!box) throw new Error('it is not on the screen');
  return { ...box, midX: box.x + box.width / 2, midY: box.y + box.height / 2 };
};
async function press(...keys: string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}
async function carry(id: string, ...keys: string[]): Promise<void> {
  await bar(id).focus();
  await press(...keys, 'Enter');
}
async function confirmed(): Promise<void> {
  await page.getByRole('button', { name: 'Move it' }).click();
  await expect.poll(async () => plain(await page.locator('.undo-line').last().innerText())).toContain('Move');
}

it('goes along unless it is left where it is, is said before it is sent, recorded with it, and taken back with it', async () => {
  await open();
  await carry(TAKEN.orangery, 'Space', 'ArrowLeft', 'ArrowLeft');
  await expect.poll(said).toBe('1 booking and 3 run sheet items move with it, 30 min earlier. Put down. Look at what it does, then confirm.');
  await expect.poll(() => follows().count()).toBe(1);
  const group = page.getByRole('group', { name: /^What moves with .*Papadopoulos & Ní Dhomhnaill/ });
  await group.waitFor();
  expect(await axe()).toEqual([]);
  await page.getByRole('button', { name: 'Each by name' }).click();
  await expect.poll(() => told()).toMatch(/Photographs for Papadopoulos .*10:30 to 12:00 becomes .*10:00 to 11:30 · call time 09:45 becomes 09:15.*Guests arrive.*Ceremony.*11:30 to 12:15 becomes .*11:00 to 11:45/);
  expect(await told(), 'it was skipped').not.toContain('Toasts');
  await group.getByRole('checkbox', { name: 'Cutting the cake' }).uncheck();
  await expect.poll(() => told()).toContain('1 booking and 2 run sheet items move with it, 30 min earlier. 1 run sheet item stays as it is.');
  await group.getByRole('checkbox', { name: '1 booking' }).uncheck();
  await expect.poll(() => follows().count()).toBe(0);
  await group.getByRole('checkbox', { name: '1 booking' }).check();
  await expect.poll(() => follows().count()).toBe(1);
  await confirmed();
  await expect.poll(() => words(TAKEN.photosAgain)).toContain('10:00 to 11:30');
  await press('Control+z');
  await expect.poll(() => words(TAKEN.photosAgain)).toContain('10:30 to 12:00');
  const [moved, back] = await sent();
  expect(moved).toMatchObject({ how: 'along', rows: [{ id: TAKEN.photosAgain, basedOnVersion: 1 }, { id: ITEM.guests }, { id: ITEM.ceremony }], stay: [ITEM.cake] });
  expect(back).toMatchObject({ how: 'back', rows: [{ id: TAKEN.photosAgain, basedOnVersion: 2 }, { id: ITEM.guests }, { id: ITEM.ceremony }] });
  expect(back?.rows.every(({ startsAt }) => startsAt !== undefined)).toBe(true);
});

it('is judged with it while it is dragged and on the card: a vendor who is elsewhere by then is named, and may be left', async () => {
  await open();
  const from = await boxOf(bar(TAKEN.orangery));
  await page.mouse.move(from.midX, from.midY);
  await page.mouse.down();
  // It is five hours long.
  await page.mouse.move(from.midX + from.width / 5, from.midY, { steps: 6 });
  await expect.poll(() => told(page.locator('.tl-tag'))).toMatch(/^Needs a reason .*Blythe & Thornbury Documentary Photography is taken by Photographs for Okonkwo until 18:00/);
  await expect.poll(() => follows().getAttribute('data-verdict')).toBe('reason');
  await page.mouse.up();
  await page.getByRole('button', { name: 'Each by name' }).click();
  await expect.poll(() => told(page.locator('.cal-follow-each li').first())).toMatch(/Photographs for Papadopoulos.*is taken by Photographs for Okonkwo until 18:00/);
  await page.getByLabel('Why it may be so all the same').waitFor();
  await page.getByRole('checkbox', { name: 'Photographs for Papadopoulos' }).uncheck();
  await expect.poll(() => page.getByLabel('Why it may be so all the same').count()).toBe(0);
  await confirmed();
  await expect.poll(() => words(TAKEN.orangery)).toContain('12:00 to 17:00');
  expect(await words(TAKEN.photosAgain)).toContain('10:30 to 12:00');
  expect((await sent())[0]).toMatchObject({ rows: [{ id: ITEM.guests }, { id: ITEM.ceremony }, { id: ITEM.cake }], stay: [TAKEN.photosAgain] });
});

it('names what is locked and stays, tells the place of what moves to another room, and takes nothing along with the end alone', async () => {
  await open();
  await carry(TAKEN.okonkwo, 'Space', 'Shift+ArrowRight');
  await expect.poll(() => told()).toMatch(/1 booking and 1 allocation move with it, 1 h 00 later\. 1 allocation stays as it is\. Ceremony, Okonkwo: Stays\. Locked: the registrar comes at that hour and no other/);
  await page.getByRole('button', { name: 'Put it back' }).click();
  const [from, to] = [await boxOf(bar(TAKEN.orangery)), await boxOf(page.locator(`[data-resource="${ROOM.chapel}"]`))];
  await page.mouse.move(from.midX, from.midY);
  await page.mouse.down();
  await page.mouse.move(from.midX, to.midY, { steps: 6 });
  await page.mouse.up();
  await expect.poll(() => told()).toContain('2 run sheet items move with it to Chapel of St Ælfheah.');
  await page.getByRole('button', { name: 'Each by name' }).click();
  await expect.poll(() => told(page.locator('.cal-follow-each'))).toContain('in Chapel of St Ælfheah instead of The Orangery');
  await page.getByRole('button', { name: 'Put it back' }).click();
  await carry(TAKEN.orangery, 'e', 'ArrowLeft');
  await page.locator('.cal-impact').waitFor();
  expect(await follow().count()).toBe(0);
});

it('that changes while the card is open is shown as it stands, what was left stays left, and what is sent is based on that', async () => {
  await open();
  await carry(TAKEN.orangery, 'Space', 'ArrowLeft');
  await follow().waitFor();
  await page.getByRole('button', { name: 'Each by name' }).click();
  await page.getByRole('checkbox', { name: 'Guests arrive' }).uncheck();
  await page.evaluate((id) => window.harness?.shift(id, -60), `bookings:${TAKEN.photosAgain}`);
  await expect.poll(() => told()).toContain('09:30 to 11:00 becomes');
  await confirmed();
  await expect.poll(() => words(TAKEN.photosAgain)).toContain('09:15 to 10:45');
  expect((await sent())[0]).toMatchObject({ rows: [{ id: TAKEN.photosAgain, basedOnVersion: 2 }, { id: ITEM.ceremony }, { id: ITEM.cake }], stay: [ITEM.guests] });
});

it('names the calendars of those who go along before it is sent, and how far they are after it', async () => {
  await open('', 'light', 'calendars');
  await carry(TAKEN.orangery, 'Space', 'ArrowLeft');
  const written = page.locator('[data-effect="written"]').first();
  await expect.poll(() => told(written)).toMatch(/Will be written to .*Ana Ruiz/);
  await page.getByRole('checkbox', { name: '1 booking' }).uncheck();
  await expect.poll(() => told(written)).not.toContain('Ana Ruiz');
  await page.getByRole('checkbox', { name: '1 booking' }).check();
  await confirmed();
  await expect.poll(() => told(page.locator('.plan-targets'))).toContain('Ana Ruiz');
});

it('of a booking that is moved by itself is its call time', async () => {
  await open();
  await carry(TAKEN.photosAgain, 'Space', 'ArrowLeft');
  await expect.poll(() => told(page.locator('.cal-moves'))).toContain('call time 09:45 becomes 09:30');
  expect(await follow().count()).toBe(0);
});

describe('each of them unfolded', () => {
  it.each([
    ['desk', 1280, 800, 'dark'],
    ['phone', 390, 844, 'light'],
  ] as const)('axe finds nothing and nothing is cut off sideways: %s', async (_name, width, height, theme) => {
    await page.setViewportSize({ width, height });
    await open(`/taking/${TAKEN.orangery}`, theme);
    if (width < 1100) await page.getByRole('tab', { name: 'Timeline' }).click();
    await page.getByRole('button', { name: 'Move by keyboard' }).click();
    await press('Shift+ArrowRight', 'Enter');
    await page.getByRole('button', { name: 'Each by name' }).click();
    await page.locator('.cal-follow-each').waitFor();
    expect(await axe()).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  });
});
