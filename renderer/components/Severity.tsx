import { IconCircleCheck, IconCircleDashed, IconCircleFilled, IconHexagonFilled, IconPlayerPauseFilled, IconPlugConnectedX, IconSquareFilled, IconSquareRotatedFilled, IconTriangleFilled } from '@tabler/icons-react';
import type { Connection } from '../../core/contract/record/connections.ts';
import type { Severity } from '../../core/contract/record/row.ts';
import { t } from '../i18n/index.ts';

const SHAPES = { info: IconCircleFilled, notice: IconSquareRotatedFilled, warning: IconTriangleFilled, critical: IconHexagonFilled, emergency: IconSquareFilled } as const;

export const severityWord = (severity: Severity): string => t(`severity.${severity}`);

/** Shape and colour; the word comes beside it or, where space is short, as its name. */
export function SeverityMark({ severity, word = false, size = 12 }: { readonly severity: Severity; readonly word?: boolean; readonly size?: number }) {
  const Shape = SHAPES[severity];
  return (
    <span className="sev" data-severity={severity}>
      <Shape size={size} aria-hidden />
      {word ? <span className="sev-word">{severityWord(severity)}</span> : <span className="vh">{severityWord(severity)}</span>}
    </span>
  );
}

const HEALTH_SHAPES = { healthy: IconCircleCheck, failing: IconTriangleFilled, waiting: IconCircleDashed, paused: IconPlayerPauseFilled, disabled: IconPlugConnectedX } as const;

/** @param reason what it waits for, where that is not the first delivery */
export function HealthMark({ health, reason = null }: { readonly health: Connection['health']; readonly reason?: string | null }) {
  const Shape = HEALTH_SHAPES[health];
  return (
    <span className="health" data-health={health}>
      <Shape size={14} aria-hidden />
      <span>{t(health === 'waiting' && reason === 'desk.away' ? 'health.waitingForDesk' : `health.${health}`)}</span>
    </span>
  );
}
