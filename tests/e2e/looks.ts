import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, type Page } from '@playwright/test';
import type { Bridge } from '../../core/contract/ipc.ts';
import { violationsOn } from '../support/axe.ts';
import { screenshotPath, type DesktopApp } from '../support/desktopApp.ts';

/** What every screen is held to: light and dark, a desk and a phone, the keyboard, axe, and a picture to be looked at. */

export const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 } as const;
export const SCHEMES = ['light', 'dark'] as const;
type Scheme = (typeof SCHEMES)[number];

export async function theme(app: DesktopApp, value: Scheme): Promise<void> {
  await app.window.evaluate((chosen) => (globalThis as unknown as { wedsync: Bridge }).wedsync.changeSettings({ theme: chosen }), value);
  await expect(app.window.locator(`html[data-mantine-color-scheme="${value}"]`)).toHaveCount(1);
}

export async function resize(app: DesktopApp, width: number, height: number): Promise<void> {
  await app.app.evaluate(({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]?.setContentSize(size.width, size.height), { width, height });
  await expect.poll(() => app.window.evaluate(() => innerWidth)).toBe(width);
}

/** What comes in or goes out stands where it will stay. */
const settled = (page: Page): Promise<void> => expect.poll(() => page.evaluate(() =>
  document.getAnimations().filter(({ playState, effect }) => playState === 'running' && effect?.getComputedTiming().endTime !== Infinity).length)).toBe(0);

export async function axe(page: Page, where: string): Promise<void> {
  await settled(page);
  const violations = await violationsOn(page);
  expect(violations.map((violation) => `${where}: ${violation.id} ${violation.nodes[0]?.target}`)).toEqual([]);
}

/** A picture of a browser's page. */
export async function photograph(page: Page, name: string): Promise<void> {
  mkdirSync(dirname(screenshotPath(name)), { recursive: true });
  await page.screenshot({ path: screenshotPath(name) });
}

/** Nothing of the page is wider than a phone. */
export const fits = async (page: Page): Promise<void> => expect(await page.evaluate(() => document.querySelector('.main')?.scrollWidth)).toBeLessThanOrEqual(PHONE.viewport.width);

/** Tab until the element that has the keyboard is called so; a newcomer has nothing else. */
export async function tabTo(page: Page, name: RegExp, most = 120): Promise<void> {
  for (let presses = 0; presses < most; presses += 1) {
    const at = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement | null;
      const label = element?.getAttribute('aria-label') ?? (element instanceof HTMLInputElement ? (element.labels?.[0]?.textContent ?? '') : (element?.textContent ?? ''));
      return label.trim();
    });
    if (name.test(at)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`the keyboard never came to ${String(name)}`);
}
