import { describe, expect, it } from 'vitest';
import { LINKED } from '../../support/consoleHarness/calendars.ts';
import { axe, fitsSideways, open as openPage, page, plain, usePages } from '../../support/consoleHarness/page.ts';

/** What is written into a calendar and in whose words, as a person says it. */

usePages();

const form = () => page.locator('.cal-form');
const preview = async (): Promise<string> => plain(await page.getByRole('group', { name: 'The next one would say' }).innerText());
const commands = () => page.evaluate(() => window.harness?.commands ?? []);
async function openForm(theme: 'light' | 'dark' = 'light'): Promise<void> {
  await openPage(`#/integrations/${LINKED.google}`, 'calendars', { theme });
  await page.locator('.calendar-row', { hasText: 'Great Hall' }).first().getByRole('button', { name: 'Set up' }).click();
  await page.getByText('What is written, and in whose words').click();
  await page.getByLabel('Title', { exact: true }).waitFor();
}

describe('the words of a calendar', () => {
  it('shows the next thing as it would be told while somebody types, and says what there is no such thing', async () => {
    await openForm();
    const before = await preview();
    expect(before).toMatch(/^The next one would say \S/);
    await page.getByLabel('Title', { exact: true }).fill('{status}: {what} [{kind}]');
    await expect.poll(preview).toMatch(/would say (Confirmed|Held): .+ \[(Wedding|Taken|Booking)\]/);
    await page.getByLabel('Description', { exact: true }).fill('Come in by the gate\nCall {call time}');
    await expect.poll(preview).toContain('Come in by the gate');
    expect(await axe()).toEqual([]);
    await page.getByLabel('Title', { exact: true }).fill('{bride}');
    await expect.poll(async () => plain(await form().innerText())).toContain('There is no {bride} to fill in.');
    expect(await page.getByRole('button', { name: 'Save', exact: true }).isDisabled()).toBe(true);
    await page.getByLabel('Title', { exact: true }).fill('{what}');
    await page.getByRole('checkbox', { name: 'What is only held' }).uncheck();
    expect(await page.getByLabel('Category', { exact: true }).count(), 'Google has none').toBe(0);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await expect.poll(commands).toMatchObject([{
      type: 'calendar.save', titleTemplate: '{what}', descriptionTemplate: 'Come in by the gate\nCall {call time}', categories: ['weddings', 'bookings', 'allocations'],
    }]);
  });

  it('asks for a category where a calendar has such', async () => {
    await openPage(`#/integrations/${LINKED.icloud}`, 'calendars');
    await page.locator('.calendar-row', { hasText: 'Ana Ruiz' }).first().getByRole('button', { name: 'Set up' }).click();
    await page.getByText('What is written, and in whose words').click();
    await page.getByLabel('Category', { exact: true }).fill('Weddings');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await expect.poll(commands).toMatchObject([{ type: 'calendar.save', categoryWord: 'Weddings' }]);
  });

  it('has no templates for readers who see less, and fits a phone', async () => {
    await openForm('dark');
    await page.getByLabel('Title', { exact: true }).fill('{status}: {what}');
    await page.getByRole('combobox', { name: 'What its readers see' }).click();
    await page.getByRole('option', { name: 'Only that somebody is taken' }).click();
    expect(await page.getByLabel('Title', { exact: true }).isDisabled()).toBe(true);
    await expect.poll(preview).toBe('The next one would say Taken');
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await fitsSideways()).toBe(true);
    expect(await axe()).toEqual([]);
  });
});
