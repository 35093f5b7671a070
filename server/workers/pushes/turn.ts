import type { Tx } from '../../store/database.ts';
import { holdCalendar, letGo, readDue, readEntries, type DuePush, type HeldCalendar } from '../../store/calendars/duePushes.ts';
import { begunFrom, isBegun, keepStates, unbegin, type Held, type KnownPush } from '../../store/calendars/pushRows.ts';
import { leaveWritten, leftEntriesOf, type Left, type WrittenMeanwhile } from '../../store/leftEntries.ts';
import { together } from '../../store/together.ts';
import { settleAll, type Outcome, type Settling } from './settling.ts';

/**
 * One transaction for a calendar: what became of the last calls, and what is called for next. What is begun is written down before
 * anybody is called.
 */

export interface Prepared {
  readonly due: DuePush;
  /** It was begun before, by an attempt of which nobody heard. */
  readonly begun: boolean;
  /** What may be left there of its row, from when the calendar was connected before. */
  readonly left: readonly Left[];
}

export interface Turn {
  readonly outcomes: readonly Outcome[];
  /** Prepared before, and nobody was called for them. */
  readonly uncalled: readonly Prepared[];
  /** So many entries are prepared at most; 0 = none. */
  readonly most: number;
  /** Until when the calendar is held; ISO. */
  readonly until: string;
}

/**
 * `page`: these are to be called for, in this order. `settled`: nothing was asked for. `nothing`: nothing is due, and the calendar was let
 * go. `nowhere`: nobody knows what the calendar is called over there. `lost`: somebody else has it, and nothing was kept.
 */
export type Turned = { readonly kind: 'page'; readonly entries: readonly Prepared[] } | { readonly kind: 'settled' | 'nothing' | 'nowhere' | 'lost' };

const present = ({ push }: KnownPush): boolean => push.wish === 'present';

/** Only what is begun by this page is begun no more: the others may have been made by an attempt of which nobody heard. */
const begunHere = ({ due, begun }: Prepared): boolean => !begun && present(due) && due.state.remoteId === null;

const writtenBy = ({ due, attempt, sent }: Outcome): WrittenMeanwhile[] =>
  (attempt.kind === 'present' && sent !== null ? [{ pushId: due.push.id, remoteId: attempt.written.remoteId, base: sent.stood }] : []);

export function takeTurn(settling: Settling, held: Held, turn: Turn): Promise<Turned> {
  const { internals } = settling;
  const { organisationId } = held;
  if (turn.outcomes.length + turn.uncalled.length === 0) {
    return internals.database.withOrganisation(organisationId, async (tx) => {
      const now = new Date(internals.clock.now()).toISOString();
      const [there, found] = await together([holdCalendar(tx, held, turn.until), readDue(tx, held, now, turn.most)]);
      if (there === 'lost') return { kind: 'lost' };
      return prepare(settling, tx, held, there, found);
    });
  }
  return internals.writer.write(organisationId, async (writing): Promise<Turned> => {
    const { tx } = writing;
    const there = await holdCalendar(tx, held, turn.until);
    if (there === 'lost') {
      // Where its connection was removed while it was called, so that it is found when it is connected again.
      await leaveWritten(tx, organisationId, turn.outcomes.flatMap(writtenBy));
      return { kind: 'lost' };
    }
    await unbegin(tx, organisationId, turn.uncalled.filter(begunHere).map(({ due }) => due));
    // Without it the connection was removed while it was called.
    if (there !== null) await settleAll(settling, writing, organisationId, there, turn.outcomes);
    if (turn.most === 0) return { kind: 'settled' };
    return prepare(settling, tx, held, there, await readDue(tx, held, new Date(internals.clock.now()).toISOString(), turn.most));
  });
}

async function prepare(
  { internals, system }: Settling, tx: Tx, held: Held, there: HeldCalendar | null, found: readonly KnownPush[],
): Promise<Turned> {
  if (found.length === 0) {
    await letGo(tx, held);
    return { kind: 'nothing' };
  }
  if (there === null || there.calendarRef === null) return { kind: 'nowhere' };
  const { organisationId, calendarId } = held;
  const due = await readEntries(tx, organisationId, there, there.calendarRef, found);
  const making = due.filter((one) => present(one) && one.state.remoteId === null);
  const left = await leftEntriesOf(tx, organisationId, calendarId, making.map(({ push }) => push), { system, calendarRef: there.calendarRef });
  const fresh = making.filter(({ state }) => !isBegun(state)).map(({ push, state }) => ({ push, state: begunFrom(state), place: null }));
  await keepStates(tx, organisationId, fresh, new Date(internals.clock.now()).toISOString());
  const entries = due.map((one): Prepared => {
    const begun = isBegun(one.state);
    return present(one) ? { due: { ...one, state: begunFrom(one.state) }, begun, left: left.get(one.push.id) ?? [] } : { due: one, begun, left: [] };
  });
  return { kind: 'page', entries };
}
