import type { Role } from '../../core/contract/access.ts';
import type { Difference } from '../../core/contract/record/calendars.ts';
import { judgeDrop, type DropVerdict } from '../../core/domain/conflicts/drop.ts';
import type { House } from '../../core/domain/conflicts/house.ts';
import { occupancyId } from '../../core/domain/conflicts/occupancies.ts';
import { reasonsOf } from '../calendar/words.ts';

export interface Judged {
  readonly verdict: DropVerdict;
  /** What speaks against it, in words. */
  readonly reasons: readonly string[];
}

const FREE: Judged = { verdict: 'free', reasons: [] };

/** How ours would stand at the times that they have over there. The server judges it again. */
export function judgeTheirs(house: House, { subject, fields }: Pick<Difference, 'subject' | 'fields'>, role: Role | null, now: number): Judged {
  // An item of a run sheet takes nobody's time.
  const one = subject.collection === 'runSheetItems' ? undefined : house.timetable.get(occupancyId({ collection: subject.collection, id: subject.id }));
  const theirs = (name: 'startsAt' | 'endsAt'): number | null => {
    const value = fields.find((field) => field.name === name)?.theirs;
    return value === null || value === undefined ? null : Date.parse(value);
  };
  // What is given back clashes with nothing.
  if (!one || fields.some(({ name, theirs: said }) => name === 'status' && said === 'cancelled')) return FREE;
  const to = { ...one, startsAt: theirs('startsAt') ?? one.startsAt, endsAt: theirs('endsAt') ?? one.endsAt };
  if ((to.startsAt === one.startsAt && to.endsAt === one.endsAt) || to.endsAt <= to.startsAt) return FREE;
  const drop = judgeDrop(house, [to], role, now);
  return { verdict: drop.verdict, reasons: reasonsOf(house, drop, [to]) };
}
