import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { EnrolAnswer, HTTP } from '../../core/contract/http.ts';
import type { RecordedEvent } from '../../core/contract/events.ts';
import type { StreamFrame, StreamSnapshot } from '../../core/contract/stream.ts';
import { payByStripe } from '../support/facts.ts';
import { freePort, type RunningServer } from '../support/runningServer.ts';
import { connect, first, until } from '../support/serverApp.ts';
import { expect, test } from './fixtures.ts';
import { boardKept } from './kept.ts';
import { launchBrowser } from '../support/browser.ts';

/** The whole log, as a client that has seen nothing of it is told. */
async function logOf(server: RunningServer): Promise<RecordedEvent[]> {
  const answer = await fetch(server.url + HTTP.enrol.path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ ticket: await server.newTicket(), device: { name: 'Reader', kind: 'tool' } }) });
  const { token } = EnrolAnswer.parse(await answer.json());
  const whole = connect(server.url, { token });
  const snapshot = await first<StreamSnapshot>(whole, 'snapshot');
  whole.disconnect();
  const events: RecordedEvent[] = [];
  let upTo = 0;
  const again = connect(server.url, { token, cursor: { epoch: snapshot.epoch, seq: 0 } });
  again.on('frame', (frame: StreamFrame) => {
    events.push(...frame.events);
    upTo = frame.upTo;
  });
  await until(() => upTo >= snapshot.seq, 'the whole log');
  again.disconnect();
  return events;
}

const alertRow = (window: Page) => window.locator('.column-alerts .row', { hasText: '£912.00' });
const pill = (window: Page) => window.locator('button[data-link]');

test('a decision made without a server outlives a restart, is recorded once when the server is back, and is never shown as done before', async ({ serve, open, keep, folder }) => {
  const port = await freePort();
  const server = await serve({ port });
  const app = await open({ server });
  await expect(app.window.locator('[data-link="live"]')).toBeVisible();
  await payByStripe(server.url, server.demo(), { amountMinor: 91_200, status: 'failed' });
  await expect(alertRow(app.window)).toBeVisible();
  // Without the board there would be nothing to decide about after the restart.
  await boardKept(app.window);
  await server.kill();
  await expect(pill(app.window)).toHaveText(/Offline since/i);

  await alertRow(app.window).locator('.row-alert').focus();
  await app.window.keyboard.press('a');
  await expect(alertRow(app.window).locator('[data-decision="queued"]')).toBeVisible();
  await expect(pill(app.window)).toContainText('1 unsent');
  await app.close();

  const again = await open({ server, userData: join(folder, 'desktop') });
  await expect(alertRow(again.window).locator('[data-decision="queued"]')).toBeVisible();
  await expect(again.window.locator('[data-link="live"]')).toHaveCount(0);
  await pill(again.window).click();
  await expect(again.window.locator('[data-outbox="queued"]')).toContainText('Queued, not sent yet');
  await keep(again, 'outbox-queued');

  const back = await serve({ port });
  await expect(again.window.locator('[data-link="live"]')).toBeVisible();
  await expect(again.window.locator('[data-outbox="accepted"]')).toBeVisible();
  await expect(alertRow(again.window)).toHaveCount(0);
  await expect(again.window.locator('.pill-unsent')).toHaveCount(0);
  await keep(again, 'outbox-recorded');
  const acknowledged = (await logOf(back)).filter((event) => event.type === 'alert.acknowledged' && event.collection === 'alerts' && event.row.title.includes('£912.00'));
  expect(acknowledged).toHaveLength(1);
});

test('in a browser all tabs share one outbox, and the next tab takes it over', async ({ serve }) => {
  const port = await freePort();
  const server = await serve({ port });
  const browser = await launchBrowser();
  try {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    const one = await context.newPage();
    await one.goto(`${server.url}/#enrol=${await server.newTicket()}`);
    await expect(one.locator('[data-link="live"]')).toBeVisible();
    const two = await context.newPage();
    await two.goto(`${server.url}/#/day`);
    await expect(two.locator('[data-link="live"]')).toBeVisible();
    await payByStripe(server.url, server.demo(), { amountMinor: 91_200, status: 'failed' });
    await expect(alertRow(two)).toBeVisible();
    await server.kill();
    await expect(pill(two)).toHaveText(/Offline since/i);

    await alertRow(two).locator('.row-alert').focus();
    await two.keyboard.press('a');
    await expect(alertRow(two).locator('[data-decision="queued"]')).toBeVisible();
    await expect(alertRow(one).locator('[data-decision="queued"]')).toBeVisible();
    await one.close();
    await expect(pill(two)).toContainText('1 unsent');

    const back = await serve({ port });
    await expect(two.locator('[data-link="live"]')).toBeVisible();
    await expect(alertRow(two)).toHaveCount(0);
    await expect(two.locator('.pill-unsent')).toHaveCount(0);
    expect((await logOf(back)).filter((event) => event.type === 'alert.acknowledged' && event.collection === 'alerts' && event.row.title.includes('£912.00'))).toHaveLength(1);
  } finally {
    await browser.close();
  }
});
