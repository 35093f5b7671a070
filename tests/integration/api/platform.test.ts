import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { HTTP } from '../../../core/contract/http.ts';
import { ANALYTICS_DAYS, PLATFORM_HTTP, PlatformAnalytics } from '../../../core/contract/platform.ts';
import { ROLES } from '../../../core/contract/access.ts';
import { BOUND_ROLES } from '../../../core/domain/access/matrix.ts';
import { draftCreated } from '../../../core/domain/record/drafts.ts';
import { createConnection } from '../../../server/store/connections.ts';
import { OWNER } from '../../../server/store/devices.ts';
import { createOrganisation } from '../../../server/store/organisations.ts';
import { letIn } from '../../support/house.ts';
import { oneTimeCode } from '../../support/oneTimeCode.ts';
import { codeOf, joined, PASSWORD, Visitor } from '../../support/people.ts';
import { testApp, type TestApp } from '../../support/serverApp.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';

const { path } = PLATFORM_HTTP.analytics;
const MINUTE = 60_000;
const context = { actor: { kind: 'system', id: null, name: 'test' }, source: null, deliveryId: null } as const;

let t: TestStore;
let test: TestApp;
let owner: { url: string; headers: Record<string, string> };

beforeAll(async () => {
  t = await openTestStore();
  test = testApp(t.store, { config: { signInPerMinute: 10_000, apiPerMinute: 100_000, enrolPerMinute: 10_000 } });
  owner = { url: await test.listen(), headers: (await letIn(t.store, t.organisation.id, OWNER)).headers };
});
afterAll(async () => {
  await test.app.close();
  await t.cleanup();
});

const system = () => t.store.internals.database.system;
const mark = (email: string, platformAdmin: boolean) => system().updateTable('accounts').set({ platformAdmin }).where('email', '=', email).execute();
const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
const audited = async (outcome: string): Promise<number> => {
  await t.store.internals.flushAudit();
  const { rows } = await sql<{ n: number }>`select coalesce(sum(count), 0)::int as n from audit where action = 'platform.analytics_read' and organisation_id is null and outcome = ${outcome}`.execute(system());
  return rows[0]?.n ?? 0;
};

/** What happens in one house: an alert for each time until it was seen (null = nobody has), a letter that is dead, entries of calendars. */
async function happen(organisationId: string, seenAfter: readonly (number | null)[], dead: boolean): Promise<void> {
  const alerts = seenAfter.map((after) => draftCreated('alert.raised', 'alerts', null, {
    id: randomUUID(), weddingId: null, severity: 'warning', rule: 'payment_failed', title: 'Ines and Oskar', detail: 'x', raisedAt: ago(120 * MINUTE), subject: null,
    state: after === null ? 'open' : 'acknowledged', acknowledgedAt: after === null ? null : ago(120 * MINUTE - after), acknowledgedBy: after === null ? null : 'Somebody',
  }, null, context));
  const { connectionId } = await createConnection(t.store.internals, { organisationId, system: 'honeybook', name: 'Of Ines', path: 'bridge', settings: {}, secrets: {}, actor: context.actor });
  const letter = draftCreated('review.opened', 'reviewItems', null, { id: randomUUID(), deliveryId: randomUUID(), connectionId, kind: 'dead', reason: 'normalise.reread_failed', title: 'Ines', receivedAt: ago(90 * MINUTE), state: 'open' }, null, context);
  const push = (state: 'written' | 'failed') => draftCreated('push.wanted', 'pushes', null, {
    id: randomUUID(), weddingId: null, calendarId: randomUUID(), subject: { collection: 'weddings', id: randomUUID() }, wish: 'present', state, wantedVersion: 1, writtenVersion: state === 'written' ? 1 : null, attempts: 1, reason: null, nextAttemptAt: null, writtenAt: state === 'written' ? ago(MINUTE) : null,
  }, null, context);
  await t.store.internals.writer.write(organisationId, ({ record }) => record([...alerts, push('written'), push('failed'), ...(dead ? [letter] : [])]));
  test.figures?.came(connectionId, 'webhook', 5);
  test.figures?.refused(connectionId, 'intake.signature_invalid');
  for (const end of ['processed', 'ignored', 'parked', 'dead'] as const) test.figures?.ended(connectionId, end, 10, null);
}

