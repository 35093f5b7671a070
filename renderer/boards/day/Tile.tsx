import type { ReactNode } from 'react';
import { freshness, type Freshness } from '../../../core/domain/day/freshness.ts';
import type { Connection } from '../../../core/contract/record/connections.ts';
import { fullMoment, spanText, timeText } from '../../components/format.ts';
import { useNow } from '../../components/useNow.ts';
import { t } from '../../i18n/index.ts';
import { useConsole } from '../../state/store.ts';

/** Heartbeats come every 4 s; twice that and the number deserves a second look. */
const AGE_LIMIT_MS = 10_000;

function reasonText(fresh: Freshness, zone: string): string | null {
  switch (fresh.reason?.kind) {
    case 'offline':
      return t('age.offline', { time: timeText(fresh.reason.since, zone) });
    case 'refused':
      return t('age.refused');
    case 'connecting':
      return t('age.connecting');
    case 'catching_up':
      return t('age.catchingUp', { count: fresh.reason.behind });
    case 'source_failing':
      return t('age.sourceFailing', { name: fresh.reason.name });
    case undefined:
      return null;
  }
}

export interface TileProps {
  readonly id: string;
  readonly label: string;
  readonly value: ReactNode;
  /** Against what the value is compared, in words. */
  readonly change: ReactNode;
  /** Names of the systems the value comes from. */
  readonly marks: string;
  readonly sources: readonly Connection[];
  readonly zone: string;
  readonly chart?: ReactNode;
  /** Where it can be drilled into. */
  readonly href?: string | undefined;
}

/** Label, value, change, source and age. Stale facts are hatched and say why. */
export function Tile({ id, label, value, change, marks, sources, zone, chart, href }: TileProps) {
  const now = useNow(1000);
  const link = useConsole((state) => state.link);
  const savedAt = useConsole((state) => state.savedAt);
  const fresh = freshness({ link, savedAt, sources, now, limitMs: AGE_LIMIT_MS });
  const reason = reasonText(fresh, zone);
  const age = fresh.ageMs === null ? t('age.never') : spanText(fresh.ageMs);
  const body = (
    <>
      <span className="tile-label">{label}</span>
      <span className="tile-value num">{value}</span>
      <span className="tile-change">{change}</span>
    </>
  );
  return (
    <article className="tile" data-fresh={fresh.state} data-tile={id} aria-label={label}>
      {href ? (
        <a className="tile-main" href={href}>
          {body}
        </a>
      ) : (
        <div className="tile-main">{body}</div>
      )}
      {chart ? <div className="tile-chart" aria-hidden>{chart}</div> : null}
      <p className="tile-foot">
        <span className="tile-source">{marks}</span>
        <span className="tile-age num" title={fresh.ageMs === null ? undefined : t('age.confirmed', { moment: fullMoment(now - fresh.ageMs, zone) })}>
          {reason ? `${reason} · ${age}` : age}
        </span>
      </p>
    </article>
  );
}
