import path from 'node:path';
import react from '@vitejs/plugin-react';
import type { InlineConfig } from 'vite';
import { serviceWorker } from '../build/serviceWorker.ts';

const root = path.resolve(import.meta.dirname, '..', '..');

/** The console: the same files are shown by the desktop's own scheme and by the server, so every address is relative. */
const config: InlineConfig = {
  configFile: false,
  root: path.join(root, 'renderer'),
  base: './',
  cacheDir: path.join(root, '.cache', 'vite'),
  plugins: [react(), serviceWorker()],
  build: {
    outDir: path.join(root, 'dist', 'renderer'),
    emptyOutDir: true,
    target: 'chrome140',
    sourcemap: true,
    // The content security policy allows neither inline scripts nor data: fonts.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 4096,
    license: { fileName: 'licenses.md' },
  },
};

export default config;
