import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { HTTP } from '../../../core/contract/http.ts';
import { OWNER } from '../../../server/store/devices.ts';
import { readTables } from '../../../server/store/backup/tables.ts';
import { ACCOUNT_TABLES } from '../../../server/store/migrations/0004_accounts.ts';
import { letIn } from '../../support/house.ts';
import { codeOf, joined, PASSWORD, Visitor } from '../../support/people.ts';
import { testApp, type TestApp } from '../../support/serverApp.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';

let t: TestStore;
let test: TestApp;
let owner: { url: string; headers: Record<string, string> };

beforeAll(async () => {
  t = await openTestStore();
  test = testApp(t.store, { config: { signInPerMinute: 12 } });
  owner = { url: await test.listen(), headers: (await letIn(t.store, t.organisation.id, OWNER)).headers };
});
afterAll(async () => {
  await test.app.close();
  await t.cleanup();
});

it.each([...ACCOUNT_TABLES, 'managing_calls'])('%s is out of reach for whatever acts for one organisation', async (table) => {
  const reading = t.store.internals.database.withOrganisation(t.organisation.id, (tx) => sql`select 1 from ${sql.table(table)}`.execute(tx));
  await expect(reading).rejects.toMatchObject({ code: '42501' });
});

it('nothing that is kept opens a door', async () => {
  const ann = await joined(owner, 'ann@example.org', 'staff');
  await ann.enter();
  const enabled = (await (await ann.post('/api/auth/two-factor/enable', { password: PASSWORD })).json()) as { totpURI: string; backupCodes: string[] };
  const everything: string[] = [];
  for (const table of ACCOUNT_TABLES) {
    const { rows } = await sql`select * from ${sql.table(table)}`.execute(t.store.internals.database.system);
    everything.push(JSON.stringify(rows));
  }
  const kept = everything.join('\n');
  const cookie = decodeURIComponent([...ann.cookies].find(([name]) => name.endsWith('session_token'))?.[1] ?? '');
  const token = cookie.slice(0, cookie.lastIndexOf('.'));
  expect(token.length).toBeGreaterThan(20);
  for (const secret of [token, PASSWORD, new URL(enabled.totpURI).searchParams.get('secret') ?? 'x', enabled.backupCodes[0] ?? 'x']) expect(kept).not.toContain(secret);
  // A token as it is kept is none, even rightly signed.
  const { system } = t.store.internals.database;
  const row = await system.selectFrom('sessions').select('token').executeTakeFirstOrThrow();
  expect(row.token).toMatch(/^sha256:/);
  const { createHmac } = await import('node:crypto');
  const signature = createHmac('sha256', t.store.internals.vault.derive('accounts')).update(row.token).digest('base64');
  const thief = new Visitor(owner.url);
  thief.cookies.set('wedsync.session_token', encodeURIComponent(`${row.token}.${signature}`));
  expect(await codeOf(await thief.get(HTTP.account.path))).toEqual([401, 'auth.signed_out']);
});

it('a backup has the accounts, but not who is signed in', async () => {
  const names = (await t.store.internals.database.system.transaction().execute((tx) => readTables(tx))).map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['accounts', 'sign_in_methods', 'memberships', 'invitations', 'second_factors', 'passkeys', 'single_sign_on']));
  for (const name of ['sessions', 'verifications', 'pairing_codes', 'request_limits', 'failed_attempts', 'managing_calls']) expect(names).not.toContain(name);
});

it('a device whose session is not there is no device', async () => {
  const bob = await joined(owner, 'bob@example.org', 'staff');
  await bob.enter();
  expect((await bob.get(HTTP.me.path)).status).toBe(200);
  const { system } = t.store.internals.database;
  // As after a restored backup, or a crash between the two.
  await system.deleteFrom('sessions').execute();
  expect(await codeOf(await bob.get(HTTP.me.path))).toEqual([401, 'auth.revoked']);
});

it('sign-ins, failures and what people change are in the audit log', async () => {
  const cy = await joined(owner, 'cy@example.org', 'staff');
  await cy.signIn('cy@example.org', 'not the password');
  await t.store.internals.flushAudit();
  const lines = await t.store.internals.database.system.selectFrom('audit').select(['action', 'outcome']).execute();
  const seen = new Set(lines.map(({ action, outcome }) => `${action} ${outcome}`));
  for (const line of ['invitation.made ok', 'membership.begun ok', 'account.signed_in ok', 'account.refused auth.credentials_wrong', 'device.entered ok']) expect(seen).toContain(line);
});

it('one address may try only so often, in whatever name', async () => {
  const statuses: number[] = [];
  let last: Response | null = null;
  for (let i = 0; i < 14 && last?.status !== 429; i += 1) {
    last = await new Visitor(owner.url).signIn(`somebody${i}@example.org`, 'whatever it may be');
    statuses.push(last.status);
  }
  expect(statuses.at(-1)).toBe(429);
  expect(statuses.filter((status) => status === 401).length).toBeGreaterThanOrEqual(9);
  expect(Number(last?.headers.get('retry-after'))).toBeGreaterThan(0);
});
