import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '../../../core/contract/access.ts';
import { SESSION_COOKIE } from '../../../core/contract/http.ts';
import { localDate } from '../../../core/domain/day/localTime.ts';
import { draftCreated } from '../../../core/domain/record/drafts.ts';
import { CLASSIC, seenPath, weddingPath } from '../../../server/classic/paths.ts';
import { CLASSIC_POLICY } from '../../../server/classic/style.ts';
import { createOrganisation } from '../../../server/store/organisations.ts';
import { furnish, letIn, type House } from '../../support/house.ts';
import { oneTimeCode } from '../../support/oneTimeCode.ts';
import { invitationFrom, joined, PASSWORD, Visitor } from '../../support/people.ts';
import { testApp, type TestApp } from '../../support/serverApp.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';

const context = { actor: { kind: 'system', id: null, name: 'test' }, source: null, deliveryId: null } as const;
const HOSTILE = `<script>alert(1)</script>"'><img src=x onerror=alert(2)>`;

let t: TestStore;
let test: TestApp;
let url: string;
let house: House;
let other: House;
let owner: { url: string; headers: Record<string, string> };
/** Of today, with something on it. */
let todays: string;

beforeAll(async () => {
  t = await openTestStore();
  test = testApp(t.store, { config: { signInPerMinute: 10_000, apiPerMinute: 100_000, enrolPerMinute: 10_000 } });
  url = await test.listen();
  house = await furnish(t.store, t.organisation.id);
  other = await furnish(t.store, (await createOrganisation(t.store.internals, { name: 'Other House', zone: 'Europe/London', currency: 'GBP', demo: false })).id);
  owner = { url, headers: (await letIn(t.store, house.organisationId, house.access('owner'))).headers };
  todays = randomUUID();
  const now = Date.now();
  const at = (minutes: number) => new Date(now + minutes * 60_000).toISOString();
  await t.store.internals.writer.write(house.organisationId, ({ record }) =>
    record([
      draftCreated('wedding.created', 'weddings', todays, { id: todays, title: HOSTILE, date: localDate('UTC', now), zone: 'UTC', startsAt: at(-60), endsAt: at(180), room: `Hall ${HOSTILE}`, status: 'confirmed', guestCount: 80 }, null, context),
      draftCreated('runsheet.item.created', 'runSheetItems', todays, { id: randomUUID(), weddingId: todays, title: `Cake ${HOSTILE}`, startsAt: at(30), endsAt: null, place: 'Terrace', owner: 'Rosa', status: 'planned' }, null, context),
      draftCreated('client.created', 'contacts', todays, { id: randomUUID(), weddingId: todays, name: HOSTILE, email: `"><svg onload=x>@example.org`, phone: '+44 20 7946 0000', company: null, role: 'couple' }, null, context),
    ]),
  );
});
afterAll(async () => {
  await test.app.close();
  await t.cleanup();
});

