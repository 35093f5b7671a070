import { afterAll, beforeAll, expect, it } from 'vitest';
import { AccountAnswer, SignOnAnswer } from '../../../core/contract/accounts.ts';
import { HTTP, MeAnswer } from '../../../core/contract/http.ts';
import { OWNER } from '../../../server/store/devices.ts';
import { createOrganisation } from '../../../server/store/organisations.ts';
import { letIn } from '../../support/house.ts';
import { codeOf, invitationFrom, joined, PASSWORD, Visitor } from '../../support/people.ts';
import { PROVIDER_HOSTS, startProvider, type Provider } from '../../support/provider.ts';
import { testApp, type TestApp } from '../../support/serverApp.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';

let t: TestStore;
let test: TestApp;
let provider: Provider;
let url: string;
let owner: { url: string; headers: Record<string, string> };
let other: { url: string; headers: Record<string, string> };
const DOMAIN = 'manor.example';

beforeAll(async () => {
  t = await openTestStore();
  provider = await startProvider();
  test = testApp(t.store, { config: { signInPerMinute: 10_000, apiPerMinute: 100_000, egressAllow: PROVIDER_HOSTS } });
  url = await test.listen();
  owner = { url, headers: (await letIn(t.store, t.organisation.id, OWNER)).headers };
  const organisation = await createOrganisation(t.store.internals, { name: 'Other House', zone: 'Europe/London', currency: 'GBP', demo: false });
  other = { url, headers: (await letIn(t.store, organisation.id, OWNER)).headers };
});
afterAll(async () => {
  await test.app.close();
  await provider.close();
  await t.cleanup();
});

const put = (headers: Record<string, string>, more: object = {}) =>
  fetch(url + HTTP.setSignOn.path, {
    method: 'PUT',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ issuer: provider.issuer, clientId: provider.clientId, clientSecret: provider.clientSecret, domain: DOMAIN, ...more }),
  });

