import { mkdtempSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DeliveriesAnswer, EnrolAnswer, ErrorBody, HTTP, IntegrationsAnswer, MeAnswer, SESSION_COOKIE, type DeliveryView, type IntegrationView, TicketAnswer } from '../../../core/contract/http.ts';
import { CommandAnswer } from '../../../core/contract/commands.ts';
import { PROTOCOL_VERSION } from '../../../core/contract/stream.ts';
import { EMPTY_QUEUE } from '../../../core/domain/intake/queue.ts';
import { createIds } from '../../../server/ports.ts';
import { memoryStore, type MemoryStore } from '../../support/memoryStore.ts';
import { testApp, type TestApp } from '../../support/serverApp.ts';

const ids = createIds();
const AT = '2026-11-20T12:00:00.000Z';
let store: MemoryStore;
let test: TestApp;
let organisationId: string;
let connectionId: string;

const enrol = async (kind: 'desktop' | 'browser' | 'tool' = 'desktop', headers: Record<string, string> = {}) =>
  test.app.inject({ method: 'POST', url: HTTP.enrol.path, headers, payload: { ticket: await store.mintTicket(organisationId), device: { name: 'Desk', kind } } });
const tokenOf = async () => EnrolAnswer.parse((await enrol()).json()).token ?? '';
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const code = (answer: { json: () => unknown }) => ErrorBody.parse(answer.json()).error.code;

const integration = (id: string): IntegrationView => ({
  connection: { id, version: 1, seq: 1, updatedAt: AT, source: null, system: 'stripe', name: 'Stripe', path: 'native', health: 'healthy', healthReason: null, healthSince: AT },
  lastDeliveryAt: AT,
  last24h: { accepted: 3, duplicates: 1, refused: 0, waiting: 0, needReview: 0 },
  queue: { ...EMPTY_QUEUE, waiting: 2, dead: 1, oldestDeadAt: '2026-11-19T12:00:00.000Z' },
});
const delivery: DeliveryView = { id: ids.next(), receivedAt: AT, vendorKey: 'evt_1', vendorEvent: 'invoice.paid', state: 'processed', reason: null, attempts: 1 };

beforeEach(async () => {
  store = memoryStore();
  organisationId = store.addOrganisation().id;
  connectionId = ids.next();
  store.addIntegration(organisationId, integration(connectionId), [delivery]);
  test = testApp(store);
  await test.app.ready();
});
afterEach(() => test.app.close());

describe('enrolment', () => {
  it('gives a desktop its token, once', async () => {
    const ticket = await store.mintTicket(organisationId);
    const payload = { ticket, device: { name: 'Desk', kind: 'desktop' } };
    const answer = await test.app.inject({ method: 'POST', url: HTTP.enrol.path, payload });
    expect(answer.statusCode).toBe(200);
    const enrolled = EnrolAnswer.parse(answer.json());
    expect(enrolled.organisation.id).toBe(organisationId);
    expect(enrolled.token).not.toBeNull();
    expect(answer.cookies).toEqual([]);
    expect(answer.headers['cache-control']).toBe('no-store');

    const again = await test.app.inject({ method: 'POST', url: HTTP.enrol.path, payload });
    expect(again.statusCode).toBe(401);
    expect(code(again)).toBe('auth.ticket_invalid');
    expect(store.auditLines.map((line) => line.action)).toEqual(['device.enrolled', 'device.refused']);
    expect(JSON.stringify(store.auditLines) + JSON.stringify(test.logLines)).not.toContain(ticket);
  });

  it('gives a browser a cookie that no script can read and no other site can use', async () => {
    const answer = await enrol('browser');
    expect(EnrolAnswer.parse(answer.json()).token).toBeNull();
    expect(answer.cookies).toHaveLength(1);
    expect(answer.cookies[0]).toMatchObject({ name: SESSION_COOKIE, httpOnly: true, sameSite: 'Strict', path: '/' });
    expect(answer.cookies[0]).not.toHaveProperty('secure');
    await test.app.close();
    test = testApp(store, { config: { publicUrl: 'https://wed.example' } });
    expect((await enrol('browser')).cookies[0]).toMatchObject({ secure: true });
  });

  it('refuses nonsense, other sites and too many attempts', async () => {
    expect((await test.app.inject({ method: 'POST', url: HTTP.enrol.path, payload: { ticket: 'short' } })).statusCode).toBe(400);
    expect(code(await enrol('browser', { origin: 'https://evil.example' }))).toBe('auth.forbidden');
    const codes: number[] = [];
    for (let i = 0; i < 12; i += 1) codes.push((await test.app.inject({ method: 'POST', url: HTTP.enrol.path, payload: { ticket: 'x'.repeat(30), device: { name: 'a', kind: 'tool' } } })).statusCode);
    expect(codes.slice(0, 8)).toEqual(Array.from({ length: 8 }, () => 401));
    expect(codes.slice(-4)).toEqual([429, 429, 429, 429]);
  });
});

