import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { build, type Plugin } from 'vite';
import { SERVICE_WORKER_FILE, type KeptFile } from '../../core/contract/offlinePage.ts';

const SOURCE = path.resolve(import.meta.dirname, '..', '..', 'renderer', 'offline', 'worker', 'serviceWorker.ts');

/** The page and everything that it loads; maps and license lists are for people who look for them. */
function keptFiles(folder: string): KeptFile[] {
  const assets = readdirSync(path.join(folder, 'assets')).filter((name) => !name.endsWith('.map')).sort().map((name) => `assets/${name}`);
  return ['index.html', ...assets].map((url) => {
    const hash = createHash('sha256').update(readFileSync(path.join(folder, url)));
    const digest = hash.digest('base64');
    return { url, revision: url.startsWith('assets/') ? null : digest, integrity: `sha256-${digest}` };
  });
}

/** Builds the worker after the console, because it has to know the console's files by their content. */
export function serviceWorker(): Plugin {
  let folder = '';
  let root = '';
  return {
    name: 'service-worker',
    apply: 'build',
    configResolved(config) {
      folder = config.build.outDir;
      root = config.root;
    },
    async closeBundle(error) {
      if (error) return;
      await build({
        configFile: false,
        root,
        publicDir: false,
        logLevel: 'warn',
        define: { KEPT_FILES: JSON.stringify(keptFiles(folder)), 'process.env.NODE_ENV': '"production"' },
        build: {
          outDir: folder,
          emptyOutDir: false,
          target: 'chrome140',
          sourcemap: true,
          modulePreload: false,
          license: { fileName: 'serviceWorker.licenses.md' },
          rolldownOptions: { input: SOURCE, output: { format: 'iife', entryFileNames: SERVICE_WORKER_FILE } },
        },
      });
    },
  };
}
