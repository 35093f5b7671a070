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
