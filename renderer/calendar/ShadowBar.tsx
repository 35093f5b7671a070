import { IconCornerLeftUp, IconHexagonFilled, IconTriangleFilled } from '@tabler/icons-react';
import { memo } from 'react';
import { statusAt } from '../../core/domain/conflicts/model.ts';
import { dotted, isolated } from '../components/format.ts';
import { isWarned, type ConflictMark } from '../conflicts/words.ts';
import { t } from '../i18n/index.ts';
import { BAR_LEAST_PX, BAR_TOP } from './Bar.tsx';
import { LANE } from './lanes.ts';
import type { Drawn, Through } from './shadows.ts';
import { holdText, statusText, whenText } from './words.ts';

/** Narrower than this there is no room for a word. */
const NAMED_PX = 44;

interface ShadowBarProps {
  readonly one: Drawn;
  readonly through: Through;
  /** What it takes, by name. */
  readonly taken: string;
  readonly x: number;
  readonly lane: number;
  readonly pxPerMs: number;
  readonly zone: string;
  readonly now: number;
  readonly clash: ConflictMark | null;
  readonly isSelected: boolean;
  /** The one stop for the keyboard. */
  readonly isStop: boolean;
}

/** What takes this row through another one: seen here, moved there. */
export const ShadowBar = memo(function ShadowBar({ one, through, taken, x, lane, pxPerMs, zone, now, clash, isSelected, isStop }: ShadowBarProps) {
  const width = Math.max((one.endsAt - one.startsAt) * pxPerMs, BAR_LEAST_PX);
  const name = t(`calendar.through.${through.how}`, { where: isolated(taken) });
  const marked = clash && t(`calendar.mark.${clash}`);
  const leads = t('calendar.through.leads', { where: isolated(taken) });
  const words = dotted([one.label, statusText(one, now), whenText(one, zone), holdText(one, zone), marked, leads]);
  const Mark = clash === null || !isWarned(clash) ? IconHexagonFilled : IconTriangleFilled;
  return (
    <button
      type="button"
      className="tl-bar tl-shadow"
      data-bar={one.id}
      data-through={through.id}
      data-status={statusAt(one, now)}
      data-clash={clash === null ? undefined : isWarned(clash) ? 'warn' : 'block'}
      data-of-selected={isSelected || undefined}
      tabIndex={isStop ? 0 : -1}
      aria-label={`${name}. ${words}`}
      title={`${name}\n${words}`}
      style={{ left: x, width, top: BAR_TOP + lane * LANE, height: LANE - 4 }}
    >
      <span className="tl-bar-text" aria-hidden>
        {clash === null ? null : <Mark size={12} className="tl-clash" />}
        {width >= NAMED_PX ? <IconCornerLeftUp size={12} stroke={2} className="tl-shape" /> : null}
        {width >= NAMED_PX ? (
          <span className="tl-name">
            <bdi>{name}</bdi> · <bdi>{one.label}</bdi>
          </span>
        ) : null}
      </span>
    </button>
  );
});
