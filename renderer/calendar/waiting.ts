import type { Command } from '../../core/contract/commands.ts';
import { movedTo, type House } from '../../core/domain/conflicts/house.ts';
import type { Occupancy } from '../../core/domain/conflicts/model.ts';
import { occupancyId } from '../../core/domain/conflicts/occupancies.ts';
import { followedTo, partiesOf } from '../../core/domain/conflicts/parties.ts';
import { stoodBehind, type UndoneCommand } from '../state/taking.ts';

export interface Waiting extends Pick<Occupancy, 'id' | 'resourceId' | 'startsAt' | 'endsAt'> {
  readonly follows: boolean;
}

/** Where all that a plan moves will be once it is recorded, what follows included. */
export function waitingOf(house: House, { moves }: Extract<Command, { type: 'plan.carry_out' }>): Waiting[] {
  const own = moves.map(({ collection, id, resourceId, startsAt, endsAt }) => ({
    id: occupancyId({ collection, id }), resourceId, startsAt: Date.parse(startsAt), endsAt: Date.parse(endsAt), follows: false,
  }));
  const to = own.flatMap((one) => {
    const stands = house.timetable.get(one.id);
    return stands ? [movedTo(house, stands, { resourceId: one.resourceId, startsAt: one.startsAt, endsAt: one.endsAt })] : [];
  });
  const named = new Set(moves.flatMap(({ follow }) => (follow?.how === 'along' ? follow.rows.map(({ id }) => id) : [])));
  const followers = partiesOf(house, to, []).flatMap((party) => party.followers);
  const along = followers.flatMap((one) => (named.has(one.row.id) ? (followedTo(house, one) ?? []) : []));
  const back = moves.flatMap(({ follow }) => (follow?.how === 'back' ? follow.rows : [])).flatMap(({ collection, id, startsAt, endsAt }) => {
    const one = collection === 'runSheetItems' ? undefined : house.timetable.get(occupancyId({ collection, id }));
    return one ? [{ ...one, startsAt: startsAt ? Date.parse(startsAt) : one.startsAt, endsAt: endsAt ? Date.parse(endsAt) : one.endsAt }] : [];
  });
  return [...own, ...[...along, ...back].map(({ id, resourceId, startsAt, endsAt }) => ({ id, resourceId, startsAt, endsAt, follows: true }))];
}

/** Where all that a way back moves will be; what was let follow goes back by itself, with its wedding where it is. */
export function backOf(house: House, command: UndoneCommand): Waiting[] {
  if (command.type === 'plan.carry_out') return waitingOf(house, command);
  return stoodBehind(command.commandId).flatMap(({ collection, id, startsAt, endsAt }) => {
    const one = collection === 'runSheetItems' ? undefined : house.timetable.get(occupancyId({ collection, id }));
    if (!one) return [];
    const to = { startsAt: startsAt ? Date.parse(startsAt) : one.startsAt, endsAt: endsAt ? Date.parse(endsAt) : one.endsAt };
    return [{ id: one.id, resourceId: one.resourceId, ...to, follows: false }];
  });
}
