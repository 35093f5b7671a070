import type { Occupancy } from '../../core/domain/conflicts/model.ts';
import type { Resource } from '../../core/contract/record/taking.ts';
import type { EnquirySettings } from '../../core/contract/enquiries.ts';
import { dayAnswer, type DayAnswer } from '../../core/domain/enquiries/days.ts';
import { dayAfter } from '../../core/domain/enquiries/window.ts';
import { wallTimeToInstant } from '../../core/vendors/wallTime.ts';
import type { Tx } from '../store/database.ts';
import { readNear, timetableOf } from '../store/taking/consequences.ts';
import { readLimits } from '../store/taking/limits.ts';
import { windowsAround } from '../store/taking/part.ts';
import { readResources } from '../store/taking/resources.ts';
import { termsFor } from '../store/taking/rules.ts';

/** UTC instants, milliseconds. */
export interface Hours {
  readonly startsAt: number;
  readonly endsAt: number;
}

/** The usual hours on that day of the venue; null = its clocks know no such day. */
export function hoursOf(date: string, { from, to }: Pick<EnquirySettings, 'from' | 'to'>, zone: string): Hours | null {
  const startsAt = wallTimeToInstant(`${date}T${from}`, zone);
  const endsAt = wallTimeToInstant(`${to > from ? date : dayAfter(date)}T${to}`, zone);
  if (startsAt === null || endsAt === null || endsAt <= startsAt) return null;
  return { startsAt: Date.parse(startsAt), endsAt: Date.parse(endsAt) };
}

export interface RoomDay extends DayAnswer, Hours {}

interface Wanted {
  readonly organisationId: string;
  readonly zone: string;
  readonly settings: Pick<EnquirySettings, 'from' | 'to'>;
  readonly roomId: string;
  /** In order; what is between the first and the last is read at once. */
  readonly dates: readonly string[];
}

/**
 * Each of these days of a room, as the record says now. The number of queries does not grow with the days. `now` in UTC milliseconds.
 * A day that is missing is none of the venue's.
 */
export async function roomDays(tx: Tx, { organisationId, zone, settings, roomId, dates }: Wanted, now: number): Promise<Map<string, RoomDay>> {
  const resources = (await readResources(tx, [], [{ organisationId, id: roomId }])).get(organisationId) ?? new Map<string, Resource>();
  const room = resources.get(roomId);
  const hours = dates.flatMap((date) => {
    const found = hoursOf(date, settings, zone);
    return found ? [{ date, ...found }] : [];
  });
  const [first, last] = [hours[0], hours.at(-1)];
  if (!room || !first || !last) return new Map();
  const probe = ({ startsAt, endsAt }: Hours): Occupancy => ({
    id: 'allocations:asked', resourceId: roomId, group: null, startsAt, endsAt,
    setUpMs: room.setUpMinutes * 60_000, turnaroundMs: room.turnaroundMinutes * 60_000, place: null,
    status: 'hold', rank: null, holdUntil: null, locked: null, tags: [], units: 1, label: '',
  });
  const house = (await readLimits(tx, [{ organisationId, drafts: [] }])).get(organisationId);
  if (!house) throw new Error(`there is no organisation ${organisationId}`);
  const windows = windowsAround(organisationId, [probe({ startsAt: first.startsAt, endsAt: last.endsAt })], resources, now);
  const near = (await readNear(tx, windows, house.listens)).get(organisationId) ?? [];
  const timetable = timetableOf(organisationId, near, resources);
  const question = { ...termsFor(house), now };
  return new Map(hours.map(({ date, ...when }) => [date, { ...when, ...dayAnswer(probe(when), timetable, house.limits, question) }]));
}
