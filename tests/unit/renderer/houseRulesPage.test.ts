import { describe, expect, it } from 'vitest';
import { axe, open as openPage, page, plain as plainText, usePages } from '../../support/consoleHarness/page.ts';
import type { Scene } from '../../support/consoleHarness/scene.ts';
import { chooseMore } from '../../support/moreMenu.ts';
import { theDay } from '../../support/consoleHarness/timeline.ts';

/** What clashes in a house, as a person says it: seen beforehand, by keyboard, on a phone. */

usePages();

const plain = (text: string | null): string => plainText(text ?? '');
const named = (): string => theDay(Date.now(), 'Europe/London').toString().replaceAll('-', '');
const open = (scene: Scene = 'timeline', theme: 'light' | 'dark' = 'light'): Promise<void> => openPage(`#/conflicts/scale/day/on/${named()}`, scene, { theme });
const form = () => page.locator('.dialog');
const preview = async (): Promise<string> => plain(await form().locator('.cal-rules-preview').innerText());
const commands = () => page.evaluate(() => window.harness?.commands ?? []);
async function openForm(): Promise<void> {
  await chooseMore(page, 'What clashes here');
  await form().waitFor();
}
async function name(from: string, to: string, minutes: string): Promise<void> {
  await form().getByLabel('From', { exact: true }).fill(from);
  await form().getByLabel('To', { exact: true }).fill(to);
  await form().getByLabel('Minutes', { exact: true }).fill(minutes);
}
const ways = async (): Promise<string[]> => (await form().locator('.cal-way-list > li > span').allInnerTexts()).map((text) => plain(text).replace(/\s+/g, ' '));

describe('what clashes here', () => {
  it('shows what would be otherwise before it is saved, and only levels that make sense', async () => {
    await open();
    await openForm();
    expect(await axe()).toEqual([]);
    expect(await preview(), 'as it stands').not.toMatch(/anew|no more|reason|warned/);
    const offered = (pair: string) => form().getByRole('combobox', { name: pair, exact: true }).locator('option').allInnerTexts();
    expect(await offered('Definite with definite')).toEqual(['Needs a reason', 'Is warned of']);
    expect(await offered('Closed with anything')).toEqual(['Needs a reason', 'Is warned of']);
    expect(await offered('A lead with anything')).toEqual(['Is warned of', 'Is let be']);
    expect(await offered('Hold with a hold')).toEqual(['Needs a reason', 'Is warned of', 'Is let be']);
    await form().getByLabel('Definite with a hold').selectOption('Is let be');
    await expect.poll(preview).toMatch(/1 would clash no more/);
    await form().getByLabel('Definite with a hold').selectOption('Is warned of');
    await expect.poll(preview).not.toMatch(/no more/);
    await form().getByLabel('Too little time between two').selectOption('Needs a reason');
    await form().getByLabel('Definite with definite').selectOption('Is warned of');
    await expect.poll(preview).toMatch(/1 would only be warned of/);
    await form().getByLabel('Definite with definite').selectOption('Needs a reason');
    await form().getByRole('button', { name: 'Save' }).click();
    await expect.poll(() => form().count()).toBe(0);
    expect(await commands()).toMatchObject([{ type: 'rules.save', basedOnVersion: null, levels: { definiteWithDefinite: 'block', definiteWithHold: 'warn', gaps: 'block' }, travel: { usualMinutes: null, ways: [] } }]);
    const reopened = async (): Promise<string> => {
      await openForm();
      const level = await form().getByLabel('Definite with a hold').inputValue();
      await page.keyboard.press('Escape');
      await form().waitFor({ state: 'detached' });
      return level;
    };
    await expect.poll(reopened, { message: 'once it is recorded' }).toBe('warn');
    await openForm();
    await form().getByLabel('Definite with a hold').selectOption('Needs a reason');
    await form().getByRole('button', { name: 'Save' }).click();
    await expect.poll(async () => (await commands() as { basedOnVersion: number | null }[]).map(({ basedOnVersion }) => basedOnVersion)).toEqual([null, 1]);
  });

  it('names ways, one at a time and by keyboard alone: added, refused, changed and taken away', async () => {
    await open();
    await openForm();
    const from = form().getByLabel('From', { exact: true });
    await from.focus();
    await page.keyboard.type('Great H');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    expect(await from.inputValue()).toBe('Great Hall');
    await page.keyboard.press('Tab');
    await page.keyboard.type('Ely Cathedral');
    await page.keyboard.press('Tab');
    await page.keyboard.type('25');
    await page.keyboard.press('Enter');
    await expect.poll(ways).toEqual(['Great Hall and Ely Cathedral 25 min']);
    expect(await from.evaluate((field) => field === document.activeElement), 'the next one may follow').toBe(true);

    await name('ely  cathedral', 'GREAT HALL', '30');
    await form().getByRole('button', { name: 'Add this way' }).click();
    expect(plain(await form().getByRole('alert').innerText())).toBe('That way is named already. Change it in the list.');
    await form().getByRole('button', { name: 'Save' }).click();
    expect(plain(await form().getByRole('alert').innerText())).toContain('named already');
    expect(await commands(), 'what is half named is not left behind').toEqual([]);
    await name('Wells', ' wells ', '30');
    await form().getByRole('button', { name: 'Add this way' }).click();
    expect(plain(await form().getByRole('alert').innerText())).toBe('These are the same place. Name another one.');
    await name('Wells', 'Ely Cathedral', '');
    await form().getByRole('button', { name: 'Add this way' }).click();
    expect(plain(await form().getByRole('alert').innerText())).toContain('Say how many minutes it takes');
    expect(await axe()).toEqual([]);
    await name('Wells', 'Ely Cathedral', '60');
    await form().getByRole('button', { name: 'Add this way' }).click();
    await expect.poll(ways).toEqual(['Great Hall and Ely Cathedral 25 min', 'Wells and Ely Cathedral 1 h 00']);

    await form().getByRole('button', { name: /^Change the way between .*Great Hall/ }).click();
    expect(await form().getByLabel('Minutes', { exact: true }).inputValue()).toBe('25');
    await form().getByLabel('Minutes', { exact: true }).fill('40');
    await form().getByRole('button', { name: 'Change this way' }).click();
    await expect.poll(ways).toEqual(['Great Hall and Ely Cathedral 40 min', 'Wells and Ely Cathedral 1 h 00']);
    await form().getByRole('button', { name: /^Take away the way between .*Wells/ }).click();
    await expect.poll(ways).toEqual(['Great Hall and Ely Cathedral 40 min']);
    await form().getByLabel('Usual minutes between two addresses').fill('20');
    await form().getByRole('button', { name: 'Save' }).click();
    await expect.poll(commands).toMatchObject([{ type: 'rules.save', travel: { usualMinutes: 20, ways: [{ from: 'Great Hall', to: 'Ely Cathedral', minutes: 40 }] } }]);
  });

  it('fits a phone, in the dark too, and is not offered to those who may not', async () => {
    await open('timeline', 'dark');
    await openForm();
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await page.evaluate(() => [...document.querySelectorAll('.dialog, .dialog *')].filter((one) => one.getBoundingClientRect().right > window.innerWidth + 1 && !one.closest('.vh')).length)).toBe(0);
    expect(await axe()).toEqual([]);
    await page.setViewportSize({ width: 1280, height: 800 });
    await open('timeline_staff');
    await page.locator('.tl-row-name').first().waitFor();
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Zoom in', exact: true }).waitFor();
    expect(await page.getByRole('menuitem', { name: 'What clashes here' }).count()).toBe(0);
  });
});
