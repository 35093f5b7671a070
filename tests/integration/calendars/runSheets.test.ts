import { beforeEach, describe, expect, test } from 'vitest';
import type { Calendar } from '../../../core/contract/record/calendars.ts';
import { ITEM_MS } from '../../../core/domain/calendars/subjects.ts';
import { draftCreated, draftUpdated, type DraftOf } from '../../../core/domain/record/drafts.ts';
import { verifyRecord } from '../../../server/store/verify.ts';
import type { PushWorker } from '../../../server/workers/pushes/pushes.ts';
import { type CalendarHouse } from '../../support/calendarHouse.ts';
import { type FakeCalendar } from '../../support/fakeCalendar.ts';
import { until } from '../../support/serverApp.ts';
import type { settableClock} from '../../support/store.ts';
import { type TestStore } from '../../support/store.ts';
import { june } from '../../support/taking.ts';
import { useCalendarHouse } from '../../support/usingCalendarHouse.ts';

/** Run sheets stand in the calendars of others, follow their weddings, and are not changed there without a word. */

let t: TestStore;
let clock: ReturnType<typeof settableClock>;
let there: FakeCalendar;
let house: CalendarHouse;
let pushes: PushWorker;
let hall: string;
const person = { actor: { kind: 'person', id: null, name: 'Desk' }, source: null, deliveryId: null } as const;

useCalendarHouse((made) => ({ t, clock, there, house, hall } = made), { calendars: ['Hall', 'Ana'], dates: true });
beforeEach(async () => {
  pushes = house.pushesOf(t.store);
});

const ref = (n: number): string => `https://calendars.example/${n}/`;
const iso = (ms: number): string => new Date(ms).toISOString();
const standsIn = (n: number) => there.standing(ref(n)).map(({ title, when, busy, status }) => [title, when.kind === 'times' ? iso(when.startsAt) : null, when.kind === 'times' ? iso(when.endsAt) : null, busy ? 'busy' : 'free', status]);
const titles = (n: number) => there.standing(ref(n)).map(({ title }) => title);
const open = async (name: string, fields: Partial<Calendar>): Promise<void> => {
  expect(await house.save(name, { direction: 'bidirectional', runSheet: true, ...fields })).toMatchObject({ outcome: 'accepted' });
  await pushes.idle();
};
async function change<C extends 'weddings' | 'bookings' | 'runSheetItems' | 'contacts'>(collection: C, id: string, fields: Partial<DraftOf<C>['row']>): Promise<void> {
  const types = { weddings: 'wedding.updated', bookings: 'booking.updated', runSheetItems: 'runsheet.item.updated', contacts: 'client.updated' } as const;
  const row = await house.one(collection, id);
  const draft = draftUpdated(types[collection], collection, null, row as never, fields as never, null, person);
  if (!draft) throw new Error('nothing changes');
  await house.write(draft);
  await pushes.idle();
}
/** Changed over there, and found out when something of it is written next. */
async function foundOut(itemId: string): Promise<void> {
  await t.store.internals.database.system.updateTable('pushStates').set({ recheck: true }).execute();
  const push = (await house.pushes()).find(({ subject }) => subject.id === itemId);
  const queued = push && draftUpdated('push.queued', 'pushes', push.weddingId, push, { state: 'queued' }, null, person);
  if (!queued) throw new Error('it stands nowhere');
  await house.write(queued);
  await pushes.idle();
}
const entryOf = (title: string) => {
  const found = there.entries.find(({ event, gone }) => !gone && event.title === title);
  if (!found) throw new Error(`nothing is called ${title}`);
  return found;
};
const vendorOf = async (name: string): Promise<string> => {
  const found = (await house.rows()).resources.find((row) => row.kind === 'vendor' && row.name === name);
  if (!found) throw new Error(`there is no ${name}`);
  return found.id;
};

