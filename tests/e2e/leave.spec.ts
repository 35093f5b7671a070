import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { DESKTOP_LEAVE_ADDRESS, DESKTOP_LEAVE_MS } from '../../core/contract/systems.ts';
import { launchBrowser } from '../support/browser.ts';
import type { DesktopApp } from '../support/desktopApp.ts';
import { startGoogle, type Google } from '../support/google.ts';
import { freePort, REPOSITORY } from '../support/runningServer.ts';
import { expect, test } from './fixtures.ts';
import { axe, fits, PHONE, photograph, resize, SCHEMES, tabTo, theme } from './looks.ts';

/** Leave given at a rebuilt Google, in a real browser, to the desktop's own listener and to the server's page. */

const bent = (google: Google) => ({ entry: join(REPOSITORY, 'tests', 'support', 'bentServer.ts'), env: { WEDSYNC_TEST_GOOGLE: google.url, WEDSYNC_EGRESS_ALLOW: new URL(google.url).host, WEDSYNC_RATE_MANAGING: '60' } });

/** Through the wizard to the point where leave is asked for. */
async function connect(page: Page, google: Google): Promise<Locator> {
  await page.evaluate(() => (location.hash = '#/connect/google-calendar'));
  await page.getByRole('button', { name: 'I have it, go on' }).click();
  await page.getByLabel('Client ID').fill(google.clientId);
  await page.getByLabel('Client secret', { exact: true }).fill(google.clientSecret);
  await page.getByText('More settings').click();
  await page.getByLabel(/API address/).fill(`${google.url}/calendar/v3`);
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Give leave in your browser' })).toBeVisible();
  return page.locator('.connect-part', { hasText: 'Give leave' }).first();
}

/** The person at the other side: chooses the account, and with it says yes. */
const saysYes = (page: Page, google: Google): Promise<void> => page.getByRole('button', { name: new RegExp(google.email) }).click();

/** Where the vendor would send the person who says no (RFC 6749, 4.1.2.1), or who comes back with something else. */
function backTo(asked: string, answer: Readonly<Record<string, string>>): string {
  const { searchParams } = new URL(asked);
  const back = new URL(searchParams.get('redirect_uri') ?? '');
  for (const [name, value] of Object.entries({ state: searchParams.get('state') ?? '', ...answer })) back.searchParams.set(name, value);
  return back.href;
}

/** Catches what the desktop would open in the system's browser. */
async function catchOpened(app: DesktopApp): Promise<() => Promise<string>> {
  await app.app.evaluate(({ shell }) => {
    const seen = globalThis as unknown as { opened: string[] };
    seen.opened = [];
    shell.openExternal = (url: string) => {
      seen.opened.push(url);
      return Promise.resolve();
    };
  });
  let taken = 0;
  return async () => {
    const opened = () => app.app.evaluate(() => (globalThis as unknown as { opened: string[] }).opened);
    await expect.poll(async () => (await opened()).length).toBeGreaterThan(taken);
    taken += 1;
    return (await opened())[taken - 1] ?? '';
  };
}

test('on the desktop: closed, another answer, refused, too late, and at last given; each says what to do', async ({ serve, open, keep }) => {
  const google = await startGoogle([DESKTOP_LEAVE_ADDRESS]);
  const browser = await launchBrowser();
  try {
    const server = await serve(bent(google));
    const app = await open({ server });
    const { window } = app;
    const opened = await catchOpened(app);
    await expect(window.locator('[data-link="live"]')).toBeVisible();
    await resize(app, 1280, 800);
    const part = await connect(window, google);
    const give = part.getByRole('button', { name: 'Give leave in your browser' });
    const outside = await browser.newPage();

    // The window over there is closed: nobody can know it, so the person is told what to do, and can.
    await give.focus();
    await window.keyboard.press('Enter');
    await expect(part.getByRole('status')).toContainText('If you closed that window, cancel here and give leave again.');
    await outside.goto(await opened());
    await expect(outside.getByText('Sign in to Google')).toBeVisible();
    await keep(app, 'leave-waiting-light');
    await axe(window, 'waiting');
    await tabTo(window, /^Cancel$/);
    await window.keyboard.press('Enter');
    await expect(part.getByRole('status')).toHaveText('Cancelled. Nothing was changed; you can give leave whenever you like.');

    // Somebody else's answer is sent away, and ours is still waited for; then the person says no.
    await give.click();
    const asked = await opened();
    const { searchParams } = new URL(asked);
    expect([searchParams.get('code_challenge_method'), searchParams.get('redirect_uri')]).toEqual(['S256', DESKTOP_LEAVE_ADDRESS]);
    const wrong = await outside.goto(backTo(asked, { code: 'x', state: 'not-the-one-that-was-asked' }));
    expect(wrong?.status()).toBe(400);
    await expect(outside.locator('body')).toContainText('give leave again in WedSync');
    await expect(part.getByRole('status')).toContainText('Waiting for your answer');
    await outside.goto(backTo(asked, { error: 'access_denied' }));
    await expect(outside.locator('body')).toContainText('Leave was not given, so nothing was changed.');
    await expect(part.getByRole('alert')).toContainText('Leave was not given');
    await keep(app, 'leave-denied-light');
    await theme(app, 'dark');
    await keep(app, 'leave-denied-dark');
    await axe(window, 'denied');

    // A code that the vendor does not know any more.
    await give.click();
    await outside.goto(backTo(await opened(), { code: 'long-gone' }));
    await expect(part.getByRole('alert')).toBeVisible();
    await expect(part.getByRole('alert')).not.toContainText('Leave was not given');

    // The five minutes are over at once.
    await app.app.evaluate((_electron, limit) => {
      const real = globalThis.setTimeout;
      globalThis.setTimeout = ((work: () => void, ms?: number) => real(work, ms === limit ? 300 : ms)) as typeof globalThis.setTimeout;
    }, DESKTOP_LEAVE_MS);
    await give.click();
    await opened();
    await expect(part.getByRole('alert')).toContainText('it came too late');
  } finally {
    await browser.close();
    await google.close();
  }
});

