import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MANAGING_PER_MINUTE } from '../../../core/contract/systems.ts';
import { draftUpdated } from '../../../core/domain/record/drafts.ts';
import { VENDORS, vendorModule } from '../../../core/vendors/registry.ts';
import type { VendorModule } from '../../../core/vendors/vendor.ts';
import { err, ok } from '../../../core/contract/result.ts';
import { furnish, letIn } from '../../support/house.ts';
import { manager, type Manager } from '../../support/manager.ts';
import { testApp, type TestApp } from '../../support/serverApp.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';

/** A system with an API key, whose answers the test decides. */
let verdict: 'good' | 'wrong' | 'away' = 'good';
const keyed: VendorModule = {
  ...(vendorModule('stripe') as VendorModule),
  manifest: {
    ...(vendorModule('stripe') as VendorModule).manifest, id: 'keyed', name: 'Keyed', guides: [{ path: 'native', brings: 'Facts.', steps: ['Paste the key.'] }],
    fields: [
      { key: 'apiKey', label: 'API key', help: '', sensitive: true, required: true },
      { key: 'baseUrl', label: 'API address', help: '', sensitive: false, required: false, input: 'url' },
      { key: 'zone', label: 'Zone', help: '', sensitive: false, required: false, input: 'zone' },
      { key: 'currency', label: 'Currency', help: '', sensitive: false, required: true, input: 'currency', initial: 'GBP' },
    ],
  },
  test: (access) => {
    if (verdict === 'away') return Promise.resolve(err({ code: 'normalise.reread_failed', message: 'Keyed answered 503.', retryable: true, retryAfterMs: null }));
    if (verdict === 'wrong' || access.secrets['apiKey'] !== 'right-key') return Promise.resolve(err({ code: 'normalise.reread_refused', message: 'Keyed answered 401.', retryable: false, retryAfterMs: null }));
    return Promise.resolve(ok({ account: 'Fern & Co', details: ['3 jobs'] }));
  },
};

let t: TestStore;
let test: TestApp;
let owner: Manager;
let staff: Manager;
let hasty: Manager;
let calendar: Server;
let calendarUrl: string;
const AUDIT_ACTIONS = ['connection.tried', 'connection.connected', 'connection.changed', 'connection.rotated', 'connection.paused', 'connection.resumed', 'connection.setup_read'];

beforeAll(async () => {
  calendar = createServer((_request, response) => response.end('BEGIN:VCALENDAR\r\nX-WR-CALNAME:Shoots\r\nBEGIN:VEVENT\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n'));
  await new Promise<void>((resolve) => calendar.listen(0, '127.0.0.1', resolve));
  const { port } = calendar.address() as AddressInfo;
  calendarUrl = `http://127.0.0.1:${port}/shoots.ics?key=feed-secret`;
  t = await openTestStore();
  const vendors = (system: string) => (system === 'keyed' ? keyed : vendorModule(system));
  test = testApp(t.store, { vendors, catalogue: [...VENDORS.values(), keyed], config: { managingPerMinute: 10_000, apiPerMinute: 10_000, publicUrl: null, egressAllow: [`127.0.0.1:${port}`] } });
  const house = await furnish(t.store, t.organisation.id);
  owner = manager(test, (await letIn(t.store, house.organisationId, house.access('owner'))).headers);
  staff = manager(test, (await letIn(t.store, house.organisationId, house.access('staff'))).headers);
  const slow = testApp(t.store, {});
  hasty = manager(slow, (await letIn(t.store, house.organisationId, house.access('owner'))).headers);
});
beforeEach(() => {
  verdict = 'good';
});
afterAll(async () => {
  await test.app.close();
  await t.cleanup();
  calendar.close();
});

const bridge = { system: 'honeybook', path: 'bridge', settings: {}, secrets: {} } as const;
const keyedRequest = (apiKey = 'right-key', settings: Record<string, string> = {}) => ({ system: 'keyed', path: 'native', settings, secrets: { apiKey } });
const errorOf = (answer: { json(): unknown }) => (answer.json() as { error: { code: string; field?: string } }).error;

