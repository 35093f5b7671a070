import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Command } from '../../../core/contract/commands.ts';
import { draftCreated, draftUpdated } from '../../../core/domain/record/drafts.ts';
import { createPrivacy } from '../../../server/privacy/privacy.ts';
import type { Discovery } from '../../../server/workers/calendars.ts';
import type { PushWorker } from '../../../server/workers/pushes/pushes.ts';
import { calendarHouse, type CalendarHouse } from '../../support/calendarHouse.ts';
import { fakeCalendar, FORBIDDEN, REFUSED, TOO_MANY, type FakeCalendar } from '../../support/fakeCalendar.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';
import { june } from '../../support/taking.ts';

/** What is recorded here stands in the calendars of others. */

let t: TestStore;
let clock: ReturnType<typeof settableClock>;
let there: FakeCalendar;
let house: CalendarHouse;
let pushes: PushWorker;
let discovery: Discovery;

beforeEach(async () => {
  clock = settableClock('2027-05-01T12:00:00.000Z');
  t = await openTestStore({ clock });
  there = fakeCalendar([{ name: 'Hall' }, { name: 'Ana' }]);
  house = await calendarHouse(t, there, clock);
});
afterEach(async () => {
  await house.stop();
  await t.cleanup();
});

/** A connection whose calendars are known, and a hall that the first one of them is of. */
async function begin(): Promise<string> {
  const hall = await house.resource('room', 'Great Hall');
  await house.connect();
  discovery = house.discoveryOf(t.store);
  await discovery.runNow();
  pushes = house.pushesOf(t.store);
  expect(await house.save('Hall', { direction: 'outbound', resourceId: hall })).toMatchObject({ outcome: 'accepted' });
  await pushes.idle();
  there.calls.length = 0;
  return hall;
}
const times = () => there.standing().map(({ title, when, status }) => [title, when.kind === 'times' ? new Date(when.startsAt).toISOString() : null, when.kind === 'times' ? new Date(when.endsAt).toISOString() : null, status]);
const change = async (weddingId: string, fields: object) => {
  const row = await house.one('weddings', weddingId);
  const draft = draftUpdated('wedding.updated', 'weddings', weddingId, row, fields, null, { actor: { kind: 'person', id: null, name: 'Desk' }, source: null, deliveryId: null });
  if (!draft) throw new Error('nothing changes');
  await house.write(draft);
};
const settledPushes = async () => (await house.pushes()).map(({ wish, state, reason, wantedVersion, writtenVersion }) => ({ wish, state, reason, wantedVersion, writtenVersion }));
const retry = async () => {
  const [push] = await house.pushes();
  if (!push) throw new Error('no push');
  return house.decide('push.retry' satisfies Command['type'], { pushId: push.id, basedOnVersion: push.version });
};

describe('calendars that a connection has', () => {
  test('are found, follow their names, are gone when they are not listed, and never by an empty list', async () => {
    await begin();
    expect((await house.calendars()).map(({ name, direction, main, colour }) => [name, direction, main, colour])).toEqual([['Hall', 'outbound', true, '#336699'], ['Ana', 'none', false, '#336699']]);
    const [hall, ana] = there.state.calendars;
    if (!hall || !ana) throw new Error('two calendars');
    there.state.calendars = [];
    clock.advance(25 * 3_600_000);
    await discovery.runNow();
    expect((await house.calendars()).map(({ state }) => state)).toEqual(['active', 'active']);
    there.state.calendars = [{ ...hall, name: 'Great hall' }];
    clock.advance(25 * 3_600_000);
    await discovery.runNow();
    expect((await house.calendars()).map(({ name, state }) => [name, state])).toEqual([['Great hall', 'active'], ['Ana', 'gone']]);
    there.state.calendars = [hall, ana];
    clock.advance(25 * 3_600_000);
    await discovery.runNow();
    expect((await house.calendars()).map(({ name, state }) => [name, state])).toEqual([['Hall', 'active'], ['Ana', 'active']]);
  });

  test('the one that is looked at takes time from the beginning, the others do nothing', async () => {
    await house.connect();
    discovery = house.discoveryOf(t.store);
    await discovery.runNow();
    expect((await house.calendars()).map(({ name, direction }) => [name, direction])).toEqual([['Hall', 'inbound'], ['Ana', 'none']]);
  });

  test('waits, and fails nothing, where the desktop that keeps its key is away', async () => {
    const hall = await begin();
    await t.store.internals.database.system.updateTable('connectionAccess').set({ keptBy: t.device.id }).where('system', '=', 'fake-calendar').execute();
    expect(await house.save('Ana', { direction: 'outbound', resourceId: hall })).toMatchObject({ outcome: 'accepted' });
    await house.wedding('Amara & Tom', 12, 12, 22);
    await pushes.idle();
    expect(there.calls).toEqual([]);
    expect((await house.pushes()).map(({ state, attempts, reason }) => [state, attempts, reason])).toEqual([['queued', 0, null], ['queued', 0, null]]);
    expect((await house.calendars()).map(({ waits }) => waits?.computer)).toEqual([t.device.name, t.device.name]);
  });
});

