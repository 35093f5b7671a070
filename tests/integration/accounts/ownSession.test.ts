import { afterAll, beforeAll, expect, it } from 'vitest';
import { AccountAnswer } from '../../../core/contract/accounts.ts';
import { HTTP, MeAnswer, SESSION_COOKIE } from '../../../core/contract/http.ts';
import { OWNER } from '../../../server/store/devices.ts';
import { letIn } from '../../support/house.ts';
import { oneTimeCode } from '../../support/oneTimeCode.ts';
import { codeOf, joined, PASSWORD, Visitor } from '../../support/people.ts';
import { testApp, until, type TestApp } from '../../support/serverApp.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';
import { StrictClient } from '../../support/streamClient.ts';

/** What an account changes about itself must not throw its own browser out, and must throw out all others. */

let t: TestStore;
let test: TestApp;
let owner: { url: string; headers: Record<string, string> };

beforeAll(async () => {
  t = await openTestStore();
  test = testApp(t.store, { config: { signInPerMinute: 10_000, apiPerMinute: 100_000 } });
  owner = { url: await test.listen(), headers: (await letIn(t.store, t.organisation.id, OWNER)).headers };
});
afterAll(async () => {
  await test.app.close();
  await t.cleanup();
});

const lineOf = async (visitor: Visitor): Promise<{ closed: () => boolean; close: () => void }> => {
  const client = new StrictClient(owner.url, { token: visitor.cookies.get(SESSION_COOKIE) ?? '' });
  expect(await client.open()).toBe('open');
  return { closed: () => client.socket?.connected !== true, close: () => client.close() };
};
const deviceOf = async (visitor: Visitor) => MeAnswer.parse(await (await visitor.get(HTTP.me.path)).json()).device.id;
const sessionsOf = async (visitor: Visitor) => AccountAnswer.parse(await (await visitor.get(HTTP.account.path)).json()).sessions;

it('the own device and its line stay over a second factor on and off and a new password; other sessions’ devices end', async () => {
  const ann = await joined(owner, 'own@example.org', 'staff');
  await ann.enter();
  const line = await lineOf(ann);
  const device = await deviceOf(ann);
  const staysOver = async (what: string): Promise<void> => {
    expect([what, await deviceOf(ann), line.closed()]).toEqual([what, device, false]);
    const self = (await sessionsOf(ann)).find((one) => one.self);
    const row = await t.store.internals.database.system.selectFrom('devices').select(['sessionId', 'revokedAt']).where('id', '=', device).executeTakeFirstOrThrow();
    expect([what, row]).toEqual([what, { sessionId: self?.id, revokedAt: null }]);
  };

  const enabled = (await (await ann.post('/api/auth/two-factor/enable', { password: PASSWORD })).json()) as { totpURI: string };
  expect((await ann.post('/api/auth/two-factor/verify-totp', { code: oneTimeCode(enabled.totpURI) })).status).toBe(200);
  await staysOver('second factor on');
  expect((await ann.post('/api/auth/two-factor/disable', { password: PASSWORD })).status).toBe(200);
  await staysOver('second factor off');

  const phone = new Visitor(owner.url);
  expect((await phone.signIn('own@example.org', PASSWORD)).status).toBe(200);
  await phone.enter();
  const phoneLine = await lineOf(phone);
  expect((await ann.post('/api/auth/change-password', { currentPassword: PASSWORD, newPassword: 'another long password', revokeOtherSessions: true })).status).toBe(200);
  await staysOver('new password');
  await until(() => phoneLine.closed(), 'the other line is dropped', 5_000);
  expect(await codeOf(await phone.get(HTTP.me.path))).toEqual([401, 'auth.revoked']);
  expect(await codeOf(await phone.get(HTTP.account.path))).toEqual([401, 'auth.signed_out']);
  expect(await sessionsOf(ann)).toHaveLength(1);
  // The device follows the new session to its end.
  expect((await ann.post('/api/auth/sign-out')).status).toBe(200);
  await until(() => line.closed(), 'the own line is dropped', 5_000);
});

it('a device does not follow to another account, and not from somebody else’s session', async () => {
  const bob = await joined(owner, 'first@example.org', 'staff');
  await bob.enter();
  const before = await deviceOf(bob);
  const stale = new Visitor(owner.url);
  for (const [name, value] of bob.cookies) if (name === SESSION_COOKIE) stale.cookies.set(name, value);
  // In the same browser somebody else signs in: the device of before stays what it was, and ends with its own session.
  const eve = await joined(owner, 'second@example.org', 'staff');
  for (const [name, value] of bob.cookies) if (name === SESSION_COOKIE) eve.cookies.set(name, value);
  const enabled = (await (await eve.post('/api/auth/two-factor/enable', { password: PASSWORD })).json()) as { totpURI: string };
  expect((await eve.post('/api/auth/two-factor/verify-totp', { code: oneTimeCode(enabled.totpURI) })).status).toBe(200);
  expect((await eve.post('/api/auth/change-password', { currentPassword: PASSWORD, newPassword: 'another long password', revokeOtherSessions: true })).status).toBe(200);
  const row = await t.store.internals.database.system.selectFrom('devices').innerJoin('sessions', 'sessions.id', 'devices.sessionId').innerJoin('accounts', 'accounts.id', 'sessions.accountId').select(['accounts.email', 'devices.revokedAt']).where('devices.id', '=', before).executeTakeFirstOrThrow();
  expect(row).toEqual({ email: 'first@example.org', revokedAt: null });
  expect((await bob.post('/api/auth/sign-out')).status).toBe(200);
  expect(await codeOf(await stale.get(HTTP.me.path))).toEqual([401, 'auth.revoked']);
});

it('a wrong password changes nothing about anybody’s session', async () => {
  const cleo = await joined(owner, 'third@example.org', 'staff');
  await cleo.enter();
  const [device, sessions] = [await deviceOf(cleo), await sessionsOf(cleo)];
  expect((await cleo.post('/api/auth/change-password', { currentPassword: 'not the password', newPassword: 'another long password', revokeOtherSessions: true })).status).toBe(401);
  expect([await deviceOf(cleo), await sessionsOf(cleo)]).toEqual([device, sessions]);
});

it('a name is changed by its owner, and shown from then on', async () => {
  const dan = await joined(owner, 'dan@example.org', 'staff');
  await dan.enter();
  expect(await (await dan.post(HTTP.rename.path, { name: '  Daniela Ortega ' })).json()).toMatchObject({ name: 'Daniela Ortega' });
  expect(AccountAnswer.parse(await (await dan.get(HTTP.account.path)).json()).account.name).toBe('Daniela Ortega');
  expect(MeAnswer.parse(await (await dan.get(HTTP.me.path)).json()).account?.name).toBe('Daniela Ortega');
  for (const body of [{ name: ' ' }, { name: 'a\u0000b' }, { name: 'x'.repeat(121) }, { name: 'x', email: 'y@example.org' }, {}]) expect((await dan.post(HTTP.rename.path, body)).status).toBe(400);
  expect(await codeOf(await new Visitor(owner.url).post(HTTP.rename.path, { name: 'Nobody' }))).toEqual([401, 'auth.signed_out']);
});
