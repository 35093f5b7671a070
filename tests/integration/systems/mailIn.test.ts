import { generateKeyPairSync } from 'node:crypto';
import { connect as connectSocket } from 'node:net';
import { sql } from 'kysely';
import nodemailer from 'nodemailer';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { HTTP } from '../../../core/contract/http.ts';
import { vendorModule } from '../../../core/vendors/registry.ts';
import type { ReadMail } from '../../../core/vendors/vendor.ts';
import { createLog } from '../../../server/log.ts';
import { MAIL_LIMIT, startMailIn, type MailIn } from '../../../server/mailIn/mailIn.ts';
import { textOfHtml } from '../../../server/mailIn/htmlText.ts';
import { createMetrics } from '../../../server/metrics.ts';
import { systemClock } from '../../../server/ports.ts';
import { startReplayer } from '../../../server/workers/replays.ts';
import { startNormaliser, type Normaliser } from '../../../server/workers/normalise.ts';
import { IN_A_HURRY } from '../../support/deliveries.ts';
import { furnish, letIn } from '../../support/house.ts';
import { manager, type Manager } from '../../support/manager.ts';
import { testApp, type TestApp } from '../../support/serverApp.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';

/** Really signed mails into the real listener; only the answers about signing keys are the test's own. */
const SYSTEM = 'weddingwire';
const DOMAIN = 'in.example.com';
const vendorDomain = vendorModule(SYSTEM)?.manifest.mail?.domains[0] ?? '';
const rsa = () => generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'der' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } });
const keys = { real: rsa(), other: rsa(), google: rsa() };

let t: TestStore;
let test: TestApp;
let owner: Manager;
let headers: Readonly<Record<string, string>>;
let mailIn: MailIn;
let normaliser: Normaliser;
let asked: string[] = [];

const resolve = (name: string): Promise<string[][]> => {
  asked.push(name);
  const record = (key: ReturnType<typeof rsa>) => [[`v=DKIM1; k=rsa; p=${key.publicKey.toString('base64')}`]];
  if (name === `real._domainkey.${vendorDomain}`) return Promise.resolve(record(keys.real));
  if (name === 'real._domainkey.weddingpro.com') return Promise.resolve(record(keys.real));
  if (name === 'forwarding._domainkey.google.com') return Promise.resolve(record(keys.google));
  if (name === 'real._domainkey.mail.halls.example') return Promise.resolve(record(keys.real));
  if (name === 'real._domainkey.evil.example') return Promise.resolve(record(keys.other));
  if (name === `away._domainkey.${vendorDomain}`) return Promise.reject(Object.assign(new Error('no server answers'), { code: 'ETIMEOUT' }));
  return Promise.reject(Object.assign(new Error('not found'), { code: 'ENOTFOUND' }));
};

beforeAll(async () => {
  t = await openTestStore();
  test = testApp(t.store, { config: { managingPerMinute: 10_000, apiPerMinute: 10_000, mailInDomain: DOMAIN } });
  const house = await furnish(t.store, t.organisation.id);
  ({ headers } = await letIn(t.store, house.organisationId, house.access('owner')));
  owner = manager(test, headers);
  mailIn = await startMailIn({ store: t.store, vendors: vendorModule, clock: systemClock, log: createLog('silent'), metrics: createMetrics(), host: '127.0.0.1', port: 0, domain: DOMAIN, strangersPerMinute: 25, resolve });
  normaliser = startNormaliser({ store: t.store, vendors: vendorModule, http: { send: () => Promise.reject(new Error('nobody is called')) }, clock: systemClock, ids: t.store.internals.ids, log: t.log });
});
afterAll(async () => {
  await normaliser.stop();
  await mailIn.stop();
  await test.app.close();
  await t.cleanup();
});

interface Sent {
  readonly dkim?: { readonly domainName: string; readonly keySelector: string; readonly privateKey: string; readonly skipFields?: string } | null;
  readonly html?: string;
  readonly size?: number;
  readonly messageId?: string;
  readonly from?: string;
  readonly subject?: string;
  readonly text?: string;
}
const LEAD = 'You have a new enquiry.\n\nName: Amara Okafor\nEmail: amara@example.org\nPhone: 07700 900123\nWedding date: 2027-06-12\nMessage: Is the orangery free?\n';
const REAL = { domainName: vendorDomain, keySelector: 'real', privateKey: keys.real.privateKey };

