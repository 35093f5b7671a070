import { expect, it } from 'vitest';
import { axe, fitsSideways, hash, open, page, plain, usePages } from '../../support/consoleHarness/page.ts';
import { fixtureId } from '../../support/fixtures/record.ts';

/** The queue of what cannot both be, in the console itself. */

usePages();

const rows = async (): Promise<string[]> => (await page.locator('.conflict-row .row-line').allInnerTexts()).map(plain);

it('has the hard ones first, the next before the later, what is lived with apart, and none that is resolved', async () => {
  await open('#/conflicts', 'clashing');
  await expect.poll(rows).toEqual(['Great Hall: double booking', 'Blythe & Thornbury Documentary Photography: double booking', 'Great Hall: too little time to turn around', 'Orangery: closed at that time']);
  expect(plain(await page.locator('.board-about').innerText())).toBe('2 double bookings, 1 gap too short');
  expect(await page.locator('.rail-place[aria-current] .rail-count').innerText()).toBe('2');
  expect(await axe()).toEqual([]);
});

it('unfolds one where it stands by keyboard, and keeps both only with a reason', async () => {
  await open('#/conflicts', 'clashing');
  await page.locator('.conflict-row .row-main', { hasText: /Great Hall.*double/ }).focus();
  await page.keyboard.press('Enter');
  await expect.poll(hash).toBe(`#/conflicts/${fixtureId(22, 1)}`);
  const card = page.locator('article.conflict');
  await expect.poll(async () => plain(await card.innerText())).toContain('Confirmed');
  expect(await card.locator('.conflict-members a').count()).toBe(2);
  await card.getByRole('button', { name: 'Keep both as they are' }).click();
  await card.getByRole('button', { name: 'Keep both', exact: true }).click();
  await expect.poll(async () => plain(await card.innerText())).toContain('This is needed. Fill it in.');
  await card.getByLabel('Why both may stay').fill('The second is outside');
  expect(await axe()).toEqual([]);
  await card.getByRole('button', { name: 'Keep both', exact: true }).click();
  await expect.poll(() => page.locator('.conflict .decision, .conflict-row .decision').count()).toBe(1);
});

it.each([
  ['desk', 1280, 800, 'dark'],
  ['phone', 390, 844, 'light'],
] as const)('axe finds nothing and nothing is cut off sideways: %s', async (_name, width, height, theme) => {
  await page.setViewportSize({ width, height });
  await open(`#/conflicts/${fixtureId(22, 1)}`, 'clashing', { theme });
  await page.locator('article.conflict').waitFor();
  expect(await axe()).toEqual([]);
  expect(await fitsSideways()).toBe(true);
});

it('tells of one that is resolved when a link leads to it', async () => {
  await open(`#/conflicts/${fixtureId(22, 5)}`, 'clashing');
  await expect.poll(async () => plain(await page.locator('article.conflict').innerText())).toContain('They no longer clash.');
  expect(await page.locator('article.conflict h2').innerText()).toContain('double booking');
  expect(await axe()).toEqual([]);
});

it('says what would be here where nothing clashes, and has no such place for those who see none', async () => {
  await open('#/conflicts');
  await page.getByText('Nothing clashes').waitFor();
  await open('#/day', 'couple');
  await page.locator('.rail').waitFor();
  expect(await page.locator('.rail-place', { hasText: 'Calendar' }).count()).toBe(0);
});
