import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { AxeBuilder } from '@axe-core/playwright';
import type { Command } from '../../core/contract/commands.ts';
import { HTTP } from '../../core/contract/http.ts';
import type { Bridge } from '../../core/contract/ipc.ts';
import { filesHolding } from '../support/filesHolding.ts';
import { launchBrowser } from '../support/browser.ts';
import { fill, hasRadicale, startRadicale, type CalendarServer } from '../support/calendarServers.ts';
import { screenshotPath } from '../support/desktopApp.ts';
import { until } from '../support/desktopSession.ts';
import type { RunningServer } from '../support/runningServer.ts';
import { expect, test } from './fixtures.ts';

/** A calendar whose password stays in this computer's keychain is written by this computer, and by nobody else. */

async function read(there: CalendarServer, path: string): Promise<string> {
  const { body } = await there.ask({ method: 'GET', path, headers: {} });
  return body.replace(/\r?\n[ \t]/g, '');
}
const ETAGS = '<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>';
const count = (text: string): number => text.match(/BEGIN:VEVENT/g)?.length ?? 0;
async function entries(there: CalendarServer, path: string): Promise<string[]> {
  const { body } = await there.ask({ method: 'PROPFIND', path, headers: { depth: '1', 'content-type': 'application/xml' }, body: ETAGS });
  return [...body.matchAll(/<(?:\w+:)?href>([^<]+\.ics)<\//g)].map(([, href]) => href ?? '');
}

/** Somebody else of the house, who decides by the server alone. */
async function somebody(server: RunningServer) {
  const post = async (path: string, body: unknown, token?: string) => {
    const headers = { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
    const answer = await fetch(server.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    return (await answer.json()) as unknown;
  };
  const device = { name: 'Office', kind: 'tool' };
  const { token } = HTTP.enrol.success.parse(await post(HTTP.enrol.path, { ticket: await server.newTicket(), device }));
  return (command: Command) => post(HTTP.commands.path, command, token ?? '').then((answer) => HTTP.commands.success.parse(answer));
}

test.skip(!hasRadicale(), 'needs radicale (Debian package of this name)');

test('what is booked stands there while this computer is on, is made up for later, and comes back', async ({ serve, open, keep, folder }) => {
  const there = await startRadicale();
  const browser = await launchBrowser();
  try {
    await fill(there, 'loft', 'Apple loft diary', []);
    const path = `${there.home}loft/`;
    // The server may not even call it.
    const server = await serve({ env: { WEDSYNC_RATE_MANAGING: '120' } });
    const env = { WEDSYNC_EGRESS_ALLOW: `127.0.0.1:${there.port}` };
    const app = await open({ server, env });
    const { window } = app;
    await expect(window.locator('[data-link="live"]')).toBeVisible();
    const decide = await somebody(server);
    const resourceId = randomUUID();
    const room = { kind: 'room' as const, name: 'Apple loft', places: 1, partIds: [], setUpMinutes: 0, turnaroundMinutes: 0, state: 'active' as const };
    expect(await decide({ type: 'resource.save', commandId: randomUUID(), resourceId, basedOnVersion: null, ...room })).toMatchObject({ outcome: 'accepted' });
    await window.evaluate(() => (location.hash = '#/connect/caldav'));
    const next = window.getByRole('button', { name: 'I have it, go on' });
    await expect(next.or(window.getByLabel('Server address'))).toBeVisible();
    if (await next.isVisible()) await next.click();
    await window.getByLabel('Server address').fill(there.url);
    await window.getByLabel('User name').fill(there.user);
    await window.getByLabel('Password', { exact: true }).fill(there.password);
    await expect(window.getByRole('radio', { name: /On this computer/ })).toBeChecked();
    await window.getByRole('button', { name: 'Try it out' }).click();
    await expect(window.locator('.connect-details')).toContainText('Apple loft diary');
    await window.getByRole('button', { name: 'Connect', exact: true }).click();
    await window.getByRole('link', { name: 'Open the connection' }).click();
    const calendar = window.locator('.calendar-row', { hasText: 'Apple loft diary' });
    await expect(calendar).toBeVisible();
    await calendar.getByRole('button', { name: 'Set up' }).click();
    const choose = async (label: string, option: string): Promise<void> => {
      await window.getByRole('combobox', { name: label }).click();
      await window.getByRole('option', { name: option, exact: true }).click();
    };
    await choose('Which way', 'Both ways');
    await choose('Whose calendar it is', 'Apple loft');
    await expect(window.locator('.cal-form')).toContainText('This computer keeps its key');
    await keep(app, 'kept-calendar-form');
    await window.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(calendar).toContainText(/Both ways.*Apple loft/);
    await expect(window.locator('.inspector .calendar-kept')).toContainText('This computer keeps its key');
    await keep(app, 'kept-calendar-connection');
    const { violations } = await new AxeBuilder({ page: window }).include('.inspector').setLegacyMode(true).analyze();
    expect(violations.map(({ id, nodes }) => `${id} ${nodes[0]?.target.join(' ')}`)).toEqual([]);

    // Booked here, by whomever: it stands there.
    const DAY_MS = 86_400_000;
    const day = (hour: number): string => new Date((Math.floor(Date.now() / DAY_MS) + 30) * DAY_MS + hour * 3_600_000).toISOString();
    const allocationId = randomUUID();
    const booked = (startsAt: string, endsAt: string, basedOnVersion: number | null): Command => ({
      type: 'allocation.save', commandId: randomUUID(), allocationId, basedOnVersion, weddingId: null, bookingId: null, resourceId,
      title: 'Tasting for the Okonkwos', startsAt, endsAt, status: 'hold', rank: null, holdUntil: null, lockedBecause: null, tags: [], units: 1,
      setUpMinutes: null, turnaroundMinutes: null, reason: null,
    });
    expect(await decide(booked(day(10), day(12), null))).toMatchObject({ outcome: 'accepted' });
    await until(async () => (await read(there, path)).includes('Tasting for the Okonkwos'), 'the entry in the calendar');

    // Another computer sees which one has to be on.
    const page = await browser.newPage({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 });
    await page.goto(`${server.url}/#enrol=${await server.newTicket()}`);
    await expect(page.locator('[data-link="live"]')).toBeVisible();
    const hash = await window.evaluate(() => location.hash);
    await page.evaluate((to) => void (location.hash = to), hash);
    await expect(page.locator('.calendar-kept')).toContainText('keeps its key and is connected');
    await page.locator('.calendar-kept').scrollIntoViewIfNeeded();
    await page.screenshot({ path: screenshotPath('kept-calendar-phone') });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);

    // Off: it is recorded, and written when it is on again; the same entry, once.
    await app.close();
    const before = await read(there, path);
    const allocation = await decide(booked(day(14), day(16), 1));
    expect(allocation).toMatchObject({ outcome: 'accepted' });
    expect(await read(there, path)).toBe(before);
    const again = await open({ server: { url: server.url, ticket: '' }, env });
    await expect(again.window.locator('[data-link="live"]')).toBeVisible();
    await until(async () => (await read(there, path)) !== before, 'the entry moved in the calendar');
    expect(count(await read(there, path))).toBe(1);

    // Renamed over there: a look with the same key sees it, of a calendar that nobody named when it was connected.
    const [entry] = await entries(there, path);
    if (entry === undefined) throw new Error('the calendar is empty');
    const text = await read(there, entry);
    expect((await there.put(entry, text.replace('Tasting for the Okonkwos', 'Tasting moved to the barn'))).status).toBeLessThan(300);
    const connectionId = /integrations\/([0-9a-f-]{36})/.exec(hash)?.[1] ?? '';
    await again.window.evaluate((id) => (globalThis as unknown as { wedsync: Bridge }).wedsync.lookNow({ connectionId: id }), connectionId);
    const titles = () => again.window.evaluate(async () => {
      const answer = await (globalThis as unknown as { wedsync: Bridge }).wedsync.record();
      return answer.ok ? (answer.value?.rows.allocations.map(({ title }) => title) ?? []) : [];
    });
    await until(async () => (await titles()).includes('Tasting moved to the barn'), 'the change that was made there');

    expect(filesHolding(server.dataDir, there.password)).toEqual([]);
    expect(filesHolding(join(folder, 'desktop'), there.password)).toEqual([]);
  } finally {
    await browser.close();
    await there.stop();
  }
});
