import { useEffect } from 'react';
import { create } from 'zustand';
import type { CommandAnswer } from '../../core/contract/commands.ts';
import type { House } from '../../core/domain/conflicts/house.ts';
import { useTables } from '../app/selectors.ts';
import type { Backend } from '../state/backend/backend.ts';
import type { Decided } from '../state/commands.ts';
import { newId } from '../state/ids.ts';
import { useConsole } from '../state/store.ts';
import { undoPlan, undoWithReason, type UndoneCommand } from '../state/taking.ts';
import { asksCalendars, useToldHere, wantsReason } from './asking.tsx';
import { backOf } from './waiting.ts';

/**
 * A plan, or what was let follow, that is being put back. It outlives the place where it was asked for: a toast has its Undo wherever the person is, and why it
 * was refused stands in the calendar.
 */

interface Way {
  readonly planId: string;
  readonly commandId: string;
  /** It has stood before the person once, and goes on to until it is answered. */
  readonly isShown: boolean;
  /** Put away while it was on its way: a toast tells what became of it. */
  readonly isAway: boolean;
}

const useWay = create<{ readonly way: Way | null }>(() => ({ way: null }));

/** Whether this command is the latest way back of this page. */
export const isUndoing = (commandId: string): boolean => useWay.getState().way?.commandId === commandId;
export const stopUndoing = (): void => useWay.setState({ way: null });
const setAway = (isAway: boolean): void => useWay.setState(({ way }) => ({ way: way && { ...way, isAway } }));
export const putUndoingAway = (): void => setAway(true);
export const lookAtUndoing = (): void => setAway(false);

/** Sends the way back of a plan of this page. */
export async function startUndoing(backend: Backend, planId: string): Promise<Decided> {
  const commandId = newId();
  useWay.setState({ way: { planId, commandId, isShown: false, isAway: false } });
  return undoPlan(backend, planId, commandId);
}

export async function undoAllTheSame(backend: Backend, { planId, command }: Undoing, reason: string): Promise<Decided> {
  const commandId = newId();
  const decided = await undoWithReason(backend, command.commandId, commandId, reason);
  if (decided.kind === 'kept') useWay.setState({ way: { planId, commandId, isShown: true, isAway: false } });
  return decided;
}

export interface Undoing {
  /** The plan that is put back. */
  readonly planId: string;
  readonly command: UndoneCommand;
  /** What was refused and may be done with a reason; null = the calendars are being asked. */
  readonly refused: Extract<CommandAnswer, { outcome: 'rejected' }> | null;
}

/** What has to stand before the person of a way back that is not through; null = nothing. */
export function useUndoing(house: House): Undoing | null {
  const way = useWay((state) => state.way);
  const commandId = way?.commandId ?? null;
  const entry = useConsole((state) => (commandId === null ? undefined : state.outbox.find(({ command }) => command.commandId === commandId)));
  const tables = useTables();
  const isAway = way?.isAway === true;
  useToldHere(isAway ? null : commandId);
  const answer = entry?.answer ?? null;
  const isOver = answer !== null && !wantsReason(answer);
  useEffect(() => {
    if (isOver) stopUndoing();
  }, [isOver]);
  const command = entry?.command;
  if (way === null || isAway || isOver || (command?.type !== 'plan.carry_out' && command?.type !== 'wedding.let_follow')) return null;
  const { planId } = way;
  if (answer?.outcome === 'rejected') return { planId, command, refused: answer };
  const back = backOf(house, command);
  const asked = back.filter(({ id }) => house.timetable.get(id)?.status === 'definite').map(({ resourceId }) => resourceId);
  return way.isShown || asksCalendars(tables, asked) ? { planId, command, refused: null } : null;
}
