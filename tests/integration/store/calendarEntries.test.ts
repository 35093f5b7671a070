import { expect, test } from 'vitest';
import type { Change } from '../../../core/domain/record/changes.ts';
import { relabelPage } from '../../../server/store/calendars/relabel.ts';
import { june } from '../../support/taking.ts';
import { clock, house, t, useBackHouse } from '../../support/usingBackHouse.ts';

/** What stands in a calendar that somebody else keeps takes the time of its resource here. */

useBackHouse();

const vendorOf = async (bookingId: string) => (await house.one('bookings', bookingId)).vendorId ?? '';
const open = async () => (await house.rows()).conflicts.filter(({ state }) => state === 'open').map(({ members }) => members.map(({ collection }) => collection).sort());
/** As a look told it before calendars were told apart. */
const loose = (id: string, fields: Parameters<typeof house.told>[2]): Change => {
  const told = house.told(id, '', fields);
  return told.kind === 'calendarEvent' ? { ...told, calendarRemote: null } : told;
};
const relabelled = async (calendarId: string): Promise<number> => {
  const calendar = await house.one('calendars', calendarId);
  return t.store.internals.writer.write(t.organisation.id, async ({ tx, record }) => {
    const drafts = await relabelPage(tx, t.organisation.id, calendar, 100, new Date(clock.now()).toISOString());
    await record(drafts);
    return drafts.length;
  });
};
const times = (day: number, from: number, to: number) => ({ startsAt: june(day, from), endsAt: june(day, to) });

test('a vendor whose own calendar is taken and who is booked here at the same time is a conflict in the same commit, which goes with the entry', async () => {
  const booking = await house.booking('Bloom Photo', 5, 12, 18);
  const diary = await house.calendar(await vendorOf(booking), { direction: 'inbound' });
  const seq = await house.now();
  await house.look(house.told('theirs', diary.id, { ...times(5, 17, 20), title: 'Dentist', busy: true }));
  const [entry] = (await house.rows()).calendarEvents;
  expect(entry).toMatchObject({ title: 'Dentist', calendarId: diary.id, resourceId: diary.resourceId });
  expect(await open()).toEqual([['bookings', 'calendarEvents']]);
  expect(await house.since(seq), 'one commit').toEqual(expect.arrayContaining(['calendar.event.created', 'conflict.raised', 'alert.raised']));
  expect((await house.alerts()).map(([rule]) => rule)).toEqual(['double_booking']);

  await house.look(house.told('theirs', diary.id, { ...times(5, 18, 20), title: 'Dentist' }));
  expect(await open(), 'moved behind it').toEqual([]);
  await house.look(house.told('theirs', diary.id, { ...times(5, 17, 20), title: 'Dentist' }));
  expect(await open()).toHaveLength(1);
  await house.look(house.told('theirs', diary.id, { busy: false }));
  expect(await open(), 'who is free is not taken').toEqual([]);
  await house.look(house.told('theirs', diary.id, { busy: true, status: 'tentative' }));
  expect(await open()).toHaveLength(1);
  await house.look(house.told('theirs', diary.id, {}, { gone: true }));
  expect(await open()).toEqual([]);
  expect((await house.rows()).calendarEvents).toEqual([]);
  expect(await house.alerts()).toEqual([]);
});

test('an entry that came into another of their calendars is not taken away by the one that it left, whichever tells first', async () => {
  const [first, second] = [await house.calendar(null, { direction: 'inbound' }), await house.calendar(null, { direction: 'inbound' })];
  const there = async () => (await house.rows()).calendarEvents.map(({ title, calendarId }) => [title, calendarId]);
  await house.look(house.told('theirs', first.id, { ...times(5, 17, 20), title: 'Dentist', busy: true }));
  await house.look(house.told('theirs', second.id, { ...times(5, 17, 20), title: 'Dentist', busy: true }));
  await house.look(house.told('theirs', first.id, {}, { gone: true }));
  expect(await there()).toEqual([['Dentist', second.id]]);
  await house.look(house.told('theirs', second.id, {}, { gone: true }));
  await house.look(house.told('theirs', first.id, { ...times(5, 17, 20), title: 'Dentist', busy: true }));
  expect(await there()).toEqual([['Dentist', first.id]]);
});

