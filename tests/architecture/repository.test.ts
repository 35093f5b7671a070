import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { vendorModule } from '../../core/vendors/registry.ts';
import { PACKAGES } from '../../scripts/config/dependency-cruiser.mjs';
import { committed, root } from './files.ts';
import { SETTINGS_FOR_MUCH } from '../bench/load/backends.ts';

/** Facts about the repository itself. */

const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

const files = committed();

const TOP = [
  '.ci', '.gitattributes', '.gitignore', '.npmrc', 'LICENSE', 'NOTICE', 'README.md', 'core', 'docs', 'egress', 'electron-builder.yml', 'main', 'package-lock.json',
  'package.json', 'preload', 'renderer', 'resources', 'scripts', 'server', 'tests', 'tsconfig.json',
];

/** Packages that no product folder imports: who uses them. */
const TOOLS: Readonly<Record<string, string>> = {
  '@axe-core/playwright': 'tests/e2e', '@electron/fuses': 'scripts/config/fuses.mjs', '@playwright/test': 'tests/e2e', '@types/node': 'types', '@types/pg': 'types',
  '@types/js-yaml': 'types', 'js-yaml': 'tests/integration/roles', '@types/nodemailer': 'types', '@types/oidc-provider': 'types', '@types/qrcode': 'types', '@types/smtp-server': 'types', '@types/ws': 'types',
  '@types/react': 'types', '@types/react-dom': 'types', '@vitejs/plugin-react': 'build', ajv: 'tests/vendors', 'dependency-cruiser': 'checks',
  'electron-builder': 'packing', eslint: 'checks', 'fast-check': 'tests', node: 'runs everything', 'node-red': 'tests/bench: the peer', 'oidc-provider': 'tests: a real identity provider',
  playwright: 'tests/e2e', '@slack/bolt': 'tests/vendors: the official verifier', emulate: 'tests/vendors: local peers', square: 'tests/vendors: the official verifier',
  standardwebhooks: 'tests/vendors: the official signer', svix: 'tests/vendors: the official signer', twilio: 'tests/vendors: the official signer',
  '@great-detail/whatsapp': 'tests/vendors: a verifier by others', acuityscheduling: 'tests/vendors: the official verifier', resend: 'tests/vendors: the official verifier',
  '@stoplight/prism-http': 'tests/vendors: the validating mock', '@stoplight/prism-http-server': 'tests/vendors: the validating mock', 'oauth2-mock-server': 'tests/integration/peers',
  stripe: 'tests and scripts/simulate: the official signer', typescript: 'checks', 'typescript-eslint': 'checks', vite: 'build', vitest: 'tests', ws: 'tests/bench: the peer; tests/fuzz',
};

interface Manifest { readonly dependencies?: Record<string, string>; readonly devDependencies?: Record<string, string> }

describe('the repository', () => {
  it('has only the known names at the top', () => {
    const names = new Set(files.map((file) => file.split('/')[0] ?? ''));
    expect([...names].filter((name) => !TOP.includes(name))).toEqual([]);
  });

  it('names no machine and no package host', () => {
    const hosts = [['registry', 'npmjs', 'org'], ['registry', 'yarnpkg', 'com'], ['npmmirror', 'com'], ['artifactory', '']].map((parts) => parts.join('.'));
    const configured = process.env['npm_config_registry'];
    if (configured !== undefined && URL.canParse(configured)) hosts.push(new URL(configured).host);
    const homes = new RegExp(['', '(root|work|home/[a-z]+|Users/[A-Za-z]+)', '[\\w.]'].join('/'));
    const text = files.filter((file) => !/\.(png|ico|icns|woff2?|wav|ogg|mp3)$/.test(file) && !file.startsWith('tests/architecture/'));
    const bad = text.flatMap((file) => read(file).split('\n').flatMap((line, index) => {
      const hit = hosts.find((host) => line.includes(host)) ?? homes.exec(line.replace(/[a-z]+:\/\/\S+/g, ''))?.[0];
      return hit === undefined ? [] : [`${file}:${index + 1} ${hit}`];
    }));
    expect(bad).toEqual([]);
    expect(text.length).toBeGreaterThan(50);
  });

  it('knows for every npm package where it may be used', () => {
    const manifests = ['package.json', 'server/package.json'].map((file) => JSON.parse(read(file)) as Manifest);
    const all = new Set(manifests.flatMap((manifest) => [...Object.keys(manifest.dependencies ?? {}), ...Object.keys(manifest.devDependencies ?? {})]));
    const listed = new Set([...Object.values(PACKAGES).flat(), ...Object.keys(TOOLS)]);
    expect([...all].filter((name) => !listed.has(name))).toEqual([]);
  });

  it('pins every package exactly', () => {
    for (const file of ['package.json', 'server/package.json']) {
      const manifest = JSON.parse(read(file)) as Manifest;
      const loose = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(([, version]) => !/^(npm:.+@)?\d+\.\d+\.\d+$/.test(version));
      expect(loose).toEqual([]);
    }
  });

  it('packs the same embedded database that the server asks for', () => {
    const name = '@electric-sql/pglite';
    const [app, server] = ['package.json', 'server/package.json'].map((file) => (JSON.parse(read(file)) as Manifest).dependencies?.[name]);
    expect(app).toBe(server);
    expect(app).toBeDefined();
  });

  it('registers every vendor folder', () => {
    const folders = readdirSync(path.join(root, 'core', 'vendors'), { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => entry.name);
    expect(folders.length).toBeGreaterThan(0);
    expect(folders.filter((name) => vendorModule(name)?.manifest.id !== name)).toEqual([]);
  });

  it('advises the settings of PostgreSQL with which the figures were measured', () => {
    const advice = read('docs/deploying.md');
    for (const setting of SETTINGS_FOR_MUCH) expect(advice).toContain(setting.replace('=', ' = '));
  });
});
