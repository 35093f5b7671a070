import { nodeBundle } from './vite.node.ts';

/** The keychain binding is native code and must stay a package of its own. */
export default nodeBundle({ out: 'main', entries: { index: 'main/index.ts' }, format: 'es', external: [/^electron(\/.*)?$/, /^keytar(\/.*)?$/, /^@napi-rs\//] });
