import type { Locator } from 'playwright';
import { describe, expect, it } from 'vitest';
import { DIFFERS, KEPT, LINKED, PUSHED, THEIRS, UNWRITTEN } from '../../support/consoleHarness/calendars.ts';
import { axe, fitsSideways, hash, open as openPage, page, plain as plainText, usePages } from '../../support/consoleHarness/page.ts';
import type { Scene } from '../../support/consoleHarness/scene.ts';
import { ROOM, TAKEN, theDay } from '../../support/consoleHarness/timeline.ts';

/** Calendars that are kept elsewhere, in the console itself: set up, filled, written to, failed, and asked about. */

usePages();

const plain = (text: string | null): string => plainText(text ?? '');
const at = (id: string): string => `#/integrations/${id}`;
const onTheDay = (): string => `#/conflicts/scale/day/on/${theDay(Date.now(), 'Europe/London').toString().replaceAll('-', '')}`;
const open = (hash: string, scene: Scene = 'calendars', theme: 'light' | 'dark' = 'light'): Promise<void> => openPage(hash, scene, { theme });
const calendar = (name: string): Locator => page.locator('.calendar-row', { hasText: name });
const words = async (found: Locator): Promise<string> => plain(await found.innerText());
const commands = () => page.evaluate(() => window.harness?.commands ?? []);
const reach = (id: string, reason: string | null) => page.evaluate(([calendarId, why]) => window.harness?.reach(calendarId ?? '', why ?? null), [id, reason] as const);
const fill = (id: string, done: number, total: number | null) => page.evaluate(([calendarId, so, all]) => window.harness?.fill(calendarId, so, all), [id, done, total] as const);
const bar = (id: string): Locator => page.locator(`[data-bar$=":${id}"]`);
const setUp = (name: string): Promise<void> => calendar(name).first().getByRole('button', { name: 'Set up' }).click();
/** By mouse, from a list that unfolds. */
async function choose(label: string, option: string): Promise<void> {
  await page.getByRole('combobox', { name: label }).click();
  await page.getByRole('option', { name: option, exact: true }).click();
}
async function press(...keys: string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}

describe('in the card of what stands there', () => {
  it.each(['light', 'dark'] as const)('says what whoever was invited has answered, and that it was before it was moved (%s)', async (theme) => {
    await open(`#/day/booking/${TAKEN.photos}`, 'calendars', theme);
    const line = (name: string): Locator => page.locator('.inspector .push', { hasText: name });
    await expect.poll(() => words(line('Great Hall'))).toMatch(/On their calendar .*Invitation declined$/);
    await expect.poll(() => words(line('House diary'))).toMatch(/On their calendar .*Invitation accepted \(before it was moved\)$/);
    expect(await line('Ana Ruiz').locator('.push-answer').count()).toBe(0);
    expect(await axe()).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    await line('House diary').scrollIntoViewIfNeeded();
    expect(await fitsSideways()).toBe(true);
  });
});

