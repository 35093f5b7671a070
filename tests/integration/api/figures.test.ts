import { createHmac, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ConnectionFiguresAnswer, FiguresAnswer, type ConnectionFigures, type FigureWindow } from '../../../core/contract/figures.ts';
import { ErrorBody, HTTP } from '../../../core/contract/http.ts';
import type { Connection } from '../../../core/contract/record/connections.ts';
import { COUNT } from '../../../core/domain/figures/counts.ts';
import { ok } from '../../../core/contract/result.ts';
import { draftUpdated } from '../../../core/domain/record/drafts.ts';
import { vendorModule } from '../../../core/vendors/registry.ts';
import type { HttpResponse } from '../../../core/ports/ports.ts';
import { createCalls } from '../../../server/calls/calls.ts';
import { createFigures, type Figures } from '../../../server/figures/counting.ts';
import { createIds } from '../../../server/ports.ts';
import { createConnection } from '../../../server/store/connections.ts';
import type { Database } from '../../../server/store/database.ts';
import { readRows } from '../../../server/store/rows.ts';
import { startNormaliser, type Normaliser } from '../../../server/workers/normalise.ts';
import { startPolls } from '../../../server/workers/polls.ts';
import { stripeIntent } from '../../support/deliveries.ts';
import { letIn } from '../../support/house.ts';
import { entry, scriptedVendor } from '../../support/scriptedVendor.ts';
import { testApp, type TestApp } from '../../support/serverApp.ts';
import { collectingLog, openTestStore, settableClock, type TestStore } from '../../support/store.ts';

/** Figures of connections: counted by several processes, kept, bounded, and read as the house may. */

const NOW = '2027-03-10T12:30:00.000Z';
const HOUR = 3_600_000;
const ACTOR = { kind: 'system', id: null, name: 'test' } as const;
const clock = settableClock(NOW);
let t: TestStore;
let app: TestApp;
let headers: { authorization: string };
let line: Normaliser;
let counting: Figures;

beforeAll(async () => {
  t = await openTestStore({ clock });
  app = testApp(t.store, { clock, config: { apiPerMinute: 100_000, strangerPerMinute: 100_000 } });
  if (!app.figures) throw new Error('no figures');
  counting = app.figures;
  headers = (await letIn(t.store, t.organisation.id, { role: 'staff', weddingId: null, contactId: null, bookingIds: [] })).headers;
  line = startNormaliser({ store: t.store, vendors: vendorModule, http: { send: () => Promise.reject(new Error('no line')) }, figures: counting, clock, ids: createIds(), log: t.log, random: () => 1 });
});
afterAll(async () => {
  await line.stop();
  await app.app.close();
  await t.cleanup();
});

const db = () => t.store.internals.database;
const get = (url: string, more: Record<string, string> = {}) => app.app.inject({ url, headers: { ...headers, ...more } });
const all = async (window: FigureWindow = '24h') => FiguresAnswer.parse((await get(`${HTTP.figures.path}?window=${window}`)).json());
const one = async (id: string, window: FigureWindow = '24h') => ConnectionFiguresAnswer.parse((await get(`${HTTP.connectionFigures.path.replace(':id', id)}?window=${window}`)).json());
const of = (id: string, window: FigureWindow = '24h') => one(id, window).then(({ connection }) => connection);
const fresh = async (name: string) => (await createConnection(t.store.internals, { organisationId: t.organisation.id, system: 'stripe', name, path: 'native', settings: {}, secrets: { signingSecret: 'whsec_x' }, actor: ACTOR })).connectionId;
const rowsOf = async (id: string) => (await sql<{ grain: string; startsAt: string; counts: Record<string, number> }>`select grain, starts_at, counts from connection_figures where connection_id = ${id} order by grain, starts_at`.execute(db().system)).rows;

async function setHealth(id: string, health: Connection['health'], healthReason: string | null): Promise<void> {
  await t.store.internals.writer.write(t.organisation.id, async ({ tx, record }) => {
    const [row] = await readRows(tx, t.organisation.id, 'connections', [id]);
    if (!row) throw new Error('no such connection');
    const draft = draftUpdated('connection.health_changed', 'connections', null, row, { health, healthReason, healthSince: new Date(clock.now()).toISOString() }, null, { actor: ACTOR, source: null, deliveryId: null });
    await record(draft ? [draft] : []);
  });
}

