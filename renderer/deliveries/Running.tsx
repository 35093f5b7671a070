import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { countText } from '../components/format.ts';
import { t } from '../i18n/index.ts';
import { useAskAgain, useReplay, useReplays } from './queries.ts';
import { ReplayDialog } from './ReplayDialog.tsx';

/** What is being worked on again now, also from another window or from before a reload. */
export function Running() {
  const { data: replays } = useQuery(useReplays());
  const last = replays?.replays.find((one) => one.state === 'running');
  const { data: told } = useQuery(useReplay(last?.id ?? null));
  const askAgain = useAskAgain();
  const [open, setOpen] = useState(false);
  if (last === undefined) return null;
  const replay = told ?? last;
  return (
    <p className="replay-running" role="status">
      <span className="num">{t(`replay.state.${replay.state}`, { done: countText(replay.done), total: countText(replay.total) })}</span>{' '}
      <button type="button" className="button" onClick={() => setOpen(true)}>
        {t('deliveries.look')}
      </button>
      {open ? (
        <ReplayDialog
          lot={null}
          running={replay}
          newer={0}
          onClose={() => {
            setOpen(false);
            askAgain();
          }}
        />
      ) : null}
    </p>
  );
}
