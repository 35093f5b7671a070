import { request as plainRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AccountAnswer, ResetLinkAnswer } from '../../../core/contract/accounts.ts';
import { HTTP } from '../../../core/contract/http.ts';
import { OPEN_CALLS } from '../../../server/accounts/http/mount.ts';
import { OWNER } from '../../../server/store/devices.ts';
import { Authenticator } from '../../support/authenticator.ts';
import { letIn } from '../../support/house.ts';
import { oneTimeCode } from '../../support/oneTimeCode.ts';
import { codeOf, joined, PASSWORD, Visitor } from '../../support/people.ts';
import { testApp, type TestApp } from '../../support/serverApp.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';

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

it('guessing at an account is slowed, wherever it comes from, and never for good', async () => {
  await joined(owner, 'slow@example.org', 'staff');
  const tried: number[] = [];
  let refused: Response | null = null;
  for (let i = 0; i < 8 && refused?.status !== 429; i += 1) {
    refused = await new Visitor(owner.url).signIn(i % 2 === 0 ? 'slow@example.org' : 'SLOW@example.org', `wrong password ${i}`);
    tried.push(refused.status);
  }
  expect(tried).toEqual([401, 401, 401, 401, 401, 429]);
  const wait = Number(refused?.headers.get('retry-after'));
  expect(wait).toBeGreaterThanOrEqual(1);
  expect(wait).toBeLessThanOrEqual(3);
  if (refused) expect(await codeOf(refused)).toEqual([429, 'auth.throttled']);
  // Nobody else has to wait.
  const other = await joined(owner, 'quick@example.org', 'staff');
  expect((await other.signIn('quick@example.org', PASSWORD)).status).toBe(200);
  await new Promise((resolve) => setTimeout(resolve, wait * 1000 + 200));
  expect((await new Visitor(owner.url).signIn('slow@example.org', PASSWORD)).status).toBe(200);
  expect((await new Visitor(owner.url).signIn('slow@example.org', 'wrong once more')).status).toBe(401);
});

it('many guesses at the same moment gain nothing', async () => {
  await joined(owner, 'burst@example.org', 'staff');
  const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => new Visitor(owner.url).signIn('burst@example.org', `wrong password ${i}`)));
  expect(answers.filter(({ status }) => status === 401)).toHaveLength(5);
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(15);
});

it('a second factor: enabled, asked for, its codes limited, backup codes used once', async () => {
  const ann = await joined(owner, 'two@example.org', 'staff');
  expect(await codeOf(await ann.post('/api/auth/two-factor/enable', { password: 'not the password' }))).toEqual([401, 'auth.credentials_wrong']);
  const enabled = (await (await ann.post('/api/auth/two-factor/enable', { password: PASSWORD })).json()) as { totpURI: string; backupCodes: string[] };
  expect(enabled.backupCodes.length).toBeGreaterThanOrEqual(8);
  expect(AccountAnswer.parse(await (await ann.get(HTTP.account.path)).json()).account.secondFactor).toBe(false);
  expect((await ann.post('/api/auth/two-factor/verify-totp', { code: oneTimeCode(enabled.totpURI) })).status).toBe(200);
  expect(AccountAnswer.parse(await (await ann.get(HTTP.account.path)).json()).account.secondFactor).toBe(true);

  const again = new Visitor(owner.url);
  expect(await (await again.signIn('two@example.org', PASSWORD)).json()).toMatchObject({ twoFactorRedirect: true });
  expect((await again.get(HTTP.account.path)).status).toBe(401);
  expect(await codeOf(await again.post('/api/auth/two-factor/verify-totp', { code: '000000' }))).toEqual([401, 'auth.second_factor_wrong']);
  expect((await again.post('/api/auth/two-factor/verify-totp', { code: oneTimeCode(enabled.totpURI, Date.now(), 1) })).status).toBe(200);
  expect((await again.get(HTTP.account.path)).status).toBe(200);

  const backup = new Visitor(owner.url);
  await backup.signIn('two@example.org', PASSWORD);
  expect((await backup.post('/api/auth/two-factor/verify-backup-code', { code: enabled.backupCodes[0] })).status).toBe(200);
  const reuse = new Visitor(owner.url);
  await reuse.signIn('two@example.org', PASSWORD);
  expect(await codeOf(await reuse.post('/api/auth/two-factor/verify-backup-code', { code: enabled.backupCodes[0] }))).toEqual([401, 'auth.second_factor_wrong']);
  const statuses: number[] = [];
  for (let i = 0; i < 8; i += 1) statuses.push((await reuse.post('/api/auth/two-factor/verify-totp', { code: `11111${i}` })).status);
  expect(statuses).toContain(429);
  expect((await reuse.get(HTTP.account.path)).status).toBe(401);
});

