import { isDeepStrictEqual } from 'node:util';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Calendar } from '../../../core/contract/record/calendars.ts';
import { draftUpdated } from '../../../core/domain/record/drafts.ts';
import { wholeOwners } from '../../../server/store/migrations/0037_whole_owners.ts';
import { calendarHouse, type CalendarHouse } from '../../support/calendarHouse.ts';
import { untilTrue } from '../../support/deskHouse.ts';
import { fakeCalendar, type FakeCalendar } from '../../support/fakeCalendar.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';
import { june } from '../../support/taking.ts';

/** Those who play together and are one of several: what the whole is in charge of, and when it is followed that the whole is another one. */

let t: TestStore;
let there: FakeCalendar;
let house: CalendarHouse;
let idle: () => Promise<void>;
let ids: { readonly viola: string; readonly cello: string; readonly quartet: string };
const person = { actor: { kind: 'person', id: null, name: 'Desk' }, source: null, deliveryId: null } as const;

beforeEach(async () => {
  // Nobody looks by himself: what is done is done because somebody was called.
  vi.useFakeTimers({ toFake: ['setInterval'] });
  const clock = settableClock('2027-05-01T12:00:00.000Z');
  t = await openTestStore({ clock });
  there = fakeCalendar([{ name: 'Viola' }, { name: 'Cello' }, { name: 'Quartet' }], clock.now);
  house = await calendarHouse(t, there, clock);
  const [viola, cello] = [await house.resource('vendor', 'Vita Viola'), await house.resource('crew', 'Carl Cello')];
  ids = { viola, cello, quartet: await house.resource('vendor', 'The Quartet', { partIds: [viola, cello] }) };
  await house.connect();
  const discovery = house.discoveryOf(t.store);
  await discovery.runNow();
  await discovery.stop();
  ({ idle } = house.pushesOf(t.store));
});
afterEach(async () => {
  await house.stop();
  await t.cleanup();
  vi.useRealTimers();
});

const choose = async (name: string, resourceId: string, more: Partial<Calendar> = {}): Promise<void> => {
  expect(await house.save(name, { direction: 'outbound', resourceId, runSheet: true, ...more })).toMatchObject({ outcome: 'accepted' });
  await idle();
};
const standing = (name: string) => there.standing(there.state.calendars.find((one) => one.name === name)?.remoteId ?? '');
const titles = (name: string): (string | null)[] => standing(name).map(({ title }) => title);
const saved = async (id: string, change: object): Promise<void> => {
  const { kind, name, places, partIds, setUpMinutes, turnaroundMinutes, state, version } = await house.one('resources', id);
  const kept = { kind, name, places, partIds, setUpMinutes, turnaroundMinutes, state };
  expect(await house.decide('resource.save', { resourceId: id, basedOnVersion: version, ...kept, ...change })).toMatchObject({ outcome: 'accepted' });
};
const handed = async (itemId: string, owner: string | null): Promise<void> => {
  const row = await house.one('runSheetItems', itemId);
  const draft = draftUpdated('runsheet.item.updated', 'runSheetItems', row.weddingId, row, { owner }, null, person);
  if (!draft) throw new Error('nothing changes');
  await house.write(draft);
  await idle();
};

