import { expect, it } from 'vitest';
import { open, page, plain, usePages } from '../../support/consoleHarness/page.ts';
import { TAKEN, theDay } from '../../support/consoleHarness/timeline.ts';

/** What the timeline says of whom something meets, as it is heard by whoever carries by keyboard. */

usePages();

it('says the day as well where somebody stays longer than that day, and that what is not possible stays where it was', async () => {
  const day = theDay(Date.now(), 'Europe/London');
  await open(`#/conflicts/scale/day/on/${day.toString().replaceAll('-', '')}`, 'timeline');
  const said = async (): Promise<string> => plain(await page.locator('[data-said]').innerText());
  const band = page.locator(`.tl-bar[data-bar$=":${TAKEN.band}"]`);
  const stood = await band.getAttribute('aria-label');
  await band.focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowDown');
  await expect.poll(said).toMatch(/is taken by Second hold: Wiśniewski until 22:00$/);
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  const last = day.add({ days: 2 });
  await expect.poll(said).toMatch(new RegExp(`Lakeside pavilion is closed until \\w+ ${last.day} \\w+ 20:00: Painters`));
  // Past the hour at which music has to end no reason helps.
  await page.keyboard.press('Shift+ArrowRight');
  await expect.poll(said).toContain('Noise curfew passed by 30 min');
  await page.keyboard.press('Enter');
  await expect.poll(said).toMatch(/^Not possible, it stays where it was: .*Noise curfew/);
  expect(plain(await page.locator('.cal-refusal[role="alert"]').innerText())).toMatch(/^Not possible, it stays where it was\. Noise curfew/);
  expect(await band.getAttribute('aria-label')).toBe(stood);
});

it.each(['day', 'week', 'month'])('shows what its heading names by %s, also years after the last booking', async (scale) => {
  await open('#/conflicts', 'timeline');
  const lefts = (text: string): Promise<number[]> =>
    page.evaluate((wanted) => {
      const edge = document.querySelector('.tl-scroll')?.getBoundingClientRect().left ?? 0;
      return [...document.querySelectorAll('.tl-day')].filter((day) => day.textContent?.match(wanted)).map((day) => Math.round(day.getBoundingClientRect().left - edge));
    }, text);
  for (const [on, first] of [['20440203', { day: 'Wed 3 Feb', week: 'Mon 1 Feb', month: '^1$' }], ['20431229', { day: 'Tue 29 Dec', week: 'Mon 28 Dec', month: '^1$' }]] as const) {
    await page.evaluate((hash) => void (location.hash = hash), `#/conflicts/scale/${scale}/on/${on}`);
    // Behind the names of the resources.
    const names = await page.locator('.tl-corner').boundingBox();
    await expect.poll(() => lefts(first[scale as keyof typeof first]), { message: on }).toContain(Math.round(names?.width ?? 0));
  }
});
