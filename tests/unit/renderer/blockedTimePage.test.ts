import { expect, it } from 'vitest';
import { KEPT, LINKED } from '../../support/consoleHarness/calendars.ts';
import { axe, fitsSideways, open, page, plain, usePages } from '../../support/consoleHarness/page.ts';
import { VENDOR } from '../../support/consoleHarness/timeline.ts';

/** A vendor's own calendar that knows blocked time only, as a person sets it up. */

usePages();

const form = () => page.locator('.cal-form');
const commands = () => page.evaluate(() => window.harness?.commands ?? []);
async function choose(label: string, option: string): Promise<void> {
  await page.getByRole('combobox', { name: label }).click();
  await page.getByRole('option', { name: option, exact: true }).click();
}

it.each(['light', 'dark'] as const)('asks for nothing that blocked time cannot have, and says what that is (%s)', async (theme) => {
  await open(`#/integrations/${LINKED.acuity}`, 'calendars', { theme });
  await page.locator('.calendar-row', { hasText: 'Rose' }).first().getByRole('button', { name: 'Set up' }).click();
  await choose('Which way', 'Both ways');
  await choose('Whose calendar it is', 'Blythe & Thornbury Documentary Photography');
  await expect.poll(async () => plain(await form().innerText())).toContain('What stands there has no run sheets, reminders, invitations, category: that system knows none.');
  await page.getByText('What is written, and in whose words').click();
  for (const label of ['Reminders', 'Category', 'Run sheets are written into it too', 'It may mail invitations to the people of a booking']) expect(await form().getByLabel(label).count(), label).toBe(0);
  expect(await axe()).toEqual([]);
  if (process.env['SHOT'] !== undefined) await page.screenshot({ path: `${process.env['SHOT']}/${theme}.png` });
  await page.setViewportSize({ width: 390, height: 844 });
  await expect.poll(fitsSideways).toBe(true);
  if (process.env['SHOT'] !== undefined) await page.screenshot({ path: `${process.env['SHOT']}/${theme}-phone.png` });
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect.poll(commands).toMatchObject([{ type: 'calendar.save', calendarId: KEPT.rose, direction: 'bidirectional', resourceId: VENDOR.photos, runSheet: false, invite: false, reminders: [] }]);
});
