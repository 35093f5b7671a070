import { BRAKE_KINDS, effectsOf, exceeded, joined, kindOf, madeLately, NEW_BRAKE, NO_COUNTS, remember, remoteMark, type BrakeCounts, type BrakeKind, type BrakeState, type Effects, type Lot } from '../../core/domain/intake/brake.ts';
import { NO_PART, partWith, type LotPart } from '../../core/domain/intake/lot.ts';
import type { Change } from '../../core/domain/record/changes.ts';
import type { EventDraft } from '../../core/domain/record/drafts.ts';
import type { DeliveryInHand } from './outcome.ts';

/** What is kept of one connection for the brake. */
export interface BrakeMemory {
  readonly state: BrakeState;
  /** What waits for a person's decision; null = nothing. */
  readonly lot: Lot | null;
}

export const NO_MEMORY: BrakeMemory = { state: NEW_BRAKE, lot: null };

/** Its card is not written yet. */
const NEW_LOT: Lot = { reviewId: '', counts: NO_COUNTS, remotes: [], all: false };

export type HeldReason = `held.${BrakeKind}`;

/** What one connection's deliveries of this batch would do, or have done. */
interface Planned {
  readonly delivery: DeliveryInHand;
  readonly drafts: readonly EventDraft[];
}

const remoteOf = (change: Change): string => remoteMark(change.remote);
const add = (a: BrakeCounts, b: BrakeCounts): BrakeCounts => ({ deletes: a.deletes + b.deletes, moves: a.moves + b.moves, copies: a.copies + b.copies });

function effectsTogether(planned: readonly Planned[], memory: BrakeMemory, now: number): Effects {
  const made = madeLately(memory.state, now);
  let counts = NO_COUNTS;
  let created = 0;
  const looks: string[] = [];
  for (const one of planned) {
    const effects = effectsOf(one.drafts, made);
    for (const look of effects.looks) made.add(look);
    looks.push(...effects.looks);
    created += effects.created;
    // What a person has let through is no measure for what comes by itself.
    if (!one.delivery.letThrough) counts = add(counts, effects.counts);
  }
  return { counts, created, looks };
}

/** What the brake says to a connection's deliveries that were planned without it. */
export interface Judged {
  /** It has to be planned again, with a {@link createStop}. */
  readonly stop: boolean;
  /** Anything is taken away, moved or made twice at all. */
  readonly destructive: boolean;
  readonly kinds: readonly BrakeKind[];
  /** What is remembered when nothing has to be stopped. */
  readonly state: BrakeState;
}

export function judge(planned: readonly Planned[], memory: BrakeMemory, now: number): Judged {
  const effects = effectsTogether(planned, memory, now);
  const kinds = exceeded(memory.state, effects.counts, now);
  return { stop: kinds.length > 0 || memory.lot !== null, destructive: BRAKE_KINDS.some((kind) => effects.counts[kind] > 0), kinds, state: remember(memory.state, effects, now) };
}

/** The brake of one connection while it is on: takes deliveries aside into the connection's lot. */
export interface Stop {
  /** Why the delivery is held; null = it may go on. */
  hold(delivery: DeliveryInHand, changes: readonly Change[], drafts: readonly EventDraft[]): HeldReason | null;
  /** Null = nothing was held in this batch. */
  held(): { readonly lot: Lot; readonly part: LotPart; readonly first: DeliveryInHand; readonly reason: HeldReason } | null;
}

export function createStop(memory: BrakeMemory, exceeds: readonly BrakeKind[], now: number): Stop {
  const { lot } = memory;
  const kinds = new Set<BrakeKind>([...exceeds, ...(lot ? BRAKE_KINDS.filter((kind) => lot.counts[kind] > 0) : [])]);
  const remotes = new Set(lot?.remotes ?? []);
  const made = madeLately(memory.state, now);
  let counts = NO_COUNTS;
  let part = NO_PART;
  let first: { delivery: DeliveryInHand; reason: HeldReason } | null = null;
  return {
    hold(delivery, changes, drafts) {
      if (delivery.letThrough) return null;
      const effects = effectsOf(drafts, made);
      const bad = { deletes: kinds.has('deletes') ? effects.counts.deletes : 0, moves: kinds.has('moves') ? effects.counts.moves : 0, copies: kinds.has('copies') ? effects.counts.copies : 0 };
      const kind = kindOf(bad);
      // What is told later about an object that is held may not overtake it.
      const behind = lot?.all === true || changes.some((change) => remotes.has(remoteOf(change)));
      if (kind === null && !behind) {
        for (const look of effects.looks) made.add(look);
        return null;
      }
      counts = add(counts, effects.counts);
      for (const change of changes) remotes.add(remoteOf(change));
      part = partWith(part, delivery.receivedAt, drafts, made);
      const reason: HeldReason = `held.${kind ?? [...kinds][0] ?? 'deletes'}`;
      first ??= { delivery, reason };
      return reason;
    },
    held: () => (first === null ? null : { lot: joined(lot ?? NEW_LOT, { counts, remotes: [...remotes] }), part, first: first.delivery, reason: first.reason }),
  };
}
