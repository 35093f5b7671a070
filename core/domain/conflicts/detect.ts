import type { Conflict } from '../../contract/record/taking.ts';
import { draftCreated, draftUpdated, type DraftContext, type DraftOf } from '../record/drafts.ts';
import { clashesOf, type ClashQuestion } from './clashes.ts';
import type { Clash, Occupancy } from './model.ts';
import { memberOf, occupancyId } from './occupancies.ts';
import type { Timetable } from './timetable.ts';

export interface Detection {
  /** With everything in it that could matter to the changed ones, these themselves as they are now. */
  readonly timetable: Timetable;
  /** Ids of occupancies that have changed, come or gone. */
  readonly changed: ReadonlySet<string>;
  /** Conflicts that are not resolved and have a changed one among their members. */
  readonly known: readonly Conflict[];
  readonly question: ClashQuestion;
  /** The wedding that an occupancy belongs to. */
  readonly weddingOf: (occupancy: Occupancy) => string | null;
  readonly context: DraftContext;
  readonly newId: () => string;
}

export type ConflictDraft = DraftOf<'conflicts'>;

const keyOf = (kind: string, members: readonly string[]): string => `${kind} ${[...members].sort().join(' ')}`;

/**
 * What the changed ones have made of the conflicts: raised where two now clash, resolved where they no longer do, told
 * again where they clash otherwise. One that somebody has decided to live with stays so, unless it has become worse.
 * What is over is nobody's conflict any more.
 */
export function conflictDrafts({ timetable, changed, known, question, weddingOf, context, newId }: Detection): ConflictDraft[] {
  const found = new Map<string, Clash>();
  for (const id of changed) {
    const one = timetable.get(id);
    if (!one) continue;
    for (const clash of clashesOf(one, timetable, question)) if (clash.endsAt > question.now) found.set(keyOf(clash.kind, clash.members), clash);
  }
  const at = new Date(question.now).toISOString();
  const drafts: ConflictDraft[] = [];
  const told = new Set<string>();
  for (const conflict of known) {
    const key = keyOf(conflict.kind, conflict.members.map(occupancyId));
    const clash = found.get(key);
    told.add(key);
    if (!clash) {
      const settled = { state: 'resolved', settledAt: at, settledBy: context.actor.kind === 'person' ? context.actor.name : null, settledBecause: null } as const;
      drafts.push(...changedTo('conflict.resolved', conflict, settled, context));
    } else {
      const worse = conflict.state === 'overridden' && ((clash.level === 'block' && conflict.level === 'warn') || clash.missingMs > conflict.missingMs || clash.missingUnits > conflict.missingUnits);
      const again = worse ? ({ state: 'open', settledAt: null, settledBy: null, settledBecause: null } as const) : {};
      drafts.push(...changedTo('conflict.updated', conflict, { ...shapeOf(clash), ...again }, context));
    }
  }
  for (const [key, clash] of found) {
    if (told.has(key)) continue;
    const weddingId = firstWedding(clash, timetable, weddingOf);
    const row = { id: newId(), weddingId, ...shapeOf(clash), raisedAt: at, state: 'open', settledAt: null, settledBy: null, settledBecause: null } as const;
    drafts.push(draftCreated('conflict.raised', 'conflicts', weddingId, row, null, context));
  }
  return drafts;
}

function changedTo(type: 'conflict.resolved' | 'conflict.updated', conflict: Conflict, fields: Partial<Conflict>, context: DraftContext): ConflictDraft[] {
  const draft = draftUpdated(type, 'conflicts', conflict.weddingId, conflict, fields, null, context);
  return draft ? [draft] : [];
}

const shapeOf = ({ kind, level, resourceIds, members, startsAt, endsAt, missingMs, missingUnits }: Clash) => ({
  kind, level, resourceIds: [...resourceIds], members: members.map(memberOf), startsAt: new Date(startsAt).toISOString(), endsAt: new Date(endsAt).toISOString(), missingMs, missingUnits,
});

/** The wedding that comes first is the one that it is urgent for. */
function firstWedding(clash: Clash, timetable: Timetable, weddingOf: Detection['weddingOf']): string | null {
  const members = clash.members.flatMap((id) => timetable.get(id) ?? []).sort((a, b) => a.startsAt - b.startsAt || a.id.localeCompare(b.id));
  for (const one of members) {
    const weddingId = weddingOf(one);
    if (weddingId !== null) return weddingId;
  }
  return null;
}
