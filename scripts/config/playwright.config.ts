import path from 'node:path';
import { defineConfig } from '@playwright/test';

const root = path.resolve(import.meta.dirname, '..', '..');

/**
 * Tests drive real windows with real clocks on few cores: two files at a time, each with a display, a bus and a keychain of its
 * own, since one alone keeps hardly more than one core busy; and with room. The packaged program is one at a time.
 */
export default defineConfig({
  outputDir: path.join(root, 'test-results', 'playwright'),
  workers: 2,
  fullyParallel: false,
  forbidOnly: process.env['CI'] !== undefined,
  // See playwrightCounts in scripts/test/counts.mjs: at a desk nothing is repeated.
  retries: process.env['CI'] === undefined ? 0 : 1,
  // A limit is for what hangs: one that a busy machine can reach only says that it was busy. No test proves that something is quick.
  timeout: 300_000,
  expect: { timeout: 30_000 },
  reporter: [['list'], ['json', { outputFile: path.join(root, 'test-results', `playwright-${process.env['WEDSYNC_STEP'] ?? 'all'}.json`) }]],
  projects: [
    { name: 'e2e', testDir: path.join(root, 'tests', 'e2e'), testMatch: '**/*.spec.ts' },
    { name: 'packaged', testDir: path.join(root, 'tests', 'packaged'), testMatch: '**/*.spec.ts', workers: 1 },
  ],
});
