import path from 'node:path';
import { defineConfig } from 'vitest/config';

const root = path.resolve(import.meta.dirname, '..', '..');

export default defineConfig({
  root,
  cacheDir: path.join(root, '.cache', 'vitest'),
  test: {
    include: ['tests/**/*.test.ts', 'tests/**/*.test.tsx'],
    exclude: ['tests/architecture/samples/**', 'tests/e2e/**', 'tests/packaged/**'],
    environment: 'node',
    // The embedded database needs seconds to be made; a busy machine of two cores needs more.
    testTimeout: 60_000,
    hookTimeout: 90_000,
    pool: 'forks',
    maxWorkers: 2,
    passWithNoTests: false,
    allowOnly: process.env.CI === undefined,
    env: { TZ: 'UTC' },
  },
});
