import { afterAll, beforeAll, expect, it } from 'vitest';
import { AccountAnswer, PeopleAnswer } from '../../../core/contract/accounts.ts';
import { HTTP, MeAnswer, SESSION_COOKIE } from '../../../core/contract/http.ts';
import { OWNER } from '../../../server/store/devices.ts';
import { createOrganisation } from '../../../server/store/organisations.ts';
import { furnish, letIn, type House } from '../../support/house.ts';
import { codeOf, invitationFrom, joined, PASSWORD, Visitor } from '../../support/people.ts';
import { plainWork } from '../../support/plainWork.ts';
import { connect, first, testApp, type TestApp } from '../../support/serverApp.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';

let t: TestStore;
let test: TestApp;
let url: string;
let owner: { url: string; headers: Record<string, string>; deviceId: string };
let house: House;

beforeAll(async () => {
  t = await openTestStore();
  // A beat that never comes in the test: only the event itself can drop a line.
  test = testApp(t.store, { config: { signInPerMinute: 10_000, apiPerMinute: 100_000 }, heartbeatMs: 3_600_000 });
  url = await test.listen();
  house = await furnish(t.store, t.organisation.id);
  owner = { url, ...(await letIn(t.store, t.organisation.id, OWNER)) };
});
afterAll(async () => {
  await test.app.close();
  await t.cleanup();
});

const post = (headers: Record<string, string>, path: string, body: object = {}) => fetch(url + path, { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) });
const live = async (visitor: Visitor) => {
  const socket = connect(url, { token: visitor.cookies.get(SESSION_COOKIE) });
  await first(socket, 'snapshot');
  return socket;
};
const roleOf = async (visitor: Visitor) => MeAnswer.parse(await (await visitor.get(HTTP.me.path)).json()).access.role;

it('a role changes on all devices at once, and their lines begin anew', async () => {
  const ann = await joined(owner, 'role@example.org', 'coordinator');
  const elsewhere = new Visitor(url);
  await elsewhere.signIn('role@example.org', PASSWORD);
  await ann.enter();
  await elsewhere.enter();
  const sockets = [await live(ann), await live(elsewhere)];
  const byes = sockets.map((socket) => first<{ reason: string }>(socket, 'bye'));
  const from = performance.now();
  expect((await post(owner.headers, HTTP.setRole.path.replace(':id', ann.membershipId), { role: 'staff' })).status).toBe(200);
  expect(await Promise.all(byes)).toEqual([{ reason: 'transport_lost' }, { reason: 'transport_lost' }]);
  const ms = performance.now() - from;
  console.log(`role changed to both lines dropped: ${ms.toFixed(1)} ms`);
  expect(ms).toBeLessThan(30 * plainWork());
  expect([await roleOf(ann), await roleOf(elsewhere)]).toEqual(['staff', 'staff']);
  expect((await ann.get(HTTP.devices.path)).status).toBe(403);
  (await live(ann)).close();
});

it('nobody gives or takes more than he is', async () => {
  const boss = await joined(owner, 'boss@example.org', 'owner');
  const managing = await joined(owner, 'managing@example.org', 'coordinator');
  await managing.enter();
  expect(await codeOf(await managing.post(HTTP.setRole.path.replace(':id', managing.membershipId), { role: 'owner' }))).toEqual([403, 'auth.forbidden']);
  expect(await codeOf(await managing.post(HTTP.setRole.path.replace(':id', boss.membershipId), { role: 'staff' }))).toEqual([403, 'auth.forbidden']);
  expect(await codeOf(await managing.post(HTTP.removeMember.path.replace(':id', boss.membershipId)))).toEqual([403, 'auth.forbidden']);
  expect(await codeOf(await managing.post(HTTP.resetLink.path.replace(':id', boss.membershipId)))).toEqual([403, 'auth.forbidden']);
  expect(await codeOf(await managing.post(HTTP.invite.path, { email: 'new@example.org', role: 'owner' }))).toEqual([403, 'auth.forbidden']);
  const { id } = await invitationFrom(owner, 'open@example.org', 'owner');
  expect(await codeOf(await managing.post(HTTP.revokeInvitation.path.replace(':id', id)))).toEqual([403, 'auth.forbidden']);
  expect((await post(owner.headers, HTTP.revokeInvitation.path.replace(':id', id))).status).toBe(200);
  expect(await codeOf(await managing.post(HTTP.invite.path, { email: 'new@example.org', role: 'platform_admin' }))).toEqual([403, 'auth.forbidden']);
});

