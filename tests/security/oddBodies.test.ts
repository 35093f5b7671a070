import { afterEach, beforeEach, expect, it } from 'vitest';
import { ErrorBody } from '../../core/contract/http.ts';
import { baseOf, linkBase } from '../../server/accounts/http/caller.ts';
import { DEPTH_LIMIT, isDeeperThan } from '../../server/http/depth.ts';
import { isOwnName } from '../../server/http/host.ts';
import { asker, type Shot } from '../fuzz/ask.ts';
import { memoryStore } from '../support/memoryStore.ts';
import { testApp, type TestApp } from '../support/serverApp.ts';

let test: TestApp;
let line: ReturnType<typeof asker>;

beforeEach(async () => {
  test = testApp(memoryStore());
  line = asker(await test.listen());
});
afterEach(async () => {
  line.close();
  await test.app.close();
});

const ask = async (shot: Partial<Shot>) => {
  const answer = await line.ask({ method: 'GET', path: '/api/me', headers: {}, body: null, ...shot });
  return { status: answer?.status, code: answer ? ErrorBody.parse(JSON.parse(answer.body)).error.code : null };
};

it('an expectation that cannot be met is refused in our words', async () => {
  expect(await ask({ headers: { expect: 'miracles' } })).toEqual({ status: 417, code: 'request.invalid' });
});

it('the stream asked for without an upgrade is not there, and says so in our words', async () => {
  expect(await ask({ path: '/stream/?EIO=4&transport=polling' })).toEqual({ status: 404, code: 'request.not_found' });
});

it('a body nested thousands deep is refused before anything writes it again', async () => {
  const body = Buffer.from(`${'{"a":'.repeat(9_000)}1${'}'.repeat(9_000)}`);
  expect(await ask({ method: 'POST', path: '/api/commands', headers: { 'content-type': 'application/json' }, body })).toEqual({ status: 400, code: 'request.invalid' });
  const nested = (levels: number): unknown => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`);
  expect(isDeeperThan(nested(DEPTH_LIMIT), DEPTH_LIMIT)).toBe(false);
  expect(isDeeperThan(nested(DEPTH_LIMIT + 2), DEPTH_LIMIT)).toBe(true);
  expect(isDeeperThan(nested(100_000), DEPTH_LIMIT)).toBe(true);
  expect(isDeeperThan('text', DEPTH_LIMIT)).toBe(false);
});

type Asked = Parameters<typeof baseOf>[0];
const from = (headers: Record<string, string>) => ({ headers: { host: 'venue.example', ...headers }, host: 'venue.example', protocol: 'http' }) as unknown as Asked;

it.each([
  ['null', 'http://venue.example'],
  ['https://evil.example', 'http://venue.example'],
  ['https://venue.example.evil.example', 'http://venue.example'],
  ['https://venue.example', 'https://venue.example'],
])('a program that says it is the page of %s gets no links to there', (origin, base) => {
  const request = from({ origin, 'sec-fetch-site': 'same-origin' });
  expect(baseOf(request, { publicUrl: null })).toBe(base);
  expect(linkBase(request, { publicUrl: 'https://known.example' })).toBe('https://known.example');
});

it('a server on the network takes any name, but nothing that is none', () => {
  const config = { host: '0.0.0.0', publicUrl: null };
  expect(['venue.example', '10.0.0.1:4317', undefined].map((host) => isOwnName(host, config))).toEqual([true, true, true]);
  expect(['a b', '', '127.0.0.1:99999', 'a@b', '[::1'].map((host) => isOwnName(host, config))).toEqual([false, false, false, false, false]);
});
