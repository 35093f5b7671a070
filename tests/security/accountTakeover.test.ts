import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ResetLinkAnswer } from '../../core/contract/accounts.ts';
import { HTTP, TicketAnswer } from '../../core/contract/http.ts';
import { sealedAbout } from '../../server/accounts/adapter.ts';
import { OWNER } from '../../server/store/devices.ts';
import { createOrganisation } from '../../server/store/organisations.ts';
import { letIn } from '../support/house.ts';
import { codeOf, invitationFrom, joined, PASSWORD, Visitor } from '../support/people.ts';
import { testApp, type TestApp } from '../support/serverApp.ts';
import { openTestStore, type TestStore } from '../support/store.ts';

/** Ways into somebody else's account. */

let t: TestStore;
let test: TestApp;
let network: TestApp;
let smtp: SMTPServer;
let url: string;
let owner: { url: string; headers: Record<string, string> };
let other: { url: string; headers: Record<string, string> };
const mailed: string[] = [];
/** Mail for whoever is called slow is taken once this settles. */
let taken: Promise<void> = Promise.resolve();
const SETTINGS = {
  issuer: 'https://idp.example', pkce: true, clientId: 'c', clientSecret: 's', discoveryEndpoint: 'https://idp.example/.well-known/openid-configuration', authorizationEndpoint: 'https://idp.example/auth',
  tokenEndpoint: 'https://idp.example/token', jwksEndpoint: 'https://idp.example/jwks', tokenEndpointAuthentication: 'client_secret_basic', scopes: ['openid', 'email'],
};

beforeAll(async () => {
  smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo: ({ address }, _session, done) => void (address.startsWith('slow') ? taken : Promise.resolve()).then(() => done()),
    onData(stream, session, done) {
      stream.resume();
      stream.on('end', () => {
        mailed.push(...session.envelope.rcptTo.map(({ address }) => address));
        done();
      });
    },
  });
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', () => resolve()));
  const address = smtp.server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  t = await openTestStore();
  const config = { signInPerMinute: 10_000, apiPerMinute: 100_000, smtpUrl: `smtp://127.0.0.1:${address.port}` };
  test = testApp(t.store, { config });
  network = testApp(t.store, { config: { ...config, host: '0.0.0.0' } });
  url = await test.listen();
  owner = { url, headers: (await letIn(t.store, t.organisation.id, OWNER)).headers };
  const organisation = await createOrganisation(t.store.internals, { name: 'Other House', zone: 'Europe/London', currency: 'GBP', demo: false });
  other = { url, headers: (await letIn(t.store, organisation.id, OWNER)).headers };
});
afterAll(async () => {
  await test.app.close();
  await network.app.close();
  await t.cleanup();
  await new Promise<void>((resolve) => smtp.close(() => resolve()));
});

const db = () => t.store.internals.database.system;
const accountId = async (email: string) => (await db().selectFrom('accounts').select('id').where('email', '=', email).executeTakeFirstOrThrow()).id;
const post = (headers: Record<string, string>, path: string, body: object = {}) => fetch(url + path, { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) });
const resetLink = async (membershipId: string) => ResetLinkAnswer.parse(await (await post(owner.headers, HTTP.resetLink.path.replace(':id', membershipId))).json()).url.split('#reset=')[1] ?? '';
const passkeys = async (id: string) => (await sql`select id from passkeys where account_id = ${id}`.execute(db())).rows.length;
const plantPasskey = (id: string) =>
  sql`insert into passkeys (id, account_id, public_key, credential_id, counter, device_type, backed_up) values (${randomUUID()}, ${id}, 'x', ${randomUUID()}, 0, 'singleDevice', false)`.execute(db());

it('no mail leads to a host that whoever asked for it has named', async () => {
  await joined(owner, 'hosted@example.org', 'staff');
  const asked = await network.app.inject({ method: 'POST', url: '/api/auth/request-password-reset', headers: { host: 'evil.example' }, payload: { email: 'hosted@example.org' } });
  expect([asked.statusCode, asked.json<{ error: { code: string } }>().error.code]).toEqual([409, 'mail.not_configured']);
  const byAddress = await test.app.inject({ method: 'POST', url: '/api/auth/request-password-reset', headers: { host: '203.0.113.7' }, payload: { email: 'hosted@example.org' } });
  expect(byAddress.statusCode).toBe(409);
  const invited = await network.app.inject({ method: 'POST', url: HTTP.invite.path, headers: { ...owner.headers, host: 'evil.example' }, payload: { email: 'guest@example.org', role: 'staff' } });
  expect(invited.json<{ mail: string }>().mail).toBe('not_configured');
  expect(mailed.includes('guest@example.org')).toBe(false);
});

