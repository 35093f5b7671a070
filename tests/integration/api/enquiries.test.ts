import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EnquiryPageAnswer, NEW_ENQUIRY_SETTINGS, type EnquirySettings } from '../../../core/contract/enquiries.ts';
import { ASK_POLICY } from '../../../server/enquiries/style.ts';
import { startHoldWatch } from '../../../server/workers/holds.ts';
import { letIn } from '../../support/house.ts';
import { testApp, type TestApp } from '../../support/serverApp.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';
import { june, takingHouse } from '../../support/taking.ts';

/** The page on which a couple sees which days of a room are free and asks for one, from its settings to the facts that come of it. */

const NOW = '2027-05-20T12:00:00.000Z';
const clock = settableClock(NOW);
const PUBLIC = 'https://house.example';
const OURS = { host: 'house.example', origin: PUBLIC };

let t: TestStore;
let test: TestApp;
let app: FastifyInstance;
let house: ReturnType<typeof takingHouse>;
let headers: { authorization: string };
let hall: string;
let barn: string;

const boundless = 1_000_000;
beforeAll(async () => {
  t = await openTestStore({ clock });
  test = testApp(t.store, { clock, config: { publicUrl: PUBLIC, managingPerMinute: boundless, strangerPerMinute: boundless, apiPerMinute: boundless, enquiryPagesPerMinute: boundless, enquiriesPerHour: boundless } });
  app = test.app;
  house = takingHouse(t);
  headers = (await letIn(t.store, t.organisation.id, { role: 'coordinator', weddingId: null, contactId: null, bookingIds: [] })).headers;
  hall = await house.resource('room', 'Great Hall', { turnaroundMinutes: 60 });
  barn = await house.resource('room', 'Barn');
});
afterAll(async () => {
  await app.close();
  await t.cleanup();
});
beforeEach(() => clock.set(NOW));

const SETTINGS: EnquirySettings = { ...NEW_ENQUIRY_SETTINGS, open: true, monthsAhead: 12, from: '14:00', to: '01:00', holdDays: 7, welcome: 'You are welcome.' };
const page = async () => EnquiryPageAnswer.parse((await app.inject({ url: '/api/enquiries/page', headers })).json());
const put = (body: object, as: { authorization: string } = headers) => app.inject({ method: 'PUT', url: '/api/enquiries/page', headers: as, payload: body });
async function set(settings: Partial<EnquirySettings> = {}): Promise<string> {
  const { version } = await page();
  const saved = await put({ basedOnVersion: version, settings: { ...SETTINGS, roomIds: [hall, barn], ...settings } });
  expect(saved.statusCode, saved.payload).toBe(200);
  return EnquiryPageAnswer.parse(saved.json()).url?.slice(PUBLIC.length) ?? '';
}
const get = (path: string) => app.inject({ url: path, headers: { host: 'house.example' } });
const filledIn = (fields: Record<string, string> = {}) => ({ names: 'Ines Duarte and Tom Okafor', email: 'ines@example.org', phone: '+44 20 7946 0018', date: '2027-06-12', room: hall, guests: '80', message: 'With a band & <b>lights</b>.', website: '', commandId: randomUUID(), ...fields });
const send = (path: string, fields: Record<string, string>, from: Record<string, string> = OURS) =>
  app.inject({ method: 'POST', url: path, headers: { ...from, 'content-type': 'application/x-www-form-urlencoded' }, payload: new URLSearchParams(fields).toString() });
const dayOf = (html: string, day: number): string => new RegExp(`class="day day-(\\w+)"[^>]*><b>${day}</b>`).exec(html)?.[1] ?? 'none';
const month = async (path: string, room: string, which = '2027-06') => {
  // What is kept for seconds is over.
  clock.advance(10_000);
  return (await get(`${path}?room=${room}&month=${which}`)).payload;
};
const states = async (path: string, room: string, ...days: number[]) => {
  const html = await month(path, room);
  return days.map((day) => dayOf(html, day));
};
const weddingOf = async (names: string) => (await house.rows()).weddings.find(({ title }) => title === names);

