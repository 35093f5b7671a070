import path from 'node:path';
import tseslint from 'typescript-eslint';

/** The repository, or the folder of planted violations, which repeats the layout. */
const base = process.env.WEDSYNC_LINT_BASE ?? path.resolve(import.meta.dirname, '..', '..');
const planted = process.env.WEDSYNC_LINT_BASE !== undefined;

/**
 * Words that belong to one file each. Several such lists meet in one file, and ESLint keeps only the last one it finds
 * for a rule: so each folder's list is put together here, and the one allowed file gets its list without that word.
 */
const WORDS = {
  ipcMain: {
    selector: 'Identifier[name="ipcMain"]',
    message: 'one-file/ipcMain: channels are served by main/ipc/handle.ts, which checks sender and input.',
    only: 'main/ipc/handle.ts',
  },
  send: {
    selector: 'CallExpression[callee.property.name="send"][callee.object.property.name="webContents"], '
      + 'CallExpression[callee.property.name="send"][callee.object.name="webContents"]',
    message: 'one-file/webContents.send: pushes to windows go through main/ipc/send.ts.', only: 'main/ipc/send.ts',
  },
  browserWindow: {
    selector: 'NewExpression[callee.name="BrowserWindow"], NewExpression[callee.property.name="BrowserWindow"]',
    message: 'one-file/BrowserWindow: windows are made by main/windows/factory.ts with the safe settings.',
    only: 'main/windows/factory.ts',
  },
  openExternal: {
    selector: 'CallExpression[callee.property.name="openExternal"][callee.object.name="shell"], '
      + 'CallExpression[callee.property.name="openExternal"][callee.object.property.name="shell"]',
    message: 'one-file/openExternal: addresses leave the app through main/platform/openExternal.ts.',
    only: 'main/platform/openExternal.ts',
  },
};
const mainWords = (allowed) => Object.values(WORDS).filter((word) => word.only !== allowed).map(({ selector, message }) => ({ selector, message }));

const CORE_WORDS = [
  { selector: 'MemberExpression[object.name="Date"][property.name="now"]', message: 'core-is-pure: the time comes in by the Clock port or as an argument.' },
  { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: 'core-is-pure: the time comes in by the Clock port or as an argument.' },
  { selector: 'MemberExpression[object.name="Math"][property.name="random"]', message: 'core-is-pure: chance comes in by the Random port.' },
  { selector: 'MemberExpression[object.name="globalThis"]', message: 'core-is-pure: core asks its ports, not the host.' },
  { selector: 'CallExpression[callee.name=/^(setTimeout|setInterval|setImmediate|queueMicrotask)$/]', message: 'core-is-pure: timers come in by a port.' },
];

/** Timers of the console in one file, which stops them while nobody sees the page. Libraries are handed the same ones. */
const TIMER_NAMES = '/^(setTimeout|setInterval|requestAnimationFrame|requestIdleCallback)$/';
const TIMER_WORDS = [
  {
    selector: `CallExpression[callee.name=${TIMER_NAMES}], CallExpression[callee.property.name=${TIMER_NAMES}][callee.object.name=/^(window|globalThis|self)$/]`,
    message: 'one-file/timers: timers of the console are set by renderer/components/timers.ts, which holds them while the page is hidden.',
  },
];

const NO_ELECTRON = { patterns: [{ regex: '^electron($|/)', message: 'no-electron-here: only main and the preload know Electron.' }] };
/** Hooks that set timers of their own, also while nobody looks. */
const NO_OWN_TIMERS = { paths: [{ name: '@mantine/hooks', importNames: ['useDebouncedCallback', 'useDebouncedState', 'useDebouncedValue', 'useIdle', 'useInterval', 'useThrottledCallback', 'useThrottledState', 'useThrottledValue', 'useTimeout'], message: 'one-file/timers: see renderer/components/timers.ts and useThrottled.ts.' }] };

export default tseslint.config(
  {
    ignores: [
      '**/node_modules/**', 'dist/**', 'release/**', '.cache/**', '.wedsync/**', 'test-results/**', '**/*.d.ts',
      ...(planted ? [] : ['tests/architecture/samples/**']),
    ],
  },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.recommended],
    languageOptions: { parserOptions: planted ? { project: path.join(base, 'tsconfig.json') } : { projectService: true, tsconfigRootDir: base } },
    linterOptions: { reportUnusedDisableDirectives: 'error', noInlineConfig: true },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/prefer-promise-reject-errors': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-empty': ['error', { allowEmptyCatch: false }],
      'prefer-const': 'error',
    },
  },
  // The server speaks to a terminal before its log exists; the page's log is the browser's console.
  { files: ['**/*.ts', '**/*.tsx'], ignores: ['scripts/**', 'tests/**', 'server/index.ts', 'renderer/state/pageLog.ts'], rules: { 'no-console': 'error' } },
  { files: ['core/**', 'egress/**', 'server/**', 'renderer/**'], rules: { 'no-restricted-imports': ['error', NO_ELECTRON] } },
  { files: ['core/**/*.ts'], rules: { 'no-restricted-syntax': ['error', ...CORE_WORDS] } },
  { files: ['renderer/**/*.ts', 'renderer/**/*.tsx'], ignores: ['renderer/components/timers.ts'], rules: { 'no-restricted-syntax': ['error', ...TIMER_WORDS], 'no-restricted-imports': ['error', { ...NO_ELECTRON, ...NO_OWN_TIMERS }] } },
  { files: ['main/**/*.ts'], rules: { 'no-restricted-syntax': ['error', ...mainWords(null)] } },
  ...Object.values(WORDS).map((word) => ({ files: [word.only], rules: { 'no-restricted-syntax': ['error', ...mainWords(word.only)] } })),
);
