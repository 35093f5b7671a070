import type { Conflict, CONFLICT_KINDS } from '../../contract/record/taking.ts';
import { draftCreated, draftUpdated, type DraftContext, type DraftOf } from '../record/drafts.ts';
import { clashesOf, type ClashQuestion } from './clashes.ts';
import type { Breach, Limits } from './limits.ts';
import type { Clash, Occupancy } from './model.ts';
import { memberOf, occupancyId } from './occupancies.ts';
import type { Timetable } from './timetable.ts';

/** What somebody with the right to it has accepted beforehand, and why. */
export interface Accepted {
  readonly context: DraftContext;
  readonly reason: string;
  /** As {@link foundKey} gives them; of a limit {@link limitKey}, since one limit may be passed by several at once. */
  readonly keys: ReadonlySet<string>;
}

export interface Detection {
  /** With everything in it that could matter to the changed ones, these themselves as they are now. */
  readonly timetable: Timetable;
  /** Ids of occupancies that have changed, come or gone. */
  readonly changed: ReadonlySet<string>;
  /** Those and the ones beside them: limits on a day or on rest ask what else there is. */
  readonly beside: ReadonlySet<string>;
  /** Conflicts that are not resolved and have one of `beside` among their members. */
  readonly known: readonly Conflict[];
  readonly limits: Limits;
  readonly question: ClashQuestion;
  /** The wedding that an occupancy belongs to. */
  readonly weddingOf: (occupancy: Occupancy) => string | null;
  readonly accepted: Accepted | null;
  readonly context: DraftContext;
  readonly newId: () => string;
}

export type ConflictDraft = DraftOf<'conflicts'>;

/** A clash, or one alone that passes a limit. */
export interface Found extends Omit<Clash, 'kind'> {
  readonly kind: (typeof CONFLICT_KINDS)[number];
  readonly limitId: string | null;
}

export const limitKey = (limitId: string): string => `limit ${limitId}`;
/** By what a conflict is the same one as before. */
export const foundKey = ({ kind, limitId, members }: Pick<Found, 'kind' | 'limitId' | 'members'>): string => `${limitId === null ? kind : limitKey(limitId)} ${[...members].sort().join(' ')}`;
export const conflictKey = ({ kind, limitId, members }: Conflict): string => foundKey({ kind, limitId: limitId ?? null, members: members.map(occupancyId) });

/** Worse than it was: somebody who has accepted that has not accepted this. */
export const isWorse = (now: Pick<Found, 'level' | 'missingMs' | 'missingUnits'>, was: Pick<Found, 'level' | 'missingMs' | 'missingUnits'>): boolean =>
  (now.level === 'block' && was.level === 'warn') || now.missingMs > was.missingMs || now.missingUnits > was.missingUnits;

/** What one passes of one limit, at however many places, is one conflict. */
export function passed(breaches: readonly Breach[], timetable: Timetable): Found[] {
  const found = new Map<string, Found>();
  for (const { limitId, occupancyId: id, startsAt, endsAt, byMs } of breaches) {
    const one: Found = { kind: 'limit', limitId, level: 'block', resourceIds: timetable.resources.leaves(timetable.get(id)?.resourceId ?? ''), members: [id], startsAt, endsAt, missingMs: byMs, missingUnits: 0 };
    const there = found.get(foundKey(one));
    found.set(foundKey(one), there ? { ...there, startsAt: Math.min(there.startsAt, startsAt), endsAt: Math.max(there.endsAt, endsAt), missingMs: there.missingMs + byMs } : one);
  }
  return [...found.values()];
}

export const asFound = (clash: Clash): Found => ({ ...clash, limitId: null });

/**
 * What the changed ones have made of the conflicts: raised where two now clash or one passes a limit, resolved where that is
 * no longer so, told again where it is otherwise. One that somebody has decided to live with stays so, unless it has become
 * worse. What is over is nobody's conflict any more.
 */
