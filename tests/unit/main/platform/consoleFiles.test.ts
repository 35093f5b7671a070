import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PAGE_POLICY, SERVED_PAGE_POLICY, SERVICE_WORKER_POLICY } from '../../../../core/contract/pagePolicy.ts';
import { resolveConsoleFile } from '../../../../main/platform/consoleFiles.ts';
import { isConsoleUrl } from '../../../../main/platform/console.ts';

const root = resolve('/opt/wedsync/renderer');
const ask = (url: string, method = 'GET') => resolveConsoleFile(root, { method, url });

describe('resolveConsoleFile', () => {
  it.each([
    ['app://console/', 'index.html', 'text/html; charset=utf-8'],
    ['app://console/index.html?x=1#y', 'index.html', 'text/html; charset=utf-8'],
    ['app://console/assets/index-Ab12.js', 'assets/index-Ab12.js', 'text/javascript; charset=utf-8'],
    ['app://console/assets/inter%20latin.woff2', 'assets/inter latin.woff2', 'font/woff2'],
    ['app://console/a/../index.html', 'index.html', 'text/html; charset=utf-8'],
  ])('%s', (url, file, type) => {
    expect(ask(url)).toEqual({ ok: true, value: { path: resolve(root, file), type } });
  });

  it.each([
    ['another method', 'app://console/index.html', 'POST', 'method'],
    ['not an address', 'nonsense', 'GET', 'not_an_address'],
    ['another scheme', 'https://console/index.html', 'GET', 'not_an_address'],
    ['another host', 'app://elsewhere/index.html', 'GET', 'host'],
    ['a host that begins alike', 'app://console.evil/index.html', 'GET', 'host'],
    ['a port', 'app://console:81/index.html', 'GET', 'host'],
    ['a name in the address', 'app://me@console/index.html', 'GET', 'host'],
    ['encoded climbing', 'app://console/..%2f..%2fetc%2fpasswd.json', 'GET', 'outside'],
    ['climbing in the middle, encoded', 'app://console/assets/..%2F..%2Fsecret.json', 'GET', 'outside'],
    ['a sibling that begins alike', 'app://console/..%2frenderer-old%2findex.html', 'GET', 'outside'],
    ['double encoding', 'app://console/%252e%252e%252fsecret.json', 'GET', 'encoding'],
    ['a backslash', 'app://console/..%5c..%5csecret.json', 'GET', 'encoding'],
    ['NUL', 'app://console/index.html%00.png', 'GET', 'encoding'],
    ['a stream name', 'app://console/index.html%3a$DATA', 'GET', 'encoding'],
    ['broken encoding', 'app://console/%zz.html', 'GET', 'encoding'],
    ['an unknown ending', 'app://console/secrets.sqlite', 'GET', 'type'],
    ['no ending', 'app://console/etc', 'GET', 'type'],
    ['an absolute path', 'app://console//etc/passwd.json', 'GET', 'outside'],
  ])('refuses %s', (_what, url, method, why) => {
    expect(ask(url, method)).toEqual({ ok: false, error: why });
  });
});

describe('isConsoleUrl', () => {
  it.each(['app://console/', 'app://console/index.html#x'])('takes %s', (url) => expect(isConsoleUrl(url)).toBe(true));
  it.each(['app://console.evil/', 'app://consolex/', 'app://console:1/', 'app://a@console/', 'apps://console/', 'https://console/', 'file:///console/', '', 'app:console'])('refuses %s', (url) => expect(isConsoleUrl(url)).toBe(false));
});

describe('the content policy', () => {
  it.each([PAGE_POLICY, SERVED_PAGE_POLICY])('starts from nothing and opens no script but our own', (policy) => {
    expect(policy.startsWith("default-src 'none'; script-src 'self';")).toBe(true);
    expect(policy).not.toMatch(/unsafe|nonce|data:|https?:|\*/);
    for (const directive of ["frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'", "connect-src 'self'", "object-src 'none'"]) expect(policy).toContain(directive);
  });

  it('lets only the served page have a worker, and that one fetch only', () => {
    expect(PAGE_POLICY).toContain("worker-src 'none'");
    expect(SERVED_PAGE_POLICY).toBe(PAGE_POLICY.replace("worker-src 'none'", "worker-src 'self'"));
    expect(SERVICE_WORKER_POLICY).toBe("default-src 'none'; connect-src 'self'");
  });
});
