import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DESKTOP_LEAVE_ADDRESS } from '../../../core/contract/systems.ts';
import { VENDORS, vendorModule } from '../../../core/vendors/registry.ts';
import { createEgressHttp } from '../../../egress/http.ts';
import { createOrganisation } from '../../../server/store/organisations.ts';
import { openStore } from '../../../server/store/open.ts';
import type { OpenedStore } from '../../../server/store/internals.ts';
import { freshAccess } from '../../../server/systems/freshAccess.ts';
import { createSystems } from '../../../server/systems/systems.ts';
import type { VendorModule } from '../../../core/vendors/vendor.ts';
import { startCalendarDiscovery } from '../../../server/workers/calendars.ts';
import { startNormaliser, type Normaliser } from '../../../server/workers/normalise.ts';
import { fakeCalendar } from '../../support/fakeCalendar.ts';
import { GRANTING, grantingVendor } from '../../support/grantingVendor.ts';
import { furnish, letIn } from '../../support/house.ts';
import { manager, type Manager } from '../../support/manager.ts';
import { PROVIDER_HOSTS, startProvider, type Provider } from '../../support/provider.ts';
import { testApp, type TestApp } from '../../support/serverApp.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';

/** Leave at a real provider: authorization code with PKCE, refresh tokens that change with each use. */
const clock = settableClock(new Date().toISOString());
let t: TestStore;
let test: TestApp;
let url: string;
let provider: Provider;
let owner: Manager;
let ownerHeaders: { authorization: string };
let normaliser: Normaliser;
let vendors: typeof vendorModule;
const http = () => createEgressHttp({ allow: PROVIDER_HOSTS, log: t.log });
const deps = (store: OpenedStore = t.store) => ({ internals: store.internals, vendors, http: http(), clock });

beforeAll(async () => {
  provider = await startProvider({ accessSeconds: 600 });
  provider.allowRedirect(DESKTOP_LEAVE_ADDRESS);
  const granting = grantingVendor(provider.issuer);
  vendors = (system) => (system === GRANTING ? granting : vendorModule(system));
  t = await openTestStore({ clock });
  test = testApp(t.store, { clock, vendors, catalogue: [...VENDORS.values(), granting], config: { managingPerMinute: 10_000, apiPerMinute: 10_000, egressAllow: PROVIDER_HOSTS } });
  url = await test.listen();
  provider.allowRedirect(`${url}/api/integrations/leave`);
  const house = await furnish(t.store, t.organisation.id);
  const device = await letIn(t.store, house.organisationId, house.access('owner'));
  ownerHeaders = device.headers;
  owner = manager(test, device.headers);
  normaliser = startNormaliser({ store: t.store, vendors, http: http(), clock, ids: t.store.internals.ids, log: t.log, random: () => 0.5 });
});
beforeEach(() => {
  provider.denies = false;
});
afterAll(async () => {
  await normaliser.stop();
  await test.app.close();
  await t.cleanup();
  await provider.close();
});

async function connected(): Promise<string> {
  const { connection, setup, report } = await owner.get('connect', { body: { system: GRANTING, path: 'native', settings: { clientId: provider.clientId }, secrets: { clientSecret: provider.clientSecret } } });
  expect([setup.leave, report]).toEqual([{ given: false, until: null, ended: false, refused: null }, null]);
  return connection.id;
}
const asked = (id: string, redirectUri = DESKTOP_LEAVE_ADDRESS) => owner.get('askLeave', { id, body: { redirectUri } });
async function given(id: string): Promise<void> {
  await owner.get('leaveGiven', { body: { callbackUrl: await provider.visit((await asked(id)).authorizeUrl) } });
}
const healthOf = async (id: string) => (await t.store.snapshot(t.organisation.id)).rows.connections.find((one) => one.id === id);
const openAlerts = async (id: string) => (await t.store.snapshot(t.organisation.id)).rows.alerts.filter((one) => one.subject?.id === id && one.state === 'open').map((one) => one.title);
const deliver = (id: string) => t.store.addDelivery({ organisationId: t.organisation.id, connectionId: id, system: GRANTING, deliveryKey: randomUUID(), vendorEvent: 'changed', mediaType: 'application/json', headers: {}, bodyText: '{}', receivedAt: new Date(clock.now()).toISOString() });
const stateOf = (deliveryId: string) => t.store.internals.database.system.selectFrom('deliveries').select(['state', 'reason']).where('id', '=', deliveryId).executeTakeFirstOrThrow();

