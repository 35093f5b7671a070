import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { HouseRules } from '../../../core/contract/record/taking.ts';
import { VENUE_RULES } from '../../../core/domain/conflicts/model.ts';
import { draftCreated, draftUpdated, type DraftContext } from '../../../core/domain/record/drafts.ts';
import { plainWork } from '../../support/plainWork.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';
import { june, takingHouse } from '../../support/taking.ts';

/** What clashes is each venue's own affair: what stands is judged anew in the commit that says so, and so is whatever comes after it. */

const context: DraftContext = { actor: { kind: 'person', id: null, name: 'Front desk' }, source: null, deliveryId: null };
const LEVELS = VENUE_RULES as HouseRules['levels'];
const NO_WAYS: HouseRules['travel'] = { usualMinutes: null, ways: [] };
let t: TestStore;
let house: ReturnType<typeof takingHouse>;
beforeEach(async () => {
  t = await openTestStore({ clock: settableClock('2026-11-20T12:00:00.000Z') });
  house = takingHouse(t);
});
afterEach(() => t.cleanup());

const ok = expect.objectContaining({ outcome: 'accepted' }) as unknown;
const no = (code: string, words = /./): unknown => ({ outcome: 'rejected', commandId: expect.any(String) as string, error: expect.objectContaining({ code, message: expect.stringMatching(words) as string }) as object });
const standing = async (): Promise<HouseRules | undefined> => (await house.rows()).houseRules[0];
/** As a person saves it: over what they saw. */
async function say(levels: Partial<HouseRules['levels']>, travel: Partial<HouseRules['travel']> = {}, role: 'owner' | 'coordinator' | 'staff' = 'coordinator') {
  const was = await standing();
  return house.decide('rules.save', { houseId: t.organisation.id, basedOnVersion: was?.version ?? null, levels: { ...LEVELS, ...levels }, travel: { ...NO_WAYS, ...travel } }, role);
}
const told = async () => (await house.rows()).conflicts.filter(({ state }) => state !== 'resolved').map(({ kind, level, state, missingMs }) => [kind, level, state, missingMs / 60_000]);
/** The last commit, as the log has it. */
async function since(seq: number): Promise<string[]> {
  const { events } = await t.store.readEvents(t.organisation.id, seq, 10_000).then((some) => ({ events: some }));
  expect(new Set(events.map(({ recordedAt }) => recordedAt)).size, 'one commit').toBeLessThan(2);
  return events.map(({ type }) => type);
}
const head = async (): Promise<number> => (await t.store.snapshot(t.organisation.id)).seq;

