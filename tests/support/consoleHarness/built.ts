import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import react from '@vitejs/plugin-react';
import { build, type Plugin } from 'vite';
import { contentHash } from '../../../scripts/build/contentHash.ts';

const root = path.resolve(import.meta.dirname, '..', '..', '..');
const store = path.join(root, '.cache', 'consoleHarness');
/** Everything of ours that may go into the page; a build that takes in something else fails, so that no page is older than its sources. */
const SOURCES = ['core', 'renderer', 'resources', 'tests/support', 'package-lock.json'];
const OLD_MS = 24 * 60 * 60_000;

const onlySources: Plugin = {
  name: 'only-sources',
  generateBundle() {
    for (const id of this.getModuleIds()) {
      const file = path.relative(root, id.split('?')[0] ?? id);
      if (!path.isAbsolute(id) || file.includes('node_modules')) continue;
      if (!SOURCES.some((place) => file.startsWith(`${place}/`))) this.error(`${file} is in the harness page: name its folder in SOURCES of ${import.meta.filename}`);
    }
  },
};

const OWNER_STACK = '1e4 > ReactSharedInternals.recentlyCreatedOwnerStacks++';
/**
 * React's development build, which warns, also takes a stack of calls for each element that it makes, up to so many a second,
 * for tools that nobody opens here. It is told that these are used up.
 */
const noOwnerStacks: Plugin = {
  name: 'no-owner-stacks',
  transform: {
    filter: { id: /\/react\/cjs\/react(-jsx-(dev-)?runtime)?\.development\.js$/ },
    handler(code, id) {
      if (!code.includes(OWNER_STACK)) this.error(`${id} takes its stacks otherwise than ${import.meta.filename} knows`);
      return { code: code.replaceAll(OWNER_STACK, 'false'), map: null };
    },
  },
};

/** Others may be serving from a younger one. */
async function dropOld(): Promise<void> {
  for (const name of await readdir(store)) {
    const folder = path.join(store, name);
    const age = await stat(folder).then(({ mtimeMs }) => Date.now() - mtimeMs, () => 0);
    if (age > OLD_MS) await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Folder of the harness page as its sources stand, built once for all test files that need it. Two that come at the same
 * moment build both; the first to be done is taken.
 */
export async function builtHarness(): Promise<string> {
  const content = contentHash(root, SOURCES);
  const folder = path.join(store, content);
  if (existsSync(folder)) return folder;
  await mkdir(store, { recursive: true });
  await dropOld();
  const making = await mkdtemp(path.join(store, 'making-'));
  try {
    await build({
      configFile: false,
      logLevel: 'warn',
      root: import.meta.dirname,
      base: './',
      cacheDir: path.join(making, 'cache'),
      plugins: [noOwnerStacks, react(), onlySources],
      build: { outDir: path.join(making, 'page'), target: 'chrome120', emptyOutDir: true, assetsInlineLimit: 0, modulePreload: { polyfill: false }, chunkSizeWarningLimit: 4096 },
    });
    // Somebody saved a file meanwhile: which of its contents went in is not known.
    if (contentHash(root, SOURCES) !== content) return await builtHarness();
    await rename(path.join(making, 'page'), folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(making, { recursive: true, force: true });
  }
  return folder;
}
