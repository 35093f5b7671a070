import { gzipSync } from 'node:zlib';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ok } from '../../../core/contract/result.ts';
import type { Http } from '../../../core/ports/ports.ts';
import { vendorModule } from '../../../core/vendors/registry.ts';
import type { Hint, VendorModule } from '../../../core/vendors/vendor.ts';
import { createEgressHttp } from '../../../egress/http.ts';
import { createIds } from '../../../server/ports.ts';
import { createConnection } from '../../../server/store/connections.ts';
import { startNormaliser, type Normaliser } from '../../../server/workers/normalise.ts';
import { startPolls, type Polls } from '../../../server/workers/polls.ts';
import type { VendorSamples } from '../../conformance/samples.ts';
import { furnish, letIn } from '../../support/house.ts';
import { manager, type Manager } from '../../support/manager.ts';
import { testApp, type TestApp } from '../../support/serverApp.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';
import type { Fault } from './designed.ts';
import { refusingHost, startImpostor, startStandIn, type Behaviour, type StandIn } from './standIns.ts';
import type { Table } from './table.ts';

const MB = 1024 * 1024;
const HOUR_MS = 3_600_000;
/** In place of the ten seconds and more that a vendor is given, where it is the time that runs out. */
const IMPATIENCE_MS = 150;
const PATIENCE_MS = 20_000;
const START = '2026-11-21T10:00:00.000Z';

const say = (status: number, body: string | Buffer, headers: Record<string, string> = {}): Behaviour => (_request, response) => void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);

interface Case {
  readonly fault: Fault;
  readonly variant: string;
  readonly behaviour: Behaviour;
  /** The wait that the next call may not come before, in milliseconds from now, and the longest one that is right. */
  readonly wait?: readonly [number, number];
}

const drip: Behaviour = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  const timer = setInterval(() => response.write(' '), 20);
  response.on('close', () => clearInterval(timer));
};

/** So many bytes, as fast as they are taken. */
const endless = (size: number): Behaviour => (_request, response) => {
  const part = Buffer.alloc(256 * 1024, 0x20);
  let left = size;
  const go = (): void => {
    while (left > 0 && !response.destroyed) {
      left -= part.length;
      if (!response.write(part)) return void response.once('drain', go);
    }
    response.end();
  };
  response.writeHead(200, { 'content-type': 'application/json' });
  go();
};

const CASES: readonly Case[] = [
  { fault: 'no answer in time, an answer that drips without end', variant: 'silence', behaviour: () => undefined },
  { fault: 'no answer in time, an answer that drips without end', variant: 'head only', behaviour: (_request, response) => void response.writeHead(200).write('{') },
  { fault: 'no answer in time, an answer that drips without end', variant: 'drops', behaviour: drip },
  ...[500, 502, 503].map((status): Case => ({ fault: '500, 502, 503', variant: String(status), behaviour: say(status, '<html>') })),
  ...([
    [429, '7', [7_000, HOUR_MS]], [503, '1800', [1_800_000, HOUR_MS]], [429, 'Sat, 21 Nov 2026 10:40:00 GMT', [2_400_000, HOUR_MS]], [429, '999999999', [HOUR_MS, HOUR_MS]],
    [429, '9'.repeat(400), [HOUR_MS, HOUR_MS]], [429, 'Fri, 31 Dec 9999 23:59:59 GMT', [HOUR_MS, HOUR_MS]], [429, '-5', [0, 30 * 60_000]], [429, 'soon', [0, 30 * 60_000]], [429, 'Thu, 01 Jan 1970 00:00:00 GMT', [0, 30 * 60_000]],
  ] as const).map(([status, text, wait]): Case => ({
    fault: '429 and 503 with Retry-After, in seconds, as a date, absurd', variant: `${status}, ${text.slice(0, 40)}`, behaviour: say(status, '{}', { 'retry-after': text }), wait,
  })),
  { fault: '200 with a page in place of data, half an answer', variant: 'a page', behaviour: say(200, '<html>Sign in</html>', { 'content-type': 'text/html' }) },
  { fault: '200 with a page in place of data, half an answer', variant: 'cut by its maker', behaviour: say(200, '{"data":[{"id":') },
  { fault: '200 with a page in place of data, half an answer', variant: 'cut on the line', behaviour: (_request, response) => void response.writeHead(200, { 'content-length': '1000' }).write('{"a":', () => response.destroy()) },
  { fault: 'Latin 1 and UTF-16', variant: 'Latin 1 that does not say so', behaviour: say(200, Buffer.from('{"name":"Zoë"}', 'latin1')) },
  { fault: 'Latin 1 and UTF-16', variant: 'UTF-16 that does not say so', behaviour: say(200, Buffer.from('{"name":"Zoë"}', 'utf16le')) },
  { fault: 'an answer of 20 MB, a gzip bomb in an answer', variant: '20 MB', behaviour: endless(20 * MB) },
  { fault: 'an answer of 20 MB, a gzip bomb in an answer', variant: 'a gzip bomb', behaviour: say(200, gzipSync(Buffer.alloc(50 * MB, 0x20)), { 'content-encoding': 'gzip' }) },
  { fault: 'a redirect, in a circle or to a private address', variant: 'in a circle', behaviour: (request, response) => void response.writeHead(302, { location: `http://${request.headers.host}${request.url}` }).end() },
  { fault: 'a redirect, in a circle or to a private address', variant: 'to a private address', behaviour: (_request, response) => void response.writeHead(301, { location: 'http://169.254.169.254/latest/meta-data/' }).end() },
  { fault: 'a redirect, in a circle or to a private address', variant: 'to this machine', behaviour: (_request, response) => void response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end() },
];