/** Goes to the provider as whoever is the person there, and comes back; gives the address that it ends at. */
async function comeBy(visitor: Visitor, email: string): Promise<string> {
  const begun = await visitor.post('/api/auth/sign-in/sso', { email, callbackURL: '/#signed-in', errorCallbackURL: '/#sign-on-failed' });
  if (begun.status !== 200) throw new Error(await begun.text());
  const { url: there } = (await begun.json()) as { url: string };
  const back = await provider.visit(there);
  // A browser says that it comes from another site.
  const answer = await visitor.ask('GET', back, undefined, { origin: '', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' });
  return answer.headers.get('location') ?? `${answer.status}`;
}
const account = async (visitor: Visitor) => AccountAnswer.parse(await (await visitor.get(HTTP.account.path)).json());

it('an owner sets it up; the secret goes in and never comes out', async () => {
  expect(await codeOf(await put(owner.headers, { issuer: 'http://127.0.0.1:1' }))).toEqual([400, 'sign_on.issuer_refused']);
  expect(await codeOf(await put(owner.headers, { issuer: 'https://169.254.169.254' }))).toEqual([400, 'sign_on.issuer_refused']);
  expect(await codeOf(await put(owner.headers, { clientSecret: undefined }))).toEqual([400, 'request.invalid']);
  const set = await put(owner.headers);
  expect(set.status).toBe(200);
  const { signOn } = SignOnAnswer.parse(await set.json());
  expect(signOn).toMatchObject({ issuer: provider.issuer, clientId: 'wedsync', domain: DOMAIN, role: 'staff', enforced: false });
  provider.allowRedirect(signOn?.redirectUrl ?? '');
  expect(JSON.stringify(signOn)).not.toContain(provider.clientSecret);
  const row = await t.store.internals.database.system.selectFrom('singleSignOn').selectAll().executeTakeFirstOrThrow();
  expect(JSON.stringify(row)).not.toContain(provider.clientSecret);
  expect(row.oidcConfig).toMatch(/^v1\./);
  expect(await codeOf(await put(other.headers))).toEqual([409, 'sign_on.domain_taken']);
  expect(await (await fetch(url + HTTP.signOn.path, { headers: other.headers })).json()).toEqual({ signOn: null });
  // Changed without the secret: it stays.
  expect((await put(owner.headers, { clientSecret: undefined })).status).toBe(200);
});

it('a newcomer becomes a member, and is the same person the next time', async () => {
  const visitor = new Visitor(url);
  expect(await (await visitor.post(HTTP.signOnFor.path, { email: `new@${DOMAIN}` })).json()).toEqual({ available: true, enforced: false });
  provider.person = { sub: 'new', email: `new@${DOMAIN}`, name: 'Nina New' };
  expect(await comeBy(visitor, `new@${DOMAIN}`)).toBe('/#signed-in');
  const first = await account(visitor);
  expect(first).toMatchObject({ account: { name: 'Nina New', hasPassword: false }, memberships: [{ role: 'staff', organisation: { name: 'Test House' } }] });
  await visitor.enter();
  expect(MeAnswer.parse(await (await visitor.get(HTTP.me.path)).json()).access.role).toBe('staff');
  const again = new Visitor(url);
  expect(await comeBy(again, `new@${DOMAIN}`)).toBe('/#signed-in');
  expect((await account(again)).account.id).toBe(first.account.id);
  // What the provider gave for later is sealed.
  const { system } = t.store.internals.database;
  const methods = await system.selectFrom('signInMethods').selectAll().where('holderId', '=', first.account.id).execute();
  expect(methods).toHaveLength(1);
});

it('whoever was shown out is not let in again by the provider, but by an invitation', async () => {
  const address = `gone@${DOMAIN}`;
  provider.person = { sub: 'gone', email: address, name: 'Gone' };
  const visitor = new Visitor(url);
  await comeBy(visitor, address);
  const [membership] = (await account(visitor)).memberships;
  const removed = await fetch(url + HTTP.removeMember.path.replace(':id', membership?.id ?? ''), { method: 'POST', headers: owner.headers });
  expect(removed.status).toBe(200);
  const again = new Visitor(url);
  expect(await comeBy(again, address)).toBe('/#signed-in');
  expect((await account(again)).memberships).toEqual([]);
  await invitationFrom(owner, address, 'staff');
  const invited = new Visitor(url);
  await comeBy(invited, address);
  expect((await account(invited)).memberships).toMatchObject([{ role: 'staff' }]);
});

it('whoever was invited gets what was invited', async () => {
  await invitationFrom(owner, `chosen@${DOMAIN}`, 'coordinator');
  provider.person = { sub: 'chosen', email: `chosen@${DOMAIN}`, name: 'Cho Sen' };
  const visitor = new Visitor(url);
  await comeBy(visitor, `chosen@${DOMAIN}`);
  expect((await account(visitor)).memberships).toMatchObject([{ role: 'coordinator' }]);
});

it('a member with a password is the same person at the provider', async () => {
  const ann = await joined(owner, `ann@${DOMAIN}`, 'coordinator');
  provider.person = { sub: 'ann', email: `ann@${DOMAIN}`, name: 'Ann' };
  const visitor = new Visitor(url);
  expect(await comeBy(visitor, `ann@${DOMAIN}`)).toBe('/#signed-in');
  expect((await account(visitor)).account.id).toBe((await account(ann)).account.id);
});

it('a provider speaks for its own domain and organisation only', async () => {
  provider.person = { sub: 'liar', email: 'boss@elsewhere.example', name: 'Liar' };
  expect(await comeBy(new Visitor(url), `liar@${DOMAIN}`)).toMatch(/sign-on-failed|error=/);
  // An account of another organisation, though of this domain, is not this provider's.
  const far = await joined(other, `far@${DOMAIN}`, 'owner');
  await t.store.internals.database.system.updateTable('accounts').set({ emailVerified: true }).where('email', '=', `far@${DOMAIN}`).execute();
  provider.person = { sub: 'far', email: `far@${DOMAIN}`, name: 'Far' };
  const thief = new Visitor(url);
  expect(await comeBy(thief, `far@${DOMAIN}`)).toMatch(/sign-on-failed|error=/);
  expect(await codeOf(await thief.get(HTTP.account.path))).toEqual([401, 'auth.signed_out']);
  expect((await account(far)).memberships).toHaveLength(1);
  // And who came by a provider is invited nowhere else.
  provider.person = { sub: 'new', email: `new@${DOMAIN}`, name: 'Nina New' };
  const nina = new Visitor(url);
  await comeBy(nina, `new@${DOMAIN}`);
  const { token } = await invitationFrom(other, `new@${DOMAIN}`, 'staff');
  expect(await codeOf(await nina.post(HTTP.accept.path, { invitation: token }))).toEqual([409, 'auth.account_elsewhere']);
});

it('an answer that nobody asked for lets nobody in', async () => {
  const row = await t.store.internals.database.system.selectFrom('singleSignOn').select('providerId').executeTakeFirstOrThrow();
  const visitor = new Visitor(url);
  const answer = await visitor.get(`/api/auth/sso/callback/${row.providerId}?code=abc&state=made-up`);
  expect(answer.status).toBe(302);
  expect(answer.headers.get('location')).toContain('error=');
  expect((await visitor.get(HTTP.account.path)).status).toBe(401);
  for (const callbackURL of ['https://evil.example/', '//evil.example', `${provider.issuer.replace('127.0.0.1', 'evil.example')}/x`]) {
    expect((await visitor.post('/api/auth/sign-in/sso', { email: `new@${DOMAIN}`, callbackURL })).status).toBe(403);
  }
});

it('enforced: no passwords but an owner’s; taken away: passwords again', async () => {
  expect((await put(owner.headers, { enforced: true })).status).toBe(200);
  expect(await codeOf(await new Visitor(url).signIn(`ann@${DOMAIN}`, PASSWORD))).toEqual([403, 'auth.sign_on_required']);
  const { token } = await invitationFrom(owner, `later@${DOMAIN}`, 'staff');
  expect(await codeOf(await new Visitor(url).post(HTTP.join.path, { invitation: token, name: 'Later', password: PASSWORD }))).toEqual([403, 'auth.sign_on_required']);
  await joined(owner, `chief@${DOMAIN}`, 'owner');
  expect((await new Visitor(url).signIn(`chief@${DOMAIN}`, PASSWORD)).status).toBe(200);
  await joined(owner, 'guest@outside.example', 'staff');
  expect((await new Visitor(url).signIn('guest@outside.example', PASSWORD)).status).toBe(200);
  expect((await fetch(url + HTTP.removeSignOn.path, { method: 'DELETE', headers: owner.headers })).status).toBe(200);
  expect((await new Visitor(url).signIn(`ann@${DOMAIN}`, PASSWORD)).status).toBe(200);
  expect((await new Visitor(url).post('/api/auth/sign-in/sso', { email: `ann@${DOMAIN}`, callbackURL: '/' })).status).toBe(404);
});