describe('what clashes', () => {
  test('what stands softens, goes, comes back and hardens in the very commit, and its alert with it', async () => {
    await house.wedding('A', 5, 12, 18, { status: 'hold' });
    await house.wedding('B', 5, 16, 22, { status: 'hold' });
    expect(await told()).toEqual([['overlap', 'block', 'open', 120]]);
    expect(await house.alerts()).toEqual([['double_booking', 'Double booking: Great Hall']]);
    let before = await head();
    expect(await say({ holdWithHold: 'warn' })).toEqual(ok);
    expect(await told()).toEqual([['overlap', 'warn', 'open', 120]]);
    expect(await house.alerts()).toEqual([]);
    expect(await since(before)).toEqual(['rules.created', 'conflict.updated', 'alert.resolved']);
    before = await head();
    expect(await say({ holdWithHold: 'ignore' })).toEqual(ok);
    expect(await told()).toEqual([]);
    expect(await since(before)).toEqual(['rules.updated', 'conflict.resolved']);
    before = await head();
    expect(await say({ holdWithHold: 'ignore' }), 'saying the same again is no news').toEqual(ok);
    expect(await since(before)).toEqual([]);
    expect(await say({})).toEqual(ok);
    expect(await since(before)).toEqual(['rules.updated', 'conflict.raised', 'alert.raised']);
    expect(await told()).toEqual([['overlap', 'block', 'open', 120]]);
  });

  test('one that somebody has accepted as a warning is asked again once it is hard', async () => {
    expect(await say({ holdWithHold: 'warn' })).toEqual(ok);
    await house.wedding('A', 5, 12, 18, { status: 'hold' });
    await house.wedding('B', 5, 16, 22, { status: 'hold' });
    const [conflict] = (await house.rows()).conflicts;
    expect(await house.decide('conflict.override', { conflictId: conflict?.id ?? '', basedOnVersion: 1, reason: 'Both know' })).toEqual(ok);
    expect(await told()).toEqual([['overlap', 'warn', 'overridden', 120]]);
    expect(await say({ holdWithHold: 'block' })).toEqual(ok);
    expect(await told()).toEqual([['overlap', 'block', 'open', 120]]);
    expect(await house.alerts()).toHaveLength(1);
  });

  test('a decision is held to them: what is only warned of needs no reason, a gap that is hard needs one', async () => {
    const room = await house.resource('room', 'Orangery', { turnaroundMinutes: 60 });
    expect((await house.allocation(room, 5, 12, 18)).answer).toEqual(ok);
    expect((await house.allocation(room, 5, 18, 20, { status: 'hold' })).answer, 'too little time is warned of').toEqual(ok);
    expect((await house.allocation(room, 5, 17, 18, { status: 'hold' })).answer).toEqual(no('conflict.would_clash'));
    expect(await say({ definiteWithHold: 'warn', holdWithHold: 'warn', gaps: 'block' })).toEqual(ok);
    expect((await house.allocation(room, 5, 17, 18, { status: 'hold' })).answer).toEqual(ok);
    expect((await house.allocation(room, 6, 12, 18)).answer).toEqual(ok);
    expect((await house.allocation(room, 6, 18, 20)).answer).toEqual(no('conflict.would_clash', /Orangery/));
    const forced = await house.allocation(room, 6, 18, 20, { reason: 'Two teams' });
    expect(forced.answer).toEqual(ok);
    expect((await house.rows()).conflicts.find(({ members }) => members.some(({ id }) => id === forced.id))).toMatchObject({ kind: 'turnaround', level: 'block', state: 'overridden' });
  });

  test('a stock of which definite ones alone ask too much is as hard as two of them, whatever holds count', async () => {
    const chairs = await house.resource('equipment', 'Chairs', { places: 100 });
    expect(await say({ definiteWithHold: 'ignore', holdWithHold: 'warn' })).toEqual(ok);
    expect((await house.allocation(chairs, 5, 12, 18, { units: 80 })).answer).toEqual(ok);
    expect((await house.allocation(chairs, 5, 12, 18, { units: 80, status: 'hold' })).answer, 'a hold is nothing to what is definite').toEqual(ok);
    expect(await told()).toEqual([]);
    expect((await house.allocation(chairs, 5, 12, 18, { units: 30, status: 'hold' })).answer).toEqual(ok);
    expect(await told(), 'two holds are warned of').toEqual([['capacity', 'warn', 'open', 360]]);
    expect((await house.allocation(chairs, 5, 12, 18, { units: 30 })).answer).toEqual(no('conflict.would_clash'));
  });

  test('who may, over what they saw, and of their own house only; ways are named once and lead somewhere', async () => {
    expect(await say({}, {}, 'staff')).toEqual(no('auth.forbidden'));
    expect(await house.decide('rules.save', { houseId: house.id(), basedOnVersion: null, levels: LEVELS, travel: NO_WAYS })).toEqual(no('request.not_found'));
    expect(await house.decide('rules.save', { houseId: t.organisation.id, basedOnVersion: 3, levels: LEVELS, travel: NO_WAYS })).toEqual(no('request.not_found'));
    expect(await say({}, { ways: [{ from: 'Chapel', to: 'Great Hall', minutes: 5 }, { from: 'great  hall', to: 'chapel ', minutes: 7 }] })).toEqual(no('command.not_possible', /twice/));
    expect(await say({}, { ways: [{ from: 'Chapel', to: ' chapel', minutes: 5 }] })).toEqual(no('command.not_possible', /nowhere/));
    expect(await say({}, { ways: [{ from: ' ', to: 'Chapel', minutes: 5 }] })).toEqual(no('command.not_possible', /names/));
    expect(await standing()).toBeUndefined();
    expect(await say({ gaps: 'ignore' }, {}, 'owner')).toEqual(ok);
    const over = (basedOnVersion: number | null) => house.decide('rules.save', { houseId: t.organisation.id, basedOnVersion, levels: LEVELS, travel: NO_WAYS });
    expect(await over(null)).toMatchObject({ outcome: 'rebase', latest: { row: { levels: { gaps: 'ignore' } } } });
    expect(await over(1)).toEqual(ok);
    expect(await over(1)).toMatchObject({ outcome: 'rebase', latest: { row: { version: 2 } } });
  });
});

