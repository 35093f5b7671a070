import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CommandAnswer } from '../../core/contract/commands.ts';
import { EnrolAnswer, ErrorBody, HTTP, IntegrationsAnswer } from '../../core/contract/http.ts';
import { draftCreated, type DraftContext } from '../../core/domain/record/drafts.ts';
import { createOrganisation } from '../../server/store/organisations.ts';
import { testApp, type TestApp } from '../support/serverApp.ts';
import { openTestStore, settableClock, type TestStore } from '../support/store.ts';

let t: TestStore;
let test: TestApp;
let clock: ReturnType<typeof settableClock>;

beforeEach(async () => {
  clock = settableClock('2026-11-20T12:00:00.000Z');
  t = await openTestStore({ clock });
  test = testApp(t.store, { config: { enrolPerMinute: 10_000 } });
  await test.app.ready();
});
afterEach(async () => {
  await test.app.close();
  await t.cleanup();
});

const enrol = (ticket: string, name: unknown = 'Desk') => test.app.inject({ method: 'POST', url: HTTP.enrol.path, payload: { ticket, device: { name, kind: 'tool' } } });
const code = (answer: { json: () => unknown }) => ErrorBody.parse(answer.json()).error.code;

it('of fifty that come at once with one ticket exactly one gets in, and leaves one device', async () => {
  const ticket = await t.store.mintTicket(t.organisation.id);
  const answers = await Promise.all(Array.from({ length: 50 }, () => enrol(ticket)));
  const good = answers.filter((answer) => answer.statusCode === 200);
  expect(good).toHaveLength(1);
  expect(answers.filter((answer) => answer.statusCode === 401 && code(answer) === 'auth.ticket_invalid')).toHaveLength(49);
  const devices = await t.store.internals.database.system.selectFrom('devices').select('name').where('name', '=', 'Desk').execute();
  expect(devices).toHaveLength(1);
});

it('a ticket that is too old opens nothing', async () => {
  const ticket = await t.store.mintTicket(t.organisation.id);
  clock.advance(15 * 60_000);
  expect((await enrol(ticket)).statusCode).toBe(401);
});

it('a name that no column holds is refused before the ticket is used up', async () => {
  const ticket = await t.store.mintTicket(t.organisation.id);
  for (const name of ['a\u0000b', '\ud800', 'line\nbreak', '   ', '', 7, { toString: 'x' }, 'x'.repeat(121)]) {
    const answer = await enrol(ticket, name);
    expect([name, answer.statusCode]).toEqual([name, 400]);
    expect(code(answer)).toBe('request.invalid');
  }
  expect(EnrolAnswer.parse((await enrol(ticket, 'Zoë’s desk 💍')).json()).token).not.toBeNull();
});

it("a device of another organisation sees nothing of this one and decides nothing in it", async () => {
  const alertId = randomUUID();
  const context: DraftContext = { actor: { kind: 'system', id: null, name: 'test' }, source: null, deliveryId: null };
  const alert = { id: alertId, weddingId: null, severity: 'warning', rule: 'connection_failing', title: 'A', detail: 'B', raisedAt: '2026-11-20T12:00:00.000Z', state: 'open', acknowledgedAt: null, acknowledgedBy: null, subject: null } as const;
  await t.store.internals.writer.write(t.organisation.id, ({ record }) => record([draftCreated('alert.raised', 'alerts', null, alert, null, context)]));
  const other = await createOrganisation(t.store.internals, { name: 'Other House', zone: 'Europe/London', currency: 'GBP', demo: false });
  const tokens = await Promise.all([other.id, t.organisation.id].map(async (id) => EnrolAnswer.parse((await enrol(await t.store.mintTicket(id))).json()).token ?? ''));
  const [theirs, ours] = tokens.map((token) => ({ authorization: `Bearer ${token}` }));
  if (!theirs || !ours) throw new Error('no tokens');

  expect(IntegrationsAnswer.parse((await test.app.inject({ url: HTTP.integrations.path, headers: theirs })).json()).integrations).toEqual([]);
  expect((await test.app.inject({ url: `/api/integrations/${t.connections.stripe.connectionId}/deliveries`, headers: theirs })).statusCode).toBe(404);
  const command = { type: 'alert.acknowledge', commandId: randomUUID(), alertId, basedOnVersion: 1 };
  const send = async (headers: Record<string, string>, payload: object) => CommandAnswer.parse((await test.app.inject({ method: 'POST', url: HTTP.commands.path, headers, payload })).json());
  expect(await send(theirs, command)).toMatchObject({ outcome: 'rejected', error: { code: 'request.not_found' } });
  expect((await t.store.snapshot(t.organisation.id)).rows.alerts).toMatchObject([{ state: 'open', version: 1 }]);

  // The same commandId in another house is another decision; in the same house its answer stands, whatever else it now says.
  const accepted = await send(ours, command);
  expect(accepted).toMatchObject({ outcome: 'accepted' });
  expect(await send(ours, { ...command, alertId: randomUUID(), basedOnVersion: 7 })).toEqual(accepted);
});

it('nothing that opens anything is ever written into the log', async () => {
  const ticket = await t.store.mintTicket(t.organisation.id);
  const token = EnrolAnswer.parse((await enrol(ticket)).json()).token ?? '';
  const { intakeKey, secrets } = t.connections.honeybook;
  const hook = { method: 'POST' as const, url: `/api/integrations/webhook/honeybook/${intakeKey}` };
  const json = { 'content-type': 'application/json' };
  await test.app.inject({ ...hook, headers: { ...json, authorization: `Bearer ${secrets['bearerToken']}` }, payload: { trigger: 'client_created', client_id: '1', client_name: 'marked-name' } });
  await test.app.inject({ ...hook, headers: { ...json, authorization: 'Bearer marked-wrong-token' }, payload: { marked: 'marked-body' } });
  await test.app.inject({ ...hook, headers: { 'content-type': 'text/xml', 'x-api-key': 'marked-header' }, payload: 'marked-body' });
  await test.app.inject({ url: `${HTTP.me.path}?token=marked-query`, headers: { authorization: `Bearer ${token}`, cookie: 'wedsync_device=marked-cookie' } });
  await test.app.inject({ url: '/marked-path', headers: { authorization: 'Basic marked-basic' } });
  const text = JSON.stringify([test.logLines, t.log.lines]);
  expect(test.logLines.length).toBeGreaterThan(2);
  for (const secret of [ticket, token, intakeKey, ...Object.values(secrets), 'marked-']) expect(text).not.toContain(secret);
});