it('how long the mail takes does not tell that there is somebody', async () => {
  await joined(owner, 'slow@example.org', 'staff');
  const letters = () => mailed.filter((address) => address === 'slow@example.org').length;
  const before = letters();
  let take = (): void => undefined;
  taken = new Promise((resolve) => (take = resolve));
  // Answered before its letter is taken: that is only let go afterwards.
  expect((await new Visitor(url).post('/api/auth/request-password-reset', { email: 'slow@example.org' })).status).toBe(200);
  take();
  await expect.poll(letters).toBeGreaterThan(before);
});

it('a reset link that an owner has kept is void once the member belongs to somebody else too', async () => {
  const bob = await joined(owner, 'kept@example.org', 'staff');
  const kept = await resetLink(bob.membershipId);
  const { token } = await invitationFrom(other, 'kept@example.org', 'owner');
  expect((await bob.post(HTTP.accept.path, { invitation: token })).status).toBe(200);
  expect(await codeOf(await new Visitor(url).post('/api/auth/reset-password', { token: kept, newPassword: 'taken over by now' }))).toEqual([401, 'auth.reset_invalid']);
  expect((await new Visitor(url).signIn('kept@example.org', PASSWORD)).status).toBe(200);
});

it('whoever was signed in as somebody is not in the organisation that they join later', async () => {
  const victim = await joined(owner, 'shared@example.org', 'staff');
  const lurking = new Visitor(url);
  expect((await lurking.signIn('shared@example.org', PASSWORD)).status).toBe(200);
  const { token } = await invitationFrom(other, 'shared@example.org', 'owner');
  expect((await victim.post(HTTP.accept.path, { invitation: token })).status).toBe(200);
  expect((await lurking.get(HTTP.account.path)).status).toBe(401);
  expect((await victim.get(HTTP.account.path)).status).toBe(200);
});

it('a reset takes away the passkeys that somebody else may have set up', async () => {
  const eve = await joined(owner, 'planted@example.org', 'staff');
  const id = await accountId('planted@example.org');
  await plantPasskey(id);
  expect((await new Visitor(url).post('/api/auth/reset-password', { token: await resetLink(eve.membershipId), newPassword: 'my own again, long' })).status).toBe(200);
  expect(await passkeys(id)).toBe(0);
});

it('with its single sign-on goes what an organisation could set up as one of its people', async () => {
  const person = await joined(owner, 'person@claimed.example', 'staff');
  const id = await accountId('person@claimed.example');
  const providerId = randomUUID();
  await db().insertInto('singleSignOn').values({ id: randomUUID(), organisationId: t.organisation.id, accountId: null, providerId, issuer: 'https://idp.example', domain: 'claimed.example', domainVerified: true, oidcConfig: '-', role: 'staff', enforced: false }).execute();
  const at = new Date().toISOString();
  await sql`insert into sign_in_methods (id, holder_id, provider_id, subject, created_at, updated_at) values (${randomUUID()}, ${id}, ${providerId}, 's', ${at}, ${at})`.execute(db());
  await plantPasskey(id);
  expect((await fetch(url + HTTP.removeSignOn.path, { method: 'DELETE', headers: owner.headers })).status).toBe(200);
  expect(await passkeys(id)).toBe(0);
  expect((await person.get(HTTP.account.path)).status).toBe(401);
});

it('an organisation that takes no passwords does not tell who its people are', async () => {
  await joined(owner, 'known@closed.example', 'staff');
  const row = { id: randomUUID(), organisationId: t.organisation.id, accountId: null, providerId: randomUUID(), issuer: 'https://idp.example', domain: 'closed.example', domainVerified: true, oidcConfig: '-', role: 'staff' as const, enforced: true };
  await db().insertInto('singleSignOn').values(row).execute();
  const wrong = async (email: string) => codeOf(await new Visitor(url).signIn(email, 'not the password, surely'));
  expect(await wrong('known@closed.example')).toEqual(await wrong('unknown@closed.example'));
  expect(await codeOf(await new Visitor(url).signIn('known@closed.example', PASSWORD))).toEqual([403, 'auth.sign_on_required']);
  await db().deleteFrom('singleSignOn').where('id', '=', row.id).execute();
});

