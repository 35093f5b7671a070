import { Modal } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { DELIVERY_STATES, type Lot, type Replay } from '../../core/contract/deliveries.ts';
import { useBackend } from '../app/context.ts';
import { countText } from '../components/format.ts';
import { errorWords, t } from '../i18n/index.ts';
import { DeliveryMark } from './DeliveryMark.tsx';
import { PreviewSummary } from './PreviewSummary.tsx';
import { useReplay, useReplayPreview } from './queries.ts';
import { RowChanges } from './RowChanges.tsx';

function Progress({ replay, onCancel }: { readonly replay: Replay; readonly onCancel: () => void }) {
  const { done, total, state, outcomes } = replay;
  return (
    <div className="replay-progress">
      <p role="status">{t(`replay.state.${state}`, { done: countText(done), total: countText(total) })}</p>
      <progress value={done} max={Math.max(1, total)} aria-label={t('replay.progress')} />
      <ul className="replay-outcomes">
        {DELIVERY_STATES.map((name) =>
          (outcomes[name] ?? 0) === 0 ? null : (
            <li key={name}>
              <DeliveryMark state={name} /> <span className="num">{countText(outcomes[name] ?? 0)}</span>
            </li>
          ),
        )}
      </ul>
      {state === 'running' ? (
        <div className="dialog-acts">
          <button type="button" className="button" onClick={onCancel}>
            {t('replay.cancel')}
          </button>
          <span className="dim">{t('replay.goesOn')}</span>
        </div>
      ) : null}
    </div>
  );
}

interface Props {
  /** Null = only how far the one that runs is. */
  readonly lot: Lot | null;
  readonly running?: Replay;
  /** Later deliveries about the same objects, where one delivery is meant; 0 = none, or not known. */
  readonly newer: number;
  /** `began` = there may be something new to look at. */
  readonly onClose: (began: boolean) => void;
}

/** The dry run first, then the word, then how far it is. Nothing is changed before it was shown what would be. */
export function ReplayDialog({ lot, running, newer, onClose }: Props) {
  const { delivered } = useBackend();
  const preview = useQuery(useReplayPreview(lot));
  const [begun, setBegun] = useState<Replay | null>(running ?? null);
  const [failed, setFailed] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const { data: told } = useQuery(useReplay(begun?.id ?? null));
  const replay = told ?? begun;
  const act = async (asked: ReturnType<typeof delivered.replay>): Promise<void> => {
    setBusy(true);
    const answer = await asked;
    setBusy(false);
    setFailed(answer.ok ? null : answer.error.code);
    if (answer.ok) setBegun(answer.value);
  };
  const error = failed ?? (preview.isError ? preview.error.message : null);
  // What cannot be used as it stands may be tried all the same: the cause may be mended where the dry run does not look.
  const able = preview.data ? preview.data.changes.filter(({ outcome }) => outcome !== 'body_gone').length + preview.data.leftOut : 0;
  const would = preview.data?.changes.filter((change) => change.rows.length > 0) ?? [];
  // The button that was pressed is gone then, and the keyboard must not be left outside of the dialog.
  const last = useRef<HTMLButtonElement>(null);
  const hasBegun = begun !== null;
  useEffect(() => {
    if (hasBegun) last.current?.focus();
  }, [hasBegun]);
  const close = (): void => onClose(begun !== null);
  return (
    // Put together by hand: the library's own heading would be a second banner of the page.
    <Modal.Root opened onClose={close} size="lg" centered lockScroll={false} transitionProps={{ duration: 0 }} classNames={{ content: 'dialog', overlay: 'dialog-overlay' }}>
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Body className="dialog-body">
          <div className="dialog-head">
            <Modal.Title className="dialog-title">{t('replay.title', { count: replay?.total ?? preview.data?.deliveries ?? (lot !== null && 'ids' in lot ? lot.ids.length : 0) })}</Modal.Title>
            <Modal.CloseButton aria-label={t('replay.close')} />
          </div>
          {replay ? (
            <Progress replay={replay} onCancel={() => void act(delivered.cancelReplay(replay.id))} />
          ) : preview.data ? (
            <PreviewSummary preview={preview.data} newer={newer} />
          ) : preview.isPending ? (
            <p role="status" className="dim">
              {t('replay.looking')}
            </p>
          ) : null}
          {error === null ? null : (
            <p className="inline-error" role="alert">
              {errorWords(error)}
            </p>
          )}
          <div className="dialog-acts">
            {replay === null && preview.data ? (
              <button type="button" className="button button-main" disabled={busy || able === 0} onClick={() => lot && void act(delivered.replay(lot))}>
                {t('replay.confirm', { count: able, total: countText(able) })}
              </button>
            ) : null}
            <button type="button" className="button" ref={last} onClick={close}>
              {t(replay === null ? 'replay.leave' : 'replay.close')}
            </button>
          </div>
          {replay === null && would.length > 0 ? (
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