describe('a new run sheet', () => {
  test('stands in the calendar of its room by itself, free beside its wedding, and each item once however often it is changed', async () => {
    await open('Hall', { resourceId: hall });
    const wedding = await house.wedding('Amara & Tom', 12, 12, 22);
    const dance = await house.item(wedding, 'First dance', june(12, 19), { owner: 'Band', place: 'Barn' });
    await house.item(wedding, 'Speeches', june(12, 17), { endsAt: june(12, 18) });
    await pushes.idle();
    expect(standsIn(0)).toEqual([
      ['Amara & Tom', june(12, 12), june(12, 22), 'busy', 'confirmed'],
      ['First dance', june(12, 19), iso(Date.parse(june(12, 19)) + ITEM_MS), 'free', 'confirmed'],
      ['Speeches', june(12, 17), june(12, 18), 'free', 'confirmed'],
    ]);
    expect(entryOf('First dance').event).toMatchObject({ description: 'Wedding: Amara & Tom\nIn charge: Band\nPlace: Barn', location: 'Barn', when: { zone: 'Europe/London' } });
    await change('runSheetItems', dance, { startsAt: june(12, 20) });
    await change('runSheetItems', dance, { title: 'The first dance' });
    expect(titles(0)).toEqual(['Amara & Tom', 'Speeches', 'The first dance']);
    expect(there.entries).toHaveLength(3);
    expect((await house.pushes()).every(({ state }) => state === 'written')).toBe(true);
    expect(await verifyRecord(t.store.internals.database, () => undefined)).toMatchObject({ sound: true });
  });

  test('of another room, of an enquiry or without the choice stands nowhere', async () => {
    await open('Hall', { resourceId: hall });
    await open('Ana', { everyWedding: true, runSheet: null });
    await house.item(await house.wedding('Elsewhere', 12, 12, 22, { room: 'Orangery' }), 'Cake', june(12, 19));
    await house.item(await house.wedding('Asked', 13, 12, 22, { status: 'enquiry' }), 'Toast', june(13, 19));
    await pushes.idle();
    expect(titles(0)).toEqual([]);
    expect(titles(1)).toEqual(['Elsewhere']);
  });

  test('in her own calendar stands what she is in charge of, and it takes her time until her booking of that wedding stands there', async () => {
    const elsewhere = await house.booking('Ana Ruiz', 1, 9, 12);
    await open('Ana', { resourceId: await vendorOf('Ana Ruiz') });
    const wedding = await house.wedding('Amara & Tom', 12, 12, 22);
    await house.item(wedding, 'Portraits', june(12, 15), { owner: ' ana  ruiz', endsAt: june(12, 16) });
    await house.item(wedding, 'Cake', june(12, 19), { owner: 'Kitchen' });
    await pushes.idle();
    expect(standsIn(1)).toEqual([['Job of Ana Ruiz', june(1, 9), june(1, 12), 'busy', 'confirmed'], ['Portraits', june(12, 15), june(12, 16), 'busy', 'confirmed']]);
    await change('bookings', elsewhere, { weddingId: wedding });
    expect(standsIn(1)).toContainEqual(['Portraits', june(12, 15), june(12, 16), 'free', 'confirmed']);
    await change('bookings', elsewhere, { status: 'cancelled' });
    expect(standsIn(1)).toEqual([['Portraits', june(12, 15), june(12, 16), 'busy', 'confirmed']]);
  });
});

describe('with its wedding', () => {
  test('it becomes sure, is called otherwise, leaves with the room and goes when it is called off', async () => {
    await open('Hall', { resourceId: hall });
    const wedding = await house.wedding('Amara & Tom', 12, 12, 22, { status: 'enquiry' });
    await house.item(wedding, 'First dance', june(12, 19));
    await pushes.idle();
    expect(titles(0)).toEqual([]);
    await change('weddings', wedding, { status: 'hold' });
    expect(standsIn(0)).toContainEqual(['First dance', june(12, 19), iso(Date.parse(june(12, 19)) + ITEM_MS), 'free', 'tentative']);
    await change('weddings', wedding, { status: 'confirmed', title: 'Amara & Thomas' });
    expect(entryOf('First dance').event).toMatchObject({ status: 'confirmed', description: 'Wedding: Amara & Thomas' });
    await change('weddings', wedding, { zone: 'Europe/Vienna' });
    expect(entryOf('First dance').event.when).toMatchObject({ zone: 'Europe/Vienna' });
    await change('weddings', wedding, { room: 'Orangery' });
    expect(titles(0)).toEqual([]);
    await change('weddings', wedding, { room: 'Great Hall' });
    expect(titles(0)).toEqual(['Amara & Thomas', 'First dance']);
    await change('weddings', wedding, { status: 'cancelled' });
    expect(titles(0)).toEqual([]);
    expect((await house.pushes()).map(({ state, wish }) => [state, wish])).toEqual([['written', 'absent'], ['written', 'absent']]);
  });

  test('what it is called meanwhile is not lost while an entry is on its way', async () => {
    await open('Hall', { resourceId: hall });
    const wedding = await house.wedding('Amara & Tom', 12, 12, 22);
    await pushes.idle();
    there.calls.length = 0;
    const release = there.hold();
    const item = house.item(wedding, 'First dance', june(12, 19));
    await until(() => there.calls.length > 0, 'it is called');
    await item;
    const draft = draftUpdated('wedding.updated', 'weddings', wedding, await house.one('weddings', wedding), { zone: 'Europe/Vienna' }, null, person);
    if (!draft) throw new Error('nothing changes');
    clock.advance(1_000);
    await house.write(draft);
    release();
    await pushes.idle();
    expect(entryOf('First dance').event.when).toMatchObject({ zone: 'Europe/Vienna' });
    expect((await house.pushes()).every(({ state }) => state === 'written')).toBe(true);
  });

  test('what does not concern its readers writes nothing', async () => {
    await open('Hall', { resourceId: hall, privacy: 'title' });
    const wedding = await house.wedding('Amara & Tom', 12, 12, 22);
    await house.item(wedding, 'First dance', june(12, 19));
    await pushes.idle();
    there.calls.length = 0;
    await change('weddings', wedding, { title: 'Amara & Thomas' });
    expect(there.calls.map(({ what, title }) => [what, title])).toEqual([['update', 'Amara & Thomas']]);
    await change('weddings', wedding, { guestCount: 12 });
    expect(there.calls).toHaveLength(1);
  });
});

