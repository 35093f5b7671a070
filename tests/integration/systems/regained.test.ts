import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ok } from '../../../core/contract/result.ts';
import { callJson } from '../../../core/vendors/calls.ts';
import { VENDORS, vendorModule } from '../../../core/vendors/registry.ts';
import type { ConnectionAccess, CallPorts, Normalised, VendorModule } from '../../../core/vendors/vendor.ts';
import { createEgressHttp } from '../../../egress/http.ts';
import { createCalls, type Calls } from '../../../server/calls/calls.ts';
import { createConnection } from '../../../server/store/connections.ts';
import { openStore } from '../../../server/store/open.ts';
import { startNormaliser, type Normaliser } from '../../../server/workers/normalise.ts';
import { startPolls, type Polls } from '../../../server/workers/polls.ts';
import { GRANTING, grantingVendor } from '../../support/grantingVendor.ts';
import { furnish, letIn } from '../../support/house.ts';
import { manager, type Manager } from '../../support/manager.ts';
import { entry } from '../../support/scriptedVendor.ts';
import { PROTECTED_PATH } from '../../support/provider.ts';
import { testApp, type TestApp } from '../../support/serverApp.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';

/** Access that was refused is had again: by a new key, by itself, or by leave; and the gap is filled. */
const clock = settableClock(new Date().toISOString());
let t: TestStore;
let test: TestApp;
let owner: Manager;
let ownerId: string;
let web: Server;
let address: string;
let calls: Calls;
let normaliser: Normaliser;
let polls: Polls;
/** The source: which key or token it accepts, what it was asked for, and how often a token was. */
let accepted: string;
let listStatus: number;
let asked: string[];
let tokens: number;

const KEYED = 'keyed';
function keyedVendor(): VendorModule {
  const stripe = vendorModule('stripe');
  if (!stripe?.webhook) throw new Error('no stripe');
  const read = (path: string, access: ConnectionAccess, ports: CallPorts) =>
    callJson({ who: 'Keyed', what: path, url: `http://${address}${path}`, headers: { authorization: `Bearer ${access.secrets['apiKey'] ?? ''}` }, shape: z.object({ owner: z.string() }) }, ports);
  const normalise = ({ bodyText }: { readonly bodyText: string }) => ok(JSON.parse(bodyText) as Normalised);
  return {
    manifest: { ...stripe.manifest, id: KEYED, name: 'Keyed', fields: [{ key: 'apiKey', label: 'API key', help: '', sensitive: true, required: true }], guides: [{ path: 'native', brings: 'Facts.', steps: ['Paste the key.'] }] },
    webhook: { ...stripe.webhook, normalise },
    poll: { everySeconds: 600, normalise, read: async (cursor, access, ports) => {
      const answer = await read('/list', access, ports);
      return answer.ok ? ok({ items: [{ key: `missed@${cursor ?? 0}`, event: 'entry', body: JSON.stringify({ kind: 'changes', changes: [entry('missed')] } satisfies Normalised) }], cursor: String(Number(cursor ?? 0) + 1), more: false }) : answer;
    } },
    reread: async (hint, access, ports) => {
      const answer = await read(`/one/${hint.remoteId}`, access, ports);
      return answer.ok ? ok([entry(hint.remoteId)]) : answer;
    },
    test: async (access, ports) => {
      const answer = await read('/me', access, ports);
      return answer.ok ? ok({ account: answer.value.owner, details: ['good'] }) : answer;
    },
  };
}

