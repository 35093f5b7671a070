import { describe, expect, it } from 'vitest';
import { outsideHost } from '../../../renderer/components/outsideHost.ts';
import { axe, hash, open, page, plain, unmarked, usePages } from '../../support/consoleHarness/page.ts';
import { fixtureId, WEDDING_A, WEDDING_B } from '../../support/fixtures/record.ts';

/** Messages, papers, calendar entries and the weather in the console itself, under the product's strict policy. */

usePages();

const rows = async (): Promise<string[]> => (await page.locator('.row-message').allInnerTexts()).map(plain);
const inspector = async (): Promise<string> => unmarked(await page.locator('.inspector .details').innerText());

describe('the page of messages', () => {
  it('has the newest first under their days, each by channel, direction and who, and counts what came in today', async () => {
    await open('#/messages');
    await expect.poll(async () => (await rows()).length).toBe(10);
    const [first = '', second = ''] = await rows();
    expect(first).toMatch(/^\d\d:\d\d SMS in From Amelia Okonkwo-Fairweather Ten minutes away! Received/);
    expect(second).toMatch(/SMS out To Amelia Okonkwo-Fairweather .* Read/);
    expect(await page.locator('.message-day').allInnerTexts()).toEqual(expect.arrayContaining(['Today']));
    const counted = Number(await page.locator('.rail-count[data-quiet]').innerText());
    expect((await page.locator('.board-about').innerText()).replace(/\s+/g, ' ')).toContain(`10 messages, ${counted} came in today`);
    expect(await axe()).toEqual([]);
  });

  it('marks what did not arrive by shape and word', async () => {
    await open('#/messages/email');
    const failed = page.locator('.row-message', { hasText: 'Final numbers' }).locator('.sev[data-severity="warning"]');
    expect(await failed.innerText()).toBe('Did not arrive');
    expect(await failed.locator('svg').count()).toBe(1);
  });

  it('is filtered by channel and wedding, in the address, and says when nothing is left', async () => {
    await open('#/messages');
    await page.getByLabel('Channel', { exact: true }).selectOption({ label: 'WhatsApp' });
    await expect.poll(hash).toBe('#/messages/whatsapp');
    await page.getByLabel('Wedding', { exact: true }).selectOption(WEDDING_B);
    await expect.poll(hash).toBe(`#/messages/whatsapp/wedding/${WEDDING_B}`);
    await expect.poll(rows).toEqual([expect.stringContaining('مرحبا')]);
    await page.getByLabel('Channel', { exact: true }).selectOption({ label: 'Teams' });
    await page.getByRole('link', { name: 'Show every message' }).click();
    await expect.poll(async () => (await rows()).length).toBe(10);
  });

  it('is walked with j and k, opens with Enter, stays behind the inspector and gets the keyboard back', async () => {
    await open('#/messages');
    await page.locator('.row-message').first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await expect.poll(hash).toBe(`#/messages/message/${fixtureId(16, 2)}`);
    await expect.poll(inspector).toContain('The Orangery is ready for you.');
    expect(await page.locator('.row[data-selected] .row-message').getAttribute('data-row')).toBe(fixtureId(16, 2));
    expect(await page.locator('.row-message[tabindex="0"]').count()).toBe(1);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset['row'])).toBe(fixtureId(16, 2));
    expect(await hash()).toBe('#/messages');
  });

  it('says where messages come from while there are none, and is not there for a vendor', async () => {
    await open('#/messages', 'empty');
    await expect.poll(() => page.locator('.empty').innerText()).toContain('SMS, WhatsApp, e-mail, Slack and Teams');
    await open('#/messages', 'vendor');
    await page.locator('.board').waitFor();
    expect(await page.locator('.message-days').count()).toBe(0);
  });

  it('is there without a server, and its messages are found', async () => {
    await open('#/messages', 'offline');
    await expect.poll(async () => (await rows()).length).toBe(10);
    await page.keyboard.press('Control+k');
    await page.getByPlaceholder('Search weddings, people').fill('generator tested');
    await expect.poll(() => page.locator('.mantine-Spotlight-action').allInnerTexts()).toEqual([expect.stringContaining('Night porter')]);
    await page.keyboard.press('Enter');
    await expect.poll(hash).toBe(`#/messages/message/${fixtureId(16, 5)}`);
  });
});

