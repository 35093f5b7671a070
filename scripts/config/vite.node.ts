import path from 'node:path';
import type { InlineConfig } from 'vite';

export const root = path.resolve(import.meta.dirname, '..', '..');

interface NodeBundle {
  /** Folder below dist/. */
  readonly out: string;
  /** Output name -> source file. */
  readonly entries: Readonly<Record<string, string>>;
  readonly format: 'es' | 'cjs';
  /** Packages that stay outside, besides Node's own modules. */
  readonly external: readonly RegExp[];
}

/** One bundle for a Node-like home. Everything but `external` is inside, so a packaged app carries no forest of packages. */
export function nodeBundle(bundle: NodeBundle): InlineConfig {
  const extension = bundle.format === 'cjs' ? 'cjs' : 'js';
  return {
    configFile: false,
    root,
    publicDir: false,
    cacheDir: path.join(root, '.cache', 'vite'),
    ssr: { noExternal: true, target: 'node' },
    build: {
      ssr: true,
      outDir: path.join(root, 'dist', bundle.out),
      emptyOutDir: true,
      target: 'node24',
      sourcemap: true,
      minify: false,
      license: { fileName: 'licenses.md' },
      rolldownOptions: {
        input: Object.fromEntries(Object.entries(bundle.entries).map(([name, file]) => [name, path.join(root, file)])),
        external: [/^node:/, ...bundle.external],
        output: {
          format: bundle.format,
          entryFileNames: `[name].${extension}`,
          chunkFileNames: `chunks/[name]-[hash].${extension}`,
        },
      },
    },
  };
}
