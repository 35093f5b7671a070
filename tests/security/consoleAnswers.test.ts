import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { keptLog } from '../unit/main/support/fakes.ts';

vi.mock('electron', () => ({ protocol: {} }));
const { answerConsoleRequest } = await import('../../main/platform/appProtocol.ts');

let folder: string;
let root: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wedsync-console-'));
  root = join(folder, 'renderer');
  mkdirSync(join(root, 'assets'), { recursive: true });
  mkdirSync(join(folder, 'renderer-old'));
  writeFileSync(join(root, 'index.html'), '<html><head><title>x</title></head></html>');
  writeFileSync(join(root, 'assets', 'a.js'), 'export {};');
  writeFileSync(join(folder, 'renderer-old', 'index.html'), 'SECRET');
  writeFileSync(join(folder, 'secret.json'), 'SECRET');
  symlinkSync(join(folder, 'renderer-old'), join(root, 'assets', 'folder.js'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ask = (url: string, method = 'GET') => answerConsoleRequest(root, { url, method }, keptLog());

describe('answers of the console scheme', () => {
  it('carry type, policy and isolation', async () => {
    for (const page of await Promise.all([ask('app://console/'), ask('app://console/index.html')])) expect(page.headers.get('content-security-policy')).toContain("style-src 'self';");
    const script = await ask('app://console/assets/a.js');
    expect(script.status).toBe(200);
    expect(Object.fromEntries(script.headers)).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
    });
  });

  it.each([
    ['app://console/..%2frenderer-old%2findex.html', 'GET', 404],
    ['app://console/..%2fsecret.json', 'GET', 404],
    ['app://console/assets/missing.js', 'GET', 404],
    ['app://console/assets/folder.js', 'GET', 404],
    ['app://console/index.html', 'POST', 405],
    ['app://console/%00.html', 'GET', 400],
    ['app://elsewhere/index.html', 'GET', 404],
  ])('%s %s -> %i, empty, still under the policy', async (url, method, status) => {
    const answer = await ask(url, method);
    expect(answer.status).toBe(status);
    expect(await answer.text()).toBe('');
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
  });
});
