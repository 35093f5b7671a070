import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { startServer } from '../support/runningServer.ts';
import { launchBrowser } from '../support/browser.ts';

/** A couple's own link, made in the owner's console, opened in another browser, and withdrawn again; everything real. */

const tile = (page: Page, id: string) => page.locator(`[data-tile="${id}"]`);

test('an owner lets a couple in by a link and shows it out again', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'wedsync-link-'));
  const server = await startServer({ dataDir });
  const browser = await launchBrowser();
  try {
    const wedding = server.demo().weddings.find((one) => one.today);
    if (!wedding) throw new Error('no demo wedding is today');
    const owner = await (await browser.newContext()).newPage();
    await owner.goto(`${server.url}/#enrol=${server.ticket}`);
    await expect(tile(owner, 'alerts')).toBeVisible();
    await owner.goto(`${server.url}/#/wedding/${wedding.id}/about/${wedding.id}`);
    await owner.getByRole('button', { name: 'Make a link for the couple' }).click();
    const link = await owner.getByLabel('Pairing link').inputValue();

    const couple = await (await browser.newContext()).newPage();
    const frames: string[] = [];
    couple.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => frames.push(payload.toString())));
    await couple.goto(link);
    await expect(tile(couple, 'guests')).toBeVisible();
    await expect(tile(couple, 'alerts')).toHaveCount(0);
    await expect(couple.locator('.rail-place')).toHaveText(['Day', 'Settings']);
    // Today's, and the way back to all of today's; no other wedding of the house.
    await expect(couple.locator('.tab')).toHaveCount(2);
    const heard = frames.join('\n');
    expect(heard).toContain(wedding.id);
    for (const other of server.demo().weddings) if (other.id !== wedding.id) expect(heard).not.toContain(other.id);
    for (const connection of server.demo().connections) expect(heard).not.toContain(connection.connectionId);

    await owner.goto(`${server.url}/#/people`);
    const row = owner.locator('.devices li').filter({ hasText: 'Couple' });
    await row.getByRole('button').click();
    const from = Date.now();
    await row.getByRole('button').click();
    await expect(couple.locator('.pill[data-link="refused"]')).toBeVisible();
    test.info().annotations.push({ type: 'withdrawn to shown', description: `${Date.now() - from} ms` });
    await expect(row).toHaveCount(0);
  } finally {
    await browser.close();
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
});
