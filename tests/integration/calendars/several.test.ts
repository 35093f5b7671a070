import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Calendar } from '../../../core/contract/record/calendars.ts';
import { draftCreated, draftUpdated } from '../../../core/domain/record/drafts.ts';
import type { Http, HttpResponse } from '../../../core/ports/ports.ts';
import { vendorModule } from '../../../core/vendors/registry.ts';
import { createIds } from '../../../server/ports.ts';
import { createPrivacy } from '../../../server/privacy/privacy.ts';
import { createConnection } from '../../../server/store/connections.ts';
import { removeIn } from '../../../server/store/removing.ts';
import { startCalendarDiscovery, type Discovery } from '../../../server/workers/calendars.ts';
import { startNormaliser, type Normaliser } from '../../../server/workers/normalise.ts';
import { startPolls, type Polls } from '../../../server/workers/polls.ts';
import { startPushes, type PushWorker } from '../../../server/workers/pushes/pushes.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';
import { june, takingHouse } from '../../support/taking.ts';
import { FakeGoogle } from '../../vendors/google-calendar/fake.ts';
import { FakeGraph } from '../../vendors/microsoft-graph/fake.ts';

/** One account with several calendars: which of them take time here, and what we once wrote there when it is connected again. */

const person = { actor: { kind: 'person', id: null, name: 'Desk' }, source: null, deliveryId: null } as const;
const FORBIDDEN: HttpResponse = { status: 403, headers: {}, body: '{"error":{"errors":[{"reason":"forbidden"}],"code":403}}' };
const clock = settableClock('2027-05-01T12:00:00.000Z');

interface Account {
  readonly system: string;
  readonly http: Http;
  readonly settings: Readonly<Record<string, string>>;
  readonly token: string;
  readonly main: string;
  readonly other: string;
  /** By hand, over there. */
  put(id: string, title: string, calendarRef: string, day: number): void;
  move(id: string, day: number): void;
  take(id: string): void;
  /** From the main one to the other. */
  carry(id: string): void;
  refuse(calendarRef: string, answer: HttpResponse | null): void;
  /** Every place where a look goes on is forgotten, and so is that these were ever there. */
  forget(ids: readonly string[]): void;
  /** It stands there, and no list names it. */
  hide(id: string): void;
  /** How often the list of calendars was asked for. */
  lists(): number;
  /** Ids and titles of what stands in that calendar. */
  standing(calendarRef: string): readonly { readonly id: string; readonly title: string; readonly startsAt: string }[];
}

