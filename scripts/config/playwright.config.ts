import path from 'node:path';
import { defineConfig } from '@playwright/test';

const root = path.resolve(import.meta.dirname, '..', '..');

/** Tests drive real windows with real clocks on few cores: one at a time, with room. */
export default defineConfig({
  outputDir: path.join(root, 'test-results', 'playwright'),
  workers: 1,
  fullyParallel: false,
  forbidOnly: process.env['CI'] !== undefined,
  // See playwrightCounts in scripts/test/counts.mjs: at a desk nothing is repeated.
  retries: process.env['CI'] === undefined ? 0 : 1,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: [['list'], ['json', { outputFile: path.join(root, 'test-results', `playwright-${process.env['WEDSYNC_STEP'] ?? 'all'}.json`) }]],
  projects: [
    { name: 'e2e', testDir: path.join(root, 'tests', 'e2e'), testMatch: '**/*.spec.ts' },
    { name: 'packaged', testDir: path.join(root, 'tests', 'packaged'), testMatch: '**/*.spec.ts', timeout: 180_000 },
  ],
});