describe('the catalogue', () => {
  it('names every system once, with its ways and how many are connected', async () => {
    const { systems } = await staff.get('systems');
    expect(systems).toHaveLength(VENDORS.size + 1);
    expect(new Set(systems.map((one) => one.id)).size).toBe(systems.length);
    expect(systems.find((one) => one.id === 'honeybook')).toMatchObject({ name: 'HoneyBook', connections: 1 });
  });

  it('shows a face for each of them', async () => {
    for (const id of VENDORS.keys()) expect((await staff.get('system', { system: id })).id).toBe(id);
    expect((await staff.ask('system', { system: 'nobody' })).status).toBe(404);
  });
});

describe('trying out', () => {
  it('says what was found, keeps nothing', async () => {
    const before = (await owner.get('systems')).systems.find((one) => one.id === 'keyed')?.connections;
    expect(await owner.get('tryOut', { body: keyedRequest() })).toEqual({ outcome: 'worked', report: { account: 'Fern & Co', details: ['3 jobs'] } });
    expect((await owner.get('systems')).systems.find((one) => one.id === 'keyed')?.connections).toBe(before);
  });

  it('tells a wrong key from a vendor that is away', async () => {
    expect(await owner.get('tryOut', { body: keyedRequest('wrong') })).toMatchObject({ outcome: 'failed', code: 'connect.refused', retryable: false });
    verdict = 'away';
    expect(await owner.get('tryOut', { body: keyedRequest() })).toMatchObject({ outcome: 'failed', code: 'connect.untried', retryable: true });
    expect(await owner.get('tryOut', { body: bridge })).toEqual({ outcome: 'untestable' });
  });

  it('looks whether a calendar is behind the address of a feed', async () => {
    const feed = [...VENDORS.values()].find(({ manifest }) => manifest.paths.includes('feed'))?.manifest.id ?? '';
    expect(await owner.get('tryOut', { body: { system: feed, path: 'feed', settings: {}, secrets: { feedUrl: calendarUrl } } })).toEqual({ outcome: 'worked', report: { account: 'Shoots', details: ['1 entry'] } });
    expect(await owner.get('tryOut', { body: { system: feed, path: 'feed', settings: {}, secrets: { feedUrl: 'https://192.0.2.1/x.ics' } } })).toMatchObject({ outcome: 'failed' });
  });

  it.each([
    ['connect.field_missing', 'apiKey', { settings: {}, secrets: {} }],
    ['connect.field_unknown', 'nonsense', { settings: { nonsense: 'x' }, secrets: { apiKey: 'right-key' } }],
    // A secret in the plain settings would be shown again.
    ['connect.field_unknown', 'apiKey', { settings: { apiKey: 'right-key' }, secrets: {} }],
    ['connect.field_invalid', 'zone', { settings: { zone: 'Mars/Olympus' }, secrets: { apiKey: 'right-key' } }],
    ['connect.field_invalid', 'currency', { settings: { currency: 'XYZW' }, secrets: { apiKey: 'right-key' } }],
    ['connect.field_invalid', 'baseUrl', { settings: { baseUrl: 'javascript:alert(1)' }, secrets: { apiKey: 'right-key' } }],
  ])('%s names the field %s', async (code, field, values) => {
    const answer = await owner.ask('connect', { body: { system: 'keyed', path: 'native', ...values } });
    expect([answer.status, errorOf(answer).code, errorOf(answer).field]).toEqual([422, code, field]);
  });

  it('knows only the ways that a system has', async () => {
    expect((await owner.ask('connect', { body: { ...bridge, path: 'native' } })).code()).toBe('connect.path_unknown');
    expect((await owner.ask('connect', { body: { ...bridge, system: 'nobody' } })).status).toBe(404);
  });
});

