import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PairingView, RedeemPairingAnswer, StartPairingAnswer } from '../../../core/contract/accounts.ts';
import { HTTP, MeAnswer } from '../../../core/contract/http.ts';
import { OWNER } from '../../../server/store/devices.ts';
import { createOrganisation } from '../../../server/store/organisations.ts';
import { letIn } from '../../support/house.ts';
import { codeOf, joined, type Visitor } from '../../support/people.ts';
import { testApp, type TestApp } from '../../support/serverApp.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';

let t: TestStore;
let test: TestApp;
let url: string;
let owner: { url: string; headers: Record<string, string> };
let ann: Visitor & { readonly membershipId: string };

beforeAll(async () => {
  t = await openTestStore();
  test = testApp(t.store, { config: { signInPerMinute: 10_000, apiPerMinute: 100_000 } });
  url = await test.listen();
  owner = { url, headers: (await letIn(t.store, t.organisation.id, OWNER)).headers };
  ann = await joined(owner, 'ann@example.org', 'staff');
  await ann.enter();
});
afterAll(async () => {
  await test.app.close();
  await t.cleanup();
});

const send = (path: string, body: object = {}, headers: Record<string, string> = {}) => fetch(url + path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });
const start = async () => StartPairingAnswer.parse(await (await send(HTTP.startPairing.path, { device: { name: 'Reception', kind: 'desktop' } })).json());
const redeem = (deviceCode: string) => send(HTTP.redeemPairing.path, { deviceCode });
const at = (path: string, code: string) => path.replace(':code', encodeURIComponent(code));
/** The library slows whoever asks again within five seconds; the clock of that is in the table. */
const rested = () => t.store.internals.database.system.updateTable('pairingCodes').set({ lastPolledAt: null }).execute();

it('a desktop shows a code, a person looks and approves, the desktop is in, once', async () => {
  const started = await start();
  expect(started.userCode).toMatch(/^[A-Z2-9]{4}-[A-Z2-9]{4}$/);
  expect(started.urlComplete).toBe(`${url}/#pair=${started.userCode.replace('-', '')}`);
  expect(Date.parse(started.expiresAt) - Date.now()).toBeGreaterThan(9 * 60_000);
  expect(await (await redeem(started.deviceCode)).json()).toEqual({ status: 'pending' });
  expect(await (await redeem(started.deviceCode)).json()).toEqual({ status: 'slow_down' });
  const seen = PairingView.parse(await (await ann.get(at(HTTP.lookAtPairing.path, ` ${started.userCode.toLowerCase()} `.trim()))).json());
  expect(seen).toMatchObject({ device: { name: 'Reception', kind: 'desktop' }, address: '127.0.0.1', organisation: { name: 'Test House' }, as: { email: 'ann@example.org', role: 'staff' } });
  expect(await (await ann.post(at(HTTP.approvePairing.path, started.userCode))).json()).toEqual({ userCode: started.userCode, status: 'approved' });
  expect(await codeOf(await ann.post(at(HTTP.denyPairing.path, started.userCode)))).toEqual([404, 'auth.pairing_invalid']);
  await rested();
  const both = await Promise.all([redeem(started.deviceCode), redeem(started.deviceCode)]);
  const paired = both.find(({ status }) => status === 200);
  expect(both.map(({ status }) => status).filter((status) => status === 200).length).toBeGreaterThanOrEqual(1);
  const answers = await Promise.all(both.map(async (one) => (one.status === 200 ? RedeemPairingAnswer.parse(await one.json()) : null)));
  const inside = answers.filter((answer) => answer?.status === 'paired');
  expect([paired !== undefined, inside.length]).toEqual([true, 1]);
  const [answer] = inside;
  if (answer?.status !== 'paired') throw new Error('not paired');
  const headers = { authorization: `Bearer ${answer.token}` };
  const me = MeAnswer.parse(await (await fetch(url + HTTP.me.path, { headers })).json());
  expect(me).toMatchObject({ access: { role: 'staff' }, device: { id: answer.deviceId, name: 'Reception', kind: 'desktop' }, account: { email: 'ann@example.org' } });
  expect(await codeOf(await redeem(started.deviceCode))).toEqual([401, 'auth.pairing_invalid']);
  // The session that the library made of it is gone; the browser's own stays, and signing out there leaves the desktop alone.
  const { system } = t.store.internals.database;
  expect(await system.selectFrom('sessions').select('id').execute()).toHaveLength(1);
  await ann.post('/api/auth/sign-out');
  expect((await fetch(url + HTTP.me.path, { headers })).status).toBe(200);
  // A paired desktop lets the next one in; when the member goes, all of it goes.
  const next = await start();
  expect((await send(at(HTTP.approvePairing.path, next.userCode), {}, headers)).status).toBe(200);
  await rested();
  const second = RedeemPairingAnswer.parse(await (await redeem(next.deviceCode)).json());
  if (second.status !== 'paired') throw new Error(second.status);
  expect((await send(HTTP.removeMember.path.replace(':id', ann.membershipId), {}, owner.headers)).status).toBe(200);
  for (const token of [answer.token, second.token]) expect(await codeOf(await fetch(url + HTTP.me.path, { headers: { authorization: `Bearer ${token}` } }))).toEqual([401, 'auth.revoked']);
});

