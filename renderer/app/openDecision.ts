import { notifications } from '@mantine/notifications';
import type { Alert } from '../../core/contract/record/attention.ts';
import type { RunSheetItem } from '../../core/contract/record/day.ts';
import { errorWords, t } from '../i18n/index.ts';
import type { Backend } from '../state/backend/backend.ts';
import { acknowledge, setItemStatus, type Decided } from '../state/commands.ts';
import type { ItemStatus } from '../state/outbox.ts';
import { getConsole } from '../state/store.ts';

/** Says at once only what went wrong or has to wait; what became of a decision is said when the server has spoken. */
export function tellDecided(decided: Decided, rowId: string): void {
  const id = `decision-${rowId}`;
  const link = getConsole().link?.state;
  if (decided.kind === 'not_kept') return void notifications.show({ id, title: t('ack.notRecordedTitle'), message: errorWords(decided.code), autoClose: false, className: 'note-warning' });
  if (decided.kind === 'kept' && link !== 'live' && link !== 'catching_up') notifications.show({ id, title: t('outbox.queuedTitle'), message: t('outbox.queued'), autoClose: 5000 });
}

export const acknowledgeAndTell = async (backend: Backend, alert: Alert): Promise<void> => tellDecided(await acknowledge(backend, alert), alert.id);
export const setStatusAndTell = async (backend: Backend, item: RunSheetItem, status: ItemStatus): Promise<void> => tellDecided(await setItemStatus(backend, item, status), item.id);
