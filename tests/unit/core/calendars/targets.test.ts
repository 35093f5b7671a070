import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Calendar } from '../../../../core/contract/record/calendars.ts';
import { entryOf, stoodOf, tellingOf, type EntryWords } from '../../../../core/domain/calendars/entry.ts';
import { retryAt, MOST_ATTEMPTS } from '../../../../core/domain/calendars/retrying.ts';
import { IDLE_FILLING, refills, targetsOf, wishFor } from '../../../../core/domain/calendars/targets.ts';
import type { MovableRow } from '../../../../core/domain/conflicts/occupancies.ts';
import { booking, testId, wedding } from '../../../support/builders.ts';

const NOW = Date.parse('2026-11-01T00:00:00.000Z');
const HALL = testId();
const ANA = testId();
const calendar = (fields: Partial<Calendar> = {}): Calendar => ({
  id: testId(), version: 1, seq: 1, updatedAt: '2026-11-01T00:00:00.000Z', source: null, connectionId: testId(), name: 'Hall', zone: null, colour: null, main: false, mayWrite: true,
  direction: 'outbound', privacy: 'full', strategy: 'merge', resourceId: HALL, everyWedding: false, invite: false, reminders: [], state: 'active', filling: IDLE_FILLING, ...fields,
});
const inHall = (fields: Parameters<typeof wedding>[0] = {}): MovableRow => ({ collection: 'weddings', row: wedding({ roomId: HALL, ...fields }) });
const ofAna = (fields: Parameters<typeof booking>[0] = {}): MovableRow => ({ collection: 'bookings', row: booking({ vendorId: ANA, startsAt: '2026-11-20T10:00:00.000Z', endsAt: '2026-11-20T18:00:00.000Z', ...fields }) });
const words: EntryWords = { busy: 'Taken', wedding: 'W {{title}}', trade: 'T {{trade}}', callTime: 'C {{time}}', place: 'P {{name}}', contact: 'N {{name}}', trades: { photography: 'Photo', film: '', catering: '', florist: 'Flowers', music: '', planning: '', venue: '', cake: '', hair_makeup: '', transport: '', celebrant: '', hire: '', other: '' } };
const around = { wedding: { title: 'Amara & Tom', zone: 'Europe/London' }, resource: { name: 'Hall' }, contact: { name: 'Fern', email: 'fern@example.org' }, zone: 'Europe/Vienna' };

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
  const options = (fields: Partial<Calendar> = {}) => ({ pushId: testId(), calendar: calendar(fields), around, words, sequence: 3, changedAt: NOW });

  it('all of a booking, with people only where they are invited', () => {
    const row = ofAna({ title: 'Photos', trade: 'photography', callTime: '2026-11-20T08:30:00.000Z', place: 'Chapel', status: 'hold' });
    const entry = entryOf(row, options());
    expect(entry).toMatchObject({ title: 'Photos', location: 'Chapel', status: 'tentative', busy: true, sequence: 3, when: { kind: 'times', zone: 'Europe/London' } });
    expect(entry?.description?.split('\n')).toEqual(['W Amara & Tom', 'T Photo', 'C 08:30', 'N Fern']);
    expect(entry).not.toHaveProperty('attendees');
    expect(entryOf(row, options({ invite: true }))).toMatchObject({ invite: true, attendees: [{ email: 'fern@example.org', name: 'Fern' }] });
    expect(entryOf(row, options({ invite: true, privacy: 'title' }))).not.toHaveProperty('attendees');
  });

  it('nothing of what is called off', () => expect(entryOf(inHall({ status: 'cancelled' }), options())).toBeNull());

  it('no word of what its readers do not see makes a difference to them', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (title, room) => {
        const [a, b] = [inHall({ title: `a${title}`, room: `a${room}` }), inHall({ title: `b${title}`, room: `b${room}` })];
        const same = { ...b, row: { ...b.row, id: a.row.id } } as MovableRow;
        expect(tellingOf(a, 'busy')).toBe(tellingOf(same, 'busy'));
        expect(tellingOf(a, 'title')).not.toBe(tellingOf(same, 'title'));
        expect(stoodOf(a, 'busy')).toMatchObject({ title: null, place: null });
        expect(stoodOf(a, 'title')).toMatchObject({ place: null });
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
