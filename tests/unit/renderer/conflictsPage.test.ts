import type { Locator } from 'playwright';
import { describe, expect, it } from 'vitest';
import { axe, fitsSideways, hash, open, page, plain, usePages } from '../../support/consoleHarness/page.ts';
import { LATE, PAST } from '../../support/consoleHarness/limits.ts';
import { theDay } from '../../support/consoleHarness/timeline.ts';
import { fixtureId } from '../../support/fixtures/record.ts';

/** The queue of what cannot both be, in the console itself. */

usePages();

const rows = async (): Promise<string[]> => (await page.locator('.conflict-row .row-line').allInnerTexts()).map(plain);

it('has the hard ones first, the next before the later, what is lived with apart, and none that is resolved', async () => {
  await open('#/conflicts', 'clashing');
  await expect.poll(rows).toEqual(['Great Hall: double booking', 'Blythe & Thornbury Documentary Photography: double booking', 'Great Hall: too little time to turn around', 'Orangery: closed at that time']);
  expect(plain(await page.locator('.board-about').innerText())).toBe('2 double bookings, 1 gap too short');
  expect(await page.locator('.rail-place[aria-current] .rail-count').innerText()).toBe('2');
  // Who is in it, how long there is and since when it is known, before anything is unfolded.
  const first = page.locator('.conflict-row').first();
  expect(plain(await first.locator('.conflict-who').innerText())).toMatch(/\S+, \S+/);
  expect(plain(await first.locator('.row-end').innerText())).toMatch(/^\S+ \d+ \S+ \d\d:\d\d · (in .+|now) · found .+$/);
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
  await expect.poll(async () => plain(await card.innerText())).toMatch(/Front desk decided to keep both: The second is outside\./);
  expect(await rows()).toHaveLength(4);
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

describe('past a limit', () => {
  const PHONE = { width: 390, height: 844 };
  const shown = (): Locator => page.locator('article.conflict');
  const told = async (found: Locator): Promise<string> => plain(await found.innerText());

  it('is called by the limit and by how much, and is no double booking', async () => {
    await open('#/conflicts', 'limits');
    await expect.poll(rows).toEqual([
      'Chapel of St Ælfheah: Twelve hours at most passed', 'Great Hall: double booking', 'Chapel of St Ælfheah: Noise curfew passed', 'Siobhán Ní Dhomhnaill: Eleven hours of rest passed',
      'The Orangery and its terrace at Ashcombe-under-Wychwood: too little time to turn around', 'Registrar, Ashcombe district: Registrar’s day passed',
    ]);
    expect((await page.locator('.conflict-row .row-text > .row-sub:not(.conflict-who)').allInnerTexts()).map(plain)).toEqual([
      '30 min too long', '1 h 30 at the same time', '45 min of it at hours that are not allowed', '3 h 30 too little rest', '15 min short between them', '45 min of it at hours that are not allowed',
    ]);
    expect(plain(await page.locator('.board-about').innerText())).toBe('1 double booking, 3 limits passed, 1 gap too short');
    expect(await page.locator('.rail-place[aria-current] .rail-count').getAttribute('aria-label')).toBe('1 double booking, 3 limits passed');
    expect(await axe()).toEqual([]);
  });

  it('may be accepted by whom it names, with a reason, and then says whose decision it was', async () => {
    await open(`#/conflicts/${PAST.long}`, 'limits');
    await expect.poll(() => told(shown())).toMatch(/Twelve hours at most: no longer than 12 h 00\. With a reason it may be passed by: Owner\./);
    await shown().getByRole('button', { name: 'Let it stay as it is' }).click();
    await expect.poll(() => told(shown())).toContain('It is asked again if it comes to pass it by more than now.');
    await shown().getByRole('button', { name: 'Let it stay', exact: true }).click();
    await expect.poll(() => told(shown())).toContain('This is needed. Fill it in.');
    expect(await axe()).toEqual([]);
    await shown().getByLabel('Why it may stay').fill('The bishop has agreed');
    await shown().getByRole('button', { name: 'Let it stay', exact: true }).click();
    await expect.poll(() => told(shown())).toMatch(/Front desk decided to let it stay: The bishop has agreed\./);
    expect(await told(shown())).not.toMatch(/both/i);
  });

  it.each([
    ['nobody may', PAST.curfew, /Noise curfew: not from 23:00 to 07:00, every day\. Nobody may pass it\. .*So it cannot be accepted: move it, shorten it, or cancel it\./],
    ['others may', PAST.rest, /Eleven hours of rest: 11 h 00 of rest between two days\. With a reason it may be passed by: Coordinator\. .*That is not yours to accept\. Ask one of them, or move it or shorten it\./],
  ])('offers no form where %s', async (_who, id, says) => {
    await open(`#/conflicts/${id}`, 'limits');
    await expect.poll(() => told(shown())).toMatch(says);
    expect(await shown().getByRole('button', { name: /Let it stay|Keep both/ }).count()).toBe(0);
    expect(await told(shown())).not.toMatch(/both/i);
  });

  it('a hold that passes one which nobody may pass is not made definite, whatever is said', async () => {
    await open(`#/conflicts/scale/day/on/${theDay(Date.now(), 'Europe/London').toString().replaceAll('-', '')}/taking/${LATE.bar}`, 'limits');
    const card = page.locator('.cal-card');
    await card.getByRole('button', { name: 'Make it definite' }).click();
    await expect.poll(() => told(card)).toMatch(/Noise curfew passed by 55 min.*Noise curfew may be passed by nobody, whatever the reason\./);
    expect(await card.locator('form').getByRole('button', { name: 'Make it definite' }).isDisabled()).toBe(true);
    expect(await card.getByLabel('Why it may be so all the same').count()).toBe(0);
    expect(await axe()).toEqual([]);
  });

  it('what somebody has let it pass is confirmed without another word', async () => {
    await open(`#/conflicts/scale/day/on/${theDay(Date.now(), 'Europe/London').toString().replaceAll('-', '')}/taking/${LATE.evening}`, 'limits');
    const card = page.locator('.cal-card');
    await expect.poll(() => told(card)).toContain('Evening ceremony');
    await card.getByRole('button', { name: 'Make it a hold' }).click();
    await expect.poll(() => told(card)).toContain('It keeps its time as a hold.');
    expect(await card.locator('form').getByRole('button', { name: 'Make it a hold' }).isEnabled()).toBe(true);
  });

  it.each([
    ['desk', { width: 1280, height: 800 }, 'dark'],
    ['phone', PHONE, 'light'],
  ] as const)('axe finds nothing and nothing is cut off sideways: %s', async (_name, size, theme) => {
    await page.setViewportSize(size);
    for (const id of [PAST.curfew, PAST.long, PAST.rest, PAST.registrar]) {
      await open(`#/conflicts/${id}`, 'limits', { theme });
      await shown().waitFor();
      expect(await axe()).toEqual([]);
      expect(await fitsSideways()).toBe(true);
    }
  });

  it('tells of the timeline what it is, by word', async () => {
    await open(`#/conflicts/scale/day/on/${theDay(Date.now(), 'Europe/London').toString().replaceAll('-', '')}`, 'limits');
    await expect.poll(async () => plain((await page.locator(`[data-bar$=":${LATE.dance}"]`).getAttribute('aria-label')) ?? '')).toMatch(/past a limit$/);
  });
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
