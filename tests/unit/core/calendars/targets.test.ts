import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Calendar } from '../../../../core/contract/record/calendars.ts';
import { throughOf, wholesOf, type PlacedCalendar } from '../../../../core/domain/calendars/wholes.ts';
import { entryOf, stoodOf, tellingOf, type EntryWords } from '../../../../core/domain/calendars/entry.ts';
import { retryAt, MOST_ATTEMPTS } from '../../../../core/domain/calendars/retrying.ts';
import { IDLE_FILLING, refills, targetsOf, wishFor } from '../../../../core/domain/calendars/targets.ts';
import { takenOver } from '../../../../core/domain/calendars/back.ts';
import { queuedFor } from '../../../../core/domain/calendars/queueing.ts';
import { ITEM_MS, ownersOf, type OwnedItem } from '../../../../core/domain/calendars/subjects.ts';
import type { MovableRow } from '../../../../core/domain/conflicts/occupancies.ts';
import type { RunSheetItem } from '../../../../core/contract/record/day.ts';
import type { Allocation } from '../../../../core/contract/record/taking.ts';
import { booking, testId, wedding } from '../../../support/builders.ts';

const NOW = Date.parse('2026-11-01T00:00:00.000Z');
const HALL = testId();
const ANA = testId();
const calendar = (fields: Partial<PlacedCalendar> = {}): PlacedCalendar => ({
  id: testId(), version: 1, seq: 1, updatedAt: '2026-11-01T00:00:00.000Z', source: null, connectionId: testId(), name: 'Hall', zone: null, colour: null, main: false, mayWrite: true,
  direction: 'outbound', privacy: 'full', strategy: 'merge', resourceId: HALL, everyWedding: false, invite: false, reminders: [], state: 'active', filling: IDLE_FILLING, wholes: [], ...fields,
});
const inHall = (fields: Parameters<typeof wedding>[0] = {}): MovableRow => ({ collection: 'weddings', row: wedding({ roomId: HALL, ...fields }) });
const ofAna = (fields: Parameters<typeof booking>[0] = {}): MovableRow => ({ collection: 'bookings', row: booking({ vendorId: ANA, startsAt: '2026-11-20T10:00:00.000Z', endsAt: '2026-11-20T18:00:00.000Z', ...fields }) });
const words: EntryWords = { busy: 'Taken', wedding: 'W {{title}}', trade: 'T {{trade}}', callTime: 'C {{time}}', place: 'P {{name}}', contact: 'N {{name}}', owner: 'O {{name}}', kinds: { weddings: 'Wedding', bookings: 'Booking', allocations: 'Taken', runSheetItems: 'Item' }, statuses: { confirmed: 'Sure', tentative: 'Held' }, trades: { photography: 'Photo', film: '', catering: '', florist: 'Flowers', music: '', planning: '', venue: '', cake: '', hair_makeup: '', transport: '', celebrant: '', hire: '', other: '' } };
const around = { wedding: { title: 'Amara & Tom', zone: 'Europe/London' }, resource: { name: 'Hall' }, contact: { name: 'Fern', email: 'fern@example.org' }, zone: 'Europe/Vienna' };

const START = '2026-11-20T19:00:00.000Z';
const allocation: Allocation = {
  id: testId(), version: 1, seq: 1, updatedAt: START, source: null, weddingId: null, bookingId: null, resourceId: HALL, title: 'Painters', startsAt: START, endsAt: '2026-11-20T23:00:00.000Z', status: 'closed',
  rank: null, holdUntil: null, lockedBecause: null, tags: [], units: 1, setUpMinutes: null, turnaroundMinutes: null,
};
const item = (fields: Partial<RunSheetItem> = {}, of: Parameters<typeof wedding>[0] = {}, ownerIds: readonly string[] = []): OwnedItem & { readonly row: RunSheetItem } => {
  const its = wedding({ roomId: HALL, ...of });
  return { collection: 'runSheetItems', row: { id: testId(), version: 1, seq: 1, updatedAt: START, source: null, weddingId: its.id, title: 'First dance', startsAt: START, endsAt: null, place: 'Barn', owner: 'Band', status: 'planned', ...fields }, wedding: its, ownerIds };
};
const ITEMS = { runSheet: true };
const SYSTEM = { actor: { kind: 'system', id: null, name: 'test' }, source: null, deliveryId: null } as const;