async function send(to: string, { dkim = REAL, html, size = 0, messageId, from = `"WeddingWire" <leads@${vendorDomain}>`, subject = 'New enquiry', text = LEAD }: Sent = {}): Promise<'taken' | number> {
  const transport = nodemailer.createTransport({ host: '127.0.0.1', port: mailIn.port, ignoreTLS: true, ...(dkim ? { dkim } : {}) });
  try {
    await transport.sendMail({ from, to, subject, ...(messageId ? { messageId } : {}), ...(html ? { html } : { text: text + 'x'.repeat(size) }) });
    return 'taken';
  } catch (error) {
    return (error as { responseCode?: number }).responseCode ?? 0;
  } finally {
    transport.close();
  }
}
const mailbox = async (): Promise<{ id: string; address: string }> => {
  const { connection, setup } = await owner.get('connect', { body: { system: SYSTEM, path: 'mail', settings: {}, secrets: {} } });
  return { id: connection.id, address: setup.mailAddress ?? '' };
};
const stored = (id: string) => t.store.internals.database.system.selectFrom('deliveries').select(['body', 'origin', 'state']).where('connectionId', '=', id).orderBy('arrival').execute();

it('a connection has an address that nobody can guess; a signed lead of its system becomes a fact, with the original kept', async () => {
  const { id, address } = await mailbox();
  expect(address).toMatch(/^[0-9a-f]{32}@in\.example\.com$/);
  expect((await owner.get('setup', { id: t.connections.stripe.connectionId })).mailAddress).toBeNull();
  expect(await send(address.toUpperCase(), { messageId: '<one@vendor>' })).toBe('taken');
  await normaliser.idle();
  const [delivery] = await stored(id);
  expect(delivery).toMatchObject({ origin: 'mail', state: 'processed' });
  const mail = JSON.parse(delivery?.body ?? '') as ReadMail;
  expect(mail).toMatchObject({ signedBy: vendorDomain, from: `leads@${vendorDomain}`, fromName: 'WeddingWire', subject: 'New enquiry', messageId: '<one@vendor>' });
  expect(mail.original).toContain('DKIM-Signature');
  const { messages, connections } = (await t.store.snapshot(t.organisation.id)).rows;
  expect(messages.find((one) => one.fromAddress === 'amara@example.org')).toMatchObject({ subject: 'New enquiry', fromName: 'Amara Okafor', channel: 'email' });
  expect(connections.find((one) => one.id === id)?.health).toBe('healthy');
  // The same mail again, as mail systems do after a broken line.
  expect(await send(address, { messageId: '<one@vendor>' })).toBe('taken');
  expect(await stored(id)).toHaveLength(1);
});

it('refuses in the session: unknown addresses, no signature, another domain’s, a wrong key, a body that was changed, too large', async () => {
  const { id, address } = await mailbox();
  asked = [];
  expect(await send(`${'0'.repeat(32)}@${DOMAIN}`)).toBe(550);
  expect(await send(`${address.split('@')[0] ?? ''}@elsewhere.example`)).toBe(550);
  expect(asked).toEqual([]);
  expect(await send(address, { dkim: null })).toBe(550);
  expect(await send(address, { dkim: { domainName: 'evil.example', keySelector: 'real', privateKey: keys.other.privateKey } })).toBe(550);
  expect(await send(address, { dkim: { ...REAL, privateKey: keys.other.privateKey } })).toBe(550);
  expect(await send(address, { dkim: { ...REAL, domainName: `not-${vendorDomain}` } })).toBe(550);
  // The subject stands outside of the signature: somebody could have written it on the way.
  expect(await send(address, { dkim: { ...REAL, skipFields: 'subject' } })).toBe(550);
  // Nobody can say just now: the sender keeps it and comes again.
  expect(await send(address, { dkim: { ...REAL, keySelector: 'away' } })).toBe(451);
  expect(await send(address, { size: MAIL_LIMIT })).toBe(552);
  expect(await stored(id)).toEqual([]);
  await t.store.internals.flushAudit();
  const lines = await t.store.internals.database.system.selectFrom('audit').select(['outcome', 'subject']).where('action', '=', 'mail_in.refused').execute();
  expect(lines).toEqual(expect.arrayContaining([expect.objectContaining({ outcome: 'mail_in.not_signed', subject: id }), expect.objectContaining({ outcome: 'intake.unknown_connection', subject: 'unknown' })]));
});