function call(body: object, secret?: string): Promise<{ statusCode: number }> {
  const { intakeKey, secrets } = t.connections.stripe;
  const payload = JSON.stringify(body);
  const at = Math.floor(clock.now() / 1000);
  const v1 = createHmac('sha256', secret ?? secrets['signingSecret'] ?? '').update(`${at}.${payload}`).digest('hex');
  return app.app.inject({ method: 'POST', url: `/api/integrations/webhook/stripe/${intakeKey}`, headers: { 'content-type': 'application/json', 'stripe-signature': `t=${at},v1=${v1}` }, payload });
}

test('the whole way: what came, what was refused, what became of it, and how long that took', async () => {
  const { connectionId } = t.connections.stripe;
  const known = stripeIntent();
  expect((await call(known)).statusCode).toBe(200);
  expect((await call(known)).statusCode).toBe(200);
  expect((await call(stripeIntent())).statusCode).toBe(200);
  expect((await call({ id: 'evt_odd', object: 'event', type: 'payment_intent.succeeded' })).statusCode).toBe(200);
  expect((await call(stripeIntent(), 'another')).statusCode).toBe(401);
  // Nobody's: there is no connection to count it for.
  expect((await app.app.inject({ method: 'POST', url: `/api/integrations/webhook/stripe/${'x'.repeat(20)}`, payload: '{}', headers: { 'content-type': 'application/json' } })).statusCode).toBe(404);
  clock.advance(4_000);
  line.wake();
  await line.idle();
  const { figures, slots, lastFault, countedSince, availability } = await of(connectionId);
  expect(figures).toMatchObject({ came: 3, by: [{ by: 'webhook', count: 3 }], duplicates: 1, refused: 1, refusals: [{ code: 'intake.signature_wrong', count: 1 }], setAside: 1, dead: 0 });
  expect(figures.worked + figures.parked).toBe(2);
  expect(figures.toRecord.count).toBe(2);
  expect(figures.toRecord.p95Ms).not.toBeNull();
  expect(lastFault).toMatchObject({ what: 'delivery', code: 'normalise.shape_unknown' });
  expect(slots).toHaveLength(24);
  expect(slots.at(-1)).toMatchObject({ from: '2027-03-10T12:00:00.000Z', came: 3, refused: 1, troubled: 1 });
  expect(slots.slice(0, -1).every(({ came }) => came === 0)).toBe(true);
  expect(countedSince).toBe(NOW);
  expect(availability.outageCount).toBe(0);
  const whole = await all();
  expect(whole).toMatchObject({ window: '24h', slotMs: HOUR, from: '2027-03-09T13:00:00.000Z', busiest: connectionId, worst: connectionId, figures: { came: 3, refused: 1 } });
  expect(whole.systems.map(({ system, connections, figures: sum }) => [system, connections, sum.came])).toEqual([['honeybook', 1, 0], ['stripe', 1, 3], ['vsco-workspace', 1, 0]]);
});

test('nothing is said to be counted before it could be, unless rows of another home tell so', async () => {
  const madeAt = (at: string) => sql`update schema_versions set applied_at = ${at}::timestamptz where version = 17`.execute(db().system);
  const { rows: [was] } = await sql<{ at: string }>`select applied_at as at from schema_versions where version = 17`.execute(db().system);
  expect((await rowsOf(t.connections.stripe.connectionId)).map(({ grain, startsAt }) => `${grain} ${startsAt}`)).toEqual(['day 2027-03-10T00:00:00.000Z', 'hour 2027-03-10T12:00:00.000Z']);
  // The hour and the day that were running then began before it.
  await madeAt(NOW);
  expect((await all()).countedSince).toBe(NOW);
  await madeAt('2027-03-12T12:00:00.000Z');
  expect((await all()).countedSince).toBe('2027-03-10T00:00:00.000Z');
  await madeAt(was?.at ?? NOW);
});

test('a test event of ours is counted nowhere', async () => {
  const { connectionId } = t.connections.honeybook;
  const owner = (await letIn(t.store, t.organisation.id, { role: 'owner', weddingId: null, contactId: null, bookingIds: [] })).headers;
  expect((await app.app.inject({ method: 'POST', url: HTTP.testEvent.path.replace(':id', connectionId), headers: owner, payload: {} })).statusCode).toBe(200);
  await line.idle();
  expect((await of(connectionId)).figures).toMatchObject({ came: 0, worked: 0, toRecord: { count: 0 } });
});

