import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Command } from '../../core/contract/commands.ts';
import { colleague } from '../support/colleague.ts';
import { screenshotPath } from '../support/desktopApp.ts';
import { until } from '../support/desktopSession.ts';
import { todaysWedding } from '../support/facts.ts';
import { expect, test } from './fixtures.ts';

/** A double booking that somebody else causes reaches this desktop as a toast, and the toast leads to that very conflict. */

const HOUR = 3_600_000;

test('a double booking becomes a toast that stays; clicking it opens that conflict and its day', async ({ serve, open, session, keep }) => {
  const server = await serve();
  const app = await open({ server });
  const { window } = app;
  await expect(window.locator('[data-link="live"]')).toBeVisible();
  await window.getByRole('link', { name: 'Integrations' }).click();
  await expect(window).toHaveURL(/#[/]integrations/);

  // Two of them there are, each is taken once; then the office hears that one is broken.
  const decide = await colleague(server);
  const resourceId = randomUUID();
  const resource = (places: number, basedOnVersion: number | null): Command => ({
    type: 'resource.save', commandId: randomUUID(), resourceId, basedOnVersion, kind: 'equipment', name: 'Smoke machine', places,
    partIds: [], setUpMinutes: 0, turnaroundMinutes: 0, state: 'active',
  });
  const at = (hours: number): string => new Date(Date.now() + hours * HOUR).toISOString();
  const taken = (title: string, weddingId: string | null): Command => ({
    type: 'allocation.save', commandId: randomUUID(), allocationId: randomUUID(), basedOnVersion: null, weddingId, bookingId: null, resourceId, title,
    startsAt: at(1), endsAt: at(3), status: 'definite', rank: null, holdUntil: null, lockedBecause: null, tags: [], units: 1,
    setUpMinutes: null, turnaroundMinutes: null, reason: null,
  });
  await decide(resource(2, null));
  await decide(taken('First dance', todaysWedding(server.demo()).id));
  await decide(taken('Rehearsal of the band', null));
  const seen = session.notifications().length;
  await decide(resource(1, 1));

  const toast = () => session.notifications().slice(seen).find(({ summary }) => summary.includes('Smoke machine'));
  await until(() => toast() !== undefined, 'the toast on the notification bus');
  await expect.poll(toast).toMatchObject({ body: expect.stringContaining('Rehearsal of the band'), urgency: 2, expiresMs: 0 });
  await until(async () => (await session.displayed()) > 0, 'the toast on the screen');
  mkdirSync(dirname(screenshotPath('toast-conflict')), { recursive: true });
  await session.photograph(screenshotPath('toast-conflict'));

  await session.clickNewest();
  await expect(window).toHaveURL(/#[/]conflicts[/][0-9a-f-]{36}$/);
  const row = window.locator('.conflict-row[data-selected]');
  await expect(row.locator('.row-conflict')).toContainText('Smoke machine');
  await expect(row.locator('.row-conflict')).toHaveAttribute('aria-expanded', 'true');
  await expect(row.locator('.row-conflict')).toBeFocused();
  await expect(row.locator('.conflict-members')).toContainText('First dance');
  await expect(row).toBeInViewport();
  const bar = window.locator('.tl-bar', { hasText: 'First dance' });
  await expect(bar).toBeInViewport();
  await keep(app, 'conflict-opened-by-toast');

  // Seen, where it is seen to: the alert is acknowledged for everybody, and the conflict stays what it is.
  await row.getByRole('button', { name: /^Acknowledge: .*Smoke machine/ }).click();
  await expect(row.getByRole('button', { name: /^Acknowledge/ })).toHaveCount(0);
  await expect(row.locator('.row-conflict')).toContainText('Smoke machine');
});
