import { randomUUID } from 'node:crypto';
import type { Locator, Page } from '@playwright/test';
import type { Command } from '../../core/contract/commands.ts';
import { wallInstant } from '../../server/demo/dates.ts';
import type { DemoWedding } from '../../server/demo/card.ts';
import { launchBrowser } from '../support/browser.ts';
import { fill, hasRadicale, startRadicale, type CalendarServer } from '../support/calendarServers.ts';
import { colleague, type Decide } from '../support/colleague.ts';
import { until } from '../support/desktopSession.ts';
import type { RunningServer } from '../support/runningServer.ts';
import { expect, test } from './fixtures.ts';
import { axe, fits, PHONE, photograph, resize, SCHEMES, theme } from './looks.ts';

/**
 * A coordinator's story from a double booking that somebody else makes to an empty queue, in one real window. Each step leaves a picture of
 * what it asserts: `test-results/screens/story-*.png`.
 */

/** The wedding that is still to come, whatever hour it is now. */
function coming(server: RunningServer): DemoWedding {
  const found = server.demo().weddings.find(({ today }) => !today);
  if (!found) throw new Error('the demo has no wedding that is still to come');
  return found;
}
const at = ({ zone, date }: DemoWedding, hour: number, minute = 0): string => wallInstant(zone, date, hour * 60 + minute);
const dayOf = ({ date }: DemoWedding): string => date.replaceAll('-', '');

async function resource(decide: Decide, kind: 'room' | 'crew', name: string): Promise<string> {
  const resourceId = randomUUID();
  await decide({
    type: 'resource.save', commandId: randomUUID(), resourceId, basedOnVersion: null, kind, name, places: 1, partIds: [],
    setUpMinutes: 0, turnaroundMinutes: 0, state: 'active',
  });
  return resourceId;
}
/** How many there are of it, and what is taken of it. */
const places = (resourceId: string, name: string, count: number, basedOnVersion: number | null): Command => ({
  type: 'resource.save', commandId: randomUUID(), resourceId, basedOnVersion, kind: 'crew', name, places: count, partIds: [], setUpMinutes: 0,
  turnaroundMinutes: 0, state: 'active',
});
const takes = (resourceId: string, title: string, startsAt: string, endsAt: string): Command => ({
  type: 'allocation.save', commandId: randomUUID(), allocationId: randomUUID(), basedOnVersion: null, weddingId: null, bookingId: null, resourceId, title,
  startsAt, endsAt, status: 'definite', rank: null, holdUntil: null, lockedBecause: null, tags: [], units: 1, setUpMinutes: null,
  turnaroundMinutes: null, reason: null,
});

/** What the window holds of the record, by name. */
const idOf = (page: Page, collection: 'resources' | 'connections', name: string): Promise<string> => page.evaluate(async ([rows, wanted]) => {
  type Rows = Record<string, { id: string; name: string }[]>;
  const { wedsync } = globalThis as unknown as { wedsync: { record(): Promise<{ value: { rows: Rows } }> } };
  return (await wedsync.record()).value.rows[rows]?.find((row) => row.name === wanted)?.id ?? '';
}, [collection, name] as const);
const lookNow = (page: Page, connectionId: string): Promise<unknown> =>
  page.evaluate((id) => (globalThis as unknown as { wedsync: { lookNow(of: object): Promise<unknown> } }).wedsync.lookNow({ connectionId: id }), connectionId);
const goTo = (page: Page, hash: string): Promise<void> => page.evaluate((to) => void (location.hash = to), hash);
const compact = (instant: string): string => instant.replace(/[-:]|\.\d{3}/g, '');
const entry = (title: string, startsAt: string, endsAt: string): string => ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//diary//EN', 'BEGIN:VEVENT',
  `UID:${randomUUID()}`, `DTSTAMP:${compact(startsAt)}`, `DTSTART:${compact(startsAt)}`, `DTEND:${compact(endsAt)}`, `SUMMARY:${title}`, 'END:VEVENT',
  'END:VCALENDAR', ''].join('\r\n');

