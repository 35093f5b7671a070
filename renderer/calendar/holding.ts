import { create } from 'zustand';
import type { Occupancy } from '../../core/domain/conflicts/model.ts';
import type { MovableCollection } from '../../core/domain/conflicts/occupancies.ts';
import type { Plan } from '../../core/domain/conflicts/solver.ts';
import type { PlannedMove } from '../state/taking.ts';
import type { Lift } from './lift.ts';

/** What the person is just doing on the timeline: held in the hand, put down and not yet said, or being chosen from. */

export interface Proposal {
  readonly moves: readonly PlannedMove[];
  /** Ids of rows that could move with them and are left where they are. */
  readonly stays: readonly string[];
  /** Somebody else was first; this is the person's choice again, over what stands now. The command that was overtaken. */
  readonly overtaken: string | null;
}

export type Dialog =
  | { readonly kind: 'resource'; readonly id: string | null }
  | { readonly kind: 'allocation'; readonly id: string | null; readonly resourceId: string | null; readonly startsAt: number }
  | { readonly kind: 'move'; readonly id: string }
  | { readonly kind: 'cancelled' }
  /** One that was cancelled. */
  | { readonly kind: 'bringBack'; readonly collection: MovableCollection; readonly id: string }
  | { readonly kind: 'limits' }
  | { readonly kind: 'rules' }
  | { readonly kind: 'limit'; readonly id: string | null };

export interface Holding {
  readonly lift: Lift | null;
  /** Whether the finger that holds it is in the upper half of the view. */
  readonly handIsHigh: boolean;
  readonly proposal: Proposal | null;
  /** What was let go where it may not be, in words. */
  readonly refusal: readonly string[] | null;
  /** Waits for a second one to change places with. */
  readonly swapping: string | null;
  /** Conflicts that ways out are looked for. */
  readonly waysFor: readonly string[] | null;
  /** Those that were found and are shown; what is carried may be dropped onto one. */
  readonly ways: readonly Plan[];
  /** Where a plan that is just looked at would put them. */
  readonly preview: readonly Occupancy[] | null;
  /** The last thing that was said to a screen reader. */
  readonly said: string;
  readonly dialog: Dialog | null;
}

const EMPTY: Holding = { lift: null, handIsHigh: false, proposal: null, refusal: null, swapping: null, waysFor: null, ways: [], preview: null, said: '', dialog: null };
export const useHolding = create<Holding>(() => EMPTY);
export const setHolding = useHolding.setState;
export const getHolding = useHolding.getState;
export const emptyHands = (): void => setHolding(EMPTY);
export const say = (said: string): void => setHolding({ said });

/** Overtaken commands that the person has had a say about here: the outbox may be heard of later than what came of it. */
const settled = new Set<string>();
/** The card of an overtaken command, if it is one, is not to come back. */
export const settleOvertaken = ({ overtaken }: Pick<Proposal, 'overtaken'>): void => {
  if (overtaken !== null) settled.add(overtaken);
};
export const isSettled = (commandId: string): boolean => settled.has(commandId);
