import type { Alert } from '../../core/contract/record/attention.ts';
import { nextItems } from '../../core/domain/day/nextItems.ts';
import type { DayWedding } from '../../core/domain/day/weddings.ts';
import { useTables } from '../app/selectors.ts';
import { dotted, isolated, spanText, timeText } from '../components/format.ts';
import { SeverityMark } from '../components/Severity.tsx';
import { t } from '../i18n/index.ts';
import { progressOf } from './pages.ts';
import { EntryRow, Rows } from './parts.tsx';

export interface PageProps {
  readonly now: number;
  readonly zone: string;
  /** Names of today's weddings by id, as the wall says them. */
  readonly names: ReadonlyMap<string, string>;
}

export function NextPage({ now, zone, names }: PageProps) {
  const tables = useTables();
  const entries = nextItems(tables, new Set(names.keys()), now);
  if (entries.length === 0) return <p className="wall-calm">{t(names.size === 0 ? 'wall.nextAbout' : 'wall.nothing', { count: names.size })}</p>;
  return (
    <Rows
      all={entries}
      more={(count) => t('wall.nextMore', { count })}
      row={(entry) => <EntryRow key={entry.id} entry={entry} trade={tables.bookings[entry.id]?.trade ?? null} zone={zone} now={now} wedding={names.size > 1 ? (names.get(entry.weddingId) ?? null) : null} />}
    />
  );
}

const SHOWN_OF_WEDDING = 5;

export function WeddingPage({ now, entry }: PageProps & { readonly entry: DayWedding }) {
  const tables = useTables();
  const { wedding, phase } = entry;
  const next = nextItems(tables, new Set([wedding.id]), now).slice(0, SHOWN_OF_WEDDING);
  const progress = progressOf(tables.runSheetItems, wedding.id);
  const until = Date.parse(phase === 'running' ? wedding.endsAt : wedding.startsAt);
  const hours = t('wall.hours', { from: timeText(wedding.startsAt, wedding.zone), to: timeText(wedding.endsAt, wedding.zone) });
  return (
    <div className="wall-wedding">
      <div className="wall-about">
        {phase === 'over' ? (
          <p className="wall-count wall-count-over">{t('wall.over')}</p>
        ) : (
          <p className="wall-count num">
            {spanText(Math.max(60_000, Math.ceil((until - now) / 60_000) * 60_000))}
            <span className="wall-count-label">{t(phase === 'running' ? 'wall.untilEnd' : 'wall.untilStart')}</span>
          </p>
        )}
        <p className="wall-facts num">{dotted([hours, wedding.guestCount === null ? null : t('wall.guests', { count: wedding.guestCount })])}</p>
        <div className="wall-progress">
          <h2>{t('wall.progress')}</h2>
          {progress.count === 0 ? (
            <p className="wall-sub">{t('wall.progressNone')}</p>
          ) : (
            <>
              <ol className="wall-bar" aria-hidden>
                {Array.from({ length: progress.count }, (_, index) => (
                  <li key={index} data-state={index < progress.done ? 'done' : index < progress.done + progress.running ? 'running' : 'planned'} />
                ))}
              </ol>
              <p className="wall-sub num">{t('wall.progressOf', { done: progress.done, count: progress.count })}</p>
            </>
          )}
        </div>
      </div>
      <div className="wall-next">
        <h2>{t('wall.upNext')}</h2>
        {next.length === 0 ? (
          <p className="wall-sub">{t('wall.nothing')}</p>
        ) : (
          <ul>
            {next.map((each) => (
              <EntryRow key={each.id} entry={each} trade={tables.bookings[each.id]?.trade ?? null} zone={wedding.zone} now={now} wedding={null} />
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}

/** How bad, what kind, which wedding, since when; what exactly is for the console. */
export function AlertsPage({ now, names, alerts }: PageProps & { readonly alerts: readonly Alert[] }) {
  const tables = useTables();
  if (alerts.length === 0) return <p className="wall-calm">{t('wall.alertsCalm')}</p>;
  const about = (alert: Alert): string => {
    const wedding = alert.weddingId ? tables.weddings[alert.weddingId] : undefined;
    return wedding ? (names.get(wedding.id) ?? (wedding.title || t('wall.noWedding'))) : t('wall.noWedding');
  };
  return (
    <Rows
      all={alerts}
      more={(count) => t('wall.alertsMore', { count })}
      row={(alert) => (
        <li key={alert.id} className="wall-row wall-alert" data-severity={alert.severity}>
          <SeverityMark severity={alert.severity} word size={26} />
          <span className="wall-what">
            <span className="wall-line">{t(`rules.${alert.rule}`)}</span>
            <span className="wall-sub">{isolated(about(alert))}</span>
          </span>
          <time className="wall-when num" dateTime={alert.raisedAt}>
            {t('time.ago', { span: spanText(Math.max(0, now - Date.parse(alert.raisedAt))) })}
          </time>
        </li>
      )}
    />
  );
}
