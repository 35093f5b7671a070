import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { err, ok } from '../../../core/contract/result.ts';
import { NO_ACCESS_MS } from '../../../core/domain/intake/breaker.ts';
import { callJson, forbidden, noAccess } from '../../../core/vendors/calls.ts';
import type { Normalised, PollPart, VendorModule } from '../../../core/vendors/vendor.ts';
import { createEgressHttp } from '../../../egress/http.ts';
import { createIds } from '../../../server/ports.ts';
import { createConnection, type CreatedConnection } from '../../../server/store/connections.ts';
import { startNormaliser, type Normaliser } from '../../../server/workers/normalise.ts';
import { startPolls, type Polls } from '../../../server/workers/polls.ts';
import { delivery } from '../../support/deliveries.ts';
import { changes, entry, meaning, scriptedVendor } from '../../support/scriptedVendor.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';

/** A key that the source does not accept any more is noticed, told, waited for without a loss, and made up for. */

const EVERY = 600;
let t: TestStore;
let clock: ReturnType<typeof settableClock>;
let polls: Polls;
let line: Normaliser;
let web: Server;
/** What the source answers to calls, by path; and every path that was asked for. */
let status: Record<'/list' | '/one', number>;
let asked: string[];
let vendor: VendorModule;
let connection: CreatedConnection;

beforeEach(async () => {
  clock = settableClock('2026-11-20T12:00:00.000Z');
  t = await openTestStore({ clock });
  [status, asked] = [{ '/list': 200, '/one': 200 }, []];
  web = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://x').pathname as '/list' | '/one';
    asked.push(path);
    response.writeHead(status[path], { 'content-type': 'application/json' }).end('{"ok":true}');
  });
  web.listen(0, '127.0.0.1');
  await once(web, 'listening');
  const address = `127.0.0.1:${(web.address() as AddressInfo).port}`;
  const read = (path: '/list' | '/one', access: Parameters<PollPart['read']>[1], ports: Parameters<PollPart['read']>[2]) =>
    access.secrets['apiKey'] ? callJson({ who: 'It', what: path, url: `http://${address}${path}`, headers: {}, shape: z.object({ ok: z.literal(true) }) }, ports) : Promise.resolve(noAccess('no key'));
  const poll: PollPart = {
    everySeconds: EVERY, normalise: ({ bodyText }) => ok(JSON.parse(bodyText) as Normalised),
    read: async (cursor, access, ports) => {
      const answer = await read('/list', access, ports);
      return answer.ok ? ok({ items: [], cursor: cursor ?? '1', more: false }) : answer;
    },
  };
  // It has webhooks, a look and a re-read: exactly those used to fail unseen.
  vendor = scriptedVendor('stripe', {
    poll,
    reread: async (hint, access, ports) => {
      const answer = await read('/one', access, ports);
      return answer.ok ? ok([entry(hint.remoteId)]) : answer;
    },
  });
  const working = { store: t.store, vendors: (system: string) => (system === 'stripe' ? vendor : null), http: createEgressHttp({ allow: [address], log: t.log }), clock, ids: createIds(), log: t.log, random: () => 0.5 };
  await connect({ apiKey: 'k' });
  polls = startPolls(working);
  line = startNormaliser({ ...working, lookNow: () => polls.wake() });
});
afterEach(async () => {
  await polls.stop();
  await line.stop();
  web.closeAllConnections();
  web.close();
  await t.cleanup();
});

async function connect(secrets: Record<string, string>): Promise<void> {
  connection = await createConnection(t.store.internals, { organisationId: t.organisation.id, system: 'stripe', name: 'Stripe', path: 'native', settings: {}, secrets, actor: { kind: 'system', id: null, name: 'test' } });
  await t.store.internals.database.system.updateTable('connectionAccess').set({ nextPollAt: null }).where('id', '!=', connection.connectionId).execute();
}
async function settled(): Promise<void> {
  await polls.idle();
  await line.idle();
}
const after = async (ms: number) => {
  clock.advance(ms);
  await settled();
};
const snapshot = async () => (await t.store.snapshot(t.organisation.id)).rows;
const row = async () => (await snapshot()).connections.find((one) => one.id === connection.connectionId);
const alerts = async () => (await snapshot()).alerts.filter((one) => one.subject?.id === connection.connectionId).map((one) => [one.title, one.state]);
const titles = async () => (await snapshot()).calendarEvents.map((one) => one.title).sort();
const hint = (id: string) => t.store.addDelivery(delivery(t, 'stripe', meaning({ kind: 'reread', hints: [{ remoteType: 'entry', remoteId: id }] }), { connectionId: connection.connectionId }));
const fact = (id: string) => t.store.addDelivery(delivery(t, 'stripe', changes(entry(id)), { connectionId: connection.connectionId }));
const states = async () => (await t.store.deliveries(t.organisation.id, connection.connectionId)).map((one) => [one.state, one.reason]).reverse();
const nextLook = async () => (await t.store.internals.database.system.selectFrom('connectionAccess').select(['nextPollAt', 'failures']).where('id', '=', connection.connectionId).executeTakeFirstOrThrow());

const TOLD = 'Stripe does not accept our key any more';

