import type { Page } from '@playwright/test';
import { fill, hasRadicale, startRadicale, type CalendarServer } from '../support/calendarServers.ts';
import { until } from '../support/desktopSession.ts';
import { chooseMore } from '../support/moreMenu.ts';
import { expect, test } from './fixtures.ts';

/** A wedding that is dragged here stands moved in a real calendar server, and one that is moved there stands moved here. */

/** When the entry begins; a time zone's own rules stand before it. */
const startOf = (entry: string): string | undefined => /^DTSTART(?:;[^:]*)?:\d{8}T\d{6}Z?/m.exec(entry.slice(entry.indexOf('BEGIN:VEVENT')))?.[0];

/** Everything that stands in the calendar, as a calendar program reads it. */
const read = async (server: CalendarServer, path: string): Promise<string> => (await server.ask({ method: 'GET', path, headers: {} })).body.replace(/\r?\n[ \t]/g, '');
/** Paths of its entries. */
async function entries(server: CalendarServer, path: string): Promise<string[]> {
  const { body } = await server.ask({ method: 'PROPFIND', path, headers: { depth: '1', 'content-type': 'application/xml' }, body: '<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>' });
  return [...body.matchAll(/<(?:\w+:)?href>([^<]+\.ics)<\//g)].map(([, href]) => href ?? '');
}
/** One entry, an hour later: by its wall clock, as whoever drags it in a calendar does. */
function later(entry: string): string {
  const shift = (digits: string): string => new Date(Date.UTC(+digits.slice(0, 4), +digits.slice(4, 6) - 1, +digits.slice(6, 8), +digits.slice(9, 11) + 1, +digits.slice(11, 13), +digits.slice(13, 15))).toISOString().replace(/[-:]|\.000Z$/g, '');
  const at = entry.indexOf('BEGIN:VEVENT');
  return entry.slice(0, at) + entry.slice(at).replace(/^(DT(?:START|END)(?:;[^:]*)?:)(\d{8}T\d{6})/gm, (_whole, name: string, digits: string) => name + shift(digits));
}

/** The page that connects, filled in with its key for the vault, and tried out. */
async function tryOut(window: Page, there: CalendarServer): Promise<void> {
  const next = window.getByRole('button', { name: 'I have it, go on' });
  await expect(next.or(window.getByLabel('Server address'))).toBeVisible();
  if (await next.isVisible()) await next.click();
  await window.getByLabel('Server address').fill(there.url);
  await window.getByLabel('User name').fill(there.user);
  await window.getByLabel('Password', { exact: true }).fill(there.password);
  await window.getByRole('radio', { name: /vault of the server/ }).check();
  await window.getByRole('button', { name: 'Try it out' }).click();
}

test.skip(!hasRadicale(), 'needs radicale (Debian package of this name)');

test('a wedding is dragged into a room whose calendar is kept elsewhere, and moved back from there', async ({ serve, open, keep }) => {
  const there = await startRadicale();
  try {
    await fill(there, 'loft', 'Apple loft diary', []);
    const path = `${there.home}loft/`;
    const server = await serve({ env: { WEDSYNC_EGRESS_ALLOW: `127.0.0.1:${there.port}`, WEDSYNC_RATE_MANAGING: '120' } });
    const app = await open({ server, env: { WEDSYNC_EGRESS_ALLOW: `127.0.0.1:${there.port}` } });
    const { window } = app;
    await expect(window.locator('[data-link="live"]')).toBeVisible();
    const wedding = server.demo().weddings.find(({ today }) => !today);
    if (!wedding) throw new Error('the demo has no wedding that is still to come');
    const onItsDay = `#/conflicts/scale/day/on/${wedding.date.replaceAll('-', '')}/kind/room`;
    const goTo = (hash: string): Promise<void> => window.evaluate((to) => void (location.hash = to), hash);

    // A room that nobody has yet, and the calendar server, with its key in the vault.
    await goTo(onItsDay);
    await chooseMore(window, 'New resource');
    await window.getByLabel('Name', { exact: true }).fill('Apple loft');
    await window.getByRole('button', { name: 'Save' }).click();
    const room = window.getByRole('group', { name: 'Apple loft' });
    await expect(room).toBeVisible();
    await goTo('#/connect/caldav');
    await tryOut(window, there);
    await expect(window.locator('.connect-details')).toContainText('Apple loft diary');
    await window.getByRole('button', { name: 'Connect', exact: true }).click();
    await window.getByRole('link', { name: 'Open the connection' }).click();

    // Whose calendar it is, and which way it goes.
    const calendar = window.locator('.calendar-row', { hasText: 'Apple loft diary' });
    await expect(calendar).toBeVisible();
    await calendar.getByRole('button', { name: 'Set up' }).click();
    const choose = async (label: string, option: string): Promise<void> => {
      await window.getByRole('combobox', { name: label }).click();
      await window.getByRole('option', { name: option, exact: true }).click();
    };
    await choose('Which way', 'Both ways');
    await choose('Whose calendar it is', 'Apple loft');
    await keep(app, 'calendar-form');
    await window.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(calendar).toContainText(/Both ways.*Apple loft/);
    await keep(app, 'calendars-connection');

    await goTo(onItsDay);
    const bar = window.locator(`[data-bar="weddings:${wedding.id}"]`);
    await expect(bar).toBeVisible();
    await bar.scrollIntoViewIfNeeded();
    const [from, to] = [await bar.boundingBox(), await room.boundingBox()];
    if (!from || !to) throw new Error('it is not on the screen');
    const x = from.x + from.width / 2;
    await window.mouse.move(x, from.y + from.height / 2);
    await window.mouse.down();
    await window.mouse.move(x, to.y + to.height / 2, { steps: 8 });
    await window.mouse.up();
    await expect(window.locator('.cal-impact')).toContainText(/Will be written to.*Apple loft diary/);
    await keep(app, 'calendars-impact');
    await window.getByRole('button', { name: 'Move it' }).click();
    await expect(window.locator('.plan-targets [data-push="written"]')).toContainText('Apple loft diary');
    await keep(app, 'calendars-written');
    await until(async () => (await read(there, path)).includes('BEGIN:VEVENT'), 'the entry in the calendar');
    const [entry] = await entries(there, path);
    if (entry === undefined) throw new Error('the calendar is empty');
    const written = await read(there, entry);
    expect(written).toContain(wedding.title.slice(0, 20).replaceAll(',', '\\,'));
    const stood = startOf(written);

    // Moved here once more, by keyboard: the same entry stands moved, and there is no second one.
    await bar.focus();
    await window.keyboard.press('Space');
    await window.keyboard.press('Shift+ArrowRight');
    await expect(window.locator('[data-said]')).toContainText('Apple loft');
    await window.keyboard.press('Enter');
    await window.getByRole('button', { name: 'Move it' }).click();
    await until(async () => startOf(await read(there, entry)) !== stood, 'the entry moved in the calendar');
    expect(await entries(there, path)).toEqual([entry]);
    await goTo(`#/day/about/${wedding.id}`);
    await expect(window.locator('.inspector [data-push]')).toHaveAttribute('data-push', 'written');
    await keep(app, 'calendars-inspector');

    // Somebody drags it in the calendar itself.
    await goTo(onItsDay);
    await expect(bar).toBeVisible();
    const before = await bar.getAttribute('aria-label');
    expect((await there.put(entry, later(await read(there, entry)))).status).toBeLessThan(300);
    const connectionId = await window.evaluate(async () => {
      const answer = await (globalThis as unknown as { wedsync: { record(): Promise<{ value: { rows: { connections: { id: string; system: string }[] } } }> } }).wedsync.record();
      return answer.value.rows.connections.find(({ system }) => system === 'caldav')?.id ?? '';
    });
    await window.evaluate((id) => (globalThis as unknown as { wedsync: { lookNow(of: { connectionId: string }): Promise<unknown> } }).wedsync.lookNow({ connectionId: id }), connectionId);
    await expect(bar).not.toHaveAttribute('aria-label', before ?? '');
    await expect(bar).toHaveAccessibleName(/Apple loft/);
    // It is ours still: there is one of it, here and there.
    expect(await entries(there, path)).toEqual([entry]);
    await expect(window.locator('.tl-bar[data-elsewhere]')).toHaveCount(0);
    await keep(app, 'calendars-back');
  } finally {
    await there.stop();
  }
});

test('a first look at a full calendar says how far it is until it ends, and its history says so once', async ({ serve, open, keep }) => {
  const MANY = 900;
  const day = (n: number): string => new Date(Date.now() + (1 + (n % 300)) * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');
  const entry = (n: number): string =>
    `BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:full-${n}\r\nDTSTAMP:20261101T120000Z\r\nDTSTART:${day(n)}T1${n % 10}0000Z\r\nDURATION:PT30M\r\nSUMMARY:Visit ${n}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`;
  const there = await startRadicale();
  try {
    await fill(there, 'full', 'Full diary', Array.from({ length: MANY }, (_, n) => entry(n)));
    const server = await serve({ env: { WEDSYNC_EGRESS_ALLOW: `127.0.0.1:${there.port}`, WEDSYNC_RATE_MANAGING: '120' } });
    const app = await open({ server, env: { WEDSYNC_EGRESS_ALLOW: `127.0.0.1:${there.port}` } });
    const { window } = app;
    await expect(window.locator('[data-link="live"]')).toBeVisible();
    await window.evaluate(() => void (location.hash = '#/connect/caldav'));
    await tryOut(window, there);
    await expect(window.locator('.connect-details')).toContainText('Full diary');
    await window.getByRole('button', { name: 'Connect', exact: true }).click();
    await window.getByRole('link', { name: 'Open the connection' }).click();
    const inspector = window.locator('.inspector');
    await expect(window.getByRole('progressbar', { name: /Reading/ })).toBeVisible();
    await keep(app, 'calendars-reading');
    await expect(inspector).toContainText(/900 entries read in/, { timeout: 60_000 });
    await expect(window.getByRole('progressbar', { name: /Reading/ })).toHaveCount(0);
    await expect(inspector.locator('.history > li', { hasText: 'was read: 900 entries' })).toHaveCount(1);
    await expect(inspector.locator('.history > li', { hasText: 'is being read' })).toHaveCount(0);
    await keep(app, 'calendars-read');
  } finally {
    await there.stop();
  }
});
