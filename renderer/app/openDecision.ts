import { notifications } from '@mantine/notifications';
import { useEffect } from 'react';
import type { OutboxEntry } from '../../core/contract/outbox.ts';
import type { Alert } from '../../core/contract/record/attention.ts';
import type { RunSheetItem } from '../../core/contract/record/day.ts';
import { emptyTables } from '../../core/domain/record/state.ts';
import { errorWords, t } from '../i18n/index.ts';
import type { Backend } from '../state/backend/backend.ts';
import { acknowledge, setItemStatus, type Decided } from '../state/commands.ts';
import { newlyAnswered, type ItemStatus } from '../state/outbox.ts';
import { getConsole, useConsole } from '../state/store.ts';
import { decisionText } from './decisionText.ts';

/** Says at once only what went wrong or has to wait; what became of a decision is said when the server has spoken. */
export function tellDecided(decided: Decided, rowId: string): void {
  const id = `decision-${rowId}`;
  const link = getConsole().link?.state;
  if (decided.kind === 'not_kept') return void notifications.show({ id, title: t('ack.notRecordedTitle'), message: errorWords(decided.code), autoClose: false, className: 'note-warning' });
  if (decided.kind === 'kept' && link !== 'live' && link !== 'catching_up') notifications.show({ id, title: t('outbox.queuedTitle'), message: t('outbox.queued'), autoClose: 5000 });
}

export const acknowledgeAndTell = async (backend: Backend, alert: Alert): Promise<void> => tellDecided(await acknowledge(backend, alert), alert.id);
export const setStatusAndTell = async (backend: Backend, item: RunSheetItem, status: ItemStatus): Promise<void> => tellDecided(await setItemStatus(backend, item, status), item.id);

function tellAnswer(entry: OutboxEntry): void {
  const { command, answer } = entry;
  const id = `answer-${command.commandId}`;
  const message = decisionText(command, getConsole().record?.tables ?? emptyTables());
  switch (answer?.outcome) {
    case 'accepted':
      return void notifications.show({ id, title: t(command.type === 'alert.acknowledge' ? 'ack.recordedTitle' : 'outbox.recordedTitle'), message, autoClose: 3000 });
    case 'rebase':
      return void notifications.show({ id, title: t('ack.overtakenTitle'), message: t('ack.overtaken'), autoClose: 8000 });
    case 'rejected':
      return void notifications.show({ id, title: t('ack.notRecordedTitle'), message: `${message}. ${errorWords(answer.error.code)}`, autoClose: false, className: 'note-warning' });
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