describe('reading', () => {
  it('answers as the contract says', async () => {
    const headers = bearer(await tokenOf());
    const me = MeAnswer.parse((await test.app.inject({ url: HTTP.me.path, headers })).json());
    expect(me).toMatchObject({ organisation: { id: organisationId }, device: { name: 'Desk', kind: 'desktop' }, server: { version: '0.0.0-test', protocol: PROTOCOL_VERSION } });
    const integrations = IntegrationsAnswer.parse((await test.app.inject({ url: HTTP.integrations.path, headers })).json());
    expect(integrations.integrations).toEqual([integration(connectionId)]);
    const deliveries = DeliveriesAnswer.parse((await test.app.inject({ url: HTTP.deliveries.path.replace(':id', connectionId), headers })).json());
    expect(deliveries.deliveries).toEqual([delivery]);
  });

  it('shows one organisation nothing of another', async () => {
    const other = store.addOrganisation();
    const foreign = ids.next();
    store.addIntegration(other.id, integration(foreign), [delivery]);
    const headers = bearer(await tokenOf());
    const answer = await test.app.inject({ url: HTTP.deliveries.path.replace(':id', foreign), headers });
    expect(answer.statusCode).toBe(404);
    expect(answer.body).toBe((await test.app.inject({ url: HTTP.deliveries.path.replace(':id', ids.next()), headers })).body);
    expect((await test.app.inject({ url: HTTP.deliveries.path.replace(':id', 'x'), headers })).statusCode).toBe(400);
  });

  it('needs a device', async () => {
    const token = await tokenOf();
    for (const path of [HTTP.me.path, HTTP.integrations.path, HTTP.deliveries.path.replace(':id', connectionId)]) {
      const none = await test.app.inject({ url: path });
      expect([none.statusCode, code(none)]).toEqual([401, 'auth.missing']);
      expect(code(await test.app.inject({ url: path, headers: bearer('x'.repeat(43)) }))).toBe('auth.invalid');
      expect(code(await test.app.inject({ url: path, headers: { authorization: `Basic ${token}` } }))).toBe('auth.invalid');
      expect((await test.app.inject({ url: path, headers: { cookie: `${SESSION_COOKIE}=${token}` } })).statusCode).toBe(200);
    }
    const device = MeAnswer.parse((await test.app.inject({ url: HTTP.me.path, headers: bearer(token) })).json()).device;
    store.revoke(device.id);
    expect(code(await test.app.inject({ url: HTTP.me.path, headers: bearer(token) }))).toBe('auth.revoked');
  });
});

describe('commands', () => {
  const command = () => ({ type: 'alert.acknowledge', commandId: ids.next(), alertId: ids.next(), basedOnVersion: 1 });
  const send = (headers: Record<string, string>, payload: object = command()) => test.app.inject({ method: 'POST', url: HTTP.commands.path, headers, payload });

  it('answers a refused decision with an outcome, the same one each time', async () => {
    const headers = bearer(await tokenOf());
    const payload = command();
    const answer = await send(headers, payload);
    expect(answer.statusCode).toBe(200);
    expect(CommandAnswer.parse(answer.json())).toMatchObject({ outcome: 'rejected', commandId: payload.commandId });
    expect((await send(headers, payload)).json()).toEqual(answer.json());
    expect(store.auditLines.filter((line) => line.action === 'command.rejected')).toMatchObject([{ outcome: 'command.not_possible', count: 2 }]);
  });

  it('refuses what is no command', async () => {
    const headers = bearer(await tokenOf());
    for (const payload of [{}, { type: 'drop.everything' }, { ...command(), extra: 1 }, []]) expect(code(await send(headers, payload))).toBe('request.invalid');
    const raw = (payload: string, type: string) => test.app.inject({ method: 'POST', url: HTTP.commands.path, headers: { ...headers, 'content-type': type }, payload });
    expect((await raw('{"type":', 'application/json')).statusCode).toBe(400);
    expect((await raw('a=b', 'application/x-www-form-urlencoded')).statusCode).toBe(415);
    expect((await raw(JSON.stringify({ x: 'y'.repeat(70_000) }), 'application/json')).statusCode).toBe(413);
  });

  it('takes a cookie from our own page only', async () => {
    await test.app.close();
    test = testApp(store, { config: { publicUrl: 'http://wed.example' } });
    const cookie = { cookie: `${SESSION_COOKIE}=${await tokenOf()}`, host: 'wed.example' };
    expect((await send({ ...cookie, origin: 'http://wed.example' })).statusCode).toBe(200);
    expect((await send({ ...cookie, 'sec-fetch-site': 'same-origin', origin: 'http://wed.example' })).statusCode).toBe(200);
    for (const headers of [cookie, { ...cookie, origin: 'https://evil.example' }, { ...cookie, origin: 'null' }, { ...cookie, 'sec-fetch-site': 'same-site' }, { ...cookie, 'sec-fetch-site': 'cross-site', origin: 'http://wed.example' }]) {
      const answer = await send(headers);
      expect([answer.statusCode, code(answer)]).toEqual([403, 'auth.forbidden']);
    }
  });
});

