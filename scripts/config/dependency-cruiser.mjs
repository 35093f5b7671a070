/**
 * Who may import what: the table of docs/architecture.md as rules. Type-only imports count. Run from the repository root;
 * for the planted violations the same rules run from tests/architecture/samples, which repeats the folders.
 */

const CORE = '^core/';
const OURS = '^(core|egress|main|preload|renderer|server|scripts|tests)/';
/** npm packages, type packages included; a workspace resolves to its own folder and is judged by that. */
const NPM = ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-bundled', 'npm-no-pkg', 'npm-unknown'];

/** Every package says where it may be used. A package that is not listed for a folder is an error there. */
export const PACKAGES = {
  'core/contract': ['zod'],
  'core/domain': ['temporal-polyfill'],
  'core/link': [],
  'core/ports': [],
  egress: [],
  'core/vendors': ['ical.js', 'saxes', 'zod'],
  preload: ['electron'],
  main: ['dbus-native', 'electron', 'electron-store', 'keytar', 'socket.io-client', 'temporal-polyfill', 'zod'],
  renderer: [
    '@fontsource-variable/inter', '@mantine/charts', '@mantine/core', '@mantine/hooks', '@mantine/notifications', '@mantine/spotlight',
    '@simplewebauthn/browser', '@tabler/icons-react', '@tanstack/react-query', 'dexie', 'i18next', 'qrcode', 'react', 'react-dom', 'recharts', 'socket.io-client', 'temporal-polyfill',
    'workbox-precaching', 'workbox-routing', 'zod', 'zustand',
  ],
  server: [
    '@better-auth/core', '@better-auth/passkey', '@better-auth/sso', '@better-auth/utils', '@better-fetch/fetch', '@electric-sql/pglite', '@fastify/cookie',
    '@fastify/helmet', '@fastify/rate-limit', '@fastify/static', 'better-auth', 'better-call', 'fastify',
    'ical.js', 'kysely', 'mailauth', 'nanostores', 'nodemailer', 'oauth4webapi', 'papaparse', 'pg', 'pino', 'postal-mime', 'prom-client', 'redis', 'smtp-server',
    'socket.io', 'temporal-polyfill', 'zod',
  ],
};

const quoted = (name) => name.replaceAll('.', '\\.');
/** The import as written or its folder in node_modules, type packages included. */
function packagePattern(names) {
  const bare = names.map(quoted).join('|');
  const types = names.map((name) => quoted(name.startsWith('@') ? name.slice(1).replace('/', '__') : name)).join('|');
  return names.length === 0 ? '^$' : `(^|node_modules/)(${bare}|@types/(${types}))(/|$)`;
}

const packageRules = Object.entries(PACKAGES).map(([folder, names]) => ({
  name: `packages-of-${folder.replace('/', '-')}`,
  comment: `${folder} uses a package that is not listed for it in scripts/config/dependency-cruiser.mjs.`,
  severity: 'error',
  from: { path: `^${folder}/` },
  to: { dependencyTypes: NPM, pathNot: packagePattern(names) },
}));

const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    forbid('contract-stands-alone', 'The contract imports zod and itself, nothing else.',
      { path: '^core/contract/' }, { path: OURS, pathNot: '^core/contract/' }),
    forbid('domain-is-pure', 'Rules know the contract, not vendors, the link or any port.',
      { path: '^core/domain/' }, { path: OURS, pathNot: '^core/(contract|domain)/' }),
    forbid('link-knows-no-vendor', 'The link imports the contract and ports.',
      { path: '^core/link/' }, { path: OURS, pathNot: '^core/(contract|ports|link)/' }),
    forbid('ports-are-interfaces', 'Ports describe hosts; they import the contract at most.',
      { path: '^core/ports/' }, { path: OURS, pathNot: '^core/(contract|ports)/' }),
    forbid('vendor-knows-no-vendor', 'A vendor folder never imports another one.',
      { path: '^core/vendors/([^/]+)/' }, { path: '^core/vendors/([^/]+)/', pathNot: '^core/vendors/$1/' }),
    forbid('vendors-know-contract-domain-ports', 'Vendor knowledge does not reach the link or a host.',
      { path: '^core/vendors/' }, { path: OURS, pathNot: '^core/(contract|domain|ports|vendors)/' }),
    forbid('core-runs-anywhere', 'Core imports no Node module.', { path: CORE }, { dependencyTypes: ['core'] }),
    forbid('preload-knows-names-only', 'The preload imports the contract and nothing else of ours.',
      { path: '^preload/' }, { path: '^(core|egress|main|renderer|server|scripts|tests)/', pathNot: '^core/contract/' }),
    forbid('preload-is-sandboxed', 'A sandboxed preload has no Node modules.', { path: '^preload/' }, { dependencyTypes: ['core'] }),
    forbid('renderer-knows-contract-domain-link', 'The console sees the contract, the rules and the link.',
      { path: '^renderer/' }, { path: '^(core|egress|main|preload|server|scripts|tests)/', pathNot: '^core/(contract|domain|link|ports)/' }),
    forbid('renderer-is-a-page', 'The console also runs in a plain browser: no Node modules.',
      { path: '^renderer/' }, { dependencyTypes: ['core'] }),
    forbid('egress-knows-ports', 'The outbound door of both hosts knows the ports and nothing of either host.',
      { path: '^egress/' }, { path: OURS, pathNot: '^(core/ports|egress)/' }),
    forbid('main-knows-core', 'The desktop imports core, never the console or the server.',
      { path: '^main/' }, { path: '^(renderer|server|preload|scripts|tests)/' }),
    forbid('server-knows-core', 'The server imports core, never the desktop or the console.',
      { path: '^server/' }, { path: '^(main|renderer|preload|scripts|tests)/' }),
    forbid('scripts-are-tools', 'Scripts drive the programs from outside; only types and data of core and server are shared.',
      { path: '^scripts/' }, { path: '^(main|renderer|preload|tests)/' }),
    forbid('no-circular', 'A cycle has no place to start reading.', {}, { circular: true }),
    forbid('no-unresolved', 'An import that resolves to nothing is a mistake, or a package that is not listed.',
      { pathNot: '^scripts/.*\\.mjs$' }, { couldNotResolve: true, pathNot: '^(electron|vite/client)' }),
    ...packageRules,
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'scripts/config/tsconfig.base.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|release|\\.cache|\\.wedsync|test-results)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'],
    },
  },
};