describe('what a whole is in charge of', () => {
  test('stands in the calendars of its parts, and follows when it is somebody else, or the whole is called otherwise', async () => {
    await choose('Viola', ids.viola);
    await choose('Cello', ids.cello, { privacy: 'title' });
    await choose('Quartet', ids.quartet);
    const wedding = await house.wedding('Amara & Tom', 12, 12, 22);
    const song = await house.item(wedding, 'Ceremony music', june(12, 14), { owner: 'the quartet' });
    await house.item(wedding, 'Solo', june(12, 15), { owner: 'Vita Viola' });
    await idle();
    expect([titles('Viola'), titles('Cello'), titles('Quartet')]).toEqual([['Ceremony music', 'Solo'], ['Ceremony music'], ['Ceremony music']]);
    // Her part is not the whole: nobody else is in charge of her solo.
    expect(standing('Viola').map(({ description }) => description)).toEqual([
      'Wedding: Amara & Tom\nIn charge: the quartet', 'Wedding: Amara & Tom\nIn charge: Vita Viola',
    ]);
    await handed(song, 'Carl Cello');
    expect([titles('Viola'), titles('Cello'), titles('Quartet')]).toEqual([['Solo'], ['Ceremony music'], []]);
    await handed(song, 'The Four');
    expect([titles('Viola'), titles('Cello')]).toEqual([['Solo'], []]);
    // A name that it is known by from now on: what was written before is theirs.
    await saved(ids.quartet, { name: 'The Four' });
    await idle();
    expect([titles('Viola'), titles('Cello'), titles('Quartet')]).toEqual([['Ceremony music', 'Solo'], ['Ceremony music'], ['Ceremony music']]);
  });

  test('takes nobody’s time beside what is booked of the whole, and is filled in where a calendar is chosen later', async () => {
    const wedding = await house.wedding('Amara & Tom', 12, 12, 22);
    await house.item(wedding, 'Ceremony music', june(12, 14), { owner: 'The Quartet' });
    await house.booking('The Quartet', 12, 13, 18, { weddingId: wedding, trade: 'music' });
    await choose('Viola', ids.viola, { privacy: 'title' });
    const says = standing('Viola').map(({ title, busy }) => [title, busy]);
    expect(says).toEqual([['Ceremony music', false], ['Job of The Quartet (The Quartet)', true]]);
  });

  test('goes from the calendar of who is no part any more, and appears in that of a new one, by the call of that commit alone', async () => {
    await saved(ids.quartet, { partIds: [ids.cello] });
    await choose('Viola', ids.viola);
    await choose('Cello', ids.cello);
    const wedding = await house.wedding('Amara & Tom', 12, 12, 22);
    await house.item(wedding, 'Ceremony music', june(12, 14), { owner: 'The Quartet' });
    await house.booking('The Quartet', 12, 13, 18, { trade: 'music' });
    await idle();
    const both = ['Ceremony music', 'Job of The Quartet (The Quartet)'];
    expect([titles('Viola'), titles('Cello')]).toEqual([[], both]);
    // Not `expect.poll`: that lets the time of looks pass.
    const told = (viola: readonly string[], cello: readonly string[]) =>
      untilTrue('both calendars say it', () => isDeepStrictEqual([titles('Viola'), titles('Cello')], [viola, cello]));
    await saved(ids.quartet, { partIds: [ids.viola] });
    await told(both, []);
    await saved(ids.quartet, { partIds: [] });
    await told([], []);
  });
});

test('a house from before is gone through once, with whom the whole is a whole of parts', async () => {
  await house.resource('vendor', 'The Orchestra', { partIds: [ids.quartet] });
  await choose('Viola', ids.viola);
  const wedding = await house.wedding('Amara & Tom', 12, 12, 22);
  await house.item(wedding, 'Overture', june(12, 14), { owner: 'The Orchestra' });
  await idle();
  const { system } = t.store.internals.database;
  // As it was: nothing of a whole's items was ever written there.
  const { id } = await house.calendar('Viola');
  await sql`delete from push_states where calendar_id = ${id}`.execute(system);
  await sql`delete from pushes where calendar_id = ${id}`.execute(system);
  for (const { remoteId } of [...there.entries]) there.take(remoteId);
  await idle();
  expect(titles('Viola')).toEqual([]);
  await sql.raw(wholeOwners.sql).execute(system);
  await idle();
  expect(titles('Viola')).toEqual(['Overture']);
});

