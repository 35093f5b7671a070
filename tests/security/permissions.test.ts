import { describe, expect, it, vi } from 'vitest';
import { PERMISSIONS, permissionAllowed } from '../../main/platform/permissions.ts';

vi.mock('electron', () => ({}));
const { lockSession, requestAllowed } = await import('../../main/platform/session.ts');
const { keptLog } = await import('../unit/main/support/fakes.ts');

describe('permissions', () => {
  it('are denied by default, each with a reason', () => {
    const allowed = Object.entries(PERMISSIONS).filter(([, rule]) => rule.allowed).map(([name]) => name);
    expect(allowed).toEqual(['clipboard-sanitized-write']);
    for (const rule of Object.values(PERMISSIONS)) expect(rule.reason.length).toBeGreaterThan(5);
    for (const name of ['geolocation', 'a-permission-of-next-year', '', 'toString', '__proto__']) expect(permissionAllowed(name, 'app://console/', true)).toBe(false);
  });

  it('belong to the main frame of our own page', () => {
    const ask = (from: string, main: boolean) => permissionAllowed('clipboard-sanitized-write', from, main);
    expect(ask('app://console/index.html', true)).toBe(true);
    expect(ask('app://console', true)).toBe(true);
    expect(ask('app://console/index.html', false)).toBe(false);
    for (const from of ['https://evil.example', 'app://console.evil/', '', 'null', 'file:///']) expect(ask(from, true)).toBe(false);
  });
});

describe('requests of the page', () => {
  it.each(['app://console/assets/a.js', 'data:image/png;base64,AA', 'blob:app://console/1'])('%s is its own', (url) => expect(requestAllowed(url, true)).toBe(true));
  it.each(['http://127.0.0.1:4317/', 'https://example.org/', 'ws://127.0.0.1/', 'wss://x.example/', 'file:///etc/passwd', 'ftp://x/', 'app://other/', 'app://console.evil/', 'devtools://devtools/bundled/x.html', 'chrome://gpu', 'nonsense'])(
    '%s is refused in a packaged app',
    (url) => expect(requestAllowed(url, true)).toBe(false),
  );
  it('developer tools only work in development', () => expect(requestAllowed('devtools://devtools/bundled/x.html', false)).toBe(true));
});

describe('lockSession', () => {
  it('installs every handler and each one says no', () => {
    const set: Record<string, (...args: never[]) => unknown> = {};
    const keep = (name: string) => (handler: (...args: never[]) => unknown) => void (set[name] = handler);
    const session = {
      setPermissionRequestHandler: keep('request'),
      setPermissionCheckHandler: keep('check'),
      setDevicePermissionHandler: keep('device'),
      setDisplayMediaRequestHandler: keep('display'),
      on: (event: string, handler: (...args: never[]) => unknown) => void (set[event] = handler),
      webRequest: { onBeforeRequest: keep('web') },
    };
    lockSession(session as unknown as Parameters<typeof lockSession>[0], { packaged: true, log: keptLog() });
    const call = (name: string, ...args: unknown[]) => (set[name] as ((...args: unknown[]) => unknown) | undefined)?.(...args);

    const answered: unknown[] = [];
    call('request', { id: 1 }, 'media', (allowed: boolean) => answered.push(allowed), { requestingUrl: 'app://console/', isMainFrame: true });
    expect(answered).toEqual([false]);
    expect(call('check', null, 'geolocation', 'app://console', { isMainFrame: true })).toBe(false);
    expect(call('device', {})).toBe(false);
    const streams: unknown[] = [];
    call('display', {}, (given: unknown) => streams.push(given));
    expect(streams).toEqual([{}]);
    const preventDefault = vi.fn();
    call('will-download', { preventDefault }, { getURL: () => 'app://console/x' });
    expect(preventDefault).toHaveBeenCalledOnce();
    const web: unknown[] = [];
    call('web', { url: 'https://example.org/', resourceType: 'xhr' }, (decision: unknown) => web.push(decision));
    call('web', { url: 'app://console/a.js', resourceType: 'script' }, (decision: unknown) => web.push(decision));
    expect(web).toEqual([{ cancel: true }, { cancel: false }]);
  });
});
