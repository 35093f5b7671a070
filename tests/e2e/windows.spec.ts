import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import type { Bridge } from '../../core/contract/ipc.ts';
import type { Snapshot } from '../../core/contract/record.ts';
import { WALL_INVOKE, WINDOW_LIMIT } from '../../core/contract/windows.ts';
import { violationsOn } from '../support/axe.ts';
import { launchBrowser } from '../support/browser.ts';
import type { DesktopApp } from '../support/desktopApp.ts';
import { payByStripe } from '../support/facts.ts';
import type { RunningServer } from '../support/runningServer.ts';
import { expect, test } from './fixtures.ts';

/** A page that knows the bridge, and what the test wrote down on it. */
interface Told {
  readonly wedsync: Bridge;
  told?: string[];
  /** Who had asked for each timer that went off. */
  fired?: string[];
}
const settings = (page: Page, patch: Parameters<Bridge['changeSettings']>[0]): Promise<unknown> => page.evaluate((chosen) => (globalThis as unknown as Told).wedsync.changeSettings(chosen), patch);
const WALL = { intervalSeconds: 5, coupleNames: true, theme: 'dark' } as const;

async function nextWindow(app: DesktopApp, open: () => Promise<unknown>): Promise<Page> {
  const [page] = await Promise.all([app.app.waitForEvent('window'), open()]);
  return page;
}
async function live(app: DesktopApp): Promise<void> {
  await expect(app.window.locator('[data-link="live"]')).toBeVisible();
  await expect(app.window.locator('.board')).toBeVisible();
}
const openWall = (app: DesktopApp): Promise<Page> => nextWindow(app, () => app.window.keyboard.press('Control+Shift+W'));
const failPayment = (server: RunningServer, amountMinor: number): Promise<unknown> => payByStripe(server.url, server.demo(), { amountMinor, status: 'failed', name: 'Balance of Mr Harcourt' });

/** Every word of the whole record that a wall must not know; short ones would be found inside innocent ones. */
function secretsOf(record: Snapshot): string[] {
  const open = [record.organisation.name, ...record.rows.weddings.flatMap((row) => [row.title, row.room])];
  const { contacts, bookings, payments, alerts, connections } = record.rows;
  const texts = [
    ...contacts.flatMap((row) => [row.email, row.phone, row.company]),
    ...bookings.flatMap((row) => [row.vendorName, row.source?.remoteId]),
    ...payments.flatMap((row) => [row.payerName, row.description, row.failureReason, row.source?.remoteId, String(row.amountMinor)]),
    ...alerts.flatMap((row) => [row.title, row.detail]),
    ...connections.flatMap((row) => [row.name]),
  ];
  return [...new Set(texts.filter((text): text is string => typeof text === 'string' && text.length > 4 && !open.includes(text)))];
}

