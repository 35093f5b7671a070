import { beforeEach, describe, expect, it, vi } from 'vitest';

const opened: string[] = [];
vi.mock('electron', () => ({
  shell: {
    openExternal: (url: string) => {
      opened.push(url);
      return Promise.resolve();
    },
  },
}));
const { openExternal } = await import('../../main/platform/openExternal.ts');

beforeEach(() => opened.splice(0));

describe('openExternal', () => {
  it.each([
    ['https://example.org', 'https://example.org/'],
    ['HTTPS://Example.ORG/a/../b?q=1#f', 'https://example.org/b?q=1#f'],
    ['http://example.org:8080/x', 'http://example.org:8080/x'],
    ['https://exämple.org/', 'https://xn--exmple-cua.org/'],
    ['https:example.org', 'https://example.org/'],
    ['mailto:florist@example.org', 'mailto:florist@example.org'],
  ])('opens %s as %s', async (text, url) => {
    expect(await openExternal(text)).toEqual({ ok: true, value: true });
    expect(opened).toEqual([url]);
  });

  it.each([
    ['file:///etc/passwd', 'scheme_refused'],
    ['FILE:///C:/Windows/System32/calc.exe', 'scheme_refused'],
    ['javascript:alert(1)', 'scheme_refused'],
    ['data:text/html,<b>', 'not_an_address'],
    ['data:text/html,b', 'scheme_refused'],
    ['vbscript:x', 'scheme_refused'],
    ['smb://server/share', 'scheme_refused'],
    ['ms-msdt:/id', 'scheme_refused'],
    ['search-ms:query=x', 'scheme_refused'],
    ['wedsync://day', 'scheme_refused'],
    ['app://console/', 'scheme_refused'],
    ['blob:https://example.org/1', 'scheme_refused'],
    ['view-source:https://example.org', 'scheme_refused'],
    ['about:blank', 'scheme_refused'],
    ['', 'not_an_address'],
    ['example.org', 'not_an_address'],
    ['//example.org', 'not_an_address'],
    ['\\\\server\\share', 'not_an_address'],
    ['https://example.org\\@evil.example', 'not_an_address'],
    [' https://example.org', 'not_an_address'],
    ['https://example.org/\u0000', 'not_an_address'],
    ['https://example.org/\r\nx', 'not_an_address'],
    ['java\tscript:alert(1)', 'not_an_address'],
    ['https://example.org/"; rm -rf ~; "', 'not_an_address'],
    ['https://example.org/`id`', 'not_an_address'],
    ['https://example.org/\u202egpj.exe', 'not_an_address'],
    ['https://bank.example@evil.example/', 'credentials_refused'],
    ['https://user:pass@example.org/', 'credentials_refused'],
    ['https://example.org./', 'bad_host'],
    ['mailto:a@b.example?attach=/etc/passwd', 'bad_mail'],
    ['mailto:a@b.example?body=x', 'bad_mail'],
    ['mailto:', 'bad_mail'],
    ['mailto:a@b@c', 'bad_mail'],
    ['mailto:%22a%22@b.example', 'bad_mail'],
    [`https://example.org/${'a'.repeat(2_000)}`, 'not_an_address'],
  ])('refuses %j: %s', async (text, why) => {
    expect(await openExternal(text)).toEqual({ ok: false, error: why });
    expect(opened).toEqual([]);
  });
});
