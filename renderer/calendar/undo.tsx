import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useBackend } from '../app/context.ts';
import { tellDecided } from '../app/openDecision.ts';
import type { MovableCollection } from '../../core/domain/conflicts/occupancies.ts';
import { go, parseRoute } from '../app/routes.ts';
import { PlanTargets } from '../calendars/PlanTargets.tsx';
import { t } from '../i18n/index.ts';
import type { Backend } from '../state/backend/backend.ts';
import { subjectsOf } from '../state/taking.ts';
import { setHolding } from './holding.ts';
import { lookAtUndoing, startUndoing } from './undoing.ts';

/** Puts a plan of this page back. What it had resolved may come back without a word; whether it still may is the server's to say. */
export async function undoAndTell(backend: Backend, commandId: string): Promise<void> {
  const [first] = subjectsOf(commandId);
  if (!first) return;
  const decided = await startUndoing(backend, commandId);
  tellDecided(decided, first.id);
  // It offers what is under way already.
  if (decided.kind === 'kept') notifications.hide(`answer-${commandId}`);
}

/** Under what a toast says of something that was put back: how far each calendar is with it. */
export function BackLine({ commandId, what }: { readonly commandId: string; readonly what: string }) {
  const [subjects] = useState(() => subjectsOf(commandId));
  return (
    <>
      <span>{what}</span>
      <PlanTargets subjects={subjects} />
    </>
  );
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

/** In a toast about a way back that was refused while the person was elsewhere: where its reason is given. */
export function UndoRefusedLine({ toast, why }: { readonly toast: string; readonly why: string }) {
  return (
    <span className="undo-line">
      <span>{why}</span>
      <button
        type="button"
        className="button"
        onClick={() => {
          notifications.hide(toast);
          lookAtUndoing();
          go({ place: { view: 'conflicts', conflictId: null }, selected: null });
        }}
      >
        {t('calendar.undoLook')}
      </button>
    </span>
  );
}

/** In a toast about something that was cancelled: the way back, put before the person like any other taking of time. */
export function CancelledLine({ toast, collection, id, what }: { readonly toast: string; readonly collection: MovableCollection; readonly id: string; readonly what: string }) {
  return (
    <span className="undo-line">
      <span>{what}</span>
      <button
        type="button"
        className="button"
        onClick={() => {
          notifications.hide(toast);
          const { place } = parseRoute(window.location.hash);
          if (place.view !== 'conflicts') go({ place: { view: 'conflicts', conflictId: null }, selected: null });
          setHolding({ dialog: { kind: 'bringBack', collection, id } });
        }}
      >
        {t('calendar.back.undo')}
      </button>
    </span>
  );
}
