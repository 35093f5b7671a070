import type { Locator } from 'playwright';
import { describe, expect, it } from 'vitest';
import { axe, fitsSideways, open as openPage, page, plain as plainText, usePages } from '../../support/consoleHarness/page.ts';
import { DIFFERS } from '../../support/consoleHarness/calendars.ts';
import { TAKEN, theDay } from '../../support/consoleHarness/timeline.ts';

/** Before something is confirmed calendars are asked: what a form says while they are, and when one could not be. */

usePages();

const plain = (text: string | null): string => plainText(text ?? '');
const words = async (found: Locator): Promise<string> => plain(await found.innerText());
const day = (): string => theDay(Date.now(), 'Europe/London').toString().replaceAll('-', '');
const commands = () => page.evaluate(() => window.harness?.commands ?? []);
const card = (): Locator => page.locator('.cal-card');
const NOT_ASKED = /Not asked: The Orangery and its terrace at Ashcombe-under-Wychwood, in Orangery lettings .*it does not answer, or does not let us in\. Last read /;

async function open(hash: string): Promise<void> {
  await openPage(hash, 'calendars');
  await page.evaluate(() => window.harness?.answerCommandsWith('unasked'));
}
const confirm = async (): Promise<void> => {
  await page.getByRole('button', { name: 'Confirm with a reason' }).click();
};

describe('the status of what is chosen', () => {
  it('says that the calendars are being asked, then who could not be, and confirms with a reason by keyboard alone', async () => {
    await openPage(`#/conflicts/scale/day/on/${day()}/taking/${TAKEN.orangery}`, 'calendars');
    await card().getByRole('button', { name: 'Make it a hold' }).click();
    await card().locator('form').getByRole('button', { name: 'Make it a hold' }).press('Enter');
    await card().getByRole('button', { name: 'Make it definite' }).waitFor();
    await page.evaluate(() => window.harness?.answerCommandsWith('unasked'));
    await card().getByRole('button', { name: 'Make it definite' }).press('Enter');
    await card().locator('form').getByRole('button', { name: 'Make it definite' }).press('Enter');
    await card().getByRole('button', { name: 'Asking the calendars…' }).waitFor();
    await expect.poll(() => words(card())).toMatch(NOT_ASKED);
    expect(await axe()).toEqual([]);
    await page.getByRole('textbox', { name: 'Why it may be so all the same' }).fill('They were asked by telephone');
    await page.keyboard.press('Enter');
    await expect.poll(commands).toMatchObject([{ status: 'hold' }, { status: 'definite', reason: null }, { type: 'booking.set_status', status: 'definite', reason: 'They were asked by telephone' }]);
    await expect.poll(() => page.locator('form[aria-label="Make it definite"]').count()).toBe(0);
  });

  it('waits for nobody where no calendar of theirs is listened to', async () => {
    await openPage(`#/conflicts/scale/day/on/${day()}/taking/${TAKEN.lead}`, 'calendars');
    await card().getByRole('button', { name: 'Make it definite' }).click();
    await card().locator('form').getByRole('button', { name: 'Make it definite' }).click();
    await expect.poll(() => page.locator('form[aria-label="Make it definite"]').count()).toBe(0);
    await expect.poll(commands).toMatchObject([{ status: 'definite', reason: null }]);
  });
});

