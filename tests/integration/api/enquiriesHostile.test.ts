import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { EnquiryPageAnswer, NEW_ENQUIRY_SETTINGS } from '../../../core/contract/enquiries.ts';
import { draftCreated } from '../../../core/domain/record/drafts.ts';
import { roomDays } from '../../../server/enquiries/days.ts';
import { createOrganisation } from '../../../server/store/organisations.ts';
import { filledIn, hall, headers, house, PUBLIC, save, set, t, test, useEnquiryHouse } from '../../support/enquiryHouse.ts';
import { letIn } from '../../support/house.ts';
import { plainWork } from '../../support/plainWork.ts';

/** What whoever wishes the page ill may try, and nights on which clocks are changed. */

useEnquiryHouse();

const get = (path: string) => test.app.inject({ url: path, headers: { host: 'house.example' } });
const send = (path: string, fields: Record<string, string>, more: Record<string, string> = {}) =>
  test.app.inject({ method: 'POST', url: path, headers: { host: 'house.example', origin: PUBLIC, 'content-type': 'application/x-www-form-urlencoded', ...more }, payload: new URLSearchParams(fields).toString() });

describe('a form', () => {
  it.each([
    ['names that nobody sees', { names: '\u200b\u200b\u2060\u2060' }], ['names of signs that turn text around', { names: '\u202e\u2066\u2069' }], ['names that are filling only', { names: '\u3164\u3164 \u115f' }],
    ['names without a letter', { names: '-- !! --' }], ['a number without a digit', { phone: '(((---)))' }], ['a number of two digits', { phone: '1 ( ) 2' }],
  ])('with %s is shown again', async (_what, fields) => {
    const path = await set();
    const before = (await house.rows()).weddings.length;
    expect((await send(path, filledIn(fields))).statusCode).toBe(400);
    expect((await house.rows()).weddings).toHaveLength(before);
  });

  it.each([
    ['of other scripts', 'أمل و ليلى'], ['with an apostrophe, a hyphen and a family', 'D’Arcy-Łuczak 👩‍❤️‍👩 & 李小龙'], ['as long as they may be', `${'é'.repeat(119)}z`],
  ])('takes names %s as they are', async (_what, names) => {
    const path = await set({ holdDays: 0 });
    const sent = await send(path, filledIn({ names, date: '2027-06-19' }));
    expect(sent.statusCode).toBe(303);
    expect((await house.rows()).weddings.map(({ title }) => title)).toContain(names);
  });

  it('says nothing that turns the words around it in the record', async () => {
    const path = await set({ holdDays: 0 });
    expect((await send(path, filledIn({ names: 'Eve \u202egnissap\u202c and Bo', message: 'We \u202eare\u0000 here', date: '2027-06-19' }))).statusCode).toBe(303);
    const rows = await house.rows();
    const said = JSON.stringify([rows.weddings, rows.contacts, rows.messages, rows.alerts]);
    expect(said).toContain('Eve gnissap and Bo');
    expect(said).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
  });

  it('for a room that is not in use any more, a page that was closed or whose address was replaced meanwhile, is refused', async () => {
    const barn = await house.resource('room', 'Barn');
    const path = await set({ roomIds: [hall, barn] });
    const row = await house.one('resources', barn);
    expect((await house.decide('resource.save', { resourceId: barn, basedOnVersion: row.version, kind: 'room', name: 'Barn', places: 1, partIds: [], setUpMinutes: 0, turnaroundMinutes: 0, state: 'retired' })).outcome).toBe('accepted');
    expect((await send(path, filledIn({ room: barn }))).statusCode).toBe(409);
    expect((await get(path)).payload).not.toContain('Barn');
    await set({ open: false });
    expect((await send(path, filledIn())).statusCode).toBe(404);
    await set();
    expect((await test.app.inject({ method: 'POST', url: '/api/enquiries/page/address', headers, payload: {} })).statusCode).toBe(200);
    expect((await send(path, filledIn())).statusCode).toBe(410);
    expect((await get(path)).statusCode).toBe(410);
  });

  it('sent by fifty at the same moment holds the day for three, in three ranks, and gives each an answer', async () => {
    const path = await set();
    await sql`delete from enquiries where organisation_id = ${t.organisation.id}`.execute(t.store.internals.database.system);
    const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => send(path, filledIn({ names: `Pair ${index}`, date: '2027-06-26' }))));
    const same = filledIn({ names: 'Twice', date: '2027-07-03' });
    const twice = await Promise.all(Array.from({ length: 5 }, () => send(path, same)));
    expect(new Set(twice.map(({ statusCode, headers: { location } }) => `${statusCode} ${location as string}`)).size).toBe(1);
    expect((await house.rows()).weddings.filter(({ title }) => title === 'Twice')).toHaveLength(1);
    expect(twice[0]?.statusCode).toBe(303);
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([303]));
    const held = (await house.rows()).allocations.filter(({ title, status }) => title.startsWith('Pair ') && status === 'hold');
    expect(held.map(({ rank }) => rank).sort()).toEqual([1, 2, 3]);
  });
});

