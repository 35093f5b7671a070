import { join } from 'node:path';
import type { Browser, Page } from '@playwright/test';
import { EnrolAnswer, HTTP } from '../../core/contract/http.ts';
import { SignOnAnswer } from '../../core/contract/accounts.ts';
import { launchBrowser } from '../support/browser.ts';
import { invitationFrom, joined, PASSWORD } from '../support/people.ts';
import { PROVIDER_HOSTS, startProvider } from '../support/provider.ts';
import { REPOSITORY } from '../support/runningServer.ts';
import { expect, test } from './fixtures.ts';

const board = (page: Page) => page.locator('[data-tile="alerts"]');
const newPage = async (browser: Browser): Promise<Page> => (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
/** Somebody who holds a ticket, as a program. */
async function holder(url: string, ticket: string): Promise<{ url: string; headers: Record<string, string> }> {
  const answer = await fetch(url + HTTP.enrol.path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ ticket, device: { name: 'Owner', kind: 'desktop' } }) });
  return { url, headers: { authorization: `Bearer ${EnrolAnswer.parse(await answer.json()).token ?? ''}` } };
}

test('single sign-on: a button by the address, the provider and back, in as staff; another domain is not let in', async ({ serve }) => {
  const provider = await startProvider();
  const browser = await launchBrowser();
  try {
    const server = await serve({ env: { WEDSYNC_EGRESS_ALLOW: PROVIDER_HOSTS.join(','), WEDSYNC_RATE_SIGN_IN: '1000' } });
    const owner = await holder(server.url, server.ticket);
    const set = await fetch(server.url + HTTP.setSignOn.path, { method: 'PUT', headers: { ...owner.headers, 'content-type': 'application/json' }, body: JSON.stringify({ issuer: provider.issuer, clientId: provider.clientId, clientSecret: provider.clientSecret, domain: 'harrow.example' }) });
    expect(set.status).toBe(200);
    provider.allowRedirect(SignOnAnswer.parse(await set.json()).signOn?.redirectUrl ?? '');

    const goToProvider = async (page: Page): Promise<void> => {
      await page.goto(server.url);
      await page.getByLabel('E-mail').fill('ada@harrow.example');
      await page.keyboard.press('Tab');
      await page.getByRole('button', { name: 'Sign in with your organisation' }).click();
    };
    provider.person = { sub: 'mallory', email: 'mallory@elsewhere.example', name: 'Mallory' };
    const stranger = await newPage(browser);
    await goToProvider(stranger);
    await expect(stranger.getByRole('alert')).toContainText('was not completed');
    await expect(stranger.getByRole('heading', { name: 'Sign in' })).toBeVisible();
    expect(stranger.url().startsWith(server.url)).toBe(true);

    provider.person = { sub: 'ada', email: 'ada@harrow.example', name: 'Ada Lovelace' };
    const ada = await newPage(browser);
    await goToProvider(ada);
    await expect(board(ada)).toBeVisible();
    await expect(ada.getByRole('link', { name: 'Integrations' })).toBeVisible();
    // Staff invites nobody.
    await expect(ada.getByRole('link', { name: 'People' })).toHaveCount(0);
    await ada.evaluate(() => (location.hash = '#/settings'));
    await expect(ada.getByText('Ada Lovelace')).toBeVisible();
  } finally {
    await browser.close();
    await provider.close();
  }
});

test('two memberships: one is chosen, the name is changed, one is left, the account is deleted; guessing is told to wait', async ({ serve }) => {
  const browser = await launchBrowser();
  try {
    const server = await serve({ entry: join(REPOSITORY, 'tests', 'support', 'twoHouses.ts'), env: { WEDSYNC_RATE_SIGN_IN: '1000' } });
    const [first, second] = [await holder(server.url, server.ticket), await holder(server.url, server.founding ?? '')];
    const bea = await joined(first, 'bea@example.org', 'staff');
    const { token } = await invitationFrom(second, 'bea@example.org', 'coordinator');
    expect((await bea.post(HTTP.accept.path, { invitation: token })).status).toBe(200);

    const page = await newPage(browser);
    const signIn = async (password = PASSWORD): Promise<void> => {
      await page.getByLabel('E-mail').fill('bea@example.org');
      await page.getByLabel('Password', { exact: true }).fill(password);
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    };
    await page.goto(server.url);
    await signIn();
    await expect(page.getByRole('heading', { name: 'Where do you want to go?' })).toBeVisible();
    await expect(page.locator('.choice')).toHaveCount(2);
    await page.getByRole('button', { name: 'Second House' }).click();
    await expect(page.getByRole('heading', { name: 'Second House' })).toBeVisible();
    await expect(page.locator('.first-steps')).toBeVisible();

    const settings = async (): Promise<void> => {
      await page.evaluate(() => (location.hash = '#/settings'));
      await expect(page.getByText('bea@example.org')).toBeVisible();
    };
    await settings();
    await page.getByRole('button', { name: 'Change the name' }).click();
    await page.getByLabel('Your name').fill('Beatrice Novak');
    await page.keyboard.press('Enter');
    await expect(page.getByText('The new name holds from now on.')).toBeVisible();
    await expect(page.getByText('Beatrice Novak')).toBeVisible();
    await page.getByRole('button', { name: 'Leave', exact: true }).click();
    await page.getByRole('button', { name: 'Press again to leave' }).click();

    // The session is still there, and one membership with it: that one is entered at once.
    await expect(board(page)).toBeVisible();
    await settings();
    await page.getByRole('button', { name: 'Delete the account' }).click();
    await page.getByLabel('Password now').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
    await signIn();
    await expect(page.getByRole('alert')).toContainText('do not belong together');

    for (let n = 0; n < 6; n += 1) {
      await signIn(`a guess, number ${n}`);
      await expect(page.getByRole('button', { name: 'Sign in', exact: true })).toBeEnabled();
    }
    await expect(page.getByRole('alert')).toContainText(/Too many attempts\. Nothing was changed\. Try again in \d+ s/);
  } finally {
    await browser.close();
  }
});
