import { IconBan, IconCalendarUser, IconCheck, IconCircleDashed, IconClock, IconHexagonFilled, IconLock, IconTriangleFilled } from '@tabler/icons-react';
import { memo } from 'react';
import { statusAt, type Occupancy } from '../../core/domain/conflicts/model.ts';
import { DecisionMark } from '../app/DecisionMark.tsx';
import { dotted } from '../components/format.ts';
import { memberOf } from '../../core/domain/conflicts/occupancies.ts';
import { isWarned, type ConflictMark } from '../conflicts/words.ts';
import { t } from '../i18n/index.ts';
import { LANE } from './lanes.ts';
import { holdText, statusText, whenText } from './words.ts';

const SHAPES = { lead: IconCircleDashed, hold: IconClock, definite: IconCheck, closed: IconBan, cancelled: IconBan } as const;
/** Narrower than this there is no room for a word. */
const NAMED_PX = 44;
const GRIPPED_PX = 40;
/** Narrower than this its outline and pattern speak alone, and a clash is marked beside it. */
const SHAPED_PX = 22;
export const BAR_LEAST_PX = 8;
export const BAR_TOP = 4;

interface BarProps {
  readonly one: Occupancy;
  readonly x: number;
  readonly lane: number;
  readonly pxPerMs: number;
  readonly zone: string;
  readonly now: number;
  readonly clash: ConflictMark | null;
  readonly where: string;
  readonly isSelected: boolean;
  readonly isLifted: boolean;
  /** The one stop for the keyboard. */
  readonly isStop: boolean;
  readonly mayMove: boolean;
}

/** Something that takes time: its status by outline, pattern, shape and word; thin wings are the time before and after that it needs. */
export const Bar = memo(function Bar({ one, x, lane, pxPerMs, zone, now, clash, where, isSelected, isLifted, isStop, mayMove }: BarProps) {
  const width = Math.max((one.endsAt - one.startsAt) * pxPerMs, BAR_LEAST_PX);
  const status = statusAt(one, now);
  const foreign = one.elsewhere === true;
  const Shape = foreign ? IconCalendarUser : SHAPES[status];
  const Mark = clash === null || !isWarned(clash) ? IconHexagonFilled : IconTriangleFilled;
  const [before, after] = [one.setUpMs * pxPerMs, one.turnaroundMs * pxPerMs];
  const fixed = foreign ? t('calendar.elsewhere') : one.locked && t('calendar.locked', { reason: one.locked.reason });
  const marked = clash && t(`calendar.mark.${clash}`);
  const words = dotted([statusText(one, now), whenText(one, zone), where, holdText(one, zone), fixed, marked]);
  return (
    <button
      type="button"
      className="tl-bar"
      data-bar={one.id}
      data-status={status}
      data-clash={clash === null ? undefined : isWarned(clash) ? 'warn' : 'block'}
      data-selected={isSelected || undefined}
      data-lifted={isLifted || undefined}
      data-locked={one.locked ? true : undefined}
      data-elsewhere={foreign || undefined}
      tabIndex={isStop ? 0 : -1}
      aria-pressed={isSelected}
      aria-label={`${one.label}. ${words}`}
      aria-describedby={isStop ? 'timeline-help' : undefined}
      title={`${one.label}\n${words}`}
      style={{ left: x, width, top: BAR_TOP + lane * LANE, height: LANE - 4 }}
    >
      {before >= 1 ? <span className="tl-wing" style={{ width: before, left: -before }} aria-hidden /> : null}
      {after >= 1 ? <span className="tl-wing" style={{ width: after, right: -after }} aria-hidden /> : null}
      <span className="tl-bar-text" data-beside={width < SHAPED_PX || undefined} aria-hidden>
        {clash === null ? null : <Mark size={12} className="tl-clash" />}
        {width >= NAMED_PX || (clash === null && width >= SHAPED_PX) ? <Shape size={12} stroke={2} className="tl-shape" /> : null}
        {one.locked && !foreign && width >= NAMED_PX ? <IconLock size={12} stroke={2} className="tl-shape" /> : null}
        {width >= NAMED_PX ? <bdi className="tl-name">{one.label}</bdi> : null}
        {width >= NAMED_PX ? <DecisionMark rowId={memberOf(one.id).id} /> : null}
      </span>
      {mayMove && !one.locked && width >= GRIPPED_PX ? (
        <>
          <span className="tl-grip" data-grip="start" aria-hidden />
          <span className="tl-grip" data-grip="end" aria-hidden />
        </>
      ) : null}
    </button>
  );
});
