import { useEffect, useMemo, useRef, useState } from 'react';
import type { CalendarPlace } from '../../core/contract/calendarPlace.ts';
import type { Conflict } from '../../core/contract/record/taking.ts';
import { acceptedConflicts, openConflicts } from '../../core/domain/conflicts/queue.ts';
import { go } from '../app/routes.ts';
import { useTables } from '../app/selectors.ts';
import { dayText, fullMoment, timeText } from '../components/format.ts';
import { Empty, Section } from '../components/Section.tsx';
import { SeverityMark } from '../components/Severity.tsx';
import { useNow } from '../components/useNow.ts';
import { useRows } from '../components/useRows.ts';
import { t } from '../i18n/index.ts';
import { useConsole } from '../state/store.ts';
import { ConflictCard } from './ConflictCard.tsx';
import { Differences, useOpenDifferences } from './Differences.tsx';
import { LeftBehind, useLeftBehind } from './LeftBehind.tsx';
import { conflictTitle, hardText, leftText, muchText, warnedTexts, whoText } from './words.ts';

/** What cannot both be, hard ones first; one is unfolded where it stands, so that the queue stays in sight. */
interface QueueProps {
  readonly place: CalendarPlace;
  /** Looks for ways out of some of them; null = may not. */
  readonly onWays: ((conflictIds: readonly string[]) => void) | null;
  /** Shows something on the timeline, by its occupancy. */
  readonly onShow: (occupancyId: string) => void;
}

export function ConflictQueue({ place, onWays, onShow }: QueueProps) {
  const tables = useTables();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const zone = useConsole((state) => state.record?.organisation.zone ?? 'UTC');
  const hasRecord = useConsole((state) => state.record !== null);
  const now = useNow(60_000);
  const open = useMemo(() => openConflicts(Object.values(tables.conflicts), now), [tables.conflicts, now]);
  const accepted = useMemo(() => acceptedConflicts(Object.values(tables.conflicts), now), [tables.conflicts, now]);
  const shownId = place.conflictId;
  const picked = open.filter(({ id }) => chosen.has(id)).map(({ id }) => id);
  const acts: Acts = { place, onWays, onShow };
  const choose = (id: string): void => setChosen(new Set(chosen.has(id) ? [...chosen].filter((other) => other !== id) : [...chosen, id]));
  // A link leads here even when it has been seen to meanwhile.
  const asked = shownId === null ? undefined : tables.conflicts[shownId];
  const gone = asked && !open.includes(asked) && !accepted.includes(asked) ? asked : null;
  const differing = useOpenDifferences().length;
  const left = useLeftBehind(shownId).length;
  const besides = [['leftBehind.open', left], ['differences.open', differing]] as const;
  const about = [hardText(open), ...warnedTexts(open), ...besides.flatMap(([key, count]) => (count > 0 ? [t(key, { count })] : []))];

  return (
    <div className="page conflicts">
      <header className="board-head">
        <h1>{t('calendar.title')}</h1>
        <p className="board-about num">{about.join(', ')}</p>
      </header>
      {gone ? <ConflictCard conflict={gone} zone={zone} onShow={onShow} alone /> : null}
      {open.length === 0 && accepted.length === 0 && differing === 0 && left === 0 && !gone ? (
        <Empty title={t(hasRecord ? 'conflicts.emptyTitle' : 'day.loadingTitle')} detail={t(hasRecord ? 'conflicts.empty' : 'day.loading')} />
      ) : null}
      {onWays && open.length > 1 ? (
        <p className="conflict-several">
          <button type="button" className="button" disabled={picked.length === 0} onClick={() => onWays(picked)}>
            {t('conflicts.waysForChosen', { count: picked.length })}
          </button>
        </p>
      ) : null}
      {open.length > 0 ? <Queue conflicts={open} shownId={shownId} zone={zone} label={t('conflicts.open')} acts={acts} chosen={onWays && open.length > 1 ? chosen : null} onChoose={choose} /> : null}
      <LeftBehind place={place} />
      <Differences onShow={onShow} />
      {accepted.length > 0 ? (
        <Section id="accepted" title={t('conflicts.accepted')}>
          <Queue conflicts={accepted} shownId={shownId} zone={zone} label={t('conflicts.accepted')} acts={{ ...acts, onWays: null }} chosen={null} onChoose={choose} />
        </Section>
      ) : null}
    </div>
  );
}

type Acts = QueueProps;

interface ListProps {
  readonly conflicts: readonly Conflict[];
  readonly shownId: string | null;
  readonly zone: string;
  readonly label: string;
  readonly acts: Acts;
  /** Null = several cannot be chosen. */
  readonly chosen: ReadonlySet<string> | null;
  readonly onChoose: (id: string) => void;
}

function Queue({ conflicts, shownId, zone, label, acts, chosen, onChoose }: ListProps) {
  const tables = useTables();
  const now = useNow(60_000);
  const ids = conflicts.map(({ id }) => id);
  const { listProps, tabIndex } = useRows();
  const { ref: list } = listProps;
  const here = useRef<string | null>(null);
  // What an address has led to is brought into sight; what was unfolded by hand stays where the hand is.
  useEffect(() => {
    if (shownId === null || here.current === shownId) return;
    here.current = shownId;
    const row = list.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(shownId)}"]`);
    row?.focus({ preventScroll: true });
    row?.closest('.conflict-row')?.scrollIntoView({ block: 'nearest' });
  }, [list, shownId]);
  return (
    <ul className="rows" aria-label={label} {...listProps}>
      {conflicts.map((conflict) => {
        const isShown = conflict.id === shownId;
        return (
          <li key={conflict.id} className="row conflict-row" data-selected={isShown || undefined}>
            {chosen ? <input type="checkbox" className="conflict-choose" checked={chosen.has(conflict.id)} aria-label={t('conflicts.choose', { title: conflictTitle(tables, conflict), when: dayText(conflict.startsAt, zone) })} onChange={() => onChoose(conflict.id)} /> : null}
            <button
              type="button"
              className="row-main row-conflict"
              data-row={conflict.id}
              tabIndex={tabIndex(conflict.id, ids)}
              aria-expanded={isShown}
              onClick={() => {
                here.current = isShown ? null : conflict.id;
                go({ place: { ...acts.place, conflictId: here.current, on: undefined, taking: undefined }, selected: null });
              }}
            >
              <SeverityMark severity={conflict.level === 'block' ? 'critical' : 'warning'} />
              <span className="row-text">
                <span className="row-line">{conflictTitle(tables, conflict)}</span>
                <span className="row-sub">{muchText(tables, conflict)}</span>
                {isShown ? null : <span className="row-sub conflict-who">{whoText(tables, conflict)}</span>}
              </span>
              <span className="row-end row-sub num">
                <time dateTime={conflict.startsAt} title={fullMoment(conflict.startsAt, zone)}>
                  {dayText(conflict.startsAt, zone)} {timeText(conflict.startsAt, zone)}
                </time>{' · '}
                {leftText(conflict, now)}
              </span>
            </button>
            {isShown ? <ConflictCard conflict={conflict} zone={zone} onShow={acts.onShow} onWays={acts.onWays} /> : null}
          </li>
        );
      })}
    </ul>
  );
}
