import { Ajv2020 } from 'ajv/dist/2020.js';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DeliveriesAnswer, DevicesAnswer, HTTP, IntegrationsAnswer, MeAnswer, Problem } from '../../../core/contract/http.ts';
import { Snapshot } from '../../../core/contract/record.ts';
import { ENDPOINTS, type EndpointName } from '../../../core/domain/access/matrix.ts';
import { createClient, type Client } from '../../../core/contract/client.ts';
import { canonicalUrl, INTAKE_ALIASES } from '../../../core/domain/intake/aliases.ts';
import { VENDORS } from '../../../core/vendors/registry.ts';
import { apiDocument, type ApiDocument } from '../../../server/api/document.ts';
import { WEBHOOKS } from '../../../server/api/webhookPaths.ts';
import { furnish, letIn, type House } from '../../support/house.ts';
import { plainWork } from '../../support/plainWork.ts';
import { testApp } from '../../support/serverApp.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';

let t: TestStore;
let app: FastifyInstance;
let house: House;
let headers: { authorization: string };
let client: Client;
let document: ApiDocument & { readonly servers: readonly { url: string }[] };
type Json = Readonly<Record<string, unknown>>;

const clientOf = (token: string | null) =>
  createClient(
    {
      async send({ method, url, headers: sent, body }) {
        const answer = await app.inject({ method: method as 'GET', url, headers: sent, ...(body === undefined ? {} : { payload: body }) });
        return { status: answer.statusCode, body: answer.body };
      },
    },
    '',
    token,
  );

beforeAll(async () => {
  t = await openTestStore();
  ({ app } = testApp(t.store, { config: { apiPerMinute: 100_000 } }));
  house = await furnish(t.store, t.organisation.id);
  const device = await letIn(t.store, t.organisation.id, house.access('owner'));
  headers = device.headers;
  client = clientOf(device.token);
  document = (await app.inject('/api/openapi.json')).json();
});
afterAll(async () => {
  await app.close();
  await t.cleanup();
});

function* references(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === '$ref') yield String(inner);
    else yield* references(inner);
  }
}

