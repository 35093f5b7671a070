import { describe, expect, it } from 'vitest';
import type { Reading } from '../../../core/contract/record/connections.ts';
import { LINKED } from '../../support/consoleHarness/calendars.ts';
import { axe, fitsSideways, open as openPage, page, plain, usePages } from '../../support/consoleHarness/page.ts';

/** How far a source is read, in the console itself. */

usePages();

const at = `#/integrations/${LINKED.google}`;
const READ: Reading = { state: 'reading', read: 4_000, pages: 16, done: 3_100, total: null, since: '2026-11-20T12:00:00.000Z', endedAt: null, reason: null };
const tell = (reading: Reading) => page.evaluate(([id, given]) => window.harness?.read(id, given), [LINKED.google, reading] as const);
/** With its details in sight. */
async function openAt(theme: 'light' | 'dark'): Promise<void> {
  await openPage(at, 'calendars', { theme });
  await page.locator('.calendar-row').first().waitFor();
}
const bar = () => page.getByRole('progressbar', { name: /Reading .*Harcourt Manor Google/ });
const details = async (): Promise<string> => plain(await page.locator('.inspector').innerText());
const pill = () => page.locator('.work-pill');

describe('a source that is read for long', () => {
  it('says how many so far while nobody knows of how many, and a share once it is known', async () => {
    await openAt('light');
    await tell(READ);
    await bar().waitFor();
    // No share is made up.
    expect(await bar().getAttribute('value')).toBeNull();
    expect(await details()).toContain('4,000 entries so far, page 16 How many there are is known with the last page.');
    expect(plain((await pill().textContent()) ?? '')).toBe('Reading: 4,000 so far +1');
    expect(await page.locator('.integrations .row', { hasText: 'Harcourt Manor Google' }).innerText()).toContain('4,000 entries so far, page 16');
    expect(await axe()).toEqual([]);
    await tell({ ...READ, state: 'taking', read: 10_000, pages: 40, done: 7_500, total: 10_000 });
    await expect.poll(() => bar().getAttribute('value')).toBe('7500');
    expect(await bar().getAttribute('max')).toBe('10000');
    expect(await details()).toContain('7,500 of 10,000 entries are in the record');
    await expect.poll(() => pill().textContent()).toContain('Reading: 7,500 of 10,000');
  });

  it('says where it stopped and why, and at the end how long it took', async () => {
    await openAt('dark');
    await tell({ ...READ, state: 'stopped', reason: 'normalise.reread_failed' });
    await expect.poll(details).toMatch(/Stopped after 4,000 entries\. .+ It goes on from there by itself with its next look\./);
    expect(await bar().count()).toBe(0);
    expect(await axe()).toEqual([]);
    await tell({ ...READ, state: 'stopped' });
    await expect.poll(details).toContain('It goes on from there once the connection is resumed.');
    const endedAt = new Date().toISOString();
    await tell({ ...READ, state: 'done', read: 10_000, pages: 40, done: 10_000, total: 10_000, since: new Date(Date.parse(endedAt) - 16_000).toISOString(), endedAt });
    await expect.poll(details).toContain('10,000 entries read in 16 s');
    await expect.poll(() => pill().textContent()).toContain('Filling: 120 of 300');
    // What has ended is news; each second before it was none.
    await page.goto(`${page.url().split('#')[0] ?? ''}#/day`);
    await expect.poll(async () => plain(await page.locator('main').innerText())).not.toContain('is being read');
  });

  it('leads from the header to its connection, and leaves a phone its room', async () => {
    await openPage('#/day', 'calendars', { theme: 'light' });
    await pill().waitFor();
    await tell(READ);
    await pill().click();
    await expect.poll(() => page.url()).toContain(at);
    await page.setViewportSize({ width: 390, height: 844 });
    await expect.poll(() => pill().isVisible()).toBe(false);
    await bar().waitFor();
    expect(await fitsSideways()).toBe(true);
  });
});