describe('a plan', () => {
  it('stays before the eyes while it is asked, names the calendar and asks for a reason', async () => {
    await open(`#/conflicts/scale/day/on/${day()}`);
    const bar = page.locator(`[data-bar$=":${TAKEN.orangery}"]`);
    await bar.focus();
    for (const key of ['Space', 'ArrowLeft', 'Enter']) await page.keyboard.press(key);
    await page.getByRole('button', { name: 'Move it' }).click();
    await page.getByRole('button', { name: 'Asking the calendars…' }).waitFor();
    expect(await page.getByRole('button', { name: 'Asking the calendars…' }).isDisabled()).toBe(true);
    await expect.poll(() => words(card())).toMatch(NOT_ASKED);
    expect(await page.locator('.note-warning').count(), 'it is told where the reason is given').toBe(0);
    await expect.poll(async () => plain(await page.locator('[data-said]').textContent())).toContain('A calendar could not be asked');
    expect(await axe()).toEqual([]);
    await confirm();
    await expect.poll(() => words(card())).toContain('This is needed');
    await page.getByRole('textbox', { name: 'Why it may be so all the same' }).fill('They were asked by telephone');
    await confirm();
    await expect.poll(commands).toMatchObject([{ reason: null }, { type: 'plan.carry_out', reason: 'They were asked by telephone' }]);
    await expect.poll(() => page.locator('.cal-impact').count()).toBe(0);
  });

  it('is told in a toast where the card was put away meanwhile', async () => {
    await open(`#/conflicts/scale/day/on/${day()}`);
    await page.locator(`[data-bar$=":${TAKEN.orangery}"]`).focus();
    for (const key of ['Space', 'ArrowLeft', 'Enter']) await page.keyboard.press(key);
    await page.getByRole('button', { name: 'Move it' }).click();
    await page.getByRole('button', { name: 'Asking the calendars…' }).waitFor();
    await page.getByRole('button', { name: 'Put it back' }).click();
    await expect.poll(() => words(page.locator('.note-warning'))).toMatch(/A calendar could not be asked .*The Orangery and its terrace .*Last read/);
  });

  it('fits a telephone', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await open(`#/conflicts/scale/day/on/${day()}/taking/${TAKEN.orangery}`);
    await page.getByRole('tab', { name: 'Timeline' }).click();
    await page.getByRole('button', { name: 'Move by keyboard' }).click();
    for (const key of ['ArrowLeft', 'Enter']) await page.keyboard.press(key);
    await page.getByRole('button', { name: 'Move it' }).click();
    await expect.poll(() => words(card())).toMatch(NOT_ASKED);
    expect(await fitsSideways()).toBe(true);
  });
});