describe('when it is another whole', () => {
  test('an item takes time where nothing else of its wedding stands any more, and takes none where something does', async () => {
    await saved(ids.quartet, { partIds: [] });
    const wedding = await house.wedding('Amara & Tom', 12, 12, 22);
    await house.booking('The Quartet', 12, 13, 18, { weddingId: wedding, trade: 'music' });
    await house.item(wedding, 'Solo', june(12, 15), { owner: 'Vita Viola' });
    await house.item(await house.wedding('Bea & Cy', 14, 12, 22), 'Another', june(14, 15), { owner: 'Vita Viola' });
    await choose('Viola', ids.viola, { privacy: 'title' });
    const says = () => Object.fromEntries(standing('Viola').map(({ title, busy }) => [title, busy]));
    expect(says()).toEqual({ Solo: true, Another: true });
    const begun = there.written().length;
    await saved(ids.quartet, { partIds: [ids.viola] });
    await idle();
    expect(says()).toEqual({ Solo: false, Another: true, 'Job of The Quartet (The Quartet)': true });
    expect(there.written().slice(begun).sort()).toEqual(['create', 'update']);
    await saved(ids.quartet, { partIds: [] });
    await idle();
    expect(says()).toEqual({ Solo: true, Another: true });
  });

  test('its new name is told although the entry was on its way there under the former one', async () => {
    await choose('Viola', ids.viola, { privacy: 'title' });
    there.during({ when: 'before', work: async () => {
      await saved(ids.quartet, { name: 'The Four' });
      await untilTrue('it is gone through', async () => {
        const states = t.store.internals.database.system.selectFrom('calendarStates').select('filledTo');
        const { filledTo } = await states.where('calendarId', '=', (await house.calendar('Viola')).id).executeTakeFirstOrThrow();
        return (filledTo as { whole: boolean }).whole;
      });
    } });
    await house.booking('The Quartet', 12, 13, 18, { title: 'Job' });
    await idle();
    expect(titles('Viola')).toEqual(['Job (The Four)']);
  });
});

describe('a calendar that is filled for the first time', () => {
  /** The calendar is chosen, and its first page is late: the row is made and written meanwhile. */
  async function madeMeanwhile(make: () => Promise<unknown>): Promise<string[]> {
    const { system } = t.store.internals.database;
    const { id } = await house.calendar('Viola');
    await house.stop();
    expect(await house.save('Viola', { direction: 'outbound', resourceId: ids.viola, runSheet: false })).toMatchObject({ outcome: 'accepted' });
    const { rows } = await sql<{ filledTo: unknown }>`select filled_to from calendar_states where calendar_id = ${id}`.execute(system);
    const kept = rows[0]?.filledTo ?? null;
    await sql`update calendar_states set filled_to = '{"step": 0, "after": null, "whole": true}'::jsonb where calendar_id = ${id}`.execute(system);
    await make();
    const writer = house.pushesOf(t.store);
    await writer.idle();
    await sql`update calendar_states set filled_to = ${kept === null ? null : JSON.stringify(kept)}::jsonb where calendar_id = ${id}`.execute(system);
    await writer.idle();
    expect((await house.calendar('Viola')).filling.state).toBe('idle');
    return there.written();
  }

  test.each([
    ['a booking', () => house.booking('Vita Viola', 12, 13, 18)],
    ['a place in a plan', () => house.allocation(ids.viola, 12, 13, 18)],
    ['a booking of the whole', () => house.booking('The Quartet', 12, 13, 18)],
  ] as const)('has %s that was made meanwhile written once', async (_what, make) => {
    expect(await madeMeanwhile(make)).toEqual(['create']);
    expect(titles('Viola')).toHaveLength(1);
  });

  test('has what was there before as well, and is gone through as ever when it is told otherwise', async () => {
    await house.booking('Vita Viola', 10, 13, 18);
    expect(await madeMeanwhile(() => house.booking('Vita Viola', 12, 13, 18))).toEqual(['create', 'create']);
    expect(await house.save('Viola', { privacy: 'busy' })).toMatchObject({ outcome: 'accepted' });
    await house.pushesOf(t.store).idle();
    expect(there.written()).toEqual(['create', 'create', 'update', 'update']);
    expect(there.entries.map(({ event }) => event.privacy)).toEqual(['busy', 'busy']);
  });
});