describe('connecting', () => {
  it('makes up the token, tells it once, and what comes with it is believed', async () => {
    const connected = await owner.get('connect', { body: { ...bridge, name: 'Our HoneyBook' } });
    const token = connected.generated['bearerToken'] ?? '';
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(connected.connection).toMatchObject({ name: 'Our HoneyBook', health: 'waiting', path: 'bridge' });
    const setup = await staff.get('setup', { id: connected.connection.id });
    expect(setup).toEqual(connected.setup);
    // This server is known by nothing but its place on this machine.
    expect(setup.reachable).toBe(false);
    expect(JSON.stringify(setup)).not.toContain(token);
    const { pathname } = new URL(setup.webhookUrl ?? '');
    const call = (bearer: string) => test.app.inject({ method: 'POST', url: pathname, headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' }, payload: { trigger: 'client_created', client_email: 'a@example.org', client_name: randomUUID() } });
    expect((await call(token)).statusCode).toBe(200);
    expect((await call('x'.repeat(43))).statusCode).toBe(401);

    const rotated = await owner.get('rotate', { id: connected.connection.id, body: { key: 'bearerToken' } });
    const second = rotated.generated['bearerToken'] ?? '';
    expect(second).not.toBe(token);
    expect([(await call(token)).statusCode, (await call(second)).statusCode]).toEqual([200, 200]);
    await owner.get('changeConnection', { id: connected.connection.id, body: { secrets: { bearerTokenPrevious: '' } } });
    expect([(await call(token)).statusCode, (await call(second)).statusCode]).toEqual([401, 200]);
    expect((await owner.ask('rotate', { id: connected.connection.id, body: { key: 'apiKey' } })).code()).toBe('connect.not_possible');
  });

  it('is stopped by a wrong key always, by a vendor that is away only until its person says so', async () => {
    expect((await owner.ask('connect', { body: { ...keyedRequest('wrong'), evenIfUntested: true } })).code()).toBe('connect.refused');
    verdict = 'away';
    expect((await owner.ask('connect', { body: keyedRequest() })).status).toBe(503);
    const connected = await owner.get('connect', { body: { ...keyedRequest(), evenIfUntested: true } });
    expect(connected).toMatchObject({ report: null, setup: { settings: { currency: 'GBP' }, secretsSet: ['apiKey'] } });
  });

  it('gives the address first where the vendor tells its secret only for an address', async () => {
    const body = { system: 'stripe', path: 'native', settings: {}, secrets: {} };
    expect((await owner.ask('connect', { body })).code()).toBe('connect.field_missing');
    const { connection, setup } = await owner.get('connect', { body: { ...body, secretsLater: true } });
    expect(setup.missing).toEqual(['signingSecret']);
    expect(setup.webhookUrl).toContain('/api/integrations/webhook/stripe/');
    const known = testApp(t.store, { config: { apiPerMinute: 1_000, publicUrl: 'https://wedsync.harrow-house.co.uk' } });
    const { headers } = await letIn(t.store, t.organisation.id, { role: 'owner', weddingId: null, contactId: null, bookingIds: [] });
    const there = await manager(known, headers).get('setup', { id: connection.id });
    await known.app.close();
    expect(there).toMatchObject({ reachable: true, webhookUrl: expect.stringMatching(/^https:\/\/wedsync\.harrow-house\.co\.uk\/api\/integrations\/webhook\/stripe\//) as string });
    const changed = await owner.get('changeConnection', { id: connection.id, body: { secrets: { signingSecret: 'whsec_0123456789abcdef' } } });
    expect(changed.setup).toMatchObject({ missing: [], secretsSet: ['signingSecret'], webhookUrl: setup.webhookUrl });
  });

  it('is limited for each user', async () => {
    const tries = await Promise.all(Array.from({ length: MANAGING_PER_MINUTE + 1 }, () => hasty.ask('tryOut', { body: bridge })));
    const refused = tries.filter((one) => one.status === 429);
    expect(refused).toHaveLength(1);
    expect(refused[0]?.code()).toBe('request.too_many');
    expect(Number(refused[0]?.headers['retry-after'])).toBeGreaterThan(0);
    // Looking is not managing.
    expect((await hasty.ask('systems')).status).toBe(200);
  });
});

describe('changing', () => {
  it('keeps ids and address; a failing connection that works again has recovered, and its gap is filled', async () => {
    const { connection, setup } = await owner.get('connect', { body: keyedRequest() });
    const { internals } = t.store;
    await internals.writer.write(t.organisation.id, async ({ tx, record }) => {
      const failing = draftUpdated('connection.health_changed', 'connections', null, connection, { health: 'failing', healthReason: 'normalise.reread_failed' }, null, { actor: { kind: 'system', id: null, name: 'test' }, source: null, deliveryId: null });
      if (failing) await record([failing]);
      await sql`update connection_access set failures = 4, next_poll_at = now() + interval '1 day', breaker = '{"poll":{}}' where id = ${connection.id}`.execute(tx);
    });
    const wrong = await owner.ask('changeConnection', { id: connection.id, body: { secrets: { apiKey: 'wrong' } } });
    expect(wrong.code()).toBe('connect.refused');
    const changed = await owner.get('changeConnection', { id: connection.id, body: { name: 'Keyed again', settings: { zone: 'Europe/Paris' }, secrets: { apiKey: 'right-key' } } });
    expect(changed.connection).toMatchObject({ id: connection.id, name: 'Keyed again', health: 'healthy', healthReason: null });
    expect(changed.setup.webhookUrl).toBe(setup.webhookUrl);
    expect(changed.setup.settings).toEqual({ zone: 'Europe/Paris', currency: 'GBP' });
    const row = await internals.database.system.selectFrom('connectionAccess').select(['failures', 'breaker', 'nextPollAt']).where('id', '=', connection.id).executeTakeFirstOrThrow();
    expect(row).toMatchObject({ failures: 0, breaker: null });
    expect(Date.parse(row.nextPollAt ?? '')).toBeLessThanOrEqual(Date.now() + 1000);
    const types = (await t.store.history(t.organisation.id, 'connections', connection.id, null, 10)).map((event) => event.type);
    expect(types).toEqual(['connection.renamed', 'connection.health_changed', 'connection.health_changed', 'connection.created']);
  });

  it('sends a secret to no other address than the one that it was entered for', async () => {
    const { connection } = await owner.get('connect', { body: keyedRequest('right-key', { baseUrl: 'https://api.example.org/v1' }) });
    const elsewhere = await owner.ask('changeConnection', { id: connection.id, body: { settings: { baseUrl: 'https://evil.example/v1' } } });
    expect(errorOf(elsewhere)).toMatchObject({ code: 'connect.field_missing', field: 'apiKey' });
    expect((await owner.ask('changeConnection', { id: connection.id, body: { settings: { baseUrl: 'https://api.example.org/v2' } } })).status).toBe(200);
    expect((await owner.ask('changeConnection', { id: connection.id, body: { settings: { baseUrl: 'https://other.example/v1' }, secrets: { apiKey: 'right-key' } } })).status).toBe(200);
  });

  it('pauses and resumes; looks only where there is something to look at', async () => {
    const { connection } = await owner.get('connect', { body: bridge });
    expect((await owner.get('pause', { id: connection.id })).connection.health).toBe('paused');
    expect((await owner.get('pause', { id: connection.id })).connection.health).toBe('paused');
    expect((await owner.get('resume', { id: connection.id })).connection.health).toBe('waiting');
    expect((await owner.ask('look', { id: connection.id })).code()).toBe('connect.not_possible');
    const polled = t.connections['vsco-workspace'].connectionId;
    expect((await owner.get('look', { id: polled })).connectionId).toBe(polled);
  });
});

it('leaves a line in the audit log for everything', async () => {
  await t.store.internals.flushAudit();
  const rows = await t.store.internals.database.system.selectFrom('audit').select('action').distinct().where('action', 'like', 'connection.%').execute();
  expect(rows.map((row) => row.action)).toEqual(expect.arrayContaining(AUDIT_ACTIONS));
});