test('a calendar with four hundred items is filled in pages, counts them, and gives them back when they are not wanted any more', async () => {
  const wedding = await house.wedding('Amara & Tom', 12, 12, 22);
  await house.write(...Array.from({ length: 400 }, (_none, n) => draftCreated('runsheet.item.created', 'runSheetItems', wedding, { id: house.id(), weddingId: wedding, title: `Item ${n}`, startsAt: iso(Date.parse(june(12, 12)) + n * 60_000), endsAt: null, place: null, owner: null, status: 'planned' }, null, person)));
  const filled = async () => {
    for (let n = 0; n < 12; n += 1) {
      clock.advance(1_500);
      await pushes.idle();
    }
    const { state, done, total } = (await house.calendar('Hall')).filling;
    return [state, done, total];
  };
  await open('Hall', { resourceId: hall });
  expect(await filled()).toEqual(['idle', 401, 401]);
  expect(there.standing(ref(0)).filter(({ busy }) => busy)).toHaveLength(1);
  expect(titles(0)).toHaveLength(401);
  await open('Hall', { resourceId: hall, runSheet: false });
  await filled();
  expect(titles(0)).toEqual(['Amara & Tom']);
}, 120_000);

describe('what is done', () => {
  test('stays as it is there, and what was missed meanwhile is told once it is not done any more', async () => {
    await open('Hall', { resourceId: hall });
    const wedding = await house.wedding('Amara & Tom', 12, 12, 22);
    const dance = await house.item(wedding, 'First dance', june(12, 19));
    await pushes.idle();
    there.calls.length = 0;
    await change('runSheetItems', dance, { status: 'done' });
    await change('runSheetItems', dance, { title: 'It was the first dance' });
    expect(there.calls).toEqual([]);
    expect(titles(0)).toEqual(['Amara & Tom', 'First dance']);
    await change('runSheetItems', dance, { status: 'running' });
    expect(titles(0)).toEqual(['Amara & Tom', 'It was the first dance']);
  });
});

describe('what somebody does to an item over there', () => {
  async function standing(fields: Partial<Calendar> = {}) {
    await open('Hall', { resourceId: hall, ...fields });
    const wedding = await house.wedding('Amara & Tom', 12, 12, 22);
    const item = await house.item(wedding, 'First dance', june(12, 19), { place: 'Barn' });
    await pushes.idle();
    return item;
  }
  const at = (hour: number, length = ITEM_MS) => ({ kind: 'times' as const, startsAt: Date.parse(june(12, hour)), endsAt: Date.parse(june(12, hour)) + length, zone: 'Europe/London' });

  test('moved it moves here and still says no end; given a length it has one; renamed and elsewhere it is so here', async () => {
    const item = await standing();
    there.edit(entryOf('First dance').remoteId, { when: at(20) });
    await foundOut(item);
    expect(await house.one('runSheetItems', item)).toMatchObject({ startsAt: june(12, 20), endsAt: null, status: 'planned' });
    there.edit(entryOf('First dance').remoteId, { when: at(20, 3_600_000), title: 'Dance', location: 'Lawn' });
    await foundOut(item);
    expect(await house.one('runSheetItems', item)).toMatchObject({ startsAt: june(12, 20), endsAt: june(12, 21), title: 'Dance', place: 'Lawn' });
    expect((await house.rows()).differences).toEqual([]);
    expect((await house.pushes()).map(({ state }) => state)).toEqual(['written', 'written']);
  });

  test.each([['merge'], ['remote_wins'], ['manual']] as const)('deleted with %s it is asked about; ours is written again, theirs skips it', async (strategy) => {
    const item = await standing({ strategy });
    const settle = async (keep: 'ours' | 'theirs') => {
      const [difference] = (await house.rows()).differences.filter(({ state }) => state === 'open');
      if (!difference) throw new Error('nobody is asked');
      expect(difference).toMatchObject({ subject: { collection: 'runSheetItems', id: item }, fields: [{ name: 'status', theirs: 'cancelled' }] });
      expect(await house.decide('difference.settle', { differenceId: difference.id, basedOnVersion: difference.version, keep, reason: null })).toMatchObject({ outcome: 'accepted' });
      await pushes.idle();
    };
    there.take(entryOf('First dance').remoteId);
    await foundOut(item);
    expect(await house.one('runSheetItems', item)).toMatchObject({ status: 'planned' });
    await settle('ours');
    expect(titles(0)).toEqual(['Amara & Tom', 'First dance']);
    there.take(entryOf('First dance').remoteId);
    await foundOut(item);
    await settle('theirs');
    expect(await house.one('runSheetItems', item)).toMatchObject({ status: 'skipped' });
    expect(titles(0)).toEqual(['Amara & Tom']);
    expect((await house.pushes()).filter(({ subject }) => subject.id === item)).toMatchObject([{ state: 'written', wish: 'absent' }]);
  });

  test('where ours stands it is written again', async () => {
    const item = await standing({ strategy: 'local_wins' });
    there.take(entryOf('First dance').remoteId);
    await foundOut(item);
    there.edit(entryOf('First dance').remoteId, { when: at(14) });
    await foundOut(item);
    expect(standsIn(0)).toContainEqual(['First dance', june(12, 19), iso(Date.parse(june(12, 19)) + ITEM_MS), 'free', 'confirmed']);
    expect((await house.rows()).differences).toEqual([]);
  });
});