/** The calendar server of the house, with the calendars of these rooms both ways; as a person connects it. */
async function connect(window: Page, there: CalendarServer, rooms: readonly string[]): Promise<string> {
  await goTo(window, '#/connect/caldav');
  const next = window.getByRole('button', { name: 'I have it, go on' });
  await expect(next.or(window.getByLabel('Server address'))).toBeVisible();
  if (await next.isVisible()) await next.click();
  await window.getByLabel('Server address').fill(there.url);
  await window.getByLabel('User name').fill(there.user);
  await window.getByLabel('Password', { exact: true }).fill(there.password);
  await window.getByRole('radio', { name: /vault of the server/ }).check();
  await window.getByRole('button', { name: 'Try it out' }).click();
  await expect(window.locator('.connect-details')).toContainText('diary');
  await window.getByRole('button', { name: 'Connect', exact: true }).click();
  await window.getByRole('link', { name: 'Open the connection' }).click();
  const choose = async (label: string, option: string): Promise<void> => {
    await window.getByRole('combobox', { name: label }).click();
    await window.getByRole('option', { name: option, exact: true }).click();
  };
  for (const room of rooms) {
    const calendar = window.locator('.calendar-row', { hasText: `${room} diary` });
    await calendar.getByRole('button', { name: 'Set up' }).click();
    await choose('Which way', 'Both ways');
    await choose('Whose calendar it is', room);
    await window.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(calendar).toContainText('Both ways');
  }
  return (await window.evaluate(() => location.hash)).split('/')[2] ?? '';
}

const boxOf = async (found: Locator): Promise<{ x: number; y: number; width: number; height: number }> => {
  const box = await found.boundingBox();
  if (!box) throw new Error('it is not on the screen');
  return box;
};

test.skip(!hasRadicale(), 'needs radicale (Debian package of this name)');