test('on the desktop, leave that is given makes the connection live on its screen', async ({ serve, open, keep }) => {
  const google = await startGoogle([DESKTOP_LEAVE_ADDRESS]);
  const browser = await launchBrowser();
  try {
    const server = await serve(bent(google));
    const app = await open({ server });
    const { window } = app;
    const opened = await catchOpened(app);
    await expect(window.locator('[data-link="live"]')).toBeVisible();
    await resize(app, 1280, 800);
    const part = await connect(window, google);
    await part.getByRole('button', { name: 'Give leave in your browser' }).click();
    const outside = await browser.newPage();
    await outside.goto(await opened());
    await saysYes(outside, google);
    await expect(outside.locator('body')).toContainText('You can close this window and go on in WedSync.');
    await expect(window.getByText('Leave was given.')).toBeVisible();
    await expect(window.locator('.connect-state')).toContainText('is connected');
    for (const scheme of SCHEMES) {
      await theme(app, scheme);
      await keep(app, `leave-given-${scheme}`);
      await axe(window, `given ${scheme}`);
    }
    await window.getByRole('link', { name: 'Open the connection' }).click();
    await expect(window.locator('.inspector .health')).toContainText('Healthy');
    await window.keyboard.press('Control+k');
    // Faster than any hand: what is typed before the field has the focus goes to the page.
    await expect(window.getByPlaceholder('Search weddings')).toBeFocused();
    await window.keyboard.type('menu tasting');
    await expect(window.locator('.mantine-Spotlight-action', { hasText: google.entry })).toBeVisible();
  } finally {
    await browser.close();
    await google.close();
  }
});

test('in a browser on a phone: refused, then given, told in the tab that waits', async ({ serve }) => {
  const port = await freePort();
  const google = await startGoogle([`http://127.0.0.1:${port}/api/integrations/leave`]);
  const browser = await launchBrowser();
  try {
    const server = await serve({ ...bent(google), port });
    const context = await browser.newContext(PHONE);
    const page = await context.newPage();
    await page.goto(`${server.url}/#enrol=${server.ticket}`);
    await expect(page.locator('[data-link="live"]')).toBeVisible();
    const part = await connect(page, google);
    const give = part.getByRole('button', { name: 'Give leave in your browser' });
    const ask = async (): Promise<Page> => {
      const opening = context.waitForEvent('page');
      await give.click();
      return opening;
    };

    const first = await ask();
    await expect(first.getByText('Sign in to Google')).toBeVisible();
    await first.goto(backTo(first.url(), { error: 'access_denied' }));
    await expect(first.getByRole('heading', { name: 'Leave was not given' })).toBeVisible();
    await expect(part.getByRole('alert')).toContainText('Leave was not given');
    for (const scheme of SCHEMES) {
      await page.emulateMedia({ colorScheme: scheme });
      await photograph(page, `leave-denied-phone-${scheme}`);
      await axe(page, `denied phone ${scheme}`);
    }
    await fits(page);

    const second = await ask();
    const asked = second.url();
    await expect(second.getByText('Sign in to Google')).toBeVisible();
    // A stranger's browser brings an answer of its own: it is none of this one's.
    const stranger = await (await browser.newContext()).newPage();
    await stranger.goto(backTo(asked, { code: 'x' }));
    await expect(stranger.getByRole('heading', { name: 'Not connected' })).toBeVisible();
    await saysYes(second, google);
    await expect(second.getByText('Leave was given.')).toBeVisible();
    await expect(page.getByText('Leave was given.')).toBeVisible();
    await expect(page.locator('.connect-state')).toContainText('is connected');
    await photograph(page, 'leave-given-phone-dark');
    await axe(page, 'given phone');
    await fits(page);
    // The same answer once more does nothing.
    await second.goto(backTo(asked, { code: 'x' }));
    await expect(second.getByRole('heading', { name: 'Not connected' })).toBeVisible();
  } finally {
    await browser.close();
    await google.close();
  }
});