describe('names in the entries of others', () => {
  test('a contact that is called otherwise, or has another address, is so in the entries of its bookings and of its items', async () => {
    const contactId = house.id();
    await house.write(draftCreated('client.created', 'contacts', null, { id: contactId, weddingId: null, name: 'Ana', email: 'ana@example.org', phone: null, company: null, role: 'vendor' }, null, person));
    const wedding = await house.wedding('Amara & Tom', 12, 12, 22);
    await house.booking('Ana Ruiz', 12, 12, 18, { contactId, weddingId: wedding, title: 'Photos' });
    await house.item(wedding, 'Portraits', june(12, 15), { owner: 'Ana Ruiz' });
    await open('Ana', { resourceId: await vendorOf('Ana Ruiz'), invite: true });
    expect(entryOf('Photos').event).toMatchObject({ attendees: [{ email: 'ana@example.org' }] });
    expect(entryOf('Portraits').event).toMatchObject({ attendees: [{ email: 'ana@example.org', name: 'Ana' }], invite: true });
    await change('contacts', contactId, { email: 'studio@example.org', name: 'Ana R' });
    expect(entryOf('Photos').event).toMatchObject({ attendees: [{ email: 'studio@example.org' }], description: expect.stringContaining('Contact: Ana R') as string });
    expect(entryOf('Portraits').event).toMatchObject({ attendees: [{ email: 'studio@example.org', name: 'Ana R' }] });
    there.calls.length = 0;
    await change('contacts', contactId, { phone: '+44 20 7946 0000' });
    expect(there.calls).toEqual([]);
  });

  test('a room that is called otherwise is so in the entries of its weddings; a vendor with another name has the items under both', async () => {
    await open('Hall', { resourceId: hall });
    await house.wedding('Amara & Tom', 12, 12, 22);
    await house.booking('Ana Ruiz', 1, 9, 12);
    const ana = await vendorOf('Ana Ruiz');
    await open('Ana', { resourceId: ana });
    const elsewhere = await house.wedding('Elsewhere', 13, 12, 22, { room: 'Orangery' });
    await house.item(elsewhere, 'Portraits', june(13, 15), { owner: 'Studio Ruiz' });
    await pushes.idle();
    expect(titles(1)).toEqual(['Job of Ana Ruiz']);
    const rename = async (id: string, name: string): Promise<void> => {
      const { kind, places, partIds, setUpMinutes, turnaroundMinutes, state, version } = await house.one('resources', id);
      expect(await house.decide('resource.save', { resourceId: id, basedOnVersion: version, kind, name, places, partIds, setUpMinutes, turnaroundMinutes, state })).toMatchObject({ outcome: 'accepted' });
      await pushes.idle();
    };
    await rename(hall, 'Grand Hall');
    expect(entryOf('Amara & Tom').event).toMatchObject({ description: 'Place: Grand Hall' });
    await rename(ana, 'Studio Ruiz');
    expect(titles(1)).toEqual(['Job of Ana Ruiz', 'Portraits']);
  });
});