it('whoever is removed, or whose session is revoked, is out at once', async () => {
  const took: Record<string, number> = {};
  const drop = async (what: string, visitor: Visitor, act: () => Promise<Response>) => {
    const socket = await live(visitor);
    const bye = first<{ reason: string }>(socket, 'bye');
    const from = performance.now();
    expect((await act()).status).toBe(200);
    expect(await bye).toEqual({ reason: 'auth_revoked' });
    took[what] = performance.now() - from;
    expect(await codeOf(await visitor.get(HTTP.me.path))).toEqual([401, 'auth.revoked']);
  };
  const removed = await joined(owner, 'removed@example.org', 'staff');
  await removed.enter();
  await drop('removed', removed, () => post(owner.headers, HTTP.removeMember.path.replace(':id', removed.membershipId)));
  expect(await codeOf(await removed.post(HTTP.enter.path, { device: { name: 'x', kind: 'browser' } }))).toEqual([403, 'auth.no_membership']);

  const ann = await joined(owner, 'sessions@example.org', 'staff');
  const lost = new Visitor(url);
  await lost.signIn('sessions@example.org', PASSWORD);
  await ann.enter();
  await lost.enter();
  const { sessions } = AccountAnswer.parse(await (await ann.get(HTTP.account.path)).json());
  expect(sessions.map(({ self }) => self).sort()).toEqual([false, true]);
  await drop('session revoked', lost, () => ann.post(HTTP.endSession.path.replace(':id', sessions.find(({ self }) => !self)?.id ?? '')));
  expect(await codeOf(await lost.get(HTTP.account.path))).toEqual([401, 'auth.signed_out']);
  expect((await ann.get(HTTP.me.path)).status).toBe(200);
  const stranger = await joined(owner, 'stranger@example.org', 'staff');
  expect(await codeOf(await stranger.post(HTTP.endSession.path.replace(':id', sessions.find(({ self }) => self)?.id ?? '')))).toEqual([404, 'request.not_found']);
  expect(await codeOf(await stranger.post(HTTP.leave.path.replace(':id', ann.membershipId)))).toEqual([404, 'request.not_found']);
  await drop('signed out', ann, () => ann.post('/api/auth/sign-out'));

  const left = await joined(owner, 'left@example.org', 'staff');
  await left.enter();
  await drop('left', left, () => left.post(HTTP.leave.path.replace(':id', left.membershipId)));

  // The other way round: the device is revoked, and the session with it.
  const device = await joined(owner, 'device@example.org', 'staff');
  const { deviceId } = await device.enter();
  await drop('device revoked', device, () => post(owner.headers, HTTP.revoke.path.replace(':id', deviceId)));
  expect(await codeOf(await device.get(HTTP.account.path))).toEqual([401, 'auth.signed_out']);
  expect(Math.max(...Object.values(took))).toBeLessThan(30 * plainWork());
  console.log(`out after: ${Object.entries(took).map(([what, ms]) => `${what} ${ms.toFixed(1)} ms`).join(', ')}`);
});

it('entering again is the same place once', async () => {
  const ann = await joined(owner, 'again@example.org', 'staff');
  await ann.enter();
  await ann.enter();
  const { members } = PeopleAnswer.parse(await (await fetch(url + HTTP.people.path, { headers: owner.headers })).json());
  expect(members.find(({ email }) => email === 'again@example.org')).toMatchObject({ devices: 1, self: false });
});

it('a vendor’s membership carries its wedding and bookings, as a link does', async () => {
  const { weddingId, contactId } = house.access('vendor');
  const fern = await joined(owner, 'fern@example.org', 'vendor', { weddingId, contactId });
  await fern.enter();
  expect(MeAnswer.parse(await (await fern.get(HTTP.me.path)).json()).access).toEqual(house.access('vendor'));
  expect(await codeOf(await post(owner.headers, HTTP.setRole.path.replace(':id', fern.membershipId), { role: 'staff' }))).toEqual([400, 'request.invalid']);
  expect(await codeOf(await post(owner.headers, HTTP.invite.path, { email: 'a@example.org', role: 'vendor' }))).toEqual([400, 'request.invalid']);
});