test('a look: the calls that it made, how they ended, and what it has found', async () => {
  const id = await fresh('Looked at');
  await sql`update connection_access set next_poll_at = case when id = ${id} then ${NOW}::timestamptz end`.execute(db().system);
  const answers: HttpResponse[] = [{ status: 200, headers: {}, body: '' }, { status: 503, headers: {}, body: '' }];
  const http = { send: () => Promise.resolve(answers.shift() ?? { status: 401, headers: {}, body: '' }) };
  const vendor = scriptedVendor('stripe', {
    poll: {
      everySeconds: 300,
      async read(cursor, _access, ports) {
        const { status } = await ports.http.send({ method: 'GET', url: 'https://api.example.test/', headers: {}, timeoutMs: 1_000 });
        if (status !== 200) return { ok: false, error: { code: 'normalise.reread_failed', message: `answer ${status}`, retryable: true, retryAfterMs: null } };
        return ok({ items: ['a', 'b'].map((key) => ({ key, event: 'entry', body: JSON.stringify({ kind: 'changes', changes: [entry(key)] }) })), cursor: `${cursor ?? 0}1`, more: true });
      },
      normalise: () => ok({ kind: 'ignored', why: 'not looked into here' }),
    },
  });
  const ended: string[] = [];
  const calls = createCalls({ http, clock, measured: ({ connectionId, purpose, outcome, tookMs }) => connectionId !== null && counting.called(connectionId, purpose, outcome, tookMs) });
  const polls = startPolls({ store: t.store, vendors: (system) => (system === 'stripe' ? vendor : null), http, calls, figures: counting, looked: (system, outcome) => ended.push(`${system} ${outcome}`), clock, ids: createIds(), log: t.log, random: () => 0.5 });
  await polls.idle();
  await polls.stop();
  expect(ended).toEqual(['stripe no_answer']);
  const { figures } = await of(id);
  // The first page was kept; the second one was not to be had.
  expect(figures).toMatchObject({ came: 2, by: [{ by: 'poll', count: 2 }], calls: { count: 2, failed: 1, failures: [{ why: 'failing', count: 1 }], purposes: [{ purpose: 'look', count: 2 }], took: { count: 2 } } });
});

test('a file: its rows came once, and say nothing of how fast the line is', async () => {
  const { connectionId } = await createConnection(t.store.internals, { organisationId: t.organisation.id, system: 'studio-ninja', name: 'A file', path: 'file', settings: {}, secrets: {}, actor: ACTOR });
  const owner = (await letIn(t.store, t.organisation.id, { role: 'owner', weddingId: null, contactId: null, bookingIds: [] })).headers;
  const payload = { csv: 'Name,Event date\nAmara,2026-11-20\nSiobhan,2026-11-21\n', columns: { Name: 'name', 'Event date': 'event_date' } };
  for (let time = 0; time < 2; time += 1) expect((await app.app.inject({ method: 'POST', url: HTTP.importRows.path.replace(':id', connectionId), headers: owner, payload })).statusCode).toBe(200);
  line.wake();
  await line.idle();
  const { figures } = await of(connectionId);
  expect(figures).toMatchObject({ came: 2, by: [{ by: 'file', count: 2 }], duplicates: 2, toRecord: { count: 0 } });
  expect(figures.worked + figures.parked + figures.setAside).toBe(2);
});

test('several processes add to the same rows, also at the same moment', async () => {
  const [a, b] = [await fresh('Two of them A'), await fresh('Two of them B')];
  const processes = Array.from({ length: 4 }, () => createFigures({ database: db(), clock, log: t.log, everyMs: 3_600_000 }));
  for (let round = 0; round < 5; round += 1) {
    for (const [index, counter] of processes.entries()) {
      // In turned order, so that locks taken as they come would wait in a circle.
      for (const id of index % 2 === 0 ? [a, b] : [b, a]) {
        counter.came(id, 'webhook', 3);
        counter.called(id, 'look', index === 3 ? 'no_answer' : 'answered', 100 * (index + 1));
      }
    }
    await Promise.all(processes.map((counter) => counter.flush()));
  }
  await Promise.all(processes.map((counter) => counter.stop()));
  for (const id of [a, b]) {
    expect((await of(id)).figures).toMatchObject({ came: 60, calls: { count: 20, failed: 5, failures: [{ why: 'no_answer', count: 5 }], took: { count: 20, p50Ms: 200, p95Ms: 500 } } });
    expect((await rowsOf(id)).map(({ grain, startsAt }) => [grain, startsAt])).toEqual([['day', '2027-03-10T00:00:00.000Z'], ['hour', '2027-03-10T12:00:00.000Z']]);
  }
  expect((await of(a, '7d')).figures).toEqual((await of(a)).figures);
  expect((await of(a, '30d')).figures).toEqual((await of(a)).figures);
});