describe('the document', () => {
  test('is OpenAPI 3.1 with every endpoint of the map, its title, its roles and its shapes', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(document.info).toMatchObject({ title: expect.any(String) as unknown, version: '0.0.0-test' });
    for (const [name, { method, path }] of Object.entries(HTTP)) {
      const told = document.paths[path.replace('/api', '/api/v1').replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()];
      expect(told, name).toMatchObject({ operationId: name, summary: expect.stringMatching(/^\S.{5,}$/) as unknown, responses: { 200: expect.any(Object) as unknown, default: expect.any(Object) as unknown } });
      expect(told?.['x-roles'], name).toEqual(name in ENDPOINTS ? ENDPOINTS[name as keyof typeof ENDPOINTS] : []);
      expect('requestBody' in (told ?? {}), name).toBe('body' in HTTP[name as EndpointName].request);
    }
    const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
    expect(operations.filter((one) => !(one['tags'] as string[]).includes(WEBHOOKS))).toHaveLength(Object.keys(HTTP).length);
    expect(new Set(operations.map((one) => one['operationId'])).size).toBe(operations.length);
  });

  test('has every address that other systems call, with its systems, and each of them leads to the intake', async () => {
    const told = Object.entries(document.paths).filter(([, methods]) => (methods['post']?.['tags'] as string[] | undefined)?.includes(WEBHOOKS));
    const named = INTAKE_ALIASES.filter((one) => one.startsWith('/api/')).map((one) => `${one.replace('/api', '/api/v1')}/{system}/{connection}`);
    expect(told.map(([path]) => path).sort()).toEqual(named.sort());
    const { connectionId: _id, intakeKey } = t.connections.stripe;
    for (const [path, { post }] of told) {
      const [system] = post?.['parameters'] as { schema: { enum: string[] } }[];
      expect(system?.schema.enum).toEqual([...VENDORS.values()].filter((one) => one.manifest.webhook && one.manifest.webhook.channel !== true).map((one) => one.manifest.id).sort());
      const url = path.replace('{system}', 'stripe').replace('{connection}', intakeKey);
      expect(canonicalUrl(url)).toBe(`/api/integrations/webhook/stripe/${intakeKey}`);
      const answer = await app.inject({ method: 'POST', url, headers: { 'content-type': 'application/json' }, payload: {} });
      expect([url, answer.statusCode, Object.keys(post?.['responses'] as Json).includes('401')]).toEqual([url, 401, true]);
    }
  });

  test('follows the rules of its kind: fields, places of parameters, path parameters that are there', () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      expect(path).toMatch(/^\/api\/v1\//);
      for (const [method, operation] of Object.entries(methods)) {
        expect(['get', 'put', 'post', 'delete', 'patch']).toContain(method);
        const parameters = operation['parameters'] as { name: string; in: string; required: boolean; schema: Json }[];
        for (const one of parameters) expect(['path', 'query', 'header']).toContain(one.in);
        expect(parameters.filter((one) => one.in === 'path').map((one) => [one.name, one.required]).sort()).toEqual([...path.matchAll(/\{(\w+)\}/g)].map((match) => [match[1], true]).sort());
        expect(new Set(parameters.map((one) => `${one.in} ${one.name}`)).size).toBe(parameters.length);
        for (const name of operation['tags'] as string[]) expect(document.tags).toContainEqual({ name });
      }
    }
    for (const name of Object.keys(document.components.schemas)) expect(name).toMatch(/^[A-Za-z0-9._-]+$/);
  });

  test('every reference leads somewhere, nothing is there in vain, and every shape is JSON Schema', () => {
    const known = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`);
    const used = new Set(references(document));
    expect([...used].filter((ref) => !known.includes(ref))).toEqual([]);
    expect(known.filter((ref) => !used.has(ref))).toEqual([]);
    const ajv = new Ajv2020({ strict: false, formats: { uuid: true, 'date-time': true, date: true, email: true, uri: true, binary: true } });
    ajv.addSchema({ $id: 'wedsync:', ...document });
    for (const ref of known) expect(() => ajv.compile({ $ref: `wedsync:${ref}` }), ref).not.toThrow();
  });

  test('says of real answers what they are', async () => {
    const ajv = new Ajv2020({ strict: false, formats: { uuid: true, 'date-time': true, date: true, email: true, uri: true } });
    ajv.addSchema({ $id: 'wedsync:', ...document });
    const answers: [string, string][] = [['/api/me', 'me'], ['/api/devices', 'devices'], ['/api/integrations', 'integrations'], ['/api/record?at=3', 'record'], ['/api/deliveries', 'searchDeliveries'], ['/api/integrations/vendor/status', 'connectionStatus'], ['/api/systems', 'systems']];
    for (const [url, name] of answers) {
      const path = HTTP[name as EndpointName].path.replace('/api', '/api/v1');
      const responses = document.paths[path]?.['get']?.['responses'] as Record<string, { content: Record<string, { schema: { $ref: string } }> }>;
      const validate = ajv.compile({ $ref: `wedsync:${responses['200']?.content['application/json']?.schema.$ref ?? ''}` });
      const answer = await app.inject({ url, headers });
      expect([url, answer.statusCode, validate(answer.json()), validate.errors]).toEqual([url, 200, true, null]);
    }
    const validate = ajv.compile({ $ref: 'wedsync:#/components/schemas/Problem' });
    expect(validate((await app.inject('/api/me')).json())).toBe(true);
  });

  test('is made in a moment', () => {
    const began = performance.now();
    apiDocument('1');
    expect(performance.now() - began).toBeLessThan(45 * plainWork());
  });
});

test('the page shows every endpoint with a line to try, runs nothing and loads nothing', async () => {
  const page = await app.inject('/api/docs');
  expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
  expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; frame-ancestors 'none'/);
  expect(page.body).not.toMatch(/<script|<img|<link|\son\w+=|javascript:/i);
  for (const name of Object.keys(HTTP)) {
    expect(page.body, name).toContain(`id="${name}"`);
    expect(page.body, name).toContain(`href="#${name}"`);
  }
  const ids = [...page.body.matchAll(/\sid="([^"]+)"/g)].map((match) => match[1] ?? '');
  expect(new Set(ids).size).toBe(ids.length);
  for (const [, target = ''] of page.body.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target);
  expect(page.body).toContain('curl -X POST');
});

describe('errors', () => {
  test('are problem documents whose error member is as before', async () => {
    const cases: [Promise<{ statusCode: number; headers: Record<string, unknown>; json: () => unknown }>, number, string][] = [
      [app.inject('/api/me'), 401, 'auth.missing'],
      [app.inject('/api/nowhere'), 404, 'request.not_found'],
      [app.inject({ method: 'DELETE', url: '/api/me' }), 405, 'request.method'],
      [app.inject({ method: 'POST', url: '/api/commands', headers, payload: {} }), 400, 'request.invalid'],
      [app.inject({ method: 'POST', url: '/api/commands', headers: { ...headers, 'content-type': 'application/json' }, payload: '{' }), 400, 'request.invalid'],
      [app.inject({ method: 'POST', url: '/api/integrations/webhook/stripe/nobody-here', payload: {} }), 404, 'intake.unknown_connection'],
    ];
    for (const [asked, status, code] of cases) {
      const answer = await asked;
      const problem = Problem.parse(answer.json());
      expect([answer.statusCode, answer.headers['content-type'], problem.status, problem.code, problem.error.code]).toEqual([status, 'application/problem+json; charset=utf-8', status, code, code]);
      expect([problem.type, problem.detail]).toEqual([`/api/docs#error-${code}`, problem.error.message]);
    }
  });
});

