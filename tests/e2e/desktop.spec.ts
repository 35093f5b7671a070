import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { startDesktopSession } from '../support/desktopSession.ts';
import { payByStripe, todaysWedding } from '../support/facts.ts';
import { expect, test } from './fixtures.ts';

const filesUnder = (folder: string): string[] => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)).filter((file) => statSync(file).isFile());

test('the device’s token is in the keychain and in no file', async ({ serve, open, session, folder }) => {
  const server = await serve();
  const app = await open({ server });
  await expect(app.window.locator('[data-link="live"]')).toBeVisible();
  const found = execFileSync('secret-tool', ['search', '--all', '--unlock', 'service', 'WedSync Command Centre'], { env: session.env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const token = /^secret = (\S+)$/m.exec(found)?.[1] ?? '';
  expect(token.length).toBeGreaterThan(30);
  await app.close();
  await server.stop();
  const files = filesUnder(folder);
  expect(files.length).toBeGreaterThan(20);
  expect(files.filter((file) => readFileSync(file).includes(token))).toEqual([]);
});

test('a machine without a keychain starts, says so, and writes the token nowhere', async ({ serve, open }) => {
  const session = await startDesktopSession({ keychain: false });
  try {
    const server = await serve();
    const app = await open({ server, session });
    await expect(app.window.locator('[data-link="live"]')).toBeVisible();
    await expect(app.window.getByRole('region', { name: /notice|message|banner/i })).toContainText(/keychain/i);
    await app.close();
  } finally {
    await session.close();
  }
});

test('a toast that cannot be shown becomes a banner in the window', async ({ serve, open, keep }) => {
  const session = await startDesktopSession({ notificationDaemon: false });
  try {
    const server = await serve();
    const app = await open({ server, session });
    await expect(app.window.locator('[data-link="live"]')).toBeVisible();
    await payByStripe(server.url, server.demo(), { amountMinor: 61_000, status: 'failed' });
    const banner = app.window.locator('.banner', { hasText: '£610.00' });
    await expect(banner).toBeVisible();
    await keep(app, 'banner');
    await banner.getByRole('button').first().click();
    await expect(app.window).toHaveURL(/alert\//);
    await app.close();
  } finally {
    await session.close();
  }
});

test('a deep link opens its place, cold and warm, and a second start only hands its link over', async ({ serve, open, session, folder }) => {
  const server = await serve();
  const wedding = todaysWedding(server.demo());
  const cold = await open({ server, args: [`wedsync://wedding/${wedding.id}`] });
  await expect(cold.window).toHaveURL(new RegExp(`#/wedding/${wedding.id}`));

  // The second instance ends by itself after it has handed its link to the first.
  const { electronBinary, rootArguments } = await import('../support/desktopApp.ts');
  const { REPOSITORY } = await import('../support/runningServer.ts');
  execFileSync(electronBinary(), [...rootArguments(), `--user-data-dir=${join(folder, 'desktop')}`, REPOSITORY, 'wedsync://integrations'], { env: { ...session.env }, timeout: 90_000, stdio: 'ignore' });
  await expect(cold.window).toHaveURL(/#\/integrations/);
  expect(cold.app.windows().length).toBe(1);
  const nonsense = execFileSync(electronBinary(), [...rootArguments(), `--user-data-dir=${join(folder, 'desktop')}`, REPOSITORY, 'wedsync://wedding/../../etc'], { env: { ...session.env }, timeout: 90_000, encoding: 'utf8' });
  expect(nonsense).not.toContain('Error');
  await expect(cold.window).toHaveURL(/#\/(integrations|day)/);
});

test('the page has no powers: no Node, no foreign address, no new window, no permission', async ({ serve, open }) => {
  const server = await serve();
  const app = await open({ server });
  await expect(app.window.locator('[data-link="live"]')).toBeVisible();
  const violations: string[] = [];
  app.window.on('console', (message) => {
    if (/Content Security Policy|Refused to/i.test(message.text())) violations.push(message.text());
  });
  await app.window.reload();
  await expect(app.window.locator('[data-link="live"]')).toBeVisible();
  expect(violations).toEqual([]);

  const powers = await app.window.evaluate(async (url) => {
    const page = globalThis as Record<string, unknown>;
    const tried = async (work: () => Promise<unknown>): Promise<string> => work().then(() => 'worked', () => 'refused');
    return {
      node: [typeof page['require'], typeof page['process'], typeof page['Buffer'], typeof page['module']],
      bridge: Object.keys(page['wedsync'] as object).sort(),
      fetch: await tried(() => fetch(url)),
      traversal: await fetch('app://console/..%2f..%2fpackage.json').then((answer) => answer.status, () => 404),
      opened: window.open('https://example.org') === null,
      notification: typeof Notification === 'undefined' ? 'none' : await Notification.requestPermission(),
      camera: await tried(() => navigator.mediaDevices.getUserMedia({ video: true })),
      evaluated: await tried(async () => new Function('return 1')()),
    };
  }, server.url);
  expect(powers.node).toEqual(['undefined', 'undefined', 'undefined', 'undefined']);
  expect(powers.fetch).toBe('refused');
  expect(powers.traversal).toBeGreaterThanOrEqual(400);
  expect(powers.opened).toBe(true);
  expect(powers.notification).not.toBe('granted');
  expect(powers.camera).toBe('refused');
  expect(powers.evaluated).toBe('refused');

  await app.window.evaluate(() => {
    location.href = 'https://example.org/';
  });
  await app.window.waitForTimeout(500);
  expect(app.window.url()).toMatch(/^app:\/\/console\//);
});