describe('every answer', () => {
  it('carries a request id and headers that forbid everything a browser might try', async () => {
    const answer = await test.app.inject({ url: '/nothing/here' });
    expect([answer.statusCode, code(answer)]).toEqual([404, 'request.not_found']);
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect(answer.headers['x-frame-options']).toBe('DENY');
    expect(answer.headers['strict-transport-security']).toBeUndefined();
    expect(answer.headers['x-powered-by']).toBeUndefined();
  });

  it('of a wrong method is 405', async () => {
    for (const [method, url, allow] of [['DELETE', HTTP.me.path, 'GET'], ['GET', HTTP.commands.path, 'POST'], ['PUT', HTTP.deliveries.path.replace(':id', connectionId), 'GET']] as const) {
      const answer = await test.app.inject({ method, url });
      expect([answer.statusCode, code(answer)]).toEqual([405, 'request.method']);
      expect(answer.headers['allow']).toContain(allow);
    }
  });

  it('of a broken server says nothing about it', async () => {
    const headers = bearer(await tokenOf());
    store.integrations = () => Promise.reject(new Error('SELECT secret FROM somewhere'));
    const answer = await test.app.inject({ url: HTTP.integrations.path, headers });
    expect([answer.statusCode, code(answer)]).toEqual([500, 'internal']);
    expect(answer.body).not.toContain('SELECT');
    expect(test.logLines.some((line) => line['msg'] === 'request failed')).toBe(true);
  });
});

describe('a request that cannot be read', () => {
  it('gets an answer of the same kind', async () => {
    for (const url of ['/%zz', `/api/integrations/${'x'.repeat(300)}/deliveries`, '/a/../../etc/passwd']) ErrorBody.parse((await test.app.inject({ url })).json());
    const { port } = new URL(await test.listen());
    const say = (text: string) =>
      new Promise<string>((resolve, reject) => {
        const line = connectTcp(Number(port), '127.0.0.1', () => line.write(text));
        let answer = '';
        line.on('data', (chunk) => (answer += String(chunk))).on('close', () => resolve(answer)).on('error', reject);
      });
    for (const [text, status] of [['NONSENSE\r\n\r\n', 400], [`GET / HTTP/1.1\r\nx: ${'y'.repeat(40_000)}\r\n\r\n`, 431]] as const) {
      const [head, body] = (await say(text)).split('\r\n\r\n');
      expect(head).toContain(`HTTP/1.1 ${status}`);
      expect(ErrorBody.parse(JSON.parse(body ?? '')).error.code).toBe('request.invalid');
    }
  });
});