it('a passkey is added, signs in, and is taken away', async () => {
  const ann = await joined(owner, 'key@example.org', 'staff');
  const key = new Authenticator();
  const options = (await (await ann.get('/api/auth/passkey/generate-register-options?name=Laptop')).json()) as { challenge: string; rp: { id: string } };
  expect(options.rp.id).toBe('127.0.0.1');
  const added = await ann.post('/api/auth/passkey/verify-registration', { response: key.register(options, owner.url), name: 'Laptop' });
  expect([added.status, await added.json()]).toMatchObject([200, { name: 'Laptop' }]);
  const back = new Visitor(owner.url);
  const asked = (await (await back.get('/api/auth/passkey/generate-authenticate-options')).json()) as { challenge: string; rpId: string };
  const answer = key.signIn(asked, owner.url);
  const signedIn = await back.post('/api/auth/passkey/verify-authentication', { response: answer });
  expect(signedIn.status).toBe(200);
  expect(JSON.stringify(await signedIn.json())).not.toContain('"token"');
  expect((await back.get(HTTP.account.path)).status).toBe(200);
  // The same answer again is worth nothing, nor one to another page.
  expect((await new Visitor(owner.url).post('/api/auth/passkey/verify-authentication', { response: answer })).status).toBeGreaterThanOrEqual(400);
  const [listed] = (await (await back.get('/api/auth/passkey/list-user-passkeys')).json()) as { id: string }[];
  const thief = await joined(owner, 'thief@example.org', 'staff');
  expect((await thief.post('/api/auth/passkey/delete-passkey', { id: listed?.id })).status).toBeGreaterThanOrEqual(400);
  expect((await back.post('/api/auth/passkey/delete-passkey', { id: 'x' })).status).toBe(400);
  expect((await back.post('/api/auth/passkey/delete-passkey', { id: listed?.id })).status).toBe(200);
  expect(await (await back.get('/api/auth/passkey/list-user-passkeys')).json()).toEqual([]);
});

it('a reset link: by an owner, once, ends all sessions; the address is no password', async () => {
  const bob = await joined(owner, 'forgetful@example.org', 'staff');
  await bob.enter();
  expect(await codeOf(await bob.post('/api/auth/request-password-reset', { email: 'forgetful@example.org' }))).toEqual([409, 'mail.not_configured']);
  const made = await fetch(`${owner.url}${HTTP.resetLink.path.replace(':id', bob.membershipId)}`, { method: 'POST', headers: owner.headers });
  const { url } = ResetLinkAnswer.parse(await made.json());
  const token = url.split('#reset=')[1] ?? '';
  const somebody = new Visitor(owner.url);
  expect(await codeOf(await somebody.post('/api/auth/reset-password', { token, newPassword: 'too short' }))).toEqual([400, 'auth.password_unfit']);
  expect(await codeOf(await somebody.post('/api/auth/reset-password', { token, newPassword: 'Forgetful@example.org' }))).toEqual([400, 'auth.password_unfit']);
  expect((await somebody.post('/api/auth/reset-password', { token, newPassword: 'another long password' })).status).toBe(200);
  expect(await codeOf(await somebody.post('/api/auth/reset-password', { token, newPassword: 'yet another password' }))).toEqual([401, 'auth.reset_invalid']);
  expect((await bob.get(HTTP.account.path)).status).toBe(401);
  expect(await codeOf(await bob.get(HTTP.me.path))).toEqual([401, 'auth.revoked']);
  expect((await bob.signIn('forgetful@example.org', PASSWORD)).status).toBe(401);
  expect((await bob.signIn('forgetful@example.org', 'another long password')).status).toBe(200);
});

it('an account ends with its password only, and takes its devices along', async () => {
  const gone = await joined(owner, 'gone@example.org', 'staff');
  await gone.enter();
  expect(await codeOf(await gone.post(HTTP.deleteAccount.path, {}))).toEqual([401, 'auth.credentials_wrong']);
  expect((await gone.post(HTTP.deleteAccount.path, { password: PASSWORD })).status).toBe(200);
  expect((await gone.get(HTTP.account.path)).status).toBe(401);
  expect(await codeOf(await gone.get(HTTP.me.path))).toEqual([401, 'auth.revoked']);
  expect((await gone.signIn('gone@example.org', PASSWORD)).status).toBe(401);
});