describe('giving leave', () => {
  it('asks with PKCE, keeps the verifier to itself, and the tokens are never told', async () => {
    const id = await connected();
    const { authorizeUrl, state } = await asked(id);
    const address = new URL(authorizeUrl);
    expect(Object.fromEntries(address.searchParams)).toMatchObject({ response_type: 'code', client_id: provider.clientId, scope: 'diary', state, code_challenge_method: 'S256', redirect_uri: DESKTOP_LEAVE_ADDRESS });
    const back = await provider.visit(authorizeUrl);
    const { connection } = await owner.get('leaveGiven', { body: { callbackUrl: back } });
    expect(connection.id).toBe(id);
    expect(await freshAccess(deps(), t.organisation.id, id)).toMatchObject({ ok: true, value: { granted: ['diary'] } });
    const setup = await owner.get('setup', { id });
    expect(setup.leave).toMatchObject({ given: true, ended: false });
    expect(Date.parse(setup.leave?.until ?? '') - clock.now()).toBeGreaterThan(500_000);
    const access = await freshAccess(deps(), t.organisation.id, id);
    if (!access.ok) throw new Error(access.error.message);
    for (const secret of [access.value.secrets['accessToken'], access.value.secrets['refreshToken'], provider.clientSecret]) expect(JSON.stringify(setup)).not.toContain(secret);
    // Used up.
    expect((await owner.ask('leaveGiven', { body: { callbackUrl: back } })).code()).toBe('connect.leave_unknown');
  });

  it('refuses a wrong state, another address, an answer that comes too late, and somebody else’s', async () => {
    const id = await connected();
    const back = new URL(await provider.visit((await asked(id)).authorizeUrl));
    const wrong = new URL(back);
    wrong.searchParams.set('state', 'x'.repeat(43));
    expect((await owner.ask('leaveGiven', { body: { callbackUrl: wrong.href } })).code()).toBe('connect.leave_unknown');
    const house = await furnish(t.store, (await createOrganisation(t.store.internals, { name: 'Other', zone: 'Europe/London', currency: 'GBP', demo: false })).id);
    const stranger = manager(test, (await letIn(t.store, house.organisationId, house.access('owner'))).headers);
    expect((await stranger.ask('leaveGiven', { body: { callbackUrl: back.href } })).code()).toBe('connect.leave_unknown');
    expect((await owner.ask('leaveGiven', { body: { callbackUrl: back.href.replace('43117/leave', '43117/other') } })).code()).toBe('connect.leave_unknown');
    const late = await asked(id);
    clock.advance(601_000);
    expect((await owner.ask('leaveGiven', { body: { callbackUrl: `${DESKTOP_LEAVE_ADDRESS}?code=x&state=${late.state}` } })).code()).toBe('connect.leave_unknown');
    const forged = await asked(id);
    expect((await owner.ask('leaveGiven', { body: { callbackUrl: `${DESKTOP_LEAVE_ADDRESS}?code=made-up&state=${forged.state}` } })).code()).toBe('connect.leave_failed');
    expect((await owner.get('setup', { id })).leave?.given).toBe(false);
  });

  it('given again, and with another key, has the calendars listed at once', async () => {
    const there = fakeCalendar();
    const granting = vendors(GRANTING);
    const withCalendars: VendorModule | null = granting && { ...granting, ...(there.vendor.calendar ? { calendar: there.vendor.calendar } : {}) };
    const discovery = startCalendarDiscovery({ store: t.store, vendors: (system) => (system === GRANTING ? withCalendars : null), http: http(), clock, log: t.log });
    try {
      const id = await connected();
      const lists = () => there.calls.filter(({ what }) => what === 'calendars').length;
      const listedAgain = async (work: () => Promise<unknown>): Promise<void> => {
        await discovery.runNow();
        const before = lists();
        await work();
        // Long before the round that comes every minute.
        await expect.poll(lists).toBeGreaterThan(before);
      };
      await listedAgain(() => given(id));
      const own = async () => (await t.store.snapshot(t.organisation.id)).rows.calendars.filter(({ connectionId }) => connectionId === id).map(({ name }) => name);
      await expect.poll(own).toEqual(['Calendar 0']);
      await listedAgain(() => given(id));
      await listedAgain(() => owner.get('changeConnection', { id, body: { secrets: { clientSecret: 'another' } } }));
    } finally {
      await discovery.stop();
    }
  });

  it('is taken by another process than the one that was asked', async () => {
    const second = t.options.databaseUrl === null ? null : await openStore(t.options);
    if (second && !second.ok) throw new Error(second.error.message);
    const store = second ? second.value : t.store;
    const other = createSystems({ ...deps(store), catalogue: [], ids: store.internals.ids, log: t.log, config: { publicUrl: null, mailInDomain: null } }, store);
    const id = await connected();
    const answer = await other.leaveGiven(await provider.visit((await asked(id)).authorizeUrl), t.device);
    if (second) await second.value.close();
    expect(answer).toMatchObject({ ok: true, value: { connection: { id } } });
    expect((await owner.get('setup', { id })).leave?.given).toBe(true);
  });

  it('says so when the person says no', async () => {
    const id = await connected();
    provider.denies = true;
    const back = await provider.visit((await asked(id)).authorizeUrl);
    expect((await owner.ask('leaveGiven', { body: { callbackUrl: back } })).code()).toBe('connect.leave_denied');
    // A page that waits in another tab is told; asked again, it waits for the new answer.
    expect((await owner.get('setup', { id })).leave).toMatchObject({ given: false, refused: 'connect.leave_denied' });
    provider.denies = false;
    await asked(id);
    expect((await owner.get('setup', { id })).leave).toMatchObject({ given: false, refused: null });
  });

  it.each(['https://evil.example/leave', 'http://10.0.0.1:43117/leave', 'http://127.0.0.1/leave', 'http://localhost.evil.example:1/x'])('sends nobody back to %s', async (redirectUri) => {
    const id = await connected();
    expect((await owner.ask('askLeave', { id, body: { redirectUri } })).code()).toBe('connect.not_possible');
    expect((await owner.ask('askLeave', { id: t.connections.stripe.connectionId, body: { redirectUri: DESKTOP_LEAVE_ADDRESS } })).code()).toBe('connect.not_possible');
  });

  it('is finished by the browser that asked, and by no other', async () => {
    const id = await connected();
    const ask = () => fetch(`${url}/api/integrations/${id}/leave`, { method: 'POST', headers: { ...ownerHeaders, 'content-type': 'application/json' }, body: JSON.stringify({ redirectUri: `${url}/api/integrations/leave` }) });
    const first = await ask();
    const cookie = first.headers.getSetCookie().find((line) => line.startsWith('wedsync_leave='))?.split(';')[0] ?? '';
    const back = await provider.visit(((await first.json()) as { authorizeUrl: string }).authorizeUrl);
    const stranger = await fetch(back);
    expect([stranger.status, (await stranger.text()).includes('belongs to another browser')]).toEqual([400, true]);
    expect((await owner.get('setup', { id })).leave?.given).toBe(false);
    const own = await fetch(back, { headers: { cookie } });
    expect([own.status, own.headers.get('content-type'), (await own.text()).includes('close this window')]).toEqual([200, 'text/html; charset=utf-8', true]);
    expect((await owner.get('setup', { id })).leave?.given).toBe(true);
  });
});