describe('a wedding in a room with a calendar', () => {
  test('goes there, is moved, shortened, called off and brought back there, each with one call', async () => {
    await begin();
    const id = await house.wedding('Amara & Tom', 12, 12, 22);
    await pushes.idle();
    expect(times()).toEqual([['Amara & Tom', june(12, 12), june(12, 22), 'confirmed']]);
    expect(await settledPushes()).toEqual([{ wish: 'present', state: 'written', reason: null, wantedVersion: 1, writtenVersion: 1 }]);

    await change(id, { startsAt: june(13, 12), endsAt: june(13, 22), date: '2027-06-13' });
    await pushes.idle();
    expect(times()).toEqual([['Amara & Tom', june(13, 12), june(13, 22), 'confirmed']]);
    await change(id, { endsAt: june(13, 18) });
    await pushes.idle();
    expect(times()).toEqual([['Amara & Tom', june(13, 12), june(13, 18), 'confirmed']]);
    await change(id, { status: 'cancelled' });
    await pushes.idle();
    expect(there.standing()).toEqual([]);
    expect(await settledPushes()).toMatchObject([{ wish: 'absent', state: 'written' }]);
    await change(id, { status: 'hold' });
    await pushes.idle();
    expect(times()).toEqual([['Amara & Tom', june(13, 12), june(13, 18), 'tentative']]);
    expect(there.written()).toEqual(['create', 'update', 'update', 'remove', 'create']);
  });

  test('that a person cancels and brings back stands there again, by the same push and known as ours', async () => {
    await begin();
    const id = await house.wedding('Amara & Tom', 12, 12, 22);
    await pushes.idle();
    const before = there.standing().map(({ ourId }) => ourId);
    const [push] = await house.pushes();
    expect(await house.decide('booking.set_status', { collection: 'weddings', id, basedOnVersion: 1, status: 'cancelled', reason: null })).toMatchObject({ outcome: 'accepted' });
    await pushes.idle();
    expect(there.standing()).toEqual([]);
    expect(await house.decide('booking.bring_back', { collection: 'weddings', id, basedOnVersion: 2, reason: null })).toMatchObject({ outcome: 'accepted' });
    await pushes.idle();
    expect(times()).toEqual([['Amara & Tom', june(12, 12), june(12, 22), 'confirmed']]);
    expect((await house.pushes()).map(({ id: pushId, wish, state }) => [pushId, wish, state])).toEqual([[push?.id, 'present', 'written']]);
    expect(there.standing().map(({ ourId }) => ourId)).toEqual(before);
  });

  test('goes out of it with another room, and nothing is written of what its readers do not see', async () => {
    await begin();
    const id = await house.wedding('Amara & Tom', 12, 12, 22);
    await pushes.idle();
    await change(id, { guestCount: 80 });
    await pushes.idle();
    expect(there.written()).toEqual(['create']);
    await change(id, { room: 'Orangery' });
    await pushes.idle();
    expect(there.standing()).toEqual([]);
  });

  test('an enquiry, and what was over before, goes nowhere', async () => {
    await begin();
    await house.wedding('Asking', 12, 12, 22, { status: 'enquiry' });
    clock.set(june(20, 0));
    await house.wedding('Over', 14, 12, 22);
    await pushes.idle();
    expect(there.calls).toEqual([]);
    expect(await house.pushes()).toEqual([]);
  });

  test('its name stands in the entries of what is booked for it', async () => {
    await begin();
    const weddingId = await house.wedding('Amara & Tom', 12, 12, 22);
    await house.booking('Ana Ruiz', 12, 12, 20, { weddingId, callTime: june(12, 10) });
    const ana = (await house.rows()).resources.find(({ name }) => name === 'Ana Ruiz');
    await house.save('Ana', { direction: 'outbound', resourceId: ana?.id ?? null });
    await pushes.idle();
    const [entry] = there.standing('https://calendars.example/1/');
    expect(entry?.description?.split('\n')).toEqual(['Wedding: Amara & Tom', 'Trade: Photography', 'Call time: 11:00']);
    await change(weddingId, { title: 'Amara and Tom' });
    await pushes.idle();
    expect(there.standing('https://calendars.example/1/')[0]?.description).toContain('Wedding: Amara and Tom');
  });

  test('every wedding goes into the house calendar, and only when somebody is taken into the one with less to see', async () => {
    await begin();
    await house.wedding('Amara & Tom', 12, 12, 22, { room: null });
    await house.save('Ana', { direction: 'outbound', everyWedding: true, privacy: 'busy' });
    await pushes.idle();
    expect(there.standing().map(({ title, description, place }) => [title, description, place])).toEqual([['Taken', null, null]]);
    await house.save('Ana', { direction: 'outbound', everyWedding: true, privacy: 'title' });
    await pushes.idle();
    expect(there.standing().map(({ title, description }) => [title, description])).toEqual([['Amara & Tom', null]]);
  });

  test('somebody who is erased is taken out of what stands there, and out of what is remembered of it', async () => {
    await begin();
    const weddingId = await house.wedding('Zelda Quillfeather & Tom', 12, 12, 22);
    const contactId = house.id();
    const context = { actor: { kind: 'person', id: null, name: 'Desk' }, source: null, deliveryId: null } as const;
    await house.write(draftCreated('client.created', 'contacts', weddingId, { id: contactId, weddingId, name: 'Zelda Quillfeather', email: null, phone: null, company: null, role: 'couple' }, null, context));
    await pushes.idle();
    expect(there.standing()[0]?.title).toContain('Zelda');
    expect(await createPrivacy(t.store.internals).erase({ organisationId: t.organisation.id, contactId, reason: 'asked_by_person', actor: context.actor, confirm: 'Zelda Quillfeather' })).toMatchObject({ ok: true });
    await pushes.idle();
    expect(JSON.stringify(there.standing())).not.toContain('Zelda');
    expect(JSON.stringify(await t.store.internals.database.system.selectFrom('pushStates').selectAll().execute())).not.toContain('Zelda');
  });

  test('a calendar that is turned off is emptied of what is still to come, and nothing else', async () => {
    const hall = await begin();
    await house.wedding('Over soon', 2, 12, 22);
    await house.wedding('To come', 12, 12, 22);
    await pushes.idle();
    clock.set(june(5, 0));
    await house.save('Hall', { direction: 'none', resourceId: hall });
    await pushes.idle();
    expect(there.standing().map(({ title }) => title)).toEqual(['Over soon']);
    expect((await house.calendar('Hall')).filling).toMatchObject({ state: 'idle' });
  });
});

