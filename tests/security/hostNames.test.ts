import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ErrorBody, HTTP, SESSION_COOKIE } from '../../core/contract/http.ts';
import { PROTOCOL_VERSION } from '../../core/contract/stream.ts';
import type { Config } from '../../server/config.ts';
import { isOwnName } from '../../server/http/host.ts';
import { memoryStore, type MemoryStore } from '../support/memoryStore.ts';
import { connect, first, testApp, type TestApp } from '../support/serverApp.ts';

/** A page of another site whose name was made to point at this machine: of one origin with us, as far as a browser can tell. */
const REBOUND = { host: 'evil.example:4317', origin: 'http://evil.example:4317', 'sec-fetch-site': 'same-origin' };

let store: MemoryStore;
let test: TestApp;
const open = (config: Partial<Config> = {}) => {
  test = testApp(store, { config });
  return test;
};
const ask = (url: string, headers: Record<string, string>, remoteAddress = '127.0.0.1') => test.app.inject({ method: 'GET', url, headers, remoteAddress });

beforeEach(() => {
  store = memoryStore();
});
afterEach(() => test.app.close());

describe('a server on loopback', () => {
  it('answers nothing to a name that is not its own', async () => {
    open({ metricsToken: 't'.repeat(20) });
    for (const url of ['/metrics', '/healthz', HTTP.me.path, HTTP.integrations.path, '/', '/nothing']) {
      const answer = await ask(url, REBOUND);
      expect([url, answer.statusCode, ErrorBody.parse(answer.json()).error.code]).toEqual([url, 421, 'request.invalid']);
    }
    for (const host of ['127.0.0.1:4317', 'localhost', '[::1]:4317']) expect((await ask('/metrics', { host })).statusCode, host).toBe(200);
  });

  it('gives no device and takes no decision there', async () => {
    open();
    const organisation = store.addOrganisation();
    const payload = { ticket: await store.mintTicket(organisation.id), device: { name: 'Desk', kind: 'browser' } };
    expect((await test.app.inject({ method: 'POST', url: HTTP.enrol.path, headers: REBOUND, payload })).statusCode).toBe(421);
    const own = await test.app.inject({ method: 'POST', url: HTTP.enrol.path, payload });
    expect(own.statusCode).toBe(200);
    const cookie = `${SESSION_COOKIE}=${own.cookies.find((one) => one.name === SESSION_COOKIE)?.value ?? ''}`;
    expect((await ask(HTTP.me.path, { ...REBOUND, cookie })).statusCode).toBe(421);
    expect((await ask(HTTP.me.path, { cookie })).statusCode).toBe(200);
  });

  it('opens no stream there', async () => {
    open();
    const organisation = store.addOrganisation();
    const enrolled = await store.enrol(await store.mintTicket(organisation.id), { name: 'Desk', kind: 'tool' });
    if (!enrolled.ok) throw new Error(enrolled.error);
    const url = await test.listen();
    const hello = { protocol: PROTOCOL_VERSION, token: enrolled.value.token };
    const rebound = connect(url, hello, REBOUND);
    expect((await first<Error & { data: unknown }>(rebound, 'connect_error')).data).toEqual({ reason: 'forbidden' });
    rebound.disconnect();
    const own = connect(url, hello);
    await first(own, 'welcome');
    own.disconnect();
  });

  it('lets a vendor come by the name of a tunnel: its call proves itself', async () => {
    open();
    const answer = await test.app.inject({ method: 'POST', url: `/api/integrations/webhook/stripe/${'k'.repeat(43)}`, headers: { host: 'abc.tunnel.example', 'content-type': 'application/json' }, payload: '{}' });
    expect([answer.statusCode, ErrorBody.parse(answer.json()).error.code]).toEqual([404, 'intake.unknown_connection']);
  });
});

it('a server on the network is called by names that it cannot know, but its numbers stay at home', async () => {
  open({ host: '0.0.0.0' });
  expect((await ask('/healthz', { host: 'venue-pc' })).statusCode).toBe(200);
  expect((await ask('/metrics', { host: 'evil.example' })).statusCode).toBe(403);
  expect((await ask('/metrics', { host: '127.0.0.1:4317' })).statusCode).toBe(200);
});

it.each([
  ['wed.example', true],
  ['wed.example:443', true],
  ['WED.example', true],
  ['wed.example.evil.example', false],
  ['evil.example', false],
  ['127.0.0.1.evil.example', false],
  ['localhost.evil.example', false],
  ['127.0.0.1@evil.example', false],
  ['192.168.1.20:4317', true],
  ['', false],
  [undefined, false],
])('behind its public address: %s -> %s', (host, own) => expect(isOwnName(host, { host: '127.0.0.1', publicUrl: 'https://wed.example' })).toBe(own));