test('nobody is booked over what stands in their calendar, and a person may do it with a reason', async () => {
  const first = await house.booking('Bloom Photo', 5, 8, 9);
  const diary = await house.calendar(await vendorOf(first), { direction: 'inbound' });
  await house.look(house.told('theirs', diary.id, { ...times(6, 10, 14), title: 'Dentist' }));
  const row = await house.one('bookings', first);
  const move = { collection: 'bookings', id: first, basedOnVersion: row.version, resourceId: row.vendorId ?? '', ...times(6, 13, 15) } as const;
  expect(await house.decide('plan.carry_out', { moves: [move], reason: null })).toMatchObject({ outcome: 'rejected', error: { code: 'conflict.would_clash', message: expect.stringContaining('Dentist') as string } });
  expect(await house.decide('plan.carry_out', { moves: [move], reason: 'She says that it can wait' })).toMatchObject({ outcome: 'accepted' });
  expect(await house.conflicts()).toEqual([['overlap', 'overridden', 'She says that it can wait']]);
});

test('two of theirs at the same time, what is out of our hours, and what is of the same wedding are none of our conflicts', async () => {
  const wedding = await house.wedding('Ada & Ben', 5, 12, 20);
  const booking = await house.booking('Bloom Photo', 5, 12, 18, { weddingId: wedding });
  const diary = await house.calendar(await vendorOf(booking), { direction: 'inbound' });
  await house.limit('No nights', { kind: 'not_within', weekdays: [1, 2, 3, 4, 5, 6, 7], from: '22:00', to: '07:00' });
  await house.look(house.told('a', diary.id, { ...times(7, 10, 12), title: 'One' }), house.told('b', diary.id, { ...times(7, 11, 23), title: 'Other' }), { ...house.told('c', diary.id, { ...times(5, 13, 14), title: 'Their own note' }), wedding: { weddingId: wedding } });
  expect((await house.rows()).calendarEvents).toHaveLength(3);
  expect(await open()).toEqual([]);
});

test('a calendar that is nobody\'s, or is only written, takes no time; entries follow when it is given to somebody', async () => {
  const booking = await house.booking('Bloom Photo', 5, 12, 18);
  const nobodys = await house.calendar(null, { direction: 'inbound' });
  const written = await house.calendar(await vendorOf(booking), { direction: 'outbound' });
  await house.look(house.told('a', nobodys.id, { ...times(5, 13, 14), title: 'A' }), house.told('b', written.id, { ...times(5, 13, 14), title: 'B' }));
  expect((await house.rows()).calendarEvents.map(({ title, resourceId }) => [title, resourceId]).sort()).toEqual([['A', null], ['B', null]]);
  expect(await open()).toEqual([]);

  await house.change(nobodys, { resourceId: await vendorOf(booking) });
  expect(await relabelled(nobodys.id)).toBe(1);
  expect(await open(), 'it is hers').toEqual([['bookings', 'calendarEvents']]);
  expect(await relabelled(nobodys.id), 'once').toBe(0);
  await house.change(nobodys, { direction: 'none' });
  expect(await relabelled(nobodys.id)).toBe(1);
  expect(await open()).toEqual([]);
});

test('entries from before calendars were told apart are of the only one of their connection that is listened to', async () => {
  const booking = await house.booking('Bloom Photo', 5, 12, 18);
  await house.look(loose('a', { ...times(5, 13, 14), title: 'A' }), loose('b', { startsAt: '2026-11-01T10:00:00.000Z', endsAt: '2026-11-01T11:00:00.000Z', title: 'Over' }));
  const diary = await house.calendar(await vendorOf(booking), { direction: 'inbound' });
  const other = await house.calendar(await vendorOf(booking), { direction: 'inbound' });
  expect(await relabelled(diary.id)).toBe(0);
  await house.change(other, { direction: 'none' });
  expect(await relabelled(diary.id)).toBe(1);
  expect((await house.rows()).calendarEvents.map(({ title, calendarId }) => [title, calendarId]).sort()).toEqual([['A', diary.id], ['Over', null]]);
  expect(await open()).toEqual([['bookings', 'calendarEvents']]);
});

test('what a look brings of a calendar that nobody here knows costs no more than before, and takes no time', async () => {
  await house.booking('Bloom Photo', 5, 12, 18);
  await house.look(house.told('a', house.id(), { ...times(5, 13, 14), title: 'A' }));
  expect((await house.rows()).calendarEvents).toMatchObject([{ title: 'A', calendarId: null, resourceId: null }]);
});
