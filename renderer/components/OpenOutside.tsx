import { IconExternalLink } from '@tabler/icons-react';
import { useTask } from '../accounts/useTask.ts';
import { useBackend } from '../app/context.ts';
import { t } from '../i18n/index.ts';
import { isolated } from './format.ts';

/** Opens something where it is kept; says whose house that is before anybody goes there. */
export function OpenOutside({ url, host }: { readonly url: string; readonly host: string }) {
  const backend = useBackend();
  const task = useTask();
  return (
    <>
      <button type="button" className="button" onClick={() => void task.run(() => backend.openExternal(url))}>
        <IconExternalLink size={14} stroke={1.75} aria-hidden />
        {t('inspector.openAt', { host: isolated(host) })}
      </button>
      {task.failed ? <p role="alert">{task.failed}</p> : null}
    </>
  );
}