test('what the database did not take is kept and written with what came meanwhile, once', async () => {
  const id = await fresh('Away for a while');
  let away = true;
  const system = db().system;
  const shaky: Database = { ...db(), get system() {
    if (away) throw new Error('the database is away');
    return system;
  } };
  const log = collectingLog();
  const counter = createFigures({ database: shaky, clock, log, everyMs: 3_600_000 });
  counter.came(id, 'mail', 2);
  counter.refused(id, 'mail_in.not_signed');
  await counter.flush();
  expect(log.lines.map(({ message }) => message)).toEqual(['figures could not be written; they are tried again']);
  counter.came(id, 'mail');
  away = false;
  await counter.stop();
  expect(await of(id)).toMatchObject({ figures: { came: 3, refused: 1 }, lastFault: { what: 'refused', code: 'mail_in.not_signed' } });
});

test('the windows: hours, six hours, days; older than that is not in them, and goes', async () => {
  const id = await fresh('Long at work');
  const start = Date.parse(NOW);
  for (const hours of [40 * 24, 29 * 24, 6 * 24 + 20, 30, 23, 3]) {
    clock.set(new Date(start - hours * HOUR).toISOString());
    counting.came(id, 'poll', 10);
    if (hours === 30) counting.called(id, 'reread', 'failing', 700);
    await counting.flush();
  }
  clock.set(NOW);
  expect([(await of(id, '24h')).figures.came, (await of(id, '7d')).figures.came, (await of(id, '30d')).figures.came]).toEqual([20, 40, 50]);
  expect(await of(id, '24h')).toMatchObject({ lastFault: null });
  expect((await of(id, '7d')).lastFault).toEqual({ at: new Date(start - 30 * HOUR).toISOString(), what: 'call', code: 'failing' });
  const { connection, slotMs } = await one(id, '7d');
  expect([slotMs, connection.slots.length, connection.slots.reduce((sum, slot) => sum + slot.came, 0)]).toEqual([6 * HOUR, 28, 40]);
  const days = await one(id, '30d');
  expect([days.from, days.slotMs, days.connection.slots[0]?.from]).toEqual(['2027-02-09T00:00:00.000Z', 24 * HOUR, '2027-02-09T00:00:00.000Z']);
  // The next hour's write takes what is too old away; what is shown stays.
  clock.set('2027-03-10T13:05:00.000Z');
  counting.came(id, 'poll', 1);
  await counting.flush();
  const kept = await rowsOf(id);
  expect(kept.filter(({ grain }) => grain === 'hour').every(({ startsAt }) => Date.parse(startsAt) > clock.now() - 8 * 24 * HOUR)).toBe(true);
  expect(kept.filter(({ grain }) => grain === 'day').every(({ startsAt }) => Date.parse(startsAt) > clock.now() - 33 * 24 * HOUR)).toBe(true);
  expect((await of(id, '30d')).figures.came).toBe(51);
  clock.set(NOW);
});

test('outages are those of the log', async () => {
  clock.set('2027-03-01T00:30:00.000Z');
  const id = await fresh('Comes and goes');
  await setHealth(id, 'healthy', null);
  clock.set('2027-03-10T02:00:00.000Z');
  await setHealth(id, 'failing', 'normalise.reread_failed');
  clock.set('2027-03-10T04:24:00.000Z');
  await setHealth(id, 'healthy', null);
  clock.set(NOW);
  const day = await of(id);
  expect(day.availability).toMatchObject({ judgedMs: 23.5 * HOUR, downMs: 2.4 * HOUR, percent: 89.79, outageCount: 1, outages: [{ from: '2027-03-10T02:00:00.000Z', until: '2027-03-10T04:24:00.000Z', health: 'failing', reason: 'normalise.reread_failed' }] });
  // Of a month it is judged from the day it was connected.
  expect((await of(id, '30d')).availability).toMatchObject({ judgedMs: 9.5 * 24 * HOUR, downMs: 2.4 * HOUR });
  const { worst, systems } = await all();
  expect(worst).toBe(id);
  expect(systems.find(({ system }) => system === 'stripe')?.availability.downMs).toBe(2.4 * HOUR);
});

