import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Command } from '../../../core/contract/commands.ts';
import { ErrorBody, HTTP } from '../../../core/contract/http.ts';
import { OWNER } from '../../../server/store/devices.ts';
import { openStore } from '../../../server/store/open.ts';
import { letIn } from '../../support/house.ts';
import { manager, type Manager } from '../../support/manager.ts';
import { testApp, type TestApp } from '../../support/serverApp.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';

/** Managing connections is limited to five calls a minute for each user: one budget for all devices, endpoints and processes. */
const START = Date.parse('2026-11-20T12:00:00.000Z');
const LIMIT = 5;
const clock = settableClock(new Date(START).toISOString());
let t: TestStore;
let one: TestApp;
/** Another process on the same record. */
let other: TestApp;
let endOther: () => Promise<void>;
let minutes = 0;

beforeAll(async () => {
  t = await openTestStore({ clock });
  one = testApp(t.store, { clock });
  // The embedded database belongs to one process; there, two applications share a store and nothing of the limit's.
  const second = t.options.databaseUrl === null ? null : await openStore(t.options);
  if (second && !second.ok) throw new Error(second.error.message);
  other = testApp(second?.value ?? t.store, { clock });
  endOther = async () => {
    await other.app.close();
    await second?.value.close();
  };
});
afterAll(async () => {
  await endOther();
  await one.app.close();
  await t.cleanup();
});
beforeEach(() => clock.set(new Date(START + ++minutes * 600_000).toISOString()));

const db = () => t.store.internals.database.system;
/** A person with an account, and devices of theirs. */
async function person(devices: number): Promise<Readonly<Record<string, string>>[]> {
  const at = new Date(clock.now()).toISOString();
  const accountId = randomUUID();
  await db().insertInto('accounts').values({ id: accountId, name: 'Ann', email: `${accountId}@example.org`, emailVerified: true, image: null, twoFactorEnabled: null, createdAt: at, updatedAt: at }).execute();
  const made = await Promise.all(Array.from({ length: devices }, () => letIn(t.store, t.organisation.id, OWNER)));
  await db().updateTable('devices').set({ accountId }).where('id', 'in', made.map((each) => each.deviceId)).execute();
  return made.map((each) => each.headers);
}
const connection = async () => {
  const found = (await t.store.snapshot(t.organisation.id)).rows.connections.find(({ id }) => id === t.connections.stripe.connectionId);
  if (!found) throw new Error('no connection');
  return found;
};
const decide = async (app: TestApp, headers: Readonly<Record<string, string>>, type: 'connection.pause' | 'connection.resume') => {
  const { id: connectionId, version: basedOnVersion } = await connection();
  const command = { type, commandId: randomUUID(), connectionId, basedOnVersion, ...(type === 'connection.pause' ? { reason: null } : {}) } as Command;
  return app.app.inject({ method: 'POST', url: HTTP.commands.path, headers, payload: command });
};
const everything = (as: Manager): [string, () => Promise<{ readonly status: number }>][] => {
  const { connectionId: id } = t.connections.stripe;
  const values = { system: 'stripe', path: 'native', settings: {}, secrets: {} };
  const asked: [keyof typeof HTTP, object?][] = [
    ['tryOut', values], ['connect', { ...values, name: 'x' }], ['changeConnection', { name: 'y' }], ['rotate', { key: 'none' }], ['pause'], ['resume'], ['look'], ['testEvent'],
    ['replay', { ids: [randomUUID()] }], ['cancelReplay'], ['syncConnections', {}], ['askLeave', { redirectUri: 'https://x.example/' }], ['leaveGiven', { callbackUrl: 'https://x.example/' }], ['importRows', {}], ['removeConnection'],
  ];
  return asked.map(([name, body]) => [name, () => as.ask(name, { id, ...(body ? { body } : {}) })]);
};
const SPENT = { ids: [randomUUID()] };
const spend = async (as: Manager, calls: number) => {
  for (let n = 0; n < calls; n += 1) expect((await as.ask('replay', { body: SPENT })).status).not.toBe(429);
};

