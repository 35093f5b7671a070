import type { ReplayPreview } from '../../core/contract/deliveries.ts';
import { countText } from '../components/format.ts';
import { t } from '../i18n/index.ts';
import { reasonText } from './DeliveryMark.tsx';
import { summaryOf } from './previewSummary.ts';

interface Props {
  readonly preview: ReplayPreview;
  /** Later deliveries about the same objects; null = not to be spoken of. */
  readonly newer: number | null;
}

/** What would change, in one sentence for each kind of outcome. */
export function PreviewSummary({ preview, newer }: Props) {
  const { fields, rows, outcomes, reasons } = summaryOf(preview);
  return (
    <ul className="replay-summary" aria-label={t('replay.summary')}>
      {fields + rows > 0 ? (
        <li>
          <strong>{t('replay.would', { fields: t('replay.fields', { count: fields }), rows: t('replay.rows', { count: rows }) })}</strong>
        </li>
      ) : outcomes.reads_source === 0 ? (
        <li>
          <strong>{t('replay.wouldNothing')}</strong>
        </li>
      ) : null}
      {outcomes.reads_source > 0 ? <li>{t('replay.readsSource', { count: outcomes.reads_source })}</li> : null}
      {outcomes.nothing > 0 && rows + outcomes.reads_source > 0 ? <li>{t('replay.nothing', { count: outcomes.nothing })}</li> : null}
      {outcomes.refused > 0 ? <li>{t('replay.refused', { count: outcomes.refused })} {reasons.map(reasonText).join(' ')}</li> : null}
      {outcomes.body_gone > 0 ? <li>{t('replay.bodyGone', { count: outcomes.body_gone })}</li> : null}
      {preview.leftOut > 0 ? <li>{t('replay.leftOut', { count: preview.leftOut, total: countText(preview.leftOut) })}</li> : null}
      {newer === null ? null : <li className="dim">{newer > 0 ? t('replay.newer', { count: newer }) : t('replay.older')}</li>}
    </ul>
  );
}
