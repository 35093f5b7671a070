import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { err, ok } from '../../../core/contract/result.ts';
import { feedPart } from '../../../core/vendors/feeds.ts';
import type { Brought, Normalised, PollPart, VendorModule } from '../../../core/vendors/vendor.ts';
import { createEgressHttp } from '../../../egress/http.ts';
import { createIds } from '../../../server/ports.ts';
import { createConnection, type CreatedConnection } from '../../../server/store/connections.ts';
import { setPaused } from '../../../server/store/pausing.ts';
import { startNormaliser, type Normaliser } from '../../../server/workers/normalise.ts';
import { startPolls, type Polls } from '../../../server/workers/polls.ts';
import { delivery } from '../../support/deliveries.ts';
import { entry, meaning, scriptedVendor } from '../../support/scriptedVendor.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';

/** Sources that do not call us are looked at: polls and calendar feeds. */

type Read = PollPart['read'];
const EVERY = 300;
let t: TestStore;
let clock: ReturnType<typeof settableClock>;
let polls: Polls[];
let line: Normaliser | null;
let reads: (string | null)[];
let source: (cursor: string | null) => ReturnType<Read>;
let vendor: VendorModule;
let connection: CreatedConnection;
let web: Server;
let page: { status: number; body: string };
/** Addresses of the web that lead to another one. */
let sentOn: Record<string, [number, string]>;
const by = { actor: { kind: 'system', id: null, name: 'test' } as const, reason: null };

const item = (id: string, version = '1'): Brought => ({ key: `${id}@${version}`, event: 'entry', body: JSON.stringify({ kind: 'changes', changes: [entry(id, { version })] } satisfies Normalised) });

beforeEach(async () => {
  clock = settableClock('2026-11-20T12:00:00.000Z');
  t = await openTestStore({ clock });
  [polls, line, reads] = [[], null, []];
  source = async (cursor) => ok({ items: cursor === null ? [item('a'), item('b')] : [], cursor: cursor ?? '1', more: false });
  const read: Read = (cursor) => {
    reads.push(cursor);
    return source(cursor);
  };
  // Only what it says in the body counts, so every part may read it alike.
  const poll: PollPart = { everySeconds: EVERY, read, normalise: ({ bodyText }) => ok(JSON.parse(bodyText) as Normalised) };
  vendor = scriptedVendor('stripe', { poll, feed: feedPart({ means: 'events' }) });
  page = { status: 200, body: '' };
  sentOn = {};
  web = createServer(({ url = '' }, response) => {
    const [status, location] = sentOn[url] ?? [];
    if (status === undefined || location === undefined) response.writeHead(page.status, { 'content-type': 'text/calendar' }).end(page.body);
    else response.writeHead(status, { location }).end();
  });
  web.listen(0, '127.0.0.1');
  await once(web, 'listening');
});
afterEach(async () => {
  for (const one of polls) await one.stop();
  await line?.stop();
  web.closeAllConnections();
  web.close();
  await t.cleanup();
});

const address = () => `127.0.0.1:${(web.address() as AddressInfo).port}`;
/** The other connections of the store have nothing that could be looked at. */
const vendors = (system: string) => (system === 'stripe' ? vendor : null);
function start(): Polls {
  const working = { store: t.store, vendors, http: createEgressHttp({ allow: [address()], log: t.log }), clock, ids: createIds(), log: t.log, random: () => 0.5 };
  const one = startPolls(working);
  polls.push(one);
  line ??= startNormaliser({ ...working, lookNow: () => one.wake() });
  return one;
}
async function settled(): Promise<void> {
  for (const one of polls) await one.idle();
  await line?.idle();
}
const connect = async (path: 'native' | 'feed', secrets: Record<string, string> = {}) => {
  connection = await createConnection(t.store.internals, { organisationId: t.organisation.id, system: 'stripe', name: 'Looked at', path, settings: {}, secrets, actor: by.actor });
};
const kept = async () => t.store.internals.database.system.selectFrom('connectionAccess').select(['cursor', 'nextPollAt', 'failures']).where('id', '=', connection.connectionId).executeTakeFirst();
const titles = async () => (await t.store.snapshot(t.organisation.id)).rows.calendarEvents.map((row) => row.title).sort();
const health = async () => (await t.store.snapshot(t.organisation.id)).rows.connections.find((row) => row.id === connection.connectionId)?.health;
const mine = async () => (await t.store.deliveries(t.organisation.id, connection.connectionId)).map((one) => [one.vendorKey, one.state]).reverse();
/** Those that the store is made with are not in question. */
const onlyMine = () => t.store.internals.database.system.updateTable('connectionAccess').set({ nextPollAt: null }).where('id', '!=', connection?.connectionId ?? '').execute();