it('a system without a folder is believed at the domain that was named for it, and nowhere else', async () => {
  const refused = await owner.ask('connect', { body: { system: 'bridge', path: 'mail', settings: { senderDomain: 'gmail.com' }, secrets: {} } });
  expect(refused.json()).toMatchObject({ error: { code: 'connect.field_invalid', field: 'senderDomain' } });
  const { connection, setup } = await owner.get('connect', { body: { system: 'bridge', path: 'mail', settings: { senderDomain: 'Bookings@Halls.Example' }, secrets: {} } });
  const address = setup.mailAddress ?? '';
  const halls = { ...REAL, domainName: 'mail.halls.example' };
  expect(await send(address, { dkim: halls, from: 'bookings@halls.example' })).toBe('taken');
  expect(await send(address, { dkim: halls, from: 'bookings@evil.example' })).toBe(550);
  expect(await send(address, {})).toBe(550);
  expect(await send(address, { dkim: { domainName: 'evil.example', keySelector: 'real', privateKey: keys.other.privateKey }, from: 'bookings@evil.example' })).toBe(550);
  await normaliser.idle();
  expect(await stored(connection.id)).toMatchObject([{ origin: 'mail', state: 'processed' }]);
  // Another connection of the same system believes somebody else.
  const other = await owner.get('connect', { body: { system: 'bridge', path: 'mail', settings: { senderDomain: 'other.example' }, secrets: {} } });
  expect(await send(other.setup.mailAddress ?? '', { dkim: halls, from: 'bookings@halls.example' })).toBe(550);
});

const GOOGLE = { domainName: 'google.com', keySelector: 'forwarding', privateKey: keys.google.privateKey };
const LINK = 'https://mail-settings.google.com/mail/vf-%5BANGjdJ9x%5D-4f2Kq';
const ASKS = { dkim: GOOGLE, from: '"Gmail Team" <forwarding-noreply@google.com>', subject: '(#402813765) Forwarding: house@harrow.example', text: `Code: 402813765\n${LINK}\n` };

it('a mailbox that asks whether it may forward is shown with the connection, the newest for all, and never worked on as a lead', async () => {
  const { id, address } = await mailbox();
  expect((await owner.get('setup', { id })).forwarding).toBeNull();
  expect(await send(address, ASKS)).toBe('taken');
  const { forwarding } = await owner.get('setup', { id });
  expect(forwarding).toMatchObject({ provider: 'Gmail', mailbox: 'house@harrow.example', code: '402813765', link: LINK });
  expect(await stored(id)).toEqual([]);
  expect(await send(address, { ...ASKS, subject: '(#555000111) Forwarding: office@harrow.example' })).toBe('taken');
  expect((await owner.get('setup', { id })).forwarding).toMatchObject({ code: '555000111', mailbox: 'office@harrow.example' });
  const alerts = async () => (await t.store.snapshot(t.organisation.id)).rows.alerts.filter(({ rule, subject }) => rule === 'forwarding_asked' && subject?.id === id);
  expect(await alerts()).toMatchObject([{ state: 'resolved' }, { severity: 'notice', state: 'open', title: 'Gmail asks whether mails may be forwarded' }]);
  // The code opens a mailbox's mails to whoever has it: it is told to whoever may see the connection, and to nobody else.
  expect(JSON.stringify(await alerts())).not.toContain('402813765');
  // The first mail that was forwarded shows that it works.
  expect(await send(address, { messageId: '<forwarded@vendor>' })).toBe('taken');
  await normaliser.idle();
  expect(await alerts()).toMatchObject([{ state: 'resolved' }, { state: 'resolved' }]);
  await sql`update connection_access set forwarding = jsonb_set(forwarding, '{expiresAt}', ${JSON.stringify(new Date(Date.now() - 1_000).toISOString())}::jsonb) where id = ${id}`.execute(t.store.internals.database.system);
  expect((await owner.get('setup', { id })).forwarding).toBeNull();
});

