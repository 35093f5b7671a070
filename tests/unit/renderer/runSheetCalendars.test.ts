import { describe, expect, it } from 'vitest';
import type { Calendar, Difference } from '../../../core/contract/record/calendars.ts';
import { emptyTables } from '../../../core/domain/record/state.ts';
import { differenceTitle } from '../../../renderer/conflicts/differenceWords.ts';
import { keyed, testId, wedding } from '../../support/builders.ts';
import { KEPT, LINKED } from '../../support/consoleHarness/calendars.ts';
import { axe, fitsSideways, open as openPage, page, plain, usePages } from '../../support/consoleHarness/page.ts';

/** Run sheets in calendars, as the console asks for them and tells of them. */

usePages();

const commands = () => page.evaluate(() => window.harness?.commands ?? []);
const box = () => page.getByLabel('Run sheets are written into it too');
const setUp = async (connection: string, name: string): Promise<void> => {
  await openPage(`#/integrations/${connection}`, 'calendars', { theme: 'light' });
  await page.locator('.calendar-row', { hasText: name }).first().getByRole('button', { name: 'Set up' }).click();
};
async function choose(label: string, option: string): Promise<void> {
  await page.getByRole('combobox', { name: label }).click();
  await page.getByRole('option', { name: option, exact: true }).click();
}
const save = () => page.getByRole('button', { name: 'Save', exact: true }).click();

describe('when a calendar is set up', () => {
  it('they are ticked for a vendor whose calendar begins to be written, not for a room, and whoever unticks them is heard', async () => {
    await setUp(LINKED.icloud, 'Orangery lettings');
    expect(await box().count()).toBe(0);
    await choose('Which way', 'Out of WedSync');
    expect(await box().isChecked()).toBe(false);
    await page.getByLabel('Every wedding of the house is written into it').check();
    expect(await box().isChecked()).toBe(true);
    expect(await axe()).toEqual([]);
    expect(await fitsSideways()).toBe(true);
    await box().press('Space');
    expect(await box().isChecked()).toBe(false);
    await save();
    await expect.poll(commands).toMatchObject([{ type: 'calendar.save', calendarId: KEPT.orangery, everyWedding: true, runSheet: false }]);
  });

  it('one that is written already stays without them until somebody ticks them, and its line says so then', async () => {
    await setUp(LINKED.icloud, 'Ana Ruiz');
    expect(await box().isChecked()).toBe(false);
    await box().check();
    await save();
    await expect.poll(commands).toMatchObject([{ type: 'calendar.save', calendarId: KEPT.ana, runSheet: true }]);
    await expect.poll(async () => plain(await page.locator('.calendar-row', { hasText: 'Ana Ruiz' }).first().innerText())).toContain('with run sheets');
  });
});

it('what differs about an item is called by the item and its wedding', () => {
  const [its, itemId, calendarId] = [wedding({ title: 'Okonkwo & Blackwood' }), testId(), testId()];
  const item = { id: itemId, version: 1, seq: 1, updatedAt: its.updatedAt, source: null, weddingId: its.id, title: 'First dance', startsAt: its.startsAt, endsAt: null, place: null, owner: null, status: 'planned' } as const;
  const tables = { ...emptyTables(), weddings: keyed(its), runSheetItems: keyed(item), calendars: { [calendarId]: { id: calendarId, name: 'Great Hall' } as Calendar } };
  const told = (theirs: string, name: 'status' | 'title'): string => differenceTitle(tables, { calendarId, subject: { collection: 'runSheetItems', id: itemId }, fields: [{ name, base: null, ours: null, theirs }] } as unknown as Difference);
  expect(plain(told('Dance', 'title'))).toBe('First dance, on the run sheet of Okonkwo & Blackwood: changed in Great Hall');
  expect(plain(told('cancelled', 'status'))).toBe('First dance, on the run sheet of Okonkwo & Blackwood: deleted in Great Hall');
});