describe('which item of a run sheet stands in which calendar', () => {
  it.each([
    ['of the room of its wedding', item(), ITEMS, 'present'],
    ['without the choice', item(), {}, 'absent'],
    ['of a calendar that was there before there was a choice', item(), { runSheet: null }, 'absent'],
    ['of another room', item({}, { roomId: testId() }), ITEMS, 'absent'],
    ['of the house', item({}, { roomId: null }), { ...ITEMS, everyWedding: true, resourceId: null }, 'present'],
    ['of whoever is in charge of it', item({}, { roomId: null }, [ANA]), { ...ITEMS, resourceId: ANA }, 'present'],
    ['of somebody else', item({}, {}, [ANA]), { ...ITEMS, resourceId: testId() }, 'absent'],
    ['of an enquiry', item({}, { status: 'enquiry' }, [ANA]), { ...ITEMS, resourceId: ANA }, 'absent'],
    ['of a wedding that was called off', item({}, { status: 'cancelled' }), ITEMS, 'absent'],
    ['that is done', item({ status: 'done' }), ITEMS, 'over'],
    ['that was skipped', item({ status: 'skipped' }), ITEMS, 'over'],
    ['that is under way', item({ status: 'running' }), ITEMS, 'present'],
    ['whose quarter of an hour is over', item({ startsAt: new Date(NOW - ITEM_MS).toISOString() }), ITEMS, 'over'],
    ['whose quarter of an hour is not over', item({ startsAt: new Date(NOW - ITEM_MS + 1).toISOString() }), ITEMS, 'present'],
  ])('%s', (_what, row, fields, wish) => expect(wishFor(row, calendar(fields), NOW)).toBe(wish));

  it('an owner is named as facts name vendors, whatever the spaces and capitals', () => {
    const owners = new Map([[ANA, ['ana ruiz', 'studio ruiz']], [HALL, ['band']]]);
    expect(ownersOf('  Studio   RUIZ ', owners)).toEqual([ANA]);
    expect([ownersOf(null, owners), ownersOf('', owners), ownersOf('Ana', owners)]).toEqual([[], [], []]);
  });
});

describe('what an item of a run sheet says', () => {
  const told = (row: OwnedItem, fields: Partial<PlacedCalendar> = {}, covered = false) => entryOf(row, { pushId: testId(), calendar: calendar(fields), around: { ...around, resource: null, covered }, words, sequence: 0, changedAt: NOW });

  it('what, when, of whom and where, a quarter of an hour long where it says no end, and as sure as its wedding', () => {
    expect(told(item())).toMatchObject({ title: 'First dance', location: 'Barn', description: 'W Amara & Tom\nO Band\nP Barn', status: 'confirmed', busy: true, when: { startsAt: Date.parse(START), endsAt: Date.parse(START) + ITEM_MS, zone: 'Europe/London' } });
    expect(told(item({ endsAt: START }))).toMatchObject({ when: { endsAt: Date.parse(START) + ITEM_MS } });
    expect(told(item({}, { status: 'hold' }))).toMatchObject({ status: 'tentative' });
    expect(told(item({}, { status: 'cancelled' }))).toBeNull();
    expect(told(item(), {}, true)).toMatchObject({ busy: false });
    expect(told(item())).not.toHaveProperty('attendees');
    expect(told(item(), { invite: true })).toMatchObject({ attendees: [{ email: 'fern@example.org' }] });
  });

  it('is told anew when its wedding says otherwise, to those who see it', () => {
    const was = item();
    const queued = (is: OwnedItem, privacy: Calendar['privacy']) => {
      const one = calendar({ ...ITEMS, privacy });
      const push = { id: testId(), version: 1, seq: 1, updatedAt: START, source: null, weddingId: was.row.weddingId, calendarId: one.id, subject: { collection: 'runSheetItems', id: was.row.id }, wish: 'present', state: 'written', wantedVersion: 1, writtenVersion: 1, attempts: 0, reason: null, nextAttemptAt: null, writtenAt: START } as const;
      return queuedFor({ calendar: one, subject: is, before: was, standing: { push, remoteId: 'x', base: stoodOf(was, one) }, anew: false, now: NOW, newId: testId, context: SYSTEM })?.type ?? null;
    };
    const renamed: OwnedItem = { ...was, wedding: was.wedding && { ...was.wedding, title: 'Amara & Thomas' } };
    expect([queued(renamed, 'full'), queued(renamed, 'title'), queued(renamed, 'busy')]).toEqual(['push.queued', null, null]);
    const held: OwnedItem = { ...was, wedding: was.wedding && { ...was.wedding, status: 'hold' } };
    expect([queued(held, 'full'), queued(held, 'title')]).toEqual(['push.queued', 'push.queued']);
    expect(queued({ ...was, row: { ...was.row, status: 'done' } }, 'full')).toBeNull();
  });

  it('taken over it keeps saying no end as long as nobody gives it a length', () => {
    const at = (minutes: number) => new Date(Date.parse(START) + minutes * 60_000).toISOString();
    const over = (fields: Parameters<typeof takenOver>[1]) => takenOver(item(), fields, SYSTEM)?.row ?? null;
    expect(over({ startsAt: at(30), endsAt: at(45) })).toMatchObject({ startsAt: at(30), endsAt: null });
    expect(over({ endsAt: at(60) })).toMatchObject({ startsAt: START, endsAt: at(60) });
    expect(over({ startsAt: at(-5) })).toMatchObject({ startsAt: at(-5), endsAt: at(15) });
    expect(over({ title: 'Dance' })).toMatchObject({ title: 'Dance', startsAt: START, endsAt: null });
    expect(over({ status: 'cancelled' })).toMatchObject({ status: 'skipped' });
    expect(over({ status: 'confirmed' })).toBeNull();
  });
});

