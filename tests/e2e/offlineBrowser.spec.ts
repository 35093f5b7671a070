import { createHash } from 'node:crypto';
import { cpSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from '@playwright/test';
import { SERVICE_WORKER_FILE } from '../../core/contract/offlinePage.ts';
import { DevicesAnswer, EnrolAnswer, HTTP } from '../../core/contract/http.ts';
import { launchBrowser } from '../support/browser.ts';
import { payByStripe } from '../support/facts.ts';
import { freePort, REPOSITORY, type RunningServer } from '../support/runningServer.ts';
import { expect, test } from './fixtures.ts';
import { boardKept } from './kept.ts';

let browser: Browser;
test.beforeAll(async () => {
  browser = await launchBrowser();
});
test.afterAll(() => browser.close());

const live = (page: Page) => page.locator('[data-link="live"]');
const pill = (page: Page) => page.locator('button[data-link]');
const script = (page: Page): Promise<string> => page.locator('script[type="module"]').getAttribute('src').then((src) => src ?? '');
const found = (page: Page) => page.locator('.mantine-Spotlight-action');
const search = async (page: Page, text: string): Promise<void> => {
  await page.keyboard.press('Control+k');
  await page.getByPlaceholder('Search weddings, people').fill(text);
};
const plain = (text: string): string => text.replace(/[\u2068\u2069]/g, '');

/** A browser that came in by a ticket, is live, and has kept the page and the record. */
async function pairedPage(server: RunningServer): Promise<{ context: BrowserContext; page: Page; address: string }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  const address = `http://localhost:${server.port}`;
  await page.goto(`${address}/#enrol=${await server.newTicket()}`);
  await expect(live(page)).toBeVisible();
  await page.evaluate(() => navigator.serviceWorker.ready);
  await boardKept(page);
  return { context, page, address };
}

/** What this browser's own databases hold. */
const kept = (page: Page): Promise<{ rows: number; decisions: number; names: { contact: string; item: string } }> =>
  page.evaluate(async () => {
    const all = (name: string, store: string): Promise<unknown[]> =>
      new Promise((resolve, reject) => {
        const request = indexedDB.open(name);
        request.onerror = () => reject(new Error(name));
        request.onsuccess = () => {
          const database = request.result;
          const done = (found: unknown[]): void => {
            database.close();
            resolve(found);
          };
          if (!database.objectStoreNames.contains(store)) return done([]);
          const got = database.transaction(store).objectStore(store).getAll();
          got.onsuccess = () => done(got.result);
        };
      });
    const present = new Set((await indexedDB.databases()).map(({ name }) => name));
    const rows = (present.has('wedsync-console') ? await all('wedsync-console', 'rows') : []) as { collection: string; row: { name?: string; title?: string; status?: string } }[];
    const decisions = present.has('wedsync-outbox') ? await all('wedsync-outbox', 'records') : [];
    const contact = rows.find(({ collection }) => collection === 'contacts')?.row.name ?? '';
    const item = rows.find(({ collection, row }) => collection === 'runSheetItems' && row.status === 'planned')?.row.title ?? '';
    return { rows: rows.length, decisions: decisions.length, names: { contact, item } };
  });

test('reloaded without a server, the board, run sheet and people open and are searched, with their age, and a decision is sent later', async ({ serve }) => {
  const port = await freePort();
  const server = await serve({ port });
  const { context, page, address } = await pairedPage(server);
  await payByStripe(server.url, server.demo(), { amountMinor: 91_200, status: 'failed' });
  const alert = page.locator('.column-alerts .row', { hasText: '£912.00' });
  await expect(alert).toBeVisible();
  const title = plain(await page.locator('.tab-title').nth(1).innerText());
  await boardKept(page);
  const { names } = await kept(page);
  expect(names.contact).not.toBe('');
  expect(names.item).not.toBe('');
  await server.kill();

  const answered = await page.reload();
  expect(answered?.fromServiceWorker()).toBe(true);
  expect(answered?.headers()['content-security-policy']).toContain("worker-src 'self'");
  await expect(page.locator('.board')).toBeVisible();
  await expect(page.locator('.tab-title').nth(1)).toContainText(title);
  await expect(page.locator('.row-next').first()).toBeVisible();
  await expect(pill(page)).toHaveText(/Offline since/i);

  await search(page, title.slice(0, 6));
  await expect(page.locator('.search-age')).toHaveText(/^as of .*\d\d:\d\d$/);
  await found(page).filter({ hasText: title }).first().click();
  await expect(page.locator('.inspector h2')).toContainText(title);
  await search(page, names.contact);
  await page.keyboard.press('Enter');
  await expect(page.locator('.inspector-kind')).toHaveText('Contact');
  await search(page, names.item);
  await found(page).filter({ hasText: names.item }).first().click();
  await expect(page.locator('.inspector-kind')).toHaveText('Run sheet item');

  await alert.locator('.row-alert').focus();
  await page.keyboard.press('a');
  await expect(alert.locator('[data-decision="queued"]')).toBeVisible();
  // The decision outlives another load without a server.
  await page.reload();
  await expect(pill(page)).toContainText('1 unsent');

  // A new tab, too, and an address of the server itself is never answered from what is kept.
  const second = await context.newPage();
  await second.goto(`${address}/#/settings`);
  await expect(pill(second)).toBeVisible();
  expect(await second.evaluate((path) => fetch(path).then(() => 'answered', () => 'none'), HTTP.me.path)).toBe('none');
  await second.close();
  const keptHere = await page.evaluate(async () => (await Promise.all((await caches.keys()).map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname)))).flat());
  expect(keptHere.length).toBeGreaterThan(5);
  expect(keptHere.filter((path) => path !== '/index.html' && !path.startsWith('/assets/'))).toEqual([]);

  await serve({ port });
  await expect(live(page)).toBeVisible();
  await expect(alert).toHaveCount(0);
  await expect(page.locator('.pill-unsent')).toHaveCount(0);
  await context.close();
});