test('a new connection is looked at once it is there, page by page, then again when its time has come', async () => {
  source = async (cursor) => {
    const pageNo = Number(cursor ?? 0);
    return ok(pageNo < 7 ? { items: [item(`e${pageNo}`)], cursor: String(pageNo + 1), more: true } : { items: [], cursor: '7', more: false });
  };
  await connect('native');
  await onlyMine();
  start();
  await settled();
  expect(reads).toEqual([null, '1', '2', '3', '4', '5', '6', '7']);
  expect(await titles()).toEqual(Array.from({ length: 7 }, (_, n) => `Entry e${n}`));
  expect(await health()).toBe('healthy');
  expect(await kept()).toMatchObject({ cursor: '7', nextPollAt: new Date(clock.now() + EVERY * 1000).toISOString() });
  clock.advance(EVERY * 1000 - 1);
  await settled();
  expect(reads).toHaveLength(8);
  clock.advance(1);
  await settled();
  expect(reads).toHaveLength(9);
});

test('what a look brings again is known; what another process reads meanwhile is not read twice', async () => {
  await connect('native');
  await onlyMine();
  source = async () => ok({ items: [item('a'), item('b'), item('a', '2')], cursor: String(reads.length), more: false });
  start();
  start();
  await settled();
  expect(reads).toHaveLength(1);
  clock.advance(EVERY * 1000);
  await settled();
  expect(reads).toHaveLength(2);
  expect(await mine()).toEqual([['a@1', 'processed'], ['b@1', 'processed'], ['a@2', 'processed']]);
});

test('a webhook that only says that something has changed has its source looked at now', async () => {
  await connect('native');
  await onlyMine();
  start();
  await settled();
  expect(reads).toHaveLength(1);
  source = async () => ok({ items: [item('c')], cursor: '2', more: false });
  await t.store.addDelivery(delivery(t, 'stripe', meaning({ kind: 'poll' }), { connectionId: connection.connectionId }));
  await line?.idle();
  await settled();
  expect(reads).toEqual([null, '1']);
  expect(await titles()).toEqual(['Entry a', 'Entry b', 'Entry c']);
});

test('a source that does not answer is asked less and less, makes its connection failing, and is left alone after five times', async () => {
  await connect('native');
  await onlyMine();
  source = async () => err({ code: 'normalise.reread_failed', message: 'no answer', retryable: true, retryAfterMs: null });
  start();
  await settled();
  // Three quarters of half a minute, a minute, two, then of the usual interval.
  for (const seconds of [22.5, 45, 90, 180]) {
    clock.advance(seconds * 1000 - 1);
    await settled();
    const before = reads.length;
    clock.advance(1);
    await settled();
    expect(reads).toHaveLength(before + 1);
  }
  expect(reads).toHaveLength(5);
  expect(await health()).toBe('failing');
  expect(await kept()).toMatchObject({ cursor: null, failures: 5, nextPollAt: new Date(clock.now() + 300_000).toISOString() });
  source = async () => ok({ items: [item('late')], cursor: '1', more: false });
  clock.advance(300_000);
  await settled();
  expect(await health()).toBe('healthy');
  expect(await titles()).toEqual(['Entry late']);
});

test('the wait that the source asks for is kept', async () => {
  await connect('native');
  await onlyMine();
  source = async () => err({ code: 'normalise.reread_failed', message: 'busy', retryable: true, retryAfterMs: 1_000_000 });
  start();
  await settled();
  expect((await kept())?.nextPollAt).toBe(new Date(clock.now() + 1_000_000).toISOString());
});

test('a paused connection is not looked at, what a look under way brings is dropped, and the resume looks at once', async () => {
  await connect('native');
  await onlyMine();
  let release: () => void = () => undefined;
  source = () => new Promise((resolve) => (release = () => resolve(ok({ items: [item('a')], cursor: '1', more: false }))));
  start();
  await expect.poll(() => reads.length).toBe(1);
  await setPaused(t.store.internals, t.organisation.id, connection.connectionId, { paused: true, ...by });
  release();
  await settled();
  expect(await mine()).toEqual([]);
  expect(await kept()).toMatchObject({ cursor: null });
  clock.advance(3_600_000);
  await settled();
  expect(reads).toHaveLength(1);
  source = async () => ok({ items: [item('a')], cursor: '1', more: false });
  await setPaused(t.store.internals, t.organisation.id, connection.connectionId, { paused: false, ...by });
  await settled();
  expect(reads).toEqual([null, null]);
  expect(await titles()).toEqual(['Entry a']);
});