it('invitations: for one address, once, withdrawn by a newer one', async () => {
  const old = await invitationFrom(owner, 'twice@example.org', 'staff');
  const { token } = await invitationFrom(owner, 'twice@example.org', 'coordinator');
  expect(await codeOf(await new Visitor(url).post(HTTP.lookAtInvitation.path, { invitation: old.token }))).toEqual([404, 'auth.invitation_invalid']);
  const wrong = await joined(owner, 'wrong@example.org', 'staff');
  expect(await codeOf(await wrong.post(HTTP.accept.path, { invitation: token }))).toEqual([403, 'auth.invitation_other']);
  const both = await Promise.all([1, 2].map((n) => new Visitor(url).post(HTTP.join.path, { invitation: token, name: `N${n}`, password: PASSWORD })));
  expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
  expect(await codeOf(await post(owner.headers, HTTP.invite.path, { email: 'twice@example.org', role: 'staff' }))).toEqual([409, 'auth.already_member']);
});

it('the last owner stays: neither leaves, nor is removed, demoted or deleted', async () => {
  const organisation = await createOrganisation(t.store.internals, { name: 'Small House', zone: 'Europe/London', currency: 'GBP', demo: false });
  const ticket = { url, ...(await letIn(t.store, organisation.id, OWNER)) };
  const ann = await joined(ticket, 'last@example.org', 'owner');
  await ann.enter();
  // With the ticket's device there is still another way in.
  expect((await ann.post(HTTP.setRole.path.replace(':id', ann.membershipId), { role: 'coordinator' })).status).toBe(200);
  expect((await post(ticket.headers, HTTP.setRole.path.replace(':id', ann.membershipId), { role: 'owner' })).status).toBe(200);
  expect((await ann.post(HTTP.revoke.path.replace(':id', ticket.deviceId))).status).toBe(200);
  const last = [409, 'auth.last_owner'];
  expect(await codeOf(await ann.post(HTTP.setRole.path.replace(':id', ann.membershipId), { role: 'staff' }))).toEqual(last);
  expect(await codeOf(await ann.post(HTTP.removeMember.path.replace(':id', ann.membershipId)))).toEqual(last);
  expect(await codeOf(await ann.post(HTTP.leave.path.replace(':id', ann.membershipId)))).toEqual(last);
  expect(await codeOf(await ann.post(HTTP.deleteAccount.path, { password: PASSWORD }))).toEqual(last);
  const headers = ann.headers;
  const second = await joined({ url, headers }, 'second@example.org', 'owner');
  await second.enter();
  // Both at once: one of them has to stay.
  const leaving = await Promise.all([ann.post(HTTP.leave.path.replace(':id', ann.membershipId)), second.post(HTTP.leave.path.replace(':id', second.membershipId))]);
  expect(leaving.map(({ status }) => status).sort()).toEqual([200, 409]);
});

it('an account of two organisations chooses, and is not one organisation’s to reset', async () => {
  const organisation = await createOrganisation(t.store.internals, { name: 'Second House', zone: 'Europe/London', currency: 'GBP', demo: false });
  const there = { url, ...(await letIn(t.store, organisation.id, OWNER)) };
  const ann = await joined(owner, 'both@example.org', 'staff');
  const { token } = await invitationFrom(there, 'both@example.org', 'owner');
  expect(await (await ann.post(HTTP.lookAtInvitation.path, { invitation: token })).json()).toMatchObject({ hasAccount: true });
  expect(await codeOf(await new Visitor(url).post(HTTP.join.path, { invitation: token, name: 'X', password: PASSWORD }))).toEqual([409, 'auth.account_exists']);
  expect((await ann.post(HTTP.accept.path, { invitation: token })).status).toBe(200);
  expect(await codeOf(await ann.post(HTTP.enter.path, { device: { name: 'x', kind: 'browser' } }))).toEqual([409, 'auth.organisation_choice']);
  expect(await codeOf(await ann.post(HTTP.enter.path, { organisationId: house.here, device: { name: 'x', kind: 'browser' } }))).toEqual([403, 'auth.no_membership']);
  await ann.enter(organisation.id);
  expect(await roleOf(ann)).toBe('owner');
  expect(await codeOf(await post(owner.headers, HTTP.resetLink.path.replace(':id', ann.membershipId)))).toEqual([409, 'auth.account_elsewhere']);
  // Removed in one house, still in the other.
  expect((await post(owner.headers, HTTP.removeMember.path.replace(':id', ann.membershipId))).status).toBe(200);
  expect(await roleOf(ann)).toBe('owner');
});
