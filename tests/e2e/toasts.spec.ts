import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { EnrolAnswer, HTTP } from '../../core/contract/http.ts';
import type { StreamSnapshot } from '../../core/contract/stream.ts';
import { screenshotPath } from '../support/desktopApp.ts';
import { type DesktopSession, until } from '../support/desktopSession.ts';
import { payByStripe, todaysWedding } from '../support/facts.ts';
import type { RunningServer } from '../support/runningServer.ts';
import { connect, first } from '../support/serverApp.ts';
import { expect, test } from './fixtures.ts';

/** Toasts with buttons on Linux, by a real notification daemon: what a person chooses in its own menu. */

const photograph = async (session: DesktopSession, name: string): Promise<void> => {
  mkdirSync(dirname(screenshotPath(name)), { recursive: true });
  await session.photograph(screenshotPath(name));
};

/** How the server has the alert whose title says this, as another device reads it. */
async function alertStates(server: RunningServer): Promise<(title: string) => Promise<string | undefined>> {
  const answer = await fetch(server.url + HTTP.enrol.path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ ticket: await server.newTicket(), device: { name: 'Reader', kind: 'tool' } }) });
  const { token } = EnrolAnswer.parse(await answer.json());
  return async (title) => {
    const socket = connect(server.url, { token });
    const { rows } = await first<StreamSnapshot>(socket, 'snapshot');
    socket.disconnect();
    return rows.alerts.find((alert) => alert.title.includes(title))?.state;
  };
}

test('Seen on a toast acknowledges its alert for everybody and leaves the window where it is', async ({ serve, open, session }) => {
  const server = await serve();
  const app = await open({ server });
  await expect(app.window.locator('[data-link="live"]')).toBeVisible();
  await app.window.getByRole('link', { name: 'Integrations' }).click();
  await expect(app.window).toHaveURL(/#[/]integrations/);
  const stateOf = await alertStates(server);
  const seen = session.notifications().length;
  await payByStripe(server.url, server.demo(), { amountMinor: 61_100, status: 'failed' });
  await until(async () => (await session.displayed()) === 1, 'the toast on the screen');
  expect(session.notifications().slice(seen)).toMatchObject([{ summary: expect.stringContaining('£611.00'), buttons: ['Show', 'Show', 'Seen'], urgency: 2, expiresMs: 0 }]);
  expect(await stateOf('£611.00')).toBe('open');
  await photograph(session, 'toast-buttons');

  await session.press('Seen');
  await expect.poll(() => stateOf('£611.00')).toBe('acknowledged');
  await until(async () => (await session.displayed()) === 0, 'the toast gone');
  await expect(app.window).toHaveURL(/#[/]integrations/);
});

test('Show on a toast opens what it is about', async ({ serve, open, session }) => {
  const server = await serve();
  const app = await open({ server });
  await expect(app.window.locator('[data-link="live"]')).toBeVisible();
  await app.window.getByRole('link', { name: 'Integrations' }).click();
  await expect(app.window).toHaveURL(/#[/]integrations/);
  await payByStripe(server.url, server.demo(), { amountMinor: 61_200, status: 'failed' });
  await until(async () => (await session.displayed()) === 1, 'the toast on the screen');
  await session.press('Show');
  await expect(app.window).toHaveURL(new RegExp(`#/wedding/${todaysWedding(server.demo()).id}/alert/`));
  await expect(app.window.getByRole('complementary')).toContainText('£612.00');
  await until(async () => (await session.displayed()) === 0, 'the toast gone');
});

test('a vendor’s words are never markup on a toast', async ({ serve, open, session }) => {
  const server = await serve();
  const app = await open({ server });
  await expect(app.window.locator('[data-link="live"]')).toBeVisible();
  const seen = session.notifications().length;
  await payByStripe(server.url, server.demo(), { amountMinor: 61_300, status: 'failed', name: '<b>Band</b> & <a href="https://example.org">pay here</a>' });
  await until(() => session.notifications().length > seen, 'the toast on the notification bus');
  expect(session.notifications()[seen]?.body).toContain('&lt;b&gt;Band&lt;/b&gt; &amp; &lt;a href=&quot;https://example.org&quot;&gt;pay here&lt;/a&gt;');
  await until(async () => (await session.displayed()) === 1, 'the toast on the screen');
  await photograph(session, 'toast-markup');
});

test('a grave toast is back when the notification daemon is, and its button still works', async ({ serve, open, session }) => {
  const server = await serve();
  const app = await open({ server });
  await expect(app.window.locator('[data-link="live"]')).toBeVisible();
  const stateOf = await alertStates(server);
  await payByStripe(server.url, server.demo(), { amountMinor: 61_400, status: 'failed' });
  await until(async () => (await session.displayed()) === 1, 'the toast on the screen');
  await session.stopNotificationDaemon();
  await session.startNotificationDaemon();
  await until(async () => (await session.displayed()) === 1, 'the toast on the screen again');
  await session.press('Seen');
  await expect.poll(() => stateOf('£614.00')).toBe('acknowledged');
  await until(async () => (await session.displayed()) === 0, 'the toast gone');
});