it.each(['removed', 'demoted'] as const)('whoever is %s has kept no way back in: neither a link nor an invitation to an address of their own', async (how) => {
  const eve = await joined(owner, `eve-${how}@example.org`, 'owner');
  await eve.enter();
  const ticket = TicketAnswer.parse(await (await eve.post(HTTP.tickets.path, { role: 'owner' })).json()).url.split('#enrol=')[1] ?? '';
  const invited = await invitationFrom(eve, `eve-${how}-too@example.org`, 'owner');
  const others = await invitationFrom(owner, `innocent-${how}@example.org`, 'staff');
  const path = (how === 'removed' ? HTTP.removeMember.path : HTTP.setRole.path).replace(':id', eve.membershipId);
  expect((await post(owner.headers, path, how === 'removed' ? {} : { role: 'staff' })).status).toBe(200);
  expect(await codeOf(await post({}, HTTP.enrol.path, { ticket, device: { name: 'Back', kind: 'desktop' } }))).toEqual([401, 'auth.ticket_invalid']);
  expect(await codeOf(await new Visitor(url).post(HTTP.lookAtInvitation.path, { invitation: invited.token }))).toEqual([404, 'auth.invitation_invalid']);
  expect((await new Visitor(url).post(HTTP.lookAtInvitation.path, { invitation: others.token })).status).toBe(200);
});

it('the way back from a provider leads nowhere else', async () => {
  const row = { id: randomUUID(), organisationId: t.organisation.id, accountId: null, providerId: randomUUID(), issuer: 'https://idp.example', domain: 'led.example', domainVerified: true, oidcConfig: t.store.internals.vault.seal(JSON.stringify(SETTINGS), sealedAbout(t.organisation.id)), role: 'staff' as const, enforced: false };
  await db().insertInto('singleSignOn').values(row).execute();
  const begin = (more: object) => new Visitor(url).post('/api/auth/sign-in/sso', { email: 'ann@led.example', callbackURL: '/#in', errorCallbackURL: '/#out', ...more });
  expect((await begin({})).status).toBe(200);
  for (const away of ['https://evil.example/', '//evil.example', '/\\evil.example', '/%5Cevil.example', 'javascript:alert(1)', '\t//evil.example', `${url}.evil.example/`, `http://x@evil.example`]) {
    for (const name of ['callbackURL', 'errorCallbackURL', 'newUserCallbackURL']) expect([away, name, (await begin({ [name]: away })).status]).not.toEqual([away, name, 200]);
  }
  await db().deleteFrom('singleSignOn').where('id', '=', row.id).execute();
});

it('nobody is buried in letters, and being slowed does not tell that there is somebody', async () => {
  await joined(owner, 'buried@example.org', 'staff');
  const ask = async (email: string) => (await new Visitor(url).post('/api/auth/request-password-reset', { email })).status;
  const asked: [number, number][] = [];
  for (let n = 0; n < 7; n += 1) asked.push([await ask('buried@example.org'), await ask('nobody-there@example.org')]);
  expect(asked.map(([known]) => known)).toEqual([200, 200, 200, 200, 200, 429, 429]);
  expect(asked.every(([known, unknown]) => known === unknown)).toBe(true);
});

it('others who keep guessing do not lock somebody out who can reset the password', async () => {
  const { membershipId } = await joined(owner, 'guessed@example.org', 'staff');
  for (let n = 0; n < 5; n += 1) await new Visitor(url).signIn('guessed@example.org', `a wrong password ${n}`);
  expect(await codeOf(await new Visitor(url).signIn('guessed@example.org', PASSWORD))).toEqual([429, 'auth.throttled']);
  expect((await new Visitor(url).post('/api/auth/reset-password', { token: await resetLink(membershipId), newPassword: 'a password of their own' })).status).toBe(200);
  expect((await new Visitor(url).signIn('guessed@example.org', 'a password of their own')).status).toBe(200);
});

it('the token of an owner’s tool is no way to become a person', async () => {
  const { membershipId } = await joined(owner, 'tooled@example.org', 'staff');
  const enrolled = await t.store.enrol(await t.store.mintTicket(t.organisation.id, OWNER), { name: 'A script', kind: 'tool' });
  if (!enrolled.ok) throw new Error(enrolled.error);
  const headers = { authorization: `Bearer ${enrolled.value.token}` };
  const sso = fetch(url + HTTP.setSignOn.path, { method: 'PUT', headers: { ...headers, 'content-type': 'application/json' }, body: '{}' });
  const asked = [post(headers, HTTP.resetLink.path.replace(':id', membershipId)), post(headers, HTTP.setRole.path.replace(':id', membershipId), { role: 'owner' }), sso, post(headers, HTTP.invite.path, { email: 'x@example.org', role: 'owner' })];
  expect(await Promise.all(asked.map(async (answer) => codeOf(await answer)))).toEqual(asked.map(() => [403, 'auth.forbidden']));
});