describe('which row stands in which calendar', () => {
  it.each([
    ['a wedding in its room', inHall(), {}, 'present'],
    ['a wedding in another room', inHall({ roomId: testId() }), {}, 'absent'],
    ['a wedding without a room', inHall({ roomId: null }), {}, 'absent'],
    ['every wedding of the house', inHall({ roomId: null }), { everyWedding: true, resourceId: null }, 'present'],
    ['of a calendar of nobody', inHall({ roomId: null }), { resourceId: null }, 'absent'],
    ['an enquiry', inHall({ status: 'enquiry' }), {}, 'absent'],
    ['one that was called off', inHall({ status: 'cancelled' }), {}, 'absent'],
    ['one that is over', inHall({ startsAt: '2026-10-01T10:00:00.000Z', endsAt: '2026-10-01T20:00:00.000Z' }), {}, 'over'],
    ['a vendor booking', ofAna(), { resourceId: ANA }, 'present'],
    ['a booking without times', ofAna({ startsAt: null, endsAt: null }), { resourceId: ANA }, 'absent'],
    ['a booking is no wedding of the house', ofAna(), { everyWedding: true, resourceId: HALL }, 'absent'],
    ['in one that is only listened to', inHall(), { direction: 'inbound' as const }, 'absent'],
    ['in one that is gone', inHall(), { state: 'gone' as const }, 'absent'],
  ])('%s', (_what, row, fields, wish) => expect(wishFor(row, calendar(fields), NOW)).toBe(wish));

  it('of a part what takes the whole too, and of the whole nothing that takes a part', () => {
    const NORTH = testId();
    const north = calendar({ resourceId: NORTH, wholes: [{ id: HALL, name: 'Great Hall' }] });
    const allocated = (resourceId: string): MovableRow => ({ collection: 'allocations', row: { ...allocation, resourceId } });
    expect([inHall(), allocated(HALL), allocated(NORTH), inHall({ roomId: NORTH })].map((row) => wishFor(row, north, NOW))).toEqual(['present', 'present', 'present', 'present']);
    expect([inHall({ roomId: NORTH }), allocated(NORTH)].map((row) => wishFor(row, calendar(), NOW))).toEqual(['absent', 'absent']);
    expect([inHall({ status: 'cancelled' }), inHall({ roomId: testId() }), inHall({ roomId: null })].map((row) => wishFor(row, north, NOW))).toEqual(['absent', 'absent', 'absent']);
    expect(wishFor(item(), { ...north, runSheet: true }, NOW)).toBe('present');
    expect(wishFor(inHall(), { ...north, resourceId: null }, NOW)).toBe('absent');
  });

  it('a part is one of every whole above it, and of none of its own', () => {
    const [a, b, c, d] = [testId(), testId(), testId(), testId()];
    const resources = [{ id: a, name: 'A', partIds: [] }, { id: b, name: 'B', partIds: [a] }, { id: c, name: 'C', partIds: [b, d] }, { id: d, name: 'D', partIds: [] }];
    const namesOf = (id: string | null, among = resources): string[] => wholesOf(id, among).map(({ name }) => name).sort();
    expect([namesOf(a), namesOf(b), namesOf(c), namesOf(d), namesOf(null)]).toEqual([['B', 'C'], ['C'], [], ['C'], []]);
    // No circle is ever taken in; one that came all the same ends.
    expect(namesOf(a, [{ id: a, name: 'A', partIds: [b] }, { id: b, name: 'B', partIds: [a] }])).toEqual(['B']);
  });

  it('is told for a move before it is made', () => {
    const [hall, other] = [calendar({ name: 'Hall' }), calendar({ name: 'Orangery', resourceId: ANA, direction: 'bidirectional' })];
    expect(targetsOf(inHall(), [hall, other], NOW).map(({ name }) => name)).toEqual(['Hall']);
    expect(targetsOf(inHall({ roomId: ANA }), [hall, other], NOW).map(({ name }) => name)).toEqual(['Orangery']);
  });

  it('is gone through again only where what was chosen matters', () => {
    expect(refills(calendar(), calendar({ privacy: 'busy' }))).toBe(true);
    expect(refills(calendar(), calendar({ strategy: 'manual' }))).toBe(false);
    expect(refills(calendar({ direction: 'none' }), calendar({ direction: 'none', privacy: 'busy' }))).toBe(false);
    expect(refills(calendar({ direction: 'outbound' }), calendar({ direction: 'none' }))).toBe(true);
  });
});