test('the wall display goes round, tells nothing private, and may ask for nothing', async ({ serve, open, keep }) => {
  const server = await serve();
  const app = await open({ server });
  await live(app);
  await failPayment(server, 91_200);
  await expect(app.window.locator('.column-alerts .row', { hasText: '£912.00' })).toBeVisible();
  await settings(app.window, { wall: WALL });
  const wall = await openWall(app);
  await expect(wall.locator('.wall[data-fresh="fresh"]')).toBeVisible();

  // It goes round by itself, holds on Space and turns on the arrows.
  const seen = new Set<string | null>();
  await expect.poll(async () => seen.add(await wall.locator('.wall').getAttribute('data-page')).size, { timeout: 90_000 }).toBe(3);
  await wall.keyboard.press('Space');
  await expect(wall.getByText('Held')).toBeVisible();
  const at = await wall.locator('.wall').getAttribute('data-page');
  await wall.waitForTimeout(6_000);
  expect(await wall.locator('.wall').getAttribute('data-page')).toBe(at);

  // What arrives while it hangs there, as the bridge tells it.
  await wall.evaluate(() => {
    const page = globalThis as unknown as Told;
    page.told = [];
    const keepIt = (payload: unknown): void => void page.told?.push(JSON.stringify(payload));
    page.wedsync.onPatch(keepIt);
    page.wedsync.onSnapshot(keepIt);
    page.wedsync.onSettings(keepIt);
    page.wedsync.onBanner(keepIt);
    page.wedsync.onNavigate(keepIt);
    page.wedsync.onOutbox(keepIt);
  });
  await failPayment(server, 73_450);
  await payByStripe(server.url, server.demo(), { amountMinor: 55_510, name: 'Second deposit' });
  await expect(app.window.locator('.column-feed', { hasText: '£555.10' })).toBeVisible();
  await expect.poll(() => wall.evaluate(() => (globalThis as unknown as Told).told?.length ?? 0)).toBeGreaterThan(0);
  const whole = await app.window.evaluate(() => (globalThis as unknown as Told).wedsync.record());
  if (!whole.ok || !whole.value) throw new Error('no record');
  const secrets = secretsOf(whole.value);
  expect(secrets.length).toBeGreaterThan(20);
  const texts: string[] = [];
  for (let page = 0; page < 8; page += 1) {
    texts.push(await wall.locator('body').innerHTML());
    await wall.keyboard.press('ArrowRight');
  }
  const asked = await wall.evaluate(async () => {
    const { wedsync, told } = globalThis as unknown as Told;
    return JSON.stringify([await wedsync.record(), await wedsync.boot(), await wedsync.settings(), await wedsync.link(), told, await indexedDB.databases(), { ...localStorage }]);
  });
  const all = [...texts, asked].join('\n');
  expect(secrets.filter((secret) => all.includes(secret))).toEqual([]);
  expect(all).not.toMatch(/£|@[a-z]/);
  expect(asked).toContain('payment_failed');
  expect(all).not.toContain(server.url);

  // Whatever else the bridge has is refused by what the window is for.
  const answers = await wall.evaluate(async () => {
    const { wedsync } = globalThis as unknown as Told;
    const verbs = Object.entries(wedsync).filter(([name]) => !name.startsWith('on')) as unknown as [string, (input?: unknown) => Promise<{ ok: boolean; error?: { code: string } }>][];
    const told: Record<string, string> = {};
    for (const [name, verb] of verbs) if (!['boot', 'record', 'link', 'settings', 'wall'].includes(name)) told[name] = await verb({}).then((answer) => answer.error?.code ?? 'answered');
    const moved = await wedsync.wall({ action: 'next_display' });
    return { told, moved: moved.ok ? 'answered' : moved.error.code };
  });
  expect(WALL_INVOKE).toHaveLength(5);
  expect(Object.keys(answers.told).length).toBeGreaterThan(15);
  expect([...new Set(Object.values(answers.told)), answers.moved]).toEqual(['auth.forbidden', 'auth.forbidden']);

  const [wedding] = whole.value.rows.weddings.filter((row) => asked.includes(row.title));
  await settings(app.window, { wall: { ...WALL, coupleNames: false } });
  await expect.poll(() => wall.evaluate(async () => JSON.stringify(await (globalThis as unknown as Told).wedsync.record()))).not.toContain(wedding?.title ?? '');
  for (let page = 0; page < 8; page += 1) {
    expect(await wall.locator('body').innerText()).not.toContain(wedding?.title ?? '');
    await wall.keyboard.press('ArrowRight');
  }
  await settings(app.window, { wall: WALL });

  for (const theme of ['dark', 'light'] as const) {
    await settings(app.window, { wall: { ...WALL, theme } });
    await expect(wall.locator(`html[data-mantine-color-scheme="${theme}"]`)).toHaveCount(1);
    for (const [width, height] of [[1920, 1080], [1280, 800]] as const) {
      await app.app.evaluate(({ BrowserWindow }, size) => {
        const window = BrowserWindow.getAllWindows().find((each) => each.webContents.getURL().endsWith('#wall'));
        window?.setFullScreen(false);
        window?.setContentBounds({ x: 0, y: 0, ...size });
      }, { width, height });
      // Without a window manager a frameless window may lack a pixel.
      await expect.poll(() => wall.evaluate((wanted) => Math.abs(innerWidth - wanted), width)).toBeLessThan(3);
      for (const kind of ['next', 'wedding', 'alerts']) {
        for (let turn = 0; turn < 6 && (await wall.locator('.wall').getAttribute('data-page')) !== kind; turn += 1) await wall.keyboard.press('ArrowRight');
        await keep({ ...app, window: wall }, `wall-${kind}-${width}-${theme}`);
        const violations = await violationsOn(wall);
        expect(violations.map((violation) => `${kind} ${violation.id}: ${violation.nodes[0]?.target}`)).toEqual([]);
      }
    }
  }

  const closed = wall.waitForEvent('close');
  // Not `press`: the window is gone before the key is up.
  await wall.keyboard.down('Escape');
  await closed;
  expect(app.app.windows()).toHaveLength(1);
});

