import { IconCircleCheck, IconCircleDashed, IconCircleMinus, IconClock, IconHandStop, IconHexagonFilled, IconSquareRotatedFilled, IconTriangleFilled } from '@tabler/icons-react';
import type { DeliveryState } from '../../core/contract/deliveries.ts';
import { t, tMaybe } from '../i18n/index.ts';

const SHAPES = { received: IconCircleDashed, waiting: IconClock, held: IconHandStop, processed: IconCircleCheck, ignored: IconCircleMinus, parked: IconSquareRotatedFilled, quarantined: IconTriangleFilled, dead: IconHexagonFilled } as const;
/** Only what needs a person has a colour. */
const SEVERITY: Readonly<Partial<Record<DeliveryState, 'notice' | 'warning' | 'critical'>>> = { held: 'warning', parked: 'notice', quarantined: 'warning', dead: 'critical' };

/** What became of a delivery: shape, word and colour. */
export function DeliveryMark({ state }: { readonly state: DeliveryState }) {
  const Shape = SHAPES[state];
  return (
    <span className="sev delivery-mark" data-severity={SEVERITY[state]} data-delivery={state}>
      <Shape size={14} stroke={1.75} aria-hidden />
      <span>{t(`deliveryState.${state}`)}</span>
    </span>
  );
}

/** A code in words; one that is none of ours is told as it stands. */
export const reasonText = (reason: string): string => tMaybe(`errors.${reason}`) ?? reason;

/** One attempt that failed. The sentence of a code says what becomes of the delivery, which is no matter of one attempt. */
export const triedText = (code: string): string => tMaybe(`delivery.triedBecause.${code}`) ?? reasonText(code);

/** Why a delivery is where it is. The sentence of a code promises another try, which a dead one does not get. */
export function whyText(state: DeliveryState, reason: string | null): string | null {
  if (state === 'dead') return (reason === null ? null : tMaybe(`deliveries.gaveUpBecause.${reason}`)) ?? t('deliveries.gaveUp');
  return reason === null ? null : reasonText(reason);
}