test('a table for a spreadsheet, asked for by what is accepted', async () => {
  const csv = await get(`${HTTP.figures.path}?window=7d`, { accept: 'text/csv' });
  expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8');
  expect(csv.headers['content-disposition']).toBe('attachment; filename="figures-7d.csv"');
  expect(csv.body.split('\r\n')[0]).toContain('connection,system,health,counted_since,came');
  expect(csv.body.split('\r\n')).toHaveLength((await all()).connections.length + 2);
  const { connectionId } = t.connections.stripe;
  const own = await get(HTTP.connectionFigures.path.replace(':id', connectionId), { accept: 'text/csv;q=0.9, */*;q=0.1' });
  expect(own.headers['content-disposition']).toBe('attachment; filename="figures-stripe-24h.csv"');
  expect(own.body.split('\r\n')).toHaveLength(24 + 2);
  expect((await get(HTTP.figures.path, { accept: 'application/json, text/csv' })).headers['content-type']).toContain('application/json');
  expect((await get(`${HTTP.figures.path}?window=1y`)).statusCode).toBe(400);
  expect((await get(HTTP.connectionFigures.path.replace(':id', 'x'))).statusCode).toBe(400);
  expect(ErrorBody.parse((await get(HTTP.connectionFigures.path.replace(':id', randomUUID()))).json()).error.code).toBe('request.not_found');
});

test('one house sees nothing of another, also where nobody asks for the house', async () => {
  const { rows } = await db().withOrganisation(randomUUID(), (tx) => sql<{ count: number }>`select count(*)::int as count from connection_figures`.execute(tx));
  expect(rows[0]?.count).toBe(0);
});

test('they go with their connection, and what is still counted of it is not kept', async () => {
  const id = await fresh('To be removed');
  counting.came(id, 'webhook', 5);
  await counting.flush();
  expect(await rowsOf(id)).toHaveLength(2);
  counting.came(id, 'webhook', 5);
  const owner = (await letIn(t.store, t.organisation.id, { role: 'owner', weddingId: null, contactId: null, bookingIds: [] })).headers;
  expect((await app.app.inject({ method: 'DELETE', url: `${HTTP.removeConnection.path.replace(':id', id)}?unfinished=throw_away`, headers: owner })).statusCode).toBe(200);
  await counting.flush();
  expect(await rowsOf(id)).toEqual([]);
  expect((await all()).connections.some((found: ConnectionFigures) => found.connectionId === id)).toBe(false);
  counting.came(randomUUID(), 'webhook');
  await counting.flush();
});

test('counting is one statement for any number of connections, and none while nothing happens', async () => {
  const ids = [await fresh('One statement A'), await fresh('One statement B')];
  let statements = 0;
  const base = db();
  const watched: Database = { ...base, get system() {
    statements += 1;
    return base.system;
  } };
  const counter = createFigures({ database: watched, clock, log: t.log, everyMs: 3_600_000 });
  for (let n = 0; n < 1_000; n += 1) for (const id of ids) counter.ended(id, 'processed', n, null);
  expect(statements).toBe(0);
  await counter.flush();
  // The write, and once an hour what is too old.
  expect(statements).toBe(2);
  for (const id of ids) counter.came(id, 'webhook');
  await counter.flush();
  await counter.flush();
  await counter.stop();
  expect(statements).toBe(3);
  expect((await of(ids[0] ?? '')).figures).toMatchObject({ worked: 1_000, toRecord: { count: 1_000, p50Ms: 500, p95Ms: 1_000 } });
  expect(Object.keys((await rowsOf(ids[1] ?? ''))[0]?.counts ?? {})).toContain(COUNT.end('processed'));
});

test('what is left alone now is counted over all houses, by system and operation', async () => {
  const [a, b, c] = [await fresh('Left alone A'), await fresh('Left alone B'), await fresh('Left alone C')];
  const set = (id: string, breaker: unknown) => sql`update connection_access set breaker = ${JSON.stringify(breaker)}::jsonb where id = ${id}`.execute(db().system);
  await set(a, { poll: { failures: 5, openUntil: clock.now() + 60_000.5 }, reread: { failures: 2, openUntil: null } });
  await set(b, { poll: { failures: 5, openUntil: clock.now() + 1 }, reread: { failures: 0, openUntil: clock.now() + HOUR, noAccess: true } });
  // Over, and nothing at all.
  await set(c, { poll: { failures: 5, openUntil: clock.now() - 1 } });
  await set(t.connections.honeybook.connectionId, null);
  expect((await t.store.gauges()).breakers).toEqual([{ system: 'stripe', operation: 'poll', state: 'open', count: 2 }, { system: 'stripe', operation: 'reread', state: 'no_access', count: 1 }]);
});