describe('doors', () => {
  it('nothing of the library is open but what is listed', async () => {
    const ann = await joined(owner, 'doors@example.org', 'owner');
    const all = [
      '/ok', '/error', '/get-session', '/list-sessions', '/revoke-session', '/revoke-sessions', '/revoke-other-sessions', '/update-session', '/update-user', '/delete-user', '/delete-user/callback', '/change-email', '/verify-email', '/send-verification-email',
      '/sign-up/email', '/sign-in/social', '/callback/google', '/link-social', '/unlink-account', '/list-accounts', '/account-info', '/refresh-token', '/get-access-token', '/set-password', '/verify-password', '/reset-password/abc',
      '/two-factor/send-otp', '/two-factor/verify-otp', '/two-factor/get-totp-uri', '/two-factor/view-backup-codes', '/passkey/update-passkey', '/device', '/device/code', '/device/token', '/device/approve', '/device/deny',
      '/sso/register', '/sso/providers', '/sso/get-provider', '/sso/update-provider', '/sso/delete-provider', '/sso/request-domain-verification', '/sso/verify-domain', '/sso/callback', '/sso/callback/x', '/sso/saml2/sp/metadata', '/sso/saml2/sp/acs/x', '/sso/saml2/sp/slo/x', '/sso/saml2/logout/x',
      '/organization/create', '/organization/invite-member', '/organization/add-member', '/organization/update-member-role', '/admin/list-users', '/admin/set-role', '/admin/impersonate-user', '/sign-in/email/', '//sign-in/email', '/sign-in/../ok', '/sign-in/email%2f', '/passkey/../get-session',
    ];
    const open: string[] = [];
    for (const path of all) {
      for (const method of ['GET', 'POST']) {
        const answer = await rawRequest(`${owner.url}/api/auth${path}`, method, ann.headers);
        if (answer !== 404) open.push(`${method} ${path} ${answer}`);
      }
    }
    expect(open).toEqual([]);
    // And what is listed is open for its method only.
    for (const path of OPEN_CALLS.POST) expect([path, await rawRequest(`${owner.url}/api/auth${path}`, 'GET', ann.headers)]).toEqual([path, 404]);
    expect(OPEN_CALLS.GET.length + OPEN_CALLS.POST.length).toBe(18);
  });

  it('another site can neither sign anybody in nor act with a session', async () => {
    const ann = await joined(owner, 'site@example.org', 'staff');
    const evil = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    expect(await codeOf(await ann.ask('POST', '/api/auth/sign-in/email', { email: 'site@example.org', password: PASSWORD }, evil))).toEqual([403, 'auth.forbidden']);
    for (const path of [HTTP.enter.path, HTTP.deleteAccount.path, HTTP.accept.path, HTTP.join.path, '/api/auth/sign-out', '/api/auth/change-password']) {
      expect([path, ...(await codeOf(await ann.ask('POST', path, {}, evil)))]).toEqual([path, 403, 'auth.forbidden']);
      expect([path, ...(await codeOf(await ann.ask('POST', path, {}, { origin: 'null', 'sec-fetch-site': 'none' })))]).toEqual([path, 403, 'auth.forbidden']);
    }
    expect(await codeOf(await ann.ask('GET', HTTP.account.path, undefined, evil))).toEqual([403, 'auth.forbidden']);
    expect((await ann.get(HTTP.account.path)).status).toBe(200);
  });

  it('wants objects, and survives what is none', async () => {
    const ann = new Visitor(owner.url);
    for (const body of [[], 'text', 5, null, { email: { $ne: null }, password: [] }, { email: 'a@b.c', password: { length: 20 } }]) {
      expect((await ann.post('/api/auth/sign-in/email', body)).status).toBe(400);
    }
    expect((await ann.post('/api/auth/sign-in/email', { email: 'nobody@example.org', password: 'x'.repeat(60_000) })).status).toBe(401);
  });
});

/** As written: `fetch` would tidy the address up. */
function rawRequest(address: string, method: string, headers: Record<string, string>): Promise<number> {
  const { hostname, port } = new URL(address);
  return new Promise((resolve, reject) => {
    const body = method === 'POST' ? '{}' : '';
    const asking = plainRequest({ hostname, port, method, path: address.slice(address.indexOf('/api/')), headers: { ...headers, ...(body ? { 'content-type': 'application/json', 'content-length': '2' } : {}) } }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode ?? 0));
    });
    asking.on('error', reject);
    asking.end(body);
  });
}