describe('at its connection', () => {
  it('says of each calendar which way it goes, whose it is and what is the matter', async () => {
    await open(at(LINKED.google));
    await expect.poll(() => words(calendar('Great Hall').first())).toMatch(/^Great Hall Both ways · Great Hall · main one/);
    expect(await words(calendar('House diary'))).toMatch(/Out of WedSync · every wedding .*120 of 300 entries are on it/);
    expect(await words(calendar('Holidays'))).toContain('Not used · cannot be written');
    expect(await words(calendar('القديمة'))).toMatch(/gone over there .*Nobody finds it over there any more/);
    await page.getByRole('button', { name: 'Give leave' }).waitFor();
    expect(await axe()).toEqual([]);
  });

  it('saves what is chosen, and only what is', async () => {
    await open(at(LINKED.icloud));
    await setUp('Orangery lettings');
    await choose('Which way', 'Both ways');
    await choose('Whose calendar it is', 'Lakeside pavilion');
    await choose('What its readers see', 'Only that somebody is taken');
    await choose('When somebody changes one of our entries there', 'Ask each time');
    await page.getByLabel('Every wedding of the house is written into it').check();
    await choose('Reminders', '1 d before');
    // The list of a field that takes several stays open until the field is left.
    await press('Tab');
    await expect.poll(() => words(page.locator('.cal-form'))).toMatch(/\d+ entries that are still to come stand in it then/);
    expect(await axe()).toEqual([]);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await expect.poll(commands).toMatchObject([{ type: 'calendar.save', calendarId: KEPT.orangery, basedOnVersion: 1, direction: 'bidirectional', resourceId: ROOM.pavilion, privacy: 'busy', strategy: 'manual', everyWedding: true, invite: false, reminders: [1_440] }]);
    await expect.poll(() => words(calendar('Orangery lettings'))).toMatch(/Both ways · every wedding · Lakeside pavilion .*Going through what is still to come/);
    expect(await page.locator('.cal-form').count()).toBe(0);
  });

  it('asks whose it is before anything takes time, and says what turning it off does', async () => {
    await open(at(LINKED.google));
    await setUp('Great Hall');
    await choose('Whose calendar it is', "Nobody's yet");
    await expect.poll(() => words(page.locator('.cal-form'))).toContain('Say whose calendar it is.');
    await choose('Which way', 'Not used');
    await expect.poll(() => words(page.locator('.cal-form'))).toContain('What we wrote there and is still to come is taken out again.');
    expect(await page.getByRole('combobox', { name: 'What its readers see' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Not yet' }).click();
    expect(await commands()).toEqual([]);
  });

  it('shows how far it is filled, and that filling goes on does not overtake a person', async () => {
    await open(at(LINKED.google));
    const bars = calendar('House diary').getByRole('progressbar');
    await expect.poll(() => bars.getAttribute('value')).toBe('120');
    expect(await bars.getAttribute('aria-label')).toContain('Filling');
    await setUp('House diary');
    await fill(KEPT.diary, 180, 300);
    await expect.poll(() => bars.getAttribute('value')).toBe('180');
    await choose('What its readers see', 'Only that somebody is taken');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await expect.poll(commands).toMatchObject([{ type: 'calendar.save', calendarId: KEPT.diary, basedOnVersion: 2, privacy: 'busy' }]);
    await expect.poll(() => words(calendar('House diary'))).toContain('Going through what is still to come');
    await fill(KEPT.diary, 300, 300);
    await expect.poll(() => bars.count()).toBe(0);
  });

  it('offers no way out where it cannot be written, and says what to do', async () => {
    await open(at(LINKED.google));
    await setUp('Holidays in the United Kingdom');
    await expect.poll(() => words(page.locator('.cal-form'))).toContain('give leave again');
    await page.getByRole('combobox', { name: 'Which way' }).click();
    const offered = async () => Promise.all((await page.getByRole('option').all()).map(async (one) => [plain(await one.innerText()), (await one.getAttribute('data-combobox-disabled')) === 'true']));
    await expect.poll(offered).toEqual([['Not used', false], ['Into WedSync', false], ['Out of WedSync', true], ['Both ways', true]]);
    await press('Escape', 'Escape');
    await expect.poll(() => page.locator('.cal-form').count()).toBe(0);
  });

  it('says which computer keeps the key and has to be on, and since when entries wait for it', async () => {
    await open(at(LINKED.dav), 'calendars', 'dark');
    await expect.poll(() => words(page.locator('.inspector-part', { hasText: 'Its calendars' }))).toMatch(/orangery-tablet keeps its key and is not connected/);
    expect(await words(calendar('Parish'))).toMatch(/Out of WedSync .* Not written since .+: it waits for orangery-tablet/);
    expect(await axe()).toEqual([]);
    await setUp('Parish');
    await expect.poll(() => words(page.locator('.cal-form'))).toContain('orangery-tablet keeps its key and is not connected');
    await page.getByRole('combobox', { name: 'Which way' }).click();
    await page.getByRole('option', { name: 'Both ways', exact: true }).click();
    expect(await axe()).toEqual([]);
    await open(`${onTheDay()}/taking/${TAKEN.registrar}`);
    await expect.poll(() => words(page.locator('.cal-card'))).toMatch(/Parish .*Recorded, not on their calendar yet Written as soon as the desktop app runs on orangery-tablet/);
  });

  it('names what could not be written with why, and tries one or all again', async () => {
    await open(at(LINKED.icloud));
    await expect.poll(() => words(calendar('Ana Ruiz'))).toMatch(/2 entries could not be written.*Photographs for Okonkwo .*Not on their calendar.*did not answer for hours.*Band and dancing .*Still on their calendar/);
    await page.getByRole('button', { name: 'Try again: Photographs for Okonkwo' }).click();
    await expect.poll(() => words(calendar('Ana Ruiz'))).toContain('1 entry could not be written');
    await expect.poll(commands).toMatchObject([{ type: 'push.retry', pushId: PUSHED.photos, basedOnVersion: 1 }]);
    await reach(KEPT.ana, 'calendar.refused');
    await page.getByRole('button', { name: 'Try all' }).click();
    await expect.poll(async () => (await commands()).length).toBeGreaterThan(3);
    await expect.poll(() => page.locator('.calendar-failed').count()).toBe(0);
  });
});

describe('how soon its changes are known', () => {
  it('says of each calendar that it tells at once and until when, why not, and nothing of what is not listened to', async () => {
    await open(at(LINKED.google));
    await expect.poll(() => words(calendar('Great Hall').first())).toMatch(/Changes over there arrive at once\. That holds until .+ and is renewed before\./);
    expect(await words(calendar('House diary'))).toMatch(/found every 5 minutes\. It does not tell of them at once\. The calendar system refused to be asked\. Asked again at/);
    expect(await words(calendar('Holidays'))).not.toContain('Changes over there');
    await open(at(LINKED.icloud));
    await expect.poll(() => words(calendar('Orangery lettings'))).toContain('Into WedSync');
    expect(await words(page.locator('.calendars'))).not.toContain('Changes over there');
  });
});

describe('an alert about a calendar', () => {
  it('leads to that calendar, marked and under the keyboard, where it is acknowledged', async () => {
    await open(`#/alert/${UNWRITTEN}`);
    await page.getByRole('link', { name: 'Open the calendar' }).press('Enter');
    await expect.poll(hash).toBe(`${at(LINKED.icloud)}/calendar/${KEPT.ana}`);
    const row = page.locator('.calendar-row[data-led-to]');
    await expect.poll(() => words(row)).toContain('2 entries could not be written');
    await expect.poll(() => row.evaluate((found) => document.activeElement === found)).toBe(true);
    await expect.poll(() => row.evaluate((found) => found.getBoundingClientRect().top >= 0 && found.getBoundingClientRect().top < innerHeight)).toBe(true);
    expect(await axe()).toEqual([]);
    await row.getByRole('button', { name: /^Acknowledge: .*could not be written/ }).click();
    await expect.poll(commands).toMatchObject([{ type: 'alert.acknowledge', alertId: UNWRITTEN }]);
    await expect.poll(() => row.getByRole('button', { name: /^Acknowledge/ }).count()).toBe(0);
  });
});

describe('where a row stands', () => {
  it('tells recorded from on their calendar, per calendar, in the details of a wedding and a booking', async () => {
    await open(`#/day/about/${TAKEN.okonkwo}`);
    const list = page.locator('.inspector .pushes');
    await expect.poll(() => words(list)).toMatch(/Great Hall \(Harcourt Manor Google\) On their calendar .*House diary .* Recorded, on its way/);
    await reach(KEPT.diary, null);
    await expect.poll(() => list.locator('[data-push="written"]').count()).toBe(2);
    await open(`#/day/booking/${TAKEN.photosAgain}`);
    await expect.poll(() => words(list)).toMatch(/Ana Ruiz Recorded, not on their calendar yet .*Tried 3 times, again at \d\d:\d\d/);
    expect(await axe()).toEqual([]);
  });

  it('says before a move what is written and what is left, and after it how far each calendar is', async () => {
    await open(onTheDay());
    await bar(TAKEN.okonkwo).focus();
    await press('Space', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'Enter');
    await expect.poll(() => words(page.locator('.cal-impact'))).toMatch(/Will be written to House diary.*Will be taken out of Great Hall \(Harcourt Manor Google\)/);
    expect(await axe()).toEqual([]);
    // The painters are there.
    await page.getByLabel('Why it may be so all the same').fill('They have agreed');
    await page.getByRole('button', { name: 'Move it' }).click();
    const toast = page.locator('.plan-targets');
    await expect.poll(() => words(toast)).toMatch(/Great Hall .* Recorded, being taken out .*House diary .* Recorded, on its way/);
    await reach(KEPT.hall, 'calendar.given_up');
    await expect.poll(() => words(toast)).toMatch(/Still on their calendar .*Look at its connection/);
    await reach(KEPT.diary, null);
    await expect.poll(() => toast.locator('[data-push="written"]').count()).toBe(1);
    await toast.locator('.push', { hasText: 'Great Hall' }).getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => words(toast)).toMatch(/Great Hall .* Recorded, being taken out/);
  });

  it('warns that a calendar is not answering now, and shows a vendor\'s own on the card of a booking', async () => {
    await open(`${onTheDay()}/taking/${TAKEN.photos}`);
    await expect.poll(() => words(page.locator('.cal-card'))).toMatch(/Ana Ruiz Not on their calendar/);
    await bar(TAKEN.photos).focus();
    await press('Space', 'ArrowRight', 'Enter');
    await expect.poll(() => words(page.locator('.cal-impact'))).toContain('Not answering now, written as soon as it does: Ana Ruiz');
  });
});

describe('entries of others', () => {
  it('stand on the timeline with their own pattern, take time, and are not moved from here', async () => {
    await open(onTheDay());
    await expect.poll(async () => plain(await bar(THEIRS.viewing).getAttribute('aria-label'))).toMatch(/^Private viewing\. Definite · .*08:00 to 10:00 · .* · in somebody's own calendar/);
    expect(await bar(THEIRS.viewing).getAttribute('data-elsewhere')).toBe('true');
    expect(await bar(THEIRS.free).count()).toBe(0);
    expect(await bar(THEIRS.evening).getAttribute('data-clash')).toBe('block');
    await bar(THEIRS.viewing).focus();
    await press('Space');
    expect(await page.locator('.tl-ghost').count()).toBe(0);
    await press('Enter');
    await expect.poll(() => words(page.locator('.cal-card').last())).toContain('It stands in Orangery lettings (Ana Ruiz) and is kept there.');
    expect(await page.locator('.cal-card').last().getByRole('button', { name: /Make it|Move|Cancel/ }).count()).toBe(0);
    expect(await axe()).toEqual([]);
    await page.getByRole('link', { name: 'Open', exact: true }).click();
    await page.locator('.inspector h2', { hasText: 'Private viewing' }).waitFor();
  });
});

describe('changed on both sides', () => {
  const row = (id: string): Locator => page.locator(`[data-row="${id}"]`);
  const card = (): Locator => page.locator('article.difference');

  it('shows both sides beside each other by keyboard alone, and keeps ours', async () => {
    await open('#/conflicts');
    await row(DIFFERS.title).focus();
    await press('Enter');
    await expect.poll(() => words(card())).toMatch(/Here Great Hall \(Harcourt Manor Google\) Title .*Layla & Søren, evening only was/);
    expect(await axe()).toEqual([]);
    await press('Tab', 'Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Keep ours');
    await press('Enter');
    await expect.poll(commands).toMatchObject([{ type: 'difference.settle', differenceId: DIFFERS.title, keep: 'ours', reason: null, basedOnVersion: 1 }]);
    await expect.poll(() => row(DIFFERS.title).count()).toBe(0);
    expect(await page.locator('.rail-place', { hasText: 'Calendar' }).locator('.rail-count').innerText()).toBe('4');
  });

  it('takes theirs only with a reason where it would clash here', async () => {
    await open('#/conflicts');
    await row(DIFFERS.times).click();
    await expect.poll(() => words(card())).toMatch(/Starts .*17:30 was .*18:00 .*14:00 was .*Against theirs: The Orangery.* is taken by Papadopoulos/);
    await card().getByRole('button', { name: 'Take theirs' }).click();
    await expect.poll(() => words(card())).toContain('This is needed. Fill it in.');
    expect(await commands()).toEqual([]);
    await card().getByLabel('Why theirs may be so all the same').fill('They share the terrace');
    await card().getByRole('button', { name: 'Take theirs' }).click();
    await expect.poll(commands).toMatchObject([{ differenceId: DIFFERS.times, keep: 'theirs', reason: 'They share the terrace' }]);
  });

  it('settles several at once, and leaves what needs a reason to be decided by itself', async () => {
    await open('#/conflicts');
    await expect.poll(() => page.locator('.differences .row-conflict').count()).toBe(3);
    expect(await words(row(DIFFERS.deleted))).toContain('Papadopoulos & Ní Dhomhnaill: deleted in House diary');
    for (const box of await page.locator('.differences .conflict-choose').all()) await box.check();
    await expect.poll(() => words(page.locator('.differences .conflict-several'))).toMatch(/Keep ours for 3 Take theirs for 2 One of them would clash here/);
    await page.getByRole('button', { name: 'Take theirs for 2' }).click();
    await expect.poll(commands).toMatchObject([{ differenceId: DIFFERS.title, keep: 'theirs' }, { differenceId: DIFFERS.deleted, keep: 'theirs' }]);
    await expect.poll(() => page.locator('.differences .row-conflict').count()).toBe(1);
  });

  it('is decided by owners and coordinators, and shown to the house', async () => {
    await open('#/conflicts', 'calendars_staff');
    await row(DIFFERS.title).click();
    await expect.poll(() => words(card())).toContain('An owner or a coordinator decides which side stays.');
    expect(await page.locator('.differences').getByRole('button', { name: /Keep ours|Take theirs/ }).count()).toBe(0);
    await open(at(LINKED.icloud), 'calendars_staff');
    await calendar('Ana Ruiz').waitFor();
    expect(await page.getByRole('button', { name: /Set up|Try/ }).count()).toBe(0);
  });
});

it.each([
  ['desk', 1280, 800, 'dark'],
  ['phone', 390, 844, 'light'],
] as const)('axe finds nothing and nothing is cut off sideways: %s', async (_name, width, height, theme) => {
  await page.setViewportSize({ width, height });
  await open('#/conflicts', 'calendars', theme);
  await page.locator(`[data-row="${DIFFERS.times}"]`).click();
  await page.locator('article.difference').waitFor();
  expect(await axe()).toEqual([]);
  expect(await fitsSideways()).toBe(true);
  await open(at(LINKED.google), 'calendars', theme);
  await calendar('Great Hall').first().waitFor();
  expect(await axe()).toEqual([]);
  expect(await page.evaluate(() => { const element = document.querySelector('.inspector'); return element !== null && element.scrollWidth <= element.clientWidth; })).toBe(true);
  await setUp('Great Hall');
  await page.locator('.cal-form').waitFor();
  expect(await axe()).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
});
