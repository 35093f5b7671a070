import { notifications } from '@mantine/notifications';
import { createElement, useEffect } from 'react';
import type { Unasked } from '../../core/contract/commands.ts';
import type { OutboxEntry } from '../../core/contract/outbox.ts';
import { emptyTables } from '../../core/domain/record/state.ts';
import { isToldInForm, unaskedText, wantsReason } from '../calendar/asking.tsx';
import { BackLine, CancelledLine, UndoLine, UndoRefusedLine } from '../calendar/undo.tsx';
import { isUndoing } from '../calendar/undoing.ts';
import { calendarName } from '../calendars/words.ts';
import { errorWords, t } from '../i18n/index.ts';
import { newlyAnswered } from '../state/outbox.ts';
import { getConsole, useConsole } from '../state/store.ts';
import { canBeUndone, isWayBack, wayAnswered } from '../state/taking.ts';
import { decisionText } from './decisionText.ts';

/** Which calendars could not be asked, where that was in the way. */
function unaskedWords(unasked: readonly Unasked[]): readonly string[] {
  const { record } = getConsole();
  return record === null ? [] : unasked.map((one) => unaskedText(record.tables, one, record.organisation.zone, Date.now()));
}

/** Which calendar is written already. */
function twinWords(twinId: string | undefined): readonly string[] {
  const { record } = getConsole();
  return record === null || twinId === undefined ? [] : [t('calendars.twinRefused', { name: calendarName(record.tables, twinId) })];
}

function tellAnswer(entry: OutboxEntry): void {
  const { command, answer } = entry;
  const id = `answer-${command.commandId}`;
  if (answer) wayAnswered(answer);
  const message = decisionText(command, getConsole().record?.tables ?? emptyTables());
  switch (answer?.outcome) {
    case 'accepted':
      // Its own line says how far it is, and several are tried again at once.
      if (command.type === 'push.retry') return;
      if (canBeUndone(command.commandId)) return void notifications.show({ id, title: t('outbox.recordedTitle'), message: createElement(UndoLine, { commandId: command.commandId, what: message }), autoClose: 12_000 });
      if (isWayBack(command.commandId)) {
        const line = createElement(BackLine, { commandId: command.commandId, what: message });
        return void notifications.show({ id, title: t('outbox.putBackTitle'), message: line, autoClose: 12_000 });
      }
      if ((command.type === 'booking.set_status' || command.type === 'allocation.save') && command.status === 'cancelled') {
        const one = command.type === 'allocation.save' ? { collection: 'allocations' as const, id: command.allocationId } : { collection: command.collection, id: command.id };
        const line = createElement(CancelledLine, { toast: id, ...one, what: message });
        return void notifications.show({ id, title: t('outbox.recordedTitle'), message: line, autoClose: 12_000 });
      }
      return void notifications.show({ id, title: t(command.type === 'alert.acknowledge' ? 'ack.recordedTitle' : 'outbox.recordedTitle'), message, autoClose: 3000 });
    case 'rebase':
      return void notifications.show({ id, title: t('ack.overtakenTitle'), message: t('ack.overtaken'), autoClose: 8000 });
    case 'rejected': {
      if (isToldInForm(answer)) return;
      const why = [`${message}.`, errorWords(answer.error.code), ...unaskedWords(answer.unasked ?? []), ...twinWords(answer.twinId)].join(' ');
      const said = isUndoing(command.commandId) && wantsReason(answer) ? createElement(UndoRefusedLine, { toast: id, why }) : why;
      return void notifications.show({ id, title: t('ack.notRecordedTitle'), message: said, autoClose: false, className: 'note-warning' });
    }
    case undefined:
      return;
  }
}

/** Says honestly what became of each decision as its answer comes, also of those from before a restart. */
export function useDecisionNews(): void {
  useEffect(
    () =>
      useConsole.subscribe((now, before) => {
        if (now.outbox !== before.outbox) for (const entry of newlyAnswered(before.outbox, now.outbox)) tellAnswer(entry);
      }),
    [],
  );
}
