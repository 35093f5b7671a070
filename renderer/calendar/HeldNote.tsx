import { IconCheck, IconHexagonFilled, IconLock, IconTriangleFilled } from '@tabler/icons-react';
import { useMemo } from 'react';
import type { House } from '../../core/domain/conflicts/house.ts';
import { t } from '../i18n/index.ts';
import { judgeAll, wouldMove } from './acts.ts';
import { HEAD_HEIGHT } from './AxisHead.tsx';
import { useHolding } from './holding.ts';
import { isMoved } from './lift.ts';
import { useRole } from './useHouse.ts';
import type { Viewport } from './useViewport.ts';
import { reasonsOf, resourceName, whenText } from './words.ts';

const MARKS = { free: IconCheck, warned: IconTriangleFilled, reason: IconHexagonFilled, refused: IconLock } as const;
const REASONS_SHOWN = 2;
const MARGIN_PX = 8;

interface HeldNoteProps {
  readonly house: House;
  readonly view: Viewport;
  readonly now: number;
}

/** What a finger holds and how it would stand there: at the end of the view that the hand does not cover. */
export function HeldNote({ house, view, now }: HeldNoteProps) {
  const lift = useHolding((state) => (state.lift?.by === 'touch' ? state.lift : null));
  const isHigh = useHolding((state) => state.handIsHigh);
  const role = useRole();
  const whole = useMemo(() => (lift ? judgeAll(house, wouldMove(house, lift).map(({ to }) => to), [], role, now) : null), [house, lift, role, now]);
  if (!lift || !whole) return null;
  const { drop, to } = whole;
  const { verdict } = drop;
  const Mark = MARKS[verdict];
  const reasons = isMoved(lift) ? reasonsOf(house, drop, to) : [];
  return (
    <div className="tl-held" aria-hidden>
      <div
        className="tl-tag"
        data-verdict={isMoved(lift) ? verdict : 'free'}
        data-at={isHigh ? 'bottom' : 'top'}
        style={{ width: view.width - 2 * MARGIN_PX, top: isHigh ? view.height - MARGIN_PX : HEAD_HEIGHT + MARGIN_PX }}
      >
        <span className="tl-tag-head num">
          {isMoved(lift) ? <><Mark size={12} /> {t(`calendar.verdict.${verdict}`)} · </> : null}
          {resourceName(house, lift.to.resourceId)} · {whenText(lift.to, house.zone)}
        </span>
        <bdi>{lift.from.label}</bdi>
        {isMoved(lift) ? null : <span>{t(`calendar.held.${lift.grip}`)}</span>}
        {reasons.slice(0, REASONS_SHOWN).map((reason) => (
          <span key={reason}>{reason}</span>
        ))}
        {reasons.length > REASONS_SHOWN ? <span>{t('calendar.more', { count: reasons.length - REASONS_SHOWN })}</span> : null}
      </div>
    </div>
  );
}
