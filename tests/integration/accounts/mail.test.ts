import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AccountAnswer, InviteAnswer } from '../../../core/contract/accounts.ts';
import { HTTP } from '../../../core/contract/http.ts';
import { OWNER } from '../../../server/store/devices.ts';
import { letIn } from '../../support/house.ts';
import { codeOf, invitationFrom, joined, PASSWORD, Visitor } from '../../support/people.ts';
import { testApp, until, type TestApp } from '../../support/serverApp.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';

let t: TestStore;
let test: TestApp;
let smtp: SMTPServer;
let owner: { url: string; headers: Record<string, string> };
const letters: { to: string; text: string }[] = [];

/** Soft line ends and escapes of quoted-printable taken out. */
const readable = (raw: string) => raw.replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));

beforeAll(async () => {
  smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo: ({ address }, _session, done) => done(address.startsWith('refused') ? new Error('no such mailbox') : null),
    onData(stream, session, done) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        letters.push({ to: session.envelope.rcptTo.map(({ address }) => address).join(), text: readable(Buffer.concat(parts).toString()) });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', () => resolve()));
  const address = smtp.server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  t = await openTestStore();
  test = testApp(t.store, { config: { signInPerMinute: 1000, smtpUrl: `smtp://127.0.0.1:${address.port}`, mailFrom: 'The Manor <house@manor.example>' } });
  owner = { url: await test.listen(), headers: (await letIn(t.store, t.organisation.id, OWNER)).headers };
});
afterAll(async () => {
  await test.app.close();
  await t.cleanup();
  await new Promise<void>((resolve) => smtp.close(() => resolve()));
});

it('an invitation goes out with a link of its own, which proves the address', async () => {
  const { mail, token } = await invitationFrom(owner, 'ann@example.org', 'coordinator');
  expect(mail).toBe('sent');
  const letter = letters.find(({ to }) => to === 'ann@example.org')?.text ?? '';
  expect(letter).toContain('Subject: Test House invites you');
  expect(letter).toContain('From: The Manor <house@manor.example>');
  const mailed = /#invitation=([A-Za-z0-9_-]+)/.exec(letter)?.[1] ?? '';
  expect(mailed.length).toBeGreaterThan(20);
  expect(mailed).not.toBe(token);
  const ann = new Visitor(owner.url);
  expect((await ann.post(HTTP.join.path, { invitation: mailed, name: 'Ann', password: PASSWORD })).status).toBe(200);
  expect(AccountAnswer.parse(await (await ann.get(HTTP.account.path)).json()).account.emailVerified).toBe(true);
  expect(await codeOf(await new Visitor(owner.url).post(HTTP.lookAtInvitation.path, { invitation: token }))).toEqual([404, 'auth.invitation_invalid']);
});

it('what the mail server refuses is told, and the link is handed over', async () => {
  const answer = await fetch(owner.url + HTTP.invite.path, { method: 'POST', headers: { ...owner.headers, 'content-type': 'application/json' }, body: JSON.stringify({ email: 'refused@example.org', role: 'staff' }) });
  const { mail, url } = InviteAnswer.parse(await answer.json());
  expect(mail).toBe('failed');
  expect(url).toContain('#invitation=');
  expect(test.logLines.some((line) => line['code'] === 'mail.failed')).toBe(true);
  expect(JSON.stringify(test.logLines)).not.toContain(url.split('=')[1]);
});

it('a reset by mail: the same answer for everybody, one use', async () => {
  const bob = await joined(owner, 'bob@example.org', 'staff');
  const known = await bob.post('/api/auth/request-password-reset', { email: 'bob@example.org' });
  const unknown = await bob.post('/api/auth/request-password-reset', { email: 'nobody@example.org' });
  expect([known.status, await known.json()]).toEqual([unknown.status, await unknown.json()]);
  expect(letters.some(({ to }) => to === 'nobody@example.org')).toBe(false);
  await until(() => letters.some(({ to, text }) => to === 'bob@example.org' && text.includes('#reset=')), 'the letter');
  const token = /#reset=([A-Za-z0-9_-]+)/.exec(letters.find(({ to, text }) => to === 'bob@example.org' && text.includes('#reset='))?.text ?? '')?.[1] ?? '';
  expect((await new Visitor(owner.url).post('/api/auth/reset-password', { token, newPassword: 'a new long password' })).status).toBe(200);
  expect((await bob.get(HTTP.account.path)).status).toBe(401);
  expect(await codeOf(await new Visitor(owner.url).post('/api/auth/reset-password', { token, newPassword: 'a newer long password' }))).toEqual([401, 'auth.reset_invalid']);
  expect((await bob.signIn('bob@example.org', 'a new long password')).status).toBe(200);
});

it('names cannot put words into a letter', async () => {
  const evil = await joined(owner, 'evil@example.org', 'coordinator');
  await evil.enter();
  await t.store.internals.database.system.updateTable('accounts').set({ name: 'Eve\r\nBcc: all@example.org\r\n\r\n<script>alert(1)</script>' }).where('email', '=', 'evil@example.org').execute();
  await evil.post(HTTP.invite.path, { email: 'victim@example.org', role: 'staff' });
  const letter = letters.find(({ to }) => to === 'victim@example.org')?.text ?? '';
  expect(letter).toContain('Eve');
  expect(letter).not.toMatch(/^Bcc:/m);
  expect(letter).not.toContain('<p>Eve Bcc: all@example.org <script>');
  expect(letter).toContain('&lt;script&gt;');
});