/** What a delivery asks to be read again stands in its body; everything else is the vendor's own. */
function asking(id: string): VendorModule | null {
  const real = vendorModule(id);
  return real?.reread ? { ...real, webhook: { ...(real.webhook ?? { verify: () => ({ ok: false, error: 'intake.secret_missing' as const }) }), normalise: ({ bodyText }) => ok({ kind: 'reread', hints: [JSON.parse(bodyText) as Hint] }) } } : real;
}

interface Wired {
  readonly standIn: StandIn;
  readonly id: string;
  readonly connectionId: string;
}

/** What we ask vendors for, over real HTTP: looks, re-reads and trials of a connection, with one fault at a time. */
export function outgoing(table: Table, loaded: readonly VendorSamples[]): void {
  const called = loaded.filter(({ vendor, access }) => access.settings['baseUrl'] && (vendor.poll || vendor.reread || vendor.test));
  const clock = settableClock(START);
  let t: TestStore;
  let test: TestApp;
  let owner: Manager;
  let wired: Wired[];
  let worker: Normaliser;
  let polls: Polls;
  let refusing: string;
  let impostor: Awaited<ReturnType<typeof startImpostor>>;
  let counter = 0;
  let patience = PATIENCE_MS;
  /** The address that calls go to in place of the stand-in's; null = the stand-in's. */
  let instead: ((url: string) => string) | null = null;

  beforeAll(async () => {
    t = await openTestStore({ clock });
    const standIns = await Promise.all(called.map(startStandIn));
    refusing = await refusingHost();
    impostor = await startImpostor();
    const allow = [...standIns.map((one) => one.host), refusing, impostor.host];
    // The machine's own resolver may take seconds to say so.
    const resolve = (name: string) => Promise.reject(new Error(`getaddrinfo ENOTFOUND ${name}`));
    const real = createEgressHttp({ allow, log: t.log, resolve });
    const egress: Http = { send: (request) => real.send({ ...request, url: instead?.(request.url) ?? request.url, timeoutMs: patience }) };
    test = testApp(t.store, { clock, http: egress, config: { managingPerMinute: 1_000_000, apiPerMinute: 1_000_000, egressAllow: allow } });
    const house = await furnish(t.store, t.organisation.id);
    owner = manager(test, (await letIn(t.store, house.organisationId, house.access('owner'))).headers);
    wired = [];
    for (const standIn of standIns) {
      const { vendor, access } = standIn.samples;
      const { connectionId } = await createConnection(t.store.internals, {
        organisationId: t.organisation.id, system: vendor.manifest.id, name: vendor.manifest.name, path: 'native', settings: standIn.settings, secrets: access.secrets, actor: { kind: 'system', id: null, name: 'test' }, looked: false,
      });
      wired.push({ standIn, id: vendor.manifest.id, connectionId });
    }
    const options = { store: t.store, vendors: asking, http: egress, clock, ids: createIds(), log: t.log, random: () => 0.5 };
    // Those that the store is made with are not in question.
    await sql`update connection_access set next_poll_at = null`.execute(t.store.internals.database.system);
    worker = startNormaliser(options);
    polls = startPolls(options);
  });
  afterAll(async () => {
    await polls.stop();
    await worker.stop();
    await test.app.close();
    await Promise.all(wired.map(({ standIn }) => standIn.close()));
    impostor.close();
    await t.cleanup();
  });

  const database = () => t.store.internals.database.system;
  const rowsNow = async (): Promise<string> => {
    const { rows } = await t.store.snapshot(t.organisation.id);
    const { connections: _own, alerts: _alerts, reviewItems: _cards, ...facts } = rows;
    return JSON.stringify(facts);
  };
  /** As if nothing had ever gone wrong, and nothing was ever read. */
  async function fresh(): Promise<void> {
    for (const { standIn } of wired) Object.assign(standIn, { calls: 0, behaviour: null, twist: null });
    instead = null;
    patience = PATIENCE_MS;
    clock.set(START);
    await sql`delete from deliveries where connection_id = any(${wired.map((one) => one.connectionId)}::uuid[])`.execute(database());
    await sql`update connection_access set cursor = null, failures = 0, breaker = null, next_poll_at = null, told = null where id = any(${wired.map((one) => one.connectionId)}::uuid[])`.execute(database());
  }
  const forget = () => sql`update connection_access set failures = 0, breaker = null where id = any(${wired.map((one) => one.connectionId)}::uuid[])`.execute(database());
  const accessOf = async () => {
    const rows = await database().selectFrom('connectionAccess').select(['id', 'cursor', 'failures', 'nextPollAt']).execute();
    return new Map(rows.map((row) => [row.id, row]));
  };
  const lookNow = async (which: readonly Wired[]): Promise<void> => {
    await sql`update connection_access set next_poll_at = ${START}::timestamptz where id = any(${which.map((one) => one.connectionId)}::uuid[])`.execute(database());
    await polls.idle();
  };
  const hintAll = async (which: readonly Wired[]): Promise<void> => {
    for (const { id, connectionId, standIn } of which) {
      const [hint] = standIn.samples.reread?.hints ?? [];
      counter += 1;
      await t.store.addDelivery({ organisationId: t.organisation.id, connectionId, system: id, deliveryKey: `fault-${counter}`, vendorEvent: null, mediaType: 'application/json', headers: {}, bodyText: JSON.stringify(hint), receivedAt: START });
    }
    await worker.idle();
  };
  const deliveries = async (connectionId: string) => database().selectFrom('deliveries').select(['state', 'reason', 'nextAttemptAt', 'attempts']).where('connectionId', '=', connectionId).execute();
  const tryOut = async ({ id, standIn }: Wired) => {
    const { secrets } = standIn.samples.access;
    const fields = vendorModule(id)?.manifest.fields.filter((field) => field.sensitive && field.input !== 'generated').map((field) => field.key) ?? [];
    return owner.ask('tryOut', { body: { system: id, path: 'native', settings: standIn.settings, secrets: Object.fromEntries(Object.entries(secrets).filter(([key]) => fields.includes(key))) } });
  };

  async function unanswered({ fault, variant, wait }: Pick<Case, 'fault' | 'variant' | 'wait'>): Promise<void> {
    const before = await rowsNow();
    const looked = wired.filter(({ standIn }) => standIn.samples.vendor.poll);
    await lookNow(looked);
    const after = await accessOf();
    for (const { id, connectionId } of looked) {
      const row = after.get(connectionId);
      const inMs = Date.parse(row?.nextPollAt ?? '') - clock.now();
      const inTime = wait ? inMs >= wait[0] && inMs <= wait[1] : inMs > 0 && inMs <= HOUR_MS;
      table.tried(fault, `${id}, a look, ${variant}`, row?.cursor === null && row.failures === 1 && inTime && (await deliveries(connectionId)).length === 0, { ...row, inMs });
    }
    const reread = wired.filter(({ standIn }) => standIn.samples.vendor.reread);
    // What the look was told holds for a re-read as well: it would not be tried.
    await forget();
    await hintAll(reread);
    for (const { id, connectionId } of reread) {
      const [one] = await deliveries(connectionId);
      const inMs = Date.parse(one?.nextAttemptAt ?? '') - clock.now();
      const inTime = wait ? inMs >= wait[0] && inMs <= wait[1] : inMs > 0 && inMs <= HOUR_MS;
      table.tried(fault, `${id}, a re-read, ${variant}`, one?.state === 'waiting' && one.reason === 'normalise.reread_failed' && inTime, { ...one, inMs });
    }
    const tried = wired.filter(({ standIn }) => standIn.samples.vendor.test && standIn.samples.vendor.manifest.oauth === null);
    const answers = await Promise.all(tried.map(tryOut));
    for (const [index, one] of tried.entries()) {
      const answer = answers[index];
      if (!answer) continue;
      const said = answer.json() as { outcome?: string; code?: string; retryable?: boolean };
      const hidden = one.standIn.samples.tryOut?.secretValues.every((secret) => !answer.text.includes(secret)) ?? false;
      table.tried(fault, `${one.id}, a trial, ${variant}`, said.outcome === 'failed' && said.code === 'connect.untried' && said.retryable === true && hidden, said);
    }
    expect(await rowsNow()).toBe(before);
  }

  it.each(CASES.map((one) => [`${one.fault}: ${one.variant}`, one] as const))('%s', async (_name, one) => {
    await fresh();
    for (const { standIn } of wired) standIn.behaviour = one.behaviour;
    if (one.fault === 'no answer in time, an answer that drips without end') patience = IMPATIENCE_MS;
    await unanswered(one);
  });

  it.each<[string, () => string, string]>([
    ['refused', () => refusing, 'http:'],
    ['no such name', () => 'vendor.invalid', 'https:'],
    ['TLS that proves nothing', () => impostor.host, 'https:'],
  ])('%s', async (variant, host, protocol) => {
    await fresh();
    instead = (url) => {
      const { pathname, search } = new URL(url);
      return `${protocol}//${host()}${pathname}${search}`;
    };
    await unanswered({ fault: 'refused, no such name, TLS that proves nothing', variant });
  });

  it('another object than the one asked for', async () => {
    await fresh();
    const reread = wired.filter(({ standIn }) => standIn.samples.vendor.reread);
    for (const { standIn } of reread) {
      const [hint] = standIn.samples.reread?.hints ?? [];
      // Some ids are two parts with a point between.
      const parts = hint?.remoteId.split('.') ?? [];
      standIn.twist = (body) => parts.reduce((text, part) => text.replaceAll(part, part.replace(/[A-Za-z0-9](?=[^A-Za-z0-9]*$)/, (last) => (last === '7' || last === 'Q' ? '3' : /\d/.test(last) ? '7' : 'Q'))), body);
    }
    const before = await rowsNow();
    await hintAll(reread);
    for (const { id, connectionId } of reread) {
      const [one] = await deliveries(connectionId);
      table.tried('another object than the one asked for', id, one?.state === 'quarantined' && one.reason === 'normalise.shape_unknown', one);
    }
    expect(await rowsNow()).toBe(before);
  });

  it.each([404, 410])('an object that is gone: %i', async (status) => {
    await fresh();
    const reread = wired.filter(({ standIn }) => standIn.samples.vendor.reread);
    // What proves us (a token) is still given: gone is only the object.
    for (const { standIn } of reread) standIn.behaviour = (request, response) => (request.url?.includes('oauth2') ? say(200, '{"access_token":"t","token_type":"Bearer","expires_in":3600}')(request, response) : say(status, '{}')(request, response));
    const before = await rowsNow();
    await hintAll(reread);
    for (const { id, connectionId, standIn } of reread) {
      const [one] = await deliveries(connectionId);
      table.tried('an object that is gone (404, 410)', `${id}, ${status}, ${standIn.calls} calls`, one?.state === 'quarantined' && one.reason === 'normalise.reread_refused' && one.attempts === 1 && standIn.calls <= 2, one);
    }
    expect(await rowsNow()).toBe(before);
  });

  /** Pages of these lists with a way on to the next one; `n` counts the calls. */
  const PAGES: Readonly<Record<string, (n: number | string, item: number) => string>> = {
    stripe: (n, item) => JSON.stringify({ object: 'list', url: '/v1/events', has_more: true, data: [{ id: `evt_${n}`, object: 'event', type: 'payment_intent.succeeded', created: 1_793_000_000 - item, data: { object: { id: `pi_${item}` } } }] }),
    square: (n) => JSON.stringify({ events: [], cursor: `page-${n}` }),
    'google-calendar': (n) => JSON.stringify({ items: [], nextPageToken: `page-${n}` }),
  };
  const only = (id: string): Wired => {
    const found = wired.find((one) => one.id === id);
    if (!found) throw new Error(`no ${id}`);
    return found;
  };

  it.each(Object.keys(PAGES))('%s gives the same page again', async (id) => {
    await fresh();
    const one = only(id);
    one.standIn.behaviour = say(200, PAGES[id]?.('same', 1) ?? '');
    await lookNow([one]);
    const row = (await accessOf()).get(one.connectionId);
    table.tried('a list that gives the same page again', id, row?.failures === 1 && one.standIn.calls <= 4 && Date.parse(row.nextPollAt ?? '') > clock.now(), { ...row, calls: one.standIn.calls });
  });

  it.each(Object.keys(PAGES))('%s never ends', async (id) => {
    await fresh();
    const one = only(id);
    let pages = 0;
    one.standIn.behaviour = (request, response) => say(200, PAGES[id]?.((pages += 1), 1) ?? '')(request, response);
    if (id === 'stripe') {
      // Ever new facts: read on for two hundred pages, then five a minute.
      await lookNow([one]);
      table.tried('a list without an end', `${id}, with news`, pages === 205, pages);
      clock.advance(60_000);
      await polls.idle();
      table.tried('a list without an end', `${id}, a minute later`, pages === 210, pages);
      return;
    }
    await lookNow([one]);
    const atOnce = pages;
    table.tried('a list without an end', `${id}, without news`, atOnce >= 15 && atOnce <= 25, atOnce);
    for (let seconds = 0; seconds < 600; seconds += 10) {
      clock.advance(10_000);
      await polls.idle();
    }
    table.tried('a list without an end', `${id}, in ten minutes`, pages - atOnce <= 60, pages - atOnce);
  });

  it('what was refused, broken and lied about leaves nothing behind: the next good answer is taken whole', async () => {
    await fresh();
    const looked = wired.filter(({ standIn }) => standIn.samples.vendor.poll);
    for (const { standIn } of looked) standIn.behaviour = say(200, Buffer.from('{"name":"Zoë"}', 'latin1'));
    await lookNow(looked);
    for (const { standIn } of looked) standIn.behaviour = null;
    await forget();
    for (const { standIn, id, connectionId } of looked) {
      clock.set(new Date(standIn.samples.nowMs).toISOString());
      await sql`update connection_access set next_poll_at = ${new Date(standIn.samples.nowMs).toISOString()}::timestamptz where id = ${connectionId}`.execute(database());
      await polls.idle();
      const brought = await database().selectFrom('deliveries').select('id').where('connectionId', '=', connectionId).where('origin', '=', 'poll').execute();
      table.tried('Latin 1 and UTF-16', `${id}, afterwards`, brought.length === standIn.samples.poll?.brings, brought.length);
      await sql`update connection_access set next_poll_at = null where id = ${connectionId}`.execute(database());
    }
  });
}
