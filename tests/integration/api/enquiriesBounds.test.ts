import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { NEW_ENQUIRY_SETTINGS } from '../../../core/contract/enquiries.ts';
import { MOST_A_DAY, MOST_HELD } from '../../../server/enquiries/receive.ts';
import { draftCreated } from '../../../core/domain/record/drafts.ts';
import { createPrivacy } from '../../../server/privacy/privacy.ts';
import { createOrganisation } from '../../../server/store/organisations.ts';
import { clock, filledIn, hall, headers, house, NOW, PUBLIC, set, t, test, useEnquiryHouse } from '../../support/enquiryHouse.ts';
import { letIn } from '../../support/house.ts';

/** What the page on which couples ask for a day does not let happen, and what becomes of what it took in. */

const OURS = { host: 'house.example', origin: PUBLIC };
const LIMITS = { pages: 40, forms: 12 };
useEnquiryHouse({ trustProxy: ['127.0.0.1'], strangerPerMinute: 5, enquiryPagesPerMinute: LIMITS.pages, enquiriesPerHour: LIMITS.forms });

/** Each from an address of its own unless it is said which: the limits are counted by it. */
let last = 0;
const somewhere = (): string => `198.51.${Math.floor((last += 1) / 200)}.${last % 200}`;
const get = (path: string, address = somewhere()) => test.app.inject({ url: path, headers: { host: 'house.example', 'x-forwarded-for': address } });
const send = (path: string, fields: Record<string, string>, from: Record<string, string> = OURS, address = somewhere()) =>
  test.app.inject({ method: 'POST', url: path, headers: { host: 'house.example', 'x-forwarded-for': address, ...from, 'content-type': 'application/x-www-form-urlencoded' }, payload: new URLSearchParams(fields).toString() });
const count = async (): Promise<number> => (await house.rows()).weddings.length;

