import type { CalendarScale } from '../../core/contract/calendarPlace.ts';
import { movedTo, type House } from '../../core/domain/conflicts/house.ts';
import type { Occupancy } from '../../core/domain/conflicts/model.ts';
import type { Plan } from '../../core/domain/conflicts/solver.ts';
import { daysLater } from './axis.ts';

/** What is held in the hand, by pointer or by keyboard, and where it would be. Pure. */
export type Grip = 'whole' | 'start' | 'end';

export interface Lift {
  readonly by: 'pointer' | 'touch' | 'keyboard';
  readonly grip: Grip;
  /** As it stood when it was lifted, and the version that the person saw then. */
  readonly from: Occupancy;
  readonly version: number;
  readonly to: Occupancy;
  /** It takes this one's place, and that its. */
  readonly swapWith: string | null;
  /** It is held over this way out: all that it moves would move, whatever `to` says. */
  readonly way: Plan | null;
}

export const MINUTE_MS = 60_000;
/** Nothing is shorter. */
const SHORTEST_MS = 15 * MINUTE_MS;

/** Where it is when it is carried `byMs` from where it was, over `resourceId`. */
export function carried(house: Pick<House, 'rows'>, { from, grip }: Pick<Lift, 'from' | 'grip'>, startsAt: number, endsAt: number, resourceId: string): Occupancy {
  switch (grip) {
    case 'whole':
      return movedTo(house, from, { resourceId, startsAt, endsAt: startsAt + from.endsAt - from.startsAt });
    case 'start':
      return { ...from, startsAt: Math.min(startsAt, from.endsAt - SHORTEST_MS) };
    case 'end':
      return { ...from, endsAt: Math.max(endsAt, from.startsAt + SHORTEST_MS) };
  }
}

/** One press of an arrow: a quarter of an hour, an hour when large; where a month is shown a day and a week. */
export function pressed({ to, grip }: Pick<Lift, 'to' | 'grip'>, later: boolean, large: boolean, scale: CalendarScale, zone: string): { readonly startsAt: number; readonly endsAt: number } {
  const sign = later ? 1 : -1;
  const move = (at: number): number => (scale === 'month' ? daysLater(at, sign * (large ? 7 : 1), zone) : at + sign * (large ? 60 : 15) * MINUTE_MS);
  return { startsAt: grip === 'end' ? to.startsAt : move(to.startsAt), endsAt: grip === 'start' ? to.endsAt : move(to.endsAt) };
}

export const isMoved = ({ from, to, swapWith, way }: Lift): boolean => way !== null || swapWith !== null || from.startsAt !== to.startsAt || from.endsAt !== to.endsAt || from.resourceId !== to.resourceId;
