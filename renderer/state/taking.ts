import type { Command } from '../../core/contract/commands.ts';
import { memberOf, type MovableCollection } from '../../core/domain/conflicts/occupancies.ts';
import type { Occupancy } from '../../core/domain/conflicts/model.ts';
import type { Backend } from './backend/backend.ts';
import { decide, type Decided } from './commands.ts';
import { newId } from './ids.ts';
import { getConsole } from './store.ts';

/** Decisions about whose time is taken. */

export interface PlannedMove {
  readonly to: Occupancy;
  /** The version of the row that the person saw. */
  readonly version: number;
}

type Move = Extract<Command, { type: 'plan.carry_out' }>['moves'][number];
type Before = Omit<Move, 'basedOnVersion'>;

/** Whose row it is, of one that is moved from here; null = it stands in somebody else's calendar. */
export function movableOf(occupancy: string): { readonly collection: MovableCollection; readonly id: string } | null {
  const { collection, id } = memberOf(occupancy);
  return collection === 'calendarEvents' ? null : { collection, id };
}

/** What stood before each plan of this page, so that it can be put back. */
const before = new Map<string, readonly Before[]>();

const iso = (at: number): string => new Date(at).toISOString();
const spoken = (reason: string | null): string | null => (reason === null || reason.trim() === '' ? null : reason.trim());

export interface CarriedOut {
  readonly decided: Decided;
  readonly commandId: string;
}

/** All of them or none. `from`: where each stands. */
export async function carryOut(backend: Backend, moves: readonly PlannedMove[], from: readonly Occupancy[], reason: string | null): Promise<CarriedOut> {
  const commandId = newId();
  before.set(commandId, from.flatMap(({ id, resourceId, startsAt, endsAt }) => {
    const member = movableOf(id);
    return member ? [{ ...member, resourceId, startsAt: iso(startsAt), endsAt: iso(endsAt) }] : [];
  }));
  const decided = await decide(backend, {
    type: 'plan.carry_out', commandId, reason: spoken(reason),
    moves: moves.flatMap(({ to, version }) => {
      const member = movableOf(to.id);
      return member ? [{ ...member, basedOnVersion: version, resourceId: to.resourceId, startsAt: iso(to.startsAt), endsAt: iso(to.endsAt) }] : [];
    }),
  });
  if (decided.kind !== 'kept') before.delete(commandId);
  return { decided, commandId };
}

/** Where those of a plan stood before it; null = this page does not know. */
export const beforePlan = (commandId: string): readonly Before[] | null => before.get(commandId) ?? null;

const versionNow = ({ collection, id }: Pick<Move, 'collection' | 'id'>): number | null => getConsole().record?.tables[collection][id]?.version ?? null;

/** Puts back what a plan of this page has moved; it can be put back once. */
export async function undoPlan(backend: Backend, commandId: string): Promise<Decided> {
  const moves = (before.get(commandId) ?? []).flatMap((move) => {
    const version = versionNow(move);
    return version === null ? [] : [{ ...move, basedOnVersion: version }];
  });
  if (moves.length === 0) return { kind: 'not_kept', code: 'request.not_found' };
  before.delete(commandId);
  return decide(backend, { type: 'plan.carry_out', commandId: newId(), moves, reason: null });
}

type Fields<T extends Command['type']> = Omit<Extract<Command, { type: T }>, 'type' | 'commandId'>;

export const saveResource = (backend: Backend, fields: Fields<'resource.save'>): Promise<Decided> => decide(backend, { type: 'resource.save', commandId: newId(), ...fields });
export const saveAllocation = (backend: Backend, fields: Fields<'allocation.save'>): Promise<Decided> => decide(backend, { type: 'allocation.save', commandId: newId(), ...fields, reason: spoken(fields.reason) });
export const saveLimit = (backend: Backend, fields: Fields<'limit.save'>): Promise<Decided> => decide(backend, { type: 'limit.save', commandId: newId(), ...fields });
export const setTakingStatus = (backend: Backend, fields: Fields<'booking.set_status'>): Promise<Decided> => decide(backend, { type: 'booking.set_status', commandId: newId(), ...fields, reason: spoken(fields.reason) });
