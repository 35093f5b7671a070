import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MASTER_KEY_FILE, readMasterKey } from '../../../../server/masterKey.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'wedsync-key-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const read = async (dataDir: string, masterKey: string | null = null) => {
  const key = await readMasterKey({ dataDir, masterKey });
  return key.ok ? key.value.toString('base64') : key.error;
};

describe('the master key', () => {
  it('is made once, for its owner only, and found again', async () => {
    const dataDir = join(folder, 'new', 'place');
    const made = await read(dataDir);
    expect(made).toMatch(/^[A-Za-z0-9+/]{43}=$/);
    expect(statSync(join(dataDir, MASTER_KEY_FILE)).mode & 0o777).toBe(0o600);
    expect(await read(dataDir)).toBe(made);
  });

  it('of the configuration wins, and no file is made', async () => {
    const given = Buffer.alloc(32, 3).toString('base64');
    expect(await read(folder, given)).toBe(given);
    expect(() => statSync(join(folder, MASTER_KEY_FILE))).toThrow();
  });

  it('is never overwritten when it is broken, nor used when others can read it', async () => {
    const path = join(folder, MASTER_KEY_FILE);
    writeFileSync(path, 'half a k', { mode: 0o600 });
    expect(await read(folder)).toMatchObject({ code: 'server.start_failed', retryable: false });
    expect(readFileSync(path, 'utf8')).toBe('half a k');
    writeFileSync(path, Buffer.alloc(32, 1).toString('base64'));
    chmodSync(path, 0o644);
    expect(await read(folder)).toMatchObject({ code: 'server.start_failed' });
  });

  it('cannot be where no folder can be', async () => {
    writeFileSync(join(folder, 'file'), '');
    expect(await read(join(folder, 'file', 'below'))).toMatchObject({ code: 'server.start_failed' });
  });
});