describe('a mail that several connections of the house would take', () => {
  const site = async (settings: Readonly<Record<string, string>>) => {
    const { connection, setup } = await owner.get('connect', { body: { system: SYSTEM, path: 'mail', settings, secrets: {} } });
    sites.push(connection.id);
    return { id: connection.id, address: setup.mailAddress ?? '' };
  };
  let sites: string[] = [];
  // What the other tests connect is for no site in particular.
  afterEach(async () => {
    for (const id of sites) await test.app.inject({ method: 'DELETE', url: `${HTTP.removeConnection.path.replace(':id', id)}?unfinished=throw_away`, headers });
    sites = [];
  });
  /** By connection: what came of its mails. */
  const became = async (...ids: string[]) => {
    await normaliser.idle();
    const rows = await t.store.internals.database.system.selectFrom('deliveries').select(['connectionId', 'state', 'reason']).where('connectionId', 'in', ids).orderBy('arrival').execute();
    return ids.map((id) => rows.filter((row) => row.connectionId === id).map(({ state, reason }) => (state === 'processed' || state === 'parked' ? 'taken' : (reason ?? state))));
  };
  const bookings = async (name: string) => (await t.store.snapshot(t.organisation.id)).rows.bookings.filter((one) => one.title === `Enquiry: ${name}`).length;
  const lead = (name: string) => LEAD.replace('Amara Okafor', name).replace('amara@', `${name.toLowerCase().replace(' ', '.')}@`);
  const KNOT = { subject: 'New lead from The Knot', from: `"The Knot" <leads@${vendorDomain}>` };
  const WIRE = { subject: 'New lead from WeddingWire' };

  it('is of the connection whose site it names, whichever address it came to, once, in any order', async () => {
    const [knot, wire] = [await site({ mailSite: 'theknot' }), await site({ mailSite: 'weddingwire' })];
    for (const address of [wire.address, knot.address]) expect(await send(address, { ...KNOT, messageId: '<k1@vendor>', text: lead('Kit One') })).toBe('taken');
    for (const address of [wire.address, knot.address]) expect(await send(address, { ...WIRE, messageId: '<w1@vendor>', text: lead('Wim One') })).toBe('taken');
    expect(await send(`${knot.address}, ${wire.address}`, { ...WIRE, messageId: '<w2@vendor>', text: lead('Wim Two') })).toBe('taken');
    expect(await became(knot.id, wire.id)).toEqual([['taken'], ['taken', 'taken']]);
    expect([await bookings('Kit One'), await bookings('Wim One'), await bookings('Wim Two')]).toEqual([1, 1, 1]);
  });

  it('is of the business that it names, where the site is the same', async () => {
    const [barn, mill] = [await site({ vendorName: 'Rosewood Barn' }), await site({ vendorName: 'Mill Hall' })];
    expect(await send(barn.address, { ...WIRE, text: `A new lead for Mill Hall!\n${lead('Bea One')}` })).toBe('taken');
    expect(await send(barn.address, { ...WIRE, text: lead('Bea Two') })).toBe('taken');
    expect(await became(barn.id, mill.id)).toEqual([['taken'], ['taken']]);
  });

  it('waits for a person where nothing says whose it is, is never there twice, and is settled by saying it and working on it again', async () => {
    const [knot, wire] = [await site({ mailSite: 'theknot' }), await site({ mailSite: 'weddingwire' })];
    const silent = { from: `leads@${vendorDomain}`, subject: 'New lead' };
    // Its domain is one site's own: that says enough. The company's shared one says nothing.
    expect(await send(knot.address, { ...silent, messageId: '<s1@vendor>', text: lead('Sol One') })).toBe('taken');
    expect(await became(knot.id, wire.id)).toEqual([[], ['taken']]);
    const shared = { dkim: { ...REAL, domainName: 'weddingpro.com' }, from: 'leads@weddingpro.com', subject: 'New lead', messageId: '<s2@vendor>', text: lead('Sol Two') };
    expect(await send(knot.address, shared)).toBe('taken');
    expect(await send(wire.address, shared)).toBe('taken');
    expect(await became(knot.id, wire.id)).toEqual([['mail_in.whose_unclear'], ['taken', 'mail_in.taken_elsewhere']]);
    // Nothing is left to decide about the second copy, so nobody is asked.
    expect((await t.store.snapshot(t.organisation.id)).rows.reviewItems.filter((one) => one.connectionId === wire.id && one.kind === 'quarantined')).toEqual([]);
    expect(await t.store.deliveries(t.organisation.id, wire.id)).toContainEqual(expect.objectContaining({ state: 'ignored', reason: 'mail_in.taken_elsewhere' }));
    expect(await bookings('Sol Two')).toBe(0);
    const cards = (await t.store.snapshot(t.organisation.id)).rows.reviewItems.filter((one) => one.connectionId === knot.id && one.state === 'open');
    expect(cards).toMatchObject([{ kind: 'quarantined', reason: 'mail_in.whose_unclear' }]);
    const running = async () => (await t.store.internals.database.system.selectFrom('replays').select('id').where('state', '=', 'running').execute()).length;
    const again = async (id: string) => {
      const ids = (await t.store.deliveries(t.organisation.id, id)).filter((one) => one.state === 'quarantined').map((one) => one.id);
      await owner.get('replay', { body: { ids } });
      await expect.poll(running, { timeout: 20_000 }).toBe(0);
    };
    const replayer = startReplayer({ store: t.store, log: t.log, ...IN_A_HURRY });
    await again(knot.id);
    expect(await became(knot.id)).toEqual([['mail_in.whose_unclear']]);
    await owner.get('changeConnection', { id: knot.id, body: { settings: { mailSite: 'all' } } });
    await again(knot.id);
    expect(await became(knot.id)).toEqual([['taken']]);
    await replayer.stop();
    expect(await bookings('Sol Two')).toBe(1);
  });
});