describe('access that runs out', () => {
  it('is renewed once, however many ask, in however many processes', async () => {
    const id = await connected();
    await given(id);
    const before = await freshAccess(deps(), t.organisation.id, id);
    clock.advance(1_200_000);
    const second = t.options.databaseUrl === null ? null : await openStore(t.options);
    if (second && !second.ok) throw new Error(second.error.message);
    const stores = [t.store, ...(second ? [second.value] : [])];
    const tokens = provider.tokensAsked();
    const many = await Promise.all(Array.from({ length: 12 }, (_, n) => freshAccess(deps(stores[n % stores.length]), t.organisation.id, id)));
    if (second) await second.value.close();
    expect(provider.tokensAsked() - tokens).toBe(1);
    const values = new Set(many.map((one) => (one.ok ? one.value.secrets['accessToken'] : one.error.code)));
    expect(values.size).toBe(1);
    expect(before.ok && values.has(before.value.secrets['accessToken'] ?? '')).toBe(false);
    // The refresh token that came with it is the one that is used next: the former would be refused, and all leave with it.
    clock.advance(1_200_000);
    expect((await freshAccess(deps(), t.organisation.id, id)).ok).toBe(true);
    expect(provider.tokensAsked() - tokens).toBe(2);
  });

  it('is used until its end when the provider is away, and counts as late after it', async () => {
    const id = await connected();
    await given(id);
    const away = { ...deps(), http: { send: () => Promise.reject(new Error('away')) } };
    clock.advance(400_000);
    expect((await freshAccess(away, t.organisation.id, id)).ok).toBe(true);
    clock.advance(400_000);
    expect(await freshAccess(away, t.organisation.id, id)).toMatchObject({ ok: false, error: { code: 'connect.leave_failed', retryable: true } });
    expect((await freshAccess(deps(), t.organisation.id, id)).ok).toBe(true);
  });

  it('that was taken back is told, nobody is called, what comes is held, and all is made up for when leave is given again', async () => {
    const id = await connected();
    await given(id);
    const worked = (await deliver(id)).deliveryId;
    await normaliser.idle();
    expect((await stateOf(worked)).state).not.toBe('held');
    clock.advance(1_200_000);
    provider.revokeAll();
    const held = (await deliver(id)).deliveryId;
    await normaliser.idle();
    expect(await stateOf(held)).toEqual({ state: 'held', reason: 'connect.leave_ended' });
    expect(await healthOf(id)).toMatchObject({ health: 'failing', healthReason: 'connect.leave_ended' });
    expect(await openAlerts(id)).toEqual(['Granting needs leave again']);
    expect((await owner.get('setup', { id })).leave).toMatchObject({ ended: true });
    const tokens = provider.tokensAsked();
    expect(await freshAccess(deps(), t.organisation.id, id)).toMatchObject({ ok: false, error: { code: 'connect.leave_ended' } });
    const more = (await deliver(id)).deliveryId;
    await normaliser.idle();
    expect([(await stateOf(more)).state, provider.tokensAsked() - tokens]).toEqual(['held', 0]);

    provider.restore();
    await sql`update connection_access set next_poll_at = now() + interval '1 day' where id = ${id}`.execute(t.store.internals.database.system);
    await given(id);
    await normaliser.idle();
    expect(await openAlerts(id)).toEqual([]);
    expect((await healthOf(id))?.health).toBe('healthy');
    for (const one of [held, more]) expect(['processed', 'parked']).toContain((await stateOf(one)).state);
    const { nextPollAt } = await t.store.internals.database.system.selectFrom('connectionAccess').select('nextPollAt').where('id', '=', id).executeTakeFirstOrThrow();
    expect(Date.parse(nextPollAt ?? '')).toBeLessThanOrEqual(clock.now());
  });
});
