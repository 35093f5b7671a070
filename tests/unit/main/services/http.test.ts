import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ask, type Fetch } from '../../../../main/services/http.ts';
import { createApi } from '../../../../main/services/api.ts';

const call = (fetch: Fetch) => ask(fetch, { method: 'GET', server: 'http://127.0.0.1:1', path: '/api/me', token: 't', answer: z.object({ n: z.number() }), timeoutMs: 1_000 });
const answer = (status: number, body: string): Fetch => () => Promise.resolve(new Response(body, { status }));

describe('ask', () => {
  it('sends the bearer, follows no redirect and is bounded', async () => {
    let seen: RequestInit | undefined;
    const result = await call((_url, init) => {
      seen = init;
      return Promise.resolve(new Response('{"n":1}', { status: 200 }));
    });
    expect(result).toEqual({ ok: true, value: { n: 1 } });
    expect(seen).toMatchObject({ redirect: 'error', headers: { authorization: 'Bearer t' } });
    expect(seen?.signal).toBeInstanceOf(AbortSignal);
  });

  it.each<[string, Fetch, string, boolean]>([
    ['no connection', () => Promise.reject(new TypeError('fetch failed')), 'server.unreachable', true],
    ['no answer in time', () => Promise.reject(new DOMException('late', 'TimeoutError')), 'server.unreachable', true],
    ['a proxy page', answer(502, '<html>'), 'server.unreachable', true],
    ['a stranger', answer(200, '<html>'), 'internal', false],
    ['an unknown shape', answer(200, '{"m":1}'), 'internal', false],
    ['an error without a code', answer(404, '{"m":1}'), 'internal', false],
    ['a coded refusal', answer(401, '{"error":{"code":"auth.revoked","message":"gone","retryable":false}}'), 'auth.revoked', false],
    ['a code from the future', answer(400, '{"error":{"code":"new.code","message":"?","retryable":false}}'), 'internal', false],
  ])('%s', async (_what, fetch, code, retryable) => {
    expect(await call(fetch)).toMatchObject({ ok: false, error: { code, retryable } });
  });
});

describe('a wait that the server asks for', () => {
  const busy = (retryAfter: string, code = 'request.too_many', status = 429): Fetch => () =>
    Promise.resolve(new Response(`{"error":{"code":"${code}","message":"wait","retryable":true}}`, { status, headers: { 'retry-after': retryAfter } }));
  const told = async (fetch: Fetch) => {
    const answer = await call(fetch);
    return answer.ok ? null : answer.error.retryAfterSeconds;
  };

  it('comes with the error, in seconds or as a date, at most an hour; what is no wait is none', async () => {
    expect(await told(busy('7'))).toBe(7);
    expect(await told(busy('99999999999999999999'))).toBe(3_600);
    expect(await told(busy(new Date(Date.now() + 1_800_000).toUTCString()))).toBeGreaterThan(1_700);
    expect(await told(busy('Fri, 31 Dec 9999 23:59:59 GMT'))).toBe(3_600);
    expect(await told(busy('Thu, 01 Jan 1970 00:00:00 GMT'))).toBe(0);
    for (const odd of ['', 'soon', '-5', '1.5', '120 seconds', 'Infinity']) expect(await told(busy(odd)), odd).toBeUndefined();
    // A proxy's page says it just as well.
    expect(await told(() => Promise.resolve(new Response('<html>', { status: 503, headers: { 'retry-after': '9' } })))).toBe(9);
  });

  const polite = (fetch: Fetch, session = { server: 'http://127.0.0.1:1', token: 't' }) => {
    const clock = { now: 1_000_000 };
    const asked: string[] = [];
    const counting: Fetch = (url, init) => {
      asked.push(url);
      return fetch(url, init);
    };
    return { clock, asked, api: createApi({ fetch: counting, session: () => session, onRefused: () => undefined, now: () => clock.now }) };
  };

  it('is kept: what was refused is not asked again before its time, other things are', async () => {
    const { clock, asked, api } = polite(busy('20'));
    expect(await api.devices()).toMatchObject({ ok: false, error: { code: 'request.too_many', retryAfterSeconds: 20 } });
    clock.now += 5_000;
    expect(await api.devices()).toMatchObject({ ok: false, error: { code: 'request.too_many', retryAfterSeconds: 15 } });
    expect(asked).toHaveLength(1);
    await api.integrations();
    expect(asked).toHaveLength(2);
    clock.now += 15_000;
    await api.devices();
    expect(asked).toHaveLength(3);
  });

  it('is kept for two minutes at most, not over a clock that was set back, and not where the server only stops', async () => {
    const long = polite(busy('3600'));
    await long.api.devices();
    long.clock.now += 119_999;
    await long.api.devices();
    expect(long.asked).toHaveLength(1);
    long.clock.now += 1;
    await long.api.devices();
    expect(long.asked).toHaveLength(2);
    long.clock.now -= 3_600_000;
    await long.api.devices();
    expect(long.asked).toHaveLength(3);
    const stopping = polite(busy('60', 'server.unreachable', 503));
    await stopping.api.devices();
    await stopping.api.devices();
    expect(stopping.asked).toHaveLength(2);
  });
});

describe('createApi', () => {
  const refused = answer(401, '{"error":{"code":"auth.revoked","message":"gone","retryable":false}}');
  it('says that there is no server yet without asking anybody', async () => {
    const api = createApi({ fetch: () => Promise.reject(new Error('asked')), session: () => null, onRefused: () => undefined });
    expect(await api.integrations()).toMatchObject({ ok: false, error: { code: 'server.unreachable', retryable: true } });
  });
  it('tells when the token is refused', async () => {
    const codes: string[] = [];
    const api = createApi({ fetch: refused, session: () => ({ server: 'http://127.0.0.1:1', token: 't' }), onRefused: (error) => codes.push(error.code) });
    await api.deliveries('019a0000-0000-7000-8000-000000000001');
    expect(codes).toEqual(['auth.revoked']);
  });
  it('cannot be led to another path by an id', async () => {
    const urls: string[] = [];
    const api = createApi({
      fetch: (url) => {
        urls.push(url);
        return Promise.reject(new Error('no'));
      },
      session: () => ({ server: 'http://127.0.0.1:1', token: 't' }),
      onRefused: () => undefined,
    });
    await api.deliveries('../../x?y');
    expect(urls).toEqual(['http://127.0.0.1:1/api/integrations/..%2F..%2Fx%3Fy/deliveries']);
  });
});