describe('when it does not work', () => {
  test('it is tried again, later each time, given up after sixteen times, told once, and tried when somebody asks', async () => {
    await begin();
    there.fail({ times: 1_000 });
    await house.wedding('Amara & Tom', 12, 12, 22);
    for (let n = 0; n < 40 && (await house.pushes())[0]?.state !== 'failed'; n += 1) {
      await pushes.idle();
      clock.advance(4_000_000);
    }
    expect(await house.pushes()).toMatchObject([{ state: 'failed', attempts: 16, reason: 'calendar.given_up', nextAttemptAt: null }]);
    expect(there.written().filter((what) => what === 'create')).toHaveLength(16);
    expect((await house.alerts()).filter(([rule]) => rule === 'push_failed')).toEqual([['push_failed', 'Hall could not be written']]);
    there.recover();
    expect(await retry()).toMatchObject({ outcome: 'accepted' });
    await pushes.idle();
    expect(times()).toHaveLength(1);
    expect((await house.alerts()).filter(([rule]) => rule === 'push_failed')).toEqual([]);
    expect(await retry()).toMatchObject({ outcome: 'rejected', error: { code: 'command.not_possible' } });
  });

  test('who asks to be left alone is left alone for so long', async () => {
    await begin();
    there.fail({ trouble: TOO_MANY });
    await house.wedding('Amara & Tom', 12, 12, 22);
    await pushes.idle();
    expect(await house.pushes()).toMatchObject([{ state: 'queued', attempts: 1, nextAttemptAt: new Date(clock.now() + 120_000).toISOString() }]);
    clock.advance(119_000);
    await pushes.idle();
    expect(there.written()).toEqual(['create']);
    clock.advance(20_000);
    await pushes.idle();
    expect(times()).toHaveLength(1);
  });

  test('a calendar that may only be read says so, and is filled once it may be written', async () => {
    await begin();
    there.fail({ trouble: FORBIDDEN, times: 3 });
    await house.wedding('One', 12, 12, 22);
    await house.wedding('Two', 13, 12, 22);
    await pushes.idle();
    expect((await house.pushes()).map(({ state, reason }) => [state, reason])).toEqual([['failed', 'calendar.forbidden'], ['failed', 'calendar.forbidden']]);
    expect(await house.calendar('Hall')).toMatchObject({ mayWrite: false });
    expect(await house.save('Hall', { privacy: 'busy' })).toMatchObject({ outcome: 'rejected', error: { code: 'calendar.forbidden' } });
    there.recover();
    clock.advance(25 * 3_600_000);
    await discovery.runNow();
    await pushes.idle();
    expect(there.standing().map(({ title }) => title)).toEqual(['One', 'Two']);
    expect(await house.calendar('Hall')).toMatchObject({ mayWrite: true, filling: { state: 'idle' } });
  });

  test('what the calendar does not take is told at once, and the others go on', async () => {
    await begin();
    there.fail({ trouble: REFUSED });
    await house.wedding('One', 12, 12, 22);
    await house.wedding('Two', 13, 12, 22);
    await pushes.idle();
    expect((await house.pushes()).map(({ state, reason }) => [state, reason])).toEqual([['failed', 'calendar.refused'], ['written', null]]);
  });

  test('an answer that is lost doubles nothing, also when the entry is cancelled before it is tried again', async () => {
    await begin();
    there.fail({ when: 'after', times: 2 });
    const id = await house.wedding('One', 12, 12, 22);
    await pushes.idle();
    await change(id, { startsAt: june(12, 14) });
    await pushes.idle();
    clock.advance(60_000);
    await pushes.idle();
    expect(times()).toEqual([['One', june(12, 14), june(12, 22), 'confirmed']]);
    there.fail({ when: 'after', times: 1, on: ['create'] });
    const two = await house.wedding('Two', 13, 12, 22);
    await pushes.idle();
    expect(times()).toHaveLength(2);
    await change(two, { status: 'cancelled' });
    clock.advance(60_000);
    await pushes.idle();
    expect(there.standing().map(({ title }) => title)).toEqual(['One']);
  });

  test('a paused connection is not called; what is wanted meanwhile is written when it goes on', async () => {
    await begin();
    const connection = (await house.rows()).connections.find(({ system }) => system === 'fake-calendar');
    if (!connection) throw new Error('no connection');
    await house.decide('connection.pause', { connectionId: connection.id, basedOnVersion: connection.version, reason: 'Later' });
    await house.wedding('One', 12, 12, 22);
    await pushes.idle();
    expect(there.calls).toEqual([]);
    const paused = await house.one('connections', connection.id);
    await house.decide('connection.resume', { connectionId: connection.id, basedOnVersion: paused.version });
    pushes.wake();
    await pushes.idle();
    expect(there.standing().map(({ title }) => title)).toEqual(['One']);
  });
});
