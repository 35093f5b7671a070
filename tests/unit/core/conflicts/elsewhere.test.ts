import { describe, expect, test } from 'vitest';
import type { CalendarEvent } from '../../../../core/contract/record/day.ts';
import { occupancyOf } from '../../../../core/domain/conflicts/occupancies.ts';
import { clashesOf } from '../../../../core/domain/conflicts/clashes.ts';
import { createLimits } from '../../../../core/domain/conflicts/limits.ts';
import { NO_TRAVEL, VENUE_RULES, type Occupancy } from '../../../../core/domain/conflicts/model.ts';
import { createResources } from '../../../../core/domain/conflicts/resources.ts';
import { createTimetable } from '../../../../core/domain/conflicts/timetable.ts';

const HOUR = 3_600_000;
const entry = (more: Partial<CalendarEvent> = {}): CalendarEvent => ({
  id: 'e', version: 1, seq: 1, updatedAt: '2026-01-01T00:00:00.000Z', source: null, weddingId: null, bookingId: null, calendar: null, calendarId: 'c', resourceId: 'ana', title: 'Dentist',
  startsAt: '2027-06-05T10:00:00.000Z', endsAt: '2027-06-05T12:00:00.000Z', allDay: false, zone: null, place: null, status: 'confirmed', busy: true, ...more,
});
const taken = (row: CalendarEvent): Occupancy | null => occupancyOf({ collection: 'calendarEvents', row }, () => ({ setUpMinutes: 60, turnaroundMinutes: 60 }));
const question = { rules: VENUE_RULES, travel: NO_TRAVEL, now: Date.parse('2027-01-01T00:00:00.000Z') };

describe('an entry of a calendar that is kept elsewhere', () => {
  test('takes its resource\'s time as it is marked there, and nobody moves it', () => {
    expect(taken(entry())).toMatchObject({ id: 'calendarEvents:e', resourceId: 'ana', status: 'definite', setUpMs: 0, turnaroundMs: 0, elsewhere: true, locked: { reason: expect.any(String) as string } });
    expect(taken(entry({ status: 'tentative' }))?.status).toBe('hold');
    expect(taken(entry({ weddingId: 'w' }))?.group).toBe('w');
    for (const none of [{ busy: false }, { resourceId: null }, { endsAt: '2027-06-05T10:00:00.000Z' }] as const) expect(taken(entry(none))).toBeNull();
    expect(taken(entry({ status: 'cancelled' }))?.status ?? 'cancelled').toBe('cancelled');
  });

  test('clashes with what is booked here and not with another of theirs, also where many fit; limits pass it by', () => {
    const ours: Occupancy = { id: 'bookings:b', resourceId: 'ana', group: 'b', startsAt: Date.parse('2027-06-05T11:00:00.000Z'), endsAt: Date.parse('2027-06-05T13:00:00.000Z'), setUpMs: 0, turnaroundMs: 0, place: null, status: 'definite', rank: null, holdUntil: null, locked: null, tags: [], units: 1, label: 'Job' };
    const [one, other] = [taken(entry()), taken(entry({ id: 'f', title: 'Other' }))];
    if (!one || !other) throw new Error('they take time');
    for (const places of [1, 2]) {
      const resources = createResources([{ id: 'ana', kind: 'vendor', name: 'Ana', places, parts: [] }]);
      if (!resources.ok) throw new Error(resources.error.message);
      const theirs = createTimetable(resources.value, [one, other, { ...other, id: 'calendarEvents:g' }]);
      expect(clashesOf(one, theirs, question)).toEqual([]);
      theirs.add(ours);
      expect(clashesOf(ours, theirs, question).flatMap(({ members }) => members)).toContain('bookings:b');
      const limits = createLimits([{ id: 'l', name: 'Short', rule: { kind: 'at_most', ms: HOUR }, resourceIds: null, tags: null, overridableBy: [] }, { id: 'd', name: 'A day', rule: { kind: 'at_most_a_day', ms: 3 * HOUR }, resourceIds: null, tags: null, overridableBy: [] }], 'UTC');
      expect(limits.breaches(one, theirs, question.now)).toEqual([]);
      expect(limits.breaches(ours, theirs, question.now).map(({ limitId }) => limitId), 'only her own work counts').toEqual(['l']);
    }
  });
});