describe('a form', () => {
  it('of another site, or of nobody who says where it stood, is refused', async () => {
    const path = await set();
    const before = await count();
    for (const from of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site', origin: PUBLIC }, { 'sec-fetch-site': 'none' }, { origin: 'null' }, {}] as Record<string, string>[]) {
      const answer = await send(path, filledIn(), from);
      expect([answer.statusCode, answer.payload.includes('The form did not come from this page')]).toEqual([403, true]);
    }
    expect(await count()).toBe(before);
    expect((await send(path, filledIn(), { ...OURS, 'sec-fetch-site': 'same-origin' })).statusCode).toBe(303);
  });

  it('with something wrong is shown again with what was typed, and says what', async () => {
    const path = await set();
    const before = await count();
    const wrong: [Record<string, string>, string][] = [
      [{ names: ' ' }, 'Your names: write both'], [{ names: 'x'.repeat(121) }, 'Your names: write both'], [{ email: 'nobody' }, 'Mail address: it should look'], [{ email: 'a@b.example\nbcc: c@d.example' }, 'Mail address: it should look'],
      [{ phone: 'call me' }, 'Telephone: digits only'], [{ date: 'soon' }, 'Day: choose one'], [{ date: '2027-02-31' }, 'Day: choose one'], [{ room: 'hall' }, 'Room: choose one'], [{ guests: '-1' }, 'Guests: a number'],
      [{ guests: '99999' }, 'Guests: a number'], [{ message: 'x'.repeat(2_001) }, 'up to 2,000 characters'], [{ website: 'https://spam.example' }, 'Leave the last field empty'], [{ commandId: 'x' }, 'Leave the last field empty'],
    ];
    for (const [fields, said] of wrong) {
      const answer = await send(path, filledIn(fields));
      expect([said, answer.statusCode, answer.payload.includes(said)]).toEqual([said, 400, true]);
      expect(answer.payload).toContain('value="ines@example.org"'.slice(0, fields['email'] === undefined ? undefined : 7));
    }
    expect(await count()).toBe(before);
  });

  it('for a day or a room that is not offered is refused', async () => {
    const barn = await house.resource('room', 'Barn');
    const path = await set({ monthsAhead: 2 });
    const other = await createOrganisation(t.store.internals, { name: 'Other House', zone: 'Europe/London', currency: 'GBP', demo: false });
    const theirs = randomUUID();
    await t.store.internals.writer.write(other.id, ({ record }) => record([{ type: 'resource.created', collection: 'resources', row: { id: theirs, version: 1, source: null, kind: 'room', name: 'Their room', keys: ['their room'], places: 1, partIds: [], setUpMinutes: 0, turnaroundMinutes: 0, state: 'active' }, before: null, weddingId: null, occurredAt: null, actor: { kind: 'system', id: null, name: 'test' }, source: null, deliveryId: null } as never]));
    for (const fields of [{ date: '2027-05-20' }, { date: '2027-05-19' }, { date: '2027-07-21' }, { date: '2126-06-12' }, { room: barn }, { room: theirs }, { room: randomUUID() }]) {
      const answer = await send(path, filledIn(fields));
      expect([fields, answer.statusCode, answer.payload.includes('This day or room is not offered')]).toEqual([fields, 409, true]);
    }
    expect((await get(`${path}?room=${theirs}`)).payload).not.toContain('Their room');
    const away = await letIn(t.store, other.id, { role: 'owner', weddingId: null, contactId: null, bookingIds: [] });
    const took = await test.app.inject({ method: 'PUT', url: '/api/enquiries/page', headers: away.headers, payload: { basedOnVersion: 0, settings: { ...NEW_ENQUIRY_SETTINGS, open: true, roomIds: [hall] } } });
    expect(took.statusCode).toBe(404);
    // What came of an asking is told under the address of its own house only.
    const sent = await send(path, filledIn({ date: '2027-06-13' }));
    const theirPath = await set({ roomIds: [theirs] }, away.headers);
    expect((await get((sent.headers.location as string).replace(path, theirPath))).statusCode).toBe(404);
  });

  it('that is no form at all gets a page all the same', async () => {
    const path = await set();
    const raw = (type: string, payload: string) => test.app.inject({ method: 'POST', url: path, headers: { ...OURS, 'x-forwarded-for': somewhere(), 'content-type': type }, payload });
    const answers = [await raw('application/json', '{}'), await raw('application/x-www-form-urlencoded', `names=${'x'.repeat(40_000)}`), await raw('application/x-www-form-urlencoded', '%%%=&&&')];
    expect(answers.map(({ statusCode, headers: said }) => [statusCode, said['content-type']])).toEqual([415, 413, 400].map((status) => [status, 'text/html; charset=utf-8']));
  });

  it('with markup in it comes back, and into the record, as the words that they are', async () => {
    const path = await set();
    const bad = '"><script>alert(1)</script><img src=x onerror=alert(1)>';
    const answer = await send(path, filledIn({ names: bad, message: `</textarea>${bad}`, email: 'wrong' }));
    expect(answer.payload).not.toMatch(/<script|<img|<\/textarea>"/);
    const taken = await send(path, filledIn({ names: bad, date: '2027-06-14' }));
    expect(taken.statusCode).toBe(303);
    expect((await house.rows()).weddings.map(({ title }) => title)).toContain(bad);
    expect((await get(taken.headers.location as string)).payload).not.toContain('<script');
    await set({ welcome: bad });
    expect((await get(path)).payload).not.toMatch(/<script|<img/);
  });
});

describe('too many', () => {
  it('pages from one address are refused with a page that says so', async () => {
    const path = await set();
    const statuses: number[] = [];
    for (let index = 0; index <= LIMITS.pages; index += 1) statuses.push((await get(path, '203.0.113.1')).statusCode);
    expect(statuses).toEqual([...Array.from({ length: LIMITS.pages }, () => 200), 429]);
    const refused = await get(path, '203.0.113.1');
    expect([refused.statusCode, refused.payload.includes('There were too many requests'), Number(refused.headers['retry-after']) > 0]).toEqual([429, true, true]);
    expect((await get(path, '203.0.113.2')).statusCode).toBe(200);
  });

  it('forms from one address are refused, and addresses cannot be guessed at length', async () => {
    const path = await set();
    const statuses: number[] = [];
    for (let index = 0; index <= LIMITS.forms; index += 1) statuses.push((await send(path, filledIn({ names: '' }), OURS, '203.0.113.3')).statusCode);
    expect(statuses).toEqual([...Array.from({ length: LIMITS.forms }, () => 400), 429]);
    const guessed: number[] = [];
    for (let index = 0; index < 6; index += 1) guessed.push((await get(`/ask/${randomUUID().replaceAll('-', '').padEnd(43, 'x')}`, '203.0.113.4')).statusCode);
    expect(guessed).toEqual([404, 404, 404, 404, 404, 429]);
  });

  it('held days of one room and day, and of one house, hold nothing more; the house hears of them all the same', async () => {
    const path = await set({ monthsAhead: 12 });
    const heldFor = async (date: string) => (await house.rows()).allocations.filter(({ status, startsAt }) => status === 'hold' && startsAt.startsWith(date)).map(({ rank }) => rank).sort();
    for (let index = 0; index <= MOST_HELD.ofDay; index += 1) expect((await send(path, filledIn({ date: '2027-08-07', names: `Pair ${index}` }))).statusCode).toBe(303);
    expect(await heldFor('2027-08-07')).toEqual(Array.from({ length: MOST_HELD.ofDay }, (_, index) => index + 1));
    expect((await house.rows()).weddings.filter(({ date }) => date === '2027-08-07')).toHaveLength(MOST_HELD.ofDay + 1);
    const { weddingId } = (await house.rows()).allocations.find(({ title }) => title === 'Pair 0')!;
    const held = Array.from({ length: MOST_HELD.ofHouse }, (_, index) => {
      const from = Date.parse('2027-09-01T11:00:00.000Z') + index * 2 * 86_400_000;
      return { id: house.id(), weddingId, bookingId: null, resourceId: hall, title: 'Elsewhere', startsAt: new Date(from).toISOString(), endsAt: new Date(from + 36_000_000).toISOString(), status: 'hold' as const, rank: 1, holdUntil: '2027-05-27T12:00:00.000Z', lockedBecause: null, tags: [], units: 1, setUpMinutes: null, turnaroundMinutes: null };
    });
    await house.write(...held.map((row) => draftCreated('allocation.created', 'allocations', weddingId, row, null, { actor: { kind: 'system', id: null, name: 'test' }, source: null, deliveryId: null })));
    await sql`
      insert into enquiries (organisation_id, id, asked_at, room_id, date, wedding_id, allocation_id)
      select ${t.organisation.id}::uuid, gen_random_uuid(), ${NOW}::timestamptz - interval '2 days', ${hall}::uuid, date '2027-12-01', ${weddingId}::uuid, h from unnest(${held.map(({ id }) => id)}::uuid[]) as h
    `.execute(t.store.internals.database.system);
    expect((await send(path, filledIn({ date: '2027-08-14', names: 'Beyond' }))).statusCode).toBe(303);
    expect([await heldFor('2027-08-14'), (await house.rows()).weddings.some(({ title }) => title === 'Beyond')]).toEqual([[], true]);
    // Who is answered makes room: a wedding that is no enquiry any more counts no longer.
    const wedding = await house.one('weddings', weddingId!);
    expect((await house.decide('booking.set_status', { collection: 'weddings', id: wedding.id, basedOnVersion: wedding.version, status: 'cancelled', reason: null } as never)).outcome).toBe('accepted');
    expect((await send(path, filledIn({ date: '2027-08-21', names: 'With room again' }))).statusCode).toBe(303);
    expect(await heldFor('2027-08-21')).toEqual([1]);
  });

  it('askings of one house and day are refused, kept in the form, and taken again the next day', async () => {
    const path = await set({ holdDays: 0 });
    await sql`
      insert into enquiries (organisation_id, id, asked_at, room_id, date, wedding_id) select ${t.organisation.id}::uuid, gen_random_uuid(), ${NOW}::timestamptz - interval '1 hour', ${hall}::uuid, date '2027-11-01', gen_random_uuid()
      from generate_series(1, ${MOST_A_DAY}::int)
    `.execute(t.store.internals.database.system);
    const before = await count();
    const full = await send(path, filledIn({ date: '2027-07-03' }));
    expect([full.statusCode, full.payload.includes('So many people have asked today'), full.payload.includes('ines@example.org')]).toEqual([429, true, true]);
    expect(await count()).toBe(before);
    clock.advance(24 * 3_600_000);
    expect((await send(path, filledIn({ date: '2027-07-03' }))).statusCode).toBe(303);
    await sql`delete from enquiries where date = date '2027-11-01'`.execute(t.store.internals.database.system);
  });
});

describe('what it took in', () => {
  it('leaves nothing personal in logs, in the audit trail and among what the page keeps', async () => {
    const path = await set();
    const form = filledIn({ date: '2027-07-10', names: 'Quiet Person', email: 'quiet.person@example.org', phone: '+44 20 7946 0999', message: 'Hush hush' });
    expect((await send(path, form)).statusCode).toBe(303);
    await t.store.internals.flushAudit();
    const { rows: trail } = await sql<{ line: string }>`select to_jsonb(a)::text as line from audit a`.execute(t.store.internals.database.system);
    const { rows: kept } = await sql<{ line: string }>`select to_jsonb(e)::text as line from enquiries e`.execute(t.store.internals.database.system);
    const everything = JSON.stringify([test.logLines, trail, kept]);
    // The whole number: four of its digits stand in many an id.
    for (const personal of ['Quiet', 'quiet.person', '7946 0999', '79460999', 'Hush']) expect(everything).not.toContain(personal);
    expect(trail.some(({ line }) => line.includes('enquiry.received'))).toBe(true);
  });

  it('is found when somebody asks what is held of them, and forgotten with them', async () => {
    const path = await set();
    const form = filledIn({ date: '2027-07-17', names: 'Forget Mequick', email: 'forget.me@example.org', phone: '+44 20 7946 0123', message: 'We are Forget Mequick, forget.me@example.org' });
    expect((await send(path, form)).statusCode).toBe(303);
    const contact = (await house.rows()).contacts.find(({ email }) => email === form.email)!;
    const held = await test.app.inject({ url: `/api/contacts/${contact.id}/personal-data`, headers });
    expect(held.statusCode).toBe(200);
    for (const said of ['day_asked', form.message.slice(0, 12)]) expect(held.payload).toContain(said);
    const erased = await createPrivacy(t.store.internals).erase({ organisationId: t.organisation.id, contactId: contact.id, reason: 'asked_by_person', actor: { kind: 'person', id: null, name: 'An owner' }, confirm: form.names });
    expect(erased).toMatchObject({ ok: true });
    const { rows } = await sql<{ dump: string }>`
      select jsonb_build_object('w', (select jsonb_agg(w) from weddings w), 'c', (select jsonb_agg(c) from contacts c), 'a', (select jsonb_agg(a) from allocations a), 'm', (select jsonb_agg(m) from messages m),
        'l', (select jsonb_agg(l) from alerts l), 'e', (select jsonb_agg(e) from events e), 'q', (select jsonb_agg(q) from enquiries q))::text as dump
    `.execute(t.store.internals.database.system);
    for (const personal of ['Mequick', 'forget.me', '7946 0123']) expect(rows[0]?.dump).not.toContain(personal);
  });

  it('takes what is known of the address along: who may not be mailed is not mailed because they asked', async () => {
    const path = await set();
    expect((await send(path, filledIn({ date: '2027-07-17' }))).statusCode).toBe(303);
    const consents = [{ system: 'mailchimp', connectionId: null, state: 'withdrawn', at: '2027-01-01T00:00:00.000Z' }];
    await sql`update contacts set consents = ${JSON.stringify(consents)}::jsonb where organisation_id = ${t.organisation.id} and email = 'ines@example.org'`.execute(t.store.internals.database.system);
    expect((await send(path, filledIn({ date: '2027-07-24', names: 'Again Pair', email: 'INES@example.org' }))).statusCode).toBe(303);
    expect((await house.rows()).contacts.find(({ name }) => name === 'Again Pair')?.consents).toEqual(consents);
  });
});
