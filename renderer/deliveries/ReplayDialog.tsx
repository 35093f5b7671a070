import { Modal } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { DELIVERY_STATES, type Lot, type Replay } from '../../core/contract/deliveries.ts';
import type { DryRun, DryRunPage } from '../../core/contract/dryRuns.ts';
import { useBackend } from '../app/context.ts';
import { countText } from '../components/format.ts';
import { errorWords, t } from '../i18n/index.ts';
import { DeliveryMark } from './DeliveryMark.tsx';
import { PreviewSummary } from './PreviewSummary.tsx';
import { DryRunChanges } from './DryRunChanges.tsx';
import { summaryOfRun } from './previewSummary.ts';
import { useBeginDryRun, useDryRun, useReplay } from './queries.ts';

function Progress({ replay, onCancel }: { readonly replay: Replay; readonly onCancel: () => void }) {
  const { done, total, state, outcomes, differs } = replay;
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
      {differs > 0 ? <p>{t('replay.differs', { count: differs })}</p> : null}
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

/** The dry run: how far it is, then what would happen. */
function Looked({ run, unread, newer }: { readonly run: DryRun; readonly unread: DryRunPage['unread']; readonly newer: number }) {
  if (run.state === 'done') {
    return (
      <>
        <PreviewSummary summary={summaryOfRun(run)} leftOut={0} read={run.read} unread={unread} newer={newer} />
        <p className="dim">{t('replay.exactly')}</p>
      </>
    );
  }
  if (run.state !== 'running') return <p role="status">{t(run.state === 'failed' ? 'replay.broken' : 'replay.stopped')}</p>;
  return (
    <div className="replay-progress">
      <p role="status">{t('replay.lookingAt', { done: countText(run.done), total: countText(run.total) })}</p>
      <progress value={run.done} max={Math.max(1, run.total)} aria-label={t('replay.lookingProgress')} />
    </div>
  );
}

const OVER = 'replay.dry_run_over';

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
  const began = useQuery(useBeginDryRun(lot));
  const looked = useQuery(useDryRun(began.data?.id ?? null));
  const run = looked.data ?? began.data ?? null;
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
  // It goes when somebody is erased, whoever looks at it.
  const gone = looked.error?.message === 'request.not_found';
  const error = failed ?? began.error?.message ?? (gone ? OVER : looked.error?.message) ?? null;
  const over = replay === null && lot !== null && (error === OVER || run?.state === 'cancelled' || run?.state === 'failed');
  const lookAgain = (): void => {
    setFailed(null);
    void began.refetch();
  };
  // What could not be read may be tried all the same: its source may answer by then.
  const able = run?.state === 'done' ? run.total - (run.outcomes.body_gone ?? 0) - (run.outcomes.untried ?? 0) : 0;
  // The button that was pressed is gone then, and the keyboard must not be left outside of the dialog.
  const last = useRef<HTMLButtonElement>(null);
  const hasBegun = begun !== null;
  useEffect(() => {
    if (hasBegun) last.current?.focus();
  }, [hasBegun]);
  const close = (): void => {
    // Nobody will read it: what is left of it need not be worked out.
    if (run?.state === 'running') void delivered.cancelDryRun(run.id);
    onClose(begun !== null);
  };
  return (
    // Put together by hand: the library's own heading would be a second banner of the page.
    <Modal.Root opened onClose={close} size="lg" centered lockScroll={false} transitionProps={{ duration: 0 }} classNames={{ content: 'dialog', overlay: 'dialog-overlay' }}>
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Body className="dialog-body">
          <div className="dialog-head">
            <Modal.Title className="dialog-title">{t('replay.title', { count: replay?.total ?? run?.total ?? (lot !== null && 'ids' in lot ? lot.ids.length : 0) })}</Modal.Title>
            <Modal.CloseButton aria-label={t('replay.close')} />
          </div>
          {replay ? (
            <Progress replay={replay} onCancel={() => void act(delivered.cancelReplay(replay.id))} />
          ) : run ? (
            <Looked run={run} unread={looked.data?.unread ?? []} newer={newer} />
          ) : began.isPending ? (
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
            {over ? (
              <button type="button" className="button button-main" disabled={began.isFetching} onClick={lookAgain}>
                {t('replay.lookAgain')}
              </button>
            ) : replay === null && run?.state === 'done' ? (
              <button type="button" className="button button-main" disabled={busy || able === 0} onClick={() => void act(delivered.replay({ dryRun: run.id }))}>
                {t('replay.confirm', { count: able, total: countText(able) })}
              </button>
            ) : null}
            <button type="button" className="button" ref={last} onClick={close}>
              {t(replay === null ? 'replay.leave' : 'replay.close')}
            </button>
          </div>
          {run?.state === 'done' && !over ? (
            replay === null ? <DryRunChanges id={run.id} only="changing" onOpen={close} /> : replay.state !== 'running' && replay.differs > 0 ? <DryRunChanges id={run.id} only="differing" onOpen={close} /> : null
          ) : null}
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