function google(): Account {
  const fake = new FakeGoogle(null);
  const times = (day: number) => ({ start: { dateTime: june(day, 12), timeZone: 'Europe/London' }, end: { dateTime: june(day, 22), timeZone: 'Europe/London' } });
  const startOf = (event: Record<string, unknown>) => new Date((event['start'] as { dateTime: string }).dateTime).toISOString();
  return {
    system: 'google-calendar', http: fake.http, settings: { clientId: 'client', baseUrl: fake.base }, token: fake.token, main: fake.mainId, other: fake.calendarId,
    put: (id, title, ref, day) => fake.edit(id, { summary: title, ...times(day) }, ref),
    move: (id, day) => fake.edit(id, times(day)),
    take: (id) => fake.edit(id, null),
    carry(id) {
      const { summary, start, end } = fake.book(fake.mainId).events.get(id) ?? {};
      fake.edit(id, { summary, start, end }, fake.calendarId);
      fake.edit(id, null, fake.mainId);
    },
    lists: () => fake.asked.filter(({ url }) => url.includes('calendarList')).length,
    refuse: (ref, answer) => void (fake.book(ref).answers = answer),
    forget(ids) {
      for (const id of ids) for (const ref of [fake.mainId, fake.calendarId]) if (fake.book(ref).events.has(id)) fake.purge(id, ref);
      fake.era += 1;
    },
    hide: (id) => [fake.mainId, fake.calendarId].forEach((ref) => {
      const { changes } = fake.book(ref);
      changes.splice(0, changes.length, ...changes.filter((one) => one !== id));
    }),
    standing: (ref) => [...fake.book(ref).events.values()].filter((one) => one['status'] !== 'cancelled').map((one) => ({ id: String(one['id']), title: String(one['summary']), startsAt: startOf(one) })),
  };
}
function outlook(): Account {
  const fake = new FakeGraph(null);
  const times = (day: number) => ({ start: { dateTime: june(day, 12).slice(0, 19), timeZone: 'UTC' }, end: { dateTime: june(day, 22).slice(0, 19), timeZone: 'UTC' } });
  const startOf = (event: Record<string, unknown>) => {
    const { dateTime, timeZone } = event['start'] as { dateTime: string; timeZone: string };
    return new Date(Date.parse(`${dateTime.slice(0, 19)}Z`) - (timeZone === 'UTC' ? 0 : 3_600_000)).toISOString();
  };
  return {
    system: 'microsoft-graph', http: fake.http, settings: { clientId: 'client', baseUrl: fake.base }, token: fake.token, main: fake.mainId, other: fake.calendarId,
    put: (id, title, ref, day) => fake.edit(id, { subject: title, type: 'singleInstance', isCancelled: false, showAs: 'busy', ...times(day) }, ref),
    move: (id, day) => fake.edit(id, times(day)),
    take: (id) => fake.take(id),
    carry: (id) => fake.move(id, fake.calendarId),
    lists: () => fake.asked.filter(({ url }) => /\/me\/calendars\?[^/]*$/.test(url) && !url.includes('skip')).length,
    refuse: (ref, answer) => void (answer === null ? fake.answers.delete(ref) : fake.answers.set(ref, answer)),
    forget(ids) {
      for (const id of ids) fake.take(id);
      fake.edit('m0', { subject: 'Since then', type: 'singleInstance', isCancelled: false, showAs: 'free', ...times(29) }, fake.mainId);
      fake.forgotten = fake.changes.length;
    },
    hide: (id) => void fake.changes.splice(0, fake.changes.length, ...fake.changes.filter((one) => one.id !== id)),
    standing: (ref) => [...fake.events.values()].filter((one) => fake.places.get(String(one['id'])) === ref).map((one) => ({ id: String(one['id']), title: String(one['subject']), startsAt: startOf(one) })),
  };
}

