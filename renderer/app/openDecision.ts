import { notifications } from '@mantine/notifications';
import type { Alert } from '../../core/contract/record.ts';
import { errorWords, t } from '../i18n/index.ts';
import type { Backend } from '../state/backend/backend.ts';
import { acknowledge } from '../state/commands.ts';

/** Acknowledges and says honestly what became of it. */
export async function acknowledgeAndTell(backend: Backend, alert: Alert): Promise<void> {
  const decided = await acknowledge(backend, alert);
  const id = `ack-${alert.id}`;
  switch (decided.kind) {
    case 'recorded':
      return void notifications.show({ id, title: t('ack.recordedTitle'), message: alert.title, autoClose: 3000 });
    case 'overtaken':
      return void notifications.show({ id, title: t('ack.overtakenTitle'), message: t('ack.overtaken'), autoClose: 8000 });
    case 'not_recorded':
      return void notifications.show({ id, title: t('ack.notRecordedTitle'), message: errorWords(decided.code), autoClose: false, className: 'note-warning' });
  }
}
