import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import nodemailer from 'nodemailer';
import { launchBrowser } from '../support/browser.ts';
import { freePort, REPOSITORY, type RunningServer } from '../support/runningServer.ts';
import { expect, test } from './fixtures.ts';
import { axe, fits, PHONE, photograph, resize, SCHEMES, theme } from './looks.ts';

/** Gmail asks whether a mailbox may forward: a really signed mail into the real listener, its code on the screen that waits. */

const key = generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'der' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } });
const LINK = 'https://mail-settings.google.com/mail/vf-%5BANGjdJ9x%5D-4f2Kq';

async function serverWithMail(serve: (options: { entry: string; env: Record<string, string> }) => Promise<RunningServer>): Promise<{ server: RunningServer; port: number }> {
  const port = await freePort();
  const env = { WEDSYNC_MAIL_IN_PORT: String(port), WEDSYNC_MAIL_IN_DOMAIN: 'in.harrow.example', WEDSYNC_RATE_MANAGING: '60', WEDSYNC_TEST_DKIM: JSON.stringify({ 'forwarding._domainkey.google.com': `v=DKIM1; k=rsa; p=${key.publicKey.toString('base64')}` }) };
  return { server: await serve({ entry: join(REPOSITORY, 'tests', 'support', 'bentServer.ts'), env }), port };
}

async function connectByMail(page: Page): Promise<string> {
  await page.evaluate(() => (location.hash = '#/connect/weddingwire'));
  await page.getByRole('button', { name: /^E-mail/ }).click();
  await page.getByRole('button', { name: 'I have it, go on' }).or(page.getByRole('button', { name: 'Connect', exact: true })).first().click();
  const connect = page.getByRole('button', { name: 'Connect', exact: true });
  if (await connect.isVisible()) await connect.click();
  return page.getByRole('textbox', { name: 'Address for forwarded mails' }).inputValue();
}

async function gmailAsks(port: number, to: string): Promise<void> {
  const transport = nodemailer.createTransport({ host: '127.0.0.1', port, ignoreTLS: true, dkim: { domainName: 'google.com', keySelector: 'forwarding', privateKey: key.privateKey } });
  try {
    await transport.sendMail({ from: '"Gmail Team" <forwarding-noreply@google.com>', to, subject: '(#402813765) Forwarding: front-desk@harrow-house.example', text: `front-desk@harrow-house.example asks to forward to ${to}.\nCode: 402813765\n\n${LINK}\n` });
  } finally {
    transport.close();
  }
}

test('the code and the link of the mailbox appear on the desktop while it waits, and later at the connection', async ({ serve, open, keep }) => {
  const { server, port } = await serverWithMail(serve);
  const app = await open({ server });
  const { window } = app;
  await expect(window.locator('[data-link="live"]')).toBeVisible();
  await resize(app, 1280, 800);
  await app.app.evaluate(({ shell }) => {
    const seen = globalThis as unknown as { opened: string[] };
    seen.opened = [];
    shell.openExternal = (url: string) => {
      seen.opened.push(url);
      return Promise.resolve();
    };
  });
  const address = await connectByMail(window);
  await expect(window.locator('.connect-forwarding')).toHaveCount(0);
  await gmailAsks(port, address);
  const asks = window.locator('.connect-forwarding');
  await expect(asks).toContainText(/Gmail asks whether \W*front-desk@harrow-house\.example\W* may forward/);
  await expect(asks.getByRole('textbox')).toHaveValue('402813765');
  for (const scheme of SCHEMES) {
    await theme(app, scheme);
    await asks.scrollIntoViewIfNeeded();
    await keep(app, `forwarding-${scheme}`);
    await axe(window, `forwarding ${scheme}`);
  }
  // Whose house it is is said before anybody goes there, and it is gone to by keyboard.
  await asks.getByRole('button', { name: /mail-settings\.google\.com/ }).focus();
  await window.keyboard.press('Enter');
  await expect.poll(() => app.app.evaluate(() => (globalThis as unknown as { opened: string[] }).opened)).toEqual([LINK]);
  await window.getByRole('link', { name: 'Open the connection' }).click();
  await expect(window.locator('.inspector .connect-forwarding')).toBeVisible();
  await keep(app, 'forwarding-connection-dark');
  await axe(window, 'forwarding at the connection');
  await window.getByRole('link', { name: 'Day', exact: true }).click();
  await expect(window.locator('.row-alert', { hasText: 'Gmail asks whether mails may be forwarded' })).toHaveCount(1);
});

test('the same on a phone', async ({ serve }) => {
  const { server, port } = await serverWithMail(serve);
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage(PHONE);
    await page.goto(`${server.url}/#enrol=${server.ticket}`);
    await expect(page.locator('[data-link="live"]')).toBeVisible();
    await gmailAsks(port, await connectByMail(page));
    const asks = page.locator('.connect-forwarding');
    await expect(asks).toContainText('Confirm the forwarding');
    await asks.scrollIntoViewIfNeeded();
    for (const scheme of SCHEMES) {
      await page.emulateMedia({ colorScheme: scheme });
      await photograph(page, `forwarding-phone-${scheme}`);
      await axe(page, `forwarding phone ${scheme}`);
    }
    await fits(page);
  } finally {
    await browser.close();
  }
});
