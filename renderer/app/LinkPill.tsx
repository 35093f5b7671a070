import { Popover } from '@mantine/core';
import { IconCircleDashed, IconCircleFilled, IconHexagonFilled, IconSquareRotatedFilled, IconTriangleFilled } from '@tabler/icons-react';
import { useState } from 'react';
import type { LinkStatus } from '../../core/contract/stream.ts';
import { fullMoment, momentText, spanText } from '../components/format.ts';
import { useNow } from '../components/useNow.ts';
import { errorWords, t } from '../i18n/index.ts';
import { unsent } from '../state/outbox.ts';
import { useConsole } from '../state/store.ts';
import { useBackend } from './context.ts';
import { OutboxList } from './OutboxList.tsx';
import { useScope } from './selectors.ts';

const SHAPES = { connecting: IconCircleDashed, catching_up: IconSquareRotatedFilled, live: IconCircleFilled, offline: IconTriangleFilled, refused: IconHexagonFilled } as const;

function pillText(link: LinkStatus, zone: string, now: number): string {
  switch (link.state) {
    case 'live':
      return t('link.live');
    case 'catching_up':
      return t('link.catchingUp', { count: Math.max(1, link.headSeq - link.seq) });
    case 'offline':
      return t('link.offline', { time: momentText(link.since, zone, now) });
    case 'connecting':
      return t('link.connecting');
    case 'refused':
      return t('link.refused');
  }
}

/** How far the board can be trusted, in two words; why and what to do behind it. */
export function LinkPill() {
  const backend = useBackend();
  const link = useConsole((state) => state.link);
  const waiting = useConsole((state) => unsent(state.outbox).length);
  const { zone } = useScope();
  const now = useNow(1000);
  const [failed, setFailed] = useState<string | null>(null);
  const state = link?.state ?? 'connecting';
  const Shape = SHAPES[state];
  const retry = async (): Promise<void> => {
    const answer = await backend.retryLink();
    setFailed(answer.ok ? null : answer.error.code);
  };
  const wait = link?.retryAt ? Date.parse(link.retryAt) - now : null;

  return (
    <Popover width={320} position="bottom-end" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <button type="button" className="pill" data-link={state}>
          <Shape size={10} aria-hidden />
          <span className="num">{link ? pillText(link, zone, now) : t('link.connecting')}</span>
          {waiting > 0 ? <span className="pill-unsent num">{t('outbox.unsent', { count: waiting })}</span> : null}
        </button>
      </Popover.Target>
      <Popover.Dropdown className="pop" aria-label={t('link.title')}>
        <p className="pop-title">{t(`link.says.${state}`)}</p>
        {link?.reason && state !== 'live' ? <p>{t(`link.reason.${link.reason}`)}</p> : null}
        <dl className="facts">
          <dt>{t('link.since')}</dt>
          <dd className="num">{link ? fullMoment(link.since, zone) : '–'}</dd>
          <dt>{t('link.confirmed')}</dt>
          <dd className="num">{link?.confirmedAt ? t('time.ago', { span: spanText(Math.max(0, now - Date.parse(link.confirmedAt))) }) : t('link.never')}</dd>
          <dt>{t('link.position')}</dt>
          <dd className="num">{link ? t('link.of', { seq: link.seq, head: link.headSeq }) : '–'}</dd>
        </dl>
        {state === 'live' ? null : (
          <p className="pop-actions">
            <button type="button" className="button" onClick={() => void retry()}>
              {t('link.tryNow')}
            </button>
            {wait !== null && wait > 0 ? <span className="num">{t('link.nextTry', { span: spanText(wait) })}</span> : null}
          </p>
        )}
        <OutboxList />
        {failed ? <p role="alert">{errorWords(failed)}</p> : null}
      </Popover.Dropdown>
    </Popover>
  );
}