test.each([401, 403])('a look that is answered %i makes a system with webhooks failing at once, with words, and it is looked at less often', async (code) => {
  await settled();
  await fact('a');
  await settled();
  expect(await row()).toMatchObject({ health: 'healthy' });
  status['/list'] = code;
  await after(EVERY * 1_100);
  expect(await row()).toMatchObject({ health: 'failing', healthReason: 'normalise.no_access', healthSince: new Date(clock.now()).toISOString() });
  expect(await alerts()).toEqual([[TOLD, 'open']]);
  expect(await nextLook()).toEqual({ nextPollAt: new Date(clock.now() + NO_ACCESS_MS).toISOString(), failures: 0 });
  // A webhook is as good as ever, and no proof of the key.
  await fact('b');
  await settled();
  expect([await titles(), (await row())?.health]).toEqual([['Entry a', 'Entry b'], 'failing']);
  // Never nearer to being switched off for it, told once, and looked at once an hour.
  const before = asked.length;
  for (let hour = 0; hour < 4; hour += 1) await after(NO_ACCESS_MS);
  expect([asked.length - before, (await row())?.health, await alerts()]).toEqual([4, 'failing', [[TOLD, 'open']]]);
  status['/list'] = 200;
  await after(NO_ACCESS_MS);
  expect(await row()).toMatchObject({ health: 'healthy', healthReason: null });
  expect(await alerts()).toEqual([[TOLD, 'resolved']]);
});

test('a re-read that is answered 401 waits, calls nobody for an hour, and goes on when one is answered', async () => {
  await settled();
  status['/list'] = status['/one'] = 401;
  asked = [];
  for (const id of ['a', 'b', 'c']) {
    await hint(id);
    await settled();
  }
  expect(await states()).toEqual([['waiting', 'normalise.no_access'], ['waiting', 'normalise.no_access'], ['waiting', 'normalise.no_access']]);
  expect(asked).toEqual(['/one']);
  expect(await row()).toMatchObject({ health: 'failing', healthReason: 'normalise.no_access' });
  expect((await snapshot()).reviewItems).toEqual([]);
  // However long: it is no attempt, so it is never given up.
  for (let hour = 0; hour < 3; hour += 1) await after(NO_ACCESS_MS + 100_001);
  expect(await t.store.internals.database.system.selectFrom('deliveries').select(['state', 'attempts']).where('connectionId', '=', connection.connectionId).execute()).toEqual(Array.from({ length: 3 }, () => ({ state: 'waiting', attempts: 0 })));
  status['/list'] = status['/one'] = 200;
  await after(NO_ACCESS_MS + 100_001);
  await settled();
  expect(await states()).toEqual([['processed', null], ['processed', null], ['processed', null]]);
  const created = (await t.store.readEvents(t.organisation.id, 0, 10_000)).flatMap((event) => (event.collection === 'calendarEvents' ? [event.row.title] : []));
  // One tries, and the others are then asked at the same time: whichever is answered first is recorded first.
  expect(created.toSorted()).toEqual(['Entry a', 'Entry b', 'Entry c']);
  expect(await row()).toMatchObject({ health: 'healthy' });
  expect(await alerts()).toEqual([[TOLD, 'resolved']]);
});

test('what a key that sees nothing has set aside is worked on again once it does, and its cards are closed', async () => {
  await settled();
  status['/one'] = 403;
  await hint('a');
  await settled();
  expect(await states()).toEqual([['quarantined', 'normalise.forbidden']]);
  expect((await row())?.health).toBe('healthy');
  // Only one object so far; the list says that it is the key.
  status['/list'] = 403;
  await after(EVERY * 1_100);
  expect((await row())?.healthReason).toBe('normalise.no_access');
  status['/list'] = status['/one'] = 200;
  await after(NO_ACCESS_MS);
  await settled();
  expect(await states()).toEqual([['processed', null]]);
  expect((await snapshot()).reviewItems.map((one) => one.state)).toEqual(['resolved']);
  expect(await titles()).toEqual(['Entry a']);
});

test('404 and 403 of one object say nothing of the key', async () => {
  await settled();
  for (const code of [404, 403]) {
    status['/one'] = code;
    await hint(String(code));
    await settled();
  }
  expect((await states()).map(([state]) => state)).toEqual(['quarantined', 'quarantined']);
  expect((await row())?.health).toBe('healthy');
  expect(await alerts()).toEqual([]);
  status['/one'] = 200;
  await hint('c');
  await settled();
  expect((await row())?.health).toBe('healthy');
});

test('a key that is a choice and was not given is no fault; one that is there and useless is', async () => {
  await settled();
  const log = t.log.lines?.length ?? 0;
  await connect({});
  polls.wake();
  await settled();
  expect(asked).toEqual(['/list']);
  expect((await row())?.health).toBe('waiting');
  expect(await alerts()).toEqual([]);
  expect(log).toBe(t.log.lines?.length ?? 0);
  vendor = { ...vendor, poll: { ...vendor.poll!, read: () => Promise.resolve(err({ code: 'normalise.reread_refused', message: 'The list ID is none.', retryable: false, retryAfterMs: null })) } };
  await connect({ apiKey: 'k' });
  for (let n = 0; n < 3; n += 1) {
    polls.wake();
    await after(NO_ACCESS_MS);
  }
  expect(await row()).toMatchObject({ health: 'failing', healthReason: 'normalise.reread_refused' });
});

test('what fails for another reason first is told anew when it turns out to be the key', async () => {
  await settled();
  status['/list'] = 500;
  for (let n = 0; n < 4; n += 1) await after(NO_ACCESS_MS);
  expect(await alerts()).toEqual([['Stripe is not answering', 'open']]);
  vendor = { ...vendor, poll: { ...vendor.poll!, read: () => Promise.resolve(forbidden('no')) } };
  await after(NO_ACCESS_MS);
  expect(await alerts()).toEqual(expect.arrayContaining([['Stripe is not answering', 'resolved'], [TOLD, 'open']]));
  expect(await alerts()).toHaveLength(2);
});
