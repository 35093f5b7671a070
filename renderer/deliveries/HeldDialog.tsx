import { Modal } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { HeldLot, ReviewItem } from '../../core/contract/record/attention.ts';
import { countText, isolated } from '../components/format.ts';
import { errorWords, t } from '../i18n/index.ts';
import type { ReviewDecision } from '../state/commands.ts';
import { HeldSample } from './HeldLot.tsx';
import { PreviewSummary } from './PreviewSummary.tsx';
import { summaryOf } from './previewSummary.ts';
import { useReplayPreview } from './queries.ts';
import { RowChanges } from './RowChanges.tsx';

interface Props {
  readonly item: ReviewItem;
  readonly lot: HeldLot;
  readonly decision: ReviewDecision;
  /** Of the connection. */
  readonly name: string;
  readonly onDecide: () => void;
  readonly onClose: () => void;
}

/** Before a lot of the brake is decided: what would become of the record, row by row, and that there is no way back. */
export function HeldDialog({ item, lot, decision, name, onDecide, onClose }: Props) {
  const preview = useQuery(useReplayPreview({ connection: item.connectionId, state: 'held', from: lot.from, to: lot.to }));
  const would = preview.data?.changes.filter((change) => change.rows.length > 0) ?? [];
  const shown = countText(lot.deliveries);
  const releases = decision === 'release';
  return (
    // Put together by hand: the library's own heading would be a second banner of the page.
    <Modal.Root opened onClose={onClose} size="lg" centered lockScroll={false} transitionProps={{ duration: 0 }} classNames={{ content: 'dialog', overlay: 'dialog-overlay' }}>
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Body className="dialog-body">
          <div className="dialog-head">
            <Modal.Title className="dialog-title">{t(`held.${decision}Title`, { count: lot.deliveries, shown })}</Modal.Title>
            <Modal.CloseButton aria-label={t('replay.close')} />
          </div>
          <p>{t(`held.${decision}For`, { name: isolated(name) })}</p>
          {releases && preview.data ? <PreviewSummary summary={summaryOf(preview.data)} leftOut={preview.data.leftOut} read={null} newer={null} /> : null}
          {releases && preview.isPending ? (
            <p role="status" className="dim">
              {t('replay.looking')}
            </p>
          ) : null}
          {releases && preview.isError ? (
            <p className="inline-error" role="alert">
              {errorWords(preview.error.message)}
            </p>
          ) : null}
          {releases ? null : (
            <section className="held-stays" aria-label={t('held.stays')}>
              <h3>{t('held.stays')}</h3>
              <HeldSample lot={lot} />
            </section>
          )}
          <div className="dialog-acts">
            <button type="button" className={`button ${releases ? 'button-main' : 'button-danger'}`} disabled={releases && preview.isPending} onClick={onDecide}>
              {t(`held.${decision}`)}
            </button>
            <button type="button" className="button" onClick={onClose}>
              {t('review.notYet')}
            </button>
          </div>
          {releases && would.length > 0 ? (
            <section className="replay-changes" aria-label={t('replay.fieldByField')}>
              {would.map((change) => (
                <RowChanges key={change.deliveryId} rows={change.rows} />
              ))}
            </section>
          ) : null}
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
