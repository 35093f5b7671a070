import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Page } from '@playwright/test';
import type { Bridge } from '../../core/contract/ipc.ts';
import { PersonalData } from '../../core/contract/personalData.ts';
import { violationsOn } from '../support/axe.ts';
import { launchBrowser } from '../support/browser.ts';
import { screenshotPath, type DesktopApp } from '../support/desktopApp.ts';
import { expect, test } from './fixtures.ts';

interface Person {
  readonly id: string;
  readonly weddingId: string;
  readonly name: string;
  readonly email: string;
  readonly phone: string;
}

/** Everything that a page shows and keeps, as text: its screen, every table of every database of its own, and its settings. */
const everything = (page: Page): Promise<string> =>
  page.evaluate(async () => {
    const parts = [document.documentElement.outerHTML, document.title, location.href, JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage })];
    const settled = <T>(request: IDBRequest<T>): Promise<T> => new Promise((resolve, reject) => ((request.onsuccess = () => resolve(request.result)), (request.onerror = () => reject(new Error('not read')))));
    for (const { name } of await indexedDB.databases()) {
      const database = await settled(indexedDB.open(name ?? ''));
      for (const store of database.objectStoreNames) parts.push(`${name}.${store}: ${JSON.stringify(await settled(database.transaction(store).objectStore(store).getAll()))}`);
      database.close();
    }
    // What a page keeps for opening without a server is the program, and must be nothing else.
    for (const name of 'caches' in globalThis ? await caches.keys() : []) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) parts.push(`${request.url} ${/\.(js|css|woff2|png|svg)$/.test(new URL(request.url).pathname) ? '' : ((await (await cache.match(request))?.text()) ?? '')}`);
    }
    return parts.join('\n');
  });

/** Where a page still tells of them, or null. What is kept is written at intervals. */
async function traceOf(page: Page, { name, email, phone }: Person): Promise<string | null> {
  const text = (await everything(page)).toLowerCase();
  for (const value of [name, email, phone]) {
    const at = text.indexOf(value.toLowerCase());
    if (at >= 0) return text.slice(Math.max(0, at - 160), at + 60);
  }
  return null;
}
const expectNoTrace = (page: Page, person: Person): Promise<void> => expect.poll(() => traceOf(page, person)).toBeNull();

const live = (page: Page) => expect(page.locator('[data-link="live"]')).toBeVisible();

/** One of a couple, with all that can be known of somebody; out of what the page keeps, once it has kept it. */
async function somebody(page: Page): Promise<Person> {
  let found: Person | null = null;
  const look = async (): Promise<boolean> => {
    found = await page.evaluate(
      () =>
        new Promise<Person | null>((resolve, reject) => {
          const request = indexedDB.open('wedsync-console');
          request.onerror = () => reject(new Error('no database'));
          request.onsuccess = () => {
            if (!request.result.objectStoreNames.contains('rows')) {
              request.result.close();
              return resolve(null);
            }
            const all = request.result.transaction('rows').objectStore('rows').getAll();
            all.onsuccess = () => {
              request.result.close();
              const rows = all.result as { collection: string; row: Person & { role: string } }[];
              resolve(rows.find(({ collection, row }) => collection === 'contacts' && row.role === 'couple' && row.email && row.phone && row.weddingId && /\S \S/.test(row.name))?.row ?? null);
            };
          };
        }),
    );
    return found !== null;
  };
  await expect.poll(look).toBe(true);
  return found as unknown as Person;
}

const goTo = (page: Page, hash: string): Promise<void> => page.evaluate((to) => void (location.hash = to), hash);
const openContact = async (page: Page, { id, weddingId }: Person): Promise<void> => {
  await goTo(page, `#/wedding/${weddingId}/contact/${id}`);
  await expect(page.locator('.inspector .personal-data')).toBeVisible();
};
async function axe(page: Page, where: string): Promise<void> {
  const violations = await violationsOn(page);
  expect(violations.map((violation) => `${where}: ${violation.id} ${violation.nodes[0]?.target}`)).toEqual([]);
}
const theme = async (app: DesktopApp, value: 'light' | 'dark'): Promise<void> => {
  await app.window.evaluate((chosen) => (globalThis as unknown as { wedsync: Bridge }).wedsync.changeSettings({ theme: chosen }), value);
  await expect(app.window.locator(`html[data-mantine-color-scheme="${value}"]`)).toHaveCount(1);
};
/** Goes on with the tabulator until the keyboard is there. */
async function tabTo(page: Page, what: { readonly text: string } | { readonly tag: string }): Promise<void> {
  for (let n = 0; n < 80; n += 1) {
    const here = await page.evaluate(() => ({ text: document.activeElement?.textContent ?? '', tag: document.activeElement?.tagName ?? '' }));
    if ('text' in what ? here.text === what.text && here.tag === 'BUTTON' : here.tag === what.tag) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`the keyboard does not reach ${JSON.stringify(what)}`);
}

