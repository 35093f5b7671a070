import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Bridge } from '../../core/contract/ipc.ts';
import { samples } from '../vendors/event-temple/samples.ts';
import { filesHolding } from '../support/filesHolding.ts';
import { violationsOn } from '../support/axe.ts';
import { launchBrowser } from '../support/browser.ts';
import { screenshotPath, type DesktopApp } from '../support/desktopApp.ts';
import { until } from '../support/desktopSession.ts';
import { expect, test } from './fixtures.ts';

/** A key in this computer's keychain, in the real window: a stand-in for Event Temple on loopback, made of our own samples, is behind it. */

const KEY = 'kept-in-the-keychain-0123456789abcdef';

interface StandIn {
  readonly url: string;
  readonly host: string;
  readonly calls: () => number;
  close(): Promise<void>;
}

async function standIn(): Promise<StandIn> {
  let calls = 0;
  const server: Server = createServer((request, response) => {
    if (request.headers['x-api-key'] !== KEY) return void response.writeHead(401).end('{}');
    calls += 1;
    const url = `http://${request.headers.host ?? ''}${request.url ?? ''}`;
    const { pathname } = new URL(url);
    const object = [...(samples.reread?.answers ?? [])].find(([path]) => path === pathname)?.[1];
    // Each booking is the one of the samples under its own id.
    const [, id] = /^\/v2\/bookings\/(\w+)$/.exec(pathname) ?? [];
    const booking = samples.reread?.answers.get('/v2/bookings/4711') as { data: object } | undefined;
    const body = id && booking ? { data: { ...booking.data, id } } : object;
    if (body) return void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const answer = samples.poll?.respond({ method: 'GET', url, headers: {}, timeoutMs: 1_000 });
    response.writeHead(answer?.status ?? 404, { 'content-type': 'application/json' }).end(answer?.body ?? '{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v2`, host: `127.0.0.1:${port}`, calls: () => calls,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const bridge = <T>(app: DesktopApp, ask: (wedsync: Bridge) => Promise<T>): Promise<T> => app.window.evaluate(`(${ask.toString()})(window.wedsync)`);
async function axe(app: DesktopApp, where: string): Promise<void> {
  const violations = await violationsOn(app.window);
  expect(violations.map((violation) => `${where}: ${violation.id} ${violation.nodes[0]?.target}`)).toEqual([]);
}
const bookings = async (app: DesktopApp): Promise<number> => {
  const record = await bridge(app, (wedsync) => wedsync.record());
  return record.ok ? (record.value?.rows.bookings.filter((row) => row.source?.system === 'event-temple').length ?? 0) : 0;
};

test('a key is entered in the window, goes to the keychain, brings its facts, and is nowhere on the server; after a restart it goes on', async ({ serve, open, keep, folder }) => {
  const vendor = await standIn();
  const browser = await launchBrowser();
  try {
    const server = await serve({ env: { WEDSYNC_RATE_MANAGING: '60' } });
    const env = { WEDSYNC_EGRESS_ALLOW: vendor.host };
    const app = await open({ server, env });
    const { window } = app;
    await expect(window.locator('[data-link="live"]')).toBeVisible();
    await window.evaluate(() => (location.hash = '#/connect/event-temple'));
    const next = window.getByRole('button', { name: 'I have it, go on' });
    await expect(next.or(window.getByLabel('API key'))).toBeVisible();
    if (await next.isVisible()) await next.click();
    await window.getByLabel('Organization ID').fill('7');
    await window.getByLabel('API key', { exact: true }).fill(KEY);
    await window.getByText('More settings').click();
    await window.getByLabel(/API address/).fill(vendor.url);
    // This computer is the usual place.
    await expect(window.getByRole('radio', { name: /On this computer/ })).toBeChecked();
    await window.locator('.kept').scrollIntoViewIfNeeded();
    await keep(app, 'kept-form-light');
    await axe(app, 'form');
    await window.getByRole('button', { name: 'Try it out' }).click();
    await expect(window.locator('.connect-good')).toContainText('Orchard House');
    await window.getByRole('button', { name: 'Connect', exact: true }).click();
    await expect(window.locator('.connect-finish')).toBeVisible();
    await until(async () => (await bookings(app)) === 5, 'the bookings that the desktop has read');

    await window.getByRole('link', { name: 'Open the connection' }).click();
    await expect(window.locator('.inspector')).toContainText('On this computer');
    await bridge(app, (wedsync) => wedsync.changeSettings({ theme: 'dark' }));
    await window.getByRole('button', { name: 'Change details' }).click();
    await keep(app, 'kept-connection-dark');
    await axe(app, 'connection');

    // Nowhere but in the keychain: not in the server's folder and lines, not in the desktop's own files and lines.
    expect(filesHolding(server.dataDir, KEY)).toEqual([]);
    expect(filesHolding(join(folder, 'desktop'), KEY)).toEqual([]);
    expect([...server.lines, ...app.lines].filter((line) => line.includes(KEY))).toEqual([]);

    // Somebody else sees who keeps it, on a phone too.
    const page = await browser.newPage({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 });
    await page.goto(`${server.url}/#enrol=${await server.newTicket()}`);
    await expect(page.locator('[data-link="live"]')).toBeVisible();
    const id = (await bridge(app, (wedsync) => wedsync.record())) as { value: { rows: { connections: { id: string; system: string }[] } } };
    const connectionId = id.value.rows.connections.find((row) => row.system === 'event-temple')?.id ?? '';
    await page.evaluate((to) => (location.hash = `#/integrations/${to}`), connectionId);
    await expect(page.locator('.inspector')).toContainText(/Key\s*On /);
    await page.screenshot({ path: screenshotPath('kept-phone-light') });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);

    await app.close();
    const before = vendor.calls();
    const again = await open({ server: { url: server.url, ticket: '' }, env });
    await expect(again.window.locator('[data-link="live"]')).toBeVisible();
    const looked = await again.window.evaluate((to) => (globalThis as unknown as { wedsync: Bridge }).wedsync.lookNow({ connectionId: to }), connectionId);
    expect(looked.ok).toBe(true);
    await until(() => vendor.calls() > before, 'a call with the key out of the keychain');

    // Into the vault, by the same form.
    await again.window.evaluate((to) => (location.hash = `#/integrations/${to}`), connectionId);
    await again.window.getByRole('button', { name: 'Change details' }).click();
    await again.window.getByRole('radio', { name: /vault of the server/ }).check();
    await keep(again, 'kept-choice-dark');
    await again.window.getByRole('button', { name: 'Save', exact: true }).click();
    // The server tries it out itself, and may not call this machine: until now it never had to.
    await again.window.getByRole('button', { name: 'Save without trying' }).click();
    await expect(again.window.locator('.inspector')).toContainText(/Key\s*In the vault of the server/);
  } finally {
    await browser.close();
    await vendor.close();
  }
});
