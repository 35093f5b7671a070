import { mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Browser, Page } from '@playwright/test';
import { violationsOn } from '../support/axe.ts';
import { launchBrowser } from '../support/browser.ts';
import { screenshotPath } from '../support/desktopApp.ts';
import { startMailbox, type Mailbox } from '../support/mailbox.ts';
import { oneTimeCode } from '../support/oneTimeCode.ts';
import type { RunningServer } from '../support/runningServer.ts';
import { expect, test } from './fixtures.ts';

/** Accounts as people meet them: real Chromium, real Electron, the real server, and a real mail server. */

const OWNER = { name: 'Ines Marchetti', email: 'ines@harrow.test', password: 'candles on the long table' };

const codeOf = (secret: string): string => oneTimeCode(`otpauth://totp/app?secret=${secret.replaceAll(' ', '')}`);

const axe = async (page: Page, where: string): Promise<void> => {
  const violations = await violationsOn(page);
  expect(violations.map((violation) => `${where}: ${violation.id} ${violation.nodes[0]?.target}`)).toEqual([]);
};

/** Light and dark, desk and phone, with axe on each. */
async function keep(page: Page, name: string): Promise<void> {
  mkdirSync(dirname(screenshotPath('x')), { recursive: true });
  for (const scheme of ['light', 'dark'] as const) {
    for (const [size, width, height] of [['desk', 1280, 800], ['phone', 390, 844]] as const) {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width, height });
      await page.screenshot({ path: screenshotPath(`accounts-${name}-${size}-${scheme}`) });
      await axe(page, `${name} ${size} ${scheme}`);
    }
  }
  await page.setViewportSize({ width: 1280, height: 800 });
}