describe.each([['Google', google], ['Outlook', outlook]] as const)('%s', (_name, make) => {
  let t: TestStore;
  let account: Account;
  let house: ReturnType<typeof takingHouse>;
  let workers: { readonly discovery: Discovery; readonly polls: Polls; readonly pushes: PushWorker; readonly normaliser: Normaliser };

  beforeEach(async () => {
    clock.set('2027-05-01T12:00:00.000Z');
    t = await openTestStore({ clock });
    account = make();
    house = takingHouse(t);
    await db().updateTable('connectionAccess').set({ calendarsAt: '2100-01-01T00:00:00.000Z', nextPollAt: null }).execute();
    const working = { store: t.store, vendors: vendorModule, http: account.http, clock, ids: createIds(), log: t.log, random: () => 0.5 };
    workers = {
      discovery: startCalendarDiscovery(working), polls: startPolls(working), pushes: startPushes(working),
      normaliser: startNormaliser({ ...working, store: t.store }),
    };
  });
  afterEach(async () => {
    for (const one of Object.values(workers)) await one.stop();
    await t.cleanup();
  });
  const db = () => t.store.internals.database.system;

  const connect = async (): Promise<string> => {
    const { connectionId } = await createConnection(t.store.internals, {
      organisationId: t.organisation.id, system: account.system, name: 'Calendars', path: 'native', settings: account.settings, secrets: { clientSecret: 's', accessToken: account.token }, actor: person.actor, looked: false,
    });
    await workers.discovery.runNow();
    return connectionId;
  };
  const remove = async (connectionId: string): Promise<void> => {
    const row = await house.one('connections', connectionId);
    await t.store.internals.writer.write(t.organisation.id, (writing) => removeIn(t.store.internals, writing, t.organisation.id, row, person.actor));
  };
  const calendarAt = async (connectionId: string, ref: string): Promise<Calendar> => {
    const mapping = await db().selectFrom('mappings').select('localId').where('connectionId', '=', connectionId).where('remoteType', '=', 'calendar').where('remoteId', '=', ref).executeTakeFirstOrThrow();
    return house.one('calendars', mapping.localId);
  };
  const save = async (connectionId: string, ref: string, fields: Partial<Pick<Calendar, 'direction' | 'resourceId' | 'strategy'>>): Promise<Calendar> => {
    const { id, version, direction, privacy, strategy, resourceId, everyWedding, invite, reminders } = await calendarAt(connectionId, ref);
    const answer = await house.decide('calendar.save', { calendarId: id, basedOnVersion: version, direction, privacy, strategy, resourceId, everyWedding, invite, reminders: [...reminders], ...fields });
    expect(answer).toMatchObject({ outcome: 'accepted' });
    await workers.pushes.idle();
    return house.one('calendars', id);
  };
  /** The connection is looked at, what that brought is worked on, and what follows is written. */
  const look = async (connectionId: string): Promise<void> => {
    clock.advance(10 * 60_000);
    await db().updateTable('connectionAccess').set({ nextPollAt: new Date(clock.now()).toISOString() }).where('id', '=', connectionId).execute();
    workers.polls.wake();
    await workers.polls.idle();
    await workers.normaliser.idle();
    await workers.pushes.idle();
  };
  const entries = async () => (await house.rows()).calendarEvents.filter(({ status }) => status !== 'cancelled').map(({ title, calendarId, resourceId }) => ({ title, calendarId, resourceId })).sort((a, b) => a.title.localeCompare(b.title));
  const change = async (weddingId: string, fields: object): Promise<void> => {
    const draft = draftUpdated('wedding.updated', 'weddings', weddingId, await house.one('weddings', weddingId), fields, null, person);
    if (!draft) throw new Error('nothing changes');
    await house.write(draft);
    await workers.pushes.idle();
  };
  const titles = (ref: string) => account.standing(ref).map(({ title, startsAt }) => [title, startsAt]).sort();

  test('what stands in a calendar takes time once it is listened to, and no longer when it is not', async () => {
    const [hall, barn] = [await house.resource('room', 'Great Hall'), await house.resource('room', 'Barn')];
    account.put('m1', 'In the main one', account.main, 12);
    account.put('o1', 'In the other', account.other, 13);
    const id = await connect();
    const main = await save(id, account.main, { direction: 'inbound', resourceId: hall });
    await look(id);
    expect(await entries()).toEqual([{ title: 'In the main one', calendarId: main.id, resourceId: hall }]);

    const other = await save(id, account.other, { direction: 'inbound', resourceId: barn });
    account.put('m2', 'Second in the main one', account.main, 14);
    await look(id);
    expect(await entries()).toEqual([
      { title: 'In the main one', calendarId: main.id, resourceId: hall }, { title: 'In the other', calendarId: other.id, resourceId: barn }, { title: 'Second in the main one', calendarId: main.id, resourceId: hall },
    ]);

    await save(id, account.other, { direction: 'none' });
    account.put('o2', 'Not asked for', account.other, 15);
    account.take('o1');
    await look(id);
    expect((await entries()).map(({ title, resourceId }) => [title, resourceId])).toEqual([['In the main one', hall], ['In the other', null], ['Second in the main one', hall]]);
    // Again: what is new is read, and what was taken away meanwhile has gone.
    await save(id, account.other, { direction: 'inbound' });
    await look(id);
    expect((await entries()).map(({ title, resourceId }) => [title, resourceId])).toEqual([['In the main one', hall], ['Not asked for', barn], ['Second in the main one', hall]]);
  });

  test('what is taken away while the place of a look is forgotten has gone; what only a list does not name has not', async () => {
    const [hall, barn] = [await house.resource('room', 'Great Hall'), await house.resource('room', 'Barn')];
    for (const day of [12, 13, 14]) account.put(`m${day}`, `Main ${day}`, account.main, day);
    for (const day of [15, 16]) account.put(`o${day}`, `Other ${day}`, account.other, day);
    const id = await connect();
    await save(id, account.main, { direction: 'inbound', resourceId: hall });
    await save(id, account.other, { direction: 'bidirectional', resourceId: barn, strategy: 'manual' });
    const wedding = await house.wedding('Bea & Cleo', 20, 12, 22, { room: 'Barn' });
    await workers.pushes.idle();
    await look(id);
    const [ours] = account.standing(account.other).filter(({ title }) => title === 'Bea & Cleo');
    expect((await entries()).map(({ title }) => title)).toEqual(['Main 12', 'Main 13', 'Main 14', 'Other 15', 'Other 16']);

    account.forget(['m12', 'o16', ours?.id ?? '']);
    account.hide('m13');
    account.put('m17', 'Main 17', account.main, 17);
    await look(id);
    await look(id);
    expect((await entries()).map(({ title }) => title).filter((title) => title !== 'Since then')).toEqual(['Main 13', 'Main 14', 'Main 17', 'Other 15']);
    expect((await house.rows()).differences.filter(({ state }) => state === 'open').map(({ subject }) => subject.id)).toEqual([wedding]);
    // From here on as ever.
    account.take('o15');
    await look(id);
    expect((await entries()).map(({ title }) => title).filter((title) => title !== 'Since then')).toEqual(['Main 13', 'Main 14', 'Main 17']);
  });

  test('one that may not be read any more says so, is told by one alert, and both are over once it can be read again', async () => {
    const [hall, barn] = [await house.resource('room', 'Great Hall'), await house.resource('room', 'Barn')];
    const id = await connect();
    await save(id, account.main, { direction: 'inbound', resourceId: hall });
    const other = await save(id, account.other, { direction: 'inbound', resourceId: barn });
    await look(id);
    const alerts = async () => (await house.rows()).alerts.filter(({ rule }) => rule === 'calendar_unread').map(({ state, subject, title }) => [state, subject?.id, title]);
    expect((await house.one('calendars', other.id)).unread ?? null).toBeNull();
    account.refuse(account.other, FORBIDDEN);
    await look(id);
    const since = new Date(clock.now()).toISOString();
    expect((await house.one('calendars', other.id)).unread).toMatchObject({ reason: 'normalise.forbidden' });
    expect(await alerts()).toEqual([['open', other.id, `${other.name} cannot be read`]]);
    await look(id);
    const { unread } = await house.one('calendars', other.id);
    expect(Date.parse(unread?.since ?? '')).toBeLessThanOrEqual(Date.parse(since));
    expect(await alerts()).toHaveLength(1);
    expect((await calendarAt(id, account.main)).unread ?? null).toBeNull();
    account.refuse(account.other, null);
    await look(id);
    expect((await house.one('calendars', other.id)).unread).toBeNull();
    expect(await alerts()).toEqual([['resolved', other.id, `${other.name} cannot be read`]]);
  });

  test('one that only fails is told to people after half an hour, and what is not used any more is told no longer', async () => {
    const [hall, barn] = [await house.resource('room', 'Great Hall'), await house.resource('room', 'Barn')];
    const id = await connect();
    await save(id, account.main, { direction: 'inbound', resourceId: hall });
    const other = await save(id, account.other, { direction: 'inbound', resourceId: barn });
    await look(id);
    const open = async () => (await house.rows()).alerts.filter(({ rule, state }) => rule === 'calendar_unread' && state === 'open').length;
    account.refuse(account.other, { status: 503, headers: {}, body: '{}' });
    await look(id);
    expect((await house.one('calendars', other.id)).unread).toMatchObject({ reason: 'normalise.reread_failed' });
    expect(await open()).toBe(0);
    for (let ten = 0; ten < 4; ten += 1) await look(id);
    expect(await open()).toBe(1);
    await save(id, account.other, { direction: 'none' });
    await look(id);
    expect((await house.one('calendars', other.id)).unread).toBeNull();
    expect(await open()).toBe(0);
  });

  test('the same calendar through a second connection is not written twice: refused, and where both were written before, both say so', async () => {
    const hall = await house.resource('room', 'Great Hall');
    const [first, second] = [await connect(), await connect()];
    const one = await save(first, account.other, { direction: 'outbound', resourceId: hall });
    const same = await calendarAt(second, account.other);
    const { version, privacy, strategy, everyWedding, invite } = same;
    const wanted = { calendarId: same.id, basedOnVersion: version, direction: 'bidirectional' as const, privacy, strategy, resourceId: hall, everyWedding, invite, reminders: [] as number[] };
    expect(await house.decide('calendar.save', wanted)).toMatchObject({ outcome: 'rejected', error: { code: 'calendar.written_twice', message: expect.stringContaining('Calendars') as string }, twinId: one.id });
    expect(await house.decide('calendar.save', { ...wanted, direction: 'inbound' })).toMatchObject({ outcome: 'accepted' });
    expect((await house.one('calendars', one.id)).twinId ?? null).toBeNull();
    // As it may stand from before this was noticed.
    const draft = draftUpdated('calendar.changed', 'calendars', null, await house.one('calendars', same.id), { direction: 'outbound' }, null, person);
    if (draft) await house.write(draft);
    await db().updateTable('connectionAccess').set({ calendarsAt: null }).where('id', '=', first).execute();
    await workers.discovery.runNow();
    expect([(await house.one('calendars', one.id)).twinId, (await house.one('calendars', same.id)).twinId]).toEqual([same.id, one.id]);
    await remove(second);
    expect((await house.one('calendars', one.id)).twinId).toBeNull();
  });

  test('an entry that is carried to another of their calendars takes the time of whose that one is', async () => {
    const [hall, barn] = [await house.resource('room', 'Great Hall'), await house.resource('room', 'Barn')];
    account.put('m1', 'Carried', account.main, 12);
    const id = await connect();
    await save(id, account.main, { direction: 'inbound', resourceId: hall });
    const other = await save(id, account.other, { direction: 'inbound', resourceId: barn });
    await look(id);
    expect((await entries()).map(({ resourceId }) => resourceId)).toEqual([hall]);
    account.carry('m1');
    await look(id);
    expect(await entries()).toEqual([{ title: 'Carried', calendarId: other.id, resourceId: barn }]);
  });

  test.runIf(make === google)('an invitation to our entry in another of their calendars takes no time of its own', async () => {
    const hall = await house.resource('room', 'Great Hall');
    const id = await connect();
    await save(id, account.main, { direction: 'inbound', resourceId: hall });
    await save(id, account.other, { direction: 'bidirectional', resourceId: hall });
    const wedding = await house.wedding('Amara & Tom', 12, 12, 22);
    await workers.pushes.idle();
    const [entry] = account.standing(account.other);
    account.put(entry?.id ?? '', 'Amara & Tom', account.main, 12);
    await look(id);
    account.put(entry?.id ?? '', 'Amara & Tom', account.main, 20);
    await look(id);
    expect(await entries()).toEqual([]);
    expect((await house.one('weddings', wedding)).startsAt).toBe(june(12, 12));
    expect(titles(account.other)).toEqual([['Amara & Tom', june(12, 12)]]);
  });

  test('one that may not be read stops none of the others, and the list of calendars is asked for soon', async () => {
    const hall = await house.resource('room', 'Great Hall');
    const id = await connect();
    await save(id, account.main, { direction: 'inbound', resourceId: hall });
    await save(id, account.other, { direction: 'inbound', resourceId: hall });
    account.put('m1', 'In the main one', account.main, 12);
    account.put('o1', 'In the other', account.other, 13);
    account.refuse(account.other, FORBIDDEN);
    await look(id);
    clock.advance(2 * 3_600_000);
    const before = account.lists();
    await look(id);
    expect((await entries()).map(({ title }) => title)).toEqual(['In the main one']);
    expect((await house.one('connections', id)).health).toBe('healthy');
    await workers.discovery.runNow();
    const listed = account.lists();
    expect(listed).toBeGreaterThan(before);
    // Not with each look.
    await look(id);
    await workers.discovery.runNow();
    expect(account.lists()).toBe(listed);
    account.refuse(account.other, null);
    await look(id);
    expect((await entries()).map(({ title }) => title)).toEqual(['In the main one', 'In the other']);
  });

  test('our entry in another calendar than the main one comes back when it is moved there, and is put back where we only write', async () => {
    const hall = await house.resource('room', 'Great Hall');
    const id = await connect();
    await save(id, account.other, { direction: 'bidirectional', resourceId: hall });
    const wedding = await house.wedding('Amara & Tom', 12, 12, 22);
    await workers.pushes.idle();
    const [entry] = account.standing(account.other);
    await look(id);
    account.move(entry?.id ?? '', 14);
    await look(id);
    expect((await house.one('weddings', wedding)).startsAt).toBe(june(14, 12));

    await save(id, account.other, { direction: 'outbound' });
    await look(id);
    account.put('x', 'None of our business', account.other, 20);
    account.move(entry?.id ?? '', 16);
    await look(id);
    expect(titles(account.other)).toEqual([['Amara & Tom', june(14, 12)], ['None of our business', june(20, 12)]]);
    expect(await entries()).toEqual([]);
  });

  test('connected again: what we wrote is ours, nobody\'s time twice, and not written a second time', async () => {
    const hall = await house.resource('room', 'Great Hall');
    const first = await connect();
    await save(first, account.other, { direction: 'bidirectional', resourceId: hall });
    const [moved, shifted, off, same] = [await house.wedding('Moved here', 12, 12, 22), await house.wedding('Moved there', 13, 12, 22), await house.wedding('Called off', 14, 12, 22), await house.wedding('As it was', 15, 12, 22)];
    await workers.pushes.idle();
    expect(account.standing(account.other)).toHaveLength(4);
    await look(first);
    await remove(first);

    await change(moved, { startsAt: june(17, 12), endsAt: june(17, 22), date: '2027-06-17' });
    await change(off, { status: 'cancelled' });
    account.move(account.standing(account.other).find(({ title }) => title === 'Moved there')?.id ?? '', 18);
    account.put('theirs', 'Theirs', account.other, 25);

    const second = await connect();
    await save(second, account.other, { direction: 'inbound', resourceId: hall });
    await look(second);
    expect((await entries()).map(({ title, resourceId }) => [title, resourceId])).toEqual([['Theirs', hall]]);

    await save(second, account.other, { direction: 'bidirectional' });
    await look(second);
    expect(titles(account.other)).toEqual([['As it was', june(15, 12)], ['Called off', june(14, 12)], ['Moved here', june(17, 12)], ['Moved there', june(18, 12)], ['Theirs', june(25, 12)]].sort());
    expect((await house.one('weddings', shifted)).startsAt).toBe(june(18, 12));
    expect((await house.one('weddings', moved)).startsAt).toBe(june(17, 12));
    expect((await entries()).map(({ title }) => title)).toEqual(['Theirs']);
    expect((await house.rows()).pushes.map(({ state }) => state)).toEqual(['written', 'written', 'written']);

    // From now on it is followed as if it had never been away.
    await change(same, { startsAt: june(19, 12), endsAt: june(19, 22), date: '2027-06-19' });
    await look(second);
    expect(titles(account.other)).toContainEqual(['As it was', june(19, 12)]);
    expect(titles(account.other)).toHaveLength(5);
    await remove(second);
    const third = await connect();
    await save(third, account.other, { direction: 'outbound', resourceId: hall });
    await look(third);
    expect(titles(account.other)).toHaveLength(5);
  });

  test.each(['outbound', 'bidirectional'] as const)('a person who is erased meanwhile is in nothing that is remembered, and the entry is written without them, %s', async (direction) => {
    const hall = await house.resource('room', 'Great Hall');
    const first = await connect();
    await save(first, account.other, { direction, resourceId: hall });
    const weddingId = await house.wedding('Zelda Quillfeather & Tom', 12, 12, 22);
    const contactId = house.id();
    await house.write(draftCreated('client.created', 'contacts', weddingId, { id: contactId, weddingId, name: 'Zelda Quillfeather', email: null, phone: null, company: null, role: 'couple' }, null, person));
    await workers.pushes.idle();
    await remove(first);
    expect(JSON.stringify(await db().selectFrom('leftEntries').selectAll().execute())).toContain('Zelda');
    expect(await createPrivacy(t.store.internals).erase({ organisationId: t.organisation.id, contactId, reason: 'asked_by_person', actor: person.actor, confirm: 'Zelda Quillfeather' })).toMatchObject({ ok: true });
    expect(JSON.stringify(await db().selectFrom('leftEntries').selectAll().execute())).not.toContain('Zelda');
    const second = await connect();
    await save(second, account.other, { direction, resourceId: hall });
    await look(second);
    expect(account.standing(account.other)).toHaveLength(1);
    expect(JSON.stringify((await house.rows()).weddings)).not.toContain('Zelda');
    expect((await house.rows()).differences).toEqual([]);
    expect(JSON.stringify(account.standing(account.other))).not.toContain('Zelda');
  });

  test('connected twice: what one of them writes takes nobody\'s time through the other', async () => {
    const hall = await house.resource('room', 'Great Hall');
    const [first, second] = [await connect(), await connect()];
    await save(first, account.other, { direction: 'bidirectional', resourceId: hall });
    await save(second, account.other, { direction: 'inbound', resourceId: hall });
    await house.wedding('Amara & Tom', 12, 12, 22);
    await workers.pushes.idle();
    await look(second);
    await look(first);
    expect(await entries()).toEqual([]);
    const { rows } = await sql<{ count: number }>`select count(*) as count from calendar_events where organisation_id = ${t.organisation.id} and title = 'Amara & Tom'`.execute(db());
    expect(Number(rows[0]?.count)).toBe(0);
  });
});