it('is one budget for all devices of a user, in all processes', async () => {
  const [desk = {}, phone = {}] = await person(2);
  const [stranger = {}] = await person(1);
  await spend(manager(one, desk), 2);
  await spend(manager(other, phone), 2);
  expect((await decide(other, desk, 'connection.pause')).json()).toMatchObject({ outcome: 'accepted' });
  for (const app of [one, other]) {
    for (const headers of [desk, phone]) {
      const refused = await manager(app, headers).ask('replay', { body: SPENT });
      expect([refused.status, refused.code(), refused.headers['retry-after']]).toEqual([429, 'request.too_many', '60']);
    }
  }
  // Of nobody else's.
  await spend(manager(other, stranger), 1);
  expect((await decide(one, stranger, 'connection.resume')).json()).toMatchObject({ outcome: 'accepted' });
});

it('counts everything that manages, and refuses it before it does anything', async () => {
  for (const [name] of everything(manager(one, {}))) {
    const [headers = {}] = await person(1);
    const as = manager(one, headers);
    await spend(as, LIMIT);
    const [, ask] = everything(as).find(([each]) => each === name) ?? [];
    expect((await ask?.())?.status, name).toBe(429);
  }
  const [headers = {}] = await person(1);
  await spend(manager(one, headers), LIMIT);
  const before = await connection();
  const refused = await decide(one, headers, 'connection.pause');
  expect([refused.statusCode, ErrorBody.parse(refused.json()).error]).toMatchObject([429, { code: 'request.too_many', retryable: true }]);
  expect(await connection()).toEqual(before);
  // Looking, deciding about facts and looking at a file are not managing.
  const as = manager(one, headers);
  expect((await as.ask('systems')).status).toBe(200);
  expect((await as.ask('previewReplay', { body: SPENT })).status).not.toBe(429);
  const preview = () => as.ask('importPreview', { id: t.connections.stripe.connectionId, body: {} });
  for (let n = 0; n < LIMIT * 6; n += 1) expect((await preview()).status).not.toBe(429);
  expect((await preview()).status).toBe(429);
});

it('lets as many through as it says when all come at once', async () => {
  const devices = await person(4);
  const answers = await Promise.all(Array.from({ length: 24 }, (_, n) => manager(n % 2 === 0 ? one : other, devices[n % 4] ?? {}).ask('replay', { body: SPENT })));
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(24 - LIMIT);
});

it('frees each call a minute later, whatever was refused meanwhile, and forgets who has long been quiet', async () => {
  const [headers = {}] = await person(1);
  const as = manager(one, headers);
  await spend(as, 2);
  clock.advance(20_000);
  await spend(as, 3);
  clock.advance(30_000);
  const refused = await as.ask('replay', { body: SPENT });
  expect([refused.status, refused.headers['retry-after']]).toEqual([429, '10']);
  clock.advance(10_000);
  await spend(as, 2);
  expect((await as.ask('replay', { body: SPENT })).headers['retry-after']).toBe('20');
  // A clock that was set back locks nobody out.
  clock.advance(-3_600_000);
  await spend(as, 1);
  clock.advance(7_200_000);
  const [next = {}] = await person(1);
  await spend(manager(other, next), 1);
  const { rows } = await sql<{ n: number }>`select count(*)::int as n from managing_calls`.execute(db());
  expect(rows[0]?.n).toBe(1);
});

it('a device that was let in without an account is a user of its own', async () => {
  const [a, b] = [await letIn(t.store, t.organisation.id, OWNER), await letIn(t.store, t.organisation.id, OWNER)];
  await spend(manager(one, a.headers), LIMIT);
  expect((await manager(other, a.headers).ask('replay', { body: SPENT })).status).toBe(429);
  await spend(manager(other, b.headers), LIMIT);
});