/** Passkeys belong to a name, so everything is opened by one. */
const named = (server: RunningServer): string => server.url.replace('127.0.0.1', 'localhost');
const board = (page: Page) => page.locator('[data-tile="alerts"]');
const newPage = async (browser: Browser): Promise<Page> => (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();

async function signIn(page: Page, password = OWNER.password): Promise<void> {
  await page.getByLabel('E-mail').fill(OWNER.email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}
async function signOut(page: Page): Promise<void> {
  await page.evaluate(() => (location.hash = '#/settings'));
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
}

/** The owner's ticket invites the owner; the link comes by mail; joining ends on the board. */
async function firstAccount(browser: Browser, server: RunningServer, mailbox: Mailbox, photograph = false): Promise<Page> {
  const machine = await newPage(browser);
  await machine.goto(`${named(server)}/#enrol=${server.ticket}`);
  await expect(board(machine)).toBeVisible();
  await machine.getByRole('link', { name: 'People' }).click();
  await expect(machine.getByText('Nobody has an account yet')).toBeVisible();
  if (photograph) await keep(machine, 'people-none');
  await machine.getByRole('button', { name: 'Invite yourself' }).click();
  await machine.getByLabel('E-mail').fill(OWNER.email);
  await machine.getByRole('button', { name: 'Invite', exact: true }).click();
  await expect(machine.getByText(`A mail is on its way to ${OWNER.email}.`)).toBeVisible();
  if (photograph) await keep(machine, 'invited');
  const link = await mailbox.link(OWNER.email, 'invitation');
  // Not the same: only the one that came by mail proves the address.
  await expect(machine.getByLabel('Link of the invitation', { exact: true })).toHaveValue(/#invitation=/);

  const page = await newPage(browser);
  await page.goto(link);
  await expect(page.getByText(`invites ${OWNER.email}`, { exact: false })).toBeVisible();
  expect(page.url()).not.toContain('invitation');
  if (photograph) await keep(page, 'join');
  await page.getByLabel('Your name').fill(OWNER.name);
  await page.getByLabel('Choose a password').fill(OWNER.password);
  await page.keyboard.press('Enter');
  await expect(board(page)).toBeVisible();
  return page;
}

test('invited by mail, signed in with a second factor, with a backup code, with a passkey, and with a new password', async ({ serve }) => {
  const mailbox = await startMailbox();
  const browser = await launchBrowser();
  try {
    const server = await serve({ env: { WEDSYNC_SMTP_URL: mailbox.url, WEDSYNC_RATE_SIGN_IN: '1000' } });
    const page = await firstAccount(browser, server, mailbox, true);

    // Settings > Account: the second factor, confirmed by a code of the app.
    await page.goto(`${named(server)}/#/settings`);
    await expect(page.getByText(OWNER.email)).toBeVisible();
    await keep(page, 'account');
    await page.getByRole('button', { name: 'Set it up' }).click();
    await page.getByLabel('Password now').fill(OWNER.password);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('img', { name: 'Picture for the authenticator app' })).toBeVisible();
    await page.getByRole('img', { name: 'Picture for the authenticator app' }).scrollIntoViewIfNeeded();
    await keep(page, 'second-factor');
    const secret = await page.getByLabel('Secret', { exact: true }).inputValue();
    await page.getByLabel('Code, 6 digits').fill(codeOf(secret));
    await page.getByRole('button', { name: 'Switch it on' }).click();
    await expect(page.locator('.backup-codes li').first()).toBeVisible();
    // The session was replaced under the page; the line comes back by itself.
    await expect(page.locator('[data-link="live"]')).toBeVisible();
    await keep(page, 'backup-codes');
    await expect(page.locator('[data-link="live"]')).toBeVisible();
    const backup = (await page.locator('.backup-codes li').first().innerText()).trim();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download' }).click();
    expect(readFileSync(await (await download).path(), 'utf8')).toContain(backup);
    await page.getByRole('button', { name: 'I have kept them' }).click();
    await expect(page.getByText("after the password an app's code is asked for", { exact: false })).toBeVisible();

    await signOut(page);
    expect(await page.evaluate(() => localStorage.getItem('wedsync.access'))).toBeNull();
    await keep(page, 'sign-in');
    await signIn(page, 'not the password at all');
    await expect(page.getByRole('alert')).toContainText('do not belong together');
    await keep(page, 'sign-in-wrong');
    await signIn(page);
    await expect(page.getByRole('heading', { name: 'Second factor' })).toBeVisible();
    await keep(page, 'second-step');
    await page.getByLabel('Code, 6 digits').fill('000000');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('alert')).toContainText('not the right one');
    await page.getByLabel('Code, 6 digits').fill(codeOf(secret));
    await page.keyboard.press('Enter');
    await expect(board(page)).toBeVisible();

    await signOut(page);
    await signIn(page);
    await page.getByRole('button', { name: 'Use a backup code' }).click();
    await page.getByLabel('Backup code').fill(backup);
    await page.keyboard.press('Enter');
    await expect(board(page)).toBeVisible();

    // A passkey, made and used with the browser's virtual authenticator.
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('WebAuthn.enable');
    const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', { options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } });
    await page.goto(`${named(server)}/#/settings`);
    await page.getByRole('button', { name: 'Add a passkey' }).first().click();
    await page.getByLabel('Name of the passkey').fill('Laptop of Ines');
    await page.keyboard.press('Enter');
    await expect(page.getByText('Laptop of Ines')).toBeVisible();
    await keep(page, 'passkeys');
    // It touches by itself, so it would answer the form's own offer at once and nobody could press the button.
    const touches = (enabled: boolean) => cdp.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled });
    await touches(false);
    await signOut(page);
    const passkey = page.getByRole('button', { name: 'Use a passkey' });
    // What is asked before it may touch waits for ever; whether the click or the permission is first is up to the machine.
    await expect(async () => {
      if (await board(page).isVisible()) return;
      await touches(false);
      await page.reload();
      await passkey.click({ timeout: 15_000 });
      await touches(true);
      await expect(board(page)).toBeVisible({ timeout: 20_000 });
    }).toPass({ timeout: 150_000 });
    await touches(false);

    // Forgotten: the same words for an address that nobody has; the link comes by mail and works once.
    await signOut(page);
    const stranger = await newPage(browser);
    for (const [who, email] of [[stranger, 'nobody@harrow.test'], [await newPage(browser), OWNER.email]] as const) {
      await who.goto(named(server));
      await who.getByRole('button', { name: 'Forgotten your password?' }).click();
      await who.getByLabel('E-mail').fill(email);
      await who.getByRole('button', { name: 'Send the link' }).click();
      await expect(who.getByText('If there is an account with this address', { exact: false })).toBeVisible();
    }
    await keep(stranger, 'forgotten');
    const reset = await mailbox.link(OWNER.email, 'reset');
    await stranger.goto(reset);
    await expect(stranger.getByRole('heading', { name: 'Choose a new password' })).toBeVisible();
    expect(stranger.url()).not.toContain('reset');
    await keep(stranger, 'reset');
    await stranger.getByLabel('New password').fill('roses and thorns, twelve rows');
    await stranger.keyboard.press('Enter');
    await expect(stranger.getByText('The new password holds from now on', { exact: false })).toBeVisible();
    await stranger.getByRole('button', { name: 'Sign in' }).click();
    await signIn(stranger, 'roses and thorns, twelve rows');
    await stranger.getByLabel('Code, 6 digits').fill(codeOf(secret));
    await stranger.keyboard.press('Enter');
    await expect(board(stranger)).toBeVisible();
    const again = await newPage(browser);
    await again.goto(reset);
    await again.getByLabel('New password').fill('a thief with an old link');
    await again.keyboard.press('Enter');
    await expect(again.getByRole('alert')).toBeVisible();
    await again.goto(`${named(server)}/#invitation=an-invitation-that-nobody-made`);
    await expect(again.getByRole('alert')).toContainText('used, withdrawn or is over');
  } finally {
    await browser.close();
    await mailbox.close();
  }
});