it('is for an account that is marked and has signed in with a code: not for a device of any role, nor for anybody else', async () => {
  expect(await codeOf(await new Visitor(owner.url).get(path))).toEqual([401, 'auth.signed_out']);
  for (const role of ROLES) {
    const { headers } = await letIn(t.store, t.organisation.id, { ...OWNER, role, weddingId: BOUND_ROLES.includes(role) ? randomUUID() : null, contactId: role === 'vendor' ? randomUUID() : null });
    expect([role, (await fetch(new URL(path, owner.url), { headers })).status]).toEqual([role, 401]);
  }

  // An owner with an account, and a mark but no second factor.
  const plain = await joined(owner, 'plain@example.org', 'owner');
  await plain.enter();
  expect(await codeOf(await plain.get(path))).toEqual([403, 'auth.forbidden']);
  await mark('plain@example.org', true);
  expect(await codeOf(await plain.get(path))).toEqual([403, 'auth.second_factor_needed']);
  await mark('plain@example.org', false);

  // A session that was begun before there was a second factor is not proven by what the account has since.
  const admin = await joined(owner, 'admin@example.org', 'staff');
  await mark('admin@example.org', true);
  const earlier = new Visitor(owner.url);
  expect((await earlier.signIn('admin@example.org', PASSWORD)).status).toBe(200);
  const { totpURI } = (await (await admin.post('/api/auth/two-factor/enable', { password: PASSWORD })).json()) as { totpURI: string };
  expect((await admin.post('/api/auth/two-factor/verify-totp', { code: oneTimeCode(totpURI) })).status).toBe(200);
  expect((await admin.get(path)).status).toBe(200);
  expect((await earlier.get(path)).status).not.toBe(200);

  const later = new Visitor(owner.url);
  expect((await later.signIn('admin@example.org', PASSWORD)).status).toBe(200);
  expect((await later.get(path)).status).toBe(401);
  expect((await later.post('/api/auth/two-factor/verify-totp', { code: oneTimeCode(totpURI, Date.now(), 1) })).status).toBe(200);
  expect((await later.get(path)).status).toBe(200);
  // Known by the address with its version as well.
  expect((await later.get(path.replace('/api/', '/api/v1/'))).status).toBe(200);
  // Another site gets nothing, although the cookie goes along.
  expect((await later.ask('GET', path, undefined, { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' })).status).toBe(403);

  await mark('admin@example.org', false);
  expect(await codeOf(await later.get(path))).toEqual([403, 'auth.forbidden']);
  expect(await audited('ok')).toBeGreaterThanOrEqual(3);
  expect(await audited('auth.forbidden')).toBeGreaterThanOrEqual(2);
  expect(await audited('auth.second_factor_needed')).toBeGreaterThanOrEqual(1);
});

it('counts over all houses, and tells nothing but numbers', async () => {
  const second = await createOrganisation(t.store.internals, { name: 'Second House', zone: 'Europe/London', currency: 'GBP', demo: true });
  await happen(t.organisation.id, [10 * MINUTE, 30 * MINUTE, null], true);
  await happen(second.id, [20 * MINUTE, null], false);
  // Far back: counted neither as raised nor as seen.
  await t.store.internals.writer.write(second.id, ({ record }) => record([draftCreated('alert.raised', 'alerts', null, { id: randomUUID(), weddingId: null, severity: 'info', rule: 'weather', title: 'x', detail: 'x', raisedAt: ago(40 * 1440 * MINUTE), state: 'open', acknowledgedAt: null, acknowledgedBy: null, subject: null }, null, context)]));

  // A server of its own, which has counted nothing yet.
  const fresh = testApp(t.store, { config: { signInPerMinute: 10_000 } });
  await test.figures?.flush();
  const url = await fresh.listen();
  try {
    const admin = await joined({ url, headers: owner.headers }, 'counts@example.org', 'staff');
    await mark('counts@example.org', true);
    const { totpURI } = (await (await admin.post('/api/auth/two-factor/enable', { password: PASSWORD })).json()) as { totpURI: string };
    await admin.post('/api/auth/two-factor/verify-totp', { code: oneTimeCode(totpURI) });
    const answer = await admin.get(path);
    const text = await answer.text();
    const told = PlatformAnalytics.strict().parse(JSON.parse(text));
    expect(told.organisations.demo).toBeGreaterThanOrEqual(1);
    expect(told.organisations.count).toBe((await system().selectFrom('organisations').select('id').execute()).length);
    expect(told.devices).toEqual({ count: (await system().selectFrom('devices').select('id').where('revokedAt', 'is', null).execute()).length, seen: told.devices.count });
    expect(told.connections.find((one) => one.system === 'honeybook' && one.health === 'waiting')?.count).toBe(3);
    expect(told.deliveries).toHaveLength(ANALYTICS_DAYS);
    expect(told.from).toBe(told.deliveries[0]?.day);
    const sum = (of: 'received' | 'refused' | 'worked') => told.deliveries.reduce((all, day) => all + day[of], 0);
    expect([sum('received'), sum('refused'), sum('worked')]).toEqual([10, 2, 6]);
    expect(told.deadLetters.count).toBe(1);
    expect(told.deadLetters.oldestMs).toBeGreaterThanOrEqual(90 * MINUTE);
    expect(told.pushes).toEqual({ written: 2, failed: 2 });
    expect(told.alerts.raised).toBe(5);
    expect(told.alerts.acknowledged).toBe(3);
    // Half of 10, 20 and 30 minutes.
    expect(told.alerts.medianToAcknowledgeMs).toBeGreaterThan(20 * MINUTE - 2_000);
    expect(told.alerts.medianToAcknowledgeMs).toBeLessThan(20 * MINUTE + 2_000);
    for (const name of ['Ines', 'Oskar', 'Somebody', 'Second House', t.organisation.name, 'example.org', t.organisation.id, second.id]) expect(text).not.toContain(name);

    // Asked again at once it is what was counted before; a mark that is taken back opens not even that.
    expect(await (await admin.get(path)).text()).toBe(text);
    await mark('counts@example.org', false);
    expect((await admin.get(path)).status).toBe(403);
  } finally {
    await fresh.app.close();
  }
  expect(HTTP.analytics.path).toBe(path);
});
