import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { InlineConfig } from 'vite';
import { contentHash } from './build/contentHash.ts';
import { gatherNotices } from './build/notices.ts';
import { placePattern } from './build/pattern.ts';

/**
 * Builds what runs: dist/renderer, dist/preload, dist/main and dist/server. A target whose sources did not change since
 * its last build is left alone, and Vite is then not even loaded.
 */

const root = path.resolve(import.meta.dirname, '..');
const dist = path.join(root, 'dist');

interface Target {
  readonly name: string;
  /** Files and folders whose content decides whether the target must be built again. */
  readonly sources: readonly string[];
  /** What must exist afterwards. */
  readonly outputs: readonly string[];
  readonly config: () => Promise<InlineConfig>;
}

const COMMON = ['package-lock.json', 'scripts/build.ts', 'scripts/config/tsconfig.base.json', 'core'];
const NODE = [...COMMON, 'egress', 'scripts/config/vite.node.ts'];

const TARGETS: readonly Target[] = [
  {
    name: 'renderer', sources: [...COMMON, 'scripts/config/vite.renderer.config.ts', 'scripts/build/serviceWorker.ts', 'renderer', 'resources/locales'], outputs: ['renderer/index.html', 'renderer/serviceWorker.js'],
    config: async () => (await import('./config/vite.renderer.config.ts')).default,
  },
  {
    name: 'preload', sources: [...NODE, 'scripts/config/vite.preload.config.ts', 'preload'], outputs: ['preload/index.cjs'],
    config: async () => (await import('./config/vite.preload.config.ts')).default,
  },
  {
    name: 'main', sources: [...NODE, 'scripts/config/vite.main.config.ts', 'main', 'resources/locales'], outputs: ['main/index.js'],
    config: async () => (await import('./config/vite.main.config.ts')).default,
  },
  {
    name: 'server', sources: [...NODE, 'scripts/config/vite.server.config.ts', 'server', 'resources/locales', 'resources/demo'], outputs: ['server/index.js', 'server/record.js', 'server/pgliteWorker.js'],
    config: async () => (await import('./config/vite.server.config.ts')).default,
  },
];

const hashOf = (target: Target): string => contentHash(root, target.sources);
const stampOf = (target: Target): string => path.join(root, '.cache', 'build', `${target.name}.hash`);
const isBuilt = (target: Target): boolean => target.outputs.every((file) => existsSync(path.join(dist, file)));

function isCurrent(target: Target, hash: string): boolean {
  const stamp = stampOf(target);
  return isBuilt(target) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash;
}

async function buildTarget(target: Target, hash: string): Promise<void> {
  const startedAt = performance.now();
  rmSync(stampOf(target), { force: true });
  const { build } = await import('vite');
  await build({ ...(await target.config()), mode: 'production', logLevel: 'warn' });
  if (!isBuilt(target)) throw new Error(`the build of ${target.name} did not produce ${target.outputs.join(' and ')}`);
  mkdirSync(path.dirname(stampOf(target)), { recursive: true });
  writeFileSync(stampOf(target), hash);
  console.log(`  ${target.name.padEnd(16)} built (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
}

const { values } = parseArgs({ options: { only: { type: 'string' }, force: { type: 'boolean', default: false } } });
const wanted = values.only === undefined ? TARGETS : TARGETS.filter((target) => values.only?.split(',').includes(target.name));
if (wanted.length === 0) {
  console.error(`--only takes some of: ${TARGETS.map((target) => target.name).join(', ')}`);
  process.exit(2);
}

console.log('Build');
const stale = wanted.map((target) => ({ target, hash: hashOf(target) })).filter(({ target, hash }) => values.force || !isCurrent(target, hash));
for (const { target, hash } of stale) await buildTarget(target, hash);
if (wanted.some((target) => target.name === 'server')) await placePattern(root, dist);
const count = gatherNotices(dist);
console.log(stale.length === 0 ? '  everything is current' : `  notices          ${count} bundled packages`);