test('people: a colleague is invited, changes role, and is removed; single sign-on has its form', async ({ serve }) => {
  const mailbox = await startMailbox();
  const browser = await launchBrowser();
  try {
    const server = await serve({ env: { WEDSYNC_SMTP_URL: mailbox.url, WEDSYNC_RATE_SIGN_IN: '1000' } });
    const owner = await firstAccount(browser, server, mailbox);
    await owner.getByRole('link', { name: 'People' }).click();
    await owner.getByRole('button', { name: 'Invite', exact: true }).click();
    const form = owner.getByRole('form', { name: 'Invite' });
    await form.getByLabel('E-mail').fill('bart@harrow.test');
    await keep(owner, 'invite');
    await form.getByRole('button', { name: 'Invite' }).click();
    await expect(owner.getByRole('button', { name: 'Withdraw: bart@harrow.test' })).toBeVisible();
    const bart = await newPage(browser);
    await bart.goto(await mailbox.link('bart@harrow.test', 'invitation'));
    await bart.getByLabel('Your name').fill('Bartholomew');
    await bart.getByLabel('Choose a password').fill('peonies in a cold bucket');
    await bart.keyboard.press('Enter');
    await expect(board(bart)).toBeVisible();
    await expect(bart.getByRole('link', { name: 'People' })).toHaveCount(0);

    await owner.reload();
    await expect(owner.getByLabel('Role of Bartholomew')).toHaveValue('staff');
    await keep(owner, 'people');
    await owner.getByLabel('Role of Bartholomew').selectOption('coordinator');
    await bart.reload();
    await expect(bart.getByRole('link', { name: 'People' })).toBeVisible();
    await bart.getByRole('link', { name: 'People' }).click();
    await expect(bart.getByRole('heading', { name: 'Single sign-on' })).toHaveCount(0);

    await owner.getByRole('button', { name: 'Reset link: Bartholomew' }).click();
    await expect(owner.getByLabel('Link to a new password', { exact: true })).toHaveValue(/#reset=/);
    await owner.getByRole('button', { name: 'Remove: Bartholomew' }).click();
    await owner.getByRole('button', { name: 'Press again to remove: Bartholomew' }).click();
    await expect(owner.getByLabel('Role of Bartholomew')).toHaveCount(0);
    await expect(bart.locator('.pill[data-link="refused"]')).toBeVisible();
    await owner.getByRole('button', { name: 'Set it up' }).click();
    await owner.getByLabel('Issuer').fill('https://login.harrow.test');
    await owner.getByLabel('Client id').fill('wedsync');
    await owner.getByLabel('Client secret').fill('a secret of the provider');
    await owner.getByLabel('Mail domain').fill('harrow.test');
    await keep(owner, 'sign-on');
  } finally {
    await browser.close();
    await mailbox.close();
  }
});

test('a desktop shows a code, is let in from a browser, is withdrawn and shows a code again', async ({ serve, open, keep: keepWindow, folder }) => {
  const mailbox = await startMailbox();
  const browser = await launchBrowser();
  try {
    const server = await serve({ env: { WEDSYNC_SMTP_URL: mailbox.url, WEDSYNC_RATE_SIGN_IN: '1000' } });
    const page = await firstAccount(browser, server, mailbox);
    // As after the machine's administrator has set the address: a server, and no ticket.
    const app = await open({ server: null, userData: `${folder}/pairing`, env: { WEDSYNC_SERVER_URL: server.url } });
    const { window } = app;
    await expect(window.getByRole('heading', { name: 'Let this desktop in' })).toBeVisible();
    const shown = window.locator('.pair-code');
    await expect(shown).toHaveText(/^[A-Z0-9]{4}-[A-Z0-9]{4}$/);
    const theme = (value: 'light' | 'dark') => window.evaluate((chosen) => (globalThis as unknown as { wedsync: { changeSettings(patch: { theme: string }): Promise<unknown> } }).wedsync.changeSettings({ theme: chosen }), value);
    for (const chosen of ['light', 'dark'] as const) {
      await theme(chosen);
      await expect(window.locator(`html[data-mantine-color-scheme="${chosen}"]`)).toHaveCount(1);
      await keepWindow(app, `accounts-pairing-${chosen}`);
      await axe(window, `pairing ${chosen}`);
    }

    // By keyboard alone: the palette leads to the code, Enter looks, Enter approves.
    const code = await shown.innerText();
    await page.keyboard.press('Control+k');
    await expect(page.getByPlaceholder('Search weddings', { exact: false })).toBeFocused();
    await page.keyboard.type('let a desktop in');
    await expect(page.getByRole('button', { name: 'Let a desktop in by its code' })).toBeVisible();
    await page.keyboard.press('Enter');
    await expect(page.getByLabel('Code on the desktop')).toBeFocused();
    await keep(page, 'approve-code');
    await page.getByLabel('Code on the desktop').focus();
    await page.keyboard.type(code.toLowerCase());
    await page.keyboard.press('Enter');
    await expect(page.getByRole('button', { name: 'Approve' })).toBeVisible();
    await expect(page.locator('.facts')).toContainText(OWNER.email);
    await keep(page, 'approve');
    await page.getByRole('button', { name: 'Approve' }).focus();
    await page.keyboard.press('Enter');
    await expect(page.getByText('The desktop goes on by itself', { exact: false })).toBeVisible();
    const approved = Date.now();
    await expect(window.locator('[data-link="live"]')).toBeVisible();
    test.info().annotations.push({ type: 'approved to live', description: `${Date.now() - approved} ms` });
    await expect(board(window)).toBeVisible();

    // Lost: withdrawn in the list, the desktop drops the board and shows the reason and a new code.
    await page.getByRole('link', { name: 'People' }).first().click();
    const row = page.locator('.devices li').filter({ hasText: 'Desktop app' });
    await row.getByRole('button').click();
    const from = Date.now();
    await row.getByRole('button').click();
    await expect(window.getByRole('heading', { name: 'Let this desktop in' })).toBeVisible();
    test.info().annotations.push({ type: 'withdrawn to shown', description: `${Date.now() - from} ms` });
    await expect(window.getByText('was withdrawn', { exact: false })).toBeVisible();
    await expect(shown).toHaveText(/^[A-Z0-9]{4}-[A-Z0-9]{4}$/);
    const second = await shown.innerText();
    expect(second).not.toBe(code);
    await keepWindow(app, 'accounts-withdrawn-dark');

    // Denied from the link behind the code: the desktop is told so, and offers another try.
    await page.goto(`${named(server)}/#pair=${second.replace('-', '')}`);
    await page.getByRole('button', { name: 'Deny' }).click();
    await expect(window.getByRole('alert')).toContainText('was not let in');
    await keepWindow(app, 'accounts-denied-dark');
    await window.getByRole('button', { name: 'Show a new code' }).click();
    await expect(shown).toBeVisible();
  } finally {
    await browser.close();
    await mailbox.close();
  }
});

test('from the built-in server to another one by its code; who has no account is told the way out', async ({ serve, open, keep: keepWindow }) => {
  const mailbox = await startMailbox();
  const browser = await launchBrowser();
  try {
    const server = await serve({ env: { WEDSYNC_SMTP_URL: mailbox.url, WEDSYNC_RATE_SIGN_IN: '1000' } });
    const page = await firstAccount(browser, server, mailbox);
    const { window, ...app } = await open({ server: null });
    await expect(window.locator('[data-link="live"]')).toBeVisible({ timeout: 60_000 });
    await window.getByRole('link', { name: 'People' }).click();
    await expect(window.getByText('Nobody has an account yet')).toBeVisible();
    await window.getByRole('link', { name: 'Settings' }).click();
    await expect(window.getByRole('button', { name: 'Open the browser' })).toBeEnabled();
    await window.getByLabel('Address').fill(server.url);
    await window.getByRole('button', { name: 'Connect' }).click();
    const shown = window.locator('.pair-code');
    await expect(shown).toBeVisible();
    await shown.scrollIntoViewIfNeeded();
    await keepWindow({ window, ...app }, 'accounts-settings-code');
    await axe(window, 'settings with a code');
    const code = await shown.innerText();

    // Let in by a ticket: there is nobody to let it in as.
    const guest = await newPage(browser);
    await guest.goto(`${named(server)}/#enrol=${await server.newTicket()}`);
    await expect(board(guest)).toBeVisible();
    await guest.goto(`${named(server)}/#pair=${code}`);
    const approve = guest.getByRole('button', { name: 'Approve' });
    const out = guest.getByText('Invite yourself, sign in', { exact: false });
    await expect(approve.or(out)).toBeVisible();
    if (await approve.isVisible()) await approve.click();
    await expect(out).toBeVisible();
    await keep(guest, 'approve-no-account');

    await page.goto(`${named(server)}/#pair=${code}`);
    await page.getByRole('button', { name: 'Approve' }).click();
    await expect(window.getByText(`Now connected to ${server.url}`)).toBeVisible();
    await expect(window.locator('[data-link="live"]')).toBeVisible();
    await window.getByRole('link', { name: 'Day', exact: true }).click();
    await expect(board(window)).toBeVisible();
  } finally {
    await browser.close();
    await mailbox.close();
  }
});