it('refuses what only looks like it: another sender at the provider, another signature, no signature, a lead under the provider’s name', async () => {
  const { id, address } = await mailbox();
  expect(await send(address, { ...ASKS, from: 'somebody@google.com' })).toBe(550);
  // Signed by the system itself, it is a mail of the system's own, whatever it says.
  expect(await send(address, { ...ASKS, dkim: REAL, from: `leads@${vendorDomain}` })).toBe('taken');
  expect(await send(address, { ...ASKS, dkim: REAL })).toBe(550);
  expect(await send(address, { ...ASKS, dkim: null })).toBe(550);
  expect(await send(address, { ...ASKS, dkim: { ...GOOGLE, privateKey: keys.other.privateKey } })).toBe(550);
  expect(await send(address, { dkim: GOOGLE, from: 'forwarding-noreply@google.com' })).toBe(550);
  expect((await owner.get('setup', { id })).forwarding).toBeNull();
});

it('reads HTML where there is no plain text, and keeps what is not an enquiry without believing it', async () => {
  const { id, address } = await mailbox();
  expect(await send(address, { html: '<html><head><style>p{}</style></head><body><p>Name: Zoe &amp; Max</p><div>Email: zoe@example.org</div><script>x()</script></body></html>' })).toBe('taken');
  await normaliser.idle();
  const [delivery] = await stored(id);
  expect((JSON.parse(delivery?.body ?? '') as ReadMail).text).toContain('Name: Zoe & Max');
  expect(delivery?.state).toBe('processed');
  expect(textOfHtml('<p>a&#x41;&#0;</p><!-- x --><td>b</td><br>c &unknown;')).toBe('aA\nb\nc &unknown;');
});

it.each([
  ['somebody else under a good signature', '"WeddingWire" <leads@evil.example>', 550],
  ['a domain that only looks like it', `leads@not-${vendorDomain}`, 550],
  ['below the domain that has signed', `leads@mail.${vendorDomain}`, 'taken'],
] as const)('the sender that is shown is held against the domain that has signed: %s', async (_what, from, answer) => {
  const { id, address } = await mailbox();
  expect(await send(address, { from })).toBe(answer);
  expect(await stored(id)).toHaveLength(answer === 'taken' ? 1 : 0);
  await t.store.internals.flushAudit();
  const lines = await t.store.internals.database.system.selectFrom('audit').select('outcome').where('action', '=', 'mail_in.refused').where('subject', '=', id).execute();
  expect(lines).toEqual(answer === 'taken' ? [] : [{ outcome: 'mail_in.from_foreign' }]);
});

it('the address of a removed connection takes nothing any more', async () => {
  const { id, address } = await mailbox();
  expect((await owner.get('removal', { id })).addresses).toEqual(['mail']);
  await owner.get('removeConnection', { id });
  expect(await send(address)).toBe(550);
  expect(await stored(id)).toEqual([]);
});

it('sends away whoever is wrong too often, and answers unfinished talk', async () => {
  const answers: unknown[] = [];
  for (let n = 0; n < 30 && answers.at(-1) !== 421; n += 1) answers.push(await send(`${n.toString(16).padStart(32, '0')}@${DOMAIN}`));
  expect(answers.at(-1)).toBe(421);
  const line = connectSocket(mailIn.port, '127.0.0.1');
  const greeting = await new Promise<string>((resolve) => line.once('data', (data) => resolve(data.toString())));
  expect(greeting.startsWith('421')).toBe(true);
  line.destroy();
});