test('details in a window of their own share every decision and setting, and closing them leaves the others', async ({ serve, open, keep }) => {
  const server = await serve();
  const app = await open({ server });
  await live(app);
  await failPayment(server, 91_200);
  const row = app.window.locator('.column-alerts .row', { hasText: '£912.00' });
  await row.locator('.row-alert').click();
  const details = await nextWindow(app, () => app.window.getByRole('button', { name: 'Open details in new window' }).click());
  await expect(details.locator('.frame-details h2')).toContainText('£912.00');
  await expect(details.locator('.rail')).toHaveCount(0);
  await keep({ ...app, window: details }, 'window-details');

  await details.getByRole('button', { name: /Acknowledge/ }).first().click();
  await expect(row).toHaveCount(0);
  await expect(details.locator('.inspector-state')).toContainText('Acknowledged');

  await settings(details, { theme: 'dark' });
  for (const page of [app.window, details]) await expect(page.locator('html[data-mantine-color-scheme="dark"]')).toHaveCount(1);

  const answers = await app.window.evaluate(async (count) => {
    const codes: string[] = [];
    for (let n = 0; n < count; n += 1) {
      const answer = await (globalThis as unknown as Told).wedsync.openWindow({ path: 'settings', shows: 'frame' });
      codes.push(answer.ok ? 'opened' : answer.error.code);
    }
    return codes;
  }, WINDOW_LIMIT - 1);
  expect(answers).toEqual([...Array.from({ length: WINDOW_LIMIT - 2 }, () => 'opened'), 'window.too_many']);
  await expect.poll(() => app.app.windows().length).toBe(WINDOW_LIMIT);
  await details.close();
  await expect.poll(() => app.app.windows().length).toBe(WINDOW_LIMIT - 1);
  await expect(app.window.locator('[data-link="live"]')).toBeVisible();
});

test('windows come back after a restart, where they were and with what they showed', async ({ serve, open, folder }) => {
  const server = await serve();
  const userData = join(folder, 'desktop');
  const app = await open({ server, userData });
  await live(app);
  const other = await nextWindow(app, () => app.window.evaluate(() => (globalThis as unknown as Told).wedsync.openWindow({ path: 'settings', shows: 'frame' })));
  await expect(other).toHaveURL(/#\/settings$/);
  await other.evaluate(() => {
    location.hash = '#/integrations';
  });
  // On a busy machine the answer of main is now and then collected before it is read; asking again does no harm.
  await expect(async () => {
    await app.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().find((each) => each.webContents.getURL().includes('integrations'))?.setBounds({ x: 300, y: 120, width: 700, height: 640 }));
  }).toPass();
  await openWall(app);
  // Where a window is, is written down when it has stood still for a moment.
  await expect(async () => {
    expect(JSON.parse(readFileSync(join(userData, 'settings.json'), 'utf8'))).toMatchObject({
      'windows.extras': [{ path: 'integrations' }],
      'windows.extra.1': { x: 300, y: 120, width: 700, height: 640 },
      'windows.wall': { open: true },
    });
  }).toPass();
  await app.close();

  const again = await open({ server, userData });
  // A window is there before it has its address.
  const urls = () => again.app.windows().map((page) => page.url().replace(/^.*index\.html/, ''));
  await expect.poll(urls).toEqual(expect.arrayContaining(['#wall', '?shows=frame#/integrations']));
  expect(urls()).toHaveLength(3);
  await expect(async () => {
    expect(await again.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().find((each) => each.webContents.getURL().includes('integrations'))?.getBounds())).toEqual({ x: 300, y: 120, width: 700, height: 640 });
  }).toPass();
});