export function conflictDrafts({ timetable, changed, beside, known, limits, question, weddingOf, accepted, context, newId }: Detection): ConflictDraft[] {
  const found = new Map<string, Found>();
  const take = (one: Found): void => void (one.endsAt > question.now && found.set(foundKey(one), one));
  for (const id of changed) {
    const one = timetable.get(id);
    if (one) for (const clash of clashesOf(one, timetable, question)) take(asFound(clash));
  }
  for (const id of beside) {
    const one = timetable.get(id);
    if (one) for (const breach of passed(limits.breaches(one, timetable, question.now), timetable)) take(breach);
  }
  const at = new Date(question.now).toISOString();
  const isAccepted = (one: Found): Accepted | null => (accepted?.keys.has(one.limitId === null ? foundKey(one) : limitKey(one.limitId)) ? accepted : null);
  const overridden = ({ context: { actor }, reason }: Accepted) => ({ state: 'overridden', settledAt: at, settledBy: actor.name, settledBecause: reason }) as const;
  const drafts: ConflictDraft[] = [];
  const told = new Set<string>();
  for (const conflict of known) {
    // Of those that only stand beside it is asked whether they keep to their limits, not whom they clash with.
    if (conflict.kind !== 'limit' && !conflict.members.some((member) => changed.has(occupancyId(member)))) continue;
    const key = conflictKey(conflict);
    const one = found.get(key);
    told.add(key);
    if (!one) {
      const settled = { state: 'resolved', settledAt: at, settledBy: context.actor.kind === 'person' ? context.actor.name : null, settledBecause: null } as const;
      drafts.push(...changedTo('conflict.resolved', conflict, settled, context));
      continue;
    }
    // Its members are the same, or it were another one; written anew they would look like a change.
    const { members: _members, ...shape } = shapeOf(one);
    const worse = conflict.state === 'overridden' && isWorse(one, conflict);
    const by = conflict.state === 'open' || worse ? isAccepted(one) : null;
    if (by) drafts.push(...changedTo('conflict.overridden', conflict, { ...shape, ...overridden(by) }, by.context));
    else drafts.push(...changedTo('conflict.updated', conflict, { ...shape, ...(worse ? OPEN : {}) }, context));
  }
  for (const [key, one] of found) {
    if (told.has(key)) continue;
    const weddingId = firstWedding(one, timetable, weddingOf);
    const by = isAccepted(one);
    const row = { id: newId(), weddingId, ...shapeOf(one), raisedAt: at, ...(by ? overridden(by) : OPEN) };
    drafts.push(draftCreated('conflict.raised', 'conflicts', weddingId, row, null, by?.context ?? context));
  }
  return drafts;
}

const OPEN = { state: 'open', settledAt: null, settledBy: null, settledBecause: null } as const;

function changedTo(type: 'conflict.resolved' | 'conflict.updated' | 'conflict.overridden', conflict: Conflict, fields: Partial<Conflict>, context: DraftContext): ConflictDraft[] {
  const draft = draftUpdated(type, 'conflicts', conflict.weddingId, conflict, fields, null, context);
  return draft ? [draft] : [];
}

const shapeOf = ({ kind, limitId, level, resourceIds, members, startsAt, endsAt, missingMs, missingUnits }: Found) => ({
  kind, limitId, level, resourceIds: [...resourceIds], members: members.map(memberOf), startsAt: new Date(startsAt).toISOString(), endsAt: new Date(endsAt).toISOString(), missingMs, missingUnits,
});

/** The wedding that comes first is the one that it is urgent for. */
function firstWedding(found: Found, timetable: Timetable, weddingOf: Detection['weddingOf']): string | null {
  const members = found.members.flatMap((id) => timetable.get(id) ?? []).sort((a, b) => a.startsAt - b.startsAt || a.id.localeCompare(b.id));
  for (const one of members) {
    const weddingId = weddingOf(one);
    if (weddingId !== null) return weddingId;
  }
  return null;
}
