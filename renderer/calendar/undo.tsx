import { useState } from 'react';
import { useBackend } from '../app/context.ts';
import { tellDecided } from '../app/openDecision.ts';
import { PlanTargets } from '../calendars/PlanTargets.tsx';
import { t } from '../i18n/index.ts';
import type { Backend } from '../state/backend/backend.ts';
import { beforePlan, subjectsOf, undoPlan } from '../state/taking.ts';

/** Puts a plan of this page back. What it had resolved may come back without a word; whether it still may is the server's to say. */
export async function undoAndTell(backend: Backend, commandId: string): Promise<void> {
  const moves = beforePlan(commandId);
  if (moves) tellDecided(await undoPlan(backend, commandId), moves[0]?.id ?? commandId);
}

/** Under what a toast says of a plan that was recorded: the way back, and how far each calendar is with it. */
export function UndoLine({ commandId, what }: { readonly commandId: string; readonly what: string }) {
  const backend = useBackend();
  // Put back it is no plan of this page any more; the calendars that it went to are still the same.
  const [subjects] = useState(() => subjectsOf(commandId));
  return (
    <>
      <span className="undo-line">
        <span>{what}</span>
        <button type="button" className="button" onClick={() => void undoAndTell(backend, commandId)}>
          {t('calendar.undo')}
        </button>
      </span>
      <PlanTargets subjects={subjects} />
    </>
  );
}
