import { IconArrowBackUp, IconClockPause } from '@tabler/icons-react';
import { t } from '../i18n/index.ts';
import { openDecision } from '../state/outbox.ts';
import { useConsole } from '../state/store.ts';

/** Beside a row: a decision about it is kept here and not settled. Calm, and never to be mistaken for done. */
export function DecisionMark({ rowId, className = '' }: { readonly rowId: string; readonly className?: string }) {
  const decision = useConsole((state) => openDecision(state.outbox, rowId));
  if (!decision || decision.state === 'accepted' || decision.state === 'rejected') return null;
  const Icon = decision.state === 'rebase' ? IconArrowBackUp : IconClockPause;
  return (
    <span className={`decision ${className}`} data-decision={decision.state}>
      <Icon size={12} stroke={1.75} aria-hidden /> {t(`outbox.mark.${decision.state}`)}
    </span>
  );
}