it('denied, over, unknown, of a member who is gone: nobody is let in', async () => {
  const bea = await joined(owner, 'bea@example.org', 'coordinator');
  await bea.enter();
  const denied = await start();
  expect((await bea.post(at(HTTP.denyPairing.path, denied.userCode))).status).toBe(200);
  expect(await codeOf(await redeem(denied.deviceCode))).toEqual([403, 'auth.pairing_denied']);
  expect(await codeOf(await redeem(denied.deviceCode))).toEqual([401, 'auth.pairing_invalid']);

  const over = await start();
  await t.store.internals.database.system.updateTable('pairingCodes').set({ expiresAt: new Date(Date.now() - 1000).toISOString() }).where('userCode', '=', over.userCode.replace('-', '')).execute();
  expect(await codeOf(await bea.get(at(HTTP.lookAtPairing.path, over.userCode)))).toEqual([404, 'auth.pairing_invalid']);
  expect(await codeOf(await bea.post(at(HTTP.approvePairing.path, over.userCode)))).toEqual([404, 'auth.pairing_invalid']);
  expect(await codeOf(await redeem(over.deviceCode))).toEqual([401, 'auth.pairing_invalid']);
  expect(await codeOf(await redeem('x'.repeat(40)))).toEqual([401, 'auth.pairing_invalid']);
  // What is kept of a code is no code.
  const kept = await start();
  const row = await t.store.internals.database.system.selectFrom('pairingCodes').select('deviceCode').where('userCode', '=', kept.userCode.replace('-', '')).executeTakeFirstOrThrow();
  expect(row.deviceCode).toMatch(/^sha256:/);
  expect(await codeOf(await redeem(row.deviceCode))).toEqual([401, 'auth.pairing_invalid']);

  const left = await start();
  await bea.post(at(HTTP.approvePairing.path, left.userCode));
  await send(HTTP.removeMember.path.replace(':id', bea.membershipId), {}, owner.headers);
  await sleep(5);
  expect(await codeOf(await redeem(left.deviceCode))).toEqual([403, 'auth.no_membership']);
});

it('a device without an account lets nobody in; of two organisations it is the approving device’s', async () => {
  const started = await start();
  expect(await codeOf(await send(at(HTTP.approvePairing.path, started.userCode), {}, owner.headers))).toEqual([409, 'auth.account_needed']);
  const organisation = await createOrganisation(t.store.internals, { name: 'Other House', zone: 'Europe/London', currency: 'GBP', demo: false });
  const there = { url, headers: (await letIn(t.store, organisation.id, OWNER)).headers };
  const cy = await joined(there, 'cy@example.org', 'coordinator');
  await cy.enter();
  await cy.post(at(HTTP.approvePairing.path, started.userCode));
  const paired = RedeemPairingAnswer.parse(await (await redeem(started.deviceCode)).json());
  expect(paired).toMatchObject({ status: 'paired', organisation: { id: organisation.id } });
});
