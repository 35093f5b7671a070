import type { Conflict } from '../../contract/record/taking.ts';
import { conflictDrafts } from './detect.ts';
import { roomKeys, type House } from './house.ts';
import { termsOf } from './rules.ts';

/** What other rules would make of what stands: by the very comparison that the server makes once they are saved. */
export interface RulesPreview {
  readonly appear: { readonly block: number; readonly warn: number };
  readonly go: number;
  /** Become hard, or are asked again although somebody had accepted them. */
  readonly harder: number;
  readonly softer: number;
  /** As hard as now, and longer or shorter. */
  readonly otherwise: number;
}

/** What is over may still leave too little time to what comes after it. Clearing, setting up and the way, as the server looks (`part.ts`). */
const REACH_MS = 60 * 3_600_000;

/** @param conflicts of the house; those that are resolved, over or of a limit are left aside. `now`: UTC milliseconds */
export function previewOf(house: House, conflicts: Iterable<Conflict>, said: Parameters<typeof termsOf>[0], now: number): RulesPreview {
  const changed = new Set<string>();
  for (const { id, endsAt } of house.timetable) if (endsAt > now - REACH_MS) changed.add(id);
  const known = [...conflicts].filter(({ kind, state, endsAt }) => kind !== 'limit' && state !== 'resolved' && Date.parse(endsAt) > now);
  const context = { actor: { kind: 'system', id: null, name: '' }, source: null, deliveryId: null } as const;
  const drafts = conflictDrafts({
    timetable: house.timetable, changed, beside: new Set(), known, limits: house.limits, question: { ...termsOf(said, roomKeys(house.rows)), now }, weddingOf: () => null, accepted: null, context, newId: () => '',
  });
  const count = { block: 0, warn: 0, go: 0, harder: 0, softer: 0, otherwise: 0 };
  for (const { type, row, before } of drafts) {
    if (before === null) count[row.level] += 1;
    else if (type === 'conflict.resolved') count.go += 1;
    else if ('state' in before || before['level'] === 'warn') count.harder += 1;
    else if (before['level'] === 'block') count.softer += 1;
    else count.otherwise += 1;
  }
  const { block, warn, go, harder, softer, otherwise } = count;
  return { appear: { block, warn }, go, harder, softer, otherwise };
}
