import { afterAll, beforeAll, expect, it } from 'vitest';
import { HTTP, SESSION_COOKIE } from '../../../core/contract/http.ts';
import { EraseAnswer, ErasePreview, PersonalData, ReadersAnswer } from '../../../core/contract/personalData.ts';
import { draftCreated } from '../../../core/domain/record/drafts.ts';
import { createPrivacy } from '../../../server/privacy/privacy.ts';
import { sweep } from '../../../server/privacy/retention.ts';
import { OWNER } from '../../../server/store/devices.ts';
import { createOrganisation } from '../../../server/store/organisations.ts';
import { verifyRecord } from '../../../server/store/verify.ts';
import { dump } from '../../support/dump.ts';
import { furnish, letIn, type House } from '../../support/house.ts';
import { invitationFrom, joined, PASSWORD, Visitor } from '../../support/people.ts';
import { connect, first, testApp, type TestApp } from '../../support/serverApp.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';

let t: TestStore;
let app: TestApp;
let url: string;
let house: House;
let owner: { url: string; headers: Record<string, string>; deviceId: string };

beforeAll(async () => {
  t = await openTestStore();
  app = testApp(t.store, { config: { signInPerMinute: 10_000, apiPerMinute: 100_000 }, heartbeatMs: 3_600_000 });
  url = await app.listen();
  house = await furnish(t.store, t.organisation.id);
  owner = { url, ...(await letIn(t.store, t.organisation.id, OWNER)) };
});
afterAll(async () => {
  await app.app.close();
  await t.cleanup();
});

const ask = (method: 'GET' | 'POST', path: string, body?: object, headers = owner.headers) =>
  fetch(url + path, { method, headers: { ...headers, ...(body ? { 'content-type': 'application/json' } : {}) }, ...(body ? { body: JSON.stringify(body) } : {}) });
const of = (path: string, id: string) => path.replace(':id', id);
const exported = async (id: string) => PersonalData.parse(await (await ask('GET', of(HTTP.personalData.path, id))).json());
const previewed = async (id: string) => ErasePreview.parse(await (await ask('GET', of(HTTP.erasePreview.path, id))).json());
const erase = (id: string, confirm: string) => ask('POST', of(HTTP.erase.path, id), { confirm, reason: 'asked_by_person' });
const accountsHeld = async () => (await t.store.internals.database.system.selectFrom('accounts').select('email').orderBy('email').execute()).map(({ email }) => email);

async function contact(name: string, email: string): Promise<string> {
  const id = crypto.randomUUID();
  const context = { actor: { kind: 'system', id: null, name: 'Test' }, source: null, deliveryId: null } as const;
  await t.store.internals.writer.write(t.organisation.id, ({ record }) => record([draftCreated('client.created', 'contacts', house.here, { id, weddingId: house.here, name, email, phone: null, company: null, role: 'other' }, null, context)]));
  return id;
}
async function expectNoTrace(...values: string[]): Promise<void> {
  const text = (await dump(t.store)).toLowerCase();
  for (const value of values) {
    const at = text.indexOf(value.toLowerCase());
    expect(at < 0 ? null : text.slice(Math.max(0, at - 200), at + 80)).toBeNull();
  }
}