/** Another build of the console: other names, other content, nothing of the old one. */
function anotherBuild(folder: string): string {
  const root = join(folder, 'another');
  cpSync(join(REPOSITORY, 'dist', 'renderer'), root, { recursive: true });
  const digest = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('base64');
  const old = readdirSync(join(root, 'assets')).find((name) => /^index-.*\.js$/.test(name)) ?? '';
  const next = 'index-another.js';
  const page = join(root, 'index.html');
  const before = { script: digest(join(root, 'assets', old)), page: digest(page) };
  renameSync(join(root, 'assets', old), join(root, 'assets', next));
  writeFileSync(join(root, 'assets', next), `${readFileSync(join(root, 'assets', next), 'utf8')}\n// another build\n`);
  writeFileSync(page, readFileSync(page, 'utf8').replace(old, next));
  const worker = join(root, SERVICE_WORKER_FILE);
  writeFileSync(worker, readFileSync(worker, 'utf8').replaceAll(old, next).replaceAll(before.script, digest(join(root, 'assets', next))).replaceAll(before.page, digest(page)));
  return root;
}

test('a new build is shown at the next load, its worker takes over when no page of the old one is open, and it opens without a server', async ({ serve, folder }) => {
  const port = await freePort();
  const server = await serve({ port });
  const { context, page: old, address } = await pairedPage(server);
  const before = await script(old);
  await server.stop();

  const next = await serve({ port, env: { WEDSYNC_CONSOLE_DIR: anotherBuild(folder) } });
  await expect(live(old)).toBeVisible();
  const page = await context.newPage();
  await page.goto(`${address}/#/day`);
  await expect(live(page)).toBeVisible();
  expect(await script(page)).toBe('./assets/index-another.js');
  const workers = () => page.evaluate(() => navigator.serviceWorker.ready.then(({ waiting, installing }) => [waiting?.state, installing?.state]));
  await expect.poll(workers).toEqual(['installed', undefined]);
  // What the page of the old build may still want is there, though its server has it no more.
  // Read to its end: a worker that is still giving somebody a file is not replaced.
  expect(await old.evaluate((src) => fetch(src).then(async (answer) => (await answer.arrayBuffer()).byteLength > 0 && answer.status), before)).toBe(200);
  expect(await page.evaluate((src) => fetch(src, { cache: 'no-store' }).then(({ status }) => status), `${address}/api/nothing`)).toBe(404);

  await old.close();
  // Which builds are open, as the waiting worker asks: told with a failure.
  const open = () => page.evaluate(async () => ((await navigator.locks.query()).held ?? []).flatMap(({ name = '' }) => (name.startsWith('wedsync-build') ? [name] : [])));
  // Nobody loads anything: the page that stays open calls the worker, once the last of the old build is gone and it is quiet.
  await expect.poll(async () => [...(await workers()), ...(await open())], { timeout: 60_000 }).toEqual([undefined, undefined, 'wedsync-build assets/index-another.js']);
  await expect.poll(() => page.evaluate(async (src) => (await caches.match(new URL(src, document.baseURI).href)) === undefined, before)).toBe(true);
  await next.kill();
  await page.reload();
  await expect(page.locator('.board')).toBeVisible();
  expect(await script(page)).toBe('./assets/index-another.js');
  await context.close();
});

test('a browser that was revoked while it had no server holds nothing any more as soon as it reaches it', async ({ serve }) => {
  const port = await freePort();
  const server = await serve({ port });
  await payByStripe(server.url, server.demo(), { amountMinor: 91_200, status: 'failed' });
  const { context, page } = await pairedPage(server);
  const alert = page.locator('.column-alerts .row', { hasText: '£912.00' });
  await expect(alert).toBeVisible();
  await server.kill();
  await page.reload();
  await alert.locator('.row-alert').focus();
  await page.keyboard.press('a');
  await expect(pill(page)).toContainText('1 unsent');
  const full = await kept(page);
  expect(full.rows).toBeGreaterThan(10);
  expect(full.decisions).toBeGreaterThan(0);

  const elsewhere = await serve({ port: await freePort() });
  const answer = await fetch(elsewhere.url + HTTP.enrol.path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ ticket: await elsewhere.newTicket(), device: { name: 'Owner', kind: 'desktop' } }) });
  const { token } = EnrolAnswer.parse(await answer.json());
  const headers = { authorization: `Bearer ${token}` };
  const { devices } = DevicesAnswer.parse(await (await fetch(elsewhere.url + HTTP.devices.path, { headers })).json());
  const lost = devices.find(({ kind }) => kind === 'browser');
  const revoked = await fetch(elsewhere.url + HTTP.revoke.path.replace(':id', lost?.id ?? ''), { method: 'POST', headers });
  expect(revoked.status).toBe(200);
  await elsewhere.stop();
  expect((await kept(page)).rows).toBe(full.rows);

  await serve({ port });
  await expect(page.getByText('This browser was signed out')).toBeVisible();
  await expect.poll(() => kept(page).then(({ rows, decisions }) => [rows, decisions])).toEqual([0, 0]);
  expect(await page.evaluate(() => localStorage.getItem('wedsync.access'))).toBeNull();
  await context.close();
});