describe('the way', () => {
  const change = async (collection: 'weddings' | 'bookings', id: string, fields: object): Promise<void> => {
    const draft = draftUpdated(collection === 'weddings' ? 'wedding.updated' : 'booking.updated', collection, null, (await house.one(collection, id)) as never, fields as never, null, context);
    if (draft) await house.write(draft);
  };

  test('between two addresses the usual minutes count, a named way as it was named, and none between the rooms of the house', async () => {
    const first = await house.wedding('A', 5, 12, 14);
    const second = await house.wedding('B', 5, 14, 18, { room: 'Orangery' });
    await house.booking('Bloom Photo', 5, 12, 14, { weddingId: first });
    const later = await house.booking('Bloom Photo', 5, 14, 18, { weddingId: second });
    expect(await say({}, { usualMinutes: 30 })).toEqual(ok);
    expect(await told(), 'two rooms of one house').toEqual([]);
    expect(await say({}, { usualMinutes: 30, ways: [{ from: 'ORANGERY', to: ' great  hall', minutes: 10 }] })).toEqual(ok);
    expect(await told(), 'unless their way is named').toEqual([['travel', 'warn', 'open', 10]]);
    await change('bookings', later, { place: "St Mary's Church" });
    expect(await told(), 'an address of its own').toEqual([['travel', 'warn', 'open', 30]]);
    expect(await say({}, { usualMinutes: 30, ways: [{ from: "st mary's church", to: 'Great Hall', minutes: 45 }] })).toEqual(ok);
    expect(await told()).toEqual([['travel', 'warn', 'open', 45]]);
    expect(await say({ gaps: 'block' }, { usualMinutes: 30, ways: [{ from: "St Mary's Church", to: 'Great Hall', minutes: 45 }] })).toEqual(ok);
    expect((await house.rows()).alerts.find(({ state }) => state === 'open')).toMatchObject({ rule: 'double_booking', title: 'Too little time: Bloom Photo', detail: expect.stringContaining("45 min short for the way from Great Hall to St Mary's Church") as string });
    expect(await say({}, { usualMinutes: null })).toEqual(ok);
    expect(await told()).toEqual([]);
    expect(await house.alerts()).toEqual([]);
  });

  test('who works for a wedding goes with it to another room, though nothing was said of their booking', async () => {
    expect(await say({}, { ways: [{ from: 'Great Hall', to: 'Chapel', minutes: 20 }] })).toEqual(ok);
    const first = await house.wedding('A', 5, 12, 14);
    const second = await house.wedding('B', 5, 14, 18, { room: 'Barn' });
    const own = await house.booking('Bloom Photo', 5, 12, 14, { weddingId: first });
    const crew = await house.resource('crew', 'Priya');
    expect((await house.allocation(crew, 5, 12, 14, { bookingId: own })).answer).toEqual(ok);
    await house.booking('Bloom Photo', 5, 14, 18, { weddingId: second });
    expect((await house.allocation(crew, 5, 14, 18, { weddingId: second })).answer).toEqual(ok);
    expect(await told()).toEqual([]);
    await change('weddings', second, { room: 'Chapel' });
    expect(await told()).toEqual([['travel', 'warn', 'open', 20], ['travel', 'warn', 'open', 20]]);
    await change('weddings', first, { room: 'Chapel' });
    expect(await told()).toEqual([]);
    await change('bookings', own, { place: 'Great Hall' });
    expect(await told()).toEqual([['travel', 'warn', 'open', 20], ['travel', 'warn', 'open', 20]]);
  });

  test('a place that becomes a room of the house is at no distance from its others', async () => {
    expect(await say({}, { usualMinutes: 25 })).toEqual(ok);
    await house.wedding('A', 9, 12, 14);
    await house.booking('Bloom Photo', 5, 12, 14, { place: 'Great Hall' });
    await house.booking('Bloom Photo', 5, 14, 18, { place: 'Walled Garden' });
    expect(await told()).toEqual([['travel', 'warn', 'open', 25]]);
    await house.wedding('B', 12, 12, 14, { room: 'Walled  garden' });
    expect(await told()).toEqual([]);
  });

  test('an entry of somebody’s own calendar is where it says; where it says nothing nobody knows', async () => {
    const vendor = await house.resource('vendor', 'Bloom Photo');
    const connectionId = house.id();
    const calendarId = house.id();
    const entry = (title: string, day: number, place: string | null) => draftCreated('calendar.event.created', 'calendarEvents', null, {
      id: house.id(), weddingId: null, bookingId: null, calendar: 'Bloom', title, startsAt: june(day, 12), endsAt: june(day, 14), allDay: false, zone: null, place, status: 'confirmed', busy: true, calendarId, resourceId: vendor,
    }, null, context);
    await house.write(
      draftCreated('connection.created', 'connections', null, { id: connectionId, system: 'caldav', name: 'Bloom', path: 'native', health: 'healthy', healthReason: null, healthSince: june(1, 0) }, null, context),
      draftCreated('calendar.found', 'calendars', null, {
        id: calendarId, connectionId, name: 'Bloom', zone: null, colour: null, main: true, mayWrite: false, direction: 'inbound', privacy: 'full', strategy: 'merge', resourceId: vendor, everyWedding: false, invite: false, reminders: [], state: 'active',
        filling: { state: 'idle', reason: null, done: 0, total: null },
      }, null, context),
    );
    expect(await say({}, { usualMinutes: 40 })).toEqual(ok);
    await house.write(entry('A job of theirs', 5, 'Ely Cathedral'), entry('Another', 6, null));
    await house.booking('Bloom Photo', 5, 14, 18, { place: 'Great Hall' });
    await house.booking('Bloom Photo', 6, 14, 18, { place: 'Great Hall' });
    expect(await told()).toEqual([['travel', 'warn', 'open', 40]]);
  });

  test('what follows a wedding by itself is held to them: it stays where it would come too late', async () => {
    const first = await house.wedding('A', 5, 12, 14);
    const crew = await house.resource('crew', 'Priya');
    const going = await house.allocation(crew, 5, 12, 14, { weddingId: first });
    expect((await house.allocation(crew, 5, 17, 19, { weddingId: await house.wedding('B', 5, 17, 19, { room: 'Barn' }) })).answer).toEqual(ok);
    expect(await say({ gaps: 'block' }, { ways: [{ from: 'Great Hall', to: 'Barn', minutes: 30 }] })).toEqual(ok);
    const outside: DraftContext = { ...context, source: { system: 'vsco-workspace', connectionId: house.id(), remoteId: 'A' } };
    const moved = draftUpdated('wedding.updated', 'weddings', first, await house.one('weddings', first), { startsAt: june(5, 14, 45), endsAt: june(5, 16, 45) }, null, outside);
    if (!moved) throw new Error('nothing was moved');
    await house.write(moved);
    expect((await house.one('allocations', going.id)).startsAt, 'a quarter of an hour is too little for that way').toBe(june(5, 12));
    expect((await house.alerts()).map(([rule]) => rule)).toEqual(['left_behind']);
  });
});