describe('what a house says of its page', () => {
  it('is closed until somebody opens it, and then has an address', async () => {
    expect(await page()).toEqual({ settings: NEW_ENQUIRY_SETTINGS, version: 0, url: null, reachable: true, changedAt: null, changedBy: null });
    const closed = await put({ basedOnVersion: 0, settings: { ...SETTINGS, open: false, roomIds: [] } });
    expect([closed.statusCode, closed.json<EnquiryPageAnswer>().url]).toEqual([200, null]);
    const path = await set();
    expect(path).toMatch(/^\/ask\/[\w-]{43}$/);
    expect(await page()).toMatchObject({ version: 2, url: `${PUBLIC}${path}`, changedBy: 'A coordinator', settings: { open: true, roomIds: [hall, barn] } });
    expect((await get(path)).statusCode).toBe(200);
  });

  it('is not overwritten by who has not seen what stands, and offers only rooms that are there', async () => {
    await set();
    const { version } = await page();
    const codes = async (body: object) => {
      const answer = await put(body);
      return [answer.statusCode, answer.json<{ error?: { code: string } }>().error?.code];
    };
    expect(await codes({ basedOnVersion: version - 1, settings: { ...SETTINGS, roomIds: [hall] } })).toEqual([409, 'enquiry.changed_meanwhile']);
    expect(await codes({ basedOnVersion: 0, settings: { ...SETTINGS, roomIds: [hall] } })).toEqual([409, 'enquiry.changed_meanwhile']);
    expect(await codes({ basedOnVersion: version, settings: { ...SETTINGS, roomIds: [] } })).toEqual([409, 'enquiry.no_rooms']);
    expect(await codes({ basedOnVersion: version, settings: { ...SETTINGS, roomIds: [randomUUID()] } })).toEqual([404, 'request.not_found']);
    const crew = await house.resource('crew', 'Door staff');
    expect(await codes({ basedOnVersion: version, settings: { ...SETTINGS, roomIds: [crew] } })).toEqual([404, 'request.not_found']);
    for (const wrong of [{ from: '25:00' }, { monthsAhead: 0 }, { holdDays: 61 }, { welcome: 'x'.repeat(601) }, { more: 1 }]) {
      expect(await codes({ basedOnVersion: version, settings: { ...SETTINGS, roomIds: [hall], ...wrong } })).toEqual([400, 'request.invalid']);
    }
    expect((await page()).version).toBe(version);
  });

  it('can be closed and opened again under its address; one that was replaced is gone for good', async () => {
    const path = await set();
    await set({ open: false });
    const closed = await get(path);
    expect([closed.statusCode, closed.payload.includes('takes no requests on this page at present')]).toEqual([404, true]);
    expect((await send(path, filledIn())).statusCode).toBe(404);
    expect(await set()).toBe(path);
    const replaced = await app.inject({ method: 'POST', url: '/api/enquiries/page/address', headers, payload: {} });
    expect(replaced.statusCode).toBe(200);
    const other = replaced.json<EnquiryPageAnswer>().url?.slice(PUBLIC.length) ?? '';
    expect(other).not.toBe(path);
    expect([(await get(path)).statusCode, (await send(path, filledIn())).statusCode, (await get(other)).statusCode]).toEqual([410, 410, 200]);
    expect((await get(path)).payload).toContain('This address is not in use any more');
    expect((await get(`/ask/${'x'.repeat(43)}`)).statusCode).toBe(404);
    expect((await get('/ask/short')).statusCode).toBe(404);
  });
});

