import type { ReplayPreview } from '../../core/contract/deliveries.ts';
import type { DryRun } from '../../core/contract/dryRuns.ts';

export type PreviewOutcome = ReplayPreview['changes'][number]['outcome'];

export interface PreviewSummary {
  readonly fields: number;
  /** Each row once, however many deliveries would change it. */
  readonly rows: number;
  readonly outcomes: Readonly<Record<PreviewOutcome, number>>;
  /** Why the refused ones are, each reason once. */
  readonly reasons: readonly string[];
}

/** A dry run in the same numbers. */
export const summaryOfRun = ({ fields, rows, outcomes, reasons }: Pick<DryRun, 'fields' | 'rows' | 'outcomes' | 'reasons'>): PreviewSummary => ({
  fields, rows, reasons, outcomes: { changes: 0, nothing: 0, reads_source: 0, refused: 0, body_gone: 0, untried: 0, ...outcomes },
});

/** The quick look at the first ones in numbers. */
export function summaryOf({ changes }: Pick<ReplayPreview, 'changes'>): PreviewSummary {
  const outcomes: Record<PreviewOutcome, number> = { changes: 0, nothing: 0, reads_source: 0, refused: 0, body_gone: 0, untried: 0 };
  const rows = new Set<string>();
  const reasons = new Set<string>();
  let fields = 0;
  for (const change of changes) {
    outcomes[change.outcome] += 1;
    if (change.outcome === 'refused' && change.reason !== null) reasons.add(change.reason);
    for (const row of change.rows) {
      rows.add(row.rowId);
      fields += row.fields.length;
    }
  }
  return { fields, rows: rows.size, outcomes, reasons: [...reasons] };
}