beforeAll(async () => {
  web = createServer((request, response) => {
    const path = request.url ?? '/';
    const answer = (status: number, body: object) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (path === '/token') {
      tokens += 1;
      return void setTimeout(() => answer(200, { access_token: `token-${tokens}`, token_type: 'Bearer', expires_in: 3600, refresh_token: `refresh-${tokens}` }), 20);
    }
    asked.push(path);
    if (request.headers.authorization !== `Bearer ${accepted}`) return void answer(401, {});
    if (path === '/one/forbidden' && accepted !== 'better') return void answer(403, {});
    answer(path === '/list' ? listStatus : 200, { owner: 'Fern & Co' });
  });
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  address = `127.0.0.1:${(web.address() as AddressInfo).port}`;
  t = await openTestStore({ clock });
  const [keyed, granting] = [keyedVendor(), grantingVendor(`http://${address}`)];
  const vendors = (system: string) => (system === KEYED ? keyed : system === GRANTING ? granting : vendorModule(system));
  test = testApp(t.store, { clock, vendors, catalogue: [...VENDORS.values(), keyed, granting], config: { managingPerMinute: 10_000, apiPerMinute: 10_000, egressAllow: [address] } });
  const let_ = await letIn(t.store, t.organisation.id, (await furnish(t.store, t.organisation.id)).access('owner'));
  ownerId = let_.deviceId;
  owner = manager(test, let_.headers);
  const http = createEgressHttp({ allow: [address], log: t.log });
  calls = createCalls({ http, clock, audit: (line) => t.store.audit(line) });
  const working = { store: t.store, vendors, http, calls, clock, ids: t.store.internals.ids, log: t.log, random: () => 0.5 };
  // The other connections of the store are of real systems.
  await t.store.internals.database.system.updateTable('connectionAccess').set({ nextPollAt: null }).execute();
  polls = startPolls(working);
  normaliser = startNormaliser({ ...working, lookNow: () => polls.wake() });
});
beforeEach(() => {
  [accepted, listStatus, asked, tokens] = ['good-key', 200, [], 0];
});
afterAll(async () => {
  await polls.stop();
  await normaliser.stop();
  await test.app.close();
  await t.cleanup();
  web.closeAllConnections();
  web.close();
});

async function settled(): Promise<void> {
  await polls.idle();
  await normaliser.idle();
}
const rows = async () => (await t.store.snapshot(t.organisation.id)).rows;
const rowOf = async (id: string) => (await rows()).connections.find((one) => one.id === id);
const alertsOf = async (id: string) => (await rows()).alerts.filter((one) => one.subject?.id === id).map((one) => [one.title, one.state]);
const hint = async (connectionId: string, system: string, id: string) =>
  (await t.store.addDelivery({ organisationId: t.organisation.id, connectionId, system, deliveryKey: randomUUID(), vendorEvent: 'changed', mediaType: 'application/json', headers: {}, receivedAt: new Date(clock.now()).toISOString(), bodyText: JSON.stringify({ kind: 'reread', hints: [{ remoteType: 'entry', remoteId: id }] } satisfies Normalised) })).deliveryId;
const states = async (connectionId: string) => (await t.store.deliveries(t.organisation.id, connectionId)).map((one) => [one.state, one.reason]).reverse();
const stateOf = (id: string) => t.store.internals.database.system.selectFrom('deliveries').select(['state', 'reason']).where('id', '=', id).executeTakeFirstOrThrow();