test('somebody asks what is held and to be forgotten: saved to a file, erased by keyboard, and gone from every screen and every copy', async ({ serve, open, keep, folder }) => {
  const server = await serve();
  const app = await open({ server });
  const { window } = app;
  await live(window);
  const person = await somebody(window);
  const [second] = await Promise.all([app.app.waitForEvent('window'), window.evaluate(() => (globalThis as unknown as { wedsync: Bridge }).wedsync.openWindow({ path: 'day', shows: 'frame' }))]);
  await live(second);
  const browser = await launchBrowser();
  try {
    const [online, asleep] = [await browser.newContext({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, acceptDownloads: true }), await browser.newContext({ viewport: { width: 1280, height: 800 } })];
    const [phone, away] = [await online.newPage(), await asleep.newPage()];
    for (const page of [phone, away]) {
      await page.goto(`${server.url}/#enrol=${await server.newTicket()}`);
      await live(page);
      await somebody(page);
    }
    for (const page of [window, second, phone, away]) expect(await traceOf(page, person)).not.toBeNull();
    await asleep.setOffline(true);
    await expect(away.locator('button[data-link]')).toHaveText(/Offline/i);

    // Saved by the desktop, where the person says; cancelled, nothing is.
    const file = join(folder, 'held.json');
    const dialogGives = (filePath: string) => app.app.evaluate(({ dialog }, to) => void (dialog.showSaveDialog = () => Promise.resolve({ canceled: to === '', filePath: to })), filePath);
    await openContact(window, person);
    await dialogGives('');
    await window.getByRole('button', { name: 'Save what is held' }).click();
    await expect(window.locator('.personal-data [role="status"]')).toHaveText('');
    await dialogGives(file);
    await window.getByRole('button', { name: 'Save what is held' }).click();
    await expect(window.locator('.personal-data [role="status"]')).toContainText('Saved.');
    const held = PersonalData.parse(JSON.parse(readFileSync(file, 'utf8')));
    expect(held.contacts[0]?.row).toMatchObject({ name: person.name, email: person.email });
    expect(held.history.length).toBeGreaterThan(0);
    expect(statSync(file).mode & 0o077).toBe(0);

    // The same in a browser, among its downloads.
    await openContact(phone, person);
    const downloading = phone.waitForEvent('download');
    await phone.getByRole('button', { name: 'Save what is held' }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toMatch(/^personal-data-[0-9a-f-]{36}-\d{4}-\d\d-\d\d\.json$/);
    expect(PersonalData.parse(JSON.parse(readFileSync(await download.path(), 'utf8'))).contacts[0]?.row.name).toBe(person.name);

    await window.getByRole('button', { name: 'Who was told' }).click();
    await expect(window.locator('.personal-data .plain-list li').first()).toContainText(/on the board|saved what is held/);
    for (const chosen of ['light', 'dark'] as const) {
      await theme(app, chosen);
      await window.locator('.personal-data').scrollIntoViewIfNeeded();
      expect(await window.locator('.inspector').evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
      await keep(app, `personal-data-readers-${chosen}`);
      await axe(window, `who was told, ${chosen}`);
    }

    // From here on without a mouse.
    await tabTo(window, { text: 'Forget this person' });
    await window.keyboard.press('Enter');
    await expect(window.locator('.erase-form')).toContainText('This goes:');
    for (const chosen of ['dark', 'light'] as const) {
      await theme(app, chosen);
      await window.locator('.erase-form .button-danger').scrollIntoViewIfNeeded();
      await keep(app, `personal-data-erase-${chosen}`);
      await axe(window, `forgetting, ${chosen}`);
    }
    await phone.getByRole('button', { name: 'Forget this person' }).click();
    await expect(phone.locator('.erase-form')).toContainText('This goes:');
    mkdirSync(dirname(screenshotPath('x')), { recursive: true });
    for (const scheme of ['light', 'dark'] as const) {
      await phone.emulateMedia({ colorScheme: scheme });
      await phone.locator('.erase-form .button-danger').scrollIntoViewIfNeeded();
      await phone.screenshot({ path: screenshotPath(`personal-data-erase-phone-${scheme}`) });
      await axe(phone, `forgetting on a phone, ${scheme}`);
    }
    await tabTo(window, { tag: 'SELECT' });
    await window.keyboard.press('Tab');
    await window.keyboard.type('Somebody else');
    await expect(window.locator('.erase-form .button-danger')).toBeDisabled();
    await window.keyboard.press('Control+a');
    await window.keyboard.type(person.name);
    await expect(window.locator('.erase-form .button-danger')).toBeEnabled();
    await keep(app, 'personal-data-erase-typed-light');
    await axe(window, 'about to forget');
    await window.keyboard.press('Enter');
    await expect(window.locator('.personal-data')).toContainText('This person was forgotten');
    await expect(window.locator('.inspector h2')).toHaveText('Erased');
    await keep(app, 'personal-data-erased-light');
    await axe(window, 'forgotten');

    for (const page of [window, second, phone]) await expectNoTrace(page, person);
    // Neither what happened to the entry, nor a search, names them.
    await expect(window.locator('.inspector')).not.toContainText(person.name);
    await window.keyboard.press('Escape');
    await window.keyboard.press('Control+k');
    await window.getByPlaceholder('Search weddings, people').fill(person.email);
    await expect(window.locator('.mantine-Spotlight-action')).toHaveCount(0);
    await window.keyboard.press('Escape');
    await expect(window.getByPlaceholder('Search weddings, people')).toHaveCount(0);

    // Who was away still knows them, and forgets on coming back.
    expect(await traceOf(away, person)).not.toBeNull();
    await asleep.setOffline(false);
    await live(away);
    await expectNoTrace(away, person);
  } finally {
    await browser.close();
  }
  await app.close();
  const again = await open({ server, userData: join(folder, 'desktop') });
  await live(again.window);
  await expectNoTrace(again.window, person);
});

test('how long what is kept is seen and changed in the settings, light, dark and on a phone', async ({ serve, open, keep }) => {
  const server = await serve();
  const app = await open({ server });
  const { window } = app;
  await live(window);
  await goTo(window, '#/settings');
  const heading = window.getByRole('heading', { name: 'Kept data' });
  await expect(heading).toBeVisible();
  const years = window.getByRole('textbox', { name: 'Contacts after the wedding' });
  for (const chosen of ['dark', 'light'] as const) {
    await theme(app, chosen);
    await heading.evaluate((element) => element.scrollIntoView({ block: 'start' }));
    await keep(app, `kept-data-${chosen}`);
    await axe(window, `kept data, ${chosen}`);
  }
  const save = window.getByRole('button', { name: 'Save these limits' });
  await expect(save).toBeDisabled();
  await years.fill('99');
  await years.press('Enter');
  await expect(window.getByText('One of these is too short or too long.')).toBeVisible();
  await expect(save).toBeDisabled();
  await years.fill('5');
  await years.press('Enter');
  await expect(window.getByText('Saved. It holds from the next run.')).toBeVisible();
  await expect(save).toBeDisabled();
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 });
    await page.goto(`${server.url}/#enrol=${await server.newTicket()}`);
    await live(page);
    await goTo(page, '#/settings');
    await expect(page.getByRole('textbox', { name: 'Contacts after the wedding' })).toHaveValue(/^5 /);
    await page.getByRole('heading', { name: 'Kept data' }).evaluate((element) => element.scrollIntoView({ block: 'start' }));
    mkdirSync(dirname(screenshotPath('x')), { recursive: true });
    await page.screenshot({ path: screenshotPath('kept-data-phone') });
    await axe(page, 'kept data on a phone');
  } finally {
    await browser.close();
  }
});
