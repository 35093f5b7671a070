import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { FeedView, MadeFeed } from '../../core/contract/feeds.ts';
import { Failed, SureButton } from '../accounts/fields.tsx';
import { useTask } from '../accounts/useTask.ts';
import { useBackend } from '../app/context.ts';
import { openPlace, useRoute } from '../app/routes.ts';
import { useTables } from '../app/selectors.ts';
import { dotted, isolated } from '../components/format.ts';
import { LoadFailed } from '../components/LoadFailed.tsx';
import { Moment } from '../components/Moment.tsx';
import { Empty } from '../components/Section.tsx';
import { t } from '../i18n/index.ts';
import { useConsole } from '../state/store.ts';
import { Made } from './Made.tsx';
import { MakeFeed } from './MakeFeed.tsx';
import { aboutText, keyOfAbout } from './words.ts';

const KEY = ['feeds'];
/** A feed that was read is seen to be read while somebody waits for it. */
const REFRESH_MS = 60_000;

/** Calendar feeds that the house gives out: to whom, what each holds, when it was read, and taking one back. For managers. */
export function FeedsView() {
  const backend = useBackend();
  const queries = useQueryClient();
  const { place } = useRoute();
  const about = place.view === 'feeds' ? place.about : null;
  const [made, setMade] = useState<MadeFeed | null>(null);
  const maker = useRef<HTMLButtonElement>(null);
  const { data, error, refetch } = useQuery({
    queryKey: KEY,
    queryFn: async () => {
      const answer = await backend.feeds.list();
      if (!answer.ok) throw new Error(answer.error.code);
      return answer.value;
    },
    refetchInterval: REFRESH_MS,
  });
  const again = (): void => void queries.invalidateQueries({ queryKey: KEY });
  const close = (): void => {
    setMade(null);
    openPlace({ view: 'feeds', about: null });
    // What had the focus is gone.
    maker.current?.focus();
  };
  const begin = (
    <button
      type="button" ref={maker} className="button button-main board-act" aria-expanded={about !== null}
      onClick={() => (about === null ? openPlace({ view: 'feeds', about: { kind: 'house' } }) : close())}
    >
      {t('feeds.make')}
    </button>
  );
  return (
    <div className="page settings feeds">
      <header className="board-head">
        <h1>{t('places.feeds')}</h1>
        <p className="board-about">{data ? t('feeds.count', { count: data.feeds.length }) : ''}</p>
        {begin}
      </header>
      <p className="dim feeds-lead">{t('feeds.lead')}</p>
      {error ? (
        <LoadFailed error={error} onAgain={refetch} />
      ) : null}
      {made ? (
        <Made made={made} onDone={close} />
      ) : about === null ? null : (
        <MakeFeed
          key={keyOfAbout(about)}
          about={about}
          onMade={(next) => {
            setMade(next);
            again();
          }}
          onClose={close}
        />
      )}
      {data === undefined ? (error ? null : <p role="status">{t('feeds.loading')}</p>) : data.feeds.length === 0 ? (
        <Empty title={t('feeds.emptyTitle')} detail={t('feeds.empty')} />
      ) : (
        <ul className="devices" aria-label={t('places.feeds')}>
          {data.feeds.map((feed) => (
            <Feed key={feed.id} feed={feed} onRevoked={again} />
          ))}
        </ul>
      )}
    </div>
  );
}

function Feed({ feed, onRevoked }: { readonly feed: FeedView; readonly onRevoked: () => void }) {
  const backend = useBackend();
  const tables = useTables();
  const zone = useConsole((state) => state.record?.organisation.zone ?? 'UTC');
  const task = useTask();
  const what = aboutText(tables, feed.about);
  const whose = feed.recipient ?? t('feeds.unnamed');
  return (
    <li className="setting feed">
      <div>
        <p className="setting-label">
          <bdi>{whose}</bdi>
        </p>
        <p className="dim">{dotted([what, t(`feeds.privacyOf.${feed.privacy}`)])}</p>
        <p className="dim">
          {t('feeds.madeAt')} <Moment at={feed.createdAt} zone={zone} />
          {feed.createdBy === null ? '' : ` ${t('feeds.madeBy', { who: isolated(feed.createdBy) })}`}
          {' · '}
          {feed.lastReadAt === null ? t('feeds.neverRead') : <>{t('feeds.lastRead')} <Moment at={feed.lastReadAt} zone={zone} /></>}
        </p>
        <Failed words={task.failed} />
      </div>
      <div className="setting-control">
        <SureButton
          label={t('feeds.revoke')} sure={t('feeds.revokeSure')} of={dotted([whose, what])} disabled={task.busy}
          onSure={() => void task.run(() => backend.feeds.revoke(feed.id), onRevoked)}
        />
      </div>
    </li>
  );
}