test('a window on a screen that is not there any more is brought back, at the start and while running', async ({ serve, open, folder }) => {
  const server = await serve();
  const userData = join(folder, 'desktop');
  mkdirSync(userData, { recursive: true });
  writeFileSync(join(userData, 'settings.json'), JSON.stringify({
    'windows.main': { x: -31_000, y: 44_000, width: 90_000, height: 3, maximised: false },
    'windows.extras': [{ path: 'settings', shows: 'frame' }],
    'windows.extra.1': { x: 5_760, y: -2_160, width: 1_000, height: 700, maximised: false },
    'windows.wall': { open: true, display: { id: 987, label: 'Lobby', bounds: { x: 9_000, y: 0, width: 3_840, height: 2_160 } } },
  }));
  const app = await open({ server, userData });
  await live(app);
  const places = () => app.app.evaluate(({ BrowserWindow, screen }) => ({ area: screen.getPrimaryDisplay().workArea, windows: BrowserWindow.getAllWindows().map((window) => window.getBounds()) }));
  await expect.poll(async () => (await places()).windows.length).toBe(2);
  const { area, windows } = await places();
  for (const box of windows) {
    expect(box.x).toBeGreaterThanOrEqual(area.x);
    expect(box.y).toBeGreaterThanOrEqual(area.y);
    expect(box.x + box.width).toBeLessThanOrEqual(area.x + area.width);
    expect(box.y + box.height).toBeLessThanOrEqual(area.y + area.height);
  }
  // The wall waits for its own screen and says so; it does not cover this one.
  await expect(app.window.locator('.banner', { hasText: 'Its screen (Lobby) is not connected any more' })).toBeVisible();

  await app.app.evaluate(({ BrowserWindow, screen }) => {
    BrowserWindow.getAllWindows()[0]?.setBounds({ x: 4_000, y: 3_000, width: 900, height: 700 });
    screen.emit('display-removed', {}, screen.getPrimaryDisplay());
  });
  await expect.poll(async () => (await places()).windows.every((box) => box.x < area.x + area.width && box.y < area.y + area.height)).toBe(true);
});

test('a hidden window sets no timer, and is right at once when it is shown', async ({ serve, open }) => {
  const server = await serve();
  const app = await open({ server });
  await live(app);
  await app.app.context().addInitScript(() => {
    const page = globalThis as unknown as Told & Window;
    page.fired = [];
    const count = <A extends unknown[]>(callback: (...args: A) => void) => {
      const asked = new Error().stack?.split('\n').slice(3, 6).join(' < ') ?? '';
      return (...args: A): void => {
        page.fired?.push(asked);
        callback(...args);
      };
    };
    const { setTimeout: once, setInterval: often, requestAnimationFrame: frame } = page;
    Object.assign(page, {
      setTimeout: (callback: () => void, ms?: number) => once.call(page, count(callback), ms),
      setInterval: (callback: () => void, ms?: number) => often.call(page, count(callback), ms),
      requestAnimationFrame: (callback: FrameRequestCallback) => frame.call(page, count(callback)),
    });
  });
  await app.window.reload();
  await live(app);
  const fired = (): Promise<string[]> => app.window.evaluate(() => (globalThis as unknown as Told).fired ?? []);
  const before = (await fired()).length;
  await expect.poll(async () => (await fired()).length).toBeGreaterThan(before + 1);

  const inMain = (what: 'hide' | 'show') => app.app.evaluate(({ BrowserWindow }, verb) => BrowserWindow.getAllWindows()[0]?.[verb](), what);
  await inMain('hide');
  // The page learns of it in a moment, and what it had set before may still go off.
  let last = -1;
  await expect.poll(async () => {
    const before = last;
    last = (await fired()).length;
    return last - before;
  }, { intervals: [3_000] }).toBe(0);
  const settled = await fired();
  await failPayment(server, 64_200);
  // Long enough for anything that still went round: the clock, the age of the line, the throttled drawing.
  await app.window.waitForTimeout(5_000);
  expect((await fired()).slice(settled.length)).toEqual([]);

  await inMain('show');
  const row = app.window.locator('.column-alerts .row', { hasText: '£642.00' });
  await expect(row).toBeVisible();
});

test('the same wall hangs in a plain browser', async ({ serve }) => {
  const server = await serve();
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1920, height: 1080 } });
    await page.goto(`${server.url}/#enrol=${await server.newTicket()}`);
    await expect(page.locator('[data-link="live"]')).toBeVisible();
    await failPayment(server, 91_200);
    await expect(page.locator('.column-alerts .row', { hasText: '£912.00' })).toBeVisible();
    await page.goto(`${server.url}/#wall`);
    await expect(page.locator('.wall[data-fresh="fresh"]')).toBeVisible();
    const texts: string[] = [];
    for (let turn = 0; turn < 6; turn += 1) {
      texts.push(await page.locator('body').innerHTML());
      await page.keyboard.press('ArrowRight');
    }
    expect(texts.join('\n')).toContain('A payment failed');
    expect(texts.join('\n')).not.toMatch(/£|@[a-z]|912/);
    await server.kill();
    await expect(page.locator('.wall[data-fresh="stale"]')).toBeVisible();
    await expect(page.locator('.wall-age')).toContainText(/Offline since \d\d:\d\d/);
  } finally {
    await browser.close();
  }
});
