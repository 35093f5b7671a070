import { DevicesAnswer, EnrolAnswer, HTTP } from '../../core/contract/http.ts';
import { screenshotPath } from '../support/desktopApp.ts';
import { expect, test } from './fixtures.ts';

test('a wall display whose desktop was withdrawn is emptied at once and says so', async ({ serve, open }) => {
  const server = await serve();
  const app = await open({ server });
  const { window } = app;
  await expect(window.locator('[data-link="live"]')).toBeVisible();
  await window.evaluate(() => (globalThis as unknown as { wedsync: { wall(input: { action: string }): Promise<unknown> } }).wedsync.wall({ action: 'open' }));
  await expect.poll(() => app.app.windows().length).toBe(2);
  const wall = app.app.windows().find((page) => page !== window);
  if (!wall) throw new Error('no wall');
  await expect(wall.locator('.wall-row').first()).toBeVisible();

  const enrolled = await fetch(server.url + HTTP.enrol.path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ ticket: await server.newTicket(), device: { name: 'Office', kind: 'desktop' } }) });
  const headers = { authorization: `Bearer ${EnrolAnswer.parse(await enrolled.json()).token ?? ''}`, 'content-type': 'application/json' };
  const { devices } = DevicesAnswer.parse(await (await fetch(server.url + HTTP.devices.path, { headers })).json());
  const desk = devices.find((device) => !device.self && device.kind === 'desktop');
  const from = Date.now();
  expect((await fetch(server.url + HTTP.revoke.path.replace(':id', desk?.id ?? ''), { method: 'POST', headers, body: '{}' })).status).toBe(200);

  await expect(wall.getByText('This screen is not let in')).toBeVisible();
  test.info().annotations.push({ type: 'withdrawn to emptied', description: `${Date.now() - from} ms` });
  await expect(wall.locator('.wall-row')).toHaveCount(0);
  await expect(wall.locator('.wall-foot')).toContainText('Not let in since');
  await expect(wall.locator('.wall-foot')).not.toContainText('as it stood');
  await expect(wall.locator('.wall-head')).not.toContainText('No wedding');
  await wall.screenshot({ path: screenshotPath('wall-withdrawn') });
});
