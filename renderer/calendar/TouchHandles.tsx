import { useMediaQuery } from '@mantine/hooks';
import type { Occupancy } from '../../core/domain/conflicts/model.ts';
import { xOf, type Axis } from './axis.ts';
import type { LaidRow } from './lanes.ts';

/** As wide and high as a fingertip needs. */
const HANDLE_PX = 44;

interface HandlesProps {
  /** What is chosen. */
  readonly one: Occupancy;
  readonly row: LaidRow;
  readonly axis: Axis;
  readonly labels: number;
}

/**
 * What a finger takes the ends of what is chosen by. Only where both have room beside something to carry the whole by, and nothing stands
 * under them in their row; else its length is changed in the form.
 */
export function TouchHandles({ one, row, axis, labels }: HandlesProps) {
  const isTouched = useMediaQuery('(any-pointer: coarse)', false, { getInitialValueInEffect: false });
  const width = (one.endsAt - one.startsAt) * axis.pxPerMs;
  if (!isTouched || one.locked || width < 3 * HANDLE_PX || row.height > HANDLE_PX) return null;
  const x = labels + xOf(axis, one.startsAt);
  return (['start', 'end'] as const).map((grip) => (
    <span
      key={grip} className="tl-handle" data-handle={one.id} data-grip={grip} aria-hidden
      style={{ left: grip === 'start' ? x : x + width - HANDLE_PX, width: HANDLE_PX, top: row.top, height: row.height }}
    />
  ));
}