it('a member is told of account, sessions, devices and invitations; forgotten, nothing of them is in any table and every line drops', async () => {
  const mail = 'zelda.quill@quill.example';
  const id = await contact('Zelda Quill', mail.toUpperCase());
  const zelda = await joined(owner, mail, 'coordinator');
  await zelda.enter();
  const second = new Visitor(url);
  await second.signIn(mail, PASSWORD);
  await second.enter();
  await zelda.post('/api/auth/request-password-reset', { email: mail });
  // What she decided carries her name, which is a single word in her account.
  const { rows } = await t.store.snapshot(t.organisation.id);
  const alert = rows.alerts.find((row) => row.state === 'open');
  if (alert) await zelda.post(HTTP.commands.path, { type: 'alert.acknowledge', commandId: crypto.randomUUID(), alertId: alert.id, basedOnVersion: alert.version });
  const decided = (await t.store.snapshot(t.organisation.id)).rows.alerts.find((row) => row.id === alert?.id);
  expect(decided).toMatchObject({ state: 'acknowledged', acknowledgedBy: 'zelda.quill' });

  const held = await exported(id);
  expect(held.accounts).toMatchObject([{ email: mail, usedElsewhere: false, memberships: [{ role: 'coordinator' }], sessions: [{ userAgent: 'Test browser' }, { userAgent: 'Test browser' }] }]);
  expect(held.invitations).toMatchObject([{ email: mail, role: 'coordinator' }]);
  expect(held.invitations[0]?.usedAt).not.toBeNull();
  expect(held.devices).toHaveLength(2);
  expect(held.audit.map((line) => line.action)).toContain('membership.begun');
  expect(JSON.stringify(held)).not.toMatch(/scrypt|token_?hash|backup_?codes/i);
  expect(await previewed(id)).toMatchObject({ memberships: 1, accounts: 1, invitations: 1, devices: 2 });

  const sockets = [];
  for (const visitor of [zelda, second]) {
    const socket = connect(url, { token: visitor.cookies.get(SESSION_COOKIE) });
    await first(socket, 'snapshot');
    sockets.push(socket);
  }
  const byes = sockets.map((socket) => first(socket, 'bye'));
  const done = await erase(id, 'Zelda Quill');
  expect(EraseAnswer.parse(await done.json())).toMatchObject({ devices: 2 });
  await Promise.all(byes);
  expect((await zelda.get(HTTP.account.path)).status).toBe(401);
  expect((await zelda.signIn(mail, PASSWORD)).status).toBe(401);
  expect(await accountsHeld()).toEqual([]);
  await expectNoTrace(mail, 'Zelda Quill', 'zelda.quill');
  expect(await verifyRecord(t.store.internals.database, () => undefined)).toMatchObject({ sound: true });
});

it('an invitation that nobody used is taken back, and its link opens nothing', async () => {
  const mail = 'ivy.later@later.example';
  const id = await contact('Ivy Later', mail);
  const { token } = await invitationFrom(owner, mail, 'staff');
  expect(await previewed(id)).toMatchObject({ memberships: 0, accounts: 0, invitations: 1 });
  expect((await erase(id, 'Ivy Later')).status).toBe(200);
  expect((await new Visitor(url).post(HTTP.lookAtInvitation.path, { invitation: token })).status).toBeGreaterThanOrEqual(400);
  await expectNoTrace(mail, 'Ivy Later');
});

it('an account that another organisation knows stays theirs: only what was here ends, and only that is told', async () => {
  const mail = 'wanda.both@both.example';
  const id = await contact('Wanda Both', mail);
  const organisation = await createOrganisation(t.store.internals, { name: 'Elsewhere', zone: 'Europe/London', currency: 'GBP', demo: false });
  const there = { url, ...(await letIn(t.store, organisation.id, OWNER)) };
  const wanda = await joined(there, mail, 'staff');
  // Nothing of an account is told to, or ended by, an organisation that it was never of.
  expect((await exported(id)).accounts).toEqual([]);
  const { token } = await invitationFrom(owner, mail, 'staff');
  expect((await wanda.post(HTTP.accept.path, { invitation: token })).status).toBe(200);
  expect((await exported(id)).accounts).toMatchObject([{ usedElsewhere: true, memberships: [{ role: 'staff' }], sessions: [] }]);
  expect(await previewed(id)).toMatchObject({ memberships: 1, accounts: 0 });
  await wanda.enter(t.organisation.id);
  const here = new Visitor(url);
  await here.signIn(mail, PASSWORD);
  await here.enter(organisation.id);
  expect((await erase(id, 'Wanda Both')).status).toBe(200);
  expect(await accountsHeld()).toEqual([mail]);
  expect((await wanda.get(HTTP.me.path)).status).toBe(401);
  expect((await here.get(HTTP.me.path)).status).toBe(200);
});

it('the last owner is not forgotten before there is another one', async () => {
  const id = await contact('Odette Sole', 'odette@sole.example');
  const odette = await joined(owner, 'odette@sole.example', 'owner');
  await odette.enter();
  await t.store.internals.database.system.updateTable('devices').set({ revokedAt: '2026-11-20T12:00:00.000Z' }).where('organisationId', '=', t.organisation.id).where('membershipId', 'is', null).execute();
  for (const answer of [await odette.get(of(HTTP.erasePreview.path, id)), await odette.post(of(HTTP.erase.path, id), { confirm: 'Odette Sole', reason: 'asked_by_person' })]) {
    expect([answer.status, await answer.json()]).toMatchObject([409, { error: { code: 'auth.last_owner' } }]);
  }
  const next = { url, ...(await letIn(t.store, t.organisation.id, OWNER)) };
  // Who is a member was told to whoever asked for the members.
  expect((await fetch(url + HTTP.people.path, { headers: next.headers })).status).toBe(200);
  const { readers } = ReadersAnswer.parse(await (await ask('GET', of(HTTP.readers.path, id), undefined, next.headers)).json());
  expect(readers.find((reader) => reader.deviceId === next.deviceId)).toMatchObject({ how: ['people'] });
  expect(readers.filter((reader) => reader.how.includes('people'))).toHaveLength(1);
  expect((await ask('POST', of(HTTP.erase.path, id), { confirm: 'Odette Sole', reason: 'asked_by_person' }, next.headers)).status).toBe(200);
  await expectNoTrace('odette@sole.example', 'Odette Sole');
});

