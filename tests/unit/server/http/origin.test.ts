import { describe, expect, it } from 'vitest';
import { isForeign, isSameOrigin } from '../../../../server/http/auth.ts';
import { toRefusal } from '../../../../server/http/errors.ts';
import { localUrl } from '../../../../server/serve.ts';

const from = (fields: Partial<Parameters<typeof isSameOrigin>[0]>) => ({ origin: undefined, secFetchSite: undefined, host: '127.0.0.1:4317', publicUrl: null, ...fields });

describe('whose page is asking', () => {
  const cases: [name: string, fields: Parameters<typeof from>[0], own: boolean, foreign: boolean][] = [
    ['a program says nothing', {}, false, false],
    ['our page', { origin: 'http://127.0.0.1:4317' }, true, false],
    ['our page, told by the browser', { secFetchSite: 'same-origin' }, true, false],
    ['another port of this machine', { origin: 'http://127.0.0.1:9999' }, false, true],
    ['another site', { origin: 'https://evil.example' }, false, true],
    ['another site that knows our name', { origin: 'https://127.0.0.1:4317.evil.example' }, false, true],
    ['a sandboxed frame', { origin: 'null' }, false, true],
    ['a neighbouring site', { origin: 'http://127.0.0.1:4317', secFetchSite: 'same-site' }, false, true],
    ['an address typed by a person', { secFetchSite: 'none' }, false, true],
    ['our public address behind a proxy', { origin: 'https://wed.example', publicUrl: 'https://wed.example', host: 'inner:80' }, true, false],
    ['no host at all', { origin: 'http://a', host: undefined }, false, true],
  ];
  it.each(cases)('%s', (_name, fields, own, foreign) => {
    expect([isSameOrigin(from(fields)), isForeign(from(fields))]).toEqual([own, foreign]);
  });
});

describe('an error becomes an answer', () => {
  it('that tells of the caller, never of us', () => {
    expect(toRefusal(Object.assign(new Error('secret path'), { statusCode: 413 }))).toMatchObject({ status: 413, error: { code: 'request.invalid' } });
    expect(toRefusal(Object.assign(new Error('x'), { statusCode: 429 }))).toMatchObject({ status: 429, error: { code: 'request.too_many', retryable: true } });
    for (const cause of [new Error('secret path'), 'text', null, Object.assign(new Error('secret path'), { statusCode: 502 })]) {
      const refused = toRefusal(cause);
      expect(refused).toMatchObject({ status: 500, error: { code: 'internal' } });
      expect(JSON.stringify(refused)).not.toContain('secret');
    }
  });
});

describe('the address for this machine', () => {
  it.each([['127.0.0.1', 'http://127.0.0.1:80'], ['0.0.0.0', 'http://127.0.0.1:80'], ['::', 'http://[::1]:80'], ['::1', 'http://[::1]:80'], ['inner', 'http://inner:80']])('%s', (host, url) => expect(localUrl(host, 80)).toBe(url));
});
