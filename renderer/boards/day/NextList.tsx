import { useMemo } from 'react';
import { nextItems } from '../../../core/domain/day/nextItems.ts';
import { DecisionMark } from '../../app/DecisionMark.tsx';
import { select } from '../../app/routes.ts';
import { LIST_STEP_MS, useTables, type Scope } from '../../app/selectors.ts';
import { dotted, isolated, spanText } from '../../components/format.ts';
import { Moment } from '../../components/Moment.tsx';
import { Empty, Section } from '../../components/Section.tsx';
import { useNow } from '../../components/useNow.ts';
import { useRows } from '../../components/useRows.ts';
import { t } from '../../i18n/index.ts';

const SHOWN = 12;

export function NextList({ scope }: { readonly scope: Scope }) {
  const tables = useTables();
  const now = useNow(LIST_STEP_MS);
  const entries = useMemo(() => nextItems(tables, new Set(scope.weddings.keys()), now), [tables, scope.weddings, now]);
  const shown = entries.slice(0, SHOWN);
  const ids = shown.map((entry) => entry.id);
  const { listProps, tabIndex } = useRows();
  const several = scope.weddings.size > 1;

  return (
    <Section id="next" title={t('next.title')} aside={entries.length > SHOWN ? <span className="num">{t('next.more', { count: entries.length - SHOWN })}</span> : null}>
      {shown.length === 0 ? (
        <Empty title={t('next.emptyTitle')} detail={t('next.empty')} />
      ) : (
        <ul className="rows" {...listProps}>
          {shown.map((entry) => (
            <li key={entry.id} className="row" data-state={entry.state}>
              <button type="button" className="row-main row-next" data-row={entry.id} tabIndex={tabIndex(entry.id, ids)} onClick={() => select(entry.kind === 'callTime' ? 'booking' : 'item', entry.id)}>
                <Moment at={entry.at} zone={scope.zone} className="row-time num" />
                <span className="row-text">
                  <span className="row-line">
                    {entry.kind === 'callTime' ? t('next.arrives', { who: isolated(entry.who ?? entry.title) }) : isolated(entry.title)}
                  </span>
                  <span className="row-sub">{dotted([several && scope.weddings.get(entry.weddingId)?.title, entry.kind === 'callTime' ? entry.title : entry.who, entry.place])}</span>
                </span>
                <span className="row-end num">
                  {entry.state === 'upcoming' ? t('next.in', { span: spanText(Math.ceil((entry.at - now) / 60_000) * 60_000) }) : t(`next.${entry.state}`)}
                  <DecisionMark rowId={entry.id} />
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
