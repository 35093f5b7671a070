import { memo, useMemo } from 'react';
import { feed, type FeedEntry } from '../../../core/domain/day/feed.ts';
import { feedText } from '../../app/feedText.ts';
import { go, select } from '../../app/routes.ts';
import { systemName, useTables, type Scope } from '../../app/selectors.ts';
import { dotted } from '../../components/format.ts';
import { Moment } from '../../components/Moment.tsx';
import { Empty, Section } from '../../components/Section.tsx';
import { SeverityMark } from '../../components/Severity.tsx';
import { useHand } from '../../components/useHand.ts';
import { useHeld } from '../../components/useHeld.ts';
import { useRows } from '../../components/useRows.ts';
import { t } from '../../i18n/index.ts';
import { useConsole } from '../../state/store.ts';

const SHOWN = 60;
/** How long what is new stays marked; the animation in the stylesheet is as long. */
const NEW_FOR_MS = 2000;

/** Opens what the fact is about; some things have no inspector of their own. */
function openEntry(entry: FeedEntry): void {
  const kinds = { payments: 'payment', bookings: 'booking', runSheetItems: 'item', messages: 'message', documents: 'document', calendarEvents: 'entry', weatherNotices: 'weather', alerts: 'alert', weddings: 'about' } as const;
  if (entry.collection in kinds) return select(kinds[entry.collection as keyof typeof kinds], entry.rowId);
  if (entry.collection === 'connections') return go({ place: { view: 'integrations', connectionId: entry.rowId }, selected: null });
  if (entry.weddingId) return select('about', entry.weddingId);
  if (entry.collection === 'reviewItems') go({ place: { view: 'integrations', connectionId: null }, selected: null });
}

interface FeedRowProps {
  readonly entry: FeedEntry;
  readonly isNew: boolean;
  readonly zone: string;
  /** Source and wedding. */
  readonly about: string;
  readonly tabIndex: number;
}

/** A fact never changes: its row is drawn again only when something around it does. Sixty rows for every fact cost a frame. */
const FeedRow = memo(
  function FeedRow({ entry, isNew, zone, about, tabIndex }: FeedRowProps) {
    return (
      <li className="row" data-new={isNew || undefined}>
        <button type="button" className="row-main row-feed" data-row={entry.seq} tabIndex={tabIndex} onClick={() => openEntry(entry)}>
          <Moment at={entry.at} zone={zone} className="row-time num" />
          <span className="row-text">
            <span className="row-line">
              {entry.severity ? <SeverityMark severity={entry.severity} size={10} /> : null}
              {feedText(entry)}
            </span>
            <span className="row-sub">{about}</span>
          </span>
        </button>
      </li>
    );
  },
  (a, b) => a.entry.seq === b.entry.seq && a.isNew === b.isNew && a.zone === b.zone && a.about === b.about && a.tabIndex === b.tabIndex,
);

export function Feed({ scope }: { readonly scope: Scope }) {
  const tables = useTables();
  const held = useConsole((state) => state.held);
  const { holding, handProps } = useHand();
  const entries = useMemo(() => {
    const events = held.map(({ event }) => event);
    return new Map(feed(events, tables, scope.weddingId, SHOWN * 2).map((entry) => [String(entry.seq), entry]));
  }, [held, tables, scope.weddingId]);
  const received = useMemo(() => new Map(held.slice(0, SHOWN).map(({ event, receivedAt }) => [String(event.seq), receivedAt])), [held]);
  const order = useMemo(() => [...entries.keys()].slice(0, SHOWN), [entries]);
  const { ids, waiting } = useHeld(order, holding);
  const { listProps, tabIndex } = useRows();

  return (
    <Section id="feed" title={t('feed.title')} aside={waiting > 0 ? <span className="num">{t('feed.waiting', { count: waiting })}</span> : null}>
      {ids.length === 0 ? (
        <Empty title={t('feed.emptyTitle')} detail={t('feed.empty')} />
      ) : (
        <ul className="rows" {...listProps} {...handProps}>
          {ids.map((id) => {
            const entry = entries.get(id);
            if (!entry) return null;
            const isNew = Date.now() - (received.get(id) ?? 0) < NEW_FOR_MS;
            const wedding = entry.weddingId && scope.weddingId === null && entry.collection !== 'weddings' ? tables.weddings[entry.weddingId]?.title : null;
            const about = dotted([entry.system ? systemName(entry.system, tables.connections) : (entry.actor ?? t('tiles.sourceHere')), wedding]);
            return <FeedRow key={id} entry={entry} isNew={isNew} zone={scope.zone} about={about} tabIndex={tabIndex(id, ids)} />;
          })}
        </ul>
      )}
    </Section>
  );
}