/** A browser that was let in as that role, by the cookie alone. */
async function visitorAs(role: Role, at: House = house): Promise<Visitor> {
  const visitor = new Visitor(url);
  visitor.cookies.set(SESSION_COOKIE, (await letIn(t.store, at.organisationId, at.access(role))).token);
  return visitor;
}
const textOf = async (answer: Response): Promise<string> => {
  const text = await answer.text();
  expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(answer.headers.get('content-security-policy')).toBe(CLASSIC_POLICY);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(answer.headers.get('referrer-policy')).toBe('same-origin');
  expect(text).not.toMatch(/<script|<img|<svg|undefined|\[object/i);
  return text;
};
const page = async (visitor: Visitor, path: string, status = 200): Promise<string> => {
  const answer = await visitor.get(path);
  expect([path, answer.status]).toEqual([path, status]);
  return textOf(answer);
};
const field = (text: string, name: string): string => new RegExp(`name="${name}" value="([^"]*)"`).exec(text)?.[1] ?? '';
const alertRow = (id: string) => t.store.internals.database.withOrganisation(house.organisationId, (tx) => tx.selectFrom('alerts').select(['state', 'version', 'acknowledgedBy']).where('id', '=', id).executeTakeFirstOrThrow());
async function raise(): Promise<string> {
  const id = randomUUID();
  const raised = draftCreated('alert.raised', 'alerts', house.here, { id, weddingId: house.here, severity: 'emergency', rule: 'payment_failed', title: `Alert ${id}`, detail: 'x', raisedAt: new Date().toISOString(), state: 'open', acknowledgedAt: null, acknowledgedBy: null, subject: null }, null, context);
  await t.store.internals.writer.write(house.organisationId, ({ record }) => record([raised]));
  return id;
}

describe('what is shown', () => {
  it('to nobody: the ways in, and no word of the house', async () => {
    const stranger = new Visitor(url);
    for (const path of [CLASSIC.today, CLASSIC.weddings, CLASSIC.alerts, weddingPath(house.here), CLASSIC.signIn]) {
      const text = await page(stranger, path);
      expect(text).toContain(`action="${CLASSIC.signIn}"`);
      expect(text).toContain(`action="${CLASSIC.link}"`);
      for (const word of ['Here', 'Flowers', t.organisation.name]) expect(text).not.toContain(word);
    }
    stranger.cookies.set(SESSION_COOKIE, 'x'.repeat(43));
    expect(await page(stranger, CLASSIC.today, 401)).toContain('not let in');
  });

  it('to the house: today, the lists, one wedding, and every text of others as text', async () => {
    const staff = await visitorAs('staff');
    const today = await page(staff, CLASSIC.today);
    expect(today).toContain('&lt;script&gt;alert(1)');
    expect(today).toContain('Cake');
    expect(today).toContain('Payment failed');
    expect(today).toContain(t.organisation.name);
    const listed = `${await page(staff, CLASSIC.weddings)}${await page(staff, `${CLASSIC.weddings}?which=past`)}`;
    for (const id of [house.here, house.elsewhere, todays]) expect(listed).toContain(weddingPath(id));
    const one = await page(staff, weddingPath(house.here));
    for (const word of ['Doors', 'Fern', 'fern@example.org', 'tel fern', 'Payment failed']) expect(one).toContain(word);
    const hostile = await page(staff, weddingPath(todays));
    expect(hostile).toContain('Rosa');
    expect(hostile).toContain('href="tel:%2B442079460000"');
    expect(await page(staff, weddingPath(randomUUID()), 404)).not.toContain('Here');
    expect(await page(staff, weddingPath('x'), 404)).not.toContain('Here');
    // Odd words in the address change nothing.
    expect(await page(staff, `${CLASSIC.weddings}?which=%00&after=2026-02-31.x&said=${encodeURIComponent(HOSTILE)}`)).toContain('Weddings');
    expect(await page(staff, `${CLASSIC.today}?said=__proto__&said=seen`)).not.toContain('Recorded');
  });

  it('to a vendor and a couple: their own wedding, and of it what the matrix says', async () => {
    const vendor = await visitorAs('vendor');
    const own = await page(vendor, weddingPath(house.here));
    expect(own).toContain('Fern');
    expect(own).toContain('fern@example.org');
    expect(own).toContain('amara');
    for (const word of ['amara@example.org', 'tel amara', 'Payment failed', 'Elsewhere']) expect(own).not.toContain(word);
    // One booking is the florist's, the other somebody else's.
    expect(own.match(/Fern<\/bdi><\/td>/g)).toHaveLength(1);
    const couple = await visitorAs('couple');
    expect((await page(couple, weddingPath(house.here))).match(/Fern<\/bdi><\/td>/g)).toHaveLength(2);
    for (const bound of [vendor, couple]) {
      await page(bound, weddingPath(house.elsewhere), 404);
      await page(bound, weddingPath(todays), 404);
      const seen = `${await page(bound, CLASSIC.today)}${await page(bound, CLASSIC.weddings)}${await page(bound, `${CLASSIC.weddings}?which=past`)}`;
      for (const word of ['Elsewhere', 'Cake', weddingPath(todays)]) expect(seen).not.toContain(word);
      expect(seen).toContain(weddingPath(house.here));
    }
    await page(couple, CLASSIC.alerts, 403);
    expect(await page(vendor, CLASSIC.alerts)).not.toContain('<form method="post" action="/classic/alerts');
    for (const role of ['partner', 'platform_admin'] as const) await page(await visitorAs(role), CLASSIC.alerts, 403);
    await page(await visitorAs('platform_admin'), CLASSIC.today, 403);
  });

  it('of another house: nothing', async () => {
    const theirs = await visitorAs('owner', other);
    await page(theirs, weddingPath(house.here), 404);
    expect(await page(theirs, weddingPath(other.here))).toContain('Doors');
    expect(await page(theirs, CLASSIC.today)).not.toContain(t.organisation.name);
    const id = await raise();
    const answer = await theirs.form(seenPath(id), { commandId: randomUUID(), version: '1', back: 'alerts' });
    expect(answer.headers.get('location')).toBe(`${CLASSIC.alerts}?said=gone`);
    expect((await alertRow(id)).state).toBe('open');
  });

  it('is written down like every other look', async () => {
    const { token, deviceId } = await letIn(t.store, house.organisationId, house.access('staff'));
    const staff = new Visitor(url);
    staff.cookies.set(SESSION_COOKIE, token);
    await page(staff, weddingPath(house.here));
    await t.store.internals.flushAudit();
    const lines = await t.store.internals.database.system.selectFrom('audit').select(['action', 'subject']).where('actor', '=', deviceId).execute();
    expect(lines).toEqual([{ action: 'classic.read', subject: house.here }]);
  });

  it('pages through many weddings, each once', async () => {
    const many = (await createOrganisation(t.store.internals, { name: 'Many', zone: 'UTC', currency: 'GBP', demo: false })).id;
    const day = (n: number) => `2031-01-${String((n % 20) + 1).padStart(2, '0')}`;
    const ids = Array.from({ length: 120 }, () => randomUUID());
    await t.store.internals.writer.write(many, ({ record }) => record(ids.map((id, n) => draftCreated('wedding.created', 'weddings', id, { id, title: `W${n}`, date: day(n), zone: 'UTC', startsAt: `${day(n)}T12:00:00.000Z`, endsAt: `${day(n)}T20:00:00.000Z`, room: null, status: 'hold', guestCount: null }, null, context))));
    const visitor = new Visitor(url);
    visitor.cookies.set(SESSION_COOKIE, (await letIn(t.store, many, house.access('owner'))).token);
    const found: string[] = [];
    let next: string | undefined = CLASSIC.weddings;
    for (let pages = 0; next !== undefined && pages < 5; pages += 1) {
      const text: string = await page(visitor, next);
      found.push(...[...text.matchAll(/\/classic\/weddings\/([0-9a-f-]{36})"/g)].map((match) => match[1] ?? ''));
      next = /href="([^"]*after=[^"]*)"/.exec(text)?.[1]?.replaceAll('&amp;', '&');
    }
    expect(found).toHaveLength(120);
    expect(new Set(found)).toEqual(new Set(ids));
  });
});

describe('Seen', () => {
  it('is recorded once, in the name of whoever pressed it, however often the form is sent', async () => {
    const id = await raise();
    const staff = await visitorAs('staff');
    const shown = await page(staff, CLASSIC.alerts);
    const own = shown.slice(shown.indexOf(seenPath(id)));
    const fields = { commandId: field(own, 'commandId'), version: field(own, 'version'), back: field(own, 'back') };
    const answers = await Promise.all([1, 2, 3].map(() => staff.form(seenPath(id), fields)));
    for (const answer of answers) expect([answer.status, answer.headers.get('location')]).toEqual([303, `${CLASSIC.alerts}?said=seen`]);
    expect(await alertRow(id)).toEqual({ state: 'acknowledged', version: 2, acknowledgedBy: 'A staff' });
    const history = await t.store.history(house.organisationId, 'alerts', id, null, 10);
    expect(history.map(({ type }) => type)).toEqual(['alert.acknowledged', 'alert.raised']);
    expect(await page(staff, `${CLASSIC.alerts}?said=seen`)).toContain('Recorded');
    // From a page that was opened before: nothing more is recorded.
    expect((await staff.form(seenPath(id), { ...fields, commandId: randomUUID() })).headers.get('location')).toBe(`${CLASSIC.alerts}?said=changed`);
    expect((await staff.form(seenPath(id), { ...fields, commandId: randomUUID(), version: '2', back: house.here })).headers.get('location')).toBe(`${weddingPath(house.here)}?said=gone`);
    expect((await alertRow(id)).version).toBe(2);
  });

  it('is for those who may, and comes from our own page only', async () => {
    const id = await raise();
    const fields = () => ({ commandId: randomUUID(), version: '1', back: 'today' });
    for (const role of ['vendor', 'couple', 'partner', 'platform_admin'] as const) expect([role, (await (await visitorAs(role)).form(seenPath(id), fields())).status]).toEqual([role, 403]);
    expect((await new Visitor(url).form(seenPath(id), fields())).status).toBe(401);
    const staff = await visitorAs('staff');
    const { cookie = '' } = staff.headers;
    const from = (headers: Record<string, string>) => staff.form(seenPath(id), fields(), { cookie, ...headers });
    for (const foreign of [{}, { origin: 'null' }, { origin: 'https://evil.example' }, { origin: url, 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }, { 'sec-fetch-site': 'none' }]) expect([foreign, (await from(foreign)).status]).toEqual([foreign, 403]);
    expect((await alertRow(id)).state).toBe('open');
    // An old browser says no more than where the form stood.
    expect((await from({ origin: url })).status).toBe(303);
    expect((await alertRow(id)).state).toBe('acknowledged');
  });

  it('takes its own form and nothing else', async () => {
    const id = await raise();
    const staff = await visitorAs('staff');
    const good = { commandId: randomUUID(), version: '1', back: 'today' };
    for (const bad of [{}, { ...good, version: '0' }, { ...good, version: '1e3' }, { ...good, back: 'https://evil.example' }, { ...good, back: '//evil' }, { ...good, more: '1' }, { ...good, commandId: 'x' }]) {
      expect([bad, (await staff.form(seenPath(id), bad)).status]).toEqual([bad, 400]);
    }
    expect((await staff.post(seenPath(id), good)).status).toBe(415);
    expect((await staff.form(seenPath(id), { ...good, back: 'x'.repeat(20_000) })).status).toBe(413);
    await textOf(await staff.form(seenPath('x'), good));
    expect((await alertRow(id)).state).toBe('open');
  });
});

describe('ways in', () => {
  it('a personal link is pasted, works once, and lets in as what it was made for', async () => {
    const ticket = await t.store.mintTicket(house.organisationId, house.access('vendor'));
    const vendor = new Visitor(url);
    const answer = await vendor.form(CLASSIC.link, { link: ` ${url}/#enrol=${ticket} ` });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, CLASSIC.today]);
    expect(answer.headers.getSetCookie().join()).toMatch(/HttpOnly.*SameSite=Strict/i);
    expect(await page(vendor, CLASSIC.today)).toContain('as vendor');
    const again = await new Visitor(url).form(CLASSIC.link, { link: ticket });
    expect(again.status).toBe(401);
    expect(await textOf(again)).toContain('too old');
    for (const none of ['', 'hello', `${url}/#invitation=${'x'.repeat(30)}`, `${url}/#enrol=`]) expect([none, (await new Visitor(url).form(CLASSIC.link, { link: none })).status]).toEqual([none, 400]);
    expect((await new Visitor(url).form(CLASSIC.link, { link: ticket }, { origin: 'https://evil.example' })).status).toBe(403);
    // Taken back, it is over at once.
    const device = (await t.store.devices(house.organisationId)).find(({ role, name }) => role === 'vendor' && name === 'Classic page');
    expect(await t.store.revokeDevice(house.organisationId, device?.id ?? '')).toBe(true);
    expect(await page(vendor, CLASSIC.today, 401)).toContain('withdrawn');
  });

  it('an account signs in with its password and a code, chooses where there is a choice, and signs out', async () => {
    const ann = await joined(owner, 'ann@example.org', 'coordinator');
    const { totpURI } = (await (await ann.post('/api/auth/two-factor/enable', { password: PASSWORD })).json()) as { totpURI: string };
    expect((await ann.post('/api/auth/two-factor/verify-totp', { code: oneTimeCode(totpURI) })).status).toBe(200);
    const theirOwner = { url, headers: (await letIn(t.store, other.organisationId, other.access('owner'))).headers };

    const tablet = new Visitor(url);
    const wrong = await tablet.form(CLASSIC.signIn, { email: 'ann@example.org', password: 'not the password' });
    expect(wrong.status).toBe(401);
    const shown = await textOf(wrong);
    expect(shown).toContain('do not belong together');
    expect(shown).toContain('value="ann@example.org"');
    expect(shown).not.toContain('not the password');
    expect((await tablet.form(CLASSIC.signIn, { email: 'ann@example.org', password: PASSWORD })).headers.get('location')).toBe(CLASSIC.code);
    // The password alone has let nobody in.
    expect(await page(tablet, CLASSIC.today)).toContain(CLASSIC.signIn);
    expect(await textOf(await tablet.form(CLASSIC.code, { code: '000000' }))).toContain('not the right one');
    expect((await tablet.form(CLASSIC.code, { code: oneTimeCode(totpURI, Date.now(), 1) })).headers.get('location')).toBe(CLASSIC.today);
    expect(await page(tablet, CLASSIC.today)).toContain('as coordinator');

    // A second house: now there is a choice.
    const { token } = await invitationFrom(theirOwner, 'ann@example.org', 'staff');
    expect((await tablet.post('/api/accounts/invitations/accept', { invitation: token })).status).toBe(200);
    tablet.cookies.delete(SESSION_COOKIE);
    // A typed address as well: the browser says that nobody's page led there.
    for (const from of ['same-origin', 'none', 'cross-site']) expect((await tablet.ask('GET', CLASSIC.today, undefined, { 'sec-fetch-site': from })).headers.get('location')).toBe(CLASSIC.enter);
    const choice = await page(tablet, CLASSIC.enter);
    expect(choice).toContain('Other House');
    expect((await tablet.form(CLASSIC.enter, { organisationId: randomUUID() })).status).toBe(403);
    expect((await tablet.form(CLASSIC.enter, { organisationId: other.organisationId })).headers.get('location')).toBe(CLASSIC.today);
    expect(await page(tablet, CLASSIC.today)).toContain('Other House');

    const kept = new Map(tablet.cookies);
    expect((await tablet.form(CLASSIC.signOut, {})).headers.get('location')).toBe(CLASSIC.signIn);
    expect(tablet.cookies.has(SESSION_COOKIE)).toBe(false);
    for (const [name, value] of kept) tablet.cookies.set(name, value);
    expect(await page(tablet, CLASSIC.today, 401)).toContain('withdrawn');
  });

  it('guesses are slowed as in the console', async () => {
    await joined(owner, 'guessed@example.org', 'staff');
    const statuses: number[] = [];
    for (let tries = 0; tries < 7; tries += 1) statuses.push((await new Visitor(url).form(CLASSIC.signIn, { email: 'guessed@example.org', password: `wrong password ${tries}` })).status);
    expect(statuses.slice(0, 4)).toEqual([401, 401, 401, 401]);
    expect(statuses).toContain(429);
    const held = await new Visitor(url).form(CLASSIC.signIn, { email: 'guessed@example.org', password: PASSWORD });
    expect(await textOf(held)).toMatch(/Wait \d+ seconds/);
  });

  it('says so when another site has led here and the browser kept quiet', async () => {
    const led = await new Visitor(url).ask('GET', CLASSIC.today, undefined, { 'sec-fetch-site': 'cross-site' });
    expect(await textOf(led)).toContain('from another site');
  });

  it('the platform’s figures are shown to a marked account with a code only', async () => {
    const root = await joined(owner, 'root@example.org', 'staff');
    await page(root, CLASSIC.platform, 403);
    await t.store.internals.database.system.updateTable('accounts').set({ platformAdmin: true }).where('email', '=', 'root@example.org').execute();
    expect(await page(root, CLASSIC.platform, 403)).toContain('second factor');
    const { totpURI } = (await (await root.post('/api/auth/two-factor/enable', { password: PASSWORD })).json()) as { totpURI: string };
    await root.post('/api/auth/two-factor/verify-totp', { code: oneTimeCode(totpURI) });
    expect(await page(root, CLASSIC.enter)).toContain(CLASSIC.platform);
    expect(await page(root, CLASSIC.platform)).toContain('Deliveries by day');
    await page(new Visitor(url), CLASSIC.platform, 401);
  });
});