describe('a month of a room', () => {
  it('tells free, asked for and taken by the rules of the house, and neither a name nor a reason', async () => {
    const path = await set();
    await house.wedding('Secret Couple', 5, 14, 22, { room: 'Great Hall' });
    await house.wedding('Perhaps Couple', 6, 14, 22, { room: 'Great Hall', status: 'enquiry' });
    await house.wedding('Held Couple', 7, 14, 22, { room: 'Great Hall', status: 'hold' });
    await house.allocation(hall, 8, 8, 18, { title: 'Floor is sanded', status: 'closed' });
    await house.allocation(hall, 9, 14, 22, { title: 'First hold', status: 'hold', rank: 1, holdUntil: '2027-05-25T12:00:00.000Z' });
    await house.allocation(hall, 10, 14, 22, { title: 'Over hold', status: 'hold', rank: 1, holdUntil: '2027-05-20T11:00:00.000Z' });
    // Ends half an hour before two in London, and the floor needs an hour.
    await house.wedding('Brunch Couple', 11, 8, 12, { room: 'Great Hall', startsAt: june(11, 8), endsAt: june(11, 12, 30) });
    expect(await states(path, hall, 4, 5, 6, 7, 8, 9, 10, 11)).toEqual(['free', 'taken', 'free', 'asked', 'taken', 'asked', 'free', 'taken']);
    expect(await states(path, barn, 5, 8)).toEqual(['free', 'free']);
    const html = await month(path, hall);
    for (const secret of ['Secret', 'Perhaps', 'Held Couple', 'sanded', 'First hold', 'Brunch']) expect(html).not.toContain(secret);
  });

  it('takes a whole with its parts, and limits as well', async () => {
    const lawn = await house.resource('room', 'Lawn');
    const whole = await house.resource('room', 'Whole house', { partIds: [lawn, barn] });
    await house.wedding('All of it', 17, 14, 22, { room: 'Whole house' });
    await house.wedding('Lawn only', 18, 14, 22, { room: 'Lawn' });
    const path = await set({ roomIds: [barn, whole] });
    expect([await states(path, barn, 17, 18), await states(path, whole, 17, 18)]).toEqual([['taken', 'free'], ['taken', 'taken']]);
    const limit = await house.limit('No music on Mondays', { kind: 'not_within', weekdays: [1], from: '20:00', to: '23:00' }, { resourceIds: [barn] });
    expect(await states(path, barn, 21, 22)).toEqual(['taken', 'free']);
    const { version, name, rule, resourceIds } = (await house.one('limits', limit));
    await house.decide('limit.save', { limitId: limit, basedOnVersion: version, name, rule, resourceIds, tags: null, overridableBy: [], state: 'retired' });
  });

  it('is kept for seconds, so that many who look cost one reading', async () => {
    const path = await set();
    expect(await states(path, barn, 24)).toEqual(['free']);
    await house.wedding('Meanwhile', 24, 14, 22, { room: 'Barn' });
    expect(dayOf((await get(`${path}?room=${barn}&month=2027-06`)).payload, 24)).toBe('free');
    expect(await states(path, barn, 24)).toEqual(['taken']);
  });

  it('begins tomorrow and ends with the window, whatever the address asks for', async () => {
    const path = await set({ monthsAhead: 2 });
    const may = await month(path, hall, '2027-05');
    expect([19, 20, 21].map((day) => dayOf(may, day))).toEqual(['outside', 'outside', 'free']);
    const july = await month(path, hall, '2027-07');
    expect([20, 21].map((day) => dayOf(july, day))).toEqual(['free', 'outside']);
    for (const which of ['2031-01', '1999-12', 'x', '2027-13']) expect((await get(`${path}?month=${which}`)).statusCode).toBe(200);
    expect((await get(`${path}?month=2031-01`)).payload).toContain('July 2027');
    const hidden = await set({ showDays: false });
    expect((await get(hidden)).payload).not.toContain('<table');
    expect((await get(hidden)).payload).toContain('<form');
  });

  it('comes under a policy that lets nothing run, sets no cookie and is found by no search', async () => {
    const answer = await get(await set());
    expect(answer.headers).toMatchObject({ 'content-security-policy': ASK_POLICY, 'cache-control': 'no-store', 'x-robots-tag': 'noindex, nofollow', 'x-frame-options': 'DENY', 'referrer-policy': 'same-origin' });
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(answer.payload).toContain('You are welcome.');
  });
});

