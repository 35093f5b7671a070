import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { payByStripe } from '../support/facts.ts';
import { freePort, REPOSITORY } from '../support/runningServer.ts';
import { expect, test } from './fixtures.ts';
import { boardKept } from './kept.ts';

test('server gone: the header says so, the board stays, and it comes back by itself', async ({ serve, open, keep }) => {
  const port = await freePort();
  const first = await serve({ port });
  const app = await open({ server: first });
  await expect(app.window.locator('[data-link="live"]')).toBeVisible();
  await payByStripe(first.url, first.demo(), { amountMinor: 77_750 });
  await expect(app.window.locator('[data-tile="payments"]')).toContainText('£777.50');

  await first.kill();
  const pill = app.window.locator('[data-link]');
  await expect(pill).toHaveText(/Offline since \d\d:\d\d/i);
  await expect(app.window.locator('[data-tile="payments"]')).toContainText('£777.50');
  await keep(app, 'offline');

  const second = await serve({ port });
  const readyAt = Date.now();
  await expect(app.window.locator('[data-link="live"]')).toBeVisible();
  console.log(`live again ${Date.now() - readyAt} ms after the server was ready`);
  await payByStripe(second.url, second.demo(), { amountMinor: 22_275 });
  await expect(app.window.locator('[data-tile="payments"]')).toContainText('£1,000.25');
});

test('started with the server down, the last known board opens, with its age', async ({ serve, open, keep, folder }) => {
  const server = await serve();
  const app = await open({ server });
  await payByStripe(server.url, server.demo(), { amountMinor: 55_550 });
  await expect(app.window.locator('[data-tile="payments"]')).toContainText('£555.50');
  await boardKept(app.window);
  await app.close();
  await server.stop();

  const again = await open({ server, userData: join(folder, 'desktop') });
  await expect(again.window.locator('[data-tile="payments"]')).toContainText('£555.50');
  await expect(again.window.locator('[data-link]')).toHaveText(/Offline|Connecting/i);
  await expect(again.window.locator('[data-link="live"]')).toHaveCount(0);
  await keep(again, 'started-offline');
});

test('killed between commit and broadcast: every acknowledged fact is on the board exactly once', async ({ serve, open }) => {
  const port = await freePort();
  const first = await serve({ port, entry: join(REPOSITORY, 'tests', 'support', 'dyingServer.ts'), env: { WEDSYNC_TEST_DIE_AT_COMMIT: '3' } });
  const app = await open({ server: first });
  await expect(app.window.locator('[data-link="live"]')).toBeVisible();
  const card = first.demo();

  // It dies of its third commit, whenever the machine comes to that: payments are sent until it is gone.
  const running = { yet: true };
  void first.ended.then(() => (running.yet = false));
  const amount = (index: number): number => 1_000_000 + index * 101;
  const send = (url: string, index: number) => payByStripe(url, card, { amountMinor: amount(index), id: `crash${index}` });
  let count = 0;
  let acknowledged = 0;
  while (running.yet) {
    count += 1;
    if ((await send(first.url, count)).outcome === 'accepted') acknowledged += 1;
    // A crowd, and then one now and then.
    if (count >= 12) await Promise.race([first.ended, sleep(200)]);
  }
  expect(acknowledged).toBeGreaterThanOrEqual(2);
  // At least one that it never took.
  count += 1;
  await expect(app.window.locator('[data-link]')).toHaveText(/Offline|Connecting/i);

  const second = await serve({ port });
  await expect(app.window.locator('[data-link="live"]')).toBeVisible();
  // The vendor sends everything again, as vendors do: what was acknowledged changes nothing, what was not arrives now.
  const every = Array.from({ length: count }, (_, at) => at + 1);
  for (const index of every) await send(second.url, index);
  const total = every.reduce((sum, index) => sum + amount(index), 0);
  await expect(app.window.locator('[data-tile="payments"]')).toContainText(new Intl.NumberFormat('en-GB', { style: 'currency', currency: 'GBP' }).format(total / 100));
});
