import { useMemo } from 'react';
import type { Conflict } from '../../core/contract/record/taking.ts';
import { acceptedConflicts, openConflicts } from '../../core/domain/conflicts/queue.ts';
import { go, useRoute } from '../app/routes.ts';
import { useTables } from '../app/selectors.ts';
import { dayText, fullMoment, timeText } from '../components/format.ts';
import { Empty, Section } from '../components/Section.tsx';
import { SeverityMark } from '../components/Severity.tsx';
import { useNow } from '../components/useNow.ts';
import { useRows } from '../components/useRows.ts';
import { t } from '../i18n/index.ts';
import { useConsole } from '../state/store.ts';
import { ConflictCard } from './ConflictCard.tsx';
import { conflictTitle, muchText } from './words.ts';

/** What cannot both be, hard ones first; one is unfolded where it stands, so that the queue stays in sight. */
export function ConflictsView() {
  const tables = useTables();
  const { place } = useRoute();
  const zone = useConsole((state) => state.record?.organisation.zone ?? 'UTC');
  const hasRecord = useConsole((state) => state.record !== null);
  const now = useNow(60_000);
  const open = useMemo(() => openConflicts(Object.values(tables.conflicts), now), [tables.conflicts, now]);
  const accepted = useMemo(() => acceptedConflicts(Object.values(tables.conflicts), now), [tables.conflicts, now]);
  const shownId = place.view === 'conflicts' ? place.conflictId : null;
  // A link leads here even when it has been seen to meanwhile.
  const asked = shownId === null ? undefined : tables.conflicts[shownId];
  const gone = asked && !open.includes(asked) && !accepted.includes(asked) ? asked : null;
  const hard = open.filter(({ level }) => level === 'block').length;

  return (
    <div className="page conflicts">
      <header className="board-head">
        <h1>{t('conflicts.title')}</h1>
        <p className="board-about num">{t('conflicts.about', { hard: t('conflicts.hard', { count: hard }), tight: t('conflicts.tight', { count: open.length - hard }) })}</p>
      </header>
      {gone ? <ConflictCard conflict={gone} zone={zone} alone /> : null}
      {open.length === 0 && accepted.length === 0 && !gone ? (
        <Empty title={t(hasRecord ? 'conflicts.emptyTitle' : 'day.loadingTitle')} detail={t(hasRecord ? 'conflicts.empty' : 'day.loading')} />
      ) : null}
      {open.length > 0 ? <Queue conflicts={open} shownId={shownId} zone={zone} label={t('conflicts.open')} /> : null}
      {accepted.length > 0 ? (
        <Section id="accepted" title={t('conflicts.accepted')}>
          <Queue conflicts={accepted} shownId={shownId} zone={zone} label={t('conflicts.accepted')} />
        </Section>
      ) : null}
    </div>
  );
}

function Queue({ conflicts, shownId, zone, label }: { readonly conflicts: readonly Conflict[]; readonly shownId: string | null; readonly zone: string; readonly label: string }) {
  const tables = useTables();
  const ids = conflicts.map(({ id }) => id);
  const { listProps, tabIndex } = useRows();
  return (
    <ul className="rows" aria-label={label} {...listProps}>
      {conflicts.map((conflict) => {
        const isShown = conflict.id === shownId;
        return (
          <li key={conflict.id} className="row conflict-row" data-selected={isShown || undefined}>
            <button
              type="button"
              className="row-main row-conflict"
              data-row={conflict.id}
              tabIndex={tabIndex(conflict.id, ids)}
              aria-expanded={isShown}
              onClick={() => go({ place: { view: 'conflicts', conflictId: isShown ? null : conflict.id }, selected: null })}
            >
              <SeverityMark severity={conflict.level === 'block' ? 'critical' : 'warning'} />
              <span className="row-text">
                <span className="row-line">{conflictTitle(tables, conflict)}</span>
                <span className="row-sub">{muchText(conflict)}</span>
              </span>
              <time className="row-end row-sub num" dateTime={conflict.startsAt} title={fullMoment(conflict.startsAt, zone)}>
                {dayText(conflict.startsAt, zone)} {timeText(conflict.startsAt, zone)}
              </time>
            </button>
            {isShown ? <ConflictCard conflict={conflict} zone={zone} /> : null}
          </li>
        );
      })}
    </ul>
  );
}