test('a double booking comes from a diary, is looked at, tried, moved, taken back, and in the end carried out as one plan', async ({ serve, open, session, keep }) => {
  const there = await startRadicale();
  try {
    await fill(there, 'orangery', 'Orangery diary', []);
    await fill(there, 'loft', 'Apple loft diary', []);
    const loopback = { WEDSYNC_EGRESS_ALLOW: `127.0.0.1:${there.port}` };
    const server = await serve({ env: { ...loopback, WEDSYNC_RATE_MANAGING: '120' } });
    const app = await open({ server, env: loopback });
    const { window } = app;
    await resize(app, 1280, 800);
    await expect(window.locator('[data-link="live"]')).toBeVisible();
    const wedding = coming(server);
    const decide = await colleague(server);
    let step = 0;
    /** `dark`: as well, where nothing is held that would be let go by it. */
    const picture = async (name: string, dark = true): Promise<void> => {
      step += 1;
      const file = `story-${String(step).padStart(2, '0')}-${name}`;
      await keep(app, file);
      if (!dark) return;
      await theme(app, 'dark');
      await keep(app, `${file}-dark`);
      await theme(app, 'light');
    };

    // The house: a room that is free that day, one that is not, and two duty managers.
    await resource(decide, 'room', 'Apple loft');
    await expect.poll(() => idOf(window, 'resources', 'Apple loft')).not.toBe('');
    await decide(takes(await idOf(window, 'resources', 'Walled Garden'), 'Lantern workshop', at(wedding, 9), at(wedding, 23)));
    await decide({
      type: 'resource.save', commandId: randomUUID(), resourceId: await idOf(window, 'resources', 'Orangery'), basedOnVersion: 1, kind: 'room', name: 'Orangery',
      places: 1, partIds: [], setUpMinutes: 0, turnaroundMinutes: 0, state: 'active', moveFeeMinor: 25_000, moveFeeDays: null, extraHourMinor: null,
    });
    await resource(decide, 'crew', 'Second duty manager');
    const duty = randomUUID();
    await decide(places(duty, 'Duty manager', 2, null));
    await decide(takes(duty, 'Duty at the Orangery', at(wedding, 12), at(wedding, 18)));
    await decide(takes(duty, 'Duty at the tasting', at(wedding, 16), at(wedding, 20)));
    const connectionId = await connect(window, there, ['Orangery', 'Apple loft']);
    await until(async () => (await standing(there, 'orangery')).includes(wedding.title.slice(0, 10)), 'the wedding in the diary of its room');
    expect(await standing(there, 'loft')).not.toContain('BEGIN:VEVENT');

    // 1. While the coordinator looks at the day somebody writes a supper into the diary of the Orangery.
    await window.keyboard.press('Alt+1');
    await expect(window.locator('.mantine-Notification-root'), 'what was set up is told and gone').toHaveCount(0);
    await expect(window.getByRole('heading', { level: 1 }).first()).toBeVisible();
    const seen = session.notifications().length;
    const supper = entry('Harvest supper of the growers', at(wedding, 17), at(wedding, 22));
    expect((await there.put(`${there.home}orangery/supper.ics`, supper)).status).toBeLessThan(300);
    await lookNow(window, connectionId);
    const toast = () => session.notifications().slice(seen).find(({ summary }) => summary.includes('Double booking: Orangery'));
    await expect.poll(toast).toMatchObject({ body: expect.stringContaining('Harvest supper'), urgency: 2 });
    const alert = window.locator('.row-alert', { hasText: /Double booking: .*Orangery/ });
    await expect(alert).toBeVisible();
    await alert.scrollIntoViewIfNeeded();
    await picture('it-arrives');

    // 2. Opened from the alert.
    await alert.click();
    await expect(window.locator('.inspector')).toContainText('Harvest supper of the growers');
    await picture('its-alert');
    await window.getByRole('link', { name: 'Open the conflict' }).click();
    const row = window.locator('.conflict-row', { hasText: /Orangery.*double booking/ });
    await expect(row.locator('.row-conflict')).toBeFocused();
    await expect(row.locator('.sev')).toBeVisible();
    await expect(row.locator('.row-end')).toContainText(/· in .* · found /);
    await expect(row.locator('.conflict-members')).toContainText(wedding.title);
    await expect(row.locator('.conflict-members')).toContainText('Harvest supper of the growers');
    const bar = window.locator(`.tl-bar[data-bar="weddings:${wedding.id}"]`);
    await expect(bar).toHaveAccessibleName(/double booking/);
    await expect(window.locator('.tl-bar[data-elsewhere]')).toBeInViewport();
    await picture('in-the-queue');

    // 3. Rooms alone, all of that day.
    await goTo(window, `#/conflicts/scale/day/on/${dayOf(wedding)}/kind/room`);
    await expect(bar).toBeVisible();
    await expect(window.locator('.conflict-who').first()).toContainText('Harvest supper');
    await picture('on-the-timeline');

    // 4. Lifted over a room that is taken: not there, and by whom.
    const stood = await boxOf(bar);
    const hour = (stood.width * 3_600_000) / (Date.parse(wedding.endsAt) - Date.parse(wedding.startsAt));
    const x = stood.x + Math.min(stood.width / 4, 150);
    const over = async (room: string): Promise<number> => {
      const box = await boxOf(window.getByRole('group', { name: room }));
      return box.y + box.height / 2;
    };
    await window.mouse.move(x, stood.y + stood.height / 2);
    await window.mouse.down();
    await window.mouse.move(x + hour / 2, await over('Walled Garden'), { steps: 10 });
    await expect(window.locator('.tl-ghost').first()).toHaveAttribute('data-verdict', 'reason');
    await expect(window.locator('.tl-ghost').first()).toContainText('Lantern workshop');
    await picture('over-a-taken-room', false);

    // 5. Over one that is free.
    await window.mouse.move(x + hour / 2, await over('Apple loft'), { steps: 10 });
    await expect(window.locator('.tl-ghost').first()).toHaveAttribute('data-verdict', 'free');
    await picture('over-a-free-room', false);

    // 6. Put down: who moves, by how much, what goes with it, which calendars are written.
    await window.mouse.up();
    const card = window.locator('.cal-impact');
    await expect(card).toContainText(/30 min later, in .*Apple loft.* instead of .*Orangery/);
    await expect(card).toContainText('2 bookings and 2 run sheet items move with it, 30 min later.');
    await expect(card).toContainText(/No longer clashes with.*Harvest supper of the growers/);
    await expect(card).toContainText(/Will be written to.*Apple loft diary/);
    await expect(card).toContainText(/taken out of.*Orangery diary/i);
    const cost = card.getByRole('region', { name: 'What it costs' });
    await expect(cost).toContainText(/Orangery.* asks .*£250.00.* for moving/);
    await expect(cost).toContainText(/Nobody has said what .* for it/);
    await expect(cost).toContainText(/Costs .*£250.00.* as far as is known/);
    await picture('what-it-does');

    // 7. Recorded, and then on their calendars.
    await window.getByRole('button', { name: 'Move it' }).click();
    const undo = window.locator('.undo-line').last();
    await expect(undo).toContainText('Move');
    await expect(window.locator('.plan-targets [data-push="written"]', { hasText: 'Apple loft diary' })).toBeVisible();
    await until(async () => (await standing(there, 'loft')).includes('BEGIN:VEVENT'), 'the wedding in the diary of the loft');
    await until(async () => !(await standing(there, 'orangery')).includes(wedding.title.slice(0, 10)), 'the wedding out of the diary of the Orangery');
    await expect(window.locator('.conflict-row', { hasText: 'Orangery' })).toHaveCount(0);
    await expect(bar).toHaveAccessibleName(/Apple loft/);
    await picture('recorded-and-on-their-calendars');

    // 8. Taken back by keyboard: all of it, and the clash is there again.
    await bar.focus();
    await window.keyboard.press('Control+z');
    await expect(bar).toHaveAccessibleName(/Orangery/);
    await expect(row).toBeVisible();
    await until(async () => (await standing(there, 'orangery')).includes(wedding.title.slice(0, 10)), 'the wedding back in the diary of its room');
    const back = window.locator('.mantine-Notification-root', { hasText: 'Put back as it was' });
    await expect(back.locator('[data-push="written"]', { hasText: 'Orangery diary' })).toBeVisible();
    await expect(window.locator('.undo-line'), 'nothing offers to undo what is undone').toHaveCount(0);
    await picture('taken-back');

    // 9. Meanwhile one of two duty managers is ill: two conflicts, and one way out of both.
    await decide(places(duty, 'Duty manager', 1, 1));
    const rows = window.locator('.conflict-row');
    await expect(rows).toHaveCount(2);
    await goTo(window, `#/conflicts/scale/day/on/${dayOf(wedding)}`);
    for (const each of await window.locator('.conflict-choose').all()) await each.check();
    await window.getByRole('button', { name: 'Ways out of 2' }).click();
    const plan = window.locator('.cal-plan').first();
    await expect(plan).toContainText(wedding.title);
    await expect(plan).toContainText('Duty');
    await expect(plan.locator('.cal-cost-line')).toContainText(/£250.00|Nobody has said/);
    await plan.hover();
    await expect(window.locator('.tl-ghost').first()).toBeVisible();
    const told = await boxOf(back);
    const ways = await boxOf(window.locator('.cal-card'));
    expect(told.y + told.height, 'what is told does not lie over what is asked').toBeLessThanOrEqual(ways.y);
    await back.getByRole('button').click();
    await expect(back).toHaveCount(0);
    await plan.hover();
    await expect(window.locator('.tl-ghost').first()).toBeVisible();
    await picture('ways-out', false);

    // 10. One of them as a whole.
    await plan.getByRole('button').click();
    await expect(card).toContainText(wedding.title);
    await expect(card).toContainText('Duty');
    await picture('the-whole-plan');
    await window.getByRole('button', { name: 'Carry out all of it' }).click();

    // 11. Nothing is left.
    await expect(rows).toHaveCount(0);
    await expect(window.getByText('Nothing clashes')).toBeVisible();
    await axe(window, 'an empty queue');
    await picture('nothing-clashes');

    // 12. The page is loaded anew: what was moved before it is still put back by keyboard.
    await window.reload();
    await expect(window.locator('[data-link="live"]')).toBeVisible();
    await goTo(window, `#/conflicts/scale/day/on/${dayOf(wedding)}`);
    await expect(bar).toBeVisible();
    await expect(async () => {
      await window.keyboard.press('Control+z');
      await expect(rows).toHaveCount(2, { timeout: 10_000 });
    }).toPass();

    // 13. Called off by mistake, and brought back from where that is told.
    const shift = window.locator('.tl-bar', { hasText: 'Duty at the tasting' });
    await shift.click();
    await window.getByRole('button', { name: 'Cancel it' }).first().click();
    await window.locator('form[aria-label="Cancel it"]').getByRole('button').click();
    await expect(shift).toHaveCount(0);
    await window.getByRole('button', { name: 'Bring it back' }).click();
    const form = window.getByRole('dialog');
    await expect(form).toContainText(/Cancelled by .* Brought back it is again: Definite/);
    await form.getByRole('button', { name: 'Bring it back' }).click();
    await expect(form).toContainText('Why it may be so all the same');
    await picture('brought-back', false);
    await form.getByRole('textbox').fill('One of us stands in');
    await form.getByRole('button', { name: 'Bring it back' }).click();
    await expect(shift).toHaveCount(1);
    await axe(window, 'what was brought back');
  } finally {
    await there.stop();
  }
});