describe('the page', () => {
  it('answers HEAD without a body, other methods not at all, and trusts no host that a header names', async () => {
    const path = await set();
    const head = await test.app.inject({ method: 'HEAD', url: path, headers: { host: 'house.example' } });
    expect([head.statusCode, head.payload, head.headers['cache-control']]).toEqual([200, '', 'no-store']);
    for (const method of ['PUT', 'DELETE', 'PATCH'] as const) expect((await test.app.inject({ method, url: path, headers: { host: 'house.example' } })).statusCode).toBe(405);
    const evil = await test.app.inject({ url: path, headers: { host: 'evil.example', 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' } });
    expect(evil.payload).not.toContain('evil.example');
    const asked = { host: 'evil.example', origin: 'https://evil.example', 'x-forwarded-host': 'evil.example' };
    expect((await send(path, filledIn(), asked)).statusCode).toBe(421);
    expect((await send(path, filledIn(), { ...asked, host: 'house.example' })).statusCode).toBe(403);
    const page = await test.app.inject({ url: '/api/enquiries/page', headers: { ...headers, host: 'evil.example' } });
    expect(page.payload).not.toContain('evil.example');
  });

  it.each([['a NUL', 'Hello \u0000'], ['half of a sign', 'Hello \ud83d']])('is refused in words with %s in its welcome', async (_what, welcome) => {
    const saved = await save({ welcome });
    expect([saved.statusCode, (saved.json<{ code?: string }>()).code]).toEqual([400, 'request.invalid']);
  });
});

it('a month costs little beside twenty thousand that stand on the same room and others', async () => {
  const path = await set();
  const { id } = (await house.allocation(hall, 5, 12, 18)) as { id: string };
  const { rows: columns } = await sql<{ name: string }>`
    select column_name as name from information_schema.columns where table_name = 'allocations' and table_schema = current_schema() and column_name not in ('id', 'starts_at', 'ends_at')
  `.execute(t.store.internals.database.system);
  const same = sql.raw(columns.map(({ name }) => `"${name}"`).join(', '));
  await sql`
    insert into allocations (id, starts_at, ends_at, ${same})
    select gen_random_uuid(), timestamptz '2026-06-01T08:00:00Z' + n * interval '1 hour', timestamptz '2026-06-01T08:30:00Z' + n * interval '1 hour', ${same}
    from allocations a, generate_series(1, 20000) as n where a.id = ${id}
  `.execute(t.store.internals.database.system);
  const spans: number[] = [];
  for (const month of ['2027-06', '2027-09', '2028-02']) {
    const began = performance.now();
    expect((await get(`${path}?month=${month}`)).statusCode).toBe(200);
    spans.push(Math.round(performance.now() - began));
  }
  console.log(`months of a room beside 20,000: ${spans.join(', ')} ms`);
  expect(Math.max(...spans)).toBeLessThan(45 * plainWork());
  await sql`delete from allocations where organisation_id = ${t.organisation.id}`.execute(t.store.internals.database.system);
}, 60_000);

describe('usual hours', () => {
  const zones = ['Pacific/Auckland', 'America/Los_Angeles', 'Pacific/Kiritimati', 'Pacific/Pago_Pago', 'America/Santiago', 'Africa/Cairo', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Europe/London'];
  it.each(zones)('are there for every day of the year in %s, and never upside down', async (zone) => {
    const dates = Array.from({ length: 365 }, (_, day) => new Date(Date.UTC(2027, 0, 1 + day)).toISOString().slice(0, 10));
    const wanted: [string, string, number, number][] = [['12:00', '00:00', 11, 13], ['12:00', '02:30', 13, 16], ['00:00', '23:59', 22, 25], ['15:00', '15:00', 23, 25]];
    for (const [from, to, least, most] of wanted) {
      const days = await t.store.internals.database.withOrganisation(t.organisation.id, (tx) => roomDays(tx, { organisationId: t.organisation.id, zone, settings: { from, to }, roomId: hall, dates }, Date.parse('2026-12-01T00:00:00.000Z')));
      expect([...days.keys()]).toEqual(dates);
      for (const { startsAt, endsAt } of days.values()) {
        expect((endsAt - startsAt) / 3_600_000).toBeGreaterThanOrEqual(least - 0.5);
        expect((endsAt - startsAt) / 3_600_000).toBeLessThanOrEqual(most + 0.5);
      }
    }
  });

  it('begin tomorrow where the venue is, whatever day it is elsewhere', async () => {
    for (const [zone, first] of [['Pacific/Auckland', '2027-05-22'], ['America/Los_Angeles', '2027-05-21'], ['Pacific/Kiritimati', '2027-05-22'], ['Pacific/Pago_Pago', '2027-05-21']] as const) {
      const away = await createOrganisation(t.store.internals, { name: `House in ${zone}`, zone, currency: 'USD', demo: false });
      const owner = await letIn(t.store, away.id, { role: 'owner', weddingId: null, contactId: null, bookingIds: [] });
      const room = house.id();
      const hallThere = { id: room, kind: 'room' as const, name: 'Hall', keys: ['hall'], places: 1, partIds: [], setUpMinutes: 0, turnaroundMinutes: 0, state: 'active' as const };
      await t.store.internals.writer.write(away.id, ({ record }) => record([draftCreated('resource.created', 'resources', null, hallThere, null, { actor: { kind: 'system', id: null, name: 'test' }, source: null, deliveryId: null })]));
      const saved = await test.app.inject({ method: 'PUT', url: '/api/enquiries/page', headers: owner.headers, payload: { basedOnVersion: 0, settings: { ...NEW_ENQUIRY_SETTINGS, open: true, roomIds: [room] } } });
      const path = EnquiryPageAnswer.parse(saved.json()).url?.slice(PUBLIC.length) ?? '';
      expect((await get(path)).payload).toContain(`min="${first}"`);
      const before = new Date(Date.parse(`${first}T00:00:00.000Z`) - 86_400_000).toISOString().slice(0, 10);
      expect((await send(path, filledIn({ room, date: before }))).statusCode).toBe(409);
      const sent = await send(path, filledIn({ room, date: first }));
      expect(sent.statusCode).toBe(303);
      expect((await get(sent.headers.location as string)).payload).toContain('Held for you');
      expect((await get(path)).payload).toContain('asked');
    }
  });
});
