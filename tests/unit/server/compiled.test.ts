import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

let dataDir: string;
beforeEach(() => (dataDir = fs.mkdtempSync(path.join(tmpdir(), 'wedsync-compiled-'))));
afterEach(() => fs.rmSync(dataDir, { recursive: true, force: true }));

/** In a process of its own, since what is switched on there stays on. */
function keptBy(env: Record<string, string>, folder = dataDir): void {
  const code = path.resolve('server/compiled.ts');
  const script = `import { keepCompiled, writeCompiled } from ${JSON.stringify(code)}; keepCompiled(${JSON.stringify(folder)}); await import(${JSON.stringify(path.resolve('server/roles.ts'))}); writeCompiled();`;
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => name !== 'NODE_COMPILE_CACHE' && name !== 'APPIMAGE'));
  const ended = spawnSync(process.execPath, ['--input-type=module', '-e', script], { env: { ...inherited, ...env }, encoding: 'utf8' });
  expect(ended.stderr).toBe('');
  expect(ended.status).toBe(0);
}
const kept = (folder = path.join(dataDir, 'compiled')) => (fs.existsSync(folder) ? fs.readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length : 0);

test('what was compiled is kept in the data folder, and does not grow with each start', () => {
  keptBy({});
  const files = kept();
  expect(files).toBeGreaterThan(0);
  keptBy({});
  expect(kept()).toBe(files);
});

test('what former builds have left is thrown away when it is too much', () => {
  const former = path.join(dataDir, 'compiled', 'former');
  fs.mkdirSync(former, { recursive: true });
  for (let n = 0; n < 210; n += 1) fs.writeFileSync(path.join(former, String(n)), '');
  keptBy({});
  expect(fs.existsSync(former)).toBe(false);
  expect(kept()).toBeGreaterThan(0);
});

test('another place goes before it, an AppImage keeps nothing, and a data folder that cannot be used stops nobody', () => {
  const elsewhere = path.join(dataDir, 'elsewhere');
  keptBy({ NODE_COMPILE_CACHE: elsewhere });
  expect([kept(), kept(elsewhere) > 0]).toEqual([0, true]);
  keptBy({ APPIMAGE: '/tmp/app' });
  expect(kept()).toBe(0);
  const file = path.join(dataDir, 'file');
  fs.writeFileSync(file, '');
  keptBy({}, path.join(file, 'below'));
});

test('a data folder that is made for it is closed to others', () => {
  const made = path.join(dataDir, 'new');
  keptBy({}, made);
  if (process.platform !== 'win32') expect(fs.statSync(made).mode & 0o077).toBe(0);
});