/** All that stands in one of its calendars, as a calendar program reads it. */
async function standing(there: CalendarServer, id: string): Promise<string> {
  return (await there.ask({ method: 'GET', path: `${there.home}${id}/`, headers: {} })).body.replace(/\r?\n[ \t]/g, '');
}

test('the same queue and timeline on a phone, in the browser', async ({ serve }) => {
  const server = await serve();
  const wedding = coming(server);
  const decide = await colleague(server);
  const duty = randomUUID();
  await resource(decide, 'crew', 'Second duty manager');
  await decide(places(duty, 'Duty manager', 2, null));
  await decide(takes(duty, 'Duty at the Orangery', at(wedding, 12), at(wedding, 18)));
  await decide(takes(duty, 'Duty at the tasting', at(wedding, 16), at(wedding, 20)));
  await decide(places(duty, 'Duty manager', 1, 1));
  const browser = await launchBrowser();
  try {
    const page = await (await browser.newContext(PHONE)).newPage();
    await page.goto(`${server.url}/#enrol=${server.ticket}`);
    await expect(page.locator('[data-link="live"]')).toBeVisible();
    await goTo(page, '#/conflicts');
    const row = page.locator('.row-conflict', { hasText: /Duty manager.*double booking/ });
    await expect(row.locator('.conflict-who')).toContainText('Duty at the tasting');
    const look = async (name: string): Promise<void> => {
      for (const scheme of SCHEMES) {
        await page.emulateMedia({ colorScheme: scheme });
        await photograph(page, `story-phone-${name}-${scheme}`);
        await fits(page);
        await axe(page, `${name} ${scheme}`);
      }
    };
    await look('queue');
    await row.click();
    await expect(page.locator('.conflict-members')).toContainText('Duty at the tasting');
    await look('unfolded');
    await page.getByRole('button', { name: /^Show .*Duty at the tasting/ }).click();
    const bar = page.locator('.tl-bar', { hasText: 'Duty at the tasting' });
    await expect(bar).toBeInViewport();
    await look('timeline');
    await page.getByRole('tab', { name: 'Conflicts' }).click();
    await page.getByRole('button', { name: 'Ways out', exact: true }).click();
    await expect(page.locator('.cal-plan').first()).toBeVisible();
    await look('ways-out');
  } finally {
    await browser.close();
  }
});