describe('a plan that is put back', () => {
  const bar = () => page.locator(`[data-bar$=":${TAKEN.orangery}"]:not([data-through])`);
  const stands = async (): Promise<string> => plain(await bar().getAttribute('aria-label'));
  /** Moved a quarter of an hour earlier and recorded; from now on a calendar cannot be asked. */
  async function moved(): Promise<void> {
    await openPage(`#/conflicts/scale/day/on/${day()}`, 'calendars');
    await bar().focus();
    for (const key of ['Space', 'ArrowLeft', 'Enter']) await page.keyboard.press(key);
    await page.getByRole('button', { name: 'Move it' }).click();
    await expect.poll(stands).toContain('10:45 to 15:45');
    await page.locator('.undo-line').first().waitFor();
    await page.evaluate(() => window.harness?.answerCommandsWith('unasked'));
  }
  const back = [{ reason: null }, { type: 'plan.carry_out', reason: null, moves: [{ basedOnVersion: 2 }] }, { type: 'plan.carry_out', reason: 'They were asked by telephone', moves: [{ basedOnVersion: 2 }] }];

  it('stands where it is put back while the calendars are asked, then with who could not be, and goes back with a reason', async () => {
    await moved();
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await page.getByRole('button', { name: 'Asking the calendars…' }).waitFor();
    await expect.poll(() => words(card())).toMatch(NOT_ASKED);
    expect(await words(card())).toMatch(/^Undo this move .* 15 min later .*10:45 to 15:45 .*11:00 to 16:00/);
    expect(await page.locator('.note-warning').count(), 'it is told where the reason is given').toBe(0);
    await expect.poll(() => page.evaluate(() => document.activeElement?.className)).toContain('cal-card');
    expect(await axe()).toEqual([]);
    await page.getByRole('button', { name: 'Undo with a reason' }).click();
    await expect.poll(() => words(card())).toContain('This is needed');
    await page.getByRole('textbox', { name: 'Why it may be so all the same' }).fill('They were asked by telephone');
    await page.keyboard.press('Enter');
    await expect.poll(stands).toContain('11:00 to 16:00');
    await expect.poll(commands).toMatchObject(back);
    await expect.poll(() => card().count()).toBe(0);
  });

  it('may be left as it is, and put back later', async () => {
    await moved();
    await page.keyboard.press('Control+z');
    await expect.poll(() => words(card())).toMatch(NOT_ASKED);
    await page.keyboard.press('Escape');
    await expect.poll(() => card().count()).toBe(0);
    expect(await stands()).toContain('10:45 to 15:45');
    await page.evaluate(() => window.harness?.answerCommandsWith('accepted'));
    await page.keyboard.press('Control+z');
    await expect.poll(stands).toContain('11:00 to 16:00');
    expect(await card().count()).toBe(0);
  });

  it('is told in the toast where the person is elsewhere, which leads to where the reason is given', async () => {
    await moved();
    await page.evaluate(() => void (location.hash = '#/day'));
    await page.locator('.board').waitFor();
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await expect.poll(() => words(page.locator('.note-warning'))).toMatch(/A calendar could not be asked .*Last read/);
    await page.locator('.note-warning').getByRole('button', { name: 'Give a reason' }).click();
    await expect.poll(() => words(card())).toMatch(NOT_ASKED);
    await expect.poll(() => page.locator('.note-warning').count()).toBe(0);
    await page.getByRole('textbox', { name: 'Why it may be so all the same' }).fill('They were asked by telephone');
    await page.getByRole('button', { name: 'Undo with a reason' }).click();
    await expect.poll(commands).toMatchObject(back);
    await expect.poll(() => card().count()).toBe(0);
  });

  it('fits a telephone', async () => {
    await moved();
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await expect.poll(() => words(card())).toMatch(NOT_ASKED);
    expect(await fitsSideways()).toBe(true);
  });
});

describe('time that is taken by hand', () => {
  it('keeps what was filled in until it is answered', async () => {
    await open(`#/conflicts/scale/day/on/${day()}/taking/${TAKEN.hold}`);
    await card().getByRole('button', { name: 'Edit' }).click();
    const form = page.locator('.cal-form');
    await form.getByLabel('What it is for').fill('Second reception');
    await form.getByRole('combobox', { name: 'Status' }).click();
    await page.getByRole('option', { name: 'Definite' }).click();
    const reason = form.getByLabel('Why it may be so all the same');
    await form.getByLabel('To', { exact: true }).fill(`${theDay(Date.now(), 'Europe/London').toString()}T20:30`);
    expect(await reason.count()).toBe(0);
    await form.getByRole('button', { name: 'Save' }).click();
    await form.getByRole('button', { name: 'Asking the calendars…' }).waitFor();
    await expect.poll(() => words(form)).toMatch(NOT_ASKED);
    expect(await form.getByLabel('What it is for').inputValue()).toBe('Second reception');
    await reason.fill('They said so');
    await confirm();
    await expect.poll(commands).toMatchObject([{ reason: null }, { type: 'allocation.save', status: 'definite', reason: 'They said so' }]);
    await expect.poll(() => form.count()).toBe(0);
  });
});

describe('changed over there', () => {
  it('takes theirs with a reason where somebody could not be asked', async () => {
    await open('#/conflicts');
    await page.locator(`[data-row="${DIFFERS.title}"]`).click();
    const difference = page.locator('article.difference');
    await difference.getByRole('button', { name: 'Take theirs' }).click();
    await expect.poll(() => words(difference)).toMatch(NOT_ASKED);
    await difference.getByRole('textbox').fill('They said so');
    await difference.getByRole('button', { name: 'Take theirs' }).click();
    await expect.poll(commands).toMatchObject([{ reason: null }, { type: 'difference.settle', keep: 'theirs', reason: 'They said so' }]);
  });
});