it('when only its time is over, whoever works here or has a newer entry is left alone, and a guest goes with the account', async () => {
  const old = await createOrganisation(t.store.internals, { name: 'Long Ago', zone: 'Europe/London', currency: 'GBP', demo: false });
  const there = { url, ...(await letIn(t.store, old.id, OWNER)) };
  const context = { actor: { kind: 'system', id: null, name: 'Test' }, source: null, deliveryId: null } as const;
  const [staff, florist, again, guest, wedding] = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()];
  const entry = (id: string, name: string, email: string, weddingId: string | null) => draftCreated('client.created', 'contacts', weddingId, { id, weddingId, name, email, phone: null, company: null, role: 'vendor' }, null, context);
  await t.store.internals.writer.write(old.id, ({ record }) =>
    record([
      draftCreated('wedding.created', 'weddings', wedding, { id: wedding, title: 'Then', date: '2010-06-01', zone: 'Europe/London', startsAt: '2010-06-01T10:00:00.000Z', endsAt: '2010-06-01T23:00:00.000Z', room: null, status: 'confirmed', guestCount: 2 }, null, context),
      entry(staff, 'Una Works', 'una@works.example', wedding), entry(florist, 'Fay Petal', 'fay@petal.example', wedding), entry(again, 'Fay Petal', 'Fay@petal.example', null), entry(guest, 'Gil Guest', 'gil@guest.example', wedding),
    ]),
  );
  await joined(there, 'una@works.example', 'staff');
  await joined(there, 'gil@guest.example', 'vendor', { weddingId: wedding, contactId: guest });
  const privacy = createPrivacy(t.store.internals);
  expect((await privacy.retention(old.id)).due.contactsYears).toBe(1);
  const forgotten: string[] = [];
  const forget = async (contactId: string) => {
    forgotten.push(contactId);
    expect(await privacy.erase({ organisationId: old.id, contactId, reason: 'retention', actor: context.actor })).toMatchObject({ ok: true, value: { memberships: 1, accounts: 1 } });
  };
  expect((await sweep({ internals: t.store.internals, organisationId: old.id, write: (work) => t.store.internals.writer.write(old.id, work), eraseContact: forget, stopped: () => false })).done.contactsYears).toBe(1);
  expect(forgotten).toEqual([guest]);
  expect(await accountsHeld()).toContain('una@works.example');
  await expectNoTrace('gil@guest.example', 'Gil Guest');
});

it('a decision made before an erasure is answered by version, and the answer names nobody', async () => {
  const id = await contact('Hedda Waits', 'hedda@waits.example');
  const alertId = crypto.randomUUID();
  const context = { actor: { kind: 'system', id: null, name: 'Test' }, source: null, deliveryId: null } as const;
  await t.store.internals.writer.write(t.organisation.id, ({ record }) =>
    record([draftCreated('alert.raised', 'alerts', house.here, { id: alertId, weddingId: house.here, severity: 'warning', rule: 'payment_failed', title: 'Hedda Waits could not pay', detail: 'x', raisedAt: '2026-11-20T12:00:00.000Z', state: 'open', acknowledgedAt: null, acknowledgedBy: null, subject: null }, null, context)]),
  );
  const asking = await letIn(t.store, t.organisation.id, OWNER);
  expect((await ask('POST', of(HTTP.erase.path, id), { confirm: 'Hedda Waits', reason: 'asked_by_person' }, asking.headers)).status).toBe(200);
  const decided: unknown = await (await ask('POST', HTTP.commands.path, { type: 'alert.acknowledge', commandId: crypto.randomUUID(), alertId, basedOnVersion: 1 }, asking.headers)).json();
  expect(decided).toMatchObject({ outcome: 'rebase', latest: { type: 'alert.erased', row: { title: 'Erased could not pay', version: 2 } } });
  expect(JSON.stringify(decided)).not.toContain('Hedda');
});