describe('the version', () => {
  test('v1 answers as without, for reading and for writing', async () => {
    for (const url of ['/api/me', '/api/deliveries?state=dead', '/api/systems', '/api/nowhere', '/api/record?at=x']) {
      const [plain, v1] = [await app.inject({ url, headers }), await app.inject({ url: url.replace('/api', '/api/v1'), headers })];
      expect([url, v1.statusCode]).toEqual([url, plain.statusCode]);
    }
    expect((await app.inject({ url: '/api/v1' })).statusCode).toBe(404);
    expect((await app.inject({ url: '/api/v10/me', headers })).statusCode).toBe(404);
    expect((await app.inject({ url: '/api/v1/openapi.json' })).statusCode).toBe(200);
  });
});

describe('the client', () => {
  test('has a method for each endpoint, and gives what the contract says', async () => {
    expect(Object.keys(client).sort()).toEqual(Object.keys(HTTP).sort());
    const me = await client.me();
    expect(me.ok && MeAnswer.parse(me.value).organisation.name).toBe('Test House');
    const devices = await client.devices();
    expect(devices.ok && DevicesAnswer.parse(devices.value).devices.length).toBeGreaterThan(0);
    const integrations = await client.integrations();
    expect(integrations.ok && IntegrationsAnswer.parse(integrations.value).integrations).toHaveLength(3);
    const record = await client.record({ query: { at: '3' } });
    expect(record.ok && Snapshot.parse(record.value).seq).toBe(3);
    const found = await client.searchDeliveries({ query: { state: 'dead,parked' } });
    expect(found.ok && found.value.deliveries).toEqual([]);
    const last = await client.deliveries({ params: { id: t.connections.stripe.connectionId } });
    expect(last.ok && DeliveriesAnswer.parse(last.value).deliveries).toEqual([]);
  });

  test('tells refusals with their code and status, and what is no answer as what it is', async () => {
    expect(await clientOf(null).me()).toMatchObject({ ok: false, error: { code: 'auth.missing', status: 401 } });
    expect(await client.delivery({ params: { id: house.here } })).toMatchObject({ ok: false, error: { code: 'request.not_found', status: 404 } });
    const odd = (body: string, status = 200) => createClient({ send: () => Promise.resolve({ status, body }) }, '', null).me();
    expect(await odd('<html>')).toMatchObject({ ok: false, error: { code: 'internal' } });
    expect(await odd('<html>', 502)).toMatchObject({ ok: false, error: { code: 'internal', status: 502 } });
    expect(await createClient({ send: () => Promise.reject(new Error('no line')) }, '', null).me()).toMatchObject({ ok: false, error: { code: 'server.unreachable', status: 0, retryable: true } });
  });
});
