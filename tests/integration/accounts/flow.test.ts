import { afterAll, beforeAll, expect, it } from 'vitest';
import { AccountAnswer, InvitationLookAnswer, PeopleAnswer } from '../../../core/contract/accounts.ts';
import { HTTP, MeAnswer } from '../../../core/contract/http.ts';
import { letIn } from '../../support/house.ts';
import { codeOf, invitationFrom, joined, PASSWORD, Visitor } from '../../support/people.ts';
import { testApp, type TestApp } from '../../support/serverApp.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';
import { OWNER } from '../../../server/store/devices.ts';

let t: TestStore;
let test: TestApp;
let owner: { url: string; headers: Record<string, string> };

beforeAll(async () => {
  t = await openTestStore();
  test = testApp(t.store, { config: { signInPerMinute: 10_000, apiPerMinute: 100_000 } });
  const url = await test.listen();
  owner = { url, headers: (await letIn(t.store, t.organisation.id, OWNER)).headers };
});
afterAll(async () => {
  await test.app.close();
  await t.cleanup();
});

it('an owner’s first device invites, somebody joins, enters and reads the record', async () => {
  const { token, mail, url } = await invitationFrom(owner, 'Ann@Example.org', 'owner');
  expect(mail).toBe('not_configured');
  expect(url.startsWith(`${owner.url}/#invitation=`)).toBe(true);
  const ann = new Visitor(owner.url);
  expect(InvitationLookAnswer.parse(await (await ann.post(HTTP.lookAtInvitation.path, { invitation: token })).json())).toMatchObject({ email: 'ann@example.org', role: 'owner', hasAccount: false, organisation: { name: 'Test House' } });
  expect(await codeOf(await ann.get(HTTP.account.path))).toEqual([401, 'auth.signed_out']);
  expect(await codeOf(await ann.post(HTTP.join.path, { invitation: token, name: 'Ann', password: 'short' }))).toEqual([400, 'auth.password_unfit']);
  const answer = await ann.post(HTTP.join.path, { invitation: token, name: 'Ann', password: PASSWORD });
  expect([answer.status, await answer.json()]).toMatchObject([200, { role: 'owner', organisationId: t.organisation.id }]);
  expect(await codeOf(await new Visitor(owner.url).post(HTTP.join.path, { invitation: token, name: 'Eve', password: PASSWORD }))).toEqual([404, 'auth.invitation_invalid']);
  const me = AccountAnswer.parse(await (await ann.get(HTTP.account.path)).json());
  expect(me).toMatchObject({ account: { email: 'ann@example.org', emailVerified: false, hasPassword: true }, memberships: [{ role: 'owner', organisation: { id: t.organisation.id } }], sessions: [{ self: true }] });
  expect((await ann.get(HTTP.me.path)).status).toBe(401);
  await ann.enter();
  expect(MeAnswer.parse(await (await ann.get(HTTP.me.path)).json())).toMatchObject({ access: { role: 'owner' }, account: { name: 'Ann' }, device: { kind: 'browser' } });
  expect((await ann.get(HTTP.integrations.path)).status).toBe(200);
  const { members } = PeopleAnswer.parse(await (await ann.get(HTTP.people.path)).json());
  expect(members).toMatchObject([{ name: 'Ann', role: 'owner', devices: 1, self: true }]);
});

it('signing in, out and in again; the device ends with the session', async () => {
  const bob = await joined(owner, 'bob@example.org', 'staff');
  await bob.enter();
  const device = new Visitor(owner.url);
  for (const [name, value] of bob.cookies) device.cookies.set(name, value);
  expect((await bob.get(HTTP.me.path)).status).toBe(200);
  expect((await bob.post('/api/auth/sign-out')).status).toBe(200);
  expect(await codeOf(await device.get(HTTP.me.path))).toEqual([401, 'auth.revoked']);
  expect(await codeOf(await device.get(HTTP.account.path))).toEqual([401, 'auth.signed_out']);
  expect(await codeOf(await bob.signIn('bob@example.org', 'not the password'))).toEqual([401, 'auth.credentials_wrong']);
  const back = await bob.signIn('BOB@example.org', PASSWORD);
  expect(back.status).toBe(200);
  expect(JSON.stringify(await back.json())).not.toContain('token');
  await bob.enter();
  expect((await bob.get(HTTP.me.path)).status).toBe(200);
});
