import { notifications } from '@mantine/notifications';
import { SHOWS_PARAMETER, type OpenWindow, type WallAction } from '../../core/contract/windows.ts';
import { errorWords, t } from '../i18n/index.ts';
import type { Backend } from '../state/backend/backend.ts';
import { formatRoute, parseRoute } from './routes.ts';

const refused = (code: string): void => void notifications.show({ title: t('windows.notOpened'), message: errorWords(code), color: 'gray' });

/** Opens what this window shows in one more window: the whole of it, or only what is selected. */
export function openInNewWindow(backend: Backend, shows: OpenWindow['shows']): void {
  const path = formatRoute(parseRoute(location.hash)).replace(/^#\//, '');
  void backend.openWindow({ path, shows }).then((answer) => {
    if (!answer.ok) refused(answer.error.code);
  });
}

export function wallDisplay(backend: Backend, action: WallAction['action']): void {
  void backend.wall({ action }).then((answer) => {
    if (!answer.ok) refused(answer.error.code);
  });
}

/** Whether this window was opened for what is selected alone. */
export const SHOWS_DETAILS = new URLSearchParams(location.search).get(SHOWS_PARAMETER) === 'details';
