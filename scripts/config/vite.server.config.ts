import { nodeBundle } from './vite.node.ts';

/** PGlite finds its WASM and data files beside itself; `pg-native` is an optional addition of pg that we do not have. */
export default nodeBundle({
  out: 'server',
  entries: { index: 'server/index.ts', record: 'server/record.ts', pgliteWorker: 'server/store/pgliteWorker.ts' },
  format: 'es',
  external: [/^@electric-sql\/pglite(\/.*)?$/, /^pg-native$/],
});
