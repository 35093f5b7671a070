import { get } from 'node:http';
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { codedError } from '../../../../core/contract/errors.ts';
import { err, ok } from '../../../../core/contract/result.ts';
import { createLeave, type LeaveApi } from '../../../../main/services/leave.ts';
import { testId } from '../../../support/builders.ts';
import { handClock, keptLog } from '../support/fakes.ts';

const STATE = 's'.repeat(43);
const CONNECTION = { id: testId(), version: 1, seq: 1, updatedAt: '2026-11-20T12:00:00.000Z', source: null, system: 'google-calendar', name: 'Google', path: 'native', health: 'healthy', healthReason: null, healthSince: '2026-11-20T12:00:00.000Z' } as const;

function make({ port = 0, asks = true, opens = true } = {}) {
  const clock = handClock();
  const brought: string[] = [];
  let redirect = '';
  let opened: (url: string) => void = () => undefined;
  const inBrowser = new Promise<string>((resolve) => (opened = resolve));
  const api: LeaveApi = {
    ask: (_id, redirectUri) => {
      redirect = redirectUri;
      return Promise.resolve(asks ? ok({ authorizeUrl: `https://vendor.example/authorize?state=${STATE}`, state: STATE, expiresAt: '2026-11-20T12:10:00.000Z' }) : err(codedError('connect.not_possible', 'no client ID')));
    },
    given: (callbackUrl) => {
      brought.push(callbackUrl);
      return Promise.resolve(ok({ connection: CONNECTION }));
    },
  };
  const leave = createLeave({
    api, timers: clock.timers, log: keptLog(), port,
    openExternal: (url) => {
      opened(url);
      return Promise.resolve(opens ? ok(true) : err('scheme_refused'));
    },
  });
  return { leave, clock, brought, inBrowser, redirect: () => redirect };
}

it('listens on loopback only while somebody is asked, and brings back what the vendor has sent', async () => {
  const t = make();
  const given = t.leave.give(CONNECTION.id);
  expect(await t.inBrowser).toContain('vendor.example');
  const address = new URL(t.redirect());
  expect([address.hostname, address.pathname]).toEqual(['127.0.0.1', '/leave']);
  expect((await fetch(`${address.origin}/other`)).status).toBe(404);
  expect((await fetch(`${t.redirect()}?state=wrong&code=x`)).status).toBe(400);
  expect(t.brought).toEqual([]);
  const answer = await fetch(`${t.redirect()}?state=${STATE}&code=the-code`);
  expect([answer.status, answer.headers.get('content-security-policy')]).toEqual([200, "default-src 'none'"]);
  expect(await answer.text()).not.toContain('the-code');
  expect(await given).toMatchObject({ ok: true, value: { connection: { id: CONNECTION.id } } });
  expect(t.brought).toEqual([`${t.redirect()}?state=${STATE}&code=the-code`]);
  await expect(fetch(t.redirect())).rejects.toThrow();
});

it('is come back to by the name localhost too, on both loopback addresses, and by no other', async () => {
  const t = make();
  const given = t.leave.give(CONNECTION.id);
  await t.inBrowser;
  const { port } = new URL(t.redirect());
  const knock = (host: string, name: string, query: string) =>
    new Promise<number>((resolve, reject) => {
      get({ host, port, path: `/leave?${query}`, headers: { host: `${name}:${port}` } }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      }).once('error', reject);
    });
  const six = await knock('::1', 'localhost', 'state=wrong').catch((error: NodeJS.ErrnoException) => error.code);
  // A machine without IPv6 has no such address; one with it has our listener there.
  expect([400, 'EADDRNOTAVAIL', 'EAFNOSUPPORT']).toContain(six);
  for (const name of ['localhost.evil.example', 'evil.example', 'localhost@evil.example', '127.0.0.1.evil.example']) expect(await knock('127.0.0.1', name, `state=${STATE}&code=x`)).toBe(404);
  expect(t.brought).toEqual([]);
  expect(await knock('127.0.0.1', 'localhost', `state=${STATE}&code=the-code`)).toBe(200);
  expect((await given).ok).toBe(true);
  expect(t.brought).toEqual([`http://localhost:${port}/leave?state=${STATE}&code=the-code`]);
});

it('leaves a port to whoever has it on the other loopback address', async () => {
  const other = createServer();
  const has = await new Promise<boolean>((resolve) => {
    other.once('error', () => resolve(false));
    other.listen({ port: 0, host: '::1', ipv6Only: true }, () => resolve(true));
  });
  const taken = has ? (other.address() as { port: number }).port : 0;
  const t = make({ port: taken });
  const given = t.leave.give(CONNECTION.id);
  await t.inBrowser;
  expect(Number(new URL(t.redirect()).port)).not.toBe(taken);
  t.leave.cancel();
  await given;
  other.close();
});

it('takes another port when its own is not free', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const taken = (other.address() as { port: number }).port;
  const t = make({ port: taken });
  const given = t.leave.give(CONNECTION.id);
  await t.inBrowser;
  expect(new URL(t.redirect()).port).not.toBe(String(taken));
  expect(t.leave.cancel()).toBe(true);
  expect(await given).toMatchObject({ ok: false, error: { code: 'connect.leave_denied' } });
  other.close();
});

it('gives up after five minutes, and when somebody asks anew', async () => {
  const t = make();
  const late = t.leave.give(CONNECTION.id);
  await t.inBrowser;
  t.clock.advance(300_001);
  expect(await late).toMatchObject({ ok: false, error: { code: 'connect.leave_unknown' } });
  const first = t.leave.give(CONNECTION.id);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const second = t.leave.give(CONNECTION.id);
  expect(await first).toMatchObject({ ok: false, error: { code: 'connect.leave_denied' } });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect([t.leave.cancel(), t.leave.cancel()]).toEqual([true, false]);
  await second;
});

it('listens to nobody when the server does not ask, or no browser opens', async () => {
  const refused = make({ asks: false });
  expect(await refused.leave.give(CONNECTION.id)).toMatchObject({ ok: false, error: { code: 'connect.not_possible' } });
  await expect(fetch(refused.redirect())).rejects.toThrow();
  const closed = make({ opens: false });
  expect(await closed.leave.give(CONNECTION.id)).toMatchObject({ ok: false, error: { code: 'connect.leave_failed' } });
});