describe('asking for a day', () => {
  it('is a wedding that is an enquiry, its person, a hold with an end, and an alert, in one commit', async () => {
    const path = await set();
    const before = (await t.store.snapshot(t.organisation.id)).seq;
    const form = filledIn({ date: '2027-06-13' });
    const sent = await send(path, form);
    expect(sent.statusCode, sent.payload).toBe(303);
    expect(sent.headers.location).toBe(`${path}/received/${form.commandId}`);
    const rows = await house.rows();
    const wedding = rows.weddings.find(({ title }) => title === form.names)!;
    expect(wedding).toMatchObject({ date: '2027-06-13', zone: 'Europe/London', startsAt: '2027-06-13T13:00:00.000Z', endsAt: '2027-06-14T00:00:00.000Z', room: 'Great Hall', roomId: hall, status: 'enquiry', guestCount: 80, source: null });
    expect(rows.contacts.find(({ weddingId }) => weddingId === wedding.id)).toMatchObject({ name: form.names, email: 'ines@example.org', phone: '+44 20 7946 0018', role: 'couple' });
    const hold = rows.allocations.find(({ weddingId }) => weddingId === wedding.id)!;
    expect(hold).toMatchObject({ resourceId: hall, status: 'hold', rank: 1, startsAt: wedding.startsAt, endsAt: wedding.endsAt, holdUntil: new Date(clock.now() + 7 * 86_400_000).toISOString() });
    expect(rows.messages.find(({ weddingId }) => weddingId === wedding.id)).toMatchObject({ text: form.message, direction: 'in', status: 'received', fromAddress: 'ines@example.org' });
    expect(rows.alerts.filter(({ weddingId }) => weddingId === wedding.id)).toMatchObject([{ rule: 'day_asked', state: 'open', title: `Asked for: ${form.names}`, subject: { collection: 'weddings', id: wedding.id } }]);
    expect(rows.conflicts.filter(({ weddingId }) => weddingId === wedding.id)).toEqual([]);
    const recorded = await t.store.readEvents(t.organisation.id, before, 50);
    expect(new Set(recorded.map(({ recordedAt }) => recordedAt)).size).toBe(1);

    const receipt = await get(sent.headers.location as string);
    expect(receipt.statusCode).toBe(200);
    for (const said of ['Sunday, 13 June 2027', 'Great Hall', 'Thursday, 27 May 2027', 'first', 'This is no booking yet']) expect(receipt.payload).toContain(said);
    for (const person of ['Ines', 'example.org', '20 7946', '207946']) expect(receipt.payload).not.toContain(person);
    expect(await states(path, hall, 13)).toEqual(['asked']);
  });

  it('gets the rank behind those who were there, and moves up when they let go', async () => {
    const path = await set();
    const [first, second] = [filledIn({ date: '2027-06-20', names: 'First Pair' }), filledIn({ date: '2027-06-20', names: 'Second Pair' })];
    const answers = [await send(path, first), await send(path, second)];
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([303, 303]);
    expect((await get(answers[1]?.headers.location as string)).payload).toContain('number 2: others have asked for that day before you');
    const holdOf = async (names: string) => {
      const wedding = (await weddingOf(names))!;
      return (await house.rows()).allocations.find(({ weddingId }) => weddingId === wedding.id)!;
    };
    expect([(await holdOf('First Pair')).rank, (await holdOf('Second Pair')).rank]).toEqual([1, 2]);
    expect((await house.rows()).alerts.filter(({ rule }) => rule === 'double_booking')).toEqual([]);
    const { id: _id, version, seq: _seq, updatedAt: _at, source: _source, ...fields } = await holdOf('First Pair');
    const gone = await house.decide('allocation.save', { ...fields, allocationId: (await holdOf('First Pair')).id, basedOnVersion: version, status: 'cancelled', reason: null });
    expect(gone.outcome).toBe('accepted');
    expect((await holdOf('Second Pair')).rank).toBe(1);
    // Its end is kept by the worker that ends every hold.
    clock.advance(8 * 86_400_000);
    const watch = startHoldWatch({ store: t.store, clock, log: t.log });
    await watch.runNow();
    await watch.stop();
    expect((await holdOf('Second Pair')).status).toBe('lead');
    expect(await states(path, hall, 20)).toEqual(['free']);
  });

  it('is asked about no more once it was called off, confirmed, or its hold has ended', async () => {
    const path = await set();
    const asked = async () => (await house.rows()).alerts
      .filter(({ rule, state, title }) => rule === 'day_asked' && state !== 'resolved' && title.includes('Waiting')).map(({ title }) => title).sort();
    const names = ['Waiting One', 'Waiting Two', 'Waiting Three', 'Waiting Four'];
    for (const [n, name] of names.entries()) expect((await send(path, filledIn({ date: `2027-06-${15 + n}`, names: name }))).statusCode).toBe(303);
    expect(await asked()).toHaveLength(4);
    const decided = async (name: string, status: 'cancelled' | 'definite') => {
      const { id, version } = (await weddingOf(name))!;
      const answer = await house.decide('booking.set_status', { collection: 'weddings', id, basedOnVersion: version, status, reason: null } as never);
      expect(answer).toMatchObject({ outcome: 'accepted' });
    };
    await decided('Waiting One', 'cancelled');
    await decided('Waiting Two', 'definite');
    expect(await asked()).toEqual(['Asked for: Waiting Four', 'Asked for: Waiting Three']);
    // Another hold of that wedding is not the one that was asked for.
    const three = (await weddingOf('Waiting Three'))!;
    const holdUntil = new Date(clock.now() + 86_400_000).toISOString();
    const barnHeld = await house.allocation(barn, 17, 10, 12, { weddingId: three.id, status: 'hold', holdUntil });
    expect(barnHeld.answer).toMatchObject({ outcome: 'accepted' });
    const watch = startHoldWatch({ store: t.store, clock, log: t.log });
    clock.advance(2 * 86_400_000);
    await watch.runNow();
    expect((await house.one('allocations', barnHeld.id)).status).toBe('lead');
    expect(await asked()).toHaveLength(2);
    clock.advance(6 * 86_400_000);
    await watch.runNow();
    await watch.stop();
    expect(await asked()).toEqual([]);
  });

  it('is confirmed in the ordinary way', async () => {
    const path = await set();
    await send(path, filledIn({ date: '2027-06-25', names: 'Sure Pair' }));
    const wedding = (await weddingOf('Sure Pair'))!;
    const answer = await house.decide('booking.set_status', { collection: 'weddings', id: wedding.id, basedOnVersion: wedding.version, status: 'definite', reason: null } as never);
    expect(answer.outcome, JSON.stringify(answer)).toBe('accepted');
    expect((await weddingOf('Sure Pair'))?.status).toBe('confirmed');
    expect(await states(path, hall, 25)).toEqual(['taken']);
    expect((await house.rows()).conflicts.filter(({ state, weddingId }) => state === 'open' && weddingId === wedding.id)).toEqual([]);
  });

  it('holds nothing where the house says so, or beside a hold without a rank', async () => {
    const path = await set();
    await house.wedding('Unranked', 26, 14, 22, { room: 'Great Hall', status: 'hold' });
    const beside = await send(path, filledIn({ date: '2027-06-26', names: 'Beside Pair' }));
    expect((await get(beside.headers.location as string)).payload).toContain('Nothing is held for you');
    await set({ holdDays: 0 });
    await send(path, filledIn({ date: '2027-06-27', names: 'Unheld Pair' }));
    for (const names of ['Beside Pair', 'Unheld Pair']) {
      const wedding = (await weddingOf(names))!;
      expect((await house.rows()).allocations.filter(({ weddingId }) => weddingId === wedding.id)).toEqual([]);
      expect((await house.rows()).alerts.find(({ weddingId, rule }) => weddingId === wedding.id && rule === 'day_asked')?.detail).toContain('Nothing is held');
    }
    expect((await house.rows()).conflicts.filter(({ state, startsAt }) => state === 'open' && startsAt.startsWith('2027-06-26'))).toEqual([]);
  });

  it('pressed twice, also at once, is one', async () => {
    const path = await set();
    const form = filledIn({ date: '2027-06-28', names: 'Twice Pair' });
    const answers = await Promise.all([send(path, form), send(path, form), send(path, form)]);
    expect(new Set(answers.map(({ statusCode, headers: { location } }) => `${statusCode} ${location}`)).size).toBe(1);
    expect((await house.rows()).weddings.filter(({ title }) => title === 'Twice Pair')).toHaveLength(1);
    expect((await house.rows()).allocations.filter(({ title }) => title === 'Twice Pair')).toHaveLength(1);
  });

  it('says so when the day was taken meanwhile, and keeps what was typed', async () => {
    const path = await set();
    await get(`${path}?room=${hall}&month=2027-06`);
    await house.wedding('Was quicker', 29, 14, 22, { room: 'Great Hall' });
    const late = await send(path, filledIn({ date: '2027-06-29', message: 'Our <dog> & "cat"' }));
    expect(late.statusCode).toBe(409);
    expect(late.payload).toContain('This day was taken meanwhile');
    expect(late.payload).toContain('Our &lt;dog&gt; &amp; &quot;cat&quot;');
    expect(late.payload).toContain('value="ines@example.org"');
    expect(late.payload).not.toContain('Was quicker');
    // The month that it is shown with is not the one that was kept.
    expect(dayOf(late.payload, 29)).toBe('taken');
    expect((await house.rows()).weddings.filter(({ title, date }) => title === 'Ines Duarte and Tom Okafor' && date === '2027-06-29')).toEqual([]);
  });
});