describe('in the inspector', () => {
  it('a message keeps its lines, and leads to the person and the wedding', async () => {
    await open(`#/wedding/${WEDDING_A}/message/${fixtureId(16, 1)}`);
    await expect.poll(inspector).toContain('Ten minutes away!\nGrandma’s wheelchair');
    const links = await page.locator('.inspector .related a').evaluateAll((all) => all.map((one) => one.getAttribute('href')));
    expect(links).toEqual([`#/wedding/${WEDDING_A}/contact/${fixtureId(2, 0)}`, `#/wedding/${WEDDING_A}/about/${WEDDING_A}`]);
    await open(`#/day/message/${fixtureId(16, 6)}`);
    await expect.poll(inspector).toContain('The system tells that there is a message');
    expect(await axe()).toEqual([]);
  });

  it('a paper says whose house it is kept in, and an address that is not safe leads nowhere', async () => {
    await open(`#/wedding/${WEDDING_A}/document/${fixtureId(17, 1)}`);
    await page.getByRole('button', { name: /^Open at \W*files\.harcourt\.test/ }).waitFor();
    expect(await axe()).toEqual([]);
    await open(`#/wedding/${WEDDING_B}/document/${fixtureId(17, 3)}`);
    await expect.poll(inspector).toContain('http://files.harcourt.test/proposals/88');
    expect(await page.getByRole('button', { name: /Open at/ }).count()).toBe(0);
    expect(['javascript:alert(1)', 'http://a.test', 'https://user:pass@a.test/', 'data:text/html,x', 'not one', '//a.test', 'https://'].map(outsideHost)).toEqual([null, null, null, null, null, null, null]);
    expect(outsideHost('https://a.test:8443/x')).toBe('a.test:8443');
  });

  it('a calendar entry that takes the whole day is told as a day, without times', async () => {
    await open(`#/day/entry/${fixtureId(18, 3)}`);
    await expect.poll(inspector).toMatch(/All day\s+\w{3} \d+ \w{3}\n/);
    expect(await inspector()).not.toMatch(/Starts|00:00/);
    expect(await inspector()).toContain('Left free in its calendar');
    await open(`#/wedding/${WEDDING_A}/entry/${fixtureId(18, 1)}`);
    await expect.poll(inspector).toMatch(/Starts[\s\S]*Ends[\s\S]*The Orangery/);
  });

  it('a wedding has its weather, messages, papers and calendar entries', async () => {
    await open(`#/wedding/${WEDDING_A}/about/${WEDDING_A}`);
    await expect.poll(() => page.locator('.inspector-part h3').allInnerTexts()).toEqual(['Weather', 'Latest messages', 'Documents', 'Calendar', 'History', 'Related']);
    expect(await axe()).toEqual([]);
    await page.locator('.inspector .related a', { hasText: 'Strong wind' }).click();
    await expect.poll(inspector).toContain('A forecast beyond the house’s limits'.replace('’', "'"));
  });
});

describe('the day board', () => {
  it('tells the weather of its weddings by shape, word and colour, and opens it', async () => {
    await open('#/day');
    const notice = page.locator('.weather-notice');
    await expect.poll(async () => (await notice.allInnerTexts()).map(plain)).toEqual([expect.stringMatching(/^Warning Strong wind from the west.*until .* · Harcourt Manor/)]);
    expect(await axe()).toEqual([]);
    await notice.click();
    await expect.poll(hash).toBe(`#/day/weather/${fixtureId(19, 1)}`);
    await open(`#/wedding/${WEDDING_B}`);
    await page.locator('.board .tiles').waitFor();
    expect(await notice.count()).toBe(0);
  });

  it('shows it to the couple as well, who have no messages', async () => {
    await open(`#/wedding/${WEDDING_A}`, 'couple');
    await expect.poll(() => page.locator('.weather-notice').count()).toBe(1);
    expect(await page.locator('.rail-place').allInnerTexts()).toEqual(['Day', 'Settings']);
  });
});
