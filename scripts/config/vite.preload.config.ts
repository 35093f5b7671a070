import { nodeBundle } from './vite.node.ts';

/** A sandboxed preload can load one CommonJS file and nothing else. */
export default nodeBundle({ out: 'preload', entries: { index: 'preload/index.ts' }, format: 'cjs', external: [/^electron(\/.*)?$/] });
