import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ErrorBody, TicketAnswer } from '../../../core/contract/http.ts';
import { furnish, letIn, type House } from '../../support/house.ts';
import { testApp } from '../../support/serverApp.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';

const clock = settableClock('2026-11-20T12:00:00.000Z');
let t: TestStore;
let app: FastifyInstance;
let house: House;
let headers: { authorization: string };
let key: string;

beforeAll(async () => {
  t = await openTestStore({ clock });
  ({ app } = testApp(t.store, { clock, config: { apiPerMinute: 100_000, enrolPerMinute: 100_000, managingPerMinute: 100_000 } }));
  house = await furnish(t.store, t.organisation.id);
  headers = (await letIn(t.store, t.organisation.id, house.access('owner'))).headers;
});
beforeEach(() => {
  key = randomUUID();
});
afterAll(async () => {
  await app.close();
  await t.cleanup();
});

const ticket = (payload: object = { role: 'staff' }, given: Record<string, string> = headers, named: string | null = key) =>
  app.inject({ method: 'POST', url: '/api/devices/tickets', headers: { ...given, ...(named === null ? {} : { 'idempotency-key': named }) }, payload });
const codeOf = (answer: { json: () => unknown }) => ErrorBody.parse(answer.json()).error.code;
const kept = () => t.store.internals.database.system.selectFrom('idempotencyKeys').selectAll().execute();
const tickets = async () => (await t.store.internals.database.system.selectFrom('tickets').select('hash').execute()).length;

test('the same key and body are answered with the first answer, and nothing is done again', async () => {
  const before = await tickets();
  const first = await ticket();
  const second = await ticket();
  expect(second.body).toBe(first.body);
  expect([first.headers['idempotency-replayed'], second.headers['idempotency-replayed'], second.statusCode, second.headers['content-type']]).toEqual([undefined, 'true', 200, first.headers['content-type']]);
  expect(await tickets()).toBe(before + 1);
  expect((await ticket({ role: 'staff' }, headers, null)).body).not.toBe(first.body);
  // Under its versioned name it is the same address.
  const versioned = await app.inject({ method: 'POST', url: '/api/v1/devices/tickets', headers: { ...headers, 'idempotency-key': key }, payload: { role: 'staff' } });
  expect(versioned.body).toBe(first.body);
});

test('many at the same time do it once; the others wait or get the same', async () => {
  const before = await tickets();
  const answers = await Promise.all(Array.from({ length: 20 }, () => ticket()));
  const done = answers.filter((one) => one.statusCode === 200);
  expect(new Set(done.map((one) => one.body)).size).toBe(1);
  for (const one of answers) if (one.statusCode !== 200) expect([one.statusCode, codeOf(one), one.headers['retry-after']]).toEqual([409, 'request.idempotency_running', '1']);
  expect(await tickets()).toBe(before + 1);
  expect((await ticket()).statusCode).toBe(200);
});

test('another body under the same key is refused; another device or another day is another request', async () => {
  const first = await ticket();
  const other = await ticket({ role: 'coordinator' });
  expect([other.statusCode, codeOf(other)]).toEqual([422, 'request.idempotency_mismatch']);
  const elsewhere = await letIn(t.store, t.organisation.id, house.access('owner'));
  expect((await ticket({ role: 'staff' }, elsewhere.headers)).body).not.toBe(first.body);
  clock.advance(24 * 3_600_000 + 1);
  expect((await ticket()).body).not.toBe(first.body);
});

test('refusals of the write are kept, those of the caller are not', async () => {
  const bad = await ticket({ role: 'nobody' });
  const again = await ticket({ role: 'nobody' });
  expect([bad.statusCode, again.body, again.headers['idempotency-replayed'], again.headers['content-type']]).toEqual([400, bad.body, 'true', 'application/problem+json; charset=utf-8']);
  const staff = await letIn(t.store, t.organisation.id, house.access('staff'));
  expect((await ticket({ role: 'staff' }, staff.headers)).statusCode).toBe(403);
  expect((await ticket({ role: 'staff' }, { authorization: 'Bearer 0123456789abcdef0123' })).statusCode).toBe(401);
});

test('a key that is none is refused, and reading does not need one', async () => {
  for (const named of ['', ' ', 'a b', 'x'.repeat(201)]) expect([named, codeOf(await ticket({ role: 'staff' }, headers, named))]).toEqual([named, 'request.invalid']);
  const me = () => app.inject({ url: '/api/me', headers: { ...headers, 'idempotency-key': key } });
  expect([(await me()).statusCode, (await me()).headers['idempotency-replayed']]).toEqual([200, undefined]);
});

test('what was begun by a process that ended is begun again after a minute', async () => {
  await ticket();
  await t.store.internals.database.system.updateTable('idempotencyKeys').set({ status: null, answerSealed: null }).execute();
  expect(codeOf(await ticket())).toBe('request.idempotency_running');
  clock.advance(61_000);
  expect((await ticket()).statusCode).toBe(200);
});

test('nothing of an answer can be read from the database', async () => {
  const { url } = TicketAnswer.parse((await ticket()).json());
  const secret = url.split('=')[1] ?? '';
  const stored = JSON.stringify(await kept());
  expect(secret.length).toBeGreaterThan(20);
  expect(stored).not.toContain(secret);
  expect(stored).not.toContain(key);
});
