import type { EventDraft } from '../../core/domain/record/drafts.ts';
import type { MappingDraft } from '../../core/domain/record/plan.ts';
import type { WorkingView } from './view.ts';

/** What the pages of a dry run so far would have done, put into the view of the next one. */
export interface PlannedAhead {
  note(connectionId: string, drafts: readonly EventDraft[], mappings: readonly MappingDraft[]): void;
  before(view: WorkingView): void;
  /** Of the rows in it: their mappings are not in the database, so nothing else leads to these weddings. */
  weddingIds(): string[];
  /** Rows that would be changed, each once. */
  rows(): number;
}

export function createPlannedAhead(): PlannedAhead {
  // The last plan of a row or mapping counts.
  const drafts = new Map<string, { connectionId: string; draft: EventDraft }>();
  const mappings = new Map<string, { connectionId: string; mapping: MappingDraft }>();
  return {
    note(connectionId, planned, mapped) {
      for (const draft of planned) drafts.set(draft.row.id, { connectionId, draft });
      for (const mapping of mapped) mappings.set(JSON.stringify([connectionId, mapping.remoteType, mapping.remoteId]), { connectionId, mapping });
    },
    before(view) {
      for (const { connectionId, draft } of drafts.values()) view.keep(connectionId, [draft], []);
      for (const { connectionId, mapping } of mappings.values()) view.keep(connectionId, [], [mapping]);
    },
    weddingIds: () => [...new Set([...drafts.values()].flatMap(({ draft }) => ('weddingId' in draft.row && typeof draft.row.weddingId === 'string' ? [draft.row.weddingId] : [])))],
    rows: () => drafts.size,
  };
}