describe('a new key', () => {
  it('makes up for everything that the former one cost, at once', async () => {
    const { connection } = await owner.get('connect', { body: { system: KEYED, path: 'native', settings: {}, secrets: { apiKey: 'good-key' } } });
    await settled();
    expect((await rowOf(connection.id))?.health).toBe('healthy');
    await hint(connection.id, KEYED, 'forbidden');
    await settled();
    accepted = 'better';
    for (const id of ['c', 'a', 'b']) await hint(connection.id, KEYED, id);
    await settled();
    const waiting = ['waiting', 'normalise.no_access'];
    expect((await states(connection.id)).slice(1)).toEqual([['quarantined', 'normalise.forbidden'], waiting, waiting, waiting]);
    expect(await rowOf(connection.id)).toMatchObject({ health: 'failing', healthReason: 'normalise.no_access' });
    const before = asked.length;
    const since = await t.store.headSeq(t.organisation.id);

    expect((await owner.ask('changeConnection', { id: connection.id, body: { secrets: { apiKey: 'worse' } } })).code()).toBe('connect.refused');
    const changed = await owner.get('changeConnection', { id: connection.id, body: { secrets: { apiKey: 'better' } } });
    expect(changed.connection).toMatchObject({ health: 'healthy', healthReason: null });
    await settled();
    await settled();
    expect(new Set((await states(connection.id)).map(([state]) => state))).toEqual(new Set(['processed']));
    const created = (await t.store.readEvents(t.organisation.id, since, 1_000)).flatMap((event) => (event.collection === 'calendarEvents' ? [event.row.title] : []));
    // Four are asked at the same time, and whichever is answered first is recorded first.
    expect(created.filter((title) => title !== 'Entry missed').toSorted()).toEqual(['Entry a', 'Entry b', 'Entry c', 'Entry forbidden']);
    expect(asked.slice(before)).toContain('/list');
    expect(await alertsOf(connection.id)).toEqual([['Keyed does not accept our key any more', 'resolved']]);
    expect((await rows()).reviewItems.filter((one) => one.connectionId === connection.id).map((one) => one.state)).toEqual(['resolved']);
    // Who has set it going again: the owner's device, and only once.
    await t.store.internals.flushAudit();
    const lines = await t.store.internals.database.system.selectFrom('audit').select(['action', 'actor', 'outcome']).where('subject', '=', connection.id).where('action', 'like', '%rearmed').orderBy('action').execute();
    expect(lines).toEqual(['connection.rearmed', 'deliveries.rearmed'].map((action) => ({ action, actor: ownerId, outcome: 'ok' })));
  });

  it('waits with a pause that somebody has made meanwhile', async () => {
    const { connection } = await owner.get('connect', { body: { system: KEYED, path: 'native', settings: {}, secrets: { apiKey: 'good-key' } } });
    const held = await hint(connection.id, KEYED, 'forbidden');
    await settled();
    await owner.get('pause', { id: connection.id });
    accepted = 'better';
    await owner.get('changeConnection', { id: connection.id, body: { secrets: { apiKey: 'better' } } });
    await settled();
    expect(await stateOf(held)).toEqual({ state: 'held', reason: 'held.paused' });
    await owner.get('resume', { id: connection.id });
    await settled();
    expect(await stateOf(held)).toEqual({ state: 'processed', reason: null });
  });

  it('leaves a trace of every call, of nobody’s account but the house’s own, and never of the key', async () => {
    const { connection } = await owner.get('connect', { body: { system: KEYED, path: 'native', settings: {}, secrets: { apiKey: 'good-key' } } });
    await hint(connection.id, KEYED, 'x');
    await settled();
    await t.store.internals.flushAudit();
    const lines = await t.store.internals.database.system.selectFrom('audit').select(['action', 'actor', 'outcome', 'organisationId']).where('subject', '=', connection.id).where('action', 'like', 'source.%').execute();
    expect(lines).toEqual(expect.arrayContaining([
      { action: 'source.look', actor: 'system', outcome: '200', organisationId: t.organisation.id }, { action: 'source.reread', actor: 'system', outcome: '200', organisationId: t.organisation.id },
    ]));
    const all = await t.store.internals.database.system.selectFrom('audit').selectAll().execute();
    expect(JSON.stringify(all, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))).not.toContain('good-key');
  });
});

describe('a token that is refused before its end', () => {
  const given = async (accessToken: string, refreshToken = 'refresh-0') =>
    (await createConnection(t.store.internals, {
      organisationId: t.organisation.id, system: GRANTING, name: 'Granting', path: 'native', settings: { clientId: 'client' }, secrets: { clientSecret: 'secret', accessToken, refreshToken },
      actor: { kind: 'system', id: null, name: 'test' },
    })).connectionId;

  it('is renewed once, however many calls need it, in however many processes, and each is made once more', async () => {
    const second = t.options.databaseUrl === null ? null : await openStore(t.options);
    if (second && !second.ok) throw new Error(second.error.message);
    const id = await given('stale');
    accepted = 'token-1';
    const http = createEgressHttp({ allow: [address], log: t.log });
    const vendors = (system: string) => (system === GRANTING ? grantingVendor(`http://${address}`) : vendorModule(system));
    const other = second ? startNormaliser({ store: second.value, vendors, http, clock, ids: t.store.internals.ids, log: t.log, random: () => 0.5 }) : null;
    for (let n = 0; n < 12; n += 1) await hint(id, GRANTING, '1');
    await settled();
    await other?.idle();
    await settled();
    await other?.stop();
    if (second) await second.value.close();
    expect(tokens).toBe(1);
    for (const [state] of await states(id)) expect(['processed', 'parked']).toContain(state);
    expect((await rowOf(id))?.health).toBe('healthy');
    expect(asked.filter((path) => path === PROTECTED_PATH).length).toBeLessThanOrEqual(12 + 4 * 2);
  });

  it('refused again, its leave is over: told, held, and nobody is called', async () => {
    const id = await given('stale');
    accepted = 'nothing';
    await hint(id, GRANTING, '1');
    await settled();
    expect(tokens).toBe(1);
    expect(await states(id)).toEqual([['held', 'connect.leave_ended']]);
    expect(await rowOf(id)).toMatchObject({ health: 'failing', healthReason: 'connect.leave_ended' });
    expect(await alertsOf(id)).toEqual([['Granting needs leave again', 'open']]);
    const before = asked.length;
    await hint(id, GRANTING, '1');
    await settled();
    expect([asked.length - before, tokens]).toEqual([0, 1]);
  });
});
