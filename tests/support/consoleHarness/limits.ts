import type { Snapshot } from '../../../core/contract/record.ts';
import type { Allocation, Conflict, Limit } from '../../../core/contract/record/taking.ts';
import { fixtureId } from '../fixtures/record.ts';
import { CREW, ROOM, theDay, timelineRows } from './timeline.ts';

/** The house of the timeline where limits are passed: one that names nobody, one that this person may pass, one that others may, one that somebody lives with. */

export const LIMIT = { curfew: fixtureId(23, 1), long: fixtureId(23, 2), registrar: fixtureId(23, 3), rest: fixtureId(23, 4) } as const;
export const PAST = { curfew: fixtureId(22, 11), long: fixtureId(22, 12), registrar: fixtureId(22, 13), rest: fixtureId(22, 14) } as const;
export const LATE = { dance: fixtureId(21, 51), festival: fixtureId(21, 52), evening: fixtureId(21, 53), closing: fixtureId(21, 54), opening: fixtureId(21, 55), bar: fixtureId(21, 56) } as const;
const HOUR_MS = 3_600_000;

export function limitRows(full: Snapshot, now: number): ReturnType<typeof timelineRows> {
  const { zone } = full.organisation;
  const rows = timelineRows(full, now);
  const [model] = rows.allocations;
  const [limit] = rows.limits;
  const [conflict] = rows.conflicts;
  if (!model || !limit || !conflict) throw new Error('the house of the timeline has no allocation, no limit or no conflict');
  const t = (wall: string, plus = 0): string => theDay(now, zone).add({ days: plus }).toZonedDateTime({ timeZone: zone, plainTime: wall }).toInstant().toString({ smallestUnit: 'millisecond' });
  const taken = (id: string, resourceId: string, title: string, startsAt: string, endsAt: string, more: Partial<Allocation> = {}): Allocation => ({ ...model, id, resourceId, title, startsAt, endsAt, status: 'definite', rank: null, holdUntil: null, tags: [], ...more });
  const past = (id: string, limitId: string, member: string, resourceId: string, startsAt: string, endsAt: string, missingMs: number, more: Partial<Conflict> = {}): Conflict => ({
    ...conflict, id, weddingId: null, kind: 'limit', limitId, level: 'block', resourceIds: [resourceId], members: [{ collection: 'allocations', id: member }], startsAt, endsAt, missingMs, ...more,
  });
  return {
    ...rows,
    allocations: [
      ...rows.allocations,
      taken(LATE.dance, ROOM.chapel, 'Ceilidh and last dance', t('20:00'), t('23:45'), { tags: ['music'] }),
      taken(LATE.festival, ROOM.chapel, 'Flower festival of the villages around Ashcombe-under-Wychwood', t('07:00'), t('19:30'), { status: 'hold' }),
      taken(LATE.evening, CREW.registrar, 'Evening ceremony', t('17:30'), t('18:45')),
      taken(LATE.closing, CREW.manager, 'Closing the house', t('16:00'), t('23:30')),
      taken(LATE.opening, CREW.manager, 'Opening the house', t('07:00', 1), t('12:00', 1)),
      taken(LATE.bar, ROOM.barn, 'Late bar', t('23:00'), t('23:55'), { status: 'hold', tags: ['music'] }),
    ],
    limits: [
      ...rows.limits,
      { ...limit, id: LIMIT.registrar, name: 'Registrar’s day', rule: { kind: 'not_within', weekdays: [1, 2, 3, 4, 5, 6, 7], from: '18:00', to: '09:00' }, resourceIds: [CREW.registrar], tags: null, overridableBy: ['coordinator'] } satisfies Limit,
      { ...limit, id: LIMIT.rest, name: 'Eleven hours of rest', rule: { kind: 'rest', ms: 11 * HOUR_MS }, resourceIds: [CREW.manager], tags: null, overridableBy: ['coordinator'] } satisfies Limit,
    ],
    conflicts: [
      ...rows.conflicts,
      past(PAST.curfew, LIMIT.curfew, LATE.dance, ROOM.chapel, t('23:00'), t('23:45'), HOUR_MS * 0.75),
      past(PAST.long, LIMIT.long, LATE.festival, ROOM.chapel, t('07:00'), t('19:30'), HOUR_MS / 2),
      past(PAST.rest, LIMIT.rest, LATE.opening, CREW.manager, t('23:30'), t('07:00', 1), HOUR_MS * 3.5),
      past(PAST.registrar, LIMIT.registrar, LATE.evening, CREW.registrar, t('18:00'), t('18:45'), HOUR_MS * 0.75, {
        state: 'overridden', settledAt: new Date(now - HOUR_MS / 2).toISOString(), settledBy: 'Front desk', settledBecause: 'The superintendent registrar has agreed by telephone',
      }),
    ],
  };
}