test('while deliveries come in or wait in numbers one look begins after the other, and who has just called is not behind all others', async () => {
  const begun: { readonly who: string | null; readonly at: number }[] = [];
  source = async (who) => {
    begun.push({ who, at: performance.now() });
    return ok({ items: [], cursor: who ?? '', more: false });
  };
  await connect('native');
  await onlyMine();
  const { system } = t.store.internals.database;
  for (let n = 0; n < 5; n += 1) {
    const { connectionId } = await createConnection(t.store.internals, { organisationId: t.organisation.id, system: 'stripe', name: `Stripe ${n}`, path: 'native', settings: {}, secrets: {}, actor: by.actor });
    await system.updateTable('connectionAccess').set({ cursor: `due ${n}`, nextPollAt: new Date(clock.now() - 60_000 + n).toISOString() }).where('id', '=', connectionId).execute();
  }
  await system.updateTable('connectionAccess').set({ cursor: 'has just called', nextPollAt: new Date(clock.now()).toISOString() }).where('id', '=', connection.connectionId).execute();
  const crowd = setInterval(() => t.store.internals.rightOfWay.worked(64), 20);
  try {
    t.store.internals.rightOfWay.worked(64);
    start();
    await settled();
  } finally {
    clearInterval(crowd);
  }
  expect(begun.map(({ who }) => who)).toEqual(expect.arrayContaining(['due 0', 'due 1', 'due 2', 'due 3', 'due 4']));
  expect(begun.slice(0, 2).map(({ who }) => who).sort()).toEqual(['due 0', 'has just called']);
  const apart = begun.slice(1).map(({ at }, n) => at - (begun[n]?.at ?? 0));
  // A timer may fire a little early by another clock; never by this much.
  expect(Math.min(...apart)).toBeGreaterThan(50);
});

test('where there is nothing to look at the list forgets the connection', async () => {
  await connect('feed');
  const { feed: _feed, ...without } = vendor;
  vendor = without;
  start();
  await settled();
  expect(reads).toHaveLength(1);
  const rows = await t.store.internals.database.system.selectFrom('connectionAccess').select(['id', 'nextPollAt']).execute();
  expect(rows.filter((row) => row.nextPollAt !== null).map((row) => row.id)).toEqual([t.connections.stripe.connectionId]);
});

const calendar = (...uids: string[]) => ['BEGIN:VCALENDAR', 'VERSION:2.0', ...uids.flatMap((uid, n) => ['BEGIN:VEVENT', `UID:${uid}`, 'DTSTAMP:20261101T120000Z', `DTSTART:202706${String((n % 28) + 1).padStart(2, '0')}T150000Z`, 'DURATION:PT1H', `SUMMARY:${uid}`, 'END:VEVENT']), 'END:VCALENDAR'].join('\r\n');

test('a calendar feed fills the calendar; one entry that is gone goes, all that are gone are held', async () => {
  const uids = Array.from({ length: 30 }, (_, n) => `u${n}`);
  page = { status: 200, body: calendar(...uids) };
  await connect('feed', { feedUrl: `http://${address()}/private.ics` });
  await onlyMine();
  start();
  await settled();
  expect(await titles()).toEqual([...uids].sort());
  expect(await health()).toBe('healthy');
  page = { status: 200, body: calendar(...uids.slice(0, 29)) };
  clock.advance(900_000);
  await settled();
  expect(await titles()).toHaveLength(29);
  page = { status: 200, body: calendar('u0') };
  clock.advance(900_000);
  await settled();
  expect(await titles()).toHaveLength(29);
  const { reviewItems } = (await t.store.snapshot(t.organisation.id)).rows;
  expect(reviewItems).toMatchObject([{ kind: 'held', reason: 'held.deletes', title: expect.stringContaining('28 deletions') as string }]);
});

test('a feed is read where its address leads; that it has moved for good is told once, and is over when it stands where it was entered', async () => {
  page = { status: 200, body: calendar('u0') };
  await connect('feed', { feedUrl: `http://${address()}/old.ics` });
  await onlyMine();
  const told = async () => (await t.store.snapshot(t.organisation.id)).rows.alerts.filter(({ rule }) => rule === 'feed_moved').map(({ state, severity, title, subject }) => ({ state, severity, title, subject }));
  const later = async () => {
    clock.advance(900_000);
    await settled();
  };
  sentOn = { '/old.ics': [302, '/new-and-secret.ics'] };
  start();
  await settled();
  expect([await titles(), await health(), await told()]).toEqual([['u0'], 'healthy', []]);
  sentOn = { '/old.ics': [301, '/new-and-secret.ics'] };
  page.body = calendar('u0', 'u1');
  await later();
  await later();
  const subject = { collection: 'connections', id: connection.connectionId };
  expect([await titles(), await told()]).toEqual([['u0', 'u1'], [{ state: 'open', severity: 'notice', title: 'The calendar of Looked at has moved', subject }]]);
  // The new address is a key as well.
  expect(JSON.stringify(await t.store.readEvents(t.organisation.id, 0, 1_000))).not.toContain('new-and-secret');
  // Nobody knows where it stands while it does not answer.
  sentOn = { '/old.ics': [301, 'http://169.254.169.254/x.ics'] };
  await later();
  expect([await health(), await told()]).toMatchObject(['healthy', [{ state: 'open' }]]);
  expect((await kept())?.failures).toBe(1);
  sentOn = {};
  await later();
  expect(await told()).toMatchObject([{ state: 'resolved' }]);
  expect(await titles()).toEqual(['u0', 'u1']);
});