test('two thousand bookings are judged anew without anybody waiting for long', async () => {
  const some = Array.from({ length: 2_000 }, (_, index) => draftCreated('booking.created', 'bookings', null, {
    id: house.id(), weddingId: null, title: `Job ${index}`, trade: 'photography', vendorName: `Vendor ${index % 50}`, contactId: null, status: index % 3 === 0 ? 'hold' : 'definite',
    startsAt: new Date(Date.UTC(2027, 0, 1 + Math.floor(index / 100), (Math.floor(index / 50) % 2) * 8 + 8)).toISOString(), endsAt: new Date(Date.UTC(2027, 0, 1 + Math.floor(index / 100), (Math.floor(index / 50) % 2) * 8 + 15)).toISOString(),
    callTime: null, place: index % 2 === 0 ? 'Great Hall' : `Church ${index % 7}`, amountMinor: null, currency: null, vendorId: null,
  }, null, context));
  for (let from = 0; from < some.length; from += 200) await house.write(...some.slice(from, from + 200));
  expect(await told()).toEqual([]);
  const timed = async (what: string, work: () => Promise<unknown>): Promise<number> => {
    const began = performance.now();
    expect(await work()).toEqual(ok);
    const took = performance.now() - began;
    console.log(`${what}: ${Math.round(took)} ms, ${(await told()).length} conflicts`);
    return took;
  };
  const spans = [await timed('other levels, nothing clashes', () => say({ holdWithHold: 'warn' })), await timed('an hour and a half on the way', () => say({}, { usualMinutes: 90 })), await timed('and that is hard, with an alert for each', () => say({ gaps: 'block' }, { usualMinutes: 90 })), await timed('no way is counted any more', () => say({}))];
  expect(Math.max(...spans)).toBeLessThan(130 * plainWork());
  expect(await told()).toEqual([]);
}, 120_000);