describe('what an entry says', () => {
  const options = (fields: Partial<PlacedCalendar> = {}) => ({ pushId: testId(), calendar: calendar(fields), around, words, sequence: 3, changedAt: NOW });

  it('all of a booking, with people only where they are invited', () => {
    const row = ofAna({ title: 'Photos', trade: 'photography', callTime: '2026-11-20T08:30:00.000Z', place: 'Chapel', status: 'hold' });
    const entry = entryOf(row, options());
    expect(entry).toMatchObject({ title: 'Photos', location: 'Chapel', status: 'tentative', busy: true, sequence: 3, when: { kind: 'times', zone: 'Europe/London' } });
    expect(entry?.description?.split('\n')).toEqual(['W Amara & Tom', 'T Photo', 'C 08:30', 'N Fern']);
    expect(entry).not.toHaveProperty('attendees');
    expect(entryOf(row, options({ invite: true }))).toMatchObject({ invite: true, attendees: [{ email: 'fern@example.org', name: 'Fern' }] });
    expect(entryOf(row, options({ invite: true, privacy: 'title' }))).not.toHaveProperty('attendees');
  });

  it('in the calendar of a part which whole is taken, to whoever reads a title, and as long as there is room for it', () => {
    const through = { resourceId: testId(), wholes: [{ id: HALL, name: 'Great Hall' }] };
    const title = (fields: Partial<PlacedCalendar>, row = inHall({ title: 'Amara & Tom' })) => entryOf(row, options(fields))?.title;
    expect([title({}), title(through), title({ ...through, everyWedding: true })]).toEqual(['Amara & Tom', 'Amara & Tom (Great Hall)', 'Amara & Tom']);
    const long = title(through, inHall({ title: 'x'.repeat(300) }));
    expect([long?.length, long?.endsWith('x (Great Hall)')]).toEqual([300, true]);
    expect(stoodOf(inHall(), calendar({ ...through, privacy: 'busy' }))).toMatchObject({ title: null });
    expect([throughOf(inHall(), calendar(through))?.name, throughOf(inHall(), calendar()), throughOf(item(), calendar(through))]).toEqual(['Great Hall', null, null]);
  });

  it('nothing of what is called off', () => expect(entryOf(inHall({ status: 'cancelled' }), options())).toBeNull());

  it('no word of what its readers do not see makes a difference to them', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (title, room) => {
        const [a, b] = [inHall({ title: `a${title}`, room: `a${room}` }), inHall({ title: `b${title}`, room: `b${room}` })];
        const same = { ...b, row: { ...b.row, id: a.row.id } } as MovableRow;
        const [busy, when] = [calendar({ privacy: 'busy' }), calendar({ privacy: 'title' })];
        expect(tellingOf(a, busy)).toBe(tellingOf(same, busy));
        expect(tellingOf(a, when)).not.toBe(tellingOf(same, when));
        expect(stoodOf(a, busy)).toMatchObject({ title: null, place: null });
        expect(stoodOf(a, when)).toMatchObject({ place: null });
      }),
    );
  });
});

it('waits longer each time, never longer than an hour, and as long as was asked for', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: MOST_ATTEMPTS }), fc.double({ min: 0, max: 1, noNaN: true }), fc.option(fc.integer({ min: 0, max: 7_200_000 })), (attempts, random, asked) => {
      const wait = retryAt(NOW, attempts, asked, random) - NOW;
      expect(wait).toBeGreaterThanOrEqual(asked ?? 2_500);
      expect(wait).toBeLessThanOrEqual(Math.max(3_600_000, asked ?? 0));
      expect(retryAt(NOW, attempts + 1, null, random)).toBeGreaterThanOrEqual(retryAt(NOW, attempts, null, random));
    }),
  );
});