describe('health', () => {
  it('is up, ready, and not ready without a database or while stopping', async () => {
    expect((await test.app.inject({ url: '/healthz' })).json()).toEqual({ status: 'up' });
    expect((await test.app.inject({ url: '/readyz' })).statusCode).toBe(200);
    store.down = true;
    expect((await test.app.inject({ url: '/readyz' })).statusCode).toBe(503);
    expect((await test.app.inject({ url: '/healthz' })).statusCode).toBe(200);
    store.down = false;
    test.app.stopTaking();
    expect((await test.app.inject({ url: '/readyz' })).statusCode).toBe(503);
    const refused = await test.app.inject({ url: HTTP.me.path });
    expect([refused.statusCode, ErrorBody.parse(refused.json()).error.retryable]).toEqual([503, true]);
  });

  it('shows its numbers to this machine and to whoever has the token', async () => {
    await test.app.close();
    test = testApp(store, { config: { metricsToken: 't'.repeat(20) } });
    const local = await test.app.inject({ url: '/metrics' });
    expect(local.statusCode).toBe(200);
    expect(local.body).toContain('wedsync_deliveries_parked 2');
    for (const line of ['held 4', 'dead 5', 'waiting_oldest_seconds 6', 'dead_oldest_seconds 7']) expect(local.body).toContain(`wedsync_deliveries_${line}`);
    expect(local.body).toContain('wedsync_intake_ack_seconds_bucket');
    expect(local.body).toContain('wedsync_breakers_open{system="stripe",operation="poll",state="open"} 1');
    for (const name of ['wedsync_source_call_seconds', 'wedsync_looks_total', 'wedsync_rereads_total']) expect(local.body).toContain(`# TYPE ${name} `);
    const far = { url: '/metrics', remoteAddress: '203.0.113.1' };
    expect((await test.app.inject(far)).statusCode).toBe(403);
    expect((await test.app.inject({ url: '/metrics', headers: { 'x-forwarded-for': '127.0.0.1' } })).statusCode).toBe(403);
    expect((await test.app.inject({ ...far, headers: bearer('wrong'.repeat(5)) })).statusCode).toBe(403);
    expect((await test.app.inject({ ...far, headers: bearer('t'.repeat(20)) })).statusCode).toBe(200);
  });
});

describe('the console', () => {
  it('is served under its own policy, and nothing beside it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'wedsync-console-'));
    mkdirSync(join(folder, 'web', 'assets'), { recursive: true });
    writeFileSync(join(folder, 'web', 'index.html'), '<!doctype html><html><head><title>t</title></head><body></body></html>');
    writeFileSync(join(folder, 'web', 'assets', 'app-1.js'), 'export {};');
    writeFileSync(join(folder, 'web', 'serviceWorker.js'), '');
    writeFileSync(join(folder, 'secret.txt'), 'not yours');
    await test.app.close();
    test = testApp(store, { config: { consoleDir: join(folder, 'web') } });
    const pages = [await test.app.inject({ url: '/' }), await test.app.inject({ url: '/index.html' })];
    for (const page of pages) {
      expect(page.statusCode).toBe(200);
      expect(page.headers['content-security-policy']).toContain("style-src 'self';");
      expect(page.headers['content-security-policy']).not.toContain('unsafe');
    }
    const asset = await test.app.inject({ url: '/assets/app-1.js' });
    expect(asset.headers['cache-control']).toContain('immutable');
    const worker = await test.app.inject({ url: '/serviceWorker.js' });
    expect([worker.statusCode, worker.headers['cache-control'], worker.headers['content-security-policy']]).toEqual([200, 'no-cache', "default-src 'none'; connect-src 'self'"]);
    for (const url of ['/../secret.txt', '/%2e%2e/secret.txt', '/assets/..%2f..%2fsecret.txt', '/assets/', '/api/nothing']) {
      const answer = await test.app.inject({ url });
      expect(answer.statusCode, url).toBeGreaterThanOrEqual(400);
      expect(answer.statusCode, url).toBeLessThan(500);
      ErrorBody.parse(answer.json());
    }
  });
});

describe('a link for one more browser', () => {
  const make = (token: string) => test.app.inject({ method: 'POST', url: HTTP.tickets.path, headers: { authorization: `Bearer ${token}` }, payload: {} });

  it('is made by a device that is in, works once, and leaves an audit line', async () => {
    const answer = await make(await tokenOf());
    const link = new URL(TicketAnswer.parse(answer.json()).url);
    const payload = { ticket: link.hash.replace('#enrol=', ''), device: { name: 'Phone', kind: 'browser' } };
    expect((await test.app.inject({ method: 'POST', url: HTTP.enrol.path, payload })).statusCode).toBe(200);
    expect((await test.app.inject({ method: 'POST', url: HTTP.enrol.path, payload })).statusCode).toBe(401);
    expect(store.auditLines.map((line) => line.action)).toContain('ticket.made');
  });

  it('is made neither by strangers nor by tools', async () => {
    expect((await test.app.inject({ method: 'POST', url: HTTP.tickets.path, payload: {} })).statusCode).toBe(401);
    const tool = EnrolAnswer.parse((await enrol('tool')).json()).token ?? '';
    expect((await make(tool)).statusCode).toBe(403);
  });
});
