import type { Role } from '../../core/contract/access.ts';
import { judgeDrop } from '../../core/domain/conflicts/drop.ts';
import { judgeWhole, partiesOf, type Whole } from '../../core/domain/conflicts/parties.ts';
import { swapped, versionOf, type House } from '../../core/domain/conflicts/house.ts';
import type { Occupancy } from '../../core/domain/conflicts/model.ts';
import type { PlannedMove } from '../state/taking.ts';
import { t } from '../i18n/index.ts';
import { getConsole } from '../state/store.ts';
import { getHolding, say, setHolding } from './holding.ts';
import { isMoved, type Grip, type Lift } from './lift.ts';
import { followingText, reasonsOf, whenText, resourceName } from './words.ts';

/** What a person does with something on the timeline, the same for pointer, keyboard and button. */

export function lift(house: House, one: Occupancy, grip: Grip, by: Lift['by']): boolean {
  if (one.locked) {
    setHolding({ refusal: [t('calendar.locked', { reason: one.locked.reason })], said: t('calendar.locked', { reason: one.locked.reason }), proposal: null });
    return false;
  }
  const { ways, waysFor } = getHolding();
  // A way out that moves it stays open: it may be dropped there.
  const isDroppedThere = by !== 'keyboard' && grip === 'whole' && ways.some(({ moves }) => moves.some(({ id }) => id === one.id));
  setHolding({ lift: { by, grip, from: one, version: versionOf(house, one.id), to: one, swapWith: null, way: null }, proposal: null, refusal: null, swapping: null, waysFor: isDroppedThere ? waysFor : null, preview: null });
  if (by === 'touch') say(t(`calendar.touched.${grip}`, { title: one.label, where: resourceName(house, one.resourceId), when: whenText(one, house.zone) }));
  if (by === 'keyboard') say(t(`calendar.lifted.${grip}`, { title: one.label, where: resourceName(house, one.resourceId), when: whenText(one, house.zone) }));
  return true;
}

/** All that would move when the hand opens now. */
export function wouldMove(house: House, held: Lift): readonly PlannedMove[] {
  const planned = (to: Occupancy): PlannedMove => ({ to, version: to.id === held.from.id ? held.version : versionOf(house, to.id) });
  if (held.way) return held.way.moves.map(({ to }) => planned(to));
  const other = held.swapWith === null ? undefined : house.timetable.get(held.swapWith);
  if (!other) return [planned(held.to)];
  return swapped(house, held.from, other).map(planned);
}

/** Moves with all that takes time and goes with them. */
export const judgeAll = (house: House, moves: readonly Occupancy[], stays: readonly string[], role: Role | null, now: number): Whole =>
  judgeWhole(house, moves, partiesOf(house, moves, []), new Set(stays), role, now);

/** Puts moves before the person to be said yes to; what may never be is refused with why, and nothing comes of it. */
export function propose(house: House, moves: readonly PlannedMove[], role: Role | null, now: number): void {
  const to = moves.map((move) => move.to);
  const drop = judgeDrop(house, to, role, now);
  if (drop.verdict === 'refused') {
    const reasons = reasonsOf(house, drop, to);
    setHolding({ lift: null, proposal: null, refusal: reasons, said: t('calendar.refused', { reasons: reasons.join('; ') }) });
    return;
  }
  const parties = partiesOf(house, to, Object.values(getConsole().record?.tables.runSheetItems ?? {}));
  const { hindered } = judgeWhole(house, to, parties, new Set(), role, now);
  const following = parties
    .filter(({ followers }) => followers.length > 0)
    .map((party) => followingText(house, party, party.followers.filter(({ row }) => !hindered.has(row.id))));
  const said = [...following, t('calendar.proposed')].join(' ');
  setHolding({ lift: null, proposal: { moves, stays: [], overtaken: null }, refusal: null, waysFor: null, preview: null, said });
}

export function letGo(house: House, role: Role | null, now: number): void {
  const held = getHolding().lift;
  if (!held) return;
  if (!isMoved(held)) return cancelLift();
  propose(house, wouldMove(house, held), role, now);
}

export function cancelLift(): void {
  if (getHolding().lift) setHolding({ lift: null, said: t('calendar.putBack') });
}

export function swap(house: House, aId: string, bId: string, role: Role | null, now: number): void {
  const [a, b] = [house.timetable.get(aId), house.timetable.get(bId)];
  setHolding({ swapping: null });
  if (!a || !b || a.id === b.id) return;
  propose(house, swapped(house, a, b).map((to) => ({ to, version: versionOf(house, to.id) })), role, now);
}
